//! `karctl local chaos`: how an application takes the loss of a server.

use clap::{Args, Subcommand};

use super::ServiceArgument;
use crate::cli::arguments::{DurationArgument, InstanceArguments};
use crate::context::Context;
use crate::error::Result;
use crate::target::local::chaos::{self, Blow, Chaos};

/// The subcommands of `karctl local chaos`.
#[derive(Debug, Subcommand)]
pub enum ChaosCommand {
    /// End a server as a crash does
    #[command(after_help = "\
Examples:
  karctl local chaos kill kafka               `karctl local up` brings it back
  karctl local chaos kill redis --for 5s      comes back by itself, and is proven to work")]
    Kill(ChaosArguments),
    /// Let a server stand still: connections stay open, and nobody answers
    #[command(after_help = "\
Examples:
  karctl local chaos pause redis              `karctl local up` lets it go on
  karctl local chaos pause kafka --for 30s    goes on by itself; at once with Ctrl-C")]
    Pause(ChaosArguments),
}

/// Options of `karctl local chaos`.
#[derive(Debug, Args)]
pub struct ChaosArguments {
    /// Which server
    #[arg(value_name = "SERVICE")]
    service: ServiceArgument,
    /// Bring it back after so long, such as 10s
    #[arg(long = "for", value_name = "DURATION")]
    how_long: Option<DurationArgument>,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: ChaosCommand, context: &Context) -> Result<u8> {
    let (blow, arguments) = match command {
        ChaosCommand::Kill(arguments) => (Blow::Kill, arguments),
        ChaosCommand::Pause(arguments) => (Blow::Pause, arguments),
    };
    let name = arguments.instance.name()?;
    let how_long = arguments.how_long.map(|how_long| how_long.0);
    let component = arguments.service.component();
    let done = chaos::chaos(context, &name, component, blow, how_long, arguments.dry_run).await?;
    context.ui.data(&done, Chaos::text)?;
    Ok(0)
}
