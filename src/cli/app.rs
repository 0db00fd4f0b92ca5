//! `karctl app`: applications, from their sources to where they run.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::context::Context;
use crate::error::Result;
use crate::settings::project::FILE;
use crate::target::app::Language;
use crate::target::app::init::{self, Initialised, Order};

/// The subcommands of `karctl app`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  karctl app init hello --example hello     an application to begin with
  karctl app init                           what the project in this folder lacks")]
pub enum AppCommand {
    /// Give a project what it needs to run with KAR; what is there is left as it is
    Init(Box<InitArguments>),
}

/// Options of `karctl app init`.
#[derive(Debug, Args)]
#[command(after_help = "\
It finds out what kind of project the folder holds and writes a Dockerfile, .dockerignore, manifests with KAR's annotations
and karctl.yaml, as far as they are not there.

Examples:
  karctl app init hello --example hello
  karctl app init hello --example hello --language python
  karctl app init --service greeter
  karctl app init --actors Cafe,Table --start \"node philosophers.js\" --dry-run")]
pub struct InitArguments {
    /// The project's folder
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Begin with an application that works
    #[arg(long, value_enum, value_name = "EXAMPLE")]
    example: Option<ExampleArgument>,
    /// The project's language [default: found out; js for an example]
    #[arg(long, value_enum, value_name = "LANGUAGE")]
    language: Option<LanguageArgument>,
    /// Name of the application [default: that of the project]
    #[arg(long)]
    name: Option<String>,
    /// Name of the service that the application offers
    #[arg(long, conflicts_with = "example")]
    service: Option<String>,
    /// Types of the actors that it hosts, separated by commas
    #[arg(long, value_delimiter = ',', conflicts_with = "example")]
    actors: Vec<String>,
    /// Port that it listens on, in its container [default: 8080]
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..), conflicts_with = "example")]
    port: Option<u16>,
    /// What starts it in its container [default: found out]
    #[arg(long, value_name = "COMMAND", conflicts_with = "example")]
    start: Option<String>,
    /// Show what would be written, and write nothing
    #[arg(long)]
    dry_run: bool,
}

/// The shipped examples.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ExampleArgument {
    /// A service that greets, and a client that calls it
    Hello,
}

/// `--language`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum LanguageArgument {
    /// JavaScript, on Node.js
    Js,
    /// Java
    Java,
    /// Python
    Python,
}

impl From<LanguageArgument> for Language {
    fn from(argument: LanguageArgument) -> Self {
        match argument {
            LanguageArgument::Js => Self::Js,
            LanguageArgument::Java => Self::Java,
            LanguageArgument::Python => Self::Python,
        }
    }
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: AppCommand, context: &Context) -> Result<u8> {
    match command {
        AppCommand::Init(arguments) => arguments.run(context)?,
    }
    Ok(0)
}

impl InitArguments {
    fn run(self, context: &Context) -> Result<()> {
        let order = Order {
            folder: self.folder,
            example: self.example.is_some(),
            language: self.language.map(Language::from),
            name: self.name,
            service: self.service,
            actors: self.actors,
            port: self.port,
            start: self.start,
            dry_run: self.dry_run,
        };
        let initialised = init::init(context, &order)?;
        context.ui.data(&initialised, Initialised::text)?;
        if initialised.keeps_project() {
            context.ui.warn(format!("the applications are those of the {FILE} that is there, not those of options"));
        }
        Ok(())
    }
}
