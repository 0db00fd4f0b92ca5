//! Components of KAR applications as applications of Code Engine. Replaces kar-ce-run.sh.
//!
//! What is KAR's is told by what it refers to: a variable `KAR_APP`, and the project's runtime configuration, the secret
//! that `karctl ce enable` makes. Nothing else in a project is ever changed or deleted.

mod delete;
mod difference;
mod goal;
mod list;
mod renew;
mod report;
mod run;
mod scale;
mod size;
mod status;
mod trouble;
mod wait;
mod wanted;

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::Account;
use crate::client::ibmcloud::Session;
use crate::client::ibmcloud::code_engine::{App, Project, Variable};
use crate::code::Code;
use crate::error::{Failure, Result};

pub use crate::client::ibmcloud::code_engine::AppStatus;
pub use crate::redacted::Secret;
pub use delete::{DeletedComponent, delete};
pub use list::{Component, Components, list};
pub use renew::renew;
pub use report::{
    delete as delete_text, list as list_text, logs as logs_text, run as run_text, scale as scale_text,
    status as status_text,
};
pub use run::{Ran, run};
pub use scale::{Scaled, scale};
pub use status::{ComponentLogs, ComponentStatus, InstanceStatus, RevisionStatus, logs, status};
pub use wanted::{ComponentOptions, Wanted, check_scale};

/// The secret with the variables that `kar` reads; the original's name of it.
pub const RUNTIME_CONFIG: &str = "kar.ibm.com.runtime-config";

/// The variable that makes an application a component of KAR's.
const KAR_APP: &str = "KAR_APP";

/// Where components are.
#[derive(Clone)]
pub struct Place {
    /// Who asks.
    pub session: Session,
    /// The project that they are in.
    pub project: Project,
}

impl Place {
    /// The project that is chosen.
    ///
    /// # Errors
    /// When none is chosen, or it cannot be used.
    pub async fn of(account: &Account) -> Result<Self> {
        Ok(Self { project: account.project().await?, session: account.session.clone() })
    }
}

/// Whether the newest state of an application is waited for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waiting {
    /// Until it serves, has failed, or is gone.
    UntilDone,
    /// Not at all.
    No,
}

/// Whether anything is changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// It is.
    Do,
    /// It is only said what would be.
    DryRun,
}

/// Name of a component, which is that of its application in Code Engine.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct ComponentName(String);

impl ComponentName {
    /// Characters at most.
    const LONGEST: usize = 63;

    /// Reads a name.
    ///
    /// # Errors
    /// A usage failure for one that Code Engine does not take.
    pub fn parse(text: &str) -> Result<Self> {
        let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let bytes = text.as_bytes();
        let fits = bytes.len() <= Self::LONGEST
            && bytes.first().is_some_and(u8::is_ascii_lowercase)
            && bytes.last().copied().is_some_and(is_end)
            && bytes.iter().all(|&byte| byte == b'-' || is_end(byte));
        match fits {
            true => Ok(Self(text.to_owned())),
            false => Err(Failure::usage(format!("`{text}` cannot be the name of a component"))
                .hint("use lower-case letters, digits and `-`, a letter first, 63 characters at most")
                .into()),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The KAR application that an application of Code Engine is a component of; `None` where it is none.
fn kar_app(app: &App) -> Option<&str> {
    let variables = &app.spec.run_env_variables;
    let is_configuration = |variable: &Variable| matches!(variable, Variable::SecretFullReference { reference, .. } if reference == RUNTIME_CONFIG);
    variables.iter().find(|variable| is_configuration(variable))?;
    variables.iter().find_map(|variable| match variable {
        Variable::Literal { name, value } if name == KAR_APP => Some(value.expose()),
        _ => None,
    })
}

/// Refuses to touch what is not KAR's.
fn check_own(app: &App, verb: &str) -> Result<()> {
    if kar_app(app).is_some() {
        return Ok(());
    }
    let name = &app.name;
    Err(Failure::new(format!("the application `{name}` of the project is not a component of KAR's"))
        .hint(format!("karctl does not {verb} it; use another name, or `ibmcloud ce application`"))
        .code(Code::ComponentForeign)
        .into())
}

/// A component that is there.
///
/// # Errors
/// When there is none, it is not KAR's, or Code Engine does not say.
async fn find(place: &Place, name: &ComponentName, verb: &str) -> Result<App> {
    let project = &place.project;
    match place.session.app(&project.id, name.as_str()).await? {
        Some(app) => check_own(&app, verb).map(|()| app),
        None => Err(missing(name, &project.name).into()),
    }
}

fn missing(name: &ComponentName, project: &str) -> Failure {
    Failure::new(format!("there is no component `{name}` in the project `{project}`"))
        .hint("`karctl ce list` shows those there are")
        .code(Code::ComponentMissing)
}
