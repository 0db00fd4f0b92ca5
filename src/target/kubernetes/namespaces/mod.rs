//! Namespaces whose pods are part of applications: the label, and the secrets that pods mount.
//!
//! The label comes last: a namespace that has it has the secrets too.

mod disable;
mod enable;

use futures_util::future::try_join_all;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::names;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{NAMESPACE, Object, Reference, SECRET};
use crate::error::{Failure, Result};

pub use disable::{Removal, attached, is_attached, look_to_disable, some_of};
pub use enable::{EnableOptions, Enabled, Planned, look};

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

    /// The name of the service keys of IBM Cloud that the configuration was made from.
    pub fn managed_key(&self) -> Option<&str> {
        let configuration = self.secrets.iter().find(|secret| secret.name() == names::RUNTIME_CONFIG)?;
        configuration.annotation(names::MANAGED_KEY)
    }

    /// The secrets as a namespace is to have them: type and data only, labels of our own, the hash of the source. The
    /// runtime's own namespace has the source itself.
    fn copies(&self, namespace: &str) -> Vec<Object> {
        if namespace == self.namespace {
            return Vec::new();
        }
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
pub async fn with_copies(cluster: &Cluster, runtime: &str) -> Result<Vec<Object>> {
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
