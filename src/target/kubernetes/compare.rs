//! What an object lacks of what it is to be. Pure.
//!
//! An identical server-side apply is a write in the audit log all the same, and bumps some kinds' version; so karctl reads,
//! compares and applies only what differs. What the server adds or defaults, and what others set, is not looked at.

use serde_json::{Map, Value};

use super::names;
use crate::client::kubernetes::object::Object;
use crate::quantity::Quantity;

/// One field that is not as it is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// Where: `spec.template.spec.containers[kafka].image`.
    pub path: String,
    /// What is there; `None` where nothing is.
    pub live: Option<Value>,
    /// What is to be there; `None` where it is to go.
    pub desired: Option<Value>,
}

/// Members that lists of objects are told apart by, the first that all have.
const MERGE_KEYS: [&str; 6] = ["name", "mountPath", "containerPort", "port", "topologyKey", "key"];

/// Members whose values are amounts: `1024Mi` and `1Gi` are the same.
const QUANTITIES: [&str; 3] = ["cpu", "memory", "storage"];

/// Where a ResourceQuota has nothing but amounts.
const HARD: &str = "spec.hard.";

/// Every field that `live` lacks or has otherwise. None means: nothing is to be done.
pub fn differences(desired: &Object, live: &Object) -> Vec<Difference> {
    let mut differences = Vec::new();
    below("", &desired.0, &live.0, &mut differences);
    let hash = format!("metadata.annotations.{}", names::APPLIED_HASH);
    if differences.iter().any(|difference| difference.path != hash) {
        // The hash follows from the rest.
        differences.retain(|difference| difference.path != hash);
    }
    differences
}

fn below(path: &str, desired: &Value, live: &Value, differences: &mut Vec<Difference>) {
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => members(path, desired, live, differences),
        (Value::Array(desired_items), Value::Array(live_items)) => {
            if !items(path, desired_items, live_items, differences) {
                differences.push(difference(path, desired, Some(live)));
            }
        }
        (Value::String(desired_text), Value::String(live_text))
            if is_quantity(path) && is_same_quantity(desired_text, live_text) => {}
        (desired, live) if desired == live => {}
        (desired, live) => differences.push(difference(path, desired, Some(live))),
    }
}

fn is_quantity(path: &str) -> bool {
    path.starts_with(HARD) || QUANTITIES.iter().any(|name| path.ends_with(&format!(".{name}")))
}

fn members(path: &str, desired: &Map<String, Value>, live: &Map<String, Value>, differences: &mut Vec<Difference>) {
    for (name, value) in desired {
        let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
        match live.get(name) {
            Some(live) => below(&path, value, live, differences),
            // The server leaves out what is empty.
            None if is_empty(value) => {}
            None => differences.push(difference(&path, value, None)),
        }
    }
}

/// Whether the lists could be compared item by item.
fn items(path: &str, desired: &[Value], live: &[Value], differences: &mut Vec<Difference>) -> bool {
    let has = |key: &str| desired.iter().all(|item| item.get(key).is_some());
    if let Some(key) = MERGE_KEYS.into_iter().find(|key| !desired.is_empty() && has(key)) {
        for item in desired {
            let name = item[key].as_str().map_or_else(|| item[key].to_string(), str::to_owned);
            let path = format!("{path}[{name}]");
            match live.iter().find(|live| live.get(key) == item.get(key)) {
                Some(live) => below(&path, item, live, differences),
                None => differences.push(difference(&path, item, None)),
            }
        }
        return true;
    }
    if desired.len() != live.len() {
        return false;
    }
    for (index, (desired, live)) in desired.iter().zip(live).enumerate() {
        below(&format!("{path}[{index}]"), desired, live, differences);
    }
    true
}

fn difference(path: &str, desired: &Value, live: Option<&Value>) -> Difference {
    Difference { path: path.to_owned(), live: live.cloned(), desired: Some(desired.clone()) }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(members) => members.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}

/// Whether two amounts are the same, however they are written; false where one is no amount.
fn is_same_quantity(one: &str, other: &str) -> bool {
    one == other || Quantity::parse(one).is_some_and(|one| Some(one) == Quantity::parse(other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn paths(desired: Value, live: Value) -> Vec<String> {
        differences(&Object(desired), &Object(live)).into_iter().map(|difference| difference.path).collect()
    }

    #[test]
    fn what_the_server_adds_is_no_difference() {
        let desired = json!({"spec": {"containers": [{"name": "a", "image": "i", "args": []}], "emptyDir": {}}});
        let live = json!({"spec": {
            "containers": [{"name": "other"}, {"name": "a", "image": "i", "terminationMessagePath": "/dev/x"}],
            "dnsPolicy": "ClusterFirst",
        }});
        assert_eq!(paths(desired, live), Vec::<String>::new());
    }

    #[test]
    fn a_difference_names_its_place() {
        let desired =
            json!({"spec": {"containers": [{"name": "a", "image": "i"}], "ports": [{"port": 1}], "list": [1]}});
        let live =
            json!({"spec": {"containers": [{"name": "a", "image": "j"}], "ports": [{"port": 2}], "list": [1, 2]}});
        assert_eq!(paths(desired, live), ["spec.containers[a].image", "spec.ports[1]", "spec.list"]);
    }

    #[test]
    fn amounts_are_compared_as_amounts() {
        for (one, other) in
            [("1Gi", "1024Mi"), ("1", "1000m"), ("5000000000000000", "5P"), ("1.5Gi", "1536Mi"), ("0.5", "500m")]
        {
            assert!(is_same_quantity(one, other), "{one} {other}");
        }
        assert!(!is_same_quantity("1G", "1Gi"));
        assert!(!is_same_quantity("x", "y"));
        let storage = |size: &str| json!({"requests": {"storage": size}});
        assert_eq!(paths(storage("1024Mi"), storage("1Gi")), Vec::<String>::new());
        assert_eq!(paths(storage("2Gi"), storage("1Gi")), ["requests.storage"]);
        let hard = |jobs: &str| json!({"spec": {"hard": {"count/jobs.batch": jobs}}});
        assert_eq!(paths(hard("1000"), hard("1k")), Vec::<String>::new());
        assert_eq!(paths(hard("1000"), hard("1M")), ["spec.hard.count/jobs.batch"]);
    }
}
