//! The applications of members, each by the recipe that a single command takes: `karctl app up` on this machine and on
//! clusters, `karctl ce run` on Code Engine.

use std::collections::BTreeMap;

use super::home::is_not_there;
use super::outcome::Step;
use super::raise::{Applications, Order};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Result, report};
use crate::redacted::Secret;
use crate::settings::Settings;
use crate::settings::project::{App, Component, Member, MemberPlace, Project, ServicesSource};
use crate::target::app::cluster;
use crate::target::app::contents::{self, Manifests};
use crate::target::app::folder::Folder;
use crate::target::app::local::{Network, RunningApp, down};
use crate::target::code_engine::account::{self, Account};
use crate::target::code_engine::component::{self, ComponentName, ComponentOptions, Mode, Place, Waiting};
use crate::target::hybrid::Hybrid;
use crate::target::local::choice;
use crate::target::local::instance::InstanceName;

/// Processors of each instance on Code Engine, as `karctl ce run` has it.
const CPU: &str = "1";

/// The applications of a member, in the folder of the project; `None` where it has none.
pub(super) fn folder(hybrid: &Hybrid, member: &Member) -> Option<Folder> {
    let apps = hybrid.project.apps.iter().filter(|app| member.apps.contains(&app.name)).cloned().collect::<Vec<_>>();
    let project = Project { project: hybrid.project.project.clone(), apps, ..Project::default() };
    (!project.apps.is_empty()).then(|| Folder { path: hybrid.folder.clone(), project })
}

/// The instance of this machine that applications run beside, where Kafka and Redis are in one.
pub(super) fn instance(hybrid: &Hybrid) -> Option<&str> {
    match hybrid.project.services.as_ref().map(|services| &services.source) {
        Some(ServicesSource::Local { name }) => Some(name),
        _ => None,
    }
}

