//! Ten thousand acknowledged records and keys outlive everything but `reset`, on both engines.
//!
//! Promised on signal 9: whatever was handed to the system stays. Kafka does that before it acknowledges. Redis does it
//! too, but for what it acknowledges while the system is busy with the flush of each second, at most two seconds'
//! worth (`appendfsync everysec`); so Redis is killed here when nothing is held back.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::containers::{Containers, Data};
use crate::instance::{Engine, Instance, SERVERS};
use crate::processes;
use crate::state::State;

const ENTRIES: usize = 10_000;

/// Written before each step, beside the ten thousand.
const MORE: usize = 500;

/// How many are acknowledged before servers are killed under a writer.
const BEFORE_KILL: usize = 3_000;

const TIMEOUT: Duration = Duration::from_secs(60);

/// Entries of the stand-in client, each a record and a key.
struct Ledger<'a> {
    instance: &'a Instance,
    written: usize,
}

impl Ledger<'_> {
    fn write(&mut self, count: usize) {
        let (start, count) = (self.written.to_string(), count.to_string());
        self.instance.client_must(&["write", "--app", "ledger", "--start", &start, "--count", &count]);
        self.written += count.parse::<usize>().expect("a number");
    }

    #[track_caller]
    fn verify(&self) {
        self.instance.client_must(&["verify", "--app", "ledger", "--count", &self.written.to_string()]);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nothing_is_lost_by_stop_kill_down_and_up_in_containers() {
    nothing_is_lost(&Instance::new(Engine::Docker));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nothing_is_lost_by_stop_kill_down_and_up_in_processes() {
    nothing_is_lost(&Instance::new(Engine::Native));
}

fn nothing_is_lost(instance: &Instance) {
    let mut ledger = Ledger { instance, written: 0 };
    instance.must(&instance.up(&[]));
    ledger.write(ENTRIES - MORE);
    ledger.write(MORE);
    instance.must(&instance.command("stop", &[]));
    instance.must(&instance.up(&[]));
    ledger.verify();

    ledger.write(MORE);
    until_redis_holds_nothing_back(instance.ports[1]);
    SERVERS.iter().for_each(|server| instance.kill(server));
    instance.must(&instance.up(&[]));
    ledger.verify();

    ledger.write(MORE);
    let down = instance.document(&instance.command("down", &[]));
    assert_exactly_the_data_is_left(instance, &down["data_left"]);
    instance.must(&instance.up(&[]));
    ledger.verify();

    kill_kafka_under_a_writer(instance);

    let reset = instance.document(&instance.command("reset", &["-y"]));
    assert_eq!(reset["data_deleted"], down["data_left"]);
    assert_nothing_is_left(instance);
}

/// What was acknowledged by the time of the kill is there after it.
fn kill_kafka_under_a_writer(instance: &Instance) {
    let count = (10 * ENTRIES).to_string();
    let mut writer = instance
        .client(&["write", "--app", "cut", "--progress", "--count", &count])
        .spawn()
        .expect("the client starts");
    let mut lines = BufReader::new(writer.stdout.take().expect("a pipe")).lines();
    let is_number = |line: &String| line.bytes().all(|byte| byte.is_ascii_digit());
    let mut acknowledged = lines.by_ref().map_while(Result::ok).take_while(is_number).take(BEFORE_KILL).count();
    instance.kill("kafka");
    instance.kill("zookeeper");
    acknowledged += lines.map_while(Result::ok).take_while(is_number).count();
    assert!(!writer.wait().expect("it ends").success(), "all was written before the kill");
    assert!(acknowledged >= BEFORE_KILL);
    instance.must(&instance.up(&[]));
    instance.client_must(&["verify", "--app", "cut", "--count", &acknowledged.to_string()]);
}

fn until_redis_holds_nothing_back(port: u16) {
    let began = Instant::now();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("Redis listens");
    let mut answer = String::new();
    while !(answer.contains("aof_buffer_length:0") && answer.contains("aof_pending_bio_fsync:0")) {
        assert!(began.elapsed() < TIMEOUT, "{answer}");
        stream.write_all(b"INFO persistence\r\n").expect("it listens");
        answer.clear();
        while !answer.contains("aof_delayed_fsync:") {
            let mut bytes = [0; 4096];
            let read = stream.read(&mut bytes).expect("it answers");
            answer.push_str(&String::from_utf8_lossy(&bytes[..read]));
        }
    }
}

fn assert_exactly_the_data_is_left(instance: &Instance, told: &Value) {
    let told: Vec<_> = told.as_array().expect("a list").iter().map(|place| place.as_str().expect("text")).collect();
    assert_eq!(told.len(), SERVERS.len(), "{told:?}");
    let left = everything(instance);
    for line in left.lines() {
        let is_data = told.iter().any(|place| line.contains(place.trim_start_matches("[ROOT]/home/")));
        let is_way_to_it =
            !line.contains("process") && !line.contains("container") && is_folder_or_record(instance, &line);
        assert!(is_data || is_way_to_it, "{line}");
    }
    assert_eq!(processes::below(&instance.sandbox.path("")), []);
}

/// Folders, and karctl's record of which engine has the data.
fn is_folder_or_record(instance: &Instance, line: &str) -> bool {
    let record = format!("{}/instance.json", instance.name);
    line.contains(": 40") || line.contains(&record) || line.contains(&format!("{}.lock", instance.name))
}

#[track_caller]
fn assert_nothing_is_left(instance: &Instance) {
    let left = everything(instance).lines();
    let of_it: Vec<_> = left.iter().filter(|line| line.contains(&instance.name)).collect();
    assert!(of_it.is_empty(), "{of_it:?}");
    assert_eq!(processes::below(&instance.sandbox.path("")), []);
}

/// What the engine and the user's folders have; each line of it names the instance where it is about it.
fn everything(instance: &Instance) -> State {
    let mut state = State::default();
    Containers::of(&instance.engine_api(), &instance.name).add_to(&mut state, Data::Ignored);
    state.add_folder(&instance.sandbox.path("home"), &|_, _| String::new());
    state
}
