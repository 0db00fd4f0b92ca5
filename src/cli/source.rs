//! Where the variables come from: an instance of this machine, or a file that describes any Kafka and Redis.

use std::path::PathBuf;

use super::arguments::InstanceArguments;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::nearest::nearest;
use crate::services::Services;
use crate::target::{environment, local};

/// The sources that have a name.
const NAMES: [&str; 2] = ["local", "file"];

/// What was typed as SOURCE.
#[derive(Debug, PartialEq, Eq)]
pub enum Source {
    /// `local`, or nothing.
    Local,
    /// `file F`.
    File(PathBuf),
}

impl Source {
    /// Reads the words of SOURCE.
    ///
    /// # Errors
    /// A usage failure for an unknown source or a missing file name.
    pub fn parse(words: &[String]) -> Result<Self> {
        match words.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
            [] | ["local"] => Ok(Self::Local),
            ["file", path] => Ok(Self::File(PathBuf::from(path))),
            ["file"] => Err(Failure::usage("`file` needs the name of a file").hint("give `file services.yaml`").into()),
            ["local", extra, ..] | ["file", _, extra, ..] => {
                Err(Failure::usage(format!("`{extra}` is one word too many")).into())
            }
            [unknown, ..] => {
                let failure = Failure::usage(format!("there is no source `{unknown}`; there are local and file F"));
                Err(match nearest(unknown, NAMES) {
                    Some(name) => failure.hint(format!("did you mean `{name}`?")).into(),
                    None => failure.into(),
                })
            }
        }
    }

    /// The services it stands for.
    ///
    /// # Errors
    /// When the instance does not run, or the file cannot be read.
    pub async fn services(&self, context: &Context, instance: &InstanceArguments) -> Result<Services> {
        match self {
            Self::Local => local::services(context, &instance.name()?).await,
            Self::File(path) => Ok(Services::Given(environment::read_services(context, path)?)),
        }
    }
}
