//! Lets a process stand still and go on, or ends it as a crash does; only the one that is meant.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::Signal;

use super::end::{KILLED_AT_MOST, Process, wait_for_lock};
use super::record::stands_still;
use super::{Life, Record, look};
use crate::error::{Failure, Result};

/// How long a process may take to stand still: a thread that waits for the disk does so when it has its answer.
const STILL_AT_MOST: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
const LOOK_AGAIN: Duration = Duration::from_millis(1);

/// Whether a process that runs stands still.
pub fn is_paused(record: &Record) -> bool {
    stands_still(record.pid)
}

/// Lets the process of a folder stand still, every thread of it; returns whether it ran until now.
///
/// # Errors
/// When it is not allowed to, or the process does not stand still; it goes on then.
pub async fn pause(folder: &Path) -> Result<bool> {
    let Some((record, process)) = alive(folder)? else { return Ok(false) };
    if is_paused(&record) {
        return Ok(false);
    }
    process.signal(Signal::STOP)?;
    let began = Instant::now();
    while !is_paused(&record) {
        if began.elapsed() > STILL_AT_MOST {
            process.signal(Signal::CONT)?;
            return Err(
                Failure::new(format!("process {} ({}) does not stand still", record.pid, record.program)).into()
            );
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(true)
}

/// Lets the process of a folder go on; returns whether it stood still. One that does not run is fine.
///
/// # Errors
/// When it is not allowed to.
pub fn resume(folder: &Path) -> Result<bool> {
    let Some((record, process)) = alive(folder)? else { return Ok(false) };
    let was_paused = is_paused(&record);
    process.signal(Signal::CONT)?;
    Ok(was_paused)
}

/// Ends the process of a folder by signal 9; returns whether it ran. Its record stays and says so to whoever looks next.
///
/// # Errors
/// When it is not allowed to, or the process does not end.
pub async fn kill(folder: &Path) -> Result<bool> {
    let Some((record, process)) = alive(folder)? else { return Ok(false) };
    process.signal(Signal::KILL)?;
    if process.wait(&record, KILLED_AT_MOST).await? && wait_for_lock(folder, KILLED_AT_MOST).await? {
        return Ok(true);
    }
    Err(Failure::new(format!("process {} ({}) does not end", record.pid, record.program)).into())
}

/// The process that holds the lock of a folder, and how to signal it.
fn alive(folder: &Path) -> Result<Option<(Record, Process)>> {
    let Life::Alive(record) = look(folder)? else { return Ok(None) };
    let Some(process) = Process::open(record.pid)? else { return Ok(None) };
    // Only now is the process that the handle means known to be the one that holds the lock.
    if look(folder)? != Life::Alive(record.clone()) {
        return Ok(None);
    }
    Ok(Some((record, process)))
}
