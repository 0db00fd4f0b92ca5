//! `karctl status` where nothing real runs: what is known and gone, silent or broken. What is healthy is seen in `tests/real`.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value, json};

use crate::ce::Customer;
use crate::machine::Machine;
use crate::sandbox::Sandbox;

const NOTHING: &str = "\
karctl knows of nothing yet. To begin:
  karctl local up                    Kafka and Redis on this machine
  karctl cluster create --deploy     a cluster on this machine, with the runtime on it
  karctl k8s deploy                  the runtime on the cluster of the kubeconfig
  karctl ce project use NAME         a project of Code Engine
";

const CLUSTERS: &str = "home/.local/state/karctl/clusters.json";

/// Remembers clusters as a deploy does.
fn remember(sandbox: &Sandbox, contexts: &[&str]) {
    let pinned = |name: &&str| ((*name).to_owned(), json!({ "server": "https://192.0.2.1:6443", "uid": "1-2-3" }));
    let known: serde_json::Map<_, _> = contexts.iter().map(pinned).collect();
    sandbox.write(CLUSTERS, Value::from(known).to_string());
}

/// A kubeconfig with a context for each server; its user is `user`, in YAML's flow style.
fn kubeconfig(sandbox: &Sandbox, servers: &[(&str, &str)], user: &str) {
    let entries = |of: &dyn Fn(&str, &str) -> String| -> String {
        servers.iter().map(|(name, server)| format!("- {{name: {name}, {}}}\n", of(name, server))).collect()
    };
    let clusters = entries(&|_, server| format!("cluster: {{server: '{server}'}}"));
    let contexts = entries(&|name, _| format!("context: {{cluster: {name}, user: somebody}}"));
    let text = format!(
        "apiVersion: v1\nkind: Config\nclusters:\n{clusters}contexts:\n{contexts}users:\n- {{name: somebody, user: {user}}}\n"
    );
    sandbox.write("home/.kube/config", text);
}

/// The document of `karctl status`, without the engine that no sandbox has.
#[track_caller]
fn places(sandbox: &Sandbox, more: &[&str], status: i32) -> Vec<Value> {
    let line = [&["status", "-o", "json"], more].concat();
    let finished = sandbox.karctl(line).output();
    assert_eq!(finished.status, Some(status), "{finished:?}");
    let document = finished.document("status");
    assert_eq!(document["healthy"], status == 0);
    let places = document["places"].as_array().expect("a list").iter();
    places.filter(|place| place["kind"] != "engine").cloned().collect()
}

/// `name state: summary` of each place.
fn told(places: &[Value]) -> Vec<String> {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    places
        .iter()
        .map(|place| format!("{} {}: {}", text(&place["name"]), text(&place["state"]), text(&place["summary"])))
        .collect()
}

#[test]
fn where_nothing_is_known_it_says_how_to_begin() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["status"]).output();
    assert_eq!((shown.status, shown.stderr.as_str()), (Some(0), ""));
    let (engine, rest) = shown.stdout.split_once('\n').expect("lines");
    assert!(
        engine.starts_with("engine    docker  unknown    no container engine answers at unix://[ROOT]/"),
        "{engine}"
    );
    assert!(engine.ends_with("; instances and clusters that it may have are not listed"), "{engine}");
    assert_eq!(rest, NOTHING);
    assert_eq!(places(&sandbox, &[], 0), Vec::<Value>::new());
}

#[test]
fn a_cluster_whose_context_is_gone_is_no_trouble() {
    let sandbox = Sandbox::new();
    remember(&sandbox, &["old"]);
    kubeconfig(&sandbox, &[("new", "https://192.0.2.1:6443")], "{}");
    assert_eq!(told(&places(&sandbox, &[], 0)), ["old gone: its context is no longer in the kubeconfig"]);
    let shown = sandbox.karctl(["status"]).output().stdout;
    assert!(shown.contains("cluster   old     gone       its context is no longer in the kubeconfig\n"), "{shown}");
}

