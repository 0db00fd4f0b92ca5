//! The user's kubeconfig as a file: which one, under the lock that kubectl and kind take too, and never wider than 0600.

use std::fs::{File, OpenOptions};
use std::io::{ErrorKind, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};
use rustix::io::retry_on_intr;

use super::kubeconfig::Kubeconfig;
use super::model::{ClusterName, Provider};
use crate::change::Change;
use crate::client::file;
use crate::client::kubernetes::kubeconfig_files;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::target::lock::is_same_file;

/// How often a lock that somebody holds is tried again.
const RETRY: Duration = Duration::from_millis(100);

/// How long at most: kubectl and kind hold it for an instant.
const PATIENCE: Duration = Duration::from_secs(10);

/// The file that new entries go into, as kubectl decides it: the one that was named, else the first of `KUBECONFIG` that
/// exists, else its last, else `~/.kube/config`.
///
/// # Errors
/// When HOME is not set and nothing is named.
pub fn choose(context: &Context, named: Option<&Path>) -> Result<PathBuf> {
    let files = kubeconfig_files(&context.environment, named);
    let chosen = files.iter().find(|file| file.is_file()).or(files.last()).cloned();
    match chosen {
        Some(file) => Ok(file),
        None => context.environment.home().map(|home| home.join(".kube/config")),
    }
}

/// Puts a cluster's entries into a file; with `switch` this context is the current one then.
///
/// # Errors
/// When a file cannot be read, understood or written, or somebody holds its lock.
pub async fn write(file: &Path, entries: &Secret, switch: Option<&str>) -> Result<Change> {
    let entries = Kubeconfig::parse(entries.expose())?;
    edit(file, |kubeconfig| {
        kubeconfig.merge(&entries);
        if let Some(name) = switch {
            kubeconfig.choose(name);
        }
    })
    .await
}

/// Takes a cluster's entries out of a file and of every file that `KUBECONFIG` lists; returns those that had any.
///
/// # Errors
/// As [`write`].
pub async fn remove(
    context: &Context,
    file: Option<&Path>,
    provider: Provider,
    cluster: &ClusterName,
) -> Result<Vec<PathBuf>> {
    let mut files = kubeconfig_files(&context.environment, None);
    files.extend(file.map(Path::to_owned));
    files.dedup();
    let mut changed = Vec::new();
    for file in files.into_iter().filter(|file| file.is_file()) {
        if read(&file)?.remove(provider, cluster) {
            edit(&file, |kubeconfig| {
                kubeconfig.remove(provider, cluster);
            })
            .await?;
            changed.push(file);
        }
    }
    Ok(changed)
}

fn read(file: &Path) -> Result<Kubeconfig> {
    let content = file::read(&resolved(file))?.unwrap_or_default();
    Kubeconfig::parse(&String::from_utf8_lossy(&content)).or_fail(|| unusable(file))
}

async fn edit(file: &Path, change: impl FnOnce(&mut Kubeconfig)) -> Result<Change> {
    let file = resolved(file);
    if let Some(folder) = file.parent() {
        file::create_private_folder(folder)?;
    }
    let _lock = FileLock::take(&file).await?;
    let mut kubeconfig = read(&file)?;
    let before = kubeconfig.text()?;
    change(&mut kubeconfig);
    let after = kubeconfig.text()?;
    if file.exists() && before == after {
        return Ok(Change::Unchanged);
    }
    file::write_atomic(&file, after.as_bytes(), file::PRIVATE).or_fail(|| unusable(&file))
}

