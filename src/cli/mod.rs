//! What was typed, and nothing else: clap's structures, turned into settings and one call of a target. Files are named
//! after subcommands.

mod addon;
mod app;
mod arguments;
mod bundle;
mod cache;
mod ce;
mod check;
mod cluster;
mod completions;
mod config;
mod env;
mod exec;
mod explain;
mod hybrid;
mod images;
mod inject;
mod injector;
mod k8s;
mod local;
mod managed;
mod migrate;
mod ns;
mod profile;
mod registry;
mod schema;
mod source;
mod status;
mod support_bundle;
mod version;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{CommandFactory, FromArgMatches, Parser, Subcommand};

use crate::context::{CHECK_TIMEOUT, CLOUD_TIMEOUT, CLUSTER_TIMEOUT, Context, DEFAULT_TIMEOUT, Deadline};
use crate::environment::Environment;
use crate::error::{Failure, Report, Result, Status, report};
use crate::target::kubernetes::connection::end_logins;
use crate::target::overview;
use crate::ui::{Output, Progress, Questions, Ui};
use arguments::{GlobalArguments, OutputArgument, ProgressArgument};

/// Runs the KAR runtime everywhere: on this machine, in clusters and on IBM Code Engine.
#[derive(Debug, Parser)]
#[command(name = "karctl", version, disable_help_subcommand = true, after_help = EXAMPLES, max_term_width = 100)]
struct Cli {
    #[command(flatten)]
    global: GlobalArguments,
    #[command(subcommand)]
    command: Command,
}

const EXAMPLES: &str = "\
Examples:
  karctl local up                            start Kafka and Redis on this machine
  eval \"$(karctl env)\"                       point this shell at them
  kar run -app hello node server.js          run an application
  karctl local down                          stop and remove them; the data stays
  karctl cluster create --deploy             a cluster on this machine, with the runtime on it
  karctl k8s deploy                          the runtime on the cluster of the kubeconfig
  karctl ns enable team-a                    and pods of a namespace become part of applications
  karctl ce enable kar-key                   a project of IBM Code Engine, with managed Kafka and Redis
  karctl hybrid up                           all of these, as one karctl.yaml says
  karctl check                               what is missing or broken, and how to get it
  karctl status                              everything that karctl knows of, on one screen

Exit status: 0 done, 1 failed, 2 usage, 3 differences found, 4 timed out, 5 warnings only, 130 interrupted.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Kafka and Redis on this machine
    #[command(subcommand)]
    Local(local::LocalCommand),
    /// Clusters on this machine, made by kind or k3d
    #[command(subcommand)]
    Cluster(cluster::ClusterCommand),
    /// The runtime on a Kubernetes or OpenShift cluster
    #[command(subcommand)]
    K8s(k8s::K8sCommand),
    /// The namespaces whose pods are part of applications
    #[command(subcommand)]
    Ns(ns::NsCommand),
    /// What ties the runtime to a Prometheus that the cluster has
    #[command(subcommand)]
    Addon(addon::AddonCommand),
    /// Projects and components on IBM Cloud Code Engine, with managed Kafka and Redis
    #[command(subcommand)]
    Ce(ce::CeCommand),
    /// One project over clusters, Code Engine, this machine and other hosts
    #[command(subcommand)]
    Hybrid(hybrid::HybridCommand),
    /// Print the variables that `kar` reads, for eval or a file
    Env(env::EnvArguments),
    /// Run a command with the variables that `kar` reads
    Exec(exec::ExecArguments),
    /// Applications, from their sources to where they run
    #[command(subcommand)]
    App(app::AppCommand),
    /// Show what the injector makes of manifests
    Inject(Box<inject::InjectArguments>),
    /// Take away from manifests what the injector added
    Uninject(inject::UninjectArguments),
    /// The admission webhook that adds KAR to pods
    #[command(subcommand)]
    Injector(injector::InjectorCommand),
    /// Container images
    #[command(subcommand)]
    Images(images::ImagesCommand),
    /// The image registry of this machine
    #[command(subcommand)]
    Registry(registry::RegistryCommand),
    /// Everything that is needed without a network, in one file
    #[command(subcommand)]
    Bundle(bundle::BundleCommand),
    /// Whether this machine, a cluster, Code Engine or a hybrid is ready, and how to get what is missing
    Check(Box<check::CheckArguments>),
    /// Everything that karctl knows of, and whether it is healthy
    Status(status::StatusArguments),
    /// What somebody needs who is to help, in one file, without secrets
    SupportBundle(support_bundle::SupportBundleArguments),
    /// The settings as they come out of all layers
    #[command(subcommand)]
    Config(config::ConfigCommand),
    /// Named differences from the default settings
    #[command(subcommand)]
    Profile(profile::ProfileCommand),
    /// What was fetched or made once, and can be deleted
    #[command(subcommand)]
    Cache(cache::CacheCommand),
    /// What a call of the original's scripts is in karctl
    Migrate(migrate::MigrateArguments),
    /// Explain a code that an error or a check names
    Explain(explain::ExplainArguments),
    /// Print the JSON schema of what a command prints with `-o json`
    Schema(schema::SchemaArguments),
    /// Print or install the completions of a shell
    Completions(completions::CompletionsArguments),
    /// Print karctl's man page, or write all of them
    #[command(hide = true)]
    Man(completions::ManArguments),
    /// Show the version of karctl and of what it runs
    Version,
}

