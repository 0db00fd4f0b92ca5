//! `karctl ce delete`: the end of a component.

use std::time::Instant;

use schemars::JsonSchema;
use serde::Serialize;

use super::wait::until_gone;
use super::{ComponentName, Mode, Place, Waiting, check_own};
use crate::context::Context;
use crate::error::{Failure, Result};

/// What `karctl ce delete -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedComponent {
    /// The component.
    pub name: ComponentName,
    /// The project.
    pub project: String,
    /// Whether it was there.
    pub was_there: bool,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Deletes a component, after asking, and waits until it is gone. One that is not there is no error.
///
/// # Errors
/// When the application is not KAR's, nobody says yes, or it does not go.
pub async fn delete(
    context: &Context,
    place: &Place,
    name: &ComponentName,
    waiting: Waiting,
    mode: Mode,
) -> Result<DeletedComponent> {
    let project = &place.project;
    let there = place.session.app(&project.id, name.as_str()).await?;
    let deleted = |was_there| DeletedComponent {
        name: name.clone(),
        project: project.name.clone(),
        was_there,
        dry_run: mode == Mode::DryRun,
    };
    let Some(there) = there else { return Ok(deleted(false)) };
    check_own(&there, "delete")?;
    if mode == Mode::DryRun {
        return Ok(deleted(true));
    }
    if !context.ui.confirm(&format!("Delete `{name}` of the project `{}`?", project.name), "-y")? {
        return Err(Failure::new("nothing was deleted").into());
    }
    // Whoever was asked may have taken their time.
    let context = &Context { deadline: context.deadline.restarted(), ..context.clone() };
    let session = place.session.until(Instant::now() + context.deadline.left());
    let place = &Place { session, ..place.clone() };
    place.session.delete_app(&project.id, name.as_str()).await?;
    if waiting == Waiting::UntilDone {
        until_gone(context, place, name).await?;
    }
    Ok(deleted(true))
}
