//! Stops and removes an instance; data goes only where that is what was asked for.

use super::blueprint::grace;
use super::inventory::{Found, Inventory};
use super::labels;
use crate::client::docker::models::ContainerStateStatusEnum as Status;
use crate::client::docker::{AnonymousVolumes, Docker};
use crate::error::{Failure, Result};
use crate::target::local::engine::{Action, Outcome};
use crate::target::local::instance::{Component, InstanceName};

/// Redis is independent; Kafka wants ZooKeeper until it has ended.
const ORDER: [Component; 3] = [Component::Redis, Component::Kafka, Component::ZooKeeper];

/// Stops what runs.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn stop(docker: &Docker, name: &InstanceName) -> Result<Vec<Outcome>> {
    let inventory = Inventory::glance(docker, name).await?;
    let mut outcomes = Vec::new();
    for (component, found) in own(&inventory) {
        let action = if has_ended(found) { Action::Unchanged } else { Action::Stopped };
        end(docker, found, &name.container(component), component).await?;
        outcomes.push(Outcome { component, action, reason: None });
    }
    Ok(outcomes)
}

/// Removes everything but the data that outlives `down`.
///
/// # Errors
/// When containers of others are on the network and `force` is not given, or the engine refuses or does not answer.
pub async fn down(docker: &Docker, name: &InstanceName, force: bool) -> Result<Vec<Outcome>> {
    let inventory = Inventory::read(docker, name).await?;
    clear_network(docker, name, &inventory, force).await?;
    let mut outcomes = Vec::new();
    for (component, found) in own(&inventory) {
        let container = name.container(component);
        end(docker, found, &container, component).await?;
        docker.remove_container(&container, AnonymousVolumes::Remove).await?;
        outcomes.push(Outcome { component, action: Action::Removed, reason: None });
    }
    for stray in &inventory.strays {
        docker.remove_container(stray, AnonymousVolumes::Remove).await?;
    }
    for network in inventory.networks.iter().filter(|network| labels::belongs(Some(&network.labels), name)) {
        docker.remove_network(&network.id).await?;
    }
    for volume in &inventory.ephemeral_volumes {
        docker.remove_volume(volume).await?;
    }
    Ok(outcomes)
}

/// Removes every volume of the instance and returns their names.
///
/// # Errors
/// When a container that is not the instance's uses one, or the engine does not answer.
pub async fn delete_data(docker: &Docker, name: &InstanceName) -> Result<Vec<String>> {
    let volumes = Inventory::glance(docker, name).await?.volumes;
    for volume in &volumes {
        if let Err(error) = docker.remove_volume(volume).await {
            if error.status() != Some(409) {
                return Err(error.into());
            }
            let users = names(docker.containers(&[("volume", volume)]).await?);
            return Err(Failure::new(format!("the volume {volume} is in use by {}", users.join(", ")))
                .hint(format!("remove {0} (`docker rm {0}`), then run the same command again", users.join(" ")))
                .into());
        }
    }
    Ok(volumes)
}

/// Stops a component's container, if it runs. Podman does not stop what is paused, and a paused server cannot flush.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn end(docker: &Docker, found: &Found, container: &str, component: Component) -> Result<()> {
    if has_ended(found) {
        return Ok(());
    }
    if found.status() == Status::PAUSED {
        docker.unpause_container(container).await?;
    }
    Ok(docker.stop_container(container, grace(component)).await?)
}

/// The instance's own containers, in the order in which they are to end.
fn own(inventory: &Inventory) -> impl Iterator<Item = (Component, &Found)> {
    ORDER.into_iter().filter_map(|component| Some((component, inventory.own(component)?)))
}

fn has_ended(found: &Found) -> bool {
    matches!(found.status(), Status::CREATED | Status::EXITED | Status::DEAD | Status::REMOVING)
}

/// Containers that are on the network, run, and are no component: most often applications.
async fn clear_network(docker: &Docker, name: &InstanceName, inventory: &Inventory, force: bool) -> Result<()> {
    for network in inventory.networks.iter().filter(|network| labels::belongs(Some(&network.labels), name)) {
        let mut others = Vec::new();
        for (id, endpoint) in docker.attached(&network.id).await? {
            let is_component = inventory.containers.values().any(|found| found.inspected.id.as_ref() == Some(&id));
            let own_name = endpoint.name.unwrap_or_else(|| id.clone());
            // `karctl registry up` puts the registry on every network that there is; it needs none of them.
            if own_name == labels::REGISTRY {
                docker.disconnect(&network.id, &own_name).await?;
            } else if !is_component && !inventory.strays.contains(&own_name) {
                others.push(own_name);
            }
        }
        others.sort();
        if !others.is_empty() && !force {
            return Err(Failure::new(format!("{} is still used by {}", name.network(), others.join(", ")))
                .hint("end them first with `karctl local stop-app`, or give --force to remove applications and disconnect the others")
                .into());
        }
        for other in others {
            release(docker, &network.id, &other).await?;
        }
    }
    Ok(())
}

/// An application is of no use without its services and holds no data; anything else is its owner's.
async fn release(docker: &Docker, network: &str, container: &str) -> Result<()> {
    let Some(found) = docker.container(container).await? else { return Ok(()) };
    let labels = found.config.and_then(|config| config.labels).unwrap_or_default();
    if labels.contains_key(labels::APP) {
        docker.stop_container(container, grace(Component::Redis)).await?;
        docker.remove_container(container, AnonymousVolumes::Remove).await?;
    } else {
        docker.disconnect(network, container).await?;
    }
    Ok(())
}

fn names(containers: Vec<crate::client::docker::models::ContainerSummary>) -> Vec<String> {
    let first = |container: crate::client::docker::models::ContainerSummary| {
        Some(container.names?.first()?.trim_start_matches('/').to_owned())
    };
    containers.into_iter().filter_map(first).collect()
}
