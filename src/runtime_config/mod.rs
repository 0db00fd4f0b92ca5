//! The 13 variables that `kar` reads, as a model; its submodules spell them for shells, files and secrets. Pure.
//!
//! Replaces kar-env-local.sh and kar-env-ibmcloud.sh, which left variables of earlier sessions behind:
//! here every variable is always mentioned, with a value or as unset.

pub mod block;
pub mod difference;
pub mod format;
pub mod parse;
pub mod rename;
pub mod service_key;
pub mod services_file;

mod dotenv;
mod env_file;
pub mod shell;
mod structured;
mod windows;

use serde::Serialize;

use crate::redacted::Secret;

/// Number of variables that `kar` reads for Kafka and Redis.
pub const VARIABLE_COUNT: usize = 13;

/// The names of the variables, in alphabetical order.
pub const NAMES: [&str; VARIABLE_COUNT] = [
    "KAFKA_BROKERS",
    "KAFKA_ENABLE_TLS",
    "KAFKA_PASSWORD",
    "KAFKA_TLS_SKIP_VERIFY",
    "KAFKA_USERNAME",
    "KAFKA_VERSION",
    "REDIS_CA",
    "REDIS_ENABLE_TLS",
    "REDIS_HOST",
    "REDIS_PASSWORD",
    "REDIS_PORT",
    "REDIS_TLS_SKIP_VERIFY",
    "REDIS_USER",
];

/// The user name that `kar` sends to Redis with a password, as in the original.
pub const REDIS_USER: &str = "karmesh";

/// The newest Kafka protocol version that `kar` knows (it is built with sarama 1.35.0); a version with two parts
/// does not parse there and silently means 1.0.0.
pub const KAFKA_VERSION: &str = "3.2.0";

/// What a `kar` process needs to know to reach Kafka and Redis; `None` means that the variable is to be unset.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct RuntimeConfig {
    /// `host:port` of every broker.
    pub kafka_brokers: Vec<String>,
    /// TLS to Kafka; `kar` trusts the system's roots only.
    pub kafka_enable_tls: Option<bool>,
    /// SASL PLAIN password; without it `kar` speaks no SASL.
    pub kafka_password: Option<Secret>,
    /// Accept any certificate of Kafka.
    pub kafka_tls_skip_verify: Option<bool>,
    /// SASL PLAIN user; `kar`'s own default is `token`.
    pub kafka_username: Option<String>,
    /// Protocol version of three parts, such as [`KAFKA_VERSION`].
    pub kafka_version: Option<String>,
    /// Base64 of one PEM certificate; used only with TLS.
    pub redis_ca: Option<String>,
    /// TLS to Redis.
    pub redis_enable_tls: Option<bool>,
    /// Host name or address, without a port.
    pub redis_host: Option<String>,
    /// Password of [`RuntimeConfig::redis_user`].
    pub redis_password: Option<Secret>,
    /// Port; `kar`'s own default is 6379.
    pub redis_port: Option<u16>,
    /// Accept any certificate of Redis; ignored by `kar` when a CA is given.
    pub redis_tls_skip_verify: Option<bool>,
    /// ACL user; sent by `kar` only together with a password.
    pub redis_user: Option<String>,
}

/// One variable with the value it is to have, or `None` where it is to be unset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Variable {
    /// Upper-case name, such as `KAFKA_BROKERS`.
    pub name: String,
    /// The value, kept secret until a spelling writes it out.
    pub value: Option<Secret>,
    /// Whether the value must not be shown in a summary.
    pub is_secret: bool,
}

impl RuntimeConfig {
    /// All [`VARIABLE_COUNT`] variables in alphabetical order.
    pub fn variables(&self) -> Vec<Variable> {
        let brokers = (!self.kafka_brokers.is_empty()).then(|| self.kafka_brokers.join(","));
        vec![
            plain("KAFKA_BROKERS", brokers),
            plain("KAFKA_ENABLE_TLS", self.kafka_enable_tls),
            secret("KAFKA_PASSWORD", self.kafka_password.clone()),
            plain("KAFKA_TLS_SKIP_VERIFY", self.kafka_tls_skip_verify),
            plain("KAFKA_USERNAME", self.kafka_username.clone()),
            plain("KAFKA_VERSION", self.kafka_version.clone()),
            plain("REDIS_CA", self.redis_ca.clone()),
            plain("REDIS_ENABLE_TLS", self.redis_enable_tls),
            plain("REDIS_HOST", self.redis_host.clone()),
            secret("REDIS_PASSWORD", self.redis_password.clone()),
            plain("REDIS_PORT", self.redis_port),
            plain("REDIS_TLS_SKIP_VERIFY", self.redis_tls_skip_verify),
            plain("REDIS_USER", self.redis_user.clone()),
        ]
    }
}

fn plain(name: &str, value: Option<impl ToString>) -> Variable {
    Variable { name: name.to_owned(), value: value.map(|value| Secret::new(value.to_string())), is_secret: false }
}

fn secret(name: &str, value: Option<Secret>) -> Variable {
    Variable { name: name.to_owned(), value, is_secret: true }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_variable_is_mentioned_once_in_order() {
        let variables = RuntimeConfig::default().variables();
        let names: Vec<_> = variables.iter().map(|variable| variable.name.as_str()).collect();
        assert_eq!(names, NAMES);
        assert!(names.is_sorted());
        assert!(variables.iter().all(|variable| variable.value.is_none()));
    }
}
