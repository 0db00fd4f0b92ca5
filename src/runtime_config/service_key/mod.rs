//! IBM Cloud's service keys of Event Streams and Databases for Redis, read into a [`RuntimeConfig`]. Pure.
//!
//! Replaces the jq expressions of kar-env-ibmcloud.sh, which took the first broker only, wrote `null` for a field that was
//! missing, and passed on a certificate that `kar` crashes on. Here every such case is an error that names the field.
//!
//! What the fields are: <https://cloud.ibm.com/docs/EventStreams?topic=EventStreams-connecting> and
//! <https://cloud.ibm.com/docs/databases-for-redis?topic=databases-for-redis-connection-strings>.

mod authority;
mod document;
mod fields;
mod selection;

use jiff::Timestamp;
use serde_json::Value;

use crate::error::Result;

use super::{KAFKA_VERSION, RuntimeConfig};
use fields::Fields;
use selection::{Key, choose};

pub use document::documents;

/// A service of IBM Cloud that `kar` uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Databases for Redis.
    Redis,
    /// Event Streams, which is Kafka.
    Kafka,
}

impl Service {
    /// Its name in the catalog, which is the fifth part of the CRN of what a key belongs to.
    fn in_crn(self) -> &'static str {
        match self {
            Self::Redis => "databases-for-redis",
            Self::Kafka => "messagehub",
        }
    }

    /// As IBM calls it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Redis => "Databases for Redis",
            Self::Kafka => "Event Streams",
        }
    }

    /// The option that chooses among its keys.
    fn option(self) -> &'static str {
        match self {
            Self::Redis => "--redis-key-id",
            Self::Kafka => "--kafka-key-id",
        }
    }
}

/// Which keys are meant, where several are given.
#[derive(Clone, Copy, Debug, Default)]
pub struct Selection<'a> {
    /// The name that both keys have; `None` takes keys of any name.
    pub name: Option<&'a str>,
    /// The guid of the key of Databases for Redis, where its name is not enough.
    pub redis_id: Option<&'a str>,
    /// The guid of the key of Event Streams.
    pub kafka_id: Option<&'a str>,
}

/// What two service keys say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Managed {
    /// What a `kar` process needs.
    pub config: RuntimeConfig,
    /// Region of Databases for Redis, such as `us-south`; `None` where the key does not tell.
    pub redis_region: Option<String>,
    /// Region of Event Streams.
    pub kafka_region: Option<String>,
    /// What works, but perhaps not as expected; one sentence each.
    pub warnings: Vec<String>,
    /// Hosts that are reached from within IBM Cloud only.
    pub private_hosts: Vec<String>,
}

/// Reads one key of each service among `keys`, which are JSON as the Resource Controller and
/// `ibmcloud resource service-key NAME --output json` have it, or the credentials alone, as the console shows them.
///
/// `now` is what certificates are compared with.
///
/// # Errors
/// When there is no key of a service or more than one, when its credentials are withheld or can be read only once, and when
/// a field is missing or of another form than `kar` needs; the message has the path of each such field and no secret.
pub fn read(keys: &[Value], selection: Selection<'_>, now: Timestamp) -> Result<Managed> {
    let keys: Vec<Key<'_>> = keys.iter().filter_map(Key::of).collect();
    let redis = choose(&keys, Service::Redis, selection)?;
    let kafka = choose(&keys, Service::Kafka, selection)?;
    let mut managed = Managed {
        config: RuntimeConfig { kafka_version: Some(KAFKA_VERSION.to_owned()), ..RuntimeConfig::default() },
        redis_region: redis.region().map(str::to_owned),
        kafka_region: kafka.region().map(str::to_owned),
        warnings: Vec::new(),
        private_hosts: Vec::new(),
    };
    let redis_read = take_redis(redis, now, &mut managed);
    let kafka_read = take_kafka(kafka, &mut managed);
    redis_read?;
    kafka_read?;
    managed.warn_of_private_hosts();
    Ok(managed)
}

fn take_redis(key: &Key<'_>, now: Timestamp, managed: &mut Managed) -> Result<()> {
    let mut fields = Fields::of(key)?;
    let host = fields.host("connection.rediss.hosts[0].hostname");
    let port = fields.port("connection.rediss.hosts[0].port");
    let user = fields.text("connection.rediss.authentication.username");
    let password = fields.secret(&["connection.rediss.authentication.password"]);
    let certificate = fields.text("connection.rediss.certificate.certificate_base64");
    fields.finish()?;
    if let Some(certificate) = certificate {
        let path = "credentials.connection.rediss.certificate.certificate_base64";
        let authority = authority::read(&certificate, now).map_err(|wrong| wrong.failure(key, path))?;
        managed.warnings.extend(authority.warnings.iter().map(|warning| format!("{}: {warning}", key.title())));
        managed.config.redis_ca = Some(authority.base64);
    }
    managed.private_hosts.extend(host.iter().filter(|host| is_private(host)).cloned());
    managed.config.redis_enable_tls = Some(true);
    managed.config.redis_host = host;
    managed.config.redis_port = port;
    managed.config.redis_user = user;
    managed.config.redis_password = password;
    Ok(())
}

fn take_kafka(key: &Key<'_>, managed: &mut Managed) -> Result<()> {
    let mut fields = Fields::of(key)?;
    let brokers = fields.brokers(&["kafka_brokers_sasl", "bootstrap_endpoints"]);
    let password = fields.secret(&["password", "api_key", "apikey"]);
    // `token` is the user for whom the password is an API key; older keys leave it out.
    let user = fields.optional_text("user").unwrap_or_else(|| "token".to_owned());
    fields.finish()?;
    managed.private_hosts.extend(brokers.iter().filter(|broker| is_private(broker)).cloned());
    managed.config.kafka_enable_tls = Some(true);
    managed.config.kafka_brokers = brokers;
    managed.config.kafka_username = Some(user);
    managed.config.kafka_password = password;
    Ok(())
}

/// <https://cloud.ibm.com/docs/account?topic=account-service-endpoints-overview>.
fn is_private(host: &str) -> bool {
    host.contains(".private.")
}

impl Managed {
    fn warn_of_private_hosts(&mut self) {
        if let Some(host) = self.private_hosts.first() {
            self.warnings.push(format!(
                "{host} is a private endpoint, which is reached from within IBM Cloud only; give a service key of the \
                 public endpoint to use it from elsewhere"
            ));
        }
    }
}

#[cfg(test)]
#[path = "service_key_tests.rs"]
mod tests;
