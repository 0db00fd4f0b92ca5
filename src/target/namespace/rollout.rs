//! `karctl ns sync`, `scale-down` and `scale-up`: the workloads of enabled namespaces.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::{Wording, carry_out, every_one};
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object, Reference};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::kubernetes::connection::{Cluster, permit};
use crate::target::kubernetes::live::AT_A_TIME;
use crate::target::kubernetes::names;
use crate::target::kubernetes::namespaces::{self, EnableOptions, Source};
use crate::target::kubernetes::permission::require;
use crate::target::kubernetes::team::Team;
use crate::target::kubernetes::workloads::{Direction, Restarts, Scaled, scalings};

/// What `karctl ns sync` says that it does.
const SYNCING: Wording = Wording {
    request: "Bring namespaces up to date",
    doing: "Bringing namespaces up to date",
    done: "brought up to date",
};

/// What `karctl ns sync` did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Synced {
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// Name of the service keys of IBM Cloud that the configuration was made from, where it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_key: Option<String>,
    /// One after the other.
    pub namespaces: Vec<SyncedNamespace>,
}

/// What became of one namespace.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SyncedNamespace {
    /// Its name.
    pub namespace: String,
    /// Whether its copies were brought up to date.
    pub change: Change,
    /// The secrets that were copied anew.
    pub copied: Vec<String>,
    /// Workloads whose pods are made anew: `Deployment team-a/greeter`.
    pub restarted: Vec<String>,
    /// Pods that carry an old configuration and that nobody makes anew.
    pub not_restarted: Vec<String>,
    /// The same workloads, for whoever waits for them.
    #[serde(skip)]
    pub workloads: Vec<Reference>,
}

/// What `karctl ns scale-down` and `scale-up` did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ScaledNamespace {
    /// The namespace.
    pub namespace: String,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// Its deployments and stateful sets.
    pub workloads: Vec<Scaled>,
}

