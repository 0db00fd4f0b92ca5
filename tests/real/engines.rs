//! The parts themselves: both engines answer and have the images, the programs start.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::parts;

const IMAGES: [&str; 5] =
    ["karctl-test/kafka:3.9.1", "karctl-test/kafka:4.1.1", "karctl-test/redis:7.0", "karctl-test/tiny:1", "registry:2"];
const TIMEOUT: Duration = Duration::from_secs(30);

/// Sends one GET to the engine and returns its whole answer, headers included.
fn get(host: &str, path: &str) -> String {
    let socket = host.strip_prefix("unix://").expect("a unix:// address");
    let mut stream = UnixStream::connect(socket).expect("an engine listens on its socket");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out is accepted");
    write!(stream, "GET {path} HTTP/1.0\r\nHost: engine\r\n\r\n").expect("a request is taken");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("an answer arrives");
    answer
}

fn assert_ready(host: &str) {
    assert!(get(host, "/_ping").ends_with("OK"), "{host} does not answer a ping");
    for image in IMAGES {
        let answer = get(host, &format!("/v1.41/images/{image}/json"));
        assert!(answer.contains(" 200 "), "{image} in {host}: {answer}");
    }
}

fn assert_starts(program: &Path, arguments: &[&str], variables: &[(&str, &Path)]) {
    let output = Command::new(program)
        .args(arguments)
        .envs(variables.iter().copied())
        .output()
        .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
    assert!(output.status.success(), "{}: {output:?}", program.display());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn docker_answers_and_has_the_images() {
    assert_ready(&parts::docker_host());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn podman_answers_and_has_the_images() {
    assert_ready(&parts::podman_host());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kind_starts_and_its_engine_has_the_node_image() {
    let (host, image) = (parts::kind_host(), parts::kind_node_image());
    assert_starts(&parts::kind(), &["version"], &[]);
    for image in ["registry:2", &image] {
        let answer = get(&host, &format!("/v1.41/images/{image}/json"));
        assert!(answer.contains(" 200 "), "{image} in {host}: {answer}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn compose_lists_the_projects_of_the_engine() {
    let host = parts::docker_host();
    assert_starts(
        Path::new("docker"),
        &["compose", "ls", "--all"],
        &[("DOCKER_CONFIG", &parts::compose_config()), ("DOCKER_HOST", Path::new(&host))],
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nushell_and_dotenv_start() {
    let readers = parts::readers();
    assert_starts(&readers.join("bin/nu"), &["--version"], &[]);
    assert_starts(
        Path::new("node"),
        &["-e", "require('dotenv').parse('A=1')"],
        &[("NODE_PATH", &readers.join("node_modules"))],
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_client_starts() {
    assert_starts(&parts::client(), &["ping", "-h"], &[]);
}
