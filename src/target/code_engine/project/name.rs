//! What the name or the id of a project means.

use crate::client::ibmcloud::code_engine::Project;
use crate::code::Code;
use crate::error::{Failure, Result};

/// What tells an id of a project from a name.
pub fn is_project_id(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let is_hexadecimal = text.chars().all(|c| c == '-' || c.is_ascii_digit() || matches!(c, 'a'..='f'));
    lengths == [8, 4, 4, 4, 12] && is_hexadecimal
}

/// The name of a project as it is typed into a shell; it may have blanks, and no quotes.
pub fn typeable(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    if name.chars().all(is_plain) { name.to_owned() } else { format!("'{name}'") }
}

/// The project that a name means: the one that is not deleted, else one that can be brought back.
///
/// # Errors
/// When several that are not deleted have it.
pub fn named(projects: &[Project], name: &str) -> Result<Option<Project>> {
    let (deleted, alive): (Vec<_>, Vec<_>) =
        projects.iter().filter(|project| project.name == name).partition(|project| project.status.is_deleted());
    match alive.as_slice() {
        [] => Ok(deleted.into_iter().find(|project| project.status.is_soft_deleted()).cloned()),
        [one] => Ok(Some((*one).clone())),
        several => Err(ambiguous(name, several).into()),
    }
}

/// The failure where a name does not say which one.
fn ambiguous(name: &str, projects: &[&Project]) -> Failure {
    let ids: Vec<_> = projects.iter().map(|project| format!("{} ({})", project.id, project.status)).collect();
    Failure::new(format!("{} projects are named `{name}`: {}", projects.len(), ids.join(", ")))
        .hint("give the id of the one that is meant in the place of its name")
        .code(Code::CodeEngineProjectAmbiguous)
}

/// The project, if it can be used.
pub fn active(project: Project) -> Result<Project> {
    match project.status.is_active() {
        true => Ok(project),
        false => Err(not_active(&project).into()),
    }
}

/// The failure where a project is there and cannot be used.
pub fn not_active(project: &Project) -> Failure {
    let Project { name, id, status, .. } = project;
    let failure = Failure::new(format!("the project `{name}` ({id}) cannot be used: it is {status}"))
        .code(Code::CodeEngineProjectNotActive);
    if status.is_coming() {
        failure.hint(format!("`karctl ce project create {}` waits until it is active", typeable(name)))
    } else if status.is_soft_deleted() {
        failure.hint(format!("`ibmcloud ce project restore --id {id}` brings it back within seven days"))
    } else if status.has_failed() {
        failure.hint(format!("`karctl ce project delete {id}` takes it away"))
    } else {
        failure.hint("`karctl ce project list` shows others")
    }
}
