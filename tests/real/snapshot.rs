//! Snapshots of servers that run, on both engines: clients go on, also with what there was, and what is held together fits
//! together; a karctl that is killed in the middle leaves nothing that the next one does not put right.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::instance::{Engine, Instance, SERVERS};
use crate::parts;

const TIMEOUT: Duration = Duration::from_secs(120);

/// Entries that are there before anything begins.
const ENTRIES: &str = "2000";

/// More than a writer comes to.
const ENDLESS: usize = 2_000_000;

/// Entries that a writer hands to Kafka, and then to Redis, at once.
const BATCH: usize = 5;

/// How often karctl is started anew until it was killed where it was meant to be.
const ATTEMPTS: usize = 40;

/// A client that writes entry by entry, each a record of Kafka and then a key of Redis, and counts what was acknowledged.
struct Writer {
    child: std::process::Child,
    acknowledged: Arc<AtomicUsize>,
}

impl Writer {
    fn start(instance: &Instance) -> Self {
        let (count, batch) = (ENDLESS.to_string(), BATCH.to_string());
        let arguments =
            ["write", "--app", "running", "--count", &count, "--batch", &batch, "--progress", "--timeout", "10m"];
        let mut child = instance.client(&arguments).spawn().expect("the client starts");
        let lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
        let acknowledged = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&acknowledged);
        std::thread::spawn(move || {
            lines.map_while(Result::ok).for_each(|_| {
                counter.fetch_add(1, Ordering::SeqCst);
            })
        });
        Self { child, acknowledged }
    }

    fn count(&self) -> usize {
        self.acknowledged.load(Ordering::SeqCst)
    }

    /// Waits until this many more were acknowledged.
    #[track_caller]
    fn goes_on(&mut self, more: usize) {
        let (began, before) = (Instant::now(), self.count());
        while self.count() < before + more {
            assert!(self.child.try_wait().expect("a child").is_none(), "the client ended");
            assert!(began.elapsed() < TIMEOUT, "the client stands still");
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

fn snapshot(instance: &Instance, line: &[&str]) -> Vec<String> {
    let of_instance: &[&str] = if matches!(line[0], "save" | "restore") { &["--name", &instance.name] } else { &[] };
    [&["local", "snapshot"], line, of_instance].concat().into_iter().map(str::to_owned).collect()
}

/// How many entries of the writer are in Kafka, and how many in Redis: the first so many, none of them changed.
fn held(instance: &Instance) -> (usize, usize) {
    let count = ENDLESS.to_string();
    let output =
        instance.client(&["verify", "--app", "running", "--count", &count]).output().expect("the client starts");
    let report: Value = serde_json::from_slice(&output.stdout).expect("a document");
    let held = |server: &str| {
        assert_eq!(report[server]["different"], 0, "{report}");
        let missing = usize::try_from(report[server]["missing"].as_u64().expect("a number")).expect("it fits");
        let held = ENDLESS - missing;
        // The first one that is missing is the one after the last that is there.
        assert_eq!(report[server]["examples"][0].as_u64(), u64::try_from(held).ok(), "{report}");
        held
    };
    (held("kafka"), held("redis"))
}

fn clients_go_on(instance: &Instance) {
    instance.must(&instance.up(&[]));
    instance.client_must(&["write", "--app", "before", "--count", ENTRIES]);
    let mut writer = Writer::start(instance);
    writer.goes_on(2000);
    let before = writer.count();
    let saved = instance.document(&snapshot(instance, &["save", "one"]));
    let after = writer.count();
    assert!(saved["manifest"]["paused_ms"].as_u64().is_some(), "{saved}");
    writer.goes_on(2000);
    drop(writer);
    instance.client_must(&["write", "--app", "after", "--count", "10"]);

    instance.must(&instance.command("reset", &["-y"]));
    instance.must(&snapshot(instance, &["restore", "one"]));
    instance.must(&instance.up(&[]));
    instance.client_must(&["verify", "--app", "before", "--count", ENTRIES]);
    let (kafka, redis) = held(instance);
    // One point in time: all that was acknowledged before it, and of what was under way at most Kafka's half of one batch.
    assert!(before <= redis && redis <= kafka && kafka <= redis + BATCH, "{before} {redis} {kafka}");
    // What is counted was acknowledged before; a batch may be on its way to the counter.
    assert!(redis <= after + 2 * BATCH, "{redis} {after}");
    let there = instance.client(&["verify", "--app", "after", "--count", "10"]).output().expect("the client starts");
    assert!(!there.status.success(), "what was written later is there");
    // New records, keys, groups and members, on what was restored.
    instance.client_must(&["write", "--app", "before", "--start", ENTRIES, "--count", "500"]);
    instance.client_must(&["verify", "--app", "before", "--count", "2500"]);
}

/// Over an instance that runs, where what is replaced has to be kept elsewhere meanwhile: volumes have one name.
fn the_same_comes_back_over_what_runs(instance: &Instance) {
    let before = held(instance);
    instance.client_must(&["write", "--app", "after", "--count", "10"]);
    instance.must(&snapshot(instance, &["restore", "one", "-y"]));
    instance.must(&instance.up(&[]));
    assert_eq!(held(instance), before);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn clients_go_on_with_what_a_snapshot_held_in_processes() {
    clients_go_on(&Instance::new(Engine::Native));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn clients_go_on_with_what_a_snapshot_held_in_containers() {
    let instance = Instance::new(Engine::Docker);
    clients_go_on(&instance);
    the_same_comes_back_over_what_runs(&instance);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_podman_held_is_brought_back_too() {
    let instance = Instance::new(Engine::Docker).variable("DOCKER_HOST", parts::podman_host());
    let up = instance.must(&instance.up(&[]));
    assert!(up.stdout.contains("(Podman ") || up.stderr.contains("(Podman "), "{up:?}");
    instance.client_must(&["write", "--app", "before", "--count", ENTRIES]);
    instance.must(&snapshot(&instance, &["save", "one"]));
    instance.must(&instance.command("reset", &["-y"]));
    instance.must(&snapshot(&instance, &["restore", "one"]));
    instance.must(&instance.up(&[]));
    instance.client_must(&["verify", "--app", "before", "--count", ENTRIES]);
    instance.must(&instance.command("reset", &["-y"]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kraft_data_is_held_and_brought_back_too() {
    let instance = Instance::new(Engine::Native);
    let kraft = ["--set=kafka.mode=kraft"];
    instance.must(&instance.up(&kraft));
    instance.client_must(&["write", "--app", "before", "--count", ENTRIES]);
    instance.must(&snapshot(&instance, &["save", "one"]));
    instance.must(&instance.command("reset", &["-y"]));
    let restored = instance.document(&snapshot(&instance, &["restore", "one"]));
    assert!(restored["start"].as_str().is_some_and(|line| line.ends_with("--set kafka.mode=kraft")), "{restored}");
    instance.must(&instance.up(&kraft));
    instance.client_must(&["verify", "--app", "before", "--count", ENTRIES]);
}

fn killed_in_the_middle(instance: &Instance) {
    instance.must(&instance.up(&[]));
    instance.client_must(&["write", "--app", "before", "--count", ENTRIES]);
    let snapshots: PathBuf = instance.sandbox.path("home/.local/state/karctl/snapshots");
    Writer::start(instance).goes_on(100);
    kill_while_it_copies(instance, &snapshots.join(".saving-cut/kafka.tar"));

    let up = instance.must(&instance.up(&[]));
    assert!(up.stderr.contains("go on, which a command that was cut left"), "{}", up.stderr);
    let mut writer = Writer::start(instance);
    writer.goes_on(1000);
    instance.must(&snapshot(instance, &["save", "whole"]));
    let left: Vec<_> = fs::read_dir(&snapshots).expect("a folder").flatten().map(|entry| entry.file_name()).collect();
    assert_eq!(left, ["whole"]);
    writer.goes_on(1000);
}

/// What stands still is stopped in order too.
fn what_was_left_standing_is_stopped(instance: &Instance) {
    let snapshots: PathBuf = instance.sandbox.path("home/.local/state/karctl/snapshots");
    kill_while_it_copies(instance, &snapshots.join(".saving-cut/kafka.tar"));
    let stopped = instance.document(&instance.command("stop", &[]));
    let actions: Vec<_> = stopped["components"].as_array().expect("a list").iter().map(|one| &one["action"]).collect();
    assert_eq!(actions, ["stopped"; SERVERS.len()]);
    instance.must(&instance.up(&[]));
    instance.client_must(&["verify", "--app", "before", "--count", ENTRIES]);
}

/// Which servers stand still, as `status` tells.
fn paused(instance: &Instance) -> Vec<Value> {
    let status = [instance.command("status", &[]), vec!["-o".to_owned(), "json".to_owned()]].concat();
    let status: Value = serde_json::from_str(&instance.run(&status).stdout).expect("a document");
    status["components"].as_array().expect("a list").iter().map(|server| server["paused"].clone()).collect()
}

/// Signal 9, at a moment when all servers stand still.
fn kill_while_it_copies(instance: &Instance, sign: &std::path::Path) {
    for _ in 0..ATTEMPTS {
        let mut karctl = instance.sandbox.karctl(snapshot(instance, &["save", "cut"])).start();
        let began = Instant::now();
        while !sign.exists() && karctl.try_wait().expect("a child").is_none() {
            assert!(began.elapsed() < TIMEOUT, "nothing happens");
            std::thread::yield_now();
        }
        karctl.kill().ok();
        karctl.wait().expect("it ended");
        if sign.exists() && paused(instance) == [true, true, true] {
            assert!(instance.folder().join("held").exists());
            return;
        }
        // It came to its end before, or further than was meant.
        instance.must(&instance.up(&[]));
        instance.run(&snapshot(instance, &["delete", "cut", "-y"]));
    }
    panic!("it was never killed in time");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_save_that_was_killed_or_interrupted_is_put_right_in_processes() {
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&[]));
    // Enough to copy for a moment in which karctl can be killed; Kafka takes no notice of it.
    fs::write(instance.folder().join("kafka/data/ballast"), vec![7; 200 << 20]).expect("room for it");
    killed_in_the_middle(&instance);
    what_was_left_standing_is_stopped(&instance);
    interrupted_in_the_middle(&instance);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_save_that_was_killed_is_put_right_by_the_next_command_in_containers() {
    killed_in_the_middle(&Instance::new(Engine::Docker));
}

/// Ctrl-C: the servers go on at once, and nothing is left.
fn interrupted_in_the_middle(instance: &Instance) {
    let snapshots: PathBuf = instance.sandbox.path("home/.local/state/karctl/snapshots");
    let sign = snapshots.join(".saving-cut/kafka.tar");
    for _ in 0..ATTEMPTS {
        let mut karctl = instance.sandbox.karctl(snapshot(instance, &["save", "cut"])).start();
        let pid = rustix::process::Pid::from_raw(i32::try_from(karctl.id()).expect("a pid")).expect("a pid");
        let began = Instant::now();
        while !sign.exists() && karctl.try_wait().expect("a child").is_none() {
            assert!(began.elapsed() < TIMEOUT, "nothing happens");
            std::thread::yield_now();
        }
        rustix::process::kill_process(pid, rustix::process::Signal::INT).ok();
        let status = karctl.wait().expect("it ended");
        assert!(!instance.folder().join("held").exists());
        instance.client_must(&["ping"]);
        if status.code() == Some(130) {
            let left: Vec<_> = fs::read_dir(&snapshots).expect("ours").flatten().map(|one| one.file_name()).collect();
            assert_eq!(left, ["whole"]);
            return;
        }
        instance.run(&snapshot(instance, &["delete", "cut", "-y"]));
    }
    panic!("it was never interrupted in time");
}
