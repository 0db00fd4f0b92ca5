//! `karctl k8s ps`, `logs` and `port-forward`: the pods of applications, and of the runtime.

use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;

use super::live::Live;
use super::{access, names, namespaces};
use crate::client::kubernetes::object::{Object, POD};
use crate::client::kubernetes::{Cluster, Forward};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::services::{Services, Vantage};

/// Annotation, and label, with the name of an application.
const APP: &str = "kar.ibm.com/app";

/// The container that `kar` runs in beside an application.
const SIDECAR: &str = "kar";

/// Which pods.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// Only of this application.
    pub app: Option<String>,
    /// Only in this namespace; `None` means every enabled one.
    pub namespace: Option<String>,
    /// Pods of the runtime itself instead, such as `kafka`.
    pub component: Option<String>,
}

/// What `karctl k8s ps` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pods {
    /// Pods of applications.
    pub pods: Vec<Pod>,
}

/// One pod of an application.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Pod {
    /// Namespace.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Application.
    pub app: String,
    /// Service that it offers.
    pub service: Option<String>,
    /// Actor types that it hosts.
    pub actors: Option<String>,
    /// Containers that are ready, of all: `1/2`.
    pub ready: String,
    /// `Running`, or what keeps it from that.
    pub state: String,
    /// How often its containers ended.
    pub restarts: i64,
    /// Whether `kar` is in it: as a container, or within the application's.
    pub is_injected: bool,
}

/// The pods of applications.
///
/// # Errors
/// When the server does not say.
pub async fn list(cluster: &Cluster, query: &Query) -> Result<Pods> {
    Ok(Pods { pods: find(cluster, "", query).await?.iter().map(describe).collect() })
}

async fn find(cluster: &Cluster, runtime: &str, query: &Query) -> Result<Vec<Object>> {
    if let Some(component) = &query.component {
        let labels = format!("app.kubernetes.io/name={},name=kar-{component}", names::PART_OF);
        return Ok(cluster.list(POD, Some(runtime), &labels).await.map_err(Failure::from)?);
    }
    let places = match &query.namespace {
        Some(namespace) => vec![namespace.clone()],
        None => namespaces::enabled(cluster).await?.iter().map(|found| found.name().to_owned()).collect(),
    };
    let places: Vec<_> = places.iter().map(String::as_str).collect();
    let pods = Live::labelled(cluster, POD, &places, "").await?;
    let is_asked = |pod: &Object| match (pod.annotation(APP), &query.app) {
        (Some(app), Some(asked)) => app == asked,
        (Some(_), None) => true,
        (None, _) => false,
    };
    Ok(pods.into_iter().filter(is_asked).collect())
}

fn describe(pod: &Object) -> Pod {
    let statuses = pod.list("/status/containerStatuses");
    let ready = statuses.iter().filter(|status| status["ready"] == true).count();
    let waiting = statuses.iter().find_map(|status| status["state"]["waiting"]["reason"].as_str());
    let phase = pod.text("/status/phase").unwrap_or("Unknown");
    let text = |name: &str| pod.annotation(name).map(str::to_owned);
    let containers = pod.list("/spec/containers").iter().chain(pod.list("/spec/initContainers"));
    let volumes = pod.list("/spec/volumes");
    Pod {
        namespace: pod.namespace().to_owned(),
        name: pod.name().to_owned(),
        app: pod.annotation(APP).unwrap_or_default().to_owned(),
        service: text("kar.ibm.com/service"),
        actors: text("kar.ibm.com/actors"),
        ready: format!("{ready}/{}", pod.list("/spec/containers").len()),
        state: if pod.is_terminating() { "Terminating" } else { waiting.unwrap_or(phase) }.to_owned(),
        restarts: statuses.iter().filter_map(|status| status["restartCount"].as_i64()).sum(),
        is_injected: containers.into_iter().any(|container| container["name"] == SIDECAR)
            || volumes.iter().any(|volume| volume["secret"]["secretName"] == names::RUNTIME_CONFIG),
    }
}

