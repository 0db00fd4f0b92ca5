//! Kafka, ZooKeeper and Redis: how they start, and how one sees that they serve. Pure.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::super::desired::Desired;
use super::files::Files;
use super::{METRICS_PORT, ZOOKEEPER_PORT, hash, labels, names, selector};
use crate::render;
use crate::runtime_config::REDIS_USER;
use crate::services::KAFKA_CONTAINER_PORT;
use crate::settings::KafkaMode;
use crate::target::server_files;

/// Folders of the image apache/kafka.
const KAFKA_BIN: &str = "/opt/kafka/bin";

/// Where the agent is in a broker's pod, and the files of its ConfigMap.
const AGENT_FOLDER: &str = "/etc/kar-agent";
const AGENT_JAR: &str = "jmx_prometheus_javaagent.jar";
const AGENT_CONFIGURATION: &str = "kafka-agent.yaml";

/// Java heap of ZooKeeper; a KAR instance keeps a few kilobytes in it.
const ZOOKEEPER_HEAP: &str = "128m";

/// The brokers.
#[derive(Serialize)]
pub struct Kafka {
    image: String,
    replicas: u16,
    brokers: Vec<Broker>,
    selector: Value,
    labels: Value,
    configuration_hash: String,
    script: String,
    variables: Vec<Value>,
    probe: Vec<String>,
    expose: bool,
    agent: Option<Agent>,
    login: Option<&'static str>,
    cpu: String,
    memory: String,
    storage: String,
    zookeeper: Option<ZooKeeper>,
}

/// The Java agent that shows Kafka's figures: a ConfigMap, a folder of it, and a port.
#[derive(Serialize)]
struct Agent {
    name: &'static str,
    folder: &'static str,
    port: u16,
    files: Files,
    jar: BTreeMap<&'static str, String>,
    hash: String,
}

#[derive(Serialize)]
struct Broker {
    name: String,
    node_port: u16,
}

#[derive(Serialize)]
struct ZooKeeper {
    replicas: u16,
    selector: Value,
    labels: Value,
    configuration_hash: String,
    script: String,
    variables: Vec<Value>,
    probe: Vec<String>,
    alive: Vec<String>,
    cpu: String,
    memory: String,
    storage: String,
}

/// Redis.
#[derive(Serialize)]
pub struct Redis {
    image: String,
    selector: Value,
    labels: Value,
    configuration_hash: String,
    credentials: &'static str,
    probe: Vec<String>,
    expose: bool,
    node_port: u16,
    cpu: String,
    memory: String,
    storage: String,
}

fn variable(name: &str, value: impl Into<String>) -> Value {
    json!({"name": name, "value": value.into()})
}

/// Variables of Kafka's own start scripts. Its garbage collector's log would never be cut: EXTRA_ARGS leaves it out.
fn java_variables(desired: &Desired, part: &str, heap: &str) -> Vec<Value> {
    let logging = server_files::container_logging(&desired.kafka.version);
    vec![
        variable("EXTRA_ARGS", format!("-name {part}")),
        variable("KAFKA_HEAP_OPTS", format!("-Xms{heap} -Xmx{heap}")),
        variable("KAFKA_LOG4J_OPTS", format!("{}/etc/kar/{}", logging.option, logging.file)),
        variable("LOG_DIR", "/tmp"),
    ]
}

/// A command for bash, which speaks TCP without any tool. No Java runtime is started: 9 ms against half a second.
fn bash(script: &str) -> Vec<String> {
    ["/bin/bash", "-c", script].map(str::to_owned).to_vec()
}

/// Kafka answers ApiVersions (key 18, version 0, correlation id 1, no client id) with at least its length and the id.
fn kafka_probe() -> Vec<String> {
    bash(&format!(
        "exec 3<>/dev/tcp/127.0.0.1/{KAFKA_CONTAINER_PORT} \
         && printf '\\x00\\x00\\x00\\x0a\\x00\\x12\\x00\\x00\\x00\\x00\\x00\\x01\\xff\\xff' >&3 \
         && [ \"$(timeout 4 head -c 8 <&3 | wc -c)\" -eq 8 ]"
    ))
}

