//! `karctl cache`: what was fetched or made once, and can be deleted.

use clap::{Args, Subcommand};

use crate::context::Context;
use crate::error::Result;
use crate::target::cache::{self, Cache, Cleaned};

/// The subcommands of `karctl cache`.
#[derive(Debug, Subcommand)]
pub enum CacheCommand {
    /// List what is in the cache, with sizes
    #[command(after_help = "\
The cache is $XDG_CACHE_HOME/karctl, by default ~/.cache/karctl.

Examples:
  karctl cache list
  karctl cache list -o json")]
    List,
    /// Delete what is in the cache
    Clean(CleanArguments),
}

/// Options of `karctl cache clean`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl cache clean --dry-run
  karctl cache clean -y            does not ask")]
pub struct CleanArguments {
    /// Say what would be deleted, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: CacheCommand, context: &Context) -> Result<u8> {
    match command {
        CacheCommand::List => context.ui.data(&cache::list(context)?, Cache::text)?,
        CacheCommand::Clean(arguments) => {
            context.ui.data(&cache::clean(context, arguments.dry_run).await?, Cleaned::text)?;
        }
    }
    Ok(0)
}
