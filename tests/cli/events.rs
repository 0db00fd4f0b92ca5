//! `--progress json`: every line of stderr is an event, and the last one tells the outcome.

use std::net::TcpListener;

use serde_json::{Value, json};

use crate::machine::Machine;
use crate::sandbox::Sandbox;

const EVENTS: [&str; 2] = ["--progress", "json"];

/// The kind of each event.
fn told(events: &[Value]) -> Vec<&str> {
    events.iter().map(|event| event["event"].as_str().expect("a name")).collect()
}

#[test]
fn an_up_is_told_by_events_alone() {
    let machine = Machine::new();
    let up = machine.up(&[&EVENTS[..], &["-vv", "--pull", "always"]].concat());
    let events = up.events();
    assert_eq!(events.last(), Some(&json!({ "event": "finished", "status": 0 })));
    assert!(told(&events).contains(&"note") && told(&events).contains(&"trace"), "{events:#?}");
    up.document("local up");
    assert_eq!(told(&machine.up(&EVENTS).events()), ["finished"]);
}

#[test]
fn a_time_out_is_the_last_event() {
    let machine = Machine::new();
    machine.up(&[]);
    let ports = [machine.ports.0, machine.ports.1].map(|port| port.to_string());
    let line = ["local", "up", "--engine", "native", "--kafka-port", &ports[0], "--redis-port", &ports[1]];
    let waiting = machine.karctl(&[&line[..], &["--timeout", "1s"], &EVENTS].concat());
    let events = waiting.events();
    assert!(told(&events).contains(&"started"), "{events:#?}");
    let last = events.last().expect("an outcome");
    assert_eq!((last["event"].as_str(), last["status"].as_u64()), (Some("failed"), Some(4)), "{last:#}");
}

#[test]
fn a_failure_in_the_middle_is_the_last_event_with_its_code_and_what_to_do() {
    let machine = Machine::new();
    let _listener = TcpListener::bind(("127.0.0.1", machine.ports.0)).expect("free");
    let events = machine.up(&EVENTS).events();
    let last = events.last().expect("an outcome");
    assert_eq!((last["event"].as_str(), last["code"].as_str()), (Some("failed"), Some("KAR101")));
    assert!(last["hints"][0].as_str().is_some_and(|hint| hint.contains("--kafka-port")), "{last:#}");
}

#[test]
fn a_failure_is_one_event() {
    let stderr = "{\"event\":\"failed\",\"text\":\"there is no code `zzz`\",\
                  \"hints\":[\"`karctl explain` lists every code\"],\"code\":null,\"status\":2}\n";
    Sandbox::new().karctl(["explain", "zzz", "--progress", "json"]).stderr(stderr).status(2);
}

#[test]
fn a_difference_that_was_found_is_no_failure() {
    let line = ["env", "file", "services.yaml", "--check", "--progress", "json"];
    let sandbox = Sandbox::new();
    sandbox.write("work/services.yaml", "kafka_brokers: 127.0.0.1:1\n");
    let events = sandbox.karctl(line).output().events();
    assert_eq!(events, [json!({ "event": "finished", "status": 3 })]);
}

#[test]
fn a_mistake_in_the_options_is_an_event_too() {
    let line = ["local", "up", "--progress=json", "--kafka-prot", "1"];
    let finished = Sandbox::new().karctl(line).output();
    assert_eq!((finished.status, finished.stdout.as_str()), (Some(2), ""));
    let events = finished.events();
    assert_eq!(events[0]["text"], "unexpected argument '--kafka-prot' found");
    assert_eq!(events[0]["hints"], json!(["a similar argument exists: '--kafka-port'"]));
}
