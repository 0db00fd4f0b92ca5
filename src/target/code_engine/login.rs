//! `karctl ce login`: which login is used, and from where everything is taken.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::account::{Account, Sourced};
use super::project::ProjectSummary;
use crate::error::{Result, report};
use crate::ui;

/// What `karctl ce login -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Login {
    /// What is used: `API key`, or `token` of another program's login.
    pub login: &'static str,
    /// Where it is from.
    pub login_from: String,
    /// Who; null where IBM Cloud was not asked and the login does not tell.
    pub user: Option<String>,
    /// The account, by id; null as `user`.
    pub account: Option<String>,
    /// When the token ends that is used now; one for an API key is renewed.
    pub token_ends: Option<String>,
    /// The region of Code Engine; null where none is chosen.
    pub region: Option<Taken>,
    /// The resource group, by name or id; null where none is chosen.
    pub resource_group: Option<Taken>,
    /// The project, by name or id; null where none is chosen.
    pub project: Option<Taken>,
    /// The project as Code Engine shows it; null where it was not asked, or does not show it.
    pub project_found: Option<ProjectSummary>,
    /// What is wrong with it; one sentence each.
    pub problems: Vec<String>,
    /// Whether IBM Cloud was asked.
    pub is_checked: bool,
}

/// A value, and where it was taken from.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Taken {
    /// The value.
    pub value: String,
    /// An option, a variable, `karctl ce project use`, or a file of the `ibmcloud` command.
    pub from: String,
}

impl From<&Sourced<String>> for Taken {
    fn from(sourced: &Sourced<String>) -> Self {
        Self { value: sourced.value.clone(), from: sourced.origin.to_string() }
    }
}

/// Whether IBM Cloud is asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Proof {
    /// Nothing is sent.
    None,
    /// The login is used, whatever is chosen, and the project looked at.
    Asked,
}

/// Tells which login is used.
///
/// # Errors
/// When IBM Cloud is asked, and does not accept the login or cannot be reached. What is wrong with the project is among the
/// problems.
pub async fn login(account: &Account, proof: Proof) -> Result<Login> {
    let identity = match proof == Proof::Asked || !account.session.has_key() {
        true => account.session.identity().await?,
        false => Default::default(),
    };
    let (mut project_found, mut problems) = (None, Vec::new());
    if let (Proof::Asked, Some(_)) = (proof, &account.wanted_project) {
        match account.project().await {
            Ok(project) => project_found = Some(ProjectSummary::from(&project)),
            Err(error) => problems.push(report(&error).message),
        }
    }
    if proof == Proof::Asked && project_found.is_none() {
        prove(account).await?;
    }
    Ok(Login {
        login: if account.session.has_key() { "API key" } else { "token" },
        login_from: account.login.to_string(),
        user: identity.user,
        account: identity.account,
        token_ends: identity.expires.and_then(|end| Timestamp::from_second(end).ok()).map(|end| end.to_string()),
        region: account.region.as_ref().map(Taken::from),
        resource_group: account.resource_group.as_ref().map(Taken::from),
        project: account.wanted_project.as_ref().map(Taken::from),
        project_found,
        problems,
        is_checked: proof == Proof::Asked,
    })
}

/// Has a token that was not got for a key just now, and was only read so far, accepted or refused.
async fn prove(account: &Account) -> Result<()> {
    if account.session.has_key() {
        return Ok(());
    }
    match account.session.resource_groups().await {
        // Who lacks a role is known all the same.
        Err(error) if error.status() == Some(403) => Ok(()),
        answer => Ok(answer.map(drop)?),
    }
}

impl Login {
    /// The form for people.
    pub fn text(&self) -> String {
        let row = |what: &str, value: &str, from: &str| vec![what.to_owned(), value.to_owned(), from.to_owned()];
        let told = if self.is_checked { "the token" } else { "--check asks IBM Cloud" };
        let who = |what: &str, value: &Option<String>| match value {
            Some(value) => row(what, value, "the token"),
            None => row(what, "-", told),
        };
        let taken = |what: &str, taken: &Option<Taken>| match taken {
            Some(taken) => row(what, &taken.value, &taken.from),
            None => row(what, "-", "not chosen"),
        };
        let mut rows = vec![row("WHAT", "VALUE", "FROM"), row("login", self.login, &self.login_from)];
        rows.extend([who("user", &self.user), who("account", &self.account), who("token ends", &self.token_ends)]);
        rows.extend([taken("region", &self.region), taken("resource group", &self.resource_group)]);
        rows.push(match (&self.project_found, &self.project) {
            (Some(found), Some(project)) => {
                row("project", &format!("{} ({}), {}", found.name, found.id, found.status), &project.from)
            }
            _ => taken("project", &self.project),
        });
        let problems: String = self.problems.iter().map(|problem| format!("{problem}\n")).collect();
        ui::table(&rows) + &problems
    }
}
