//! Whether the applications of members run, as `karctl hybrid status` tells it. Each is looked at by the module that brings
//! it up; changes nothing.

use schemars::JsonSchema;
use serde::Serialize;

use super::Hybrid;
use super::apps::{check, components, folder, instance, name_of, options_on};
use super::members::Connection;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::settings::project::{App, Member};
use crate::target::app::folder::Folder;
use crate::target::app::running::Running;
use crate::target::app::{cluster, local};
use crate::target::code_engine::component::{self, AppStatus, ComponentName, Place};
use crate::target::local::instance::InstanceName;

/// An application of a member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MemberApp {
    /// Its name.
    pub app: String,
    /// Whether all of it is there and ready.
    pub ready: bool,
    /// How it is, in a few words: `2 of 2 pods ready`, `not deployed`, or what is wrong with it.
    pub state: String,
    /// What to do, where that is known.
    #[serde(skip)]
    pub hints: Vec<String>,
}

impl MemberApp {
    /// Why the member is not as it is to be.
    pub fn trouble(&self) -> anyhow::Error {
        let failure = Failure::new(format!("the application {}: {}", self.app, self.state));
        self.hints.iter().fold(failure, |failure, hint| failure.hint(hint.clone())).into()
    }

    fn of(app: &str, running: Result<Running>) -> Self {
        let app = app.to_owned();
        match running {
            Ok(running) => Self { app, ready: running.is_ready(), state: running.to_string(), hints: Vec::new() },
            Err(error) => {
                let report = report(&error);
                Self { app, ready: false, state: report.message, hints: report.hints }
            }
        }
    }
}

/// Looks at the applications that the file gives a member, in the order of the file. Those of another host are not seen.
pub async fn look(context: &Context, hybrid: &Hybrid, member: &Member, connection: &Connection) -> Vec<MemberApp> {
    let Some(folder) = folder(hybrid, member) else { return Vec::new() };
    let mut apps = Vec::new();
    for app in &folder.project.apps {
        let running = match connection {
            Connection::Host => break,
            Connection::Here { .. } => here(context, hybrid, member, &folder, app).await,
            Connection::Cluster { cluster, settings, .. } => {
                let options = options_on(member, settings);
                cluster::running(context, &cluster.restarted(), &folder, app, &options).await
            }
            Connection::CodeEngine { account, project } => {
                let session = account.restarted(context).session;
                on_code_engine(&Place { session, project: project.clone() }, &folder, app).await
            }
        };
        apps.push(MemberApp::of(&app.name, running));
    }
    apps
}

/// Beside the instance that has Kafka and Redis.
async fn here(context: &Context, hybrid: &Hybrid, member: &Member, folder: &Folder, app: &App) -> Result<Running> {
    check(hybrid, member)?;
    let name = InstanceName::parse(instance(hybrid).unwrap_or_default())?;
    local::running(context, &name, folder, app).await
}

/// Components of a project of Code Engine, as `karctl ce list` has them; why one fails, as `karctl ce status` says it.
async fn on_code_engine(place: &Place, folder: &Folder, app: &App) -> Result<Running> {
    let listed = component::list(place, Some(&app.name)).await?.components;
    let mut running = Running::of("components");
    for (_, component) in components(folder).into_iter().filter(|(of, _)| of.name == app.name) {
        let name = name_of(app, component);
        match listed.iter().find(|listed| listed.name == name) {
            None => running.missing(format!("component {name}")),
            Some(found) if found.status == AppStatus::Ready => running.ready(1),
            Some(found) => running.waiting(format!("component {name}: {}", why(place, &name, found.status).await?)),
        }
    }
    Ok(running)
}

async fn why(place: &Place, name: &str, status: AppStatus) -> Result<String> {
    let trouble = component::status(place, &ComponentName::parse(name)?).await?.trouble;
    Ok(trouble.unwrap_or_else(|| status.to_string()))
}
