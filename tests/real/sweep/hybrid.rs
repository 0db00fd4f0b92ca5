//! `hybrid up` and `hybrid down` of a cluster, on one without nodes, and of a host. Most requests are those of a deploy, which
//! has a sweep of its own; those of projects of Code Engine are in `tests/faults.rs`.

use super::cluster::Runtime;
use super::leg::{Depth, Leg, Swept, sweep};
use super::subject::Run;
use crate::fault_proxy::{Fault, Point};
use crate::state::State;

const SERVICES: &str = "KAFKA_BROKERS: kafka.example:9093\nREDIS_HOST: redis.example\nREDIS_PASSWORD: p\n";

const PROJECT: &str = "\
version: 1
services: { file: services.yaml }
members:
  east: { cluster: { context: c }, namespaces: [default] }
  edge: { host: {} }
";

/// What the host is given.
const ENV_FILE: &str = "work/hybrid/edge.env";

/// A runtime that is a member.
struct Member(Runtime);

impl Swept for Member {
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run {
        self.0.run(arguments, fault)
    }

    fn state(&self) -> Result<State, String> {
        let mut state = self.0.state()?;
        let told = std::fs::read_to_string(self.0.sandbox.path(ENV_FILE)).unwrap_or_default();
        state.add_document("the file of the host", &told.lines().collect(), &[]);
        Ok(state)
    }

    fn clean(&self) {
        self.0.clean();
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_bringing_a_member_up_and_of_taking_it_down_may_fail() {
    let member = Member(Runtime::new());
    member.0.sandbox.write("work/services.yaml", SERVICES);
    member.0.sandbox.write("work/karctl.yaml", PROJECT);
    let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
    sweep(
        &member,
        Depth::OverAtOnceByTurns,
        [Leg::new("hybrid up", words("hybrid up --no-wait")), Leg::new("hybrid down", words("hybrid down --force -y"))],
    );
}
