//! Whether a cluster that was started has come back. Its API server remembers how all was when it was stopped, and says so
//! until nodes and controllers have looked anew: nodes that are ready, pods that run, addresses that are other pods' by now.

use std::collections::BTreeMap;
use std::time::Duration;

use jiff::Timestamp;

use super::look::Found;
use super::ready::condition;
use crate::client::docker::Docker;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{ENDPOINT_SLICE, NODE, Object, POD};
use crate::code::Code;
use crate::context::{Context, Deadline};
use crate::error::{Failure, Result, report};
use crate::target::local::docker::DockerEngine;

/// Pause between two looks.
const RETRY: Duration = Duration::from_millis(500);

/// Label of an endpoint slice that Kubernetes itself keeps, and its value.
/// <https://kubernetes.io/docs/reference/labels-annotations-taints/#endpointslicekubernetesiomanaged-by>
const KEEPER: (&str, &str) = ("endpointslice.kubernetes.io/managed-by", "endpointslice-controller.k8s.io");

/// When each node was started, by its name.
type Starts = BTreeMap<String, Timestamp>;

/// Returns when nothing that the API server says of nodes, pods and services is from before their nodes were started.
///
/// # Errors
/// When something is until the deadline: with what it was last.
pub async fn returned(
    context: &Context,
    engine: &DockerEngine,
    cluster: &Cluster,
    found: &Found,
    deadline: &Deadline,
) -> Result<()> {
    let starts = engine.within(deadline, starts(engine.client(), found)).await?;
    let mut step = None;
    loop {
        let outdated = match look(cluster, &starts).await {
            Ok(None) => break,
            Ok(Some(outdated)) => outdated,
            Err(error) => report(&error).message,
        };
        let step = step.get_or_insert_with(|| context.ui.step("Waiting for nodes and pods to come back"));
        step.detail(&outdated);
        if deadline.left().is_zero() {
            return Err(deadline.passed("the cluster", &outdated).code(Code::ClusterNotReady).into());
        }
        tokio::time::sleep(RETRY).await;
    }
    if let Some(step) = step {
        step.done("Nodes and pods are back");
    }
    Ok(())
}

async fn starts(docker: &Docker, found: &Found) -> Result<Starts> {
    let mut starts = Starts::new();
    for node in found.members() {
        let state = docker.container(&node.container).await?.and_then(|container| container.state);
        if let Some(start) = state.and_then(|state| state.started_at?.parse().ok()) {
            starts.insert(node.container.clone(), start);
        }
    }
    Ok(starts)
}

async fn look(cluster: &Cluster, starts: &Starts) -> Result<Option<String>> {
    let keeper = format!("{}={}", KEEPER.0, KEEPER.1);
    let asked = tokio::try_join!(
        cluster.list(NODE, None, ""),
        cluster.list(POD, None, ""),
        cluster.list(ENDPOINT_SLICE, None, &keeper)
    );
    let (nodes, pods, slices) = asked.map_err(Failure::from)?;
    let outdated = outdated_node(&nodes, starts).or_else(|| outdated_pod(&pods, starts));
    Ok(outdated.or_else(|| outdated_address(&slices, &pods)))
}

/// A node that has not reported since it was started.
fn outdated_node(nodes: &[Object], starts: &Starts) -> Option<String> {
    let is_outdated = |node: &&Object| {
        let Some(start) = starts.get(node.name()) else { return false };
        let heartbeat = condition(node, "Ready").and_then(|condition| condition["lastHeartbeatTime"].as_str());
        heartbeat.is_none_or(|heartbeat| is_before(heartbeat, *start))
    };
    let node = nodes.iter().find(is_outdated)?;
    Some(format!("node {} has not reported since it was started", node.name()))
}

/// A pod of which is said that it has run since before its node was started.
fn outdated_pod(pods: &[Object], starts: &Starts) -> Option<String> {
    let is_outdated = |pod: &&Object| {
        let Some(start) = pod.text("/spec/nodeName").and_then(|node| starts.get(node)) else { return false };
        let mut running = pod
            .list("/status/containerStatuses")
            .iter()
            .filter_map(|status| status["state"]["running"]["startedAt"].as_str());
        !pod.is_terminating() && running.any(|began| is_before(began, *start))
    };
    let pod = pods.iter().find(is_outdated)?;
    Some(format!("pod {}/{} has not been seen since its node was started", pod.namespace(), pod.name()))
}

