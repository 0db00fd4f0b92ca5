//! What a component's container is made from: image, command, variables, mounts, ports, files. Pure.

use std::collections::HashMap;
use std::time::Duration;

use serde::Serialize;

use crate::client::docker::models::{
    ContainerCreateBody, EndpointSettings, HostConfig, HostConfigLogConfig, ImageConfig, Mount, MountType,
    NetworkingConfig, PortBinding, RestartPolicy as Restart, RestartPolicyNameEnum,
};
use crate::error::Result;
use crate::redacted::Secret;
use crate::services::{KAFKA_CONTAINER_PORT, REDIS_CONTAINER_PORT};
use crate::settings::{KafkaMode, RestartPolicy};
use crate::target::local::files::{ConfigFile, Endpoint, Folders, Layout, specification};
use crate::target::local::instance::{Component, Desired};
use crate::target::server_files::container_logging;

/// Folder of configuration files in every container.
pub const CONFIGURATION: &str = "/etc/kar";

/// File in [`CONFIGURATION`] with the id of the KRaft cluster. It belongs to the data and not to the specification.
pub const CLUSTER_ID: &str = "cluster.id";

/// Port of Kafka's listener for clients of the host, as in the original.
const KAFKA_CLIENT_PORT: u16 = 9093;

/// Port of Kafka's controller, within its container only.
const CONTROLLER_PORT: u16 = 29093;

/// ZooKeeper's usual port.
const ZOOKEEPER_PORT: u16 = 2181;

/// Folders and programs of the image apache/kafka.
/// <https://github.com/apache/kafka/blob/3.9.1/docker/jvm/Dockerfile>
const KAFKA_DATA: &str = "/var/lib/kafka/data";
const KAFKA_START: &str = "/opt/kafka/bin/kafka-server-start.sh";
const KAFKA_STORAGE: &str = "/opt/kafka/bin/kafka-storage.sh";
const ZOOKEEPER_START: &str = "/opt/kafka/bin/zookeeper-server-start.sh";

/// Where ZooKeeper's volume is mounted: the one folder of Kafka's image that belongs to its user, so that the volume does
/// too, also where compose makes it.
const ZOOKEEPER_DATA: &str = KAFKA_DATA;

/// Where the images of Redis and Valkey keep their data. <https://github.com/valkey-io/valkey-container>
const REDIS_DATA: &str = "/data";

/// Java heap of ZooKeeper; a KAR instance keeps a few kilobytes in it.
const ZOOKEEPER_HEAP: &str = "96m";

/// For a short start: one thread for garbage, no second compiler.
const JVM_OPTIONS: &str = "-XX:+UseSerialGC -XX:TieredStopAtLevel=1 -Djava.awt.headless=true";

/// A container's log is cut at `LOG_FILES` times this.
const LOG_SIZE: &str = "10m";
const LOG_FILES: &str = "3";

/// Time for Kafka to hand over and flush; ZooKeeper and Redis are done in a moment.
const KAFKA_GRACE: Duration = Duration::from_secs(30);
const GRACE: Duration = Duration::from_secs(10);

/// What a container is made from; two that are equal make the same container.
#[derive(Clone, Debug, Serialize)]
pub struct Blueprint {
    /// Which component.
    pub component: Component,
    /// Name of the container.
    pub container: String,
    /// Version of Kafka that the image is said to have, for Kafka itself: its data has to know.
    pub kafka_version: Option<String>,
    /// Image, as it was asked for.
    pub image: String,
    /// Replaces the image's entry point; `None` keeps it.
    pub entrypoint: Option<Vec<String>>,
    /// Arguments.
    pub command: Vec<String>,
    /// Variables, sorted.
    pub environment: Vec<String>,
    /// Volume with the data.
    pub volume: String,
    /// Where it is mounted.
    pub mount: &'static str,
    /// Folder of the data in the volume, made by karctl; `None` where the image owns the volume's root.
    pub data_folder: Option<&'static str>,
    /// Port in the container, address and port on the host.
    pub port: Option<(u16, String, u16)>,
    /// Name of the network.
    pub network: String,
    /// What the engine does when it ends.
    pub restart: RestartPolicy,
    /// Configuration files.
    #[serde(skip)]
    pub files: Vec<ConfigFile>,
}

