//! The ingress controller of a cluster of kind: Traefik, on the node whose ports 80 and 443 lead to this machine. k3s has
//! one of its own; that one answers is seen of both.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::time::Duration;

use serde_json::json;

use super::configuration::INGRESS;
use super::look::{Found, Node};
use crate::client::http;
use crate::client::kubernetes::object::{NAMESPACE, Object, Reference};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::{Context, Deadline};
use crate::error::{Failure, Result, Status, report};
use crate::render::CLUSTER_INGRESS;
use crate::target::kubernetes::inventory::{self, Inventory};
use crate::target::kubernetes::plan::{Policy, plan};
use crate::target::kubernetes::{apply, manifests, names, wait};

/// Its namespace, and the name of its role.
const PLACE: &str = "kar-ingress";

/// Its name as a component, and of its inventory.
const COMPONENT: &str = "ingress";

/// Its deployment.
const WORKLOAD: &str = "traefik";

/// Pause between two looks.
const RETRY: Duration = Duration::from_millis(500);

/// Time for one answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Brings Traefik about, and returns when its pod is ready. Says whether anything was changed.
///
/// # Errors
/// When an object of its name is somebody else's, the server refuses, or its pod does not become ready.
pub async fn ensure(context: &Context, cluster: &Cluster, found: &Found, image: &str) -> Result<bool> {
    let Some(node) = entry_node(found) else { return Ok(false) };
    let plan = plan(cluster, objects(&node.container, image)?, inventory(), Policy::default()).await?;
    if plan.is_change() {
        apply::check(cluster, &plan, Policy::default(), Vec::new()).await?;
        apply::carry_out(context, cluster, &plan, Policy::default()).await?;
    }
    let restarted = Context { deadline: context.deadline.restarted(), ..context.clone() };
    let references: Vec<_> = plan.objects().into_iter().map(Object::reference).collect();
    wait::wait(&restarted, cluster, &references).await.map_err(|error| not_ready(&error, image))?;
    Ok(plan.is_change())
}

fn objects(node: &str, image: &str) -> Result<Vec<Object>> {
    let labels = json!({"app.kubernetes.io/name": names::PART_OF, (names::COMPONENT): COMPONENT, "name": WORKLOAD});
    let values = json!({"namespace": PLACE, "node": node, "image": image, "labels": labels});
    manifests::rendered(&CLUSTER_INGRESS, &values, PLACE, (names::COMPONENT, COMPONENT))
}

fn inventory() -> Reference {
    inventory::of_addon(PLACE, COMPONENT)
}

/// What is wrong, without the advice of a deploy.
fn not_ready(error: &anyhow::Error, image: &str) -> anyhow::Error {
    let told = report(error);
    Failure::new(format!("the ingress controller is not ready: {}", told.message))
        .hint(format!(
            "nodes pull {image}; --set cluster.ingress_image=I names another image, such as a copy in a registry"
        ))
        .code(Code::IngressNotReady)
        .status(told.status)
        .into()
}

/// The node that the ports of an ingress lead to, else the first of the control plane.
fn entry_node(found: &Found) -> Option<&Node> {
    let is_entry = |node: &&Node| node.ports.iter().any(|(_, _, port)| *port == INGRESS[0].container);
    found.members().find(is_entry).or_else(|| found.members().next())
}

