//! A release of the original's chart, installed by helm, becomes karctl's.

use std::path::Path;

use serde_json::Value;

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};
use crate::parts;

/// Runs helm in the runtime's namespace; it must succeed.
fn helm(runtime: &Runtime, arguments: &[&str]) -> String {
    let arguments = [arguments, &["--namespace", SYSTEM]].concat();
    let helm = runtime.cluster.inside(&runtime.sandbox, &parts::kubernetes_bin().join("helm"), arguments);
    let done = helm.variable("KUBECONFIG", runtime.cluster.kubeconfig()).output();
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    done.stdout
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_release_of_helm_is_taken_over_when_asked() {
    let runtime = Runtime::on(Cluster::control());
    let chart = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/real/kubernetes/chart");
    helm(&runtime, &["install", "kar", &chart.display().to_string(), "--create-namespace"]);
    assert!(helm(&runtime, &["list", "--short"]).contains("kar"));
    let claim = |name: &str| runtime.object("persistentvolumeclaim", name)["metadata"]["uid"].clone();
    let data = claim("kar-redis-pvc");

    let said = ["exists already, and Helm manages it", "hint: `karctl k8s deploy --adopt` takes over", "KAR205"];
    runtime.refused(1, &["deploy", "--no-wait"], &said);
    let taken = runtime.k8s(&["deploy", "--no-wait", "--adopt"]);
    let unused = "Claims of the chart that nothing uses any more are left in kar-system: kar-kafka-pvc, \
                  kar-zookeeper-pvc-data, kar-zookeeper-pvc-datalog\n";
    assert_says(&taken, 0, &[unused]);

    assert_eq!(helm(&runtime, &["list", "--all", "--short"]), "");
    let records = ["get", "secrets", "--namespace", SYSTEM, "--selector=owner=helm", "--output=name"];
    assert_eq!(runtime.cluster.shown(records), "");
    assert_eq!(claim("kar-redis-pvc"), data);
    for rendered in runtime.rendered(&[]) {
        assert_is_karctls(&runtime, &rendered);
    }
    let kafka = runtime.object("statefulset", "kar-kafka");
    let volumes = kafka["spec"]["template"]["spec"]["volumes"].to_string();
    assert!(!volumes.contains("persistentVolumeClaim"), "{volumes}");
    let redis = runtime.object("service", "kar-redis-0");
    assert_eq!((&redis["spec"]["type"], &redis["spec"]["ports"][0]["nodePort"]), (&"ClusterIP".into(), &Value::Null));

    let mark = runtime.cluster.mark();
    assert_eq!(runtime.deploy(&[]), Vec::<String>::new());
    assert_eq!(runtime.deploy(&["--adopt"]), Vec::<String>::new());
    assert_eq!(runtime.cluster.writes_since(mark), []);
    assert_says(&runtime.k8s(&["undeploy", "--delete-data", "-y"]), 0, &[]);
    let claims = runtime.cluster.shown(["get", "persistentvolumeclaims", "--namespace", SYSTEM, "--output=name"]);
    assert_eq!(claims, "");
}

/// It has karctl's label, and nothing of Helm's: no label, annotation or field manager.
#[track_caller]
fn assert_is_karctls(runtime: &Runtime, rendered: &Value) {
    let (kind, name) =
        (rendered["kind"].as_str().expect("a kind"), rendered["metadata"]["name"].as_str().expect("a name"));
    let show = ["get", kind, name, "--namespace", SYSTEM, "--output=json", "--show-managed-fields"];
    let object: Value = serde_json::from_str(&runtime.cluster.shown(show)).expect("JSON");
    let metadata = &object["metadata"];
    if kind != "Namespace" {
        assert_eq!(metadata["labels"]["app.kubernetes.io/managed-by"], "karctl", "{kind} {name}");
    }
    let is_helms = |text: &str| text.contains("helm");
    assert!(!is_helms(&metadata["labels"].to_string()), "{kind} {name}: {}", metadata["labels"]);
    assert!(!is_helms(&metadata["annotations"].to_string()), "{kind} {name}: {}", metadata["annotations"]);
    let managers = metadata["managedFields"].as_array().into_iter().flatten().filter(|_| kind != "Namespace");
    let managers: Vec<_> = managers.filter(|entry| entry["manager"] == "helm").collect();
    assert!(managers.is_empty(), "{kind} {name}: {managers:?}");
}