impl Blueprint {
    /// Works out what a component's container is made from.
    ///
    /// # Errors
    /// When a template does not render, which is a defect of karctl.
    pub fn new(desired: &Desired, component: Component) -> Result<Self> {
        let (entrypoint, command) = command(desired.mode, component);
        let volume = if desired.ephemeral {
            format!("{}_{}-ephemeral", desired.name, component.name())
        } else {
            desired.name.volume(component)
        };
        let container_port = match component {
            Component::ZooKeeper => None,
            Component::Kafka => Some(KAFKA_CLIENT_PORT),
            Component::Redis => Some(REDIS_CONTAINER_PORT),
        };
        let bind = desired.address.bind.to_string();
        Ok(Self {
            component,
            container: desired.name.container(component),
            kafka_version: (component == Component::Kafka).then(|| desired.kafka_version.clone()),
            image: image(desired, component).to_owned(),
            entrypoint,
            command,
            environment: environment(desired, component),
            volume,
            mount: mount(component),
            data_folder: data_folder(component),
            port: container_port.zip(desired.address.port(component)).map(|(inner, outer)| (inner, bind, outer)),
            network: desired.name.network(),
            restart: desired.restart,
            files: files(desired, component)?,
        })
    }

    /// The hash that says whether a container was made from this.
    ///
    /// # Errors
    /// When this cannot be written as JSON, which is a defect of karctl.
    pub fn specification(&self) -> Result<String> {
        specification(self, &self.files)
    }

    /// Whether it is of no use before ZooKeeper is there.
    pub fn needs_zookeeper(&self) -> bool {
        self.component == Component::Kafka && self.entrypoint.as_deref() == Some(&[KAFKA_START.to_owned()])
    }

    /// Whether it is a Kafka that keeps its metadata itself.
    pub fn is_kraft(&self) -> bool {
        self.component == Component::Kafka && !self.needs_zookeeper()
    }

    /// The request that makes the container. `image` is the image's own configuration; `network` names the network, or is
    /// its id.
    pub fn body(&self, image: &ImageConfig, network: &str, labels: HashMap<String, String>) -> ContainerCreateBody {
        let endpoint =
            EndpointSettings { aliases: Some(vec![self.component.name().to_owned()]), ..EndpointSettings::default() };
        ContainerCreateBody {
            image: Some(self.image.clone()),
            hostname: Some(self.component.name().to_owned()),
            entrypoint: self.entrypoint.clone(),
            cmd: Some(self.arguments(image)),
            env: Some(self.environment.clone()),
            labels: Some(labels),
            exposed_ports: self.port.as_ref().map(|(inner, ..)| vec![format!("{inner}/tcp")]),
            stop_timeout: i64::try_from(grace(self.component).as_secs()).ok(),
            host_config: Some(self.host_config(network)),
            networking_config: Some(NetworkingConfig {
                endpoints_config: Some(HashMap::from([(network.to_owned(), endpoint)])),
            }),
            ..ContainerCreateBody::default()
        }
    }

    fn host_config(&self, network: &str) -> HostConfig {
        let bindings = self.port.as_ref().map(|(inner, address, outer)| {
            let binding = PortBinding { host_ip: Some(address.clone()), host_port: Some(outer.to_string()) };
            HashMap::from([(format!("{inner}/tcp"), Some(vec![binding]))])
        });
        let log = [("max-size", LOG_SIZE), ("max-file", LOG_FILES)];
        HostConfig {
            network_mode: Some(network.to_owned()),
            port_bindings: bindings,
            mounts: Some(vec![Mount {
                target: Some(self.mount.to_owned()),
                source: Some(self.volume.clone()),
                typ: Some(MountType::VOLUME),
                ..Mount::default()
            }]),
            restart_policy: Some(restart(self.restart)),
            log_config: Some(HostConfigLogConfig {
                typ: Some("json-file".to_owned()),
                config: Some(log.map(|(key, value)| (key.to_owned(), value.to_owned())).into()),
            }),
            ..HostConfig::default()
        }
    }

    /// Redis' images drop root's rights when their own server is what is asked for: `valkey-server` in Valkey's.
    fn arguments(&self, image: &ImageConfig) -> Vec<String> {
        let own = image.cmd.as_ref().and_then(|command| command.first());
        let mut arguments = self.command.clone();
        if let (Component::Redis, Some(own)) = (self.component, own)
            && own.ends_with("valkey-server")
        {
            arguments[0].clone_from(own);
        }
        arguments
    }
}

/// How long a component may take to end.
pub fn grace(component: Component) -> Duration {
    if component == Component::Kafka { KAFKA_GRACE } else { GRACE }
}

/// The image of a component.
pub fn image(desired: &Desired, component: Component) -> &str {
    match component {
        Component::ZooKeeper | Component::Kafka => &desired.kafka_image,
        Component::Redis => &desired.redis_image,
    }
}

/// Where a component's volume is mounted.
pub fn mount(component: Component) -> &'static str {
    match component {
        Component::ZooKeeper => ZOOKEEPER_DATA,
        Component::Kafka => KAFKA_DATA,
        Component::Redis => REDIS_DATA,
    }
}

