//! The secrets. Pure.

use std::collections::BTreeMap;

use serde::Serialize;

use super::super::desired::{Desired, KAFKA_USERNAME};
use super::{base64, names};
use crate::error::Result;
use crate::runtime_config::RuntimeConfig;
use crate::target::server_files;

/// A secret, as the template takes it; the values of `data` are in Base64.
#[derive(Serialize)]
pub struct SecretValues {
    name: &'static str,
    r#type: &'static str,
    keep: bool,
    managed_key: Option<String>,
    data: BTreeMap<String, String>,
}

/// Every secret of the runtime's namespace.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn secrets(desired: &Desired, runtime: &RuntimeConfig) -> Result<Vec<SecretValues>> {
    let certificate = &desired.facts.certificate;
    let opaque = |name, keep, entries: Vec<(&str, &str)>| SecretValues {
        name,
        r#type: "Opaque",
        keep,
        managed_key: None,
        data: entries.into_iter().map(|(key, value)| (key.to_owned(), base64(value))).collect(),
    };
    let mut secrets = vec![
        SecretValues {
            name: names::RUNTIME_CONFIG,
            r#type: "Opaque",
            keep: false,
            managed_key: desired.facts.elsewhere.as_ref().and_then(|elsewhere| elsewhere.managed_key.clone()),
            data: runtime_data(runtime),
        },
        opaque(
            names::INJECTOR_TLS,
            false,
            vec![("tls.crt", &certificate.leaf), ("tls.key", certificate.leaf_key.expose())],
        ),
        opaque(
            names::INJECTOR_CA,
            false,
            vec![("ca.crt", &certificate.authority), ("ca.key", certificate.authority_key.expose())],
        ),
    ];
    if desired.facts.elsewhere.is_none() {
        let credentials = &desired.facts.credentials;
        let users = server_files::redis_users(&credentials.redis_password)?;
        let login = server_files::kafka_login(KAFKA_USERNAME, &credentials.kafka_password)?;
        let servers = desired.brokers().to_string();
        let entries = vec![
            ("redis-password", credentials.redis_password.expose()),
            ("kafka-password", credentials.kafka_password.expose()),
            ("cluster-id", credentials.cluster_id.as_str()),
            ("kafka-mode", desired.kafka.mode.name()),
            ("servers", &servers),
            ("users.acl", users.expose()),
            ("kafka-jaas.conf", login.expose()),
        ];
        secrets.push(opaque(names::CREDENTIALS, true, entries));
    }
    if let Some(pull_secret) = &desired.facts.pull_secret {
        secrets.push(SecretValues {
            name: names::PULL_SECRET,
            r#type: "kubernetes.io/dockerconfigjson",
            keep: false,
            managed_key: None,
            data: BTreeMap::from([(".dockerconfigjson".to_owned(), base64(pull_secret.expose()))]),
        });
    }
    Ok(secrets)
}

/// Keys of the runtime's secret: the variables in lower case, those that are unset left out. `kar` takes each file as it
/// is, so no line break follows a value.
fn runtime_data(runtime: &RuntimeConfig) -> BTreeMap<String, String> {
    let given = runtime.variables().into_iter().filter_map(|variable| Some((variable.name, variable.value?)));
    given.map(|(name, value)| (name.to_lowercase(), base64(value.expose()))).collect()
}
