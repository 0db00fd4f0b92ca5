//! Which files of a project changed, so that it is built again.
//!
//! Files are looked at and not waited for: on the mounts of virtual machines and networks the system tells of no change, and
//! the number of folders that it tells of is limited. A look takes a small part of the time between two.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use super::context::{Stamp, stamps};
use crate::error::Result;
use crate::settings::project::{FILE, Project};

/// Pause between two looks, and how long nothing may change before it is built: an editor, or git, writes several files.
const QUIET: Duration = Duration::from_millis(300);

/// The pause is at least so many times as long as a look takes.
const PAUSE_PER_LOOK: u32 = 20;

/// A project whose files are watched.
pub struct Watch {
    seen: Seen,
}

/// Every file that matters, with what a change of it would change.
type Seen = BTreeMap<PathBuf, Stamp>;

impl Watch {
    /// Begins with the files as they are.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn begin(folder: &Path, project: &Project) -> Result<Self> {
        Ok(Self { seen: look(folder, project)? })
    }

    /// Waits until files changed and then stayed as they are for a moment; returns which, by their path in the project.
    ///
    /// # Errors
    /// When a folder cannot be read.
    pub async fn changed(&mut self, folder: &Path, project: &Project) -> Result<Vec<PathBuf>> {
        let mut last = None;
        let mut pause = QUIET;
        loop {
            tokio::time::sleep(pause).await;
            let begun = Instant::now();
            let now = look(folder, project)?;
            pause = QUIET.max(begun.elapsed() * PAUSE_PER_LOOK);
            if now == self.seen {
                last = None;
            } else if last.as_ref() == Some(&now) {
                let changed = differences(&self.seen, &now);
                self.seen = now;
                return Ok(changed);
            } else {
                last = Some(now);
            }
        }
    }
}

fn look(folder: &Path, project: &Project) -> Result<Seen> {
    let mut builds: Vec<_> = project
        .apps
        .iter()
        .flat_map(|app| &app.components)
        .map(|component| (component.build.as_str(), component.dockerfile.as_str()))
        .collect();
    builds.sort_unstable();
    builds.dedup();
    let mut seen = Seen::new();
    for (build, dockerfile) in builds {
        let below: PathBuf = Path::new(build).components().collect();
        let stamps = stamps(&folder.join(&below), dockerfile)?;
        seen.extend(stamps.into_iter().map(|stamp| (below.join(stamp.path()), stamp)));
    }
    if let Some(stamp) = Stamp::of(folder, Path::new(FILE)) {
        seen.insert(PathBuf::from(FILE), stamp);
    }
    Ok(seen)
}

/// The paths that differ; a folder is not told of where a file in it is.
fn differences(old: &Seen, new: &Seen) -> Vec<PathBuf> {
    let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let changed: Vec<_> = paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).collect();
    let holds = |folder: &PathBuf| changed.iter().any(|path| *path != folder && path.starts_with(folder));
    let told = changed.iter().filter(|path| !holds(path));
    told.map(|path| path.strip_prefix(".").unwrap_or(path).to_owned()).collect()
}
