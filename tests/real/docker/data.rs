//! Data that does not fit is refused before anything is changed, and stays as it was.

use super::machine::{Machine, TINY};
use super::{CREATED, UNCHANGED};

/// Plays a Kafka that has started: the tiny image's writes nothing.
fn start_kafka(machine: &Machine, version: u8) {
    let file = machine.home().join("meta.properties");
    std::fs::write(&file, format!("#\nversion={version}\ncluster.id=abc\nbroker.id=0\n")).expect("a file");
    let place = format!("{}:/var/lib/kafka/data/log/meta.properties", machine.of("_kafka"));
    machine.docker(&["cp", &file.display().to_string(), &place]);
}

/// Asserts that `up` refuses with this code, and changes nothing.
fn refuses(machine: &Machine, arguments: &[&str], code: &str) {
    let before = machine.residue();
    let answer = machine.up(arguments);
    let (message, found) = answer.refusal();
    assert!(message.ends_with("nothing was changed") && found == code, "{answer:?}");
    assert_eq!(machine.residue(), before);
}

/// With the containers in place, and with volumes only.
fn refuses_in_either_state(machine: &Machine, arguments: &[&str], code: &str) {
    refuses(machine, arguments, code);
    assert_eq!(machine.state("_kafka"), "running");
    refuses(machine, &[&["--dry-run"], arguments].concat(), code);
    assert_eq!(machine.local(&["down"]).status, 0);
    refuses(machine, arguments, code);
    assert_eq!(machine.done(&[]), CREATED);
}

fn data_of_another_mode_or_a_newer_kafka(machine: &Machine) {
    assert_eq!(machine.done(&[]), CREATED);
    start_kafka(machine, 0);
    assert_eq!(machine.done(&[]), UNCHANGED);
    refuses_in_either_state(machine, &["--set", "kafka.mode=kraft"], "KAR105");
    refuses_in_either_state(machine, &["--set", "kafka.version=3.8.0"], "KAR106");
    let newer = ["--set", "kafka.version=3.9.2"];
    assert_eq!(machine.up(&newer).status, 0);
    assert_eq!(machine.local(&["down"]).status, 0);
    assert_eq!(machine.done(&newer), CREATED);
    refuses(machine, &["--set", "kafka.heap=128m"], "KAR106");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_of_another_mode_or_a_newer_kafka_is_refused_on_docker() {
    data_of_another_mode_or_a_newer_kafka(&Machine::on_docker("kt-data", TINY));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_of_another_mode_or_a_newer_kafka_is_refused_on_podman() {
    data_of_another_mode_or_a_newer_kafka(&Machine::on_podman("kt-data", TINY));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kraft_data_is_refused_in_zookeeper_mode() {
    let machine = Machine::on_docker("kt-kraft", TINY);
    let kraft = ["--set", "kafka.mode=kraft"];
    assert_eq!(machine.done(&kraft), ["kafka created", "redis created"]);
    start_kafka(&machine, 1);
    refuses(&machine, &[], "KAR105");
    assert_eq!(machine.local(&["down"]).status, 0);
    assert_eq!(machine.done(&kraft), ["kafka created", "redis created"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_volume_without_its_other_half_is_refused() {
    for gone in ["_zookeeper-data", "_kafka-data"] {
        let machine = Machine::on_docker("kt-half", TINY);
        assert_eq!(machine.done(&[]), CREATED);
        start_kafka(&machine, 0);
        assert_eq!(machine.local(&["down"]).status, 0);
        machine.docker(&["volume", "rm", &machine.of(gone)]);
        refuses(&machine, &[], "KAR107");
        machine.docker(&["volume", "create", &machine.of("_zookeeper-data")]);
        if gone == "_zookeeper-data" {
            refuses(&machine, &[], "KAR107");
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_mode_may_change_as_long_as_nothing_was_written() {
    let machine = Machine::on_docker("kt-mode", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    let outcomes = machine.done(&["--set", "kafka.mode=kraft"]);
    let removed = "zookeeper removed (Kafka's mode does not need it)";
    assert_eq!(outcomes, ["kafka recreated (its settings differ)", "redis unchanged", removed]);
    assert_eq!(machine.state("_zookeeper"), "");
}
