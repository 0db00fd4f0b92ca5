//! Labels: karctl's own, by which everything is found again, and those by which `docker compose` sees an instance. Pure.

use std::collections::HashMap;
use std::path::Path;

use serde::Deserialize;

use super::blueprint::Blueprint;
use crate::settings::KafkaMode;
use crate::target::local::instance::{Address, Component, Desired, InstanceName};

/// Name of the instance, on everything that belongs to it.
pub const INSTANCE: &str = "kar.ibm.com/instance";
/// Name of the component, on its container and volume.
pub const COMPONENT: &str = "kar.ibm.com/component";
/// Hash of what the container was made from.
pub const SPECIFICATION: &str = "kar.ibm.com/specification";
/// Version of the karctl that made it.
pub const VERSION: &str = "kar.ibm.com/karctl-version";
/// Where clients find the instance, as JSON.
pub const ADDRESS: &str = "kar.ibm.com/address";
/// Kafka's mode.
pub const MODE: &str = "kar.ibm.com/kafka-mode";
/// Whether clients need passwords.
pub const SECURE: &str = "kar.ibm.com/secure";
/// Whether it goes with `down`.
pub const EPHEMERAL: &str = "kar.ibm.com/ephemeral";
/// Name of the KAR application, on containers of applications; the original's.
pub const APP: &str = "kar.ibm.com/app";

/// Name of the container of this machine's image registry, and of the registry on every network: it belongs to none of the
/// instances. The original's.
pub const REGISTRY: &str = "registry";

/// The version of compose whose labels these are: what its own commands compare with.
const COMPOSE_VERSION: &str = "2.40.0";

/// Key of the network within the compose project.
pub const NETWORK_KEY: &str = "bus";

/// Labels of a component's container. `compose_file` describes the same containers.
pub fn of_container(
    desired: &Desired,
    blueprint: &Blueprint,
    specification: &str,
    compose_file: &Path,
) -> HashMap<String, String> {
    let folder = compose_file.parent().unwrap_or(Path::new("/"));
    let depends_on = if blueprint.needs_zookeeper() { "zookeeper:service_started:false" } else { "" };
    let service = blueprint.component.name();
    let mut labels = own(&desired.name);
    labels.extend(owned([
        (COMPONENT, service),
        (SPECIFICATION, specification),
        (MODE, mode_name(desired.mode)),
        (SECURE, if desired.credentials.is_some() { "true" } else { "false" }),
        (EPHEMERAL, if desired.ephemeral { "true" } else { "false" }),
        (ADDRESS, &serde_json::json!(desired.address).to_string()),
        ("com.docker.compose.service", service),
        ("com.docker.compose.config-hash", specification),
        ("com.docker.compose.container-number", "1"),
        ("com.docker.compose.oneoff", "False"),
        ("com.docker.compose.project.config_files", &compose_file.display().to_string()),
        ("com.docker.compose.project.working_dir", &folder.display().to_string()),
        ("com.docker.compose.depends_on", depends_on),
        ("com.docker.compose.version", COMPOSE_VERSION),
    ]));
    labels
}

/// Labels of the network.
pub fn of_network(name: &InstanceName) -> HashMap<String, String> {
    let mut labels = own(name);
    labels
        .extend(owned([("com.docker.compose.network", NETWORK_KEY), ("com.docker.compose.version", COMPOSE_VERSION)]));
    labels
}

/// Labels of a component's volume.
pub fn of_volume(name: &InstanceName, component: Component, is_ephemeral: bool) -> HashMap<String, String> {
    let mut labels = own(name);
    labels.extend(owned([
        (COMPONENT, component.name()),
        (EPHEMERAL, if is_ephemeral { "true" } else { "false" }),
        ("com.docker.compose.volume", volume_key(component)),
        ("com.docker.compose.version", COMPOSE_VERSION),
    ]));
    labels
}

/// Key of a component's volume within the compose project.
pub fn volume_key(component: Component) -> &'static str {
    match component {
        Component::ZooKeeper => "zookeeper-data",
        Component::Kafka => "kafka-data",
        Component::Redis => "redis-data",
    }
}

/// The filter for everything of an instance.
pub fn of_instance(name: &InstanceName) -> String {
    format!("{INSTANCE}={name}")
}

/// Whether the labels say that something belongs to the instance.
pub fn belongs(labels: Option<&HashMap<String, String>>, name: &InstanceName) -> bool {
    labels.and_then(|labels| labels.get(INSTANCE)).is_some_and(|instance| instance == name.as_str())
}

/// The component that a label names.
pub fn component(labels: &HashMap<String, String>) -> Option<Component> {
    let name = labels.get(COMPONENT)?;
    Component::ALL.into_iter().find(|component| component.name() == name)
}

/// The address that a label tells.
pub fn address(labels: &HashMap<String, String>) -> Option<Address> {
    serde_json::from_str(labels.get(ADDRESS)?).ok()
}

/// The mode that a label tells.
pub fn mode(labels: &HashMap<String, String>) -> Option<KafkaMode> {
    let name: serde::de::value::StrDeserializer<'_, serde::de::value::Error> =
        serde::de::IntoDeserializer::into_deserializer(labels.get(MODE)?.as_str());
    KafkaMode::deserialize(name).ok()
}

/// Whether a label says yes.
pub fn is_true(labels: &HashMap<String, String>, label: &str) -> bool {
    labels.get(label).is_some_and(|value| value == "true")
}

/// The name of a mode, as the settings have it.
pub fn mode_name(mode: KafkaMode) -> &'static str {
    match mode {
        KafkaMode::ZooKeeper => "zookeeper",
        KafkaMode::Kraft => "kraft",
    }
}

fn own(name: &InstanceName) -> HashMap<String, String> {
    owned([
        (INSTANCE, name.as_str()),
        (VERSION, env!("CARGO_PKG_VERSION")),
        ("com.docker.compose.project", name.as_str()),
    ])
}

fn owned<const N: usize>(labels: [(&str, &str); N]) -> HashMap<String, String> {
    labels.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}
