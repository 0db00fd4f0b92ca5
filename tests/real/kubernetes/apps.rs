//! `karctl app up --to cluster` as the API server sees it: images in a real registry, objects that differ and no others.

use std::fs::File;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::{Runtime, assert_says};
use crate::apps::docker;
use crate::parts;
use crate::registry_server::Server;
use crate::sandbox::Finished;

/// The shipped example, a cluster with the runtime, and a registry.
struct Project {
    runtime: Runtime,
    registry: Server,
    name: String,
    /// The steps of a build are shared by all of the engine, and go with whichever image is removed.
    _turn: File,
}

impl Project {
    fn new(name: &str) -> Self {
        let turn = parts::turn("apps");
        let mut runtime = Runtime::on(Cluster::api());
        runtime.sandbox.set_variable("DOCKER_HOST", parts::docker_host());
        runtime.deploy(&[]);
        let name = format!("{name}{}", std::process::id());
        let project = Self { runtime, registry: Server::plain(), name, _turn: turn };
        let made = project.karctl(&["init", "--example", "hello", "--name", &project.name]);
        assert_eq!(made.status, Some(0), "{}", made.stderr);
        project
    }

    fn karctl(&self, arguments: &[&str]) -> Finished {
        self.runtime.cluster.karctl(&self.runtime.sandbox, [&["app"], arguments].concat()).output()
    }

    fn folder(&self) -> String {
        format!("{}/kar", self.registry.host())
    }

    fn up(&self, options: &[&str]) -> Finished {
        let folder = self.folder();
        self.karctl(&[&["up", "--to", "cluster", "--no-wait", "--registry", &folder, "-o", "json"], options].concat())
    }

    /// What `up` did to images and objects, in a few words.
    #[track_caller]
    fn done(&self, options: &[&str]) -> Vec<String> {
        let finished = self.up(options);
        assert_eq!(finished.status, Some(0), "{}", finished.stderr);
        let document = finished.document("app up --to cluster");
        let app = &document["apps"][0];
        let images = app["images"].as_array().expect("images").iter();
        let images = images.map(|image| format!("{}: {}", text(&image["component"]), text(&image["change"])));
        let objects = app["objects"].as_array().expect("objects").iter();
        images.chain(objects.map(|object| self.worded(object))).collect()
    }

    fn worded(&self, object: &Value) -> String {
        let name = text(&object["name"]).replace(&format!("{}-", self.name), "");
        format!("{} {name}: {}", text(&object["kind"]), text(&object["change"]))
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = format!("work/{file}");
        let text = self.runtime.sandbox.read(&path);
        assert!(text.contains(from), "{file} has no {from}:\n{text}");
        self.runtime.sandbox.write(&path, text.replace(from, to));
    }

    fn manifest(&self) -> String {
        format!("kubernetes/{}.yaml", self.name)
    }

    /// Copies a file of the project into another folder.
    fn copy(&self, file: &str, folder: &str) {
        let sandbox = &self.runtime.sandbox;
        sandbox.write(format!("work/{folder}/{file}"), sandbox.read(format!("work/{file}")));
    }

    fn get(&self, kind: &str, component: &str) -> Value {
        let name = format!("{}-{component}", self.name);
        serde_json::from_str(&self.runtime.cluster.shown(["get", kind, &name, "-o", "json"])).expect("an object")
    }

    fn image(&self) -> String {
        text(&self.get("deployment", "greeter")["spec"]["template"]["spec"]["containers"][0]["image"]).to_owned()
    }

    /// Everything that has the application's label.
    fn labelled(&self) -> String {
        let kinds = "deployment,job,service,ingress,configmap";
        let label = format!("kar.ibm.com/up-of={}", self.name);
        self.runtime.cluster.shown(["get", kinds, "-l", &label, "-o", "name"])
    }
}

