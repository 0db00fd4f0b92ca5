//! `karctl registry` on the private engine: from nothing, again, half-done, drifted, beside a foreign one, and down to
//! nothing. An engine has one container `registry`, so its tests take turns.

use std::net::TcpListener;
use std::process::Command;

use serde_json::Value;

use crate::parts;
use crate::sandbox::{Finished, Sandbox};

/// A user on the private engine, who has it for registries alone until the end.
pub struct RegistryUser {
    sandbox: Sandbox,
    _turn: std::fs::File,
}

impl RegistryUser {
    /// Waits for the turn, and begins with nothing.
    pub fn new() -> Self {
        let user = Self {
            _turn: parts::turn("registry"),
            sandbox: Sandbox::new().variable("DOCKER_HOST", parts::docker_host()),
        };
        user.clear();
        user
    }

    fn karctl(&self, arguments: &[&str]) -> Finished {
        self.sandbox.karctl(arguments.iter().copied()).output()
    }

    fn up(&self, arguments: &[&str]) -> Value {
        let finished = self.karctl(&[&["registry", "up", "-o", "json"], arguments].concat());
        assert_eq!(finished.status, Some(0), "{}", finished.stderr);
        finished.document("registry up")
    }

    fn status(&self) -> (Value, Option<i32>) {
        let finished = self.karctl(&["registry", "status", "-o", "json"]);
        (finished.document("registry status"), finished.status)
    }

