//! `karctl ce list`: the components of a project.

use clap::Args;

use super::ProjectArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::component::{self, Place};

/// Options of `karctl ce list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl ce list
  karctl ce list --app hello -o json")]
pub struct ListArguments {
    /// Only the components of this application
    #[arg(long)]
    app: Option<String>,
    #[command(flatten)]
    project: ProjectArguments,
}

/// `karctl ce list`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: &ListArguments, context: &Context) -> Result<()> {
    let place = Place::of(&arguments.project.account(context)?).await?;
    context.ui.data(&component::list(&place, arguments.app.as_deref()).await?, component::list_text)
}
