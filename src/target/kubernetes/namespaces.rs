//! Namespaces whose pods are part of applications: the label, and the secrets that pods mount.
//!
//! The label comes last: a namespace that has it has the secrets too.

use futures_util::future::try_join_all;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::names;
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{NAMESPACE, Object, POD, Reference, SECRET};
use crate::error::{Failure, Result};

/// Annotation of a copied secret: the hash of what it was copied from.
const SOURCE_HASH: &str = "karctl.kar.ibm.com/source-hash";

/// Beginnings of the names of namespaces that belong to the cluster itself.
const SYSTEM: [&str; 2] = ["kube-", "openshift-"];

/// What namespaces are given.
#[derive(Clone, Debug)]
pub struct Source {
    namespace: String,
    /// The runtime's configuration, and the login to a registry where there is one.
    secrets: Vec<Object>,
}

/// How a namespace is enabled.
#[derive(Clone, Copy, Debug, Default)]
pub struct EnableOptions {
    /// Create it where there is none.
    pub create: bool,
    /// Enable one that belongs to the cluster itself.
    pub force_system: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What became of a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Enabled {
    /// Its name.
    pub namespace: String,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
    /// The secrets that were copied anew.
    pub copied: Vec<String>,
}

impl Source {
    /// What namespaces are given of a runtime that is made of these objects.
    pub fn of(namespace: &str, objects: &[&Object]) -> Self {
        let is_given = |object: &&&Object| {
            object.0["kind"] == SECRET.name && [names::RUNTIME_CONFIG, names::PULL_SECRET].contains(&object.name())
        };
        let secrets = objects.iter().filter(is_given).map(|&object| object.clone()).collect();
        Self { namespace: namespace.to_owned(), secrets }
    }

    /// Reads what namespaces are given.
    ///
    /// # Errors
    /// When KAR does not run on the cluster.
    pub async fn read(cluster: &Cluster, namespace: &str) -> Result<Self> {
        let reference = |name: &str| Reference::new(SECRET, namespace, name);
        let (configuration, pull) = (reference(names::RUNTIME_CONFIG), reference(names::PULL_SECRET));
        let found = tokio::try_join!(cluster.get(&configuration), cluster.get(&pull));
        let (configuration, pull) = found.map_err(Failure::from)?;
        let Some(configuration) = configuration else { return Err(super::not_deployed(namespace).into()) };
        Ok(Self {
            namespace: namespace.to_owned(),
            secrets: [Some(configuration), pull].into_iter().flatten().collect(),
        })
    }

    /// The secrets as a namespace is to have them: type and data only, labels of our own, the hash of the source.
    fn copies(&self, namespace: &str) -> Vec<Object> {
        let copy = |source: &Object| {
            let data = source.at("/data").cloned().unwrap_or_else(|| json!({}));
            let kind = source.text("/type").unwrap_or("Opaque");
            Object(json!({
                "apiVersion": "v1",
                "kind": "Secret",
                "metadata": {
                    "name": source.name(),
                    "namespace": namespace,
                    "labels": {
                        "app.kubernetes.io/name": names::PART_OF,
                        (names::MANAGED_BY): names::KARCTL,
                    },
                    "annotations": {SOURCE_HASH: hash(kind, &data)},
                },
                "type": kind,
                "data": data,
            }))
        };
        self.secrets.iter().map(copy).collect()
    }
}

fn hash(kind: &str, data: &Value) -> String {
    format!("{:x}", Sha256::digest(format!("{kind}\0{data}")))
}

/// Every namespace with the label.
///
/// # Errors
/// When the server does not say.
pub async fn enabled(cluster: &Cluster) -> Result<Vec<Object>> {
    let labels = format!("{}=true", names::ENABLED);
    Ok(cluster.list(NAMESPACE, None, &labels).await.map_err(Failure::from)?)
}

/// Every namespace with the label, or with a copy of the runtime's secrets: one whose disabling was cut off has only these.
///
/// # Errors
/// When the server does not say.
pub async fn given(cluster: &Cluster, runtime: &str) -> Result<Vec<Object>> {
    let labels = format!("app.kubernetes.io/name={},{}={}", names::PART_OF, names::MANAGED_BY, names::KARCTL);
    let copies = async { Ok(cluster.list(SECRET, None, &labels).await.map_err(Failure::from)?) };
    let (mut given, copies) = tokio::try_join!(enabled(cluster), copies)?;
    let is_copy = |secret: &&Object| {
        secret.namespace() != runtime && [names::RUNTIME_CONFIG, names::PULL_SECRET].contains(&secret.name())
    };
    let mut others: Vec<_> = copies.iter().filter(is_copy).map(|secret| secret.namespace().to_owned()).collect();
    others.retain(|name| !given.iter().any(|namespace| namespace.name() == name));
    others.sort();
    others.dedup();
    let others = others.iter().map(|name| Reference::new(NAMESPACE, "", name)).collect::<Vec<_>>();
    let found = try_join_all(others.iter().map(|reference| cluster.get(reference))).await.map_err(Failure::from)?;
    given.extend(found.into_iter().flatten());
    Ok(given)
}

/// Whether a namespace belongs to the cluster, or to the runtime itself: an injector that its own pods wait for never
/// starts again.
pub fn is_system(source: &str, namespace: &str) -> bool {
    namespace == source || SYSTEM.iter().any(|system| namespace.starts_with(system))
}

/// Gives a namespace what its pods need, then the label.
///
/// # Errors
/// When it is not there, belongs to the cluster itself, or a secret of the same name is somebody else's.
pub async fn enable(cluster: &Cluster, source: &Source, name: &str, options: EnableOptions) -> Result<Enabled> {
    if is_system(&source.namespace, name) && !options.force_system {
        return Err(Failure::usage(format!("namespace {name} belongs to the cluster or to the runtime itself"))
            .hint(
                "pods there would wait for the injector, and the injector may wait for them; enable another namespace",
            )
            .hint("--force-system enables it all the same")
            .into());
    }
    let reference = Reference::new(NAMESPACE, "", name);
    let found = cluster.get(&reference).await.map_err(Failure::from)?;
    if let Some(found) = found.as_ref().filter(|found| found.is_terminating()) {
        return Err(Failure::new(format!("{} is being deleted", found.reference())).into());
    }
    if found.is_none() && !options.create {
        return Err(Failure::new(format!("there is no namespace {name}"))
            .hint(format!("`karctl ns enable {name} --create` makes it"))
            .into());
    }
    let mut change = if found.is_none() { Change::Created } else { Change::Unchanged };
    if found.is_none() && !options.dry_run {
        let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}});
        match cluster.create(&Object(namespace), false).await {
            Err(error) if error.status() != Some(409) => return Err(Failure::from(error).into()),
            _ => {}
        }
    }
    let mut copied = Vec::new();
    let copies = source.copies(name);
    let there = async |copy: &Object| match found {
        Some(_) => cluster.get(&copy.reference()).await,
        None => Ok(None),
    };
    let live = try_join_all(copies.iter().map(there)).await.map_err(Failure::from)?;
    for (copy, live) in copies.iter().zip(live) {
        if live.as_ref().is_some_and(|live| is_copy(copy, live)) {
            continue;
        }
        if !options.dry_run {
            replace(cluster, copy, live.as_ref()).await?;
        }
        copied.push(copy.name().to_owned());
        change = if change == Change::Created { change } else { Change::Updated };
    }
    let has_label = found.is_some_and(|found| found.label(names::ENABLED) == Some("true"));
    if !has_label {
        if !options.dry_run {
            let patch = json!({"metadata": {"labels": {names::ENABLED: "true"}}});
            cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        }
        change = if change == Change::Created { change } else { Change::Updated };
    }
    Ok(Enabled { namespace: name.to_owned(), change, copied })
}

