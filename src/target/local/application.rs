//! `karctl local reset --app A`: what one application left in Kafka and Redis, as `kar purge` would remove it.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::credentials;
use super::instance::InstanceName;
use super::lock;
use super::readiness::Subject;
use super::running;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Time for each request.
const LIMIT: Duration = Duration::from_secs(10);

/// What `karctl local reset --app A -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct ApplicationReset {
    /// The instance.
    pub name: InstanceName,
    /// The application.
    pub app: String,
    /// The topic and consumer group that were deleted, or would be.
    pub topic: Option<String>,
    /// Whether a consumer group was deleted; null with `--dry-run`.
    pub group_deleted: Option<bool>,
    /// How many Redis keys were deleted, or would be.
    pub keys: u64,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Deletes the topic `kar_<app>`, the group of the same name and the keys `kar_<app>_*`, after asking.
///
/// # Errors
/// When members of the group still run, the instance does not run, or the answer is no.
pub async fn reset_application(
    context: &Context,
    name: &InstanceName,
    app: &str,
    dry_run: bool,
) -> Result<ApplicationReset> {
    check(app)?;
    let _lock = lock::acquire(context, name).await?;
    let instance = running(context, name).await?;
    let credentials = if instance.is_secure { credentials::read(context, name)? } else { None };
    let subject = Subject { name, address: &instance.address, credentials: credentials.as_ref() };
    let mut kafka = subject.open_kafka(LIMIT).await?;
    let mut redis = subject.open_redis(LIMIT).await?;
    let topic = format!("kar_{app}");
    let keys = format!("kar_{app}_");
    let there = kafka.list_topics().await?.contains(&topic).then(|| topic.clone());
    if dry_run {
        let keys = redis.count_prefix(&keys).await?;
        let (name, app) = (name.clone(), app.to_owned());
        return Ok(ApplicationReset { name, app, topic: there, group_deleted: None, keys, dry_run });
    }
    let question = format!("Delete the topic, the consumer group and the keys of `{app}` in `{name}`?");
    if !context.ui.confirm(&question, "-y")? {
        return Err(Failure::new("nothing was deleted").into());
    }
    // The group first: it tells whether members still run, before anything is gone.
    let group_deleted = kafka.delete_group(&topic).await.map_err(|error| in_use(app, error))?;
    kafka.delete_topic(&topic).await?;
    let keys = redis.delete_prefix(&keys).await?;
    let (name, app) = (name.clone(), app.to_owned());
    Ok(ApplicationReset { name, app, topic: there, group_deleted: Some(group_deleted), keys, dry_run })
}

/// `kar` joins names with `_`, so an application's own name must not hold one, or another's keys would be met.
fn check(app: &str) -> Result<()> {
    let valid = !app.is_empty() && app.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '.');
    if valid {
        return Ok(());
    }
    Err(Failure::usage(format!("`{app}` cannot be the name of an application"))
        .hint("use letters, digits, `-` and `.`; `kar` separates names by `_`")
        .into())
}

fn in_use(app: &str, error: crate::client::kafka::Error) -> anyhow::Error {
    if error.is_group_in_use() {
        return Failure::new(format!("processes of the application `{app}` still run"))
            .hint("end its `kar run` processes first")
            .because(error)
            .into();
    }
    error.into()
}
