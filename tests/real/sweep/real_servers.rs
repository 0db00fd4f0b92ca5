//! A few faults with the real servers, and with waiting until they are ready: the start of Kafka is refused, or its answer
//! cut, or karctl killed right after it, or while it waits. The same command again comes to the same, with all data.

use std::time::{Duration, Instant};

use crate::containers::{Containers, Data};
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::instance::{Engine, Instance, SERVERS};
use crate::sandbox::Finished;
use crate::state::State;

const RECORDS: [&str; 4] = ["--app", "kept", "--count", "100"];

const TIMEOUT: Duration = Duration::from_secs(120);

/// How often it is looked whether all servers run.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// An instance that was brought up undisturbed once more after data was written, and what that came to.
struct Trial {
    instance: Instance,
    proxy: FaultProxy,
    stdout: String,
    state: State,
    start_of_kafka: Point,
}

impl Trial {
    fn new() -> Self {
        let instance = Instance::new(Engine::Docker);
        let proxy = FaultProxy::to_engine(&instance.sandbox.path("proxy.sock"), instance.engine_api().socket());
        let instance = instance.variable("DOCKER_HOST", proxy.host());
        instance.must(&instance.up(&[]));
        instance.client_must(&[&["write"], &RECORDS[..]].concat());
        instance.must(&instance.command("down", &[]));
        proxy.watch(Shapes::of(&instance.name), None);
        let up = instance.must(&instance.up(&[]));
        let is_start = |point: &Point| point.class.shape.ends_with("_kafka/start");
        let start_of_kafka = proxy.requests().into_iter().find(is_start).expect("Kafka is started");
        let state = everything(&instance);
        Self { instance, proxy, stdout: up.stdout, state, start_of_kafka }
    }

    /// Runs `up` on data with a fault that meets the start of Kafka.
    fn struck_up(&self, fault: Fault) -> Finished {
        self.instance.must(&self.instance.command("down", &[]));
        self.proxy.watch(Shapes::of(&self.instance.name), Some((fault, self.start_of_kafka.clone())));
        let finished = self.instance.run(&self.instance.up(&[]));
        assert!(self.proxy.has_struck(), "{fault:?}: {}", finished.stderr);
        self.proxy.watch(Shapes::of(&self.instance.name), None);
        finished
    }

    /// The same command again leads to the same state, ready and with all data.
    #[track_caller]
    fn is_whole_after_again(&self, fault: &str) {
        let again = self.instance.document(&self.instance.up(&[]));
        assert_eq!(again["ready"], true, "{fault}");
        let differences = everything(&self.instance).differences(&self.state);
        assert_eq!(differences, Vec::<String>::new(), "{fault}");
        self.instance.client_must(&[&["verify"], &RECORDS[..]].concat());
    }

    fn all_run(&self) -> bool {
        let engine = self.instance.engine_api();
        SERVERS.iter().all(|server| {
            let container = engine.get(&format!("/containers/{}_{server}/json", self.instance.name));
            container.is_some_and(|container| container["State"]["Running"] == true)
        })
    }
}

/// Containers, networks and volumes, and karctl's own files.
fn everything(instance: &Instance) -> State {
    let mut state = State::default();
    Containers::of(&instance.engine_api(), &instance.name).add_to(&mut state, Data::Ignored);
    state.add_folder(&instance.sandbox.path("home"), &|path, content| {
        if path.extension().is_some_and(|extension| extension == "lock") { String::new() } else { content }
    });
    state
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_start_of_a_real_kafka_may_fail() {
    let trial = Trial::new();
    for fault in [Fault::Refuse, Fault::Cut, Fault::Kill] {
        let finished = trial.struck_up(fault);
        match fault {
            Fault::Kill => assert_eq!(finished.status, None, "{}", finished.stderr),
            _ => assert_eq!((finished.status, &finished.stdout), (Some(0), &trial.stdout), "{}", finished.stderr),
        }
        trial.is_whole_after_again(&format!("{fault:?}"));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_while_it_waits_for_real_servers() {
    let trial = Trial::new();
    trial.instance.must(&trial.instance.command("down", &[]));
    let mut child = trial.instance.sandbox.karctl(trial.instance.up(&[])).start();
    let began = Instant::now();
    while !trial.all_run() {
        assert!(child.try_wait().expect("a child").is_none(), "it ended before everything ran");
        assert!(began.elapsed() < TIMEOUT, "not everything runs");
        std::thread::sleep(LOOK_AGAIN);
    }
    child.kill().expect("it runs");
    assert_eq!(child.wait().expect("it was killed").code(), None, "it was ready before it could be killed");
    trial.is_whole_after_again("killed while waiting");
}
