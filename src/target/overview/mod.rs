//! `karctl status`: everything that karctl knows of, on one screen. Changes nothing.
//!
//! Each place (an instance, a cluster, a project of Code Engine) is looked at by itself, on a thread of its own and for a
//! limited time: one that hangs, even in a login program of its kubeconfig, says so and holds up nobody.

mod applications;
mod cluster;
mod instance;
mod members;
mod project;
mod report;

use std::time::Duration;

use futures_util::future::join_all;
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::oneshot;
use tokio::time::timeout;

use super::local::choice;
use super::local::docker::DockerEngine;
use super::local::instance::InstanceName;
use super::local::record;
use super::{code_engine, kubernetes};
use crate::context::Context;
use crate::error::{Report, Result, report as reported};
use crate::target::local::instance::Address;

use members::Members;

pub use applications::{ActorType, Application, Applications, Offered, Subscription};
pub use report::text;

/// Time for a place to answer, where `--timeout` does not say otherwise.
pub const LIMIT: Duration = Duration::from_secs(5);

/// Time beyond that, in which whoever asks tells what did not answer.
const GRACE: Duration = Duration::from_millis(250);

/// What is said of whom never tells.
const SILENT: &str = "did not answer in time";

/// What `karctl status -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Overview {
    /// Whether nothing that is known is unhealthy.
    pub healthy: bool,
    /// The `karctl.yaml` of the working folder, or of one above it, where it has members.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub project: Option<String>,
    /// Everything that is known: engines that do not answer, instances, clusters, projects.
    pub places: Vec<Place>,
}

/// Something that karctl knows of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Place {
    /// What it is.
    pub kind: PlaceKind,
    /// Name of the instance, context of the cluster, name of the project.
    pub name: String,
    /// How it is.
    pub state: Health,
    /// The same in one sentence; of what is unhealthy, why.
    pub summary: String,
    /// The member of the project's file that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What to do.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub hints: Vec<String>,
    /// Where clients find an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<Address>,
    /// What runs in an instance that is healthy; null where nobody was asked, or did not say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applications: Option<Applications>,
    /// Namespaces of a cluster that are enabled.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<kubernetes::status::EnabledNamespace>,
    /// Components of a project of Code Engine.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub components: Vec<code_engine::component::Component>,
}

/// What a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum PlaceKind {
    /// A container engine, named only where it does not answer.
    Engine,
    /// An instance of this machine.
    Instance,
    /// A Kubernetes cluster.
    Cluster,
    /// A project of Code Engine.
    Project,
}

/// How a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// It answers, and all is as it is to be.
    Healthy,
    /// It was stopped, or only its data is there.
    Stopped,
    /// karctl remembers it, and it is there no more.
    Gone,
    /// It cannot be asked, and is nothing that karctl remembers.
    Unknown,
    /// Something is wrong, or it does not answer.
    Unhealthy,
}

impl Place {
    fn new(kind: PlaceKind, name: impl Into<String>, state: Health, summary: impl Into<String>) -> Self {
        Self {
            kind,
            name: name.into(),
            state,
            summary: summary.into(),
            member: None,
            hints: Vec::new(),
            address: None,
            applications: None,
            namespaces: Vec::new(),
            components: Vec::new(),
        }
    }

    /// Somebody else's, perhaps: without its record neither its passwords nor what it is to be like are known here.
    fn without_record(self) -> Self {
        match self.state {
            Health::Unhealthy => Self {
                state: Health::Unknown,
                summary: format!("it has no record here, and may be somebody else's: {}", self.summary),
                hints: Vec::new(),
                ..self
            },
            _ => self,
        }
    }

    fn failed(kind: PlaceKind, name: impl Into<String>, error: &anyhow::Error) -> Self {
        let Report { message, hints, .. } = reported(error);
        Self { hints, ..Self::new(kind, name, Health::Unhealthy, message) }
    }
}

/// Looks at everything that is known; `namespace` is that of the runtime on clusters.
///
/// # Errors
/// When the state folder cannot be read.
pub async fn overview(context: &Context, namespace: &str) -> Result<Overview> {
    let recorded = record::names(context)?;
    let known = kubernetes::connection::known(context)?;
    let members = Members::read(context);
    let (engine, instances, others, clusters, project) = tokio::join!(
        engine(context),
        join_all(recorded.iter().map(|name| look_at_instance(context, name.clone()))),
        unrecorded(context, &recorded),
        cluster::clusters(context, namespace, known, &members),
        project::project(context, &members),
    );
    let of_member = |place: Place| Place { member: members.instance(&place.name), ..place };
    let mut instances: Vec<_> = instances.into_iter().chain(others).flatten().map(of_member).collect();
    instances.sort_by(|a, b| a.name.cmp(&b.name));
    let places: Vec<_> = engine.into_iter().chain(instances).chain(clusters).chain(project).collect();
    let healthy = places.iter().all(|place| place.state != Health::Unhealthy);
    Ok(Overview { healthy, project: members.file(), places })
}

async fn look_at_instance(context: &Context, name: InstanceName) -> Option<Place> {
    let (own, title) = (context.clone(), name.to_string());
    aside(context, PlaceKind::Instance, &title, async move || instance::look(&own, &name).await).await
}

/// Instances of which only the Docker engine knows.
async fn unrecorded(context: &Context, recorded: &[InstanceName]) -> Vec<Option<Place>> {
    let names = timeout(context.deadline.left() / 2, choice::unrecorded(context)).await.unwrap_or_default();
    let others = names.into_iter().filter(|name| !recorded.contains(name));
    let looks = others.map(async |name| look_at_instance(context, name).await.map(Place::without_record));
    join_all(looks).await
}

/// The engine that the user named, where it does not answer: what it may have is not in the list then.
async fn engine(context: &Context) -> Option<Place> {
    let error = match timeout(context.deadline.left(), DockerEngine::connect(context, None)).await {
        Ok(Ok(_)) => return None,
        Ok(Err(_)) if !DockerEngine::is_asked_for(context) => return None,
        Ok(Err(error)) => reported(&error).message,
        Err(_) => format!("the container engine {SILENT}"),
    };
    let summary = format!("{error}; instances and clusters that it may have are not listed");
    Some(Place::new(PlaceKind::Engine, "docker", Health::Unknown, summary))
}

/// Looks at a place on a thread of its own, until the deadline and an instant longer, so that whoever looks can still say
/// what did not answer. A login program of a kubeconfig is waited for by the whole
/// thread that asks it.
async fn aside(
    context: &Context,
    kind: PlaceKind,
    name: &str,
    look: impl AsyncFnOnce() -> Result<Option<Place>> + Send + 'static,
) -> Option<Place> {
    let (tell, told) = oneshot::channel();
    std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let looked = runtime.map_err(anyhow::Error::from).and_then(|runtime| runtime.block_on(look()));
        // Nobody listens any more where it took too long.
        tell.send(looked).ok();
    });
    match timeout(context.deadline.left() + GRACE, told).await {
        Ok(Ok(Ok(place))) => place,
        Ok(Ok(Err(error))) => Some(Place::failed(kind, name, &error)),
        Ok(Err(_)) => Some(Place::new(kind, name, Health::Unhealthy, "looking at it broke off")),
        Err(_) => Some(Place::new(kind, name, Health::Unhealthy, SILENT)),
    }
}
