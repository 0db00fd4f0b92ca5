//! `karctl ce logs`: how the instances of a component are, and where its log is.

use clap::Args;

use super::ProjectArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::component::{self, ComponentName, Place};

/// Options of `karctl ce logs`.
#[derive(Debug, Args)]
#[command(after_help = "\
The API of Code Engine has no logs: what components print is in IBM Cloud Logs, where the account has an instance of it, and
the `ibmcloud` command shows what they print now. This command says how the instances are, why they do not run, and where
the log is.

Examples:
  karctl ce logs hello-js-server
  karctl ce logs hello-js-server -o json")]
pub struct LogsArguments {
    /// Name of the component
    name: String,
    #[command(flatten)]
    project: ProjectArguments,
}

/// `karctl ce logs`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: &LogsArguments, context: &Context) -> Result<()> {
    let name = ComponentName::parse(&arguments.name)?;
    let place = Place::of(&arguments.project.account(context)?).await?;
    context.ui.data(&component::logs(&place, &name).await?, component::logs_text)
}
