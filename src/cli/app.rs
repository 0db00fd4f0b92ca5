//! `karctl app`: applications, from their sources to where they run.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::{completions, interruptible};
use crate::context::Context;
use crate::error::Result;
use crate::settings::project::FILE;
use crate::target::app::Language;
use crate::target::app::attend::attend;
use crate::target::app::folder::Folder;
use crate::target::app::init::{self, Initialised, Order};
use crate::target::app::local::{self, Down, Network, Up};
use crate::target::app::watch::Watch;
use crate::target::local::instance::{DEFAULT_NAME, InstanceName};

/// The subcommands of `karctl app`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  karctl app init hello --example hello     an application to begin with
  karctl app init                           what the project in this folder lacks
  karctl app up --watch                     build and run it, again whenever a file changes
  karctl app down")]
pub enum AppCommand {
    /// Give a project what it needs to run with KAR; what is there is left as it is
    Init(Box<InitArguments>),
    /// Build the applications of a project, run them and keep them up to date
    Up(UpArguments),
    /// End the applications of a project and remove what `up` made
    Down(DownArguments),
}

/// Options of `karctl app up`.
#[derive(Debug, Args)]
#[command(after_help = "\
The image of each component is built where its files changed, and runs on the network of a local instance; what has not
changed is left alone. Then the logs are shown until all have ended. Ctrl-C ends that, and leaves the application running.

Examples:
  karctl app up
  karctl app up --watch                     builds and replaces when a file changes
  karctl app up hello --detach              returns when everything is ready
  karctl app up --dry-run")]
pub struct UpArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// Go on: build and replace whenever files change
    #[arg(short, long)]
    watch: bool,
    /// Return when everything is ready
    #[arg(short, long, conflicts_with = "watch")]
    detach: bool,
    /// Say what would be done, and do nothing
    #[arg(long, conflicts_with = "watch")]
    dry_run: bool,
}

/// Options of `karctl app down`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl app down
  karctl app down hello --dry-run")]
pub struct DownArguments {
    #[command(flatten)]
    place: PlaceArguments,
    /// Say what would be removed, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Which project, and where it runs.
#[derive(Debug, Args)]
pub struct PlaceArguments {
    /// The project's folder, which has a karctl.yaml
    #[arg(value_name = "DIR", default_value = ".", value_hint = ValueHint::DirPath)]
    folder: PathBuf,
    /// Name of the local instance
    #[arg(long, value_name = "NAME", env = "KARCTL_LOCAL_NAME", default_value = DEFAULT_NAME, hide_env = true,
          add = ArgValueCandidates::new(completions::instances))]
    instance: String,
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

/// Runs one subcommand. `up` goes on after Ctrl-C where it says so, and all else ends.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: AppCommand, context: &Context) -> Result<u8> {
    match command {
        AppCommand::Init(arguments) => arguments.run(context).map(|()| 0),
        AppCommand::Up(arguments) => arguments.run(context).await,
        AppCommand::Down(arguments) => interruptible(arguments.run(context)).await,
    }
}

impl UpArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let folder = Folder::read(context, &self.place.folder)?;
        let name = InstanceName::parse(&self.place.instance)?;
        let watched = if self.watch { Some(Watch::begin(&folder.path, &folder.project)?) } else { None };
        let begin = async {
            let network = Network::open(context, &name, &folder).await?;
            let up = if self.dry_run { network.plan(&folder).await? } else { network.up(&folder).await? };
            Ok((network, up))
        };
        let (network, up) = interruptible(begin).await?;
        context.ui.data(&up, Up::text)?;
        if self.detach || self.dry_run {
            return Ok(0);
        }
        attend(context, &network, folder, &up, watched).await
    }
}

impl DownArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let folder = Folder::read(context, &self.place.folder)?;
        let name = InstanceName::parse(&self.place.instance)?;
        let down = local::down(context, &name, &folder, self.dry_run).await?;
        context.ui.data(&down, Down::text)?;
        Ok(0)
    }
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
