//! `karctl addon`, on an API server that has the Prometheus Operator's own definitions, so that it refuses what the
//! operator would not understand.

use serde_json::json;

use super::cluster::Cluster;
use super::deploy_rights::rights;
use super::runtime::{Runtime, assert_says, changes};
use crate::parts;
use crate::sandbox::Finished;

/// What `metrics` makes.
const CREATED: [&str; 3] =
    ["ServiceMonitor kar-kafka: created", "PodMonitor kar-applications: created", "ConfigMap kar-dashboards: created"];

/// A Prometheus as the chart kube-prometheus-stack makes it.
const STACK: &str = "
apiVersion: monitoring.coreos.com/v1
kind: Prometheus
metadata: {name: stack, namespace: default}
spec:
  serviceMonitorSelector: {matchLabels: {release: stack}}
  serviceMonitorNamespaceSelector: {}
  podMonitorSelector: {matchLabels: {release: stack}}
  podMonitorNamespaceSelector: {}
";

/// `karctl addon` as the administrator.
pub fn addon(runtime: &Runtime, arguments: &[&str]) -> Finished {
    runtime.cluster.karctl(&runtime.sandbox, [&["addon"], arguments].concat()).output()
}

#[track_caller]
fn installed(runtime: &Runtime, more: &[&str]) -> serde_json::Value {
    let done = addon(runtime, &[&["install", "metrics", "-o", "json"], more].concat());
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    done.document("addon install")
}

/// A runtime on a cluster with the operator's kinds.
fn with_operator() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    for plural in ["prometheuses", "servicemonitors", "podmonitors"] {
        let file = parts::kubernetes_schema(&format!("monitoring.coreos.com_{plural}.yaml"));
        runtime.cluster.shown(["create", "--filename", file.to_str().expect("a path of text")]);
        runtime.cluster.await_kind("monitoring.coreos.com/v1", plural);
    }
    runtime.deploy(&[]);
    runtime
}

