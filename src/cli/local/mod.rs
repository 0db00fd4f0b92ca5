//! `karctl local`: the instance on this machine.

mod chaos;
mod run;
mod snapshot;

use chaos::ChaosCommand;
pub use run::run as run_app;
use snapshot::SnapshotCommand;

use std::net::IpAddr;

use clap::{Args, Subcommand, ValueEnum};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::{DurationArgument, InstanceArguments, SettingsArguments, flag};
use super::completions;
use crate::context::Context;
use crate::error::Result;
use crate::settings::Flag;
use crate::target::local::engine::LogQuery;
use crate::target::local::instance::Component;
use crate::target::local::{self, report};

/// The subcommands of `karctl local`.
#[derive(Debug, Subcommand)]
pub enum LocalCommand {
    /// Start Kafka and Redis, or bring them to what is asked for
    Up(Box<UpArguments>),
    /// Stop them and keep everything
    Stop(InstanceArguments),
    /// Stop and remove them; the data stays
    Down(DownArguments),
    /// Delete the data of Kafka and Redis together, or that of one application
    Reset(ResetArguments),
    /// Show what runs, where, and whether it answers
    Status(InstanceArguments),
    /// Show the log of a service
    Logs(LogsArguments),
    /// List the instances of this machine
    Ls,
    /// Run a component of an application in a container
    Run(Box<run::RunArguments>),
    /// List the containers of applications
    Ps(InstanceArguments),
    /// Stop and remove the containers of an application
    StopApp(run::StopAppArguments),
    /// Keep what Kafka and Redis hold, together, and bring it back
    #[command(subcommand)]
    Snapshot(SnapshotCommand),
    /// Kill or pause a server, to see how an application recovers
    #[command(subcommand)]
    Chaos(ChaosCommand),
    /// Print an instance in the form of another tool
    #[command(subcommand)]
    Export(ExportCommand),
}

impl LocalCommand {
    /// Whether it sees to an interruption itself: servers that it holds go on first.
    pub fn undoes_before_it_ends(&self) -> bool {
        matches!(self, Self::Snapshot(SnapshotCommand::Save(_)) | Self::Chaos(_))
    }
}

/// The subcommands of `karctl local export`.
#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// As a file for `docker compose`
    Compose(ExportArguments),
}

/// Options of `karctl local export`.
#[derive(Debug, Args)]
#[command(after_help = "Example:\n  karctl local export compose > compose.yaml")]
pub struct ExportArguments {
    /// Name of the instance [default: kar]
    #[arg(long, add = ArgValueCandidates::new(completions::instances))]
    name: Option<String>,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl local up`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl local up
  karctl local up --engine native --any-port --name test
  karctl local up --set kafka.mode=kraft --set kafka.version=4.1.1
  karctl local up --bind 0.0.0.0 --advertise laptop.example.org    (asks for passwords)
  karctl local up --dry-run -o json")]
pub struct UpArguments {
    /// What runs the servers [default: auto]
    #[arg(long, value_enum)]
    engine: Option<EngineArgument>,
    /// Name of the instance [default: kar]
    #[arg(long, add = ArgValueCandidates::new(completions::instances))]
    name: Option<String>,
    /// Kafka's port [default: 31093]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    kafka_port: Option<u16>,
    /// Redis' port [default: 31379]
    #[arg(long, value_name = "PORT", value_parser = clap::value_parser!(u16).range(1..))]
    redis_port: Option<u16>,
    /// Take free ports where those are taken
    #[arg(long)]
    any_port: bool,
    /// Address to bind; beyond loopback it implies --secure [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    /// Host name or address that clients are told [default: that of --bind]
    #[arg(long, value_name = "HOST")]
    advertise: Option<String>,
    /// Ask clients for generated passwords
    #[arg(long)]
    secure: bool,
    /// What the engine does when a container ends (docker only) [default: no]
    #[arg(long, value_enum, value_name = "POLICY")]
    restart: Option<RestartArgument>,
    /// Keep nothing beyond `down`
    #[arg(long)]
    ephemeral: bool,
    /// When to pull images (docker only) [default: missing]
    #[arg(long, value_enum, value_name = "WHEN")]
    pull: Option<PullArgument>,
    /// Take the place of containers of the same names that are not karctl's
    #[arg(long)]
    replace: bool,
    /// Return when everything was started, without waiting until it answers
    #[arg(long)]
    no_wait: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// `--engine`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum EngineArgument {
    /// Docker where an engine answers, else native
    Auto,
    /// Containers of Docker, Podman or Colima
    Docker,
    /// Processes of this machine
    Native,
}

/// `--restart`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum RestartArgument {
    /// Nothing
    No,
    /// Start it again, also after a reboot
    Always,
    /// Start it again when it failed
    OnFailure,
    /// Like always, but not after it was stopped
    UnlessStopped,
}

/// `--pull`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum PullArgument {
    /// At every `up`
    Always,
    /// Where the engine has none of that name
    Missing,
    /// Never
    Never,
}

/// Options of `karctl local down`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl local down                  the data stays
  karctl local down --name test")]
pub struct DownArguments {
    #[command(flatten)]
    instance: InstanceArguments,
    /// Also stop application containers that are attached to the network
    #[arg(long)]
    force: bool,
}

/// Options of `karctl local reset`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl local reset                 asks, then deletes all data of Kafka and Redis; snapshots stay
  karctl local reset -y              does not ask
  karctl local reset --app hello     only the topic, group and keys of one application")]
pub struct ResetArguments {
    #[command(flatten)]
    instance: InstanceArguments,
    /// Only this application's topic, consumer group and keys
    #[arg(long, value_name = "APP")]
    app: Option<String>,
    /// Say what would be deleted, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl local logs`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl local logs
  karctl local logs kafka --tail 50
  karctl local logs -F --since 10m redis")]
pub struct LogsArguments {
    #[command(flatten)]
    instance: InstanceArguments,
    /// Go on until interrupted
    #[arg(short = 'F', long, short_alias = 'f')]
    follow: bool,
    /// Only lines of the last so long, such as 10m
    #[arg(long, value_name = "DURATION")]
    since: Option<DurationArgument>,
    /// Only so many lines from the end
    #[arg(long, value_name = "LINES")]
    tail: Option<usize>,
    /// zookeeper, kafka or redis; all where none is given
    #[arg(value_name = "SERVICE")]
    service: Option<ServiceArgument>,
}

/// A service of an instance.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ServiceArgument {
    /// ZooKeeper
    #[value(name = "zookeeper")]
    ZooKeeper,
    /// Kafka
    Kafka,
    /// Redis
    Redis,
}

