//! Why a server ended, in one sentence, from what it left.

use super::super::instance::Component;
use super::folders::ServerFolder;
use super::logs;
use crate::client::process::{OUTPUT, Record, boot_id};

/// Lines of a log in which a reason is looked for.
const LINES: usize = 200;

/// What servers write when they end, newest first, and what it means.
const REASONS: [(&str, &str); 11] = [
    ("Terminating due to java.lang.OutOfMemoryError", "ran out of Java's heap: raise kafka.heap"),
    ("java.lang.OutOfMemoryError", "ran out of Java's heap: raise kafka.heap"),
    ("There is insufficient memory for the Java Runtime", "could not get memory from the system"),
    ("Could not reserve enough space for object heap", "could not get memory from the system"),
    ("A fatal error has been detected by the Java Runtime", "was ended by a crash of Java"),
    ("No space left on device", "ended because the disk is full"),
    ("Address already in use", "ended because its port is taken"),
    ("NodeExistsException", "ended because ZooKeeper still has the registration of its last life"),
    ("InconsistentClusterIdException", "ended because its data belongs to another cluster"),
    ("Bad file format reading the append only file", "ended because its append-only file is damaged"),
    ("Timed out waiting for connection", "ended because ZooKeeper did not answer"),
];

/// How a server whose record is `record` ended, as a sentence without its subject.
pub fn cause(folder: &ServerFolder, component: Component, record: &Record) -> String {
    if record.boot_id != boot_id() {
        return "was ended by a reboot".to_owned();
    }
    let said = last_said(folder);
    match REASONS.iter().find(|(sign, _)| said.iter().any(|line| line.contains(sign))) {
        Some((_, reason)) => (*reason).to_owned(),
        None if said.iter().any(|line| ended_in_order(component, line)) => "ended when it was asked to".to_owned(),
        None => "was killed".to_owned(),
    }
}

/// The end of its log, and what it wrote to its terminal.
fn last_said(folder: &ServerFolder) -> Vec<String> {
    let mut said = logs::tail(folder, LINES);
    // Of an earlier life there may be a reason too.
    if let Some(began) = said.iter().rposition(|line| logs::is_first_line(line)) {
        said.drain(..began);
    }
    let output = std::fs::read(folder.root().join(OUTPUT)).unwrap_or_default();
    said.extend(String::from_utf8_lossy(&output).lines().map(str::to_owned));
    said
}

fn ended_in_order(component: Component, line: &str) -> bool {
    match component {
        Component::Redis => line.contains("Redis is now ready to exit") || line.contains("is now ready to exit, bye"),
        Component::Kafka => line.contains("shut down completed"),
        Component::ZooKeeper => line.contains("ZooKeeper server is shutting down"),
    }
}
