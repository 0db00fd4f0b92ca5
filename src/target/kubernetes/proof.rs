//! The proof at the end of a deploy: a client's own path works.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::desired::Desired;
use super::manifests::{KAFKA_FORWARD_PORT, forward_port};
use super::names;
use crate::client::kubernetes::{Cluster, Forward};
use crate::client::{kafka, redis};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::runtime_config::REDIS_USER;
use crate::services::{ClusterServices, KAFKA_CONTAINER_PORT, REDIS_CONTAINER_PORT, host_and_port};

/// How long the injector may take: the API server finds its new address a moment after it is ready.
pub const INJECTOR_LIMIT: Duration = Duration::from_secs(20);

/// How often it is asked.
pub const ASK_AGAIN: Duration = Duration::from_millis(300);

/// Proves Kafka, Redis and the injector, side by side.
///
/// # Errors
/// The first that does not work, with what was seen.
pub async fn prove(context: &Context, cluster: &Cluster, desired: &Desired) -> Result<()> {
    let failed = || Failure::new("everything is ready, and yet a client's path does not work").code(Code::ProofFailed);
    match desired.services() {
        Some(services) => tokio::try_join!(
            prove_kafka(context, cluster, &services),
            prove_redis(context, cluster, &services),
            prove_injector(context, cluster, desired),
        )
        .map(drop),
        None => prove_injector(context, cluster, desired).await,
    }
    .or_fail(failed)
}

async fn prove_kafka(context: &Context, cluster: &Cluster, services: &ClusterServices) -> Result<()> {
    let step = context.ui.step("Sending a record round");
    let login = services.kafka_login.as_ref().map(|(user, password)| (user.as_str(), password));
    let limit = context.deadline.left();
    // What pods are told, is what the broker advertises to them.
    for ordinal in 0..services.brokers {
        let pod = format!("kar-kafka-{ordinal}");
        let inside = cluster.forward(&services.namespace, &pod, KAFKA_CONTAINER_PORT, 0).await?;
        let advertised = host_and_port(&services.broker_host(ordinal), KAFKA_CONTAINER_PORT);
        kafka::prove_metadata(&local(inside.port), login, &advertised, limit).await?;
    }
    let _forwards = forward_kafka(cluster, services).await?;
    kafka::prove_round(&local(forward_port(0)), login, context.deadline.left()).await?;
    step.done(format!("Kafka carries records ({} of {} brokers)", services.brokers, services.brokers));
    Ok(())
}

/// Forwards every broker's port for forwards, at the addresses that they advertise.
///
/// # Errors
/// When a port of this machine is taken.
pub async fn forward_kafka(cluster: &Cluster, services: &ClusterServices) -> Result<Vec<Forward>> {
    let mut forwards = Vec::new();
    for ordinal in 0..services.brokers {
        let pod = format!("kar-kafka-{ordinal}");
        forwards.push(cluster.forward(&services.namespace, &pod, KAFKA_FORWARD_PORT, forward_port(ordinal)).await?);
    }
    Ok(forwards)
}

async fn prove_redis(context: &Context, cluster: &Cluster, services: &ClusterServices) -> Result<()> {
    let step = context.ui.step("Asking Redis");
    let forward = cluster.forward(&services.namespace, "kar-redis-0", REDIS_CONTAINER_PORT, 0).await?;
    let login = Some((REDIS_USER, &services.redis_password));
    redis::prove_ping("127.0.0.1", forward.port, login, context.deadline.left()).await?;
    step.done("Redis answers");
    Ok(())
}

/// The injector answers a review, and makes the pod part of the application.
async fn prove_injector(context: &Context, cluster: &Cluster, desired: &Desired) -> Result<()> {
    let step = context.ui.step("Asking the injector");
    let namespace = &desired.cluster.namespace;
    let limit = INJECTOR_LIMIT.min(context.deadline.left());
    let answer = tokio::time::timeout(limit, async {
        loop {
            match cluster.post_to_service(namespace, names::INJECTOR, "/inject-sidecar", &review()).await {
                Ok(answer) => break Ok(answer),
                // The service has no address yet.
                Err(error) if matches!(error.status(), Some(502 | 503)) => tokio::time::sleep(ASK_AGAIN).await,
                Err(error) => break Err(Failure::from(error)),
            }
        }
    })
    .await;
    let answer =
        answer.or_fail(|| Failure::new(format!("the injector did not answer within {} s", limit.as_secs())))??;
    let patch = answer["response"]["patch"].as_str().and_then(|patch| BASE64_STANDARD.decode(patch).ok());
    let patch: Value = patch.and_then(|patch| serde_json::from_slice(&patch).ok()).unwrap_or_default();
    let is_injected = answer["response"]["allowed"] == true && patch.to_string().contains(names::RUNTIME_CONFIG);
    if !is_injected {
        return Err(Failure::new("the injector answered a review, but did not inject the configuration").into());
    }
    step.done("The injector answers");
    Ok(())
}

/// A pod as an application's, for the injector to look at; it is created nowhere.
fn review() -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": "00000000-0000-0000-0000-000000000000",
            "kind": {"group": "", "version": "v1", "kind": "Pod"},
            "resource": {"group": "", "version": "v1", "resource": "pods"},
            "operation": "CREATE",
            "namespace": "default",
            "userInfo": {},
            "object": sample("karctl-proof"),
        },
    })
}

/// A pod with the annotation that makes it part of an application; the container never runs.
pub fn sample(name: &str) -> Value {
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "annotations": {"kar.ibm.com/app": "karctl-proof"}},
        "spec": {"containers": [{"name": "app", "image": "karctl/proof"}], "volumes": [{"name": "none", "emptyDir": {}}]},
    })
}

fn local(port: u16) -> String {
    host_and_port("127.0.0.1", port)
}
