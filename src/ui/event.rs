//! What `--progress json` prints to stderr, one event a line.

use schemars::JsonSchema;
use serde::Serialize;

use crate::error::Report;

/// A line of `--progress json`: a JSON object that `event` names. The last one is `finished` or `failed`.
#[derive(Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "lowercase")]
#[schemars(extend("type" = "object"))]
pub enum Event<'a> {
    /// A step began. One that comes to nothing has no other event.
    Started {
        /// What is done.
        step: &'a str,
    },
    /// A transfer goes on.
    Progress {
        /// What is done.
        step: &'a str,
        /// Bytes so far.
        done: u64,
        /// Bytes in all, where they are known.
        #[serde(skip_serializing_if = "Option::is_none")]
        total: Option<u64>,
    },
    /// A step ended well.
    Done {
        /// What was done.
        step: &'a str,
        /// The sentence for people.
        text: &'a str,
        /// How long it took, in seconds.
        seconds: f64,
    },
    /// Neither a step nor a problem.
    Note {
        /// The sentence for people.
        text: &'a str,
    },
    /// Something works, but perhaps not as one may think.
    Warning {
        /// The sentence for people.
        text: &'a str,
    },
    /// A line of `-v` or `-vv`.
    Trace {
        /// The line.
        text: &'a str,
    },
    /// The command did what was asked, or found what it looked for.
    Finished {
        /// The exit status; not 0 where checks or comparisons found something.
        status: u8,
    },
    /// The command failed.
    Failed {
        /// Why.
        text: &'a str,
        /// What to do.
        hints: &'a [String],
        /// What `karctl explain` takes.
        code: Option<&'a str>,
        /// The exit status.
        status: u8,
    },
}

impl<'a> From<&'a Report> for Event<'a> {
    fn from(report: &'a Report) -> Self {
        Self::Failed {
            text: &report.message,
            hints: &report.hints,
            code: report.code.map(|code| code.id()),
            status: report.status as u8,
        }
    }
}
