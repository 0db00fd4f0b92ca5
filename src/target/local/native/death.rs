//! Why a server ended, in one sentence, from what it left.

use super::super::instance::Component;
use super::folders::ServerFolder;
use super::logs;
use crate::client::disk;
use crate::client::process::{OUTPUT, Record, boot_id};

/// Lines of a log in which a reason is looked for.
const LINES: usize = 200;

/// Characters of a server's own words that are quoted.
const QUOTED: usize = 200;

const DISK_FULL: &str = "ended because the disk is full";

/// What servers write when they end, and what it means; the first that fits counts.
const REASONS: [(&str, &str); 11] = [
    ("java.lang.OutOfMemoryError", "ran out of Java's heap; raise kafka.heap"),
    ("There is insufficient memory for the Java Runtime", "could not get memory from the system"),
    ("Could not reserve enough space for object heap", "could not get memory from the system"),
    ("A fatal error has been detected by the Java Runtime", "was ended by a crash of Java"),
    ("No space left on device", DISK_FULL),
    ("Address already in use", "ended because its port is taken"),
    ("NodeExistsException", "ended because ZooKeeper still has the registration of its last life"),
    ("InconsistentClusterIdException", "ended because its data belongs to another cluster"),
    ("Bad file format reading the append only file", "ended because its append-only file is damaged"),
    ("ZooKeeperClientTimeoutException", "ended because ZooKeeper did not answer"),
    ("Failed to acquire lock on file .lock", "ended because another Kafka uses its data"),
];

/// What servers write when they end by themselves.
const FATAL: [&str; 5] = ["Exiting Kafka", "exiting abnormally", "Exception in thread \"main\"", "Fatal", "FATAL"];

/// Bytes without which a server cannot write why it ends: a few blocks of its file system.
const ROOM_FOR_WORDS: u64 = 64 << 10;

/// How a server whose record is `record` ended, as a sentence without its subject.
pub fn cause(folder: &ServerFolder, component: Component, record: &Record) -> String {
    if record.boot_id != boot_id() {
        return "was ended by a reboot".to_owned();
    }
    // On a full disk its own words may be what there was no room for.
    let silenced = disk::free(folder.root()).is_ok_and(|free| free < ROOM_FOR_WORDS);
    told_by(component, &last_said(folder), silenced)
}

fn told_by(component: Component, said: &[String], silenced: bool) -> String {
    let any = |sign: &str| said.iter().any(|line| line.contains(sign));
    if let Some((_, reason)) = REASONS.iter().find(|(sign, _)| any(sign)) {
        return (*reason).to_owned();
    }
    if silenced {
        return DISK_FULL.to_owned();
    }
    if FATAL.iter().any(|sign| any(sign)) {
        let is_reason =
            |line: &&String| !line.starts_with('\t') && (line.contains("Exception") || line.contains("rror"));
        return match said.iter().rfind(is_reason) {
            Some(line) => format!("ended by itself: {}", line.trim().chars().take(QUOTED).collect::<String>()),
            None => "ended by itself".to_owned(),
        };
    }
    let goodbye = match component {
        Component::Redis => "is now ready to exit",
        Component::Kafka => "shut down completed",
        Component::ZooKeeper => "ZooKeeper server is shutting down",
    };
    if any(goodbye) { "was ended from outside".to_owned() } else { "was killed".to_owned() }
}

/// The end of its log since it began, and what it wrote to its terminal.
fn last_said(folder: &ServerFolder) -> Vec<String> {
    let mut said = logs::tail(folder, LINES);
    if let Some(began) = said.iter().rposition(|line| logs::is_first_line(line)) {
        said.drain(..began);
    }
    let output = std::fs::read(folder.root().join(OUTPUT)).unwrap_or_default();
    said.extend(String::from_utf8_lossy(&output).lines().map(str::to_owned));
    said
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(component: Component, lines: &[&str]) -> String {
        told_by(component, &lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>(), false)
    }

    #[test]
    fn the_reason_is_what_the_server_said() {
        let kafka = |lines: &[&str]| told(Component::Kafka, lines);
        assert_eq!(kafka(&["Terminating due to java.lang.OutOfMemoryError: Java heap space"]), REASONS[0].1);
        assert_eq!(
            kafka(&[
                "SEVERE kafka.Kafka$: Exiting Kafka due to fatal exception",
                "java.lang.X: bad Exception",
                "\tat a"
            ]),
            "ended by itself: java.lang.X: bad Exception"
        );
        assert_eq!(kafka(&["INFO started"]), "was killed");
        assert_eq!(kafka(&["[KafkaServer id=0] shut down completed"]), "was ended from outside");
        assert_eq!(told_by(Component::Kafka, &["INFO started".to_owned()], true), DISK_FULL);
        assert_eq!(told(Component::Redis, &["# Redis is now ready to exit, bye bye..."]), "was ended from outside");
    }
}
