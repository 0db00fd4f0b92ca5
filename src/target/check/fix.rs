//! `karctl check --fix`: shows what would be done, asks, calls the recipes, one after the other. Each recipe looks for itself
//! and does only the difference, so that whatever is done already is left alone.

use std::time::Duration;

use super::Wanted;
use crate::check::fix::{Fix, Unfixed};
use crate::check::{Checked, Mode, Outcome, Report};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Report as Told, Result, Status, report};
use crate::target::code_engine;
use crate::target::code_engine::account::Account;
use crate::target::code_engine::check::Wanted as WantedProject;
use crate::target::code_engine::enable::{self, EnableOptions};
use crate::target::code_engine::managed::Managed;
use crate::target::kubernetes::check::Wanted as WantedCluster;
use crate::target::kubernetes::connection::{Cluster, connect};
use crate::target::kubernetes::restore::Restore;
use crate::target::local;
use crate::target::local::instance::InstanceName;
use crate::target::namespace::rollout::{self, SyncOptions};
use crate::target::namespace::{self, DisableOptions, Which};

/// The pause before what was brought back is looked at again.
const PAUSE: Duration = Duration::from_secs(2);

/// What comes of `--fix`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fixing {
    /// Ask, and do.
    Do,
    /// Only say what would be done.
    Show,
}

/// Checks; does what can be done about what was found; and checks again.
///
/// # Errors
/// A usage failure of a mode; when nobody can be asked; or when it is interrupted. What cannot be done is in the report, and
/// holds up nothing else.
pub async fn check_and_fix(context: &Context, wanted: &Wanted, fixing: Fixing) -> Result<Report> {
    let mut report = super::check(context, wanted).await?;
    // Waiting for what was looked at is over; what is done has its own time.
    let context = &Context { deadline: context.deadline.restarted(), ..context.clone() };
    let mut fixes = report.fixes();
    let restore = restore(context, wanted, &mut fixes).await;
    let all: Vec<Fix> = fixes.iter().map(|(_, fix)| fix.clone()).collect();
    if fixes.is_empty() {
        context.ui.note("There is nothing that --fix could do");
        return Ok(report);
    }
    for fix in &all {
        context.ui.note(format!("{} {fix}", if fixing == Fixing::Show { "Would" } else { "Will" }));
        let steps = restore.iter().filter(|_| *fix == Fix::Deploy).flat_map(|restore| &restore.steps);
        steps.for_each(|step| context.ui.note(format!("  {step}")));
    }
    if fixing == Fixing::Show {
        report.fixed = all;
        return Ok(report);
    }
    let question = if all.len() == 1 { "Do this?".to_owned() } else { format!("Do these {} things?", all.len()) };
    if !context.ui.confirm(&question, "-y")? {
        return Ok(report);
    }
    let (mut fixed, mut unfixed) = (Vec::new(), Vec::new());
    for (mode, fix) in &fixes {
        // What takes long takes nothing of the others' time.
        let context = &Context { deadline: context.deadline.restarted(), ..context.clone() };
        match carry_out(context, wanted, restore.as_ref(), (*mode, fix)).await {
            Ok(()) => fixed.push(fix.clone()),
            Err(error) => unfixed.push(told(context, fix, error)?),
        }
    }
    Ok(Report { fixed, ..settled(context, wanted, unfixed).await? })
}

/// Tells what could not be done, and that it could not; an interruption ends it all.
fn told(context: &Context, fix: &Fix, error: anyhow::Error) -> Result<Unfixed> {
    let Told { message, hints, code, status } = report(&error);
    let message = format!("could not {fix}: {message}");
    if status == Status::Interrupted {
        return Err(error).or_fail(|| Failure::new(format!("could not {fix}")));
    }
    context.ui.warn(&message);
    hints.iter().for_each(|hint| context.ui.note(format!("hint: {hint}")));
    Ok(Unfixed { fix: fix.clone(), message, hints, code })
}

