//! The build context: the files of a folder that the builder is sent, as one archive, and their hash.

use std::fs::{File, Metadata};
use std::io::{BufWriter, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use sha2::{Digest, Sha256};

use super::ignore::Ignored;
use super::own::is_own;
use crate::client::file;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// Digits of a hash that make a tag: 64 bits.
const TAG_DIGITS: usize = 16;

/// What the builder always needs, whatever is ignored.
const IGNORE_FILE: &str = ".dockerignore";

/// Permission bits of a file.
const PERMISSIONS: u32 = 0o7777;

/// A build context as it was at one moment.
pub struct BuildContext {
    archive: tempfile::NamedTempFile,
    /// Tag that says what is in it, and what is done with it.
    pub tag: String,
    /// Bytes of its files.
    pub size: u64,
    /// How many files it has.
    pub files: usize,
}

/// A file of the context, as far as a change of it can be seen without reading it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp {
    path: PathBuf,
    size: u64,
    modified: Option<SystemTime>,
    inode: u64,
    mode: u32,
}

impl Stamp {
    /// Of one file of a folder; `None` where it is not there.
    pub fn of(folder: &Path, path: &Path) -> Option<Self> {
        let metadata = folder.join(path).symlink_metadata().ok()?;
        Some(Found { path: path.to_owned(), metadata }.stamp())
    }

    /// Path within the context.
    pub fn path(&self) -> &Path {
        &self.path
    }
}

impl BuildContext {
    /// Packs a folder; `dockerfile` is the one that will be used.
    ///
    /// # Errors
    /// When a file cannot be read, or `.dockerignore` cannot be understood.
    pub fn pack(folder: &Path, dockerfile: &str) -> Result<Self> {
        let unwritten = || Failure::new("the build context cannot be packed").hint("look for room in TMPDIR");
        let archive = tempfile::NamedTempFile::new().or_fail(unwritten)?;
        let mut packer = Packer {
            archive: tar::Builder::new(BufWriter::new(archive.reopen().or_fail(unwritten)?)),
            hash: Sha256::new(),
            size: 0,
            files: 0,
        };
        packer.field(dockerfile.as_bytes());
        for found in walk(folder, dockerfile)? {
            packer.add(folder, &found)?;
        }
        let Packer { archive: tar, hash, size, files } = packer;
        tar.into_inner().and_then(|mut writer| writer.flush()).or_fail(unwritten)?;
        let digest = hash.finalize();
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        Ok(Self { archive, tag: digits[..TAG_DIGITS].to_owned(), size, files })
    }

    /// The archive.
    pub fn path(&self) -> &Path {
        self.archive.path()
    }
}

/// What a change of the context would change; files that are left out are not among it.
///
/// # Errors
/// As [`BuildContext::pack`].
pub fn stamps(folder: &Path, dockerfile: &str) -> Result<Vec<Stamp>> {
    Ok(walk(folder, dockerfile)?.into_iter().map(Found::stamp).collect())
}

/// One file, folder or link of the context.
struct Found {
    path: PathBuf,
    metadata: Metadata,
}

impl Found {
    fn stamp(self) -> Stamp {
        let is_folder = self.metadata.is_dir();
        Stamp {
            // A folder changes with each file in it, which is seen anyway.
            size: if is_folder { 0 } else { self.metadata.len() },
            modified: self.metadata.modified().ok().filter(|_| !is_folder),
            inode: self.metadata.ino(),
            mode: self.metadata.permissions().mode() & PERMISSIONS,
            path: self.path,
        }
    }
}

/// Everything that is sent, by its path: neither what is ignored nor what karctl wrote for itself.
fn walk(folder: &Path, dockerfile: &str) -> Result<Vec<Found>> {
    let ignored = ignored(folder)?;
    let always = [Path::new(dockerfile), Path::new(IGNORE_FILE)];
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::new()];
    while let Some(below) = folders.pop() {
        let path = folder.join(&below);
        let unread = || Failure::new(format!("{} cannot be read", path.display()));
        let entries = match std::fs::read_dir(&path) {
            // It has gone since it was listed, as when git takes another branch.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound && !below.as_os_str().is_empty() => continue,
            entries => entries.or_fail(unread)?,
        };
        for entry in entries {
            let path = below.join(entry.or_fail(unread)?.file_name());
            let is_left_out = ignored.leaves_out(&path.to_string_lossy()) && !always.contains(&path.as_path());
            let whole = folder.join(&path);
            let metadata = match whole.symlink_metadata() {
                // It has gone since it was listed, as editors' temporary files do.
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => continue,
                metadata => metadata.or_fail(|| Failure::new(format!("{} cannot be read", whole.display())))?,
            };
            if !always.contains(&path.as_path()) && is_own(&whole, &metadata) {
                continue;
            }
            let holds_more = metadata.is_dir()
                && (!is_left_out || !ignored.is_final() || always.iter().any(|kept| kept.starts_with(&path)));
            if holds_more {
                folders.push(path.clone());
            }
            let kind = metadata.file_type();
            if !is_left_out && (kind.is_file() || kind.is_dir() || kind.is_symlink()) {
                found.push(Found { path, metadata });
            }
        }
    }
    found.sort_by(|one, other| one.path.cmp(&other.path));
    Ok(found)
}

