//! Stops a cluster and starts it again. kind has neither, so its nodes are stopped and started as the containers they are.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::look::{self, Found};
use super::model::{ClusterName, Provider};
use super::record::{self, Record};
use super::returned::returned;
use super::tools::{AnyTool, in_time};
use super::{kubeconfig_file, ready};
use crate::client::docker::Docker;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::local::docker::DockerEngine;
use crate::target::local::engine::Action;
use crate::target::registry;

/// Time for a node's pods to end.
const GRACE: Duration = Duration::from_secs(30);

/// What `karctl cluster start -o json` and `stop -o json` print.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Switched {
    /// Its name.
    pub name: ClusterName,
    /// Who made it.
    pub provider: Provider,
    /// What was done.
    pub action: Action,
    /// Containers that it was done to, in this order.
    pub containers: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Starts a cluster that was stopped, and returns when it is ready.
///
/// # Errors
/// When there is no such cluster, or it does not become ready.
pub async fn start(context: &Context, name: &ClusterName, dry_run: bool) -> Result<Switched> {
    let engine = DockerEngine::connect(context, None).await?;
    let _lock = if dry_run { None } else { Some(record::lock(context, name).await?) };
    let found = existing(context, &engine, name).await?;
    let stopped: Vec<_> =
        found.nodes.iter().filter(|node| !node.is_running()).map(|node| node.container.clone()).collect();
    if !dry_run {
        let tool = AnyTool::find(context, engine.client(), found.provider).await?;
        start_nodes(context, &engine, &tool, &found).await?;
        // Where its container was stopped too, the nodes would miss it.
        engine.within(&context.deadline.restarted(), registry::attach(engine.client())).await?;
        verify(context, &engine, &tool, &found).await?;
    }
    let action = if stopped.is_empty() { Action::Unchanged } else { Action::Started };
    Ok(Switched { name: name.clone(), provider: found.provider, action, containers: stopped, dry_run })
}

/// A start may have moved the API server to another port.
async fn verify(context: &Context, engine: &DockerEngine, tool: &AnyTool, found: &Found) -> Result<()> {
    let deadline = context.deadline.restarted();
    let name = &found.name;
    let file = match Record::read(context, name)? {
        Some(record) => record.kubeconfig,
        None => kubeconfig_file::choose(context, None)?,
    };
    kubeconfig_file::write(&file, &tool.kubeconfig(name).await?, None).await?;
    let cluster = ready::connected(context, &file, &found.provider.context(name), &deadline).await?;
    returned(context, engine, &cluster, found, &deadline).await?;
    ready::ready(context, &cluster, found.members().count(), &deadline).await
}

/// Stops a cluster and keeps all of it.
///
/// # Errors
/// When there is no such cluster, or a node does not stop.
pub async fn stop(context: &Context, name: &ClusterName, dry_run: bool) -> Result<Switched> {
    let engine = DockerEngine::connect(context, None).await?;
    let _lock = if dry_run { None } else { Some(record::lock(context, name).await?) };
    let found = existing(context, &engine, name).await?;
    let running: Vec<_> =
        found.nodes.iter().rev().filter(|node| node.is_running()).map(|node| node.container.clone()).collect();
    if !dry_run && !running.is_empty() {
        let step = context.ui.step(format!("Stopping `{name}`"));
        let docker = engine.client();
        match found.provider {
            // Workers first: a control plane that is gone cannot be told what becomes of them.
            Provider::Kind => {
                let deadline = context.deadline.restarted();
                engine.within(&deadline, stop_containers(docker, &running)).await?;
            }
            Provider::K3d => match AnyTool::find(context, docker, found.provider).await? {
                AnyTool::K3d(k3d) => in_time(context, &format!("`{name}` to stop"), k3d.stop(name.as_str())).await?,
                AnyTool::Kind(_) => {}
            },
        }
        step.done(format!("Stopped `{name}`"));
    }
    let action = if running.is_empty() { Action::Unchanged } else { Action::Stopped };
    Ok(Switched { name: name.clone(), provider: found.provider, action, containers: running, dry_run })
}

async fn stop_containers(docker: &Docker, containers: &[String]) -> Result<()> {
    for container in containers {
        docker.stop_container(container, GRACE).await?;
    }
    Ok(())
}

/// Starts the containers of a cluster, the control plane first.
///
/// # Errors
/// When one cannot start.
pub async fn start_nodes(context: &Context, engine: &DockerEngine, tool: &AnyTool, found: &Found) -> Result<()> {
    let step = context.ui.step(format!("Starting `{}`", found.name));
    match tool {
        AnyTool::K3d(k3d) => {
            let mut told = |line: &str| step.detail(line);
            let starting = k3d.start(found.name.as_str(), &mut told);
            in_time(context, &format!("`{}` to start", found.name), starting).await?;
        }
        AnyTool::Kind(_) => {
            let docker = engine.client();
            let starting = async {
                for node in found.nodes.iter().filter(|node| !node.is_running()) {
                    match node.state.as_str() {
                        "paused" => docker.unpause_container(&node.container).await?,
                        _ => docker.start_container(&node.container).await?,
                    }
                }
                Ok(())
            };
            engine.within(&context.deadline.restarted(), starting).await?;
        }
    }
    step.done(format!("Started `{}`", found.name));
    Ok(())
}

/// The cluster of this name.
///
/// # Errors
/// When there is none: with those that there are.
pub async fn existing(context: &Context, engine: &DockerEngine, name: &ClusterName) -> Result<Found> {
    let clusters = engine.within(&context.deadline, async { look::clusters(engine.client()).await }).await?;
    let names: Vec<_> = clusters.iter().map(|found| found.name.to_string()).collect();
    clusters.into_iter().find(|found| found.name == *name).ok_or_else(|| no_cluster(name, &names).into())
}

/// There is no such cluster.
pub fn no_cluster(name: &ClusterName, names: &[String]) -> Failure {
    let failure = Failure::new(format!("there is no cluster `{name}` on this machine")).code(Code::NoLocalCluster);
    match names {
        [] => failure.hint(format!("make it with `karctl cluster create{}`", name.flag())),
        names => failure.hint(format!("give --name, one of: {}", names.join(", "))),
    }
}
