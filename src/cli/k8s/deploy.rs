//! `karctl k8s deploy`, `diff` and `render`: what was typed, as settings and options.

use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};

use super::{ClusterArguments, SettingsArguments, flag};
use crate::cli::arguments::one_reader_of_stdin;
use crate::cli::managed::ManagedArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::services::Vantage;
use crate::settings::{Flag, Loaded};
use crate::target::environment;
use crate::target::kubernetes::connection::connect;
use crate::target::kubernetes::desired::Elsewhere;
use crate::target::kubernetes::plan::Policy;
use crate::target::kubernetes::{deploy, registry, release, render, report};

/// What is deployed.
#[derive(Debug, Args)]
pub struct RuntimeArguments {
    /// The cluster is OpenShift [default: what its API groups say]
    #[arg(long)]
    os: bool,
    /// Release of KAR, such as 1.3.10 [default: that of the `kar` on PATH, else the one built in]
    #[arg(long, value_name = "VERSION", conflicts_with = "dev")]
    release: Option<String>,
    /// Images that were built by hand, from this machine's registry
    #[arg(long)]
    dev: bool,
    /// A file that describes Kafka and Redis elsewhere; none run in the cluster then
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    services: Option<PathBuf>,
    /// Run Kafka and Redis in the cluster, also where it used those of a service key before
    #[arg(long, conflicts_with_all = ["services", "managed"])]
    in_cluster: bool,
    /// Three brokers and three ZooKeepers that hold each other's data
    #[arg(long)]
    ha: bool,
    /// StorageClass of the claims [default: the cluster's default]
    #[arg(long, value_name = "CLASS")]
    storage_class: Option<String>,
    /// Size of Kafka's and Redis' claims each, such as 20Gi
    #[arg(long, value_name = "SIZE")]
    storage_size: Option<String>,
    /// Keep nothing beyond a pod
    #[arg(long)]
    no_persistence: bool,
    /// Host name or address of the nodes, for clients outside; asks them for passwords
    #[arg(long, value_name = "HOST")]
    expose: Option<String>,
    /// Which injector [default: original]
    #[arg(long, value_enum, value_name = "WHICH")]
    injector: Option<InjectorArgument>,
    /// Show Kafka's figures to Prometheus, by a Java agent that is fetched once
    #[arg(long)]
    agent: bool,
    /// Login to a private registry, as Docker keeps it (config.json)
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with_all = ["registry_server", "registry_user"])]
    pull_secret: Option<PathBuf>,
    /// A private registry to log in to
    #[arg(long, value_name = "SERVER", requires = "registry_user", requires = "registry_password_stdin")]
    registry_server: Option<String>,
    /// User of that registry
    #[arg(long, value_name = "USER", requires = "registry_server")]
    registry_user: Option<String>,
    /// Read that user's password from stdin
    #[arg(long, requires = "registry_server")]
    registry_password_stdin: bool,
    // Last, as their headings would be those of all that follows.
    #[command(flatten)]
    pub managed: ManagedArguments,
    #[command(flatten)]
    pub settings: SettingsArguments,
}

/// `--injector`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum InjectorArgument {
    /// The one of KAR's release
    Original,
    /// karctl's own
    Karctl,
}

