//! Whether a cluster is ready, as karctl itself sees it: kind's own wait ends with success also when it was in vain.

use std::path::Path;
use std::time::Duration;

use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{DEPLOYMENT, NODE, Object, Reference, STORAGE_CLASS};
use crate::code::Code;
use crate::context::{Context, Deadline};
use crate::error::{Failure, Result, report};
use crate::target::kubernetes::connection::{Selection, connect};

/// Pause between two looks.
const RETRY: Duration = Duration::from_millis(500);

/// The cluster's names, in kind and k3s alike.
const DNS: (&str, &str) = ("kube-system", "coredns");

/// Annotation of the default class.
const DEFAULT_CLASS: &str = "storageclass.kubernetes.io/is-default-class";

/// Connects as soon as the API server answers.
///
/// # Errors
/// When it does not until the deadline: with what was seen last.
pub async fn connected(context: &Context, kubeconfig: &Path, name: &str, deadline: &Deadline) -> Result<Cluster> {
    let selection = Selection { kubeconfig: Some(kubeconfig.to_owned()), context: Some(name.to_owned()) };
    let step = context.ui.step("Waiting for the API server");
    loop {
        match connect(context, &selection).await {
            Ok(cluster) => {
                step.done(format!("The API server answers, Kubernetes {}", cluster.version().text));
                return Ok(cluster);
            }
            Err(error) if deadline.left().is_zero() => {
                return Err(deadline
                    .passed("the API server", &report(&error).message)
                    .code(Code::ClusterNotReady)
                    .into());
            }
            Err(_) => tokio::time::sleep(RETRY).await,
        }
    }
}

/// Returns when `nodes` nodes are ready, the cluster's DNS is available, and claims have a default class.
///
/// # Errors
/// When they are not until the deadline: with what was missing last.
pub async fn ready(context: &Context, cluster: &Cluster, nodes: usize, deadline: &Deadline) -> Result<()> {
    let step = context.ui.step("Waiting for nodes, DNS and storage");
    loop {
        let missing = match missing(cluster, nodes).await {
            Ok(None) => {
                let counted = if nodes == 1 { "The node".to_owned() } else { format!("{nodes} nodes") };
                step.done(format!("{counted}, DNS and storage are ready"));
                return Ok(());
            }
            Ok(Some(missing)) => missing,
            Err(error) => report(&error).message,
        };
        step.detail(&missing);
        if deadline.left().is_zero() {
            return Err(deadline.passed("the cluster", &missing).code(Code::ClusterNotReady).into());
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// The first thing that is missing.
async fn missing(cluster: &Cluster, nodes: usize) -> Result<Option<String>> {
    let dns = Reference::new(DEPLOYMENT, DNS.0, DNS.1);
    let asked =
        tokio::try_join!(cluster.list(NODE, None, ""), cluster.get(&dns), cluster.list(STORAGE_CLASS, None, ""),);
    let (found, dns, classes) = asked.map_err(Failure::from)?;
    if found.len() < nodes {
        return Ok(Some(format!("{} of {nodes} nodes have joined", found.len())));
    }
    if let Some(node) = found.iter().find(|node| !is_ready(node)) {
        let why = condition(node, "Ready").and_then(|condition| condition["message"].as_str()).unwrap_or("not ready");
        return Ok(Some(format!("node {}: {why}", node.name())));
    }
    let available = dns.and_then(|dns| dns.number("/status/availableReplicas")).unwrap_or_default();
    if available == 0 {
        return Ok(Some("the cluster's DNS (coredns) has no pod that is available".to_owned()));
    }
    if !classes.iter().any(|class| class.annotation(DEFAULT_CLASS) == Some("true")) {
        return Ok(Some("there is no default StorageClass".to_owned()));
    }
    Ok(None)
}

/// Whether a node says that it is ready.
pub fn is_ready(node: &Object) -> bool {
    condition(node, "Ready").is_some_and(|condition| condition["status"] == "True")
}

/// A condition of an object, by its type.
pub fn condition<'a>(object: &'a Object, kind: &str) -> Option<&'a serde_json::Value> {
    object.list("/status/conditions").iter().find(|condition| condition["type"] == kind)
}
