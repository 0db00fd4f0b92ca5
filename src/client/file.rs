//! Files of the user: read and replaced whole, so that no reader ever sees half of one, and never through a link.

use std::ffi::OsString;
use std::fs::{DirBuilder, File, OpenOptions, Permissions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, Gid, OFlags, Uid, flock};
use rustix::io::Errno;

use crate::change::Change;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// The mode of a file that holds secrets: its owner may read and write.
pub const PRIVATE: u32 = 0o600;

/// The bits of a mode that say who may do what.
const PERMISSIONS: u32 = 0o7777;

/// Makes a folder that only the user can look into.
///
/// # Errors
/// When it cannot be made.
pub fn create_private_folder(folder: &Path) -> Result<()> {
    DirBuilder::new().recursive(true).mode(0o700).create(folder).or_fail(|| {
        Failure::new(format!("the folder {} cannot be made", folder.display()))
            .hint("make it writable, or set XDG_STATE_HOME and XDG_CACHE_HOME to other folders")
            .code(Code::HomeUnusable)
    })
}

/// The content of a file, or `None` where there is none.
///
/// # Errors
/// When it is a link or anything else than a regular file, or may not be read.
pub fn read(path: &Path) -> Result<Option<Vec<u8>>> {
    let Some(mut file) = open(path)? else { return Ok(None) };
    content(&mut file, path).map(Some)
}

/// Makes a file hold exactly `content`, with no more permissions than `mode`.
///
/// A new file takes the old one's place by a rename, after its content has reached the disk. Content that is as wanted
/// is left alone; permissions beyond `mode` are then taken away in place. Owner and group stay those of the old file.
///
/// # Errors
/// When the path is a link or anything else than a regular file, or its folder cannot be written; the old file is
/// then untouched.
pub fn write_atomic(path: &Path, content: &[u8], mode: u32) -> Result<Change> {
    let old = open(path)?;
    let is_new = old.is_none();
    if let Some(mut file) = old
        && self::content(&mut file, path)? == content
    {
        return tighten(&file, mode).or_fail(|| unwritable(path));
    }
    replace(path, content, mode).map_err(|error| {
        let failure = unwritable(path);
        match error.kind() {
            ErrorKind::NotFound => failure.hint(format!("create the folder {} first", folder(path).display())),
            ErrorKind::PermissionDenied | ErrorKind::ReadOnlyFilesystem => {
                failure.hint("give a path in a folder that you may write")
            }
            ErrorKind::StorageFull => failure.hint("free some room").code(Code::DiskFull),
            _ => failure,
        }
        .because(error)
    })?;
    Ok(if is_new { Change::Created } else { Change::Updated })
}

fn open(path: &Path) -> Result<Option<File>> {
    let file = match open_unfollowed(path) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) if error.raw_os_error() == Some(Errno::LOOP.raw_os_error()) => {
            let failure = Failure::new(format!("{} is a symbolic link", path.display()));
            return Err(failure.hint("give the file that it points to").into());
        }
        opened => opened.or_fail(|| unreadable(path))?,
    };
    if file.metadata().or_fail(|| unreadable(path))?.is_file() {
        Ok(Some(file))
    } else {
        Err(Failure::new(format!("{} is not a regular file", path.display())).into())
    }
}

fn open_unfollowed(path: &Path) -> std::io::Result<File> {
    // NONBLOCK: opening a pipe must not wait for its other end.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    let flags = i32::try_from(flags.bits()).expect("the flags of open fit into an int");
    OpenOptions::new().read(true).custom_flags(flags).open(path)
}

fn content(file: &mut File, path: &Path) -> Result<Vec<u8>> {
    let mut content = Vec::new();
    file.read_to_end(&mut content).or_fail(|| unreadable(path))?;
    Ok(content)
}

fn tighten(file: &File, mode: u32) -> std::io::Result<Change> {
    let old = file.metadata()?.mode() & PERMISSIONS;
    if old & !mode == 0 {
        return Ok(Change::Unchanged);
    }
    file.set_permissions(Permissions::from_mode(old & mode))?;
    Ok(Change::Updated)
}

fn replace(path: &Path, content: &[u8], mode: u32) -> std::io::Result<()> {
    let (mut file, temporary) = temporary(path, mode)?;
    let mut write = || -> std::io::Result<()> {
        file.write_all(content)?;
        keep_owner(path, &file)?;
        file.sync_all()?;
        std::fs::rename(&temporary, path)
    };
    if let Err(error) = write() {
        std::fs::remove_file(&temporary).ok();
        return Err(error);
    }
    // The rename itself has to reach the disk too.
    File::open(folder(path))?.sync_all()
}

/// Where [`write_atomic`] writes before it renames: what is still there was left by one that was killed.
pub fn unfinished(path: &Path) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(".karctl");
    folder(path).join(name)
}

/// Removes what a killed [`write_atomic`] left beside a file, perhaps with a secret in it.
///
/// # Errors
/// When it cannot be removed.
pub fn remove_unfinished(path: &Path) -> Result<Change> {
    let left = unfinished(path);
    match std::fs::remove_file(&left) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Change::Unchanged),
        removed => {
            removed.or_fail(|| Failure::new(format!("{} cannot be removed", left.display())))?;
            Ok(Change::Removed)
        }
    }
}