/// Takes Traefik away, where karctl put it there. Says whether it did.
///
/// # Errors
/// When the server refuses, or something does not go; the same again does the rest.
pub async fn remove(context: &Context, cluster: &Cluster) -> Result<bool> {
    let Some(written) = Inventory::read(cluster, &inventory()).await? else { return Ok(false) };
    let step = context.ui.step("Removing the ingress controller");
    // The namespace takes the inventory with it, so it is the last of what the inventory names.
    let (last, mut references): (Vec<_>, Vec<_>) =
        written.objects.into_iter().partition(|object| object.kind == NAMESPACE.name);
    references.extend(last.iter().cloned().chain([inventory()]));
    for reference in &references {
        let found = cluster.get(reference).await.map_err(Failure::from)?;
        let own = found.filter(|object| object.label(names::MANAGED_BY) == Some(names::KARCTL));
        if let Some(object) = own {
            let uid = object.text("/metadata/uid");
            cluster.delete(reference, Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
        }
    }
    for namespace in &last {
        until_gone(cluster, namespace, &context.deadline.restarted()).await?;
    }
    step.done("Removed the ingress controller");
    Ok(true)
}

/// A namespace that is not karctl's stays.
async fn until_gone(cluster: &Cluster, namespace: &Reference, deadline: &Deadline) -> Result<()> {
    while cluster.get(namespace).await.map_err(Failure::from)?.is_some_and(|found| found.is_terminating()) {
        if deadline.left().is_zero() {
            let passed = deadline.passed(&format!("{namespace} to go"), "its deletion has begun");
            return Err(passed.hint("run the same command again; it goes on where it stopped").into());
        }
        tokio::time::sleep(RETRY).await;
    }
    Ok(())
}

/// Sees that somebody speaks HTTP where this machine's port leads to the cluster's port 80. Nothing is asked where no port
/// does, as in a configuration of the user's own.
///
/// # Errors
/// When nobody does until the deadline: with what was seen last.
pub async fn prove(context: &Context, found: &Found, deadline: &Deadline) -> Result<()> {
    let Some(server) = entrance(found) else { return Ok(()) };
    let step = context.ui.step("Waiting for the ingress controller");
    loop {
        let limit = ANSWER_LIMIT.min(deadline.left());
        match http::get(server, "/", limit).await {
            Ok(_) => {
                step.done(format!("The ingress controller answers at http://{server}"));
                return Ok(());
            }
            Err(error) if deadline.left().is_zero() => {
                return Err(Failure::new(format!("no ingress controller answers at http://{server}: {error}"))
                    .code(Code::IngressNotReady)
                    .status(Status::TimedOut)
                    .into());
            }
            Err(error) => step.detail(error.to_string()),
        }
        tokio::time::sleep(RETRY).await;
    }
}

/// Where the cluster's port 80 is reached from this machine.
fn entrance(found: &Found) -> Option<SocketAddr> {
    let mut ports = found.nodes.iter().flat_map(|node| &node.ports);
    let (address, port, _) = ports.find(|(_, _, port)| *port == INGRESS[0].container)?;
    let address = match address.parse().ok()? {
        IpAddr::V4(address) if address.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(address) if address.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        address => address,
    };
    Some(SocketAddr::new(address, *port))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::target::cluster::{ClusterName, Provider};

    fn node(container: &str, role: &str, ports: &[(&str, u16, u16)]) -> Node {
        Node {
            container: container.to_owned(),
            role: role.to_owned(),
            image: String::new(),
            state: "running".to_owned(),
            created: 0,
            ports: ports.iter().map(|(address, outer, inner)| ((*address).to_owned(), *outer, *inner)).collect(),
        }
    }

    fn found(provider: Provider, nodes: Vec<Node>) -> Found {
        Found { provider, name: ClusterName::parse("kar").expect("a name"), nodes }
    }

    #[test]
    fn it_runs_where_the_ports_lead_to() {
        let second = [("0.0.0.0", 31443, 443), ("0.0.0.0", 31080, 80)];
        let several = found(
            Provider::Kind,
            vec![node("kar-control-plane", "control-plane", &[]), node("kar-control-plane2", "control-plane", &second)],
        );
        assert_eq!(entry_node(&several).expect("a node").container, "kar-control-plane2");
        assert_eq!(entrance(&several).expect("an address").to_string(), "127.0.0.1:31080");
        let without =
            found(Provider::Kind, vec![node("kar-control-plane", "control-plane", &[("127.0.0.1", 1, 6443)])]);
        assert_eq!(entry_node(&without).expect("a node").container, "kar-control-plane");
        assert_eq!(entrance(&without), None);
    }

    #[test]
    fn that_of_k3d_is_reached_through_its_load_balancer() {
        let balanced = found(
            Provider::K3d,
            vec![
                node("k3d-kar-server-0", "server", &[]),
                node("k3d-kar-serverlb", "loadbalancer", &[("::1", 31080, 80)]),
            ],
        );
        assert_eq!(entrance(&balanced).expect("an address").to_string(), "[::1]:31080");
    }

    #[test]
    fn every_object_is_of_a_kind_that_karctl_knows_and_the_image_is_as_it_was_set() {
        let objects = objects("kar-control-plane", "localhost:5000/traefik:1").expect("rendered");
        let kinds: Vec<_> = objects.iter().map(|object| object.reference().kind).collect();
        let expected =
            ["Namespace", "ServiceAccount", "ClusterRole", "ClusterRoleBinding", "IngressClass", "Deployment"];
        assert_eq!(kinds, expected);
        let pod = objects[5].at("/spec/template/spec").expect("a pod");
        assert_eq!(pod["containers"][0]["image"], "localhost:5000/traefik:1");
        assert_eq!(pod["nodeSelector"]["kubernetes.io/hostname"], "kar-control-plane");
    }
}