impl ServiceArgument {
    fn component(self) -> Component {
        match self {
            Self::ZooKeeper => Component::ZooKeeper,
            Self::Kafka => Component::Kafka,
            Self::Redis => Component::Redis,
        }
    }
}

/// The name of a value as it is typed.
fn typed(value: impl ValueEnum) -> String {
    value.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
}

impl UpArguments {
    fn flags(&self) -> Vec<Flag> {
        [
            flag("--engine", "local.engine", self.engine.map(typed)),
            flag("--name", "local.name", self.name.clone()),
            flag("--kafka-port", "kafka.port", self.kafka_port),
            flag("--redis-port", "redis.port", self.redis_port),
            flag("--bind", "local.bind", self.bind.map(|bind| bind.to_string())),
            flag("--advertise", "local.advertise", self.advertise.clone()),
            flag("--secure", "local.secure", self.secure.then_some(true)),
            flag("--restart", "local.restart", self.restart.map(typed)),
            flag("--ephemeral", "local.ephemeral", self.ephemeral.then_some(true)),
            flag("--pull", "local.pull", self.pull.map(typed)),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    async fn run(&self, context: &Context) -> Result<()> {
        let loaded = self.settings.load(context, self.flags())?;
        let options = local::UpOptions {
            any_port: self.any_port,
            keep_kafka_port: loaded.is_default("kafka.port"),
            keep_redis_port: loaded.is_default("redis.port"),
            replace: self.replace,
            wait: !self.no_wait,
            dry_run: self.dry_run,
        };
        let up = local::up(context, &loaded.settings, &options).await?;
        context.ui.data(&up, report::up)
    }
}

/// Runs one subcommand; 0 is the only status beside failures.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: LocalCommand, context: &Context) -> Result<u8> {
    let ui = &context.ui;
    match command {
        LocalCommand::Up(arguments) => arguments.run(context).await?,
        LocalCommand::Stop(instance) => ui.data(&local::stop(context, &instance.name()?).await?, report::stopped)?,
        LocalCommand::Down(arguments) => {
            let down = local::down(context, &arguments.instance.name()?, arguments.force).await?;
            ui.data(&down, report::down)?;
        }
        LocalCommand::Reset(arguments) => reset(&arguments, context).await?,
        LocalCommand::Status(instance) => ui.data(&local::status(context, &instance.name()?).await?, report::status)?,
        LocalCommand::Logs(arguments) => arguments.run(context).await?,
        LocalCommand::Run(arguments) => return run_app(*arguments, context).await,
        LocalCommand::Ps(instance) => run::ps(&instance, context).await?,
        LocalCommand::StopApp(arguments) => run::stop_app(&arguments, context).await?,
        LocalCommand::Chaos(command) => return chaos::run(command, context).await,
        LocalCommand::Snapshot(command) => return snapshot::run(command, context).await,
        LocalCommand::Export(ExportCommand::Compose(arguments)) => {
            let flags = flag("--name", "local.name", arguments.name.clone()).into_iter().collect();
            let loaded = arguments.settings.load(context, flags)?;
            ui.raw(&local::export_compose(&loaded.settings)?)?;
        }
        LocalCommand::Ls => ui.data(&local::list(context).await?, report::list)?,
    }
    Ok(0)
}

async fn reset(arguments: &ResetArguments, context: &Context) -> Result<()> {
    let name = arguments.instance.name()?;
    match &arguments.app {
        Some(app) => {
            let reset = local::reset_application(context, &name, app, arguments.dry_run).await?;
            context.ui.data(&reset, report::reset_application)
        }
        None => {
            let reset = local::reset(context, &name, arguments.dry_run).await?;
            context.ui.data(&reset, report::reset)
        }
    }
}

impl LogsArguments {
    async fn run(&self, context: &Context) -> Result<()> {
        let component = self.service.map(ServiceArgument::component);
        let query = LogQuery { follow: self.follow, since: self.since.map(|since| since.0), tail: self.tail };
        local::logs(context, &self.instance.name()?, component, &query).await
    }
}
