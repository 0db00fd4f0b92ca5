//! The JSON schema of `karctl.yaml`, which editors take. Pure.
//!
//! It is written beside the reader, which says more than a schema can: where a mistake is, and what was meant. A test holds
//! one against the other.

use serde_json::{Value, json};

use super::{FILE, LONGEST_NAME, MANIFESTS, app, member, place};
use crate::error::Result;
use crate::settings::schema;

/// The schema.
///
/// # Errors
/// Never: the base profile is part of the program, and tested.
pub fn schema() -> Result<Value> {
    let settings = settings()?;
    Ok(json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": FILE,
        "description": "A project of karctl: its applications, where Kafka and Redis are, and who uses them.",
        "type": "object",
        "required": ["version"],
        "additionalProperties": false,
        "properties": {
            "version": { "const": 1, "description": "The form of the file." },
            "project": name("What tells it from other projects, the same in every checkout."),
            "services": services(),
            "members": names("What uses Kafka and Redis, by a name of your choice.", member(&settings)),
            "settings": described(settings, "Settings of every member, which its own profile and values cover."),
            "apps": names("The applications.", application()),
        },
    }))
}

/// The settings as they stand in a file of their own, without the words for a file.
fn settings() -> Result<Value> {
    let mut schema = schema::of_files()?;
    if let Value::Object(object) = &mut schema {
        object.shift_remove("$schema");
        object.shift_remove("title");
        object.insert("type".to_owned(), json!(["object", "null"]));
    }
    Ok(schema)
}

fn described(mut schema: Value, description: &str) -> Value {
    schema["description"] = Value::from(description);
    schema
}

fn text(description: &str) -> Value {
    json!({ "type": "string", "minLength": 1, "description": description })
}

fn name(description: &str) -> Value {
    json!({ "type": "string", "pattern": NAME, "maxLength": LONGEST_NAME, "description": description })
}

/// See [`super::check_name`].
const NAME: &str = "^[a-z]([a-z0-9-]*[a-z0-9])?$";

fn names(description: &str, of: Value) -> Value {
    json!({
        "type": ["object", "null"],
        "description": description,
        "propertyNames": { "pattern": NAME, "maxLength": LONGEST_NAME },
        "additionalProperties": of,
    })
}

/// A mapping that may be empty, then also nothing at all.
fn keys(description: &str, properties: Value, required: &[&str]) -> Value {
    let kinds = if required.is_empty() { json!(["object", "null"]) } else { json!("object") };
    json!({
        "type": kinds,
        "description": description,
        "properties": properties,
        "required": required,
        "additionalProperties": false,
    })
}

fn services() -> Value {
    let managed = json!({
        "key": text("Name of the service keys."),
        "redis-key-id": text("Guid of that of Databases for Redis, where several have the name."),
        "kafka-key-id": text("Guid of that of Event Streams, where several have the name."),
    });
    json!({
        "description": "Where Kafka and Redis are: one of these.",
        "type": "object",
        "minProperties": 1,
        "maxProperties": 1,
        "additionalProperties": false,
        "properties": {
            "local": keys("An instance of this machine.", json!({ "name": name("Its name, `kar` where none is given.") }), &[]),
            "cluster": name("The member that runs and exposes them, which is a cluster."),
            "managed": keys("Managed ones, by the service keys of an account of IBM Cloud.", managed, &["key"]),
            "credentials": text("Managed ones, by the same keys in a file."),
            "file": text("Any Kafka and Redis, described in a file as for `karctl env file`."),
        },
    })
}

