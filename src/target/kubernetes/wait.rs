//! Waits until the workloads are ready, and finds the one sentence that says why one is not.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::names;
use super::ready::{Readiness, Trouble, readiness, trouble};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{CLAIM, DEPLOYMENT, EVENT, Object, POD, Reference, STATEFUL_SET};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};
use crate::ui::Step;

/// How often it is looked.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// How long a trouble that is said to be permanent must last: a kubelet that is behind names some that pass.
const PATIENCE: Duration = Duration::from_secs(3);

/// Lines of a log that a failure quotes.
const QUOTED_LINES: u32 = 8;

/// Waits until every stateful set and deployment among the objects is ready.
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
    while !waiting.is_empty() {
        let states = try_join_all(waiting.iter().map(|(workload, _)| cluster.get(workload))).await;
        let states = states.map_err(Failure::from)?;
        let mut rest = Vec::new();
        let mut last_seen = String::new();
        for ((workload, step), state) in waiting.into_iter().zip(states) {
            match state.map_or_else(|| Readiness::waiting("it is not there"), |state| readiness(&state)) {
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
    }
    Ok(())
}

/// The worst trouble of the workloads that are not ready.
async fn look_for_trouble(cluster: &Cluster, waiting: &[(&Reference, Step)]) -> Result<Option<Trouble>> {
    let namespace = waiting.first().and_then(|(workload, _)| workload.namespace.as_deref());
    let labels = format!("app.kubernetes.io/name={}", names::PART_OF);
    let (pods, claims, events) = tokio::try_join!(
        cluster.list(POD, namespace, &labels),
        cluster.list(CLAIM, namespace, ""),
        cluster.list(EVENT, namespace, ""),
    )
    .map_err(Failure::from)?;
    let is_waiting = |pod: &&Object| waiting.iter().any(|(workload, _)| pod.label("name") == Some(&workload.name));
    let pods: Vec<_> = pods.iter().filter(is_waiting).collect();
    let names: Vec<_> = waiting.iter().map(|(workload, _)| workload.name.as_str()).collect();
    Ok(trouble(&names, &pods, &claims, &events))
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