impl Kafka {
    /// With ZooKeeper, where Kafka needs one.
    pub fn new(desired: &Desired, files: &Files, zookeeper_files: &Files) -> Self {
        let cluster = &desired.cluster;
        let login = desired.is_kafka_secure().then_some(names::CREDENTIALS);
        let mut variables = java_variables(desired, "kafka", &desired.kafka.heap);
        if login.is_some() {
            let login = "-Djava.security.auth.login.config=/etc/kar-login/kafka-jaas.conf";
            variables.push(variable("KAFKA_OPTS", login));
        }
        let agent = desired.facts.agent.as_deref().map(Agent::new);
        // Only for the server itself: a second Java runtime in the pod could not have the agent's port.
        let (folder, port) = (AGENT_FOLDER, METRICS_PORT);
        let options = format!("$KAFKA_OPTS -javaagent:{folder}/{AGENT_JAR}={port}:{folder}/{AGENT_CONFIGURATION}");
        let export = agent.as_ref().map(|_| format!("export KAFKA_OPTS=\"{options}\"; ")).unwrap_or_default();
        let properties = "/etc/kar/server-${HOSTNAME##*-}.properties";
        let script = match desired.kafka.mode {
            KafkaMode::ZooKeeper => format!("{export}exec {KAFKA_BIN}/kafka-server-start.sh {properties}"),
            // Formatting takes a Java runtime of its own; data that was formatted has this file, written last.
            KafkaMode::Kraft => format!(
                "[ -e /data/log/meta.properties ] || {KAFKA_BIN}/kafka-storage.sh format --ignore-formatted \
                 -t \"$CLUSTER_ID\" -c {properties} || exit; {export}exec {KAFKA_BIN}/kafka-server-start.sh {properties}"
            ),
        };
        if desired.kafka.mode == KafkaMode::Kraft {
            let reference = json!({"secretKeyRef": {"name": names::CREDENTIALS, "key": "cluster-id"}});
            variables.push(json!({"name": "CLUSTER_ID", "valueFrom": reference}));
        }
        let secrets: Vec<_> = login.iter().map(|_| &desired.facts.credentials.kafka_password).collect();
        let broker = |ordinal| Broker {
            name: format!("kar-kafka-{ordinal}"),
            node_port: desired.kafka.port.saturating_add(ordinal),
        };
        Self {
            image: desired.kafka.docker_image(),
            replicas: desired.brokers(),
            brokers: (0..desired.brokers()).map(broker).collect(),
            selector: selector(names::KAFKA),
            labels: labels(desired, names::KAFKA),
            configuration_hash: hash(files, &secrets),
            script,
            variables,
            probe: kafka_probe(),
            expose: cluster.expose.is_some(),
            agent,
            login,
            cpu: cluster.kafka_cpu.clone(),
            memory: cluster.kafka_memory.clone(),
            storage: cluster.kafka_storage.clone(),
            zookeeper: (desired.zookeepers() > 0).then(|| ZooKeeper::new(desired, zookeeper_files)),
        }
    }
}

impl Agent {
    fn new(jar: &[u8]) -> Self {
        let files = Files::from([(AGENT_CONFIGURATION.to_owned(), render::KAFKA_AGENT.to_owned())]);
        let hash = format!("{:x}", Sha256::new().chain_update(jar).chain_update(render::KAFKA_AGENT).finalize());
        let jar = BTreeMap::from([(AGENT_JAR, BASE64_STANDARD.encode(jar))]);
        Self { name: names::KAFKA_AGENT, folder: AGENT_FOLDER, port: METRICS_PORT, files, jar, hash }
    }
}

impl ZooKeeper {
    fn new(desired: &Desired, files: &Files) -> Self {
        let cluster = &desired.cluster;
        let start = format!("exec {KAFKA_BIN}/zookeeper-server-start.sh /etc/kar/zoo.cfg");
        let identify = "mkdir -p /data/zookeeper && echo $((${HOSTNAME##*-} + 1)) >/data/zookeeper/myid || exit; ";
        let ask = |tests: &str| {
            bash(&format!(
                "exec 3<>/dev/tcp/127.0.0.1/{ZOOKEEPER_PORT} && printf ruok >&3 && [ \"$(timeout 4 cat <&3)\" = imok ]{tests}"
            ))
        };
        // One that has not joined the others says imok too; srvr it refuses.
        let serves = format!(
            " && exec 3<>/dev/tcp/127.0.0.1/{ZOOKEEPER_PORT} && printf srvr >&3 && timeout 4 cat <&3 | grep -q ^Mode:"
        );
        Self {
            replicas: desired.zookeepers(),
            selector: selector(names::ZOOKEEPER),
            labels: labels(desired, names::ZOOKEEPER),
            configuration_hash: hash(files, &[]),
            script: if desired.zookeepers() > 1 { format!("{identify}{start}") } else { start },
            variables: java_variables(desired, "zookeeper", ZOOKEEPER_HEAP),
            probe: ask(&serves),
            alive: ask(""),
            cpu: cluster.zookeeper_cpu.clone(),
            memory: cluster.zookeeper_memory.clone(),
            storage: cluster.zookeeper_storage.clone(),
        }
    }
}

impl Redis {
    /// The one pod that `kar` knows.
    pub fn new(desired: &Desired, files: &Files) -> Self {
        let cluster = &desired.cluster;
        let ask = format!("[ \"$(redis-cli --user {REDIS_USER} ping 2>/dev/null)\" = PONG ]");
        Self {
            image: desired.redis.image.clone(),
            selector: selector(names::REDIS),
            labels: labels(desired, names::REDIS),
            configuration_hash: hash(files, &[&desired.facts.credentials.redis_password]),
            credentials: names::CREDENTIALS,
            probe: ["/bin/sh", "-c", &ask].map(str::to_owned).to_vec(),
            expose: cluster.expose.is_some(),
            node_port: desired.redis.port,
            cpu: cluster.redis_cpu.clone(),
            memory: cluster.redis_memory.clone(),
            storage: cluster.redis_storage.clone(),
        }
    }
}
