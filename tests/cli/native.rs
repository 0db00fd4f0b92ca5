//! The native engine with `sleep` in the servers' place: what is made, kept, told and refused. The real servers are
//! tested in `tests/real`.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use serde_json::Value;

use crate::machine::{Machine, free_port};
use crate::sandbox::Finished;

/// `component action` of each outcome, and the reason where there is one.
#[track_caller]
fn actions(finished: &Finished) -> Vec<String> {
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    let document: Value = serde_json::from_str(&finished.stdout).expect("JSON");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let components = document["components"].as_array().expect("components").iter();
    components
        .map(|outcome| {
            let reason = outcome.get("reason").map(|reason| format!(": {}", text(reason))).unwrap_or_default();
            format!("{} {}{reason}", text(&outcome["component"]), text(&outcome["action"]))
        })
        .collect()
}

#[track_caller]
fn fails(finished: &Finished, status: i32, parts: &[&str]) {
    assert_eq!(finished.status, Some(status), "{}", finished.stderr);
    for part in parts {
        assert!(finished.stderr.contains(part), "`{part}` is not in:\n{}", finished.stderr);
    }
}

const ALL_UNCHANGED: [&str; 3] = ["zookeeper unchanged", "kafka unchanged", "redis unchanged"];

#[test]
fn a_second_up_changes_nothing() {
    let machine = Machine::new();
    assert_eq!(actions(&machine.up(&[])), ["zookeeper created", "kafka created", "redis created"]);
    let before = machine.pid("kafka");
    assert_eq!(actions(&machine.up(&[])), ALL_UNCHANGED);
    assert_eq!(machine.pid("kafka"), before);
}

#[test]
fn a_dry_run_says_what_it_would_do_and_does_nothing() {
    let machine = Machine::new();
    assert_eq!(actions(&machine.up(&["--dry-run"])), ["zookeeper created", "kafka created", "redis created"]);
    assert!(!machine.instance("").exists());
}

#[test]
fn what_died_is_started_and_why_is_told() {
    let machine = Machine::new();
    machine.up(&["--set", "kafka.mode=kraft"]);
    machine.kill("kafka");
    let outcomes = actions(&machine.up(&["--set", "kafka.mode=kraft"]));
    assert_eq!(outcomes, ["kafka started: it was killed", "redis unchanged"]);
}

#[test]
fn a_server_that_stands_still_is_told_and_goes_on_with_up() {
    let machine = Machine::new();
    machine.up(&[]);
    let pid = machine.pid("kafka");
    machine.pause("kafka");
    let status = machine.karctl(&["local", "status", "-o", "json"]).document("local status");
    let kafka = &status["components"][1];
    assert_eq!((&kafka["state"], &kafka["paused"], &kafka["answers"]), (&"running".into(), &true.into(), &Value::Null));
    assert_eq!(kafka["problem"], "is paused; `karctl local up` lets it go on");
    assert!(machine.karctl(&["local", "ls"]).stdout.contains("paused"));
    let going_on = ["zookeeper unchanged", "kafka started: it was paused", "redis unchanged"];
    assert_eq!(actions(&machine.up(&["--dry-run"])), going_on);
    assert_eq!(machine.state("kafka"), Some('T'));
    assert_eq!(actions(&machine.up(&[])), going_on);
    assert_eq!(machine.pid("kafka"), pid);
    // It sleeps most of its time, and may run just now.
    assert_ne!(machine.state("kafka"), Some('T'));
    assert_eq!(actions(&machine.up(&[])), ALL_UNCHANGED);
}

#[test]
fn a_server_that_stands_still_ends_as_fast_as_any_other() {
    let machine = Machine::new();
    machine.up(&[]);
    ["zookeeper", "kafka", "redis"].iter().for_each(|server| machine.pause(server));
    // One that does not hear that it is to end is killed only after half a minute, and says so.
    assert_eq!(machine.karctl(&["local", "stop", "--timeout", "20s"]).status, Some(0));
    let started = ["zookeeper started", "kafka started", "redis started"];
    assert_eq!(actions(&machine.up(&[])), started);
}

