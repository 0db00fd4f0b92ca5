//! `karctl migrate`: what a call of one of the original's scripts is in karctl, and what the script did with it that nobody
//! would expect. [`table`] of scripts, a call taken apart and what it becomes are pure; here are lines of files.

pub mod becomes;
pub mod table;
mod typed;

use std::path::Path;

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::file;
use crate::error::{Failure, Result, report};
use table::{SCRIPTS, Script};

/// What `karctl migrate -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Migrated {
    /// The calls that were given, or found in a file.
    pub calls: Vec<Call>,
    /// Every script that is known, where no call was given.
    pub scripts: Vec<Summary>,
}

/// One call of a script.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Call {
    /// The line of the file that it begins in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line: Option<usize>,
    /// The call, as a shell takes it.
    pub call: String,
    /// What to type instead, one after the other; none where karctl has nothing to do with it.
    pub commands: Vec<String>,
    /// What the script ignored or got wrong, and what differs.
    pub notes: Vec<String>,
}

/// One script.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Summary {
    /// Its file name.
    pub script: &'static str,
    /// What it is for.
    pub what: &'static str,
    /// The karctl command that takes its place.
    pub command: &'static str,
}

/// Every script.
pub fn all() -> Migrated {
    let summary = |script: &Script| Summary { script: script.name, what: script.what, command: script.command };
    Migrated { calls: Vec::new(), scripts: SCRIPTS.iter().map(summary).collect() }
}

/// One call, as its words.
///
/// # Errors
/// A usage failure when it calls no script that is known, or the script would have ended with its usage.
pub fn call(words: &[String]) -> Result<Migrated> {
    Ok(Migrated { calls: vec![one(words, None)?], scripts: Vec::new() })
}

fn one(words: &[String], line: Option<usize>) -> Result<Call> {
    let migration = becomes::migrate(words)?;
    let commands = migration.commands.iter().map(becomes::Command::text).collect();
    Ok(Call { line, call: becomes::quoted(words), commands, notes: migration.notes })
}

/// Every call in a shell script, a Makefile or a file of a CI system; a call that cannot be understood has only a note.
///
/// # Errors
/// When the file cannot be read.
pub fn in_file(path: &Path) -> Result<Migrated> {
    let text = file::read(path)?.ok_or_else(|| Failure::new(format!("there is no file {}", path.display())))?;
    Ok(Migrated { calls: calls(&String::from_utf8_lossy(&text)), scripts: Vec::new() })
}

fn calls(text: &str) -> Vec<Call> {
    let mut calls = Vec::new();
    let mut lines = text.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let mut whole = line.to_owned();
        while whole.ends_with('\\') {
            whole.pop();
            let Some((_, more)) = lines.next() else { break };
            whole.push_str(more);
        }
        calls.extend(of_line(&whole, index + 1));
    }
    calls
}

/// Words up to the next operator of a shell are one call.
fn of_line(line: &str, number: usize) -> Vec<Call> {
    if !SCRIPTS.iter().any(|script| line.contains(script.name)) {
        return Vec::new();
    }
    let Some(words) = shlex::split(&line.replace(';', " ; ")) else {
        let notes = vec!["the line cannot be taken apart by itself; give the call to `karctl migrate`".to_owned()];
        return vec![Call { line: Some(number), call: line.trim().to_owned(), commands: Vec::new(), notes }];
    };
    let is_operator = |word: &String| matches!(word.as_str(), "&&" | "||" | "|" | ";" | "&" | "then" | "do");
    words
        .split(is_operator)
        .filter_map(|words| {
            let at = words.iter().position(|word| table::script(word).is_some())?;
            let before = words[..at].iter().rev().take_while(|word| typed::assignment(word).is_some()).count();
            let words = &words[at - before..];
            Some(one(words, Some(number)).unwrap_or_else(|error| Call {
                line: Some(number),
                call: becomes::quoted(words),
                commands: Vec::new(),
                notes: vec![report(&error).message],
            }))
        })
        .collect()
}

impl Migrated {
    /// The form for people.
    pub fn text(&self) -> String {
        if !self.scripts.is_empty() {
            let row = |one: &Summary| vec![one.script.to_owned(), one.command.to_owned(), one.what.to_owned()];
            return crate::ui::table(&self.scripts.iter().map(row).collect::<Vec<_>>());
        }
        if self.calls.is_empty() {
            return "No call of a script of KAR's\n".to_owned();
        }
        self.calls.iter().map(Call::text).collect()
    }
}

impl Call {
    /// Commands as they are typed, all else as comments of a shell.
    fn text(&self) -> String {
        let mut text = match self.line {
            Some(line) => format!("# line {line}: {}\n", self.call),
            None => String::new(),
        };
        for command in &self.commands {
            text.push_str(&format!("{command}\n"));
        }
        for note in &self.notes {
            text.push_str(&format!("# {note}\n"));
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_are_found_with_their_lines() {
        let text = "set -e\n./scripts/docker-compose-start.sh && . scripts/kar-env-local.sh\n\
                    # a comment\n  - run: scripts/kar-k8s-deploy.sh \\\n    -m key\necho kar-k8s-undeploy.sh.orig\n\
                    KIND_NODE_TAG=v1.33.0 kind-start.sh; true\nkar-ce-run.sh -app\n";
        let found = calls(text);
        let seen: Vec<_> = found.iter().map(|call| (call.line, call.commands.first().map(String::as_str))).collect();
        let expected = [
            (Some(2), Some("karctl local up --engine docker")),
            (Some(2), Some("eval \"$(karctl env local)\"")),
            (Some(4), Some("karctl k8s deploy --managed key --enable default")),
            (
                Some(7),
                Some("karctl cluster create --provider kind --workers 1 --registry --image kindest/node:v1.33.0"),
            ),
            (Some(8), None),
        ];
        assert_eq!(seen, expected);
    }
}
