//! The objects that a cluster is given, in the order in which they are applied. Pure.
//!
//! Names, ports, labels and keys of secrets are those of the original's chart: applications depend on them.

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::desired::{Desired, KAFKA_USERNAME};
use super::names;
use crate::client::kubernetes::object::{Kind, Object};
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::render::{self, context};
use crate::runtime_config::{REDIS_USER, RuntimeConfig};
use crate::services::{ClusterServices, KAFKA_CONTAINER_PORT, REDIS_CONTAINER_PORT, Services, Vantage};
use crate::settings::{Implementation, KafkaMode, Spread};
use crate::target::server_files;

/// Ports of Kafka and ZooKeeper in their pods. The listener on loopback is for port-forwards, see [`forward_port`].
const EXTERNAL_PORT: u16 = 9093;
const FORWARD_PORT: u16 = 9094;
const CONTROLLER_PORT: u16 = 9095;
const ZOOKEEPER_PORT: u16 = 2181;

/// Users of the images: `appuser` of apache/kafka, `valkey` of valkey/valkey, and one of nobody for the injector.
/// <https://github.com/apache/kafka/blob/3.9.1/docker/jvm/Dockerfile>, <https://github.com/valkey-io/valkey-container>
const KAFKA_USER: u32 = 1000;
const REDIS_USER_ID: u32 = 999;
const INJECTOR_USER: u32 = 65532;

/// Folders of the image apache/kafka.
const KAFKA_BIN: &str = "/opt/kafka/bin";

/// Java heap of ZooKeeper; a KAR instance keeps a few kilobytes in it.
const ZOOKEEPER_HEAP: &str = "128m";

/// Seconds an injector goes on answering after it left its service.
const DRAIN_SECONDS: u16 = 5;

/// The port of this machine that a broker's port for forwards is advertised at.
pub fn forward_port(ordinal: u16) -> u16 {
    31193 + ordinal
}

/// The port of a broker's pod that port-forwards lead to.
pub const KAFKA_FORWARD_PORT: u16 = FORWARD_PORT;

/// Renders every object, with its labels, namespace and the hash of what it was made from.
///
/// # Errors
/// When a template does not render or gives no object, which is a defect of karctl.
pub fn objects(desired: &Desired) -> Result<Vec<Object>> {
    let values = Values::new(desired)?;
    let mut objects = Vec::new();
    for template in render::KUBERNETES {
        let text = template.render(&values)?;
        for document in serde_yaml::Deserializer::from_str(&text) {
            let value = Value::deserialize(document)
                .or_fail(|| Failure::new(format!("template {} gives no YAML", template.name)))?;
            if !value.is_null() {
                objects.push(completed(Object(value), desired)?);
            }
        }
    }
    Ok(objects)
}

/// What every object has: labels as those of the original's chart, a namespace where its kind has one, the hash.
fn completed(mut object: Object, desired: &Desired) -> Result<Object> {
    let reference = object.reference();
    if Kind::find(&reference.api_version, &reference.kind)?.is_namespaced {
        object.0["metadata"]["namespace"] = Value::from(desired.cluster.namespace.as_str());
    }
    for (name, value) in [
        ("app.kubernetes.io/name", names::PART_OF),
        ("app.kubernetes.io/instance", names::PART_OF),
        ("app.kubernetes.io/version", &desired.images.release),
        (names::MANAGED_BY, names::KARCTL),
        ("name", &reference.name),
    ] {
        object.set_metadata("labels", name, value);
    }
    let hash = format!("{:x}", Sha256::digest(serde_json::to_vec(&object)?));
    object.set_metadata("annotations", names::APPLIED_HASH, hash);
    Ok(object)
}

/// What the templates take.
#[derive(Serialize)]
struct Values {
    namespace: String,
    pod_security: &'static str,
    persistence: bool,
    storage_class: Option<String>,
    anyuid: bool,
    pull_secret: Option<&'static str>,
    secrets: Vec<SecretValues>,
    configurations: Vec<Configuration>,
    kafka: Option<Kafka>,
    redis: Option<Redis>,
    injector: Injector,
    security: BTreeMap<&'static str, Value>,
    affinity: BTreeMap<&'static str, Option<Value>>,
    spread: BTreeMap<&'static str, Option<Value>>,
    network_policy: Vec<Policy>,
    budgets: Vec<Budget>,
}

