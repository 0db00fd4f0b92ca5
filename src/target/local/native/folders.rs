//! Where a native instance keeps what: one folder for each server, with its data, configuration, log and lock.
//!
//! Servers run in their folder and are given relative paths only, so neither blanks nor letters of a home folder ever
//! have to be quoted in five formats.

use std::fs::{OpenOptions, Permissions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use super::super::instance::{Component, InstanceName};
use super::super::record;
use crate::client::file::create_private_folder;
use crate::client::process;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// Configuration, within a server's folder.
pub const CONFIGURATION: &str = "configuration";

/// Data, within a server's folder; all that `down` leaves.
pub const DATA: &str = "data";

/// Logs, within a server's folder.
pub const LOG: &str = "log";

/// The mode of files: the user's own.
const PRIVATE: u32 = 0o600;

/// The folder of an instance.
#[derive(Clone, Debug)]
pub struct InstanceFolder {
    root: PathBuf,
}

impl InstanceFolder {
    /// Of an instance, there or not.
    ///
    /// # Errors
    /// When there is neither HOME nor XDG_STATE_HOME.
    pub fn of(context: &Context, name: &InstanceName) -> Result<Self> {
        Ok(Self { root: record::folder(context, name)? })
    }

    /// The folder itself.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The folder of a server.
    pub fn server(&self, component: Component) -> ServerFolder {
        ServerFolder { root: self.root.join(component.name()) }
    }

    /// The data folders that hold something.
    pub fn data(&self) -> Vec<PathBuf> {
        let data = Component::ALL.into_iter().map(|component| self.server(component).data());
        data.filter(|folder| !is_empty(folder)).collect()
    }
}

/// The folder of one server.
#[derive(Clone, Debug)]
pub struct ServerFolder {
    root: PathBuf,
}

impl ServerFolder {
    /// The folder itself, in which the server runs.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Its data.
    pub fn data(&self) -> PathBuf {
        self.root.join(DATA)
    }

    /// Its logs.
    pub fn log(&self) -> PathBuf {
        self.root.join(LOG)
    }

    /// One of its configuration files.
    pub fn configuration(&self, name: &str) -> PathBuf {
        self.root.join(CONFIGURATION).join(name)
    }

    /// Makes what is missing.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn create(&self) -> Result<()> {
        for folder in [self.root.clone(), self.data(), self.log(), self.root.join(CONFIGURATION)] {
            create_private_folder(&folder)?;
            std::fs::set_permissions(&folder, Permissions::from_mode(0o700)).or_fail(|| unwritable(&folder))?;
        }
        Ok(())
    }

    /// Writes a configuration file, if it is not as wanted.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write_configuration(&self, name: &str, content: &str) -> Result<()> {
        let path = self.configuration(name);
        let is_as_wanted = std::fs::read(&path).is_ok_and(|old| old == content.as_bytes());
        if is_as_wanted { Ok(()) } else { write(&path, content.as_bytes()) }
    }

    /// Removes everything but the data.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn remove_all_but_data(&self) -> Result<()> {
        for folder in [self.log(), self.root.join(CONFIGURATION)] {
            remove_folder(&folder)?;
        }
        for file in [process::RECORD, process::OUTPUT, process::LOCK, super::made::FILE, super::class_data::TRAINED] {
            remove_file(&self.root.join(file))?;
        }
        if is_empty(&self.data()) {
            remove_folder(&self.data())?;
        }
        std::fs::remove_dir(&self.root).ok();
        Ok(())
    }

    /// Removes the data, and nothing beside it.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn remove_only_data(&self) -> Result<()> {
        remove_folder(&self.data())
    }

    /// Removes the data, and what a restore left beside it.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn remove_data(&self) -> Result<()> {
        self.remove_only_data()?;
        super::copy::remove_beside(self)?;
        remove_file(&self.root.join(super::copy::RESTORED))?;
        std::fs::remove_dir(&self.root).ok();
        Ok(())
    }
}

/// Whether a folder holds nothing, or is not there.
pub fn is_empty(folder: &Path) -> bool {
    std::fs::read_dir(folder).map_or(true, |mut entries| entries.next().is_none())
}

/// Removes a folder with all in it, if it is there.
///
/// # Errors
/// When something cannot be removed.
pub fn remove_folder(folder: &Path) -> Result<()> {
    match std::fs::remove_dir_all(folder) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", folder.display())).because(error).into())
        }
        _ => Ok(()),
    }
}

/// Removes a file, if it is there.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_file(path: &Path) -> Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", path.display())).because(error).into())
        }
        _ => Ok(()),
    }
}

/// Writes a file that only the user may read, in one step. It does not wait for the disk: what is written here is
/// written again by the next `up`.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(path: &Path, content: &[u8]) -> Result<()> {
    let temporary = PathBuf::from(format!("{}.new", path.display()));
    let written = || -> std::io::Result<()> {
        let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(PRIVATE).open(&temporary)?;
        file.write_all(content)?;
        std::fs::rename(&temporary, path)
    };
    written().or_fail(|| unwritable(path))
}

fn unwritable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be written", path.display()))
        .hint("make it writable, or set XDG_STATE_HOME to another folder")
        .code(crate::code::Code::HomeUnusable)
}
