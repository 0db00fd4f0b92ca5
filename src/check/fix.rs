//! What `karctl check --fix` does about a check that failed: a recipe of karctl's, by its name and for what. Pure.

use std::borrow::Cow;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

use crate::code::Code;

/// One thing to do, which may be done again without harm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// What does not run of an instance is started, as it was made.
    StartInstance(String),
    /// `karctl k8s deploy`: what is gone or stale of the runtime is brought back.
    Deploy,
    /// `karctl ns sync`: the runtime's configuration is copied anew.
    CopyConfiguration(Vec<String>),
    /// `karctl ns disable`: namespaces that are not for applications lose the label.
    DisableNamespaces(Vec<String>),
    /// `karctl ce enable`: the project's configuration is written as the service keys say.
    WriteProject,
}

impl fmt::Display for Fix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StartInstance(name) => write!(f, "start what does not run of the instance {name}"),
            Self::Deploy => f.write_str("deploy again, which brings back what is gone or stale of the runtime"),
            Self::CopyConfiguration(names) => {
                write!(f, "copy the runtime's configuration anew to {}", names.join(", "))
            }
            Self::DisableNamespaces(names) => write!(f, "disable {}", names.join(", ")),
            Self::WriteProject => f.write_str("write the project's configuration as the service keys say"),
        }
    }
}

/// What `--fix` could not do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Unfixed {
    /// What was to be done.
    pub fix: Fix,
    /// Why it could not be done, one sentence.
    pub message: String,
    /// What to do.
    pub hints: Vec<String>,
    /// The entry of `karctl explain`.
    pub code: Option<Code>,
}

impl Serialize for Fix {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl JsonSchema for Fix {
    fn schema_name() -> Cow<'static, str> {
        "Fix".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string", "description": "What `--fix` does, one sentence." })
    }
}
