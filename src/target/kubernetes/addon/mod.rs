//! `karctl addon`: what ties the runtime to what a cluster has already, with an inventory of its own.
//!
//! Nothing of it is needed by applications; it goes with the runtime, or before.

mod selection;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use self::selection::{Labels, takes, wanted};
use super::connection::permit;
use super::inventory::{self, Inventory};
use super::permission::{Permission, require};
use super::plan::{Outcome, Plan, Policy, plan};
use super::{apply, manifests, names, not_deployed};
use crate::change::Change;
use crate::client::kubernetes::object::{
    Kind, NAMESPACE, Object, POD_MONITOR, PROMETHEUS, Reference, SERVICE, SERVICE_MONITOR,
};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::render;
use crate::ui::table;

/// The service in front of Kafka's agent; a deploy with the agent makes it.
const AGENT_SERVICE: &str = "kafka-jmx-svc";

/// An addon.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Addon {
    /// Figures of Kafka and the sidecars for a Prometheus that the Prometheus Operator runs, and dashboards for Grafana.
    Metrics,
}

impl Addon {
    /// Every one.
    pub const ALL: [Self; 1] = [Self::Metrics];

    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Metrics => "metrics",
        }
    }

    /// In one line.
    pub fn summary(self) -> &'static str {
        match self {
            Self::Metrics => "figures of Kafka and the sidecars for Prometheus, dashboards for Grafana",
        }
    }
}

/// How an addon is installed.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Labels of the monitors, beside those that the cluster's Prometheuses ask for; these go first.
    pub labels: Vec<(String, String)>,
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
    /// The Prometheuses that take it up, `namespace/name`.
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

/// What there is around an addon.
struct Surroundings {
    /// The runtime's namespace.
    own: Object,
    prometheuses: Vec<Object>,
    /// Whether Kafka's agent is there.
    has_agent: bool,
}

impl Surroundings {
    /// Fails where the runtime or the operator is not there.
    async fn look(context: &Context, cluster: &Cluster, namespace: &str) -> Result<Self> {
        let runtime = Inventory::read(cluster, &inventory::reference(namespace)).await?;
        let own = cluster.get(&Reference::new(NAMESPACE, "", namespace)).await.map_err(Failure::from)?;
        let (Some(_), Some(own)) = (runtime, own) else { return Err(not_deployed(namespace).into()) };
        let groups = cluster.groups().await.map_err(Failure::from)?;
        if !groups.iter().any(|group| group == PROMETHEUS.group()) {
            return Err(no_operator(namespace).into());
        }
        let prometheuses = prometheuses(context, cluster).await?;
        let agent = cluster.get(&Reference::new(SERVICE, namespace, AGENT_SERVICE)).await.map_err(Failure::from)?;
        Ok(Self { own, prometheuses, has_agent: agent.is_some() })
    }