#[test]
fn a_server_that_differs_is_made_anew_and_the_others_stay() {
    let mut machine = Machine::new();
    machine.up(&[]);
    let kafka = machine.pid("kafka");
    machine.ports.1 = free_port();
    let outcomes = actions(&machine.up(&[]));
    assert_eq!(outcomes, ["zookeeper unchanged", "kafka unchanged", "redis recreated: redis.conf differs"]);
    assert_eq!(machine.pid("kafka"), kafka);
}

#[test]
fn a_configuration_that_was_edited_is_put_right() {
    let machine = Machine::new();
    machine.up(&[]);
    let path = machine.instance("kafka/configuration/server.properties");
    let wanted = fs::read_to_string(&path).expect("there");
    fs::write(&path, format!("{wanted}num.io.threads=1\n")).expect("edited");
    assert_eq!(actions(&machine.up(&[]))[1], "kafka recreated: server.properties differs");
    assert_eq!(fs::read_to_string(&path).expect("there"), wanted);
}

#[test]
fn down_leaves_exactly_the_data_and_reset_nothing() {
    let machine = Machine::new();
    machine.up(&[]);
    assert_eq!(machine.karctl(&["local", "down"]).status, Some(0));
    for server in ["zookeeper", "kafka", "redis"] {
        let left: Vec<_> = fs::read_dir(machine.instance(server)).expect("there").flatten().collect();
        assert_eq!(left.iter().map(|entry| entry.file_name()).collect::<Vec<_>>(), ["data"], "{server}");
    }
    assert!(!machine.instance("native.json").exists());
    assert_eq!(actions(&machine.up(&[])), ["zookeeper created", "kafka created", "redis created"]);
    assert_eq!(machine.karctl(&["local", "reset", "-y"]).status, Some(0));
    let state = machine.sandbox.path("home/.local/state/karctl/local");
    assert_eq!(fs::read_dir(state).expect("there").count(), 0);
}

#[test]
fn an_ephemeral_instance_leaves_nothing_behind_down() {
    let machine = Machine::new();
    machine.up(&["--ephemeral"]);
    assert_eq!(machine.karctl(&["local", "down"]).status, Some(0));
    assert!(!machine.instance("").exists());
}

#[test]
fn data_of_the_other_mode_is_refused_and_left_alone() {
    let machine = Machine::new();
    machine.up(&[]);
    let before = machine.pid("kafka");
    fails(
        &machine.up(&["--set", "kafka.mode=kraft"]),
        1,
        &["was written in ZooKeeper mode", "kafka.mode=zookeeper", "KAR105"],
    );
    assert_eq!(machine.pid("kafka"), before);
    assert_eq!(actions(&machine.up(&[])), ALL_UNCHANGED);
}

#[test]
fn data_of_a_newer_kafka_is_refused() {
    let machine = Machine::new();
    machine.up(&[]);
    machine.karctl(&["local", "down"]);
    let libs = machine.sandbox.path("kafka/libs");
    fs::rename(libs.join("kafka_2.13-3.9.1.jar"), libs.join("kafka_2.13-3.8.0.jar")).expect("renamed");
    fails(&machine.up(&[]), 1, &["was written by Kafka 3.9.1, newer than 3.8.0", "KAR106"]);
}

#[test]
fn data_whose_other_half_is_gone_is_refused() {
    for gone in ["zookeeper", "kafka"] {
        let machine = Machine::new();
        machine.up(&[]);
        // Which cluster the data is of, Kafka itself says, some time after it was started.
        let written = machine.instance("kafka").join("data/log/meta.properties");
        let began = std::time::Instant::now();
        while fs::read(&written).unwrap_or_default().is_empty() {
            assert!(began.elapsed() < std::time::Duration::from_secs(20), "{}", written.display());
            std::thread::sleep(std::time::Duration::from_millis(5));
        }
        machine.karctl(&["local", "down"]);
        fs::remove_dir_all(machine.instance(gone).join("data")).expect("removed");
        fails(&machine.up(&[]), 1, &["is gone", "KAR107", "karctl local reset"]);
    }
}

#[test]
fn a_taken_port_names_its_holder_and_the_flag() {
    let machine = Machine::new();
    let _listener = std::net::TcpListener::bind(("127.0.0.1", machine.ports.0)).expect("free");
    let pid = format!("(pid {})", std::process::id());
    fails(&machine.up(&[]), 1, &[&format!("port {}", machine.ports.0), &pid, "--kafka-port", "KAR101"]);
}