/// Checks that a member's applications could run there, whatever is there today.
///
/// # Errors
/// A usage failure with the member's place.
pub fn check(hybrid: &Hybrid, member: &Member) -> Result<()> {
    let Some(folder) = folder(hybrid, member) else { return Ok(()) };
    match &member.place {
        MemberPlace::Local if instance(hybrid).is_none() => {
            let message =
                "applications of this machine run beside an instance of it, and Kafka and Redis are elsewhere";
            let hint =
                format!("start them with `karctl exec hybrid {} -- kar run ...`, and leave `apps` out", member.name);
            Err(member.at.wrong(message).hint(hint).into())
        }
        MemberPlace::CodeEngine(_) => {
            for (app, component) in components(&folder) {
                options(member, app, component)?.wanted()?;
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// What each application of a member is made of, where karctl builds it; components of Code Engine are what the project's
/// file says.
///
/// # Errors
/// When a manifest cannot be read.
pub fn contents(hybrid: &Hybrid, member: &Member) -> Result<BTreeMap<String, String>> {
    let manifests = match &member.place {
        MemberPlace::Cluster(_) => Manifests::Applied,
        MemberPlace::Local => Manifests::Unused,
        MemberPlace::CodeEngine(_) | MemberPlace::Host => return Ok(BTreeMap::new()),
    };
    let Some(Folder { path, project }) = folder(hybrid, member) else { return Ok(BTreeMap::new()) };
    let digests = project.apps.iter().map(|app| Ok((app.name.clone(), contents::digest(&path, app, manifests)?)));
    digests.collect()
}

/// Every component, those that others call first.
pub(super) fn components(folder: &Folder) -> Vec<(&App, &Component)> {
    let all =
        || folder.project.apps.iter().flat_map(|app| app.components.iter().map(move |component| (app, component)));
    let (serving, others): (Vec<_>, Vec<_>) = all().partition(|(_, component)| component.serves());
    [serving, others].concat()
}

/// A component as `karctl ce run` takes it.
fn options(member: &Member, app: &App, component: &Component) -> Result<ComponentOptions> {
    let Some(image) = &component.image else {
        let message =
            format!("component `{}` of `{}` has no image, and Code Engine builds none", component.name, app.name);
        let hint = format!("write `image: REGISTRY/NAME:TAG` below `apps.{}.components.{}`", app.name, component.name);
        return Err(member.at.wrong(&message).hint(hint).into());
    };
    Ok(ComponentOptions {
        name: name_of(app, component),
        app: app.name.clone(),
        image: image.clone(),
        service: component.service.clone(),
        actors: component.actors.clone(),
        port: component.port,
        externalize: false,
        registry_secret: None,
        environment: component.environment.iter().map(|(name, value)| (name.clone(), Secret::new(value))).collect(),
        scale: u32::from(component.replicas),
        cpu: CPU.to_owned(),
        memory: None,
        verbosity: component.verbosity.clone(),
        arguments: component.command.clone(),
    })
}

pub(super) fn name_of(app: &App, component: &Component) -> String {
    format!("{}-{}", app.name, component.name)
}

/// Brings the applications of this machine about.
///
/// # Errors
/// As `karctl app up`.
pub async fn up_here(context: &Context, order: &Order<'_>, member: &Member) -> Result<Vec<Step>> {
    let (Some(folder), Some(name)) = (folder(order.hybrid, member), instance(order.hybrid)) else {
        return Ok(Vec::new());
    };
    if order.applications == Applications::Left {
        return Ok(Vec::new());
    }
    let name = InstanceName::parse(name)?;
    let up = async {
        let network = Network::open(context, &name, &folder).await?;
        if order.dry_run { network.plan(&folder).await } else { network.up(&folder).await }
    };
    let up = match up.await {
        Err(error) if order.dry_run && is_not_there(&error) => return Ok(all(&folder)),
        up => up?,
    };
    let is_change = |app: &&RunningApp| {
        let mut components = app.components.iter();
        let changes = |one: &crate::target::app::local::RunningComponent| {
            one.built || one.containers.iter().any(|container| container.action.is_change())
        };
        !app.removed.is_empty() || components.any(changes)
    };
    Ok(up.apps.iter().filter(is_change).map(|app| step(&app.app, Change::Updated)).collect())
}

/// Brings the applications of a cluster about, in the first of the member's namespaces.
///
/// # Errors
/// As `karctl app up --to cluster`.
pub async fn up_on_cluster(
    context: &Context,
    order: &Order<'_>,
    member: &Member,
    on: &Cluster,
    settings: &Settings,
) -> Result<Vec<Step>> {
    let Some(folder) = folder(order.hybrid, member).filter(|_| order.applications == Applications::All) else {
        return Ok(Vec::new());
    };
    let options = cluster::Options {
        registry: order.registry.clone(),
        no_wait: order.no_wait,
        dry_run: order.dry_run,
        ..options_on(member, settings)
    };
    let up = match cluster::up(context, on, &folder, &options).await {
        Err(error) if order.dry_run && is_not_there(&error) => return Ok(all(&folder)),
        up => up?,
    };
    let is_change = |app: &&cluster::AppliedApp| {
        let images = app.images.iter().map(|image| image.change);
        images.chain(app.objects.iter().map(|object| object.change)).any(|change| change != Change::Unchanged)
    };
    Ok(up.apps.iter().filter(is_change).map(|app| step(&app.app, Change::Updated)).collect())
}

pub(super) fn options_on(member: &Member, settings: &Settings) -> cluster::Options {
    cluster::Options {
        namespace: member.namespaces.first().cloned(),
        runtime: settings.kubernetes.namespace.clone(),
        ..cluster::Options::default()
    }
}

/// Brings the components of a project of Code Engine about.
///
/// # Errors
/// As `karctl ce run`.
pub async fn up_on_code_engine(
    context: &Context,
    order: &Order<'_>,
    member: &Member,
    (account, project): (&Account, &account::Project),
) -> Result<Vec<Step>> {
    let Some(folder) = folder(order.hybrid, member).filter(|_| order.applications == Applications::All) else {
        return Ok(Vec::new());
    };
    let place = Place { session: account.session.clone(), project: project.clone() };
    let mode = if order.dry_run { Mode::DryRun } else { Mode::Do };
    let waiting = if order.no_wait { Waiting::No } else { Waiting::UntilDone };
    let mut steps = Vec::new();
    for (app, component) in components(&folder) {
        let wanted = options(member, app, component)?.wanted()?;
        let change = match component::run(context, &place, &wanted, waiting, mode).await {
            Err(error) if order.dry_run && report(&error).code == Some(Code::ProjectNotEnabled) => Change::Created,
            ran => ran?.change,
        };
        if change != Change::Unchanged {
            steps.push(component_step(app, component, change));
        }
    }
    Ok(steps)
}

/// Ends the applications of this machine.
///
/// # Errors
/// As `karctl app down`.
pub async fn down_here(context: &Context, hybrid: &Hybrid, member: &Member, dry_run: bool) -> Result<Vec<Step>> {
    let (Some(folder), Some(name)) = (folder(hybrid, member), instance(hybrid)) else { return Ok(Vec::new()) };
    let name = InstanceName::parse(name)?;
    if choice::locate(context, &name).await?.is_none() {
        return Ok(Vec::new());
    }
    let down = down(context, &name, &folder, dry_run).await?;
    let ended = down.apps.iter().filter(|app| !app.containers.is_empty() || !app.images.is_empty());
    Ok(ended.map(|app| step(&app.app, Change::Removed)).collect())
}

/// Removes the applications of a cluster.
///
/// # Errors
/// As `karctl app down --to cluster`.
pub async fn down_on_cluster(
    context: &Context,
    hybrid: &Hybrid,
    member: &Member,
    (on, settings): (&Cluster, &Settings),
    dry_run: bool,
) -> Result<Vec<Step>> {
    let Some(folder) = folder(hybrid, member) else { return Ok(Vec::new()) };
    let options = cluster::Options { dry_run, ..options_on(member, settings) };
    let down = cluster::down(context, on, &folder, &options).await?;
    let object = |removed: cluster::AppliedObject| Step {
        object: format!("{} {}/{}", removed.kind, down.namespace, removed.name),
        change: Change::Removed,
    };
    Ok(down.removed.into_iter().map(object).collect())
}

/// Deletes the components of a project of Code Engine; whoever calls this has asked.
///
/// # Errors
/// As `karctl ce delete`.
pub async fn down_on_code_engine(
    context: &Context,
    hybrid: &Hybrid,
    member: &Member,
    (account, project): (&Account, &account::Project),
    dry_run: bool,
) -> Result<Vec<Step>> {
    let Some(folder) = folder(hybrid, member) else { return Ok(Vec::new()) };
    let place = Place { session: account.session.clone(), project: project.clone() };
    let mode = if dry_run { Mode::DryRun } else { Mode::Do };
    let mut steps = Vec::new();
    // Who calls goes before who is called.
    for (app, component) in components(&folder).into_iter().rev() {
        let name = ComponentName::parse(&name_of(app, component))?;
        let context = Context { ui: context.ui.answered(), ..context.clone() };
        let deleted = component::delete(&context, &place, &name, Waiting::UntilDone, mode).await?;
        if deleted.was_there {
            steps.push(component_step(app, component, Change::Removed));
        }
    }
    Ok(steps)
}

/// Every application, where nothing of them can be there yet.
fn all(folder: &Folder) -> Vec<Step> {
    folder.project.apps.iter().map(|app| step(&app.name, Change::Updated)).collect()
}

fn step(app: &str, change: Change) -> Step {
    Step { object: format!("application {app}"), change }
}

fn component_step(app: &App, component: &Component, change: Change) -> Step {
    Step { object: format!("component {}", name_of(app, component)), change }
}
