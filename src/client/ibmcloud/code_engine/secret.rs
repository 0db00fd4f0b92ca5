//! Secrets of a project: written so that a change of somebody else's in between is seen.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::Session;
use super::super::call::{Ask, Payload};
use super::super::error::{Error, Kind, Result};
use super::{EntityTag, ask_project};
use crate::change::Change;
use crate::redacted::Secret;

/// The format of a secret that has any names and values.
pub const GENERIC_FORMAT: &str = "generic";

/// The format of a login for a registry of images.
pub const REGISTRY_FORMAT: &str = "registry";

/// How often a secret is looked at and written before somebody else's changes are given in to.
const TURNS: u32 = 6;

/// Pause where it neither is there nor can be made, as just after its deletion.
const PAUSE: Duration = Duration::from_secs(1);

/// A secret of a project.
#[derive(Clone, Debug, Deserialize)]
pub struct SecretObject {
    /// Its name.
    pub name: String,
    /// Its format, such as [`GENERIC_FORMAT`].
    pub format: String,
    /// Names and values; `None` where whoever asks may not see them.
    #[serde(default)]
    pub data: Option<BTreeMap<String, Secret>>,
    /// Which state of it this is.
    #[serde(default)]
    pub entity_tag: EntityTag,
}

impl SecretObject {
    /// One to be written.
    pub fn new(name: &str, format: &str, data: BTreeMap<String, Secret>) -> Self {
        Self { name: name.to_owned(), format: format.to_owned(), data: Some(data), entity_tag: EntityTag::default() }
    }

    /// Whether this one, as it is there, holds exactly what `wanted` does; `false` where that cannot be seen. A login for a
    /// registry has fields of its own, of which an empty one says as little as a missing one.
    pub fn holds(&self, wanted: &Self) -> bool {
        let is_same = self.format == wanted.format && self.data.is_some();
        is_same && self.fields().eq(wanted.fields())
    }

    fn fields(&self) -> impl Iterator<Item = (&String, &Secret)> {
        let keeps_empty = self.format != REGISTRY_FORMAT;
        self.data.iter().flatten().filter(move |(_, value)| keeps_empty || !value.expose().is_empty())
    }

    fn values(&self) -> impl Iterator<Item = Secret> {
        self.data.iter().flat_map(BTreeMap::values).cloned()
    }

    /// The values as they are sent. Here they leave the program.
    fn exposed(&self) -> Value {
        let data = self.data.iter().flatten();
        Value::Object(data.map(|(name, value)| (name.clone(), value.expose().into())).collect::<Map<_, _>>())
    }

    fn error(&self, project: &str, kind: Kind) -> Error {
        self.ask(Method::GET, project, "write").error(kind)
    }

    fn ask(&self, method: Method, project: &str, verb: &str) -> Ask {
        ask_secret(method, project, &self.name, verb)
    }
}

fn ask_secret(method: Method, project: &str, name: &str, verb: &str) -> Ask {
    ask_project(method, project, &["secrets", name], format!("{verb} the secret `{name}`"))
}

impl Session {
    /// A secret of a project; `None` where there is none.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn secret(&self, project: &str, name: &str) -> Result<Option<SecretObject>> {
        match self.send(&ask_secret(Method::GET, project, name, "read")).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer?.json().map(Some),
        }
    }

    /// Makes a secret hold exactly what is wanted, whoever else writes it meanwhile.
    ///
    /// It is created; where there is one, that is compared, and replaced only as what it was when it was looked at. A
    /// conflict after an attempt that was not answered may be with oneself, which comparing finds out.
    ///
    /// # Errors
    /// When Code Engine refuses, there is one of another format, or somebody else does not stop changing it.
    pub async fn put_secret(&self, project: &str, wanted: &SecretObject) -> Result<Change> {
        let mut done = Change::Unchanged;
        let (mut is_there, mut last) = (false, None);
        for _ in 0..TURNS {
            if !is_there {
                match self.post_secret(project, wanted).await {
                    Ok(()) => return Ok(Change::Created),
                    Err(error) if error.is_conflict() && error.is_doubtful() => done = Change::Created,
                    Err(error) if error.is_conflict() => {}
                    Err(error) => return Err(error),
                }
            }
            let Some(there) = self.secret(project, &wanted.name).await? else {
                // It is on its way in or out.
                is_there = false;
                tokio::time::sleep(PAUSE).await;
                continue;
            };
            if there.format != wanted.format {
                let reason = format!("the secret `{}` is there with the format {}", wanted.name, there.format);
                return Err(wanted.error(project, Kind::InTheWay(reason)));
            }
            if there.holds(wanted) {
                return Ok(done);
            }
            match self.replace_secret(project, wanted, &there.entity_tag).await {
                Ok(()) => return Ok(Change::Updated),
                Err(error) if error.is_conflict() || error.is_not_found() => {
                    is_there = error.is_conflict();
                    if error.is_doubtful() {
                        done = Change::Updated;
                    }
                    last = Some(error);
                }
                Err(error) => return Err(error),
            }
        }
        Err(last.unwrap_or_else(|| {
            let reason = format!("the secret `{}` cannot be made, and is not there either", wanted.name);
            wanted.error(project, Kind::InTheWay(reason))
        }))
    }

    /// Deletes a secret; whether there was one.
    ///
    /// # Errors
    /// When Code Engine refuses.
    pub async fn delete_secret(&self, project: &str, name: &str) -> Result<bool> {
        match self.send(&ask_secret(Method::DELETE, project, name, "delete")).await {
            Err(error) if error.is_not_found() => Ok(error.is_doubtful()),
            answer => answer.map(|_| true),
        }
    }

    async fn post_secret(&self, project: &str, wanted: &SecretObject) -> Result<()> {
        let what = format!("create the secret `{}`", wanted.name);
        let body = json!({ "name": wanted.name, "format": wanted.format, "data": wanted.exposed() });
        let ask = ask_project(Method::POST, project, &["secrets"], what);
        self.send(&ask.with(Payload::json(&body)).hiding(wanted.values())).await.map(drop)
    }

    async fn replace_secret(&self, project: &str, wanted: &SecretObject, tag: &EntityTag) -> Result<()> {
        let body = json!({ "format": wanted.format, "data": wanted.exposed() });
        let ask = wanted.ask(Method::PUT, project, "replace").if_match(tag.as_str());
        self.send(&ask.with(Payload::json(&body)).hiding(wanted.values())).await.map(drop)
    }
}
