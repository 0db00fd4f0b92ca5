//! `karctl check`: whether this machine or a cluster is ready, and how to get what is missing.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::{SettingsArguments, flag};
use super::completions;
use super::k8s::{ClusterArguments, ReachArguments, RuntimeArguments};
use crate::check::Report;
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::check::{Stage, check};
use crate::target::kubernetes::connection::connect;
use crate::target::local;

/// The subcommands of `karctl check`.
#[derive(Debug, Subcommand)]
pub enum CheckCommand {
    /// Check whether `karctl local up` and applications can run on this machine
    Local(LocalArguments),
    /// Check whether `karctl k8s deploy` can do its work on a cluster, and whether what it deployed is well
    K8s(Box<K8sArguments>),
}

/// Options of `karctl check local`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is changed. Exit status: 0 all is well, 5 warnings only, 1 errors.

Examples:
  karctl check local
  karctl check local --set local.engine=native
  karctl check local -o json
  karctl explain KAR101              what a code means")]
pub struct LocalArguments {
    /// Name of the instance [default: kar]
    #[arg(long, add = ArgValueCandidates::new(completions::instances))]
    name: Option<String>,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl check k8s`.
#[derive(Debug, Args)]
#[command(after_help = "\
Nothing is written. Exit status: 0 all is well, 5 warnings only, 1 errors. Give the options of the deploy.

Examples:
  karctl check k8s --pre                 before the first deploy
  karctl check k8s --pre --ha --storage-class ssd
  karctl check k8s --context production  also what runs
  karctl check k8s -o json
  karctl explain KAR216                  what a code means")]
pub struct K8sArguments {
    /// Only what a deploy needs, not what was deployed
    #[arg(long)]
    pre: bool,
    #[command(flatten)]
    runtime: RuntimeArguments,
    #[command(flatten)]
    reach: ReachArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
}

/// Checks, prints what was found, and returns what the checks say.
///
/// # Errors
/// A usage failure where a setting is wrong; for a cluster also where it does not answer.
pub async fn run(command: CheckCommand, context: &Context) -> Result<u8> {
    let report = match command {
        CheckCommand::Local(arguments) => arguments.check(context).await?,
        CheckCommand::K8s(arguments) => arguments.check(context).await?,
    };
    context.ui.data(&report, Report::text)?;
    Ok(report.status())
}

impl LocalArguments {
    async fn check(&self, context: &Context) -> Result<Report> {
        let flags = flag("--name", "local.name", self.name.clone()).into_iter().collect();
        let loaded = self.settings.load(context, flags)?;
        local::check::check(context, &loaded.settings).await
    }
}

impl K8sArguments {
    async fn check(&self, context: &Context) -> Result<Report> {
        let (loaded, mut options) = self.runtime.load(context).await?;
        self.reach.fill(&mut options);
        let cluster = connect(context, &self.cluster.selection()).await?;
        let stage = if self.pre { Stage::Before } else { Stage::Deployed };
        check(context, &cluster, &loaded.settings, &options, stage).await
    }
}
