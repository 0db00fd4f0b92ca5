//! `karctl ce delete`: the end of a component.

use clap::Args;

use super::ProjectArguments;
use super::run::{mode, waiting};
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::component::{self, ComponentName, Place};

/// Options of `karctl ce delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Applications of the project that are not KAR's are never deleted.

Examples:
  karctl ce delete hello-js-server
  karctl ce delete hello-js-server -y --no-wait")]
pub struct DeleteArguments {
    /// Name of the component
    name: String,
    /// Return when Code Engine has taken it
    #[arg(long)]
    no_wait: bool,
    /// Say what would be deleted, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

/// `karctl ce delete`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: &DeleteArguments, context: &Context) -> Result<()> {
    let name = ComponentName::parse(&arguments.name)?;
    let place = Place::of(&arguments.project.account(context)?).await?;
    let (waiting, mode) = (waiting(arguments.no_wait), mode(arguments.dry_run));
    let deleted = component::delete(context, &place, &name, waiting, mode).await?;
    context.ui.data(&deleted, component::delete_text)
}
