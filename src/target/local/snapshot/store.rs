//! Where snapshots are: a folder each, below karctl's state. One that is being made has another name until it is whole.

use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::manifest::{FILE, Manifest};
use crate::client::file::create_private_folder;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::nearest::nearest;
use crate::target::lock::Lock;

/// Folder below karctl's state.
const FOLDER: &str = "snapshots";

/// What the names of snapshots that are not whole begin with.
const UNFINISHED: &str = ".saving-";

/// What the names of snapshots that are on their way out begin with.
const GOING: &str = ".deleting-";

/// Size of the blocks in which the system counts; see stat(2).
const BLOCK: u64 = 512;

/// Longest name of a snapshot.
const LONGEST_NAME: usize = 60;

/// The name of a snapshot: letters, digits, `-`, `_` and `.`, beginning with a letter or digit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(transparent)]
pub struct SnapshotName(String);

impl SnapshotName {
    /// Checks a name.
    ///
    /// # Errors
    /// A usage failure when a character or the length does not fit.
    pub fn parse(name: &str) -> Result<Self> {
        let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if name.len() <= LONGEST_NAME
            && name.starts_with(|c: char| c.is_ascii_alphanumeric())
            && name.chars().all(fits)
            && !name.ends_with(".lock")
        {
            return Ok(Self(name.to_owned()));
        }
        Err(Failure::usage(format!("`{name}` cannot be the name of a snapshot"))
            .hint(format!("use letters, digits, `-`, `_` and `.`, at most {LONGEST_NAME}"))
            .into())
    }
}

impl fmt::Display for SnapshotName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The snapshots of this user.
pub struct Store {
    root: PathBuf,
}

impl Store {
    /// Where they are, or will be.
    ///
    /// # Errors
    /// When there is neither HOME nor XDG_STATE_HOME.
    pub fn of(context: &Context) -> Result<Self> {
        Ok(Self { root: context.environment.state_directory()?.join(FOLDER) })
    }

    /// Waits until nobody else works on them, and removes what a command that was cut left.
    ///
    /// # Errors
    /// When another karctl holds them until the deadline, or something cannot be removed.
    pub async fn lock(&self, context: &Context) -> Result<Lock> {
        let state = context.environment.state_directory()?;
        let lock = Lock::acquire(context, &state, FOLDER).await?;
        for name in self.entries()? {
            if name.starts_with(UNFINISHED) || name.starts_with(GOING) {
                remove(&self.root.join(name))?;
            }
        }
        Ok(lock)
    }

    /// The folder of a snapshot, there or not.
    pub fn folder(&self, name: &SnapshotName) -> PathBuf {
        self.root.join(&name.0)
    }

    /// Whether there is one of that name, whole or not readable.
    pub fn has(&self, name: &SnapshotName) -> bool {
        self.folder(name).exists()
    }

    /// A folder for one that is being made.
    ///
    /// # Errors
    /// When it cannot be made.
    pub fn begin(&self, name: &SnapshotName) -> Result<PathBuf> {
        let folder = self.root.join(format!("{UNFINISHED}{name}"));
        create_private_folder(&folder)?;
        Ok(folder)
    }

    /// Gives one that is whole its name. All of it reaches the disk before.
    ///
    /// # Errors
    /// When the disk does not take it.
    pub fn finish(&self, folder: &Path, name: &SnapshotName) -> Result<()> {
        let synced = || -> std::io::Result<()> {
            for entry in std::fs::read_dir(folder)? {
                std::fs::File::open(entry?.path())?.sync_all()?;
            }
            std::fs::File::open(folder)?.sync_all()?;
            std::fs::rename(folder, self.folder(name))?;
            std::fs::File::open(&self.root)?.sync_all()
        };
        synced().or_fail(|| Failure::new(format!("{} cannot be written", self.folder(name).display())))
    }

    /// Removes one that is not to be finished. A copy that still runs, on a thread of its own, finds its folder no more, and
    /// ends with the file that it is at.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn discard(&self, folder: &Path) -> Result<()> {
        let name = folder.file_name().unwrap_or_default().to_string_lossy();
        let going = self.root.join(format!("{GOING}{}", name.trim_start_matches(UNFINISHED)));
        std::fs::rename(folder, &going).or_fail(|| Failure::new(format!("{} cannot be removed", folder.display())))?;
        remove(&going)
    }

    /// Bytes that a snapshot takes on the disk; zeros in it take none.
    pub fn size(&self, name: &SnapshotName) -> Option<u64> {
        let files = std::fs::read_dir(self.folder(name)).ok()?;
        Some(files.flatten().filter_map(|file| Some(file.metadata().ok()?.blocks() * BLOCK)).sum())
    }

    /// Removes a snapshot in one step, as others see it.
    ///
    /// # Errors
    /// When something cannot be removed.
    pub fn delete(&self, name: &SnapshotName) -> Result<()> {
        let going = self.root.join(format!("{GOING}{name}"));
        std::fs::rename(self.folder(name), &going)
            .or_fail(|| Failure::new(format!("{} cannot be removed", self.folder(name).display())))?;
        remove(&going)?;
        std::fs::remove_dir(&self.root).ok();
        Ok(())
    }

    /// Every snapshot that is there, by name.
    ///
    /// # Errors
    /// When the folder cannot be read.
    pub fn names(&self) -> Result<Vec<SnapshotName>> {
        let mut names: Vec<_> = self.entries()?.iter().filter_map(|name| SnapshotName::parse(name).ok()).collect();
        names.sort();
        Ok(names)
    }

    /// A snapshot's manifest.
    ///
    /// # Errors
    /// When there is no such snapshot, or it cannot be understood.
    pub fn read(&self, name: &SnapshotName) -> Result<Manifest> {
        if !self.has(name) {
            let names = self.names()?;
            let failure = Failure::new(format!("there is no snapshot `{name}`")).code(Code::NoSnapshot);
            return Err(match nearest(&name.0, names.iter().map(|name| name.0.as_str())) {
                Some(meant) => failure.hint(format!("the nearest is `{meant}`")).into(),
                None => failure.hint("`karctl local snapshot list` lists those that there are").into(),
            });
        }
        Manifest::read(&self.folder(name).join(FILE))
    }

    fn entries(&self) -> Result<Vec<String>> {
        let unreadable = || Failure::new(format!("{} cannot be read", self.root.display())).code(Code::HomeUnusable);
        let entries = match std::fs::read_dir(&self.root) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
            entries => entries.or_fail(unreadable)?,
        };
        let names = entries.map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()));
        names.collect::<std::io::Result<_>>().or_fail(unreadable)
    }
}

fn remove(folder: &Path) -> Result<()> {
    std::fs::remove_dir_all(folder).or_fail(|| Failure::new(format!("{} cannot be removed", folder.display())))
}
