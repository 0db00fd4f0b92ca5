//! `karctl k8s`: the runtime on a cluster. Replaces kar-k8s-deploy.sh, kar-k8s-undeploy.sh and the Helm chart.

mod deploy;
mod pods;
mod rbac;

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::{SettingsArguments, flag};
use super::completions;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::target::kubernetes::connection::{Selection, connect};
use crate::target::kubernetes::{not_deployed, report, status, undeploy};

pub use deploy::{ReachArguments, RuntimeArguments};

/// The subcommands.
#[derive(Debug, Subcommand)]
#[command(after_help = "\
Examples:
  karctl k8s deploy                       Kafka, Redis and the injector, on the cluster of the current context
  karctl k8s deploy --os                  on OpenShift
  karctl k8s status
  karctl k8s undeploy                     the data stays")]
pub enum K8sCommand {
    /// Bring the runtime about on a cluster, and prove that it works
    Deploy(Box<deploy::DeployArguments>),
    /// Show what a deploy would change; exit 3 where there is something
    Diff(Box<deploy::DiffArguments>),
    /// Print what a deploy applies, without a cluster
    Render(Box<deploy::RenderArguments>),
    /// Show what runs, and what is wrong
    Status(StatusArguments),
    /// Take the runtime away; the data stays
    Undeploy(UndeployArguments),
    /// List the pods of applications
    Ps(pods::PsArguments),
    /// Show what the pods of applications, or of the runtime, write
    Logs(pods::LogsArguments),
    /// Reach Kafka and Redis, or an application, at ports of this machine
    PortForward(pods::PortForwardArguments),
    /// Print the least rights that karctl needs, as YAML
    Rbac(rbac::RbacArguments),
}

/// Which cluster.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Cluster")]
pub struct ClusterArguments {
    /// Context of the kubeconfig [default: its current one]
    #[arg(long, value_name = "NAME", add = ArgValueCandidates::new(completions::contexts))]
    context: Option<String>,
    /// The kubeconfig [default: KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    kubeconfig: Option<PathBuf>,
}

impl ClusterArguments {
    /// Whether anything was typed.
    pub fn is_given(&self) -> bool {
        self.context.is_some() || self.kubeconfig.is_some()
    }

    /// For the client.
    pub fn selection(&self) -> Selection {
        Selection { kubeconfig: self.kubeconfig.clone(), context: self.context.clone() }
    }
}

/// Options of `karctl k8s status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s status
  karctl k8s status --context production -o json")]
pub struct StatusArguments {
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl k8s undeploy`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s undeploy                     what holds data stays, and is listed
  karctl k8s undeploy --delete-data -y    nothing stays
  karctl k8s undeploy --dry-run")]
pub struct UndeployArguments {
    #[command(flatten)]
    cluster: ClusterArguments,
    /// Delete the data of Kafka and Redis too
    #[arg(long)]
    delete_data: bool,
    /// Leave the namespace, also when nothing is in it
    #[arg(long)]
    keep_namespace: bool,
    /// Do not ask about pods of applications that still run
    #[arg(long)]
    force: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: K8sCommand, context: &Context) -> Result<u8> {
    match command {
        K8sCommand::Deploy(arguments) => arguments.run(context).await,
        K8sCommand::Diff(arguments) => arguments.run(context).await,
        K8sCommand::Render(arguments) => arguments.run(context).await,
        K8sCommand::Status(arguments) => arguments.run(context).await,
        K8sCommand::Undeploy(arguments) => arguments.run(context).await,
        K8sCommand::Ps(arguments) => arguments.run(context).await,
        K8sCommand::Logs(arguments) => arguments.run(context).await,
        K8sCommand::PortForward(arguments) => arguments.run(context).await,
        K8sCommand::Rbac(arguments) => arguments.run(context),
    }
}

impl StatusArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let status = status::status(&cluster, &loaded.settings.kubernetes.namespace).await?;
        context.ui.data(&status, report::status)?;
        if !status.is_deployed {
            return Err(not_deployed(&status.namespace).into());
        }
        Ok(if status.problems.is_empty() { 0 } else { Status::Failed as u8 })
    }
}

impl UndeployArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let options = undeploy::Options {
            delete_data: self.delete_data,
            keep_namespace: self.keep_namespace,
            force: self.force,
            dry_run: self.dry_run,
        };
        let namespace = &loaded.settings.kubernetes.namespace;
        let undeployed = undeploy::undeploy(context, &cluster, namespace, options).await?;
        context.ui.data(&undeployed, report::undeployed)?;
        Ok(0)
    }
}
