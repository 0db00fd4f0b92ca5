//! What an instance is: the desired one, worked out of the settings, and the observed one, as an engine tells it. Pure.

use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, Result};
use crate::services::Credentials;
use crate::settings::{KafkaMode, PullPolicy, RestartPolicy, Settings};

/// The name of the instance that `karctl local up` makes without `--name`; its names are those of the original.
pub const DEFAULT_NAME: &str = "kar";

/// Longest name of an instance, so that every derived name stays a valid host name.
const LONGEST_NAME: usize = 30;

/// The name of an instance: lower-case letters, digits, `-` and `.`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct InstanceName(String);

impl InstanceName {
    /// Checks a name.
    ///
    /// # Errors
    /// A usage failure when a character or the length does not fit.
    pub fn parse(name: &str) -> Result<Self> {
        let fits = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let valid = name.len() <= LONGEST_NAME
            && name.starts_with(fits)
            && name.chars().all(|c| fits(c) || c == '-' || c == '.')
            && !name.contains("..");
        if valid {
            return Ok(Self(name.to_owned()));
        }
        Err(Failure::usage(format!("`{name}` cannot be the name of an instance"))
            .hint(format!("use lower-case letters, digits, `-` and `.`, at most {LONGEST_NAME}"))
            .into())
    }

    /// The name itself.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The container network: `kar-bus` for the default name.
    pub fn network(&self) -> String {
        format!("{}-bus", self.0)
    }

    /// The container of a component: `kar_kafka` for the default name.
    pub fn container(&self, component: Component) -> String {
        format!("{}_{}", self.0, component.name())
    }

    /// The data volume of a component: `kar_kafka-data` for the default name.
    pub fn volume(&self, component: Component) -> String {
        format!("{}_{}-data", self.0, component.name())
    }
}

impl fmt::Display for InstanceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One server of an instance.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Component {
    /// Holds Kafka's metadata in ZooKeeper mode.
    ZooKeeper,
    /// The broker.
    Kafka,
    /// The store.
    Redis,
}

impl Component {
    /// Every component, in the order in which they are started; stopping goes the other way round.
    pub const ALL: [Component; 3] = [Component::ZooKeeper, Component::Kafka, Component::Redis];

    /// The name as a host, a container suffix and an argument: `zookeeper`, `kafka`, `redis`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ZooKeeper => "zookeeper",
            Self::Kafka => "kafka",
            Self::Redis => "redis",
        }
    }

    /// The name in a sentence.
    pub fn title(self) -> &'static str {
        match self {
            Self::ZooKeeper => "ZooKeeper",
            Self::Kafka => "Kafka",
            Self::Redis => "Redis",
        }
    }
}

/// The instance that is wanted, complete: nothing below here reads a setting.
#[derive(Clone, Debug)]
pub struct Desired {
    /// Which instance.
    pub name: InstanceName,
    /// Kafka's mode; ZooKeeper runs only in ZooKeeper mode.
    pub mode: KafkaMode,
    /// Kafka's version, three parts.
    pub kafka_version: String,
    /// Image of Kafka and ZooKeeper.
    pub kafka_image: String,
    /// Java heap of Kafka, as `-Xmx` takes it.
    pub kafka_heap: String,
    /// Unpacked Kafka for the native engine.
    pub kafka_home: Option<PathBuf>,
    /// Image of Redis.
    pub redis_image: String,
    /// Program of Redis for the native engine.
    pub redis_program: Option<PathBuf>,
    /// Where clients find the instance.
    pub address: Address,
    /// User and passwords, where the instance asks for them.
    pub credentials: Option<Credentials>,
    /// What the engine does when a container ends.
    pub restart: RestartPolicy,
    /// Keep nothing beyond `down`.
    pub ephemeral: bool,
    /// When images are pulled.
    pub pull: PullPolicy,
    /// Take the place of containers of the same names that are not karctl's.
    pub replace: bool,
}

/// Where clients on the host find an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Address {
    /// Address the ports are bound to.
    pub bind: IpAddr,
    /// Host name or address that clients are told.
    pub advertise: String,
    /// Kafka's port.
    pub kafka_port: u16,
    /// Redis' port.
    pub redis_port: u16,
}

impl Address {
    /// The port of a component, where it has one on the host.
    pub fn port(&self, component: Component) -> Option<u16> {
        match component {
            Component::ZooKeeper => None,
            Component::Kafka => Some(self.kafka_port),
            Component::Redis => Some(self.redis_port),
        }
    }

    /// Moves the port of a component that has one on the host.
    pub fn set_port(&mut self, component: Component, port: u16) {
        match component {
            Component::ZooKeeper => {}
            Component::Kafka => self.kafka_port = port,
            Component::Redis => self.redis_port = port,
        }
    }

    /// Where a client on this machine connects: the bound address, or loopback where all are bound.
    pub fn reached_at(&self) -> String {
        match self.bind {
            IpAddr::V4(bind) if bind.is_unspecified() => "127.0.0.1".to_owned(),
            IpAddr::V6(bind) if bind.is_unspecified() => "::1".to_owned(),
            bind => bind.to_string(),
        }
    }
}

impl Desired {
    /// The components that this instance consists of.
    pub fn components(&self) -> Vec<Component> {
        Component::ALL
            .into_iter()
            .filter(|&component| component != Component::ZooKeeper || self.mode == KafkaMode::ZooKeeper)
            .collect()
    }

