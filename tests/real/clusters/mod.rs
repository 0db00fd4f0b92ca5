//! Clusters of the real kind, on an engine of its own in a network namespace of its own. A cluster takes ports that are the
//! same for all, so its tests take turns.

use std::fs::File;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::parts;
use crate::sandbox::{Finished, Invocation, Sandbox};

mod failures;
mod lifecycle;
mod resumed;

/// Runs a program in a network namespace; by its path, since a sandbox has only what it is given.
const NSENTER: &str = "/usr/bin/nsenter";

/// How long something may take that is on its way.
const LIMIT: Duration = Duration::from_secs(300);

/// A developer with kind, the engine's command line, and nothing on the engine but the images of the tests.
pub struct Developer {
    sandbox: Sandbox,
    _turn: File,
}

impl Developer {
    /// Waits for the turn, and begins with nothing.
    pub fn new() -> Self {
        let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::kind_host());
        symlink(parts::kind(), sandbox.path("bin/kind")).expect("a new link");
        symlink(parts::program("docker"), sandbox.path("bin/docker")).expect("a new link");
        let developer = Self { sandbox, _turn: parts::turn("kind") };
        developer.clear();
        developer
    }

    /// The developer's home, programs and working directory.
    pub fn sandbox(&self) -> &Sandbox {
        &self.sandbox
    }

    /// A command line of any program where the cluster's ports are, not run yet.
    pub fn command<'a>(&self, program: &Path, arguments: impl IntoIterator<Item = &'a str>) -> Invocation<'_> {
        let netns = format!("--net={}", parts::kind_netns().display());
        let mut words = vec![netns, "--".to_owned(), program.display().to_string()];
        words.extend(arguments.into_iter().map(str::to_owned));
        self.sandbox.command(NSENTER, words)
    }

    /// Runs karctl, whatever the exit.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        let karctl = Path::new(env!("CARGO_BIN_EXE_karctl"));
        self.command(karctl, arguments.iter().copied()).output()
    }

    /// Runs karctl, which must work.
    #[track_caller]
    pub fn must(&self, arguments: &[&str]) -> Finished {
        let finished = self.run(arguments);
        assert_eq!(finished.status, Some(0), "{arguments:?}: {}\n{}", finished.stdout, finished.stderr);
        finished
    }

    /// `karctl cluster SUBCOMMAND -o json`, which must work.
    #[track_caller]
    pub fn cluster(&self, subcommand: &str, arguments: &[&str]) -> Value {
        let line = [&["cluster", subcommand, "-o", "json", "--timeout", "10m"], arguments].concat();
        self.must(&line).document(&format!("cluster {subcommand}"))
    }

    /// `karctl cluster create` of the node image that the tests have.
    #[track_caller]
    pub fn create(&self, arguments: &[&str]) -> Value {
        let image = parts::kind_node_image();
        self.cluster("create", &[&["--provider", "kind", "--image", &image], arguments].concat())
    }

    /// What the engine's command line prints, which must work.
    #[track_caller]
    pub fn docker(&self, arguments: &[&str]) -> String {
        shown(arguments, &self.sandbox.command("docker", arguments.iter().copied()).output())
    }

    /// What kubectl prints, with the developer's kubeconfig; it must work.
    #[track_caller]
    pub fn kubectl(&self, arguments: &[&str]) -> String {
        let kubectl = parts::kubernetes_bin().join("kubectl");
        shown(arguments, &self.command(&kubectl, arguments.iter().copied()).output())
    }

    /// Creates or changes the objects of a manifest.
    #[track_caller]
    pub fn apply(&self, manifest: &str) {
        let kubectl = parts::kubernetes_bin().join("kubectl");
        let applied = self.command(&kubectl, ["apply", "--filename", "-"]).stdin(manifest).output();
        shown(&["apply"], &applied);
    }

    /// Pushes an image that the engine has under a name that begins with the registry's.
    #[track_caller]
    pub fn push(&self, image: &str, name: &str) {
        self.docker(&["tag", image, name]);
        self.docker(&["push", "--quiet", name]);
        self.docker(&["rmi", name]);
    }

    /// Names of all containers, running or not, sorted.
    pub fn containers(&self) -> Vec<String> {
        sorted(&self.docker(&["ps", "--all", "--format", "{{.Names}}"]))
    }

    /// Names of all volumes, sorted.
    pub fn volumes(&self) -> Vec<String> {
        sorted(&self.docker(&["volume", "ls", "--quiet"]))
    }

    /// Waits until something is so; what is seen last is told where it does not become so.
    #[track_caller]
    pub fn wait_until<T: std::fmt::Debug>(&self, look: impl Fn() -> T, is_so: impl Fn(&T) -> bool) -> T {
        let began = Instant::now();
        loop {
            let seen = look();
            if is_so(&seen) {
                return seen;
            }
            assert!(began.elapsed() < LIMIT, "seen last: {seen:?}");
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// Takes away all that is on the engine but images.
    fn clear(&self) {
        let run = |arguments: &[&str]| self.sandbox.command("docker", arguments.iter().copied()).output();
        for container in run(&["ps", "--all", "--quiet"]).stdout.lines() {
            run(&["rm", "--force", "--volumes", container]);
        }
        for volume in run(&["volume", "ls", "--quiet"]).stdout.lines() {
            run(&["volume", "rm", "--force", volume]);
        }
        run(&["network", "prune", "--force"]);
    }
}

impl Drop for Developer {
    fn drop(&mut self) {
        self.clear();
        let left = self.sandbox.command("docker", ["ps", "--all", "--quiet"]).output().stdout;
        assert!(left.is_empty() || thread::panicking(), "containers are left: {left}");
    }
}

#[track_caller]
fn shown(arguments: &[&str], finished: &Finished) -> String {
    assert_eq!(finished.status, Some(0), "{arguments:?}: {}", finished.stderr);
    finished.stdout.trim().to_owned()
}

fn sorted(lines: &str) -> Vec<String> {
    let mut lines: Vec<_> = lines.lines().map(str::to_owned).collect();
    lines.sort();
    lines
}
