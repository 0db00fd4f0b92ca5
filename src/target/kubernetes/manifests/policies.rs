//! Where pods may run, as whom, beside whom, and who may speak to them. Pure.

use std::collections::BTreeMap;

use serde::Serialize;
use serde_json::{Value, json};

use super::super::desired::Desired;
use super::{EXTERNAL_PORT, METRICS_PORT, names, selector};
use crate::services::{KAFKA_CONTAINER_PORT, REDIS_CONTAINER_PORT};
use crate::settings::Spread;

/// Users of the images: `appuser` of apache/kafka, `valkey` of valkey/valkey, and one of nobody for the injector.
/// <https://github.com/apache/kafka/blob/3.9.1/docker/jvm/Dockerfile>, <https://github.com/valkey-io/valkey-container>
const KAFKA_USER: u32 = 1000;
const REDIS_USER_ID: u32 = 999;
const INJECTOR_USER: u32 = 65532;

/// A network policy, as the template takes it.
#[derive(Serialize)]
pub struct Policy {
    name: String,
    selector: Value,
    ingress: Vec<Value>,
}

/// A disruption budget, as the template takes it.
#[derive(Serialize)]
pub struct Budget {
    name: &'static str,
    selector: Value,
}

/// Pod Security's `restricted`. OpenShift chooses the users itself.
pub fn security(desired: &Desired) -> BTreeMap<&'static str, Value> {
    let pod = |user: u32| pod_security_context(user, desired.facts.is_openshift);
    BTreeMap::from([
        ("kafka", pod(KAFKA_USER)),
        ("zookeeper", pod(KAFKA_USER)),
        ("redis", pod(REDIS_USER_ID)),
        ("injector", pod(INJECTOR_USER)),
        ("container", container_security_context()),
    ])
}

/// The same for a pod, and its container, that is a client.
pub fn client_security(is_openshift: bool) -> [Value; 2] {
    [pod_security_context(KAFKA_USER, is_openshift), container_security_context()]
}

fn pod_security_context(user: u32, is_openshift: bool) -> Value {
    let mut context = json!({"runAsNonRoot": true, "seccompProfile": {"type": "RuntimeDefault"}});
    if !is_openshift {
        context["runAsUser"] = Value::from(user);
        context["runAsGroup"] = Value::from(user);
        context["fsGroup"] = Value::from(user);
        context["fsGroupChangePolicy"] = Value::from("OnRootMismatch");
    }
    context
}

fn container_security_context() -> Value {
    json!({
        "allowPrivilegeEscalation": false,
        "capabilities": {"drop": ["ALL"]},
        "readOnlyRootFilesystem": true,
    })
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

/// The nodes of the system, where there are some, and apart from each other.
pub fn affinities(desired: &Desired) -> BTreeMap<&'static str, Option<Value>> {
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
pub fn spreads(desired: &Desired) -> BTreeMap<&'static str, Option<Value>> {
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
pub fn network_policies(desired: &Desired) -> Vec<Policy> {
    if !desired.cluster.network_policy || desired.facts.elsewhere.is_some() {
        return Vec::new();
    }
    let own = json!({"podSelector": {"matchLabels": {"app.kubernetes.io/name": names::PART_OF}}});
    let enabled = json!({"namespaceSelector": {"matchLabels": {(names::ENABLED): "true"}}});
    let is_exposed = desired.cluster.expose.is_some();
    let policy = |part: &str, port: u16, outside: u16| {
        let clients = json!({"from": [enabled], "ports": [{"port": port, "protocol": "TCP"}]});
        let mut ingress = vec![json!({"from": [own]}), clients];
        if is_exposed {
            ingress.push(json!({"ports": [{"port": outside, "protocol": "TCP"}]}));
        }
        Policy { name: part.to_owned(), selector: selector(part), ingress }
    };
    let mut kafka = policy(names::KAFKA, KAFKA_CONTAINER_PORT, EXTERNAL_PORT);
    if desired.facts.agent.is_some() {
        // Prometheus may be in any namespace.
        kafka.ingress.push(json!({
            "from": [{"namespaceSelector": {}}],
            "ports": [{"port": METRICS_PORT, "protocol": "TCP"}],
        }));
    }
    let mut policies = vec![kafka, policy(names::REDIS, REDIS_CONTAINER_PORT, REDIS_CONTAINER_PORT)];
    if desired.zookeepers() > 0 {
        policies.push(Policy {
            name: names::ZOOKEEPER.to_owned(),
            selector: selector(names::ZOOKEEPER),
            ingress: vec![json!({"from": [own]})],
        });
    }
    policies
}

/// One may be away, of parts that have several pods.
pub fn budgets(desired: &Desired) -> Vec<Budget> {
    let is_here = |short: &str| short == "injector" || desired.facts.elsewhere.is_none();
    parts(desired)
        .into_iter()
        .filter(|(short, _, count)| *count > 1 && is_here(short))
        .map(|(_, part, _)| Budget { name: part, selector: selector(part) })
        .collect()
}
