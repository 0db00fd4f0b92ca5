//! The Resource Controller: the keys of services, and the groups that resources are in.

use std::fmt;

use serde::Deserialize;
use serde_json::Value;

use super::call::Ask;
use super::error::Result;
use super::{Service, Session};
use crate::redacted::REDACTED;

/// A service key: what a service told its clients to use. Its `Debug` form does not show the credentials.
#[derive(Clone, Default, Deserialize)]
pub struct ResourceKey {
    /// What tells it from others of its name.
    #[serde(default)]
    pub guid: String,
    /// Its name, which others may have too.
    pub name: String,
    /// Its address in IBM Cloud.
    #[serde(default)]
    pub crn: String,
    /// The address of the service that it is for; the fifth part says which service, the sixth where.
    #[serde(default)]
    pub source_crn: String,
    /// The resource group, by id.
    #[serde(default)]
    pub resource_group_id: String,
    /// Whether the credentials can be read once only, when it is made.
    #[serde(default, rename = "onetime_credentials")]
    pub onetime: bool,
    /// `active`, or `removed`.
    #[serde(default)]
    pub state: String,
    /// Whatever the service says; `{"REDACTED": ...}` where whoever asks may not see it.
    #[serde(default)]
    pub credentials: Value,
}

impl fmt::Debug for ResourceKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("ResourceKey");
        shown.field("name", &self.name).field("guid", &self.guid).field("source_crn", &self.source_crn);
        shown.field("credentials", &REDACTED).finish_non_exhaustive()
    }
}

/// A group that resources are in.
#[derive(Clone, Debug, Deserialize)]
pub struct ResourceGroup {
    /// What requests name it by.
    pub id: String,
    /// What people name it by; unique in an account.
    pub name: String,
    /// Whether it is the one that is taken where none is named.
    #[serde(default)]
    pub default: bool,
}

/// What a key that is no more says of itself.
const REMOVED: &str = "removed";

impl Session {
    /// Every service key of exactly this name that whoever asks may see, in all resource groups.
    ///
    /// # Errors
    /// When the Resource Controller does not say.
    pub async fn resource_keys(&self, name: &str) -> Result<Vec<ResourceKey>> {
        let what = format!("list the service keys `{name}`");
        let ask = Ask::get(Service::ResourceController, &["v2", "resource_keys"], what).query("name", name);
        let mut keys: Vec<ResourceKey> = self.pages(ask, "resources").await?;
        // It answers with every name that begins like this one.
        keys.retain(|key| key.name == name && key.state != REMOVED);
        Ok(keys)
    }

    /// The resource groups that whoever asks may see; they come in one answer.
    ///
    /// # Errors
    /// When the Resource Controller does not say.
    pub async fn resource_groups(&self) -> Result<Vec<ResourceGroup>> {
        #[derive(Deserialize)]
        struct Groups {
            resources: Vec<ResourceGroup>,
        }
        let ask = Ask::get(Service::ResourceController, &["v2", "resource_groups"], "list the resource groups");
        let groups: Groups = self.send(&ask).await?.json()?;
        Ok(groups.resources)
    }
}