/// Whether a secret is what was copied.
fn is_copy(copy: &Object, live: &Object) -> bool {
    live.at("/data") == copy.at("/data")
        && live.text("/type") == copy.text("/type")
        && live.annotation(SOURCE_HASH) == copy.annotation(SOURCE_HASH)
        && live.label(names::MANAGED_BY) == Some(names::KARCTL)
}

/// A secret's type cannot be changed, so one of another type is made anew. The original's copies carry Helm's labels, or
/// none.
async fn replace(cluster: &Cluster, copy: &Object, live: Option<&Object>) -> Result<()> {
    let reference = copy.reference();
    if let Some(live) = live.filter(|live| live.text("/type") != copy.text("/type")) {
        let uid = live.text("/metadata/uid");
        let deletion = crate::client::kubernetes::Deletion { uid, is_foreground: false };
        cluster.delete(&reference, deletion).await.map_err(Failure::from)?;
    }
    // Nobody else has a reason to set these names' fields.
    cluster.apply(copy, true, false).await.map_err(Failure::from)?;
    // A key that somebody else put there would be mounted as well.
    let keys = |object: &Object| object.at("/data").and_then(Value::as_object).cloned().unwrap_or_default();
    let (wanted, there) = (keys(copy), live.map(keys).unwrap_or_default());
    let surplus: serde_json::Map<_, _> =
        there.keys().filter(|key| !wanted.contains_key(*key)).map(|key| (key.clone(), Value::Null)).collect();
    if !surplus.is_empty() {
        cluster.merge(&reference, &json!({"data": surplus})).await.map_err(Failure::from)?;
    }
    Ok(())
}

/// Takes the label away, then the secrets.
///
/// # Errors
/// When the server refuses.
pub async fn disable(cluster: &Cluster, namespace: &str) -> Result<Change> {
    let reference = Reference::new(NAMESPACE, "", namespace);
    let Some(found) = cluster.get(&reference).await.map_err(Failure::from)? else { return Ok(Change::Unchanged) };
    let mut change = Change::Unchanged;
    if found.label(names::ENABLED).is_some() {
        let patch = json!({"metadata": {"labels": {names::ENABLED: null}}});
        cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        change = Change::Removed;
    }
    for name in [names::RUNTIME_CONFIG, names::PULL_SECRET] {
        let secret = Reference::new(SECRET, namespace, name);
        let is_ours = |secret: &Object| secret.label(names::MANAGED_BY) == Some(names::KARCTL);
        let Some(live) = cluster.get(&secret).await.map_err(Failure::from)?.filter(is_ours) else { continue };
        let uid = live.text("/metadata/uid");
        let deletion = crate::client::kubernetes::Deletion { uid, is_foreground: false };
        if cluster.delete(&secret, deletion).await.map_err(Failure::from)? {
            change = Change::Removed;
        }
    }
    Ok(change)
}

/// Pods of applications: those that mount the runtime's configuration.
///
/// # Errors
/// When the server does not say.
pub async fn attached(cluster: &Cluster, enabled: &[Object]) -> Result<Vec<Object>> {
    let pods = try_join_all(enabled.iter().map(|namespace| cluster.list(POD, Some(namespace.name()), ""))).await;
    let mounts = |pod: &Object| {
        let mut volumes = pod.list("/spec/volumes").iter();
        volumes.any(|volume| volume["secret"]["secretName"] == names::RUNTIME_CONFIG)
            && !matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"))
    };
    Ok(pods.map_err(Failure::from)?.into_iter().flatten().filter(mounts).collect())
}
