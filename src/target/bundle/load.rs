//! `karctl bundle load`: the images into an engine, a registry or the nodes of a cluster, and the native engine's parts into
//! karctl's cache. Nothing is written before the whole bundle was checked.

use std::collections::BTreeMap;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::{Contents, END_OF_IMAGES, Entry, Image, NATIVE, other_processor, unusable, verify};
use crate::change::Change;
use crate::client::docker::Docker;
use crate::client::file::create_private_folder;
use crate::client::registry::Reference;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::images::archive::Archive;
use crate::target::images::push::{self, PushOptions, Source};
use crate::target::images::registry::Manner;
use crate::target::images::{PROCESSOR, load as nodes, scratch, stall};

/// Size of a header of a tar archive.
const HEADER: u64 = 512;

/// Where the images go.
#[derive(Clone, Debug)]
pub enum Target {
    /// The engine.
    Engine,
    /// A registry.
    Registry(String, Manner),
    /// The nodes of a cluster.
    Cluster(String),
}

/// What `karctl bundle load -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Loaded {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// The images, by their names there.
    pub images: Vec<LoadedImage>,
    /// What of the native engine's parts is in karctl's cache.
    pub native: Vec<LoadedPart>,
}

/// One image.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoadedImage {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub change: Change,
}

/// One entry of karctl's cache.
#[derive(Debug, Serialize, JsonSchema)]
pub struct LoadedPart {
    /// Its name.
    pub name: String,
    /// What became of it.
    pub change: Change,
}

/// Brings what is in a bundle to where it is used.
///
/// # Errors
/// When the bundle is damaged or for another processor, or the engine, registry or node refuses.
pub async fn load(context: &Context, path: &Path, target: &Target, dry_run: bool) -> Result<Loaded> {
    let (archive, contents) = verify::opened(context, path).await?;
    let images = match target {
        Target::Engine => into_engine(context, &archive, &contents, dry_run).await?,
        Target::Registry(registry, manner) => into_registry(context, &archive, registry, manner, dry_run).await?,
        Target::Cluster(name) => into_cluster(context, path, &contents, name, dry_run).await?,
    };
    // A program for another processor is of no use to this machine, whatever the images are for.
    let native = match contents.architecture == PROCESSOR {
        true => into_cache(context, &archive, &contents, dry_run)?,
        false => Vec::new(),
    };
    Ok(Loaded { dry_run, images, native })
}

async fn into_engine(
    context: &Context,
    archive: &Archive,
    contents: &Contents,
    dry_run: bool,
) -> Result<Vec<LoadedImage>> {
    let docker = Docker::connect(&context.environment).await?;
    let processor = docker.host().await.map_err(Failure::from)?.processor;
    if let Some(processor) = processor.filter(|processor| *processor != contents.architecture) {
        return Err(other_processor(archive.shown(), &contents.architecture, &processor).into());
    }
    let mut loaded = Vec::new();
    for image in &contents.images {
        let there = docker.image(&image.name).await.map_err(Failure::from)?;
        let change = match there.map(|there| is_id(there.id.as_deref(), image)) {
            Some(true) => Change::Unchanged,
            Some(false) => Change::Updated,
            None => Change::Created,
        };
        loaded.push(LoadedImage { name: image.name.clone(), change });
    }
    if dry_run || loaded.iter().all(|image| image.change == Change::Unchanged) {
        return Ok(loaded);
    }
    let step = context.ui.step("Loading the images");
    let end = archive.extent(END_OF_IMAGES)?;
    let end = end.ok_or_else(|| unusable(archive.shown(), &format!("it lacks {END_OF_IMAGES}")))?;
    docker.load(&end.file, end.offset - HEADER, stall(context)).await.map_err(Failure::from)?;
    for image in &contents.images {
        if docker.image(&image.name).await.map_err(Failure::from)?.is_none() {
            return Err(Failure::new(format!("the engine took the archive, and has no image {}", image.name)).into());
        }
    }
    step.done("Loaded the images");
    Ok(loaded)
}

/// Podman calls an id without its algorithm.
fn is_id(id: Option<&str>, image: &Image) -> bool {
    id.is_some_and(|id| id.trim_start_matches("sha256:") == image.id.trim_start_matches("sha256:"))
}

