//! `karctl exec`: a command with the variables, without a shell.

use std::ffi::OsString;
use std::process::Command;

use clap::{Args, ValueHint};

use super::source::SourceArguments;
use crate::client::child;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::services::Vantage;

/// Options of `karctl exec`.
#[derive(Debug, Args)]
#[command(after_help = "\
The command runs in a process group of its own. Signals go to the whole group, and what is left of it when the command
ends is ended too. The exit status is the command's; 128 + N after signal N.

Examples:
  karctl exec -- kar run -app hello node server.js
  karctl exec cluster -- kar run -app hello node client.js       ports are forwarded meanwhile
  karctl exec ibmcloud kar -- kar run -app hello node client.js
  karctl exec hybrid -- kar run -app hello node client.js        what karctl.yaml says, for this machine
  karctl exec file services.yaml -- kar rest -app hello post greeter helloJson '{\"name\": \"Alan\"}'")]
pub struct ExecArguments {
    #[command(flatten)]
    source: SourceArguments,
    /// The command and its arguments
    #[arg(last = true, required = true, value_name = "COMMAND", value_hint = ValueHint::CommandWithArguments)]
    command: Vec<OsString>,
}

/// Runs the command and returns its exit status.
///
/// # Errors
/// When the instance does not run, or the program cannot be started.
pub async fn run(arguments: ExecArguments, context: &Context) -> Result<u8> {
    // Ports into a cluster stay open until the command has ended.
    let found = arguments.source.reach(context).await?;
    let config = found.services.runtime_config(Vantage::Host)?;
    let Some((program, rest)) = arguments.command.split_first() else {
        return Err(Failure::usage("there is no command").into());
    };
    let mut command = Command::new(program);
    command.args(rest);
    for variable in config.variables() {
        match variable.value {
            Some(value) => command.env(&variable.name, value.expose()),
            None => command.env_remove(&variable.name),
        };
    }
    let status = child::run(command).await;
    drop(found.forwards);
    status
}
