//! `stop`, `down` and `reset`: each takes away more than the one before, and only `reset` takes data.

use std::path::PathBuf;

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{self, Located, name_flag};
use super::engine::{Engine, Outcome};
use super::instance::InstanceName;
use super::lock;
use super::record::Record;
use super::snapshot;
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
    snapshot::resume_what_was_left(context, &engine, name).await?;
    let components = engine.stop(context, name).await?;
    Ok(Teardown { name: name.clone(), components, data_left: observed.data })
}

/// Stops and removes an instance; its data stays, an ephemeral one's goes. What a restore that was cut keeps of the old data
/// stays too, and so does what is remembered of the instance then.
///
/// # Errors
/// When application containers are attached to the network and `force` is not given, or something cannot be removed.
pub async fn down(context: &Context, name: &InstanceName, force: bool) -> Result<Teardown> {
    let _lock = lock::acquire(context, name).await?;
    let Some(Located { engine, .. }) = choice::locate(context, name).await? else {
        return Ok(Teardown { name: name.clone(), components: Vec::new(), data_left: Vec::new() });
    };
    snapshot::resume_what_was_left(context, &engine, name).await?;
    let components = engine.down(context, name, force).await?;
    let mut data_left = engine.observe(context, name).await?.data;
    data_left.extend(shown(&snapshot::kept(context, name)?));
    if data_left.is_empty() && !snapshot::is_half_restored(context, name)? {
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
    let located = choice::locate(context, name).await?;
    let mut kept = snapshot::kept(context, name)?;
    let mut data: Vec<_> = located.iter().flat_map(|located| located.observed.data.clone()).collect();
    data.extend(shown(&kept));
    if dry_run {
        return Ok(Reset { name: name.clone(), data_deleted: data, dry_run });
    }
    let question = format!("Delete all data of Kafka and Redis of `{name}` ({})?", data.join(", "));
    if !data.is_empty() && !context.ui.confirm(&question, "-y")? {
        return Err(Failure::new("nothing was deleted")
            .hint(format!("`karctl local down{}` keeps the data", name_flag(name)))
            .into());
    }
    let mut data_deleted = Vec::new();
    if let Some(Located { engine, .. }) = located {
        snapshot::resume_what_was_left(context, &engine, name).await?;
        engine.down(context, name, true).await?;
        data_deleted = engine.delete_data(context, name).await?;
    }
    Record::forget(context, name)?;
    kept.retain(|path| !path.exists());
    data_deleted.extend(shown(&kept));
    Ok(Reset { name: name.clone(), data_deleted, dry_run })
}

fn shown(paths: &[PathBuf]) -> Vec<String> {
    paths.iter().map(|path| path.display().to_string()).collect()
}
