//! `karctl local snapshot` on instances that do not run, with `sleep` in the servers' place: what is kept, brought back,
//! refused, and left by a command that was cut. Servers that run are in `tests/real`.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use serde_json::json;

use crate::check::scenarios::docker::{Engine, serve};
use crate::machine::Machine;
use crate::sandbox::Finished;

const SERVERS: [&str; 3] = ["zookeeper", "kafka", "redis"];

/// An instance that was stopped, with data of which every byte is known.
fn stopped() -> Machine {
    let machine = Machine::new();
    done(&machine.up(&[]));
    done(&machine.karctl(&["local", "stop"]));
    for server in SERVERS {
        let data = machine.instance(server).join("data");
        fs::create_dir_all(data.join("deep/er")).expect("a folder");
        fs::write(data.join("deep/er/file"), server).expect("a file");
        // As a Kafka leaves it that ended in good order.
        fs::create_dir_all(data.join("log")).expect("a folder");
        fs::write(data.join("log/.kafka_cleanshutdown"), "").expect("a file");
        fs::write(data.join("zeros"), vec![0; 1 << 20]).expect("a file");
    }
    machine
}

fn snapshots(machine: &Machine) -> PathBuf {
    machine.sandbox.path("home/.local/state/karctl/snapshots")
}

/// Every file of the data, with its content.
fn data(machine: &Machine) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    SERVERS.iter().for_each(|server| add(&machine.instance(server).join("data"), &mut files));
    files
}

fn add(folder: &Path, files: &mut BTreeMap<PathBuf, Vec<u8>>) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        match entry.file_type().expect("ours").is_dir() {
            true => add(&entry.path(), files),
            false => drop(files.insert(entry.path(), fs::read(entry.path()).expect("ours"))),
        }
    }
}

#[track_caller]
fn done(finished: &Finished) {
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
}

#[track_caller]
fn fails(finished: &Finished, status: i32, parts: &[&str]) {
    assert_eq!(finished.status, Some(status), "{}", finished.stderr);
    for part in parts {
        assert!(finished.stderr.contains(part), "`{part}` is not in:\n{}", finished.stderr);
    }
}

fn snapshot(machine: &Machine, more: &[&str]) -> Finished {
    machine.karctl(&[&["local", "snapshot"], more].concat())
}

#[test]
fn what_was_saved_comes_back_after_a_reset_byte_by_byte() {
    let machine = stopped();
    let before = data(&machine);
    let saved = snapshot(&machine, &["save", "one", "-o", "json"]).document("local snapshot save");
    assert_eq!(saved["manifest"]["kafka"]["kafka_version"], "3.9.1");
    assert_eq!(saved["manifest"]["kafka"]["mode"], "zookeeper");
    assert!(saved["manifest"]["paused_ms"].is_null());
    done(&machine.karctl(&["local", "reset", "-y"]));
    assert!(data(&machine).is_empty());
    let listed = snapshot(&machine, &["list", "-o", "json"]).document("local snapshot list");
    assert_eq!(
        (&listed["snapshots"][0]["name"], &listed["snapshots"][0]["manifest"]),
        (&"one".into(), &saved["manifest"])
    );
    // Nothing is replaced, so nobody is asked.
    let restored = snapshot(&machine, &["restore", "one", "-o", "json"]).document("local snapshot restore");
    assert_eq!((&restored["start"], &restored["replaced"]), (&"karctl local up".into(), &json!([])));
    assert_eq!(data(&machine), before);
    assert!(machine.karctl(&["local", "ls"]).stdout.contains("data only"));
    done(&machine.up(&[]));
    let deleted = snapshot(&machine, &["delete", "one", "-y", "-o", "json"]).document("local snapshot delete");
    assert_eq!(deleted["name"], "one");
    assert!(!snapshots(&machine).exists());
}

