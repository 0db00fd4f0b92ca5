//! One karctl at a time for each thing that it changes: whoever comes second waits, and says for whom.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, Write};
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::{Path, PathBuf};
use std::time::Duration;

use rustix::fs::{FlockOperation, flock};

use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, Status};

/// How often a held lock is tried again.
const RETRY: Duration = Duration::from_millis(50);

/// Holds a thing until it is dropped; the kernel lets go of it when karctl dies.
///
/// The lock's own file goes with the thing's folder: where there is none, nothing is left.
pub struct Lock {
    _file: File,
    path: PathBuf,
    subject: PathBuf,
}

impl Drop for Lock {
    fn drop(&mut self) {
        if !self.subject.exists() {
            // Whoever waits sees that the file it opened is no longer there, and opens the new one.
            std::fs::remove_file(&self.path).ok();
        }
    }
}

impl Lock {
    /// Waits for the thing of this name, which has or may have a folder of that name in `folder`, until the context's
    /// deadline.
    ///
    /// # Errors
    /// When another karctl holds it until then, or the state folder cannot be written.
    pub async fn acquire(context: &Context, folder: &Path, name: &str) -> Result<Self> {
        file::create_private_folder(folder)?;
        let path = folder.join(format!("{name}.lock"));
        let mut waiting = None;
        loop {
            let mut file = open(&path)?;
            if flock(&file, FlockOperation::NonBlockingLockExclusive).is_ok() {
                if is_same_file(&file, &path) {
                    file.set_len(0)?;
                    write!(file, "{}", std::process::id())?;
                    return Ok(Self { _file: file, path, subject: folder.join(name) });
                }
                continue;
            }
            let holder = holder(&mut file);
            if waiting.is_none() {
                context.ui.note(format!("waiting for another karctl ({holder}) that works on `{name}`"));
                waiting = Some(context.ui.step(format!("Waiting for karctl {holder}")));
            }
            if context.deadline.left().is_zero() {
                return Err(Failure::new(format!("another karctl ({holder}) still works on `{name}`"))
                    .hint("wait for it, or end it: the same command again finishes the job")
                    .code(Code::LockHeld)
                    .status(Status::TimedOut)
                    .into());
            }
            tokio::time::sleep(RETRY).await;
        }
    }
}

fn open(path: &Path) -> Result<File> {
    OpenOptions::new().read(true).write(true).create(true).truncate(false).mode(0o600).open(path).or_fail(|| {
        Failure::new(format!("{} cannot be written", path.display()))
            .hint("make it writable, or set XDG_STATE_HOME to another folder")
            .code(Code::HomeUnusable)
    })
}

/// Whether an open file is still the one of that path.
pub fn is_same_file(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(there)) => held.ino() == there.ino() && held.dev() == there.dev(),
        _ => false,
    }
}

fn holder(file: &mut File) -> String {
    let mut pid = String::new();
    let read = file.rewind().and_then(|()| file.read_to_string(&mut pid));
    match read {
        Ok(_) if !pid.is_empty() => format!("pid {pid}"),
        _ => "pid unknown".to_owned(),
    }
}
