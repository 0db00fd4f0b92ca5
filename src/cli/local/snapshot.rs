//! `karctl local snapshot`: what Kafka and Redis hold, kept and brought back together.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;

use crate::cli::arguments::InstanceArguments;
use crate::cli::completions;
use crate::context::Context;
use crate::error::Result;
use crate::target::local::snapshot::{self, SnapshotName, report};

/// The subcommands of `karctl local snapshot`.
#[derive(Debug, Subcommand)]
pub enum SnapshotCommand {
    /// Copy the data of Kafka, ZooKeeper and Redis, as of one point in time
    Save(SaveArguments),
    /// Make the data of an instance that of a snapshot
    Restore(RestoreArguments),
    /// List the snapshots, with sizes and dates
    #[command(after_help = "\
Snapshots are in $XDG_STATE_HOME/karctl/snapshots, by default ~/.local/state/karctl/snapshots. `karctl local reset` and
`karctl cache clean` leave them there.

Examples:
  karctl local snapshot list
  karctl local snapshot list -o json")]
    List,
    /// Delete a snapshot
    Delete(DeleteArguments),
}

/// Options of `karctl local snapshot save`.
#[derive(Debug, Args)]
#[command(after_help = "\
Servers that run stand still while they are copied, most often for less than a second; clients wait for their answers
meanwhile, and go on.

Examples:
  karctl local snapshot save before-demo
  karctl local snapshot save before-demo --name test
  karctl local snapshot save before-demo --dry-run")]
pub struct SaveArguments {
    /// Name of the snapshot
    #[arg(value_name = "SNAPSHOT")]
    snapshot: String,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Say what would be copied, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl local snapshot restore`.
#[derive(Debug, Args)]
#[command(after_help = "\
An instance that runs is stopped before, after asking, and not started again: `karctl local up` does that, with the options
it had. What is replaced is kept until the new is in its place.

Examples:
  karctl local snapshot restore before-demo
  karctl local snapshot restore before-demo -y                does not ask
  karctl local snapshot restore before-demo --name test       into another instance, there or not")]
pub struct RestoreArguments {
    /// Name of the snapshot
    #[arg(value_name = "SNAPSHOT", add = ArgValueCandidates::new(completions::snapshots))]
    snapshot: String,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl local snapshot delete`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  karctl local snapshot delete before-demo -y")]
pub struct DeleteArguments {
    /// Name of the snapshot
    #[arg(value_name = "SNAPSHOT", add = ArgValueCandidates::new(completions::snapshots))]
    snapshot: String,
    /// Say what would be deleted, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: SnapshotCommand, context: &Context) -> Result<u8> {
    let ui = &context.ui;
    match command {
        SnapshotCommand::Save(arguments) => {
            let (snapshot, name) = (SnapshotName::parse(&arguments.snapshot)?, arguments.instance.name()?);
            ui.data(&snapshot::save(context, &snapshot, &name, arguments.dry_run).await?, report::saved)?;
        }
        SnapshotCommand::Restore(arguments) => {
            let (snapshot, name) = (SnapshotName::parse(&arguments.snapshot)?, arguments.instance.name()?);
            ui.data(&snapshot::restore(context, &snapshot, &name, arguments.dry_run).await?, report::restored)?;
        }
        SnapshotCommand::List => ui.data(&snapshot::list(context)?, report::list)?,
        SnapshotCommand::Delete(arguments) => {
            let snapshot = SnapshotName::parse(&arguments.snapshot)?;
            ui.data(&snapshot::delete(context, &snapshot, arguments.dry_run).await?, report::deleted)?;
        }
    }
    Ok(0)
}
