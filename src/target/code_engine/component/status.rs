//! `karctl ce status` and `karctl ce logs`: a component, its revisions and instances.
//!
//! The API of Code Engine has no logs: they are in IBM Cloud Logs, and the `ibmcloud` CLI follows them by way of the
//! cluster below. So what can be said here is how the instances are, why, and where the log is.

use schemars::JsonSchema;
use serde::Serialize;

use super::list::Component;
use super::trouble::{state, trouble};
use super::{ComponentName, Place, find};
use crate::client::ibmcloud::code_engine::{AppStatus, Instance, Revision};
use crate::error::Result;

/// Where IBM Cloud shows the instances of its log service.
const CLOUD_LOGS: &str = "https://cloud.ibm.com/observability/logging";

/// What `karctl ce status -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComponentStatus {
    /// The project.
    pub project: String,
    /// The component.
    pub component: Component,
    /// Why it does not serve; null where it does, or is on its way.
    pub trouble: Option<String>,
    /// Its revisions.
    pub revisions: Vec<RevisionStatus>,
    /// Its instances.
    pub instances: Vec<InstanceStatus>,
}

/// A revision.
#[derive(Debug, Serialize, JsonSchema)]
pub struct RevisionStatus {
    /// Its name.
    pub name: String,
    /// `ready`, `loading`, `warning` or `failed`.
    pub status: String,
    /// Its image.
    pub image: String,
}

/// An instance.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InstanceStatus {
    /// Its name.
    pub name: String,
    /// Its revision.
    pub revision: String,
    /// `pending`, `running`, `succeeded` or `failed`.
    pub status: String,
    /// How its container is, in one line.
    pub state: String,
    /// How often its container was started again.
    pub restarts: u32,
    /// When it was made, as RFC 3339.
    pub created_at: Option<String>,
}

/// What `karctl ce logs -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComponentLogs {
    /// The component.
    pub name: ComponentName,
    /// Its instances.
    pub instances: Vec<InstanceStatus>,
    /// Why it does not serve; null where it does, or is on its way.
    pub trouble: Option<String>,
    /// Where IBM Cloud keeps the log.
    pub cloud_logs: &'static str,
    /// What follows it, where the `ibmcloud` CLI is.
    pub command: String,
}

impl From<Revision> for RevisionStatus {
    fn from(revision: Revision) -> Self {
        Self { name: revision.name, status: revision.status, image: revision.image_reference }
    }
}

impl From<Instance> for InstanceStatus {
    fn from(instance: Instance) -> Self {
        Self {
            state: state(&instance),
            name: instance.name,
            revision: instance.revision_name,
            status: instance.status,
            restarts: instance.status_details.restarts,
            created_at: instance.created_at,
        }
    }
}

/// Looks at a component.
///
/// # Errors
/// When there is no such component, or Code Engine does not say.
pub async fn status(place: &Place, name: &ComponentName) -> Result<ComponentStatus> {
    let project = &place.project;
    let app = find(place, name, "show").await?;
    let session = &place.session;
    let (instances, revisions) =
        tokio::try_join!(session.instances(&project.id, name.as_str()), session.revisions(&project.id, name.as_str()))?;
    let has_failed = matches!(app.status, AppStatus::Failed | AppStatus::Warning);
    let trouble = has_failed.then(|| trouble(&app, &instances).reason);
    Ok(ComponentStatus {
        project: project.name.clone(),
        component: Component::of(&app).ok_or_else(|| super::missing(name, &project.name))?,
        trouble,
        revisions: revisions.into_iter().map(Into::into).collect(),
        instances: instances.into_iter().map(Into::into).collect(),
    })
}

/// How the instances of a component are, and where its log is.
///
/// # Errors
/// As [`status`].
pub async fn logs(place: &Place, name: &ComponentName) -> Result<ComponentLogs> {
    let status = status(place, name).await?;
    Ok(ComponentLogs {
        instances: status.instances,
        trouble: status.trouble,
        cloud_logs: CLOUD_LOGS,
        command: format!("ibmcloud ce application logs --application {name} --follow"),
        name: name.clone(),
    })
}
