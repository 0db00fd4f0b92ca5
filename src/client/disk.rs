//! Room on the disk, before something needs it.

use std::path::Path;

use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// What has to be free: Kafka ends when a log folder cannot be written, and a segment alone may take 1 GiB.
const NEEDED: u64 = 1 << 30;

/// Bytes that are free on the file system of a folder, which must exist.
///
/// # Errors
/// When the system does not tell.
pub fn free(folder: &Path) -> Result<u64> {
    let statistics = rustix::fs::statvfs(folder)
        .or_fail(|| Failure::new(format!("the room left for {} cannot be told", folder.display())))?;
    Ok(statistics.f_bavail.saturating_mul(statistics.f_frsize))
}

/// Checks that there is room where a folder is, or will be.
///
/// # Errors
/// When less than 1 GiB is free.
pub fn require(folder: &Path) -> Result<()> {
    require_for(folder, 0)
}

/// [`require`], with room for so many bytes beside.
///
/// # Errors
/// When less than that and 1 GiB is free.
pub fn require_for(folder: &Path, bytes: u64) -> Result<()> {
    let there = folder.ancestors().find(|folder| folder.is_dir()).unwrap_or(Path::new("/"));
    let free = free(there)?;
    if free >= NEEDED.saturating_add(bytes) {
        return Ok(());
    }
    let needed = match bytes >> 20 {
        0 => "1 GiB is".to_owned(),
        more => format!("1 GiB and {more} MiB are"),
    };
    Err(Failure::new(format!("only {} MiB are free where {} is, and {needed} needed", free >> 20, folder.display()))
        .hint("free some room, or set XDG_STATE_HOME and XDG_CACHE_HOME to folders on another disk")
        .code(Code::DiskFull)
        .into())
}
