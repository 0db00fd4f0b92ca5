//! Where the pods are in the objects that make them.

use serde_json::Value;

use super::ANNOTATIONS;

/// The kinds that make pods, and the way to what becomes of the pod.
const KINDS: [(&str, &str); 8] = [
    ("Pod", ""),
    ("Deployment", "/spec/template"),
    ("StatefulSet", "/spec/template"),
    ("DaemonSet", "/spec/template"),
    ("ReplicaSet", "/spec/template"),
    ("ReplicationController", "/spec/template"),
    ("Job", "/spec/template"),
    ("CronJob", "/spec/jobTemplate/spec/template"),
];

/// Lists may hold lists, but not without end.
const DEEPEST: usize = 8;

/// An object of a document, and the pod in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Found {
    /// Its kind.
    pub kind: String,
    /// Its namespace, where it names one.
    pub namespace: Option<String>,
    /// Its name; empty where only a prefix of one is given.
    pub name: String,
    /// Its API group and version.
    pub api_version: String,
    /// The pod in it.
    pub template: Template,
}

/// The pod in an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Template {
    /// The kind has none.
    None,
    /// As a JSON pointer from the document's root.
    At {
        /// The pointer; empty for a pod that is the document.
        pointer: String,
        /// Annotations of injection that are on the object instead of its pods, where nobody looks.
        misplaced: Vec<&'static str>,
    },
}

/// Every object of a document, those within lists included.
pub fn templates(document: &Value) -> Vec<Found> {
    let mut found = Vec::new();
    collect(document, String::new(), 0, &mut found);
    found
}

fn collect(object: &Value, pointer: String, depth: usize, found: &mut Vec<Found>) {
    let text = |path: &str| object.pointer(path).and_then(Value::as_str);
    let kind = text("/kind").unwrap_or_default();
    if let (true, Some(Value::Array(items))) = (kind.ends_with("List") && depth < DEEPEST, object.get("items")) {
        for (index, item) in items.iter().enumerate() {
            collect(item, format!("{pointer}/items/{index}"), depth + 1, found);
        }
        return;
    }
    let below = KINDS.iter().find(|(name, _)| *name == kind).map(|(_, below)| *below);
    let template = match below {
        None => Template::None,
        Some(below) => {
            let misplaced = if below.is_empty() { Vec::new() } else { misplaced(object) };
            Template::At { pointer: pointer + below, misplaced }
        }
    };
    found.push(Found {
        kind: kind.to_owned(),
        namespace: text("/metadata/namespace").map(str::to_owned),
        name: text("/metadata/name").unwrap_or_default().to_owned(),
        api_version: text("/apiVersion").unwrap_or_default().to_owned(),
        template,
    });
}

fn misplaced(object: &Value) -> Vec<&'static str> {
    let annotations = object.pointer("/metadata/annotations");
    ANNOTATIONS.into_iter().filter(|name| annotations.is_some_and(|all| all.get(*name).is_some())).collect()
}