/// The folder below the mount that karctl makes with the owner the server runs as, so that nothing depends on how an
/// engine fills an empty volume. Kafka's is the `log.dirs` of [`Layout`].
fn data_folder(component: Component) -> Option<&'static str> {
    match component {
        Component::ZooKeeper => Some("data"),
        Component::Kafka => Some("log"),
        Component::Redis => None,
    }
}

/// Where containers have things.
pub fn layout() -> Layout {
    let folders = |data: &str| Folders { configuration: CONFIGURATION.to_owned(), data: data.to_owned() };
    let everywhere = |host: &str, port| Endpoint { bind: "0.0.0.0".to_owned(), host: host.to_owned(), port };
    Layout {
        zookeeper: folders(&format!("{ZOOKEEPER_DATA}/data")),
        kafka: folders(KAFKA_DATA),
        redis: folders(REDIS_DATA),
        zookeeper_listener: everywhere("zookeeper", ZOOKEEPER_PORT),
        controller: Endpoint::on("localhost", CONTROLLER_PORT),
        kafka_bind: everywhere("kafka", KAFKA_CLIENT_PORT),
        kafka_internal: Some(everywhere("kafka", KAFKA_CONTAINER_PORT)),
        redis_bind: everywhere("redis", REDIS_CONTAINER_PORT),
    }
}

/// The server's own files, and where it logs to.
fn files(desired: &Desired, component: Component) -> Result<Vec<ConfigFile>> {
    let mut files = layout().files(component, desired)?;
    if component != Component::Redis {
        let logging = container_logging(&desired.kafka_version);
        files.push(ConfigFile { name: logging.file, content: Secret::new(logging.content), is_secret: false });
    }
    Ok(files)
}

fn command(mode: KafkaMode, component: Component) -> (Option<Vec<String>>, Vec<String>) {
    let owned = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
    let properties = format!("{CONFIGURATION}/server.properties");
    match (component, mode) {
        (Component::ZooKeeper, _) => (Some(owned(&[ZOOKEEPER_START])), vec![format!("{CONFIGURATION}/zoo.cfg")]),
        (Component::Kafka, KafkaMode::ZooKeeper) => (Some(owned(&[KAFKA_START])), vec![properties]),
        (Component::Kafka, KafkaMode::Kraft) => {
            // Formatting takes a Java runtime of its own; data that was formatted has this file, written last.
            let script = format!(
                "[ -e {KAFKA_DATA}/log/meta.properties ] || {KAFKA_STORAGE} format --ignore-formatted \
                 -t \"$(cat {CONFIGURATION}/{CLUSTER_ID})\" -c {properties} || exit; exec {KAFKA_START} {properties}"
            );
            (Some(owned(&["/bin/sh", "-c"])), vec![script])
        }
        (Component::Redis, _) => (None, vec!["redis-server".to_owned(), format!("{CONFIGURATION}/redis.conf")]),
    }
}

/// Variables of Kafka's own start scripts; nothing of them is secret.
fn environment(desired: &Desired, component: Component) -> Vec<String> {
    let heap = match component {
        Component::ZooKeeper => ZOOKEEPER_HEAP,
        Component::Kafka => &desired.kafka_heap,
        Component::Redis => return Vec::new(),
    };
    let logging = container_logging(&desired.kafka_version);
    // Without `-loggc` in EXTRA_ARGS no log of the garbage collector is written, which nobody would ever cut.
    let mut environment = vec![
        format!("EXTRA_ARGS=-name {}", component.name()),
        format!("KAFKA_HEAP_OPTS=-Xms{heap} -Xmx{heap}"),
        format!("KAFKA_JVM_PERFORMANCE_OPTS={JVM_OPTIONS}"),
        format!("KAFKA_LOG4J_OPTS={}{CONFIGURATION}/{}", logging.option, logging.file),
    ];
    if component == Component::Kafka && desired.credentials.is_some() {
        let file = format!("{CONFIGURATION}/kafka-jaas.conf");
        environment.push(format!("KAFKA_OPTS=-Djava.security.auth.login.config={file}"));
    }
    environment.sort();
    environment
}

fn restart(policy: RestartPolicy) -> Restart {
    let name = match policy {
        RestartPolicy::No => RestartPolicyNameEnum::NO,
        RestartPolicy::Always => RestartPolicyNameEnum::ALWAYS,
        RestartPolicy::OnFailure => RestartPolicyNameEnum::ON_FAILURE,
        RestartPolicy::UnlessStopped => RestartPolicyNameEnum::UNLESS_STOPPED,
    };
    Restart { name: Some(name), maximum_retry_count: None }
}
