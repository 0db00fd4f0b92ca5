//! `karctl images load`: images into the nodes of a kind or k3d cluster, which are containers of the engine. What
//! `kind load` and `k3d image import` do, without either program and without a file in between; a node that has the image
//! is left alone.

use std::collections::{BTreeMap, HashMap};
use std::path::PathBuf;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::archive::Archive;
use super::push::{export, open_archive};
use super::{PROCESSOR, stall};
use crate::change::Change;
use crate::client::docker::{Docker, Ended};
use crate::client::registry::Reference;
use crate::client::tool::{k3d, kind};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Roles of nodes that run pods, as kind and k3d call them; others are load balancers and registries.
const ROLES: [&str; 4] = ["control-plane", "worker", "server", "agent"];

/// Reads an archive from stdin. The node unpacks it with whatever it unpacks with, once a pod needs it.
const IMPORT: [&str; 7] = ["ctr", "--namespace", "k8s.io", "images", "import", "--no-unpack", "-"];

/// Time for a node to say what it has.
const PATIENCE: Duration = Duration::from_secs(20);

/// What is loaded, and where.
#[derive(Clone, Debug)]
pub struct Order {
    /// Names, as the engine or the archive has them; with an archive, none means all.
    pub images: Vec<String>,
    /// An archive instead of the engine.
    pub archive: Option<PathBuf>,
    /// Name of the cluster; needed where there are several.
    pub cluster: Option<String>,
    /// Nothing is loaded.
    pub dry_run: bool,
}

/// What `karctl images load -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Loaded {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// Name of the cluster.
    pub cluster: String,
    /// Every node.
    pub nodes: Vec<Node>,
}

/// One node.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Node {
    /// Name of its container.
    pub name: String,
    /// What became of it: created where an image was missing or another.
    pub change: Change,
    /// The images that were loaded.
    pub images: Vec<String>,
}

/// An image to be loaded: its name, and its id.
type Wanted = Vec<(String, String)>;

/// Loads images into every node of a cluster.
///
/// # Errors
/// When there is no such image or cluster, or a node refuses.
pub async fn load(context: &Context, order: &Order) -> Result<Loaded> {
    let given = match &order.archive {
        Some(path) => Some(open_archive(context, path).await?),
        None => None,
    };
    let named = given.as_ref().map(|archive| of_archive(archive, &order.images)).transpose()?;
    let docker = Docker::connect(&context.environment).await?;
    let (cluster, nodes) = nodes(&docker, order.cluster.as_deref()).await?;
    let wanted = match named {
        Some(wanted) => wanted,
        None => of_engine(&docker, &order.images).await?,
    };
    let mut missing = Vec::new();
    for node in nodes {
        let images = missing_on(&docker, &node, &wanted).await?;
        missing.push((node, images));
    }
    let has_work = missing.iter().any(|(_, images)| !images.is_empty());
    if has_work && !order.dry_run {
        let archive = match given {
            Some(archive) => archive.as_ref().clone(),
            None => {
                let step = context.ui.step("Reading the images from the engine");
                let names: Vec<_> = wanted.iter().map(|(name, _)| name.as_str()).collect();
                let archive = export(context, &docker, &names, &step).await?;
                step.skip();
                archive
            }
        };
        for (node, images) in missing.iter().filter(|(_, images)| !images.is_empty()) {
            import(context, &docker, node, images, &archive).await?;
        }
    }
    let nodes = missing.into_iter().map(|(name, images)| {
        let change = if images.is_empty() { Change::Unchanged } else { Change::Created };
        Node { name, change, images }
    });
    Ok(Loaded { dry_run: order.dry_run, cluster, nodes: nodes.collect() })
}

