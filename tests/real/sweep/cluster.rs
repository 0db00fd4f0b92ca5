//! `deploy` and `undeploy` on a cluster without nodes, where objects come and go as anywhere.

use serde_json::Value;

use super::leg::{Depth, Leg, Swept, sweep};
use super::subject::Run;
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::kubernetes::Cluster;
use crate::sandbox::Sandbox;
use crate::state::State;

/// Kinds of the runtime's own namespace.
const KINDS: &str = "statefulset,deployment,service,configmap,secret,persistentvolumeclaim,networkpolicy,serviceaccount,\
                     poddisruptionbudget";

/// Members that differ from run to run: what the server counts, and what is generated for each runtime.
const VARYING: [&str; 17] = [
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "managedFields",
    "generation",
    "status",
    "clusterIP",
    "clusterIPs",
    "karctl.kar.ibm.com/applied-hash",
    "karctl.kar.ibm.com/source-hash",
    "kar.ibm.com/configuration",
    "kar.ibm.com/certificate",
    "caBundle",
    "deployment.kubernetes.io/revision",
    "volumeName",
    "pv.kubernetes.io/bind-completed",
    "finalizers",
];

/// Stateful sets, and the claims of their first pods.
const CLAIMS: [(&str, &str); 2] =
    [("kar-kafka", "kar-kafka-pvc-kar-kafka-0"), ("kar-zookeeper", "kar-zookeeper-pvc-data-kar-zookeeper-0")];

/// A runtime on a cluster of its own.
pub struct Runtime {
    pub sandbox: Sandbox,
    proxy: FaultProxy,
    cluster: Cluster,
}

impl Runtime {
    pub fn new() -> Self {
        let cluster = Cluster::control();
        let proxy = FaultProxy::to_api_server(&cluster.kubeconfig(), None);
        let sandbox = Sandbox::new();
        let path = sandbox.write("kubeconfig", proxy.kubeconfig());
        let sandbox = sandbox.variable("KUBECONFIG", path);
        // Deleting a namespace takes five seconds.
        cluster.shown(["create", "namespace", "kar-system"]);
        Self { sandbox, proxy, cluster }
    }

    /// Kubernetes makes the claims of stateful sets after these, in its own time.
    fn await_claims(&self) {
        for (set, claim) in CLAIMS {
            let set = ["get", "statefulset", set, "--namespace=kar-system", "--ignore-not-found", "--output=name"];
            if !self.cluster.shown(set).is_empty() {
                let claim = format!("persistentvolumeclaim/{claim}");
                let wait = ["wait", "--for=create", &claim, "--namespace=kar-system", "--timeout=60s"];
                self.cluster.shown(wait);
            }
        }
    }

    fn shown(&self, arguments: &[&str]) -> Vec<Value> {
        let arguments = [&["get", "--ignore-not-found", "-o", "json"], arguments].concat();
        let text = self.cluster.shown(arguments);
        if text.is_empty() {
            return Vec::new();
        }
        let document: Value = serde_json::from_str(&text).expect("JSON");
        document["items"].as_array().cloned().unwrap_or_else(|| vec![document])
    }
}

impl Swept for Runtime {
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run {
        let plan = fault.map(|(fault, point)| (fault, point.clone()));
        self.proxy.watch(Shapes::default(), plan);
        let finished = self.sandbox.karctl(arguments).output();
        Run { finished, requests: self.proxy.requests(), has_struck: self.proxy.has_struck() }
    }

    fn state(&self) -> Result<State, String> {
        self.await_claims();
        let mut state = State::default();
        let of_kar = "--selector=app.kubernetes.io/name=kar";
        let objects = [
            self.shown(&[KINDS, "--namespace=kar-system", of_kar]),
            self.shown(&["secret", "--namespace=default", of_kar]),
            self.shown(&["mutatingwebhookconfiguration", "kar-injector-webhook"]),
            self.shown(&["namespace", "kar-system", "default"]),
        ];
        for mut object in objects.into_iter().flatten() {
            let place = object["metadata"]["namespace"].as_str().unwrap_or_default();
            let title = format!("{} {place} {}", object["kind"], object["metadata"]["name"]);
            if object["kind"] == "Secret" {
                // Generated for each runtime; an inventory is told by what it lists, which is what is compared here.
                object["data"].as_object_mut().into_iter().flatten().for_each(|(_, value)| *value = Value::Null);
            }
            state.add_document(&title, &object, &VARYING);
        }
        Ok(state)
    }

    fn clean(&self) {
        self.cluster.shown(["delete", KINDS, "--namespace=kar-system", "--all", "--timeout=120s"]);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_a_deploy_and_of_an_undeploy_may_fail() {
    let runtime = Runtime::new();
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    sweep(
        &runtime,
        Depth::ByTurnsAndKinds,
        [
            Leg::new("deploy from nothing", words("k8s deploy --no-wait")),
            Leg::new("undeploy", words("k8s undeploy --delete-data --keep-namespace -y"))
                .asking_until("/persistentvolumeclaims?continue=&labelSelector=app.kubernetes.io/name=kar&limit=500"),
        ],
    );
}