async fn into_registry(
    context: &Context,
    archive: &Arc<Archive>,
    registry: &str,
    manner: &Manner,
    dry_run: bool,
) -> Result<Vec<LoadedImage>> {
    let listed = archive.images()?;
    let named = listed.iter().flat_map(|listed| listed.names.iter().map(move |name| (listed, name)));
    let sources: Vec<_> = named
        .map(|(listed, name)| {
            let to = Reference::parse(name)?.moved_to(registry)?;
            Ok((Source::Archive(Arc::clone(archive), Box::new(listed.clone())), to))
        })
        .collect::<Result<_>>()?;
    let options = PushOptions { manner: manner.clone(), dry_run };
    let pushed = push::push_all(context, &sources, &options).await?.images;
    Ok(pushed.into_iter().map(|image| LoadedImage { name: image.image, change: image.change }).collect())
}

async fn into_cluster(
    context: &Context,
    path: &Path,
    contents: &Contents,
    cluster: &str,
    dry_run: bool,
) -> Result<Vec<LoadedImage>> {
    let order = nodes::Order {
        images: contents.images.iter().map(|image| image.name.clone()).collect(),
        archive: Some(path.to_owned()),
        cluster: (!cluster.is_empty()).then(|| cluster.to_owned()),
        dry_run,
    };
    let nodes = nodes::load(context, &order).await?.nodes;
    let change = |name: &String| match nodes.iter().any(|node| node.images.contains(name)) {
        true => Change::Created,
        false => Change::Unchanged,
    };
    Ok(order.images.iter().map(|name| LoadedImage { name: name.clone(), change: change(name) }).collect())
}

/// Each entry of the cache whole, or not at all; what is there stays.
fn into_cache(context: &Context, archive: &Archive, contents: &Contents, dry_run: bool) -> Result<Vec<LoadedPart>> {
    let cache = scratch(context)?;
    let mut entries: BTreeMap<&str, Vec<(&str, &Entry)>> = BTreeMap::new();
    for file in &contents.files {
        let below = file.path.strip_prefix(NATIVE).map(|below| below.trim_start_matches('/'));
        let Some(below) = below.filter(|below| is_within(below)) else { continue };
        entries.entry(below.split('/').next().unwrap_or(below)).or_default().push((below, file));
    }
    let mut loaded = Vec::new();
    for (name, files) in entries {
        let place = cache.join(name);
        let change = if place.exists() { Change::Unchanged } else { Change::Created };
        if change == Change::Created && !dry_run {
            let failed = || Failure::new(format!("{} cannot be written", place.display()));
            let beside = tempfile::Builder::new().prefix("fetching-").tempdir_in(&cache).or_fail(failed)?;
            for (below, file) in &files {
                unpack(archive, file, &beside.path().join(below))?;
            }
            std::fs::rename(beside.path().join(name), &place).or_fail(failed)?;
        }
        loaded.push(LoadedPart { name: name.to_owned(), change });
    }
    Ok(loaded)
}

/// Whether a path stays below the folder that it is put into.
fn is_within(path: &str) -> bool {
    !path.is_empty() && !path.starts_with('/') && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

fn unpack(archive: &Archive, file: &Entry, to: &Path) -> Result<()> {
    const PRIVATE_PROGRAM: u32 = 0o700;
    let failed = || Failure::new(format!("{} cannot be written", to.display()));
    let extent = archive.extent(&file.path)?;
    let extent = extent.ok_or_else(|| unusable(archive.shown(), &format!("it lacks {}", file.path)))?;
    create_private_folder(&to.parent().map(PathBuf::from).unwrap_or_default())?;
    let mut made = std::fs::File::create(to).or_fail(failed)?;
    std::io::copy(&mut extent.reader(), &mut made).or_fail(failed)?;
    made.flush().or_fail(failed)?;
    if file.is_executable {
        made.set_permissions(std::fs::Permissions::from_mode(PRIVATE_PROGRAM)).or_fail(failed)?;
    }
    Ok(())
}

impl Loaded {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = |change: Change| match (self.dry_run, change) {
            (true, Change::Created | Change::Updated) => format!("would be {change}"),
            _ => change.to_string(),
        };
        let images = self.images.iter().map(|image| format!("{} {}\n", image.name, would(image.change)));
        let native = self.native.iter().map(|part| format!("{} {} in the cache\n", part.name, would(part.change)));
        images.chain(native).collect()
    }
}
