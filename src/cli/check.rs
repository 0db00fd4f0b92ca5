//! `karctl check`: whether this machine or a cluster is ready, and how to get what is missing.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;

use super::arguments::{SettingsArguments, flag, one_reader_of_stdin};
use super::ce::ProjectArguments;
use super::completions;
use super::k8s::{ClusterArguments, ReachArguments, RuntimeArguments};
use super::managed::{self, KeyArguments};
use crate::check::Report;
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine;
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
    /// Check whether `karctl ce enable` can do its work on a project of Code Engine, and whether the services can be used
    Ce(Box<CeArguments>),
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

/// Options of `karctl check ce`.
#[derive(Debug, Args)]
#[command(after_help = "\
Kafka and Redis are asked from here, as `kar` would: TLS, login, metadata and PING. Nothing is written, unless --probe-topic
names a topic. Without a key or a file, they are those of the project's configuration. Exit status: 0 all is well, 5 warnings
only, 1 errors.

Examples:
  karctl check ce kar --pre              before `karctl ce enable kar`
  karctl check ce kar                    also whether the project's configuration is that of the keys
  karctl check ce                        the services that the project uses
  karctl check ce --credentials keys.json --registry-secret icr -o json
  karctl explain KAR447                  what a code means")]
pub struct CeArguments {
    /// Name of the service keys of Databases for Redis and Event Streams
    #[arg(value_name = "KEY")]
    key: Option<String>,
    /// Only what has to be there before anything is put into the project
    #[arg(long)]
    pre: bool,
    /// A secret of the project with the login to a registry of private images
    #[arg(long, value_name = "NAME")]
    registry_secret: Option<String>,
    /// Write a record to this topic, which must exist, and read it again
    #[arg(long, value_name = "TOPIC")]
    probe_topic: Option<String>,
    #[command(flatten)]
    keys: KeyArguments,
    #[command(flatten)]
    project: ProjectArguments,
}

/// Checks, prints what was found, and returns what the checks say.
///
/// # Errors
/// A usage failure where a setting is wrong; for a cluster also where it does not answer.
pub async fn run(command: CheckCommand, context: &Context) -> Result<u8> {
    let report = match command {
        CheckCommand::Local(arguments) => arguments.check(context).await?,
        CheckCommand::K8s(arguments) => arguments.check(context).await?,
        CheckCommand::Ce(arguments) => arguments.check(context).await?,
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

impl CeArguments {
    async fn check(&self, context: &Context) -> Result<Report> {
        if self.key.is_none() && self.keys.is_given() && !self.keys.is_file() {
            return Err(managed::nameless().into());
        }
        let (key, keys) = (self.project.is_on_stdin(), self.keys.is_on_stdin());
        one_reader_of_stdin(&[("--api-key-file", key), ("--credentials", keys)])?;
        let wanted = code_engine::check::Wanted {
            registry_secret: self.registry_secret.clone(),
            probe_topic: self.probe_topic.clone(),
            before: self.pre,
            ..self.keys.wanted(self.key.as_ref())
        };
        code_engine::check::check(context, self.project.account(context), &wanted).await
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
