//! A runtime on the cluster that runs pods, and what uses it.

use std::collections::BTreeMap;
use std::fs::File;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::parts;
use crate::sandbox::{Finished, Sandbox};

/// There is one webhook and one `kar-system` on the cluster: whoever deploys there holds this, a test that is run by hand
/// beside a run of all of them too.
pub struct Alone {
    _lock: File,
}

/// Waits until nobody else deploys to the cluster.
pub fn alone() -> Alone {
    let lock = File::create(parts::kubernetes_run().join("alone")).expect("the cluster's folder");
    lock.lock().expect("a lock");
    Alone { _lock: lock }
}

/// The images of the tests.
const SETTINGS: &str = "\
kafka: {image: 'karctl-test/kafka:3.9.1'}
redis: {image: 'karctl-test/redis:7.0'}
injector: {implementation: karctl, image: 'karctl/injector:0.1.0', sidecar_image: 'karctl-test/client:1'}
";

/// How long a pod may take to end.
pub const POD_LIMIT: Duration = Duration::from_secs(120);

/// KAR's runtime on the cluster that runs pods; taken away when it is dropped.
pub struct Live<'a> {
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The user's home and environment.
    pub sandbox: Sandbox,
}

impl<'a> Live<'a> {
    /// Nothing is deployed yet.
    pub fn new(cluster: &'a Cluster) -> Self {
        let sandbox = parts::with_maven(Sandbox::new());
        sandbox.write("work/settings.yaml", SETTINGS);
        Self { cluster, sandbox }
    }

    /// Runs karctl, whatever the exit.
    pub fn run(&self, arguments: &[&str]) -> Finished {
        self.cluster.karctl(&self.sandbox, arguments.iter().copied()).output()
    }

    /// Runs karctl, which must work.
    #[track_caller]
    pub fn must(&self, arguments: &[&str]) -> Finished {
        let finished = self.run(arguments);
        assert_eq!(finished.status, Some(0), "{arguments:?}: {}\n{}", finished.stdout, finished.stderr);
        finished
    }

    /// Deploys and waits, which must succeed; what it printed.
    #[track_caller]
    pub fn deploy(&self, arguments: &[&str]) -> Value {
        let line = [&["k8s", "deploy", "-f", "settings.yaml", "-o", "json", "--timeout", "3m"], arguments].concat();
        self.must(&line).document("k8s deploy")
    }

    /// Runs the stand-in for `kar` on this machine, with the variables of the cluster and ports forwarded.
    #[track_caller]
    pub fn outside(&self, arguments: &[&str]) {
        let client = parts::client();
        let client = client.to_str().expect("text");
        self.must(&[&["exec", "cluster", "--", client], arguments].concat());
    }

    /// Runs it in a pod of an application, which the injector configures.
    #[track_caller]
    pub fn inside(&self, namespace: &str, name: &str, arguments: &[&str]) -> String {
        self.cluster.apply(&client_pod(namespace, name, arguments).to_string());
        let log = self.ended(namespace, name);
        self.cluster.shown(["--namespace", namespace, "delete", "pod", name, "--wait=false"]);
        log
    }

    /// Waits for a pod's end, which must be a good one, and gives what it printed.
    #[track_caller]
    pub fn ended(&self, namespace: &str, name: &str) -> String {
        let pod = |path: &str| {
            self.cluster.shown(["--namespace", namespace, "get", "pod", name, "-o", &format!("jsonpath={path}")])
        };
        let deadline = Instant::now() + POD_LIMIT;
        loop {
            let phase = pod("{.status.phase}");
            let log = || self.cluster.shown(["--namespace", namespace, "logs", name]);
            match phase.as_str() {
                "Succeeded" => return log(),
                "Failed" => panic!("pod {name} failed: {}", log()),
                _ => assert!(Instant::now() < deadline, "pod {name} is {phase}: {}", pod("{.status}")),
            }
            thread::sleep(Duration::from_millis(200));
        }
    }

    /// What of the runtime there is on the cluster: kinds and names.
    pub fn objects(&self) -> Vec<String> {
        let kinds =
            "statefulset,deployment,service,configmap,secret,persistentvolumeclaim,networkpolicy,serviceaccount";
        let shown = self.cluster.shown([
            "get",
            kinds,
            "--namespace=kar-system",
            "--ignore-not-found",
            "--selector=app.kubernetes.io/name=kar",
            "-o",
            "name",
        ]);
        shown.lines().map(str::to_owned).collect()
    }

    /// Uids of the pods, by name.
    pub fn pods(&self) -> BTreeMap<String, String> {
        let path = "jsonpath={range .items[*]}{.metadata.name}={.metadata.uid}{\"\\n\"}{end}";
        let shown = self.cluster.shown(["--namespace=kar-system", "get", "pods", "-o", path]);
        shown.lines().filter_map(|line| line.split_once('=')).map(|(name, uid)| (name.into(), uid.into())).collect()
    }
}

impl Drop for Live<'_> {
    fn drop(&mut self) {
        let left = self.run(&["k8s", "undeploy", "--delete-data", "-y", "--force"]);
        assert!(left.status == Some(0) || thread::panicking(), "{}", left.stderr);
    }
}

fn client_pod(namespace: &str, name: &str, arguments: &[&str]) -> Value {
    let words = [&["karclient"], arguments].concat();
    json!({
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {"name": name, "namespace": namespace, "annotations": {
            "kar.ibm.com/app": "test", "kar.ibm.com/sidecarContainer": "false",
        }},
        "spec": {"restartPolicy": "Never", "containers": [{
            "name": "main",
            "image": "karctl-test/client:1",
            "imagePullPolicy": "IfNotPresent",
            "args": words,
            "command": ["configured"],
        }]},
    })
}