#[derive(Serialize)]
struct SecretValues {
    name: &'static str,
    r#type: &'static str,
    keep: bool,
    data: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Configuration {
    name: &'static str,
    files: BTreeMap<String, String>,
}

#[derive(Serialize)]
struct Kafka {
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
    agent: bool,
    login: Option<&'static str>,
    cpu: String,
    memory: String,
    storage: String,
    zookeeper: Option<ZooKeeper>,
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

#[derive(Serialize)]
struct Redis {
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

#[derive(Serialize)]
struct Injector {
    image: String,
    replicas: u16,
    selector: Value,
    labels: Value,
    certificate_hash: Option<String>,
    command: Vec<&'static str>,
    arguments: Vec<String>,
    readiness: Value,
    liveness: Value,
    drain: Option<u16>,
    webhook_name: String,
    ca_bundle: String,
    failure_policy: &'static str,
    match_conditions: bool,
}

#[derive(Serialize)]
struct Policy {
    name: String,
    selector: Value,
    ingress: Value,
}

#[derive(Serialize)]
struct Budget {
    name: &'static str,
    selector: Value,
}

/// The configuration files of one server.
type Files = BTreeMap<String, String>;

impl Values {
    fn new(desired: &Desired) -> Result<Self> {
        let services = desired.services();
        let mut configurations = Vec::new();
        let (mut kafka, mut redis) = (None, None);
        if let Some(services) = &services {
            let kafka_files = kafka_files(desired, services)?;
            let zookeeper_files = zookeeper_files(desired, services)?;
            let redis_files = redis_files()?;
            kafka = Some(Kafka::new(desired, &kafka_files, &zookeeper_files)?);
            redis = Some(Redis::new(desired, &redis_files));
            configurations.push(Configuration { name: names::KAFKA, files: kafka_files });
            if desired.zookeepers() > 0 {
                configurations.push(Configuration { name: names::ZOOKEEPER, files: zookeeper_files });
            }
            configurations.push(Configuration { name: names::REDIS, files: redis_files });
        }
        let runtime = match (&desired.elsewhere, services) {
            (Some(elsewhere), _) => Services::Given(elsewhere.clone()),
            (None, Some(services)) => Services::Cluster(services),
            (None, None) => return Err(Failure::new("there are no services").into()),
        };
        Ok(Self {
            namespace: desired.cluster.namespace.clone(),
            pod_security: if desired.cluster.anyuid { "privileged" } else { "restricted" },
            persistence: desired.cluster.persistence,
            storage_class: desired.cluster.storage_class.clone(),
            anyuid: desired.is_openshift && desired.cluster.anyuid,
            pull_secret: desired.pull_secret.is_some().then_some(names::PULL_SECRET),
            secrets: secrets(desired, &runtime.runtime_config(Vantage::Pod)?)?,
            configurations,
            kafka,
            redis,
            injector: Injector::new(desired),
            security: security(desired),
            affinity: affinities(desired),
            spread: spreads(desired),
            network_policy: network_policies(desired),
            budgets: budgets(desired),
        })
    }
}

/// Selectors never change: name, instance and which part, as in the original.
fn selector(part: &str) -> Value {
    json!({"app.kubernetes.io/name": names::PART_OF, "app.kubernetes.io/instance": names::PART_OF, "name": part})
}

fn labels(desired: &Desired, part: &str) -> Value {
    let mut labels = selector(part);
    labels["app.kubernetes.io/version"] = Value::from(desired.images.release.as_str());
    labels["app.kubernetes.io/managed-by"] = Value::from(names::KARCTL);
    labels
}

fn base64(text: &str) -> String {
    BASE64_STANDARD.encode(text)
}

/// SHA-256 of files, in hexadecimal: pods start anew when it changes.
fn hash(files: &Files, secrets: &[&Secret]) -> String {
    let mut hash = Sha256::new();
    for (name, content) in files {
        hash.update(format!("{name}\0{content}\0"));
    }
    for secret in secrets {
        hash.update(secret.expose());
        hash.update([0]);
    }
    format!("{:x}", hash.finalize())
}

fn secrets(desired: &Desired, runtime: &RuntimeConfig) -> Result<Vec<SecretValues>> {
    let certificate = &desired.certificate;
    let opaque = |name, keep, entries: Vec<(&str, &str)>| SecretValues {
        name,
        r#type: "Opaque",
        keep,
        data: entries.into_iter().map(|(key, value)| (key.to_owned(), base64(value))).collect(),
    };
    let mut secrets = vec![
        SecretValues { name: names::RUNTIME_CONFIG, r#type: "Opaque", keep: false, data: runtime_data(runtime) },
        opaque(
            names::INJECTOR_TLS,
            false,
            vec![("tls.crt", &certificate.leaf), ("tls.key", certificate.leaf_key.expose())],
        ),
        opaque(
            names::INJECTOR_CA,
            false,
            vec![
                ("ca.crt", &certificate.authority),
                ("ca.key", certificate.authority_key.expose()),
                ("ca-bundle.crt", &certificate.authorities),
            ],
        ),
    ];
    if desired.elsewhere.is_none() {
        let credentials = &desired.credentials;
        let users = server_files::redis_users(&credentials.redis_password)?;
        let login = server_files::kafka_login(KAFKA_USERNAME, &credentials.kafka_password)?;
        let entries = vec![
            ("redis-password", credentials.redis_password.expose()),
            ("kafka-password", credentials.kafka_password.expose()),
            ("cluster-id", credentials.cluster_id.as_str()),
            ("kafka-mode", desired.kafka.mode.name()),
            ("users.acl", users.expose()),
            ("kafka-jaas.conf", login.expose()),
        ];
        secrets.push(opaque(names::CREDENTIALS, true, entries));
    }
    if let Some(pull_secret) = &desired.pull_secret {
        secrets.push(SecretValues {
            name: names::PULL_SECRET,
            r#type: "kubernetes.io/dockerconfigjson",
            keep: false,
            data: BTreeMap::from([(".dockerconfigjson".to_owned(), base64(pull_secret.expose()))]),
        });
    }
    Ok(secrets)
}

/// Keys of the runtime's secret: the variables in lower case, those that are unset left out. `kar` takes each file as it
/// is, so no line break follows a value.
fn runtime_data(runtime: &RuntimeConfig) -> BTreeMap<String, String> {
    let given = runtime.variables().into_iter().filter_map(|variable| Some((variable.name, variable.value?)));
    given.map(|(name, value)| (name.to_lowercase(), base64(value.expose()))).collect()
}

/// One of Kafka's listeners, as the template takes it.
#[derive(Serialize)]
struct Listener {
    name: &'static str,
    bind: String,
    advertised: Option<String>,
    protocol: &'static str,
}

fn kafka_files(desired: &Desired, services: &ClusterServices) -> Result<Files> {
    let logging = server_files::container_logging(&desired.kafka.version);
    let mut files = Files::from([(logging.file.to_owned(), logging.content.to_owned())]);
    for ordinal in 0..services.brokers {
        let listeners = listeners(desired, services, ordinal);
        let replication = services.brokers;
        let values = context! {
            mode => desired.kafka.mode,
            id => ordinal,
            controllers => controllers(services),
            zookeeper => zookeepers(services),
            inter_broker => "INCLUSTER",
            listeners => listeners,
            sasl => services.kafka_login.is_some(),
            data => "/data/log",
            replication => replication,
            in_sync => if replication > 1 { 2 } else { 1 },
        };
        files.insert(format!("server-{ordinal}.properties"), render::SERVER_PROPERTIES.render(values)?);
    }
    Ok(files)
}

fn listeners(desired: &Desired, services: &ClusterServices, ordinal: u16) -> Vec<Listener> {
    let protocol = if services.kafka_login.is_some() { "SASL_PLAINTEXT" } else { "PLAINTEXT" };
    let listener = |name, bind: &str, port: u16, advertised: Option<String>| Listener {
        name,
        bind: format!("{bind}:{port}"),
        advertised,
        protocol,
    };
    let inside = format!("{}:{KAFKA_CONTAINER_PORT}", services.broker_host(ordinal));
    let forwarded = format!("127.0.0.1:{}", forward_port(ordinal));
    let mut listeners = vec![
        listener("INCLUSTER", "0.0.0.0", KAFKA_CONTAINER_PORT, Some(inside)),
        listener("FORWARD", "127.0.0.1", FORWARD_PORT, Some(forwarded)),
    ];
    if let Some(outside) = &services.outside {
        let advertised = crate::services::host_and_port(&outside.host, outside.kafka_port.saturating_add(ordinal));
        listeners.push(listener("EXTERNAL", "0.0.0.0", EXTERNAL_PORT, Some(advertised)));
    }
    if desired.kafka.mode == KafkaMode::Kraft {
        listeners.push(Listener { protocol: "PLAINTEXT", ..listener("CONTROLLER", "0.0.0.0", CONTROLLER_PORT, None) });
    }
    listeners
}

fn controllers(services: &ClusterServices) -> String {
    let voter = |ordinal| format!("{ordinal}@{}:{CONTROLLER_PORT}", services.broker_host(ordinal));
    (0..services.brokers).map(voter).collect::<Vec<_>>().join(",")
}

fn zookeeper_host(services: &ClusterServices, ordinal: u16) -> String {
    format!("kar-zookeeper-{ordinal}.kar-zookeeper.{}", services.domain())
}

fn zookeepers(services: &ClusterServices) -> String {
    let server = |ordinal| format!("{}:{ZOOKEEPER_PORT}", zookeeper_host(services, ordinal));
    (0..services.brokers).map(server).collect::<Vec<_>>().join(",")
}

fn zookeeper_files(desired: &Desired, services: &ClusterServices) -> Result<Files> {
    let logging = server_files::container_logging(&desired.kafka.version);
    let count = desired.zookeepers();
    // Ids begin with 1.
    let server = |ordinal| json!({"id": ordinal + 1, "host": zookeeper_host(services, ordinal)});
    let servers: Vec<_> = (0..count).filter(|_| count > 1).map(server).collect();
    let values = context! { data => "/data/zookeeper", host => "0.0.0.0", port => ZOOKEEPER_PORT, servers => servers };
    Ok(Files::from([
        ("zoo.cfg".to_owned(), render::ZOO_CFG.render(values)?),
        (logging.file.to_owned(), logging.content.to_owned()),
    ]))
}

fn redis_files() -> Result<Files> {
    let values = context! {
        bind => "0.0.0.0",
        port => REDIS_CONTAINER_PORT,
        data => "/data",
        user => REDIS_USER,
        users => "/etc/kar-users/users.acl",
    };
    Ok(Files::from([("redis.conf".to_owned(), render::REDIS_CONF.render(values)?)]))
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
    fn new(desired: &Desired, files: &Files, zookeeper_files: &Files) -> Result<Self> {
        let cluster = &desired.cluster;
        let login = desired.is_kafka_secure().then_some(names::CREDENTIALS);
        let mut variables = java_variables(desired, "kafka", &desired.kafka.heap);
        let mut options = Vec::new();
        if login.is_some() {
            options.push("-Djava.security.auth.login.config=/etc/kar-login/kafka-jaas.conf".to_owned());
        }
        if !options.is_empty() {
            variables.push(variable("KAFKA_OPTS", options.join(" ")));
        }
        let properties = "/etc/kar/server-${HOSTNAME##*-}.properties";
        let script = match desired.kafka.mode {
            KafkaMode::ZooKeeper => format!("exec {KAFKA_BIN}/kafka-server-start.sh {properties}"),
            // Formatting takes a Java runtime of its own; data that was formatted has this file, written last.
            KafkaMode::Kraft => format!(
                "[ -e /data/log/meta.properties ] || {KAFKA_BIN}/kafka-storage.sh format --ignore-formatted \
                 -t \"$CLUSTER_ID\" -c {properties} || exit; exec {KAFKA_BIN}/kafka-server-start.sh {properties}"
            ),
        };
        if desired.kafka.mode == KafkaMode::Kraft {
            let reference = json!({"secretKeyRef": {"name": names::CREDENTIALS, "key": "cluster-id"}});
            variables.push(json!({"name": "CLUSTER_ID", "valueFrom": reference}));
        }
        let secrets: Vec<_> = login.iter().map(|_| &desired.credentials.kafka_password).collect();
        let broker = |ordinal| Broker {
            name: format!("kar-kafka-{ordinal}"),
            node_port: desired.kafka.port.saturating_add(ordinal),
        };
        Ok(Self {
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
            agent: false,
            login,
            cpu: cluster.kafka_cpu.clone(),
            memory: cluster.kafka_memory.clone(),
            storage: cluster.kafka_storage.clone(),
            zookeeper: (desired.zookeepers() > 0).then(|| ZooKeeper::new(desired, zookeeper_files)),
        })
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
    fn new(desired: &Desired, files: &Files) -> Self {
        let cluster = &desired.cluster;
        let ask = format!("[ \"$(redis-cli --user {REDIS_USER} ping 2>/dev/null)\" = PONG ]");
        Self {
            image: desired.redis.image.clone(),
            selector: selector(names::REDIS),
            labels: labels(desired, names::REDIS),
            configuration_hash: hash(files, &[&desired.credentials.redis_password]),
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

impl Injector {
    fn new(desired: &Desired) -> Self {
        let Desired { images, certificate, injector, cluster, .. } = desired;
        let folder = "/var/run/secrets/kar.ibm.com/tls";
        let (certificate_file, key_file) = (format!("{folder}/tls.crt"), format!("{folder}/tls.key"));
        let is_own = injector.implementation == Implementation::Karctl;
        let tcp = json!({"tcpSocket": {"port": "webhook-api"}, "periodSeconds": 5});
        let http = |path: &str| json!({"httpGet": {"path": path, "port": "webhook-api", "scheme": "HTTPS"}, "periodSeconds": 5});
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let mut arguments = if is_own {
            let sidecar = format!("{}:{}", images.sidecar, images.sidecar_tag);
            let paths =
                ["--cert", &certificate_file, "--key", &key_file, "--port", "8443", "--sidecar-image", &sidecar];
            words(&[&["injector", "serve"], paths.as_slice()].concat())
        } else {
            words(&[
                "-tls_cert_file",
                &certificate_file,
                "-tls_private_key_file",
                &key_file,
                "-port",
                "8443",
                "-sidecar_image",
                &images.sidecar,
                "-sidecar_image_tag",
                &images.sidecar_tag,
            ])
        };
        if is_own && injector.native_sidecar {
            arguments.push("--native-sidecar".to_owned());
        }
        let leaf = Files::from([("tls.crt".to_owned(), certificate.leaf.clone())]);
        Self {
            image: images.injector.clone(),
            replicas: injector.replicas,
            selector: selector(names::INJECTOR),
            labels: labels(desired, names::INJECTOR),
            certificate_hash: (!is_own).then(|| hash(&leaf, &[])),
            command: if is_own { vec!["/karctl"] } else { vec!["kar-injector"] },
            arguments,
            readiness: if is_own { http("/readyz") } else { tcp.clone() },
            liveness: if is_own { http("/healthz") } else { tcp },
            drain: (desired.has_sleep && !is_own).then_some(DRAIN_SECONDS),
            webhook_name: format!("kar-injector.{}.svc.{}", cluster.namespace, cluster.cluster_domain),
            ca_bundle: base64(&certificate.authorities),
            failure_policy: injector.failure_policy.api(),
            match_conditions: desired.has_match_conditions,
        }
    }
}

/// Pod Security's `restricted`. OpenShift chooses the users itself.
fn security(desired: &Desired) -> BTreeMap<&'static str, Value> {
    let pod = |user: u32| {
        let mut context = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
        if !desired.is_openshift {
            context["runAsUser"] = Value::from(user);
            context["runAsGroup"] = Value::from(user);
            context["fsGroup"] = Value::from(user);
            context["fsGroupChangePolicy"] = Value::from("OnRootMismatch");
        }
        context
    };
    let container = json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": true,
    });
    BTreeMap::from([
        ("kafka", pod(KAFKA_USER)),
        ("zookeeper", pod(KAFKA_USER)),
        ("redis", pod(REDIS_USER_ID)),
        ("injector", pod(INJECTOR_USER)),
        ("container", container),
    ])
}

/// The parts with the number of their pods.
fn parts(desired: &Desired) -> [(&'static str, &'static str, u16); 4] {
    [
        ("kafka", names::KAFKA, desired.brokers()),
        ("zookeeper", names::ZOOKEEPER, desired.zookeepers()),
        ("redis", names::REDIS, 1),
        ("injector", names::INJECTOR, desired.injector.replicas),
    ]
}

fn affinities(desired: &Desired) -> BTreeMap<&'static str, Option<Value>> {
    let node = desired.cluster.system_nodes.then(|| {
        json!({"requiredDuringSchedulingIgnoredDuringExecution": {"nodeSelectorTerms": [
            {"matchExpressions": [{"key": "kar-type", "operator": "In", "values": ["system"]}]}
        ]}})
    });
    let apart = |part: &str| {
        let term = json!({"labelSelector": {"matchLabels": selector(part)}, "topologyKey": "kubernetes.io/hostname"});
        match desired.cluster.spread {
            Spread::Required => json!({"requiredDuringSchedulingIgnoredDuringExecution": [term]}),
            Spread::Preferred => {
                json!({"preferredDuringSchedulingIgnoredDuringExecution": [{"weight": 100, "podAffinityTerm": term}]})
            }
        }
    };
    let affinity = |part, count| {
        let mut affinity = serde_json::Map::new();
        affinity.extend(node.clone().map(|node| ("nodeAffinity".to_owned(), node)));
        affinity.extend((count > 1).then(|| ("podAntiAffinity".to_owned(), apart(part))));
        (!affinity.is_empty()).then_some(Value::Object(affinity))
    };
    parts(desired).into_iter().map(|(short, part, count)| (short, affinity(part, count))).collect()
}

/// Over zones, as far as there are some.
fn spreads(desired: &Desired) -> BTreeMap<&'static str, Option<Value>> {
    let spread = |part: &str| {
        json!([{
            "maxSkew": 1,
            "topologyKey": "topology.kubernetes.io/zone",
            "whenUnsatisfiable": "ScheduleAnyway",
            "labelSelector": {"matchLabels": selector(part)},
        }])
    };
    parts(desired).into_iter().map(|(short, part, count)| (short, (count > 1).then(|| spread(part)))).collect()
}

/// Kafka and Redis admit the runtime's own pods and enabled namespaces, ZooKeeper the runtime's own.
fn network_policies(desired: &Desired) -> Vec<Policy> {
    if !desired.cluster.network_policy || desired.elsewhere.is_some() {
        return Vec::new();
    }
    let own = json!({"podSelector": {"matchLabels": {"app.kubernetes.io/name": names::PART_OF}}});
    let enabled = json!({"namespaceSelector": {"matchLabels": {(names::ENABLED): "true"}}});
    let is_exposed = desired.cluster.expose.is_some();
    let policy = |part: &str, port: u16, outside: u16| {
        let mut ingress = vec![json!({"from": [own], "ports": []})];
        ingress[0].as_object_mut().map(|rule| rule.remove("ports"));
        ingress.push(json!({"from": [enabled], "ports": [{"port": port, "protocol": "TCP"}]}));
        if is_exposed {
            ingress.push(json!({"ports": [{"port": outside, "protocol": "TCP"}]}));
        }
        Policy { name: part.to_owned(), selector: selector(part), ingress: Value::Array(ingress) }
    };
    let mut policies = vec![
        policy(names::KAFKA, KAFKA_CONTAINER_PORT, EXTERNAL_PORT),
        policy(names::REDIS, REDIS_CONTAINER_PORT, REDIS_CONTAINER_PORT),
    ];
    if desired.zookeepers() > 0 {
        policies.push(Policy {
            name: names::ZOOKEEPER.to_owned(),
            selector: selector(names::ZOOKEEPER),
            ingress: json!([{"from": [own]}]),
        });
    }
    policies
}

fn budgets(desired: &Desired) -> Vec<Budget> {
    let is_here = |short: &str| short == "injector" || desired.elsewhere.is_none();
    parts(desired)
        .into_iter()
        .filter(|(short, _, count)| *count > 1 && is_here(short))
        .map(|(_, part, _)| Budget { name: part, selector: selector(part) })
        .collect()
}
