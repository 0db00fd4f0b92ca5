//! What `kar` would make of 13 variables: as strict as `kar` where it stops, stricter where it silently goes wrong. Pure.
//!
//! The rules are those of kar's configuration (Go's `strconv`, sarama 1.35.0), seen in its source and by running it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{PemObject, SectionKind};
use schemars::JsonSchema;
use serde::Serialize;

use crate::error::{Failure, Result};
use crate::redacted::Secret;

use super::RuntimeConfig;

/// One variable that `kar` would refuse, or would take for something else than it says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Problem {
    /// Name of the variable, or the key as it stands in the file.
    pub variable: String,
    /// What is the matter, as the end of a sentence that starts with the variable. Holds no secret.
    pub message: String,
    /// What to do, where it is not evident.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hint: Option<String>,
}

/// The configuration that `kar` would take from variables.
///
/// # Errors
/// Names every variable that is wrong, as [`read`] finds them.
pub fn from_variables(lookup: impl Fn(&str) -> Option<String>) -> Result<RuntimeConfig> {
    let (config, problems) = read(lookup);
    if problems.is_empty() { Ok(config) } else { Err(failure(&problems).into()) }
}

/// Reads variables as far as they can be read; an empty one is unset. Wrong ones are left out of the configuration.
pub fn read(lookup: impl Fn(&str) -> Option<String>) -> (RuntimeConfig, Vec<Problem>) {
    let mut reader = Reader { lookup, problems: Vec::new() };
    let config = RuntimeConfig {
        kafka_brokers: reader.required("KAFKA_BROKERS", brokers).unwrap_or_default(),
        kafka_enable_tls: reader.optional("KAFKA_ENABLE_TLS", boolean),
        kafka_password: reader.optional("KAFKA_PASSWORD", |value| Ok(Secret::new(value))),
        kafka_tls_skip_verify: reader.optional("KAFKA_TLS_SKIP_VERIFY", boolean),
        kafka_username: reader.optional("KAFKA_USERNAME", |value| Ok(value.to_owned())),
        kafka_version: reader.optional("KAFKA_VERSION", version),
        redis_ca: reader.optional("REDIS_CA", certificate),
        redis_enable_tls: reader.optional("REDIS_ENABLE_TLS", boolean),
        redis_host: reader.required("REDIS_HOST", host),
        redis_password: reader.optional("REDIS_PASSWORD", |value| Ok(Secret::new(value))),
        redis_port: reader.optional("REDIS_PORT", port),
        redis_tls_skip_verify: reader.optional("REDIS_TLS_SKIP_VERIFY", boolean),
        redis_user: reader.optional("REDIS_USER", |value| Ok(value.to_owned())),
    };
    (config, reader.problems)
}

/// All problems as one failure.
pub(super) fn failure(problems: &[Problem]) -> Failure {
    let sentences: Vec<_> =
        problems.iter().map(|problem| format!("{} {}", problem.variable, problem.message)).collect();
    let failure = Failure::new(sentences.join("; "));
    problems.iter().filter_map(|problem| problem.hint.as_ref()).fold(failure, Failure::hint)
}

/// What is wrong with a value, and what to do.
type Wrong = (String, Option<&'static str>);

struct Reader<L> {
    lookup: L,
    problems: Vec<Problem>,
}

impl<L: Fn(&str) -> Option<String>> Reader<L> {
    fn required<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> std::result::Result<T, Wrong>) -> Option<T> {
        if (self.lookup)(name).is_none_or(|value| value.is_empty()) {
            self.add(name, ("is not set, and `kar` requires it".to_owned(), None));
        }
        self.optional(name, parse)
    }

    fn optional<T>(&mut self, name: &str, parse: impl FnOnce(&str) -> std::result::Result<T, Wrong>) -> Option<T> {
        let value = (self.lookup)(name).filter(|value| !value.is_empty())?;
        parse(&value).map_err(|wrong| self.add(name, wrong)).ok()
    }

    fn add(&mut self, name: &str, (message, hint): Wrong) {
        self.problems.push(Problem { variable: name.to_owned(), message, hint: hint.map(str::to_owned) });
    }
}

/// The start of most messages; control characters are shown as escapes.
fn is(value: &str) -> String {
    format!("is `{}`", value.escape_debug())
}

/// Go's `strconv.ParseBool`.
fn boolean(value: &str) -> std::result::Result<bool, Wrong> {
    match value {
        "1" | "t" | "T" | "TRUE" | "true" | "True" => Ok(true),
        "0" | "f" | "F" | "FALSE" | "false" | "False" => Ok(false),
        _ => Err((format!("{}, which `kar` takes for neither true nor false", is(value)), None)),
    }
}

/// `kar` takes any integer; one that is no port fails only when it connects.
fn port(value: &str) -> std::result::Result<u16, Wrong> {
    let port = value.parse().ok().filter(|port| *port > 0);
    port.ok_or_else(|| (format!("{}, which is no port from 1 to 65535", is(value)), None))
}

fn host(value: &str) -> std::result::Result<String, Wrong> {
    if value.contains(char::is_whitespace) {
        Err((format!("{}, and `kar` does not trim blanks", is(value)), None))
    } else {
        Ok(value.to_owned())
    }
}

/// A list separated by commas, which `kar` neither trims nor checks.
fn brokers(value: &str) -> std::result::Result<Vec<String>, Wrong> {
    let is_broker = |broker: &&str| {
        let (host, number) = broker.rsplit_once(':').unwrap_or_default();
        !host.is_empty() && !host.contains(char::is_whitespace) && port(number).is_ok()
    };
    match value.split(',').find(|broker| !is_broker(broker)) {
        Some(wrong) => {
            Err((format!("has `{}`, which is not host:port; `kar` does not trim blanks", wrong.escape_debug()), None))
        }
        None => Ok(value.split(',').map(str::to_owned).collect()),
    }
}

/// sarama's `ParseKafkaVersion`; `kar` ignores its error.
fn version(value: &str) -> std::result::Result<String, Wrong> {
    let parts: Vec<_> = value.split('.').collect();
    let wanted = if value.starts_with('0') { 4 } else { 3 };
    let is_number = |part: &&str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    if parts.len() == wanted && parts.iter().all(is_number) && (wanted == 3 || parts[0] == "0") {
        return Ok(value.to_owned());
    }
    let hint = "give a version of three parts, such as 3.2.0";
    Err((format!("{}, which has not the form x.y.z: `kar` silently takes 1.0.0 for it", is(value)), Some(hint)))
}

/// Base64 of a PEM certificate. `kar` crashes where there is no PEM block, and looks at the first block only.
fn certificate(value: &str) -> std::result::Result<String, Wrong> {
    let wrong = |what: &str, hint| Err((what.to_owned(), hint));
    // Go's decoder skips line ends.
    let Ok(pem) = STANDARD.decode(value.replace(['\r', '\n'], "")) else {
        let hint = "give the PEM file in base64, as `base64 -w0 FILE` prints it";
        return wrong("is not base64 of a PEM certificate", Some(hint));
    };
    let Ok((kind, der)) = <(SectionKind, Vec<u8>)>::from_pem_slice(&pem) else {
        return wrong("is base64, but of no PEM file: `kar` crashes on it", None);
    };
    if kind != SectionKind::Certificate || RootCertStore::empty().add(CertificateDer::from(der)).is_err() {
        return wrong("is base64 of PEM, but its first block is no X.509 certificate", None);
    }
    Ok(value.to_owned())
}

#[cfg(test)]
#[path = "parse_tests.rs"]
mod tests;
