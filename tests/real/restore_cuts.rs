//! A restore that is killed at any of its steps, and then finds no room, on the native engine and without any server: what is
//! in the servers' folders belongs together, always.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use serde_json::json;

use crate::instance::SERVERS;
use crate::sandbox::{Finished, Sandbox};

/// The system calls of karctl's own that change files.
const CHANGES: &str = "rename,renameat,renameat2,unlink,unlinkat,rmdir,mkdir,mkdirat,fsync,syncfs";

/// More than a file may have where there is no room, in bytes, and what it may have, in the blocks of `ulimit -f`.
const BALLAST: usize = 64 << 10;
const NO_ROOM: &str = "trap '' XFSZ; ulimit -f 32; exec \"$0\" \"$@\"";

const RESTORE: [&str; 5] = ["local", "snapshot", "restore", "one", "-y"];

/// An instance that does not run, whose data is of one generation, and a snapshot of it.
struct Saved {
    sandbox: Sandbox,
}

impl Saved {
    fn new() -> Self {
        let saved = Self { sandbox: Sandbox::new() };
        let record = json!({ "version": 1, "engine": "native", "endpoint": null });
        saved.sandbox.write("home/.local/state/karctl/local/kar/instance.json", record.to_string());
        saved.write("saved");
        saved
    }

    fn folder(&self) -> PathBuf {
        self.sandbox.path("home/.local/state/karctl/local/kar")
    }

    fn write(&self, generation: &str) {
        for server in SERVERS {
            let data = self.folder().join(server).join("data/deep");
            fs::create_dir_all(&data).expect("a folder");
            fs::write(data.join("generation"), generation).expect("a file");
            fs::write(data.join("ballast"), vec![7; BALLAST]).expect("a file");
        }
    }

    fn must(&self, line: &[&str]) -> Finished {
        let finished = self.sandbox.karctl(line.iter().copied()).output();
        assert_eq!(finished.status, Some(0), "{line:?}: {}", finished.stderr);
        finished
    }

    fn traced(&self, options: &[String]) -> Finished {
        let output = format!("--output={}", self.trace().display());
        let own = [output, env!("CARGO_BIN_EXE_karctl").to_owned()];
        let line = options.iter().chain(&own).cloned().chain(RESTORE.map(str::to_owned));
        self.sandbox.command("/usr/bin/strace", line).output()
    }

    fn trace(&self) -> PathBuf {
        self.sandbox.path("trace")
    }

    /// The instance again as it was before any restore.
    fn begin(&self) {
        let (now, then) = (self.folder(), self.sandbox.path("before"));
        let copied = |from: &PathBuf, to: &PathBuf| {
            fs::remove_dir_all(to).ok();
            let status = std::process::Command::new("cp").arg("-a").args([from, to]).status().expect("cp");
            assert!(status.success());
        };
        if then.exists() { copied(&then, &now) } else { copied(&now, &then) }
    }

    /// Whose data is where; a server without any has none.
    fn generations(&self) -> BTreeSet<String> {
        let read = |server: &str| fs::read_to_string(self.folder().join(server).join("data/deep/generation"));
        SERVERS.into_iter().map(|server| read(server).unwrap_or_else(|_| "none".to_owned())).collect()
    }

    /// Whether the next `up` is told that the data is half replaced.
    fn is_refused(&self) -> bool {
        self.folder().join("restoring.json").exists()
    }

    fn left(&self) -> Vec<String> {
        let names = |folder: PathBuf| {
            let entries = fs::read_dir(folder).expect("a folder").flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
        };
        let mut left: Vec<_> = SERVERS.into_iter().flat_map(|server| names(self.folder().join(server))).collect();
        left.extend(names(self.folder()));
        left.retain(|name| !["data", "instance.json"].contains(&&**name) && !SERVERS.contains(&&**name));
        left
    }
}

