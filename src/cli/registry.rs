//! `karctl registry`: the image registry of this machine. Replaces start-local-registry.sh.

use clap::{Args, Subcommand};

use super::arguments::{SettingsArguments, flag};
use crate::context::Context;
use crate::error::{Result, Status};
use crate::settings::Loaded;
use crate::target::registry::{self, DownOptions, Options, PortChoice};

/// The subcommands of `karctl registry`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  karctl registry up                 localhost:5000 here, registry:5000 in clusters on this machine
  docker push localhost:5000/kar/my-app
  karctl registry down               the images stay")]
pub enum RegistryCommand {
    /// Start the registry, or bring it to what is asked for
    Up(UpArguments),
    /// Show where it is, and whether it answers
    #[command(after_help = "\
Exit status 1 where it does not answer.

Examples:
  karctl registry status
  karctl registry status -o json")]
    Status,
    /// Stop and remove the registry; its images stay
    Down(DownArguments),
}

/// Options of `karctl registry up`.
#[derive(Debug, Args)]
#[command(after_help = "\
Where nobody asks for a port and 5000 is taken, as by AirPlay on a Mac, the next one that is free is used.

Examples:
  karctl registry up
  karctl registry up --port 5001
  karctl registry up --set registry.image=registry:3 --dry-run")]
pub struct UpArguments {
    /// Port on 127.0.0.1 [default: 5000, else the next that is free]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    port: Option<u16>,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl registry down`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl registry down
  karctl registry down --delete-data -y    nothing stays")]
pub struct DownArguments {
    /// Delete the images too
    #[arg(long)]
    delete_data: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: RegistryCommand, context: &Context) -> Result<u8> {
    match command {
        RegistryCommand::Up(arguments) => {
            let flags = flag("--port", "registry.port", arguments.port);
            let loaded = arguments.settings.load(context, flags.into_iter().collect())?;
            let up = registry::up(context, &options(&loaded, arguments.dry_run)).await?;
            context.ui.data(&up, registry::up_text)?;
            Ok(0)
        }
        RegistryCommand::Status => {
            let status = registry::status(context).await?;
            context.ui.data(&status, registry::status_text)?;
            Ok(if status.answers { 0 } else { Status::Failed as u8 })
        }
        RegistryCommand::Down(arguments) => {
            let options = DownOptions { delete_data: arguments.delete_data, dry_run: arguments.dry_run };
            let down = registry::down(context, options).await?;
            context.ui.data(&down, registry::down_text)?;
            Ok(0)
        }
    }
}

/// The registry as the settings have it. A port that only the defaults name may be another.
pub fn options(loaded: &Loaded, dry_run: bool) -> Options {
    let settings = &loaded.settings;
    let port = settings.registry.port;
    let is_asked_for = !loaded.is_default("registry.port");
    Options {
        image: settings.registry.image.clone(),
        port: if is_asked_for { PortChoice::Exactly(port) } else { PortChoice::Prefer(port) },
        pull: settings.local.pull,
        dry_run,
    }
}
