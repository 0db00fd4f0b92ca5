//! What went wrong, in the form a user can act on: one sentence, hints, a code for `karctl explain`, an exit status.
//!
//! Errors travel as [`anyhow::Error`]. Where a layer knows more than the one below, it wraps a [`Failure`] around it;
//! [`report`] walks the chain once, in `main`, and is the only place that turns an error into text.

use std::fmt;

use crate::code::Code;

/// The result of everything that can fail.
pub type Result<T> = anyhow::Result<T>;

/// The exit status of the process, documented in the README and tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    /// The command could not do what was asked (1).
    Failed = 1,
    /// What was typed, or a settings file, is wrong (2).
    Usage = 2,
    /// Differences were found, as by `env --check` (3).
    Different = 3,
    /// The time given by `--timeout` is over (4).
    TimedOut = 4,
    /// Checks found warnings only (5).
    Warnings = 5,
    /// Ended by Ctrl-C (130).
    Interrupted = 130,
}

/// A failure that names the thing, the place and what was seen last.
///
/// The message is lower case and has no full stop; hints are imperative and true for the case at hand.
#[derive(Debug)]
pub struct Failure {
    message: String,
    hints: Vec<String>,
    code: Option<Code>,
    status: Status,
    cause: Option<anyhow::Error>,
}

impl Failure {
    /// A failure with exit status 1, no hint and no code.
    pub fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), hints: Vec::new(), code: None, status: Status::Failed, cause: None }
    }

    /// A failure of what was typed or written into a settings file: exit status 2.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(message).status(Status::Usage)
    }

    /// Adds one thing to do; hints are printed in the order they were added.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Names the entry of `karctl explain` that tells more.
    #[must_use]
    pub fn code(mut self, code: Code) -> Self {
        self.code = Some(code);
        self
    }

    /// Sets the exit status.
    #[must_use]
    pub fn status(mut self, status: Status) -> Self {
        self.status = status;
        self
    }

    /// Keeps the error this one was made from; its text is printed after the message.
    #[must_use]
    pub fn because(mut self, cause: impl Into<anyhow::Error>) -> Self {
        self.cause = Some(cause.into());
        self
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Failure {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.cause.as_ref().map(|cause| cause.as_ref() as &(dyn std::error::Error + 'static))
    }
}

/// Adds the sentence of this layer to an error of the layer below.
pub trait OrFail<T> {
    /// Wraps the error in the failure that `failure` builds.
    ///
    /// # Errors
    /// Returns the wrapped error when `self` is one.
    fn or_fail(self, failure: impl FnOnce() -> Failure) -> Result<T>;
}

impl<T, E: Into<anyhow::Error>> OrFail<T> for std::result::Result<T, E> {
    fn or_fail(self, failure: impl FnOnce() -> Failure) -> Result<T> {
        self.map_err(|cause| failure().because(cause).into())
    }
}

/// An error as it is shown: the chain in one sentence, the hints from the outermost in, the first code, the exit status.
#[derive(Debug, PartialEq, Eq)]
pub struct Report {
    /// `message: cause: cause of the cause`, a text that repeats the one before left out.
    pub message: String,
    /// What to do, one a line.
    pub hints: Vec<String>,
    /// The entry for `karctl explain`.
    pub code: Option<Code>,
    /// The exit status.
    pub status: Status,
}

/// Reads the whole chain of an error.
pub fn report(error: &anyhow::Error) -> Report {
    let mut report = Report { message: String::new(), hints: Vec::new(), code: None, status: Status::Failed };
    let mut status = None;
    for link in error.chain() {
        let text = link.to_string();
        if !report.message.ends_with(&text) {
            if !report.message.is_empty() {
                report.message.push_str(": ");
            }
            report.message.push_str(&text);
        }
        if let Some(failure) = link.downcast_ref::<Failure>() {
            report.hints.extend(failure.hints.iter().cloned());
            report.code = report.code.or(failure.code);
            status = status.or((failure.status != Status::Failed).then_some(failure.status));
        }
    }
    report.status = status.unwrap_or(Status::Failed);
    report
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_joins_the_chain_and_keeps_every_hint() {
        let inner = Failure::new("port 31093 is taken").hint("give --kafka-port").status(Status::TimedOut);
        let outer = Err::<(), anyhow::Error>(inner.into())
            .or_fail(|| Failure::new("Kafka did not start").code(Code::PortTaken))
            .expect_err("a failure");
        let report = report(&outer);
        assert_eq!(report.message, "Kafka did not start: port 31093 is taken");
        assert_eq!(report.hints, ["give --kafka-port"]);
        assert_eq!(report.code, Some(Code::PortTaken));
        assert_eq!(report.status, Status::TimedOut);
    }
}
