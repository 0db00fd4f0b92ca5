//! KAR's runtime on a throwaway cluster, as `karctl k8s` brings it about. Nothing waits for pods: nobody runs them there.

use std::collections::BTreeSet;
use std::path::Path;

use serde::Deserialize;
use serde_json::Value;

use super::audit::Mark;
use super::cluster::Cluster;
use crate::sandbox::{Finished, Sandbox};

/// Namespace of the runtime.
pub const SYSTEM: &str = "kar-system";

/// Kinds of which a deploy may make something in a namespace.
const KINDS: &str = "serviceaccount,secret,configmap,networkpolicy,persistentvolumeclaim,service,statefulset,deployment,\
                     poddisruptionbudget,role,rolebinding";

/// A cluster, and somebody who deploys to it.
pub struct Runtime {
    /// The cluster.
    pub cluster: Cluster,
    /// The user's home and environment.
    pub sandbox: Sandbox,
}

impl Runtime {
    /// Nothing is deployed yet.
    pub fn on(cluster: Cluster) -> Self {
        Self { cluster, sandbox: Sandbox::new() }
    }

    /// `karctl k8s` as the administrator.
    pub fn k8s(&self, arguments: &[&str]) -> Finished {
        self.k8s_as(&self.cluster.kubeconfig(), arguments)
    }

    /// `karctl ns` as the administrator.
    pub fn ns(&self, arguments: &[&str]) -> Finished {
        self.cluster.karctl(&self.sandbox, [&["ns"], arguments].concat()).output()
    }

    /// `karctl k8s` with another kubeconfig.
    pub fn k8s_as(&self, kubeconfig: &Path, arguments: &[&str]) -> Finished {
        let arguments = [&["k8s"], arguments].concat();
        self.cluster.karctl(&self.sandbox, arguments).variable("KUBECONFIG", kubeconfig).output()
    }

    /// Deploys without waiting, which must succeed: what became of each object that was not as wanted.
    #[track_caller]
    pub fn deploy(&self, more: &[&str]) -> Vec<String> {
        self.deploy_as(&self.cluster.kubeconfig(), more)
    }

    /// [`Runtime::deploy`] with another kubeconfig.
    #[track_caller]
    pub fn deploy_as(&self, kubeconfig: &Path, more: &[&str]) -> Vec<String> {
        let done = self.k8s_as(kubeconfig, &[&["deploy", "--no-wait", "-o", "json"], more].concat());
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        changes(&done.document("k8s deploy"))
    }

    /// Runs what must fail with this status and say all of this, and must not have changed anything.
    #[track_caller]
    pub fn refused(&self, status: i32, arguments: &[&str], said: &[&str]) {
        self.refused_as(&self.cluster.kubeconfig(), status, arguments, said);
    }

    /// [`Runtime::refused`] with another kubeconfig.
    #[track_caller]
    pub fn refused_as(&self, kubeconfig: &Path, status: i32, arguments: &[&str], said: &[&str]) {
        let mark = self.cluster.mark();
        let done = self.k8s_as(kubeconfig, arguments);
        assert_says(&done, status, said);
        assert_eq!(self.cluster.writes_since(mark), [], "{arguments:?}");
    }

    /// What was asked of the server since then that changes something: verb and path.
    pub fn written(&self, mark: Mark) -> Vec<String> {
        let path = |target: &str| target.split('?').next().unwrap_or_default().to_owned();
        let writes = self.cluster.writes_since(mark);
        writes.iter().map(|write| format!("{} {}", write.verb, path(&write.target))).collect()
    }

    /// An object of the runtime's namespace.
    #[track_caller]
    pub fn object(&self, kind: &str, name: &str) -> Value {
        let shown = self.cluster.shown(["get", kind, name, "--namespace", SYSTEM, "--output=json"]);
        serde_json::from_str(&shown).expect("JSON")
    }

    /// Kinds and names in the runtime's namespace, such as `Secret kar.ibm.com.runtime-config`.
    #[track_caller]
    pub fn objects(&self) -> BTreeSet<String> {
        let shown = self.cluster.shown(["get", KINDS, "--namespace", SYSTEM, "--output=json"]);
        let list: Value = serde_json::from_str(&shown).expect("JSON");
        list["items"].as_array().expect("a list").iter().map(named).collect()
    }

    /// What `karctl k8s render` prints.
    #[track_caller]
    pub fn rendered(&self, more: &[&str]) -> Vec<Value> {
        let done = self.sandbox.karctl([&["k8s", "render"], more].concat()).output();
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        documents(&done.stdout)
    }
}

/// The documents of a YAML stream.
pub fn documents(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).expect("YAML")).collect()
}

/// Kind and name.
pub fn named(object: &Value) -> String {
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// What a deploy did, or would do, as `kind name: change`; what is unchanged left out.
pub fn changes(document: &Value) -> Vec<String> {
    let objects = document["objects"].as_array().expect("a list").iter();
    let changed = objects.filter(|object| object["change"] != "unchanged");
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let line =
        |object: &Value| format!("{} {}: {}", text(&object["kind"]), text(&object["name"]), text(&object["change"]));
    changed.map(line).collect()
}

/// It ended with this status, and its stderr has all of this.
#[track_caller]
pub fn assert_says(done: &Finished, status: i32, said: &[&str]) {
    assert_eq!(done.status, Some(status), "{}\n{}", done.stdout, done.stderr);
    for words in said {
        assert!(done.stderr.contains(words), "no `{words}` in:\n{}", done.stderr);
    }
}