fn member(settings: &Value) -> Value {
    let cluster = json!({
        "context": text("Context of the kubeconfig."),
        "uid": text("Uid of its namespace kube-system, which is its identity; checked where it is given."),
        "kubeconfig": text("The kubeconfig, relative to this file, where it is not the usual one."),
    });
    let project = json!({
        "project": text("Its name or id."),
        "region": text("Its region, such as eu-de."),
        "resource-group": text("Its resource group."),
    });
    let namespace = json!({ "type": "string", "pattern": "^[a-z0-9]([a-z0-9-]*[a-z0-9])?$", "maxLength": 63 });
    let list = |description: &str, items: Value| json!({ "type": "array", "description": description, "items": items });
    let profile = text("Profile of its settings, by name or by file.");
    let values = described(settings.clone(), "Settings of its own, which cover those of its profile.");
    let namespaces = list("Namespaces that are enabled.", namespace);
    let apps = list("Applications of this file that run there.", name("A name below `apps`."));
    let kind = |key: &str, of: Value, others: Value| {
        let mut properties = others;
        properties[key] = of;
        json!({ "type": "object", "properties": properties, "required": [key], "additionalProperties": false })
    };
    let with_settings = json!({ "profile": profile, "values": values, "apps": apps });
    let mut of_cluster = with_settings.clone();
    of_cluster["namespaces"] = namespaces;
    let [local, in_cluster, code_engine, host] = member::KINDS;
    json!({ "oneOf": [
        kind(local, keys("This machine.", json!({}), &[]), with_settings),
        kind(in_cluster, keys("A cluster.", cluster, &["context"]), of_cluster),
        kind(code_engine, keys("A project of Code Engine.", project, &["project"]), json!({ "apps": apps })),
        kind(host, keys("Another host, which is given a file of variables.", json!({}), &[]), json!({})),
    ] })
}

fn application() -> Value {
    let path = |description: &str, default: &str| json!({ "type": "string", "minLength": 1, "description": description, "default": default });
    let word =
        |description: &str| json!({ "type": "string", "pattern": "^[A-Za-z0-9.-]+$", "description": description });
    let scalar = json!({ "type": ["string", "number", "boolean", "null"] });
    let component = json!({
        "build": path("Folder that its image is built from.", "."),
        "dockerfile": path("The Dockerfile, relative to that folder.", "Dockerfile"),
        "image": text("The image with kar inside that Code Engine runs, which builds none."),
        "service": word("The service that it offers."),
        "actors": { "type": "array", "description": "The types of actors that it hosts.", "items": word("A type.") },
        "port": { "type": "integer", "minimum": 1, "maximum": 65535, "default": 8080, "description": "Port that it listens on." },
        "replicas": { "type": "integer", "minimum": 1, "maximum": app::MOST_REPLICAS, "default": 1, "description": "How many run." },
        "verbose": { "enum": place::VERBOSITIES, "default": "error", "description": "How much `kar` says." },
        "environment": { "type": ["object", "null"], "description": "Further variables.", "additionalProperties": scalar },
        "command": { "type": "array", "description": "Replaces the image's command.", "items": scalar },
    });
    json!({
        "type": "object",
        "required": ["components"],
        "additionalProperties": false,
        "properties": {
            "manifests": path("Folder of its Kubernetes manifests.", MANIFESTS),
            "components": {
                "type": "object",
                "minProperties": 1,
                "description": "Its parts: what one image runs.",
                "propertyNames": { "pattern": NAME, "maxLength": LONGEST_NAME },
                "additionalProperties": keys("A part of the application.", component, &[]),
            },
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Every property of a schema of a mapping, in its order.
    fn known(schema: &Value) -> Vec<&str> {
        schema["properties"].as_object().expect("properties").keys().map(String::as_str).collect()
    }

    #[test]
    fn the_schema_knows_the_keys_that_the_reader_knows() {
        let schema = schema().expect("a schema");
        assert_eq!(known(&application()["properties"]["components"]["additionalProperties"]), app::Component::KEYS);
        assert_eq!(known(&schema["properties"]["services"]), super::super::services::KINDS);
        let mut top = known(&schema);
        top.sort_unstable();
        let mut keys = super::super::KEYS.to_vec();
        keys.sort_unstable();
        assert_eq!(top, keys);
        let kinds = schema["properties"]["members"]["additionalProperties"]["oneOf"].as_array().expect("kinds");
        for (kind, schema) in member::KINDS.iter().zip(kinds) {
            assert_eq!(schema["required"][0], *kind);
            let others = known(schema).into_iter().filter(|key| key != kind);
            others.for_each(|key| assert!(member::KEYS.contains(&key), "{key}"));
        }
    }
}