    /// The labels of monitors of a kind: those that were given, and those that the Prometheuses ask for.
    fn labels(&self, kind: Kind, given: &[(String, String)]) -> Labels {
        let mut labels: Labels = given.iter().cloned().collect();
        for (name, value) in wanted(&self.prometheuses, kind) {
            labels.entry(name).or_insert(value);
        }
        labels
    }
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
    let around = Surroundings::look(context, cluster, namespace).await?;
    let [services, pods] = [SERVICE_MONITOR, POD_MONITOR].map(|kind| around.labels(kind, &options.labels));
    let policy = Policy { adopt: false, force_conflicts: options.force_conflicts };
    let objects = metrics(namespace, &services, &pods)?;
    let plan = plan(cluster, objects, inventory::of_addon(namespace, addon.name()), policy).await?;
    bring_about(context, cluster, addon, &plan, policy, options.dry_run).await?;
    let takes_all = |prometheus: &&Object| {
        takes(prometheus, SERVICE_MONITOR, &services, &around.own) && takes(prometheus, POD_MONITOR, &pods, &around.own)
    };
    let taken_by: Vec<_> = around.prometheuses.iter().filter(takes_all).map(place).collect();
    if taken_by.is_empty() {
        context.ui.warn(untaken(&around.prometheuses, namespace));
    }
    if !around.has_agent {
        context.ui.warn("Kafka shows no figures yet; `karctl k8s deploy --agent` has it do so");
    }
    Ok(Installed {
        addon,
        context: cluster.chosen().context.clone(),
        namespace: namespace.to_owned(),
        dry_run: options.dry_run,
        objects: plan.outcomes(),
        taken_by,
    })
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

/// The objects of the addon `metrics`.
fn metrics(namespace: &str, service_labels: &Labels, pod_labels: &Labels) -> Result<Vec<Object>> {
    let dashboards: BTreeMap<_, _> = render::DASHBOARDS.into_iter().collect();
    let values = json!({"service_labels": service_labels, "pod_labels": pod_labels, "dashboards": dashboards});
    manifests::rendered(&render::METRICS, &values, namespace, (names::COMPONENT, "metrics"))
}

/// Those of the whole cluster, as far as whoever asks may see them.
async fn prometheuses(context: &Context, cluster: &Cluster) -> Result<Vec<Object>> {
    match cluster.list(PROMETHEUS, None, "").await {
        Ok(found) => Ok(found),
        // The operator's group without this kind.
        Err(error) if error.status() == Some(404) => Ok(Vec::new()),
        Err(error) if error.status() == Some(403) => {
            context.ui.warn("you may not list the Prometheuses of the cluster: give the labels they want with --label");
            Ok(Vec::new())
        }
        Err(error) => Err(Failure::from(error).into()),
    }
}

fn place(object: &Object) -> String {
    format!("{}/{}", object.namespace(), object.name())
}

fn no_operator(namespace: &str) -> Failure {
    Failure::new("no Prometheus Operator is on this cluster: it has no ServiceMonitors")
        .hint("install one, such as the chart kube-prometheus-stack, then run the same command again")
        .hint(format!(
            "a Prometheus without an operator finds Kafka at {AGENT_SERVICE}.{namespace}.svc:7071, and sidecars at port \
             3500, path /metrics, of the pods with the label kar.ibm.com/app"
        ))
        .code(Code::NoPrometheusOperator)
}

fn untaken(prometheuses: &[Object], namespace: &str) -> String {
    match prometheuses {
        [] => "no Prometheus was seen on the cluster, so nobody takes the figures up yet".to_owned(),
        seen => {
            let seen: Vec<_> = seen.iter().map(place).collect();
            format!(
                "no Prometheus takes the figures up: {} asks for other labels (--label gives some) or does not look at \
                 namespace {namespace}",
                seen.join(", ")
            )
        }
    }
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

impl Installed {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for object in self.objects.iter().filter(|object| object.change != Change::Unchanged) {
            let would = if self.dry_run { "would be " } else { "" };
            text.push_str(&format!("{} {}/{}: {would}{}", object.kind, self.namespace, object.name, object.change));
            if object.change == Change::Updated && !object.fields.is_empty() {
                text.push_str(&format!(" ({})", object.fields.join(", ")));
            }
            text.push('\n');
        }
        let (is_same, name) = (text.is_empty(), self.addon.name());
        text.push_str(&match (self.dry_run, is_same) {
            (true, true) => format!("The addon {name} is installed; nothing would be done\n"),
            (true, false) => "Nothing was done\n".to_owned(),
            (false, true) => format!("The addon {name} is installed; nothing was to be done\n"),
            (false, false) => format!("The addon {name} is installed\n"),
        });
        if !self.taken_by.is_empty() {
            text.push_str(&format!("Prometheus {} takes its figures up\n", self.taken_by.join(", ")));
        }
        text
    }
}

impl RemovedAddon {
    /// The form for people.
    pub fn text(&self) -> String {
        let name = self.addon.name();
        if self.removed.is_empty() {
            return format!("The addon {name} is not installed\n");
        }
        let would = if self.dry_run { "would be " } else { "" };
        let mut text: String = self.removed.iter().map(|object| format!("{object}: {would}removed\n")).collect();
        text.push_str(if self.dry_run { "Nothing was done\n" } else { "Nothing of it is left\n" });
        text
    }
}

impl Addons {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut rows = vec![["ADDON", "STATE", "WHAT IT BRINGS"].map(str::to_owned).to_vec()];
        rows.extend(self.addons.iter().map(|known| {
            let state = if known.is_installed { "installed" } else { "-" };
            [known.addon.name(), state, known.summary].map(str::to_owned).to_vec()
        }));
        table(&rows)
    }
}
