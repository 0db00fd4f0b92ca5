//! The instance as a compose file: what the labels of compose point at, for tools that show it. karctl itself never reads it.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};

use super::blueprint::{Blueprint, CLUSTER_ID, CONFIGURATION, grace};
use super::labels::{NETWORK_KEY, volume_key};
use crate::error::Result;
use crate::target::local::instance::{Component, Desired};

/// First line of the file.
const HEADING: &str =
    "# Written by karctl, which makes these containers itself: change settings with `karctl local up`.\n";

/// The text of the file. Files that hold secrets are left out, so that what it describes is complete without passwords only.
///
/// # Errors
/// When it cannot be written as YAML, which is a defect of karctl.
pub fn render(desired: &Desired, blueprints: &[Blueprint]) -> Result<String> {
    let mut services = Map::new();
    let mut volumes = Map::new();
    let mut configs = Map::new();
    for blueprint in blueprints {
        services.insert(blueprint.component.name().to_owned(), service(blueprint));
        volumes.insert(volume_key(blueprint.component).to_owned(), json!({ "name": blueprint.volume }));
        for file in blueprint.files.iter().filter(|file| !file.is_secret) {
            // compose reads a dollar sign as the beginning of a variable.
            let content = file.content.expose().replace('$', "$$");
            configs.insert(config_key(blueprint, file.name), json!({ "content": content }));
        }
        if blueprint.is_kraft() {
            configs.insert(config_key(blueprint, CLUSTER_ID), json!({ "content": cluster_id(desired) }));
        }
    }
    let document = json!({
        "name": desired.name,
        "services": services,
        "networks": { NETWORK_KEY: { "name": desired.name.network() } },
        "volumes": volumes,
        "configs": configs,
    });
    Ok(format!("{HEADING}{}", serde_yaml::to_string(&document)?))
}

fn service(blueprint: &Blueprint) -> Value {
    let component = blueprint.component;
    let public = blueprint.files.iter().filter(|file| !file.is_secret).map(|file| file.name);
    let configs: Vec<_> = public
        .chain(blueprint.is_kraft().then_some(CLUSTER_ID))
        .map(|file| json!({ "source": config_key(blueprint, file), "target": format!("{CONFIGURATION}/{file}") }))
        .collect();
    let mut service = json!({
        "image": blueprint.image,
        "container_name": blueprint.container,
        "hostname": component.name(),
        "command": doubled(&blueprint.command),
        "environment": doubled(&blueprint.environment),
        "volumes": [format!("{}:{}", volume_key(component), blueprint.mount)],
        "networks": { NETWORK_KEY: { "aliases": [component.name()] } },
        "configs": configs,
        "restart": blueprint.restart,
        "stop_grace_period": format!("{}s", grace(component).as_secs()),
    });
    if let Some(entrypoint) = &blueprint.entrypoint {
        service["entrypoint"] = json!(doubled(entrypoint));
    }
    if let Some((inner, address, outer)) = &blueprint.port {
        let host = if address.contains(':') { format!("[{address}]") } else { address.clone() };
        service["ports"] = json!([format!("{host}:{outer}:{inner}")]);
    }
    if blueprint.needs_zookeeper() {
        service["depends_on"] = json!([Component::ZooKeeper.name()]);
    }
    service
}

/// A KRaft cluster's id for whom only the file is known: 16 bytes that the instance's name leads to. Data that karctl made
/// has an id of its own and is not formatted again.
fn cluster_id(desired: &Desired) -> String {
    let mut bytes: [u8; 16] = [0; 16];
    bytes.copy_from_slice(&Sha256::digest(desired.name.as_str())[..16]);
    // The first character must be no `-`: the id is an argument of a command.
    bytes[0] &= 0x7f;
    URL_SAFE_NO_PAD.encode(bytes)
}

fn config_key(blueprint: &Blueprint, file: &str) -> String {
    format!("{}-{file}", blueprint.component.name())
}

fn doubled(words: &[String]) -> Vec<String> {
    words.iter().map(|word| word.replace('$', "$$")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redacted::Secret;
    use crate::services::Credentials;
    use crate::target::local::docker::plan::blueprints;
    use crate::target::local::docker::test_support::desired;

    #[test]
    fn it_describes_the_containers_and_holds_no_secret() {
        let mut desired = desired();
        desired.credentials = Some(Credentials {
            kafka_username: "kar".to_owned(),
            kafka_password: Secret::new("canary"),
            redis_password: Secret::new("canary"),
        });
        let text = render(&desired, &blueprints(&desired).expect("blueprints")).expect("renders");
        assert!(!text.contains("canary"), "{text}");
        let document: Value = serde_yaml::from_str(&text).expect("YAML");
        assert_eq!(document["services"]["kafka"]["ports"], json!(["127.0.0.1:31093:9093"]));
        assert_eq!(document["services"]["kafka"]["depends_on"], json!(["zookeeper"]));
        assert_eq!(document["networks"]["bus"]["name"], "kar-bus");
    }

    #[test]
    fn kraft_finds_its_cluster_id() {
        let mut desired = desired();
        desired.mode = crate::settings::KafkaMode::Kraft;
        let text = render(&desired, &blueprints(&desired).expect("blueprints")).expect("renders");
        let document: Value = serde_yaml::from_str(&text).expect("YAML");
        let id = document["configs"]["kafka-cluster.id"]["content"].as_str().expect("an id");
        assert!(id.len() == 22 && !id.starts_with('-'), "{id}");
        assert!(text.contains("target: /etc/kar/cluster.id"), "{text}");
    }
}
