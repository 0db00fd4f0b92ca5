//! Where Kafka and Redis live, and who asks: one pure function answers with the configuration of a `kar` process.

use crate::error::{Failure, Result};
use crate::redacted::Secret;
use crate::runtime_config::{KAFKA_VERSION, REDIS_USER, RuntimeConfig};

/// Port of Kafka's listener inside a container network, as in the original.
pub const KAFKA_CONTAINER_PORT: u16 = 9092;

/// Port of Redis inside a container network.
pub const REDIS_CONTAINER_PORT: u16 = 6379;

/// Where Kafka and Redis live.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Services {
    /// An instance of this machine that `karctl local up` made.
    Local(LocalServices),
    /// Any Kafka and Redis, described by the configuration itself; everyone sees them at the same address.
    Given(RuntimeConfig),
}

/// Addresses of a local instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalServices {
    /// Host name or address that Kafka advertises and that reaches Redis too.
    pub host: String,
    /// Kafka's port on the host.
    pub kafka_port: u16,
    /// Redis' port on the host.
    pub redis_port: u16,
    /// Name of the container network, where the engine has one.
    pub network: Option<String>,
    /// User and passwords, where the instance asks for them.
    pub credentials: Option<Credentials>,
}

/// What an instance asks its clients for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// SASL PLAIN user of Kafka.
    pub kafka_username: String,
    /// SASL PLAIN password of Kafka.
    pub kafka_password: Secret,
    /// Password of the Redis user [`REDIS_USER`].
    pub redis_password: Secret,
}

/// Who asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Vantage {
    /// A process of the host.
    Host,
    /// A container on the instance's network, where Kafka is `kafka` and Redis is `redis`.
    Container,
}

impl Services {
    /// What a `kar` process at `vantage` needs.
    ///
    /// # Errors
    /// When a container asks for an instance that has no container network.
    pub fn runtime_config(&self, vantage: Vantage) -> Result<RuntimeConfig> {
        match self {
            Self::Given(config) => Ok(config.clone()),
            Self::Local(local) => local.runtime_config(vantage),
        }
    }
}

impl LocalServices {
    fn runtime_config(&self, vantage: Vantage) -> Result<RuntimeConfig> {
        let (broker, redis_host, redis_port) = match vantage {
            Vantage::Host => (host_and_port(&self.host, self.kafka_port), self.host.clone(), self.redis_port),
            Vantage::Container if self.network.is_some() => {
                (host_and_port("kafka", KAFKA_CONTAINER_PORT), "redis".to_owned(), REDIS_CONTAINER_PORT)
            }
            Vantage::Container => {
                return Err(Failure::new("the native engine has no container network")
                    .hint("use `karctl local up --engine docker` for applications in containers")
                    .into());
            }
        };
        let credentials = self.credentials.as_ref();
        Ok(RuntimeConfig {
            kafka_brokers: vec![broker],
            kafka_username: credentials.map(|credentials| credentials.kafka_username.clone()),
            kafka_password: credentials.map(|credentials| credentials.kafka_password.clone()),
            kafka_version: Some(KAFKA_VERSION.to_owned()),
            redis_host: Some(redis_host),
            redis_port: Some(redis_port),
            redis_user: Some(REDIS_USER.to_owned()),
            redis_password: credentials.map(|credentials| credentials.redis_password.clone()),
            ..RuntimeConfig::default()
        })
    }
}

/// `host:port`, an IPv6 address in brackets.
pub fn host_and_port(host: &str, port: u16) -> String {
    if host.contains(':') { format!("[{host}]:{port}") } else { format!("{host}:{port}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn local(network: Option<&str>) -> Services {
        Services::Local(LocalServices {
            host: "127.0.0.1".to_owned(),
            kafka_port: 31093,
            redis_port: 31379,
            network: network.map(str::to_owned),
            credentials: None,
        })
    }

    #[test]
    fn host_and_container_see_the_same_services_at_their_own_addresses() {
        let host = local(Some("kar-bus")).runtime_config(Vantage::Host).expect("host");
        assert_eq!(host.kafka_brokers, ["127.0.0.1:31093"]);
        assert_eq!((host.redis_host.as_deref(), host.redis_port), (Some("127.0.0.1"), Some(31379)));
        let container = local(Some("kar-bus")).runtime_config(Vantage::Container).expect("container");
        assert_eq!(container.kafka_brokers, ["kafka:9092"]);
        assert_eq!((container.redis_host.as_deref(), container.redis_port), (Some("redis"), Some(6379)));
    }

    #[test]
    fn a_container_cannot_ask_for_an_instance_without_a_network() {
        assert!(local(None).runtime_config(Vantage::Container).is_err());
    }
}
