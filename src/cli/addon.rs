//! `karctl addon`: what ties the runtime to a Prometheus and a log stack that a cluster has. Replaces start-kar-metrics.sh and
//! start-k3d-logstack.sh.

use clap::{Args, Subcommand, ValueEnum};

use super::arguments::SettingsArguments;
use super::k8s::ClusterArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::addon::{self, Addon, Addons, Installed, Options, RemovedAddon};
use crate::target::kubernetes::connection::connect;

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum AddonCommand {
    /// Bring an addon about, or up to date
    Install(InstallArguments),
    /// Take it away
    Remove(RemoveArguments),
    /// List the addons, and which are installed
    List(ListArguments),
}

/// The addons.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum AddonArgument {
    /// Figures of Kafka and the sidecars for Prometheus, dashboards for Grafana
    Metrics,
    /// Levels and messages of log lines for Fluent Bit, a dashboard for Grafana
    Logging,
}

impl From<AddonArgument> for Addon {
    fn from(argument: AddonArgument) -> Self {
        match argument {
            AddonArgument::Metrics => Self::Metrics,
            AddonArgument::Logging => Self::Logging,
        }
    }
}

/// Options of `karctl addon install`.
#[derive(Debug, Args)]
#[command(after_help = "\
`metrics` is for a Prometheus that the Prometheus Operator runs, such as that of the chart kube-prometheus-stack: a
ServiceMonitor for Kafka's agent, which `karctl k8s deploy --agent` puts there, a PodMonitor for the sidecars of all
applications, and dashboards in a ConfigMap that Grafana's sidecar reads. The monitors get the labels that the cluster's
Prometheuses ask for.

`logging` is for a Fluent Bit that the Fluent Operator runs, wherever that sends what it reads: parsers and a filter that find
level and message in the lines of `kar`, Kafka and ZooKeeper, and a dashboard for logs in Loki. They get the labels that the
cluster's ClusterFluentBitConfigs ask for.

Addons are part of the runtime: `karctl k8s undeploy` takes them away too.

Examples:
  karctl addon install logging
  karctl addon install metrics
  karctl addon install metrics --label release=monitoring
  karctl addon install metrics --dry-run")]
pub struct InstallArguments {
    /// Which
    #[arg(value_name = "ADDON", value_enum)]
    addon: AddonArgument,
    /// A label of what an operator selects, beside those that it asks for; may be repeated
    #[arg(long, value_name = "NAME=VALUE", value_parser = label)]
    label: Vec<(String, String)>,
    /// logging: read the lines of all containers, for applications that have `kar` in their own [default: of containers
    /// called `kar`, and of the runtime]
    #[arg(long)]
    all_containers: bool,
    /// Take fields from whoever changed them
    #[arg(long)]
    force_conflicts: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// A label as it is typed.
fn label(text: &str) -> std::result::Result<(String, String), &'static str> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("give it as NAME=VALUE"),
    }
}

/// Options of `karctl addon remove`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl addon remove metrics
  karctl addon remove metrics --dry-run")]
pub struct RemoveArguments {
    /// Which
    #[arg(value_name = "ADDON", value_enum)]
    addon: AddonArgument,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl addon list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl addon list
  karctl addon list -o json")]
pub struct ListArguments {
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: AddonCommand, context: &Context) -> Result<u8> {
    match command {
        AddonCommand::Install(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let options = Options {
                labels: arguments.label,
                all_containers: arguments.all_containers,
                force_conflicts: arguments.force_conflicts,
                dry_run: arguments.dry_run,
            };
            let namespace = &loaded.settings.kubernetes.namespace;
            let installed = addon::install(context, &cluster, namespace, arguments.addon.into(), &options).await?;
            context.ui.data(&installed, Installed::text)?;
        }
        AddonCommand::Remove(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let namespace = &loaded.settings.kubernetes.namespace;
            let addon = arguments.addon.into();
            let removed = addon::remove(context, &cluster, namespace, addon, arguments.dry_run).await?;
            context.ui.data(&removed, RemovedAddon::text)?;
        }
        AddonCommand::List(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let addons = addon::list(&cluster, &loaded.settings.kubernetes.namespace).await?;
            context.ui.data(&addons, Addons::text)?;
        }
    }
    Ok(0)
}