impl RuntimeArguments {
    fn flags(&self) -> Vec<Flag> {
        let injector = self.injector.map(|injector| match injector {
            InjectorArgument::Original => "original",
            InjectorArgument::Karctl => "karctl",
        });
        [
            flag("--os", "kubernetes.platform", self.os.then_some("openshift")),
            flag("--release", "kubernetes.release", self.release.clone()),
            flag("--dev", "kubernetes.release", self.dev.then_some(release::UNOFFICIAL)),
            flag("--ha", "kubernetes.high_availability", self.ha.then_some(true)),
            flag("--storage-class", "kubernetes.storage_class", self.storage_class.clone()),
            flag("--storage-size", "kubernetes.kafka_storage", self.storage_size.clone()),
            flag("--storage-size", "kubernetes.redis_storage", self.storage_size.clone()),
            flag("--no-persistence", "kubernetes.persistence", self.no_persistence.then_some(false)),
            flag("--expose", "kubernetes.expose", self.expose.clone()),
            flag("--agent", "kubernetes.kafka_agent", self.agent.then_some(true)),
            flag("--injector", "injector.implementation", injector),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    /// Refuses two options that read stdin.
    ///
    /// # Errors
    /// A usage failure.
    pub fn check_stdin(&self) -> Result<()> {
        one_reader_of_stdin(&[
            ("--registry-password-stdin", self.registry_password_stdin),
            ("--api-key-file", self.managed.account.is_on_stdin()),
            ("--credentials", self.managed.keys.is_on_stdin()),
        ])
    }

    /// Kafka and Redis that are not in the cluster, where some were named.
    async fn elsewhere(&self, context: &Context) -> Result<Option<Elsewhere>> {
        let config = match (&self.services, &self.managed.managed) {
            (Some(file), _) => environment::read_services(context, file)?,
            (None, Some(key)) => {
                let account = || self.managed.account.account(context);
                self.managed.keys.services(context, Some(key), account).await?.services.runtime_config(Vantage::Pod)?
            }
            (None, None) => return Ok(None),
        };
        Ok(Some(Elsewhere { config, managed_key: self.managed.managed.clone() }))
    }

    /// The settings, and what a deploy is told beside them.
    ///
    /// # Errors
    /// A usage failure for what does not fit together.
    pub async fn load(&self, context: &Context) -> Result<(Loaded, deploy::Options)> {
        self.managed.check_used()?;
        self.load_shared(context).await
    }

    /// [`RuntimeArguments::load`], where something else may use the managed services.
    ///
    /// # Errors
    /// As [`RuntimeArguments::load`].
    pub async fn load_shared(&self, context: &Context) -> Result<(Loaded, deploy::Options)> {
        self.check_stdin()?;
        let loaded = self.settings.load(context, self.flags())?;
        let elsewhere = self.elsewhere(context).await?;
        let mut options = deploy::Options { elsewhere, in_cluster: self.in_cluster, ..deploy::Options::default() };
        if let Some(file) = &self.pull_secret {
            options.pull_secret = Some(registry::login_file(context, file)?);
        }
        if let (Some(server), Some(user)) = (&self.registry_server, &self.registry_user) {
            options.pull_secret = Some(registry::login(server, user, &registry::password_from_stdin()?)?);
        }
        Ok((loaded, options))
    }
}

/// What a deploy may touch that is not its own yet.
#[derive(Debug, Args)]
pub struct ReachArguments {
    /// Enable this namespace too; may be repeated
    #[arg(long, value_name = "NAMESPACE")]
    enable: Vec<String>,
    /// Take over what a Helm release of the original's chart made
    #[arg(long)]
    adopt: bool,
    /// Take back fields that others have changed
    #[arg(long)]
    force_conflicts: bool,
}

impl ReachArguments {
    /// Puts them where a deploy looks.
    pub fn fill(&self, options: &mut deploy::Options) {
        options.enable.clone_from(&self.enable);
        options.policy = Policy { adopt: self.adopt, force_conflicts: self.force_conflicts };
    }
}

/// Options of `karctl k8s deploy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s deploy
  karctl k8s deploy --os --release 1.3.10
  karctl k8s deploy --profile kind --dev
  karctl k8s deploy --ha --storage-class ssd --enable team-a --enable team-b
  karctl k8s deploy --proof pod                    a pod uses it too, as an application would
  karctl k8s deploy --services services.yaml       Kafka and Redis are elsewhere
  karctl k8s deploy --managed kar                  Event Streams and Databases for Redis, by their service keys
  karctl k8s deploy --dry-run -o json")]
pub struct DeployArguments {
    #[command(flatten)]
    runtime: RuntimeArguments,
    #[command(flatten)]
    reach: ReachArguments,
    /// Prove it also from a short-lived pod in the first enabled namespace, which the injector configures
    #[arg(long, value_enum, value_name = "HOW", conflicts_with_all = ["no_wait", "services", "managed"])]
    proof: Option<ProofArgument>,
    /// Return when everything was applied, without waiting until it is ready
    #[arg(long)]
    no_wait: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// `--proof`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProofArgument {
    /// From a pod
    Pod,
}

/// Options of `karctl k8s diff`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s diff
  karctl k8s diff --ha")]
pub struct DiffArguments {
    #[command(flatten)]
    runtime: RuntimeArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Options of `karctl k8s render`.
#[derive(Debug, Args)]
#[command(after_help = "\
Passwords and certificates are generated anew each time; `karctl k8s deploy` keeps those of the cluster.

Examples:
  karctl k8s render | kubectl apply -f -
  karctl k8s render --ha --to manifests/            one file an object, and a kustomization.yaml")]
pub struct RenderArguments {
    #[command(flatten)]
    runtime: RuntimeArguments,
    /// Write one file for each object into this folder
    #[arg(long, value_name = "FOLDER", value_hint = ValueHint::DirPath)]
    to: Option<PathBuf>,
}

impl DeployArguments {
    /// Deploys.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let (loaded, mut options) = self.runtime.load(context).await?;
        self.reach.fill(&mut options);
        options.dry_run = self.dry_run;
        options.no_wait = self.no_wait;
        options.proof = self.proof.map_or(deploy::Proof::Forwards, |ProofArgument::Pod| deploy::Proof::Pod);
        let cluster = connect(context, &self.cluster.selection()).await?;
        let deployed = deploy::deploy(context, &cluster, &loaded.settings, &options).await?;
        context.ui.data(&deployed, report::deployed)?;
        Ok(0)
    }
}

impl DiffArguments {
    /// Compares.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let (loaded, options) = self.runtime.load(context).await?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let differences = deploy::diff(context, &cluster, &loaded.settings, &options).await?;
        context.ui.data(&differences, report::differences)?;
        Ok(if differences.same { 0 } else { Status::Different as u8 })
    }
}

impl RenderArguments {
    /// Prints or writes the objects.
    ///
    /// # Errors
    /// When the settings do not fit together, or the folder cannot be written.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let (loaded, options) = self.runtime.load(context).await?;
        let objects = deploy::render(context, &loaded.settings, &options).await?;
        match &self.to {
            None => context.ui.raw(&render::stream(&objects)?)?,
            Some(folder) => {
                let count = render::write(&context.environment.working_directory().join(folder), &objects)?;
                context.ui.note(format!("{count} files in {}", folder.display()));
            }
        }
        Ok(0)
    }
}
