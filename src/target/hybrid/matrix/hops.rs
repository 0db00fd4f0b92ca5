//! The way from here to Kafka and to Redis, hop by hop: name, connection, TLS, login, answer, the addresses that brokers
//! send their clients to, and what the user may do. The first hop that is broken is named; nothing is written.

use std::time::Duration;

use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use crate::check::Reason;
use crate::client::kafka;
use crate::client::reach::{Unreached, reach};
use crate::client::tls::Tls;
use crate::code::Code;
use crate::runtime_config::RuntimeConfig;
use crate::services::host_and_port;
use crate::target::probe;

/// A connection that is not made in so long is dropped on the way.
const CONNECT_LIMIT: Duration = Duration::from_secs(5);

/// Time for a service to answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(10);

/// A topic as `kar` would make one; it is never made.
const TRIED_TOPIC: &str = "kar_karctl-probe";

/// One step of the way to a service, in the order they are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Hop {
    /// The member has the configuration that it is to have.
    Configuration,
    /// The member itself can be asked.
    Member,
    /// The name has an address.
    Name,
    /// Something listens there, and nothing in between drops what is sent.
    Connection,
    /// Both sides speak TLS, and the certificate is one to trust.
    Tls,
    /// User and password are accepted.
    Login,
    /// The service answers in its protocol.
    Answer,
    /// The addresses that brokers send their clients to lead there too.
    Advertised,
    /// The user may do what `kar` does.
    Rights,
}

impl Hop {
    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Configuration => "configuration",
            Self::Member => "member",
            Self::Name => "name",
            Self::Connection => "connection",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Answer => "answer",
            Self::Advertised => "advertised",
            Self::Rights => "rights",
        }
    }
}

/// The hop at which a way ends, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Broken {
    /// Which one.
    pub hop: Hop,
    /// The entry of `karctl explain`.
    #[serde(deserialize_with = "code")]
    pub code: Code,
    /// What was found, one sentence.
    pub found: String,
    /// What to do.
    pub hints: Vec<String>,
}

fn code<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Code, D::Error> {
    String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
}

impl Broken {
    /// A hop that is broken for a reason of its own.
    pub fn new(hop: Hop, code: Code, found: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { hop, code, found: found.into(), hints: vec![hint.into()] }
    }

    /// What an error says; `code` where it has none of its own.
    pub fn of(hop: Hop, code: Code, error: &anyhow::Error) -> Self {
        Self::because(hop, code, Reason::of(error))
    }

    /// What is broken in several places as one: the first, with what was found in each and every hint once.
    pub fn together(broken: impl IntoIterator<Item = Self>) -> Option<Self> {
        broken.into_iter().reduce(|mut all, one| {
            all.found = format!("{}; {}", all.found, one.found);
            let new = one.hints.into_iter().filter(|hint| !all.hints.contains(hint)).collect::<Vec<_>>();
            all.hints.extend(new);
            all
        })
    }

    fn because(hop: Hop, code: Code, reason: Reason) -> Self {
        Self { hop, code: reason.code.unwrap_or(code), found: reason.message, hints: reason.hints }
    }
}

/// How far the way to a service leads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Way {
    /// To its end; what was seen there.
    Open(String),
    /// To this hop.
    Broken(Broken),
}

impl Way {
    fn of(went: Result<String, Broken>) -> Self {
        went.map_or_else(Self::Broken, Self::Open)
    }
}

/// The ways to both services.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ways {
    /// To every broker of Kafka.
    pub kafka: Way,
    /// To Redis.
    pub redis: Way,
}

/// Goes both ways, side by side.
pub async fn walk(config: &RuntimeConfig) -> Ways {
    let (kafka, redis) = tokio::join!(to_kafka(config), to_redis(config));
    Ways { kafka: Way::of(kafka), redis: Way::of(redis) }
}

/// To every broker that is configured, then to those that they name.
async fn to_kafka(config: &RuntimeConfig) -> Result<String, Broken> {
    let tls = probe::kafka_tls(config).map_err(|error| Broken::of(Hop::Tls, Code::AuthorityUntrusted, &error))?;
    let tls = tls.as_ref();
    let went = join_all(config.kafka_brokers.iter().map(|broker| to_broker(config, tls, broker))).await;
    let mut went = went.into_iter().collect::<Result<Vec<_>, _>>()?.into_iter();
    let Some((mut connection, metadata)) = went.next() else {
        let hint = "the configuration of `kar` needs KAFKA_BROKERS";
        return Err(Broken::new(Hop::Configuration, Code::MemberUnconfigured, "no broker is configured", hint));
    };
    advertised(config, tls, connection.address(), &metadata).await?;
    match connection.may_create(TRIED_TOPIC).await {
        Ok(true) => {}
        Ok(false) => return Err(no_rights(format!("Kafka at {} lets the user make no topic", connection.address()))),
        Err(error) => return Err(of_kafka(error, config)),
    }
    let addresses: Vec<_> = metadata.brokers.iter().map(kafka::Broker::address).collect();
    Ok(format!("Kafka answers at {}", addresses.join(", ")))
}

