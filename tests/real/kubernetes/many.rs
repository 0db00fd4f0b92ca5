//! `karctl ns` for many namespaces at a time.

use std::time::Instant;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::namespaces::document;
use super::runtime::Runtime;
use crate::fault_proxy::{Class, Fault, FaultProxy, Point, REASON, Shapes};

/// As many as an organisation may have that runs this in its pipeline.
const MANY: usize = 100;

#[track_caller]
fn changes(document: &Value) -> Vec<&str> {
    let namespaces = document["namespaces"].as_array().expect("a list").iter();
    namespaces.map(|one| one["change"].as_str().expect("a word")).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_hundred_namespaces_are_enabled_repaired_and_disabled() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let names: Vec<_> = (0..MANY).map(|number| format!("team-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let requests = || {
        let again = runtime.k8s(&["deploy", "--no-wait", "-o", "json"]);
        again.document("k8s deploy")["requests"].as_u64().expect("a number")
    };
    let for_one = requests();
    let began = Instant::now();
    let enabled = document(&runtime, "enable", &[&names[..], &["--create", "--limits"]].concat());
    println!("{MANY} namespaces enabled in {:.1} s", began.elapsed().as_secs_f64());
    assert_eq!(changes(&enabled), vec!["created"; MANY]);
    let mark = runtime.cluster.mark();
    assert_eq!(changes(&document(&runtime, "enable", &names)), vec!["unchanged"; MANY]);
    let for_many = requests();
    assert!(for_many <= for_one + 2, "{for_many} requests for {MANY} namespaces, {for_one} for one");
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // The source moves: every copy is out of date, and one command brings all up to date.
    let drift = r#"{"data": {"kafka_brokers": "eA=="}}"#;
    let secret =
        ["--namespace=kar-system", "patch", "secret", "kar.ibm.com.runtime-config", "--type=merge", "-p", drift];
    runtime.cluster.shown(secret);
    let stale = |document: Value| {
        let namespaces = document["namespaces"].as_array().expect("a list").iter();
        namespaces.filter(|one| one["is_current"] == false).count()
    };
    assert_eq!(stale(document(&runtime, "list", &[])), MANY + 1);
    let label = runtime.cluster.shown(["label", "namespace", "team-1", "team-2", "stage=test"]);
    assert_eq!(label.lines().count(), 2);
    assert_eq!(changes(&document(&runtime, "enable", &["-l", "stage=test"])), ["updated"; 2]);
    let mark = runtime.cluster.mark();
    document(&runtime, "enable", &["--all"]);
    // `default` is one of them.
    let to_copies = runtime.written(mark).into_iter().filter(|write| write.contains("/secrets/")).count();
    assert_eq!(to_copies, MANY + 1 - 2);
    assert_eq!(stale(document(&runtime, "list", &[])), 0);

    let disabled = document(&runtime, "disable", &["--all"]);
    assert_eq!(changes(&disabled), vec!["removed"; MANY + 1]);
    assert_eq!(document(&runtime, "list", &[])["namespaces"], json!([]));
    assert_eq!(runtime.cluster.shown(["get", "limitrange", "--all-namespaces", "-o", "name"]), "");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_thousand_namespaces_are_one_command_and_looking_at_them_a_few_requests() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let names: Vec<_> = (0..1000).map(|number| format!("team-{number}")).collect();
    let names: Vec<_> = names.iter().map(String::as_str).collect();
    let timed = |what: &str, arguments: &[&str]| {
        let began = Instant::now();
        let done = document(&runtime, what, arguments);
        println!("1000 namespaces: ns {what} in {:.1} s", began.elapsed().as_secs_f64());
        done
    };
    assert_eq!(changes(&timed("enable", &[&names[..], &["--create"]].concat())), vec!["created"; 1000]);
    let traced = super::namespaces::ns(&runtime, &[&["enable", "-vv"], &names[..]].concat());
    let requests = traced.stderr.lines().filter(|line| line.contains(": ok, ")).count();
    assert!((1..=20).contains(&requests), "{requests} requests");
    let listed = timed("list", &[]);
    let namespaces = listed["namespaces"].as_array().expect("a list");
    assert_eq!(namespaces.iter().filter(|one| one["is_current"] == true).count(), 1001);
    assert_eq!(changes(&timed("disable", &["--all"])), vec!["removed"; 1001]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_api_server_that_has_too_much_to_do_is_given_the_time_it_asks_for() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let proxy = FaultProxy::to_api_server(&runtime.cluster.kubeconfig(), None);
    let path = runtime.sandbox.write("kubeconfig", proxy.kubeconfig());
    let shape =
        "/api/v1/namespaces/{name}/secrets/kar.ibm.com.runtime-config?fieldManager=karctl&force=true".to_owned();
    let class = Class { method: "PATCH".to_owned(), shape };
    proxy.watch(Shapes::of("team-a"), Some((Fault::Answer { status: 429, times: 1 }, Point { class, occurrence: 0 })));
    let began = Instant::now();
    let arguments = ["ns", "enable", "team-a", "--create", "-vv"];
    let done = runtime.cluster.karctl(&runtime.sandbox, arguments).variable("KUBECONFIG", path).output();
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    assert!(proxy.has_struck(), "{:?}", proxy.requests());
    assert!(done.stderr.contains(&format!("{REASON}; again in 1000 ms")), "{}", done.stderr);
    assert!(began.elapsed().as_secs() >= 1);
    assert_eq!(document(&runtime, "list", &[])["namespaces"][1]["is_current"], true);
}
