//! Applications on a cluster: images into a registry under the tag that says what is in them, manifests applied where they
//! differ, in a namespace that is enabled.

mod objects;
mod report;
mod running;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use self::objects::{Extent, Place, outcome};
use super::folder::Folder;
use super::image;
use super::manifests;
use crate::change::Change;
use crate::client::file;
use crate::client::kubernetes::object::{NAMESPACE, Object, Reference};
use crate::client::registry::Reference as ImageReference;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::project::{App, FILE};
use crate::target::images::push::{PushOptions, Source, push_all};
use crate::target::kubernetes::connection::{Cluster, is_local, permit};
use crate::target::kubernetes::namespaces::EnableOptions;
use crate::target::kubernetes::team::Team;
use crate::target::local::docker::DockerEngine;
use crate::target::namespace::{Which, enable};
use crate::target::registry;

pub use running::running;

/// Folder of the images in the registry of this machine, as in the original.
const LOCAL_FOLDER: &str = "kar";

/// How an application is brought to a cluster.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Namespace; the context's where none is given.
    pub namespace: Option<String>,
    /// Create the namespace where there is none.
    pub create_namespace: bool,
    /// Namespace of the runtime.
    pub runtime: String,
    /// Registry, and folder in it, that images are pushed to; the local one where none is given.
    pub registry: Option<String>,
    /// Name of a host whose requests are led to the application.
    pub ingress: Option<String>,
    /// Return when everything was applied.
    pub no_wait: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl app up --to cluster -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClusterUp {
    /// The kubeconfig's context.
    pub context: String,
    /// The namespace.
    pub namespace: String,
    /// What became of the namespace: created, updated where it was enabled only now, or unchanged.
    pub namespace_change: Change,
    /// Every application of the project.
    pub apps: Vec<AppliedApp>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// One application of [`ClusterUp`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppliedApp {
    /// Its name.
    pub app: String,
    /// Its images, in the order of its components.
    pub images: Vec<PushedImage>,
    /// Its objects, in the order of its manifests; then those that are no longer in them.
    pub objects: Vec<AppliedObject>,
}

/// The image of a component.
#[derive(Debug, Serialize, JsonSchema)]
pub struct PushedImage {
    /// The component.
    pub component: String,
    /// Name in the registry.
    pub image: String,
    /// What became of it in the registry.
    pub change: Change,
}

/// One object of [`AppliedApp`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppliedObject {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// What became of it.
    pub change: Change,
}

/// What `karctl app down --to cluster -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ClusterDown {
    /// The kubeconfig's context.
    pub context: String,
    /// The namespace.
    pub namespace: String,
    /// What was removed, or would be, of every application of the project.
    pub removed: Vec<AppliedObject>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Builds, pushes and applies all applications of a project, and waits until they are ready. What is as wanted is left alone.
///
/// # Errors
/// When there is no such namespace, or no registry that the cluster can reach, KAR does not run on the cluster, an image
/// cannot be built or pushed, an object is somebody else's or is refused, or a workload does not become ready: with the
/// cause.
pub async fn up(context: &Context, cluster: &Cluster, folder: &Folder, options: &Options) -> Result<ClusterUp> {
    let namespace = namespace(cluster, options);
    let mut read = Vec::new();
    for app in &folder.project.apps {
        read.push(objects(&folder.path, app, &namespace, options)?);
    }
    require_namespace(cluster, &namespace, options).await?;
    let engine = DockerEngine::connect(context, None).await?;
    let registry = registry_of(context, cluster, &engine, options).await?;
    if !options.dry_run {
        permit(context, cluster, "Run applications").await?;
    }
    let enabling = EnableOptions { create: options.create_namespace, force_system: false, dry_run: options.dry_run };
    let which = Which::Named(vec![namespace.clone()]);
    let enabled = enable(context, cluster, &options.runtime, &which, enabling, &Team::default()).await?.namespaces;
    let namespace_change = enabled.first().map_or(Change::Unchanged, |enabled| enabled.change);
    let place = Place { context, cluster, folder, namespace: &namespace };
    let extent = match (options.dry_run, options.no_wait) {
        (true, _) => Extent::DryRun,
        (false, true) => Extent::Applied,
        (false, false) => Extent::Ready,
    };
    let mut apps = Vec::new();
    for (app, objects) in folder.project.apps.iter().zip(read) {
        let images = images(context, &engine, folder, app, &registry, options.dry_run).await?;
        let objects = complete(folder, app, objects, &images);
        let objects = place.bring(&app.name, &objects, extent).await?;
        apps.push(AppliedApp { app: app.name.clone(), images, objects });
    }
    let context = cluster.chosen().context.clone();
    Ok(ClusterUp { context, namespace, namespace_change, apps, dry_run: options.dry_run })
}

/// A namespace that was mistyped is not to be made.
async fn require_namespace(cluster: &Cluster, name: &str, options: &Options) -> Result<()> {
    let reference = Reference::new(NAMESPACE, "", name);
    if options.create_namespace || cluster.get(&reference).await.map_err(Failure::from)?.is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("there is no namespace {name}"))
        .hint("look at how it is spelt, or let --create-namespace make it")
        .code(Code::NoNamespace)
        .into())
}