fn no_rights(found: String) -> Broken {
    let hint = "give the user the rights that `kar` needs; a service key of the role Manager has them";
    Broken::new(Hop::Rights, Code::UserLacksRights, found, hint)
}

async fn to_broker(
    config: &RuntimeConfig,
    tls: Option<&Tls>,
    broker: &str,
) -> Result<(kafka::Connection, kafka::Metadata), Broken> {
    let (host, port) = broker.rsplit_once(':').unwrap_or((broker, ""));
    connect(host, port.parse().unwrap_or_default()).await.map_err(|error| unreached("Kafka", broker, &error))?;
    let opened = probe::open_kafka(config, tls, broker, ANSWER_LIMIT).await;
    opened.map_err(|error| of_kafka(error, config))
}

/// Every broker is used at the address that it tells its clients, whatever led to it.
async fn advertised(
    config: &RuntimeConfig,
    tls: Option<&Tls>,
    asked: &str,
    metadata: &kafka::Metadata,
) -> Result<(), Broken> {
    let wrong = |found: String| {
        let hint = "let `advertised.listeners` of the brokers name, for this listener, addresses that members reach";
        Broken::new(Hop::Advertised, Code::AdvertisedUnusable, found, hint)
    };
    if metadata.brokers.is_empty() {
        return Err(wrong(format!("Kafka at {asked} sends its clients nowhere: it names no broker")));
    }
    let others = metadata.brokers.iter().map(kafka::Broker::address);
    let others = others.filter(|address| !config.kafka_brokers.contains(address));
    let went = others.map(async |address| {
        let sent = format!("Kafka at {asked} sends its clients to {address}");
        match to_broker(config, tls, &address).await {
            Err(broken) => Err(wrong(format!("{sent}, and {}", broken.found))),
            Ok((_, other)) if other.cluster_id != metadata.cluster_id => {
                Err(wrong(format!("{sent}, which is another Kafka")))
            }
            Ok(_) => Ok(()),
        }
    });
    join_all(went).await.into_iter().collect()
}

async fn to_redis(config: &RuntimeConfig) -> Result<String, Broken> {
    let Some((host, port)) = probe::redis_address(config) else {
        let hint = "the configuration of `kar` needs REDIS_HOST";
        return Err(Broken::new(Hop::Configuration, Code::MemberUnconfigured, "no Redis is configured", hint));
    };
    let tls = probe::redis_tls(config).map_err(|error| Broken::of(Hop::Tls, Code::RedisAuthorityUnusable, &error))?;
    let address = host_and_port(host, port);
    connect(host, port).await.map_err(|error| unreached("Redis", &address, &error))?;
    let opened = probe::open_redis(config, tls.as_ref(), ANSWER_LIMIT).await;
    let mut connection = opened.map_err(|error| of_redis(error, config))?;
    match connection.run_empty_script().await {
        Ok(()) => Ok(format!("Redis answers at {address}")),
        Err(error) if error.is_authentication() => Err(no_rights(error.to_string())),
        Err(error) => Err(of_redis(error, config)),
    }
}

/// A service that starts refuses for a moment.
async fn connect(host: &str, port: u16) -> Result<(), Unreached> {
    let ask = async || reach(host, port, CONNECT_LIMIT).await;
    probe::patiently(ANSWER_LIMIT, ask, |error| matches!(error, Unreached::Refused(_))).await.map(drop)
}

fn unreached(service: &str, address: &str, error: &Unreached) -> Broken {
    let (hop, code, hint) = match error {
        Unreached::Unnamed { .. } => (
            Hop::Name,
            Code::ServiceUnnamed,
            "give an address that this member knows, or make the name known there: DNS, or a line of its hosts file",
        ),
        Unreached::Refused(_) => (
            Hop::Connection,
            Code::ServiceRefuses,
            "look whether it runs, and whether it listens at this port and for addresses beyond its own machine",
        ),
        Unreached::Dropped(..) | Unreached::Unroutable(..) => (
            Hop::Connection,
            Code::ServiceDropped,
            "look at firewalls, network policies and allowlists between this member and the service",
        ),
    };
    Broken::new(hop, code, format!("{service} at {address} is not reached: {error}"), hint)
}

fn of_kafka(error: kafka::Error, config: &RuntimeConfig) -> Broken {
    let is_tls = error.refusal().is_some();
    beyond_connection(is_tls, probe::of_kafka(error, config))
}

fn of_redis(error: crate::client::redis::Error, config: &RuntimeConfig) -> Broken {
    let is_tls = error.refusal().is_some();
    beyond_connection(is_tls, probe::of_redis(error, config))
}

/// The port was reached a moment ago.
fn beyond_connection(is_tls: bool, reason: Reason) -> Broken {
    let hop = match reason.code {
        Some(Code::LoginRefused) => Hop::Login,
        Some(Code::TlsMissing) => Hop::Tls,
        _ if is_tls => Hop::Tls,
        _ => Hop::Answer,
    };
    Broken::because(hop, Code::ServiceUnreachable, reason)
}
