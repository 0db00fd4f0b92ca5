//! Servers as plain processes that outlive karctl: started detached, found again, ended, and never mistaken for others.
//!
//! Each has a folder with a `lock` that it holds from before its program begins until it is gone: the lock is taken by
//! `karctl __exec`, inherited over exec, and let go by the system whatever the end. So the lock says who is alive, also
//! when karctl died between any two steps; `process.json` only says which process to talk to, and is believed only
//! while the lock is held and pid, start time and boot fit. No process of karctl's own stays behind.

mod end;
mod exec;
mod pause;
mod record;

use std::fs::{File, OpenOptions};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

pub use end::{Ended, end};
pub use exec::{EXEC, Launched, Program, exec_detached, launch};
pub use pause::{is_paused, kill, pause, resume};
pub use record::{Record, boot_id};

/// The lock of a process, within its folder.
pub const LOCK: &str = "lock";

/// The record of a process, within its folder.
pub const RECORD: &str = "process.json";

/// What a process writes to stdout and stderr, within its folder; begun anew with every start.
pub const OUTPUT: &str = "output.log";

/// How long the lock may be held without a record that fits: between lock and record are microseconds, and a server's
/// own helper (Redis rewriting its file) may outlive it for a moment.
const UNCLEAR_AT_MOST: Duration = Duration::from_secs(5);

/// How often an unclear state is looked at again.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What a folder tells of its process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Life {
    /// There is none, and the last one, if any, ended when karctl asked it to.
    None,
    /// It ended by itself, was killed (by karctl too), or a reboot ended it.
    Dead(Record),
    /// It runs.
    Alive(Record),
}

/// Looks whether the process of a folder lives.
///
/// # Errors
/// When the lock cannot be read, or is held by something that is not the recorded process.
pub fn look(folder: &Path) -> Result<Life> {
    let began = Instant::now();
    loop {
        let is_held = is_locked(folder)?;
        let record = Record::read(folder);
        match (is_held, record) {
            (false, None) => return Ok(Life::None),
            (false, Some(record)) => return Ok(Life::Dead(record)),
            (true, Some(record)) if record.is_of_running_process() => return Ok(Life::Alive(record)),
            (true, _) if began.elapsed() < UNCLEAR_AT_MOST => std::thread::sleep(LOOK_AGAIN),
            (true, _) => return Err(unclear(folder)),
        }
    }
}

fn unclear(folder: &Path) -> anyhow::Error {
    let lock = folder.join(LOCK);
    Failure::new(format!("{} is held by a process that {RECORD} beside it does not name", lock.display()))
        .hint(format!("see who it is with `fuser -v {}` and end it", lock.display()))
        .code(Code::BadState)
        .into()
}

/// A shared lock, so that those who look at the same time do not see each other; the server's is exclusive.
fn is_locked(folder: &Path) -> Result<bool> {
    let path = folder.join(LOCK);
    let file = match File::open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(unreadable(&path).because(error).into()),
    };
    match flock(&file, FlockOperation::NonBlockingLockShared) {
        Ok(()) => Ok(false),
        Err(Errno::WOULDBLOCK) => Ok(true),
        Err(error) => Err(unreadable(&path).because(error).into()),
    }
}

fn unreadable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be locked", path.display())).code(Code::BadState)
}

/// Writes a file that only its owner may read, in one step: a reader sees the old content or the new one.
///
/// It does not wait for the disk: after a power cut no process lives that the record could tell of.
fn write_private(path: &Path, content: &[u8]) -> Result<()> {
    let temporary = PathBuf::from(format!("{}.{}", path.display(), std::process::id()));
    let write = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&temporary)?;
        std::io::Write::write_all(&mut file, content)?;
        std::fs::rename(&temporary, path)
    };
    write().or_fail(|| Failure::new(format!("{} cannot be written", path.display())))
}