/// Names of the objects that carry the addon's label.
fn present(runtime: &Runtime) -> String {
    let kinds = "servicemonitors,podmonitors,configmaps,secrets";
    let labels = "app.kubernetes.io/component=metrics";
    runtime.cluster.shown(["get", kinds, "--all-namespaces", "-l", labels, "-o", "name"])
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn without_the_runtime_or_the_operator_nothing_is_installed() {
    let runtime = Runtime::on(Cluster::api());
    let mark = runtime.cluster.mark();
    let said = ["KAR does not run in namespace kar-system of this cluster", "hint: deploy it with `karctl k8s deploy`"];
    assert_says(&addon(&runtime, &["install", "metrics"]), 1, &said);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    runtime.deploy(&[]);
    let mark = runtime.cluster.mark();
    let said = ["no Prometheus Operator is on this cluster", "kafka-jmx-svc.kar-system.svc:7071", "KAR225"];
    assert_says(&addon(&runtime, &["install", "metrics"]), 1, &said);
    let none = addon(&runtime, &["remove", "metrics"]);
    assert_eq!((none.status, none.stdout.as_str()), (Some(0), "The addon metrics is not installed\n"));
    let listed = addon(&runtime, &["list", "-o", "json"]).document("addon list");
    assert_eq!(listed["addons"][0]["is_installed"], false);
    assert_eq!(runtime.cluster.writes_since(mark), []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn metrics_are_installed_once_and_mended_and_removed() {
    let runtime = with_operator();
    runtime.cluster.apply(STACK);
    let mark = runtime.cluster.mark();
    let dry = addon(&runtime, &["install", "metrics", "--dry-run"]);
    assert_says(&dry, 0, &["`karctl k8s deploy --agent`"]);
    assert!(dry.stdout.contains("PodMonitor kar-system/kar-applications: would be created\n"), "{}", dry.stdout);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let first = installed(&runtime, &[]);
    assert_eq!(
        (changes(&first).as_slice(), &first["taken_by"]),
        (&CREATED.map(str::to_owned)[..], &json!(["default/stack"]))
    );
    let monitor = runtime.object("podmonitor", "kar-applications");
    assert_eq!(monitor["metadata"]["labels"]["release"], "stack");
    assert_eq!(monitor["spec"]["podMetricsEndpoints"][0]["port"], "kar");

    let mark = runtime.cluster.mark();
    let again = addon(&runtime, &["install", "metrics"]);
    let same =
        "The addon metrics is installed; nothing was to be done\nPrometheus default/stack takes its figures up\n";
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), same));
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // What was lost comes back, what was changed is put right.
    runtime.cluster.shown(["delete", "podmonitor", "kar-applications", "--namespace=kar-system"]);
    let interval = r#"{"spec":{"endpoints":[{"port":"kafka-jmx","interval":"60s"}]}}"#;
    let patch = ["patch", "servicemonitor", "kar-kafka", "--namespace=kar-system", "--type=merge", "--patch", interval];
    runtime.cluster.shown(patch);
    let said = ["others have changed what karctl sets", "--force-conflicts"];
    assert_says(&addon(&runtime, &["install", "metrics"]), 1, &said);
    let mended = changes(&installed(&runtime, &["--force-conflicts"]));
    assert_eq!(mended, ["ServiceMonitor kar-kafka: updated", "PodMonitor kar-applications: created"]);

    let kinds = ["servicemonitor", "podmonitor", "configmap", "secret"];
    assert_eq!(present(&runtime).lines().count(), 3, "{}", present(&runtime));
    let listed = addon(&runtime, &["list"]);
    assert!(listed.stdout.contains("metrics  installed  "), "{}", listed.stdout);
    let dry = addon(&runtime, &["remove", "metrics", "--dry-run", "-o", "json"]).document("addon remove");
    let removed = addon(&runtime, &["remove", "metrics", "-o", "json"]).document("addon remove");
    assert_eq!(dry["removed"], removed["removed"]);
    assert_eq!(removed["removed"].as_array().map(Vec::len), Some(kinds.len()), "{removed}");
    assert_eq!(present(&runtime), "");
    let again = addon(&runtime, &["remove", "metrics"]);
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), "The addon metrics is not installed\n"));
    // The runtime is as it was.
    assert_eq!(runtime.deploy(&[]), [""; 0]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_undeploy_takes_addons_away_and_nobody_is_told_of_figures_that_nobody_reads() {
    let runtime = with_operator();
    let dev = runtime.cluster.dev_kubeconfig();
    let install = |more: &[&str]| {
        let words = [&["addon", "install", "metrics", "-o", "json"], more].concat();
        runtime.cluster.karctl(&runtime.sandbox, words).variable("KUBECONFIG", &dev).output()
    };
    let role = rights(&runtime, "deployer");
    let list = "resources: [prometheuses]\n    verbs: [list]";
    assert!(role.contains(list), "{role}");
    runtime.cluster.apply(&role.replace(list, "resources: [prometheuses]\n    verbs: [watch]"));
    assert_says(&install(&["--dry-run"]), 0, &["you may not list the Prometheuses of the cluster", "--label"]);
    runtime.cluster.apply(&role);
    assert_says(&install(&[]), 0, &["no Prometheus was seen on the cluster"]);
    let exacting =
        STACK.replace("{release: stack}", "{release: stack}, matchExpressions: [{key: a, operator: Exists}]");
    runtime.cluster.apply(&exacting);
    assert_says(&install(&[]), 0, &["no Prometheus takes the figures up: default/stack asks for other labels"]);
    let taken = install(&["--label", "a=b"]);
    assert_says(&taken, 0, &["`karctl k8s deploy --agent`"]);
    assert_eq!(taken.document("addon install")["taken_by"], json!(["default/stack"]));

    let undeployed = runtime.k8s_as(&dev, &["undeploy", "-o", "json"]).document("k8s undeploy");
    let removed: Vec<_> = undeployed["removed"].as_array().expect("a list").iter().filter_map(|o| o.as_str()).collect();
    for object in ["ServiceMonitor kar-system/kar-kafka", "PodMonitor kar-system/kar-applications"] {
        assert!(removed.contains(&object), "{removed:?}");
    }
    assert_eq!(present(&runtime), "");
}
