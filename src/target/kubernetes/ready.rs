//! When a workload is ready, and what keeps one from it. Pure: rules over what the API shows.

use crate::client::kubernetes::object::{DEPLOYMENT, Object, Reference};
use serde_json::Value;

/// Whether a workload is as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Readiness {
    /// It is; with its pods, `3 of 3`.
    Ready(String),
    /// Not yet; with what is missing.
    Waiting(String),
}

impl Readiness {
    /// Not yet.
    pub fn waiting(text: impl Into<String>) -> Self {
        Self::Waiting(text.into())
    }
}

/// Applies the rule of the workload's kind.
pub fn readiness(object: &Object) -> Readiness {
    let number = |pointer: &str| object.number(pointer).unwrap_or_default();
    let wanted = object.number("/spec/replicas").unwrap_or(1);
    if number("/status/observedGeneration") < number("/metadata/generation") {
        return Readiness::waiting("its controller has not seen it yet");
    }
    let updated = number("/status/updatedReplicas");
    let ready = match &object.0["kind"] {
        kind if kind == DEPLOYMENT.name => number("/status/availableReplicas"),
        _ => number("/status/readyReplicas"),
    };
    let has_old = object.0["kind"] == DEPLOYMENT.name && number("/status/replicas") > updated;
    if updated < wanted {
        return Readiness::Waiting(format!("{updated} of {wanted} pods are of the new kind"));
    }
    if ready < wanted {
        return Readiness::Waiting(format!("{ready} of {wanted} pods are ready"));
    }
    if has_old {
        return Readiness::waiting("former pods are ending");
    }
    Readiness::Ready(format!("{ready} of {wanted}"))
}

/// What keeps a workload from being ready.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// One sentence.
    pub message: String,
    /// Whether waiting cannot help.
    pub is_permanent: bool,
    /// Pod and container whose log tells more.
    pub log: Option<(Reference, String)>,
    /// What to do.
    pub hint: Option<&'static str>,
}

impl Trouble {
    /// One that may pass.
    pub fn passing(message: impl Into<String>) -> Self {
        Self { message: message.into(), is_permanent: false, log: None, hint: None }
    }

    fn permanent(message: impl Into<String>) -> Self {
        Self { is_permanent: true, ..Self::passing(message) }
    }
}

/// How often a container may end before it is said to end always.
const RESTARTS: i64 = 3;

/// Finds the worst trouble of pods, and of workloads that have none: what is permanent comes before what may pass.
pub fn trouble(workloads: &[&str], pods: &[&Object], claims: &[Object], events: &[Object]) -> Option<Trouble> {
    let mut troubles: Vec<_> = pods.iter().flat_map(|pod| of_pod(pod, claims, events)).collect();
    troubles.extend(events.iter().filter_map(|event| of_creation(event, workloads)));
    troubles.iter().find(|trouble| trouble.is_permanent).or(troubles.first()).cloned()
}

/// Whether a pod will not become ready by itself: a container of it waits for something else than to be made. One that is
/// only slow, or on its way out, is not.
pub fn is_stuck(pod: &Object) -> bool {
    let statuses = pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses"));
    let mut reasons = statuses.filter_map(|status| status["state"]["waiting"]["reason"].as_str());
    !pod.is_terminating() && reasons.any(|reason| !["ContainerCreating", "PodInitializing"].contains(&reason))
}

/// A pod that could not even be created: the workload's controller says why in an event.
fn of_creation(event: &Object, workloads: &[&str]) -> Option<Trouble> {
    let object = event.text("/involvedObject/name")?;
    let is_ours = workloads.iter().any(|name| object == *name || object.starts_with(&format!("{name}-")));
    if event.text("/reason") != Some("FailedCreate") || !is_ours {
        return None;
    }
    let message = event.text("/message").unwrap_or_default();
    let said = format!("no pod of {object} can be created: {message}");
    Some(match message {
        m if m.contains("exceeded quota") => Trouble {
            hint: Some("raise the namespace's quota, or lower the requests (kubernetes.kafka_memory and others)"),
            ..Trouble::permanent(said)
        },
        m if m.contains("violates PodSecurity") || m.contains("security context constraint") => Trouble {
            hint: Some("look at the namespace's Pod Security labels; on OpenShift give --os"),
            ..Trouble::permanent(said)
        },
        m if m.contains("failed calling webhook") => Trouble::passing(said),
        m if m.contains("forbidden") => Trouble::permanent(said),
        _ => Trouble::passing(said),
    })
}

