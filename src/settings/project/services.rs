//! Where Kafka and Redis are.

use super::At;
use super::place::Place;
use crate::error::Result;

/// What `services` says, and where.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServicesEntry {
    /// Its place.
    pub at: At,
    /// Where they are.
    pub source: ServicesSource,
}

/// Where Kafka and Redis are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ServicesSource {
    /// An instance of this machine.
    Local {
        /// Its name.
        name: String,
    },
    /// A cluster that runs and exposes them.
    Cluster {
        /// The member that it is.
        member: String,
    },
    /// Managed ones, by the service keys of an account of IBM Cloud.
    Managed(ManagedKeys),
    /// Managed ones, by the same keys in a file, relative to the project's folder.
    Credentials(String),
    /// Any Kafka and Redis, described in a file as for `karctl env file`, relative to the project's folder.
    File(String),
}

/// Service keys of an account.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ManagedKeys {
    /// Their name.
    pub key: String,
    /// Guid of that of Databases for Redis, where several have the name.
    pub redis_key_id: Option<String>,
    /// Guid of that of Event Streams, where several have the name.
    pub kafka_key_id: Option<String>,
}

/// The keys, of which one is there.
pub(super) const KINDS: [&str; 5] = ["local", "cluster", "managed", "credentials", "file"];

/// The instance of this machine where none is named.
const INSTANCE: &str = "kar";

impl ServicesEntry {
    pub(super) fn read(place: &Place<'_>) -> Result<Self> {
        let (kind, at) = place.one_of(&KINDS)?;
        let source = match kind {
            "local" => ServicesSource::Local { name: instance(&at)? },
            "cluster" => ServicesSource::Cluster { member: at.plain_name()? },
            "managed" => ServicesSource::Managed(ManagedKeys::read(&at)?),
            "credentials" => ServicesSource::Credentials(at.some_text()?),
            _ => ServicesSource::File(at.some_text()?),
        };
        Ok(Self { at: at.at(), source })
    }
}

fn instance(place: &Place<'_>) -> Result<String> {
    let mut name = INSTANCE.to_owned();
    for (_, place) in place.members(&["name"])? {
        name = place.plain_name()?;
    }
    Ok(name)
}

impl ManagedKeys {
    fn read(place: &Place<'_>) -> Result<Self> {
        let mut keys = Self::default();
        for (key, place) in place.members(&["key", "redis-key-id", "kafka-key-id"])? {
            match key {
                "key" => keys.key = place.some_text()?,
                "redis-key-id" => keys.redis_key_id = Some(place.some_text()?),
                _ => keys.kafka_key_id = Some(place.some_text()?),
            }
        }
        match keys.key.is_empty() {
            true => Err(place
                .wrong("`services.managed` does not name its `key`")
                .hint("write the name of the service keys: `managed: { key: NAME }`")
                .into()),
            false => Ok(keys),
        }
    }
}
