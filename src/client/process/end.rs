//! Ends a process, and only the one that is meant.

use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal};

use super::{Life, RECORD, Record, is_locked, look};
use crate::error::{Failure, OrFail, Result};

/// How long a killed process may take to be gone.
pub(super) const KILLED_AT_MOST: Duration = Duration::from_secs(10);

/// How often a process that is ending is looked at: tokio can wait for a pidfd in unsafe code only.
const LOOK_AGAIN: Duration = Duration::from_millis(5);

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    /// It did not run.
    NotRunning,
    /// It ended when asked to.
    Asked,
    /// It had to be killed.
    Killed,
}

/// Ends the process of a folder: asks it, and kills it when it has not ended within `grace`.
///
/// # Errors
/// When it is not allowed to, or the process does not even end when killed.
pub async fn end(folder: &Path, grace: Duration) -> Result<Ended> {
    let ended = match look(folder)? {
        Life::Alive(record) => end_process(folder, &record, grace).await?,
        Life::Dead(_) | Life::None => Ended::NotRunning,
    };
    // One that was killed did not end in order; its record says so to whoever looks next.
    if ended != Ended::Killed {
        forget(folder)?;
    }
    Ok(ended)
}

/// Without its record a process counts as ended in order.
fn forget(folder: &Path) -> Result<()> {
    match std::fs::remove_file(folder.join(RECORD)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", folder.join(RECORD).display())).because(error).into())
        }
        _ => Ok(()),
    }
}

async fn end_process(folder: &Path, record: &Record, grace: Duration) -> Result<Ended> {
    let Some(process) = Process::open(record.pid)? else { return Ok(Ended::NotRunning) };
    // Only now is the process that the handle means known to be the one that holds the lock.
    if look(folder)? != Life::Alive(record.clone()) {
        return Ok(Ended::NotRunning);
    }
    process.signal(Signal::TERM)?;
    // One that stands still would hear of it only when it goes on.
    process.signal(Signal::CONT)?;
    if process.wait(record, grace).await? && wait_for_lock(folder, KILLED_AT_MOST).await? {
        return Ok(Ended::Asked);
    }
    process.signal(Signal::KILL)?;
    if process.wait(record, KILLED_AT_MOST).await? && wait_for_lock(folder, KILLED_AT_MOST).await? {
        return Ok(Ended::Killed);
    }
    Err(Failure::new(format!("process {} ({}) does not end", record.pid, record.program)).into())
}

/// The lock may be let go a moment after the process, by a helper of its own.
pub(super) async fn wait_for_lock(folder: &Path, limit: Duration) -> Result<bool> {
    let began = Instant::now();
    while is_locked(folder)? {
        if began.elapsed() > limit {
            return Ok(false);
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(true)
}

/// A process to be signalled.
pub(super) struct Process {
    pid: Pid,
    #[cfg(target_os = "linux")]
    handle: Option<rustix::fd::OwnedFd>,
}

impl Process {
    /// `None` where there is no process of that pid.
    #[cfg(target_os = "linux")]
    pub(super) fn open(pid: u32) -> Result<Option<Self>> {
        use rustix::io::Errno;
        use rustix::process::{PidfdFlags, pidfd_open};

        let Some(pid) = as_pid(pid) else { return Ok(None) };
        let handle = match pidfd_open(pid, PidfdFlags::empty()) {
            Ok(handle) => Some(handle),
            Err(Errno::SRCH) => return Ok(None),
            // Linux before 5.3, or a sandbox without it.
            Err(Errno::NOSYS | Errno::PERM) => None,
            Err(error) => {
                let failure = Failure::new(format!("process {} cannot be watched", pid.as_raw_nonzero()));
                return Err(failure.because(error).into());
            }
        };
        Ok(Some(Self { pid, handle }))
    }

    #[cfg(not(target_os = "linux"))]
    pub(super) fn open(pid: u32) -> Result<Option<Self>> {
        Ok(as_pid(pid).map(|pid| Self { pid }))
    }

    /// A process that is gone already is as good as one that was signalled.
    pub(super) fn signal(&self, signal: Signal) -> Result<()> {
        #[cfg(target_os = "linux")]
        let sent = match &self.handle {
            Some(handle) => rustix::process::pidfd_send_signal(handle, signal),
            None => rustix::process::kill_process(self.pid, signal),
        };
        #[cfg(not(target_os = "linux"))]
        let sent = rustix::process::kill_process(self.pid, signal);
        match sent {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(Failure::new(format!("process {} cannot be signalled", self.pid.as_raw_nonzero()))
                .because(error)
                .into()),
        }
    }

    /// Whether it ended within the limit.
    pub(super) async fn wait(&self, record: &Record, limit: Duration) -> Result<bool> {
        let began = Instant::now();
        while !self.has_ended(record)? {
            if began.elapsed() > limit {
                return Ok(false);
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(true)
    }

    /// A pidfd can be read once its process has ended, also before its parent asked how.
    #[cfg(target_os = "linux")]
    fn has_ended(&self, record: &Record) -> Result<bool> {
        use rustix::event::{PollFd, PollFlags, Timespec, poll};

        let Some(handle) = &self.handle else { return Ok(!record.is_of_running_process()) };
        let mut watched = [PollFd::new(handle, PollFlags::IN)];
        let ready = poll(&mut watched, Some(&Timespec { tv_sec: 0, tv_nsec: 0 }));
        ready.map(|ready| ready > 0).or_fail(|| Failure::new(format!("process {} cannot be watched", record.pid)))
    }

    #[cfg(not(target_os = "linux"))]
    fn has_ended(&self, record: &Record) -> Result<bool> {
        Ok(!record.is_of_running_process())
    }
}

fn as_pid(pid: u32) -> Option<Pid> {
    i32::try_from(pid).ok().and_then(Pid::from_raw)
}
