//! A creation that is cut half-way.

use std::os::unix::process::ExitStatusExt;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process_group};
use serde_json::json;

use super::Developer;
use crate::parts;

/// Begins a session, so that what runs below it can be ended at once, as at the end of a terminal.
const SETSID: &str = "/usr/bin/setsid";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_creation_that_was_killed_is_brought_to_its_end() {
    let developer = Developer::new();
    let (image, karctl) = (parts::kind_node_image(), env!("CARGO_BIN_EXE_karctl"));
    let create = [karctl, "cluster", "create", "--provider", "kind", "--image", &image, "--workers", "0"];
    let mut child = developer.command(Path::new(SETSID), create).start();
    let is_begun = |containers: &Vec<String>| containers.iter().any(|name| name == "kar-control-plane");
    developer.wait_until(|| developer.containers(), is_begun);
    let group = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    kill_process_group(group, Signal::KILL).expect("they run");
    assert_eq!(child.wait().expect("its own child").signal(), Some(9));

    let resumed = developer.create(&["--workers", "0"]);
    assert_eq!((&resumed["action"], &resumed["nodes"]), (&json!("recreated"), &json!(["kar-control-plane"])));
    assert_eq!(resumed["reason"], "its creation was cut before");
    assert_eq!(developer.kubectl(&["get", "nodes", "--output", "name"]), "node/kar-control-plane");
    let list = developer.cluster("list", &[]);
    assert_eq!(list["clusters"][0]["name"], "kar", "{list:#}");

    developer.cluster("delete", &["-y", "--with-registry"]);
    assert_eq!(developer.containers(), Vec::<String>::new());
}
