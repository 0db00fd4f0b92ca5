//! Everything that decides what a cluster is to have, before anything is rendered. Pure.

use crate::redacted::Secret;
use crate::runtime_config::RuntimeConfig;
use crate::services::{ClusterServices, Outside};
use crate::settings::{InjectorSettings, KafkaMode, KafkaSettings, KubernetesSettings, RedisSettings, Settings};

/// Brokers, and ZooKeepers, with high availability; three are the least that outvote one that is lost.
pub const REPLICAS: u16 = 3;

/// Brokers that settings ask for.
pub fn brokers(settings: &KubernetesSettings) -> u16 {
    if settings.high_availability { REPLICAS } else { 1 }
}

/// SASL user of Kafka; `kar`'s own default.
pub const KAFKA_USERNAME: &str = "token";

/// What the runtime on a cluster is made from.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Settings of the cluster.
    pub cluster: KubernetesSettings,
    /// Settings of Kafka.
    pub kafka: KafkaSettings,
    /// Settings of Redis.
    pub redis: RedisSettings,
    /// Settings of the injector.
    pub injector: InjectorSettings,
    /// What is not in the settings but found out.
    pub facts: Facts,
}

/// Images of KAR's own parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Images {
    /// Release of KAR, a label of every object.
    pub release: String,
    /// The injector.
    pub injector: String,
    /// The sidecar, without its tag.
    pub sidecar: String,
    /// The sidecar's tag.
    pub sidecar_tag: String,
}

/// Passwords and ids that live as long as the data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Credentials {
    /// Password of the Redis user.
    pub redis_password: Secret,
    /// SASL PLAIN password of Kafka; used only where it is asked for.
    pub kafka_password: Secret,
    /// Id of the KRaft cluster: 16 bytes in Base64 for URLs.
    pub cluster_id: String,
}

/// What the injector shows the API server, in PEM.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Certificate {
    /// Certificates that the API server trusts: one, or two while one takes the other's place.
    pub authorities: String,
    /// The authority's own certificate.
    pub authority: String,
    /// The authority's key, never mounted.
    pub authority_key: Secret,
    /// The injector's certificate.
    pub leaf: String,
    /// Its key.
    pub leaf_key: Secret,
}

impl Desired {
    /// Takes over what the settings say.
    pub fn new(settings: &Settings, facts: Facts) -> Self {
        Self {
            cluster: settings.kubernetes.clone(),
            kafka: settings.kafka.clone(),
            redis: settings.redis.clone(),
            injector: settings.injector.clone(),
            facts,
        }
    }

    /// Whether Kafka's clients give a password.
    pub fn is_kafka_secure(&self) -> bool {
        self.cluster.secure.unwrap_or(self.cluster.expose.is_some())
    }

    /// Number of brokers.
    pub fn brokers(&self) -> u16 {
        brokers(&self.cluster)
    }

    /// Number of ZooKeepers; none where Kafka keeps its metadata itself.
    pub fn zookeepers(&self) -> u16 {
        if self.kafka.mode == KafkaMode::ZooKeeper { self.brokers() } else { 0 }
    }

    /// The services that run in the cluster; `None` where they are elsewhere.
    pub fn services(&self) -> Option<ClusterServices> {
        self.facts.elsewhere.is_none().then(|| ClusterServices {
            namespace: self.cluster.namespace.clone(),
            cluster_domain: self.cluster.cluster_domain.clone(),
            brokers: self.brokers(),
            outside: self.cluster.expose.clone().map(|host| Outside {
                host,
                kafka_port: self.kafka.port,
                redis_port: self.redis.port,
            }),
            kafka_login: self
                .is_kafka_secure()
                .then(|| (KAFKA_USERNAME.to_owned(), self.facts.credentials.kafka_password.clone())),
            redis_password: self.facts.credentials.redis_password.clone(),
        })
    }
}

/// Kafka and Redis that are not in the cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Elsewhere {
    /// Where they are.
    pub config: RuntimeConfig,
    /// The name of the service keys of IBM Cloud that say so.
    pub managed_key: Option<String>,
}

/// What is not in the settings but found out.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Kafka and Redis that are elsewhere; `None` runs them in the cluster.
    pub elsewhere: Option<Elsewhere>,
    /// Whether the cluster is OpenShift.
    pub is_openshift: bool,
    /// Images of the release.
    pub images: Images,
    /// Passwords and ids that live as long as the data.
    pub credentials: Credentials,
    /// What the injector shows the API server.
    pub certificate: Certificate,
    /// Content of `.dockerconfigjson`, where private images are pulled.
    pub pull_secret: Option<Secret>,
    /// The jar of Kafka's agent, where it runs.
    pub agent: Option<Vec<u8>>,
    /// Minor version of the API server, such as 33 of 1.33.
    pub server_minor: u32,
}

impl Facts {
    /// Whether the API server asks a webhook only about pods that meet a condition (1.30).
    pub fn has_match_conditions(&self) -> bool {
        self.server_minor >= 30
    }

    /// Whether a container may sleep before it is ended (1.30).
    pub fn has_sleep(&self) -> bool {
        self.server_minor >= 30
    }
}