    fn docker(&self, arguments: &[&str]) -> String {
        let output = docker(arguments);
        assert!(output.status.success(), "docker {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn clear(&self) {
        docker(&["rm", "--force", "registry"]);
        docker(&["volume", "rm", "karctl-registry"]);
    }
}

impl Drop for RegistryUser {
    fn drop(&mut self) {
        self.clear();
        docker(&["network", "rm", "k3d-kt-registry"]);
    }
}

fn docker(arguments: &[&str]) -> std::process::Output {
    Command::new("docker").args(arguments).env("DOCKER_HOST", parts::docker_host()).output().expect("docker starts")
}

/// Ports of this file alone, below those that the system gives out.
const FIRST: &str = "25001";
const SECOND: &str = "25002";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_registry_is_made_kept_restarted_and_taken_away() {
    let user = RegistryUser::new();
    assert_eq!(user.status().1, Some(1), "there is none");
    let plan = user.up(&["--dry-run"]);
    assert_eq!((plan["action"].as_str(), plan["dry_run"].as_bool()), (Some("created"), Some(true)));
    assert_eq!(user.docker(&["ps", "-aq", "--filter", "name=^registry$"]), "", "a plan makes nothing");

    let made = user.up(&[]);
    assert_eq!((made["action"].as_str(), made["in_cluster"].as_str()), (Some("created"), Some("registry:5000")));
    let host = made["host"].as_str().expect("a name").to_owned();
    let (status, code) = user.status();
    assert_eq!(
        (status["answers"].as_bool(), status["host"].as_str(), code),
        (Some(true), Some(host.as_str()), Some(0))
    );
    let bound = user.docker(&["port", "registry", "5000/tcp"]);
    assert_eq!(bound, host.replace("localhost", "127.0.0.1"), "on loopback, and nowhere else");

    let image = format!("{host}/kt/tiny:1");
    user.docker(&["tag", "karctl-test/tiny:1", &image]);
    user.docker(&["push", "-q", &image]);
    assert_eq!(user.up(&[])["action"], "unchanged");
    user.docker(&["stop", "registry"]);
    assert_eq!(user.status().1, Some(1), "it is stopped");
    let started = user.up(&[]);
    assert_eq!((started["action"].as_str(), started["host"].as_str()), (Some("started"), Some(host.as_str())));

    let down = user.karctl(&["registry", "down", "-o", "json"]).document("registry down");
    assert_eq!((down["removed"].as_str(), down["data_left"].as_str()), (Some("registry"), Some("karctl-registry")));
    // Images outlive it.
    user.up(&["--port", FIRST]);
    let again = user.up(&[]);
    let image_again = format!("{}/kt/tiny:1", again["host"].as_str().expect("a name"));
    user.docker(&["rmi", &image]);
    user.docker(&["pull", "-q", &image_again]);
    user.docker(&["rmi", &image_again]);

    let refused = user.karctl(&["registry", "down", "--delete-data"]);
    assert_eq!(refused.status, Some(2), "nobody can be asked: {}", refused.stderr);
    let gone = user.karctl(&["registry", "down", "--delete-data", "-y", "-o", "json"]).document("registry down");
    assert_eq!((gone["data_deleted"].as_str(), &gone["data_left"]), (Some("karctl-registry"), &Value::Null));
    assert_eq!(user.docker(&["ps", "-aq", "--filter", "name=^registry$"]), "");
    assert_eq!(user.docker(&["volume", "ls", "-q", "--filter", "name=^karctl-registry$"]), "");
    let nothing = user.karctl(&["registry", "down", "-o", "json"]).document("registry down");
    assert_eq!(nothing["removed"], Value::Null);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_registry_that_differs_is_made_anew_and_keeps_its_images() {
    let user = RegistryUser::new();
    user.up(&["--port", FIRST]);
    let id = || user.docker(&["inspect", "-f", "{{.Id}}", "registry"]);
    let old = id();
    let moved = user.up(&["--port", SECOND]);
    assert_eq!((moved["action"].as_str(), moved["port"].to_string()), (Some("recreated"), SECOND.to_owned()));
    assert_eq!(moved["reason"], format!("its port is to be {SECOND}"));
    assert_ne!(id(), old);
    assert_eq!(user.up(&[])["port"].to_string(), SECOND, "without a wish its port stays");

    user.docker(&["tag", "registry:2", "karctl-test/registry:other"]);
    let other = user.up(&["--set", "registry.image=karctl-test/registry:other"]);
    assert_eq!(other["reason"], "its image is to be karctl-test/registry:other");
    user.docker(&["rmi", "karctl-test/registry:other"]);

    // Half-done: made and never started, as by a karctl that was killed.
    user.docker(&["rm", "--force", "registry"]);
    user.up(&["--port", SECOND]);
    user.docker(&["stop", "registry"]);
    // A network that it was on is gone: it cannot start.
    user.docker(&["network", "create", "k3d-kt-registry"]);
    // Other tests have networks on this engine too.
    let is_attached = |up: Value| up["attached"].as_array().expect("a list").contains(&"k3d-kt-registry".into());
    assert!(is_attached(user.up(&[])));
    assert!(!is_attached(user.up(&[])), "it is on it by now");
    user.docker(&["stop", "registry"]);
    user.docker(&["network", "rm", "k3d-kt-registry"]);
    let healed = user.up(&[]);
    assert!(["started", "recreated"].contains(&healed["action"].as_str().expect("an action")), "{healed}");
    assert_eq!(user.status().1, Some(0));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_taken_port_is_passed_by_or_named_with_its_holder() {
    let user = RegistryUser::new();
    let holder = TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = holder.local_addr().expect("bound").port();
    let refused = user.karctl(&["registry", "up", "--port", &port.to_string()]);
    assert_eq!(refused.status, Some(1));
    let sentence = format!("error: port {port}, which the registry needs, is taken by ");
    assert!(refused.stderr.contains(&sentence) && refused.stderr.contains("KAR300"), "{}", refused.stderr);
    assert!(refused.stderr.contains("give --port another one"), "{}", refused.stderr);
    assert_eq!(user.docker(&["ps", "-aq", "--filter", "name=^registry$"]), "", "nothing is left behind");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_registry_of_the_original_script_is_used_as_it_is_and_anything_else_is_refused() {
    let user = RegistryUser::new();
    // As start-local-registry.sh made it.
    let publish = format!("127.0.0.1:{FIRST}:5000");
    user.docker(&["run", "-d", "--restart=always", "-p", &publish, "--name", "registry", "registry:2"]);
    let id = || user.docker(&["inspect", "-f", "{{.Id}}", "registry"]);
    let original = id();
    let adopted = user.up(&[]);
    assert_eq!((adopted["action"].as_str(), adopted["volume"].as_str()), (Some("unchanged"), None));
    assert_eq!(adopted["port"].to_string(), FIRST);
    user.docker(&["stop", "registry"]);
    assert_eq!(user.up(&[])["action"], "started");
    assert_eq!(id(), original);
    let down = user.karctl(&["registry", "down"]);
    assert!(down.status == Some(1) && down.stderr.contains("KAR301"), "{}", down.stderr);

    user.docker(&["rm", "--force", "registry"]);
    user.docker(&["run", "-d", "--name", "registry", "karctl-test/tiny:1"]);
    let refused = user.karctl(&["registry", "up"]);
    assert!(refused.status == Some(1) && refused.stderr.contains("KAR301"), "{}", refused.stderr);
    assert!(refused.stderr.contains("docker rm -f registry"), "{}", refused.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_image_that_is_no_registry_is_told_from_one() {
    let user = RegistryUser::new();
    let arguments = ["registry", "up", "--timeout", "30", "--set", "registry.image=karctl-test/tiny:1"];
    let refused = user.karctl(&arguments);
    assert!(refused.status == Some(4) && refused.stderr.contains("KAR302"), "{}", refused.stderr);
    // The same command with an image that is one finishes the job.
    assert_eq!(user.up(&[])["action"], "recreated");
}
