//! `karctl ce project`: projects of Code Engine, made and deleted so that the same command again changes nothing.

mod delete;
pub(super) mod name;
mod report;

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Serialize;

pub use delete::{DeletedProject, delete};
use name::{is_project_id, named, not_active};

use super::account::{Account, Origin, Sourced};
use super::chosen::Chosen;
use crate::change::Change;
use crate::client::ibmcloud::Error;
use crate::client::ibmcloud::code_engine::{Project, ProjectStatus};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// Pause between two looks at a project that changes, at first and at most.
const FIRST_LOOK: Duration = Duration::from_millis(500);
const LAST_LOOK: Duration = Duration::from_secs(5);

/// For so many looks a project that was made just now need not be seen.
const LOOKS_UNSEEN: u32 = 10;

/// A project that may have been made without an answer is looked for so long at most, and so often.
const SEARCH_LIMIT: Duration = Duration::from_secs(60);
const LOOK_FOR_LOST: Duration = Duration::from_secs(1);

/// Looks for the project that is in the way of a new one of its name.
const LOOKS_FOR_RIVAL: u32 = 4;

/// Characters of the longest name. <https://cloud.ibm.com/apidocs/codeengine/v2#create-project>
const LONGEST_NAME: usize = 128;

/// A project.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ProjectSummary {
    /// Its name.
    pub name: String,
    /// Its id.
    pub id: String,
    /// Its region, where Code Engine tells it.
    pub region: String,
    /// Where it is in its life, such as `active`, `creating` or `soft_deleted`.
    pub status: ProjectStatus,
    /// Its resource group, by id.
    pub resource_group_id: String,
}

impl From<&Project> for ProjectSummary {
    fn from(project: &Project) -> Self {
        Self {
            name: project.name.clone(),
            id: project.id.clone(),
            region: project.region.clone(),
            status: project.status.clone(),
            resource_group_id: project.resource_group_id.clone(),
        }
    }
}

/// What `karctl ce project list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Projects {
    /// The projects of the region, by name.
    pub projects: Vec<ListedProject>,
}

/// A project of a list.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ListedProject {
    /// The project.
    #[serde(flatten)]
    pub project: ProjectSummary,
    /// What chooses it for other commands; null where it is not chosen.
    pub chosen_by: Option<String>,
}

/// What `karctl ce project create -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CreatedProject {
    /// The project; null where `--dry-run` was given and it is not there.
    pub project: Option<ProjectSummary>,
    /// Its name.
    pub name: String,
    /// What was done.
    pub change: Change,
    /// Whether other commands act on it from now on.
    pub is_chosen: bool,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// What `karctl ce project use -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct UsedProject {
    /// The project that commands act on; null where none is kept any more.
    pub project: Option<ProjectSummary>,
    /// What was done to what karctl keeps.
    pub change: Change,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// How `create` works.
