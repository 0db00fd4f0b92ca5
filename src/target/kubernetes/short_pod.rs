//! A pod that does one thing within a cluster, and goes, whatever came of it. One that a killed karctl left behind is found
//! by its label and removed by the next; Kubernetes itself ends what runs for too long.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::distr::{Alphanumeric, SampleString};
use serde_json::{Value, json};

use super::names;
use super::permission::{Permission, require};
use super::ready::trouble;
use super::wait::PATIENCE;
use crate::client::kubernetes::object::{EVENT, Object, POD, Reference};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// Seconds after which Kubernetes itself ends a pod that nobody waits for any more.
pub const LIFE: i64 = 180;

/// How often the pod is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Letters that tell one pod from another.
const SUFFIX_LENGTH: usize = 5;

/// Lines of the pod's log that a failure quotes.
const QUOTED_LINES: u32 = 12;

/// Lines of the log of a pod that did what it was to do.
const LINES: u32 = 100;

/// What it is for: its name's middle, and its only container's name.
#[derive(Clone, Copy, Debug)]
pub struct Errand {
    /// Such as `proof`.
    pub name: &'static str,
    /// The label by which all of its kind are found.
    pub label: &'static str,
}

impl Errand {
    /// A pod within Pod Security's `restricted`, with the rest of its only container to be filled in.
    pub fn pod(self, namespace: &str, security: &[Value; 2]) -> Value {
        let suffix = Alphanumeric.sample_string(&mut rand::rng(), SUFFIX_LENGTH).to_lowercase();
        let [pod_security, container_security] = security;
        json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": format!("karctl-{}-{suffix}", self.name),
                "namespace": namespace,
                "labels": {(names::MANAGED_BY): names::KARCTL, self.label: "true"},
            },
            "spec": {
                "restartPolicy": "Never",
                "activeDeadlineSeconds": LIFE,
                "terminationGracePeriodSeconds": 1,
                "automountServiceAccountToken": false,
                "enableServiceLinks": false,
                "securityContext": pod_security,
                "containers": [{
                    "name": self.name,
                    "securityContext": container_security,
                    "volumeMounts": [{"name": "temporary", "mountPath": "/tmp"}],
                }],
                "volumes": [{"name": "temporary", "emptyDir": {}}],
            },
        })
    }

    /// Makes sure that such a pod may be made. Nothing is changed.
    ///
    /// # Errors
    /// Every right that is missing.
    pub async fn check(self, cluster: &Cluster, namespace: &str) -> Result<()> {
        let pod = ["list", "create", "get", "delete"].map(|verb| Permission::within(verb, POD, "", namespace));
        let log = Permission::within("get", POD, "log", namespace);
        require(cluster, pod.into_iter().chain([log])).await
    }

    /// Removes pods whose karctl was killed; those of one that still runs are let be.
    ///
    /// # Errors
    /// When the server does not say which there are, or does not delete them.
    pub async fn remove_former(self, cluster: &Cluster, namespace: &str) -> Result<()> {
        let labels = format!("{}=true", self.label);
        let found = match cluster.list(POD, None, &labels).await {
            // Who may look only here removes only what is here.
            Err(error) if error.status() == Some(403) => cluster.list(POD, Some(namespace), &labels).await,
            listed => listed,
        };
        let now = Timestamp::now();
        for pod in found.map_err(Failure::from)?.iter().filter(|pod| is_left_behind(pod, now)) {
            let uid = pod.text("/metadata/uid");
            match cluster.delete(&pod.reference(), Deletion { uid, is_foreground: false }).await {
                Err(error) if error.status() == Some(403) && pod.namespace() != namespace => {}
                deleted => drop(deleted.map_err(Failure::from)?),
            }
        }
        Ok(())
    }

    /// Makes the pod, waits for its good end, removes it whatever came of it, and returns its name and what it wrote.
    ///
    /// # Errors
    /// What the pod says when it fails, or what keeps it from running.
    pub async fn run(self, context: &Context, cluster: &Cluster, pod: &Object) -> Result<Ended> {
        let created = cluster.create(pod, false).await.map_err(Failure::from)?;
        let ended = self.wait(context, cluster, &created).await;
        let uid = created.text("/metadata/uid");
        let removed = cluster.delete(&created.reference(), Deletion { uid, is_foreground: false }).await;
        let log = ended?;
        removed.map_err(Failure::from)?;
        Ok(Ended { name: created.name().to_owned(), log })
    }

    /// Waits for a good end.
    async fn wait(self, context: &Context, cluster: &Cluster, created: &Object) -> Result<String> {
        let reference = created.reference();
        let mut permanent_since = None;
        loop {
            let Some(pod) = cluster.get(&reference).await.map_err(Failure::from)? else {
                return Err(Failure::new(format!("{reference} was deleted by somebody else")).into());
            };
            match pod.text("/status/phase") {
                Some("Succeeded") => {
                    let log = cluster.log(&reference, self.name, LINES, false).await;
                    return Ok(log.map_err(Failure::from)?);
                }
                Some("Failed") => return Err(self.ended_badly(cluster, &reference, &pod).await),
                _ => {}
            }
            let events = events(cluster, &reference).await?;
            let found = trouble(&[], &[&pod], &[], &events);
            match found.as_ref().filter(|found| found.is_permanent) {
                Some(found) => {
                    let since = *permanent_since.get_or_insert_with(Instant::now);
                    if since.elapsed() >= PATIENCE {
                        return Err(explained(Failure::new(found.message.clone()), found.hint));
                    }
                }
                None => permanent_since = None,
            }
            if context.deadline.left().is_zero() {
                let last_seen = found.map_or_else(|| "it runs".to_owned(), |found| found.message);
                let failure = context.deadline.passed(&format!("{reference} to end"), &last_seen);
                return Err(failure.status(Status::TimedOut).into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
    }

    async fn ended_badly(self, cluster: &Cluster, reference: &Reference, pod: &Object) -> anyhow::Error {
        let reason = pod.text("/status/reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
        let log = cluster.log(reference, self.name, QUOTED_LINES, false).await.unwrap_or_default();
        let log = match log.trim() {
            "" => "it wrote nothing".to_owned(),
            log => format!("the end of its log:\n{log}"),
        };
        Failure::new(format!("{reference} failed{reason}; {log}")).into()
    }
}

/// A pod that did what it was to do.
#[derive(Clone, Debug)]
pub struct Ended {
    /// Its name.
    pub name: String,
    /// What it wrote.
    pub log: String,
}

/// Whether nobody waits for a pod any more: it is older than any may become. One that has ended may still have a log that
/// another karctl is about to read.
fn is_left_behind(pod: &Object, now: Timestamp) -> bool {
    let created = pod.text("/metadata/creationTimestamp").and_then(|text| text.parse::<Timestamp>().ok());
    created.is_some_and(|created| now.duration_since(created).as_secs() > LIFE)
}

fn explained(failure: Failure, hint: Option<&'static str>) -> anyhow::Error {
    match hint {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}

async fn events(cluster: &Cluster, pod: &Reference) -> Result<Vec<Object>> {
    let events = match cluster.list(EVENT, pod.namespace.as_deref(), "").await {
        Err(error) if error.status() == Some(403) => Vec::new(),
        listed => listed.map_err(Failure::from)?,
    };
    Ok(events.into_iter().filter(|event| event.text("/involvedObject/name") == Some(&pod.name)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_pods_that_nobody_waits_for_are_removed() {
        let now: Timestamp = "2026-01-01T12:03:00Z".parse().expect("a time");
        let pod = |phase: &str, created: &str| {
            Object(json!({"metadata": {"creationTimestamp": created}, "status": {"phase": phase}}))
        };
        for (phase, created, expected) in [
            ("Running", "2026-01-01T12:00:00Z", false),
            ("Running", "2026-01-01T11:59:59Z", true),
            ("Pending", "2026-01-01T12:02:00Z", false),
            ("Pending", "2026-01-01T11:00:00Z", true),
            ("Succeeded", "2026-01-01T12:00:00Z", false),
            ("Failed", "2026-01-01T12:02:59Z", false),
            ("Succeeded", "2026-01-01T11:59:59Z", true),
        ] {
            assert_eq!(is_left_behind(&pod(phase, created), now), expected, "{phase} {created}");
        }
    }
}
