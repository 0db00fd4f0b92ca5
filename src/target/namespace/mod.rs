//! `karctl ns`: the namespaces whose pods are part of applications. Replaces kar-k8s-namespace-enable.sh and -disable.sh.

pub mod explain;
pub mod quota;
mod report;
pub mod rollout;

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::kubernetes::connection::{Cluster, permit};
use super::kubernetes::live::AT_A_TIME;
use super::kubernetes::namespaces::{self, EnableOptions, Enabled, Planned, Removal, Source};
use super::kubernetes::permission::require;
use super::kubernetes::pods::{self, Query};
use super::kubernetes::status;
use super::kubernetes::team::Team;
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};

/// Errors that are told of each; more say nothing new.
const MOST_ERRORS: usize = 10;

/// What `karctl ns enable` did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct EnabledNamespaces {
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// One after the other, as they were given.
    pub namespaces: Vec<Enabled>,
}

/// What `karctl ns disable` did.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct DisabledNamespaces {
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// One after the other, as they were given.
    pub namespaces: Vec<Disabled>,
    /// Pods that still use the configuration, `namespace/name`; they run on, and cannot be started anew.
    pub attached: Vec<String>,
}

/// How namespaces are disabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct DisableOptions {
    /// Do not ask about pods that still use the configuration.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What became of one namespace.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Disabled {
    /// Its name.
    pub namespace: String,
    /// Removed, or unchanged where it was not enabled.
    pub change: Change,
    /// What went beside the label: the secrets, and what its team was given.
    pub removed: Vec<String>,
}

/// What `karctl ns list` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Namespaces {
    /// Every enabled namespace.
    pub namespaces: Vec<Listed>,
}

/// One enabled namespace.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// Its name.
    pub name: String,
    /// Whether its copy of the runtime's configuration is that of the runtime.
    pub is_current: bool,
    /// Pods with the annotation that `kar` is in.
    pub injected: usize,
    /// Pods with the annotation that `kar` is not in: they were made before the namespace was enabled.
    pub not_injected: usize,
}

/// Which namespaces a command is about.
#[derive(Clone, Debug)]
pub enum Which {
    /// These.
    Named(Vec<String>),
    /// All with these labels; every one where it is empty.
    Labelled(String),
}

impl Which {
    /// The names, each once. Of all, those that belong to the cluster or to the runtime, and those that are being deleted,
    /// are nobody's to enable.
    async fn names(&self, cluster: &Cluster, runtime: &str) -> Result<Vec<String>> {
        let labels = match self {
            Self::Named(names) => {
                let mut seen = BTreeSet::new();
                return Ok(names.iter().filter(|name| seen.insert(name.as_str())).cloned().collect());
            }
            Self::Labelled(labels) => labels,
        };
        let found = cluster.list(NAMESPACE, None, labels).await.map_err(Failure::from)?;
        let is_meant = |found: &&Object| !found.is_terminating() && !namespaces::is_system(runtime, found.name());
        let names: Vec<_> = found.iter().filter(is_meant).map(|found| found.name().to_owned()).collect();
        if names.is_empty() {
            let which = if labels.is_empty() { String::new() } else { format!(" with the labels {labels}") };
            return Err(Failure::new(format!("there is no namespace{which} that could be meant")).into());
        }
        Ok(names)
    }
}

/// Enables namespaces. All are looked at, and all that is wrong with any is told, before the first is changed; from then on
/// what fails for one does not keep the others from it.
///
/// # Errors
/// When one is not there, is being deleted, belongs to the cluster itself, or holds something that is somebody else's;
/// when a right is missing; or when some could not be enabled in the end.
pub async fn enable(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    which: &Which,
    options: EnableOptions,
    team: &Team,
) -> Result<EnabledNamespaces> {
    let source = Source::read(cluster, runtime).await?;
    let names = which.names(cluster, runtime).await?;
    let looked = namespaces::look(cluster, &source, &names, options, team).await?;
    let planned = all_or_none(looked)?;
    let namespaces = carry_out(context, cluster, runtime, planned, &ENABLING, options.dry_run).await?;
    Ok(EnabledNamespaces { dry_run: options.dry_run, namespaces })
}

/// What is done with namespaces, in words.
struct Wording {
    /// What whoever is asked says yes to.
    request: &'static str,
    /// The step.
    doing: &'static str,
    /// Of one that it was done with.
    done: &'static str,
}

const ENABLING: Wording = Wording { request: "Enable namespaces", doing: "Enabling namespaces", done: "enabled" };

/// Checks that everything may be done, then does it.
async fn carry_out(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    planned: Vec<Planned>,
    wording: &Wording,
    dry_run: bool,
) -> Result<Vec<Enabled>> {
    require(cluster, planned.iter().flat_map(Planned::permissions)).await?;
    // One stands for all: they are to have the same.
    let first = planned.iter().find(|planned| !planned.outlook.given.is_empty());
    if let Some(first) = first {
        first.rehearse(cluster, runtime).await?;
    }
    let changing = planned.iter().filter(|planned| planned.is_change()).count();
    if dry_run || changing == 0 {
        return Ok(planned.into_iter().map(|planned| planned.outlook).collect());
    }
    permit(context, cluster, wording.request).await?;
    let step = context.ui.step(wording.doing);
    let count = AtomicUsize::new(0);
    let work = planned.into_iter().map(async |planned| {
        if !planned.is_change() {
            return Ok(planned.outlook);
        }
        let name = planned.outlook.namespace.clone();
        let enabled = planned.carry_out(cluster).await;
        let number = count.fetch_add(1, Ordering::Relaxed) + 1;
        step.detail(format!("{number} of {changing}"));
        enabled.or_fail(|| Failure::new(format!("namespace {name} was not {}", wording.done)))
    });
    let done: Vec<_> = stream::iter(work).buffered(AT_A_TIME).collect().await;
    let enabled = every_one(done)?;
    step.done(format!("{} {}", counted(changing), wording.done));
    Ok(enabled)
}

