//! `karctl ce run`: a component of an application on Code Engine. Replaces kar-ce-run.sh.

use clap::{Args, ValueEnum};

use super::ProjectArguments;
use crate::cli::arguments::VerboseLevel;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::code_engine::component::{self, ComponentOptions, Mode, Place, Secret, Waiting};

/// Options of `karctl ce run`.
#[derive(Debug, Args)]
#[command(after_help = "\
The image must hold kar, as those that are built on KAR's base images do, and Code Engine must be able to pull it. The
project needs the runtime configuration that `karctl ce enable` makes. The number of instances is fixed: Code Engine scales
with requests, which say nothing of what waits in Kafka.

What is there is changed only where it differs; the same command again changes nothing. It ends when the component serves, or
with the reason why it does not.

Examples:
  karctl ce run --app hello --name hello-js-server --image quay.io/ibm/kar-examples-js-service-hello --service greeter
  karctl ce run --app dp --name cafe --image us.icr.io/me/dp:1 --actors Cafe,Table --registry-secret mine --scale 2
  karctl ce run --app hello --name client --image us.icr.io/me/client:1 --env TOKEN --no-wait -- node client.js")]
pub struct RunArguments {
    /// Name of the application
    #[arg(long)]
    app: String,
    /// Name of the component
    #[arg(long)]
    name: String,
    /// Image to run
    #[arg(long)]
    image: String,
    /// Name of the service that the component offers
    #[arg(long)]
    service: Option<String>,
    /// Types of the actors that the component hosts, separated by commas
    #[arg(long, value_delimiter = ',')]
    actors: Vec<String>,
    /// Port that the component listens on
    #[arg(long, default_value_t = 8080)]
    port: u16,
    /// Let everybody call it, and not its project only
    #[arg(long)]
    externalize: bool,
    /// Secret of the project with the login for the image's registry
    #[arg(long, value_name = "NAME")]
    registry_secret: Option<String>,
    /// A variable of the component; a name alone takes the value that karctl was started with; may be repeated
    #[arg(long = "env", value_name = "NAME[=VALUE]")]
    environment: Vec<String>,
    /// How many instances
    #[arg(long, value_name = "NUMBER", default_value_t = 1)]
    scale: u32,
    /// Processors of each instance
    #[arg(long, value_name = "NUMBER", default_value = "1")]
    cpu: String,
    /// Memory of each instance, such as 500M or 4G [default: 4G for each processor]
    #[arg(long, value_name = "SIZE")]
    memory: Option<String>,
    /// How much kar says
    #[arg(long, value_enum, value_name = "LEVEL", default_value = "error")]
    verbose_level: VerboseLevel,
    /// Return when Code Engine has taken it
    #[arg(long)]
    no_wait: bool,
    /// Say what would be sent, and change nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
    /// Arguments in place of the image's own
    #[arg(last = true, value_name = "ARGUMENTS")]
    arguments: Vec<String>,
}

/// `karctl ce run`.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(arguments: RunArguments, context: &Context) -> Result<()> {
    let verbosity = arguments.verbose_level.to_possible_value();
    let options = ComponentOptions {
        environment: environment(context, &arguments.environment)?,
        name: arguments.name,
        app: arguments.app,
        image: arguments.image,
        service: arguments.service,
        actors: arguments.actors,
        port: arguments.port,
        externalize: arguments.externalize,
        registry_secret: arguments.registry_secret,
        scale: arguments.scale,
        cpu: arguments.cpu,
        memory: arguments.memory,
        verbosity: verbosity.map(|level| level.get_name().to_owned()).unwrap_or_default(),
        arguments: arguments.arguments,
    };
    // Before anything is sent.
    let wanted = options.wanted()?;
    let place = Place::of(&arguments.project.account(context)?).await?;
    let (waiting, mode) = (waiting(arguments.no_wait), mode(arguments.dry_run));
    let ran = component::run(context, &place, &wanted, waiting, mode).await?;
    context.ui.data(&ran, component::run_text)
}

/// `NAME=VALUE` as it is, and `NAME` with the value that karctl was started with.
fn environment(context: &Context, texts: &[String]) -> Result<Vec<(String, Secret)>> {
    let mut variables = Vec::new();
    for text in texts {
        match text.split_once('=') {
            Some((name, value)) => variables.push((name.to_owned(), Secret::new(value))),
            None => {
                let value = context.environment.variable(text).ok_or_else(|| {
                    Failure::usage(format!("--env {text}: karctl has no such variable")).hint("write it as NAME=VALUE")
                })?;
                variables.push((text.clone(), Secret::new(value)));
            }
        }
    }
    Ok(variables)
}

/// What `--no-wait` means.
pub fn waiting(no_wait: bool) -> Waiting {
    if no_wait { Waiting::No } else { Waiting::UntilDone }
}

/// What `--dry-run` means.
pub fn mode(dry_run: bool) -> Mode {
    if dry_run { Mode::DryRun } else { Mode::Do }
}
