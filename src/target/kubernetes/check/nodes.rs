//! What nodes have left.

use super::demand;
use crate::check::cluster::{Amounts, Node, Told};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{NODE, Object};
use crate::quantity::Quantity;

/// The label of nodes that `kubernetes.system_nodes` asks for.
const SYSTEM: (&str, &str) = ("kar-type", "system");

/// Every node, with what keeps it from taking a pod of the runtime.
pub async fn look(cluster: &Cluster, system_nodes: bool) -> Told<Vec<(Object, Option<String>)>> {
    let nodes = super::list(cluster, NODE, None).await?;
    Ok(nodes
        .into_iter()
        .map(|node| (refusal(&node, system_nodes), node))
        .map(|(refusal, node)| (node, refusal))
        .collect())
}

/// Conditions of a node by which it says that it runs out of something.
const PRESSURES: [&str; 3] = ["MemoryPressure", "DiskPressure", "PIDPressure"];

/// Words by which a kubelet says that its network plugin is missing or not ready.
/// <https://github.com/kubernetes/kubernetes/blob/v1.33.0/pkg/kubelet/kubelet.go>
const NETWORK_WORDS: [&str; 3] = ["NetworkPluginNotReady", "cni plugin", "cni config"];

fn conditions<'a>(node: &'a Object, status: &'a str) -> impl Iterator<Item = &'a serde_json::Value> {
    node.list("/status/conditions").iter().filter(move |condition| condition["status"] == status)
}

fn is_ready(node: &Object) -> bool {
    conditions(node, "True").any(|condition| condition["type"] == "Ready")
}

/// What a node says it runs out of.
pub fn pressures(node: &Object) -> Vec<String> {
    let said = conditions(node, "True").filter_map(|condition| condition["type"].as_str());
    said.filter(|kind| PRESSURES.contains(kind)).map(str::to_owned).collect()
}

/// Why pods of a node have no network, where it says so.
fn without_network(node: &Object) -> Option<String> {
    let message = |condition: &serde_json::Value| condition["message"].as_str().unwrap_or_default().to_owned();
    let unavailable = conditions(node, "True").find(|condition| condition["type"] == "NetworkUnavailable");
    let of_plugin = conditions(node, "False").find(|condition| {
        condition["type"] == "Ready" && NETWORK_WORDS.iter().any(|word| message(condition).contains(word))
    });
    let told = message(unavailable.or(of_plugin)?);
    Some(if told.is_empty() { "its network is not available".to_owned() } else { told })
}

fn refusal(node: &Object, system_nodes: bool) -> Option<String> {
    let mut taints = node.list("/spec/taints").iter();
    let taint = taints.find(|taint| taint["effect"] == "NoSchedule" || taint["effect"] == "NoExecute");
    if !is_ready(node) {
        return Some("it is not ready".to_owned());
    }
    if node.at("/spec/unschedulable").is_some_and(|value| value == true) {
        return Some("it is cordoned".to_owned());
    }
    if let Some(taint) = taint {
        return Some(format!("it is tainted {}", taint["key"].as_str().unwrap_or_default()));
    }
    let (label, value) = SYSTEM;
    (system_nodes && node.label(label) != Some(value)).then(|| format!("it is not labelled {label}={value}"))
}

/// What is allocatable and not requested by others; the runtime's own pods give their place to the next ones.
pub fn free(nodes: &[(Object, Option<String>)], pods: &Told<Vec<Object>>, runtime: &str) -> Vec<Node> {
    let node = |(node, refusal): &(Object, Option<String>)| {
        let allocatable = super::amounts(node, "/status/allocatable");
        let amount = |name: &str| allocatable.get(name).copied().unwrap_or_default();
        let mut free = Amounts::from([
            ("requests.cpu".to_owned(), amount("cpu")),
            ("requests.memory".to_owned(), amount("memory")),
            ("pods".to_owned(), amount("pods")),
        ]);
        let is_here = |pod: &&Object| {
            pod.text("/spec/nodeName") == Some(node.name())
                && !matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"))
                && !demand::is_of_runtime(pod, runtime)
        };
        for pod in pods.iter().flatten().filter(is_here) {
            let taken = requested(pod);
            for (resource, left) in &mut free {
                let one = || if resource == "pods" { Quantity::whole(1) } else { Quantity::default() };
                *left = *left - taken.get(resource).copied().unwrap_or_else(one);
            }
        }
        Node {
            pressures: pressures(node),
            network: without_network(node),
            is_ready: is_ready(node),
            name: node.name().to_owned(),
            architecture: node.label("kubernetes.io/arch").unwrap_or("unknown").to_owned(),
            refusal: refusal.clone(),
            free,
        }
    };
    nodes.iter().map(node).collect()
}

/// What the scheduler counts of a pod: its containers and init containers that stay together, or the largest of the init
/// containers that end, if that is more.
fn requested(pod: &Object) -> Amounts {
    let init = pod.list("/spec/initContainers");
    let is_lasting = |container: &&serde_json::Value| container["restartPolicy"] == "Always";
    let lasting = init.iter().filter(is_lasting).chain(pod.list("/spec/containers")).cloned().collect::<Vec<_>>();
    let mut amounts = demand::of_containers(&lasting);
    for container in init.iter().filter(|container| !is_lasting(container)) {
        for (resource, amount) in demand::of_containers(std::slice::from_ref(container)) {
            let most = amounts.entry(resource).or_default();
            *most = amount.max(*most);
        }
    }
    amounts
}
