//! `karctl ce status`: a component, its revisions and its instances.

use clap::Args;

use super::ProjectArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::target::code_engine::component::{self, AppStatus, ComponentName, Place};

/// Options of `karctl ce status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status 1 where its newest revision does not serve.

Examples:
  karctl ce status hello-js-server
  karctl ce status hello-js-server -o json")]
pub struct StatusArguments {
    /// Name of the component
    name: String,
    #[command(flatten)]
    project: ProjectArguments,
}

/// `karctl ce status`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: &StatusArguments, context: &Context) -> Result<u8> {
    let name = ComponentName::parse(&arguments.name)?;
    let place = Place::of(&arguments.project.account(context)?).await?;
    let status = component::status(&place, &name).await?;
    context.ui.data(&status, component::status_text)?;
    Ok(if status.component.status == AppStatus::Ready { 0 } else { Status::Failed as u8 })
}
