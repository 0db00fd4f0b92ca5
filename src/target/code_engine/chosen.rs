//! The project that commands act on, as `karctl ce project use` keeps it: one small file of karctl's state, replaced whole,
//! so that commands side by side read either the old or the new one.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::change::Change;
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// Its file in the state folder.
const FILE: &str = "code-engine.json";

/// Version of its form.
const VERSION: u32 = 1;

/// The project that was chosen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chosen {
    version: u32,
    /// Its id.
    pub id: String,
    /// Its name when it was chosen.
    pub name: String,
    /// Its region.
    pub region: String,
}

impl Chosen {
    /// A choice.
    pub fn new(id: &str, name: &str, region: &str) -> Self {
        Self { version: VERSION, id: id.to_owned(), name: name.to_owned(), region: region.to_owned() }
    }

    /// Reads the choice; `None` where none was made.
    ///
    /// # Errors
    /// When the file is there and cannot be understood; it is left as it is.
    pub fn read(context: &Context) -> Result<Option<Self>> {
        // Without a HOME nothing can have been kept.
        let Ok(path) = path(context) else { return Ok(None) };
        let Some(content) = file::read(&path)? else { return Ok(None) };
        let bad = || {
            Failure::new(format!("{} cannot be understood", path.display()))
                .hint(format!("remove it (`rm {}`), and choose again with `karctl ce project use`", path.display()))
                .code(Code::BadState)
        };
        let chosen: Self = serde_json::from_slice(&content).or_fail(bad)?;
        if chosen.version > VERSION {
            return Err(bad().because(anyhow::anyhow!("it was written by a newer karctl")).into());
        }
        Ok(Some(chosen))
    }

    /// Keeps the choice, in the place of an earlier one.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn write(&self, context: &Context) -> Result<Change> {
        file::create_private_folder(&context.environment.state_directory()?)?;
        file::write_atomic(&path(context)?, serde_json::to_string_pretty(self)?.as_bytes(), file::PRIVATE)
    }

    /// Forgets the choice.
    ///
    /// # Errors
    /// When the file cannot be removed.
    pub fn forget(context: &Context) -> Result<Change> {
        let path = path(context)?;
        match std::fs::remove_file(&path) {
            Ok(()) => Ok(Change::Removed),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Change::Unchanged),
            Err(error) => Err(Failure::new(format!("{} cannot be removed", path.display())).because(error).into()),
        }
    }
}

fn path(context: &Context) -> Result<PathBuf> {
    Ok(context.environment.state_directory()?.join(FILE))
}
