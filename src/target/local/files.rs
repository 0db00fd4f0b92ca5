//! The configuration files of the three servers, for whatever engine runs them. Pure.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::instance::{Component, Desired};
use crate::error::Result;
use crate::redacted::Secret;
use crate::render::{self, context};
use crate::runtime_config::REDIS_USER;
use crate::services::host_and_port;
use crate::settings::KafkaMode;
use crate::target::server_files::{self, Listener, ServerProperties};

/// Kafka's listeners, for clients of a container network and for those of the host.
const INTERNAL: &str = "INTERNAL";
const CLIENT: &str = "CLIENT";

/// The other servers of a ZooKeeper that has none.
const ALONE: [(); 0] = [];

/// One configuration file.
#[derive(Clone, Debug)]
pub struct ConfigFile {
    /// Name within the component's configuration folder.
    pub name: &'static str,
    /// Its text.
    pub content: Secret,
    /// Whether it holds a secret, so that only the server may read it.
    pub is_secret: bool,
}

/// Where an engine has things: the only difference between a container and a process.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Folders of ZooKeeper, as the server sees them.
    pub zookeeper: Folders,
    /// Folders of Kafka, as the server sees them.
    pub kafka: Folders,
    /// Folders of Redis, as the server sees them.
    pub redis: Folders,
    /// Where ZooKeeper listens, and Kafka finds it.
    pub zookeeper_listener: Endpoint,
    /// Where Kafka's controller listens (KRaft).
    pub controller: Endpoint,
    /// Where Kafka listens for clients on the host.
    pub kafka_bind: Endpoint,
    /// Where Kafka listens for clients of a container network, where there is one.
    pub kafka_internal: Option<Endpoint>,
    /// Where Redis listens.
    pub redis_bind: Endpoint,
}

/// The folders of one server, absolute.
#[derive(Clone, Debug)]
pub struct Folders {
    /// Its configuration files.
    pub configuration: String,
    /// Its data.
    pub data: String,
}

/// An address that a server binds, and the name by which others reach it.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Address that is bound.
    pub bind: String,
    /// Name or address for others.
    pub host: String,
    /// Port.
    pub port: u16,
}

impl Endpoint {
    /// An address of this machine, or of a container's own loopback.
    pub fn on(host: impl Into<String>, port: u16) -> Self {
        let host = host.into();
        Self { bind: host.clone(), host, port }
    }

    /// `host:port` for others.
    pub fn reached(&self) -> String {
        host_and_port(&self.host, self.port)
    }

    fn bound(&self) -> String {
        host_and_port(&self.bind, self.port)
    }
}

impl Layout {
    /// The folders of a component.
    pub fn folders(&self, component: Component) -> &Folders {
        match component {
            Component::ZooKeeper => &self.zookeeper,
            Component::Kafka => &self.kafka,
            Component::Redis => &self.redis,
        }
    }

    /// The configuration files of a component.
    ///
    /// # Errors
    /// When a template does not render, which is a defect of karctl.
    pub fn files(&self, component: Component, desired: &Desired) -> Result<Vec<ConfigFile>> {
        match component {
            Component::ZooKeeper => self.zookeeper_files(),
            Component::Kafka => self.kafka_files(desired),
            Component::Redis => self.redis_files(desired),
        }
    }

    fn zookeeper_files(&self) -> Result<Vec<ConfigFile>> {
        let endpoint = &self.zookeeper_listener;
        let values =
            context! { data => &self.zookeeper.data, host => &endpoint.bind, port => endpoint.port, servers => ALONE };
        Ok(vec![ConfigFile::public("zoo.cfg", render::ZOO_CFG.render(values)?)])
    }

    fn kafka_files(&self, desired: &Desired) -> Result<Vec<ConfigFile>> {
        let properties = ServerProperties {
            mode: desired.mode,
            id: 0,
            controllers: format!("0@{}", self.controller.reached()),
            zookeeper: self.zookeeper_listener.reached(),
            listeners: self.listeners(desired),
            inter_broker: if self.kafka_internal.is_some() { INTERNAL } else { CLIENT },
            sasl: desired.credentials.is_some(),
            data: format!("{}/log", self.kafka.data),
            replication: 1,
            in_sync: 1,
        };
        let mut files = vec![ConfigFile::public("server.properties", properties.render()?)];
        if let Some(credentials) = &desired.credentials {
            let login = server_files::kafka_login(&credentials.kafka_username, &credentials.kafka_password)?;
            files.push(ConfigFile::secret("kafka-jaas.conf", login));
        }
        Ok(files)
    }

    fn listeners(&self, desired: &Desired) -> Vec<Listener> {
        let protocol = if desired.credentials.is_some() { "SASL_PLAINTEXT" } else { "PLAINTEXT" };
        let listener =
            |name, endpoint: &Endpoint, advertised| Listener { name, bind: endpoint.bound(), advertised, protocol };
        let mut listeners = Vec::new();
        if let Some(internal) = &self.kafka_internal {
            listeners.push(listener(INTERNAL, internal, Some(internal.reached())));
        }
        let advertised = host_and_port(&desired.address.advertise, desired.address.kafka_port);
        listeners.push(listener(CLIENT, &self.kafka_bind, Some(advertised)));
        if desired.mode == KafkaMode::Kraft {
            let controller = Listener { protocol: "PLAINTEXT", ..listener("CONTROLLER", &self.controller, None) };
            listeners.push(controller);
        }
        listeners
    }

