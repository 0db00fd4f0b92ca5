//! The JSON schema of the settings: that of the types, and that of a file of settings, which editors take. Pure.

use schemars::generate::SchemaSettings;
use serde_json::Value;

use super::{Settings, defaults, key};
use crate::error::Result;

/// The schema of the complete tree, without references.
pub(super) fn of_types() -> Value {
    let generator = SchemaSettings::draft2020_12().with(|settings| settings.inline_subschemas = true).into_generator();
    generator.into_root_schema_for::<Settings>().to_value()
}

/// The schema of a profile or another file of settings: every key with its default, and none of them required.
///
/// # Errors
/// Never: the base profile is part of the program, and tested.
pub fn of_files() -> Result<Value> {
    let mut schema = of_types();
    let defaults = serde_json::to_value(defaults()?)?;
    make_optional(&mut schema);
    for key in key::keys() {
        let place = key.path.split('.').fold(&mut schema, |at, name| &mut at["properties"][name]);
        let default = defaults.pointer(&format!("/{}", key.path.replace('.', "/")));
        place["default"] = default.cloned().unwrap_or_default();
    }
    schema["title"] = Value::from("Settings of karctl");
    schema["description"] = Value::from("A profile or a file of settings: differences from the defaults.");
    Ok(schema)
}

fn make_optional(schema: &mut Value) {
    let Value::Object(object) = schema else { return };
    object.shift_remove("required");
    if let Some(Value::Object(properties)) = object.get_mut("properties") {
        properties.values_mut().for_each(make_optional);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_needs_no_key_and_knows_every_default() {
        let schema = of_files().expect("a schema");
        assert!(schema.get("required").is_none() && schema["properties"]["kafka"].get("required").is_none());
        assert_eq!(schema["properties"]["kafka"]["properties"]["port"]["default"], 31093);
        assert_eq!(schema["properties"]["redis"]["properties"]["password"]["default"], Value::Null);
        assert_eq!(schema["properties"]["kafka"]["additionalProperties"], false);
    }
}
