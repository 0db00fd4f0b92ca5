//! `--proof pod`: a pod as an application's, which the injector configures, sends a record round and reaches Redis from
//! within the cluster, and goes.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use rand::distr::{Alphanumeric, SampleString};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::deploy::{Options, Proof};
use super::desired::Desired;
use super::permission::{Permission, require};
use super::proof::{ASK_AGAIN, INJECTOR_LIMIT};
use super::ready::trouble;
use super::wait::PATIENCE;
use super::{manifests, names};
use crate::client::kubernetes::object::{EVENT, Object, POD, Reference};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, Status};

/// Label of the pods of proofs, by which those of a karctl that was killed are found.
const PROOF: &str = "karctl.kar.ibm.com/proof";

/// Seconds after which Kubernetes itself ends a pod that nobody waits for any more.
const POD_LIFE: i64 = 180;

/// How often the pod is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(500);

/// Letters that tell one pod from another.
const SUFFIX_LENGTH: usize = 5;

/// Lines of the pod's log that a failure quotes.
const QUOTED_LINES: u32 = 12;

/// What a pod proved.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct PodProof {
    /// Namespace that it ran in.
    pub namespace: String,
    /// Its name.
    pub pod: String,
    /// Time from its creation to its good end, in milliseconds.
    pub milliseconds: u64,
}

/// The namespace that the pod runs in: the first that was asked for, else `default` where a deploy enables it. `None` where
/// no pod is asked for.
///
/// # Errors
/// A usage failure where the deploy enables no namespace.
pub fn namespace(desired: &Desired, options: &Options) -> Result<Option<String>> {
    match options.enable.first() {
        _ if options.proof != Proof::Pod => Ok(None),
        Some(namespace) => Ok(Some(namespace.clone())),
        None if !desired.facts.is_openshift => Ok(Some("default".to_owned())),
        None => Err(Failure::usage("--proof pod needs an enabled namespace, and on OpenShift `default` is none")
            .hint("name one with --enable NAMESPACE")
            .into()),
    }
}

/// Makes sure that the pod may be made. Nothing is changed.
///
/// # Errors
/// Every right that is missing.
pub async fn check(cluster: &Cluster, namespace: &str) -> Result<()> {
    let pod = ["list", "create", "get", "delete"].map(|verb| Permission::within(verb, POD, "", namespace));
    let log = Permission::within("get", POD, "log", namespace);
    require(cluster, pod.into_iter().chain([log])).await
}