    fn redis_files(&self, desired: &Desired) -> Result<Vec<ConfigFile>> {
        let users = desired.credentials.as_ref().map(|_| format!("{}/users.acl", self.redis.configuration));
        let values = context! {
            bind => &self.redis_bind.bind,
            port => self.redis_bind.port,
            data => &self.redis.data,
            user => REDIS_USER,
            users => users,
        };
        let mut files = vec![ConfigFile::public("redis.conf", render::REDIS_CONF.render(values)?)];
        if let Some(credentials) = &desired.credentials {
            files.push(ConfigFile::secret("users.acl", server_files::redis_users(&credentials.redis_password)?));
        }
        Ok(files)
    }
}

impl ConfigFile {
    fn public(name: &'static str, content: String) -> Self {
        Self { name, content: Secret::new(content), is_secret: false }
    }

    fn secret(name: &'static str, content: Secret) -> Self {
        Self { name, content, is_secret: true }
    }
}

/// SHA-256, in hexadecimal, of everything a component is made from; a different one means: make it anew.
///
/// `parts` is what the engine adds (image, command, ports); the files count with their content.
///
/// # Errors
/// When `parts` cannot be written as JSON, which is a defect of karctl.
pub fn specification(parts: &impl Serialize, files: &[ConfigFile]) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(serde_json::to_vec(parts)?);
    for file in files {
        hash.update([0]);
        hash.update(file.name);
        hash.update([0]);
        hash.update(file.content.expose());
    }
    Ok(format!("{:x}", hash.finalize()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::services::Credentials;
    use crate::target::local::instance::{Address, InstanceName};

    fn desired(mode: KafkaMode, credentials: Option<Credentials>) -> Desired {
        Desired {
            name: InstanceName::parse("kar").expect("valid"),
            mode,
            kafka_version: "3.9.1".to_owned(),
            kafka_image: "apache/kafka:3.9.1".to_owned(),
            kafka_heap: "256m".to_owned(),
            kafka_home: None,
            redis_image: "valkey/valkey:8.1.11".to_owned(),
            redis_program: None,
            address: Address {
                bind: "127.0.0.1".parse().expect("address"),
                advertise: "127.0.0.1".to_owned(),
                kafka_port: 31093,
                redis_port: 31379,
            },
            credentials,
            restart: crate::settings::RestartPolicy::No,
            ephemeral: false,
            pull: crate::settings::PullPolicy::Missing,
            replace: false,
        }
    }

    fn layout() -> Layout {
        let folders = |name: &str| Folders { configuration: format!("/c/{name}"), data: format!("/d/{name}") };
        Layout {
            zookeeper: folders("zookeeper"),
            kafka: folders("kafka"),
            redis: folders("redis"),
            zookeeper_listener: Endpoint::on("zookeeper", 2181),
            controller: Endpoint::on("localhost", 29093),
            kafka_bind: Endpoint::on("0.0.0.0", 9093),
            kafka_internal: Some(Endpoint { bind: "0.0.0.0".to_owned(), host: "kafka".to_owned(), port: 9092 }),
            redis_bind: Endpoint::on("0.0.0.0", 6379),
        }
    }

    fn lines(files: &[ConfigFile], index: usize, prefix: &str) -> Vec<String> {
        let text = files[index].content.expose();
        text.lines().filter(|line| line.starts_with(prefix)).map(str::to_owned).collect()
    }

    #[test]
    fn kafka_advertises_the_network_inside_and_the_host_outside() {
        let files = layout().files(Component::Kafka, &desired(KafkaMode::ZooKeeper, None)).expect("renders");
        assert_eq!(
            lines(&files, 0, "advertised"),
            ["advertised.listeners=INTERNAL://kafka:9092,CLIENT://127.0.0.1:31093"]
        );
        assert_eq!(lines(&files, 0, "zookeeper.connect="), ["zookeeper.connect=zookeeper:2181"]);
        assert_eq!(lines(&files, 0, "inter"), ["inter.broker.listener.name=INTERNAL"]);
    }

    #[test]
    fn kraft_has_a_controller_that_is_not_advertised() {
        let files = layout().files(Component::Kafka, &desired(KafkaMode::Kraft, None)).expect("renders");
        assert_eq!(
            lines(&files, 0, "listeners"),
            ["listeners=INTERNAL://0.0.0.0:9092,CLIENT://0.0.0.0:9093,CONTROLLER://localhost:29093"]
        );
        assert_eq!(lines(&files, 0, "zookeeper"), Vec::<String>::new());
        assert_eq!(lines(&files, 0, "controller.quorum"), ["controller.quorum.voters=0@localhost:29093"]);
    }

    #[test]
    fn passwords_are_only_in_files_that_are_marked() {
        let credentials = Credentials {
            kafka_username: "kar".to_owned(),
            kafka_password: Secret::new("kafka\"canary"),
            redis_password: Secret::new("redis-canary"),
        };
        let desired = desired(KafkaMode::ZooKeeper, Some(credentials));
        for component in Component::ALL {
            for file in layout().files(component, &desired).expect("renders") {
                assert!(file.is_secret || !file.content.expose().contains("canary"), "{}", file.name);
            }
        }
        let files = layout().files(Component::Kafka, &desired).expect("renders");
        assert!(files[1].content.expose().contains(r#"user_kar="kafka\"canary";"#));
    }

    #[test]
    fn another_file_is_another_specification() {
        let files = layout().files(Component::Redis, &desired(KafkaMode::ZooKeeper, None)).expect("renders");
        let changed = vec![ConfigFile::public("redis.conf", "port 1\n".to_owned())];
        let of = |files: &[ConfigFile]| specification(&"image", files).expect("json");
        assert_eq!(of(&files), of(&files));
        assert_ne!(of(&files), of(&changed));
    }
}
