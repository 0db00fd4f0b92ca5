//! `karctl ce`: IBM Cloud Code Engine.

mod delete;
mod disable;
mod enable;
mod list;
mod login;
mod logs;
mod project;
mod run;
mod scale;
mod status;

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand, ValueHint};

use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::code_engine::account::{self, Account, AccountOptions};

/// The subcommands of `karctl ce`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Nothing is asked: the login is an API key (IBMCLOUD_API_KEY, or a file), or that of the `ibmcloud` command, which is read only.

Examples:
  export IBMCLOUD_API_KEY=@key.json IBMCLOUD_REGION=eu-de
  karctl ce login --check                  who, which account, region and project, and from where each is taken
  karctl ce project create kar --use       made, active, and what other commands act on
  karctl ce enable kar-key                 Kafka and Redis of the service keys `kar-key`
  karctl ce run --app hello --name hello-js --image us.icr.io/me/hello:1 --service greeter
  karctl ce list                           the components of the project")]
pub enum CeCommand {
    /// Show which login is used, and which region and project
    Login(login::LoginArguments),
    /// Projects of Code Engine
    #[command(subcommand)]
    Project(project::ProjectCommand),
    /// Give a project what its components read of Kafka and Redis
    Enable(Box<enable::EnableArguments>),
    /// Run a component of an application, or bring it to what is asked for
    Run(Box<run::RunArguments>),
    /// List the components of a project
    List(list::ListArguments),
    /// Show a component, its revisions and its instances
    Status(status::StatusArguments),
    /// Say how the instances of a component are, and where its log is
    Logs(logs::LogsArguments),
    /// Change how many instances a component has
    Scale(scale::ScaleArguments),
    /// Delete a component
    Delete(delete::DeleteArguments),
    /// Take away from a project what `ce enable` gave it
    Disable(disable::DisableArguments),
}

/// Which account, region and project.
#[derive(Debug, Args)]
#[command(next_help_heading = "IBM Cloud")]
pub struct AccountArguments {
    /// A file with an API key; `-` is stdin [default: IBMCLOUD_API_KEY, else the login of `ibmcloud`]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    api_key_file: Option<PathBuf>,
    /// Region of Code Engine, such as eu-de [default: IBMCLOUD_REGION, else that of `ce project use`, else of `ibmcloud`]
    #[arg(long, value_name = "REGION")]
    region: Option<String>,
    /// Resource group, by name or id [default: IBMCLOUD_RESOURCE_GROUP, else that of `ibmcloud`]
    #[arg(long, value_name = "GROUP")]
    resource_group: Option<String>,
}

/// Which project beside.
#[derive(Debug, Args)]
#[command(next_help_heading = "IBM Cloud")]
pub struct ProjectArguments {
    #[command(flatten)]
    account: AccountArguments,
    /// Project, by name or id [default: CE_PROJECT_ID or CE_PROJECT, else that of `ce project use`, else of `ibmcloud`]
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
}

impl AccountArguments {
    /// The account, without a project of its own.
    ///
    /// # Errors
    /// When there is no login that can be used.
    pub fn account(&self, context: &Context) -> Result<Account> {
        self.account_of(context, None)
    }

    /// Whether any of them was typed.
    pub fn is_given(&self) -> bool {
        self.api_key_file.is_some() || self.region.is_some() || self.resource_group.is_some()
    }

    /// Whether the API key is read from stdin.
    pub fn is_on_stdin(&self) -> bool {
        self.api_key_file.as_deref() == Some(Path::new("-"))
    }

    /// The failure where they were typed and no account is asked; `instead` makes use of them, or does without.
    pub fn unused(&self, instead: &str) -> Failure {
        Failure::usage("--api-key-file, --region and --resource-group choose an account of IBM Cloud").hint(instead)
    }

    /// The account, and which of its projects.
    fn account_of(&self, context: &Context, project: Option<String>) -> Result<Account> {
        account::find(context, &self.options(project))
    }

    /// For the target.
    pub fn options(&self, project: Option<String>) -> AccountOptions {
        AccountOptions {
            api_key_file: self.api_key_file.clone(),
            region: self.region.clone(),
            resource_group: self.resource_group.clone(),
            project,
        }
    }
}

impl ProjectArguments {
    /// Whether the API key is read from stdin.
    pub fn is_on_stdin(&self) -> bool {
        self.account.is_on_stdin()
    }

    /// For the target.
    pub fn options(&self) -> AccountOptions {
        self.account.options(self.project.clone())
    }

    /// The account, and which of its projects.
    ///
    /// # Errors
    /// When there is no login that can be used.
    pub fn account(&self, context: &Context) -> Result<Account> {
        account::find(context, &self.options())
    }
}

/// The status of what has none of its own.
fn done(result: Result<()>) -> Result<u8> {
    result.map(|()| 0)
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: CeCommand, context: &Context) -> Result<u8> {
    match command {
        CeCommand::Login(arguments) => arguments.run(context).await,
        CeCommand::Project(command) => project::run(command, context).await,
        CeCommand::Enable(arguments) => arguments.run(context).await,
        CeCommand::Run(arguments) => done(run::run(*arguments, context).await),
        CeCommand::List(arguments) => done(list::run(&arguments, context).await),
        CeCommand::Status(arguments) => status::run(&arguments, context).await,
        CeCommand::Logs(arguments) => done(logs::run(&arguments, context).await),
        CeCommand::Scale(arguments) => done(scale::run(&arguments, context).await),
        CeCommand::Delete(arguments) => done(delete::run(&arguments, context).await),
        CeCommand::Disable(arguments) => arguments.run(context).await,
    }
}