#[derive(Clone, Copy, Debug, Default)]
pub struct CreateOptions {
    /// Have other commands act on it.
    pub choose: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// Lists the projects of the region.
///
/// # Errors
/// When Code Engine does not say.
pub async fn list(account: &Account) -> Result<Projects> {
    let chosen_by = |project: &Project| {
        let wanted = account.wanted_project.as_ref()?;
        (wanted.value == project.id || wanted.value == project.name).then(|| wanted.origin.to_string())
    };
    let projects = account.session.projects().await?;
    let listed = |project: &Project| ListedProject { project: project.into(), chosen_by: chosen_by(project) };
    let mut projects: Vec<_> = projects.iter().map(listed).collect();
    projects.sort_by(|one, other| (&one.project.name, &one.project.id).cmp(&(&other.project.name, &other.project.id)));
    Ok(Projects { projects })
}

/// Makes sure that there is an active project of this name.
///
/// # Errors
/// When the name cannot be one, there are several, one is deleted or cannot be used, Code Engine refuses, or it is not active
/// at the deadline.
pub async fn create(
    context: &Context,
    account: &Account,
    name: &str,
    options: CreateOptions,
) -> Result<CreatedProject> {
    check_name(name)?;
    let (found, change) = match (find_alive(account, name).await?, options.dry_run) {
        (Some(project), _) => (Some(project), Change::Unchanged),
        (None, true) => (None, Change::Created),
        (None, false) => {
            let step = context.ui.step(format!("Creating the project {name}"));
            let project = ask_for(context, account, name).await?;
            step.skip();
            (Some(project), Change::Created)
        }
    };
    let project = match found {
        Some(project) if !options.dry_run => Some(until_active(context, account, project, change).await?),
        other => other,
    };
    if let (Some(project), true, false) = (&project, options.choose, options.dry_run) {
        choice(account, project).write(context)?;
    }
    let project = project.as_ref().map(ProjectSummary::from);
    Ok(CreatedProject { project, name: name.to_owned(), change, is_chosen: options.choose, dry_run: options.dry_run })
}

fn check_name(name: &str) -> Result<()> {
    let is_allowed = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._: ".contains(c);
    let reason = if is_project_id(name) {
        "it looks like an id, so that nobody could name it"
    } else if name.is_empty() || name.chars().count() > LONGEST_NAME {
        "it has 1 to 128 characters"
    } else if !name.chars().all(is_allowed) {
        "it has letters, digits, blanks and -._: only"
    } else {
        return Ok(());
    };
    Err(Failure::usage(format!("`{name}` cannot be the name of a project: {reason}")).into())
}

/// The project of this name that is there or on its way.
async fn find_alive(account: &Account, name: &str) -> Result<Option<Project>> {
    let found = named(&account.session.projects().await?, name)?;
    match found.filter(|project| !project.status.is_deleted()) {
        Some(project) if !project.status.is_active() && !project.status.is_coming() => Err(not_active(&project).into()),
        found => Ok(found),
    }
}

/// Why a name is refused: it may be that of a project that was deleted and is kept.
/// <https://cloud.ibm.com/docs/codeengine?topic=codeengine-manage-project#delete-project>
async fn refused(account: &Account, name: &str, error: Error) -> anyhow::Error {
    let projects = account.session.projects().await.unwrap_or_default();
    let kept = projects.iter().find(|project| project.name == name && project.status.is_soft_deleted());
    let Some(Project { id, .. }) = kept else { return error.into() };
    let said =
        format!("the name `{name}` may be taken by the project {id}, which was deleted and is kept for seven days");
    Failure::new(said)
        .because(error)
        .hint(format!("bring it back with `ibmcloud ce project restore --id {id}`, or choose another name"))
        .code(Code::CodeEngineProjectNotActive)
        .into()
}

/// Asks for a project, once. Where no answer comes it is looked for: asked for again, there might be two of the name, and
/// nobody could say which is meant.
async fn ask_for(context: &Context, account: &Account, name: &str) -> Result<Project> {
    let group = account.resource_group_id().await?;
    match account.session.create_project(name, group.as_deref()).await {
        Ok(project) => Ok(project),
        Err(error) if error.is_doubtful() => search(context, account, name, error).await,
        Err(error) if error.is_conflict() => rival(account, name, error).await,
        Err(error) if error.status() == Some(400) => Err(refused(account, name, error).await),
        Err(error) => Err(error.into()),
    }
}

/// Looks for a project that may have been made, until it is seen, or nobody can tell whether it will be.
async fn search(context: &Context, account: &Account, name: &str, error: Error) -> Result<Project> {
    let step = context.ui.step(format!("Looking whether the project {name} was made"));
    step.detail("Code Engine did not say");
    let limit = context.deadline.left().min(SEARCH_LIMIT);
    let began = Instant::now();
    loop {
        if let Some(project) = find_alive(account, name).await? {
            step.skip();
            return Ok(project);
        }
        if began.elapsed() + LOOK_FOR_LOST >= limit {
            return Err(lost(name, limit, error).into());
        }
        tokio::time::sleep(LOOK_FOR_LOST).await;
    }
}

/// The failure where nobody can tell whether a project was made.
fn lost(name: &str, limit: Duration, error: Error) -> Failure {
    let seconds = limit.as_secs();
    Failure::new(format!("the project `{name}` may have been made, but was not seen within {seconds} s"))
        .because(error)
        .hint("`karctl ce project list` shows whether it is there by now; the same command again takes it, or makes it")
        .status(Status::TimedOut)
}

/// The project because of which there cannot be a new one.
async fn rival(account: &Account, name: &str, error: Error) -> Result<Project> {
    for _ in 0..LOOKS_FOR_RIVAL {
        if let Some(project) = find_alive(account, name).await? {
            return Ok(project);
        }
        tokio::time::sleep(LOOK_FOR_LOST).await;
    }
    Err(refused(account, name, error).await)
}

/// Waits until a project can be used. For a while after it was made it need not be seen.
async fn until_active(context: &Context, account: &Account, mut project: Project, change: Change) -> Result<Project> {
    if project.status.is_active() {
        return Ok(project);
    }
    let name = project.name.clone();
    let step = context.ui.step(format!("Waiting for the project {name}"));
    let (mut pause, mut unseen) = (FIRST_LOOK, 0);
    loop {
        match account.session.project(&project.id).await {
            Ok(found) => project = found,
            Err(error) if error.is_not_found() && change == Change::Created && unseen < LOOKS_UNSEEN => unseen += 1,
            Err(error) => return Err(error.into()),
        }
        if project.status.is_active() {
            step.done(format!("The project {name} is active"));
            return Ok(project);
        }
        if !project.status.is_coming() {
            return Err(not_active(&project).into());
        }
        step.detail(project.status.to_string());
        if context.deadline.left() <= pause {
            let last = format!("it is {}", project.status);
            let failure = context.deadline.passed(&format!("the project `{name}` to become active"), &last);
            return Err(failure.hint("the same command again goes on waiting").into());
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    }
}

fn choice(account: &Account, project: &Project) -> Chosen {
    let region = if project.region.is_empty() { account.region().unwrap_or_default() } else { &project.region };
    Chosen::new(&project.id, &project.name, region)
}

/// Has other commands act on a project, or with `None` on none that is kept.
///
/// # Errors
/// When there is none or more than one of the name, it cannot be used, or the state folder cannot be written.
pub async fn choose(context: &Context, account: &Account, wanted: &str, dry_run: bool) -> Result<UsedProject> {
    let project = account.find_project(&typed(wanted)).await?;
    if !project.status.is_active() {
        return Err(not_active(&project).into());
    }
    let chosen = choice(account, &project);
    let change = match (dry_run, Chosen::read(context)?) {
        (false, _) => chosen.write(context)?,
        (true, Some(there)) if there == chosen => Change::Unchanged,
        (true, Some(_)) => Change::Updated,
        (true, None) => Change::Created,
    };
    Ok(UsedProject { project: Some((&project).into()), change, dry_run })
}

/// Forgets the project that is kept. Nothing is sent.
///
/// # Errors
/// When the state folder cannot be written.
pub fn forget(context: &Context, dry_run: bool) -> Result<UsedProject> {
    let change = match dry_run {
        true => Chosen::read(context)?.map_or(Change::Unchanged, |_| Change::Removed),
        false => Chosen::forget(context)?,
    };
    Ok(UsedProject { project: None, change, dry_run })
}

fn typed(wanted: &str) -> Sourced<String> {
    Sourced { value: wanted.to_owned(), origin: Origin::Option("as typed") }
}