/// Runs one command line and returns the exit status of the process.
pub fn run(arguments: Vec<OsString>, environment: Environment) -> ExitCode {
    if let Some(answered) = completions::answer(&arguments, &environment) {
        return exit(if answered.is_ok() { 0 } else { Status::Failed as u8 });
    }
    let cli = match parse(&arguments) {
        Ok(cli) => cli,
        Err(error) => {
            let is_failure = error.use_stderr();
            if is_failure {
                env::refuse(&arguments);
            }
            match is_failure && asks_for_events(&arguments) {
                true => Ui::new(Output::Text, Progress::Json, Questions::Refuse, 0).report(&mistake(&error)),
                false => drop(error.print()),
            }
            return exit(if is_failure { Status::Usage as u8 } else { 0 });
        }
    };
    cli.global.color.apply();
    let ui = terminal(&cli.global);
    let patience = match cli.command {
        Command::K8s(_) | Command::Ns(_) | Command::Addon(_) | Command::Cluster(_) => CLUSTER_TIMEOUT,
        Command::Ce(_) | Command::Hybrid(_) => CLOUD_TIMEOUT,
        Command::Check(_) => CHECK_TIMEOUT,
        Command::Status(_) => overview::LIMIT,
        _ => DEFAULT_TIMEOUT,
    };
    let timeout = cli.global.timeout.map_or(patience, |timeout| timeout.0);
    let context = Context { environment, ui: ui.clone(), deadline: Deadline::after(timeout) };
    match execute(cli.command, context) {
        Ok(status) => {
            ui.finished(status);
            exit(status)
        }
        Err(error) => {
            let report = report(&error);
            env::refuse(&arguments);
            ui.report(&report);
            exit(report.status as u8)
        }
    }
}

/// Whether `--progress json` was typed, whatever else is wrong.
fn asks_for_events(arguments: &[OsString]) -> bool {
    let words: Vec<_> = arguments.iter().take_while(|word| *word != "--").collect();
    words.windows(2).any(|pair| pair[0] == "--progress" && pair[1] == "json")
        || words.iter().any(|word| *word == "--progress=json")
}

/// What clap says in several lines, as a failure: its first paragraph, and its tips as hints.
fn mistake(error: &clap::Error) -> Report {
    let text = error.render().to_string();
    let mut paragraphs = text.trim_start_matches("error: ").split("\n\n");
    let message = paragraphs.next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ");
    let hints = paragraphs.filter_map(|paragraph| paragraph.trim().strip_prefix("tip: ")).map(str::to_owned).collect();
    Report { message, hints, code: None, status: Status::Usage }
}

pub use completions::files as generated_files;

/// The whole command tree, for completions, man pages and tests.
pub fn command() -> clap::Command {
    Cli::command()
}

fn parse(arguments: &[OsString]) -> std::result::Result<Cli, clap::Error> {
    Cli::from_arg_matches(&command().try_get_matches_from(arguments)?)
}

