//! `karctl cluster`: clusters on this machine, made by kind or k3d. Replaces kind-start.sh and k3d-start.sh.

use std::net::IpAddr;
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use super::arguments::{DurationArgument, SettingsArguments, flag};
use super::registry;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::settings::{Flag, Loaded};
use crate::target::cluster::{self, ClusterName, Created, DeleteOptions, Ingress, Options, Provider, Which, report};
use crate::target::kubernetes::connection::{Selection, connect};
use crate::target::kubernetes::deploy;

/// The subcommands of `karctl cluster`.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  karctl cluster create --deploy       a cluster with KAR on it, and a registry
  karctl cluster stop
  karctl cluster start
  karctl cluster delete -y             nothing of it stays")]
pub enum ClusterCommand {
    /// Make a cluster with kind or k3d, or bring one that was begun or stopped to its end
    Create(Box<CreateArguments>),
    /// Start a cluster that was stopped
    Start(SwitchArguments),
    /// Stop a cluster and keep all of it
    Stop(SwitchArguments),
    /// Delete clusters, with everything in them
    Delete(DeleteArguments),
    /// List the clusters of this machine
    #[command(after_help = "\
Examples:
  karctl cluster list
  karctl cluster list -o json")]
    List,
    /// Show a cluster's nodes, ports and registry, and what is wrong
    Status(StatusArguments),
    /// Print a cluster's kubeconfig
    #[command(after_help = "\
Examples:
  karctl cluster kubeconfig > kubeconfig
  karctl cluster kubeconfig --name try")]
    Kubeconfig(NameArguments),
}

/// Which cluster.
#[derive(Debug, Args)]
pub struct NameArguments {
    /// Name of the cluster
    #[arg(long, value_name = "NAME", env = "KARCTL_CLUSTER_NAME", default_value = cluster::DEFAULT_NAME, hide_env = true)]
    name: String,
}

impl NameArguments {
    fn name(&self) -> Result<ClusterName> {
        ClusterName::parse(&self.name)
    }
}

/// Options of `karctl cluster create`.
#[derive(Debug, Args)]
#[command(after_help = "\
Ports 31080 and 31443 of 127.0.0.1 lead to an ingress, 31093 and 31379 to Kafka and Redis of KAR. Nodes pull images of the
registry of this machine, as localhost:5000/... and registry:5000/... What fails is taken away again, unless --keep is given.

Examples:
  karctl cluster create
  karctl cluster create --provider k3d --workers 2 --deploy
  karctl cluster create --name try --k8s-version 1.34 --ttl 8h
  karctl cluster create --ingress traefik              http://localhost:31080 leads to Ingresses
  karctl cluster create --dry-run -o json              what kind or k3d would be told")]
pub struct CreateArguments {
    /// Who makes it [default: whichever is on PATH, kind first]
    #[arg(long, value_enum, value_name = "PROVIDER")]
    provider: Option<ProviderArgument>,
    #[command(flatten)]
    name: NameArguments,
    /// Nodes for applications beside the control plane [default: 1]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(..=9))]
    workers: Option<u16>,
    /// Version of Kubernetes, such as 1.34 or 1.34.0 [default: that of kind or k3d]
    #[arg(long, value_name = "VERSION")]
    k8s_version: Option<String>,
    /// Image of the nodes; it wins over a version
    #[arg(long, value_name = "IMAGE", env = "KARCTL_CLUSTER_IMAGE", hide_env = true)]
    image: Option<String>,
    /// A configuration of kind or k3d of your own, in the place of karctl's
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath,
          conflicts_with_all = ["workers", "k8s_version", "bind", "affinity"])]
    provider_config: Option<PathBuf>,
    /// With the registry of this machine, which is started where it is not running (the default)
    #[arg(long, overrides_with = "no_registry")]
    registry: bool,
    /// Without it
    #[arg(long)]
    no_registry: bool,
    /// Ingress controller behind ports 31080 and 31443: none, or Traefik, which k3d has of its own [default: none]
    #[arg(long, value_enum, value_name = "INGRESS")]
    ingress: Option<IngressArgument>,
    /// Address that the ports are bound to; beyond loopback a deploy asks clients for passwords [default: 127.0.0.1]
    #[arg(long, value_name = "ADDRESS")]
    bind: Option<IpAddr>,
    /// One more node, for KAR alone
    #[arg(long)]
    affinity: bool,
    /// How long it is needed, such as 8h; after that `delete --expired` deletes it
    #[arg(long, value_name = "DURATION")]
    ttl: Option<DurationArgument>,
    /// The kubeconfig that it goes into [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,
    /// Leave the current context as it is
    #[arg(long)]
    no_switch: bool,
    /// Deploy KAR on it, with the profile of its provider
    #[arg(long)]
    deploy: bool,
    /// Leave what was made where the creation fails
    #[arg(long)]
    keep: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// `--provider`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum ProviderArgument {
    /// kubeadm's Kubernetes in containers
    Kind,
    /// k3s in containers
    K3d,
    /// Whichever is on PATH, kind first
    Auto,
}

/// `--ingress`.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum IngressArgument {
    /// No ingress controller
    None,
    /// Traefik
    Traefik,
}

/// Options of `karctl cluster start` and `stop`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl cluster stop
  karctl cluster start --name try")]