#[test]
fn a_snapshot_is_for_its_owners_eyes_and_zeros_take_no_room() {
    let machine = stopped();
    done(&snapshot(&machine, &["save", "one"]));
    let mode = |path: &Path| fs::metadata(path).expect("ours").permissions().mode() & 0o777;
    assert_eq!((mode(&snapshots(&machine)), mode(&snapshots(&machine).join("one"))), (0o700, 0o700));
    for file in ["manifest.json", "kafka.tar", "zookeeper.tar", "redis.tar"] {
        assert_eq!(mode(&snapshots(&machine).join("one").join(file)), 0o600, "{file}");
    }
}

#[test]
fn a_name_is_taken_once_and_a_dry_run_takes_none() {
    let machine = stopped();
    let dry = snapshot(&machine, &["save", "one", "--dry-run", "-o", "json"]).document("local snapshot save");
    assert!(dry["manifest"].is_null() && !snapshots(&machine).exists());
    done(&snapshot(&machine, &["save", "one"]));
    fails(&snapshot(&machine, &["save", "one"]), 1, &["there is a snapshot `one` already", "snapshot delete one"]);
    fails(&snapshot(&machine, &["restore", "ona"]), 1, &["no snapshot `ona`", "the nearest is `one`", "KAR550"]);
    fails(&snapshot(&machine, &["delete", "two", "-y"]), 1, &["no snapshot `two`", "KAR550"]);
    fails(&snapshot(&machine, &["save", "../one"]), 2, &["cannot be the name of a snapshot"]);
    let before = data(&machine);
    let dry = snapshot(&machine, &["restore", "one", "--dry-run", "-o", "json"]).document("local snapshot restore");
    assert_eq!((&dry["dry_run"], dry["replaced"].as_array().map(Vec::len)), (&true.into(), Some(3)));
    done(&snapshot(&machine, &["delete", "one", "--dry-run"]));
    assert!(snapshots(&machine).join("one").exists());
    assert_eq!(data(&machine), before);
}

#[test]
fn what_is_there_is_replaced_after_asking_only_and_the_instance_is_stopped_for_it() {
    let machine = stopped();
    let before = data(&machine);
    done(&snapshot(&machine, &["save", "one"]));
    fs::write(machine.instance("redis/data/deep/er/file"), "later").expect("written");
    fs::write(machine.instance("kafka/data/new"), "later").expect("written");
    done(&machine.up(&[]));
    let pid = machine.pid("kafka");
    let question = "Stop `kar`, and replace all data of Kafka and Redis of `kar`";
    fails(&snapshot(&machine, &["restore", "one"]), 2, &[question, "give -y"]);
    assert_eq!(machine.pid("kafka"), pid);
    let restored = snapshot(&machine, &["restore", "one", "-y", "-o", "json"]).document("local snapshot restore");
    assert_eq!(restored["stopped"], true);
    assert_eq!((data(&machine), machine.pid("kafka")), (before, None));
    done(&machine.up(&[]));
}

#[test]
fn a_snapshot_goes_into_another_instance_and_both_live() {
    let machine = stopped();
    done(&snapshot(&machine, &["save", "one"]));
    let restored = snapshot(&machine, &["restore", "one", "--name", "other", "-o", "json"]);
    let restored = restored.document("local snapshot restore");
    assert_eq!(restored["start"], "karctl local up --name other");
    let file = machine.sandbox.read("home/.local/state/karctl/local/other/redis/data/deep/er/file");
    assert_eq!(file, "redis");
    done(&machine.karctl(&["local", "reset", "--name", "other", "-y"]));
    assert_eq!(machine.sandbox.read("home/.local/state/karctl/local/kar/redis/data/deep/er/file"), "redis");
}

#[test]
fn what_does_not_fit_is_refused_and_the_data_stays() {
    let machine = stopped();
    done(&snapshot(&machine, &["save", "one"]));
    done(&machine.karctl(&["local", "reset", "-y"]));
    done(&machine.up(&["--set", "kafka.mode=kraft"]));
    fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["in zookeeper mode", "KAR105", "--name"]);
    assert!(machine.pid("kafka").is_some());
    done(&machine.karctl(&["local", "reset", "-y"]));
    let libs = machine.sandbox.path("kafka/libs");
    fs::rename(libs.join("kafka_2.13-3.9.1.jar"), libs.join("kafka_2.13-3.8.0.jar")).expect("renamed");
    done(&machine.up(&[]));
    fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["by Kafka 3.9.1, newer than 3.8.0", "KAR106"]);
    done(&machine.karctl(&["local", "reset", "-y"]));
    done(&machine.up(&["--ephemeral"]));
    fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["keeps nothing beyond"]);
    let nothing = ["--name", "nothing"];
    fails(&snapshot(&machine, &[&["save", "two"], &nothing[..]].concat()), 1, &["no instance `nothing`", "KAR110"]);
}

