//! What became of each member, for people and programs.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::code::Code;
use crate::error::{Failure, Report, Result, Status, report};
use crate::settings::project::MemberPlace;

/// What a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// This machine.
    Local,
    /// A cluster.
    Cluster,
    /// A project of Code Engine.
    CodeEngine,
    /// Another host.
    Host,
}

impl From<&MemberPlace> for Kind {
    fn from(place: &MemberPlace) -> Self {
        match place {
            MemberPlace::Local => Self::Local,
            MemberPlace::Cluster(_) => Self::Cluster,
            MemberPlace::CodeEngine(_) => Self::CodeEngine,
            MemberPlace::Host => Self::Host,
        }
    }
}

impl std::fmt::Display for Kind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Local => "this machine",
            Self::Cluster => "cluster",
            Self::CodeEngine => "Code Engine",
            Self::Host => "host",
        })
    }
}

/// How a command ended for a member.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// Something was done, or with `--dry-run` would be.
    Changed,
    /// Everything was as it is to be.
    Unchanged,
    /// It failed; the same command again goes on.
    Failed,
    /// It was not begun, because of another member.
    Waiting,
}

/// One thing of a member, and what was done to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// Such as `StatefulSet kar-system/kar-kafka`.
    pub object: String,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
}

/// Something that stays, and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Left {
    /// Such as `PersistentVolumeClaim kar-system/kar-redis-pvc`.
    pub object: String,
    /// Why.
    pub reason: String,
}

/// Why something failed, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Trouble {
    /// One sentence.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
    /// The entry of `karctl explain`.
    pub code: Option<Code>,
    /// What a command that fails for this alone exits with.
    #[serde(skip)]
    pub status: Status,
}

impl Trouble {
    /// What an error says.
    pub fn of(error: &anyhow::Error) -> Self {
        let Report { message, hints, code, status } = report(error);
        Self { message, hints, code, status }
    }
}

/// What was done for a member.
#[derive(Clone, Debug, Default)]
pub struct Done {
    /// What was not as it is to be.
    pub steps: Vec<Step>,
    /// What stays, where something was taken away.
    pub left: Vec<Left>,
    /// How to use what was made.
    pub usage: Option<String>,
}

/// What became of a member.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberOutcome {
    /// Its name; `services` for an instance of this machine, where this machine is no member.
    pub member: String,
    /// What it is.
    pub kind: Kind,
    /// How it ended.
    pub outcome: Outcome,
    /// What was not as it is to be, and what was done about it.
    pub steps: Vec<Step>,
    /// What stays, where something was taken away.
    pub left: Vec<Left>,
    /// How to use what was made, where that is not evident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub usage: Option<String>,
    /// Why it failed, or was not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trouble: Option<Trouble>,
}

impl MemberOutcome {
    /// What came of the work for a member.
    pub fn of(member: &str, kind: Kind, done: Result<Done>) -> Self {
        let outcome = match &done {
            Ok(done) if done.steps.is_empty() => Outcome::Unchanged,
            Ok(_) => Outcome::Changed,
            Err(_) => Outcome::Failed,
        };
        let trouble = done.as_ref().err().map(Trouble::of);
        let Done { steps, left, usage } = done.unwrap_or_default();
        Self { member: member.to_owned(), kind, outcome, steps, left, usage, trouble }
    }

    /// One that failed, for a reason that others may have too.
    pub fn failed(member: &str, kind: Kind, error: &anyhow::Error) -> Self {
        let failed = Self::of(member, kind, Ok(Done::default()));
        Self { outcome: Outcome::Failed, trouble: Some(Trouble::of(error)), ..failed }
    }

    /// One that was not begun, for this reason.
    pub fn waiting(member: &str, kind: Kind, reason: &str) -> Self {
        let trouble = Trouble { message: reason.to_owned(), hints: Vec::new(), code: None, status: Status::Failed };
        let waiting = Self::of(member, kind, Ok(Done::default()));
        Self { outcome: Outcome::Waiting, trouble: Some(trouble), ..waiting }
    }

