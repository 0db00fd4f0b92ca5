//! What whoever asks has to be allowed, looked up before the first write.

use std::collections::{HashMap, HashSet};

use futures_util::{StreamExt, TryStreamExt, stream};

use super::live::AT_A_TIME;

use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Kind, Reference};
use crate::code::Code;
use crate::error::{Failure, Result};

/// From so many places on, it is asked first whether it is allowed everywhere.
const MANY: usize = 4;

/// Parts of a sentence about what is missing; more say nothing new.
const MOST_PARTS: usize = 8;

/// A verb on a kind, in a namespace; for objects of the whole cluster on this one only, since roles name them.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Permission {
    verb: &'static str,
    kind: Kind,
    /// Such as `portforward`; empty for the object itself.
    subresource: &'static str,
    namespace: Option<String>,
    name: Option<String>,
}

impl Permission {
    /// What doing this to an object needs; `None` for a kind that karctl does not know.
    pub fn on(verb: &'static str, object: &Reference) -> Option<Self> {
        let kind = Kind::find(&object.api_version, &object.kind).ok()?;
        // Who may create something is asked without its name: it is not there yet.
        let name = (!kind.is_namespaced && verb != "create").then(|| object.name.clone());
        Some(Self { verb, kind, subresource: "", namespace: object.namespace.clone(), name })
    }

    /// What doing this to this one object of a namespace needs, for whoever may do it to objects of this name only.
    pub fn named(verb: &'static str, object: &Reference) -> Option<Self> {
        let name = (verb != "create").then(|| object.name.clone());
        Some(Self { name, ..Self::on(verb, object)? })
    }

    /// The same in every namespace; for an object of the whole cluster, to every one of its kind.
    fn everywhere(&self) -> Self {
        let name = self.name.clone().filter(|_| self.kind.is_namespaced);
        Self { namespace: None, name, ..self.clone() }
    }

    async fn is_granted(&self, cluster: &Cluster) -> Result<bool> {
        let (namespace, name) = (self.namespace.as_deref(), self.name.as_deref());
        let may = cluster.may(self.verb, self.kind, self.subresource, namespace, name).await;
        Ok(may.map_err(Failure::from)?)
    }

    /// What doing this to any object of a kind in a namespace needs.
    pub fn within(verb: &'static str, kind: Kind, subresource: &'static str, namespace: &str) -> Self {
        Self { verb, kind, subresource, namespace: Some(namespace.to_owned()), name: None }
    }
}

/// `secrets`, `pods/portforward`, `namespaces/kar-system`.
impl std::fmt::Display for Permission {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let below = [Some(self.subresource), self.name.as_deref()].into_iter().flatten();
        f.write_str(self.kind.plural)?;
        below.filter(|part| !part.is_empty()).try_for_each(|part| write!(f, "/{part}"))
    }
}

/// `create and patch secrets, services in kar-system; patch namespaces/kar-system`.
fn sentence(missing: &[&Permission]) -> String {
    let mut verbs: Vec<(String, Option<&str>, Vec<&str>)> = Vec::new();
    for permission in missing {
        let (what, place) = (permission.to_string(), permission.namespace.as_deref());
        match verbs.iter_mut().find(|(known, of, _)| *known == what && *of == place) {
            Some((.., verbs)) => verbs.push(permission.verb),
            None => verbs.push((what, place, vec![permission.verb])),
        }
    }
    let mut groups: Vec<(Vec<&str>, Option<&str>, Vec<String>)> = Vec::new();
    for (what, place, verbs) in verbs {
        match groups.iter_mut().find(|(known, of, _)| *known == verbs && *of == place) {
            Some((.., objects)) => objects.push(what),
            None => groups.push((verbs, place, vec![what])),
        }
    }
    let group = |(verbs, place, objects): &(Vec<&str>, Option<&str>, Vec<String>)| {
        let place = place.map(|place| format!(" in {place}")).unwrap_or_default();
        format!("{} {}{place}", verbs.join(" and "), objects.join(", "))
    };
    let mut parts: Vec<_> = groups.iter().take(MOST_PARTS).map(group).collect();
    if groups.len() > MOST_PARTS {
        parts.push(format!("and so on, {} more", groups.len() - MOST_PARTS));
    }
    parts.join("; ")
}

/// What of it is not allowed, in one sentence; empty where nothing is missing. Nothing is changed.
///
/// # Errors
/// When the server does not say.
pub async fn missing(cluster: &Cluster, permissions: impl IntoIterator<Item = Permission>) -> Result<String> {
    let mut needed: Vec<Permission> = Vec::new();
    let mut seen = HashSet::new();
    for permission in permissions {
        if seen.insert(permission.clone()) {
            needed.push(permission);
        }
    }
    let mut places: HashMap<Permission, usize> = HashMap::new();
    needed.iter().for_each(|permission| *places.entry(permission.everywhere()).or_default() += 1);
    let mut granted = HashSet::new();
    for (everywhere, _) in places.into_iter().filter(|(_, number)| *number >= MANY) {
        if everywhere.is_granted(cluster).await? {
            granted.insert(everywhere);
        }
    }
    let single = needed.iter().filter(|permission| !granted.contains(&permission.everywhere()));
    let answers = single
        .map(async |permission| Ok::<_, anyhow::Error>((!permission.is_granted(cluster).await?).then_some(permission)));
    let missing: Vec<_> = stream::iter(answers).buffered(AT_A_TIME).try_collect().await?;
    let missing: Vec<_> = missing.into_iter().flatten().collect();
    Ok(sentence(&missing))
}

/// Makes sure that all of it is allowed. Nothing is changed.
///
/// # Errors
/// Every one that is missing, in one failure.
pub async fn require(cluster: &Cluster, permissions: impl IntoIterator<Item = Permission>) -> Result<()> {
    let missing = missing(cluster, permissions).await?;
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!("nothing was changed: you may not {missing}"))
        .hint("`karctl k8s rbac` prints the least rights that are needed, for whoever may grant them")
        .code(Code::ClusterForbidden)
        .into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::client::kubernetes::object::{NAMESPACE, POD, SECRET, SERVICE};

    #[test]
    fn what_is_missing_is_said_in_one_sentence() {
        let within = |verb, kind| Permission::within(verb, kind, "", "kar-system");
        let own = Reference::new(NAMESPACE, "", "kar-system");
        let missing = [
            within("create", SECRET),
            within("patch", SECRET),
            within("create", SERVICE),
            within("patch", SERVICE),
            Permission::on("patch", &own).expect("a known kind"),
            Permission::within("get", POD, "portforward", "kar-system"),
        ];
        let said = "create and patch secrets, services in kar-system; patch namespaces/kar-system; \
                    get pods/portforward in kar-system";
        assert_eq!(sentence(&missing.iter().collect::<Vec<_>>()), said);
    }
}