/// The file itself, where the path is a link to it.
fn resolved(file: &Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

fn unusable(file: &Path) -> Failure {
    Failure::new(format!("the kubeconfig {} cannot be used", file.display()))
        .hint("mend it, or name another file with --kubeconfig")
        .code(Code::KubeconfigUnusable)
}

/// The lock of kubectl and kind: a file beside the kubeconfig that exists only as long as somebody writes. karctl also has
/// the kernel lock that file: where nobody holds that, the karctl that made the file has been killed.
/// <https://github.com/kubernetes/client-go/blob/v0.34.0/tools/clientcmd/loader.go>
struct FileLock {
    path: PathBuf,
    held: File,
}

impl FileLock {
    async fn take(file: &Path) -> Result<Self> {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let path = file.with_file_name(name);
        let mut waited = Duration::ZERO;
        loop {
            let made = OpenOptions::new().write(true).create_new(true).mode(file::PRIVATE).open(&path);
            match made {
                Ok(made) => {
                    let mut lock = Self { path, held: made };
                    lock.sign()?;
                    return Ok(lock);
                }
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {
                    remove_left(&path);
                    if waited >= PATIENCE {
                        return Err(Failure::new(format!("somebody else writes {}", file.display()))
                            .hint(format!("where nobody does, remove what was left: rm {}", path.display()))
                            .code(Code::KubeconfigUnusable)
                            .into());
                    }
                    tokio::time::sleep(RETRY).await;
                    waited += RETRY;
                }
                Err(error) => return Err(unusable(file).because(error).into()),
            }
        }
    }

    /// Says whose it is, once the kernel says so too. Where a file system has no such locks, one that is left has to be
    /// removed by hand, as kubectl's.
    fn sign(&mut self) -> Result<()> {
        // Whoever looks at it has it for an instant.
        if retry_on_intr(|| flock(&self.held, FlockOperation::LockExclusive)).is_ok() {
            write!(self.held, "{OWNER}{}", std::process::id())?;
        }
        Ok(())
    }
}

impl Drop for FileLock {
    fn drop(&mut self) {
        std::fs::remove_file(&self.path).ok();
    }
}

/// What karctl writes into its lock, before its process id.
const OWNER: &str = "karctl ";

/// Removes a lock that a karctl left which was killed; of others nobody knows whether they live. Of two that find it, one
/// has the kernel's lock on it, and the other then sees that it is gone.
fn remove_left(path: &Path) {
    let Ok(mut left) = File::open(path) else { return };
    let mut text = String::new();
    let is_left = flock(&left, FlockOperation::NonBlockingLockExclusive).is_ok()
        && left.read_to_string(&mut text).is_ok()
        && text.starts_with(OWNER)
        && is_same_file(&left, path);
    if is_left {
        std::fs::remove_file(path).ok();
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;

    /// As a karctl leaves it that was killed.
    fn leave(kubeconfig: &Path) {
        std::fs::write(kubeconfig.with_file_name("config.lock"), format!("{OWNER}1")).expect("written");
    }

    /// Takes the lock, and sees that nobody else has it.
    async fn take_alone(kubeconfig: &Path, holders: &AtomicUsize) {
        let lock = FileLock::take(kubeconfig).await.expect("taken");
        assert_eq!(holders.fetch_add(1, Ordering::SeqCst), 0, "two have it");
        std::thread::sleep(Duration::from_millis(5));
        holders.fetch_sub(1, Ordering::SeqCst);
        drop(lock);
    }

    #[test]
    fn a_lock_that_was_left_is_taken_by_one_at_a_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let kubeconfig = folder.path().join("config");
        let holders = AtomicUsize::new(0);
        leave(&kubeconfig);
        std::thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
                    runtime.expect("a runtime").block_on(take_alone(&kubeconfig, &holders));
                });
            }
        });
        assert!(!kubeconfig.with_file_name("config.lock").exists());
    }

    #[tokio::test]
    async fn a_lock_of_kubectl_or_of_a_karctl_that_lives_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let kubeconfig = folder.path().join("config");
        let lock = kubeconfig.with_file_name("config.lock");
        let held = FileLock::take(&kubeconfig).await.expect("taken");
        remove_left(&lock);
        assert!(lock.exists());
        drop(held);
        std::fs::write(&lock, "").expect("written");
        remove_left(&lock);
        assert!(lock.exists());
    }

    #[tokio::test]
    async fn a_lock_of_a_karctl_that_was_killed_is_taken() {
        let folder = tempfile::tempdir().expect("a folder");
        let kubeconfig = folder.path().join("config");
        leave(&kubeconfig);
        drop(FileLock::take(&kubeconfig).await.expect("taken"));
        assert!(!kubeconfig.with_file_name("config.lock").exists());
    }
}
