//! `karctl ce scale`: how many instances a component has.

use clap::Args;

use super::ProjectArguments;
use super::run::{mode, waiting};
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::component::{self, ComponentName, Place};

/// Options of `karctl ce scale`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl ce scale hello-js-server 3
  karctl ce scale hello-js-server 1 --dry-run")]
pub struct ScaleArguments {
    /// Name of the component
    name: String,
    /// How many instances
    instances: u32,
    /// Return when Code Engine has taken it
    #[arg(long)]
    no_wait: bool,
    /// Say what would be done, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

/// `karctl ce scale`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: &ScaleArguments, context: &Context) -> Result<()> {
    let name = ComponentName::parse(&arguments.name)?;
    component::check_scale(arguments.instances)?;
    let place = Place::of(&arguments.project.account(context)?).await?;
    let (waiting, mode) = (waiting(arguments.no_wait), mode(arguments.dry_run));
    let scaled = component::scale(context, &place, &name, arguments.instances, waiting, mode).await?;
    context.ui.data(&scaled, component::scale_text)
}
