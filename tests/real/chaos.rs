//! `karctl local chaos --for`: a server that was killed or paused comes back by itself, with all that it had.

use crate::instance::{Engine, Instance};

fn comes_back(instance: &Instance, servers: &[&str], up: &[&str]) {
    instance.must(&instance.up(up));
    instance.client_must(&["write", "--app", "kept", "--count", "500"]);
    for server in servers {
        for blow in ["kill", "pause"] {
            let line = ["local", "chaos", blow, server, "--for", "1s", "--name", &instance.name].map(str::to_owned);
            let chaos = instance.document(&line);
            assert!(chaos["away_ms"].as_u64() >= Some(1000) && chaos["recovery_ms"].is_u64(), "{chaos}");
            assert!(chaos["undo"].is_null(), "{chaos}");
            instance.client_must(&["verify", "--app", "kept", "--count", "500"]);
        }
    }
    let up = instance.document(&instance.up(up));
    assert!(up["components"].as_array().expect("a list").iter().all(|one| one["action"] == "unchanged"), "{up}");
    instance.must(&instance.command("reset", &["-y"]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn servers_come_back_from_chaos_in_processes() {
    comes_back(&Instance::new(Engine::Native), &["kafka", "redis", "zookeeper"], &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn servers_come_back_from_chaos_in_containers() {
    comes_back(&Instance::new(Engine::Docker), &["kafka", "redis"], &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kafka_comes_back_from_chaos_without_zookeeper() {
    comes_back(&Instance::new(Engine::Native), &["kafka"], &["--set=kafka.mode=kraft"]);
}
