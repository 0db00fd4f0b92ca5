//! `karctl ns`: the namespaces whose pods are part of applications. Replaces kar-k8s-namespace-enable.sh and -disable.sh.

use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::kubernetes::connection::{Cluster, permit};
use super::kubernetes::namespaces::{self, EnableOptions, Enabled, Source};
use super::kubernetes::pods::{self, Query};
use super::kubernetes::status;
use crate::change::Change;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Namespaces that are worked on at a time; each takes four requests.
const AT_A_TIME: usize = 16;

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
    /// One after the other, as they were given.
    pub namespaces: Vec<Disabled>,
    /// Pods that still use the configuration, `namespace/name`; they run on, and cannot be started anew.
    pub attached: Vec<String>,
}

/// What became of one namespace.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Disabled {
    /// Its name.
    pub namespace: String,
    /// Removed, or unchanged where it was not enabled.
    pub change: Change,
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

/// Enables namespaces: all are looked at before the first is changed.
///
/// # Errors
/// When one is not there, belongs to the cluster itself, or holds a secret of the same name that is somebody else's.
pub async fn enable(
    context: &Context,
    cluster: &Cluster,
    runtime: &str,
    names: &[String],
    options: EnableOptions,
) -> Result<EnabledNamespaces> {
    let source = Source::read(cluster, runtime).await?;
    let look = EnableOptions { dry_run: true, ..options };
    let looked = enable_all(cluster, &source, names, look).await?;
    let is_changing = looked.iter().any(|enabled| enabled.change != Change::Unchanged);
    if options.dry_run || !is_changing {
        return Ok(EnabledNamespaces { dry_run: options.dry_run, namespaces: looked });
    }
    permit(context, cluster, "Enable namespaces").await?;
    let namespaces = enable_all(cluster, &source, names, options).await?;
    Ok(EnabledNamespaces { dry_run: false, namespaces })
}

async fn enable_all(
    cluster: &Cluster,
    source: &Source,
    names: &[String],
    options: EnableOptions,
) -> Result<Vec<Enabled>> {
    let enabled = names.iter().map(|name| namespaces::enable(cluster, source, name, options));
    stream::iter(enabled).buffered(AT_A_TIME).try_collect().await
}

/// Disables namespaces: the label goes first, then the secrets.
///
/// # Errors
/// When nobody says yes to pods that still use them, or the server refuses.
pub async fn disable(
    context: &Context,
    cluster: &Cluster,
    names: &[String],
    force: bool,
) -> Result<DisabledNamespaces> {
    let enabled = namespaces::enabled(cluster).await?;
    let asked: Vec<_> = enabled.into_iter().filter(|found| names.iter().any(|name| name == found.name())).collect();
    let attached = namespaces::attached(cluster, &asked).await?;
    let attached: Vec<_> = attached.iter().map(|pod| format!("{}/{}", pod.namespace(), pod.name())).collect();
    if !asked.is_empty() {
        permit(context, cluster, "Disable namespaces").await?;
    }
    if !attached.is_empty() && !force {
        let question =
            format!("These pods still use the configuration: {}. Disable all the same?", attached.join(", "));
        if !context.ui.confirm(&question, "--force or -y")? {
            return Err(Failure::new("nothing was changed, as you said").into());
        }
    }
    let disabled = names.iter().map(async |name| {
        let change = namespaces::disable(cluster, name).await?;
        Ok::<_, anyhow::Error>(Disabled { namespace: name.clone(), change })
    });
    let namespaces = stream::iter(disabled).buffered(AT_A_TIME).try_collect().await?;
    Ok(DisabledNamespaces { namespaces, attached })
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

impl EnabledNamespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = if self.dry_run { "would be " } else { "" };
        let line = |enabled: &Enabled| {
            let copied = match enabled.copied.as_slice() {
                [] => String::new(),
                copied => format!(" ({} copied)", copied.join(", ")),
            };
            match enabled.change {
                Change::Unchanged => format!("Namespace {} is enabled; nothing was to be done\n", enabled.namespace),
                change => format!("Namespace {}: {would}{change} and enabled{copied}\n", enabled.namespace),
            }
        };
        self.namespaces.iter().map(line).collect()
    }
}

impl DisabledNamespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        let line = |disabled: &Disabled| match disabled.change {
            Change::Unchanged => format!("Namespace {} was not enabled\n", disabled.namespace),
            _ => format!("Namespace {} is disabled\n", disabled.namespace),
        };
        let mut text: String = self.namespaces.iter().map(line).collect();
        if !self.attached.is_empty() {
            text.push_str(&format!("Pods that still use the configuration: {}\n", self.attached.join(", ")));
        }
        text
    }
}

impl Namespaces {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.namespaces.is_empty() {
            return "No namespace is enabled\n".to_owned();
        }
        let row = |cells: [String; 4]| cells.to_vec();
        let mut rows = vec![row(["NAMESPACE", "CONFIGURATION", "INJECTED", "NOT INJECTED"].map(str::to_owned))];
        rows.extend(self.namespaces.iter().map(|listed| {
            let state = if listed.is_current { "current" } else { "out of date" };
            row([listed.name.clone(), state.to_owned(), listed.injected.to_string(), listed.not_injected.to_string()])
        }));
        crate::ui::table(&rows)
    }
}
