//! `stop`, `down` and `reset`: each takes away more than the one before, and only `reset` takes data.

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{self, Located, name_flag};
use super::engine::{Engine, Outcome};
use super::instance::InstanceName;
use super::lock;
use super::record::Record;
use crate::context::Context;
use crate::error::{Failure, Result};

/// What `karctl local stop -o json` and `down -o json` print.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Teardown {
    /// The instance.
    pub name: InstanceName,
    /// What was done to each component; empty where nothing was there.
    pub components: Vec<Outcome>,
    /// Where the data is that was left.
    pub data_left: Vec<String>,
}

/// What `karctl local reset -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Reset {
    /// The instance.
    pub name: InstanceName,
    /// What was deleted, or would be with `--dry-run`.
    pub data_deleted: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Stops an instance and keeps everything.
///
/// # Errors
/// When there is no such instance, or a component does not stop.
pub async fn stop(context: &Context, name: &InstanceName) -> Result<Teardown> {
    let _lock = lock::acquire(context, name).await?;
    let Located { engine, observed } = choice::located(context, name).await?;
    let components = engine.stop(context, name).await?;
    Ok(Teardown { name: name.clone(), components, data_left: observed.data })
}

/// Stops and removes an instance; its data stays, an ephemeral one's goes.
///
/// # Errors
/// When application containers are attached to the network and `force` is not given, or something cannot be removed.
pub async fn down(context: &Context, name: &InstanceName, force: bool) -> Result<Teardown> {
    let _lock = lock::acquire(context, name).await?;
    let Some(Located { engine, .. }) = choice::locate(context, name).await? else {
        return Ok(Teardown { name: name.clone(), components: Vec::new(), data_left: Vec::new() });
    };
    let components = engine.down(context, name, force).await?;
    let data_left = engine.observe(context, name).await?.data;
    if data_left.is_empty() {
        Record::forget(context, name)?;
    }
    Ok(Teardown { name: name.clone(), components, data_left })
}

/// Removes an instance with its data, Kafka's and Redis' together, after asking.
///
/// # Errors
/// When the answer is no, nobody can be asked, or something cannot be removed.
pub async fn reset(context: &Context, name: &InstanceName, dry_run: bool) -> Result<Reset> {
    let _lock = lock::acquire(context, name).await?;
    let Some(Located { engine, observed }) = choice::locate(context, name).await? else {
        Record::forget(context, name)?;
        return Ok(Reset { name: name.clone(), data_deleted: Vec::new(), dry_run });
    };
    if dry_run {
        return Ok(Reset { name: name.clone(), data_deleted: observed.data, dry_run });
    }
    let question = format!("Delete all data of Kafka and Redis of `{name}` ({})?", observed.data.join(", "));
    if !observed.data.is_empty() && !context.ui.confirm(&question, "-y")? {
        return Err(Failure::new("nothing was deleted")
            .hint(format!("`karctl local down{}` keeps the data", name_flag(name)))
            .into());
    }
    engine.down(context, name, true).await?;
    let data_deleted = engine.delete_data(context, name).await?;
    Record::forget(context, name)?;
    Ok(Reset { name: name.clone(), data_deleted, dry_run })
}
