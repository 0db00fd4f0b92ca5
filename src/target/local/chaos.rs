//! `karctl local chaos`: kills or pauses a server on purpose, for whoever wants to see how an application recovers.
//!
//! What karctl pauses and does not let go on, because it was killed, `status` names and `up` lets go on.

use std::time::{Duration, Instant};

use schemars::JsonSchema;
use serde::Serialize;

use super::any_engine::AnyEngine;
use super::choice::{self, Located, name_flag};
use super::engine::Engine;
use super::instance::{Component, InstanceName, ObservedInstance, Presence};
use super::{interruption, lock, snapshot, start};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// What is done to a server.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Blow {
    /// It is ended by signal 9, as by a crash.
    Kill,
    /// It stands still, as on a machine that hangs: its connections stay open, and nobody answers.
    Pause,
}

/// What `karctl local chaos -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Chaos {
    /// The instance.
    pub name: InstanceName,
    /// The server.
    pub component: Component,
    /// What was done to it, or would be.
    pub done: Blow,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// How long it was away, with `--for`, in milliseconds; null while it still is.
    pub away_ms: Option<u64>,
    /// How long it then took until clients were served again, in milliseconds.
    pub recovery_ms: Option<u64>,
    /// The command that brings it back, where it is still away.
    pub undo: Option<String>,
}

/// Kills or pauses a server; with a duration it is brought back after it, and proven to work.
///
/// # Errors
/// When it is no part of the instance or does not run; when it does not come back; and when it was interrupted, after it was
/// brought back.
pub async fn chaos(
    context: &Context,
    name: &InstanceName,
    component: Component,
    blow: Blow,
    how_long: Option<Duration>,
    dry_run: bool,
) -> Result<Chaos> {
    let up = format!("karctl local up{}", name_flag(name));
    let mut chaos = Chaos {
        name: name.clone(),
        component,
        done: blow,
        dry_run,
        away_ms: None,
        recovery_ms: None,
        undo: Some(up.clone()),
    };
    let held = lock::acquire(context, name).await?;
    let Located { engine, observed } = choice::located(context, name).await?;
    refuse_absent(&observed, component, name, &up)?;
    if dry_run {
        return Ok(chaos);
    }
    snapshot::resume_what_was_left(context, &engine, name).await?;
    // Told to end from here on, it brings the server back before.
    let for_a_while = how_long.map(|how_long| (how_long, Box::pin(interruption::wait())));
    let began = Instant::now();
    match blow {
        Blow::Kill => drop(engine.kill(context, name, component).await?),
        Blow::Pause => drop(engine.pause(context, name, component).await?),
    }
    // Whoever does not want to wait that long may bring it back meanwhile.
    drop(held);
    let Some((how_long, interruption)) = for_a_while else { return Ok(chaos) };
    let step = context.ui.step(format!(
        "{} {} for {} s; Ctrl-C ends it now",
        component.title(),
        blow.is(),
        how_long.as_secs()
    ));
    let interrupted = tokio::select! {
        biased;
        interrupted = interruption => Some(interrupted),
        () = tokio::time::sleep(how_long) => None,
    };
    step.skip();
    chaos.away_ms = Some(milliseconds(began.elapsed()));
    let back = Instant::now();
    bring_back(context, &engine, name, component).await?;
    chaos.recovery_ms = Some(milliseconds(back.elapsed()));
    chaos.undo = None;
    match interrupted {
        Some(_) => {
            Err(Failure::new(format!("interrupted; {} is back", component.title())).status(Status::Interrupted).into())
        }
        None => Ok(chaos),
    }
}

fn refuse_absent(observed: &ObservedInstance, component: Component, name: &InstanceName, up: &str) -> Result<()> {
    let title = component.title();
    let seen = observed.components.get(&component).filter(|seen| !seen.is_foreign);
    match seen.map(|seen| &seen.presence) {
        Some(Presence::Running { .. }) => Ok(()),
        Some(Presence::Stopped { .. }) => Err(Failure::new(format!("{title} of `{name}` does not run"))
            .hint(format!("start it with `{up}`"))
            .code(Code::NotRunning)
            .into()),
        None | Some(Presence::Absent) => Err(Failure::new(format!("`{name}` has no {title}"))
            .hint(format!("`karctl local status{}` lists its servers", name_flag(name)))
            .code(Code::NotRunning)
            .into()),
    }
}

/// The time for waiting begins now: the server was away for as long as it was asked for.
async fn bring_back(context: &Context, engine: &AnyEngine, name: &InstanceName, component: Component) -> Result<()> {
    let context = Context { deadline: context.deadline.restarted(), ..context.clone() };
    let _lock = lock::acquire(&context, name).await?;
    // Nobody held the lock meanwhile: somebody may have taken the instance down, or made it anew.
    let observed = engine.observe(&context, name).await?;
    if is_absent(&observed, component) {
        let title = component.title();
        return Err(Failure::new(format!("`{name}` has no {title} any more: it was taken down meanwhile"))
            .hint(format!("start it with `karctl local up{}`", name_flag(name)))
            .code(Code::NotRunning)
            .into());
    }
    if !engine.resume(&context, name, component).await? {
        engine.start_again(&context, name, component).await?;
    }
    start::prove(&context, engine, name, &observed, &[component]).await
}

fn is_absent(observed: &ObservedInstance, component: Component) -> bool {
    let seen = observed.components.get(&component).filter(|seen| !seen.is_foreign);
    seen.is_none_or(|seen| seen.presence == Presence::Absent)
}

fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

impl Blow {
    fn is(self) -> &'static str {
        match self {
            Self::Kill => "is killed",
            Self::Pause => "is paused",
        }
    }
}

impl Chaos {
    /// The form for people.
    pub fn text(&self) -> String {
        let (title, is) = (self.component.title(), self.done.is());
        match (self.dry_run, self.away_ms, self.recovery_ms, &self.undo) {
            (true, ..) => format!("{title} of `{}` would be {}\n", self.name, is.trim_start_matches("is ")),
            (false, Some(away), Some(recovery), _) => {
                let seconds = |milliseconds: u64| Duration::from_millis(milliseconds).as_secs_f64();
                format!(
                    "{title} was away for {:.1} s, and served again {:.1} s later\n",
                    seconds(away),
                    seconds(recovery)
                )
            }
            (false, _, _, undo) => {
                let undo = undo.clone().unwrap_or_default();
                format!(
                    "{title} of `{}` {is}\n`{undo}`, with its other options if it had any, brings it back\n",
                    self.name
                )
            }
        }
    }
}
