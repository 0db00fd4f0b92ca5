//! Deletes clusters, and says what was left: by the tool that made each, then by the engine itself, in case it left something.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::create::address;
use super::kubeconfig_file;
use super::look::{self, Found};
use super::model::{ClusterName, Provider};
use super::power::no_cluster;
use super::record::{self, Record};
use super::tools::AnyTool;
use crate::client::docker::{AnonymousVolumes, Docker};
use crate::client::tool::{k3d, kind};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::target::kubernetes::connection;
use crate::target::local::docker::DockerEngine;
use crate::target::registry::{self, DownOptions};

/// Pause between two looks at whether all containers are gone.
const RETRY: Duration = Duration::from_millis(100);

/// Which clusters.
#[derive(Clone, Debug)]
pub enum Which {
    /// This one.
    Named(ClusterName),
    /// Those whose time is over.
    Expired,
    /// Every one that karctl made.
    All,
}

/// What is wanted.
#[derive(Clone, Debug)]
pub struct DeleteOptions {
    /// Which.
    pub which: Which,
    /// Take the registry away too; its images stay.
    pub with_registry: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl cluster delete -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deleted {
    /// Each cluster that was deleted, or would be.
    pub clusters: Vec<DeletedCluster>,
    /// What was left on purpose, with the reason.
    pub left: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// A cluster that was deleted.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedCluster {
    /// Its name.
    pub name: ClusterName,
    /// Who made it.
    pub provider: Provider,
    /// Its containers.
    pub containers: Vec<String>,
    /// The kubeconfigs that it was taken out of.
    pub kubeconfigs: Vec<String>,
}

/// Deletes clusters, after asking.
///
/// # Errors
/// When there is no such cluster, nobody says yes, or something cannot be removed.
pub async fn delete(context: &Context, options: &DeleteOptions) -> Result<Deleted> {
    let engine = DockerEngine::connect(context, None).await?;
    let found = engine.within(&context.deadline, async { look::clusters(engine.client()).await }).await?;
    let (chosen, spared) = match is_only_registry_left(context, &engine, options, &found).await? {
        true => (Vec::new(), Vec::new()),
        false => choose(context, options, &found, &address(&engine))?,
    };
    if chosen.is_empty() && !options.with_registry {
        return Ok(Deleted { clusters: Vec::new(), left: spared, dry_run: options.dry_run });
    }
    if !options.dry_run && !chosen.is_empty() {
        ask(context, &chosen)?;
    }
    let user = found.iter().find(|found| !chosen.contains(&(found.name.clone(), found.provider)));
    let user = user.map(|found| found.name.clone());
    let mut clusters = Vec::new();
    for (name, provider) in chosen {
        let containers = containers(&found, &name, provider);
        let kubeconfigs = match options.dry_run {
            true => Vec::new(),
            false => delete_one(context, &engine, &name, provider).await?,
        };
        clusters.push(DeletedCluster { name, provider, containers, kubeconfigs });
    }
    let left = spared.into_iter().chain(left(context, &engine, options, user.as_ref()).await?).collect();
    Ok(Deleted { clusters, left, dry_run: options.dry_run })
}

fn ask(context: &Context, chosen: &[Chosen]) -> Result<()> {
    let names = chosen.iter().map(|(name, _)| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    match context.ui.confirm(&format!("Delete {names} with everything in them?"), "-y")? {
        true => Ok(()),
        false => Err(Failure::new("nothing was deleted").hint("`karctl cluster stop` keeps everything").into()),
    }
}

/// Whether an earlier run was cut between a cluster and the registry.
async fn is_only_registry_left(
    context: &Context,
    engine: &DockerEngine,
    options: &DeleteOptions,
    found: &[Found],
) -> Result<bool> {
    let Which::Named(name) = &options.which else { return Ok(false) };
    if !options.with_registry || !found.is_empty() || Record::read(context, name)?.is_some() {
        return Ok(false);
    }
    engine.within(&context.deadline, async { registry::exists(engine.client()).await }).await
}

/// Those that are meant, in the order of their names, and which are spared, with the reason. What is on another engine than
/// this one is not touched, nor forgotten.
fn choose(
    context: &Context,
    options: &DeleteOptions,
    found: &[Found],
    engine: &str,
) -> Result<(Vec<Chosen>, Vec<String>)> {
    if let Which::Named(name) = &options.which {
        return Ok((vec![named(context, name, found, engine)?], Vec::new()));
    }
    let (now, is_all) = (jiff::Timestamp::now(), matches!(options.which, Which::All));
    let (mut chosen, mut spared) = (Vec::new(), Vec::new());
    for name in Record::names(context)? {
        // A folder without a record is that of a cluster which is being made.
        let Some(record) = Record::read(context, &name)? else { continue };
        if !is_all && !record.is_expired(now) {
            continue;
        }
        if record.engine != engine {
            spared.push(format!("cluster {name}, which is on the engine {}", record.engine));
        } else if is_all && record.is_adopted {
            spared.push(format!("cluster {name}, which karctl did not make (`karctl cluster delete{}`)", name.flag()));
        } else {
            chosen.push((name, record.provider));
        }
    }
    Ok((chosen, spared))
}

/// A cluster that is to be deleted, and who made it.
type Chosen = (ClusterName, Provider);

fn named(context: &Context, name: &ClusterName, found: &[Found], engine: &str) -> Result<Chosen> {
    if let Some(found) = found.iter().find(|found| found.name == *name) {
        return Ok((name.clone(), found.provider));
    }
    let names: Vec<_> = found.iter().map(|found| found.name.to_string()).collect();
    let record = Record::read(context, name)?.ok_or_else(|| no_cluster(name, &names))?;
    if record.engine != engine {
        return Err(Failure::new(format!("the cluster `{name}` is on another engine, {}", record.engine))
            .hint(format!("set DOCKER_HOST={}", record.engine))
            .code(Code::NoLocalCluster)
            .into());
    }
    Ok((name.clone(), record.provider))
}

fn containers(found: &[Found], name: &ClusterName, provider: Provider) -> Vec<String> {
    let it = found.iter().find(|found| found.name == *name && found.provider == provider);
    it.map(|found| found.nodes.iter().map(|node| node.container.clone()).collect()).unwrap_or_default()
}

async fn delete_one(
    context: &Context,
    engine: &DockerEngine,
    name: &ClusterName,
    provider: Provider,
) -> Result<Vec<String>> {
    let _lock = record::lock(context, name).await?;
    let step = context.ui.step(format!("Deleting `{name}`"));
    // Without its tool a cluster can be deleted all the same: it is containers, a network and volumes.
    let tool = AnyTool::find(context, engine.client(), provider).await.ok();
    let kubeconfigs = remove(context, engine, name, provider, tool.as_ref()).await?;
    step.done(format!("Deleted `{name}`"));
    Ok(kubeconfigs)
}

/// Removes all that there is of a cluster: containers, network, volumes, entries in kubeconfigs, and what karctl remembers.
/// Returns the kubeconfigs that it was in.
///
/// # Errors
/// When something cannot be removed.
pub async fn remove(
    context: &Context,
    engine: &DockerEngine,
    name: &ClusterName,
    provider: Provider,
    tool: Option<&AnyTool>,
) -> Result<Vec<String>> {
    let docker = engine.client();
    let deadline = context.deadline.restarted();
    if provider == Provider::K3d {
        // k3d deletes no network that somebody else's container is on.
        engine.within(&deadline, release_registry(docker, &provider.network(name))).await?;
    }
    if let Some(tool) = tool
        && let Err(error) = tool.delete(context, name).await
    {
        // What it left is taken away next.
        context.ui.trace(1, || report(&error).message);
    }
    engine.within(&deadline, remove_rest(docker, name, provider)).await?;
    let record = Record::read(context, name).ok().flatten();
    let file = record.as_ref().map(|record| record.kubeconfig.as_path());
    let changed = kubeconfig_file::remove(context, file, provider, name).await?;
    // A file that was deleted by hand had the context, too.
    let held: Vec<_> = changed.iter().cloned().chain(file.map(Path::to_owned)).collect();
    connection::forget(context, &provider.context(name), &held)?;
    Record::forget(context, name)?;
    Ok(changed.iter().map(|file| file.display().to_string()).collect())
}

async fn release_registry(docker: &Docker, network: &str) -> Result<()> {
    for network in docker.networks(network).await? {
        for (id, endpoint) in docker.attached(&network.id).await? {
            if endpoint.name.as_deref() == Some(registry::CONTAINER) {
                docker.disconnect(&network.id, &id).await?;
            }
        }
    }
    Ok(())
}

/// Whatever has the cluster's label still. kind's network is that of all its clusters, and stays.
async fn remove_rest(docker: &Docker, name: &ClusterName, provider: Provider) -> Result<()> {
    let key = match provider {
        Provider::Kind => kind::CLUSTER_LABEL,
        Provider::K3d => k3d::CLUSTER_LABEL,
    };
    let label = format!("{key}={name}");
    // An engine lists a container that it is still making, whoever asked for it being gone, and does not remove it yet.
    loop {
        let containers = docker.containers(&[("label", &label)]).await?;
        if containers.is_empty() {
            break;
        }
        for id in containers.into_iter().filter_map(|container| container.id) {
            docker.remove_container(&id, AnonymousVolumes::Remove).await?;
        }
        tokio::time::sleep(RETRY).await;
    }
    if provider == Provider::K3d {
        for network in docker.networks(&provider.network(name)).await? {
            docker.remove_network(&network.id).await?;
        }
        for volume in docker.volumes(&[("label", &label)]).await? {
            docker.remove_volume(&volume.name).await?;
        }
    }
    Ok(())
}

/// Takes the registry away where that was asked for and no cluster that stays, such as `user`, is on it; names what is left.
async fn left(
    context: &Context,
    engine: &DockerEngine,
    options: &DeleteOptions,
    user: Option<&ClusterName>,
) -> Result<Vec<String>> {
    let docker = engine.client();
    let mut left = Vec::new();
    if let (true, Some(user)) = (options.with_registry, user) {
        left.push(format!(
            "the registry, which cluster `{user}` uses (`karctl registry down` takes it away all the same)"
        ));
    } else if options.with_registry {
        let down = registry::down(context, DownOptions { delete_data: false, dry_run: options.dry_run }).await?;
        left.extend(down.data_left.map(|volume| {
            format!("volume {volume} with the registry's images (`karctl registry down --delete-data` deletes it)")
        }));
    } else if registry::find_on(docker).await?.is_some() {
        left.push("the registry (`karctl registry down` takes it away, or --with-registry)".to_owned());
    }
    if docker.network_names().await?.iter().any(|network| network == "kind") {
        left.push("network kind, which all clusters of kind share".to_owned());
    }
    Ok(left)
}