#[test]
fn a_snapshot_that_is_not_what_was_saved_is_told_before_anything_is_touched() {
    let machine = stopped();
    done(&snapshot(&machine, &["save", "one"]));
    let before = data(&machine);
    let path = snapshots(&machine).join("one/redis.tar");
    let whole = fs::read(&path).expect("ours");
    let mut damaged = whole.clone();
    let last = damaged.iter().rposition(|&byte| byte != 0).expect("a byte");
    damaged[last] ^= 1;
    for content in [&damaged[..], &whole[..512]] {
        fs::write(&path, content).expect("ours");
        fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["redis.tar is not what was saved", "KAR551"]);
    }
    fs::remove_file(&path).expect("ours");
    fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["redis.tar cannot be read", "KAR551"]);
    fs::write(&path, whole).expect("ours");
    let manifest = snapshots(&machine).join("one/manifest.json");
    fs::write(&manifest, r#"{"version": 2, "else": 1}"#).expect("ours");
    fails(&snapshot(&machine, &["restore", "one", "-y"]), 1, &["it was written by a newer karctl", "KAR551"]);
    assert!(snapshot(&machine, &["list"]).stdout.contains("newer karctl"));
    assert_eq!(data(&machine), before);
    done(&snapshot(&machine, &["delete", "one", "-y"]));
}

#[test]
fn a_restore_that_was_cut_is_told_finished_or_taken_away() {
    let machine = stopped();
    let before = data(&machine);
    done(&snapshot(&machine, &["save", "one"]));
    let cut = || {
        // Between Kafka and Redis: one has the new, the other the old, both beside what was.
        let (data, old) = (machine.instance("kafka/data"), machine.instance("kafka/data.old"));
        fs::rename(&data, &old).expect("renamed");
        fs::create_dir(&data).expect("made");
        fs::create_dir_all(machine.instance("redis/data.new")).expect("made");
        fs::write(machine.instance("restoring.json"), r#"{"snapshot": "one"}"#).expect("written");
    };
    cut();
    let told = ["restoring `one` into `kar` was cut", "snapshot restore one", "KAR552"];
    fails(&machine.up(&[]), 1, &told);
    fails(&snapshot(&machine, &["save", "two"]), 1, &told);
    done(&snapshot(&machine, &["restore", "one", "-y"]));
    assert_eq!(data(&machine), before);
    assert!(!machine.instance("kafka/data.old").exists() && !machine.instance("redis/data.new").exists());
    done(&machine.up(&[]));
    done(&machine.karctl(&["local", "down"]));
    cut();
    done(&machine.karctl(&["local", "reset", "-y"]));
    assert!(!machine.instance("").exists());
}

/// An instance on the native engine, or on one of containers that has these volumes and a container of somebody else.
fn record(machine: &Machine, volumes: Option<&'static [&'static str]>) {
    let socket = machine.sandbox.path("work/docker.sock");
    if let Some(volumes) = volumes {
        let time = jiff::Timestamp::now().to_string();
        serve(&socket, Engine { time, memory: 8 << 30, containers: &[("kar_snapshot", None)], volumes });
    }
    let record = match volumes {
        Some(_) => json!({ "version": 1, "engine": "docker", "endpoint": format!("unix://{}", socket.display()) }),
        None => json!({ "version": 1, "engine": "native", "endpoint": null }),
    };
    machine.sandbox.write("home/.local/state/karctl/local/kar/instance.json", record.to_string());
}

