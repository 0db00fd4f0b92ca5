//! `registry up` and `down`, and `cluster create` and `delete`, as far as they ask the engine: what kind asks goes past the
//! proxy, and kind is played, since the real one takes twenty seconds for a cluster.

use std::fs::File;

use super::leg::{Depth, Leg, Swept, sweep};
use super::subject::Run;
use crate::containers::{Containers, Data};
use crate::engine_api::EngineApi;
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::local_clusters::Played;
use crate::parts;
use crate::sandbox::Sandbox;
use crate::state::State;

/// Name of the cluster.
const NAME: &str = "kt-sweep";

/// Port of the registry: of this file alone, below those that the system gives out.
const PORT: &str = "25011";

/// Names that what is made mentions, and nothing else on the engine.
const MADE: [&str; 2] = [NAME, "karctl-registry"];

/// An engine that nobody else has a registry on, behind a proxy.
struct Developer {
    sandbox: Sandbox,
    proxy: FaultProxy,
    engine: EngineApi,
    _turn: File,
}

impl Developer {
    fn new(sandbox: Sandbox) -> Self {
        let turn = parts::turn("registry");
        let engine = EngineApi::at(&parts::docker_host());
        let proxy = FaultProxy::to_engine(&sandbox.path("proxy.sock"), engine.socket());
        let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").expect("a PATH"));
        let sandbox = sandbox.variable("DOCKER_HOST", proxy.host()).variable("PATH", path);
        let developer = Self { sandbox, proxy, engine, _turn: turn };
        developer.clean();
        // Other tests make it, and a registry is put on it.
        let turn = parts::turn_file("played-network").display().to_string();
        let ensure = "docker network inspect kind || docker network create kind";
        let made = developer.sandbox.command("flock", [&turn, "sh", "-c", ensure]).output();
        assert_eq!(made.status, Some(0), "{}", made.stderr);
        developer
    }
}

impl Swept for Developer {
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run {
        self.proxy.watch(Shapes::default(), fault.map(|(fault, point)| (fault, point.clone())));
        let finished = self.sandbox.karctl(arguments).output();
        Run { finished, requests: without_waiting(self.proxy.requests()), has_struck: self.proxy.has_struck() }
    }

    fn state(&self) -> Result<State, String> {
        let mut state = State::default();
        for name in MADE {
            let anonymous = Containers::of(&self.engine, name).add_to(&mut state, Data::Ignored);
            if !anonymous.is_empty() {
                return Err(format!("volumes without a name are left: {anonymous:?}"));
            }
        }
        for host in ["localhost:5000", "registry:5000", &format!("localhost:{PORT}")] {
            let path = format!("/containers/{NAME}-control-plane/archive?path=/etc/containerd/certs.d/{host}");
            state.add(format!("hosts of {host}"), self.engine.get_bytes(&path).is_some().to_string());
        }
        state.add_folder(&self.sandbox.path("home"), &|path, content| {
            let is_lock = path.extension().is_some_and(|extension| extension == "lock");
            if is_lock { String::new() } else { without_times(&content) }
        });
        Ok(state)
    }

    fn clean(&self) {
        self.engine.delete("/containers/registry?force=1");
        for name in MADE {
            Containers::of(&self.engine, name).remove();
        }
        let home = self.sandbox.path("home");
        std::fs::remove_dir_all(&home).and_then(|()| std::fs::create_dir(&home)).expect("its own folder");
    }
}

impl Drop for Developer {
    fn drop(&mut self) {
        self.clean();
    }
}

/// Without the looks at a registry that was started and does not answer yet: how many there are, chance decides.
fn without_waiting(mut requests: Vec<Point>) -> Vec<Point> {
    let mut was_started = false;
    requests.retain(|point| {
        was_started |= point.class.method == "POST" && point.class.shape.ends_with("/start");
        !(was_started && point.class.shape.ends_with("/containers/registry/json"))
    });
    requests
}

/// The record of a cluster says when its making began.
fn without_times(text: &str) -> String {
    text.lines().filter(|line| !line.contains("\"began\"")).collect::<Vec<_>>().join("\n")
}

fn words(text: &str) -> Vec<String> {
    text.split(' ').map(str::to_owned).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_a_registrys_up_and_down_may_fail() {
    sweep(
        &Developer::new(Sandbox::new()),
        Depth::ByTurnsAndKinds,
        [
            Leg::new("registry up from nothing", words(&format!("registry up --port {PORT}"))),
            Leg::new("registry down", words("registry down --delete-data -y")),
        ],
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_a_clusters_creation_and_deletion_may_fail() {
    let played = Played::new(NAME);
    let mut sandbox = Sandbox::new();
    played.equip(&mut sandbox);
    // The engine chooses another port each time.
    sandbox.set_variable("PLAYED_PUBLISH", "");
    sandbox.write("work/own.yaml", "# of the user\n");
    let developer = Developer::new(sandbox);
    // Its own requests are swept above.
    let up = developer.run(&words(&format!("registry up --port {PORT}")), None).finished;
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let create = format!("cluster create --name {NAME} --provider-config own.yaml --set registry.port={PORT}");
    sweep(
        &developer,
        Depth::OverAtOnceByTurns,
        [
            Leg::new("cluster create from nothing", words(&create)),
            Leg::new("cluster delete", words("cluster delete --all -y")),
        ],
    );
}
