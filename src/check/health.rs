//! What everything on a cluster needs: an API server that answers, nodes that are well, a network, names. Pure.

use std::time::Duration;

use super::Finding;
use super::cluster::{Cluster, Node};
use super::kubernetes::untold;

/// An API server that is asked for one object answers in some tens of milliseconds, also through a VPN; kubectl gives up
/// its own discovery at a multiple of this.
const SLOW: Duration = Duration::from_secs(2);

pub(super) fn speed(cluster: &Cluster) -> Finding {
    let took = cluster.health.answered_in;
    let told = format!("the API server took {:.1} s for one object", took.as_secs_f64());
    match took < SLOW {
        true => Finding::Fine("the API server answers soon".to_owned()),
        false => Finding::Bad(told, Vec::new()),
    }
}

pub(super) fn identity(cluster: &Cluster) -> Finding {
    match &cluster.health.former_server {
        None => Finding::Fine("the context leads to the cluster that it led to before, or is new".to_owned()),
        Some(former) => Finding::Bad(format!("the context led to another cluster before, at {former}"), Vec::new()),
    }
}

/// Whether a node says that its pods have no network: nothing else of it can be well then.
fn has_network(node: &&Node) -> bool {
    node.network.is_none()
}

pub(super) fn nodes(cluster: &Cluster) -> Finding {
    let nodes = match &cluster.nodes {
        Ok(nodes) => nodes,
        Err(reason) => return untold("the nodes", reason),
    };
    let sick = nodes.iter().filter(has_network).filter_map(|node| {
        let unready = (!node.is_ready).then(|| "is not ready".to_owned());
        let pressures = (!node.pressures.is_empty()).then(|| format!("has {}", node.pressures.join(" and ")));
        Some(format!("{} {}", node.name, unready.or(pressures)?))
    });
    let sick: Vec<_> = sick.collect();
    match (sick.is_empty(), nodes.is_empty()) {
        (true, true) => Finding::Skipped("there are no nodes".to_owned()),
        (true, false) => Finding::Fine("no node complains of anything".to_owned()),
        _ => Finding::Bad(sick.join("; "), Vec::new()),
    }
}

pub(super) fn network(cluster: &Cluster) -> Finding {
    let nodes = match &cluster.nodes {
        Ok(nodes) => nodes,
        Err(reason) => return untold("the nodes", reason),
    };
    let without = nodes.iter().filter_map(|node| Some(format!("{}: {}", node.name, node.network.as_ref()?)));
    let without: Vec<_> = without.collect();
    let told = format!("pods have no network on {}", without.join("; "));
    match (without.len(), nodes.len()) {
        (_, 0) => Finding::Skipped("there are no nodes".to_owned()),
        (0, _) => Finding::Fine("no node says that its pods have no network".to_owned()),
        (some, all) if some < all => Finding::Doubtful(told, Vec::new()),
        _ => Finding::Bad(told, Vec::new()),
    }
}

pub(super) fn dns(cluster: &Cluster) -> Finding {
    match &cluster.health.dns {
        Ok(Some(true)) => Finding::Fine("the cluster's DNS has pods".to_owned()),
        Ok(Some(false)) => Finding::Bad("no pod of the cluster's DNS is ready".to_owned(), Vec::new()),
        Ok(None) => Finding::Skipped("the cluster has no service of DNS that is known".to_owned()),
        Err(reason) => untold("the cluster's DNS", reason),
    }
}

pub(super) fn exposed(cluster: &Cluster) -> Finding {
    match &cluster.health.exposed {
        None => Finding::Skipped("Kafka is not shown to clients outside".to_owned()),
        Some((host, Ok(()))) => Finding::Fine(format!("{host}, which clients outside are given, can be resolved")),
        Some((host, Err(why))) => Finding::Bad(
            format!("brokers advertise {host} to clients outside, and {why}"),
            vec!["give --expose a name or address that clients resolve, and deploy again".to_owned()],
        ),
    }
}

pub(super) fn ingresses(cluster: &Cluster) -> Finding {
    let ingresses = match &cluster.health.ingresses {
        Ok(ingresses) => ingresses,
        Err(reason) => return untold("ingresses", reason),
    };
    let without = ingresses.iter().filter(|ingress| !ingress.has_address).map(|ingress| {
        let class = ingress.class.as_ref().map_or("no class".to_owned(), |class| format!("class {class}"));
        format!("{} ({class})", ingress.name)
    });
    let without: Vec<_> = without.collect();
    match (without.is_empty(), ingresses.is_empty()) {
        (true, true) => Finding::Skipped("no enabled namespace has an ingress".to_owned()),
        (true, false) => Finding::Fine("every ingress of enabled namespaces has an address".to_owned()),
        _ => Finding::Bad(format!("no controller has given an address to {}", without.join(", ")), Vec::new()),
    }
}