/// Checks again, until what was brought back is ready, or the time is over.
async fn settled(context: &Context, wanted: &Wanted, unfixed: Vec<Unfixed>) -> Result<Report> {
    let context = &Context { deadline: context.deadline.restarted(), ..context.clone() };
    loop {
        let report = super::check(context, wanted).await?;
        // Waiting does not mend what could not be done.
        let is_hopeless = |fix: &Fix| unfixed.iter().any(|unfixed| unfixed.fix == *fix);
        let is_unready = |checked: &Checked| match &checked.fix {
            Some(fix) => !is_hopeless(fix),
            None => checked.code == Code::WorkloadNotReady && !is_hopeless(&Fix::Deploy),
        };
        let is_settled = !report.checks.iter().filter(|checked| checked.outcome == Outcome::Error).any(is_unready);
        if is_settled || context.deadline.left() < PAUSE {
            return Ok(Report { unfixed, ..report });
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// The deploy that is among the fixes. One that would do more than restore is told, and is none of them any more.
async fn restore(context: &Context, wanted: &Wanted, fixes: &mut Vec<(Mode, Fix)>) -> Option<Restore> {
    let is_deploy = |(_, fix): &(Mode, Fix)| *fix == Fix::Deploy;
    let wanted = wanted.cluster.as_ref().filter(|_| fixes.iter().any(is_deploy))?;
    let plan = async {
        let cluster = connect(context, &wanted.selection).await?;
        Restore::plan(context, &cluster, &wanted.settings, &wanted.options).await
    };
    match plan.await {
        Ok(restore) => Some(restore),
        Err(error) => {
            let told = report(&error);
            context.ui.warn(told.message);
            told.hints.iter().for_each(|hint| context.ui.note(format!("hint: {hint}")));
            fixes.retain(|fix| !is_deploy(fix));
            None
        }
    }
}

async fn carry_out(
    context: &Context,
    wanted: &Wanted,
    restore: Option<&Restore>,
    (mode, fix): (Mode, &Fix),
) -> Result<()> {
    match mode {
        Mode::Local => on_this_machine(context, fix).await,
        Mode::K8s => match &wanted.cluster {
            Some(wanted) => on_cluster(context, wanted, restore, fix).await,
            None => Ok(()),
        },
        Mode::Ce => in_project(context, wanted).await,
        // Nothing that is found of members has a fix: `karctl hybrid up` is theirs.
        Mode::Hybrid => Ok(()),
    }
}

/// What runs is left as it is: today's settings may not be those that the instance was made with.
async fn on_this_machine(context: &Context, fix: &Fix) -> Result<()> {
    match fix {
        Fix::StartInstance(name) => local::start_stopped(context, &InstanceName::parse(name)?).await,
        _ => Ok(()),
    }
}

async fn on_cluster(context: &Context, wanted: &WantedCluster, restore: Option<&Restore>, fix: &Fix) -> Result<()> {
    let cluster: Cluster = connect(context, &wanted.selection).await?;
    let runtime = wanted.settings.kubernetes.namespace.as_str();
    match fix {
        Fix::CopyConfiguration(names) => {
            rollout::sync(context, &cluster, runtime, names, SyncOptions::default()).await.map(drop)
        }
        Fix::DisableNamespaces(names) => {
            let options = DisableOptions { force: true, dry_run: false };
            namespace::disable(context, &cluster, runtime, &Which::Named(names.clone()), options).await.map(drop)
        }
        Fix::Deploy => match restore {
            Some(restore) => restore.carry_out(context, &cluster).await,
            None => Ok(()),
        },
        _ => Ok(()),
    }
}

/// The services of the keys that were named.
async fn keys_of(context: &Context, account: &Account, wanted: &WantedProject) -> Result<Managed> {
    match code_engine::check::keys(context, &Ok(account.clone()), wanted).await {
        Some(Ok(managed)) => Ok(managed),
        Some(Err(reason)) => Err(reason.hints.into_iter().fold(Failure::new(reason.message), Failure::hint).into()),
        None => Err(Failure::usage("no service keys are named").hint("give --managed KEY").into()),
    }
}

async fn in_project(context: &Context, wanted: &Wanted) -> Result<()> {
    let Some(keys) = &wanted.code_engine else { return Ok(()) };
    let account = super::account(context, wanted)?;
    let (project, managed) = tokio::try_join!(account.project(), keys_of(context, &account, keys))?;
    enable::enable(context, &account, &project, &managed, &EnableOptions::default()).await.map(drop)
}