/// `1 namespace`, `2 namespaces`.
fn counted(number: usize) -> String {
    format!("{number} namespace{}", if number == 1 { "" } else { "s" })
}

/// All of them, or everything that is wrong with any, before anything is changed.
fn all_or_none<T>(looked: Vec<Result<T>>) -> Result<Vec<T>> {
    let (good, errors) = apart(looked);
    if errors.is_empty() { Ok(good) } else { Err(together("nothing was changed", errors)) }
}

/// All of them, or what failed; the others are done.
fn every_one<T>(done: Vec<Result<T>>) -> Result<Vec<T>> {
    let number = done.len();
    let (good, errors) = apart(done);
    if errors.is_empty() {
        return Ok(good);
    }
    Err(together(&format!("{} of {} failed", errors.len(), counted(number)), errors))
}

fn apart<T>(results: Vec<Result<T>>) -> (Vec<T>, Vec<anyhow::Error>) {
    let (mut good, mut errors) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(value) => good.push(value),
            Err(error) => errors.push(error),
        }
    }
    (good, errors)
}

/// Several errors as one, each with its sentence, every hint once; a single one stays as it is.
fn together(summary: &str, mut errors: Vec<anyhow::Error>) -> anyhow::Error {
    if errors.len() == 1 {
        return errors.remove(0);
    }
    let reports: Vec<_> = errors.iter().map(report).collect();
    let mut lines: Vec<_> = reports.iter().take(MOST_ERRORS).map(|report| report.message.as_str()).collect();
    let more = format!("and {} more", reports.len().saturating_sub(MOST_ERRORS));
    if reports.len() > MOST_ERRORS {
        lines.push(&more);
    }
    let mut failure = Failure::new(format!("{summary}: {}", lines.join("; ")));
    let mut seen = BTreeSet::new();
    for hint in reports.iter().take(MOST_ERRORS).flat_map(|report| &report.hints) {
        if seen.insert(hint) {
            failure = failure.hint(hint);
        }
    }
    if let Some(code) = reports.iter().find_map(|report| report.code) {
        failure = failure.code(code);
    }
    failure.status(reports[0].status).into()
}

/// Disables namespaces: the label goes first, then the secrets and what the teams were given.
///
/// # Errors
/// When nobody says yes to pods that still use them, a right is missing, or the server refuses.
pub async fn disable(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    which: &Which,
    options: DisableOptions,
) -> Result<DisabledNamespaces> {
    let DisableOptions { force, dry_run } = options;
    let names = which.names(cluster, runtime).await?;
    let mut removals = namespaces::look_to_disable(cluster, &names).await?;
    if let Which::Labelled(_) = which {
        // Of all only those that are enabled, or whose disabling was cut off.
        removals.retain(Removal::is_change);
    }
    let changing: Vec<_> = removals.iter().filter(|removal| removal.is_change()).collect();
    let places: Vec<_> = changing.iter().map(|removal| removal.namespace()).collect();
    let attached = namespaces::attached(cluster, &places).await?;
    let attached: Vec<_> = attached.iter().map(|pod| format!("{}/{}", pod.namespace(), pod.name())).collect();
    require(cluster, changing.iter().flat_map(|removal| removal.permissions())).await?;
    if dry_run {
        let namespaces = removals.iter().map(|removal| Disabled {
            namespace: removal.namespace().to_owned(),
            change: removal.outlook(),
            removed: removal.removed(),
        });
        return Ok(DisabledNamespaces { dry_run, namespaces: namespaces.collect(), attached });
    }
    if !changing.is_empty() {
        permit(context, cluster, "Disable namespaces").await?;
    }
    if !attached.is_empty() && !force {
        let question = format!(
            "These pods still use the configuration: {}. Disable all the same?",
            namespaces::some_of(&attached)
        );
        if !context.ui.confirm(&question, "--force or -y")? {
            return Err(Failure::new("nothing was changed, as you said").into());
        }
    }
    let disabled = removals.iter().map(async |removal| {
        let namespace = removal.namespace().to_owned();
        let change = removal.carry_out(cluster).await;
        let change = change.or_fail(|| Failure::new(format!("namespace {namespace} was not disabled")))?;
        Ok(Disabled { namespace, change, removed: removal.removed() })
    });
    let namespaces = every_one(stream::iter(disabled).buffered(AT_A_TIME).collect().await)?;
    Ok(DisabledNamespaces { dry_run, namespaces, attached })
}

/// Every enabled namespace, with the pods in it.
///
/// # Errors
/// When the server does not say.
pub async fn list(cluster: &Cluster, runtime: &str) -> Result<Namespaces> {
    let every = Query::default();
    let (enabled, pods) = tokio::try_join!(status::enabled(cluster, runtime), pods::list(cluster, &every))?;
    let listed = enabled.into_iter().map(|namespace| {
        let of_namespace = pods.pods.iter().filter(|pod| pod.namespace == namespace.name);
        let (injected, others): (Vec<_>, Vec<_>) = of_namespace.partition(|pod| pod.is_injected);
        Listed {
            name: namespace.name,
            is_current: namespace.is_current,
            injected: injected.len(),
            not_injected: others.len(),
        }
    });
    Ok(Namespaces { namespaces: listed.collect() })
}
