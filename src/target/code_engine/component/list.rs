//! `karctl ce list`: the components of a project.

use schemars::JsonSchema;
use serde::Serialize;

use super::{Place, kar_app};
use crate::client::ibmcloud::code_engine::{App, AppStatus};
use crate::error::Result;

/// What `karctl ce list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Components {
    /// The project.
    pub project: String,
    /// Its components, in the order of their names.
    pub components: Vec<Component>,
    /// How many applications of the project are not KAR's.
    pub others: usize,
}

/// A component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Component {
    /// Its name.
    pub name: String,
    /// KAR's application.
    pub app: String,
    /// How it is.
    pub status: AppStatus,
    /// Why it is so, in Code Engine's word.
    pub reason: Option<String>,
    /// Its image.
    pub image: String,
    /// Instances at least.
    pub min_instances: u32,
    /// Instances at most.
    pub max_instances: u32,
    /// Where it can be called from everywhere.
    pub endpoint: Option<String>,
    /// Where it can be called from its project.
    pub endpoint_internal: Option<String>,
}

impl Component {
    /// As it is there; `None` where it is not KAR's.
    pub fn of(app: &App) -> Option<Self> {
        Some(Self {
            app: kar_app(app)?.to_owned(),
            name: app.name.clone(),
            status: app.status,
            reason: app.status_details.reason.clone(),
            image: app.spec.image_reference.clone(),
            min_instances: app.spec.scale_min_instances,
            max_instances: app.spec.scale_max_instances,
            endpoint: app.endpoint.clone().filter(|endpoint| !endpoint.is_empty()),
            endpoint_internal: app.endpoint_internal.clone(),
        })
    }
}

/// The components of a project; with `app`, those of one of KAR's applications.
///
/// # Errors
/// When Code Engine does not say.
pub async fn list(place: &Place, app: Option<&str>) -> Result<Components> {
    let project = &place.project;
    let apps = place.session.apps(&project.id).await?;
    let mut components: Vec<_> = apps.iter().filter_map(Component::of).collect();
    let others = apps.len() - components.len();
    components.retain(|component| app.is_none_or(|app| component.app == app));
    components.sort_by(|one, other| one.name.cmp(&other.name));
    Ok(Components { project: project.name.clone(), components, others })
}
