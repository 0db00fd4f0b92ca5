//! Workloads of applications: made anew when the configuration is, and put to rest for off-hours.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Value, json};

use super::names;
use super::permission::Permission;
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    AUTOSCALER, DAEMON_SET, DEPLOYMENT, Kind, Object, POD, REPLICA_SET, Reference, SECRET, STATEFUL_SET,
};
use crate::error::{Failure, Result};

/// Annotation of a pod template that has its pods made anew, as `kubectl rollout restart` sets it.
const RESTARTED_AT: &str = "kubectl.kubernetes.io/restartedAt";

/// Annotation of a pod template: when the configuration was copied that its pods were made anew for.
const CONFIGURATION: &str = "karctl.kar.ibm.com/configuration-of";

/// Annotation of a workload that is put to rest: how many pods it had.
const REPLICAS: &str = "karctl.kar.ibm.com/replicas";

/// How often a workload is looked at anew that others change at the same time.
const ATTEMPTS: usize = 5;

/// Workloads of a namespace whose pods carry an old configuration.
#[derive(Debug, Default)]
pub struct Restarts {
    /// Those that can be rolled.
    pub workloads: Vec<Reference>,
    /// Pods that nobody makes anew.
    pub others: Vec<String>,
}

impl Restarts {
    /// Looks for them. Where the copy is about to change, every pod that mounts it carries an old one; else those that are
    /// older than the copy, as the server tells the time of both.
    ///
    /// # Errors
    /// When the server does not say.
    pub async fn look(cluster: &Cluster, namespace: &str, is_stale: bool) -> Result<Self> {
        let place = Some(namespace);
        let copied_at = if is_stale { None } else { copied_at(cluster, namespace).await? };
        let pods = cluster.list(POD, place, "").await.map_err(Failure::from)?;
        let is_old = |pod: &&Object| {
            super::namespaces::is_attached(pod)
                && !pod.is_terminating()
                && copied_at.as_deref().is_none_or(|at| pod.text("/metadata/creationTimestamp") <= Some(at))
        };
        let pods: Vec<_> = pods.iter().filter(is_old).collect();
        let mut restarts = Self::default();
        if pods.is_empty() {
            return Ok(restarts);
        }
        let (sets, workloads) = tokio::try_join!(
            async { cluster.list(REPLICA_SET, place, "").await.map_err(Failure::from) },
            workloads(cluster, namespace, &[DEPLOYMENT, STATEFUL_SET, DAEMON_SET]),
        )?;
        for pod in pods {
            let owner = owner(pod);
            let set = owner.as_ref().and_then(|owner| sets.iter().find(|set| is_called(set, owner)));
            let owner = set.map_or(owner.clone(), owner_of);
            let workload =
                owner.as_ref().and_then(|owner| workloads.iter().find(|workload| is_called(workload, owner)));
            match workload.filter(|workload| rolls(workload)) {
                Some(workload) if is_rolling(workload, copied_at.as_deref()) => {}
                Some(workload) if restarts.workloads.contains(&workload.reference()) => {}
                Some(workload) => restarts.workloads.push(workload.reference()),
                None => restarts.others.push(match owner {
                    Some((kind, name)) => format!("Pod {} of {kind} {name}", pod.name()),
                    None => format!("Pod {}", pod.name()),
                }),
            }
        }
        restarts.workloads.sort();
        restarts.others.sort();
        Ok(restarts)
    }

    /// What rolling them needs.
    pub fn permissions(&self) -> impl Iterator<Item = Permission> {
        self.workloads.iter().filter_map(|workload| Permission::named("patch", workload))
    }

    /// Has their pods made anew; each says for which copy, so that it is not done twice.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn carry_out(&self, cluster: &Cluster, namespace: &str) -> Result<()> {
        if self.workloads.is_empty() {
            return Ok(());
        }
        let copied_at = copied_at(cluster, namespace).await?.unwrap_or_default();
        let now = jiff::Timestamp::now().to_string();
        let annotations = json!({RESTARTED_AT: now, CONFIGURATION: copied_at});
        let patch = json!({"spec": {"template": {"metadata": {"annotations": annotations}}}});
        for workload in &self.workloads {
            cluster.merge(workload, &patch).await.map_err(Failure::from)?;
        }
        Ok(())
    }
}