/// Every step of an undisturbed restore: the call, and the how-manieth of its name.
fn steps(saved: &Saved) -> Vec<(String, usize)> {
    saved.begin();
    let recorded = saved.traced(&[format!("--trace={CHANGES}")]);
    assert_eq!(recorded.status, Some(0), "{}", recorded.stderr);
    let mut counts = BTreeMap::<String, usize>::new();
    let trace = fs::read_to_string(saved.trace()).expect("a trace");
    let calls = trace.lines().filter_map(|line| line.split_once('(')).filter(|(call, _)| CHANGES.contains(call));
    calls
        .map(|(call, _)| {
            let count = counts.entry(call.to_owned()).or_default();
            *count += 1;
            (call.to_owned(), *count)
        })
        .collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_belongs_together_wherever_a_restore_is_killed_and_whatever_the_next_one_finds() {
    let saved = Saved::new();
    saved.must(&["local", "snapshot", "save", "one"]);
    saved.write("later");
    let steps = steps(&saved);
    assert!(steps.len() > 20, "{steps:?}");
    let mut wrong = Vec::new();
    for (call, number) in &steps {
        saved.begin();
        let killed =
            saved.traced(&[format!("--trace={call}"), format!("--inject={call}:signal=SIGKILL:when={number}")]);
        assert_eq!(killed.status, None, "{call} ({number}): {}", killed.stderr);
        let mut look = |when: &str| {
            let generations = saved.generations();
            if !saved.is_refused() && (generations.len() != 1 || generations.contains("none")) {
                wrong.push(format!("killed at {call} ({number}), {when}: {generations:?}"));
            }
        };
        look("at once");
        let line = ["-c", NO_ROOM, env!("CARGO_BIN_EXE_karctl")].into_iter().chain(RESTORE);
        let without_room = saved.sandbox.command("/bin/sh", line).output();
        assert_eq!(without_room.status, Some(1), "{call} ({number}): {}", without_room.stderr);
        assert!(!saved.is_refused(), "{call} ({number}): {}", without_room.stderr);
        look("again, without room");
        saved.must(&RESTORE);
        assert_eq!((saved.generations(), saved.left()), (BTreeSet::from(["saved".to_owned()]), Vec::<String>::new()));
    }
    println!("killed at {} steps", steps.len());
    assert!(wrong.is_empty(), "{} of {}\n{}", wrong.len(), steps.len(), wrong.join("\n"));
}

/// Runs karctl where a folder is a small file system of its own.
fn in_small(saved: &Saved, below: &str, line: &[&str]) -> Finished {
    let folder = saved.sandbox.path(below);
    fs::create_dir_all(&folder).expect("a folder");
    let mount = "/bin/mount -t tmpfs -o size=1100m none \"$0\" && exec \"$@\"";
    let folder = folder.to_str().expect("a path of characters");
    let first = ["-m", "/bin/sh", "-c", mount, folder, env!("CARGO_BIN_EXE_karctl")];
    saved.sandbox.command("/usr/bin/unshare", first.into_iter().chain(line.iter().copied())).output()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn without_room_nothing_is_saved_or_replaced_and_what_is_needed_is_told() {
    let saved = Saved::new();
    fs::write(saved.folder().join("kafka/data/ballast"), vec![7; 100 << 20]).expect("room for it");
    let refused = |finished: &Finished, folder: &str| {
        assert_eq!(finished.status, Some(1), "{}", finished.stderr);
        let told = ["MiB are free where", folder, "and 1 GiB and 100 MiB are needed", "free some room"];
        told.iter().for_each(|part| assert!(finished.stderr.contains(part), "`{part}` is not in: {}", finished.stderr));
    };
    let state = "home/.local/state/karctl";
    let save = in_small(&saved, &format!("{state}/snapshots"), &["local", "snapshot", "save", "one"]);
    refused(&save, "karctl/snapshots/");
    saved.must(&["local", "snapshot", "save", "one"]);
    let restore =
        in_small(&saved, &format!("{state}/local"), &["local", "snapshot", "restore", "one", "--name", "other"]);
    refused(&restore, "karctl/local/other");
    assert_eq!(saved.generations(), BTreeSet::from(["saved".to_owned()]));
    assert_eq!(saved.left(), Vec::<String>::new());
}
