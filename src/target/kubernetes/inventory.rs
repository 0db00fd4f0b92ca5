//! What karctl made on a cluster, kept there: written before the first object, trimmed after the last one was pruned.

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::names;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Object, Reference, SECRET};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// Version of the inventory's form.
const VERSION: u32 = 1;

/// The only key of the inventory's secret.
const KEY: &str = "inventory.json";

/// What karctl made.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inventory {
    version: u32,
    /// Every object, in order.
    pub objects: Vec<Reference>,
    /// Whether a client's path was seen to work since the last change.
    #[serde(default)]
    pub is_proven: bool,
}

impl Inventory {
    /// An inventory of these objects.
    pub fn of(objects: impl IntoIterator<Item = Reference>) -> Self {
        let mut objects: Vec<_> = objects.into_iter().collect();
        objects.sort();
        objects.dedup();
        Self { version: VERSION, objects, is_proven: false }
    }

    /// The same, once a client's path was seen to work.
    #[must_use]
    pub fn proven(&self) -> Self {
        Self { is_proven: true, ..self.clone() }
    }

    /// This one and another; nothing is proven of it.
    #[must_use]
    pub fn with(&self, other: &Self) -> Self {
        Self::of(self.objects.iter().chain(&other.objects).cloned())
    }

    /// What is in this one and not in the other.
    pub fn without(&self, other: &Self) -> Vec<Reference> {
        self.objects.iter().filter(|object| !other.objects.contains(object)).cloned().collect()
    }

    /// Reads the inventory of that name, see [`reference`] and [`of_addon`]; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be understood.
    pub async fn read(cluster: &Cluster, reference: &Reference) -> Result<Option<Self>> {
        let Some(secret) = cluster.get(reference).await.map_err(Failure::from)? else { return Ok(None) };
        let bad = || {
            Failure::new(format!("{reference} cannot be understood"))
                .hint("delete it; the next deploy writes it anew, and leaves what it does not know of")
                .code(Code::BadState)
        };
        let data = secret.entry("/data", KEY).unwrap_or_default();
        let text = BASE64_STANDARD.decode(data).or_fail(bad)?;
        let inventory: Self = serde_json::from_slice(&text).or_fail(bad)?;
        if inventory.version > VERSION {
            return Err(bad().because(anyhow::anyhow!("it was written by a newer karctl")).into());
        }
        Ok(Some(inventory))
    }

    /// Writes it, unless it is `written` already.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn write(&self, cluster: &Cluster, reference: &Reference, written: Option<&Self>) -> Result<()> {
        if written == Some(self) {
            return Ok(());
        }
        let text = serde_json::to_vec(self)?;
        let secret = Object(json!({
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": reference.name, "namespace": reference.namespace, "labels": {
                "app.kubernetes.io/name": names::PART_OF,
                (names::MANAGED_BY): names::KARCTL,
            }},
            "type": "Opaque",
            "data": {KEY: BASE64_STANDARD.encode(text)},
        }));
        cluster.apply(&secret, true, false).await.map_err(Failure::from)?;
        Ok(())
    }
}

/// The secret with the inventory of a runtime.
pub fn reference(namespace: &str) -> Reference {
    Reference::new(SECRET, namespace, names::INVENTORY)
}

/// The secret with the inventory of an addon.
pub fn of_addon(namespace: &str, addon: &str) -> Reference {
    Reference::new(SECRET, namespace, format!("{}-{addon}", names::INVENTORY))
}

/// Whether an object is the inventory of an addon.
pub fn is_of_addon(object: &Reference) -> bool {
    let rest = object.name.strip_prefix(names::INVENTORY);
    object.kind == SECRET.name && rest.is_some_and(|rest| rest.starts_with('-'))
}
