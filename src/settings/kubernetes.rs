//! Settings of the runtime on a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The runtime on a Kubernetes or OpenShift cluster.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KubernetesSettings {
    /// Namespace of the runtime.
    pub namespace: String,
    /// Kind of cluster; `auto` asks for its API groups.
    pub platform: Platform,
    /// Domain of the cluster's services.
    pub cluster_domain: String,
    /// Release of KAR whose injector and sidecar run, such as 1.3.10, or `unofficial` for images of `dev_registry`; null means that of the `kar` on PATH, else the one built in.
    pub release: Option<String>,
    /// Registry of self-built images, as the cluster's nodes reach it.
    pub dev_registry: String,
    /// Three ZooKeepers and three brokers, replicated data, disruption budgets.
    pub high_availability: bool,
    /// Whether replicas must be on nodes of their own, or should be.
    pub spread: Spread,
    /// Keep data on persistent volumes; false keeps nothing beyond a pod.
    pub persistence: bool,
    /// StorageClass of the claims; null means the cluster's default.
    pub storage_class: Option<String>,
    /// Size of each broker's claim.
    pub kafka_storage: String,
    /// Size of each ZooKeeper's claim.
    pub zookeeper_storage: String,
    /// Size of Redis' claim.
    pub redis_storage: String,
    /// Processor time that a broker is promised.
    pub kafka_cpu: String,
    /// Memory that a broker is promised and must not exceed; more than `kafka.heap`.
    pub kafka_memory: String,
    /// Run the Java agent that shows Kafka's figures to Prometheus, on port 7071.
    pub kafka_agent: bool,
    /// File of that agent on this machine, jmx_prometheus_javaagent of at most 960 KiB; null means version 0.20.0, fetched from Maven Central.
    pub kafka_agent_jar: Option<String>,
    /// Processor time that a ZooKeeper is promised.
    pub zookeeper_cpu: String,
    /// Memory that a ZooKeeper is promised and must not exceed.
    pub zookeeper_memory: String,
    /// Processor time that Redis is promised.
    pub redis_cpu: String,
    /// Memory that Redis is promised and must not exceed.
    pub redis_memory: String,
    /// Run on nodes labelled `kar-type=system` only.
    pub system_nodes: bool,
    /// Host name or address at which clients outside reach node ports `kafka.port` (and the two after it with high availability) and `redis.port`; null means no access from outside.
    pub expose: Option<String>,
    /// Name of a Secret in `default` with logins to private registries, to be copied for the runtime and its applications.
    pub copy_pull_secret: Option<String>,
    /// Ask Kafka's clients for a password; null means: only with `expose`.
    pub secure: Option<bool>,
    /// Admit enabled namespaces only, by NetworkPolicy.
    pub network_policy: bool,
    /// OpenShift: use the SCC anyuid, for images that need a fixed user.
    pub anyuid: bool,
}

/// The admission webhook that makes pods of enabled namespaces part of applications.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InjectorSettings {
    /// Which program: the original, or karctl's own.
    pub implementation: Implementation,
    /// Its image; null means the one of the release, or karctl's own.
    pub image: Option<String>,
    /// Image of the sidecar; null means the one of the release.
    pub sidecar_image: Option<String>,
    /// How many run.
    #[schemars(range(min = 1, max = 9))]
    pub replicas: u16,
    /// What becomes of a pod when no injector answers.
    pub failure_policy: FailurePolicy,
    /// Sidecars are init containers that restart, so that jobs end (karctl's own only; Kubernetes 1.29).
    pub native_sidecar: bool,
}

/// Kind of cluster.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Platform {
    /// OpenShift where the cluster has its API groups, else Kubernetes.
    Auto,
    /// Kubernetes.
    Kubernetes,
    /// OpenShift.
    OpenShift,
}

/// How strictly replicas are kept apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Spread {
    /// On nodes of their own where there is room.
    Preferred,
    /// On nodes of their own, or not at all.
    Required,
}

/// Which injector.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Implementation {
    /// The original's image, which can be pulled.
    Original,
    /// `karctl injector serve`, from an image that `karctl images build injector` makes.
    Karctl,
}

/// What the API server does without an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FailurePolicy {
    /// Refuses the pod.
    Fail,
    /// Creates it as it is, outside any application.
    Ignore,
}

impl FailurePolicy {
    /// As the API spells it.
    pub fn api(self) -> &'static str {
        match self {
            Self::Fail => "Fail",
            Self::Ignore => "Ignore",
        }
    }
}
