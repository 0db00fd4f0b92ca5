//! `karctl local snapshot save`.

use std::path::Path;

use indicatif::HumanBytes;
use schemars::JsonSchema;
use serde::Serialize;

use super::super::choice::{self, Located, name_flag};
use super::super::engine::Engine;
use super::super::instance::{Component, InstanceName};
use super::super::{interruption, lock};
use super::hold::{self, Hold};
use super::manifest::Manifest;
use super::restore::refuse_half_restored;
use super::store::{SnapshotName, Store};
use crate::client::disk;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Longer than this, and clients may have taken the servers for dead: the session of a consumer group is 10 s.
const LONG_MS: u64 = 8_000;

/// Bytes between two looks at the room that is left.
const LOOK_EVERY: u64 = 16 << 20;

/// What `karctl local snapshot save -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Saved {
    /// The snapshot.
    pub name: SnapshotName,
    /// The instance.
    pub instance: InstanceName,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// Where it is, or would be.
    pub folder: String,
    /// Where the data is that was copied, or would be.
    pub data: Vec<String>,
    /// What it says of itself; null with `--dry-run`.
    pub manifest: Option<Manifest>,
}

/// Copies what Kafka, ZooKeeper and Redis hold, as of one point in time. Servers that run stand still meanwhile.
///
/// # Errors
/// When there is such a snapshot, there is no data, there is no room, or the servers cannot be held. They go on then, and
/// nothing is left.
pub async fn save(context: &Context, snapshot: &SnapshotName, name: &InstanceName, dry_run: bool) -> Result<Saved> {
    let store = Store::of(context)?;
    let _locks = match dry_run {
        true => None,
        false => Some((lock::acquire(context, name).await?, store.lock(context).await?)),
    };
    if store.has(snapshot) {
        return Err(Failure::new(format!("there is a snapshot `{snapshot}` already"))
            .hint(format!("give another name, or delete it with `karctl local snapshot delete {snapshot}`"))
            .into());
    }
    refuse_half_restored(context, name)?;
    let Located { engine, observed } = choice::located(context, name).await?;
    if observed.data.is_empty() {
        return Err(Failure::new(format!("`{name}` has no data"))
            .hint(format!("start it with `karctl local up{}`", name_flag(name)))
            .code(Code::NotRunning)
            .into());
    }
    let folder = store.folder(snapshot).display().to_string();
    let data = observed.data;
    let saved = |manifest| Saved { name: snapshot.clone(), instance: name.clone(), dry_run, folder, data, manifest };
    if dry_run {
        return Ok(saved(None));
    }
    hold::resume_what_was_left(context, &engine, name).await?;
    let observed = engine.observe(context, name).await?;
    let hold = Hold::prepare(context, &engine, name, &observed).await?;
    let unfinished = store.begin(snapshot)?;
    let made = make(context, hold, &unfinished, &engine, name).await;
    match made.and_then(|manifest| store.finish(&unfinished, snapshot).map(|()| manifest)) {
        Ok(manifest) => Ok(saved(Some(manifest))),
        Err(error) => {
            // What is left is removed by the next command.
            store.discard(&unfinished).ok();
            Err(error)
        }
    }
}

async fn make<E: Engine>(
    context: &Context,
    mut hold: Hold<'_, E>,
    folder: &Path,
    engine: &E,
    name: &InstanceName,
) -> Result<Manifest> {
    disk::require_for(folder, engine.data_size(context, name)?.unwrap_or(0))?;
    let step = context.ui.step("Copying");
    let taken = jiff::Timestamp::now();
    let copied = tokio::select! {
        // Asked first: nothing stands still before it is heard.
        biased;
        interrupted = interruption::wait() => Err(interrupted),
        copied = copy(context, &mut hold, folder, engine, name) => copied,
    };
    // Whatever became of the copy.
    let held = hold.release().await;
    let components = copied?;
    let paused_ms = held?.map(|held| u64::try_from(held.as_millis()).unwrap_or(u64::MAX));
    step.skip();
    let step = context.ui.step("Summing up");
    let manifest = Manifest::write(folder, (name.to_string(), engine.kind()), &components, paused_ms, taken)?;
    step.done(format!("{} copied", HumanBytes(manifest.bytes())));
    if let Some(paused_ms) = paused_ms.filter(|&paused_ms| paused_ms > LONG_MS) {
        context.ui.warn(format!(
            "the servers stood still for {} s: applications may have taken them for dead; what is stopped \
             (`karctl local stop{}`) can be saved at leisure",
            paused_ms / 1000,
            name_flag(name)
        ));
    }
    Ok(manifest)
}

async fn copy<E: Engine>(
    context: &Context,
    hold: &mut Hold<'_, E>,
    folder: &Path,
    engine: &E,
    name: &InstanceName,
) -> Result<Vec<Component>> {
    hold.hold().await?;
    let mut looked = 0;
    let mut told = |bytes: u64| {
        if bytes < looked + LOOK_EVERY {
            return Ok(());
        }
        looked = bytes;
        disk::require(folder)
    };
    engine.copy_data(context, name, folder, &mut told).await
}
