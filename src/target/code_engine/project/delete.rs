//! The end of a project.

use schemars::JsonSchema;
use serde::Serialize;

use super::name::{is_project_id, named};
use super::{FIRST_LOOK, LAST_LOOK, ProjectSummary};
use crate::change::Change;
use crate::client::ibmcloud::code_engine::Project;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::code_engine::account::Account;
use crate::target::code_engine::chosen::Chosen;

/// What `karctl ce project delete -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedProject {
    /// As it was typed.
    pub wanted: String,
    /// The project; null where there was none.
    pub project: Option<ProjectSummary>,
    /// What was done.
    pub change: Change,
    /// Whether Code Engine keeps it for seven days, in which it can be brought back and its name cannot be taken.
    pub is_kept: bool,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Deletes a project with everything in it, after a question, and waits until it is gone.
///
/// # Errors
/// When there is more than one of the name, nobody says yes, Code Engine refuses, or it is there at the deadline.
pub async fn delete(context: &Context, account: &Account, wanted: &str, dry_run: bool) -> Result<DeletedProject> {
    let found = look(account, wanted).await?;
    let Some(project) = found.filter(|project| !project.status.is_hard_deleted()) else {
        return Ok(DeletedProject {
            wanted: wanted.to_owned(),
            project: None,
            change: Change::Unchanged,
            is_kept: false,
            dry_run,
        });
    };
    let is_deleted = project.status.is_deleted();
    let (mut is_kept, mut change) = (is_deleted, Change::Unchanged);
    if !is_deleted {
        change = Change::Removed;
        if !dry_run {
            let Project { name, id, .. } = &project;
            let question = format!("Delete the project `{name}` ({id}){} with everything in it?", account.in_region());
            if !project.status.is_going() && !context.ui.confirm(&question, "-y")? {
                return Err(Failure::new("nothing was deleted").into());
            }
            is_kept = until_gone(context, account, &project).await?;
        }
    }
    if !dry_run && Chosen::read(context)?.is_some_and(|chosen| chosen.id == project.id) {
        Chosen::forget(context)?;
        context.ui.note("no project is chosen any more for other commands");
    }
    Ok(DeletedProject { wanted: wanted.to_owned(), project: Some((&project).into()), change, is_kept, dry_run })
}

/// The project that is to be deleted; `None` where there is none that may be seen.
async fn look(account: &Account, wanted: &str) -> Result<Option<Project>> {
    if !is_project_id(wanted) {
        return named(&account.session.projects().await?, wanted);
    }
    match account.session.project(wanted).await {
        Err(error) if error.is_not_found() => Ok(None),
        answer => Ok(Some(answer?)),
    }
}

/// Asks for a project's end and waits for it; says whether it is kept so that it can be brought back.
async fn until_gone(context: &Context, account: &Account, project: &Project) -> Result<bool> {
    let Project { name, id, .. } = project;
    let step = context.ui.step(format!("Deleting the project {name}"));
    if !project.status.is_going() {
        account.session.delete_project(id).await?;
    }
    let mut before = Some(&project.status);
    let mut pause = FIRST_LOOK;
    loop {
        let status = match account.session.project(id).await {
            Err(error) if error.is_not_found() => None,
            answer => Some(answer?.status),
        };
        // A failure from before, of its creation or of an earlier deletion, says nothing of this one.
        before = before.filter(|before| status.as_ref() == Some(before));
        match status {
            None => {
                step.done(format!("The project {name} is gone"));
                return Ok(false);
            }
            Some(status) if status.is_deleted() => {
                step.done(format!("The project {name} is deleted"));
                return Ok(status.is_soft_deleted());
            }
            Some(status) if status.has_failed() && before.is_none() => {
                return Err(Failure::new(format!("the project `{name}` ({id}) could not be deleted: it is {status}"))
                    .hint("run the same command again; if it stays, ask IBM's support")
                    .code(Code::CloudRefused)
                    .into());
            }
            Some(status) => {
                step.detail(status.to_string());
                if context.deadline.left() <= pause {
                    let last = format!("it is {status}");
                    let failure = context.deadline.passed(&format!("the project `{name}` to be gone"), &last);
                    return Err(failure.hint("the same command again goes on waiting").into());
                }
            }
        }
        tokio::time::sleep(pause).await;
        pause = (pause * 2).min(LAST_LOOK);
    }
}
