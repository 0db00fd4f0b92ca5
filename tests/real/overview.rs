//! `karctl status` of an instance in which applications run, as KAR lays them out in Kafka and Redis.

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::instance::{Engine, Instance};

/// The instance, as `karctl status` has it.
fn place(instance: &Instance) -> Value {
    let finished = instance.sandbox.karctl(["status", "-o", "json", "--timeout", "60s"]).output();
    let document = finished.document("status");
    let places = document["places"].as_array().expect("a list");
    places.iter().find(|place| place["kind"] == "instance").cloned().unwrap_or_else(|| panic!("{finished:?}"))
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn applications_of_a_secure_instance_are_told_from_kafka_and_redis() {
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&["--secure"]));
    let empty = place(&instance);
    assert_eq!(empty["state"], "healthy", "{empty:#}");
    assert_eq!(empty["applications"], json!({ "applications": [], "subscriptions": [], "complete": true }));

    let members = ["--service=greeter", "--actors=Cafe,Table"].map(|offer| {
        let mut client = instance.client(&["join", "--app=shop", "--placed=3", offer]);
        let mut child = client.stdin(Stdio::piped()).spawn().expect("the client starts");
        let mut line = String::new();
        // It prints a document at its end, for which somebody has to listen.
        let mut stdout = BufReader::new(child.stdout.take().expect("a pipe"));
        stdout.read_line(&mut line).expect("text");
        assert_eq!(line, "joined\n", "{:?}", child.try_wait());
        (child, stdout)
    });
    instance.client_must(&["mesh", "--app=left", "--keep", "--takeover=false"]);

    let seen = place(&instance);
    let apps = &seen["applications"]["applications"];
    let shop = json!({
        "name": "shop", "processes": 2, "is_rebalancing": false, "services": [{ "name": "greeter", "processes": 1 }],
        "actors": [
            { "name": "Cafe", "processes": 1, "placements": 3 }, { "name": "Table", "processes": 1, "placements": 3 },
        ],
        "records": 0, "lag": null, "keys": 6,
    });
    assert_eq!(apps.as_array().map(Vec::len), Some(2), "{seen:#}");
    assert_eq!(apps[1], shop);
    // Its members have left; what they wrote is there.
    assert_eq!((&apps[0]["name"], &apps[0]["processes"]), (&"left".into(), &0.into()));
    assert!(apps[0]["keys"].as_u64().is_some_and(|keys| keys > 0), "{seen:#}");
    let text = instance.sandbox.karctl(["status"]).output().stdout;
    assert!(text.contains("APPLICATION  INSTANCE"), "{text}");
    assert!(text.contains("Cafe (3), Table (3)"), "{text}");

    // One that does not answer holds up the next one that joins; meanwhile Kafka tells nothing of what they offer.
    let held = Pid::from_child(&members[0].0);
    kill_process(held, Signal::STOP).expect("it runs");
    let mut client = instance.client(&["join", "--app=shop"]);
    let mut joining = client.stdin(Stdio::piped()).stdout(Stdio::null()).spawn().expect("the client starts");
    let began = Instant::now();
    while place(&instance)["applications"]["applications"][1]["is_rebalancing"] != true {
        assert!(began.elapsed() < Duration::from_secs(60), "{:#}", place(&instance));
    }
    kill_process(held, Signal::CONT).expect("it runs");
    drop(joining.stdin.take());
    joining.wait().expect("it ends");

    for (mut child, _stdout) in members {
        drop(child.stdin.take());
        assert!(child.wait().expect("it ends").success());
    }
    instance.must(&instance.command("down", &[]));
    assert_eq!(place(&instance)["state"], "stopped");
}