fn exit(status: u8) -> ExitCode {
    ExitCode::from(status)
}

fn terminal(global: &GlobalArguments) -> Ui {
    use std::io::IsTerminal;
    let output = match global.output {
        OutputArgument::Text => Output::Text,
        OutputArgument::Json => Output::Json,
        OutputArgument::Yaml => Output::Yaml,
    };
    let progress = match global.progress {
        ProgressArgument::Auto => Progress::Bars,
        ProgressArgument::Plain => Progress::Plain,
        ProgressArgument::Json => Progress::Json,
        ProgressArgument::None => Progress::None,
    };
    let questions = match (global.yes, std::io::stdin().is_terminal() && std::io::stderr().is_terminal()) {
        (true, _) => Questions::AnswerYes,
        (false, true) => Questions::Ask,
        (false, false) => Questions::Refuse,
    };
    Ui::new(output, progress, questions, global.verbose)
}

/// One thread is enough for what waits on servers most of the time, and starts in no time.
fn execute(command: Command, context: Context) -> Result<u8> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let answer = runtime.block_on(async move {
        match command {
            Command::Exec(arguments) => exec::run(arguments, &context).await,
            Command::Local(local::LocalCommand::Run(arguments)) => local::run_app(*arguments, &context).await,
            // They let servers go on first.
            Command::Local(command) if command.undoes_before_it_ends() => local::run(command, &context).await,
            // They end by themselves: at a signal, in order, or once stdin is read.
            Command::Injector(command) => injector::run(command, &context).await,
            Command::App(command) => app::run(command, &context).await,
            Command::Inject(arguments) => inject::run(*arguments, &context),
            Command::Uninject(arguments) => inject::run_uninject(&arguments, &context),
            Command::Status(arguments) if arguments.is_endless() => arguments.run(&context).await,
            other => interruptible(dispatch(other, &context)).await,
        }
    });
    // Whatever still runs on a thread of its own, such as a download, is not waited for; programs would outlive it.
    end_logins();
    runtime.shutdown_background();
    answer
}

async fn dispatch(command: Command, context: &Context) -> Result<u8> {
    match command {
        Command::Local(command) => local::run(command, context).await,
        Command::K8s(command) => k8s::run(command, context).await,
        Command::Ns(command) => ns::run(command, context).await,
        Command::Addon(command) => addon::run(command, context).await,
        Command::Hybrid(command) => hybrid::run(command, context).await,
        Command::Env(arguments) => env::run(arguments, context).await,
        Command::Exec(arguments) => exec::run(arguments, context).await,
        Command::Inject(arguments) => inject::run(*arguments, context),
        Command::Uninject(arguments) => inject::run_uninject(&arguments, context),
        Command::Injector(command) => injector::run(command, context).await,
        Command::App(command) => app::run(command, context).await,
        Command::Images(command) => images::run(command, context).await,
        Command::Bundle(command) => bundle::run(command, context).await,
        Command::Cluster(command) => cluster::run(command, context).await,
        Command::Registry(command) => registry::run(command, context).await,
        Command::Ce(command) => ce::run(command, context).await,
        Command::Check(arguments) => check::run(*arguments, context).await,
        Command::Status(arguments) => arguments.run(context).await,
        Command::SupportBundle(arguments) => arguments.run(context).await,
        Command::Config(command) => config::run(command, context),
        Command::Profile(command) => profile::run(command, context),
        Command::Cache(command) => cache::run(command, context).await,
        Command::Migrate(arguments) => migrate::run(&arguments, context),
        Command::Explain(arguments) => explain::run(&arguments, context),
        Command::Schema(arguments) => schema::run(&arguments, context),
        Command::Completions(arguments) => completions::run(&arguments, context),
        Command::Man(arguments) => completions::run_man(&arguments, context),
        Command::Version => version::run(context).await,
    }
}

/// Ends a command at Ctrl-C. It may stop between any two steps: each command finishes what an earlier run began.
async fn interruptible<T>(command: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::select! {
        answer = command => answer,
        _ = tokio::signal::ctrl_c() => {
            Err(Failure::new("interrupted").hint("the same command again finishes the job").status(Status::Interrupted).into())
        }
    }
}
