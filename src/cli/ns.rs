//! `karctl ns`: the namespaces whose pods are part of applications.

use clap::{Args, Subcommand};

use super::arguments::SettingsArguments;
use super::k8s::ClusterArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::connection::connect;
use crate::target::kubernetes::namespaces::EnableOptions;
use crate::target::namespace::{self, DisabledNamespaces, EnabledNamespaces, Namespaces};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum NsCommand {
    /// Make the pods of namespaces part of applications
    Enable(EnableArguments),
    /// Take that back
    Disable(DisableArguments),
    /// List the enabled namespaces, and whether their configuration is current
    List(ListArguments),
}

/// Options of `karctl ns enable`.
#[derive(Debug, Args)]
#[command(after_help = "\
Again, it copies the configuration anew where that of the runtime has changed.

Examples:
  karctl ns enable team-a team-b
  karctl ns enable team-c --create")]
pub struct EnableArguments {
    /// Which
    #[arg(required = true, value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// Create those that are not there
    #[arg(long)]
    create: bool,
    /// Enable one that belongs to the cluster itself
    #[arg(long)]
    force_system: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl ns disable`.
#[derive(Debug, Args)]
#[command(after_help = "\
Pods that run go on; they cannot be started anew until the namespace is enabled again.

Examples:
  karctl ns disable team-a
  karctl ns disable team-a --force")]
pub struct DisableArguments {
    /// Which
    #[arg(required = true, value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// Do not ask about pods that still use the configuration
    #[arg(long)]
    force: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Options of `karctl ns list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl ns list
  karctl ns list -o json")]
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
pub async fn run(command: NsCommand, context: &Context) -> Result<u8> {
    match command {
        NsCommand::Enable(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let options = EnableOptions {
                create: arguments.create,
                force_system: arguments.force_system,
                dry_run: arguments.dry_run,
            };
            let runtime = &loaded.settings.kubernetes.namespace;
            let enabled = namespace::enable(context, &cluster, runtime, &arguments.namespace, options).await?;
            context.ui.data(&enabled, EnabledNamespaces::text)?;
        }
        NsCommand::Disable(arguments) => {
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let disabled = namespace::disable(context, &cluster, &arguments.namespace, arguments.force).await?;
            context.ui.data(&disabled, DisabledNamespaces::text)?;
        }
        NsCommand::List(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let listed = namespace::list(&cluster, &loaded.settings.kubernetes.namespace).await?;
            context.ui.data(&listed, Namespaces::text)?;
        }
    }
    Ok(0)
}