impl Drop for Project {
    fn drop(&mut self) {
        for component in ["greeter", "client"] {
            let (_, images) = docker(&["images", "-q", &format!("kar/{}-{component}", self.name)]);
            for image in images.lines() {
                docker(&["rmi", "--force", image]);
            }
        }
    }
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

const CREATED: [&str; 4] =
    ["greeter: created", "client: created", "Deployment greeter: created", "Job client: created"];
const UNCHANGED: [&str; 4] =
    ["greeter: unchanged", "client: unchanged", "Deployment greeter: unchanged", "Job client: unchanged"];

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_is_pushed_and_applied_where_it_differs_and_leaves_nothing() {
    let project = Project::new("up");
    let mark = project.runtime.cluster.mark();
    assert_eq!(project.done(&["--dry-run"]), CREATED);
    assert_eq!(project.runtime.cluster.writes_since(mark), []);

    assert_eq!(project.done(&[]), CREATED);
    let first = project.image();
    assert!(first.starts_with(&format!("{}/{}-greeter:", project.folder(), project.name)), "{first}");
    let job = project.get("job", "client");
    assert_eq!(job["spec"]["template"]["metadata"]["annotations"]["kar.ibm.com/app"], json!(project.name));

    let mark = project.runtime.cluster.mark();
    assert_eq!(project.done(&[]), UNCHANGED);
    assert_eq!(project.runtime.cluster.writes_since(mark), []);

    project.edit("server.js", "Hello $", "Goodbye $");
    assert_eq!(
        project.done(&[]),
        ["greeter: created", "client: created", "Deployment greeter: updated", "Job client: updated"]
    );
    assert_ne!(project.image(), first);
    assert_ne!(project.get("job", "client")["metadata"]["uid"], job["metadata"]["uid"], "its pods cannot be changed");

    // Half of it is gone: only that is done.
    let greeter = format!("{}-greeter", project.name);
    project.runtime.cluster.shown(["delete", "deployment", &greeter]);
    assert_eq!(
        project.done(&[]),
        ["greeter: unchanged", "client: unchanged", "Deployment greeter: created", "Job client: unchanged"]
    );

    let done = project.done(&["--ingress", "hello.example.org"]);
    assert_eq!(
        done[2..],
        [
            "Deployment greeter: updated",
            "Job client: unchanged",
            "Service greeter: created",
            "Ingress greeter: created"
        ]
    );
    assert_eq!(project.get("ingress", "greeter")["spec"]["rules"][0]["host"], "hello.example.org");
    let done = project.done(&[]);
    assert_eq!(
        done[2..],
        [
            "Deployment greeter: updated",
            "Job client: unchanged",
            "Ingress greeter: removed",
            "Service greeter: removed"
        ]
    );

    let planned = project.karctl(&["down", "--to", "cluster", "--dry-run", "-o", "json"]);
    let mut planned = planned.document("app down --to cluster");
    assert_eq!(project.labelled().lines().count(), 2);
    let ended = project.karctl(&["down", "--to", "cluster", "-o", "json"]).document("app down --to cluster");
    planned["dry_run"] = false.into();
    assert_eq!(ended, planned, "what was said is what was done");
    assert_eq!(project.labelled(), "");
    let nothing = project.karctl(&["down", "--to", "cluster"]);
    assert_eq!(nothing.stdout, "nothing of the project is in namespace default\n", "{}", nothing.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_application_of_another_folder_is_left_alone_unless_both_are_of_one_project() {
    let project = Project::new("of");
    // The other one is below the first, and no part of it.
    project.edit(".dockerignore", "Dockerfile\n", "Dockerfile\nother\n");
    assert_eq!(project.done(&[]), CREATED);
    let there = project.labelled();
    for file in
        [&*project.manifest(), "karctl.yaml", "Dockerfile", ".dockerignore", "package.json", "server.js", "client.js"]
    {
        project.copy(file, "other");
    }
    let mark = project.runtime.cluster.mark();
    assert_says(&project.up(&["other"]), 1, &["is of another project's `", "KAR205", "say `project: NAME` in both"]);
    assert_says(&project.karctl(&["down", "other", "--to", "cluster"]), 1, &["is of another project's `", "KAR205"]);
    assert_eq!(project.runtime.cluster.writes_since(mark), []);
    assert_eq!(project.labelled(), there);

    // Where it was made, it is known without the project's name, and given it; then the other checkout knows it, too.
    for folder in ["", "other/"] {
        project.edit(&format!("{folder}karctl.yaml"), "version: 1\n", "version: 1\nproject: shared\n");
    }
    let changes = |options: &[&str]| project.done(options)[2..].to_vec();
    assert_eq!(changes(&[]), ["Deployment greeter: updated", "Job client: updated"]);
    assert_eq!(changes(&["other"]), ["Deployment greeter: unchanged", "Job client: unchanged"]);
    let ended = project.karctl(&["down", "other", "--to", "cluster", "-o", "json"]).document("app down --to cluster");
    assert_eq!(ended["removed"].as_array().map(Vec::len), Some(2), "{ended}");
    assert_eq!(project.labelled(), "");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_cannot_be_applied_is_told_and_nothing_of_it_is_done() {
    let project = Project::new("no");
    // A namespace that is not there: it may be mistyped.
    let mark = project.runtime.cluster.mark();
    let mistyped = project.up(&["-n", "taem"]);
    assert_says(&mistyped, 1, &["error: there is no namespace taem", "--create-namespace", "KAR344"]);
    assert_eq!(project.runtime.cluster.writes_since(mark), []);
    let registry = project.folder();
    let words = ["up", "--to", "cluster", "--no-wait", "--registry", &registry, "-n", "team", "--create-namespace"];
    let planned = project.karctl(&[&words[..], &["--dry-run"]].concat());
    assert!(planned.stdout.starts_with("Namespace team: would be created and enabled\n"), "{}", planned.stderr);
    assert_eq!(project.runtime.cluster.writes_since(mark), []);
    let done = project.karctl(&words);
    assert!(done.stdout.starts_with("Namespace team: created and enabled\n"), "{}{}", done.stdout, done.stderr);
    let again = project.karctl(&words);
    assert!(again.stdout.starts_with("localhost:"), "{}{}", again.stdout, again.stderr);

    let greeter = format!("{}-greeter", project.name);
    project.runtime.cluster.shown(["create", "deployment", &greeter, "--image=theirs"]);
    let refused = project.up(&[]);
    assert_says(
        &refused,
        1,
        &[&format!("error: Deployment default/{greeter} is there, and is not of `{}`", project.name), "KAR205"],
    );
    assert_eq!(project.image(), "theirs");
    assert_eq!(project.labelled(), "");
    project.runtime.cluster.shown(["delete", "deployment", &greeter]);

    let without = project.karctl(&["up", "--to", "cluster", "--registry", "localhost:1/kar", "--no-wait"]);
    assert_eq!(without.status, Some(1), "{}", without.stderr);
    assert_eq!(project.labelled(), "");

    let manifest = project.manifest();
    project.edit(&manifest, "kind: Job", "kind: Jobb");
    let refused = project.up(&[]);
    assert_says(&refused, 2, &[".yaml:45: karctl knows no kind Jobb of batch/v1", "KAR340"]);
    project.edit(&manifest, "kind: Jobb", "kind: Job");
    assert_eq!(project.done(&[])[2..], CREATED[2..]);
}
