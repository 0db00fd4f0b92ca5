//! Every key of the settings with the values it takes, read from the types' own schema. Pure.

use std::sync::OnceLock;

use serde_json::Value;

use super::schema;
use crate::nearest::nearest;

/// One setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Key {
    /// Its place in the tree, such as `kafka.port`.
    pub path: String,
    /// The values it takes.
    pub kind: Kind,
    /// Whether null is one of them.
    pub is_nullable: bool,
    /// Whether its value must not be shown.
    pub is_secret: bool,
    /// What it is for, one or more sentences.
    pub description: String,
}

/// The values that a key takes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Any text, as it is written.
    Text,
    /// `true` or `false`.
    Boolean,
    /// A whole number within bounds.
    Number {
        /// The least.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// One of these.
    Choice(Vec<String>),
    /// An IPv4 or IPv6 address.
    Address,
}

impl Key {
    /// The variable that sets it: `KARCTL_KAFKA_PORT` for `kafka.port`.
    pub fn variable(&self) -> String {
        format!("{VARIABLE_PREFIX}{}", self.path.replace('.', "_").to_uppercase())
    }
}

/// What every variable of karctl begins with.
pub(super) const VARIABLE_PREFIX: &str = "KARCTL_";

/// Every key, in the order in which the settings declare them.
pub fn keys() -> &'static [Key] {
    static KEYS: OnceLock<Vec<Key>> = OnceLock::new();
    KEYS.get_or_init(|| {
        let mut keys = Vec::new();
        collect("", &schema::of_types(), &mut keys);
        keys
    })
}

/// The key of that path.
pub fn key(path: &str) -> Option<&'static Key> {
    keys().iter().find(|key| key.path == path)
}

/// The keys below a group, such as `kafka`; none where there is no such group.
pub fn keys_below(group: &str) -> impl Iterator<Item = &'static Key> {
    keys().iter().filter(move |key| key.path.strip_prefix(group).is_some_and(|rest| rest.starts_with('.')))
}

/// The path that was probably meant.
pub fn nearest_key(path: &str) -> Option<&'static str> {
    nearest(path, keys().iter().map(|key| key.path.as_str()))
}

fn collect(path: &str, schema: &Value, keys: &mut Vec<Key>) {
    let Some(properties) = schema["properties"].as_object() else {
        keys.extend(leaf(path, schema));
        return;
    };
    for (name, property) in properties {
        let below = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        collect(&below, property, keys);
    }
}

/// A schema of a single value; `None` for a form that no setting has.
fn leaf(path: &str, schema: &Value) -> Option<Key> {
    let description = schema["description"].as_str().unwrap_or_default().to_owned();
    let mut is_nullable = false;
    let mut of_value = schema;
    if let Some(choices) = schema["anyOf"].as_array() {
        is_nullable = choices.iter().any(|choice| choice["type"] == "null");
        of_value = choices.iter().find(|choice| choice["type"] != "null")?;
    }
    let mut types: Vec<_> = match &of_value["type"] {
        Value::Array(types) => types.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect(),
    };
    is_nullable |= types.contains(&"null");
    types.retain(|name| *name != "null");
    let is_secret = of_value["format"] == "password";
    let kind = match (choices(of_value), types.as_slice()) {
        (Some(choices), _) => Kind::Choice(choices),
        (None, ["boolean"]) => Kind::Boolean,
        (None, ["integer"]) => {
            Kind::Number { least: of_value["minimum"].as_u64()?, most: of_value["maximum"].as_u64()? }
        }
        (None, ["string"]) if of_value["format"] == "ip" => Kind::Address,
        (None, ["string"]) => Kind::Text,
        _ => return None,
    };
    Some(Key { path: path.to_owned(), kind, is_nullable, is_secret, description })
}

/// The names of an enum, with or without descriptions of their own.
fn choices(schema: &Value) -> Option<Vec<String>> {
    let names = match (schema["oneOf"].as_array(), schema["enum"].as_array()) {
        (Some(variants), _) => variants.iter().map(|variant| variant["const"].as_str()).collect::<Option<Vec<_>>>()?,
        (None, Some(names)) => names.iter().map(Value::as_str).collect::<Option<Vec<_>>>()?,
        (None, None) => return None,
    };
    Some(names.into_iter().map(str::to_owned).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_carry_what_the_types_say() {
        let port = key("kafka.port").expect("a key");
        assert_eq!((&port.kind, port.is_nullable), (&Kind::Number { least: 1, most: 65535 }, false));
        assert_eq!(port.variable(), "KARCTL_KAFKA_PORT");
        let engine = key("local.engine").expect("a key");
        assert_eq!(engine.kind, Kind::Choice(["auto", "docker", "native"].map(str::to_owned).to_vec()));
        assert_eq!(key("local.bind").expect("a key").kind, Kind::Address);
        assert!(key("local.secure").expect("a key").is_nullable);
        let mut of_secrets = keys().iter().filter(|key| key.is_secret).map(Key::variable);
        assert!(of_secrets.all(|name| crate::environment::PASSWORDS.contains(&name.as_str())));
        let secrets: Vec<_> = keys().iter().filter(|key| key.is_secret).map(|key| key.path.as_str()).collect();
        assert_eq!(secrets, ["kafka.password", "redis.password"]);
        assert!(keys().iter().all(|key| !key.description.is_empty()));
    }

    #[test]
    fn every_setting_of_the_base_profile_is_a_key() {
        let base: Value = serde_yaml::from_str(super::super::profile::BASE).expect("base.yaml");
        let written: Vec<_> = base
            .as_object()
            .expect("groups")
            .iter()
            .flat_map(|(group, values)| {
                values.as_object().expect("values").keys().map(move |name| format!("{group}.{name}"))
            })
            .collect();
        let declared: Vec<_> = keys().iter().map(|key| key.path.clone()).collect();
        assert_eq!(written, declared);
    }
}
