//! Applications on a cluster: images into a registry under the tag that says what is in them, manifests applied where they
//! differ, in a namespace that is enabled.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::folder::{Folder, PROJECT};
use super::image;
use super::manifests::{self, UP_OF};
use crate::change::Change;
use crate::client::file;
use crate::client::kubernetes::Deletion;
use crate::client::kubernetes::object::{
    AUTOSCALER, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, DISRUPTION_BUDGET, INGRESS, JOB, Kind, NETWORK_POLICY,
    Object, POD, ROLE, ROLE_BINDING, Reference, SECRET, SERVICE, SERVICE_ACCOUNT, STATEFUL_SET,
};
use crate::client::registry::Reference as ImageReference;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::project::{App, FILE};
use crate::target::images::push::{PushOptions, Source, push_all};
use crate::target::kubernetes::compare::differences;
use crate::target::kubernetes::connection::{Cluster, is_local, permit};
use crate::target::kubernetes::namespaces::EnableOptions;
use crate::target::kubernetes::team::Team;
use crate::target::kubernetes::wait;
use crate::target::local::docker::DockerEngine;
use crate::target::namespace::{Which, enable};
use crate::target::registry;

/// What an application may have of on a cluster, in the order in which it is removed. Claims are not among it: they hold
/// data.
const KINDS: [Kind; 15] = [
    INGRESS,
    SERVICE,
    CRON_JOB,
    JOB,
    DEPLOYMENT,
    STATEFUL_SET,
    DAEMON_SET,
    POD,
    AUTOSCALER,
    DISRUPTION_BUDGET,
    NETWORK_POLICY,
    CONFIG_MAP,
    SECRET,
    ROLE_BINDING,
    ROLE,
];

/// The last of them: what others run as.
const LAST_KIND: Kind = SERVICE_ACCOUNT;

/// Folder of the images in the registry of this machine, as in the original.
const LOCAL_FOLDER: &str = "kar";

/// How often it is looked whether a deleted object is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// How an application is brought to a cluster.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Namespace; the context's where none is given.
    pub namespace: Option<String>,
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
/// When there is no registry that the cluster can reach, KAR does not run on the cluster, an image cannot be built or pushed,
/// an object is somebody else's or is refused, or a workload does not become ready: with the cause.
pub async fn up(context: &Context, cluster: &Cluster, folder: &Folder, options: &Options) -> Result<ClusterUp> {
    let namespace = namespace(cluster, options);
    let mut read = Vec::new();
    for app in &folder.project.apps {
        read.push(objects(&folder.path, app, &namespace, options)?);
    }
    let engine = DockerEngine::connect(context, None).await?;
    let registry = registry_of(context, cluster, &engine, options).await?;
    if !options.dry_run {
        permit(context, cluster, "Run applications").await?;
    }
    let enabling = EnableOptions { create: true, force_system: false, dry_run: options.dry_run };
    let which = Which::Named(vec![namespace.clone()]);
    enable(context, cluster, &options.runtime, &which, enabling, &Team::default()).await?;
    let mut apps = Vec::new();
    for (app, objects) in folder.project.apps.iter().zip(read) {
        let images = images(context, &engine, folder, app, &registry, options.dry_run).await?;
        apps.push(apply_app(context, cluster, folder, app, objects, images, options).await?);
    }
    Ok(ClusterUp { context: cluster.chosen().context.clone(), namespace, apps, dry_run: options.dry_run })
}

