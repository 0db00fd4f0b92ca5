//! Which clusters an engine has, by the labels of kind and k3d, whoever made them. Changes nothing.

use std::collections::BTreeMap;

use super::model::{ClusterName, Provider};
use crate::client::docker::Docker;
use crate::client::docker::models::{ContainerSummary, ContainerSummaryStateEnum as State};
use crate::client::tool::{k3d, kind};
use crate::error::Result;

/// A cluster that an engine has.
#[derive(Clone, Debug)]
pub struct Found {
    /// Who made it.
    pub provider: Provider,
    /// Its name.
    pub name: ClusterName,
    /// Its containers, the control plane first.
    pub nodes: Vec<Node>,
}

/// A container of a cluster.
#[derive(Clone, Debug)]
pub struct Node {
    /// Name of the container; also the node's in the cluster, where it is one.
    pub container: String,
    /// `control-plane`, `worker`, `server`, `agent`, `loadbalancer` and so on.
    pub role: String,
    /// The image that it is of, by the name that it was asked for.
    pub image: String,
    /// Such as `running` or `exited`.
    pub state: String,
    /// When it was made, in seconds since 1970.
    pub created: i64,
    /// Ports of this machine that lead to it: address, port, port of the container.
    pub ports: Vec<(String, u16, u16)>,
}

impl Node {
    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.state == "running"
    }

    /// Whether it is a node of the cluster, and not only part of how it is reached.
    pub fn is_member(&self) -> bool {
        matches!(self.role.as_str(), "control-plane" | "worker" | "server" | "agent")
    }

    /// Whether it is of the control plane.
    pub fn is_control_plane(&self) -> bool {
        matches!(self.role.as_str(), "control-plane" | "server")
    }
}

impl Found {
    /// Those containers that are nodes.
    pub fn members(&self) -> impl Iterator<Item = &Node> {
        self.nodes.iter().filter(|node| node.is_member())
    }

    /// How many nodes there are beside the control plane.
    pub fn workers(&self) -> usize {
        self.members().filter(|node| !node.is_control_plane()).count()
    }

    /// Whether all of it runs.
    pub fn is_running(&self) -> bool {
        self.nodes.iter().all(Node::is_running)
    }

    /// When its first container was made, in seconds since 1970.
    pub fn created(&self) -> i64 {
        self.nodes.iter().map(|node| node.created).min().unwrap_or_default()
    }
}

/// Every cluster, by provider and name. Names that karctl itself would not give are left out.
///
/// # Errors
/// When the engine does not answer.
pub async fn clusters(docker: &Docker) -> Result<Vec<Found>> {
    let list = async |label: &str| docker.containers(&[("label", label)]).await;
    let (of_kind, of_k3d) = tokio::try_join!(list(kind::CLUSTER_LABEL), list(k3d::CLUSTER_LABEL))?;
    let mut clusters: BTreeMap<(Provider, ClusterName), Vec<Node>> = BTreeMap::new();
    let of_kind = of_kind.iter().map(|container| (Provider::Kind, container));
    for (provider, container) in of_kind.chain(of_k3d.iter().map(|container| (Provider::K3d, container))) {
        let (cluster, role) = match provider {
            Provider::Kind => (kind::CLUSTER_LABEL, kind::ROLE_LABEL),
            Provider::K3d => (k3d::CLUSTER_LABEL, k3d::ROLE_LABEL),
        };
        let label = |name| container.labels.as_ref().and_then(|labels| labels.get(name));
        let name = label(cluster).and_then(|name| ClusterName::parse(name).ok());
        let role = label(role).map_or("", String::as_str);
        if let Some(name) = name
            && role != "registry"
        {
            clusters.entry((provider, name)).or_default().push(node(container, role));
        }
    }
    let found = clusters.into_iter().map(|((provider, name), mut nodes)| {
        nodes.sort_by_key(|node| (!node.is_control_plane(), !node.is_member(), node.container.clone()));
        Found { provider, name, nodes }
    });
    Ok(found.collect())
}

/// The cluster of a name.
///
/// # Errors
/// When the engine does not answer.
pub async fn cluster(docker: &Docker, name: &ClusterName, provider: Option<Provider>) -> Result<Option<Found>> {
    let is_it = |found: &Found| found.name == *name && provider.is_none_or(|provider| provider == found.provider);
    Ok(clusters(docker).await?.into_iter().find(is_it))
}

fn node(container: &ContainerSummary, role: &str) -> Node {
    let name = container.names.iter().flatten().next().map(|name| name.trim_start_matches('/').to_owned());
    let published = container
        .ports
        .iter()
        .flatten()
        .filter_map(|port| Some((port.ip.clone().unwrap_or_default(), port.public_port?, port.private_port)));
    Node {
        container: name.unwrap_or_default(),
        role: role.to_owned(),
        image: container.image.clone().unwrap_or_default(),
        state: container.state.unwrap_or(State::EMPTY).to_string(),
        created: container.created.unwrap_or_default(),
        ports: published.collect(),
    }
}
