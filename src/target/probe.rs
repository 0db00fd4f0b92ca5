//! Whether `kar` could use a Kafka and a Redis, asked from here in its own way: connect, make it secure, log in, then ask
//! Kafka for its metadata and Redis for PING. Nothing is written. What is wrong has a code for each kind; what passes by
//! itself, as while a service starts, is asked again for a moment.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::future::join_all;
use tokio::time::{Instant, sleep};

use crate::check::Reason;
use crate::client::kafka::{self, Kind};
use crate::client::redis;
use crate::client::tls::{Refusal, Tls, Trust};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::runtime_config::RuntimeConfig;

/// The user that `kar` takes where there is a password of Kafka and no user.
const KAFKA_USER: &str = "token";

/// `kar`'s own port of Redis.
const REDIS_PORT: u16 = 6379;

/// A service that starts refuses connections, closes them, or says that it loads its data; it is asked again for so long.
const PATIENCE: Duration = Duration::from_secs(2);

/// The pause before it is.
const PAUSE: Duration = Duration::from_millis(100);

/// A TLS handshake beyond this network takes some round trips.
const SECURE_LIMIT: Duration = Duration::from_secs(5);

/// What came of asking.
#[derive(Debug)]
pub struct Answers {
    /// Each broker that is named, and what it said.
    pub brokers: Vec<(String, std::result::Result<String, Reason>)>,
    /// What Redis said; `None` where it is not named.
    pub redis: Option<std::result::Result<String, Reason>>,
}

impl Answers {
    /// What is wrong, Kafka's first.
    pub fn reasons(&self) -> impl Iterator<Item = &Reason> {
        let brokers = self.brokers.iter().filter_map(|(_, said)| said.as_ref().err());
        brokers.chain(self.redis.iter().filter_map(|said| said.as_ref().err()))
    }
}

/// Asks every broker and Redis, side by side. Each has `limit` to answer, and a little more where it speaks TLS; one that
/// answers with what passes by itself is asked again, within `limit` and for two seconds at most.
pub async fn ask(config: &RuntimeConfig, limit: Duration) -> Answers {
    let (brokers, redis) = tokio::join!(ask_kafka(config, limit), ask_redis(config, limit));
    Answers { brokers, redis }
}

async fn ask_kafka(config: &RuntimeConfig, limit: Duration) -> Vec<(String, std::result::Result<String, Reason>)> {
    let tls = kafka_tls(config).map_err(|error| Reason::of(&error));
    let ask = config.kafka_brokers.iter().map(async |broker| {
        let said = match &tls {
            Ok(tls) => ask_broker(config, tls.as_ref(), broker, limit).await,
            Err(reason) => Err(reason.clone()),
        };
        (broker.clone(), said)
    });
    join_all(ask).await
}

/// How Kafka is spoken to; `None` in plain text.
///
/// # Errors
/// When this machine trusts no authority.
pub fn kafka_tls(config: &RuntimeConfig) -> Result<Option<Tls>> {
    match (config.kafka_enable_tls, config.kafka_tls_skip_verify) {
        (Some(true), Some(true)) => Tls::new(Trust::Anyone).map(Some),
        (Some(true), _) => Tls::new(Trust::System).map(Some),
        _ => Ok(None),
    }
}

/// User and password of Kafka, as `kar` sends them.
pub fn kafka_credentials(config: &RuntimeConfig) -> Option<(&str, &Secret)> {
    let user = config.kafka_username.as_deref().unwrap_or(KAFKA_USER);
    config.kafka_password.as_ref().map(|password| (user, password))
}

async fn ask_broker(
    config: &RuntimeConfig,
    tls: Option<&Tls>,
    broker: &str,
    limit: Duration,
) -> std::result::Result<String, Reason> {
    let opened = open_kafka(config, tls, broker, limit).await;
    let (_, metadata) = opened.map_err(|error| of_kafka(error, config))?;
    let count = metadata.brokers.len();
    Ok(format!("Kafka at {broker} answers; it has {count} broker{}", if count == 1 { "" } else { "s" }))
}

