//! Uploads that were begun and not finished: where each goes on, so that the same command later sends only the rest.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use sha2::{Digest, Sha256};

use crate::client::file;
use crate::context::Context;

/// The folder in the state.
const FOLDER: &str = "uploads";

/// Registries throw away what was not gone on with for so long.
/// <https://github.com/distribution/distribution/blob/v2.8.2/docs/configuration.md#uploadpurging>
const LONGEST_LIFE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// The longest address of an upload; Docker's registry keeps its state in it.
const LONGEST_ADDRESS: u64 = 16 << 10;

/// Uploads of this user.
#[derive(Clone, Debug)]
pub struct Uploads {
    /// Without one nothing is kept, and what is cut is sent again.
    folder: Option<PathBuf>,
}

/// One upload, which no other karctl goes on with as long as this exists.
#[derive(Debug)]
pub struct Upload {
    kept: Option<(File, PathBuf)>,
}

impl Uploads {
    /// Those of the user of this process; what is too old to go on is forgotten.
    pub fn of(context: &Context) -> Self {
        let folder = context.environment.state_directory().ok().map(|folder| folder.join(FOLDER));
        let folder = folder.filter(|folder| file::create_private_folder(folder).is_ok());
        let uploads = Self { folder };
        uploads.forget_old();
        uploads
    }

    /// That of a blob to a repository.
    pub fn open(&self, registry: &str, repository: &str, digest: &str) -> Upload {
        let kept = self.path(registry, repository, digest).and_then(|path| {
            let mut options = OpenOptions::new();
            let file = options.read(true).write(true).create(true).truncate(false).mode(file::PRIVATE).open(&path);
            let file = file.ok().filter(|file| flock(file, FlockOperation::NonBlockingLockExclusive).is_ok())?;
            Some((file, path))
        });
        Upload { kept }
    }

    /// A blob is there, whatever the end of its upload was.
    pub fn forget(&self, registry: &str, repository: &str, digest: &str) {
        if let Some(path) = self.path(registry, repository, digest) {
            std::fs::remove_file(path).ok();
        }
    }

    fn path(&self, registry: &str, repository: &str, digest: &str) -> Option<PathBuf> {
        let name = format!("{:x}", Sha256::digest(format!("{registry}/{repository}@{digest}")));
        self.folder.as_ref().map(|folder| folder.join(name))
    }

    fn forget_old(&self) {
        let entries = self.folder.iter().filter_map(|folder| std::fs::read_dir(folder).ok()).flatten().flatten();
        for entry in entries {
            let age =
                entry.metadata().and_then(|metadata| metadata.modified()).ok().and_then(|time| time.elapsed().ok());
            if age.is_some_and(|age| age > LONGEST_LIFE) {
                std::fs::remove_file(entry.path()).ok();
            }
        }
    }
}

impl Upload {
    /// Where it goes on, if it was begun.
    pub fn address(&mut self) -> Option<String> {
        let (file, _) = self.kept.as_mut()?;
        let mut text = String::new();
        file.take(LONGEST_ADDRESS).read_to_string(&mut text).ok()?;
        (!text.is_empty()).then_some(text)
    }

    /// Keeps where it goes on. What cannot be kept is sent again, which is no reason to stop.
    pub fn keep(&mut self, address: &str) {
        let Some((file, _)) = self.kept.as_mut() else { return };
        let written = file.rewind().and_then(|()| file.set_len(0)).and_then(|()| file.write_all(address.as_bytes()));
        if written.is_err() {
            file.set_len(0).ok();
        }
    }

    /// It is done.
    pub fn forget(self) {
        if let Some((_, path)) = &self.kept {
            std::fs::remove_file(path).ok();
        }
    }
}

/// One that was never gone on with leaves no file.
impl Drop for Upload {
    fn drop(&mut self) {
        if let Some((file, path)) = &self.kept
            && file.metadata().is_ok_and(|metadata| metadata.len() == 0)
        {
            std::fs::remove_file(path).ok();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_upload_is_gone_on_with_by_one_at_a_time_and_forgotten_when_done() {
        let folder = tempfile::tempdir().expect("a folder");
        let uploads = Uploads { folder: Some(folder.path().to_owned()) };
        let mut first = uploads.open("r", "a/b", "sha256:0");
        assert_eq!(first.address(), None);
        first.keep("http://r/one");
        first.keep("http://r/2");
        let mut other = uploads.open("r", "a/b", "sha256:0");
        assert_eq!(other.address(), None);
        drop((first, other));
        let mut again = uploads.open("r", "a/b", "sha256:0");
        assert_eq!(again.address().as_deref(), Some("http://r/2"));
        again.forget();
        drop(uploads.open("r", "a/b", "sha256:1"));
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