#[test]
fn a_container_of_somebody_else_with_the_name_of_the_one_for_copying_stays() {
    let machine = Machine::new();
    record(&machine, Some(&["kar_redis-data"]));
    // The engine refuses to remove anything.
    let told = ["there is a container `kar_snapshot` that is not karctl's", "KAR104"];
    fails(&snapshot(&machine, &["save", "one"]), 1, &told);
}

#[test]
fn what_a_restore_that_was_cut_keeps_goes_only_with_a_reset_that_names_it() {
    let machine = Machine::new();
    // As it is left: the volumes are gone and the old data is in archives, or it is beside the new.
    for (engine, kept) in [(Some(&[][..]), "replaced"), (None, "kafka/data.old")] {
        record(&machine, engine);
        fs::create_dir_all(machine.instance(kept)).expect("made");
        fs::write(machine.instance(kept).join("kafka.tar"), "the only copy").expect("written");
        fs::write(machine.instance("restoring.json"), r#"{"snapshot": "one"}"#).expect("written");
        let down = machine.karctl(&["local", "down", "-o", "json"]).document("local down");
        assert!(down["data_left"][0].as_str().is_some_and(|left| left.ends_with(kept)), "{down}");
        done(&machine.karctl(&["local", "down"]));
        let asked = machine.karctl(&["local", "reset"]);
        fails(&asked, 2, &["Delete all data of Kafka and Redis of `kar`", kept, "give -y"]);
        let dry = machine.karctl(&["local", "reset", "--dry-run", "-o", "json"]).document("local reset");
        assert!(dry["data_deleted"][0].as_str().is_some_and(|data| data.ends_with(kept)), "{dry}");
        fails(&machine.up(&[]), 1, &["KAR552"]);
        assert_eq!(fs::read(machine.instance(kept).join("kafka.tar")).expect("kept"), b"the only copy");
        let reset = machine.karctl(&["local", "reset", "-y", "-o", "json"]).document("local reset");
        assert!(reset["data_deleted"][0].as_str().is_some_and(|data| data.ends_with(kept)), "{reset}");
        assert!(!machine.instance("").exists());
    }
}

#[test]
fn what_a_save_that_was_cut_left_is_gone_with_the_next_and_its_servers_go_on() {
    let machine = stopped();
    fs::create_dir_all(snapshots(&machine).join(".saving-one")).expect("made");
    fs::write(snapshots(&machine).join(".saving-one/kafka.tar"), "half").expect("written");
    assert!(snapshot(&machine, &["list"]).stdout.starts_with("No snapshots"));
    done(&snapshot(&machine, &["save", "one"]));
    assert!(!snapshots(&machine).join(".saving-one").exists());

    done(&machine.up(&[]));
    fs::write(machine.instance("held"), "").expect("written");
    SERVERS.iter().for_each(|server| machine.pause(server));
    assert!(machine.karctl(&["local", "status"]).stdout.contains("is paused; `karctl local up` lets it go on"));
    let finished = machine.up(&[]);
    assert!(finished.stderr.contains("go on, which a command that was cut left"), "{}", finished.stderr);
    assert!(SERVERS.iter().all(|server| machine.state(server) == Some('S')));
    assert!(!machine.instance("held").exists());
}

#[test]
fn servers_that_run_and_cannot_be_brought_to_one_point_are_left_alone() {
    let machine = stopped();
    done(&machine.up(&[]));
    // Nobody answers in the place of Redis.
    let refused = ["Redis runs and does not answer", "karctl local stop", "KAR553"];
    fails(&snapshot(&machine, &["save", "one"]), 1, &refused);
    assert!(SERVERS.iter().all(|server| machine.state(server) == Some('S')));
    machine.pause("kafka");
    fails(&snapshot(&machine, &["save", "one"]), 1, &["Kafka of `kar` is paused", "karctl local up"]);
    assert_eq!(machine.state("kafka"), Some('T'));
    assert!(snapshot(&machine, &["list"]).stdout.starts_with("No snapshots"));
    assert_eq!(fs::read_dir(snapshots(&machine)).map_or(0, Iterator::count), 0);
}
