//! What belongs to others: containers of the same name, holders of a port, applications on the network, and compose.

use super::CREATED;
use super::machine::{Machine, TINY};

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn foreign_containers_are_refused_and_replaced_on_request() {
    let machine = Machine::on_docker("kt-foreign", TINY);
    machine.docker(&["network", "create", &machine.of("-bus")]);
    let volume = machine.of("-old");
    machine.docker(&["run", "-d", "--name", &machine.of("_kafka"), "-v", &format!("{volume}:/old"), TINY[0]]);
    let before = machine.residue();
    for arguments in [&[][..], &["--dry-run"]] {
        let answer = machine.up(arguments);
        let message = format!("the container {} is not karctl's", machine.of("_kafka"));
        assert_eq!(answer.refusal(), (message.as_str(), "KAR104"));
        assert!(!machine.folder().exists(), "karctl remembers an instance that it did not make");
        assert_eq!(machine.residue(), before);
    }
    let replaced = ["zookeeper created", "kafka recreated (it was not karctl's)", "redis created"];
    assert_eq!(machine.done(&["--replace"]), replaced);
    assert!(machine.residue().contains(&volume));
    // The network of the original is used as it is, and stays.
    assert_eq!(machine.local(&["reset", "-y"]).status, 0);
    assert_eq!(machine.residue(), [machine.of("-bus"), volume]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_port_that_another_container_has_is_told_with_its_name() {
    let machine = Machine::on_docker("kt-port", TINY);
    let holder = machine.of("-holder");
    // On another address of the host, so that only the engine notices.
    let port = format!("127.0.0.1:{}:1", machine.redis_port);
    machine.docker(&["run", "-d", "--name", &holder, "-p", &port, TINY[0]]);
    let answer = machine.up(&[]);
    let (message, code) = answer.refusal();
    let expected = format!("port {}, which Redis needs, is taken", machine.redis_port);
    assert!(message.starts_with(&expected) && code == "KAR101", "{answer:?}");
    assert_eq!(machine.state("_redis"), "");
    machine.docker(&["rm", "--force", &holder]);
    assert_eq!(machine.up(&[]).status, 0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn down_lists_what_is_attached_and_force_removes_applications_only() {
    let machine = Machine::on_docker("kt-attached", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    let (app, other) = (machine.of("-app"), machine.of("-other"));
    let network = machine.of("-bus");
    let label = "kar.ibm.com/app=hello";
    machine.docker(&["run", "-d", "--name", &app, "--network", &network, "--label", label, TINY[0]]);
    machine.docker(&["run", "-d", "--name", &other, "--network", &network, TINY[0]]);
    let answer = machine.local(&["down"]);
    assert_eq!(answer.refusal().0, format!("{network} is still used by {app}, {other}"));
    assert_eq!(machine.state("_kafka"), "running");
    let forced = machine.local(&["down", "--force"]);
    assert_eq!(forced.status, 0, "{forced:?}");
    assert_eq!((machine.state("-app").as_str(), machine.state("-other").as_str()), ("", "running"));
    assert!(!machine.residue().contains(&network));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn compose_sees_an_instance_and_can_take_it_down() {
    let machine = Machine::on_docker("kt-compose", TINY);
    assert_eq!(machine.done(&[]), CREATED);
    let project = ["compose", "--project-name", &machine.name];
    let compose = |arguments: &[&str]| machine.docker(&[&project, arguments].concat());
    let file = machine.folder().join("compose.yaml").display().to_string();
    let listed = compose(&["ls"]);
    let line = listed.lines().find(|line| line.starts_with(&machine.name)).unwrap_or_default();
    assert!(line.contains("running(3)") && line.contains(&file), "{listed}");
    let services = compose(&["ps", "--services"]);
    let mut services: Vec<_> = services.lines().collect();
    services.sort_unstable();
    assert_eq!(services, ["kafka", "redis", "zookeeper"]);
    compose(&["logs"]);
    machine.docker(&["compose", "--file", &file, "config", "--quiet"]);
    compose(&["down"]);
    let data = ["_kafka-data", "_redis-data", "_zookeeper-data"].map(|volume| machine.of(volume));
    assert_eq!(machine.residue(), data);
    assert_eq!(machine.done(&[]), CREATED);
}
