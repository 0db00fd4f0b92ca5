//! Which files of a project changed, so that it is built again.
//!
//! Files are looked at and not waited for: on the mounts of virtual machines and networks the system tells of no change, and
//! the number of folders that it tells of is limited. A look takes a small part of the time between two.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use crate::settings::project::{FILE, Project};
use crate::target::images::build::context::{Stamp, stamps};

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
    pub fn begin(folder: &Path, project: &Project) -> Self {
        Self { seen: look(folder, project) }
    }

    /// Waits until files changed and then stayed as they are for a moment; returns which, by their path in the project.
    pub async fn changed(&mut self, folder: &Path, project: &Project) -> Vec<PathBuf> {
        let mut last = None;
        let mut pause = QUIET;
        loop {
            tokio::time::sleep(pause).await;
            let begun = Instant::now();
            let now = look(folder, project);
            pause = QUIET.max(begun.elapsed() * PAUSE_PER_LOOK);
            if now == self.seen {
                last = None;
            } else if last.as_ref() == Some(&now) {
                let changed = differences(&self.seen, &now);
                self.seen = now;
                return changed;
            } else {
                last = Some(now);
            }
        }
    }
}

/// What cannot be read is as good as gone: the build that follows tells why, and its return is a change.
fn look(folder: &Path, project: &Project) -> Seen {
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
        let stamps = stamps(&folder.join(&below), dockerfile).unwrap_or_default();
        seen.extend(stamps.into_iter().map(|stamp| (below.join(stamp.path()), stamp)));
    }
    if let Some(stamp) = Stamp::of(folder, Path::new(FILE)) {
        seen.insert(PathBuf::from(FILE), stamp);
    }
    seen
}

/// The paths that differ; a folder is not told of where a file in it is.
fn differences(old: &Seen, new: &Seen) -> Vec<PathBuf> {
    let paths: std::collections::BTreeSet<_> = old.keys().chain(new.keys()).collect();
    let changed: Vec<_> = paths.into_iter().filter(|path| old.get(*path) != new.get(*path)).collect();
    let holds = |folder: &PathBuf| changed.iter().any(|path| *path != folder && path.starts_with(folder));
    let told = changed.iter().filter(|path| !holds(path));
    told.map(|path| path.strip_prefix(".").unwrap_or(path).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::project::{App, Component};

    #[tokio::test]
    async fn a_folder_that_is_gone_does_not_end_it_and_its_return_is_a_change() {
        let home = tempfile::tempdir().expect("a folder");
        let (folder, source) = (home.path(), home.path().join("greeter"));
        let write = |path: &Path| std::fs::write(path, "x").expect("written");
        std::fs::create_dir(&source).expect("a folder");
        write(&source.join("server.js"));
        let component = Component { build: "greeter".to_owned(), ..Component::new("greeter") };
        let app = App { name: "hello".to_owned(), manifests: "kubernetes".to_owned(), components: vec![component] };
        let project = Project { apps: vec![app], ..Project::default() };
        let mut watch = Watch::begin(folder, &project);

        std::fs::rename(&source, home.path().join("away")).expect("moved");
        assert_eq!(watch.changed(folder, &project).await, [Path::new("greeter/server.js")]);
        write(&folder.join(FILE));
        assert_eq!(watch.changed(folder, &project).await, [Path::new(FILE)]);
        std::fs::rename(home.path().join("away"), &source).expect("moved");
        assert_eq!(watch.changed(folder, &project).await, [Path::new("greeter/server.js")]);
    }
}
