//! `karctl local run`, `ps` and `stop-app`: components of applications in containers.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use crate::cli::arguments::{InstanceArguments, VerboseLevel, key_and_value};
use crate::client::file;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::local::app::{self, AppComponent};
use crate::target::local::instance::{DEFAULT_NAME, InstanceName};
use crate::target::local::report;

/// Options of `karctl local run`.
#[derive(Debug, Args)]
#[command(after_help = "\
The image must hold kar, as those that are built on KAR's base images do. Its output is shown until it ends or Ctrl-C ends
it; --detach returns at once.

Examples:
  karctl local run --app hello --image localhost:5000/kar/kar-examples-js-service-hello --service greeter --detach
  karctl local run --app hello --image my/client -- node client.js
  karctl local run --app dp --image my/dp --actors Cafe,Table,Fork,Philosopher --replicas 2 --detach")]
pub struct RunArguments {
    /// Name of the application
    #[arg(long)]
    app: String,
    /// Image to run
    #[arg(long)]
    image: String,
    /// Name of the service that the component offers
    #[arg(long)]
    service: Option<String>,
    /// Types of the actors that the component hosts, separated by commas
    #[arg(long, value_delimiter = ',')]
    actors: Vec<String>,
    /// Port that the component listens on, in its container
    #[arg(long, default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    port: u16,
    /// A variable of the container; may be repeated
    #[arg(long = "env", value_name = "NAME=VALUE")]
    environment: Vec<String>,
    /// A file of variables, one NAME=VALUE a line
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    env_file: Option<PathBuf>,
    /// Name of the container [default: APP-SERVICE]
    #[arg(long)]
    name: Option<String>,
    /// How many containers
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u16).range(1..))]
    replicas: u16,
    /// How much kar says
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "error")]
    verbose_level: VerboseLevel,
    /// Return when it was started
    #[arg(short, long)]
    detach: bool,
    /// Name of the instance
    #[arg(long, value_name = "NAME", env = "KARCTL_LOCAL_NAME", default_value = DEFAULT_NAME, hide_env = true)]
    instance: String,
    /// Replaces the image's command
    #[arg(last = true, value_name = "COMMAND")]
    command: Vec<String>,
}

/// Options of `karctl local stop-app`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  karctl local stop-app hello")]
pub struct StopAppArguments {
    /// Name of the application
    app: String,
    #[command(flatten)]
    instance: InstanceArguments,
    /// Say what would be removed, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// `karctl local run`: the status is the highest exit code of what was shown to its end.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: RunArguments, context: &Context) -> Result<u8> {
    let mut environment = Vec::new();
    if let Some(path) = &arguments.env_file {
        environment.extend(read_variables(context, path)?);
    }
    for text in &arguments.environment {
        let (name, value) = key_and_value("--env", text)?;
        environment.push((name.to_owned(), value.to_owned()));
    }
    let verbosity = arguments.verbose_level.to_possible_value();
    let component = AppComponent {
        app: arguments.app,
        image: arguments.image,
        service: arguments.service,
        actors: arguments.actors,
        port: arguments.port,
        environment,
        container: arguments.name,
        replicas: arguments.replicas,
        verbosity: verbosity.map(|level| level.get_name().to_owned()).unwrap_or_default(),
        command: arguments.command,
        labels: BTreeMap::new(),
    };
    let name = InstanceName::parse(&arguments.instance)?;
    let started = app::run(context, &name, &component, arguments.detach).await?;
    context.ui.data(&started, report::run)?;
    Ok(started.exit_code.unwrap_or(0))
}

/// `karctl local ps`.
///
/// # Errors
/// Whatever the target reports.
pub async fn ps(instance: &InstanceArguments, context: &Context) -> Result<()> {
    context.ui.data(&app::list(context, &instance.name()?).await?, report::ps)
}

/// `karctl local stop-app`.
///
/// # Errors
/// Whatever the target reports.
pub async fn stop_app(arguments: &StopAppArguments, context: &Context) -> Result<()> {
    let name = arguments.instance.name()?;
    let stopped = app::stop(context, &name, &arguments.app, arguments.dry_run).await?;
    context.ui.data(&stopped, report::stop_app)
}

/// Lines `NAME=VALUE` as docker's `--env-file` has them: values as they are, `#` begins a comment, a name alone takes the
/// value that karctl was started with.
fn read_variables(context: &Context, path: &std::path::Path) -> Result<Vec<(String, String)>> {
    let path = context.environment.working_directory().join(path);
    let missing = || Failure::usage(format!("there is no file {}", path.display()));
    let content = file::read(&path)?.ok_or_else(missing)?;
    let text =
        String::from_utf8(content).map_err(|_| Failure::usage(format!("{} is not text in UTF-8", path.display())))?;
    let mut variables = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim_start();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        match line.split_once('=') {
            Some(("", _)) => {
                let place = format!("{}:{}", path.display(), number + 1);
                return Err(Failure::usage(format!("{place}: there is no name in front of `=`")).into());
            }
            Some((name, value)) => variables.push((name.to_owned(), value.to_owned())),
            None => {
                let own = context.environment.variable(line).map(|value| (line.to_owned(), value.to_owned()));
                variables.extend(own);
            }
        }
    }
    Ok(variables)
}
