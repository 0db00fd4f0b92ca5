//! `karctl status` of clusters that answer.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::Runtime;

fn seen(runtime: &Runtime, more: &[&str]) -> (i32, Value) {
    let line = [&["status", "-o", "json", "--timeout", "60s"], more].concat();
    let finished = runtime.cluster.karctl(&runtime.sandbox, line).output();
    let document = finished.document("status");
    let places = document["places"].as_array().expect("a list");
    let cluster = places.iter().find(|place| place["kind"] == "cluster").cloned().unwrap_or_default();
    (finished.status.expect("it ends by itself"), cluster)
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_is_in_the_overview_from_its_deploy_on() {
    let runtime = Runtime::on(Cluster::api());
    assert_eq!(seen(&runtime, &[]), (0, Value::Null), "what karctl has not changed is not asked");
    runtime.deploy(&[]);
    // Nobody runs pods there.
    let (status, cluster) = seen(&runtime, &[]);
    assert_eq!((status, &cluster["name"], &cluster["state"]), (1, &"karctl-test".into(), &"unhealthy".into()));
    assert!(cluster["summary"].as_str().is_some_and(|summary| summary.contains("kar-")), "{cluster:#}");
    assert_eq!(cluster["namespaces"][0]["name"], "default");
    assert_eq!(cluster["namespaces"][0]["is_current"], true);

    let known = "home/.local/state/karctl/clusters.json";
    let pinned = runtime.sandbox.read(known);
    let mut other: Value = serde_json::from_str(&pinned).expect("JSON");
    let pins = other.as_object_mut().expect("pins");
    pins.values_mut().for_each(|pin| pin["uid"] = "that of another cluster".into());
    runtime.sandbox.write(known, other.to_string());
    let (status, cluster) = seen(&runtime, &[]);
    assert_eq!(status, 1);
    let summary = cluster["summary"].as_str().unwrap_or_default();
    assert!(summary.starts_with("context `karctl-test` leads to another cluster than before"), "{cluster:#}");
    runtime.sandbox.write(known, &pinned);
    // Another kubeconfig has a context of the same name, and led to another cluster: each is known by its file.
    let mut both: Value = serde_json::from_str(&pinned).expect("JSON");
    both["karctl-test"] =
        json!({"server": "https://192.0.2.1", "uid": "another", "context": "karctl-test", "kubeconfig": "/none"});
    runtime.sandbox.write(known, both.to_string());
    assert_ne!(runtime.deploy(&["--set", "injector.replicas=1"]), Vec::<String>::new(), "nobody is asked");
    runtime.sandbox.write(known, &pinned);

    let (status, cluster) = seen(&runtime, &["--set", "kubernetes.namespace=elsewhere"]);
    assert_eq!((status, &cluster["state"]), (0, &"healthy".into()), "{cluster:#}");
    let summary = cluster["summary"].as_str().unwrap_or_default();
    assert!(summary.starts_with("KAR is not deployed, Kubernetes v1."), "{cluster:#}");

    // Somebody who may not see which cluster it is: the address is all there is.
    let pins: Value = serde_json::from_str(&pinned).expect("JSON");
    let server = pins.as_object().and_then(|pins| pins.values().next()).expect("a pin")["server"].clone();
    let blind = runtime.cluster.dev_kubeconfig();
    for (server, is_other) in [(server, false), ("https://192.0.2.1".into(), true)] {
        let pin = json!({"server": server, "uid": "", "context": "karctl-test", "kubeconfig": blind});
        runtime.sandbox.write(known, json!({ "blind": pin }).to_string());
        let (status, cluster) = seen(&runtime, &[]);
        assert_eq!((status, &cluster["name"]), (1, &"karctl-test".into()), "nothing else may be seen either");
        let summary = cluster["summary"].as_str().unwrap_or_default();
        assert_eq!(summary.contains("leads to another cluster than before"), is_other, "{cluster:#}");
    }
}
