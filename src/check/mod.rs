//! Checks as data: a category, a title, a code, how bad it is, and a judge of what was found. Pure; a target finds out
//! what there is, side by side, and the judges only look at it.

mod capacity;
pub mod cluster;
pub mod code_engine;
pub mod kubernetes;
pub mod local;
pub mod machine;
pub mod tool;

use schemars::JsonSchema;
use serde::Serialize;

use crate::code::Code;
use crate::error::{Status, report};
use crate::ui::{self, paint};

/// One condition that a machine or a cluster should meet.
pub struct Check<Subject> {
    /// What it belongs to, one word.
    pub category: &'static str,
    /// What should be the case.
    pub title: &'static str,
    /// The entry of `karctl explain`; its remedy is the hint where the judge has no better one.
    pub code: Code,
    /// How bad it is when it is not the case.
    pub severity: Severity,
    /// Looks at what was found.
    pub judge: fn(&Subject) -> Finding,
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
    /// It may not be, which is a warning however bad it would be.
    Doubtful(String, Vec<String>),
    /// It is not, for a reason that may have a code of its own.
    Because(Reason),
    /// It does not matter here, for this reason.
    Skipped(String),
}

/// Why something is not as it should be, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reason {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
    /// The entry of `karctl explain`, where there is one.
    pub code: Option<Code>,
}

impl Reason {
    /// What an error says.
    pub fn of(error: &anyhow::Error) -> Self {
        let report = report(error);
        Self { message: report.message, hints: report.hints, code: report.code }
    }
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

/// Judges a machine or a cluster by every check.
pub fn run<'a, Subject: 'a>(checks: impl IntoIterator<Item = &'a Check<Subject>>, subject: &Subject) -> Report {
    let checks: Vec<_> = checks.into_iter().map(|check| check.run(subject)).collect();
    let count = |outcome| checks.iter().filter(|checked| checked.outcome == outcome).count();
    Report { errors: count(Outcome::Error), warnings: count(Outcome::Warning), checks }
}

impl<Subject> Check<Subject> {
    const fn new(
        category: &'static str,
        title: &'static str,
        code: Code,
        severity: Severity,
        judge: fn(&Subject) -> Finding,
    ) -> Self {
        Self { category, title, code, severity, judge }
    }

    fn run(&self, subject: &Subject) -> Checked {
        let failed = match self.severity {
            Severity::Error => Outcome::Error,
            Severity::Warning => Outcome::Warning,
        };
        let (outcome, code, found, mut hints) = match (self.judge)(subject) {
            Finding::Fine(found) => (Outcome::Ok, self.code, found, Vec::new()),
            Finding::Skipped(found) => (Outcome::Skipped, self.code, found, Vec::new()),
            Finding::Bad(found, hints) => (failed, self.code, found, hints),
            Finding::Doubtful(found, hints) => (Outcome::Warning, self.code, found, hints),
            Finding::Because(reason) => (failed, reason.code.unwrap_or(self.code), reason.message, reason.hints),
        };
        if hints.is_empty() && matches!(outcome, Outcome::Error | Outcome::Warning) {
            hints.push(as_hint(code.remedy()));
        }
        Checked { category: self.category, title: self.title, code, outcome, found, hints }
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