/// Runs the pod, and removes it whatever came of it. Pods that a killed karctl left behind are removed first.
///
/// # Errors
/// What the pod says when it fails, or what keeps it from running.
pub async fn prove(context: &Context, cluster: &Cluster, desired: &Desired, namespace: &str) -> Result<PodProof> {
    let step = context.ui.step(format!("Running a pod in namespace {namespace}"));
    remove_former(cluster, namespace).await?;
    let pod = pod(desired, namespace);
    let began = Instant::now();
    let failed =
        || Failure::new(format!("a pod in namespace {namespace} cannot use the runtime")).code(Code::ProofFailed);
    await_injection(context, cluster, &pod).await.or_fail(failed)?;
    let created = cluster.create(&pod, false).await.map_err(Failure::from).or_fail(failed)?;
    let ended = wait(context, cluster, &created).await.or_fail(failed);
    let uid = created.text("/metadata/uid");
    let removed = cluster.delete(&created.reference(), Deletion { uid, is_foreground: false }).await;
    ended?;
    removed.map_err(Failure::from)?;
    step.done(format!("A pod in namespace {namespace} sends a record round and reaches Redis"));
    Ok(PodProof {
        namespace: namespace.to_owned(),
        pod: created.name().to_owned(),
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
}

/// Removes pods of proofs whose karctl was killed; those of one that still runs are let be.
async fn remove_former(cluster: &Cluster, namespace: &str) -> Result<()> {
    let labels = format!("{PROOF}=true");
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

/// Whether nobody waits for a pod any more: it has ended, or is older than any may become.
fn is_left_behind(pod: &Object, now: Timestamp) -> bool {
    let has_ended = matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"));
    let created = pod.text("/metadata/creationTimestamp").and_then(|text| text.parse::<Timestamp>().ok());
    has_ended || created.is_some_and(|created| now.duration_since(created).as_secs() > POD_LIFE)
}

/// Waits until the API server has the injector configure such a pod: it looks for the namespace's label in a copy of its
/// own, which is a moment behind.
async fn await_injection(context: &Context, cluster: &Cluster, pod: &Object) -> Result<()> {
    let limit = INJECTOR_LIMIT.min(context.deadline.left());
    let began = Instant::now();
    while !is_configured(&cluster.create(pod, true).await.map_err(Failure::from)?) {
        if began.elapsed() >= limit {
            let late = format!("the injector did not give it the configuration within {} s", limit.as_secs());
            return Err(Failure::new(late).into());
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
    Ok(())
}

/// Whether a pod was given the runtime's configuration.
fn is_configured(pod: &Object) -> bool {
    pod.list("/spec/volumes").iter().any(|volume| volume["secret"]["secretName"] == names::RUNTIME_CONFIG)
}

/// Waits for a good end.
async fn wait(context: &Context, cluster: &Cluster, created: &Object) -> Result<()> {
    let reference = created.reference();
    let mut permanent_since = None;
    loop {
        let Some(pod) = cluster.get(&reference).await.map_err(Failure::from)? else {
            return Err(Failure::new(format!("{reference} was deleted by somebody else")).into());
        };
        match pod.text("/status/phase") {
            Some("Succeeded") => return Ok(()),
            Some("Failed") => return Err(ended_badly(cluster, &reference, &pod).await),
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

async fn ended_badly(cluster: &Cluster, reference: &Reference, pod: &Object) -> anyhow::Error {
    let reason = pod.text("/status/reason").map(|reason| format!(" ({reason})")).unwrap_or_default();
    let log = cluster.log(reference, CONTAINER, QUOTED_LINES, false).await.unwrap_or_default();
    let log = match log.trim() {
        "" => "it wrote nothing".to_owned(),
        log => format!("the end of its log:\n{log}"),
    };
    Failure::new(format!("{reference} failed{reason}; {log}")).into()
}

/// The only container.
const CONTAINER: &str = "proof";

/// The pod, of the image that Kafka itself runs from, within Pod Security's `restricted`.
fn pod(desired: &Desired, namespace: &str) -> Object {
    let suffix = Alphanumeric.sample_string(&mut rand::rng(), SUFFIX_LENGTH).to_lowercase();
    let [pod_security, container_security] = manifests::client_security(desired);
    let mut pod = json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": format!("karctl-proof-{suffix}"),
            "namespace": namespace,
            "labels": {(names::MANAGED_BY): names::KARCTL, PROOF: "true"},
            // As an application that brings `kar` along: the injector gives it the configuration, and no sidecar.
            "annotations": {"kar.ibm.com/app": "karctl-proof", "kar.ibm.com/sidecarContainer": "false"},
        },
        "spec": {
            "restartPolicy": "Never",
            "activeDeadlineSeconds": POD_LIFE,
            "terminationGracePeriodSeconds": 1,
            "automountServiceAccountToken": false,
            "enableServiceLinks": false,
            "securityContext": pod_security,
            "containers": [{
                "name": CONTAINER,
                "image": desired.kafka.docker_image(),
                "command": ["/bin/bash", "-c", include_str!("proof_pod.sh")],
                "env": [
                    {"name": "KAFKA_HEAP_OPTS", "value": "-Xms32m -Xmx96m"},
                    {"name": "LOG_DIR", "value": "/tmp"},
                ],
                "resources": {
                    "requests": {"cpu": "50m", "memory": "256Mi"},
                    // Of processor time too: a quota may count it.
                    "limits": {"cpu": "1", "memory": "384Mi"},
                },
                "securityContext": container_security,
                "volumeMounts": [{"name": "temporary", "mountPath": "/tmp"}],
            }],
            "volumes": [{"name": "temporary", "emptyDir": {}}],
        },
    });
    if desired.facts.pull_secret.is_some() {
        pod["spec"]["imagePullSecrets"] = Value::from(vec![json!({"name": names::PULL_SECRET})]);
    }
    Object(pod)
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
            ("Succeeded", "2026-01-01T12:02:59Z", true),
            ("Failed", "2026-01-01T12:02:59Z", true),
        ] {
            assert_eq!(is_left_behind(&pod(phase, created), now), expected, "{phase} {created}");
        }
    }
}
