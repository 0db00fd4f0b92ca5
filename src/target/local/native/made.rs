//! What a server was made from, written before it is started; what it is compared with by the next `up`.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::folders::{ServerFolder, write};
use crate::client::process::Program;
use crate::error::Result;

/// File name within the server's folder.
pub const FILE: &str = "made.json";

/// What a server was made from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Hash of its specification; see [`super::super::files::specification`].
    pub specification: String,
    /// Version of its program.
    pub version: Option<String>,
    /// Where its class data goes when it ends, where it was started to make some.
    pub trains: Option<PathBuf>,
    /// How it was started; an older karctl did not write it down.
    #[serde(default)]
    pub program: Option<Program>,
}

impl Made {
    /// One that is missing or cannot be understood counts as none: the server is then made anew, its data stays.
    pub fn read(folder: &ServerFolder) -> Option<Self> {
        serde_json::from_slice(&std::fs::read(folder.root().join(FILE)).ok()?).ok()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, folder: &ServerFolder) -> Result<()> {
        write(&folder.root().join(FILE), &serde_json::to_vec_pretty(self)?)
    }
}
