//! `karctl check`: whether this machine is ready, and how to get what is missing.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::{SettingsArguments, flag};
use super::completions;
use crate::check::Report;
use crate::context::Context;
use crate::error::Result;
use crate::target::local::check;

/// The subcommands of `karctl check`.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Check whether `karctl local up` and applications can run on this machine
    Local(LocalArguments),
}

/// Options of `karctl check local`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is changed. Exit status: 0 all is well, 5 warnings only, 1 errors.

Examples:
  karctl check local
  karctl check local --set local.engine=native
  karctl check local -o json
  karctl explain KAR101              what a code means")]
pub struct LocalArguments {
    /// Name of the instance [default: kar]
    #[arg(long, add = ArgValueCandidates::new(completions::instances))]
    name: Option<String>,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Checks, prints what was found, and returns what the checks say.
///
/// # Errors
/// A usage failure where a setting is wrong.
pub async fn run(command: CheckCommand, context: &Context) -> Result<u8> {
    let CheckCommand::Local(arguments) = command;
    let flags = flag("--name", "local.name", arguments.name.clone()).into_iter().collect();
    let loaded = arguments.settings.load(context, flags)?;
    let report = check::check(context, &loaded.settings).await?;
    context.ui.data(&report, Report::text)?;
    Ok(report.status())
}
