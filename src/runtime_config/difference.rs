//! What a shell's own variables say otherwise than what really runs, for `karctl env --check`. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::Serialize;

use crate::redacted::REDACTED;

use super::{RuntimeConfig, Variable};

/// What `kar` takes where a variable is unset, so that saying it or not is the same.
const DEFAULTS: &[(&str, &str)] = &[
    ("KAFKA_ENABLE_TLS", "false"),
    ("KAFKA_TLS_SKIP_VERIFY", "false"),
    ("KAFKA_USERNAME", "token"),
    ("KAFKA_VERSION", "2.8.1"),
    ("REDIS_ENABLE_TLS", "false"),
    ("REDIS_PORT", "6379"),
    ("REDIS_TLS_SKIP_VERIFY", "false"),
];

/// One variable that means something else in the shell than in what runs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Difference {
    /// Name of the variable.
    pub variable: String,
    /// Its value in the shell, null where it is unset; asterisks stand for a secret.
    pub shell: Option<String>,
    /// The value that fits what runs, null where it is to be unset; asterisks stand for a secret.
    pub running: Option<String>,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = &self.variable;
        match (self.shell.as_deref(), self.running.as_deref()) {
            (Some(REDACTED), Some(_)) => write!(f, "{name} differs"),
            (Some(_), None) => write!(f, "{name} is set and should not be"),
            (None, Some(REDACTED)) => write!(f, "{name} is not set and should be"),
            (shell, running) => {
                let quote = |value: Option<&str>| value.map_or("not set".to_owned(), |value| format!("`{value}`"));
                write!(f, "{name} is {} and should be {}", quote(shell), quote(running))
            }
        }
    }
}

/// The variables that differ in meaning, in alphabetical order. Secrets, and the long certificate, are not shown.
pub fn differences(shell: &RuntimeConfig, running: &RuntimeConfig) -> Vec<Difference> {
    let pairs = shell.variables().into_iter().zip(running.variables());
    pairs
        .filter(|(shell, running)| meaning(shell) != meaning(running))
        .map(|(shell, running)| Difference { shell: shown(&shell), running: shown(&running), variable: running.name })
        .collect()
}

fn meaning(variable: &Variable) -> Option<&str> {
    let default = DEFAULTS.iter().find(|(name, _)| *name == variable.name).map(|(_, value)| *value);
    let value = variable.value.as_ref().map(|value| value.expose()).filter(|value| !value.is_empty());
    value.or(default)
}

fn shown(variable: &Variable) -> Option<String> {
    let value = variable.value.as_ref().filter(|value| !value.is_empty())?;
    let is_hidden = variable.is_secret || variable.name == "REDIS_CA";
    Some(if is_hidden { REDACTED.to_owned() } else { value.expose().escape_debug().to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redacted::Secret;

    fn config() -> RuntimeConfig {
        RuntimeConfig {
            kafka_brokers: vec!["127.0.0.1:31093".to_owned()],
            kafka_version: Some("3.2.0".to_owned()),
            redis_host: Some("127.0.0.1".to_owned()),
            redis_port: Some(31379),
            redis_password: Some(Secret::new("canary-one")),
            ..RuntimeConfig::default()
        }
    }

    #[test]
    fn what_means_the_same_does_not_differ() {
        let shell =
            RuntimeConfig { kafka_enable_tls: Some(false), kafka_username: Some("token".to_owned()), ..config() };
        assert_eq!(differences(&shell, &config()), []);
    }

    #[test]
    fn differences_are_told_without_secrets() {
        let shell = RuntimeConfig {
            kafka_brokers: Vec::new(),
            redis_host: Some("localhost".to_owned()),
            redis_ca: Some("canary-ca".to_owned()),
            redis_password: Some(Secret::new("canary-two")),
            ..config()
        };
        let found = differences(&shell, &config());
        let told: Vec<_> = found.iter().map(ToString::to_string).collect();
        assert_eq!(
            told,
            [
                "KAFKA_BROKERS is not set and should be `127.0.0.1:31093`",
                "REDIS_CA is set and should not be",
                "REDIS_HOST is `localhost` and should be `127.0.0.1`",
                "REDIS_PASSWORD differs",
            ]
        );
        assert!(!serde_json::to_string(&found).expect("JSON").contains("canary"));
        let told: Vec<_> = differences(&RuntimeConfig::default(), &config()).iter().map(ToString::to_string).collect();
        assert!(told.contains(&"REDIS_PASSWORD is not set and should be".to_owned()), "{told:?}");
    }
}
