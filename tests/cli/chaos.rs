//! `karctl local chaos`, with `sleep` in the servers' place.

use std::time::{Duration, Instant};

use crate::machine::Machine;

#[test]
fn a_server_is_paused_or_killed_and_it_is_said_what_brings_it_back() {
    let machine = Machine::new();
    machine.up(&[]);
    let chaos = |more: &[&str]| machine.karctl(&[&["local", "chaos"], more, &["-o", "json"]].concat());
    let pid = machine.pid("redis");
    let dry = chaos(&["pause", "redis", "--dry-run"]).document("local chaos pause");
    assert_eq!((&dry["dry_run"], machine.state("redis")), (&true.into(), Some('S')));
    for _ in 0..2 {
        let paused = chaos(&["pause", "redis"]).document("local chaos pause");
        assert_eq!((&paused["done"], &paused["undo"]), (&"pause".into(), &"karctl local up".into()));
        assert_eq!((machine.pid("redis"), machine.state("redis")), (pid, Some('T')));
    }
    let killed = chaos(&["kill", "redis"]).document("local chaos kill");
    assert_eq!((&killed["component"], &killed["away_ms"]), (&"redis".into(), &serde_json::Value::Null));
    assert!(machine.karctl(&["local", "status"]).stdout.contains("was killed"));
    let again = chaos(&["kill", "redis"]);
    assert_eq!(again.status, Some(1));
    assert!(
        again.stderr.contains("Redis of `kar` does not run") && again.stderr.contains("KAR110"),
        "{}",
        again.stderr
    );
    assert_eq!(machine.up(&[]).status, Some(0));
    assert_ne!(machine.pid("redis"), pid);
}

#[test]
fn what_an_instance_does_not_have_cannot_be_killed() {
    let machine = Machine::new();
    let nothing = machine.karctl(&["local", "chaos", "kill", "kafka"]);
    assert!(nothing.stderr.contains("no instance `kar`"), "{}", nothing.stderr);
    machine.up(&["--set", "kafka.mode=kraft"]);
    let without = machine.karctl(&["local", "chaos", "pause", "zookeeper"]);
    assert!(without.stderr.contains("`kar` has no ZooKeeper"), "{}", without.stderr);
    assert_eq!((nothing.status, without.status), (Some(1), Some(1)));
}

#[test]
fn what_was_taken_down_meanwhile_is_not_waited_for() {
    let machine = Machine::new();
    machine.up(&[]);
    let pid = machine.pid("redis");
    let line = ["local", "chaos", "kill", "redis", "--for", "1h", "--timeout", "1h"];
    let chaos = machine.sandbox.karctl(line).start();
    let began = Instant::now();
    while machine.pid("redis") == pid && machine.state("redis").is_some_and(|state| state != 'Z') {
        assert!(began.elapsed() < Duration::from_secs(120), "it is not killed");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(machine.karctl(&["local", "down"]).status, Some(0));
    // Told to end, it would bring the server back before.
    let id = i32::try_from(chaos.id()).ok().and_then(rustix::process::Pid::from_raw).expect("an id");
    rustix::process::kill_process(id, rustix::process::Signal::INT).expect("it is ours");
    let ended = chaos.wait_with_output().expect("it ends");
    let told = String::from_utf8_lossy(&ended.stderr);
    assert!(told.contains("`kar` has no Redis any more: it was taken down meanwhile"), "{told}");
    assert_eq!(ended.status.code(), Some(1), "{told}");
}
