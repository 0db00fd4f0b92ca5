//! `karctl ce scale`: how many instances a component has.

use schemars::JsonSchema;
use serde::Serialize;

use super::goal::Goal;
use super::run::ensure;
use super::wait::until_ready;
use super::{ComponentName, Mode, Place, Waiting, find};
use crate::change::Change;
use crate::context::Context;
use crate::error::Result;

/// What `karctl ce scale -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Scaled {
    /// The component.
    pub name: ComponentName,
    /// How many instances it has now, or would have.
    pub instances: u32,
    /// How many it had, at least and at most.
    pub before: [u32; 2],
    /// What was done, or would be.
    pub change: Change,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Gives a component this many instances, no more and no less, and waits until they serve. The number is one that
/// [`super::check_scale`] takes. Nothing else of it is changed, and it is not made again where somebody deletes it meanwhile.
///
/// # Errors
/// When there is no such component, or it does not become ready.
pub async fn scale(
    context: &Context,
    place: &Place,
    name: &ComponentName,
    instances: u32,
    waiting: Waiting,
    mode: Mode,
) -> Result<Scaled> {
    let there = find(place, name, "scale").await?;
    let goal = Goal::Instances(instances);
    let before = [there.spec.scale_min_instances, there.spec.scale_max_instances];
    let mut action = if goal.difference(&there.spec).is_empty() { Change::Unchanged } else { Change::Updated };
    if mode == Mode::Do {
        let ensured = ensure(context, place, name, goal).await?;
        action = ensured.change;
        if waiting == Waiting::UntilDone {
            until_ready(context, place, name, goal, &ensured.former).await?;
        }
    }
    Ok(Scaled { name: name.clone(), instances, before, change: action, dry_run: mode == Mode::DryRun })
}