/// How namespaces are brought up to date.
#[derive(Clone, Copy, Debug, Default)]
pub struct SyncOptions {
    /// Have pods made anew that carry an old configuration.
    pub restart: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// Brings the copies of enabled namespaces up to date; of all where none is named.
///
/// # Errors
/// When one is not enabled, a right is missing, or the server refuses.
pub async fn sync(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    asked: &[String],
    options: SyncOptions,
) -> Result<Synced> {
    let source = Source::read(cluster, runtime).await?;
    let names = enabled_names(cluster, asked).await?;
    // Those that were enabled by --force-system stay so.
    let enabling = EnableOptions { force_system: true, dry_run: options.dry_run, ..EnableOptions::default() };
    let looked = namespaces::look(cluster, &source, &names, enabling, &Team::default()).await?;
    let planned = super::all_or_none(looked)?;
    let restarts = planned.iter().map(async |planned| match options.restart {
        true => {
            let is_stale = planned.outlook.copied.iter().any(|name| name == names::RUNTIME_CONFIG);
            Restarts::look(cluster, &planned.outlook.namespace, is_stale).await
        }
        false => Ok(Restarts::default()),
    });
    let restarts: Vec<_> = stream::iter(restarts).buffered(AT_A_TIME).try_collect().await?;
    require(cluster, restarts.iter().flat_map(Restarts::permissions)).await?;
    let is_copying = planned.iter().any(|planned| planned.is_change());
    let enabled = carry_out(context, cluster, runtime, planned, &SYNCING, options.dry_run).await?;
    let is_restarting = restarts.iter().any(|restarts| !restarts.workloads.is_empty());
    if is_restarting && !options.dry_run {
        if !is_copying {
            permit(context, cluster, "Restart workloads").await?;
        }
        let work = enabled.iter().zip(&restarts).map(async |(enabled, restarts)| {
            let rolled = restarts.carry_out(cluster, &enabled.namespace).await;
            rolled.or_fail(|| Failure::new(format!("not every workload of {} was restarted", enabled.namespace)))
        });
        every_one(stream::iter(work).buffered(AT_A_TIME).collect().await)?;
    }
    let synced = enabled.into_iter().zip(restarts).map(|(enabled, restarts)| SyncedNamespace {
        namespace: enabled.namespace,
        change: enabled.change,
        copied: enabled.copied,
        restarted: restarts.workloads.iter().map(ToString::to_string).collect(),
        not_restarted: restarts.others,
        workloads: restarts.workloads,
    });
    let managed_key = source.managed_key().map(str::to_owned);
    Ok(Synced { dry_run: options.dry_run, managed_key, namespaces: synced.collect() })
}

/// The enabled namespaces that are not being deleted, or those of them that are named, each once.
async fn enabled_names(cluster: &Cluster, asked: &[String]) -> Result<Vec<String>> {
    if asked.is_empty() {
        let enabled = namespaces::enabled(cluster).await?;
        let enabled = enabled.iter().filter(|namespace| !namespace.is_terminating());
        return Ok(enabled.map(|namespace| namespace.name().to_owned()).collect());
    }
    let mut seen = BTreeSet::new();
    let names: Vec<_> = asked.iter().filter(|name| seen.insert(name.as_str())).cloned().collect();
    try_join_all(names.iter().map(|name| enabled_namespace(cluster, name))).await?;
    Ok(names)
}

/// # Errors
/// When it is not there, or not enabled.
async fn enabled_namespace(cluster: &Cluster, name: &str) -> Result<Object> {
    let found = cluster.get(&Reference::new(NAMESPACE, "", name)).await.map_err(Failure::from)?;
    let found = found.ok_or_else(|| Failure::new(format!("there is no namespace {name}")))?;
    if found.label(names::ENABLED) == Some("true") {
        return Ok(found);
    }
    Err(Failure::new(format!("namespace {name} is not enabled"))
        .hint(format!("`karctl ns enable {name}` enables it"))
        .into())
}

/// Puts the deployments and stateful sets of an enabled namespace to rest, or wakes them. Those that an autoscaler counts
/// are left alone.
///
/// # Errors
/// When it is not enabled, belongs to the cluster or the runtime, or a right is missing.
pub async fn scale(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    namespace: &str,
    direction: Direction,
    dry_run: bool,
) -> Result<ScaledNamespace> {
    if namespaces::is_system(runtime, namespace) {
        return Err(Failure::usage(format!("namespace {namespace} belongs to the cluster or to the runtime itself"))
            .hint("only namespaces of applications are put to rest")
            .into());
    }
    enabled_namespace(cluster, namespace).await?;
    let scalings = scalings(cluster, namespace).await?;
    let outlook = scalings.iter().map(|scaling| scaling.outlook(direction)).collect::<Result<Vec<_>>>()?;
    require(cluster, outlook.iter().filter_map(|(_, permission)| permission.clone())).await?;
    let (outlook, permissions): (Vec<_>, Vec<_>) = outlook.into_iter().unzip();
    let is_changing = permissions.iter().any(Option::is_some);
    let workloads = match is_changing && !dry_run {
        false => outlook,
        true => {
            permit(context, cluster, &format!("Scale the workloads of {namespace}")).await?;
            let work = scalings.into_iter().map(|scaling| scaling.carry_out(cluster, direction));
            every_one(stream::iter(work).buffered(AT_A_TIME).collect().await)?
        }
    };
    Ok(ScaledNamespace { namespace: namespace.to_owned(), dry_run, workloads })
}

impl Synced {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.namespaces.is_empty() {
            return "No namespace is enabled\n".to_owned();
        }
        let would = if self.dry_run { "would be " } else { "" };
        let mut text = String::new();
        for synced in &self.namespaces {
            let name = &synced.namespace;
            match synced.change {
                Change::Unchanged => text.push_str(&format!("Namespace {name} is up to date\n")),
                _ => text.push_str(&format!("Namespace {name}: {} {would}copied\n", synced.copied.join(", "))),
            }
            for workload in &synced.restarted {
                text.push_str(&format!(
                    "  {workload}: its pods {}made anew\n",
                    if self.dry_run { would } else { "are " }
                ));
            }
            for pod in &synced.not_restarted {
                text.push_str(&format!("  {pod} carries an old configuration, and nobody makes it anew\n"));
            }
        }
        text
    }
}

impl ScaledNamespace {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.workloads.is_empty() {
            return format!("Namespace {} has no deployment and no stateful set\n", self.namespace);
        }
        let line = |scaled: &Scaled| {
            let count = format!("{} pod{}", scaled.replicas, if scaled.replicas == 1 { "" } else { "s" });
            let note = scaled.note.as_ref().map(|note| format!(": {note}")).unwrap_or_default();
            match (scaled.change, self.dry_run) {
                (Change::Unchanged, _) => format!("{} stays at {count}{note}\n", scaled.workload),
                (_, true) => format!("{} would get {count}{note}\n", scaled.workload),
                (_, false) => format!("{} gets {count}{note}\n", scaled.workload),
            }
        };
        self.workloads.iter().map(line).collect()
    }
}
