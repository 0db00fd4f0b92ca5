//! Large files that are there when they are whole, and of which nothing is left where their writer is killed.
//!
//! On Linux a draft has no name until it is placed; where that cannot be, it has another name in the same folder.

use std::fs::{File, Permissions};
use std::io::{Result, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use tempfile::{Builder, NamedTempFile};

/// A file that is being written.
#[derive(Debug)]
pub struct Draft {
    path: PathBuf,
    file: Kept,
}

#[derive(Debug)]
enum Kept {
    #[cfg(target_os = "linux")]
    Unnamed(File),
    Named(NamedTempFile),
}

impl Draft {
    /// Begins the file at a path, with its permission bits.
    ///
    /// # Errors
    /// When its folder cannot be written to.
    pub fn of(path: &Path, mode: u32) -> Result<Self> {
        let folder = folder(path);
        let path = path.to_owned();
        let permissions = Permissions::from_mode(mode);
        #[cfg(target_os = "linux")]
        if let Ok(file) = unnamed(folder) {
            file.set_permissions(permissions)?;
            return Ok(Self { path, file: Kept::Unnamed(file) });
        }
        let file = Builder::new().permissions(permissions).tempfile_in(folder)?;
        Ok(Self { path, file: Kept::Named(file) })
    }

    /// Puts it at its path, also in the place of another file, and returns its size in bytes.
    ///
    /// # Errors
    /// When the folder cannot be written to.
    pub fn place(self) -> Result<u64> {
        let size = self.file().metadata()?.len();
        match self.file {
            #[cfg(target_os = "linux")]
            Kept::Unnamed(file) => name(&file, &self.path)?,
            Kept::Named(file) => drop(file.persist(&self.path).map_err(|error| error.error)?),
        }
        Ok(size)
    }

    fn file(&self) -> &File {
        match &self.file {
            #[cfg(target_os = "linux")]
            Kept::Unnamed(file) => file,
            Kept::Named(file) => file.as_file(),
        }
    }
}

impl Write for Draft {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.file().write(bytes)
    }

    fn flush(&mut self) -> Result<()> {
        self.file().flush()
    }
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

/// `open(2)`: O_TMPFILE; not every file system has it.
#[cfg(target_os = "linux")]
fn unnamed(folder: &Path) -> Result<File> {
    use rustix::fs::{Mode, OFlags, open};
    Ok(open(folder, OFlags::TMPFILE | OFlags::RDWR | OFlags::CLOEXEC, Mode::RUSR | Mode::WUSR)?.into())
}

/// `open(2)` describes how a file without a name is given one. A name that is there can only be replaced by another name.
#[cfg(target_os = "linux")]
fn name(file: &File, path: &Path) -> Result<()> {
    use std::os::fd::AsRawFd;

    use rustix::fs::{AtFlags, CWD, linkat};
    let itself = format!("/proc/self/fd/{}", file.as_raw_fd());
    let link = |path: &Path| linkat(CWD, &itself, CWD, path, AtFlags::SYMLINK_FOLLOW);
    match link(path) {
        Err(rustix::io::Errno::EXIST) => {
            let beside = Builder::new().make_in(folder(path), |beside| Ok(link(beside)?))?.into_temp_path();
            Ok(beside.persist(path).map_err(|error| error.error)?)
        }
        end => Ok(end?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(folder: &Path) -> Vec<String> {
        let entries = std::fs::read_dir(folder).expect("a folder").flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
    }

    #[test]
    fn a_draft_is_there_when_it_is_placed_and_replaces_what_was() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("a");
        for text in ["first", "and then"] {
            let mut draft = Draft::of(&path, 0o640).expect("begun");
            draft.write_all(text.as_bytes()).expect("written");
            let abandoned = Draft::of(&path, 0o640).expect("begun");
            drop(abandoned);
            assert_eq!(draft.place().expect("placed"), text.len() as u64);
            assert_eq!(std::fs::read_to_string(&path).expect("text"), text);
            assert_eq!(path.metadata().expect("a file").permissions().mode() & 0o777, 0o640);
            assert_eq!(names(folder.path()), ["a"]);
        }
    }
}