fn ignored(folder: &Path) -> Result<Ignored> {
    let path = folder.join(IGNORE_FILE);
    let content = file::read(&path)?.unwrap_or_default();
    Ignored::read(&String::from_utf8_lossy(&content)).map_err(|(line, reason)| {
        Failure::usage(format!("{}:{line}: the pattern cannot be read: {reason}", path.display()))
            .code(Code::BuildFailed)
            .into()
    })
}

/// Writes the archive and hashes what goes into it. Times are in the archive, since programs may show them, and not in the
/// hash, since a fresh checkout is no change.
struct Packer<W: Write> {
    archive: tar::Builder<W>,
    hash: Sha256,
    size: u64,
    files: usize,
}

impl<W: Write> Packer<W> {
    fn add(&mut self, folder: &Path, found: &Found) -> Result<()> {
        let path = folder.join(&found.path);
        self.pack(&path, found)
            .or_fail(|| Failure::new(format!("{} cannot be packed into the build context", path.display())))
    }

    fn pack(&mut self, path: &Path, found: &Found) -> std::io::Result<()> {
        let metadata = &found.metadata;
        let mut header = tar::Header::new_gnu();
        let seconds = u64::try_from(metadata.mtime()).unwrap_or_default();
        let mode = metadata.permissions().mode() & PERMISSIONS;
        header.set_mtime(seconds);
        header.set_mode(mode);
        header.set_size(0);
        self.field(found.path.as_os_str().as_bytes());
        self.field(&mode.to_le_bytes());
        if metadata.is_dir() {
            self.field(b"folder");
            header.set_entry_type(tar::EntryType::Directory);
            self.archive.append_data(&mut header, &found.path, std::io::empty())
        } else if metadata.is_symlink() {
            let target = std::fs::read_link(path)?;
            self.field(b"link");
            self.field(target.as_os_str().as_bytes());
            header.set_entry_type(tar::EntryType::Symlink);
            self.archive.append_link(&mut header, &found.path, &target)
        } else {
            // Read at once, so that size, hash and archive are of the same content.
            let mut content = Vec::new();
            File::open(path)?.read_to_end(&mut content)?;
            self.field(b"file");
            self.field(&content);
            self.size += content.len() as u64;
            self.files += 1;
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(content.len() as u64);
            self.archive.append_data(&mut header, &found.path, content.as_slice())
        }
    }

    /// Each field with its length, so that no two contexts read alike.
    fn field(&mut self, bytes: &[u8]) {
        self.hash.update((bytes.len() as u64).to_le_bytes());
        self.hash.update(bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_karctl_wrote_for_itself_is_in_no_image() {
        let folder = tempfile::tempdir().expect("a folder");
        let write = |name: &str, content: &str, mode: u32| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            std::fs::write(&path, content).expect("written");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(mode)).expect("its own");
        };
        write("Dockerfile", "FROM scratch\n", 0o644);
        write("config.json", "{}\n", 0o600);
        write("logs/.gitignore", "*\n", 0o644);
        let before = BuildContext::pack(folder.path(), "Dockerfile").expect("packed");
        let variables = "# begin karctl env\nREDIS_PASSWORD='canary'\n# end karctl env\n";
        write(".env", variables, file::PRIVATE);
        write("hybrid/.gitignore", "*\n", file::PRIVATE);
        write("hybrid/edge.env", variables, file::PRIVATE);
        write("plan.json", "{\n  \"version\": 2,\n  \"karctl\": \"0.1.0\"\n}\n", file::PRIVATE);
        let after = BuildContext::pack(folder.path(), "Dockerfile").expect("packed");
        assert_eq!((&after.tag, after.files), (&before.tag, before.files));
        let names: Vec<_> =
            walk(folder.path(), "Dockerfile").expect("read").into_iter().map(|found| found.path).collect();
        assert_eq!(names, ["Dockerfile", "config.json", "logs", "logs/.gitignore"].map(PathBuf::from));
    }
}
