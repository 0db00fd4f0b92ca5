//! The processes of a native instance, as the system tells of them: those that run in its folders.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

const TIMEOUT: Duration = Duration::from_secs(30);

/// A process that runs somewhere below a folder.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Process {
    /// Where it runs.
    pub folder: PathBuf,
    /// Its command line, arguments separated by blanks.
    pub command: String,
    /// Its id.
    pub pid: u32,
}

/// The processes that run below a folder, by their folders.
pub fn below(folder: &Path) -> Vec<Process> {
    let mut processes: Vec<_> = fs::read_dir("/proc")
        .expect("processes")
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter_map(of)
        .filter(|process| process.folder.starts_with(folder))
        .collect();
    processes.sort();
    processes
}

/// The process of an id; `None` where there is none, or one that has ended already.
pub fn of(pid: u32) -> Option<Process> {
    let folder = fs::read_link(format!("/proc/{pid}/cwd")).ok()?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words: Vec<_> = command.split(|&byte| byte == 0).map(String::from_utf8_lossy).collect();
    Some(Process { folder, command: words.join(" ").trim_end().to_owned(), pid })
}

/// Ends a process by signal 9, and waits until it is gone.
pub fn kill(pid: u32) {
    let raw = Pid::from_raw(i32::try_from(pid).expect("a pid")).expect("a pid");
    if kill_process(raw, Signal::KILL).is_err() {
        return;
    }
    let began = Instant::now();
    // What nobody waits for stays as a zombie, which runs nowhere.
    while of(pid).is_some() {
        assert!(began.elapsed() < TIMEOUT, "process {pid} does not end");
        std::thread::sleep(Duration::from_millis(2));
    }
}

/// Ends all processes that run below a folder.
pub fn kill_below(folder: &Path) {
    loop {
        let processes = below(folder);
        if processes.is_empty() {
            return;
        }
        processes.iter().for_each(|process| kill(process.pid));
    }
}
