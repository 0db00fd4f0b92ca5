//! `karctl ns sync`, `scale-down` and `scale-up`, where controllers make pods that stay pending.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::super::cluster::Cluster;
use super::super::runtime::{Runtime, assert_says};
use super::{document, ns, written};

const TIMEOUT: Duration = Duration::from_secs(30);

/// Workloads that mount the configuration by themselves, a pod of nobody, and a deployment that does not.
const WORKLOADS: &str = r"
{apiVersion: apps/v1, kind: Deployment, metadata: {name: web, namespace: team-a}, spec: {replicas: 2,
 selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {
 volumes: [{name: c, secret: {secretName: kar.ibm.com.runtime-config}}], containers: [{name: app, image: none}]}}}}
---
{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: data, namespace: team-a}, spec: {replicas: 1, serviceName: d,
 selector: {matchLabels: {app: data}}, template: {metadata: {labels: {app: data}}, spec: {
 volumes: [{name: c, secret: {secretName: kar.ibm.com.runtime-config}}], containers: [{name: app, image: none}]}}}}
---
{apiVersion: apps/v1, kind: Deployment, metadata: {name: other, namespace: team-a}, spec: {replicas: 1,
 selector: {matchLabels: {app: other}}, template: {metadata: {labels: {app: other}}, spec: {
 containers: [{name: app, image: none}]}}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: alone, namespace: team-a}, spec: {
 volumes: [{name: c, secret: {secretName: kar.ibm.com.runtime-config}}], containers: [{name: app, image: none}]}}
";

struct Team {
    runtime: Runtime,
}

impl Team {
    /// Pods, or whatever, that kubectl lists.
    fn listed(&self, kind: &str) -> Vec<Value> {
        let shown = self.runtime.cluster.shown(["--namespace=team-a", "get", kind, "-o", "json"]);
        let list: Value = serde_json::from_str(&shown).expect("JSON");
        list["items"].as_array().expect("a list").clone()
    }

