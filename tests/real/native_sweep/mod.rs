//! karctl is killed between any two steps of its own on the native engine, and nothing comes of it.
//!
//! A step is a system call that changes something: files, folders, processes. Those of an undisturbed run are counted
//! with strace. Then, for each of them, the command runs from the same start and is killed when it is about to do this
//! one; the same command once more must come to what the undisturbed run came to: the same files, exactly one process
//! for each server, and nothing left to do.
//!
//! The servers are stubs that start at once, as the steps are karctl's.

mod step;
mod stubs;

use step::{Step, sweep};
use stubs::{Mode, Stubs};

const AGAIN: &str = "--set=kafka.heap=200m";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_at_any_step_of_up() {
    let stubs = Stubs::new(Mode::ZooKeeper);
    sweep("up from nothing", &stubs, &[], &stubs.up(&[]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_at_any_step_of_up_with_kraft() {
    let stubs = Stubs::new(Mode::Kraft);
    sweep("up from nothing with KRaft", &stubs, &[], &stubs.up(&[]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_at_any_step_of_an_up_that_makes_anew() {
    let stubs = Stubs::new(Mode::ZooKeeper);
    sweep("up with another heap", &stubs, &[stubs.up(&[])], &stubs.up(&[AGAIN]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn karctl_may_be_killed_at_any_step_of_stop_down_and_reset() {
    let stubs = Stubs::new(Mode::ZooKeeper);
    let up = stubs.up(&[]);
    sweep("stop", &stubs, std::slice::from_ref(&up), &stubs.command("stop", &[]));
    sweep("down", &stubs, std::slice::from_ref(&up), &stubs.command("down", &[]));
    sweep("reset", &stubs, &[up], &stubs.command("reset", &["-y"]));
}

/// Between karctl and its server stands `karctl __exec`, which may be killed as well.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_becomes_a_server_may_be_killed_at_any_step() {
    let stubs = Stubs::new(Mode::Kraft);
    for step in [Step::new("umask", 1), Step::new("setsid", 1), Step::new("dup2", 1), Step::new("dup2", 2)] {
        step::attempt_in_children(&stubs, &step, &stubs.up(&[]));
    }
}