/// When the copy last changed, by the server's clock.
async fn copied_at(cluster: &Cluster, namespace: &str) -> Result<Option<String>> {
    let reference = Reference::new(SECRET, namespace, names::RUNTIME_CONFIG);
    let copy = cluster.get(&reference).await.map_err(Failure::from)?;
    let times = |copy: &Object| {
        let fields = copy.list("/metadata/managedFields").iter();
        let times = fields.filter(|field| field["manager"] == names::KARCTL).filter_map(|field| field["time"].as_str());
        times.max().map(str::to_owned)
    };
    Ok(copy.as_ref().and_then(times))
}

/// Whether a workload makes its pods anew when their template changes.
fn rolls(workload: &Object) -> bool {
    let is_paused = workload.at("/spec/paused") == Some(&Value::Bool(true));
    !is_paused && workload.text("/spec/updateStrategy/type") != Some("OnDelete")
}

fn is_rolling(workload: &Object, copied_at: Option<&str>) -> bool {
    let annotations = workload.at("/spec/template/metadata/annotations");
    copied_at.is_some() && annotations.and_then(|all| all[CONFIGURATION].as_str()) == copied_at
}

/// Kind and name of who makes an object anew.
fn owner(object: &Object) -> Option<(String, String)> {
    let mut owners = object.list("/metadata/ownerReferences").iter();
    let owner = owners.find(|owner| owner["controller"] == true)?;
    let text = |name: &str| owner[name].as_str().unwrap_or_default().to_owned();
    Some((text("kind"), text("name")))
}

/// A replica set of nobody is made anew by nobody.
fn owner_of(set: &Object) -> Option<(String, String)> {
    owner(set).or_else(|| Some(("ReplicaSet".to_owned(), set.name().to_owned())))
}

fn is_called(object: &Object, (kind, name): &(String, String)) -> bool {
    object.0["kind"] == *kind && object.name() == name
}

async fn workloads(cluster: &Cluster, namespace: &str, kinds: &[Kind]) -> std::result::Result<Vec<Object>, Failure> {
    let lists = kinds.iter().map(|kind| cluster.list(*kind, Some(namespace), ""));
    let lists = futures_util::future::try_join_all(lists).await.map_err(Failure::from)?;
    Ok(lists.into_iter().flatten().collect())
}

/// What became of one workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Scaled {
    /// Such as `Deployment team-a/greeter`.
    pub workload: String,
    /// Updated, or unchanged.
    pub change: Change,
    /// Pods that it is to have.
    pub replicas: i64,
    /// Why it was left as it is, where that is not what was asked for.
    pub note: Option<String>,
}

/// Which way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// To no pods; how many there were is kept in an annotation.
    Down,
    /// Back to those.
    Up,
}

/// A workload, and what is to be done with it.
#[derive(Debug)]
pub struct Scaling {
    object: Object,
    /// Name of what sets its number of pods.
    autoscaler: Option<String>,
}

/// The deployments and stateful sets of a namespace.
///
/// # Errors
/// When the server does not say.
pub async fn scalings(cluster: &Cluster, namespace: &str) -> Result<Vec<Scaling>> {
    let (objects, autoscalers) = tokio::try_join!(
        workloads(cluster, namespace, &[DEPLOYMENT, STATEFUL_SET]),
        workloads(cluster, namespace, &[AUTOSCALER]),
    )?;
    let scaling = |object: Object| {
        let is_of = |autoscaler: &&Object| {
            let target = |pointer: &str| autoscaler.text(pointer);
            target("/spec/scaleTargetRef/kind") == object.text("/kind")
                && target("/spec/scaleTargetRef/name") == Some(object.name())
        };
        let autoscaler = autoscalers.iter().find(is_of).map(|autoscaler| autoscaler.name().to_owned());
        Scaling { object, autoscaler }
    };
    Ok(objects.into_iter().map(scaling).collect())
}