/// The nodes of a cluster that run, by name; the only cluster's where none is named.
async fn nodes(docker: &Docker, wanted: Option<&str>) -> Result<(String, Vec<String>)> {
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (cluster, role) in [(kind::CLUSTER_LABEL, kind::ROLE_LABEL), (k3d::CLUSTER_LABEL, k3d::ROLE_LABEL)] {
        for container in docker.containers(&[("label", cluster), ("status", "running")]).await.map_err(Failure::from)? {
            let labels: HashMap<String, String> = container.labels.unwrap_or_default();
            let is_node = labels.get(role).is_some_and(|role| ROLES.contains(&role.as_str()));
            let name = container.names.and_then(|names| Some(names.first()?.trim_start_matches('/').to_owned()));
            if let (true, Some(cluster), Some(name)) = (is_node, labels.get(cluster), name) {
                clusters.entry(cluster.clone()).or_default().push(name);
            }
        }
    }
    clusters.values_mut().for_each(|nodes| nodes.sort());
    let names: Vec<_> = clusters.keys().map(String::as_str).collect();
    let chosen = match (wanted, &names[..]) {
        (Some(wanted), _) => names.iter().find(|name| **name == wanted).copied(),
        (None, [only]) => Some(*only),
        (None, []) => None,
        (None, several) => {
            let failure = Failure::usage(format!("there are several clusters: {}", several.join(", ")));
            return Err(failure.hint("name one with --cluster").into());
        }
    };
    let Some(name) = chosen.map(str::to_owned) else {
        let what = wanted.map_or("no cluster of kind or k3d".to_owned(), |name| format!("no cluster `{name}`"));
        let failure = Failure::new(format!("{what} runs on the engine at {}", docker.endpoint().address));
        return Err(match names.is_empty() {
            true => failure.hint("other clusters pull from a registry: `karctl images push`"),
            false => failure.hint(format!("there are: {}", names.join(", "))),
        }
        .code(Code::NoNodes)
        .into());
    };
    let nodes = clusters.remove(&name).unwrap_or_default();
    Ok((name, nodes))
}

async fn of_engine(docker: &Docker, names: &[String]) -> Result<Wanted> {
    let mut wanted = Vec::new();
    for name in names {
        let image = docker.image(name).await.map_err(Failure::from)?;
        let image = image.ok_or_else(|| super::push::missing(name, docker))?;
        wanted.push((name.clone(), image.id.unwrap_or_default()));
    }
    Ok(wanted)
}

fn of_archive(archive: &Archive, names: &[String]) -> Result<Wanted> {
    let listed = archive.images()?;
    // A node takes the archive as it is, and would have an image that no pod can name.
    if !listed.is_empty() && listed.iter().all(|image| image.names.is_empty()) {
        return Err(nameless(archive).into());
    }
    let chosen: Vec<_> = match names.is_empty() {
        true => listed.iter().flat_map(|image| image.names.iter().map(move |name| (name, image))).collect(),
        false => {
            names.iter().map(|name| Ok((name, super::push::find(&listed, name, archive)?))).collect::<Result<_>>()?
        }
    };
    chosen.into_iter().map(|(name, listed)| Ok((name.clone(), archive.image(listed, PROCESSOR)?.id))).collect()
}

fn nameless(archive: &Archive) -> Failure {
    Failure::usage(format!("the images of {} have no names", archive.shown()))
        .hint("write it again by name: docker save NAME:TAG; or push it: karctl images push NAME:TAG --file ARCHIVE")
        .code(Code::ImageMissing)
}

/// The images that a node has not, or has another of.
async fn missing_on(docker: &Docker, node: &str, wanted: &Wanted) -> Result<Vec<String>> {
    let mut missing = Vec::new();
    for (name, id) in wanted {
        let whole = Reference::parse(name)?.whole();
        let command = ["crictl", "inspecti", "--output", "json", &whole];
        let said = docker.run(node, &command, PATIENCE).await.map_err(Failure::from)?.unwrap_or_default();
        let has = said.find('{').and_then(|start| serde_json::from_str::<Value>(&said[start..]).ok());
        let has = has.and_then(|found| Some(found.pointer("/status/id")?.as_str()?.to_owned()));
        if has.as_ref() != Some(id) {
            missing.push(name.clone());
        }
    }
    Ok(missing)
}

async fn import(context: &Context, docker: &Docker, node: &str, images: &[String], archive: &Archive) -> Result<()> {
    let step = context.ui.step(format!("Loading into {node}"));
    let (input, total) = archive.stream().await?;
    let mut told = |bytes| step.bytes(bytes, Some(total));
    let ended = docker.run_with_input(node, &IMPORT, input, stall(context), &mut told).await.map_err(Failure::from)?;
    if let Ended { status: Some(1..) | None, output } = ended {
        let said = output.trim().lines().last().unwrap_or("it says nothing").to_owned();
        return Err(Failure::new(format!("the node {node} could not take {}: {said}", images.join(", "))).into());
    }
    step.done(format!("Loaded {} into {node}", images.join(", ")));
    Ok(())
}

impl Loaded {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = if self.dry_run { "would be loaded" } else { "loaded" };
        let line = |node: &Node| match node.change {
            Change::Unchanged => format!("{} unchanged\n", node.name),
            _ => format!("{} {would}: {}\n", node.name, node.images.join(", ")),
        };
        self.nodes.iter().map(line).collect()
    }
}
