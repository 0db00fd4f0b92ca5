//! What kind and k3d are told to make: one contract, two spellings. Pure.
//!
//! Ports 31080 and 31443 lead to where an ingress controller would listen, 31093 and 31379 to the node ports of Kafka and
//! Redis. Nodes have the label `kar-type`, as the original's k3d-start.sh gives it: `system` for KAR, `worker` for
//! applications. Both names of the registry lead to the registry of this machine.

use std::net::IpAddr;

use serde::Serialize;

use super::model::{ClusterName, Ingress, Provider};
use super::record::Made;
use crate::error::Result;
use crate::render::{CLUSTER_K3D, CLUSTER_KIND, context};
use crate::target::registry;

/// A port of this machine, that of the node's container, and what it is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct PortMapping {
    /// On this machine.
    pub host: u16,
    /// In the container.
    pub container: u16,
    /// What answers there, for people.
    pub what: &'static str,
}

/// Ports that lead to the control plane, where an ingress controller listens.
pub const INGRESS: [PortMapping; 2] = [
    PortMapping { host: 31080, container: 80, what: "HTTP of an ingress" },
    PortMapping { host: 31443, container: 443, what: "HTTPS of an ingress" },
];

/// Ports that lead to node ports, which every node has.
pub const NODE_PORTS: [PortMapping; 2] = [
    PortMapping { host: 31093, container: 31093, what: "Kafka" },
    PortMapping { host: 31379, container: 31379, what: "Redis" },
];

/// Every port of the contract.
pub fn ports() -> impl Iterator<Item = PortMapping> {
    INGRESS.into_iter().chain(NODE_PORTS)
}

/// Names by which images of the registry of this machine are called, on this machine and in a cluster.
pub fn registry_hosts(port: u16) -> Vec<String> {
    let mut hosts = vec![format!("localhost:{}", registry::PORT)];
    if port != registry::PORT {
        hosts.push(format!("localhost:{port}"));
    }
    hosts.push(registry::IN_CLUSTER.to_owned());
    hosts
}

/// Renders the tool's configuration. `registry` is the registry's port on this machine.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn render(provider: Provider, name: &ClusterName, made: &Made, registry: u16) -> Result<String> {
    match provider {
        Provider::Kind => render_kind(made),
        Provider::K3d => render_k3d(name, made, registry),
    }
}

/// The value of `kar-type` of the control plane, which has one where it is alone, then of each other node.
fn kar_types(made: &Made) -> (Option<&'static str>, Vec<&'static str>) {
    let mut others = vec!["worker"; usize::from(made.workers)];
    // A node of its own where that is asked for; else one of them, so that settings that ask for one work everywhere.
    match (made.affinity, others.first_mut()) {
        (true, _) => others.insert(0, "system"),
        (false, Some(first)) => *first = "system",
        (false, None) => return (Some("system"), others),
    }
    (None, others)
}

/// A node, as kind's configuration has it.
#[derive(Serialize)]
struct KindNode {
    role: &'static str,
    kar_type: Option<&'static str>,
    ports: Vec<PortMapping>,
}

fn render_kind(made: &Made) -> Result<String> {
    let (control_plane, others) = kar_types(made);
    let mut nodes = vec![KindNode { role: "control-plane", kar_type: control_plane, ports: INGRESS.to_vec() }];
    nodes.extend(others.into_iter().map(|kar_type| KindNode {
        role: "worker",
        kar_type: Some(kar_type),
        ports: Vec::new(),
    }));
    // A control plane with workers takes no pods, but has node ports all the same; the original mapped them at a worker.
    let with_node_ports = usize::from(nodes.len() > 1);
    nodes[with_node_ports].ports.extend(NODE_PORTS);
    CLUSTER_KIND.render(context! { nodes, image => made.image, bind => made.bind.to_string() })
}

/// A node, as k3d's configuration names it.
#[derive(Serialize)]
struct K3dNode {
    filter: String,
    kar_type: &'static str,
}

/// A port, as k3d's configuration has it.
#[derive(Serialize)]
struct K3dPort {
    host: u16,
    container: u16,
    node: &'static str,
}

fn render_k3d(name: &ClusterName, made: &Made, registry: u16) -> Result<String> {
    let (server, agents) = kar_types(made);
    let server = server.map(|kar_type| K3dNode { filter: "server:0".to_owned(), kar_type });
    let agent = |(number, kar_type)| K3dNode { filter: format!("agent:{number}"), kar_type };
    let nodes: Vec<_> = server.into_iter().chain(agents.iter().copied().enumerate().map(agent)).collect();
    // k3d's load balancer cuts connections that are idle, as those of Kafka's and Redis' clients are.
    let direct = if agents.is_empty() { "server:0:direct" } else { "agent:0:direct" };
    let port = |node| move |PortMapping { host, container, .. }| K3dPort { host, container, node };
    let ports: Vec<_> =
        INGRESS.into_iter().map(port("loadbalancer")).chain(NODE_PORTS.into_iter().map(port(direct))).collect();
    CLUSTER_K3D.render(context! {
        name => name.as_str(),
        agents => agents.len(),
        image => made.image,
        bind => bracketed(made.bind),
        ports,
        nodes,
        has_ingress => made.ingress == Ingress::Traefik,
        registry => registry::IN_CLUSTER,
        registry_hosts => registry_hosts(registry),
    })
}

fn bracketed(address: IpAddr) -> String {
    match address {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => format!("[{address}]"),
    }
}
