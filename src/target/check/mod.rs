//! `karctl check`: every mode that applies, side by side, each within its time, as one report. What is known of a mode is
//! in that mode's own `check`.

mod fix;

pub use fix::{Fixing, check_and_fix};

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::future::LocalBoxFuture;
use futures_util::stream::FuturesUnordered;

use super::code_engine::account::{self, Account, AccountOptions};
use super::kubernetes::connection::{self, Selection};
use super::{code_engine, hybrid, kubernetes, local};
use crate::check::{self, Mode, Reason, Report};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Result, Status, report};
use crate::settings::Settings;

/// What has a deadline of its own says better what it waited for, so it is given this much longer.
const GRACE: Duration = Duration::from_secs(5);

/// What is checked, and how each mode is meant; a mode that is `None` is not checked.
#[derive(Default)]
pub struct Wanted {
    /// This machine, for an instance with these settings.
    pub local: Option<Settings>,
    /// Only what has to be there before anything is started on this machine.
    pub before: bool,
    /// A cluster.
    pub cluster: Option<kubernetes::check::Wanted>,
    /// A project of Code Engine.
    pub code_engine: Option<code_engine::check::Wanted>,
    /// The members of a project.
    pub hybrid: Option<hybrid::check::Wanted>,
    /// The account, and which of its projects.
    pub account: AccountOptions,
}

/// The modes that apply where nobody says which: this machine, a cluster that karctl changed once, a project that was chosen.
pub async fn applicable(context: &Context) -> Vec<Mode> {
    let mut modes = vec![Mode::Local];
    if connection::is_known(context, &Selection::default()).await {
        modes.push(Mode::K8s);
    }
    if account::is_project_chosen(context) {
        modes.push(Mode::Ce);
    }
    modes
}

/// Checks what is wanted, side by side. A mode that fails, or does not come to its end in time, is a finding.
///
/// # Errors
/// A usage failure of a mode.
pub async fn check(context: &Context, wanted: &Wanted) -> Result<Report> {
    let mut running: FuturesUnordered<_> =
        modes(context, wanted).into_iter().map(|(mode, look)| in_time(context, mode, look)).collect();
    let is_alone = running.len() == 1;
    let mut reports = Vec::new();
    while let Some(finished) = running.next().await {
        let (step, told, report) = finished?;
        match is_alone {
            true => step.skip(),
            false => step.done(format!("{told}: {}", report.summary())),
        }
        reports.push(report);
    }
    Ok(Report::joined(reports))
}

type Look<'a> = LocalBoxFuture<'a, Result<Report>>;

/// What is done for each mode that is wanted.
fn modes<'a>(context: &'a Context, wanted: &'a Wanted) -> Vec<(Mode, Look<'a>)> {
    let mut modes: Vec<(Mode, Look<'a>)> = Vec::new();
    if let Some(settings) = &wanted.local {
        modes.push((Mode::Local, Box::pin(local::check::check(context, settings, wanted.before))));
    }
    if let Some(wanted) = &wanted.cluster {
        modes.push((Mode::K8s, Box::pin(kubernetes::check::check_chosen(context, wanted))));
    }
    if let Some(project) = &wanted.code_engine {
        let look = async { code_engine::check::check(context, account(context, wanted), project).await };
        modes.push((Mode::Ce, Box::pin(look)));
    }
    if let Some(wanted) = &wanted.hybrid {
        modes.push((Mode::Hybrid, Box::pin(hybrid::check::check(context, wanted))));
    }
    modes
}

fn account(context: &Context, wanted: &Wanted) -> Result<Account> {
    account::find(context, &wanted.account)
}

/// What is looked at, as a step names it, and as it is told once it was.
fn title(mode: Mode) -> (&'static str, &'static str) {
    match mode {
        Mode::Local => ("Looking at this machine", "local: looked at this machine"),
        Mode::K8s => ("Looking at the cluster", "k8s: looked at the cluster"),
        Mode::Ce => ("Looking at the project and the services", "ce: looked at the project and the services"),
        Mode::Hybrid => ("Looking from the members", "hybrid: looked from the members"),
    }
}

/// Gives a mode its time, and makes a finding of whatever ends it.
async fn in_time(context: &Context, mode: Mode, look: Look<'_>) -> Result<(crate::ui::Step, &'static str, Report)> {
    let (label, told) = title(mode);
    let step = context.ui.step(label);
    let limit = context.deadline.left() + GRACE;
    let stopped = |reason| check::stopped(mode, reason);
    let report = match tokio::time::timeout(limit, look).await {
        Ok(Ok(report)) => report,
        Ok(Err(error)) if report(&error).status == Status::Usage => return Err(error),
        Ok(Err(error)) => stopped(Reason::of(&error)),
        Err(_) => stopped(Reason {
            message: format!("nothing was found out within {} s", limit.as_secs()),
            hints: Vec::new(),
            code: Some(Code::CheckStopped),
        }),
    };
    Ok((step, told, report))
}