    #[track_caller]
    fn wait(&self, what: &str, is_so: impl Fn() -> bool) {
        let began = Instant::now();
        while !is_so() {
            assert!(began.elapsed() < TIMEOUT, "never: {what}");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    /// Moves the source.
    fn change(&self, value: &str) {
        let drift = json!({"data": {"kafka_version": value}}).to_string();
        let secret = ["--namespace=kar-system", "patch", "secret", "kar.ibm.com.runtime-config", "--type=merge", "-p"];
        self.runtime.cluster.shown(secret.into_iter().chain([drift.as_str()]));
    }

    fn replicas(&self) -> Vec<(String, i64)> {
        let workloads = self.listed("deployment,statefulset");
        let one = |object: &Value| {
            let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
            (name, object["spec"]["replicas"].as_i64().expect("a number"))
        };
        workloads.iter().map(one).collect()
    }
}

fn team() -> Team {
    let runtime = Runtime::on(Cluster::control());
    runtime.deploy(&[]);
    document(&runtime, "enable", &["team-a", "--create"]);
    let team = Team { runtime };
    team.wait("an account", || !team.listed("serviceaccount").is_empty());
    team.runtime.cluster.apply(WORKLOADS);
    team.wait("five pods", || team.listed("pod").len() == 5);
    team
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn stale_copies_are_brought_up_to_date_and_their_pods_made_anew_once() {
    let team = team();
    let runtime = &team.runtime;
    let mark = runtime.cluster.mark();
    let synced = document(runtime, "sync", &[]);
    assert_eq!(synced["namespaces"].as_array().expect("a list").len(), 2, "{synced}");
    assert_eq!(runtime.cluster.writes_since(mark), []);
    assert_says(
        &ns(runtime, &["sync", "kube-public"]),
        1,
        &["namespace kube-public is not enabled", "karctl ns enable"],
    );
    assert_says(&ns(runtime, &["sync", "nope"]), 1, &["there is no namespace nope"]);

    // Pods of the same second would count as old.
    std::thread::sleep(Duration::from_millis(1100));
    team.change("My4zLjE=");
    let mark = runtime.cluster.mark();
    let dry = document(runtime, "sync", &["--restart", "--dry-run"]);
    let rolled = json!(["Deployment team-a/web", "StatefulSet team-a/data"]);
    assert_eq!((&dry["namespaces"][1]["restarted"], dry["dry_run"].as_bool()), (&rolled, Some(true)));
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // Cut off between the copy and the restart: the next one restarts.
    let copied = ns(runtime, &["sync", "team-a", "team-a"]);
    assert_says(&copied, 0, &["1 namespace brought up to date"]);
    assert_eq!(copied.stdout, "Namespace team-a: kar.ibm.com.runtime-config copied\n");
    let mark = runtime.cluster.mark();
    let synced = document(runtime, "sync", &["team-a", "--restart"]);
    assert_eq!(synced["namespaces"][0]["change"], "unchanged");
    assert_eq!(synced["namespaces"][0]["restarted"], rolled);
    assert_eq!(synced["namespaces"][0]["not_restarted"], json!(["Pod alone"]));
    assert_eq!(
        written(runtime, mark),
        [
            "patch /apis/apps/v1/namespaces/team-a/deployments/web",
            "patch /apis/apps/v1/namespaces/team-a/statefulsets/data",
        ]
    );
    // Again: the pods may still be the old ones, but they are on their way out.
    let mark = runtime.cluster.mark();
    let again = document(runtime, "sync", &["team-a", "--restart"]);
    assert_eq!(again["namespaces"][0]["restarted"], json!([]));
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let web = team.listed("deployment").into_iter().find(|one| one["metadata"]["name"] == "web").expect("it is there");
    let annotations = &web["spec"]["template"]["metadata"]["annotations"];
    assert!(annotations["kubectl.kubernetes.io/restartedAt"].is_string(), "{annotations}");

    // Copied and restarted in one go.
    team.change("My40LjA=");
    let synced = document(runtime, "sync", &["--restart"]);
    let of_team = &synced["namespaces"].as_array().expect("a list")[1];
    assert_eq!((&of_team["namespace"], &of_team["restarted"]), (&json!("team-a"), &rolled));
    assert_eq!(document(runtime, "list", &[])["namespaces"][1]["is_current"], true);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn workloads_that_do_not_roll_are_left_to_whoever_keeps_them() {
    let team = team();
    let runtime = &team.runtime;
    let patch = |workload: &str, spec: Value| {
        let patch = json!({"spec": spec}).to_string();
        runtime.cluster.shown(["--namespace=team-a", "patch", workload, "--type=merge", "-p", &patch]);
    };
    patch("deployment/web", json!({"paused": true}));
    patch("statefulset/data", json!({"updateStrategy": {"type": "OnDelete", "rollingUpdate": null}}));
    team.change("My4zLjE=");
    document(runtime, "sync", &["team-a"]);
    let mark = runtime.cluster.mark();
    let synced = document(runtime, "sync", &["team-a", "--restart"]);
    let of_team = &synced["namespaces"][0];
    assert_eq!(of_team["restarted"], json!([]));
    let left: Vec<_> = of_team["not_restarted"].as_array().expect("a list").iter().map(Value::to_string).collect();
    assert_eq!(left.len(), 4, "{left:?}");
    assert!(left.contains(&"\"Pod data-0 of StatefulSet data\"".to_owned()), "{left:?}");
    assert_eq!(left.iter().filter(|pod| pod.ends_with(" of Deployment web\"")).count(), 2, "{left:?}");
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // From where it rolls again it is made anew.
    patch("deployment/web", json!({"paused": false}));
    let synced = document(runtime, "sync", &["team-a", "--restart"]);
    assert_eq!(synced["namespaces"][0]["restarted"], json!(["Deployment team-a/web"]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn workloads_rest_and_wake_as_they_were() {
    let team = team();
    let runtime = &team.runtime;
    runtime.cluster.shown([
        "--namespace=team-a",
        "autoscale",
        "deployment",
        "other",
        "--min=1",
        "--max=3",
        "--cpu-percent=50",
    ]);
    let named = |numbers: [(&str, i64); 3]| numbers.map(|(name, number)| (name.to_owned(), number)).to_vec();
    let before = named([("other", 1), ("web", 2), ("data", 1)]);
    assert_eq!(team.replicas(), before);
    assert_says(&ns(runtime, &["scale-down", "kar-system"]), 2, &["belongs to the cluster or to the runtime"]);
    assert_says(&ns(runtime, &["scale-down", "kube-public"]), 2, &["belongs to the cluster"]);
    assert_says(&ns(runtime, &["scale-up", "nope"]), 1, &["there is no namespace nope"]);

    let mark = runtime.cluster.mark();
    document(runtime, "scale-down", &["team-a", "--dry-run"]);
    document(runtime, "scale-up", &["team-a"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let down = document(runtime, "scale-down", &["team-a"]);
    let other = &down["workloads"][0];
    assert_eq!((&other["workload"], &other["change"]), (&json!("Deployment team-a/other"), &json!("unchanged")));
    assert_eq!(other["note"], "its pods are counted by HorizontalPodAutoscaler other");
    assert_eq!(team.replicas(), named([("other", 1), ("web", 0), ("data", 0)]));
    let mark = runtime.cluster.mark();
    document(runtime, "scale-down", &["team-a"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // Half of it was undone by hand: the other half wakes, and what was set by hand stays.
    runtime.cluster.shown(["--namespace=team-a", "scale", "statefulset", "data", "--replicas=3"]);
    let up = document(runtime, "scale-up", &["team-a"]);
    assert_eq!(up["workloads"][2]["note"], "somebody gave it pods meanwhile", "{up}");
    assert_eq!(team.replicas(), named([("other", 1), ("web", 2), ("data", 3)]));
    let mark = runtime.cluster.mark();
    document(runtime, "scale-up", &["team-a"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let kept = runtime.cluster.shown(["--namespace=team-a", "get", "deployment,statefulset", "-o", "yaml"]);
    assert!(!kept.contains("karctl.kar.ibm.com/replicas"), "{kept}");
}
