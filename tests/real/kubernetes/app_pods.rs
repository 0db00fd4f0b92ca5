//! `karctl app up --to cluster` where pods run: the images are built by the engine and pulled from a registry that stands
//! beside the node, `kar` stands beside the greeter and within its client. tests/kar plays `kar`; it finds a service by a
//! name of the cluster, which the real one finds through Kafka.

use std::fs::File;

use serde_json::{Value, json};

use super::cluster::{Cluster, Namespace};
use super::live::{Live, alone};
use crate::apps::docker;
use crate::parts;
use crate::registry_server::Server;
use crate::sandbox::{Finished, Sandbox};

/// What plays `kar`.
pub const KAR: &str = "quay.io/ibm/kar-sidecar:1.3.10";

/// What of the project there may be on the cluster.
const KINDS: &str = "deployment,replicaset,job,pod,service";

/// The shipped example on the cluster; what the engine has of it is removed when it is dropped.
struct Project<'a> {
    runtime: &'a Live<'a>,
    team: &'a Namespace<'a>,
    registry: &'a Server,
    name: String,
    /// The steps of a build are shared by all of the engine, and go with whichever image is removed.
    _turn: File,
}

impl<'a> Project<'a> {
    fn new(runtime: &'a Live<'a>, team: &'a Namespace<'a>, registry: &'a Server) -> Self {
        let turn = parts::turn("apps");
        let name = format!("pods{}", std::process::id());
        let project = Self { runtime, team, registry, name, _turn: turn };
        runtime.must(&["app", "init", "--example", "hello", "--name", &project.name]);
        played(&runtime.sandbox, &project.name);
        project
    }

    fn of(&self, component: &str) -> String {
        format!("{}-{component}", self.name)
    }

    /// Changes the first of what a file says.
    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = format!("work/{file}");
        let text = self.runtime.sandbox.read(&path);
        assert!(text.contains(from), "{file} has no {from}:\n{text}");
        self.runtime.sandbox.write(&path, text.replacen(from, to, 1));
    }

    fn run(&self, subcommand: &str, options: &[&str]) -> Finished {
        let words = ["app", subcommand, "--to", "cluster", "-n", self.team.name(), "-o", "json", "--timeout", "3m"];
        self.runtime.run(&[&words, options].concat())
    }

    /// What `up` did to every object: its kind and the change.
    #[track_caller]
    fn up(&self) -> Vec<String> {
        let registry = format!("{}/kar", self.registry.host());
        let done = self.run("up", &["--registry", &registry]);
        let pods = || self.team.shown(["describe", "pods"]);
        assert_eq!(done.status, Some(0), "{}{}", done.stderr, pods());
        let document = done.document("app up --to cluster");
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        let objects = document["apps"][0]["objects"].as_array().expect("a list").iter();
        objects.map(|object| format!("{}: {}", text(&object["kind"]), text(&object["change"]))).collect()
    }

    /// What the greeter answers, asked through the `kar` beside it.
    #[track_caller]
    fn answer(&self) -> String {
        let greeter = format!("deployment/{}", self.of("greeter"));
        let address = "http://127.0.0.1:3500/kar/v1/service/greeter/call/greet";
        self.team.shown(["exec", &greeter, "-c", "greeter", "--", "wget", "-q", "-O", "-", "--post-data=Ada", address])
    }

    /// What the client printed, once it has ended.
    #[track_caller]
    fn said(&self) -> String {
        let client = format!("job/{}", self.of("client"));
        let waited = self.team.kubectl(&["wait", "--for=condition=complete", &client, "--timeout=120s"]).output();
        let pods = || self.team.shown(["describe", "pods"]);
        assert_eq!(waited.status, Some(0), "{}{}", waited.stderr, pods());
        self.team.shown(["logs", &client])
    }

    /// Containers of the greeter's pod, each with whether it is ready.
    fn containers(&self) -> String {
        let path = "-o=jsonpath={range .items[*].status.containerStatuses[*]}{.name}={.ready} {end}";
        let selector = format!("name={}", self.of("greeter"));
        self.team.shown(["get", "pods", "-l", &selector, path])
    }
}

impl Drop for Project<'_> {
    fn drop(&mut self) {
        for component in ["greeter", "client"] {
            let (_, images) = docker(&["images", "-q", &format!("kar/{}", self.of(component))]);
            images.lines().for_each(|image| drop(docker(&["rmi", "--force", image])));
        }
    }
}

/// Changes the example for what plays `kar`: the greeter, which comes first, has it beside it, and is found by its name.
pub fn played(sandbox: &Sandbox, name: &str) {
    let manifest = format!("work/kubernetes/{name}.yaml");
    let text = sandbox.read(&manifest);
    let (from, to) = ("sidecarContainer: \"false\"", "sidecarContainer: \"true\"");
    assert!(text.contains(from), "{manifest} has no {from}:\n{text}");
    sandbox.write(&manifest, text.replacen(from, to, 1));
    let greeter = format!("{name}-greeter");
    let service = json!({
        "apiVersion": "v1", "kind": "Service", "metadata": {"name": greeter},
        "spec": {"clusterIP": "None", "selector": {"name": greeter}},
    });
    sandbox.write("work/kubernetes/found-by-name.yaml", service.to_string());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_runs_in_pods_with_kar_beside_it_answers_anew_after_an_edit_and_leaves_nothing() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::new(&cluster, "{}");
    let registry = Server::within(cluster.netns().expect("the node has a network of its own"));
    let mut runtime = Live::new(&cluster);
    runtime.sandbox.set_variable("DOCKER_HOST", parts::docker_host());
    runtime.must(&["images", "push", KAR, "--to", &registry.host()]);
    let sidecar = format!("injector.sidecar_image={}", registry.image("ibm/kar-sidecar:1.3.10"));
    runtime.deploy(&["--set", &sidecar]);
    let project = Project::new(&runtime, &team, &registry);

    // From nothing; the namespace is enabled by it.
    assert_eq!(project.up(), ["Service: created", "Deployment: created", "Job: created"]);
    assert_eq!(project.containers(), "greeter=true kar=true ");
    assert_eq!(project.said(), "Hello Ada!\nHello Grace!\n");
    assert_eq!(project.answer(), "Hello Ada!");

    // Again: what runs is left alone.
    let pods = || team.shown(["get", "pods", "-o=jsonpath={.items[*].metadata.uid}"]);
    let before = pods();
    assert_eq!(project.up(), ["Service: unchanged", "Deployment: unchanged", "Job: unchanged"]);
    assert_eq!(pods(), before);

    // An edit is answered anew, also to the client, which begins once the new greeter is ready.
    project.edit("server.js", "Hello $", "Goodbye $");
    assert_eq!(project.up(), ["Service: unchanged", "Deployment: updated", "Job: updated"]);
    assert_eq!(project.answer(), "Goodbye Ada!");
    assert_eq!(project.said(), "Goodbye Ada!\nGoodbye Grace!\n");

    let down = project.run("down", &[]);
    assert_eq!(down.status, Some(0), "{}", down.stderr);
    let label = format!("kar.ibm.com/up-of={}", project.name);
    team.shown(["wait", "--for=delete", "pod", "-l", &label, "--timeout=120s"]);
    assert_eq!(team.shown(["get", KINDS, "-l", &label, "-o", "name"]), "");
}