/// Removes what [`up`] applied of a project: exactly the objects with its label. Images stay in the registry, and the
/// namespace stays enabled.
///
/// # Errors
/// When the server refuses.
pub async fn down(context: &Context, cluster: &Cluster, folder: &Folder, options: &Options) -> Result<ClusterDown> {
    let namespace = namespace(cluster, options);
    let mut removed = Vec::new();
    let place = Place { context, cluster, folder, namespace: &namespace };
    for app in &folder.project.apps {
        let found = place.applied(&app.name).await?;
        if !options.dry_run && !found.is_empty() {
            permit(context, cluster, "Remove applications").await?;
            for object in &found {
                place.remove(object).await?;
            }
        }
        removed.extend(found.iter().map(|object| outcome(&object.reference(), Change::Removed)));
    }
    Ok(ClusterDown { context: cluster.chosen().context.clone(), namespace, removed, dry_run: options.dry_run })
}

fn namespace(cluster: &Cluster, options: &Options) -> String {
    options.namespace.clone().unwrap_or_else(|| cluster.chosen().namespace.clone())
}

/// The objects of an application's manifests, as they are.
fn objects(project: &Path, app: &App, namespace: &str, options: &Options) -> Result<Vec<Object>> {
    let folder = project.join(&app.manifests);
    let none = || {
        Failure::usage(format!("there are no manifests of `{}` in {}", app.name, folder.display()))
            .hint("`karctl app init` writes them")
            .code(Code::NoProject)
    };
    let mut objects = Vec::new();
    for path in manifest_files(&folder).or_fail(none)? {
        let content = file::read(&path)?.unwrap_or_default();
        objects.extend(manifests::read(&path.display().to_string(), &String::from_utf8_lossy(&content), namespace)?);
    }
    if objects.is_empty() {
        return Err(none().into());
    }
    if let Some(host) = &options.ingress {
        manifests::with_ingress(&mut objects, app, namespace, host)?;
    }
    Ok(objects)
}

/// The manifests in a folder, sorted.
pub(super) fn manifest_files(folder: &Path) -> std::io::Result<Vec<PathBuf>> {
    let entries = std::fs::read_dir(folder)?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|e| extension == *e))
    });
    paths.sort();
    Ok(paths)
}

/// The objects with the images that were built, and with what tells them from others.
fn complete(folder: &Folder, app: &App, mut objects: Vec<Object>, images: &[PushedImage]) -> Vec<Object> {
    let built = images.iter().map(|image| (image.component.clone(), image.image.clone())).collect::<BTreeMap<_, _>>();
    manifests::complete(&mut objects, &folder.identity(), &app.name, &built);
    objects
}

/// Where images go: what was asked for, else the registry of this machine, if the cluster can reach it.
async fn registry_of(context: &Context, cluster: &Cluster, engine: &DockerEngine, options: &Options) -> Result<String> {
    if let Some(registry) = &options.registry {
        return Ok(registry.trim_end_matches('/').to_owned());
    }
    if !is_local(cluster) {
        return Err(Failure::usage(format!("{} cannot reach the registry of this machine", cluster.chosen().server))
            .hint("give one that it can reach with --registry, such as --registry quay.io/me")
            .code(Code::RegistryUnreachable)
            .into());
    }
    match engine.within(&context.deadline, registry::find_on(engine.client())).await? {
        Some(registry) => Ok(format!("{}/{LOCAL_FOLDER}", registry.host)),
        None => Err(Failure::new("there is no registry that the cluster could pull from")
            .hint("`karctl registry up` starts one, or give another with --registry")
            .code(Code::RegistryUnreachable)
            .into()),
    }
}

/// Builds the images of an application and pushes them.
async fn images(
    context: &Context,
    engine: &DockerEngine,
    folder: &Folder,
    app: &App,
    registry: &str,
    dry_run: bool,
) -> Result<Vec<PushedImage>> {
    let docker = engine.client();
    let mut pairs = Vec::new();
    let mut planned = Vec::new();
    for component in &app.components {
        let (name, is_there) = if dry_run {
            let (name, _) = image::wanted(&folder.path, &app.name, component)?;
            let is_there = docker.image(&name).await?.is_some();
            (name, is_there)
        } else {
            (image::ensure(context, docker, folder, &app.name, component).await?.name, true)
        };
        let (_, tag) = name.rsplit_once(':').unwrap_or((&name, "latest"));
        let to = format!("{registry}/{}-{}:{tag}", app.name, component.name);
        if is_there {
            pairs.push((Source::Engine(docker.clone(), name.clone()), ImageReference::parse(&to)?));
        }
        planned.push((component.name.clone(), to, is_there));
    }
    let pushed = push_all(context, &pairs, &PushOptions { dry_run, ..PushOptions::default() }).await?;
    if !dry_run {
        for component in &app.components {
            let kept = format!("{}:", image::repository(&app.name, &component.name));
            let current = pairs.iter().find_map(|(source, _)| match source {
                Source::Engine(_, name) if name.starts_with(&kept) => Some(name.as_str()),
                _ => None,
            });
            image::remove_others(docker, folder, &app.name, &component.name, current).await?;
        }
    }
    let mut changes = pushed.images.into_iter().map(|pushed| pushed.change);
    let image = |(component, image, is_there)| PushedImage {
        component,
        image,
        change: if is_there { changes.next().unwrap_or(Change::Unchanged) } else { Change::Created },
    };
    Ok(planned.into_iter().map(image).collect())
}