impl Scaling {
    /// What comes of it, and the patch that brings it about, where there is something to do.
    fn plan(&self, direction: Direction) -> Result<(Scaled, Option<Value>)> {
        let replicas = self.object.number("/spec/replicas").unwrap_or(1);
        let reference = self.object.reference();
        let scaled =
            |change, replicas, note: Option<String>| Scaled { workload: reference.to_string(), change, replicas, note };
        let patch = |annotation: Value, replicas: Option<i64>| {
            let version = self.object.text("/metadata/resourceVersion");
            let mut patch = json!({"metadata": {"resourceVersion": version, "annotations": {REPLICAS: annotation}}});
            if let Some(replicas) = replicas {
                patch["spec"] = json!({"replicas": replicas});
            }
            Some(patch)
        };
        let kept = self.object.annotation(REPLICAS);
        Ok(match (direction, replicas, kept) {
            (Direction::Down, 0, _) => (scaled(Change::Unchanged, 0, None), None),
            (Direction::Down, ..) if self.autoscaler.is_some() => {
                let name = self.autoscaler.as_deref().unwrap_or_default();
                let note = format!("its pods are counted by HorizontalPodAutoscaler {name}");
                (scaled(Change::Unchanged, replicas, Some(note)), None)
            }
            (Direction::Down, ..) => {
                (scaled(Change::Updated, 0, None), patch(Value::from(replicas.to_string()), Some(0)))
            }
            (Direction::Up, _, None) => (scaled(Change::Unchanged, replicas, None), None),
            (Direction::Up, 0, Some(kept)) => {
                let number = kept.parse().ok().filter(|number: &i64| *number >= 0);
                let number = number.ok_or_else(|| {
                    Failure::new(format!("annotation {REPLICAS} of {reference} is no number: `{kept}`"))
                        .hint("set the number of pods by hand with `kubectl scale`, and remove the annotation")
                })?;
                (scaled(Change::Updated, number, None), patch(Value::Null, Some(number)))
            }
            (Direction::Up, _, Some(_)) => {
                let note = "somebody gave it pods meanwhile".to_owned();
                (scaled(Change::Updated, replicas, Some(note)), patch(Value::Null, None))
            }
        })
    }

    /// What comes of it, and what doing it needs.
    ///
    /// # Errors
    /// When the annotation is no number.
    pub fn outlook(&self, direction: Direction) -> Result<(Scaled, Option<Permission>)> {
        let (scaled, patch) = self.plan(direction)?;
        Ok((scaled, patch.and_then(|_| Permission::named("patch", &self.object.reference()))))
    }

    /// Does it, in one request, so that number and annotation never part.
    ///
    /// # Errors
    /// When the server refuses.
    pub async fn carry_out(mut self, cluster: &Cluster, direction: Direction) -> Result<Scaled> {
        let reference = self.object.reference();
        for attempt in 1.. {
            let (scaled, patch) = self.plan(direction)?;
            let Some(patch) = patch else { return Ok(scaled) };
            match cluster.merge(&reference, &patch).await {
                Ok(_) => return Ok(scaled),
                Err(error) if error.is_conflict() && attempt < ATTEMPTS => {}
                Err(error) => return Err(Failure::from(error).into()),
            }
            let Some(object) = cluster.get(&reference).await.map_err(Failure::from)? else {
                return Err(Failure::new(format!("{reference} is gone")).into());
            };

            self.object = object;
        }
        unreachable!("the last attempt returns")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn scaling(replicas: i64, kept: Option<&str>, autoscaler: Option<&str>) -> Scaling {
        let mut object = Object(json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "d", "namespace": "n", "resourceVersion": "7"}, "spec": {"replicas": replicas},
        }));
        if let Some(kept) = kept {
            object.set_metadata("annotations", REPLICAS, kept);
        }
        Scaling { object, autoscaler: autoscaler.map(str::to_owned) }
    }

    fn planned(scaling: &Scaling, direction: Direction) -> (Change, i64, Option<Value>) {
        let (scaled, patch) = scaling.plan(direction).expect("a number");
        (scaled.change, scaled.replicas, patch)
    }

    #[test]
    fn number_and_annotation_change_together() {
        let down =
            json!({"metadata": {"resourceVersion": "7", "annotations": {REPLICAS: "3"}}, "spec": {"replicas": 0}});
        assert_eq!(planned(&scaling(3, None, None), Direction::Down), (Change::Updated, 0, Some(down.clone())));
        // Somebody gave it pods since: the new number counts.
        assert_eq!(planned(&scaling(3, Some("9"), None), Direction::Down), (Change::Updated, 0, Some(down)));
        assert_eq!(planned(&scaling(0, Some("3"), None), Direction::Down), (Change::Unchanged, 0, None));
        assert_eq!(planned(&scaling(3, None, Some("a")), Direction::Down), (Change::Unchanged, 3, None));
        let up =
            json!({"metadata": {"resourceVersion": "7", "annotations": {REPLICAS: null}}, "spec": {"replicas": 3}});
        assert_eq!(planned(&scaling(0, Some("3"), None), Direction::Up), (Change::Updated, 3, Some(up)));
        assert_eq!(planned(&scaling(0, None, None), Direction::Up), (Change::Unchanged, 0, None));
        let forget = json!({"metadata": {"resourceVersion": "7", "annotations": {REPLICAS: null}}});
        assert_eq!(planned(&scaling(5, Some("3"), None), Direction::Up), (Change::Updated, 5, Some(forget)));
        assert!(scaling(0, Some("x"), None).plan(Direction::Up).is_err());
    }
}
