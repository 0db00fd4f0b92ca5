//! Secrets, from the moment they are read: a [`Secret`] never prints, logs or serialises its value by itself.

use std::fmt;

use serde::{Deserialize, Serialize, Serializer};

/// What stands for a secret wherever it is shown.
pub const REDACTED: &str = "********";

/// A value that is shown as [`REDACTED`] by `Debug`, `Display` and `Serialize`; only [`Secret::expose`] gives it away.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    /// Takes a value in.
    pub fn new(value: impl Into<String>) -> Self {
        Self(value.into())
    }

    /// The value itself. Every call is a place where a secret leaves the program: grep for it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is nothing to hide.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(REDACTED)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(REDACTED)
    }
}

impl schemars::JsonSchema for Secret {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Secret".into()
    }

    fn inline_schema() -> bool {
        true
    }

    /// `format: password` is how the settings know which keys are secret.
    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({ "type": "string", "format": "password" })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_never_shown_by_accident() {
        let secret = Secret::new("canary");
        let shown = format!("{secret} {secret:?} {}", serde_json::to_string(&secret).expect("a string"));
        assert!(!shown.contains("canary"), "{shown}");
        assert_eq!(secret.expose(), "canary");
    }
}
