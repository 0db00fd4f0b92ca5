//! What is taken from a namespace again: the label first.

use futures_util::future::try_join_all;
use serde_json::json;

use super::super::live::Live;
use super::super::names;
use super::super::permission::Permission;
use super::super::team;
use super::SOURCE_HASH;
use crate::change::Change;
use crate::client::kubernetes::object::{NAMESPACE, Object, POD, Reference, SECRET};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::error::{Failure, Result};

/// Pods that a question names; more say nothing new.
const MOST_PODS: usize = 10;

/// What is to be taken from one namespace.
#[derive(Debug)]
pub struct Removal {
    namespace: String,
    has_label: bool,
    /// What its team was given, then the secrets, by which an undeploy finds it.
    objects: Vec<Object>,
}

/// Looks at what is to be taken from namespaces; nothing from one that is not there.
///
/// # Errors
/// When the server does not say.
pub async fn look_to_disable(cluster: &Cluster, names: &[String]) -> Result<Vec<Removal>> {
    let secret = |namespace: &String, name: &str| Reference::new(SECRET, namespace, name);
    let references = |name: &String| {
        [Reference::new(NAMESPACE, "", name), secret(name, names::RUNTIME_CONFIG), secret(name, names::PULL_SECRET)]
    };
    let references: Vec<_> = names.iter().flat_map(references).collect();
    let live = Live::read(cluster, &references).await?;
    let there = |name: &&String| live.get(&Reference::new(NAMESPACE, "", name.as_str())).is_some();
    let places: Vec<_> = names.iter().filter(there).map(String::as_str).collect();
    let labels = team::labels();
    let lists = team::KINDS.map(|kind| Live::labelled(cluster, kind, &places, &labels));
    let given: Vec<_> = try_join_all(lists).await?.into_iter().flatten().collect();
    let removal = |name: &String| {
        let namespace = live.get(&Reference::new(NAMESPACE, "", name));
        // What has no hash is the source itself, or somebody else's.
        let is_ours = |secret: &&Object| {
            secret.label(names::MANAGED_BY) == Some(names::KARCTL) && secret.annotation(SOURCE_HASH).is_some()
        };
        let secrets = [names::RUNTIME_CONFIG, names::PULL_SECRET].map(|secret_name| secret(name, secret_name));
        let secrets = secrets.iter().filter_map(|reference| live.get(reference)).filter(is_ours);
        let given = given.iter().filter(|object| object.namespace() == name);
        Removal {
            namespace: name.clone(),
            has_label: namespace.is_some_and(|namespace| namespace.label(names::ENABLED).is_some()),
            objects: given.chain(secrets).filter(|_| namespace.is_some()).cloned().collect(),
        }
    };
    Ok(names.iter().map(removal).collect())
}

impl Removal {
    /// The namespace.
    pub fn namespace(&self) -> &str {
        &self.namespace
    }

    /// Whether there is anything to take.
    pub fn is_change(&self) -> bool {
        self.has_label || !self.objects.is_empty()
    }

    /// What will have been done.
    pub fn outlook(&self) -> Change {
        if self.is_change() { Change::Removed } else { Change::Unchanged }
    }

    /// What taking it needs.
    pub fn permissions(&self) -> Vec<Permission> {
        let label = self.has_label.then(|| Permission::on("patch", &Reference::new(NAMESPACE, "", &self.namespace)));
        let objects = self.objects.iter().map(|object| Permission::named("delete", &object.reference()));
        label.into_iter().chain(objects).flatten().collect()
    }

    /// What goes beside the label: `Secret kar.ibm.com.runtime-config`.
    pub fn removed(&self) -> Vec<String> {
        self.objects.iter().map(|object| format!("{} {}", object.reference().kind, object.name())).collect()
    }

    /// Takes the label away, so that no new pod needs the secrets, then the rest.
    ///
    /// # Errors
    /// When the server refuses; the same again does the rest.
    pub async fn carry_out(&self, cluster: &Cluster) -> Result<Change> {
        if self.has_label {
            let patch = json!({"metadata": {"labels": {names::ENABLED: null}}});
            let reference = Reference::new(NAMESPACE, "", &self.namespace);
            cluster.merge(&reference, &patch).await.map_err(Failure::from)?;
        }
        for object in &self.objects {
            let deletion = Deletion { uid: object.text("/metadata/uid"), is_foreground: false };
            cluster.delete(&object.reference(), deletion).await.map_err(Failure::from)?;
        }
        Ok(self.outlook())
    }
}

/// Pods of applications: those that mount the runtime's configuration.
///
/// # Errors
/// When the server does not say.
pub async fn attached(cluster: &Cluster, namespaces: &[&str]) -> Result<Vec<Object>> {
    let pods = Live::labelled(cluster, POD, namespaces, "").await?;
    Ok(pods.into_iter().filter(is_attached).collect())
}

/// Pods as a question names them: the first few, and how many more there are.
pub fn some_of(pods: &[String]) -> String {
    let more = pods.len().saturating_sub(MOST_PODS);
    let more = (more > 0).then(|| format!("and {more} more"));
    pods.iter().take(MOST_PODS).cloned().chain(more).collect::<Vec<_>>().join(", ")
}

/// Whether a pod that has not ended mounts the runtime's configuration.
pub fn is_attached(pod: &Object) -> bool {
    let mut volumes = pod.list("/spec/volumes").iter();
    volumes.any(|volume| volume["secret"]["secretName"] == names::RUNTIME_CONFIG)
        && !matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_names_a_few_pods() {
        let pods: Vec<_> = (0..12).map(|number| format!("a/{number}")).collect();
        assert_eq!(some_of(&pods[..2]), "a/0, a/1");
        assert!(some_of(&pods[..10]).ends_with("a/8, a/9"));
        assert!(some_of(&pods).ends_with("a/8, a/9, and 2 more"));
    }
}
