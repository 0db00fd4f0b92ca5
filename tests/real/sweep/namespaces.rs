//! `ns enable` and `ns disable`, with everything that a team can be given.

use serde_json::Value;

use super::leg::{Depth, Leg, Swept, sweep};
use super::subject::Run;
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::kubernetes::Cluster;
use crate::sandbox::Sandbox;
use crate::state::State;

/// The namespace, which is there before and after.
const NAME: &str = "team-a";

/// Kinds of what is given.
const KINDS: &str = "secret,role,rolebinding,resourcequota,limitrange";

/// Members that differ from run to run.
const VARYING: [&str; 6] = ["uid", "resourceVersion", "creationTimestamp", "managedFields", "generation", "status"];

/// A namespace on a cluster of its own.
struct Team {
    sandbox: Sandbox,
    proxy: FaultProxy,
    cluster: Cluster,
}

impl Team {
    fn new() -> Self {
        let cluster = Cluster::api();
        let proxy = FaultProxy::to_api_server(&cluster.kubeconfig(), None);
        let sandbox = Sandbox::new();
        let deployed = cluster.karctl(&sandbox, ["k8s", "deploy", "--no-wait"]).output();
        assert_eq!(deployed.status, Some(0), "{}", deployed.stderr);
        cluster.shown(["create", "namespace", NAME]);
        let path = sandbox.write("kubeconfig", proxy.kubeconfig());
        let sandbox = sandbox.variable("KUBECONFIG", path);
        Self { sandbox, proxy, cluster }
    }

    fn shown(&self, arguments: &[&str]) -> Vec<Value> {
        let text = self.cluster.shown([&["get", "-o", "json"], arguments].concat());
        let document: Value = serde_json::from_str(&text).expect("JSON");
        document["items"].as_array().cloned().unwrap_or_else(|| vec![document])
    }
}

impl Swept for Team {
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run {
        let plan = fault.map(|(fault, point)| (fault, point.clone()));
        self.proxy.watch(Shapes::default(), plan);
        let finished = self.sandbox.karctl(arguments).output();
        Run { finished, requests: self.proxy.requests(), has_struck: self.proxy.has_struck() }
    }

    fn state(&self) -> Result<State, String> {
        let mut state = State::default();
        let objects = [self.shown(&[KINDS, "--namespace", NAME]), self.shown(&["namespace", NAME])];
        for object in objects.into_iter().flatten() {
            state.add_document(&format!("{} {}", object["kind"], object["metadata"]["name"]), &object, &VARYING);
        }
        Ok(state)
    }

    fn clean(&self) {
        self.cluster.kubectl(["delete", KINDS, "--namespace", NAME, "--all"]).output();
        self.cluster.kubectl(["label", "namespace", NAME, "kar.ibm.com/enabled-"]).output();
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_enabling_and_of_disabling_a_namespace_may_fail() {
    let team = Team::new();
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    let enable = "ns enable team-a --bind-user ada --bind-group developers --quota small --limits";
    sweep(
        &team,
        Depth::ByTurnsAndKinds,
        [Leg::new("ns enable", words(enable)), Leg::new("ns disable", words("ns disable team-a"))],
    );
}
