//! Event Streams and Databases for Redis as the Kafka and Redis of `kar`: from service keys of an account, or from a file
//! that holds them. Replaces kar-env-ibmcloud.sh.

use std::io::Read;
use std::path::Path;

use jiff::Timestamp;
use serde_json::Value;

use crate::client::file;
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
