//! `karctl ns`: the namespaces whose pods are part of applications.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};
use clap_complete::engine::ArgValueCompleter;

use super::arguments::SettingsArguments;
use super::completions;
use super::k8s::ClusterArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::settings::{self, Sources};
use crate::target::kubernetes::connection::connect;
use crate::target::kubernetes::namespaces::EnableOptions;
use crate::target::kubernetes::team::{Quota, Team};
use crate::target::kubernetes::workloads::Direction;
use crate::target::namespace::explain::{About, Explanation, explain};
use crate::target::namespace::quota::quota;
use crate::target::namespace::rollout::{self, ScaledNamespace, SyncOptions, Synced};
use crate::target::namespace::{self, DisableOptions, DisabledNamespaces, EnabledNamespaces, Namespaces, Which};

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum NsCommand {
    /// Make the pods of namespaces part of applications
    Enable(EnableArguments),
    /// Take that back
    Disable(DisableArguments),
    /// List the enabled namespaces, and whether their configuration is current
    List(ListArguments),
    /// Say why a pod is injected or not; exit 3 where something is wrong
    Explain(ExplainArguments),
    /// Bring the configuration of enabled namespaces up to date
    Sync(SyncArguments),
    /// Put the workloads of a namespace to rest, for off-hours
    ScaleDown(ScaleArguments),
    /// Wake them again
    ScaleUp(ScaleArguments),
}

/// Which namespaces.
#[derive(Debug, Args)]
#[group(required = true)]
pub struct WhichArguments {
    /// Which
    #[arg(value_name = "NAMESPACE", conflicts_with_all = ["all", "selector"])]
    namespace: Vec<String>,
    /// Every one that belongs neither to the cluster nor to the runtime
    #[arg(long)]
    all: bool,
    /// Of these only those with the labels, such as team=a,stage!=test
    #[arg(short = 'l', long, value_name = "LABELS", value_parser = labels)]
    selector: Option<String>,
}

/// Labels that choose something: an empty selector, as an unset variable leaves it, would mean every namespace.
fn labels(text: &str) -> std::result::Result<String, &'static str> {
    if text.trim().is_empty() { Err("it chooses nothing; --all means every namespace") } else { Ok(text.to_owned()) }
}

impl WhichArguments {
    fn which(&self) -> Which {
        if self.namespace.is_empty() {
            Which::Labelled(self.selector.clone().unwrap_or_default())
        } else {
            Which::Named(self.namespace.clone())
        }
    }
}

/// Options of `karctl ns enable`.
#[derive(Debug, Args)]
#[command(after_help = "\
All are looked at before the first is changed: where one cannot be enabled, or a right is missing, none is, and everything
that is wrong is said. Again, it copies the configuration anew where that of the runtime has changed.

Examples:
  karctl ns enable team-a team-b
  karctl ns enable team-c --create --bind-group team-c --quota small --limits
  karctl ns enable --all -l kind=application")]
