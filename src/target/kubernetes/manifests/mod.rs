//! The objects that a cluster is given, in the order in which they are applied. Pure.
//!
//! Names, ports, labels and keys of secrets are those of the original's chart: applications depend on them.

mod files;
mod injector;
mod policies;
mod secrets;
mod servers;

use std::collections::BTreeMap;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use self::files::Files;
pub use self::injector::INJECTOR_PORT;
use self::injector::Injector;
use self::policies::{Budget, Policy};
use self::secrets::SecretValues;
use self::servers::{Kafka, Redis};
use super::desired::Desired;
use super::names;
use crate::client::kubernetes::object::{Kind, Object};
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::render::{self, Template};
use crate::services::{Services, Vantage};

/// Ports of Kafka and ZooKeeper in their pods. The listener on loopback is for port-forwards, see [`forward_port`].
const EXTERNAL_PORT: u16 = 9093;
const FORWARD_PORT: u16 = 9094;
const CONTROLLER_PORT: u16 = 9095;
const ZOOKEEPER_PORT: u16 = 2181;

/// Where Kafka's agent shows its figures, as in the original.
const METRICS_PORT: u16 = 7071;

/// The port of this machine that a broker's port for forwards is advertised at.
pub fn forward_port(ordinal: u16) -> u16 {
    31193 + ordinal
}

/// The port of a broker's pod that port-forwards lead to.
pub const KAFKA_FORWARD_PORT: u16 = FORWARD_PORT;

pub use policies::client_security;

/// The level of Pod Security of the runtime's namespace.
pub fn pod_security(anyuid: bool) -> &'static str {
    if anyuid { "privileged" } else { "restricted" }
}

/// Renders every object, with its labels, namespace and the hash of what it was made from.
///
/// # Errors
/// When a template does not render or gives no object, which is a defect of karctl.
pub fn objects(desired: &Desired) -> Result<Vec<Object>> {
    let values = Values::new(desired)?;
    let version = ("app.kubernetes.io/version", desired.facts.images.release.as_str());
    let mut objects = Vec::new();
    for template in render::KUBERNETES {
        objects.extend(rendered(&template, &values, &desired.cluster.namespace, version)?);
    }
    Ok(objects)
}

/// The objects of one template, each with its labels, the namespace and the hash.
///
/// # Errors
/// As [`objects`].
pub fn rendered(
    template: &Template,
    values: impl Serialize,
    namespace: &str,
    label: (&str, &str),
) -> Result<Vec<Object>> {
    let text = template.render(values)?;
    let mut objects = Vec::new();
    for document in serde_yaml::Deserializer::from_str(&text) {
        let value = Value::deserialize(document)
            .or_fail(|| Failure::new(format!("template {} gives no YAML", template.name)))?;
        if !value.is_null() {
            objects.push(completed(Object(value), namespace, label)?);
        }
    }
    Ok(objects)
}

/// What every object has: labels as those of the original's chart, a namespace where its kind has one, the hash.
fn completed(mut object: Object, namespace: &str, label: (&str, &str)) -> Result<Object> {
    let reference = object.reference();
    if Kind::find(&reference.api_version, &reference.kind)?.is_namespaced {
        object.0["metadata"]["namespace"] = Value::from(namespace);
    }
    for (name, value) in [
        ("app.kubernetes.io/name", names::PART_OF),
        ("app.kubernetes.io/instance", names::PART_OF),
        label,
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
struct Configuration {
    name: &'static str,
    files: BTreeMap<String, String>,
}

impl Values {
    fn new(desired: &Desired) -> Result<Self> {
        let services = desired.services();
        let mut configurations = Vec::new();
        let (mut kafka, mut redis) = (None, None);
        if let Some(services) = &services {
            let kafka_files = files::kafka_files(desired, services)?;
            let zookeeper_files = files::zookeeper_files(desired, services)?;
            let redis_files = files::redis_files()?;
            kafka = Some(Kafka::new(desired, &kafka_files, &zookeeper_files));
            redis = Some(Redis::new(desired, &redis_files));
            configurations.push(Configuration { name: names::KAFKA, files: kafka_files });
            if desired.zookeepers() > 0 {
                configurations.push(Configuration { name: names::ZOOKEEPER, files: zookeeper_files });
            }
            configurations.push(Configuration { name: names::REDIS, files: redis_files });
        }
        let runtime = match (&desired.facts.elsewhere, services) {
            (Some(elsewhere), _) => Services::Given(elsewhere.config.clone()),
            (None, Some(services)) => Services::Cluster(services),
            (None, None) => return Err(Failure::new("there are no services").into()),
        };
        Ok(Self {
            namespace: desired.cluster.namespace.clone(),
            pod_security: pod_security(desired.cluster.anyuid),
            persistence: desired.cluster.persistence,
            storage_class: desired.cluster.storage_class.clone(),
            anyuid: desired.facts.is_openshift && desired.cluster.anyuid,
            pull_secret: desired.facts.pull_secret.is_some().then_some(names::PULL_SECRET),
            secrets: secrets::secrets(desired, &runtime.runtime_config(Vantage::Pod)?)?,
            configurations,
            kafka,
            redis,
            injector: Injector::new(desired),
            security: policies::security(desired),
            affinity: policies::affinities(desired),
            spread: policies::spreads(desired),
            network_policy: policies::network_policies(desired),
            budgets: policies::budgets(desired),
        })
    }
}

/// Selectors never change: name, instance and which part, as in the original.
fn selector(part: &str) -> Value {
    json!({"app.kubernetes.io/name": names::PART_OF, "app.kubernetes.io/instance": names::PART_OF, "name": part})
}

fn labels(desired: &Desired, part: &str) -> Value {
    let mut labels = selector(part);
    labels["app.kubernetes.io/version"] = Value::from(desired.facts.images.release.as_str());
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
