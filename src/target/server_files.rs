//! Files of the servers that processes, containers and pods have alike: logins, and where Java logs to. Pure.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::redacted::Secret;
use crate::render::{self, context};
use crate::runtime_config::REDIS_USER;
use crate::settings::KafkaMode;

/// One of Kafka's listeners.
#[derive(Clone, Debug, Serialize)]
pub struct Listener {
    /// Its name, in capital letters.
    pub name: &'static str,
    /// `host:port` that is bound.
    pub bind: String,
    /// `host:port` that clients are told; a controller tells none.
    pub advertised: Option<String>,
    /// `PLAINTEXT` or `SASL_PLAINTEXT`.
    pub protocol: &'static str,
}

/// What a broker's `server.properties` is made of.
#[derive(Clone, Debug, Serialize)]
pub struct ServerProperties {
    /// Who keeps the metadata.
    pub mode: KafkaMode,
    /// Id of the broker, from 0.
    pub id: u16,
    /// The voters, `id@host:port` each (KRaft).
    pub controllers: String,
    /// Where ZooKeeper is, `host:port` each (ZooKeeper mode).
    pub zookeeper: String,
    /// The listeners.
    pub listeners: Vec<Listener>,
    /// Name of the one between brokers.
    pub inter_broker: &'static str,
    /// Whether clients give a password.
    pub sasl: bool,
    /// Folder of the data, absolute.
    pub data: String,
    /// Copies of every record.
    pub replication: u16,
    /// Copies that must be written before a record is acknowledged.
    pub in_sync: u16,
}

impl ServerProperties {
    /// The file.
    ///
    /// # Errors
    /// When the template does not render, which is a defect of karctl.
    pub fn render(&self) -> Result<String> {
        render::SERVER_PROPERTIES.render(self)
    }
}

/// Kafka's login module with its only user; it holds the password.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn kafka_login(username: &str, password: &Secret) -> Result<Secret> {
    let values = context! { username => username, password => in_java_quotes(password.expose()) };
    render::KAFKA_JAAS.render(values).map(Secret::new)
}

/// Redis' users: the default one off, [`REDIS_USER`] with the password's hash.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn redis_users(password: &Secret) -> Result<Secret> {
    let hash = format!("{:x}", Sha256::digest(password.expose()));
    let values = context! { user => REDIS_USER, password_sha256 => hash };
    render::USERS_ACL.render(values).map(Secret::new)
}

/// What tells Java's logging library to write to the container's own log.
#[derive(Clone, Copy, Debug)]
pub struct ContainerLogging {
    /// Name of its file.
    pub file: &'static str,
    /// Option of Java, which the file's path follows.
    pub option: &'static str,
    /// The file.
    pub content: &'static str,
}

/// Kafka's images have reload4j up to Kafka 3, log4j 2 from 4 on.
pub fn container_logging(kafka_version: &str) -> ContainerLogging {
    let major = kafka_version.split('.').next().and_then(|major| major.parse::<u32>().ok());
    if major.is_some_and(|major| major < 4) {
        let content = include_str!("../../templates/docker/log4j.properties");
        return ContainerLogging { file: "log4j.properties", option: "-Dlog4j.configuration=file:", content };
    }
    let content = include_str!("../../templates/docker/log4j2.properties");
    ContainerLogging { file: "log4j2.properties", option: "-Dlog4j2.configurationFile=", content }
}

/// The inside of a quoted string of Java's login configuration.
fn in_java_quotes(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}
