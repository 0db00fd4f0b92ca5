//! `--progress json` with real servers: stderr holds events and nothing else, from the first step to the outcome.

use std::net::TcpListener;

use serde_json::Value;

use crate::instance::{Engine, Instance};

const EVENTS: &str = "--progress=json";

/// The steps of a kind of event.
fn steps<'a>(events: &'a [Value], kind: &str) -> Vec<&'a str> {
    let of_kind = events.iter().filter(|event| event["event"] == kind);
    of_kind.map(|event| event["step"].as_str().expect("a step")).collect()
}

fn an_up_is_told(engine: Engine) {
    let instance = Instance::new(engine);
    let up = instance.must(&instance.up(&[EVENTS, "-o", "json"]));
    let events = up.events();
    assert_eq!(up.document("local up")["ready"], true);
    assert_eq!(events.last().map(|event| &event["event"]), Some(&Value::from("finished")));
    let done = steps(&events, "done");
    assert!(!done.is_empty(), "{events:#?}");
    assert!(done.iter().all(|step| steps(&events, "started").contains(step)), "{events:#?}");
    let reset = instance.must(&instance.command("reset", &["-y", EVENTS]));
    assert_eq!(reset.events().last().map(|event| &event["event"]), Some(&Value::from("finished")));
}

fn taken_port() -> (TcpListener, u16) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = listener.local_addr().expect("it is bound").port();
    (listener, port)
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_up_is_told_by_events_alone_with_containers() {
    an_up_is_told(Engine::Docker);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_up_is_told_by_events_alone_with_processes() {
    an_up_is_told(Engine::Native);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_taken_port_is_the_last_event_and_so_is_a_time_out() {
    let mut instance = Instance::new(Engine::Native);
    let (_listener, taken) = taken_port();
    let free = std::mem::replace(&mut instance.ports[1], taken);
    let refused = instance.run(&instance.up(&[EVENTS]));
    let events = refused.events();
    let last = events.last().expect("an outcome");
    assert_eq!((&last["event"], &last["code"]), (&Value::from("failed"), &Value::from("KAR101")), "{last:#}");
    instance.ports[1] = free;
    let late = instance.run(&instance.up(&[EVENTS, "--timeout=1s"]));
    let events = late.events();
    assert_eq!((late.status, &events[events.len() - 1]["status"]), (Some(4), &Value::from(4)), "{events:#?}");
}
