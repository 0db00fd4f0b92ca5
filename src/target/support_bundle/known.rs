//! Every credential that karctl can know: of instances, of the environment, of the files of kubectl, docker and `ibmcloud`,
//! and of the runtime's secrets on a cluster.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::secrets::Secrets;
use super::sensitive::is_sensitive;
use crate::client::file;
use crate::client::kubernetes::object::SECRET;
use crate::client::kubernetes::{Cluster, kubeconfig_files};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::Settings;
use crate::target::kubernetes::connection::Selection;
use crate::target::local::{credentials, record};

/// What secrets of the runtime hold beside secrets: where the servers are, and what everybody may see.
const HARMLESS: [&str; 19] = [
    "kafka_brokers",
    "kafka_version",
    "kafka_enable_tls",
    "kafka_tls_skip_verify",
    "kafka_username",
    "redis_host",
    "redis_port",
    "redis_user",
    "redis_enable_tls",
    "redis_tls_skip_verify",
    "redis_ca",
    "tls.crt",
    "ca.crt",
    "namespace",
    "objects",
    "cluster_id",
    "cluster-id",
    "kafka-mode",
    "servers",
];

/// Files with logins of other programs, below HOME.
const FILES: [&str; 3] = [".docker/config.json", ".bluemix/config.json", ".bluemix/plugins/code-engine/config.json"];

/// What is known on this machine.
///
/// # Errors
/// When the state folder cannot be read.
pub fn of_machine(context: &Context, settings: &Settings, selection: &Selection) -> Result<Secrets> {
    let mut secrets = Secrets::default();
    for password in [&settings.kafka.password, &settings.redis.password].into_iter().flatten() {
        secrets.learn(password.expose());
    }
    for (name, value) in context.environment.variables() {
        // A shell's working folders have the name of a password.
        if is_sensitive(name) && !name.ends_with("PWD") {
            secrets.learn(value);
            if let Some(path) = value.strip_prefix('@') {
                learn_file(context, path.as_ref(), &mut secrets);
            }
        }
    }
    for name in record::names(context)? {
        if let Ok(Some(credentials)) = credentials::read(context, &name) {
            secrets.learn(credentials.kafka_password.expose());
            secrets.learn(credentials.redis_password.expose());
        }
    }
    for path in kubeconfig_files(&context.environment, selection.kubeconfig.as_deref()) {
        learn_file(context, &path, &mut secrets);
    }
    if let Ok(home) = context.environment.home() {
        FILES.iter().for_each(|below| learn_file(context, &home.join(below), &mut secrets));
    }
    for (variable, below) in [("DOCKER_CONFIG", "config.json"), ("IBMCLOUD_HOME", ".bluemix/config.json")] {
        if let Some(folder) = context.environment.variable(variable) {
            learn_file(context, &std::path::Path::new(folder).join(below), &mut secrets);
        }
    }
    Ok(secrets)
}

/// The secrets in a file: what is under the name of one in JSON or YAML, else all of it. One that cannot be read has none to
/// show either.
fn learn_file(context: &Context, path: &std::path::Path, secrets: &mut Secrets) {
    let path = context.environment.working_directory().join(path);
    let Ok(Some(content)) = file::read(&path) else { return };
    let Ok(text) = String::from_utf8(content) else { return };
    match serde_yaml::from_str::<Value>(&text) {
        Ok(document @ (Value::Object(_) | Value::Array(_))) => learn_document(&document, false, secrets),
        _ => secrets.learn(&text),
    }
}

/// Every text under a name that stands for a secret, also where it is base64.
fn learn_document(document: &Value, is_secret: bool, secrets: &mut Secrets) {
    match document {
        Value::String(text) if is_secret => {
            secrets.learn(text);
            if let Some(decoded) = decoded(text) {
                secrets.learn(&decoded);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| learn_document(item, is_secret, secrets)),
        Value::Object(members) => {
            // `{name: TOKEN, value: x}`, as the variables of a login program.
            let named = members.get("name").and_then(Value::as_str).is_some_and(is_sensitive);
            for (name, member) in members {
                let is_secret = is_sensitive(name) || (named && name == "value");
                learn_document(member, is_secret, secrets);
            }
        }
        _ => {}
    }
}

fn decoded(text: &str) -> Option<String> {
    String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()
}

/// What is known of a cluster: every value of every Secret of the runtime's namespace, but what is known to be none. Who may
/// not read them cannot have been told any either: then the answer is `false`.
///
/// # Errors
/// When the server does not say, so that what it shows of pods may have secrets that are not known.
pub async fn of_cluster(cluster: &Cluster, namespace: &str, secrets: &mut Secrets) -> Result<bool> {
    let found = match cluster.list(SECRET, Some(namespace), "").await {
        Err(error) if error.status() == Some(403) => return Ok(false),
        listed => listed.map_err(Failure::from)?,
    };
    for secret in &found {
        let Some(Value::Object(data)) = secret.at("/data") else { continue };
        for (name, value) in data {
            let Some(value) = value.as_str().and_then(decoded) else { continue };
            match serde_json::from_str::<Value>(&value) {
                Ok(document @ Value::Object(_)) => learn_document(&document, false, secrets),
                _ if HARMLESS.contains(&name.as_str()) => {}
                _ => secrets.learn(&value),
            }
        }
    }
    Ok(true)
}
