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
    /// Those that `karctl k8s deploy` made in a cluster.
    Cluster(ClusterServices),
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

/// Addresses of the services in a cluster. Names are those of the original's chart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClusterServices {
    /// Namespace of the runtime.
    pub namespace: String,
    /// Domain of the cluster's services, such as `cluster.local`.
    pub cluster_domain: String,
    /// Number of brokers.
    pub brokers: u16,
    /// What clients outside are told, where they are.
    pub outside: Option<Outside>,
    /// SASL PLAIN user and password, where Kafka asks for them.
    pub kafka_login: Option<(String, Secret)>,
    /// Password of the Redis user [`REDIS_USER`].
    pub redis_password: Secret,
}

/// How clients outside reach a cluster's services.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outside {
    /// Host name or address.
    pub host: String,
    /// Port of the first broker; the others have those after it.
    pub kafka_port: u16,
    /// Port of Redis.
    pub redis_port: u16,
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
    /// A pod of the cluster that the services are in.
    Pod,
}

impl Services {
    /// What a `kar` process at `vantage` needs.
    ///
    /// # Errors
    /// When whoever asks cannot reach them: a container an instance that has no container network, a pod an instance of
    /// another machine, a host a cluster whose services are not exposed.
    pub fn runtime_config(&self, vantage: Vantage) -> Result<RuntimeConfig> {
        match self {
            Self::Given(config) => Ok(config.clone()),
            Self::Local(local) => local.runtime_config(vantage),
            Self::Cluster(cluster) => cluster.runtime_config(vantage),
        }
    }
}

impl ClusterServices {
    /// Name of a broker's pod, which its headless service makes a host name.
    pub fn broker_host(&self, ordinal: u16) -> String {
        format!("kar-kafka-{ordinal}.kar-kafka.{}", self.domain())
    }

    /// What follows the name of a service.
    pub fn domain(&self) -> String {
        format!("{}.svc.{}", self.namespace, self.cluster_domain)
    }

    fn runtime_config(&self, vantage: Vantage) -> Result<RuntimeConfig> {
        let (kafka_brokers, redis_host, redis_port) = match (vantage, &self.outside) {
            (Vantage::Pod, _) => {
                let broker = |ordinal| host_and_port(&self.broker_host(ordinal), KAFKA_CONTAINER_PORT);
                ((0..self.brokers).map(broker).collect(), format!("kar-redis.{}", self.domain()), REDIS_CONTAINER_PORT)
            }
            (Vantage::Host | Vantage::Container, Some(outside)) => {
                let broker = |ordinal| host_and_port(&outside.host, outside.kafka_port.saturating_add(ordinal));
                ((0..self.brokers).map(broker).collect(), outside.host.clone(), outside.redis_port)
            }
            (Vantage::Host | Vantage::Container, None) => {
                return Err(Failure::new("Kafka and Redis of this cluster are not reached from outside")
                    .hint("`karctl exec cluster -- COMMAND` runs a command with ports forwarded")
                    .hint("`karctl k8s deploy --expose HOST` opens ports of the nodes")
                    .into());
            }
        };
        Ok(RuntimeConfig {
            kafka_brokers,
            kafka_username: self.kafka_login.as_ref().map(|(user, _)| user.clone()),
            kafka_password: self.kafka_login.as_ref().map(|(_, password)| password.clone()),
            kafka_version: Some(KAFKA_VERSION.to_owned()),
            redis_host: Some(redis_host),
            redis_port: Some(redis_port),
            redis_user: Some(REDIS_USER.to_owned()),
            redis_password: Some(self.redis_password.clone()),
            ..RuntimeConfig::default()
        })
    }
}

impl LocalServices {
    fn runtime_config(&self, vantage: Vantage) -> Result<RuntimeConfig> {
        let (broker, redis_host, redis_port) = match vantage {
            Vantage::Host => (host_and_port(&self.host, self.kafka_port), self.host.clone(), self.redis_port),
            Vantage::Container if self.network.is_some() => {
                (host_and_port("kafka", KAFKA_CONTAINER_PORT), "redis".to_owned(), REDIS_CONTAINER_PORT)
            }
            Vantage::Pod => {
                return Err(Failure::new("an instance of this machine is not reached from a pod of a cluster")
                    .hint("`karctl k8s deploy` runs Kafka and Redis in the cluster")
                    .into());
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

    fn cluster(outside: Option<Outside>) -> Services {
        Services::Cluster(ClusterServices {
            namespace: "kar-system".to_owned(),
            cluster_domain: "cluster.local".to_owned(),
            brokers: 3,
            outside,
            kafka_login: None,
            redis_password: Secret::new("secret"),
        })
    }

    #[test]
    fn pods_are_told_every_broker_and_clients_outside_a_port_for_each() {
        let outside = Outside { host: "localhost".to_owned(), kafka_port: 31093, redis_port: 31379 };
        let pod = cluster(Some(outside.clone())).runtime_config(Vantage::Pod).expect("pod");
        assert_eq!(pod.kafka_brokers.len(), 3);
        assert_eq!(pod.kafka_brokers[2], "kar-kafka-2.kar-kafka.kar-system.svc.cluster.local:9092");
        assert_eq!(pod.redis_host.as_deref(), Some("kar-redis.kar-system.svc.cluster.local"));
        let host = cluster(Some(outside)).runtime_config(Vantage::Host).expect("host");
        assert_eq!(host.kafka_brokers, ["localhost:31093", "localhost:31094", "localhost:31095"]);
        assert_eq!((host.redis_host.as_deref(), host.redis_port), (Some("localhost"), Some(31379)));
        assert!(cluster(None).runtime_config(Vantage::Host).is_err());
    }

    #[test]
    fn a_container_cannot_ask_for_an_instance_without_a_network() {
        assert!(local(None).runtime_config(Vantage::Container).is_err());
    }
}