pub struct SwitchArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl cluster delete`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl cluster delete
  karctl cluster delete --expired -y          those whose --ttl is over
  karctl cluster delete --all --with-registry --dry-run")]
pub struct DeleteArguments {
    #[command(flatten)]
    name: NameArguments,
    /// Those whose time is over, by their --ttl
    #[arg(long, conflicts_with = "all")]
    expired: bool,
    /// All that karctl made
    #[arg(long)]
    all: bool,
    /// The registry of this machine too; its images stay
    #[arg(long)]
    with_registry: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl cluster status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Exit status 1 where something is wrong.

Examples:
  karctl cluster status
  karctl cluster status --name try -o json")]
pub struct StatusArguments {
    #[command(flatten)]
    name: NameArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: ClusterCommand, context: &Context) -> Result<u8> {
    match command {
        ClusterCommand::Create(arguments) => return arguments.run(context).await,
        ClusterCommand::Status(arguments) => return arguments.run(context).await,
        ClusterCommand::Start(arguments) => {
            let started = cluster::start(context, &arguments.name.name()?, arguments.dry_run).await?;
            context.ui.data(&started, report::switched)?;
        }
        ClusterCommand::Stop(arguments) => {
            let stopped = cluster::stop(context, &arguments.name.name()?, arguments.dry_run).await?;
            context.ui.data(&stopped, report::switched)?;
        }
        ClusterCommand::Delete(arguments) => {
            let deleted = cluster::delete(context, &arguments.options()?).await?;
            context.ui.data(&deleted, report::deleted)?;
        }
        ClusterCommand::List => context.ui.data(&cluster::list(context).await?, report::list)?,
        ClusterCommand::Kubeconfig(name) => {
            context.ui.raw(cluster::kubeconfig(context, &name.name()?).await?.expose())?;
        }
    }
    Ok(0)
}

impl CreateArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        // The provider's profile is known once there is a cluster; the registry's settings are in no profile of one.
        let loaded = self.settings.load(context, Vec::new())?;
        let options = self.options(&loaded)?;
        let mut created = cluster::create(context, &options).await?;
        if self.deploy && !self.dry_run {
            created.deployed = Some(self.deploy(context, &created).await?);
        }
        context.ui.data(&created, report::created)?;
        Ok(0)
    }

    fn options(&self, loaded: &Loaded) -> Result<Options> {
        let provider = match self.provider {
            Some(ProviderArgument::Kind) => Some(Provider::Kind),
            Some(ProviderArgument::K3d) => Some(Provider::K3d),
            Some(ProviderArgument::Auto) | None => None,
        };
        Ok(Options {
            provider,
            name: self.name.name()?,
            workers: self.workers,
            kubernetes: self.k8s_version.clone(),
            image: self.image.clone(),
            configuration: self.provider_config.clone(),
            registry: (!self.no_registry).then(|| registry::options(loaded, false)),
            ingress: self.ingress.map(|ingress| match ingress {
                IngressArgument::None => Ingress::None,
                IngressArgument::Traefik => Ingress::Traefik,
            }),
            ingress_image: loaded.settings.cluster.ingress_image.clone(),
            bind: self.bind,
            affinity: self.affinity,
            ttl: self.ttl.map(|ttl| ttl.0),
            kubeconfig: self.kubeconfig.clone(),
            switch: !self.no_switch,
            keep: self.keep,
            dry_run: self.dry_run,
        })
    }

    /// As `karctl k8s deploy --profile PROVIDER`, on the cluster that was just made.
    async fn deploy(&self, context: &Context, created: &Created) -> Result<deploy::Deployed> {
        let loaded = self.settings.load_over(context, created.provider.name(), self.flags())?;
        let context = &Context { deadline: context.deadline.restarted(), ..context.clone() };
        let selection =
            Selection { kubeconfig: Some(created.kubeconfig.clone().into()), context: Some(created.context.clone()) };
        let cluster = connect(context, &selection).await?;
        deploy::deploy(context, &cluster, &loaded.settings, &deploy::Options::default()).await
    }

    /// What the cluster's own options mean for what is deployed on it.
    fn flags(&self) -> Vec<Flag> {
        let open = self.bind.filter(|bind| !bind.is_loopback());
        let flags = [
            flag("--affinity", "kubernetes.system_nodes", self.affinity.then_some(true)),
            flag("--bind", "kubernetes.secure", open.map(|_| true)),
            flag(
                "--bind",
                "kubernetes.expose",
                open.filter(|bind| !bind.is_unspecified()).map(|bind| bind.to_string()),
            ),
        ];
        flags.into_iter().flatten().collect()
    }
}

impl DeleteArguments {
    fn options(&self) -> Result<DeleteOptions> {
        let which = match (self.expired, self.all) {
            (true, _) => Which::Expired,
            (_, true) => Which::All,
            _ => Which::Named(self.name.name()?),
        };
        Ok(DeleteOptions { which, with_registry: self.with_registry, dry_run: self.dry_run })
    }
}

impl StatusArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let namespace = &loaded.settings.kubernetes.namespace;
        let status = cluster::status(context, &self.name.name()?, namespace).await?;
        context.ui.data(&status, report::status)?;
        Ok(if status.problems.is_empty() { 0 } else { Status::Failed as u8 })
    }
}
