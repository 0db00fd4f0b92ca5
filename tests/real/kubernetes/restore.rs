//! `karctl check k8s --fix` on a cluster that was deployed otherwise than this shell would: what is gone comes back as it was,
//! and nothing else changes.

use serde_json::json;

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM};
use crate::sandbox::Finished;

const SERVICES: &str =
    "kafka_brokers: kafka.example:9092\nkafka_version: 3.2.0\nredis_host: redis.example\nredis_port: 6379\n";

fn fix(runtime: &Runtime, more: &[&str]) -> Finished {
    let line = ["check", "k8s", "--fix", "-o", "json", "--timeout", "20s"];
    runtime.cluster.karctl(&runtime.sandbox, [&line, more].concat()).output()
}

fn delete(runtime: &Runtime, line: &str) {
    runtime.cluster.shown(["delete"].into_iter().chain(line.split(' ')));
}

fn deployed() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    runtime
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn services_that_are_elsewhere_stay_there() {
    let runtime = deployed();
    runtime.sandbox.write("work/services.yaml", SERVICES);
    runtime.deploy(&["--services", "services.yaml", "--enable", "team-a"]);
    let before = runtime.objects();
    let given = runtime.object("secret", "kar.ibm.com.runtime-config")["data"].clone();
    delete(&runtime, &format!("deployment kar-injector --namespace {SYSTEM}"));

    let shown = fix(&runtime, &["--dry-run"]);
    assert!(shown.stderr.contains("Deployment kar-injector created"), "{}", shown.stderr);
    assert!(!shown.stderr.contains("StatefulSet"), "{}", shown.stderr);
    let done = fix(&runtime, &["-y"]);
    assert_ne!(done.document("check")["fixed"], json!([]), "{}", done.stderr);
    assert_eq!(runtime.objects(), before, "{}", done.stderr);
    assert_eq!(runtime.object("secret", "kar.ibm.com.runtime-config")["data"], given);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_exposed_stays_exposed_and_the_injector_is_the_one_that_was() {
    let runtime = deployed();
    let image = "injector.image=registry.example/karctl/injector:1";
    runtime.deploy(&["--expose", "127.0.0.1", "--set", "injector.implementation=karctl", "--set", image]);
    let before = runtime.objects();
    let injector = |runtime: &Runtime| runtime.object("deployment", "kar-injector")["spec"]["template"].clone();
    let (program, redis) = (injector(&runtime), runtime.object("service", "kar-redis-0")["spec"]["ports"].clone());
    delete(&runtime, &format!("statefulset kar-redis --namespace {SYSTEM}"));

    let done = fix(&runtime, &["-y"]);
    assert!(done.stderr.contains("StatefulSet kar-redis created"), "{}", done.stderr);
    assert_eq!(runtime.objects(), before, "{}", done.stderr);
    assert_eq!(injector(&runtime), program);
    assert_eq!(runtime.object("service", "kar-redis-0")["spec"]["ports"], redis);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_deploy_that_would_change_more_is_left_to_somebody() {
    let runtime = deployed();
    runtime.deploy(&["--set", "kafka.heap=512m"]);
    delete(&runtime, &format!("statefulset kar-redis --namespace {SYSTEM}"));
    let mark = runtime.cluster.mark();
    let refused = fix(&runtime, &["-y"]);
    assert_eq!(refused.document("check")["fixed"], json!([]), "{}", refused.stderr);
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    let said = ["more than what is gone would change: StatefulSet kar-kafka updated", "`karctl k8s deploy`"];
    said.iter().for_each(|said| assert!(refused.stderr.contains(said), "{}", refused.stderr));
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let same = fix(&runtime, &["-y", "--set", "kafka.heap=512m"]);
    assert_ne!(same.document("check")["fixed"], json!([]), "{}", same.stderr);
}