#[test]
fn clusters_of_one_name_are_told_apart_by_their_kubeconfigs() {
    let sandbox = Sandbox::new();
    let mut known = serde_json::Map::new();
    for name in ["here", "there"] {
        kubeconfig(&sandbox, &[("default", "https://127.0.0.1:1")], "{}");
        let file = sandbox.write(format!("home/{name}.yaml"), sandbox.read("home/.kube/config"));
        let pin = json!({"server": "https://127.0.0.1:1", "uid": name, "context": "default", "kubeconfig": file});
        known.insert(format!("default in {}", file.display()), pin);
    }
    std::fs::remove_file(sandbox.path("home/.kube/config")).expect("it was written");
    sandbox.write(CLUSTERS, Value::from(known).to_string());
    let lines = told(&places(&sandbox, &[], 1));
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert!(lines.iter().all(|line| line.starts_with("default unhealthy: ")), "{lines:?}");
    assert!(lines[0].ends_with("/home/here.yaml)") && lines[1].ends_with("/home/there.yaml)"), "{lines:?}");
    // One that was of an hour is not shown beside what is there, and once where nothing is.
    std::fs::remove_file(sandbox.path("home/here.yaml")).expect("it was written");
    let lines = told(&places(&sandbox, &[], 1));
    assert!(lines.len() == 1 && lines[0].starts_with("default unhealthy: "), "{lines:?}");
    std::fs::remove_file(sandbox.path("home/there.yaml")).expect("it was written");
    assert_eq!(told(&places(&sandbox, &[], 0)), ["default gone: its context is no longer in the kubeconfig"]);
}

/// The processes that have this argument.
fn with_argument(argument: &str) -> Vec<Pid> {
    let has_argument = |folder: &Path| {
        let line = std::fs::read(folder.join("cmdline")).unwrap_or_default();
        line.split(|byte| *byte == 0).any(|word| word == argument.as_bytes())
    };
    let folders = std::fs::read_dir("/proc").expect("Linux").filter_map(|entry| Some(entry.ok()?.path()));
    let found = folders.filter(|folder| has_argument(folder));
    found.filter_map(|folder| Pid::from_raw(folder.file_name()?.to_str()?.parse().ok()?)).collect()
}

/// An argument that no other process has; those that have it do not outlive the test.
struct Marker(String);

impl Marker {
    fn new(seconds: u32) -> Self {
        Self(format!("{seconds}.{}", std::process::id()))
    }

