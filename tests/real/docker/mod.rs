//! Instances in containers, on real engines: whatever there is, `up` ends in the same state, and nothing is lost.

mod data;
mod machine;
mod others;
mod pulls;

use machine::{Machine, REAL, TINY};

const CREATED: [&str; 3] = ["zookeeper created", "kafka created", "redis created"];
const UNCHANGED: [&str; 3] = ["zookeeper unchanged", "kafka unchanged", "redis unchanged"];

/// Nothing, again, stopped, killed, paused, half removed, drifted: each is brought to what is wanted.
fn converges(machine: &Machine) {
    assert_eq!(machine.done(&["--dry-run"]), CREATED);
    assert_eq!(machine.residue(), Vec::<String>::new());
    assert_eq!(machine.done(&[]), CREATED);
    assert_eq!(machine.done(&[]), UNCHANGED);

    assert_eq!(machine.local(&["stop"]).status, 0);
    assert_eq!(machine.state("_kafka"), "exited");
    let stopped = ["zookeeper", "kafka", "redis"].map(|component| format!("{component} started (it was stopped)"));
    assert_eq!(machine.done(&[]), stopped);

    machine.docker(&["kill", &machine.of("_kafka")]);
    machine.docker(&["pause", &machine.of("_redis")]);
    machine.docker(&["rm", "--force", &machine.of("_zookeeper")]);
    let half = ["zookeeper created", "kafka started (it exited with code 137)", "redis started (it was paused)"];
    assert_eq!(machine.done(&["--dry-run"]), half);
    assert_eq!(machine.done(&[]), half);

    let drifted = ["zookeeper unchanged", "kafka recreated (its settings differ)", "redis unchanged"];
    assert_eq!(machine.done(&["--set", "kafka.heap=200m"]), drifted);
    assert_eq!(machine.done(&["--set", "kafka.heap=200m"]), UNCHANGED);
}

fn leaves_nothing(machine: &Machine) {
    machine.docker(&["pause", &machine.of("_redis")]);
    assert_eq!(machine.local(&["down"]).status, 0);
    let data = ["_kafka-data", "_redis-data", "_zookeeper-data"].map(|volume| machine.of(volume));
    assert_eq!(machine.residue(), data);
    assert_eq!(machine.done(&[]), CREATED);
    assert_eq!(machine.local(&["reset", "-y"]).status, 0);
    assert_eq!(machine.residue(), Vec::<String>::new());
    assert!(!machine.folder().exists(), "{} is left", machine.folder().display());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn whatever_there_is_ends_in_the_same_state_on_docker() {
    let machine = Machine::on_docker("kt-converge", TINY);
    converges(&machine);
    leaves_nothing(&machine);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn whatever_there_is_ends_in_the_same_state_on_podman() {
    let machine = Machine::on_podman("kt-converge", TINY);
    converges(&machine);
    leaves_nothing(&machine);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_container_that_was_made_and_never_started_is_finished() {
    let machine = Machine::on_docker("kt-created", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    // What a karctl leaves that was killed between making and starting: the labels are all that counts.
    let format = "{{range $k, $v := .Config.Labels}}--label\n{{$k}}={{$v}}\n{{end}}";
    let labels = machine.docker(&["inspect", "-f", format, &machine.of("_redis")]);
    let mut create = vec!["create".to_owned(), "--name".to_owned(), machine.of("_redis"), "--network".to_owned()];
    create.extend([machine.of("-bus"), "--mount".to_owned()]);
    create.push(format!("type=volume,src={},dst=/data", machine.of("_redis-data")));
    create.extend(labels.lines().map(str::to_owned));
    create.push(TINY[1].to_owned());
    machine.docker(&["rm", "--force", &machine.of("_redis")]);
    machine.docker(&create.iter().map(String::as_str).collect::<Vec<_>>());
    let finished = ["zookeeper unchanged", "kafka unchanged", "redis created (it was never started)"];
    assert_eq!(machine.done(&[]), finished);
    assert!(machine.docker(&["exec", &machine.of("_redis"), "cat", "/etc/kar/redis.conf"]).contains("port 6379"));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_network_that_was_made_anew_brings_the_containers_with_it() {
    let machine = Machine::on_docker("kt-network", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    assert_eq!(machine.local(&["stop"]).status, 0);
    machine.docker(&["network", "rm", &machine.of("-bus")]);
    let recreated = ["zookeeper", "kafka", "redis"]
        .map(|component| format!("{component} recreated (it was not on the network {})", machine.of("-bus")));
    assert_eq!(machine.done(&[]), recreated);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_ephemeral_instance_leaves_nothing_and_touches_no_data() {
    let machine = Machine::on_docker("kt-ephemeral", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    let moved = machine.done(&["--ephemeral"]);
    assert!(moved.iter().all(|outcome| outcome.contains("recreated")), "{moved:?}");
    assert_eq!(machine.local(&["down"]).status, 0);
    let data = ["_kafka-data", "_redis-data", "_zookeeper-data"].map(|volume| machine.of(volume));
    assert_eq!(machine.residue(), data);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_kafka_that_was_killed_is_ready_again_at_once() {
    let machine = Machine::on_docker("kt-killed", REAL);
    assert_eq!(machine.ready(&[]).done(), CREATED);
    for victims in [&["_kafka"][..], &["_kafka", "_zookeeper", "_redis"]] {
        for victim in victims {
            machine.docker(&["kill", &machine.of(victim)]);
        }
        let again = machine.ready(&[]);
        assert_eq!(again.status, 0, "{again:?}");
    }
    machine.docker(&["rm", "--force", &machine.of("_kafka")]);
    let again = machine.ready(&[]);
    assert_eq!(again.status, 0, "{again:?}");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn passwords_are_in_private_files_of_the_server_and_nowhere_else() {
    let machine = Machine::on_docker("kt-secure", REAL);
    assert_eq!(machine.ready(&["--secure"]).done(), CREATED);
    for (container, file, owner) in [("_kafka", "kafka-jaas.conf", "appuser"), ("_redis", "users.acl", "redis")] {
        let path = format!("/etc/kar/{file}");
        let listed = machine.docker(&["exec", &machine.of(container), "ls", "-l", &path]);
        assert!(listed.starts_with("-rw-------") && listed.contains(owner), "{listed}");
    }
    let secrets = std::fs::read_to_string(machine.folder().join("secret.json")).expect("the generated passwords");
    let secrets: serde_json::Value = serde_json::from_str(&secrets).expect("a document");
    for component in ["_zookeeper", "_kafka", "_redis"] {
        let shown = machine.docker(&["inspect", &machine.of(component)])
            + &machine.docker(&["logs", &machine.of(component)])
            + &machine.docker(&["top", &machine.of(component), "-o", "pid,args"]);
        for password in ["kafka_password", "redis_password"] {
            let password = secrets[password].as_str().expect("a password");
            assert!(!shown.contains(password), "{component} shows a password");
        }
    }
}
