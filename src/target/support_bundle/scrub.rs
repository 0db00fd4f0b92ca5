//! Objects of a cluster, and other documents, without what may be a secret. Pure.

use serde_json::{Map, Value};

use super::sensitive::{is_sensitive, is_sensitive_option};
use crate::redacted::REDACTED;
use crate::target::kubernetes::names;

/// Beginnings of variables that hold settings of KAR; what else a container is given is not karctl's to show.
const OWN_VARIABLES: [&str; 4] = ["KAR_", "KAFKA_", "REDIS_", "ZOO_"];

/// Ends of the domains of annotations whose values are known to be no secrets.
const KNOWN_DOMAINS: [&str; 3] = ["kar.ibm.com", "kubernetes.io", "k8s.io"];

/// Names of the containers of the runtime.
const OWN_CONTAINERS: [&str; 4] = ["zk", "kafka", "redis", "injector"];

/// Where an object has the words that a program is started with.
const COMMAND_LINES: [&str; 2] = ["command", "args"];

/// Holds a whole object, as somebody applied it.
const LAST_APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Hides what is kept under the name of a secret, values of annotations and variables that are not known to be harmless, and
/// drops what says nothing.
pub fn scrub(value: &mut Value) {
    scrub_within(value, Owner::Others);
}

/// Whose an object is, or the container within it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    /// Not karctl's.
    Others,
    /// An object of the runtime.
    Runtime,
    /// A container of the runtime: its command lines are known to hold no secret.
    Container,
}

impl Owner {
    fn of(self, members: &Map<String, Value>) -> Self {
        let label = members.get("metadata").map(|metadata| &metadata["labels"]["app.kubernetes.io/name"]);
        let name = members.get("name").and_then(Value::as_str);
        match self {
            Self::Others if label.is_some_and(|label| label == names::PART_OF) => Self::Runtime,
            Self::Runtime if name.is_some_and(|name| OWN_CONTAINERS.contains(&name)) => Self::Container,
            owner => owner,
        }
    }
}

fn scrub_within(value: &mut Value, owner: Owner) {
    match value {
        Value::Array(items) => {
            hide_after_options(items);
            items.iter_mut().for_each(|item| scrub_within(item, owner));
        }
        Value::Object(members) => {
            let owner = owner.of(members);
            members.remove("managedFields");
            hide_variable(members);
            if owner != Owner::Container {
                hide_command_lines(members);
            }
            for (name, member) in members.iter_mut() {
                match member {
                    Value::Object(annotations) if name == "annotations" => hide_annotations(annotations),
                    Value::String(text) if is_sensitive(name) => REDACTED.clone_into(text),
                    member => scrub_within(member, owner),
                }
            }
        }
        _ => {}
    }
}

/// Name and value beside each other are a variable of a container.
fn hide_variable(members: &mut Map<String, Value>) {
    let Some(name) = members.get("name").and_then(Value::as_str) else { return };
    let is_shown = OWN_VARIABLES.iter().any(|own| name.starts_with(own)) && !is_sensitive(name);
    if let (false, Some(Value::String(text))) = (is_shown, members.get_mut("value")) {
        REDACTED.clone_into(text);
    }
}

/// What others tell a program at its start: of a container, its probes and hooks. How many words there are stays.
fn hide_command_lines(members: &mut Map<String, Value>) {
    for name in COMMAND_LINES {
        for item in members.get_mut(name).and_then(Value::as_array_mut).into_iter().flatten() {
            *item = Value::from(REDACTED);
        }
    }
}

/// A word of a command line that follows the option of a secret.
fn hide_after_options(items: &mut [Value]) {
    for at in 1..items.len() {
        let follows = items[at - 1].as_str().is_some_and(is_sensitive_option);
        if let (true, Value::String(text)) = (follows, &mut items[at]) {
            REDACTED.clone_into(text);
        }
    }
}

fn hide_annotations(annotations: &mut Map<String, Value>) {
    for (name, value) in annotations {
        let domain = name.split('/').next().unwrap_or_default();
        let is_known = |known: &str| domain == known || domain.ends_with(&format!(".{known}"));
        if name == LAST_APPLIED || is_sensitive(name) || !KNOWN_DOMAINS.iter().any(|known| is_known(known)) {
            *value = Value::from(REDACTED);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_a_container_is_given_by_others_is_hidden() {
        let mut pod = json!({
            "metadata": {
                "managedFields": [{}],
                "annotations": { "kar.ibm.com/app": "hello", "theirs.example.com/x": "canary", LAST_APPLIED: "canary" },
            },
            "spec": { "containers": [{
                "name": "c",
                "env": [
                    { "name": "KAFKA_HEAP", "value": "1g" }, { "name": "X", "value": "canary" },
                    { "name": "KAFKA_PASSWORD", "value": "canary" },
                    { "name": "Y", "valueFrom": { "secretKeyRef": { "name": "s", "key": "k" } } },
                ],
            }]},
        });
        scrub(&mut pod);
        let text = pod.to_string();
        assert!(!text.contains("canary") && !text.contains("managedFields"), "{text}");
        for kept in ["\"kar.ibm.com/app\":\"hello\"", "\"1g\"", "\"key\":\"k\"", "\"name\":\"X\""] {
            assert!(text.contains(kept), "{kept}: {text}");
        }
    }

    #[test]
    fn command_lines_of_others_are_hidden_and_those_of_the_runtime_stay() {
        let container = |name: &str| {
            json!({
                "name": name, "command": ["serve", "word"], "args": ["--db-password", "canary"],
                "livenessProbe": { "exec": { "command": ["redis-cli", "-a", "canary", "ping"] } },
                "lifecycle": { "preStop": { "exec": { "command": ["stop", "word"] } } },
            })
        };
        let pod = |name: &str, part_of: &str| {
            json!([{
                "metadata": { "labels": { "app.kubernetes.io/name": part_of } },
                "spec": { "template": { "spec": { "containers": [container(name)] } } },
            }])
        };
        for (name, part_of, is_ours) in [("redis", "kar", true), ("redis", "shop", false), ("other", "kar", false)] {
            let mut pod = pod(name, part_of);
            scrub(&mut pod);
            let text = pod.to_string();
            assert!(!text.contains("canary"), "{text}");
            assert_eq!(text.matches("word\"").count() == 3, is_ours, "{text}");
            assert!(is_ours || !text.contains("serve") && !text.contains("redis-cli"), "{text}");
        }
        let mut elsewhere = json!({ "words": ["run", "--api-key", "canary", "-a", "canary", "--token-file", "path"] });
        scrub(&mut elsewhere);
        assert_eq!(elsewhere["words"], json!(["run", "--api-key", REDACTED, "-a", REDACTED, "--token-file", "path"]));
    }
}
