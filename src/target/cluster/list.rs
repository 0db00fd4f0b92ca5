//! Which clusters there are on this machine, whoever made them, and what one of them is like. Changes nothing.

use schemars::JsonSchema;
use serde::Serialize;

use super::look::{self, Found};
use super::model::{ClusterName, Provider};
use super::power::existing;
use super::record::{Phase, Record};
use super::{kubeconfig_file, ready};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::NODE;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::target::kubernetes::connection::{Selection, connect};
use crate::target::kubernetes::status as kubernetes_status;
use crate::target::local::docker::DockerEngine;
use crate::target::registry;

/// What `karctl cluster list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Clusters {
    /// Each cluster of the engine, and each that karctl began and that is not there.
    pub clusters: Vec<Listed>,
}

/// A cluster, as the engine and karctl's record tell.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// Its name.
    pub name: ClusterName,
    /// Who made it.
    pub provider: Provider,
    /// `running`, `stopped`, `partly running`, `half made` or `gone`.
    pub state: &'static str,
    /// How many nodes it has.
    pub nodes: usize,
    /// Its context in the kubeconfig.
    pub context: String,
    /// When its first container was made, as RFC 3339.
    pub created: Option<String>,
    /// When it may be deleted, as RFC 3339.
    pub expires: Option<String>,
    /// Whether that time is over.
    pub expired: bool,
    /// Whether karctl made it.
    pub own: bool,
}

/// What `karctl cluster status -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// As `list` shows it.
    #[serde(flatten)]
    pub cluster: Listed,
    /// The kubeconfig that it is in, as far as karctl knows.
    pub kubeconfig: String,
    /// Its containers.
    pub containers: Vec<Container>,
    /// Version of the API server; null where it does not answer.
    pub server_version: Option<String>,
    /// By which name this machine knows the registry that its nodes reach; null where there is none.
    pub registry: Option<String>,
    /// Whether KAR is deployed; null where the API server does not say.
    pub deployed: Option<bool>,
    /// What is wrong, in sentences.
    pub problems: Vec<String>,
}

/// A container of a cluster.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Container {
    /// Its name.
    pub name: String,
    /// Its role, such as `control-plane`.
    pub role: String,
    /// Its state, such as `running`.
    pub state: String,
    /// Whether the node is ready; null where it is none, or the API server does not say.
    pub ready: Option<bool>,
    /// Ports of this machine that lead to it, as `127.0.0.1:31093->31093`.
    pub ports: Vec<String>,
}

/// Lists every cluster.
///
/// # Errors
/// When no engine answers.
pub async fn list(context: &Context) -> Result<Clusters> {
    let engine = DockerEngine::connect(context, None).await?;
    let found = engine.within(&context.deadline, async { look::clusters(engine.client()).await }).await?;
    let mut clusters = Vec::new();
    for found in &found {
        clusters.push(listed(found, Record::read(context, &found.name)?.as_ref()));
    }
    for name in Record::names(context)? {
        if found.iter().any(|found| found.name == name) {
            continue;
        }
        if let Some(record) = Record::read(context, &name)? {
            clusters.push(remembered(name, &record));
        }
    }
    clusters.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(Clusters { clusters })
}

/// How the API server of a listed cluster is reached: by the kubeconfig that karctl put it into, else by the user's.
///
/// # Errors
/// When the record cannot be understood.
pub fn selection(context: &Context, listed: &Listed) -> Result<Selection> {
    let kubeconfig = Record::read(context, &listed.name)?.map(|record| record.kubeconfig);
    Ok(Selection { kubeconfig, context: Some(listed.context.clone()) })
}

fn listed(found: &Found, record: Option<&Record>) -> Listed {
    let record = record.filter(|record| record.provider == found.provider);
    let running = found.nodes.iter().filter(|node| node.is_running()).count();
    let state = match record.map(|record| record.phase) {
        Some(Phase::Creating) => "half made",
        _ if running == found.nodes.len() => "running",
        _ if running == 0 => "stopped",
        _ => "partly running",
    };
    Listed {
        name: found.name.clone(),
        provider: found.provider,
        state,
        nodes: found.members().count(),
        context: found.provider.context(&found.name),
        created: jiff::Timestamp::from_second(found.created()).ok().map(|time| time.to_string()),
        expires: record.and_then(|record| record.expires.clone()),
        expired: record.is_some_and(|record| record.is_expired(jiff::Timestamp::now())),
        own: record.is_some(),
    }
}