/// Connects to a broker as `kar` does, and has it tell its metadata; what passes by itself is asked again.
///
/// # Errors
/// What [`of_kafka`] explains.
pub async fn open_kafka(
    config: &RuntimeConfig,
    tls: Option<&Tls>,
    broker: &str,
    limit: Duration,
) -> kafka::Result<(kafka::Connection, kafka::Metadata)> {
    let limit = if tls.is_some() { limit.max(SECURE_LIMIT) } else { limit };
    let ask = async || {
        let mut connection = kafka::Connection::open_by(broker, tls, kafka_credentials(config), limit).await?;
        let metadata = connection.metadata(&[]).await?;
        Ok((connection, metadata))
    };
    patiently(limit, ask, kafka::Error::is_transient).await
}

async fn ask_redis(config: &RuntimeConfig, limit: Duration) -> Option<std::result::Result<String, Reason>> {
    let (host, port) = redis_address(config)?;
    let tls = match redis_tls(config) {
        Ok(tls) => tls,
        Err(error) => return Some(Err(Reason::of(&error))),
    };
    let answer = open_redis(config, tls.as_ref(), limit).await.map_err(|error| of_redis(error, config));
    Some(answer.map(|_| format!("Redis at {host}:{port} answers PING")))
}

/// Where Redis is; `None` where nobody says.
pub fn redis_address(config: &RuntimeConfig) -> Option<(&str, u16)> {
    Some((config.redis_host.as_deref()?, config.redis_port.unwrap_or(REDIS_PORT)))
}

/// Connects to Redis as `kar` does, and sends PING; what passes by itself is asked again.
///
/// # Errors
/// What [`of_redis`] explains.
pub async fn open_redis(
    config: &RuntimeConfig,
    tls: Option<&Tls>,
    limit: Duration,
) -> redis::Result<redis::Connection> {
    let (host, port) = redis_address(config).unwrap_or_default();
    // `kar` sends the user only together with a password.
    let user = config.redis_user.as_deref().unwrap_or("default");
    let credentials = config.redis_password.as_ref().map(|password| (user, password));
    let ask = async || {
        let mut connection = match tls {
            None => redis::Connection::open(host, port, credentials, limit).await?,
            Some(tls) => redis::Connection::open_secure(host, port, tls, credentials, limit.max(SECURE_LIMIT)).await?,
        };
        connection.ping().await?;
        Ok(connection)
    };
    patiently(limit, ask, redis::Error::is_transient).await
}

/// Asks until there is an answer, an error that stays, or no time to ask again.
pub async fn patiently<T, E>(
    limit: Duration,
    ask: impl AsyncFn() -> std::result::Result<T, E>,
    passes: impl Fn(&E) -> bool,
) -> std::result::Result<T, E> {
    let end = Instant::now() + limit.min(PATIENCE);
    loop {
        match ask().await {
            Err(error) if passes(&error) && Instant::now() + PAUSE < end => sleep(PAUSE).await,
            answer => return answer,
        }
    }
}

/// How Redis is spoken to; `None` in plain text. A CA makes `kar` ignore that it is to accept any certificate.
///
/// # Errors
/// When the CA is none, or this machine trusts no authority.
pub fn redis_tls(config: &RuntimeConfig) -> Result<Option<Tls>> {
    if config.redis_enable_tls != Some(true) {
        return Ok(None);
    }
    let unusable = || Failure::new("REDIS_CA cannot be used").code(Code::RedisAuthorityUnusable);
    match (&config.redis_ca, config.redis_tls_skip_verify) {
        (Some(ca), _) => {
            let compact: String = ca.split_whitespace().collect();
            let pem = String::from_utf8(STANDARD.decode(compact).or_fail(unusable)?).or_fail(unusable)?;
            Tls::new(Trust::Authority(&pem)).map(Some).or_fail(unusable)
        }
        (None, Some(true)) => Tls::new(Trust::Anyone).map(Some),
        (None, _) => Tls::new(Trust::System).map(Some),
    }
}

