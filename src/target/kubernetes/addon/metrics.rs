//! The addon `metrics`: what has a Prometheus of the Prometheus Operator ask Kafka and the sidecars.

use std::collections::BTreeMap;

use serde_json::json;

use super::selection::{Labels, takes, wanted as wanted_labels};
use super::{Options, Wanted, all, has_group};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Kind, Object, POD_MONITOR, PROMETHEUS, Reference, SERVICE, SERVICE_MONITOR};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::render;
use crate::target::kubernetes::{manifests, names};

/// The service in front of Kafka's agent; a deploy with the agent makes it.
const AGENT_SERVICE: &str = "kafka-jmx-svc";

/// The monitors and dashboards, and which Prometheus takes them up. `own` is the runtime's namespace.
///
/// # Errors
/// When the operator is not there, or the server does not say.
pub(super) async fn wanted(context: &Context, cluster: &Cluster, own: &Object, options: &Options) -> Result<Wanted> {
    let namespace = own.name();
    if !has_group(cluster, PROMETHEUS).await? {
        return Err(no_operator(namespace).into());
    }
    let prometheuses = all(cluster, PROMETHEUS).await?.unwrap_or_else(|| {
        context.ui.warn("you may not list the Prometheuses of the cluster: give the labels they want with --label");
        Vec::new()
    });
    let [services, pods] = [SERVICE_MONITOR, POD_MONITOR].map(|kind| labels(&prometheuses, kind, &options.labels));
    let takes_all = |prometheus: &&Object| {
        takes(prometheus, SERVICE_MONITOR, &services, own) && takes(prometheus, POD_MONITOR, &pods, own)
    };
    let taken_by: Vec<_> = prometheuses.iter().filter(takes_all).map(place).collect();
    let mut warnings = Vec::new();
    if taken_by.is_empty() {
        warnings.push(untaken(&prometheuses, namespace));
    }
    let agent = cluster.get(&Reference::new(SERVICE, namespace, AGENT_SERVICE)).await.map_err(Failure::from)?;
    if agent.is_none() {
        warnings.push("Kafka shows no figures yet; `karctl k8s deploy --agent` has it do so".to_owned());
    }
    Ok(Wanted { objects: objects(namespace, &services, &pods)?, taken_by, warnings })
}

/// The labels of monitors of a kind: those that were given, and those that the Prometheuses ask for.
fn labels(prometheuses: &[Object], kind: Kind, given: &[(String, String)]) -> Labels {
    let mut labels: Labels = given.iter().cloned().collect();
    for (name, value) in wanted_labels(prometheuses, kind) {
        labels.entry(name).or_insert(value);
    }
    labels
}

fn objects(namespace: &str, service_labels: &Labels, pod_labels: &Labels) -> Result<Vec<Object>> {
    let dashboards: BTreeMap<_, _> = render::DASHBOARDS.into_iter().collect();
    let values = json!({"service_labels": service_labels, "pod_labels": pod_labels, "dashboards": dashboards});
    manifests::rendered(&render::METRICS, &values, namespace, (names::COMPONENT, "metrics"))
}

fn place(object: &Object) -> String {
    format!("{}/{}", object.namespace(), object.name())
}

fn no_operator(namespace: &str) -> Failure {
    Failure::new("no Prometheus Operator is on this cluster: it has no ServiceMonitors")
        .hint("install one, such as the chart kube-prometheus-stack, then run the same command again")
        .hint(format!(
            "a Prometheus without an operator finds Kafka at {AGENT_SERVICE}.{namespace}.svc:7071, and sidecars at port \
             3500, path /metrics, of the pods with the label kar.ibm.com/app"
        ))
        .code(Code::NoPrometheusOperator)
}

fn untaken(prometheuses: &[Object], namespace: &str) -> String {
    match prometheuses {
        [] => "no Prometheus was seen on the cluster, so nobody takes the figures up yet".to_owned(),
        seen => {
            let seen: Vec<_> = seen.iter().map(place).collect();
            format!(
                "no Prometheus takes the figures up: {} asks for other labels (--label gives some) or does not look at \
                 namespace {namespace}",
                seen.join(", ")
            )
        }
    }
}
