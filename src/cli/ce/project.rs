//! `karctl ce project`.

use clap::{Args, Subcommand};

use super::{AccountArguments, ProjectArguments};
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::project::{self, CreateOptions, CreatedProject, DeletedProject, Projects, UsedProject};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum ProjectCommand {
    /// Make a project, and wait until it is active
    Create(CreateArguments),
    /// List the projects of a region
    List(ListArguments),
    /// Have other commands act on a project
    Use(UseArguments),
    /// Delete a project with everything in it, and wait until it is gone
    Delete(DeleteArguments),
}

/// Options of `karctl ce project create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Where there is one of this name nothing is made, and one that is on its way is waited for: a command that was cut is finished
by running it again.

Examples:
  karctl ce project create kar --region eu-de --use
  karctl ce project create kar --resource-group team-a -o json
  karctl ce project create kar --dry-run")]
pub struct CreateArguments {
    /// Name of the project
    #[arg(value_name = "NAME")]
    name: String,
    /// Have other commands act on it
    #[arg(long = "use")]
    choose: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArguments,
}

/// Options of `karctl ce project list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl ce project list
  karctl ce project list --region us-south -o json")]
pub struct ListArguments {
    #[command(flatten)]
    project: ProjectArguments,
}

/// Options of `karctl ce project use`.
#[derive(Debug, Args)]
#[command(after_help = "\
karctl keeps the project and its region in a file of its own state; the `ibmcloud` command does not see it. Options and
variables (--project, CE_PROJECT) win over it.

Examples:
  karctl ce project use kar --region eu-de
  karctl ce project use --clear")]
pub struct UseArguments {
    /// Name or id of the project
    #[arg(value_name = "PROJECT", required_unless_present = "clear", conflicts_with = "clear")]
    project: Option<String>,
    /// Keep none
    #[arg(long)]
    clear: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArguments,
}

/// Options of `karctl ce project delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
IBM Cloud may keep a deleted project for seven days, and its name with it; then it can be brought back.

Examples:
  karctl ce project delete kar
  karctl ce project delete 4ff0c4e0-2f13-4ce4-8165-f007f48bafe4 -y
  karctl ce project delete kar --dry-run")]
pub struct DeleteArguments {
    /// Name or id of the project
    #[arg(value_name = "PROJECT")]
    project: String,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArguments,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: ProjectCommand, context: &Context) -> Result<u8> {
    match command {
        ProjectCommand::Create(arguments) => {
            let account = arguments.account.account(context)?;
            let options = CreateOptions { choose: arguments.choose, dry_run: arguments.dry_run };
            let created = project::create(context, &account, &arguments.name, options).await?;
            context.ui.data(&created, CreatedProject::text)?;
        }
        ProjectCommand::List(arguments) => {
            let listed = project::list(&arguments.project.account(context)?).await?;
            context.ui.data(&listed, Projects::text)?;
        }
        ProjectCommand::Use(arguments) => {
            let used = match &arguments.project {
                Some(wanted) => {
                    let account = arguments.account.account(context)?;
                    project::choose(context, &account, wanted, arguments.dry_run).await?
                }
                None => project::forget(context, arguments.dry_run)?,
            };
            context.ui.data(&used, UsedProject::text)?;
        }
        ProjectCommand::Delete(arguments) => {
            let account = arguments.account.account(context)?;
            let deleted = project::delete(context, &account, &arguments.project, arguments.dry_run).await?;
            context.ui.data(&deleted, DeletedProject::text)?;
        }
    }
    Ok(0)
}
