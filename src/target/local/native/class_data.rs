//! Class-data archives: what Java needs half of its start for, kept from one start to the next.
//!
//! A server that finds none for its class path and its Java is started so that it writes one when it ends (this costs
//! nothing at its start, and some seconds once when it stops); karctl keeps it only after an orderly end. See JEP 350,
//! <https://openjdk.org/jeps/350>. Java itself refuses an archive of another build or class path. It crashes on one that
//! was cut or written to, so an archive counts only with the size and time that were noted when it was kept; else it is
//! made anew. What no time tells, such as a disk that fails, Java finds itself: `VerifySharedSpaces` has it take the
//! archive's sums (10 ms).

use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::super::instance::Component;
use super::folders::{ServerFolder, remove_file, write};
use crate::client::file::create_private_folder;
use crate::client::java::Java;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;

/// The archive that a server writes when it ends, within its folder.
pub const TRAINED: &str = "classes.jsa";

/// The Java that first had archives of application classes that it writes itself.
const FIRST_JAVA: u32 = 13;

/// Archives that are kept of each server.
const KEPT: usize = 3;

/// Digits of the hash in an archive's name.
const KEY_LENGTH: usize = 16;

/// What a server does with class data.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ClassData {
    /// Nothing: its Java is too old.
    None,
    /// It starts from an archive.
    Use(PathBuf),
    /// It writes [`TRAINED`] when it ends, which is then to be kept under this path.
    Make(PathBuf),
}

impl ClassData {
    /// What a server on this Java and these jars is to do.
    ///
    /// # Errors
    /// When there is no cache folder.
    pub fn of(context: &Context, component: Component, mode: KafkaMode, java: &Java, jars: &[PathBuf]) -> Result<Self> {
        if java.version < FIRST_JAVA {
            return Ok(Self::None);
        }
        let folder = context.environment.cache_directory()?.join("class-data");
        let label = match (component, mode) {
            (Component::Kafka, KafkaMode::Kraft) => "kafka-kraft",
            _ => component.name(),
        };
        let archive = folder.join(format!("{label}-{}.jsa", key(java, jars)));
        Ok(if is_whole(&archive) { Self::Use(archive) } else { Self::Make(archive) })
    }

    /// The options for Java.
    pub fn options(&self) -> Vec<String> {
        match self {
            Self::None => Vec::new(),
            Self::Use(archive) => vec![
                "-Xshare:auto".to_owned(),
                "-XX:+VerifySharedSpaces".to_owned(),
                format!("-XX:SharedArchiveFile={}", archive.display()),
            ],
            Self::Make(_) => vec![format!("-XX:ArchiveClassesAtExit={TRAINED}")],
        }
    }

    /// Where the archive goes that the server writes.
    pub fn target(self) -> Option<PathBuf> {
        match self {
            Self::Make(archive) => Some(archive),
            Self::None | Self::Use(_) => None,
        }
    }
}

/// Keeps the archive that a server wrote before it ended in order.
///
/// # Errors
/// When the cache cannot be written.
pub fn keep(folder: &ServerFolder, archive: &Path) -> Result<()> {
    let trained = folder.root().join(TRAINED);
    if !trained.exists() {
        return Ok(());
    }
    if let Some(parent) = archive.parent() {
        create_private_folder(parent)?;
    }
    let failed = || Failure::new(format!("{} cannot be written", archive.display()));
    remove_file(&seal_of(archive))?;
    if std::fs::rename(&trained, archive).is_err() {
        // State and cache may be on two file systems.
        std::fs::copy(&trained, archive).or_fail(failed)?;
        remove_file(&trained)?;
    }
    write(&seal_of(archive), seal(archive).or_fail(failed)?.as_bytes())?;
    prune(archive)
}

/// Removes archives of the same server beyond the newest few: those of other versions of Kafka or Java, 45 MB each.
fn prune(archive: &Path) -> Result<()> {
    let label = |path: &Path| Some(path.file_stem()?.to_str()?.rsplit_once('-')?.0.to_owned());
    let folder = archive.parent().unwrap_or(Path::new("."));
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut archives: Vec<_> = entries
        .filter(|entry| entry.path().extension().is_some_and(|extension| extension == "jsa"))
        .filter(|entry| label(&entry.path()) == label(archive))
        .filter_map(|entry| Some((entry.metadata().ok()?.modified().ok()?, entry.path())))
        .collect();
    archives.sort_by_key(|(modified, _)| std::cmp::Reverse(*modified));
    for (_, old) in archives.iter().skip(KEPT) {
        remove_file(&seal_of(old))?;
        remove_file(old)?;
    }
    Ok(())
}

/// The file that says how an archive was left; written after it, so that one that was cut has none that fits.
fn seal_of(archive: &Path) -> PathBuf {
    archive.with_extension("seal")
}

/// Size in bytes, and when it was last written to, in seconds and nanoseconds since 1970.
fn seal(archive: &Path) -> std::io::Result<String> {
    let file = std::fs::metadata(archive)?;
    Ok(format!("{} {}.{:09}", file.len(), file.mtime(), file.mtime_nsec()))
}

fn is_whole(archive: &Path) -> bool {
    matches!((std::fs::read_to_string(seal_of(archive)), seal(archive)), (Ok(noted), Ok(now)) if noted == now)
}

fn key(java: &Java, jars: &[PathBuf]) -> String {
    let mut hash = Sha256::new();
    hash.update(&java.build);
    for jar in jars {
        let (size, modified) = std::fs::metadata(jar).map_or((0, 0), |file| (file.len(), file.mtime()));
        hash.update(format!("\n{}\n{size} {modified}", jar.display()));
    }
    let mut key = format!("{:x}", hash.finalize());
    key.truncate(KEY_LENGTH);
    key
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_counts_only_as_it_was_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let archive = folder.path().join("kafka.jsa");
        std::fs::write(&archive, "whole").expect("written");
        assert!(!is_whole(&archive));
        std::fs::write(seal_of(&archive), seal(&archive).expect("there")).expect("written");
        assert!(is_whole(&archive));
        let later = std::time::SystemTime::now() + std::time::Duration::from_secs(1);
        let file = std::fs::File::options().write(true).open(&archive).expect("opens");
        file.set_modified(later).expect("set");
        assert!(!is_whole(&archive), "written to, and as long as before");
        std::fs::write(seal_of(&archive), seal(&archive).expect("there")).expect("written");
        file.set_len(3).expect("cut");
        assert!(!is_whole(&archive));
    }

    #[test]
    fn another_java_or_jar_is_another_key() {
        let java = |build: &str| Java { program: "/j".into(), version: 17, build: build.to_owned() };
        let jars = ["/a.jar".into(), "/b.jar".into()];
        assert_eq!(key(&java("1"), &jars), key(&java("1"), &jars));
        assert_ne!(key(&java("1"), &jars), key(&java("2"), &jars));
        assert_ne!(key(&java("1"), &jars), key(&java("1"), &jars[..1]));
    }
}
