//! What karctl remembers of an instance: which engine it lives on. What runs, the engine itself is asked.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::engine::EngineKind;
use super::instance::InstanceName;
use crate::client::file;
use crate::client::file::create_private_folder;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// File name of the record in the instance's folder.
const FILE: &str = "instance.json";

/// Version of the record's form.
const VERSION: u32 = 1;

/// What karctl remembers of an instance.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// The engine it lives on.
    pub engine: EngineKind,
    /// The Docker engine's address, such as `unix:///var/run/docker.sock`.
    pub endpoint: Option<String>,
}

impl Record {
    /// A record of this version of karctl.
    pub fn new(engine: EngineKind, endpoint: Option<String>) -> Self {
        Self { version: VERSION, engine, endpoint }
    }

    /// Reads an instance's record; `None` when there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be understood; it is left as it is.
    pub fn read(context: &Context, name: &InstanceName) -> Result<Option<Self>> {
        let path = folder(context, name)?.join(FILE);
        let bad = || {
            Failure::new(format!("{} cannot be understood", path.display()))
                .hint(format!("move it away (`mv {0} {0}.bad`); karctl then asks the engines", path.display()))
                .code(Code::BadState)
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => {
                let record: Self = serde_json::from_str(&text).or_fail(bad)?;
                if record.version > VERSION {
                    return Err(bad().because(anyhow::anyhow!("it was written by a newer karctl")).into());
                }
                Ok(Some(record))
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(bad().because(error).into()),
        }
    }

    /// Writes the record, where it differs.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn write(&self, context: &Context, name: &InstanceName) -> Result<()> {
        let folder = folder(context, name)?;
        create_private_folder(&folder)?;
        file::write_atomic(&folder.join(FILE), serde_json::to_string_pretty(self)?.as_bytes(), file::PRIVATE)?;
        Ok(())
    }

    /// Forgets an instance: its record and secrets. Folders that hold anything else stay.
    ///
    /// # Errors
    /// When a file cannot be removed.
    pub fn forget(context: &Context, name: &InstanceName) -> Result<()> {
        let folder = folder(context, name)?;
        for file in [FILE, super::credentials::FILE] {
            remove_if_there(&folder.join(file))?;
        }
        super::snapshot::forget(context, name)?;
        std::fs::remove_dir(&folder).ok();
        Ok(())
    }
}

/// The folder of an instance.
///
/// # Errors
/// When there is neither HOME nor XDG_STATE_HOME.
pub fn folder(context: &Context, name: &InstanceName) -> Result<PathBuf> {
    Ok(context.environment.state_directory()?.join("local").join(name.as_str()))
}

/// Names of the instances that have a folder, sorted.
///
/// # Errors
/// When the state folder is there and cannot be read.
pub fn names(context: &Context) -> Result<Vec<InstanceName>> {
    let folder = context.environment.state_directory()?.join("local");
    let mut names = Vec::new();
    let entries = match std::fs::read_dir(&folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(names),
        Err(error) => return Err(Failure::new(format!("{} cannot be read", folder.display())).because(error).into()),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir()
            && let Some(name) = entry.file_name().to_str().and_then(|name| InstanceName::parse(name).ok())
        {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

fn remove_if_there(path: &std::path::Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", path.display())).because(error).into())
        }
        _ => Ok(()),
    }
}
