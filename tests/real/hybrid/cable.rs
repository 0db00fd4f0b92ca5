//! A cable between this machine and the node of the cluster that runs pods, as a laptop and a cluster of one office have: each
//! reaches the other at its own address, and pods reach this machine through their node.

use std::fs::File;
use std::process::Command;
use std::thread;

use crate::kubernetes::Cluster;
use crate::parts;
use crate::sandbox::Sandbox;

/// This machine's address on it, in the network of the node and beside its pods (tests/setup/kubernetes/settings.sh).
pub const HERE: &str = "10.244.3.1";
const THERE: &str = "10.244.3.2";
const PODS: &str = "10.244.0.0/24";

/// What both ends of it are called.
const DEVICE: &str = "karctl-cable";

/// The cable; unplugged when it is dropped.
pub struct Cable {
    /// The node's address.
    pub node: String,
    _turn: File,
}

impl Cable {
    /// Plugs it in, once nobody else has one.
    pub fn to(cluster: &Cluster) -> Self {
        let turn = parts::turn("cable");
        let node = cluster.shown(["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"]);
        let network = cluster.netns().and_then(|path| path.file_name()).expect("a network namespace");
        // Of a run that was killed.
        here(&format!("link delete {DEVICE}"));
        let cable = Self { node, _turn: turn };
        let peer = format!("link add {DEVICE} type veth peer name {DEVICE} netns {}", network.display());
        for line in [peer, format!("address add {HERE}/30 dev {DEVICE}"), format!("link set {DEVICE} up")] {
            assert!(here(&line), "ip {line}");
        }
        for line in [format!("address add {THERE}/30 dev {DEVICE}"), format!("link set {DEVICE} up")] {
            assert!(there(cluster, &line), "ip {line}");
        }
        for place in [PODS, &cable.node] {
            assert!(here(&format!("route add {place} via {THERE}")), "no way to {place}");
        }
        cable
    }
}

impl Drop for Cable {
    fn drop(&mut self) {
        assert!(here(&format!("link delete {DEVICE}")) || thread::panicking(), "the cable stays");
    }
}

fn here(line: &str) -> bool {
    let output = Command::new(parts::program("ip")).args(line.split(' ')).output().expect("ip starts");
    output.status.success()
}

fn there(cluster: &Cluster, line: &str) -> bool {
    cluster.inside(&Sandbox::new(), &parts::program("ip"), line.split(' ')).output().status == Some(0)
}
