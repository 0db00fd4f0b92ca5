//! `karctl migrate`: from the original's scripts.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use crate::context::Context;
use crate::error::Result;
use crate::target::migrate::{self, Migrated};

/// Options of `karctl migrate`.
#[derive(Debug, Args)]
#[command(after_help = "\
karctl's own options come before the call; all after its first word is the script's.

Examples:
  karctl migrate                                          every script
  karctl migrate kar-k8s-deploy.sh -a -m kar-key
  karctl migrate RESTART_POLICY=always ./scripts/docker-compose-start.sh
  karctl migrate -o json . scripts/kar-env-local.sh
  karctl migrate --in ci/test.sh                          every call in a file")]
pub struct MigrateArguments {
    /// Find the calls in a shell script, a Makefile or a file of a CI system
    #[arg(long = "in", value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "call")]
    file: Option<PathBuf>,
    /// A call of a script, as it is typed
    #[arg(value_name = "SCRIPT-CALL", trailing_var_arg = true, allow_hyphen_values = true)]
    call: Vec<String>,
}

/// Prints what takes the place of a call.
///
/// # Errors
/// Whatever the target reports.
pub fn run(arguments: &MigrateArguments, context: &Context) -> Result<u8> {
    let migrated = match &arguments.file {
        Some(file) => migrate::in_file(file)?,
        None if arguments.call.is_empty() => migrate::all(),
        None => migrate::call(&arguments.call)?,
    };
    context.ui.data(&migrated, Migrated::text)?;
    Ok(0)
}
