//! Every request that `up`, `down` and `reset`, a registry and a cluster of this machine send to the engine, and `deploy` and
//! `undeploy` to a cluster, fails once, in every way, and nothing comes of it.
//!
//! An undisturbed run is recorded. Then, for each of its requests and each [`Fault`], the command runs from the same start
//! with this one fault, and once more without. Afterwards everything is as after the undisturbed run, field by field; and
//! a fault that a second attempt mends (refused, or done but unanswered) is not even noticed.

mod cluster;
mod hybrid;
mod leg;
mod local_clusters;
mod namespaces;
mod real_servers;
mod subject;

use leg::{Depth, Leg, sweep};
use subject::Subject;

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_up_and_of_reset_may_fail() {
    let subject = Subject::new();
    sweep(
        &subject,
        Depth::EveryFault,
        [
            Leg::new("up from nothing", subject.up(&[])),
            Leg::new("reset of what runs", subject.command("reset", &["-y"])),
        ],
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_down_and_of_up_on_what_is_left_may_fail() {
    let subject = Subject::new();
    sweep(
        &subject,
        Depth::ByTurns,
        [Leg::new("up on data", subject.up(&[])), Leg::new("down of what runs", subject.command("down", &[]))],
    );
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_an_up_that_makes_anew_may_fail() {
    let subject = Subject::new();
    sweep(
        &subject,
        Depth::ByTurns,
        [
            Leg::new("up with another heap", subject.up(&["--set=kafka.heap=200m"])),
            Leg::new("up with the former heap", subject.up(&[])),
        ],
    );
}
