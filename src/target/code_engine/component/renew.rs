//! Has components of a project start anew, so that they read a configuration that was changed: what runs keeps the
//! variables that it began with.

use super::goal::Goal;
use super::run::ensure;
use super::wait::until_ready;
use super::{ComponentName, Mode, Place, RUNTIME_CONFIG, Waiting, list};
use crate::change::Change;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, report};

/// Gives every component of KAR's another revision, unless its newest one began with the configuration as it is now: a
/// variable with the tag of the secret says so. One that others made has none, and begins anew once. Returns what was done,
/// or would be, to each.
///
/// # Errors
/// When the project has no configuration, or one does not become ready; those before it are done.
pub async fn renew(
    context: &Context,
    place: &Place,
    waiting: Waiting,
    mode: Mode,
) -> Result<Vec<(ComponentName, Change)>> {
    let project = &place.project;
    let Some(secret) = place.session.secret(&project.id, RUNTIME_CONFIG).await? else {
        return Err(Failure::new(format!("the project `{}` has no runtime configuration", project.name))
            .hint("run `karctl ce enable KEY` first")
            .code(Code::ProjectNotEnabled)
            .into());
    };
    let goal = Goal::Renewed(secret.entity_tag.as_str());
    let mut renewed = Vec::new();
    for component in list(place, None).await?.components {
        let name = ComponentName::parse(&component.name)?;
        if mode == Mode::DryRun {
            let there = place.session.app(&project.id, name.as_str()).await?;
            let is_old = there.is_some_and(|there| !goal.difference(&there.spec).is_empty());
            renewed.push((name, if is_old { Change::Updated } else { Change::Unchanged }));
            continue;
        }
        match begin_anew(context, place, &name, goal, waiting).await {
            Ok(change) => renewed.push((name, change)),
            // Somebody deleted it meanwhile: nothing of it is old.
            Err(error) if report(&error).code == Some(Code::ComponentMissing) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(renewed)
}

async fn begin_anew(
    context: &Context,
    place: &Place,
    name: &ComponentName,
    goal: Goal<'_>,
    waiting: Waiting,
) -> Result<Change> {
    let ensured = ensure(context, place, name, goal).await?;
    if waiting == Waiting::UntilDone {
        until_ready(context, place, name, goal, &ensured.former).await?;
    }
    Ok(ensured.change)
}
