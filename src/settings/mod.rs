//! The one tree of settings: typed, documented, the same for every mode.
//!
//! Layers are merged key by key, least first: `profiles/base.yaml`, profiles, files, `KARCTL_*`, `--set`, `--set-file`, flags.
//! Every value remembers its origin; the merged tree is deserialised once.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::redacted::Secret;

mod document;
pub mod key;
mod kubernetes;
mod layer;
mod load;
pub mod profile;
pub mod project;
pub mod schema;
mod value;

pub use kubernetes::{FailurePolicy, Implementation, InjectorSettings, KubernetesSettings, Platform, Spread};
pub use layer::Layer;
pub use load::{defaults, load};

/// Every setting of karctl, complete.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Settings {
    /// The instance on this machine.
    pub local: LocalSettings,
    /// Kafka, and ZooKeeper where it needs one.
    pub kafka: KafkaSettings,
    /// Redis.
    pub redis: RedisSettings,
    /// The image registry on this machine.
    pub registry: RegistrySettings,
    /// Clusters on this machine.
    pub cluster: ClusterSettings,
    /// The runtime on a cluster.
    pub kubernetes: KubernetesSettings,
    /// The admission webhook on a cluster.
    pub injector: InjectorSettings,
}

/// The instance on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct LocalSettings {
    /// Name of the instance: lower-case letters, digits, `-` and `.`, at most 30. Containers are named `<name>_kafka`.
    pub name: String,
    /// What runs the servers: containers of an engine, or processes of this machine.
    pub engine: EngineChoice,
    /// Address of this machine that the ports are bound to. Beyond loopback it implies `secure`.
    pub bind: IpAddr,
    /// Host name or address that clients are told; null means `bind`.
    pub advertise: Option<String>,
    /// Whether clients need a password; null means: only where `bind` is not a loopback address.
    pub secure: Option<bool>,
    /// What the engine does when a container ends (docker only).
    pub restart: RestartPolicy,
    /// Keep nothing beyond `down`.
    pub ephemeral: bool,
    /// When images are pulled (docker only).
    pub pull: PullPolicy,
}

/// Kafka, and ZooKeeper where it needs one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KafkaSettings {
    /// `zookeeper` (as the original; Kafka 3.9 is the last line that has it) or `kraft`.
    pub mode: KafkaMode,
    /// Version of three parts. 3.9.1 and 4.x are tested.
    pub version: String,
    /// Image of containers and pods, for Kafka and ZooKeeper; null means `apache/kafka:<version>`.
    pub image: Option<String>,
    /// Port on `local.bind`, or node port on a cluster with `kubernetes.expose`.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Java heap, as `-Xmx` takes it.
    pub heap: String,
    /// Folder of an unpacked Kafka for the native engine; null means `KAFKA_HOME`, or karctl's cache.
    pub home: Option<PathBuf>,
    /// Password of SASL PLAIN where `local.secure` or `kubernetes.secure`; null means one that karctl generates. Given by file or `KARCTL_KAFKA_PASSWORD` only.
    pub password: Option<Secret>,
}

impl KafkaSettings {
    /// The image of containers and pods, whether it was set or follows from the version.
    pub fn docker_image(&self) -> String {
        self.image.clone().unwrap_or_else(|| format!("apache/kafka:{}", self.version))
    }
}

/// Redis.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RedisSettings {
    /// Image of containers and pods; anything with `redis-server` on its PATH, and for pods `redis-cli`.
    pub image: String,
    /// Port on `local.bind`, or node port on a cluster with `kubernetes.expose`.
    #[schemars(range(min = 1))]
    pub port: u16,
    /// Program of the native engine; null means `valkey-server` or `redis-server` on PATH, else karctl's cache.
    pub program: Option<PathBuf>,
    /// Password of the user `karmesh` where `local.secure`, and on clusters; null means one that karctl generates. Given by file or `KARCTL_REDIS_PASSWORD` only.
    pub password: Option<Secret>,
}

/// The image registry on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RegistrySettings {
    /// Image of its container; anything that serves the registry's API on port 5000 and keeps images in `/var/lib/registry`.
    pub image: String,
    /// Port on 127.0.0.1. Where nobody asks for one and it is taken, another is found.
    #[schemars(range(min = 1))]
    pub port: u16,
}

/// Clusters on this machine.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSettings {
    /// Image of the ingress controller of a cluster of kind (`--ingress traefik`): Traefik 3.
    pub ingress_image: String,
}

/// What runs the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineChoice {
    /// Docker where an engine answers, else native.
    Auto,
    /// Containers, through the Docker Engine API (Docker, Podman, Colima and others).
    Docker,
    /// Processes of this machine, without Docker and without root.
    Native,
}

/// How Kafka keeps its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum KafkaMode {
    /// In ZooKeeper, as the original.
    ZooKeeper,
    /// In Kafka itself.
    Kraft,
}

impl KafkaMode {
    /// As it is written in settings.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZooKeeper => "zookeeper",
            Self::Kraft => "kraft",
        }
    }
}

/// What the engine does when a container ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RestartPolicy {
    /// Nothing; the next `up` starts it.
    No,
    /// Starts it again, also after a reboot.
    Always,
    /// Starts it again when its exit code is not 0.
    OnFailure,
    /// Like always, but not after it was stopped.
    UnlessStopped,
}

/// When images are pulled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PullPolicy {
    /// At every `up`.
    Always,
    /// Where the engine has none of that name.
    Missing,
    /// Never; a missing image is an error.
    Never,
}

/// What settings are loaded from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Profiles by name (built in, or in the user's configuration folder) or by file, least first.
    pub profiles: Vec<String>,
    /// Files of settings, least first.
    pub files: Vec<PathBuf>,
    /// What a project says for all its members; every profile and file covers it.
    pub of_project: Layer,
    /// What a project says for one member; it covers profiles and files.
    pub of_member: Layer,
    /// `KEY=VALUE`; secrets are refused.
    pub set: Vec<String>,
    /// `KEY=FILE`.
    pub set_file: Vec<String>,
    /// Flags with a name of their own.
    pub flags: Vec<Flag>,
}

/// A flag that sets one key.
#[derive(Clone, Debug)]
pub struct Flag {
    /// As typed, such as `--kafka-port`.
    pub name: &'static str,
    /// The key, such as `kafka.port`.
    pub key: &'static str,
    /// The value.
    pub value: serde_yaml::Value,
}

/// The origin of what only the base profile says.
pub const DEFAULT: &str = "default";

/// Settings with the origin of each value.
#[derive(Clone, Debug)]
pub struct Loaded {
    /// The settings.
    pub settings: Settings,
    /// Key, such as `kafka.port`, to where its value comes from, such as `--kafka-port` or `profile kraft`.
    pub origins: BTreeMap<String, String>,
}

impl Loaded {
    /// Whether nobody said anything of a key, so that its value is that of the base profile.
    pub fn is_default(&self, key: &str) -> bool {
        self.origins.get(key).is_none_or(|origin| origin == DEFAULT)
    }
}