/// Removes what [`up`] applied of a project: exactly the objects with its label. Images stay in the registry, and the
/// namespace stays enabled.
///
/// # Errors
/// When the server refuses.
pub async fn down(context: &Context, cluster: &Cluster, folder: &Folder, options: &Options) -> Result<ClusterDown> {
    let namespace = namespace(cluster, options);
    let mut removed = Vec::new();
    for app in &folder.project.apps {
        let found = applied(context, cluster, folder, &app.name, &namespace).await?;
        if !options.dry_run && !found.is_empty() {
            permit(context, cluster, "Remove applications").await?;
            for object in &found {
                remove(context, cluster, object).await?;
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
    let entries = std::fs::read_dir(&folder).or_fail(none)?;
    let mut paths: Vec<_> = entries.filter_map(|entry| entry.ok().map(|entry| entry.path())).collect();
    paths.retain(|path| {
        path.extension().is_some_and(|extension| ["yaml", "yml", "json"].iter().any(|e| extension == *e))
    });
    paths.sort();
    let mut objects = Vec::new();
    for path in paths {
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

async fn apply_app(
    context: &Context,
    cluster: &Cluster,
    folder: &Folder,
    app: &App,
    mut objects: Vec<Object>,
    images: Vec<PushedImage>,
    options: &Options,
) -> Result<AppliedApp> {
    let namespace = namespace(cluster, options);
    let built = images.iter().map(|image| (image.component.clone(), image.image.clone())).collect::<BTreeMap<_, _>>();
    manifests::complete(&mut objects, &folder.identity(), &app.name, &built);
    let there = applied(context, cluster, folder, &app.name, &namespace).await?;
    // Whatever stands in the way of one is told before the first is changed.
    let mut planned = Vec::new();
    for object in &objects {
        planned.push(plan(cluster, object, &app.name).await?);
    }
    let mut outcomes = Vec::new();
    for (object, (change, live)) in objects.iter().zip(planned) {
        if !options.dry_run && change != Change::Unchanged {
            apply(context, cluster, object, live).await?;
        }
        outcomes.push(outcome(&object.reference(), change));
    }
    let wanted: Vec<_> = objects.iter().map(Object::reference).collect();
    for orphan in there {
        let reference = orphan.reference();
        if wanted.contains(&reference) {
            continue;
        }
        if !options.dry_run {
            remove(context, cluster, &orphan).await?;
        }
        outcomes.push(outcome(&reference, Change::Removed));
    }
    if !options.dry_run && !options.no_wait {
        let restarted = Context { deadline: context.deadline.restarted(), ..context.clone() };
        wait::wait_for(&restarted, cluster, &wanted, &format!("{UP_OF}={}", app.name)).await?;
    }
    Ok(AppliedApp { app: app.name.clone(), images, objects: outcomes })
}

/// What is to be done with an object, and what there is of it.
async fn plan(cluster: &Cluster, object: &Object, app: &str) -> Result<(Change, Option<Object>)> {
    let reference = object.reference();
    let live = cluster.get(&reference).await.map_err(Failure::from)?;
    let change = match &live {
        None => Change::Created,
        Some(live) if live.label(UP_OF) != Some(app) => {
            return Err(Failure::new(format!("{reference} is there, and is not of `{app}` as karctl applies it"))
                .hint("remove it with kubectl, or give it another name in the manifest")
                .code(Code::ForeignObject)
                .into());
        }
        Some(live) if differences(object, live).is_empty() => Change::Unchanged,
        Some(_) => Change::Updated,
    };
    Ok((change, live))
}

/// Applies an object. A job's pods cannot be changed: it is made anew.
async fn apply(context: &Context, cluster: &Cluster, object: &Object, live: Option<Object>) -> Result<()> {
    let reference = object.reference();
    if let Some(live) = live.filter(|_| reference.kind == JOB.name) {
        remove(context, cluster, &live).await?;
    }
    let applied = cluster.apply(object, false, false).await;
    applied.map_err(Failure::from).or_fail(|| Failure::new(format!("{reference} was not applied")))?;
    Ok(())
}

/// Everything that is there with the application's label.
///
/// # Errors
/// When some of it is of another project, or the server refuses.
async fn applied(
    context: &Context,
    cluster: &Cluster,
    folder: &Folder,
    app: &str,
    namespace: &str,
) -> Result<Vec<Object>> {
    let labels = format!("{UP_OF}={app}");
    let mut found = Vec::new();
    for kind in KINDS.into_iter().chain([LAST_KIND]) {
        match cluster.list(kind, Some(namespace), &labels).await {
            // Pods of workloads have the label too, and an owner.
            Ok(listed) => {
                found.extend(listed.into_iter().filter(|object| object.list("/metadata/ownerReferences").is_empty()))
            }
            // Who may not see objects of a kind has applied none of it.
            Err(error) if error.status() == Some(403) => {
                context.ui.trace(1, || format!("{} not looked at: {error}", kind.name))
            }
            Err(error) => return Err(Failure::from(error).into()),
        }
    }
    let identity = folder.identity();
    match found.iter().find(|object| object.label(PROJECT) != Some(&identity)) {
        None => Ok(found),
        Some(foreign) => {
            let (reference, folder) = (foreign.reference(), folder.path.display());
            Err(Failure::new(format!("{reference} is of another project's `{app}`, not of that in {folder}"))
                .hint("remove it where it is from, take another namespace, or give the application another name")
                .hint(format!("if it is the same project in another folder, say `project: NAME` in both {FILE}"))
                .code(Code::ForeignObject)
                .into())
        }
    }
}

/// Deletes an object with all that follows from it, and waits until it is gone.
async fn remove(context: &Context, cluster: &Cluster, object: &Object) -> Result<()> {
    let reference = object.reference();
    let uid = object.text("/metadata/uid");
    cluster.delete(&reference, Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
    let deadline = context.deadline.restarted();
    while let Some(found) = cluster.get(&reference).await.map_err(Failure::from)? {
        if found.text("/metadata/uid") != uid {
            break;
        }
        if deadline.left().is_zero() {
            let failure = deadline.passed(&format!("{reference} to go"), "its deletion has begun");
            return Err(failure.hint("run the same command again; it goes on where it stopped").into());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

fn outcome(reference: &Reference, change: Change) -> AppliedObject {
    AppliedObject { kind: reference.kind.clone(), name: reference.name.clone(), change }
}

impl ClusterUp {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let would = if self.dry_run { "would be " } else { "" };
        for app in &self.apps {
            for image in &app.images {
                text.push_str(&format!("{}: {}\n", image.image, worded(image.change, would)));
            }
            for object in &app.objects {
                text.push_str(&format!("{} {}: {}\n", object.kind, object.name, worded(object.change, would)));
            }
        }
        text
    }
}

impl ClusterDown {
    /// For people.
    pub fn text(&self) -> String {
        if self.removed.is_empty() {
            return format!("nothing of the project is in namespace {}\n", self.namespace);
        }
        let would = if self.dry_run { "would be " } else { "" };
        let line =
            |object: &AppliedObject| format!("{} {}: {}\n", object.kind, object.name, worded(object.change, would));
        self.removed.iter().map(line).collect()
    }
}

fn worded(change: Change, would: &str) -> String {
    if change == Change::Unchanged { change.to_string() } else { format!("{would}{change}") }
}
