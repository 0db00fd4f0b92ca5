//! What the team of a namespace is given beside the configuration: rights, a quota, limits. Pure.

use serde_json::{Map, Value, json};

use super::names;
use super::rights::{Role, rights};
use crate::client::kubernetes::object::{Kind, LIMIT_RANGE, Object, RESOURCE_QUOTA, ROLE, ROLE_BINDING};
use crate::error::{Failure, Result};
use crate::manifest;

/// Kinds of what a team is given, in the order in which it is taken back: a binding before its role.
pub const KINDS: [Kind; 4] = [ROLE_BINDING, ROLE, RESOURCE_QUOTA, LIMIT_RANGE];

/// Name of the quota.
const QUOTA: &str = "karctl-quota";

/// Name of the limits.
const LIMITS: &str = "karctl-limits";

/// What a team may be given.
#[derive(Clone, Debug, Default)]
pub struct Team {
    /// Objects without a namespace.
    objects: Vec<Object>,
}

/// What all pods of a namespace may take together.
#[derive(Clone, Debug, PartialEq)]
pub struct Quota(Map<String, Value>);

impl Quota {
    /// One of karctl's own sizes: for a few pods, some tens, or hundreds; each four times the one before.
    pub fn of_size(size: &str) -> Option<Self> {
        let factor = match size {
            "small" => 1,
            "medium" => 4,
            "large" => 16,
            _ => return None,
        };
        let hard = json!({
            "requests.cpu": (2 * factor).to_string(),
            "requests.memory": format!("{}Gi", 4 * factor),
            "limits.cpu": (4 * factor).to_string(),
            "limits.memory": format!("{}Gi", 8 * factor),
            "pods": (20 * factor).to_string(),
        });
        let Value::Object(hard) = hard else { unreachable!("it is written as a mapping") };
        Some(Self(hard))
    }

    /// That of a document: a ResourceQuota, or only the amounts that it would have as `hard`.
    ///
    /// # Errors
    /// A sentence, where it is neither.
    pub fn of_document(document: &Value) -> std::result::Result<Self, String> {
        let hard = match document["kind"].as_str() {
            Some("ResourceQuota") => &document["spec"]["hard"],
            Some(kind) => return Err(format!("a ResourceQuota was expected, and this is a {kind}")),
            None => document,
        };
        let Some(members) = hard.as_object().filter(|members| !members.is_empty()) else {
            return Err("amounts such as `pods: 20` were expected".to_owned());
        };
        let mut amounts = Map::new();
        for (name, amount) in members {
            // The server keeps every amount as a text.
            let text = match amount {
                Value::String(text) => text.clone(),
                Value::Number(number) => number.to_string(),
                _ => return Err(format!("`{name}` is no amount such as 20 or 4Gi")),
            };
            amounts.insert(name.clone(), Value::from(text));
        }
        Ok(Self(amounts))
    }

    /// Whether it refuses pods that do not say what they take.
    pub fn needs_limits(&self) -> bool {
        self.0.keys().any(|name| ["cpu", "memory"].iter().any(|what| name.split('.').next_back() == Some(what)))
    }
}

impl Team {
    /// The role and its bindings where somebody is named, the quota, and the limits.
    ///
    /// # Errors
    /// When a name is empty.
    pub fn new(users: &[String], groups: &[String], quota: Option<&Quota>, has_limits: bool) -> Result<Self> {
        if users.iter().chain(groups).any(String::is_empty) {
            return Err(Failure::usage("a user or group has a name").into());
        }
        let mut objects = Vec::new();
        if !(users.is_empty() && groups.is_empty()) {
            let text = rights(Role::Application, "", users, groups)?;
            let documents = manifest::read(&text).map_err(|mistake| Failure::new(mistake.message))?;
            objects.extend(documents.into_iter().map(|document| Object(document.value)));
        }
        objects.extend(quota.map(|quota| object(RESOURCE_QUOTA, QUOTA, &json!({"hard": quota.0}))));
        objects.extend(has_limits.then(|| object(LIMIT_RANGE, LIMITS, &limits())));
        for object in &mut objects {
            object.set_metadata("labels", "app.kubernetes.io/name", names::PART_OF);
            object.set_metadata("labels", names::MANAGED_BY, names::KARCTL);
            object.set_metadata("labels", names::COMPONENT, names::TEAM);
        }
        Ok(Self { objects })
    }

    /// As a namespace is to have it.
    pub fn objects(&self, namespace: &str) -> Vec<Object> {
        let place = |object: &Object| {
            let mut object = object.clone();
            object.0["metadata"]["namespace"] = Value::from(namespace);
            object
        };
        self.objects.iter().map(place).collect()
    }
}

fn object(kind: Kind, name: &str, spec: &Value) -> Object {
    Object(json!({"apiVersion": kind.api_version, "kind": kind.name, "metadata": {"name": name}, "spec": spec}))
}

/// What a container gets that says nothing: the original's sidecar is one.
fn limits() -> Value {
    json!({"limits": [{
        "type": "Container",
        "default": {"cpu": "500m", "memory": "512Mi"},
        "defaultRequest": {"cpu": "50m", "memory": "64Mi"},
    }]})
}

/// The labels of what a team was given.
pub fn labels() -> String {
    format!("{}={},{}={}", names::MANAGED_BY, names::KARCTL, names::COMPONENT, names::TEAM)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quota_is_a_size_an_object_or_its_amounts() {
        let small = Quota::of_size("small").expect("a size");
        assert_eq!(small.0["pods"], "20");
        assert!(small.needs_limits());
        assert_eq!(Quota::of_size("tiny"), None);
        let whole = json!({"kind": "ResourceQuota", "spec": {"hard": {"pods": 3, "count/jobs.batch": "4"}}});
        let quota = Quota::of_document(&whole).expect("a quota");
        assert_eq!(Ok(&quota), Quota::of_document(&json!({"pods": "3", "count/jobs.batch": 4})).as_ref());
        assert!(!quota.needs_limits());
        assert_eq!(Quota::of_document(&json!({"pods": [1]})), Err("`pods` is no amount such as 20 or 4Gi".to_owned()));
        assert!(Quota::of_document(&json!({"kind": "Pod"})).is_err_and(|said| said.contains("this is a Pod")));
        assert!(Quota::of_document(&json!({})).is_err());
    }

    #[test]
    fn everybody_has_a_binding_of_their_own() {
        let named = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
        let team = Team::new(&named(&["ada", "Ada", "ada@x"]), &named(&["ada"]), None, false).expect("a team");
        let objects = team.objects("team-a");
        let kinds: Vec<_> = objects.iter().map(|object| object.reference().kind).collect();
        assert_eq!(kinds, ["Role", "RoleBinding", "RoleBinding", "RoleBinding", "RoleBinding"]);
        let names: std::collections::BTreeSet<_> = objects.iter().map(Object::name).collect();
        assert_eq!(names.len(), 5, "{names:?}");
        assert!(objects.iter().all(|object| object.namespace() == "team-a"));
        assert!(Team::new(&named(&[""]), &[], None, false).is_err());
    }
}
