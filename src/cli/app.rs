//! `karctl app`: applications, from their sources to where they run.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::k8s::ClusterArguments;
use super::{completions, interruptible};
use crate::context::Context;
use crate::error::Result;
use crate::settings::project::FILE;
use crate::settings::{self, Sources};
use crate::target::app::Language;
use crate::target::app::attend::{attend, attend_cluster};
use crate::target::app::cluster::{self, ClusterDown, ClusterUp};
use crate::target::app::folder::Folder;
use crate::target::app::init::{self, Initialised, Order};
use crate::target::app::local::{self, Down, Network, Up};
use crate::target::app::watch::Watch;
use crate::target::kubernetes::connection::connect;
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
    Up(Box<UpArguments>),
    /// End the applications of a project and remove what `up` made
    Down(DownArguments),
}

/// Options of `karctl app up`.
#[derive(Debug, Args)]
#[command(after_help = "\
The image of each component is built where its files changed, and runs on the network of a local instance; what has not
changed is left alone. Then the logs are shown until all have ended. Ctrl-C ends that, and leaves the application running.

On a cluster, the images are pushed to the registry of this machine (`karctl registry up`) or another, the namespace is
enabled, and the manifests are applied where they differ, with these images: what serves first, Jobs when it is ready.

Examples:
  karctl app up
  karctl app up --watch                     builds and replaces when a file changes
  karctl app up hello --detach              returns when everything is ready
  karctl app up --dry-run
  karctl app up --to cluster -n team-a --ingress hello.example.org
  karctl app up --to cluster --registry quay.io/me --context production")]
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
    /// Registry, and folder in it, that images are pushed to [default: that of this machine]
    #[arg(long, value_name = "HOST/FOLDER", help_heading = "Cluster")]
    registry: Option<String>,
    /// Lead requests for this host's name to the first component that offers a service
    #[arg(long, value_name = "HOST", help_heading = "Cluster")]
    ingress: Option<String>,
    /// Create the namespace where there is none
    #[arg(long, help_heading = "Cluster")]
    create_namespace: bool,
    /// Do not wait until the workloads are ready
    #[arg(long, help_heading = "Cluster")]
    no_wait: bool,
}

/// Options of `karctl app down`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl app down
  karctl app down hello --dry-run
  karctl app down --to cluster -n team-a")]
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
    /// Where it runs [default: cluster where an option of it is given, else local]
    #[arg(long, value_enum, value_name = "TARGET")]
    to: Option<TargetArgument>,
    /// Namespace on the cluster [default: that of the context]
    #[arg(short, long, value_name = "NAMESPACE", help_heading = "Cluster")]
    namespace: Option<String>,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// `--to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum TargetArgument {
    /// Containers on the network of a local instance
    Local,
    /// A Kubernetes or OpenShift cluster
    Cluster,
}

impl PlaceArguments {
    /// Whether a cluster is meant; `more` says that another option of one was given.
    fn is_cluster(&self, more: bool) -> bool {
        let implied = more || self.namespace.is_some() || self.cluster.is_given();
        self.to.map_or(implied, |to| to == TargetArgument::Cluster)
    }

    fn options(&self, context: &Context) -> Result<cluster::Options> {
        let loaded = settings::load(&context.environment, &Sources::default())?;
        let runtime = loaded.settings.kubernetes.namespace;
        Ok(cluster::Options { namespace: self.namespace.clone(), runtime, ..cluster::Options::default() })
    }
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
        let more = self.registry.is_some() || self.ingress.is_some() || self.create_namespace || self.no_wait;
        if self.place.is_cluster(more) {
            return self.run_on_cluster(context, folder).await;
        }
        let name = InstanceName::parse(&self.place.instance)?;
        let watched = self.watch.then(|| Watch::begin(&folder.path, &folder.project));
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

    async fn run_on_cluster(&self, context: &Context, folder: Folder) -> Result<u8> {
        let options = cluster::Options {
            registry: self.registry.clone(),
            ingress: self.ingress.clone(),
            create_namespace: self.create_namespace,
            no_wait: self.no_wait,
            dry_run: self.dry_run,
            ..self.place.options(context)?
        };
        let watched = self.watch.then(|| Watch::begin(&folder.path, &folder.project));
        let begin = async {
            let cluster = connect(context, &self.place.cluster.selection()).await?;
            let up = cluster::up(context, &cluster, &folder, &options).await?;
            Ok((cluster, up))
        };
        let (cluster, up) = interruptible(begin).await?;
        context.ui.data(&up, ClusterUp::text)?;
        if let Some(watch) = watched {
            attend_cluster(context, &cluster, folder, &options, watch).await;
        }
        Ok(0)
    }
}

impl DownArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let folder = Folder::read(context, &self.place.folder)?;
        if self.place.is_cluster(false) {
            let options = cluster::Options { dry_run: self.dry_run, ..self.place.options(context)? };
            let cluster = connect(context, &self.place.cluster.selection()).await?;
            let down = cluster::down(context, &cluster, &folder, &options).await?;
            context.ui.data(&down, ClusterDown::text)?;
            return Ok(0);
        }
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
