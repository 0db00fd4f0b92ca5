//! `karctl addon`: what ties the runtime to what a cluster has already, with an inventory of its own.
//!
//! Nothing of it is needed by applications; it goes with the runtime, or before.

mod logging;
mod metrics;
mod report;
mod selection;

use schemars::JsonSchema;
use serde::Serialize;

use super::connection::permit;
use super::inventory::{self, Inventory};
use super::permission::{Permission, require};
use super::plan::{Outcome, Plan, Policy, plan};
use super::{apply, names, not_deployed};
use crate::client::kubernetes::object::{Kind, NAMESPACE, Object, Reference};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::context::Context;
use crate::error::{Failure, Result};

/// An addon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Addon {
    /// Figures of Kafka and the sidecars for a Prometheus that the Prometheus Operator runs, and dashboards for Grafana.
    Metrics,
    /// Lines of `kar`, Kafka and ZooKeeper read by the Fluent Bit that the Fluent Operator runs, and a dashboard for Grafana.
    Logging,
}

impl Addon {
    /// Every one.
    pub const ALL: [Self; 2] = [Self::Metrics, Self::Logging];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
            Self::Logging => "logging",
        }
    }

    /// In one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Metrics => "figures of Kafka and the sidecars for Prometheus, dashboards for Grafana",
            Self::Logging => "levels and messages of log lines for Fluent Bit, a dashboard for Grafana",
        }
    }
}

/// How an addon is installed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Labels of what an operator selects by labels, beside those that it asks for; these go first.
    pub labels: Vec<(String, String)>,
    /// `logging`: read the lines of all containers of the cluster.
    pub all_containers: bool,
    /// Take fields from other managers.
    pub force_conflicts: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What `karctl addon install` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Installed {
    /// Which addon.
    pub addon: Addon,
    /// Context of the kubeconfig.
    pub context: String,
    /// Namespace of the runtime.
    pub namespace: String,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// What became of each object.
    pub objects: Vec<Outcome>,
    /// Who takes it up: the Prometheuses, `namespace/name`, or the configurations of Fluent Bit.
    pub taken_by: Vec<String>,
}

/// What `karctl addon remove` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct RemovedAddon {
    /// Which addon.
    pub addon: Addon,
    /// Namespace of the runtime.
    pub namespace: String,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// Objects that went.
    pub removed: Vec<String>,
}

/// What `karctl addon list` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Addons {
    /// Namespace of the runtime.
    pub namespace: String,
    /// Every addon that karctl knows.
    pub addons: Vec<KnownAddon>,
}

/// An addon, and whether it is there.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct KnownAddon {
    /// Which.
    pub addon: Addon,
    /// What it brings.
    pub summary: &'static str,
    /// Whether it is installed.
    pub is_installed: bool,
    /// Its objects.
    pub objects: Vec<String>,
}

/// What an addon is to be on a cluster.
struct Wanted {
    objects: Vec<Object>,
    taken_by: Vec<String>,
    warnings: Vec<String>,
}

/// Brings an addon about, or up to date.
///
/// # Errors
/// Before the first write where anything can be known then; a later failure leaves what the same command finishes.
pub async fn install(
    context: &Context,
    cluster: &Cluster,
    namespace: &str,
    addon: Addon,
    options: &Options,
) -> Result<Installed> {
    let (runtime, own) =
        (Inventory::read(cluster, &inventory::reference(namespace)).await?, own(cluster, namespace).await?);
    let (Some(_), Some(own)) = (runtime, own) else { return Err(not_deployed(namespace).into()) };
    let wanted = match addon {
        Addon::Metrics => metrics::wanted(context, cluster, &own, options).await?,
        Addon::Logging => logging::wanted(context, cluster, namespace, options).await?,
    };
    let policy = Policy { adopt: false, force_conflicts: options.force_conflicts };
    let plan = plan(cluster, wanted.objects, inventory::of_addon(namespace, addon.name()), policy).await?;
    bring_about(context, cluster, addon, &plan, policy, options.dry_run).await?;
    wanted.warnings.iter().for_each(|warning| context.ui.warn(warning));
    Ok(Installed {
        addon,
        context: cluster.chosen().context.clone(),
        namespace: namespace.to_owned(),
        dry_run: options.dry_run,
        objects: plan.outcomes(),
        taken_by: wanted.taken_by,
    })
}

