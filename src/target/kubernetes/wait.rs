//! Waits until the workloads are ready, and finds the one sentence that says why one is not.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::try_join_all;
use serde_json::Value;

use super::ready::{Readiness, Trouble, is_stuck, readiness, trouble};
use crate::client::kubernetes::object::{CLAIM, DEPLOYMENT, EVENT, Object, POD, REPLICA_SET, Reference, STATEFUL_SET};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};
use crate::ui::Step;

/// How often it is looked.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// How long a trouble that is said to be permanent must last: a kubelet that is behind names some that pass.
pub const PATIENCE: Duration = Duration::from_secs(3);

/// How long after the time that was set for its end a pod is waited for.
const OVERDUE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// Annotation with the number of a deployment's version, on it and on its replica sets.
const REVISION: &str = "deployment.kubernetes.io/revision";

/// Lines of a log that a failure quotes.
const QUOTED_LINES: u32 = 8;

/// Waits until every stateful set and deployment among the objects is ready, and nothing of a former version answers any
/// more: an API server goes on asking an injector over the connection that it has.
///
/// # Errors
/// At once when the cause is permanent, else when the time is over; with the cause.
pub async fn wait(context: &Context, cluster: &Cluster, objects: &[Reference]) -> Result<()> {
    let is_workload = |object: &&Reference| [STATEFUL_SET.name, DEPLOYMENT.name].contains(&object.kind.as_str());
    let workloads: Vec<_> = objects.iter().filter(is_workload).collect();
    let steps: Vec<_> =
        workloads.iter().map(|workload| context.ui.step(format!("Waiting for {}", workload.name))).collect();
    let mut waiting: Vec<_> = workloads.into_iter().zip(steps).collect();
    let mut permanent_since = None;
    let mut has_waited = false;
    while !waiting.is_empty() {
        let states = try_join_all(waiting.iter().map(|(workload, _)| cluster.get(workload))).await;
        let states = states.map_err(Failure::from)?;
        let mut rest = Vec::new();
        let mut last_seen = String::new();
        for ((workload, step), state) in waiting.into_iter().zip(states) {
            let mut readiness = state.map_or_else(|| Readiness::waiting("it is not there"), |state| readiness(&state));
            if has_waited && matches!(readiness, Readiness::Ready(_)) && has_former_pods(cluster, workload).await? {
                readiness = Readiness::waiting("pods of a former version are on their way out");
            }
            match readiness {
                Readiness::Ready(text) => step.done(format!("{} is ready ({text})", workload.name)),
                Readiness::Waiting(text) => {
                    step.detail(&text);
                    last_seen = format!("{}: {text}", workload.name);
                    rest.push((workload, step));
                }
            }
        }
        waiting = rest;
        if waiting.is_empty() {
            break;
        }
        let found = look_for_trouble(cluster, &waiting).await?;
        let is_over = context.deadline.left().is_zero();
        match found {
            Some(found) if found.is_permanent => {
                let since = *permanent_since.get_or_insert_with(std::time::Instant::now);
                if is_over || since.elapsed() >= PATIENCE {
                    return Err(failure(cluster, found, None).await);
                }
            }
            found => {
                permanent_since = None;
                if is_over {
                    let found = found.unwrap_or_else(|| Trouble::passing(last_seen));
                    return Err(failure(cluster, found, Some(Status::TimedOut)).await);
                }
            }
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        has_waited = true;
    }
    Ok(())
}

/// Whether pods of a deployment's former version are still there; a stateful set has ended each before it made the next.
async fn has_former_pods(cluster: &Cluster, workload: &Reference) -> Result<bool> {
    if workload.kind != DEPLOYMENT.name {
        return Ok(false);
    }
    let Some(version) = version(cluster, workload).await? else { return Ok(true) };
    let pods = version.pods_of_all(cluster, workload).await?;
    // One that was evicted stays as a record of that, one whose node is gone until somebody removes the node.
    let has_ended = |pod: &Object| matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed")) || is_overdue(pod);
    Ok(pods.iter().any(|pod| !has_ended(pod) && !version.has(pod)))
}

/// Whether a pod should have been gone for a while.
fn is_overdue(pod: &Object) -> bool {
    let gone = pod.text("/metadata/deletionTimestamp").and_then(|time| time.parse::<jiff::Timestamp>().ok());
    gone.is_some_and(|gone| jiff::Timestamp::now().duration_since(gone) > OVERDUE)
}

/// The worst trouble of the workloads that are not ready. Pods of a former version are on their way out; those of a stateful
/// set that will never be ready hold up the new ones, and are ended.
async fn look_for_trouble(cluster: &Cluster, waiting: &[(&Reference, Step)]) -> Result<Option<Trouble>> {
    let namespace = waiting.first().and_then(|(workload, _)| workload.namespace.as_deref());
    let lists = tokio::try_join!(cluster.list(CLAIM, namespace, ""), cluster.list(EVENT, namespace, ""));
    let (claims, events) = lists.map_err(Failure::from)?;
    let mut newest = Vec::new();
    let mut without_pods = Vec::new();
    for (workload, _) in waiting {
        let Some(version) = version(cluster, workload).await? else { continue };
        let pods = version.pods_of_all(cluster, workload).await?;
        let (new, former): (Vec<_>, Vec<_>) = pods.into_iter().partition(|pod| version.has(pod));
        // Events of a time when none could be created outlive it.
        if new.is_empty() {
            without_pods.push(workload.name.as_str());
        }
        newest.extend(new);
        let is_own = |pod: &&Object| controller(pod).is_some_and(|uid| version.makers.contains(uid));
        for pod in former.iter().filter(|pod| workload.kind == STATEFUL_SET.name && is_own(pod) && is_stuck(pod)) {
            let uid = pod.text("/metadata/uid");
            cluster.delete(&pod.reference(), Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
        }
    }
    let newest: Vec<_> = newest.iter().collect();
    Ok(trouble(&without_pods, &newest, &claims, &events))
}

/// The uid of what controls an object; `None` for one that was made by hand.
fn controller(object: &Object) -> Option<&str> {
    object.list("/metadata/ownerReferences").iter().find(|owner| owner["controller"] == true)?["uid"].as_str()
}

/// Whether something else controls an object: a selector may fit what belongs to others, too.
fn is_of_others(object: &Object, makers: &BTreeSet<String>) -> bool {
    controller(object).is_some_and(|uid| !makers.contains(uid))
}

/// How pods of a workload are known, and among them those of its newest version: by a label and its value.
struct Version {
    selector: String,
    /// Uids of what makes the workload's pods: itself, or its replica sets.
    makers: BTreeSet<String>,
    label: &'static str,
    value: String,
}

impl Version {
    /// The pods of this version, and of those before it.
    async fn pods_of_all(&self, cluster: &Cluster, workload: &Reference) -> Result<Vec<Object>> {
        let found = cluster.list(POD, workload.namespace.as_deref(), &self.selector).await.map_err(Failure::from)?;
        Ok(found.into_iter().filter(|pod| !is_of_others(pod, &self.makers)).collect())
    }

    fn has(&self, pod: &Object) -> bool {
        pod.label(self.label) == Some(&self.value)
    }
}

/// The newest version of a workload; `None` while its controller has not made it yet.
async fn version(cluster: &Cluster, workload: &Reference) -> Result<Option<Version>> {
    let Some(live) = cluster.get(workload).await.map_err(Failure::from)? else { return Ok(None) };
    if live.number("/status/observedGeneration") < live.number("/metadata/generation") {
        return Ok(None);
    }
    let selector = selector(&live.0);
    let own: BTreeSet<_> = live.text("/metadata/uid").map(str::to_owned).into_iter().collect();
    if workload.kind == STATEFUL_SET.name {
        let value = live.text("/status/updateRevision").map(str::to_owned);
        return Ok(value.map(|value| Version { selector, makers: own, label: "controller-revision-hash", value }));
    }
    let mut sets = cluster.list(REPLICA_SET, workload.namespace.as_deref(), &selector).await.map_err(Failure::from)?;
    sets.retain(|set| !is_of_others(set, &own));
    let makers = sets.iter().filter_map(|set| set.text("/metadata/uid")).map(str::to_owned).collect();
    let revision = live.annotation(REVISION);
    let newest = sets.iter().find(|set| set.annotation(REVISION) == revision);
    let value = newest.and_then(|set| set.label("pod-template-hash")).map(str::to_owned);
    Ok(value.map(|value| Version { selector, makers, label: "pod-template-hash", value }))
}

/// What a workload knows its pods by, as a list is asked for by it: labels of the runtime's own say nothing of those of others.
fn selector(workload: &Value) -> String {
    let selector = &workload["spec"]["selector"];
    let equal = selector["matchLabels"].as_object().into_iter().flatten();
    let equal = equal.map(|(key, value)| format!("{key}={}", value.as_str().unwrap_or_default()));
    let expressions = selector["matchExpressions"].as_array().into_iter().flatten().map(|expression| {
        let key = expression["key"].as_str().unwrap_or_default();
        let values = expression["values"].as_array().into_iter().flatten().filter_map(Value::as_str);
        let values = values.collect::<Vec<_>>().join(",");
        match expression["operator"].as_str() {
            Some("In") => format!("{key} in ({values})"),
            Some("NotIn") => format!("{key} notin ({values})"),
            Some("DoesNotExist") => format!("!{key}"),
            _ => key.to_owned(),
        }
    });
    equal.chain(expressions).collect::<Vec<_>>().join(",")
}

async fn failure(cluster: &Cluster, trouble: Trouble, status: Option<Status>) -> anyhow::Error {
    let mut message = trouble.message;
    if let Some((pod, container)) = &trouble.log {
        for previous in [true, false] {
            let log = cluster.log(pod, container, QUOTED_LINES, previous).await.unwrap_or_default();
            if !log.trim().is_empty() {
                message.push_str(&format!("; the end of its log:\n{}", log.trim_end()));
                break;
            }
        }
    }
    let mut failure = Failure::new(message).code(Code::WorkloadNotReady);
    if let Some(status) = status {
        failure = failure.status(status);
    }
    failure
        .hint(trouble.hint.unwrap_or("`karctl k8s status` shows every pod; mend the cause and run the same again"))
        .into()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_something_else_controls_is_not_the_workloads() {
        let makers = BTreeSet::from(["own".to_owned()]);
        let of = |owners: Value| is_of_others(&Object(json!({"metadata": {"ownerReferences": owners}})), &makers);
        assert!(of(json!([{"uid": "other", "controller": true}])));
        assert!(!of(json!([{"uid": "other"}, {"uid": "own", "controller": true}])));
        assert!(!of(Value::Null), "made by hand");
    }

    #[test]
    fn pods_are_those_that_the_workload_selects() {
        let selector_of = |spec: Value| selector(&json!({ "spec": { "selector": spec } }));
        let equal = selector_of(json!({"matchLabels": {"app": "orders", "tier": "web"}}));
        assert_eq!(equal, "app=orders,tier=web");
        let expressions = json!([
            {"key": "app", "operator": "In", "values": ["a", "b"]},
            {"key": "track", "operator": "NotIn", "values": ["canary"]},
            {"key": "tier", "operator": "Exists"},
            {"key": "old", "operator": "DoesNotExist"},
        ]);
        let shown = selector_of(json!({"matchLabels": {"app": "a"}, "matchExpressions": expressions}));
        assert_eq!(shown, "app=a,app in (a,b),track notin (canary),tier,!old");
    }
}