/// A new file beside the one that it is to replace, locked for as long as it is open.
///
/// Its name is always the same, so that what a killed karctl left, perhaps with a secret in it, is gone with the next
/// write; the lock tells that from a file that is being written.
fn temporary(path: &Path, mode: u32) -> std::io::Result<(File, PathBuf)> {
    let temporary = unfinished(path);
    loop {
        let created = OpenOptions::new().write(true).create_new(true).mode(mode).open(&temporary);
        let is_left = created.as_ref().is_err_and(|error| error.kind() == ErrorKind::AlreadyExists);
        let file = match if is_left { open_unfollowed(&temporary) } else { created } {
            Err(error) if is_left && error.kind() == ErrorKind::NotFound => continue,
            opened => opened?,
        };
        flock(&file, FlockOperation::LockExclusive)?;
        let is_still_there = temporary.symlink_metadata().is_ok_and(|there| is_same(&there, &file));
        match (is_still_there, is_left) {
            (true, false) => return Ok((file, temporary)),
            (true, true) => std::fs::remove_file(&temporary)?,
            (false, _) => {}
        }
    }
}

fn is_same(there: &std::fs::Metadata, file: &File) -> bool {
    file.metadata().is_ok_and(|held| (held.dev(), held.ino()) == (there.dev(), there.ino()))
}

/// Root, who writes a file of another user, does not take it from them.
fn keep_owner(path: &Path, new: &File) -> std::io::Result<()> {
    let Ok(old) = path.symlink_metadata() else { return Ok(()) };
    let new_metadata = new.metadata()?;
    if (old.uid(), old.gid()) != (new_metadata.uid(), new_metadata.gid()) {
        rustix::fs::fchown(new, Some(Uid::from_raw(old.uid())), Some(Gid::from_raw(old.gid())))?;
    }
    Ok(())
}

fn folder(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn unreadable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be read", path.display()))
}

fn unwritable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use std::fs;
    use std::os::unix::fs::symlink;

    use super::*;
    use crate::error::report;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).expect("a file").mode() & PERMISSIONS
    }

    #[test]
    fn a_file_is_created_once_then_unchanged_then_updated() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        assert_eq!(write_atomic(&path, b"one", PRIVATE).expect("written"), Change::Created);
        assert_eq!(mode(&path), PRIVATE);
        let inode = fs::metadata(&path).expect("a file").ino();
        assert_eq!(write_atomic(&path, b"one", PRIVATE).expect("left"), Change::Unchanged);
        assert_eq!(fs::metadata(&path).expect("a file").ino(), inode);
        assert_eq!(write_atomic(&path, b"two", PRIVATE).expect("written"), Change::Updated);
        assert_eq!(read(&path).expect("readable").as_deref(), Some(b"two".as_slice()));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "a temporary file was left");
    }

    #[test]
    fn what_a_killed_writer_left_is_gone_with_the_next_write_and_never_written_to() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let left = folder.path().join(".f.karctl");
        fs::write(&left, "secret").expect("left");
        let other = folder.path().join("other");
        fs::hard_link(&left, &other).expect("another name");
        assert_eq!(write_atomic(&path, b"one", PRIVATE).expect("written"), Change::Created);
        assert!(!left.exists());
        assert_eq!(
            (fs::read(&path).expect("a file"), fs::read(&other).expect("a file")),
            (b"one".into(), b"secret".into())
        );
    }

    #[test]
    fn writers_at_the_same_time_leave_one_content_whole() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        let contents: Vec<_> = (0..8_u8).map(|number| vec![number; 1 << 16]).collect();
        std::thread::scope(|scope| {
            for content in &contents {
                scope.spawn(|| write_atomic(&path, content, PRIVATE).expect("written"));
            }
        });
        assert!(contents.contains(&fs::read(&path).expect("a file")));
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 1, "a temporary file was left");
    }

    #[test]
    fn permissions_beyond_the_mode_are_taken_away() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("f");
        fs::write(&path, "one").expect("written");
        fs::set_permissions(&path, Permissions::from_mode(0o644)).expect("a mode");
        assert_eq!(write_atomic(&path, b"one", PRIVATE).expect("tightened"), Change::Updated);
        assert_eq!(mode(&path), PRIVATE);
        fs::set_permissions(&path, Permissions::from_mode(0o400)).expect("a mode");
        assert_eq!(write_atomic(&path, b"one", PRIVATE).expect("left"), Change::Unchanged);
        assert_eq!(mode(&path), 0o400);
        fs::set_permissions(&path, Permissions::from_mode(0o666)).expect("a mode");
        assert_eq!(write_atomic(&path, b"two", PRIVATE).expect("replaced"), Change::Updated);
        assert_eq!(mode(&path), PRIVATE);
    }

    #[test]
    fn links_folders_and_pipes_are_refused_and_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let target = folder.path().join("target");
        let link = folder.path().join("link");
        let pipe = folder.path().join("pipe");
        fs::write(&target, "one").expect("written");
        symlink(&target, &link).expect("a link");
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo").success());
        for (path, what) in [
            (link, "is a symbolic link"),
            (folder.path().into(), "is not a regular file"),
            (pipe, "is not a regular file"),
        ] {
            let report = report(&write_atomic(&path, b"two", PRIVATE).expect_err("refused"));
            assert_eq!(report.message, format!("{} {what}", path.display()));
            assert!(read(&path).is_err());
        }
        assert_eq!(fs::read(&target).expect("a file"), b"one");
    }

    #[test]
    fn a_folder_that_is_missing_or_closed_is_named() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("missing/f");
        assert_eq!(read(&path).expect("nothing there"), None);
        let report = report(&write_atomic(&path, b"", PRIVATE).expect_err("refused"));
        assert!(report.message.starts_with(&format!("{} cannot be written: ", path.display())), "{}", report.message);
        let missing = folder.path().join("missing");
        assert_eq!(report.hints, [format!("create the folder {} first", missing.display())]);
        assert!(write_atomic(Path::new("/proc/karctl"), b"", PRIVATE).is_err());
    }
}
