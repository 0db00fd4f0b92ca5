//! A cluster of kind or k3d that is played as far as karctl sees it: a container that pulls as a node does, and a real API server
//! that says of the cluster what one of kind says.

use std::path::PathBuf;

use serde_json::{Value, json};

use crate::kubernetes::Cluster;
use crate::parts;
use crate::sandbox::{Finished, Sandbox};

/// What the played node runs, unless a test says otherwise.
pub const NODE_IMAGE: &str = "karctl-test/tiny:1";

/// Who makes clusters, as it is played.
struct Tool {
    name: &'static str,
    script: &'static str,
    /// Ends of the names of its nodes.
    nodes: &'static [&'static str],
}

const KIND: Tool = Tool { name: "kind", script: include_str!("played_kind"), nodes: &["control-plane"] };
const K3D: Tool = Tool { name: "k3d", script: include_str!("played_k3d"), nodes: &["server-0", "agent-0"] };

/// The API server of a cluster that is played.
pub struct Played {
    cluster: Cluster,
    tool: Tool,
    name: &'static str,
}

impl Played {
    /// An API server that says that the one node of kind's cluster of this name is ready, and so are DNS and storage.
    pub fn new(name: &'static str) -> Self {
        Self::of(KIND, name)
    }

    /// The same of the two nodes of k3d's cluster.
    pub fn of_k3d(name: &'static str) -> Self {
        Self::of(K3D, name)
    }

    fn of(tool: Tool, name: &'static str) -> Self {
        let cluster = Cluster::api();
        for namespace in ["kube-system", "kube-public"] {
            cluster.shown(["wait", "--for=create", &format!("namespace/{namespace}"), "--timeout=120s"]);
        }
        let labels = json!({"k8s-app": "kube-dns"});
        let pod =
            json!({"metadata": {"labels": labels}, "spec": {"containers": [{"name": "coredns", "image": "coredns"}]}});
        let class = json!({"storageclass.kubernetes.io/is-default-class": "true"});
        let played = Self { cluster, tool, name };
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
        for node in played.nodes() {
            played.apply(&json!({"apiVersion": "v1", "kind": "Node", "metadata": {"name": node}}));
            played.say(&["node", &node], &json!({"conditions": [ready]}));
        }
        let available = json!({"replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1});
        played.say(&["deployment", "coredns", "--namespace=kube-system"], &available);
        played
    }

    /// The cluster behind it.
    pub fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Puts this cluster's tool on PATH, on an engine that kind itself talks to directly.
    pub fn equip(&self, sandbox: &mut Sandbox) {
        sandbox.program(self.tool.name, self.tool.script);
        let kubeconfig = sandbox.write("played.kubeconfig", self.kubeconfig());
        sandbox.set_variable("PLAYED_ENGINE", parts::docker_host());
        sandbox.set_variable("PLAYED_TURN", parts::turn_file("played-network"));
        sandbox.set_variable("PLAYED_IMAGE", NODE_IMAGE);
        sandbox.set_variable("PLAYED_PUBLISH", "--publish=127.0.0.1::80");
        sandbox.set_variable("PLAYED_KUBECONFIG", kubeconfig);
    }

    fn nodes(&self) -> Vec<String> {
        let prefix = if self.tool.name == "k3d" { "k3d-" } else { "" };
        self.tool.nodes.iter().map(|node| format!("{prefix}{}-{node}", self.name)).collect()
    }

    /// As its tool writes it.
    fn kubeconfig(&self) -> String {
        let path: PathBuf = self.cluster.kubeconfig();
        let text = std::fs::read_to_string(path).expect("a kubeconfig");
        let mut document: Value = serde_yaml::from_str(&text).expect("YAML");
        let name = format!("{}-{}", self.tool.name, self.name);
        let user = if self.tool.name == "k3d" { format!("admin@{name}") } else { name.clone() };
        for (list, name) in [("clusters", &name), ("users", &user), ("contexts", &name)] {
            document[list].as_array_mut().expect("a list").truncate(1);
            document[list][0]["name"] = json!(name);
        }
        document["contexts"][0]["context"] = json!({"cluster": name, "user": user});
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
