//! Into the nodes of a cluster. A node is played by a container with its labels, whose `ctr` and `crictl` keep what they
//! are given; the engine, and the way in, are real.

use std::path::Path;
use std::process::Command;

use serde_json::json;

use super::{Saved, done, fails};
use crate::parts;
use crate::sandbox::Sandbox;

/// Takes an archive from stdin, as `ctr images import -` does; refuses what is none.
const CTR: &str = r#"#!/bin/sh
[ "$*" = "--namespace k8s.io images import --no-unpack -" ] || { echo "ctr: $*" >&2; exit 2; }
cat >/tmp/archive && tar -xf /tmp/archive -C /tmp || { echo "ctr: unrecognized image format" >&2; exit 1; }
"#;

/// Knows an image once it was taken, by the digest of its configuration.
const CRICTL: &str = r#"#!/bin/sh
[ "$1 $2 $3" = "inspecti --output json" ] || exit 2
[ "$4" = docker.io/kar/loaded:1 ] && [ -e /tmp/c.json ] || { echo "no such image" >&2; exit 1; }
echo "{\"status\": {\"id\": \"sha256:$(sha256sum /tmp/c.json | cut -d' ' -f1)\"}}"
"#;

/// A cluster of containers, which are gone with it.
struct Cluster {
    name: &'static str,
    nodes: Vec<String>,
}

impl Cluster {
    fn new(name: &'static str, roles: &[&str]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        for (program, script) in [("ctr", CTR), ("crictl", CRICTL)] {
            let path = folder.path().join(program);
            std::fs::write(&path, script).expect("a script");
            std::fs::set_permissions(&path, std::os::unix::fs::PermissionsExt::from_mode(0o755)).expect("its own");
        }
        let mut cluster = Self { name, nodes: Vec::new() };
        for role in roles {
            let node = format!("{name}-{role}");
            docker(&["rm", "--force", &node]);
            let labels = [format!("io.x-k8s.kind.cluster={name}"), format!("io.x-k8s.kind.role={role}")];
            let [cluster_label, role_label] = &labels;
            docker(&["create", "--name", &node, "--label", cluster_label, "--label", role_label, "karctl-test/tiny:1"]);
            cluster.nodes.push(node.clone());
            for program in ["ctr", "crictl"] {
                let file = folder.path().join(program);
                docker(&["cp", &file.display().to_string(), &format!("{node}:/bin/{program}")]);
            }
            docker(&["start", &node]);
        }
        cluster
    }

    /// What a node was given.
    fn archive(&self, node: &str, sandbox: &Sandbox) -> Option<Vec<u8>> {
        let path = sandbox.path("work/taken");
        docker(&["cp", &format!("{}-{node}:/tmp/archive", self.name), &path.display().to_string()]);
        let taken = std::fs::read(&path).ok();
        std::fs::remove_file(&path).ok();
        taken
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        for node in &self.nodes {
            docker(&["rm", "--force", "--volumes", node]);
        }
    }
}

fn docker(arguments: &[&str]) {
    let command = &mut Command::new("docker");
    command.args(arguments).env("DOCKER_HOST", parts::docker_host()).output().expect("docker starts");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_node_takes_the_archive_once_and_whole() {
    let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
    let saved = Saved::new("kar/loaded:1", 3 << 20);
    let archive = sandbox.write("work/x.tar", &saved.archive);
    assert!(Path::new(&archive).exists());
    let cluster = Cluster::new("kt-load", &["control-plane", "worker", "external-load-balancer"]);
    let load = ["images", "load", "--file", "x.tar", "--cluster", "kt-load"];
    let node = |name: &str, change: &str, images: &[&str]| json!({"name": name, "change": change, "images": images});
    let loaded = [("kt-load-control-plane"), ("kt-load-worker")].map(|name| node(name, "created", &["kar/loaded:1"]));
    let dry = done(&sandbox, &[&load[..], &["--dry-run"]].concat());
    assert_eq!(dry["nodes"], json!(loaded));
    assert_eq!(cluster.archive("worker", &sandbox), None);

    assert_eq!(done(&sandbox, &load)["nodes"], json!(loaded));
    assert!(cluster.archive("worker", &sandbox) == Some(saved.archive.clone()));
    assert!(cluster.archive("control-plane", &sandbox) == Some(saved.archive));
    assert_eq!(cluster.archive("external-load-balancer", &sandbox), None);

    // A node that came later, or was half done.
    docker(&["exec", "kt-load-worker", "rm", "/tmp/c.json"]);
    let again = [node("kt-load-control-plane", "unchanged", &[]), node("kt-load-worker", "created", &["kar/loaded:1"])];
    assert_eq!(done(&sandbox, &load)["nodes"], json!(again));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_that_is_not_there_and_a_node_that_refuses_are_told() {
    let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
    sandbox.write("work/x.tar", Saved::new("kar/loaded:1", 1 << 10).archive);
    let load = |cluster: &str| sandbox.karctl(["images", "load", "--file", "x.tar", "--cluster", cluster]).output();
    fails(&load("kt-absent"), "KAR327", "no cluster `kt-absent` runs on the engine at");
    let _cluster = Cluster::new("kt-refuses", &["worker"]);
    docker(&["exec", "kt-refuses-worker", "sh", "-c", "printf '#!/bin/sh\\necho disk full >&2; exit 1\\n' >/bin/ctr"]);
    let refused = load("kt-refuses");
    assert_eq!(refused.status, Some(1));
    let said = "error: the node kt-refuses-worker could not take kar/loaded:1: disk full\n";
    assert!(refused.stderr.ends_with(said), "{}", refused.stderr);
}
