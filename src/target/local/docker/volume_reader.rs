//! Reads what is in the volumes, through the container that has them, or one made for that and removed again.

use std::collections::HashMap;

use super::blueprint::{Blueprint, mount};
use super::data::{Content, Contents, MARKER, META_PROPERTIES, MetaProperties};
use super::inventory::Inventory;
use super::labels;
use crate::client::docker::models::{ContainerCreateBody, HostConfig, Mount, MountType};
use crate::client::docker::{AnonymousVolumes, Docker};
use crate::error::Result;
use crate::target::local::instance::{Component, InstanceName};

/// Whether a container may be made for reading.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Probe {
    /// Yes; it is never started, and removed again.
    Allowed,
    /// No: nothing is to be changed. What no container has stays unread.
    Forbidden,
}

/// Reads the volumes of Kafka and ZooKeeper that these blueprints name, as far as they exist.
///
/// # Errors
/// When the engine does not answer.
pub async fn read(
    docker: &Docker,
    name: &InstanceName,
    inventory: &Inventory,
    blueprints: &[Blueprint],
    probe: Probe,
) -> Result<Contents> {
    let mut contents = Contents::new();
    let mut unread = Vec::new();
    for blueprint in blueprints {
        let component = blueprint.component;
        if component == Component::Redis || !inventory.volumes.contains(&blueprint.volume) {
            continue;
        }
        if holds(inventory, component, &blueprint.volume) {
            contents.insert(component, content(docker, &blueprint.container, component, mount(component)).await?);
        } else {
            unread.push(blueprint);
        }
    }
    if !unread.is_empty() && probe == Probe::Allowed {
        contents.extend(through_probe(docker, name, &unread).await?);
    }
    Ok(contents)
}

fn holds(inventory: &Inventory, component: Component, volume: &str) -> bool {
    let mounts = inventory.own(component).and_then(|found| found.inspected.mounts.as_ref());
    mounts.into_iter().flatten().any(|mount| mount.name.as_deref() == Some(volume))
}

async fn through_probe(docker: &Docker, name: &InstanceName, unread: &[&Blueprint]) -> Result<Contents> {
    let container = format!("{name}_probe");
    // One that a cut command left may have other volumes.
    docker.remove_container(&container, AnonymousVolumes::Remove).await?;
    docker.create_container(&container, &probe_body(name, unread)).await?;
    let mut contents = Contents::new();
    let mut failed = None;
    for blueprint in unread {
        match content(docker, &container, blueprint.component, &probed(blueprint.component)).await {
            Ok(content) => drop(contents.insert(blueprint.component, content)),
            Err(error) => drop(failed.get_or_insert(error)),
        }
    }
    docker.remove_container(&container, AnonymousVolumes::Remove).await?;
    failed.map_or(Ok(contents), Err)
}

fn probe_body(name: &InstanceName, unread: &[&Blueprint]) -> ContainerCreateBody {
    let mounts = unread.iter().map(|blueprint| Mount {
        target: Some(probed(blueprint.component)),
        source: Some(blueprint.volume.clone()),
        typ: Some(MountType::VOLUME),
        ..Mount::default()
    });
    let own = [(labels::INSTANCE, name.as_str()), (labels::COMPONENT, "probe")];
    ContainerCreateBody {
        image: unread.first().map(|blueprint| blueprint.image.clone()),
        labels: Some(own.map(|(key, value)| (key.to_owned(), value.to_owned())).into_iter().collect::<HashMap<_, _>>()),
        host_config: Some(HostConfig {
            mounts: Some(mounts.collect()),
            network_mode: Some("none".to_owned()),
            ..HostConfig::default()
        }),
        ..ContainerCreateBody::default()
    }
}

/// Where the container that is made for reading has a component's volume: apart, whatever the servers' own paths are.
fn probed(component: Component) -> String {
    format!("/var/lib/karctl/{}", component.name())
}

async fn content(docker: &Docker, container: &str, component: Component, folder: &str) -> Result<Content> {
    let marker = docker.download(container, &format!("{folder}/{MARKER}")).await?;
    let meta = match component {
        Component::Kafka => docker.download(container, &format!("{folder}/{META_PROPERTIES}")).await?,
        _ => None,
    };
    Ok(Content {
        // A marker that cannot be read is as good as none: Kafka's own file is there.
        marker: marker.and_then(|bytes| serde_json::from_slice(&bytes).ok()),
        meta: meta.and_then(|bytes| MetaProperties::parse(&String::from_utf8_lossy(&bytes))),
    })
}
