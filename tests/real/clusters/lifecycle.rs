//! A cluster from `create` to `delete`, with KAR on it.

use serde_json::{Value, json};

use super::Developer;
use crate::parts;

/// Each image is pulled, under one of the registry's names or the other; the sidecar's is loaded.
const SETTINGS: &str = "\
kafka: {image: 'registry:5000/kt/kafka:3.9.1'}
redis: {image: 'localhost:5000/kt/redis:7.0'}
injector: {implementation: karctl, image: 'localhost:5000/kt/injector:1', sidecar_image: 'karctl-test/client:1'}
";

/// How many records a client writes.
const COUNT: &str = "500";

/// A pod of an image, which is pulled unless that is forbidden, on a node with this `kar-type`.
fn pod(name: &str, image: &str, pull: &str, node: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{nodeSelector: {{kar-type: {node}}}, \
         terminationGracePeriodSeconds: 0, \
         containers: [{{name: main, image: '{image}', imagePullPolicy: {pull}, command: [sleep, '3600']}}]}}}}"
    )
}

impl Developer {
    /// A client of Kafka and Redis on this machine, with the variables of the cluster; it works as soon as the nodes' own
    /// proxies know where both are.
    #[track_caller]
    fn client(&self, arguments: &[&str]) {
        let client = parts::client();
        let line = [&["exec", "cluster", "--", client.to_str().expect("text")], arguments].concat();
        self.wait_until(|| self.run(&line), |finished| finished.status == Some(0));
    }

    #[track_caller]
    fn is_ready(&self, pod: &str) {
        self.kubectl(&["wait", "--for=condition=Ready", &format!("pod/{pod}"), "--timeout=300s"]);
    }

    /// The runtime's pods, by name, each with its uid.
    fn pods(&self) -> String {
        let path = "jsonpath={range .items[*]}{.metadata.name}={.metadata.uid} {end}";
        self.kubectl(&["get", "pods", "--namespace=kar-system", "--sort-by=.metadata.name", "--output", path])
    }

    fn current_context(&self) -> String {
        self.kubectl(&["config", "current-context"])
    }
}

/// The string values of a list.
fn words(list: &Value) -> Vec<&str> {
    list.as_array().expect("a list").iter().map(|word| word.as_str().expect("text")).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_of_kind_runs_kar_from_its_creation_to_its_end() {
    let developer = Developer::new();
    developer.sandbox().write("work/settings.yaml", SETTINGS);

    // A plan makes nothing.
    let plan = developer.create(&["--workers", "1", "--dry-run"]);
    assert_eq!((&plan["action"], &plan["dry_run"]), (&json!("created"), &json!(true)));
    assert_eq!((developer.containers(), developer.volumes()), (vec![], vec![]));

    // The images of the runtime are in the registry before the cluster is there.
    developer.must(&["registry", "up"]);
    for (image, name) in [
        ("karctl-test/kafka:3.9.1", "kafka:3.9.1"),
        ("karctl-test/redis:7.0", "redis:7.0"),
        ("karctl/injector:0.1.0", "injector:1"),
    ] {
        developer.push(image, &format!("localhost:5000/kt/{name}"));
    }

    // From nothing: a control plane, a worker and KAR, whose images were pulled under both names.
    let created = developer.create(&["--workers", "1", "--deploy", "-f", "settings.yaml"]);
    assert_eq!((&created["action"], &created["context"]), (&json!("created"), &json!("kind-kar")));
    assert_eq!(words(&created["nodes"]), ["kar-control-plane", "kar-worker"]);
    let ports = created["ports"].as_array().expect("a list");
    assert!([31080, 31093, 31379, 31443].iter().all(|port| ports.contains(&json!(port))), "{ports:?}");
    assert_eq!(created["registry"], "localhost:5000");
    assert_eq!(created["deployed"]["objects"][0]["change"], "created");
    assert_eq!(developer.containers(), ["kar-control-plane", "kar-worker", "registry"]);
    assert_eq!(developer.current_context(), "kind-kar");
    developer.client(&["write", "--app", "life", "--count", COUNT]);

    // Again: nothing changes, neither to the cluster nor to what runs on it.
    let pods = developer.pods();
    let again = developer.create(&["--workers", "1", "--deploy", "-f", "settings.yaml"]);
    assert_eq!((&again["action"], &again["reason"]), (&json!("unchanged"), &Value::Null));
    let objects = again["deployed"]["objects"].as_array().expect("a list");
    assert!(objects.iter().all(|object| object["change"] == "unchanged"), "{objects:?}");
    assert_eq!(developer.pods(), pods);

    // What the developer pushes now is pulled too, and what is loaded needs no registry.
    developer.push("karctl-test/tiny:1", "localhost:5000/kt/new:1");
    developer.apply(&pod("by-localhost", "localhost:5000/kt/new:1", "Always", "system"));
    developer.apply(&pod("by-registry", "registry:5000/kt/new:1", "Always", "system"));
    developer.is_ready("by-localhost");
    developer.is_ready("by-registry");
    let load = ["images", "load", "karctl-test/client:1", "-o", "json"];
    let changes = |loaded: &Value| {
        loaded["nodes"].as_array().expect("a list").iter().map(|node| node["change"].clone()).collect::<Vec<_>>()
    };
    assert_eq!(changes(&developer.must(&load).document("images load")), ["created", "created"]);
    assert_eq!(changes(&developer.must(&load).document("images load")), ["unchanged", "unchanged"]);
    developer.apply(&pod("by-load", "karctl-test/client:1", "Never", "system"));
    developer.is_ready("by-load");

    // Stopped and started: all comes back, with its data.
    let stopped = developer.cluster("stop", &[]);
    assert_eq!((&stopped["action"], words(&stopped["containers"]).len()), (&json!("stopped"), 2));
    assert_eq!(developer.cluster("stop", &[])["action"], "unchanged");
    assert_eq!(developer.docker(&["ps", "--format", "{{.Names}}"]), "registry");
    assert_eq!(developer.cluster("start", &[])["action"], "started");
    assert_eq!(developer.cluster("start", &[])["action"], "unchanged");
    let back = developer.create(&["--deploy", "-f", "settings.yaml"]);
    assert_eq!(back["action"], "unchanged");
    developer.client(&["verify", "--app", "life", "--count", COUNT]);

    // Deleted: nothing is left but what is said.
    let deleted = developer.cluster("delete", &["-y", "--with-registry"]);
    assert_eq!(deleted["clusters"][0]["containers"], json!(["kar-control-plane", "kar-worker"]));
    let left = words(&deleted["left"]).join("\n");
    assert!(left.contains("karctl-registry") && left.contains("network kind"), "{left}");
    assert_eq!((developer.containers(), developer.volumes()), (vec![], vec!["karctl-registry".to_owned()]));
    let kubeconfig = developer.sandbox().read("home/.kube/config");
    assert!(!kubeconfig.contains("kind-kar"), "{kubeconfig}");
    let again = developer.run(&["cluster", "delete", "-y"]);
    assert_eq!(again.status, Some(1));
    assert!(again.stderr.contains("there is no cluster `kar` on this machine"), "{}", again.stderr);

    // What was cut between the cluster and the registry is finished by the same command.
    developer.must(&["registry", "up"]);
    assert_eq!(developer.cluster("delete", &["-y", "--with-registry"])["clusters"], json!([]));
    assert_eq!(developer.containers(), Vec::<String>::new());
}