#[test]
fn a_state_file_that_is_cut_is_told_and_nothing_is_touched() {
    let machine = Machine::new();
    machine.up(&[]);
    let (path, pid) = (machine.instance("native.json"), machine.pid("kafka"));
    let whole = fs::read(&path).expect("there");
    fs::write(&path, &whole[..10]).expect("cut");
    fails(&machine.up(&[]), 1, &["native.json", "mv ", "KAR114"]);
    assert_eq!((fs::read(&path).expect("there"), machine.pid("kafka")), (whole[..10].to_vec(), pid));
    fs::write(&path, whole).expect("restored");
}

#[test]
fn a_stale_record_of_another_process_harms_nobody() {
    let machine = Machine::new();
    machine.up(&["--set", "kafka.mode=kraft"]);
    machine.kill("redis");
    let mut other = std::process::Command::new("/bin/sleep").arg("60").spawn().expect("started");
    let path = machine.instance("redis/process.json");
    let stale = fs::read_to_string(&path).expect("there");
    let pid = machine.pid("redis").expect("a pid").to_string();
    fs::write(&path, stale.replace(&pid, &other.id().to_string())).expect("written");
    assert_eq!(machine.karctl(&["local", "stop"]).status, Some(0));
    assert!(other.try_wait().expect("ours").is_none());
    other.kill().expect("ours");
    other.wait().expect("ours");
}

#[test]
fn what_only_containers_can_do_is_refused_with_the_reason() {
    let machine = Machine::new();
    fails(&machine.up(&["--restart", "always"]), 2, &["local.restart", "--engine docker"]);
    assert!(!machine.instance("").exists());
}

#[test]
fn what_was_typed_wrong_is_told_before_what_is_in_the_way() {
    let machine = Machine::new();
    let _listener = std::net::TcpListener::bind(("127.0.0.1", machine.ports.0)).expect("free");
    for more in [&[][..], &["--dry-run"]] {
        fails(&machine.up(&[&["--restart", "always"], more].concat()), 2, &["local.restart"]);
    }
    let libs = machine.sandbox.path("kafka/libs");
    fs::rename(libs.join("kafka_2.13-3.9.1.jar"), libs.join("kafka_2.13-4.0.0.jar")).expect("renamed");
    fails(&machine.up(&[]), 2, &["Kafka 4.0.0 has no ZooKeeper mode"]);
}

#[test]
fn without_java_it_is_said_what_was_looked_for() {
    let machine = Machine::new();
    fs::remove_file(machine.sandbox.path("java/bin/java")).expect("removed");
    fails(&machine.up(&[]), 1, &["no Java 11 or newer", "JAVA_HOME=", "`java` on PATH", "KAR115"]);
}

#[test]
fn without_maven_it_is_said_what_to_install() {
    let machine = Machine::new();
    fs::remove_file(machine.sandbox.path("bin/redis-server")).expect("removed");
    fails(&machine.up(&[]), 1, &["a Redis server is not on this machine", "valkey-server", "KAR116"]);
}

#[test]
fn secrets_are_in_no_argument_and_no_file_that_others_may_read() {
    let machine = Machine::new();
    let password = machine.sandbox.write("work/password", "canary-7f3a");
    let set = format!("redis.password={}", password.display());
    actions(&machine.up(&["--secure", "--set-file", &set]));
    for server in ["zookeeper", "kafka", "redis"] {
        let pid = machine.pid(server).expect("it runs");
        for file in ["cmdline", "environ"] {
            let text = fs::read(format!("/proc/{pid}/{file}")).expect("ours");
            assert!(!String::from_utf8_lossy(&text).contains("canary"), "{server}: {file}");
        }
    }
    let mut folders = vec![machine.instance("")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("ours").flatten() {
            let (path, metadata) = (entry.path(), entry.metadata().expect("ours"));
            let mode = metadata.permissions().mode() & 0o777;
            assert_eq!(mode & 0o077, 0, "{}: {mode:o}", path.display());
            if metadata.is_dir() {
                folders.push(path);
            }
        }
    }
}