fn of_pod(pod: &Object, claims: &[Object], events: &[Object]) -> Vec<Trouble> {
    let name = pod.name();
    let mut troubles = Vec::new();
    for status in pod.list("/status/initContainerStatuses").iter().chain(pod.list("/status/containerStatuses")) {
        troubles.extend(of_container(pod, status));
    }
    let condition = |kind: &str| pod.list("/status/conditions").iter().find(|condition| condition["type"] == kind);
    if let Some(scheduled) = condition("PodScheduled").filter(|condition| condition["status"] == "False") {
        let message = scheduled["message"].as_str().unwrap_or("no node was found");
        let claim = claims.iter().find(|claim| uses(pod, claim) && claim.text("/status/phase") == Some("Pending"));
        troubles.push(match claim {
            Some(claim) => of_claim(name, claim, events),
            None => Trouble {
                hint: Some("add a node, or lower the requests (kubernetes.kafka_memory and others)"),
                ..Trouble::passing(format!("pod {name} finds no node: {message}"))
            },
        });
    }
    let mount = events
        .iter()
        .find(|event| event.text("/reason") == Some("FailedMount") && event.text("/involvedObject/name") == Some(name));
    if let Some(mount) = mount.filter(|_| pod.text("/status/phase") == Some("Pending")) {
        let message = mount.text("/message").unwrap_or_default();
        troubles.push(Trouble::passing(format!("pod {name} cannot mount a volume: {message}")));
    }
    let is_unready = pod.text("/status/phase") == Some("Running")
        && condition("Ready").is_some_and(|condition| condition["status"] == "False");
    if let Some(event) = events
        .iter()
        .rev()
        .find(|event| is_unready && event.text("/reason") == Some("Unhealthy") && is_about(event, pod))
    {
        let message = event.text("/message").unwrap_or_default();
        let container = pod.text("/spec/containers/0/name").unwrap_or_default().to_owned();
        troubles.push(Trouble {
            log: Some((pod.reference(), container)),
            ..Trouble::passing(format!("pod {name} runs and is not ready: {message}"))
        });
    }
    troubles
}

/// Pods of a stateful set follow each other under one name.
fn is_about(event: &Object, pod: &Object) -> bool {
    event.text("/involvedObject/uid") == pod.text("/metadata/uid")
}

fn uses(pod: &Object, claim: &Object) -> bool {
    pod.list("/spec/volumes").iter().any(|volume| volume["persistentVolumeClaim"]["claimName"] == claim.name())
}

fn of_claim(pod: &str, claim: &Object, events: &[Object]) -> Trouble {
    let name = claim.name();
    let event = events.iter().rev().find(|event| event.text("/involvedObject/name") == Some(name));
    let message = event.and_then(|event| event.text("/message")).unwrap_or("it has no volume yet");
    let class = claim.text("/spec/storageClassName");
    let said = match class {
        Some(class) => format!("pod {pod} waits for its claim {name} (StorageClass {class}): {message}"),
        None => format!("pod {pod} waits for its claim {name}, and the cluster has no default StorageClass: {message}"),
    };
    let is_permanent = class.is_none() || message.contains("not found");
    let hint = Some("give --storage-class (`kubectl get storageclass` lists them), or --no-persistence");
    Trouble { is_permanent, hint, ..Trouble::passing(said) }
}

fn of_container(pod: &Object, status: &Value) -> Option<Trouble> {
    let name = pod.name();
    let container = status["name"].as_str().unwrap_or_default();
    let image = status["image"].as_str().unwrap_or_default();
    let log = Some((pod.reference(), container.to_owned()));
    let restarts = status["restartCount"].as_i64().unwrap_or_default();
    let waiting = &status["state"]["waiting"];
    let said = waiting["message"].as_str().unwrap_or_default();
    let ended =
        ["lastState", "state"].into_iter().map(|state| &status[state]["terminated"]).find(|state| state.is_object());
    match waiting["reason"].as_str() {
        Some("InvalidImageName" | "ErrImageNeverPull") => {
            Some(Trouble::permanent(format!("pod {name}: image {image} cannot be used: {said}")))
        }
        Some("ErrImagePull" | "ImagePullBackOff") => {
            let is_final = ["not found", "unauthorized", "denied", "no such host", "NotFound"]
                .iter()
                .any(|word| said.contains(word));
            Some(Trouble {
                is_permanent: is_final,
                hint: Some("set another image (kafka.image, redis.image, injector.image), or give --pull-secret"),
                ..Trouble::passing(format!("pod {name}: image {image} cannot be pulled: {said}"))
            })
        }
        Some("CreateContainerConfigError" | "CreateContainerError" | "RunContainerError") => {
            Some(Trouble::permanent(format!("pod {name}: container {container} cannot be made: {said}")))
        }
        Some("CrashLoopBackOff") => {
            let how = ended.map(ending).unwrap_or_default();
            Some(Trouble {
                is_permanent: restarts >= RESTARTS,
                log,
                ..Trouble::passing(format!("pod {name}: container {container} ends again and again{how}"))
            })
        }
        _ => ended.filter(|_| restarts > 0 && status["ready"] == false).map(|ended| Trouble {
            log,
            ..Trouble::passing(format!("pod {name}: container {container} ended{}", ending(ended)))
        }),
    }
}

