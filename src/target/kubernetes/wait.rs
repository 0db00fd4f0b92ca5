//! Waits until the workloads are ready, and finds the one sentence that says why one is not.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::names;
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
    let labels = format!("app.kubernetes.io/name={}", names::PART_OF);
    wait_for(context, cluster, objects, &labels).await
}

/// [`wait`], for workloads whose pods have these labels, and beside them `name`, which is the workload's.
///
/// # Errors
/// As [`wait`].
pub async fn wait_for(context: &Context, cluster: &Cluster, objects: &[Reference], labels: &str) -> Result<()> {
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
            if has_waited
                && matches!(readiness, Readiness::Ready(_))
                && has_former_pods(cluster, workload, labels).await?
            {
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
        let found = look_for_trouble(cluster, &waiting, labels).await?;
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
async fn has_former_pods(cluster: &Cluster, workload: &Reference, labels: &str) -> Result<bool> {
    if workload.kind != DEPLOYMENT.name {
        return Ok(false);
    }
    let Some(version) = version(cluster, workload, labels).await? else { return Ok(true) };
    let labels = format!("{labels},name={}", workload.name);
    let pods = cluster.list(POD, workload.namespace.as_deref(), &labels).await.map_err(Failure::from)?;
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
async fn look_for_trouble(cluster: &Cluster, waiting: &[(&Reference, Step)], labels: &str) -> Result<Option<Trouble>> {
    let namespace = waiting.first().and_then(|(workload, _)| workload.namespace.as_deref());
    let (pods, claims, events) = tokio::try_join!(
        cluster.list(POD, namespace, labels),
        cluster.list(CLAIM, namespace, ""),
        cluster.list(EVENT, namespace, ""),
    )
    .map_err(Failure::from)?;
    let mut newest = Vec::new();
    let mut without_pods = Vec::new();
    for (workload, _) in waiting {
        let of_workload: Vec<_> = pods.iter().filter(|pod| pod.label("name") == Some(&workload.name)).collect();
        let Some(version) = version(cluster, workload, labels).await? else { continue };
        let (new, former): (Vec<_>, Vec<_>) = of_workload.into_iter().partition(|pod| version.has(pod));
        // Events of a time when none could be created outlive it.
        if new.is_empty() {
            without_pods.push(workload.name.as_str());
        }
        newest.extend(new);
        for pod in former.into_iter().filter(|pod| workload.kind == STATEFUL_SET.name && is_stuck(pod)) {
            let uid = pod.text("/metadata/uid");
            cluster.delete(&pod.reference(), Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
        }
    }
    let pods = newest;
    Ok(trouble(&without_pods, &pods, &claims, &events))
}

/// How pods of a workload's newest version are known: a label and its value.
struct Version {
    label: &'static str,
    value: String,
}

impl Version {
    fn has(&self, pod: &Object) -> bool {
        pod.label(self.label) == Some(&self.value)
    }
}

/// The newest version of a workload; `None` while its controller has not made it yet.
async fn version(cluster: &Cluster, workload: &Reference, labels: &str) -> Result<Option<Version>> {
    let Some(live) = cluster.get(workload).await.map_err(Failure::from)? else { return Ok(None) };
    if live.number("/status/observedGeneration") < live.number("/metadata/generation") {
        return Ok(None);
    }
    if workload.kind == STATEFUL_SET.name {
        let value = live.text("/status/updateRevision").map(str::to_owned);
        return Ok(value.map(|value| Version { label: "controller-revision-hash", value }));
    }
    let labels = format!("{labels},name={}", workload.name);
    let sets = cluster.list(REPLICA_SET, workload.namespace.as_deref(), &labels).await.map_err(Failure::from)?;
    let revision = live.annotation(REVISION);
    let newest = sets.iter().find(|set| set.annotation(REVISION) == revision);
    let value = newest.and_then(|set| set.label("pod-template-hash")).map(str::to_owned);
    Ok(value.map(|value| Version { label: "pod-template-hash", value }))
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
