//! Which process it is: a pid alone is no identity, as it is given again after its process ended.

use std::path::Path;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{RECORD, write_private};
use crate::error::Result;

/// The identity of a process, and when it was started.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Its process id.
    pub pid: u32,
    /// When it began, as the system tells it; only equality means something.
    pub start_time: String,
    /// The boot in which it began.
    pub boot_id: String,
    /// When it was started, for people.
    pub since: Timestamp,
    /// The program that it is.
    pub program: String,
}

impl Record {
    /// Of this very process, about to become `program`.
    pub(super) fn of_this_process(program: &str) -> Self {
        let pid = std::process::id();
        Self {
            pid,
            start_time: start_time(pid).unwrap_or_default(),
            boot_id: boot_id(),
            since: Timestamp::now(),
            program: program.to_owned(),
        }
    }

    /// One that cannot be read counts as none: the lock alone says whether the process lives.
    pub(super) fn read(folder: &Path) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.join(RECORD)).ok()?).ok()
    }

    pub(super) fn write(&self, folder: &Path) -> Result<()> {
        write_private(&folder.join(RECORD), &serde_json::to_vec(self)?)
    }

    /// Whether the process of that pid is still the recorded one.
    pub fn is_of_running_process(&self) -> bool {
        self.boot_id == boot_id() && start_time(self.pid).is_some_and(|start_time| start_time == self.start_time)
    }
}

/// When a process that is not ending began: field 22 of `/proc/PID/stat`, in clock ticks since boot; see
/// proc_pid_stat(5).
///
/// The second field is the command in parentheses and may hold anything, so counting begins after the last one.
#[cfg(target_os = "linux")]
fn start_time(pid: u32) -> Option<String> {
    const FLAGS: usize = 9 - 3;
    const START_TIME: usize = 22 - 3;
    // PF_EXITING of the kernel's `sched.h`.
    const EXITING: u64 = 0x4;
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<_> = fields.split_whitespace().collect();
    let is_zombie = matches!(*fields.first()?, "Z" | "X");
    let is_exiting = fields.get(FLAGS)?.parse::<u64>().ok()? & EXITING != 0;
    let is_ending = is_zombie || is_exiting || is_being_killed(pid);
    fields.get(START_TIME).filter(|_| !is_ending).map(|&time| time.to_owned())
}

/// Whether SIGKILL waits for a process: it still holds its lock then, for as long as it takes to give its memory back.
#[cfg(target_os = "linux")]
fn is_being_killed(pid: u32) -> bool {
    const KILL: u64 = 1 << (9 - 1);
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mut pending = status.lines().filter_map(|line| line.strip_prefix("SigPnd:").or(line.strip_prefix("ShdPnd:")));
    pending.any(|set| u64::from_str_radix(set.trim(), 16).is_ok_and(|set| set & KILL != 0))
}

/// When a process began, to the second: without `/proc` only `ps` tells it without unsafe code.
#[cfg(not(target_os = "linux"))]
fn start_time(pid: u32) -> Option<String> {
    let output = std::process::Command::new("/bin/ps").args(["-o", "lstart=", "-p", &pid.to_string()]).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    Some(text.trim().to_owned()).filter(|text| !text.is_empty())
}

/// Whether every thread of a process was stopped by a signal; see proc_pid_stat(5).
#[cfg(target_os = "linux")]
pub(super) fn stands_still(pid: u32) -> bool {
    let Ok(threads) = std::fs::read_dir(format!("/proc/{pid}/task")) else { return false };
    let mut states = threads.flatten().filter_map(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).ok()?;
        stat.rsplit_once(')')?.1.trim_start().chars().next()
    });
    let mut any = false;
    states.all(|state| {
        any |= state == 'T';
        matches!(state, 'T' | 'Z' | 'X')
    }) && any
}

/// Whether a process was stopped by a signal.
#[cfg(not(target_os = "linux"))]
pub(super) fn stands_still(pid: u32) -> bool {
    let output = std::process::Command::new("/bin/ps").args(["-o", "state=", "-p", &pid.to_string()]).output();
    output.is_ok_and(|output| output.stdout.first() == Some(&b'T'))
}

/// What differs after every boot.
#[cfg(target_os = "linux")]
pub fn boot_id() -> String {
    std::fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default().trim().to_owned()
}

/// What differs after every boot.
#[cfg(not(target_os = "linux"))]
pub fn boot_id() -> String {
    let output = std::process::Command::new("/usr/sbin/sysctl").args(["-n", "kern.bootsessionuuid"]).output();
    output.map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_fits_its_own_process_and_no_other() {
        let record = Record::of_this_process("test");
        assert!(record.is_of_running_process());
        assert!(!Record { start_time: "1".to_owned(), ..record.clone() }.is_of_running_process());
        assert!(!Record { boot_id: "earlier".to_owned(), ..record }.is_of_running_process());
    }

    #[test]
    fn a_record_reads_back_and_a_cut_one_is_none() {
        let folder = tempfile::tempdir().expect("a folder");
        let record = Record::of_this_process("test");
        record.write(folder.path()).expect("written");
        assert_eq!(Record::read(folder.path()), Some(record));
        std::fs::write(folder.path().join(RECORD), "{\"pid\":1").expect("cut");
        assert_eq!(Record::read(folder.path()), None);
    }
}