/// What an error of Kafka means, and what to do.
pub fn of_kafka(error: kafka::Error, config: &RuntimeConfig) -> Reason {
    let is_secure = config.kafka_enable_tls == Some(true);
    let (code, hint) = match error.kind() {
        Kind::Insecure(refusal) => of_refusal(
            refusal,
            "`kar` and karctl trust the system's authorities for Kafka: put a private one into a PEM file together with \
             those of the system, and name it in SSL_CERT_FILE for both",
        ),
        Kind::Closed(_) if error.is_closed_after_login() => (Code::LoginRefused, LOGIN_HINT),
        Kind::Closed(_) if !is_secure && config.kafka_password.is_none() => (
            Code::ServiceUnreachable,
            "it may be starting, or want TLS or a password: give KAFKA_ENABLE_TLS, or KAFKA_USERNAME and KAFKA_PASSWORD",
        ),
        Kind::Unreachable(_) | Kind::TimedOut(_) | Kind::Closed(_) => {
            (Code::ServiceUnreachable, unreachable_hint(&error.to_string()))
        }
        Kind::Incompatible(_) if !is_secure => {
            (Code::TlsMissing, "where this Kafka speaks TLS, set KAFKA_ENABLE_TLS to true")
        }
        Kind::Refused(..) if error.is_authentication() => (Code::LoginRefused, LOGIN_HINT),
        Kind::Incompatible(_) | Kind::Refused(..) => (Code::ServiceUnreachable, "look at the log of this Kafka"),
    };
    reason(&error.into(), code, hint)
}

/// What an error of Redis means, and what to do.
pub fn of_redis(error: redis::Error, config: &RuntimeConfig) -> Reason {
    let (code, hint) = match error.refusal() {
        Some(refusal) => of_refusal(
            refusal,
            "let REDIS_CA be base64 of the PEM certificate of Redis' own authority; a service key has it as certificate_base64",
        ),
        None if error.is_authentication() => (Code::LoginRefused, LOGIN_HINT),
        None if config.redis_enable_tls != Some(true) && error.is_foreign() => {
            (Code::TlsMissing, "where this Redis speaks TLS, set REDIS_ENABLE_TLS to true")
        }
        None if config.redis_enable_tls != Some(true) && error.is_transient() => {
            (Code::ServiceUnreachable, "look whether it listens there, and whether it speaks TLS (REDIS_ENABLE_TLS)")
        }
        None => (Code::ServiceUnreachable, unreachable_hint(&error.to_string())),
    };
    reason(&error.into(), code, hint)
}

const LOGIN_HINT: &str =
    "compare user and password with those of the service key; a key that was deleted opens nothing";

/// Private endpoints have it in their names.
fn unreachable_hint(message: &str) -> &'static str {
    if message.contains(".private.") {
        "it is a private endpoint, reached from within IBM Cloud only: use a service key of the public endpoint"
    } else {
        "look whether the address is right, and whether a firewall or an allowlist of the service is in between"
    }
}

fn of_refusal(refusal: &Refusal, untrusted: &'static str) -> (Code, &'static str) {
    match refusal {
        Refusal::Untrusted => (Code::AuthorityUntrusted, untrusted),
        Refusal::Expired(_) => (Code::CertificateExpired, "let whoever runs the server renew its certificate"),
        Refusal::AuthorityExpired(_) => {
            (Code::CertificateExpired, "take the new authority from the service key, or make a new service key")
        }
        Refusal::NotYetValid => (Code::CertificateExpired, "look at this machine's clock"),
        Refusal::NameMissing | Refusal::OtherName { is_unnamed: true, .. } => {
            (Code::ServerNameMissing, "give the server's name in place of its address of numbers")
        }
        Refusal::OtherName { is_unnamed: false, .. } => {
            (Code::CertificateOtherName, "give the server by a name that its certificate is for")
        }
        Refusal::NoTls => (Code::TlsMissing, "give the port that speaks TLS, or unset *_ENABLE_TLS"),
        Refusal::BrokenOff(_) => {
            (Code::ServiceUnreachable, "look whether the port is the right one and speaks TLS, and at the server's log")
        }
    }
}

fn reason(error: &anyhow::Error, code: Code, hint: &str) -> Reason {
    let told = Reason::of(error);
    Reason { message: told.message, hints: vec![hint.to_owned()], code: Some(code) }
}