    /// This and what came of further work for the same member.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.outcome = match (self.outcome, other.outcome) {
            (Outcome::Changed | Outcome::Unchanged, Outcome::Failed | Outcome::Waiting)
            | (Outcome::Unchanged, Outcome::Changed) => other.outcome,
            (own, _) => own,
        };
        self.steps.extend(other.steps);
        self.left.extend(other.left);
        self.usage = self.usage.or(other.usage);
        self.trouble = self.trouble.or(other.trouble);
        self
    }

    /// What was done did not lead to what it was for.
    pub fn fail(&mut self, trouble: Trouble) {
        (self.outcome, self.trouble) = (Outcome::Failed, Some(trouble));
    }

    /// Whether nothing is left to do.
    pub fn is_done(&self) -> bool {
        matches!(self.outcome, Outcome::Changed | Outcome::Unchanged)
    }
}

/// The exit status: 1 where something is left to do for a member, 4 where that is so for want of time only. What was not
/// begun because of another member says nothing of its own.
pub fn status<'a>(members: impl IntoIterator<Item = &'a MemberOutcome>) -> u8 {
    let left: Vec<_> = members.into_iter().filter(|member| !member.is_done()).collect();
    let mut failed = left.iter().filter(|member| member.outcome == Outcome::Failed).peekable();
    let timed_out =
        |member: &&&MemberOutcome| member.trouble.as_ref().is_some_and(|trouble| trouble.status == Status::TimedOut);
    match (left.is_empty(), failed.peek().is_some() && failed.all(|member| timed_out(&member))) {
        (true, _) => 0,
        (false, true) => Status::TimedOut as u8,
        (false, false) => Status::Failed as u8,
    }
}

/// The form for people, a paragraph a member; `done` is what was done to one that changed, such as `up`.
pub fn text(members: &[MemberOutcome], words: &Words, dry_run: bool) -> String {
    let mut text = String::new();
    for member in members {
        let Words { changed, would_change, unchanged } = words;
        let how = match (member.outcome, dry_run) {
            (Outcome::Changed, false) => changed.to_string(),
            (Outcome::Changed, true) => would_change.to_string(),
            (Outcome::Unchanged, _) => unchanged.to_string(),
            (Outcome::Failed, _) => format!("failed: {}", message(member)),
            (Outcome::Waiting, _) => format!("not begun: {}", message(member)),
        };
        text.push_str(&format!("{} ({}): {how}\n", member.member, member.kind));
        for Step { object, change } in &member.steps {
            let would = if dry_run { "would be " } else { "" };
            text.push_str(&format!("  {object}: {would}{change}\n"));
        }
        for Left { object, reason } in &member.left {
            text.push_str(&format!("  {object} stays: {reason}\n"));
        }
        if let Some(usage) = &member.usage {
            text.push_str(&format!("  {usage}\n"));
        }
        if let Some(trouble) = &member.trouble {
            text.extend(trouble.hints.iter().map(|hint| format!("  hint: {hint}\n")));
            let code = trouble.code.map(|code| format!("  hint: `karctl explain {code}` tells more\n"));
            text.extend(code);
        }
    }
    text
}

/// How the outcomes of a command are told.
pub struct Words {
    /// Of a member that something was done for.
    pub changed: &'static str,
    /// The same with `--dry-run`.
    pub would_change: &'static str,
    /// Of a member that nothing was to be done for.
    pub unchanged: &'static str,
}

fn message(member: &MemberOutcome) -> &str {
    member.trouble.as_ref().map_or("", |trouble| &trouble.message)
}

/// An error again, for another who fails for the same reason: errors cannot be cloned.
pub fn repeated(error: &anyhow::Error) -> anyhow::Error {
    let Report { message, hints, code, status } = report(error);
    let failure = hints.into_iter().fold(Failure::new(message).status(status), Failure::hint);
    code.into_iter().fold(failure, Failure::code).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ended(done: Result<Done>) -> MemberOutcome {
        MemberOutcome::of("east", Kind::Cluster, done)
    }

    #[test]
    fn only_time_that_was_up_everywhere_is_told_as_such() {
        let late = || ended(Err(Failure::new("it was not ready in time").status(Status::TimedOut).into()));
        let broken = || ended(Err(Failure::new("it is gone").into()));
        let waiting = || MemberOutcome::waiting("west", Kind::Cluster, "`east` is not up");
        assert_eq!(status(&[ended(Ok(Done::default()))]), 0);
        assert_eq!(status(&[late(), ended(Ok(Done::default())), waiting()]), 4);
        assert_eq!(status(&[late(), broken()]), 1);
        assert_eq!(status(&[waiting()]), 1);
    }
}
