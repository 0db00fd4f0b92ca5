//! Whether fetched files are whole: their sizes and times, looked at by every start, and their sums where those differ.

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::pins::Pins;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// File name of the stamp, beside the files.
const FILE: &str = "stamp.json";

/// What is known of a folder of fetched files.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stamp {
    files: BTreeMap<String, Entry>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    bytes: u64,
    modified: i64,
    sha256: String,
}

impl Stamp {
    /// Takes the sums of every file of a folder and holds them against the pinned ones, where there are any; then
    /// writes the stamp.
    ///
    /// # Errors
    /// When a file differs from its pin, is missing, or cannot be read.
    pub fn make(folder: &Path, pins: Option<Pins>) -> Result<Self> {
        let stamp = Self { files: entries(folder)? };
        if let Some(pins) = pins {
            stamp.check(folder, pins)?;
        }
        let path = folder.join(FILE);
        std::fs::write(&path, serde_json::to_vec_pretty(&stamp)?).or_fail(|| unwritable(&path))?;
        Ok(stamp)
    }

    /// The stamp of a folder whose files are all as they were, or `None` when they have to be fetched again.
    ///
    /// Where the stamp is missing, or a time differs, the sums decide.
    pub fn verify(folder: &Path, pins: Option<Pins>) -> Option<Self> {
        let stamp: Option<Self> =
            std::fs::read(folder.join(FILE)).ok().and_then(|text| serde_json::from_slice(&text).ok());
        match stamp {
            Some(stamp) if stamp.fits(folder) => Some(stamp),
            Some(stamp) if entries(folder).is_ok_and(|now| sums(&now) == sums(&stamp.files)) => {
                Self::make(folder, pins).ok()
            }
            // Without pins and stamp nothing says what the files should be.
            None if pins.is_some() && folder.is_dir() => Self::make(folder, pins).ok(),
            _ => None,
        }
    }

    /// The files, in a fixed order: class data depends on the order of the class path.
    pub fn paths(&self, folder: &Path) -> Vec<PathBuf> {
        self.files.keys().map(|name| folder.join(name)).collect()
    }

    fn fits(&self, folder: &Path) -> bool {
        !self.files.is_empty()
            && self.files.iter().all(|(name, entry)| {
                std::fs::metadata(folder.join(name))
                    .is_ok_and(|file| file.len() == entry.bytes && modified(&file) == entry.modified)
            })
    }

    fn check(&self, folder: &Path, pins: Pins) -> Result<()> {
        let mut names: Vec<&str> = self.files.keys().map(String::as_str).collect();
        for pinned in pins.names() {
            names.push(pinned);
        }
        for name in names {
            let there = self.files.get(name).map(|entry| entry.sha256.as_str());
            if there != pins.sum(name) {
                let what = if there.is_some() { "is not the one that karctl expects" } else { "is missing" };
                return Err(Failure::new(format!("{} {what}", folder.join(name).display()))
                    .hint("try again; if it stays, look at Maven's settings: a mirror may serve other files")
                    .code(Code::ChecksumMismatch)
                    .into());
            }
        }
        Ok(())
    }
}

fn sums(files: &BTreeMap<String, Entry>) -> Vec<(&str, &str)> {
    files.iter().map(|(name, entry)| (name.as_str(), entry.sha256.as_str())).collect()
}

fn modified(file: &std::fs::Metadata) -> i64 {
    file.mtime() * 1_000_000_000 + file.mtime_nsec()
}

fn entries(folder: &Path) -> Result<BTreeMap<String, Entry>> {
    let unreadable = || Failure::new(format!("{} cannot be read", folder.display()));
    let mut entries = BTreeMap::new();
    for entry in std::fs::read_dir(folder).or_fail(unreadable)? {
        let entry = entry.or_fail(unreadable)?;
        let Ok(name) = entry.file_name().into_string() else { continue };
        let file = entry.metadata().or_fail(unreadable)?;
        if file.is_file() && name != FILE {
            let sha256 = sum(&entry.path())?;
            entries.insert(name, Entry { bytes: file.len(), modified: modified(&file), sha256 });
        }
    }
    Ok(entries)
}

/// SHA-256 of a file, in hexadecimal.
///
/// # Errors
/// When it cannot be read.
pub fn sum(path: &Path) -> Result<String> {
    let unreadable = || Failure::new(format!("{} cannot be read", path.display()));
    let mut file = std::fs::File::open(path).or_fail(unreadable)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 16];
    loop {
        match file.read(&mut buffer).or_fail(unreadable)? {
            0 => return Ok(format!("{:x}", hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}

fn unwritable(path: &Path) -> Failure {
    Failure::new(format!("{} cannot be written", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_or_cut_file_is_noticed_and_a_touched_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("a.jar");
        std::fs::write(&file, "whole").expect("written");
        let stamp = Stamp::make(folder.path(), None).expect("stamped");
        assert_eq!(Stamp::verify(folder.path(), None), Some(stamp.clone()));
        std::fs::write(&file, "whole").expect("touched");
        assert_eq!(
            Stamp::verify(folder.path(), None).expect("the same sums").paths(Path::new("/l")),
            [Path::new("/l/a.jar")]
        );
        std::fs::write(&file, "who").expect("cut");
        assert_eq!(Stamp::verify(folder.path(), None), None);
    }

    #[test]
    fn files_without_a_stamp_are_held_against_their_pins() {
        let folder = tempfile::tempdir().expect("a folder");
        std::fs::write(folder.path().join("other.jar"), "x").expect("written");
        assert_eq!(Stamp::verify(folder.path(), Pins::of_kafka("3.9.1")), None);
        assert_eq!(Stamp::verify(folder.path(), None), None);
        let error = Stamp::make(folder.path(), Pins::of_kafka("3.9.1")).expect_err("another file");
        assert_eq!(crate::error::report(&error).code, Some(Code::ChecksumMismatch));
    }
}