fn ending(terminated: &Value) -> String {
    let code = terminated["exitCode"].as_i64().unwrap_or_default();
    match terminated["reason"].as_str() {
        Some("OOMKilled") => " for want of memory (raise kubernetes.kafka_memory or its like)".to_owned(),
        _ => format!(" with exit code {code}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn object(value: Value) -> Object {
        Object(value)
    }

    #[test]
    fn a_stateful_set_is_ready_when_its_newest_pods_are() {
        let set = |updated: i64, ready: i64| {
            object(json!({"kind": "StatefulSet", "metadata": {"generation": 2}, "spec": {"replicas": 3}, "status": {
                "observedGeneration": 2, "updatedReplicas": updated, "readyReplicas": ready,
                "currentRevision": "a", "updateRevision": "a",
            }}))
        };
        assert_eq!(readiness(&set(3, 3)), Readiness::Ready("3 of 3".to_owned()));
        assert_eq!(readiness(&set(3, 2)), Readiness::waiting("2 of 3 pods are ready"));
        assert_eq!(readiness(&set(1, 3)), Readiness::waiting("1 of 3 pods are of the new kind"));
    }

    #[test]
    fn a_controller_that_has_not_looked_yet_says_nothing() {
        let set = json!({"kind": "Deployment", "metadata": {"generation": 2}, "status": {"observedGeneration": 1}});
        assert!(matches!(readiness(&object(set)), Readiness::Waiting(_)));
    }

    #[test]
    fn what_is_permanent_comes_first() {
        let pod = |name: &str, reason: &str, message: &str| {
            object(
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name}, "status": {"containerStatuses": [
                    {"name": "c", "image": "i", "restartCount": 0, "state": {"waiting": {"reason": reason, "message": message}}}
                ]}}),
            )
        };
        let slow = pod("slow", "ImagePullBackOff", "timeout");
        let wrong = pod("wrong", "ErrImagePull", "manifest unknown: not found");
        let found = trouble(&[], &[&slow, &wrong], &[], &[]).expect("a trouble");
        assert!(found.is_permanent && found.message.contains("wrong"), "{found:?}");
    }

    #[test]
    fn a_pod_that_is_slow_or_on_its_way_out_is_not_stuck() {
        let pod = |reason: &str, deleted: Value| {
            object(json!({"metadata": {"deletionTimestamp": deleted}, "status": {"containerStatuses": [
                {"state": {"waiting": {"reason": reason}}}
            ]}}))
        };
        let mut crashing = pod("CrashLoopBackOff", Value::Null);
        assert!(!is_stuck(&crashing), "it is being deleted");
        crashing.0["metadata"] = json!({});
        assert!(is_stuck(&crashing));
        let mut slow = pod("ContainerCreating", Value::Null);
        slow.0["metadata"] = json!({});
        assert!(!is_stuck(&slow));
        assert!(!is_stuck(&object(
            json!({"status": {"containerStatuses": [{"ready": false, "state": {"running": {}}}]}})
        )));
    }

    #[test]
    fn a_claim_without_a_class_is_told() {
        let pod = object(json!({"metadata": {"name": "p"}, "spec": {"volumes": [
            {"persistentVolumeClaim": {"claimName": "c"}}
        ]}, "status": {"conditions": [{"type": "PodScheduled", "status": "False", "message": "unbound"}]}}));
        let claim = object(json!({"metadata": {"name": "c"}, "spec": {}, "status": {"phase": "Pending"}}));
        let found = trouble(&[], &[&pod], &[claim], &[]).expect("a trouble");
        assert!(found.is_permanent && found.message.contains("no default StorageClass"), "{found:?}");
    }

    #[test]
    fn a_quota_that_refuses_pods_is_told() {
        let event = object(json!({"reason": "FailedCreate", "involvedObject": {"name": "kar-kafka"},
            "message": "pods \"kar-kafka-0\" is forbidden: exceeded quota: q"}));
        let found = trouble(&["kar-kafka"], &[], &[], &[event]).expect("a trouble");
        assert!(found.is_permanent && found.hint.is_some(), "{found:?}");
    }
}