/// A cluster that the engine does not have.
fn remembered(name: ClusterName, record: &Record) -> Listed {
    Listed {
        state: if record.phase == Phase::Creating { "half made" } else { "gone" },
        nodes: 0,
        context: record.provider.context(&name),
        created: None,
        expires: record.expires.clone(),
        expired: record.is_expired(jiff::Timestamp::now()),
        own: true,
        provider: record.provider,
        name,
    }
}

/// Looks at one cluster.
///
/// # Errors
/// When there is no such cluster, or no engine answers.
pub async fn status(context: &Context, name: &ClusterName, namespace: &str) -> Result<Status> {
    let engine = DockerEngine::connect(context, None).await?;
    let found = existing(context, &engine, name).await?;
    let record = Record::read(context, name)?;
    let kubeconfig = match &record {
        Some(record) => record.kubeconfig.clone(),
        None => kubeconfig_file::choose(context, None)?,
    };
    let networks = engine.within(&context.deadline, registry::networks(engine.client())).await?;
    let is_attached = networks.contains(&found.provider.network(name));
    let registry = engine.within(&context.deadline, registry::find_on(engine.client())).await?;
    let mut status = Status {
        cluster: listed(&found, record.as_ref()),
        kubeconfig: kubeconfig.display().to_string(),
        containers: found.nodes.iter().map(container).collect(),
        server_version: None,
        registry: registry.filter(|_| is_attached).map(|registry| registry.host),
        deployed: None,
        problems: Vec::new(),
    };
    for node in found.nodes.iter().filter(|node| !node.is_running()) {
        status.problems.push(format!("{} does not run, it is {}", node.container, node.state));
    }
    if status.cluster.expired {
        status.problems.push("its time is over; `karctl cluster delete --expired` deletes it".to_owned());
    }
    if found.members().any(|node| node.is_control_plane() && node.is_running()) {
        let selection = Selection { kubeconfig: Some(kubeconfig), context: Some(status.cluster.context.clone()) };
        let asked = async {
            let cluster = connect(context, &selection).await?;
            ask(&cluster, namespace, &mut status).await
        };
        if let Err(error) = asked.await {
            status.problems.push(report(&error).message);
        }
    }
    Ok(status)
}

fn container(node: &look::Node) -> Container {
    let mut ports: Vec<_> =
        node.ports.iter().map(|(address, outer, inner)| format!("{address}:{outer}->{inner}")).collect();
    ports.sort();
    Container { name: node.container.clone(), role: node.role.clone(), state: node.state.clone(), ready: None, ports }
}

/// What only the API server knows.
async fn ask(cluster: &Cluster, namespace: &str, status: &mut Status) -> Result<()> {
    status.server_version = Some(cluster.version().text.clone());
    let nodes = cluster.list(NODE, None, "").await.map_err(Failure::from)?;
    for container in &mut status.containers {
        container.ready = nodes.iter().find(|node| node.name() == container.name).map(ready::is_ready);
        if container.ready == Some(false) {
            status.problems.push(format!("node {} is not ready", container.name));
        }
    }
    status.deployed = Some(kubernetes_status::status(cluster, namespace).await?.is_deployed);
    Ok(())
}

/// The kubeconfig of a cluster, as its tool writes it.
///
/// # Errors
/// When there is no such cluster, its tool is missing, or its control plane does not run.
pub async fn kubeconfig(context: &Context, name: &ClusterName) -> Result<crate::redacted::Secret> {
    let engine = DockerEngine::connect(context, None).await?;
    let found = existing(context, &engine, name).await?;
    let tool = super::tools::AnyTool::find(context, engine.client(), found.provider).await?;
    tool.kubeconfig(name).await
}