/// What of the logs.
#[derive(Clone, Copy, Debug, Default)]
pub struct LogQuery {
    /// Go on until interrupted.
    pub follow: bool,
    /// Only lines of the last seconds.
    pub since_seconds: Option<u64>,
    /// Only so many lines from the end of each container.
    pub tail: Option<u32>,
}

/// Prints what the pods' containers wrote, each line after its pod and container where there are several.
///
/// # Errors
/// When there is no such pod, or a log cannot be read.
pub async fn logs(context: &Context, cluster: &Cluster, runtime: &str, query: &Query, log: LogQuery) -> Result<()> {
    let pods = find(cluster, runtime, query).await?;
    if pods.is_empty() {
        let failure = Failure::new("there is no such pod");
        return Err(match (&query.component, &query.app) {
            (Some(_), _) => failure.hint("`karctl k8s status` shows what runs"),
            _ => failure.hint("`karctl k8s ps` lists the pods of applications in enabled namespaces"),
        }
        .into());
    }
    let containers = |pod: &Object| {
        let names = pod.list("/spec/containers").iter().filter_map(|container| container["name"].as_str());
        names.map(|name| (pod.reference(), name.to_owned())).collect::<Vec<_>>()
    };
    let sources: Vec<_> = pods.iter().flat_map(containers).collect();
    let is_alone = sources.len() == 1;
    let prints = sources.iter().map(async |(pod, container)| {
        let prefix = if is_alone { String::new() } else { format!("{}/{container} | ", pod.name) };
        let mut line = Vec::new();
        let mut take = |piece: &[u8]| {
            for byte in piece {
                line.push(*byte);
                if *byte == b'\n' {
                    context.ui.raw(&format!("{prefix}{}", String::from_utf8_lossy(&line))).ok();
                    line.clear();
                }
            }
        };
        cluster.read_log(pod, container, log.follow, log.tail, log.since_seconds, &mut take).await?;
        if !line.is_empty() {
            context.ui.raw(&format!("{prefix}{}\n", String::from_utf8_lossy(&line))).ok();
        }
        Ok::<_, crate::client::kubernetes::KubernetesError>(())
    });
    if log.follow {
        for result in join_all(prints).await {
            result.map_err(Failure::from)?;
        }
    } else {
        for print in prints {
            print.await.map_err(Failure::from)?;
        }
    }
    Ok(())
}

/// Ports of this machine that lead into the cluster.
pub struct Forwarded {
    /// What leads where, one line each.
    pub lines: Vec<String>,
    /// They end when this is dropped.
    pub forwards: Vec<Forward>,
}

/// Forwards an application's port, or Kafka and Redis.
///
/// # Errors
/// When there is no such pod, or a port of this machine is taken.
pub async fn forward(cluster: &Cluster, runtime: &str, query: &Query, port: u16, local_port: u16) -> Result<Forwarded> {
    if query.app.is_some() {
        let pods = find(cluster, runtime, query).await?;
        let is_running = |pod: &&Object| pod.text("/status/phase") == Some("Running");
        let Some(pod) = pods.iter().find(is_running) else {
            return Err(Failure::new("no pod of that application runs").hint("`karctl k8s ps` lists them").into());
        };
        let forward = cluster.forward(pod.namespace(), pod.name(), port, local_port).await?;
        let line = format!("127.0.0.1:{} leads to port {port} of {}/{}", forward.port, pod.namespace(), pod.name());
        return Ok(Forwarded { lines: vec![line], forwards: vec![forward] });
    }
    let reached = access::reach(cluster, runtime).await?;
    let config = reached.services.runtime_config(Vantage::Host)?;
    let mut lines: Vec<_> = config.kafka_brokers.iter().map(|broker| format!("Kafka is at {broker}")).collect();
    if let (Some(host), Some(port)) = (&config.redis_host, config.redis_port) {
        lines.push(format!("Redis is at {host}:{port}"));
    }
    if !matches!(reached.services, Services::Cluster(_)) || reached.forwards.is_empty() {
        lines.push("Nothing is forwarded: they are reached from outside as they are".to_owned());
    }
    Ok(Forwarded { lines, forwards: reached.forwards })
}
