//! A cluster that Kafka and Redis are in, where only some members are asked for, and one that may not be looked at.

use std::fs;

use super::clusters::{ELSEWHERE, SERVICES, Team, enabled};
use crate::kubernetes::Cluster;

const HOME: &str = "\
services: { cluster: east }
members:
  west: { cluster: { context: west } }
  east:
    cluster: { context: east }
    values: { kubernetes: { expose: kar.example.org } }
  edge: { host: {} }
";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_home_is_asked_and_left_alone_where_others_are_named_and_waits_for_those_who_are_not() {
    let team = Team::on([Cluster::control(), Cluster::control()]);
    team.project(HOME);
    let early = team.run("up --only west --no-wait -o json", 1).document("hybrid up");
    assert_eq!(early["members"].as_array().map(Vec::len), Some(1), "{early:#}");
    assert_eq!(enabled(&team.west), Vec::<String>::new(), "there is nothing to tell it of yet");
    assert_eq!(team.outcomes("up --only east --no-wait", 0), ["east changed"]);
    let mark = team.east.mark();
    assert_eq!(team.outcomes("up --only west --only edge --no-wait", 0), ["west changed", "edge changed"]);
    assert_eq!(team.east.writes_since(mark), []);

    assert_eq!(team.outcomes("down --only east -y", 1), ["east waiting"]);
    assert_eq!(team.outcomes("down --only west", 0), ["west changed"]);
    assert_eq!(team.outcomes("down --only east", 1), ["east waiting"], "the host has its file yet");
    assert_eq!(team.outcomes("down --only edge", 0), ["edge changed"]);
    assert_eq!(team.east.writes_since(mark), []);
    assert_eq!(team.outcomes("down --only east", 0), ["east changed"]);
    assert_eq!(team.outcomes("down", 0), ["west unchanged", "edge unchanged", "east unchanged"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_that_may_not_be_looked_at_stays_up_and_the_others_go() {
    let team = Team::on([Cluster::control(), Cluster::control()]);
    team.sandbox.write("work/services.yaml", SERVICES);
    team.project(ELSEWHERE);
    team.run("up --no-wait", 0);
    // Somebody who has no rights there.
    let dev = fs::read_to_string(team.west.dev_kubeconfig()).expect("a kubeconfig").replace("karctl-test", "west");
    team.sandbox.write("home/dev.kubeconfig", dev);
    team.project(&ELSEWHERE.replace("{ context: west }", "{ context: west, kubeconfig: ../home/dev.kubeconfig }"));
    let before = enabled(&team.west);
    assert_eq!(team.outcomes("down", 1), ["east changed", "west failed", "edge changed"]);
    assert_eq!((enabled(&team.east), enabled(&team.west)), (Vec::new(), before));
    team.project(ELSEWHERE);
    assert_eq!(team.outcomes("down", 0), ["east unchanged", "west changed", "edge unchanged"]);
}