    /// Whether all that have it end, within 30 s.
    fn is_gone_soon(&self) -> bool {
        let began = Instant::now();
        while !with_argument(&self.0).is_empty() {
            if began.elapsed() > Duration::from_secs(30) {
                return false;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        true
    }
}

impl Drop for Marker {
    fn drop(&mut self) {
        for left in with_argument(&self.0) {
            kill_process(left, Signal::KILL).ok();
        }
    }
}

/// A user who logs in by a program that starts another, `sleep` for as long as the marker says, and never ends itself.
fn login_that_hangs(marker: &Marker) -> String {
    let script = format!("/bin/sleep {} & wait", marker.0);
    format!(
        "{{exec: {{apiVersion: client.authentication.k8s.io/v1, command: /bin/sh, args: [-c, '{script}', '{}'], \
         interactiveMode: Never}}}}",
        marker.0
    )
}

#[test]
fn one_that_hangs_says_so_and_holds_up_nobody() {
    let machine = Machine::new();
    assert_eq!(machine.up(&[]).status, Some(0));
    let sandbox = &machine.sandbox;
    // It takes connections and never answers.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = format!("http://{}", silent.local_addr().expect("bound"));
    remember(sandbox, &["silent", "logging-in", "old"]);
    let marker = Marker::new(3607);
    kubeconfig(sandbox, &[("logging-in", "https://127.0.0.1:1")], &login_that_hangs(&marker));
    let login = sandbox.read("home/.kube/config");
    kubeconfig(sandbox, &[("silent", &server)], "{}");
    let plain = sandbox.read("home/.kube/config");
    let login = sandbox.write("home/login.yaml", login.replace("somebody", "other"));
    let plain = sandbox.write("home/plain.yaml", plain);
    let files = format!("{}:{}", plain.display(), login.display());

    let began = Instant::now();
    let finished = sandbox.karctl(["status", "-o", "json", "--timeout", "4s"]).variable("KUBECONFIG", files).output();
    let took = began.elapsed().as_secs_f64();
    assert_eq!(finished.status, Some(1), "{finished:?}");
    let document = finished.document("status");
    let lines = told(document["places"].as_array().expect("a list"));
    let line =
        |beginning: &str| lines.iter().find(|line| line.starts_with(beginning)).unwrap_or_else(|| panic!("{lines:?}"));
    assert!(line("silent unhealthy: ").contains("did not answer"), "{lines:?}");
    let login = line("logging-in unhealthy: ");
    assert!(login.contains("did not answer"), "{login}");
    assert!(line("kar unhealthy: ").contains("Kafka"), "{lines:?}");
    line("old gone: ");
    // The login program alone would take an hour.
    assert!(took < 15.0, "{took} s");
    assert!(marker.is_gone_soon(), "the login program goes on: {:?}", with_argument(&marker.0));
}

#[test]
fn ctrl_c_ends_a_login_program_that_hangs() {
    let sandbox = Sandbox::new();
    let marker = Marker::new(3608);
    remember(&sandbox, &["logging-in"]);
    kubeconfig(&sandbox, &[("logging-in", "https://127.0.0.1:1")], &login_that_hangs(&marker));
    for line in [
        &["status", "--timeout", "60s"][..],
        &["status", "--watch", "--timeout", "60s"],
        &["k8s", "status", "--context", "logging-in"],
    ] {
        let child = sandbox.karctl(line).start();
        let began = Instant::now();
        // The program, and what it has started.
        while with_argument(&marker.0).len() < 2 {
            assert!(began.elapsed() < Duration::from_secs(30), "{line:?}: the login program never ran");
            std::thread::sleep(Duration::from_millis(20));
        }
        let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("not zero");
        kill_process(pid, Signal::INT).expect("it runs");
        child.wait_with_output().expect("it ends");
        assert!(marker.is_gone_soon(), "{line:?}: the login program goes on: {:?}", with_argument(&marker.0));
    }
}

#[test]
fn what_was_stopped_is_no_trouble_and_what_was_killed_is() {
    let machine = Machine::new();
    assert_eq!(machine.up(&[]).status, Some(0));
    machine.kill("redis");
    let hurt = places(&machine.sandbox, &[], 1);
    assert_eq!(
        (&hurt[0]["kind"], &hurt[0]["name"], &hurt[0]["state"]),
        (&"instance".into(), &"kar".into(), &"unhealthy".into())
    );
    assert_eq!(hurt[0]["hints"][0], "`karctl local up` starts it");
    assert_eq!(machine.karctl(&["local", "stop"]).status, Some(0));
    let stopped = told(&places(&machine.sandbox, &[], 0));
    assert_eq!(stopped, ["kar stopped: nothing runs; ZooKeeper was stopped (native)"]);
    assert_eq!(machine.karctl(&["local", "down"]).status, Some(0));
    assert_eq!(told(&places(&machine.sandbox, &[], 0)), ["kar stopped: only its data is there (native)"]);
    let project = |services: &str| {
        let text = format!("version: 1\nservices: {services}\nmembers:\n  laptop: {{ local: {{}} }}\n");
        machine.sandbox.write("work/karctl.yaml", text);
        places(&machine.sandbox, &[], 0)[0]["member"].clone()
    };
    assert_eq!(project("{ local: {} }"), "laptop");
    assert_eq!(project("{ local: { name: other } }"), Value::Null, "another instance is the member's");
}

const PROJECT: &str = "\
version: 1
services: { file: services.yaml }
members:
  east: { cluster: { context: old, uid: 1-2-3 } }
  west: { cluster: { context: remade, uid: 4-5-6 } }
  usual: { cluster: { context: named } }
  team: { cluster: { context: named, kubeconfig: team.yaml } }
  cloud: { code-engine: { project: kar } }
  edge: { host: {} }
";

#[test]
fn places_that_are_members_of_the_folders_project_say_so() {
    let customer = Customer::new();
    customer.run("project create kar --use", 0);
    let sandbox = &customer.sandbox;
    remember(sandbox, &["old", "remade", "stranger"]);
    let mut known: Value = serde_json::from_str(&sandbox.read(CLUSTERS)).expect("JSON");
    for name in ["team", "other"] {
        let file = sandbox.write(format!("work/{name}.yaml"), "apiVersion: v1\nkind: Config\n");
        let pin = json!({"server": "https://192.0.2.1", "uid": name, "context": "named", "kubeconfig": file});
        known[format!("named in {}", file.display())] = pin;
    }
    sandbox.write(CLUSTERS, known.to_string());
    let members = || -> Vec<String> {
        let text = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let places = places(sandbox, &[], 0);
        places.iter().map(|place| format!("{} {}", text(&place["name"]), text(&place["member"]))).collect()
    };
    // Nobody is asked but the project: the contexts of the clusters are gone.
    let none = ["named -", "named -", "old -", "remade -", "stranger -", "kar -"];
    assert_eq!(members(), none);
    sandbox.write("work/karctl.yaml", PROJECT);
    assert_eq!(members(), ["named -", "named team", "old east", "remade -", "stranger -", "kar cloud"]);
    let shown = sandbox.karctl(["status"]).output();
    assert!(shown.stdout.contains(" gone       its context is no longer in the kubeconfig\n"), "{}", shown.stdout);
    assert!(shown.stdout.contains(" member: east\n") && shown.stdout.contains(" member: cloud\n"), "{}", shown.stdout);
    let document = sandbox.karctl(["status", "-o", "json"]).output().document("status");
    assert!(document["project"].as_str().is_some_and(|file| file.ends_with("work/karctl.yaml")), "{document}");
    sandbox.write("work/karctl.yaml", PROJECT.replace("project: kar", "project: kar, region: jp-tok"));
    assert_eq!(members().last().expect("places"), "kar -", "a project of another region");

    // What is wrong with the file is for others to say.
    sandbox.write("work/karctl.yaml", "members: [");
    assert_eq!(members(), none);
}

#[test]
fn the_chosen_project_is_shown_and_one_without_a_login_says_so() {
    let mut customer = Customer::new();
    customer.run("project create kar --use", 0);
    let region = crate::ibmcloud::REGION;
    let line = format!("kar healthy: Code Engine in {region}, 0 components");
    assert_eq!(told(&places(&customer.sandbox, &[], 0)), [line]);
    customer.sandbox.set_variable("IBMCLOUD_API_KEY", "");
    let lost = places(&customer.sandbox, &[], 1);
    assert!(told(&lost)[0].starts_with("kar unhealthy: there is no login for IBM Cloud"), "{lost:?}");
    assert!(lost[0]["hints"][0].as_str().is_some_and(|hint| hint.contains("IBMCLOUD_API_KEY")), "{lost:?}");
}

#[test]
fn what_cannot_be_read_is_named_with_what_to_do() {
    let sandbox = Sandbox::new();
    sandbox.write(CLUSTERS, "{");
    let failed = sandbox.karctl(["status"]).output();
    assert_eq!(failed.status, Some(1));
    assert!(
        failed.stderr.starts_with("error: [ROOT]/home/.local/state/karctl/clusters.json cannot be understood"),
        "{failed:?}"
    );
    assert!(failed.stderr.contains("hint: move it away"), "{failed:?}");
}

#[test]
fn watching_prints_a_line_for_each_change_and_ends_cleanly_at_ctrl_c() {
    let sandbox = Sandbox::new();
    let mut child = sandbox.karctl(["status", "--watch", "-o", "json"]).start();
    let mut lines = BufReader::new(child.stdout.take().expect("a pipe")).lines();
    let document = |line: std::io::Result<String>| -> Value {
        serde_json::from_str(&line.expect("text")).expect("a document a line")
    };
    let names = |document: &Value| -> Vec<String> {
        let places = document["places"].as_array().expect("a list").iter();
        places.map(|place| place["name"].as_str().unwrap_or_default().to_owned()).collect()
    };
    let mut last = document(lines.next().expect("a line"));
    assert_eq!(names(&last), ["docker"]);
    remember(&sandbox, &["old"]);
    // What is said of the engine may change too, where a busy machine keeps it from answering in time.
    while names(&last) != ["docker", "old"] {
        let next = document(lines.next().expect("a line"));
        assert_ne!(next, last, "nothing changed");
        last = next;
    }
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("not zero");
    kill_process(pid, Signal::INT).expect("it runs");
    let output = child.wait_with_output().expect("it ends");
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
    for line in lines {
        let next = document(line);
        assert!(names(&next) == ["docker", "old"] && next != last, "nothing changed: {next}");
        last = next;
    }
}
