//! `--proof pod`: a pod as an application's, which the injector configures, sends a record round and reaches Redis from
//! within the cluster, and goes.

use std::time::Instant;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::deploy::{Options, Proof};
use super::desired::Desired;
use super::proof::{ASK_AGAIN, INJECTOR_LIMIT};
use super::short_pod::Errand;
use super::{manifests, names};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::Object;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// What the pods of proofs are for.
const PROOF: Errand = Errand { name: "proof", label: "karctl.kar.ibm.com/proof" };

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
    PROOF.check(cluster, namespace).await
}

/// Runs the pod, and removes it whatever came of it. Pods that a killed karctl left behind are removed first.
///
/// # Errors
/// What the pod says when it fails, or what keeps it from running.
pub async fn prove(context: &Context, cluster: &Cluster, desired: &Desired, namespace: &str) -> Result<PodProof> {
    let step = context.ui.step(format!("Running a pod in namespace {namespace}"));
    PROOF.remove_former(cluster, namespace).await?;
    let pod = pod(desired, namespace);
    let began = Instant::now();
    let failed =
        || Failure::new(format!("a pod in namespace {namespace} cannot use the runtime")).code(Code::ProofFailed);
    await_injection(context, cluster, &pod).await.or_fail(failed)?;
    let ended = PROOF.run(context, cluster, &pod).await.or_fail(failed)?;
    step.done(format!("A pod in namespace {namespace} sends a record round and reaches Redis"));
    Ok(PodProof {
        namespace: namespace.to_owned(),
        pod: ended.name,
        milliseconds: u64::try_from(began.elapsed().as_millis()).unwrap_or(u64::MAX),
    })
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

/// The pod, of the image that Kafka itself runs from, within Pod Security's `restricted`.
fn pod(desired: &Desired, namespace: &str) -> Object {
    let mut pod = PROOF.pod(namespace, &manifests::client_security(desired.facts.is_openshift));
    // As an application that brings `kar` along: the injector gives it the configuration, and no sidecar.
    pod["metadata"]["annotations"] =
        json!({"kar.ibm.com/app": "karctl-proof", "kar.ibm.com/sidecarContainer": "false"});
    let container = &mut pod["spec"]["containers"][0];
    container["image"] = Value::from(desired.kafka.docker_image());
    container["command"] = json!(["/bin/bash", "-c", include_str!("proof_pod.sh")]);
    container["env"] = json!([
        {"name": "KAFKA_HEAP_OPTS", "value": "-Xms32m -Xmx96m"},
        {"name": "LOG_DIR", "value": "/tmp"},
    ]);
    container["resources"] = json!({
        "requests": {"cpu": "50m", "memory": "256Mi"},
        // Of processor time too: a quota may count it.
        "limits": {"cpu": "1", "memory": "384Mi"},
    });
    if desired.facts.pull_secret.is_some() {
        pod["spec"]["imagePullSecrets"] = json!([{"name": names::PULL_SECRET}]);
    }
    Object(pod)
}
