//! Waits until a component serves, or is gone.

use std::time::{Duration, Instant};

use super::goal::{Former, Goal};
use super::trouble::trouble;
use super::{ComponentName, Place, missing};
use crate::client::ibmcloud::code_engine::{App, AppStatus};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// Pauses between two looks: what is quick is seen soon, and what takes minutes is not asked for all the time.
const FIRST_PAUSE: Duration = Duration::from_millis(500);
const LONGEST_PAUSE: Duration = Duration::from_secs(10);

/// Time for the question why a component does not serve, which is asked when the time of the command may be over.
const LAST_LOOK: Duration = Duration::from_secs(5);

/// Grows from look to look, and ends with the time of the command.
pub struct Pace {
    pause: Duration,
}

impl Pace {
    /// Before the first pause.
    pub fn new() -> Self {
        Self { pause: FIRST_PAUSE }
    }

    /// Pauses; `false` where the time is over.
    pub async fn pause(&mut self, context: &Context) -> bool {
        let left = context.deadline.left();
        if left.is_zero() {
            return false;
        }
        tokio::time::sleep(self.pause.min(left)).await;
        self.pause = (self.pause * 2).min(LONGEST_PAUSE);
        true
    }
}

/// Waits until the newest revision of a component, another one than `former`, serves as wanted.
///
/// # Errors
/// At once when it has failed, also where an older one still serves; else when the time is over; with the reason.
pub async fn until_ready(
    context: &Context,
    place: &Place,
    name: &ComponentName,
    goal: Goal<'_>,
    former: &Former,
) -> Result<App> {
    let (project, began) = (&place.project, Instant::now());
    let step = context.ui.step(format!("Waiting for {name}"));
    let (mut pace, mut is_seen) = (Pace::new(), false);
    let mut last_seen = "it is not there".to_owned();
    loop {
        let app = place.session.app(&project.id, name.as_str()).await?;
        // What was made a moment ago may not be seen yet; what was seen and is not any more was deleted.
        if app.is_none() && is_seen {
            return Err(missing(name, &project.name).hint("somebody deleted it meanwhile").into());
        }
        is_seen |= app.is_some();
        if let Some(app) = app {
            // An answer from before the change, or whose status is not up to it, would say what became of the former state.
            let is_current = goal.difference(&app.spec).is_empty() && !former.may_be_meant(&app, began.elapsed());
            match app.status {
                AppStatus::Ready if is_current => {
                    step.done(format!("{name} is ready"));
                    return Ok(app);
                }
                AppStatus::Failed | AppStatus::Warning if is_current => return Err(failed(place, &app, None).await),
                _ => {}
            }
            let reason = app.status_details.reason.as_deref().unwrap_or_default().replace('_', " ");
            last_seen = if reason.is_empty() { app.status.to_string() } else { reason };
            step.detail(&last_seen);
            if context.deadline.left().is_zero() {
                return Err(failed(place, &app, Some(Status::TimedOut)).await);
            }
        }
        if !pace.pause(context).await {
            return Err(context.deadline.passed(name.as_str(), &last_seen).code(Code::ComponentNotReady).into());
        }
    }
}

/// Waits until a component is gone.
///
/// # Errors
/// When the time is over.
pub async fn until_gone(context: &Context, place: &Place, name: &ComponentName) -> Result<()> {
    let project = &place.project;
    let step = context.ui.step(format!("Waiting for the end of {name}"));
    let mut pace = Pace::new();
    while place.session.app(&project.id, name.as_str()).await?.is_some() {
        if !pace.pause(context).await {
            let waiting_for = format!("the end of {name}");
            return Err(context.deadline.passed(&waiting_for, "it is still there").into());
        }
    }
    step.done(format!("{name} is gone"));
    Ok(())
}

/// Why a component does not serve, asked of its instances. That these cannot be asked for is no further failure.
async fn failed(place: &Place, app: &App, status: Option<Status>) -> anyhow::Error {
    let session = place.session.until(Instant::now() + LAST_LOOK);
    let asked = tokio::time::timeout(LAST_LOOK, session.instances(&place.project.id, &app.name)).await;
    let instances = asked.ok().and_then(|answer| answer.ok()).unwrap_or_default();
    let found = trouble(app, &instances);
    let (name, reason) = (&app.name, found.reason);
    let message = match (app.status, status) {
        (_, Some(_)) => format!("timed out waiting for `{name}`: {reason}"),
        (AppStatus::Warning, None) => {
            format!("`{name}` did not change, and its former revision still serves: {reason}")
        }
        _ => format!("`{name}` does not run: {reason}"),
    };
    let failure = Failure::new(message).code(Code::ComponentNotReady).status(status.unwrap_or(Status::Failed));
    match found.hint {
        Some(hint) => failure.hint(hint).into(),
        None => failure.into(),
    }
}
