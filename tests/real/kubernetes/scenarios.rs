//! Real API servers, broken row by row: `karctl check k8s` says what each row says and nothing else, and writes nothing;
//! `--fix` mends those that say so, and finds nothing to do when it is run again.

use super::cluster::Cluster;
use super::runtime::Runtime;
use super::scenario_rows::{self, INJECTOR_ADDRESS, Mend, Row, Step};
use crate::sandbox::Finished;
use serde_json::{Value, json};

/// A node as its kubelet would register it, with room for the runtime.
const NODE: &str = "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubernetes.io/arch: amd64}}, \
                    status: {conditions: [{type: Ready, status: 'True'}], \
                    allocatable: {cpu: '2', memory: 4Gi, pods: '20'}}}";

fn equipped() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.apply(scenario_rows::CLASS);
    runtime.cluster.apply(NODE);
    // The API server taints a new node until its controller has seen it, which nobody runs here.
    runtime.cluster.shown(["patch", "node", "n1", "--type=merge", "--patch", r#"{"spec":{"taints":null}}"#]);
    runtime
}

fn take(runtime: &Runtime, step: Step) {
    let cluster = &runtime.cluster;
    match step {
        Step::Apply(manifest) => cluster.apply(manifest),
        Step::Kubectl(line) => drop(cluster.shown(line.split(' '))),
        Step::Node(name, conditions) => {
            let status: Value =
                serde_yaml::from_str(&format!("{{status: {{conditions: [{conditions}]}}}}")).expect("YAML");
            let patch = ["patch", "node", name, "--subresource=status", "--type=merge", "--patch"];
            cluster.shown([&patch[..], &[&status.to_string()]].concat());
        }
        Step::Value(namespace, key, value) => {
            let patch = json!({"stringData": {key: value}}).to_string();
            let secret = ["patch", "secret", "kar.ibm.com.runtime-config", "--namespace", namespace, "--patch", &patch];
            cluster.shown(secret);
        }
        Step::Phase(pod, phase) => {
            let status = json!({"status": {"phase": phase}}).to_string();
            cluster.shown(["patch", "pod", pod, "--subresource=status", "--type=merge", "--patch", &status]);
        }
        Step::Kar(version) => drop(runtime.sandbox.program("kar", &format!("echo {version}"))),
        Step::NoKar => std::fs::remove_file(runtime.sandbox.path("bin/kar")).expect("it was there"),
        Step::Known => {
            let context = cluster.shown(["config", "current-context"]);
            let known = json!({context.trim(): {"server": "https://10.9.8.7:6443", "uid": "another"}}).to_string();
            runtime.sandbox.write(KNOWN, known);
        }
        Step::Forgotten => std::fs::remove_file(runtime.sandbox.path(KNOWN)).expect("it was there"),
    }
}

/// What karctl remembers of clusters.
const KNOWN: &str = "home/.local/state/karctl/clusters.json";

fn check(runtime: &Runtime, line: &[&str]) -> Finished {
    runtime.cluster.karctl(&runtime.sandbox, [&["check", "k8s", "-o", "json"], line].concat()).output()
}

/// The checks of a document that are neither well nor skipped: title and code.
fn failed(finished: &Finished) -> Vec<(String, String)> {
    let document = finished.document("check");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let checks = document["checks"].as_array().expect("a list").iter();
    let bad = checks.filter(|checked| checked["outcome"] == "error" || checked["outcome"] == "warning");
    let mut failed: Vec<_> = bad.map(|checked| (text(&checked["title"]), text(&checked["code"]))).collect();
    failed.sort();
    failed
}

/// Breaks, checks and mends by every row; what is not as the row says.
fn differences(runtime: &Runtime, rows: &[Row], stage: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    for row in rows {
        row.breaks.iter().for_each(|step| take(runtime, *step));
        let mark = runtime.cluster.mark();
        let finished = check(runtime, &[stage, row.line].concat());
        let (found, written) = (failed(&finished), runtime.cluster.writes_since(mark));
        let mut expected: Vec<_> =
            row.expected.iter().map(|(title, code)| ((*title).to_owned(), (*code).to_owned())).collect();
        expected.sort();
        if found != expected || !written.is_empty() {
            wrong.push(format!(
                "{}: found {found:?}, not {expected:?}; written {written:?}\n{}{}",
                row.name, finished.stdout, finished.stderr
            ));
        }
        match row.mends {
            Mend::By(steps) => steps.iter().for_each(|step| take(runtime, *step)),
            Mend::Fix => wrong.extend(unfixed(runtime).map(|told| format!("{}: {told}", row.name))),
        }
    }
    wrong
}

/// Has what is broken fixed: shown and not done, done, and nothing left to do; what is not so.
fn unfixed(runtime: &Runtime) -> Option<String> {
    let mark = runtime.cluster.mark();
    let shown = check(runtime, &["--fix", "--dry-run"]);
    let would = shown.document("check")["fixed"].clone();
    if !runtime.cluster.writes_since(mark).is_empty() || would == json!([]) {
        return Some(format!("--dry-run: {would}\n{}", shown.stderr));
    }
    let refused = check(runtime, &["--fix"]);
    if refused.status != Some(2) || !runtime.cluster.writes_since(mark).is_empty() {
        return Some(format!("without -y: {}", refused.stderr));
    }
    let done = check(runtime, &["--fix", "-y"]);
    if done.status != Some(0) || done.document("check")["fixed"] != would {
        return Some(format!("--fix: {}\n{}", done.stdout, done.stderr));
    }
    let mark = runtime.cluster.mark();
    let again = check(runtime, &["--fix", "-y"]);
    let is_left_alone = again.document("check")["fixed"] == json!([]) && runtime.cluster.writes_since(mark).is_empty();
    (again.status != Some(0) || !is_left_alone).then(|| format!("again: {}", again.stderr))
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_breaks_on_a_cluster_is_told_by_its_checks_and_no_other_and_fixed() {
    let runtime = equipped();
    let mut wrong = differences(&runtime, scenario_rows::BEFORE, &["--pre"]);
    for (pod, name) in scenario_rows::PODS.into_iter().zip(["hello", "injected"]) {
        take(&runtime, Step::Apply(pod));
        take(&runtime, Step::Phase(name, "Succeeded"));
    }
    runtime.deploy(&["--enable", "default"]);
    super::checks::make_all_ready(&runtime);
    runtime.cluster.apply(INJECTOR_ADDRESS);
    wrong.extend(differences(&runtime, scenario_rows::ROWS, &[]));
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
