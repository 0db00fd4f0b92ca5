//! Checks as data: a category, a title, a code, how bad it is, and a judge of what was found. Pure; a target finds out
//! what there is, side by side, and the judges only look at it.

mod capacity;
pub mod cluster;
pub mod code_engine;
mod deployed;
pub mod fix;
mod health;
pub mod hybrid;
mod instances;
pub mod kubernetes;
pub mod local;
pub mod machine;
pub mod tool;

use schemars::JsonSchema;
use serde::Serialize;

use self::fix::{Fix, Unfixed};
use crate::code::Code;
use crate::error::{Status, report};
use crate::ui::{self, paint};

/// What is checked: one of the ways in which karctl runs KAR.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// This machine and its instances.
    Local,
    /// A cluster.
    K8s,
    /// A project of Code Engine, with its services.
    Ce,
    /// The members of a project, and their ways to Kafka and Redis.
    Hybrid,
}

impl Mode {
    /// As it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Local => "local",
            Self::K8s => "k8s",
            Self::Ce => "ce",
            Self::Hybrid => "hybrid",
        }
    }
}

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
    /// What `--fix` does where it is not the case, if anything.
    pub fix: Option<fn(&Subject) -> Option<Fix>>,
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
    /// What was checked.
    pub mode: Mode,
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
    /// What `--fix` does about it; null where it is well, or where a person has to decide.
    pub fix: Option<Fix>,
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
    /// What `--fix` did before all of this was found; with `--dry-run` what it would do.
    pub fixed: Vec<Fix>,
    /// What `--fix` could not do, and why.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unfixed: Vec<Unfixed>,
}

/// Judges a machine or a cluster by every check.
pub fn run<'a, Subject: 'a>(
    mode: Mode,
    checks: impl IntoIterator<Item = &'a Check<Subject>>,
    subject: &Subject,
) -> Report {
    Report::of(checks.into_iter().map(|check| check.run(mode, subject)).collect())
}

/// What is said of a mode that cannot be looked at, or not in time: one error.
pub fn stopped(mode: Mode, reason: Reason) -> Report {
    let check = Check::new(
        "look",
        "what is checked can be looked at",
        Code::CheckStopped,
        Severity::Error,
        |reason: &Reason| Finding::Because(reason.clone()),
    );
    run(mode, [&check], &reason)
}

impl<Subject> Check<Subject> {
    const fn new(
        category: &'static str,
        title: &'static str,
        code: Code,
        severity: Severity,
        judge: fn(&Subject) -> Finding,
    ) -> Self {
        Self { category, title, code, severity, judge, fix: None }
    }

    /// The same check, with what `--fix` does.
    const fn fixed_by(self, fix: fn(&Subject) -> Option<Fix>) -> Self {
        Self { fix: Some(fix), ..self }
    }

    fn run(&self, mode: Mode, subject: &Subject) -> Checked {
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
        let is_bad = matches!(outcome, Outcome::Error | Outcome::Warning);
        let fix = self.fix.filter(|_| is_bad).and_then(|fix| fix(subject));
        Checked { fix, mode, category: self.category, title: self.title, code, outcome, found, hints }
    }
}

impl Report {
    /// What was checked, counted.
    pub fn of(checks: Vec<Checked>) -> Self {
        let count = |outcome| checks.iter().filter(|checked| checked.outcome == outcome).count();
        Self {
            errors: count(Outcome::Error),
            warnings: count(Outcome::Warning),
            checks,
            fixed: Vec::new(),
            unfixed: Vec::new(),
        }
    }

    /// One report of several, in the order of the modes.
    pub fn joined(reports: impl IntoIterator<Item = Self>) -> Self {
        let mut checks: Vec<_> = reports.into_iter().flat_map(|report| report.checks).collect();
        checks.sort_by_key(|checked| checked.mode);
        Self::of(checks)
    }

    /// What `--fix` would do, each thing once, in the order of the checks.
    pub fn fixes(&self) -> Vec<(Mode, Fix)> {
        let mut fixes = Vec::new();
        for (mode, fix) in self.checks.iter().filter_map(|checked| Some((checked.mode, checked.fix.clone()?))) {
            if !fixes.contains(&(mode, fix.clone())) {
                fixes.push((mode, fix));
            }
        }
        fixes
    }

    /// The exit status: errors, and what could not be done about one, before warnings.
    pub fn status(&self) -> u8 {
        match (self.errors + self.unfixed.len(), self.warnings) {
            (0, 0) => 0,
            (0, _) => Status::Warnings as u8,
            _ => Status::Failed as u8,
        }
    }

    /// `1 error, 2 warnings`.
    pub fn summary(&self) -> String {
        format!("{}, {}", counted(self.errors, "error"), counted(self.warnings, "warning"))
    }

    /// The form for people: a line for each check, hints below it; of several modes each has its heading.
    pub fn text(&self) -> String {
        let width = self.checks.iter().map(|checked| checked.category.len()).max().unwrap_or(0);
        let has_headings = self.checks.iter().any(|checked| checked.mode != self.checks[0].mode);
        let mut mode = None;
        let mut text = String::new();
        for checked in &self.checks {
            if has_headings && mode.replace(checked.mode) != Some(checked.mode) {
                text.push_str(&format!("{}\n", paint(ui::HEADING, checked.mode.name())));
            }
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
        text.push_str(&format!("{}\n", self.summary()));
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