/// A service that leads to an address which its pod does not have.
fn outdated_address(slices: &[Object], pods: &[Object]) -> Option<String> {
    let has = |namespace: &str, name: &str, address: &str| {
        let pod = pods.iter().find(|pod| pod.namespace() == namespace && pod.name() == name);
        pod.is_some_and(|pod| pod.list("/status/podIPs").iter().any(|own| own["ip"] == address))
    };
    let is_outdated = |slice: &&Object| {
        slice.list("/endpoints").iter().any(|endpoint| {
            let target = &endpoint["targetRef"];
            let name = target["name"].as_str().filter(|_| target["kind"] == "Pod");
            let addresses =
                endpoint["addresses"].as_array().into_iter().flatten().filter_map(|address| address.as_str());
            name.is_some_and(|name| addresses.into_iter().any(|address| !has(slice.namespace(), name, address)))
        })
    };
    let slice = slices.iter().find(is_outdated)?;
    let service = slice.label("kubernetes.io/service-name").unwrap_or(slice.name());
    Some(format!("service {}/{service} leads to a pod's address of before", slice.namespace()))
}

/// Kubernetes tells whole seconds. What is no time is not before anything.
fn is_before(time: &str, start: Timestamp) -> bool {
    time.parse::<Timestamp>().is_ok_and(|time| time.as_second() < start.as_second())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn starts() -> Starts {
        Starts::from([("kar-worker".to_owned(), "2026-01-01T12:00:00.7Z".parse().expect("a time"))])
    }

    fn node(heartbeat: &str) -> Object {
        Object(json!({
            "metadata": {"name": "kar-worker"},
            "status": {"conditions": [{"type": "Ready", "status": "True", "lastHeartbeatTime": heartbeat}]},
        }))
    }

    fn pod(began: &str, address: &str) -> Object {
        Object(json!({
            "metadata": {"namespace": "kar-system", "name": "kar-redis-0"},
            "spec": {"nodeName": "kar-worker"},
            "status": {
                "podIPs": [{"ip": address}],
                "containerStatuses": [{"state": {"running": {"startedAt": began}}}],
            },
        }))
    }

    #[test]
    fn a_node_is_back_when_it_has_reported() {
        let outdated = outdated_node(&[node("2026-01-01T11:59:59Z")], &starts());
        assert_eq!(outdated.as_deref(), Some("node kar-worker has not reported since it was started"));
        assert_eq!(outdated_node(&[node("2026-01-01T12:00:00Z")], &starts()), None);
        assert_eq!(outdated_node(&[node("2026-01-01T11:59:59Z")], &Starts::new()), None, "it is none of this engine's");
    }

    #[test]
    fn a_pod_is_back_when_it_runs_anew_or_is_known_not_to_run() {
        let outdated = outdated_pod(&[pod("2026-01-01T10:00:00Z", "10.1.1.1")], &starts());
        assert_eq!(
            outdated.as_deref(),
            Some("pod kar-system/kar-redis-0 has not been seen since its node was started")
        );
        assert_eq!(outdated_pod(&[pod("2026-01-01T12:00:05Z", "10.1.1.1")], &starts()), None);
        let mut waiting = pod("", "10.1.1.1");
        waiting.0["status"]["containerStatuses"] = json!([{"state": {"waiting": {"reason": "CrashLoopBackOff"}}}]);
        assert_eq!(outdated_pod(&[waiting], &starts()), None);
    }

    #[test]
    fn a_service_is_back_when_it_leads_to_its_pods() {
        let slice = Object(json!({
            "metadata": {"namespace": "kar-system", "name": "kar-redis-x1", "labels": {"kubernetes.io/service-name": "kar-redis"}},
            "endpoints": [{"addresses": ["10.1.1.1"], "targetRef": {"kind": "Pod", "name": "kar-redis-0"}}],
        }));
        let told = |address| outdated_address(std::slice::from_ref(&slice), &[pod("", address)]);
        assert_eq!(told("10.1.1.1"), None);
        assert_eq!(
            told("10.1.1.2").as_deref(),
            Some("service kar-system/kar-redis leads to a pod's address of before")
        );
        assert!(outdated_address(std::slice::from_ref(&slice), &[]).is_some(), "the pod is gone");
    }
}
