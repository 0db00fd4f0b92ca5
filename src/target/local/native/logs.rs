//! Logs of servers: several files, of which the newest grows; read, followed over a rotation, and cut by time.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::civil::DateTime;
use jiff::{Timestamp, tz};

use super::super::engine::LogQuery;
use super::folders::ServerFolder;
use super::server::SERVER_LOG;
use crate::error::{Failure, OrFail, Result};

/// How often a log that is followed is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Characters of the time that Java's servers begin a line with: `2026-11-22T03:41:23.155+0000`.
const JAVA_TIME_LENGTH: usize = 28;

/// What the first line of a server's life holds: Kafka, ZooKeeper, Redis.
const FIRST_LINES: [&str; 4] =
    ["Registered kafka:type=", "Reading configuration from:", "is starting oO0", "Reading configuration from file"];

/// The files of a log, the oldest first.
///
/// `java.util.logging` numbers from 0, which is the newest; log4j's and karctl's own newest has no number.
fn files(folder: &ServerFolder) -> Vec<PathBuf> {
    let age_of = |name: &str| match name.strip_prefix(SERVER_LOG)? {
        "" => Some(0),
        number => number.strip_prefix('.')?.parse::<u32>().ok(),
    };
    let entries = std::fs::read_dir(folder.log()).into_iter().flatten().flatten();
    let mut files: Vec<_> =
        entries.filter_map(|entry| Some((age_of(entry.file_name().to_str()?)?, entry.path()))).collect();
    files.sort_by_key(|(age, _)| std::cmp::Reverse(*age));
    files.into_iter().map(|(_, path)| path).collect()
}

/// Whether a server begins its life with this line.
pub fn is_first_line(line: &str) -> bool {
    FIRST_LINES.iter().any(|first| line.contains(first))
}

/// The last lines of a log; none where there is none.
pub fn tail(folder: &ServerFolder, lines: usize) -> Vec<String> {
    let mut all = Vec::new();
    for file in files(folder).iter().rev() {
        let text = std::fs::read(file).unwrap_or_default();
        let mut older: Vec<_> = String::from_utf8_lossy(&text).lines().map(str::to_owned).collect();
        older.append(&mut all);
        all = older;
        if all.len() >= lines {
            break;
        }
    }
    all.split_off(all.len().saturating_sub(lines))
}

/// Begins a log anew that has grown beyond `limit`; the one before is kept. For servers that do not do it themselves.
///
/// # Errors
/// When it cannot be renamed.
pub fn rotate(folder: &ServerFolder, limit: u64) -> Result<()> {
    let log = folder.log().join(SERVER_LOG);
    if std::fs::metadata(&log).is_ok_and(|file| file.len() > limit) {
        let older = folder.log().join(format!("{SERVER_LOG}.1"));
        std::fs::rename(&log, older).or_fail(|| Failure::new(format!("{} cannot be renamed", log.display())))?;
    }
    Ok(())
}

/// Gives what is asked for of a log to `line`; with `follow` it does not return.
///
/// # Errors
/// When a log cannot be read.
pub async fn read(folder: &ServerFolder, query: &LogQuery, line: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
    let mut window = Window::new(query);
    let mut last = None;
    for path in files(folder) {
        let mut reader = Reader::open(&path)?;
        reader.give(&mut |text| window.take(text))?;
        last = Some((path, reader));
    }
    window.lines.iter().for_each(|text| line(text));
    if query.follow { follow(folder, last, line).await } else { Ok(()) }
}

/// The lines that are shown before those that are yet to come.
struct Window {
    since: Option<Timestamp>,
    tail: Option<usize>,
    is_within: bool,
    lines: std::collections::VecDeque<String>,
}

impl Window {
    fn new(query: &LogQuery) -> Self {
        let since = query.since.and_then(|since| Timestamp::now().checked_sub(since).ok());
        Self { since, tail: query.tail, is_within: since.is_none(), lines: std::collections::VecDeque::new() }
    }

    /// A line without a time belongs to the one before.
    fn take(&mut self, text: &str) {
        if let (Some(since), Some(time)) = (self.since, time_of(text)) {
            self.is_within = time >= since;
        }
        if !self.is_within {
            return;
        }
        self.lines.push_back(text.to_owned());
        if self.tail.is_some_and(|tail| self.lines.len() > tail) {
            self.lines.pop_front();
        }
    }
}