    /// Works the desired instance out of the settings; `credentials` are those to be used where it is secure.
    ///
    /// # Errors
    /// A usage failure when settings do not fit together.
    pub fn from_settings(settings: &Settings, credentials: impl FnOnce() -> Result<Credentials>) -> Result<Self> {
        let local = &settings.local;
        check_kafka_version(&settings.kafka.version, settings.kafka.mode)?;
        Ok(Self {
            name: InstanceName::parse(&local.name)?,
            mode: settings.kafka.mode,
            kafka_version: settings.kafka.version.clone(),
            kafka_image: settings.kafka.docker_image(),
            kafka_heap: settings.kafka.heap.clone(),
            kafka_home: settings.kafka.home.clone(),
            redis_image: settings.redis.image.clone(),
            redis_program: settings.redis.program.clone(),
            address: Address {
                bind: local.bind,
                advertise: advertised_host(local.bind, local.advertise.as_deref())?,
                kafka_port: settings.kafka.port,
                redis_port: settings.redis.port,
            },
            credentials: if is_secure(settings)? { Some(credentials()?) } else { None },
            restart: local.restart,
            ephemeral: local.ephemeral,
            pull: local.pull,
            replace: false,
        })
    }
}

/// Whether the instance asks for passwords: where it says so, and always beyond loopback.
///
/// # Errors
/// A usage failure when `secure` is switched off beyond loopback.
pub fn is_secure(settings: &Settings) -> Result<bool> {
    let beyond_loopback = !settings.local.bind.is_loopback();
    match settings.local.secure {
        Some(false) if beyond_loopback => Err(Failure::usage(format!(
            "local.secure is false, but {} can be reached from other machines",
            settings.local.bind
        ))
        .hint("leave local.secure out, or bind to 127.0.0.1")
        .into()),
        Some(secure) => Ok(secure),
        None => Ok(beyond_loopback),
    }
}

fn advertised_host(bind: IpAddr, advertise: Option<&str>) -> Result<String> {
    match advertise {
        Some(host) if host.is_empty() || host.contains(|c: char| c.is_whitespace() || c == '/' || c == ',') => {
            Err(Failure::usage(format!("`{host}` is not a host name or address")).hint("give --advertise HOST").into())
        }
        Some(host) => Ok(host.to_owned()),
        None if bind.is_unspecified() => Err(Failure::usage(format!("clients cannot be told to connect to {bind}"))
            .hint("give --advertise HOST, the name or address by which other machines reach this one")
            .into()),
        None => Ok(bind.to_string()),
    }
}

/// Kafka 4 has no ZooKeeper mode; a version is three numbers.
fn check_kafka_version(version: &str, mode: KafkaMode) -> Result<()> {
    let parts: Vec<_> = version.split('.').map(str::parse::<u32>).collect();
    let [Ok(major), Ok(_), Ok(_)] = parts.as_slice() else {
        return Err(Failure::usage(format!("kafka.version `{version}` is not a version of three numbers"))
            .hint("write it as 3.9.1")
            .into());
    };
    if *major >= 4 && mode == KafkaMode::ZooKeeper {
        return Err(Failure::usage(format!("Kafka {version} has no ZooKeeper mode"))
            .hint("add `--set kafka.mode=kraft`, or use Kafka 3.9")
            .into());
    }
    Ok(())
}

/// How much of a component there is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase", tag = "state")]
pub enum Presence {
    /// Nothing.
    Absent,
    /// Made, but not running.
    Stopped {
        /// Exit code, where the engine knows it; 128 + N stands for signal N.
        exit_code: Option<i64>,
    },
    /// Running.
    Running {
        /// When it was started, RFC 3339 in UTC.
        since: Option<String>,
    },
}

/// What an engine says of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Observed {
    /// How much of it there is.
    pub presence: Presence,
    /// Container id or process id.
    pub id: Option<String>,
    /// Image, or version of the native program.
    pub version: Option<String>,
    /// Hash of the specification it was made from; see [`super::specification`].
    pub specification: Option<String>,
    /// Whether the thing of that name is not karctl's.
    pub is_foreign: bool,
    /// Whether it runs and stands still: paused, by whomever.
    pub is_paused: bool,
}

/// What an engine says of an instance.
#[derive(Clone, Debug)]
pub struct ObservedInstance {
    /// Every component, the absent ones included.
    pub components: BTreeMap<Component, Observed>,
    /// Where clients find it, as it really runs; absent where neither Kafka nor Redis was ever made.
    pub address: Option<Address>,
    /// Kafka's mode, as it really runs.
    pub mode: Option<KafkaMode>,
    /// Whether it asks for passwords.
    pub is_secure: bool,
    /// Whether it keeps nothing beyond `down`.
    pub is_ephemeral: bool,
    /// Where the data is: volume names, or a folder.
    pub data: Vec<String>,
}

impl ObservedInstance {
    /// Whether any component exists.
    pub fn exists(&self) -> bool {
        self.components.values().any(|observed| observed.presence != Presence::Absent)
    }

    /// Whether everything the instance consists of runs, and nothing is paused.
    pub fn is_running(&self) -> bool {
        self.exists()
            && self.components.iter().all(|(component, observed)| {
                (matches!(observed.presence, Presence::Running { .. }) && !observed.is_paused)
                    || (*component == Component::ZooKeeper && self.mode == Some(KafkaMode::Kraft))
            })
    }
}
