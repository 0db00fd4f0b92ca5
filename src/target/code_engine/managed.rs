//! Event Streams and Databases for Redis as the Kafka and Redis of `kar`: from service keys of an account, or from a file
//! that holds them. Replaces kar-env-ibmcloud.sh.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::account::Account;
use crate::client::file;
use crate::client::ibmcloud::ResourceKey;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::runtime_config::service_key::{self, Selection};
use crate::services::Services;

/// Managed services, and what is to be known of them.
#[derive(Clone, Debug)]
pub struct Managed {
    /// Where they are, for everybody.
    pub services: Services,
    /// Region of Databases for Redis, where the key tells it.
    pub redis_region: Option<String>,
    /// Region of Event Streams.
    pub kafka_region: Option<String>,
    /// What works, but perhaps not as expected; one sentence each.
    pub warnings: Vec<String>,
    /// Hosts that are reached from within IBM Cloud only.
    pub private_hosts: Vec<String>,
}

/// The services of the keys in a file; `-` is stdin. No account is needed.
///
/// # Errors
/// A usage failure where the file cannot be read; otherwise as [`service_key::read`].
pub fn from_file(context: &Context, path: &Path, selection: Selection<'_>) -> Result<Managed> {
    let (name, text) = content(context, path)?;
    let keys = service_key::documents(&name, &text)?;
    from_keys(&keys, selection).or_fail(|| Failure::new(format!("{name} does not describe a Kafka and a Redis")))
}

/// The services of the service keys of a name that an account has; their guids choose among keys of that name.
///
/// # Errors
/// When IBM Cloud does not say; otherwise as [`service_key::read`].
pub async fn services(
    context: &Context,
    account: &Account,
    key: &str,
    redis_id: Option<&str>,
    kafka_id: Option<&str>,
) -> Result<Managed> {
    context.ui.trace(1, || format!("reading the service keys `{key}` with the login from {}", account.login));
    let found = account.session.resource_keys(key).await?;
    let keys: Vec<Value> = found.into_iter().map(document).collect();
    from_keys(&keys, Selection { name: Some(key), redis_id, kafka_id })
}

/// A key as the Resource Controller has it.
fn document(key: ResourceKey) -> Value {
    let ResourceKey { guid, name, crn, source_crn, onetime, credentials, .. } = key;
    json!({
        "guid": guid, "name": name, "crn": crn, "source_crn": source_crn, "onetime_credentials": onetime,
        "credentials": credentials,
    })
}

/// The services of the keys that IBM Cloud handed out.
///
/// # Errors
/// As [`service_key::read`].
pub fn from_keys(keys: &[Value], selection: Selection<'_>) -> Result<Managed> {
    let read = service_key::read(keys, selection, Timestamp::now())?;
    Ok(Managed {
        services: Services::Given(read.config),
        redis_region: read.redis_region,
        kafka_region: read.kafka_region,
        warnings: read.warnings,
        private_hosts: read.private_hosts,
    })
}

fn content(context: &Context, path: &Path) -> Result<(String, String)> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).or_fail(|| Failure::usage("stdin is not text in UTF-8"))?;
        return Ok(("stdin".to_owned(), text));
    }
    let path = context.environment.working_directory().join(path);
    let name = path.display().to_string();
    let content = file::read(&path)?.ok_or_else(|| Failure::usage(format!("there is no file {name}")))?;
    let text = String::from_utf8(content).map_err(|_| Failure::usage(format!("{name} is not text in UTF-8")))?;
    Ok((name, text))
}
