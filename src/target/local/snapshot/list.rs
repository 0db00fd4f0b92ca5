//! `karctl local snapshot list` and `delete`.

use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::Manifest;
use super::store::{SnapshotName, Store};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, report};

/// What `karctl local snapshot list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Snapshots {
    /// Every snapshot, by name.
    pub snapshots: Vec<Listed>,
}

/// One snapshot of [`Snapshots`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// Its name.
    pub name: SnapshotName,
    /// Its folder.
    pub folder: String,
    /// Bytes that it takes on the disk.
    pub bytes: Option<u64>,
    /// What it says of itself; null where that cannot be understood.
    pub manifest: Option<Manifest>,
    /// What is wrong with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What `karctl local snapshot delete -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Deleted {
    /// The snapshot.
    pub name: SnapshotName,
    /// Its folder, which is gone, or would be.
    pub folder: String,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Lists the snapshots; their sums are not read.
///
/// # Errors
/// When their folder cannot be read.
pub fn list(context: &Context) -> Result<Snapshots> {
    let store = Store::of(context)?;
    let listed = |name: SnapshotName| {
        let (folder, bytes) = (store.folder(&name).display().to_string(), store.size(&name));
        match store.read(&name) {
            Ok(manifest) => Listed { name, folder, bytes, manifest: Some(manifest), problem: None },
            Err(error) => Listed { name, folder, bytes, manifest: None, problem: Some(report(&error).message) },
        }
    };
    Ok(Snapshots { snapshots: store.names()?.into_iter().map(listed).collect() })
}

/// Deletes a snapshot, after asking.
///
/// # Errors
/// When there is none of that name, nobody says yes, or it cannot be removed.
pub async fn delete(context: &Context, name: &SnapshotName, dry_run: bool) -> Result<Deleted> {
    let store = Store::of(context)?;
    let _lock = if dry_run { None } else { Some(store.lock(context).await?) };
    // One that is damaged can be deleted; one that is not there cannot.
    let read = store.read(name);
    if let Err(error) = read
        && report(&error).code == Some(Code::NoSnapshot)
    {
        return Err(error);
    }
    if !dry_run {
        if !context.ui.confirm(&format!("Delete the snapshot `{name}`?"), "-y")? {
            return Err(Failure::new("nothing was deleted").into());
        }
        store.delete(name)?;
    }
    Ok(Deleted { name: name.clone(), folder: store.folder(name).display().to_string(), dry_run })
}
