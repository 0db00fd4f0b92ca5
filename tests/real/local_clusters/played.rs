//! A cluster of kind that is played as far as karctl sees it: a container that pulls as a node does, and a real API server
//! that says of the cluster what one of kind says.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::kubernetes::Cluster;
use crate::parts;
use crate::sandbox::{Finished, Sandbox};

/// What the played node runs, unless a test says otherwise.
pub const NODE_IMAGE: &str = "karctl-test/tiny:1";

/// kind, as it is played.
const KIND: &str = include_str!("played_kind");

/// The API server of a cluster that is played.
pub struct Played {
    cluster: Cluster,
    name: &'static str,
}

impl Played {
    /// An API server that says that the one node of the cluster of this name is ready, and so are DNS and storage.
    pub fn new(name: &'static str) -> Self {
        let cluster = Cluster::api();
        for namespace in ["kube-system", "kube-public"] {
            cluster.shown(["wait", "--for=create", &format!("namespace/{namespace}"), "--timeout=120s"]);
        }
        let labels = json!({"k8s-app": "kube-dns"});
        let pod =
            json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "coredns", "image": "coredns"}]}});
        let class = json!({"storageclass.kubernetes.io/is-default-class": "true"});
        let played = Self { cluster, name };
        played.apply(&json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": played.node()}}));
        played.apply(&json!({
            "apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "coredns", "namespace": "kube-system"},
            "spec": {"selector": {"matchLabels": labels}, "template": pod},
        }));
        played.apply(&json!({
            "apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "provisioner": "played",
            "metadata": {"name": "standard", "annotations": class},
        }));
        // No kubelet reports; a time that has not come is after every start of the node.
        let ready = json!({
            "type": "Ready", "status": "True", "reason": "Played", "message": "played",
            "lastHeartbeatTime": "2100-01-01T00:00:00Z", "lastTransitionTime": "2100-01-01T00:00:00Z",
        });
        played.say(&["node", &played.node()], &json!({"conditions": [ready]}));
        let available = json!({"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1});
        played.say(&["deployment", "coredns", "--namespace=kube-system"], &available);
        played
    }

    /// The cluster behind it.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Puts this cluster's kind on PATH, on an engine that kind itself talks to directly.
    pub fn equip(&self, sandbox: &mut Sandbox) {
        sandbox.program("kind", KIND);
        let kubeconfig = sandbox.write("played.kubeconfig", self.kubeconfig());
        sandbox.set_variable("PLAYED_ENGINE", parts::docker_host());
        sandbox.set_variable("PLAYED_TURN", parts::turn_file("played-network"));
        sandbox.set_variable("PLAYED_IMAGE", NODE_IMAGE);
        sandbox.set_variable("PLAYED_KUBECONFIG", kubeconfig);
    }

    fn node(&self) -> String {
        format!("{}-control-plane", self.name)
    }

    /// As kind writes it.
    fn kubeconfig(&self) -> String {
        let path: PathBuf = self.cluster.kubeconfig();
        let text = std::fs::read_to_string(path).expect("a kubeconfig");
        let mut document: Value = serde_yaml::from_str(&text).expect("YAML");
        let name = format!("kind-{}", self.name);
        for list in ["clusters", "users", "contexts"] {
            document[list].as_array_mut().expect("a list").truncate(1);
            document[list][0]["name"] = json!(name);
        }
        document["contexts"][0]["context"] = json!({"cluster": name, "user": name});
        document["current-context"] = json!(name);
        document.to_string()
    }

    fn apply(&self, object: &Value) {
        self.cluster.apply(&object.to_string());
    }

    fn say(&self, object: &[&str], status: &Value) {
        let said = self.try_say(object, status);
        assert_eq!(said.status, Some(0), "{}", said.stderr);
    }

    /// Sets the status of an object, if it is there.
    pub fn try_say(&self, object: &[&str], status: &Value) -> Finished {
        let patch = format!("--patch={}", json!({"status": status}));
        self.cluster.kubectl([&["patch"], object, &["--subresource=status", "--type=merge", &patch]].concat()).output()
    }
}
