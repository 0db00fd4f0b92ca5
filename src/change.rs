//! What became of a thing that is to be a certain way: the answer of everything named `ensure_*` or `write_*`.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What was done, or with `--dry-run` would be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// It was not there.
    Created,
    /// It was there, but not as wanted.
    Updated,
    /// It was as wanted; nothing was written.
    Unchanged,
    /// It was there and is not wanted.
    Removed,
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Created => "created",
            Self::Updated => "updated",
            Self::Unchanged => "unchanged",
            Self::Removed => "removed",
        })
    }
}