async fn follow(
    folder: &ServerFolder,
    mut last: Option<(PathBuf, Reader)>,
    line: &mut (dyn FnMut(&str) + Send),
) -> Result<()> {
    loop {
        tokio::time::sleep(LOOK_AGAIN).await;
        if let Some((_, reader)) = &mut last {
            reader.give(line)?;
        }
        let Some(newest) = files(folder).pop() else { continue };
        let is_same = last.as_ref().is_some_and(|(path, reader)| *path == newest && reader.is_still_at(path));
        if !is_same {
            // What came between the last look and the rotation is still in the old file.
            if let Some((_, reader)) = &mut last {
                reader.give(line)?;
            }
            let mut reader = Reader::open(&newest)?;
            reader.give(line)?;
            last = Some((newest, reader));
        }
    }
}

/// An open file, whole lines of which were given away so far.
struct Reader {
    file: BufReader<File>,
    begun: Vec<u8>,
}

impl Reader {
    fn open(path: &Path) -> Result<Self> {
        let file = File::open(path).or_fail(|| Failure::new(format!("{} cannot be read", path.display())))?;
        Ok(Self { file: BufReader::new(file), begun: Vec::new() })
    }

    fn is_still_at(&self, path: &Path) -> bool {
        let held = self.file.get_ref().metadata();
        match (held, std::fs::metadata(path)) {
            (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
            _ => false,
        }
    }

    fn give(&mut self, line: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
        loop {
            let read = self.file.read_until(b'\n', &mut self.begun).or_fail(|| Failure::new("a log cannot be read"))?;
            if read == 0 {
                return Ok(());
            }
            if self.begun.ends_with(b"\n") {
                self.begun.pop();
                line(&String::from_utf8_lossy(&self.begun));
                self.begun.clear();
            }
        }
    }
}

/// The time at the beginning of a line, if it has one: that of Java's servers, or Redis' `123:M 22 Nov 2026 03:41:23.155`,
/// which is in UTC as karctl starts it so.
fn time_of(line: &str) -> Option<Timestamp> {
    if let Some(text) = line.get(..JAVA_TIME_LENGTH)
        && let Ok(time) = Timestamp::strptime("%Y-%m-%dT%H:%M:%S%.f%z", text)
    {
        return Some(time);
    }
    let (_, rest) = line.split_once(' ').filter(|(process, _)| process.contains(':'))?;
    let end = rest.match_indices(' ').nth(3).map_or(rest.len(), |(end, _)| end);
    let time = DateTime::strptime("%d %b %Y %H:%M:%S%.f", &rest[..end]).ok()?;
    time.to_zoned(tz::TimeZone::UTC).ok().map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_times_of_all_servers_are_understood() {
        let expected: Timestamp = "2026-11-22T03:41:23.155Z".parse().expect("a time");
        assert_eq!(time_of("2026-11-22T03:41:23.155+0000 INFO kafka.server.KafkaServer: starting"), Some(expected));
        assert_eq!(time_of("123:M 22 Nov 2026 03:41:23.155 * Ready to accept connections"), Some(expected));
        assert_eq!(time_of("\tat kafka.Kafka.main(Kafka.scala)"), None);
    }

    #[test]
    fn a_window_keeps_the_last_lines_and_those_that_follow_a_time_within() {
        let mut window = Window::new(&LogQuery { tail: Some(2), ..LogQuery::default() });
        ["1", "2", "3"].into_iter().for_each(|line| window.take(line));
        assert_eq!(window.lines, ["2", "3"]);
        let since = Some(Duration::from_secs(60));
        let mut window = Window::new(&LogQuery { since, ..LogQuery::default() });
        window.take("2020-11-22T03:41:23.155+0000 INFO old");
        window.take("\tat old");
        let new = format!("{} INFO new", Timestamp::now().strftime("%Y-%m-%dT%H:%M:%S%.3f%z"));
        window.take(&new);
        window.take("\tat new");
        assert_eq!(window.lines, [new.as_str(), "\tat new"]);
    }
}