pub struct EnableArguments {
    #[command(flatten)]
    which: WhichArguments,
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
    team: TeamArguments,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// What the team of a namespace is given.
#[derive(Debug, Args)]
#[command(next_help_heading = "Teams")]
pub struct TeamArguments {
    /// Give this group what `karctl k8s rbac application` prints; may be repeated
    #[arg(long, value_name = "GROUP")]
    bind_group: Vec<String>,
    /// The same for this user; may be repeated
    #[arg(long, value_name = "USER")]
    bind_user: Vec<String>,
    /// What all pods may take together: small, medium, large, or a file with a ResourceQuota or its amounts
    #[arg(long, value_name = "SIZE|FILE")]
    quota: Option<String>,
    /// Give containers that ask for nothing what a quota can count
    #[arg(long)]
    limits: bool,
}

impl TeamArguments {
    fn team(&self, context: &Context) -> Result<Team> {
        let quota = self.quota.as_ref().map(|asked| quota(asked, context)).transpose()?;
        if quota.as_ref().is_some_and(Quota::needs_limits) && !self.limits {
            context.ui.warn("pods that do not say what they take are refused by this quota; --limits gives them some");
        }
        Team::new(&self.bind_user, &self.bind_group, quota.as_ref(), self.limits)
    }
}

/// Options of `karctl ns disable`.
#[derive(Debug, Args)]
#[command(after_help = "\
Pods that run go on; they cannot be started anew until the namespace is enabled again. Roles, quotas and limits that `ns
enable` gave go too.

Examples:
  karctl ns disable team-a
  karctl ns disable --all --dry-run
  karctl ns disable team-a --force")]
pub struct DisableArguments {
    #[command(flatten)]
    which: WhichArguments,
    /// Do not ask about pods that still use the configuration
    #[arg(long)]
    force: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
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

/// Options of `karctl ns explain`.
#[derive(Debug, Args)]
#[command(after_help = "\
The API server rehearses the creation of the pod; nothing is changed. Exit status: 0 where the pod is injected, or does not
ask for it; 3 where something is wrong.

Examples:
  karctl ns explain team-a
  karctl ns explain team-a greeter-0
  karctl ns explain team-a -f deploy.yaml")]
pub struct ExplainArguments {
    /// Which
    #[arg(value_name = "NAMESPACE")]
    namespace: String,
    /// A pod that is there [default: one that has nothing but the annotation]
    #[arg(value_name = "POD")]
    pod: Option<String>,
    /// Pods, or workloads, of a manifest; `-` is stdin
    #[arg(short, long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "pod")]
    file: Option<PathBuf>,
    /// One setting, such as kubernetes.namespace=kar-system; may be repeated
    #[arg(long, value_name = "KEY=VALUE", add = ArgValueCompleter::new(completions::set))]
    set: Vec<String>,
    #[command(flatten)]
    cluster: ClusterArguments,
}

impl ExplainArguments {
    async fn run(&self, context: &Context) -> Result<u8> {
        let sources = Sources { set: self.set.clone(), ..Sources::default() };
        let loaded = settings::load(&context.environment, &sources)?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let about = match (&self.pod, &self.file) {
            (Some(pod), _) => About::Pod(pod),
            (None, Some(file)) => About::File(file),
            (None, None) => About::AnyPod,
        };
        let runtime = &loaded.settings.kubernetes.namespace;
        let explanation = explain(context, &cluster, runtime, &self.namespace, about).await?;
        context.ui.data(&explanation, Explanation::text)?;
        Ok(if explanation.is_wrong { Status::Different as u8 } else { 0 })
    }
}

/// Options of `karctl ns sync`.
#[derive(Debug, Args)]
#[command(after_help = "\
Pods read the configuration when they start. With --restart, Deployments, StatefulSets and DaemonSets whose pods are older
than the copy have them made anew, as `kubectl rollout restart` does; each once for each copy.

Examples:
  karctl ns sync
  karctl ns sync --restart
  karctl ns sync team-a --restart --dry-run")]
pub struct SyncArguments {
    /// Which [default: all that are enabled]
    #[arg(value_name = "NAMESPACE")]
    namespace: Vec<String>,
    /// All that are enabled, as without a name
    #[arg(long, conflicts_with = "namespace")]
    all: bool,
    /// Have pods made anew that carry an old configuration
    #[arg(long)]
    restart: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl ns scale-down` and `scale-up`.
#[derive(Debug, Args)]
#[command(after_help = "\
How many pods each Deployment and StatefulSet has is kept in an annotation of its own while it rests. Those that a
HorizontalPodAutoscaler counts are left alone.

Examples:
  karctl ns scale-down team-a
  karctl ns scale-up team-a")]
pub struct ScaleArguments {
    /// Which
    #[arg(value_name = "NAMESPACE")]
    namespace: String,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl ScaleArguments {
    async fn run(&self, context: &Context, direction: Direction) -> Result<()> {
        let loaded = self.settings.load(context, Vec::new())?;
        let cluster = connect(context, &self.cluster.selection()).await?;
        let runtime = &loaded.settings.kubernetes.namespace;
        let scaled = rollout::scale(context, &cluster, runtime, &self.namespace, direction, self.dry_run).await?;
        context.ui.data(&scaled, ScaledNamespace::text)
    }
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: NsCommand, context: &Context) -> Result<u8> {
    match command {
        NsCommand::Enable(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let team = arguments.team.team(context)?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let options = EnableOptions {
                create: arguments.create,
                force_system: arguments.force_system,
                dry_run: arguments.dry_run,
            };
            let runtime = &loaded.settings.kubernetes.namespace;
            let which = arguments.which.which();
            let enabled = namespace::enable(context, &cluster, runtime, &which, options, &team).await?;
            context.ui.data(&enabled, EnabledNamespaces::text)?;
        }
        NsCommand::Disable(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let runtime = &loaded.settings.kubernetes.namespace;
            let which = arguments.which.which();
            let options = DisableOptions { force: arguments.force, dry_run: arguments.dry_run };
            let disabled = namespace::disable(context, &cluster, runtime, &which, options).await?;
            context.ui.data(&disabled, DisabledNamespaces::text)?;
        }
        NsCommand::List(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let listed = namespace::list(&cluster, &loaded.settings.kubernetes.namespace).await?;
            context.ui.data(&listed, Namespaces::text)?;
        }
        NsCommand::Explain(arguments) => return arguments.run(context).await,
        NsCommand::Sync(arguments) => {
            let loaded = arguments.settings.load(context, Vec::new())?;
            let cluster = connect(context, &arguments.cluster.selection()).await?;
            let options = SyncOptions { restart: arguments.restart, dry_run: arguments.dry_run };
            let runtime = &loaded.settings.kubernetes.namespace;
            let synced = rollout::sync(context, &cluster, runtime, &arguments.namespace, options).await?;
            context.ui.data(&synced, Synced::text)?;
        }
        NsCommand::ScaleDown(arguments) => arguments.run(context, Direction::Down).await?,
        NsCommand::ScaleUp(arguments) => arguments.run(context, Direction::Up).await?,
    }
    Ok(0)
}
