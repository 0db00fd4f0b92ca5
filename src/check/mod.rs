//! Checks as data: a category, a title, a code, how bad it is, and a judge of what was found. Pure; a target finds out
//! what there is, side by side, and the judges only look at it.

pub mod local;
pub mod machine;
pub mod tool;

use schemars::JsonSchema;
use serde::Serialize;

use crate::code::Code;
use crate::error::Status;
use crate::ui::{self, paint};
use machine::Machine;

/// One condition that a machine should meet.
pub struct Check {
    /// What it belongs to, one word.
    pub category: &'static str,
    /// What should be the case.
    pub title: &'static str,
    /// The entry of `karctl explain`; its remedy is the hint where the judge has no better one.
    pub code: Code,
    /// How bad it is when it is not the case.
    pub severity: Severity,
    /// Looks at what was found.
    pub judge: fn(&Machine) -> Finding,
}

/// How bad a failed check is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// karctl cannot do its work.
    Error,
    /// It can, but something that users want may fail.
    Warning,
}

/// What a judge says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// It is as it should be.
    Fine(String),
    /// It is not, with hints that are true for the case.
    Bad(String, Vec<String>),
    /// It does not matter here, for this reason.
    Skipped(String),
}

/// How a check ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// As it should be.
    Ok,
    /// Something that users want may fail.
    Warning,
    /// karctl cannot do its work.
    Error,
    /// It does not matter here.
    Skipped,
}

/// One check and how it ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Checked {
    /// What it belongs to.
    pub category: &'static str,
    /// What should be the case.
    pub title: &'static str,
    /// The entry of `karctl explain`.
    pub code: Code,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found.
    pub found: String,
    /// What to do, where something is to be done.
    pub hints: Vec<String>,
}

/// What `karctl check -o json` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Report {
    /// How many checks ended with an error.
    pub errors: usize,
    /// How many ended with a warning.
    pub warnings: usize,
    /// Every check, in a fixed order.
    pub checks: Vec<Checked>,
}

/// Judges a machine by every check.
pub fn run(checks: &[Check], machine: &Machine) -> Report {
    let checks: Vec<_> = checks.iter().map(|check| check.run(machine)).collect();
    let count = |outcome| checks.iter().filter(|checked| checked.outcome == outcome).count();
    Report { errors: count(Outcome::Error), warnings: count(Outcome::Warning), checks }
}

impl Check {
    fn run(&self, machine: &Machine) -> Checked {
        let (outcome, found, hints) = match (self.judge)(machine) {
            Finding::Fine(found) => (Outcome::Ok, found, Vec::new()),
            Finding::Skipped(found) => (Outcome::Skipped, found, Vec::new()),
            Finding::Bad(found, hints) => {
                let outcome = match self.severity {
                    Severity::Error => Outcome::Error,
                    Severity::Warning => Outcome::Warning,
                };
                let hints = if hints.is_empty() { vec![as_hint(self.code.remedy())] } else { hints };
                (outcome, found, hints)
            }
        };
        Checked { category: self.category, title: self.title, code: self.code, outcome, found, hints }
    }
}

impl Report {
    /// The exit status: errors before warnings.
    pub fn status(&self) -> u8 {
        match (self.errors, self.warnings) {
            (0, 0) => 0,
            (0, _) => Status::Warnings as u8,
            _ => Status::Failed as u8,
        }
    }

    /// The form for people: a line for each check, hints below it.
    pub fn text(&self) -> String {
        let width = self.checks.iter().map(|checked| checked.category.len()).max().unwrap_or(0);
        let mut text = String::new();
        for checked in &self.checks {
            let (mark, code) = match checked.outcome {
                Outcome::Ok => (paint(ui::DONE, "✓"), String::new()),
                Outcome::Skipped => (paint(ui::DIM, "-"), String::new()),
                Outcome::Warning => (paint(ui::WARNING, "!"), format!(" [{}]", checked.code)),
                Outcome::Error => (paint(ui::ERROR, "✗"), format!(" [{}]", checked.code)),
            };
            text.push_str(&format!("{mark} {:width$}  {}{code}\n", checked.category, checked.found));
            for hint in &checked.hints {
                text.push_str(&format!("  {:width$}  {} {hint}\n", "", paint(ui::HINT, "hint:")));
            }
        }
        text.push_str(&format!("{}, {}\n", counted(self.errors, "error"), counted(self.warnings, "warning")));
        text
    }
}

/// A remedy is a sentence; a hint is not.
fn as_hint(remedy: &str) -> String {
    let mut letters = remedy.trim_end_matches('.').chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

fn counted(number: usize, name: &str) -> String {
    format!("{number} {name}{}", if number == 1 { "" } else { "s" })
}
