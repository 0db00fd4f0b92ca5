//! A call of a script, taken apart as the script does. Pure.

use super::becomes::Migration;
use super::table::{Flag, SCRIPTS, Script, script};
use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// A call, taken apart as its script does.
pub(super) struct Typed {
    pub(super) script: &'static str,
    pub(super) environment: Vec<(String, String)>,
    pub(super) options: Vec<(&'static Flag, String)>,
    pub(super) positional: Vec<String>,
    /// After `--`; `None` without it.
    pub(super) rest: Option<Vec<String>>,
    pub(super) notes: Vec<String>,
}

/// The words of kar's `-v`.
const LEVELS: [&str; 5] = ["fatal", "error", "warning", "info", "debug"];

/// A word that sets a variable for the command after it.
pub fn assignment(word: &str) -> Option<(&str, &str)> {
    let (name, value) = word.split_once('=')?;
    let is_name = !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    (is_name && !name.starts_with(|c: char| c.is_ascii_digit())).then_some((name, value))
}

impl Typed {
    pub(super) fn of(words: &[String]) -> Result<Self> {
        let mut words = words.iter().map(String::as_str).peekable();
        let mut environment = Vec::new();
        while let Some((name, value)) = words.peek().and_then(|word| assignment(word)) {
            environment.push((name.to_owned(), value.to_owned()));
            words.next();
        }
        while words.next_if(|word| matches!(*word, "." | "source" | "bash" | "sh" | "exec" | "sudo")).is_some() {}
        let name = words.next().unwrap_or_default();
        let Some(script) = script(name) else {
            let names = SCRIPTS.iter().map(|script| script.name);
            let failure = Failure::usage(format!("`{name}` is no script of KAR's"));
            return Err(match nearest(name, names) {
                Some(meant) => failure.hint(format!("the nearest is `{meant}`")).into(),
                None => failure.hint("`karctl migrate` lists them").into(),
            });
        };
        let mut typed = Self {
            script: script.name,
            environment,
            options: Vec::new(),
            positional: Vec::new(),
            rest: None,
            notes: Vec::new(),
        };
        typed.take(script, words)?;
        Ok(typed)
    }

    /// As the loops of the scripts do, which end at an empty word and ignore what they do not know.
    fn take<'a>(&mut self, script: &'static Script, mut words: impl Iterator<Item = &'a str>) -> Result<()> {
        while let Some(word) = words.next() {
            if word.is_empty() && !script.options.is_empty() {
                self.notes.push("the script ignored everything after the empty word".to_owned());
            } else if word == "--" && !script.options.is_empty() {
                self.rest = Some(words.by_ref().map(str::to_owned).collect());
            } else if let Some(option) = script.options.iter().find(|option| option.names.contains(&word)) {
                let value = if option.has_value { words.next() } else { Some("") };
                let Some(value) = value else {
                    let message = format!("`{word}` has no value; {} ended there without a message", script.name);
                    return Err(Failure::usage(message).into());
                };
                self.options.push((option, value.to_owned()));
            } else if script.options.is_empty() {
                self.positional.push(word.to_owned());
            } else {
                self.notes.push(format!("the script ignored `{word}` without a word; karctl does so with nothing"));
            }
        }
        Ok(())
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.options.iter().any(|(option, _)| option.names.contains(&name))
    }

    /// The last one counts, as in the scripts.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.options.iter().rfind(|(option, _)| option.names.contains(&name)).map(|(_, value)| value.as_str())
    }

    pub(super) fn variable(&self, name: &str) -> Option<&str> {
        self.environment.iter().rfind(|(of, _)| of == name).map(|(_, value)| value.as_str())
    }

    /// The one argument without which the script prints its usage.
    pub(super) fn argument(&self, what: &str) -> Result<&str> {
        self.positional.first().map(String::as_str).ok_or_else(|| {
            Failure::usage(format!("{} wants {what}; without it, it prints its usage", self.script)).into()
        })
    }

    pub(super) fn require(&self, names: &[&str]) -> Result<()> {
        match names.iter().find(|name| self.value(name).is_none()) {
            Some(name) => Err(Failure::usage(format!("{} wants {name}", self.script)).into()),
            None => Ok(()),
        }
    }

    /// Every option that is one of karctl's too. Of one that may be repeated all count, of others the last.
    pub(super) fn same_options(&self, migration: &mut Migration) -> Vec<String> {
        let mut words = Vec::new();
        for (index, (option, value)) in self.options.iter().enumerate() {
            let Some(becomes) = option.becomes else { continue };
            let comes_again = self.options[index + 1..].iter().any(|(later, _)| later.names == option.names);
            if comes_again && becomes != "--env" {
                continue;
            }
            if becomes == "--verbose-level" && !LEVELS.contains(&value.as_str()) {
                migration.note(format!("`-v {value}` is no level of kar's, which are {}", LEVELS.join(", ")));
                continue;
            }
            words.push(becomes.to_owned());
            if option.has_value {
                words.push(value.clone());
            }
        }
        words
    }
}
