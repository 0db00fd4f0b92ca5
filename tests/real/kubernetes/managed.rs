//! `karctl k8s deploy --managed`: the Kafka and Redis of service keys, and what the cluster remembers of them.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use karctl::certificate::Authority;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};

const CONFIGURATION: &str = "kar.ibm.com.runtime-config";

const MANAGED: [&str; 4] = ["--managed", "kar", "--credentials", "keys.json"];

fn write_keys(runtime: &Runtime, password: &str) {
    let authority = Authority::make(Timestamp::now()).expect("an authority").certificate;
    let redis = json!({
        "guid": "r-1", "name": "kar",
        "source_crn": "crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2::",
        "credentials": {"connection": {"rediss": {
            "authentication": {"username": "ibm_cloud_1", "password": password},
            "certificate": {"certificate_base64": STANDARD.encode(authority)},
            "hosts": [{"hostname": "r.databases.example.org", "port": 30000}],
        }}},
    });
    let kafka = json!({
        "guid": "k-1", "name": "kar",
        "source_crn": "crn:v1:bluemix:public:messagehub:us-south:a/1:3::",
        "credentials": {"password": password, "kafka_brokers_sasl": ["b-0.example.org:9093", "b-1.example.org:9093"]},
    });
    runtime.sandbox.write("work/keys.json", json!([redis, kafka]).to_string());
}

/// A runtime that uses the services of the keys `kar`.
fn deployed() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    write_keys(&runtime, "canary-first");
    let made = runtime.deploy(&MANAGED);
    assert!(made.contains(&format!("Secret {CONFIGURATION}: created")), "{made:?}");
    assert!(!made.iter().any(|line| line.starts_with("StatefulSet")), "{made:?}");
    runtime
}

fn value(runtime: &Runtime, key: &str) -> String {
    let secret = runtime.object("secret", CONFIGURATION);
    let encoded = secret["data"][key].as_str().unwrap_or_else(|| panic!("{key}: {secret:#}"));
    String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("text")
}

fn key_of(runtime: &Runtime) -> Value {
    runtime.object("secret", CONFIGURATION)["metadata"]["annotations"]["karctl.kar.ibm.com/managed-key"].clone()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_services_of_two_keys_are_used_and_the_second_deploy_changes_nothing() {
    let runtime = deployed();
    assert_eq!(value(&runtime, "kafka_brokers"), "b-0.example.org:9093,b-1.example.org:9093");
    assert_eq!(value(&runtime, "redis_user"), "ibm_cloud_1");
    assert_eq!(
        (value(&runtime, "kafka_enable_tls"), value(&runtime, "redis_enable_tls")),
        ("true".into(), "true".into())
    );
    let mark = runtime.cluster.mark();
    assert_eq!(runtime.deploy(&["--managed", "kar", "--credentials", "keys.json"]), Vec::<String>::new());
    assert_eq!(runtime.written(mark), Vec::<String>::new());
    let printed = runtime.cluster.karctl(&runtime.sandbox, ["env", "cluster", "-o", "json"]).output();
    assert_eq!(printed.document("env")["REDIS_HOST"], "r.databases.example.org", "{}", printed.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_later_deploy_knows_which_keys_it_was_and_so_does_a_sync() {
    let runtime = deployed();
    // No file and no account is needed; what was lost meanwhile is brought back.
    runtime.cluster.shown(["delete", "deployment", "kar-injector", "--namespace", SYSTEM]);
    std::fs::rename(runtime.sandbox.path("work/keys.json"), runtime.sandbox.path("work/away.json")).expect("moved");
    assert_eq!(runtime.deploy(&[]), ["Deployment kar-injector: created"]);
    let again = runtime.k8s(&["deploy", "--no-wait"]);
    assert_says(&again, 0, &["Kafka and Redis stay those of the service keys `kar`", "--in-cluster"]);
    assert_eq!(key_of(&runtime), "kar");
    let status = runtime.k8s(&["status", "-o", "json"]).document("k8s status");
    assert_eq!(status["managed_key"], "kar");
    assert_eq!(runtime.k8s(&["diff"]).status, Some(0));

    write_keys(&runtime, "canary-second");
    let changed = runtime.deploy(&MANAGED);
    assert_eq!(changed, [format!("Secret {CONFIGURATION}: updated")]);
    assert_eq!(value(&runtime, "redis_password"), "canary-second");
    let synced = runtime.ns(&["sync", "-o", "json"]).document("ns sync");
    assert_eq!(synced["managed_key"], "kar", "{synced:#}");
    assert_eq!(
        synced["namespaces"][0]["change"], "unchanged",
        "a deploy brings enabled namespaces up to date: {synced:#}"
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_way_back_into_the_cluster_is_asked_for_by_name() {
    let runtime = deployed();
    let changed = runtime.deploy(&["--in-cluster", "--no-persistence"]);
    assert!(changed.contains(&"StatefulSet kar-kafka: created".to_owned()), "{changed:?}");
    assert_eq!(key_of(&runtime), Value::Null);
    assert_eq!(runtime.deploy(&["--no-persistence"]), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn keys_that_say_too_little_are_refused_before_the_first_write() {
    let runtime = Runtime::on(Cluster::api());
    write_keys(&runtime, "canary-first");
    let other = ["deploy", "--managed", "other", "--credentials", "keys.json"];
    runtime.refused(1, &other, &["there is no service key `other` of Databases for Redis", "KAR440"]);
    let unused = ["deploy", "--credentials", "keys.json"];
    runtime.refused(2, &unused, &["choose service keys", "hint: write --managed KEY"]);
}
