//! `karctl env --check` and `--write`: the variables of a shell, or of a file, against what runs.

use std::path::Path;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::Change;
use crate::check::Reason;
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::runtime_config::difference::{Difference, differences};
use crate::runtime_config::format::Format;
use crate::runtime_config::{RuntimeConfig, block, parse, services_file};

use super::probe;

/// Time for each of the two services to answer.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// What `karctl env --check -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Checked {
    /// Whether the shell's variables fit what runs, and it answers.
    pub fits: bool,
    /// Variables that `kar` would not understand, and services that do not answer; one sentence each.
    pub problems: Vec<String>,
    /// Variables that say something else than what runs.
    pub differences: Vec<Difference>,
}

impl Checked {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.fits {
            return "The variables of this shell fit what runs\n".to_owned();
        }
        let differences = self.differences.iter().map(ToString::to_string);
        let lines: String = self.problems.iter().cloned().chain(differences).map(|line| format!("{line}\n")).collect();
        format!("{lines}Run eval \"$(karctl env)\" once it runs, and check again\n")
    }
}

/// Compares the variables of the shell that started karctl with what runs, and asks whether it answers.
pub async fn check(context: &Context, running: Result<RuntimeConfig>) -> Checked {
    let (shell, unparsable) = parse::read(|name| context.environment.variable(name).map(str::to_owned));
    let mut problems: Vec<String> =
        unparsable.iter().map(|problem| format!("{} {}", problem.variable, problem.message)).collect();
    let mut differing = Vec::new();
    match running {
        Ok(running) => {
            // What cannot be understood is told once.
            let is_told = |name: &str| unparsable.iter().any(|problem| problem.variable == name);
            differing = differences(&shell, &running);
            differing.retain(|difference| !is_told(&difference.variable));
            problems.extend(dead(&running).await);
        }
        Err(error) => problems.push(report(&error).message),
    }
    Checked { fits: problems.is_empty() && differing.is_empty(), problems, differences: differing }
}

/// What is wrong with the services; where it is more than that nobody answers, `karctl explain` tells it.
async fn dead(config: &RuntimeConfig) -> Vec<String> {
    let answers = probe::ask(config, PROBE_LIMIT).await;
    let told = |reason: &Reason| match reason.code {
        None | Some(Code::ServiceUnreachable) => reason.message.clone(),
        Some(code) => format!("{} (`karctl explain {code}`)", reason.message),
    };
    answers.reasons().map(told).collect()
}

/// Puts the variables into a file as a block of its own, and keeps what a user has around it.
///
/// # Errors
/// When the file is a link, holds half a block, or cannot be written; it is then untouched.
pub fn write(context: &Context, path: &Path, text: &str, format: Format) -> Result<Change> {
    let path = context.environment.working_directory().join(path);
    let old = file::read(&path)?.unwrap_or_default();
    let new = block::merge(&old, text, format)
        .or_fail(|| Failure::new(format!("the variables cannot be put into {}", path.display())))?;
    file::write_atomic(&path, &new, file::PRIVATE)
}

/// Reads a file that describes any Kafka and Redis.
///
/// # Errors
/// A usage failure that names the file and the key.
pub fn read_services(context: &Context, path: &Path) -> Result<RuntimeConfig> {
    let path = context.environment.working_directory().join(path);
    let missing = || Failure::usage(format!("there is no file {}", path.display()));
    let content = file::read(&path)?.ok_or_else(missing)?;
    let text =
        String::from_utf8(content).map_err(|_| Failure::usage(format!("{} is not text in UTF-8", path.display())))?;
    services_file::from_file(&path.display().to_string(), &text)
}
