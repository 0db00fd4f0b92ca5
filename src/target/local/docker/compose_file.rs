//! The instance as a compose file: what the labels of compose point at, for tools that show it. karctl itself never reads it.

use serde_json::{Map, Value, json};

use super::blueprint::{Blueprint, CONFIGURATION, grace};
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
    let configs: Vec<_> = blueprint
        .files
        .iter()
        .filter(|file| !file.is_secret)
        .map(|file| json!({ "source": config_key(blueprint, file.name), "target": format!("{CONFIGURATION}/{}", file.name) }))
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
}