/// The runtime's namespace.
async fn own(cluster: &Cluster, namespace: &str) -> Result<Option<Object>> {
    Ok(cluster.get(&Reference::new(NAMESPACE, "", namespace)).await.map_err(Failure::from)?)
}

/// Whether the cluster has kinds of a group.
async fn has_group(cluster: &Cluster, kind: Kind) -> Result<bool> {
    let groups = cluster.groups().await.map_err(Failure::from)?;
    Ok(groups.iter().any(|group| group == kind.group()))
}

/// Those of a kind of the whole cluster; `None` for who may not see them.
async fn all(cluster: &Cluster, kind: Kind) -> Result<Option<Vec<Object>>> {
    match cluster.list(kind, None, "").await {
        Ok(found) => Ok(Some(found)),
        // The operator's group without this kind.
        Err(error) if error.status() == Some(404) => Ok(Some(Vec::new())),
        Err(error) if error.status() == Some(403) => Ok(None),
        Err(error) => Err(Failure::from(error).into()),
    }
}

async fn bring_about(
    context: &Context,
    cluster: &Cluster,
    addon: Addon,
    plan: &Plan,
    policy: Policy,
    dry_run: bool,
) -> Result<()> {
    if !plan.is_change() {
        return Ok(());
    }
    apply::check(cluster, plan, policy, Vec::new()).await?;
    if dry_run {
        return Ok(());
    }
    permit(context, cluster, &format!("Install the addon {}", addon.name())).await?;
    apply::carry_out(context, cluster, plan, policy).await
}

/// Takes an addon away.
///
/// # Errors
/// When a right is missing or the server refuses; the same again does the rest.
pub async fn remove(
    context: &Context,
    cluster: &Cluster,
    namespace: &str,
    addon: Addon,
    dry_run: bool,
) -> Result<RemovedAddon> {
    let reference = inventory::of_addon(namespace, addon.name());
    let mut removed = RemovedAddon { addon, namespace: namespace.to_owned(), dry_run, removed: Vec::new() };
    if Inventory::read(cluster, &reference).await?.is_none() {
        return Ok(removed);
    }
    // The inventory goes last: until then the same command finds the rest.
    let mut objects = objects(cluster, &reference).await?;
    objects.extend(cluster.get(&reference).await.map_err(Failure::from)?);
    let references: Vec<_> = objects.iter().map(Object::reference).collect();
    require(cluster, references.iter().filter_map(|object| Permission::on("delete", object))).await?;
    if !dry_run {
        permit(context, cluster, &format!("Remove the addon {}", addon.name())).await?;
    }
    for (object, reference) in objects.iter().zip(&references) {
        if !dry_run {
            let uid = object.text("/metadata/uid");
            cluster.delete(reference, Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
        }
        removed.removed.push(reference.to_string());
    }
    Ok(removed)
}

/// What of an addon is there and karctl's, by its inventory.
pub(super) async fn objects(cluster: &Cluster, inventory: &Reference) -> Result<Vec<Object>> {
    let Some(written) = Inventory::read(cluster, inventory).await? else { return Ok(Vec::new()) };
    let mut objects = Vec::new();
    for reference in &written.objects {
        let found = cluster.get(reference).await.map_err(Failure::from)?;
        objects.extend(found.filter(|object| object.label(names::MANAGED_BY) == Some(names::KARCTL)));
    }
    Ok(objects)
}

/// Every addon, and whether it is there.
///
/// # Errors
/// When the server does not say.
pub async fn list(cluster: &Cluster, namespace: &str) -> Result<Addons> {
    let mut addons = Vec::new();
    for addon in Addon::ALL {
        let written = Inventory::read(cluster, &inventory::of_addon(namespace, addon.name())).await?;
        let objects = written.iter().flat_map(|written| &written.objects).map(ToString::to_string).collect();
        addons.push(KnownAddon { addon, summary: addon.summary(), is_installed: written.is_some(), objects });
    }
    Ok(Addons { namespace: namespace.to_owned(), addons })
}
