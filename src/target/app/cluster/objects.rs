//! The objects of an application on a cluster: looked at, applied where they differ, removed.

use std::time::Duration;

use super::{AppliedObject, FILE};
use crate::change::Change;
use crate::client::kubernetes::object::{
    AUTOSCALER, CONFIG_MAP, CRON_JOB, DAEMON_SET, DEPLOYMENT, DISRUPTION_BUDGET, INGRESS, JOB, Kind, NETWORK_POLICY,
    Object, POD, ROLE, ROLE_BINDING, Reference, SECRET, SERVICE, SERVICE_ACCOUNT, STATEFUL_SET,
};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::app::folder::{Folder, PROJECT};
use crate::target::app::manifests::UP_OF;
use crate::target::kubernetes::compare::differences;
use crate::target::kubernetes::wait;

/// What an application may have of on a cluster, in the order in which it is removed: what others run as goes last. Claims
/// are not among it: they hold data.
const KINDS: [Kind; 16] = [
    INGRESS,
    SERVICE,
    CRON_JOB,
    JOB,
    DEPLOYMENT,
    STATEFUL_SET,
    DAEMON_SET,
    POD,
    AUTOSCALER,
    DISRUPTION_BUDGET,
    NETWORK_POLICY,
    CONFIG_MAP,
    SECRET,
    ROLE_BINDING,
    ROLE,
    SERVICE_ACCOUNT,
];

/// How often it is looked whether a deleted object is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Where the applications of a project are.
pub(super) struct Place<'a> {
    pub context: &'a Context,
    pub cluster: &'a Cluster,
    pub folder: &'a Folder,
    pub namespace: &'a str,
}

/// What is to be done with an object, and what there is of it.
struct Planned {
    change: Change,
    live: Option<Object>,
}

/// How far objects are applied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Extent {
    /// Nothing is.
    DryRun,
    /// Everything is, and nobody waits.
    Applied,
    /// What serves is waited for.
    Ready,
}

impl Place<'_> {
    /// Applies the objects of an application where they differ, and removes those that it has no longer. What others call
    /// comes first, and answers before a client begins.
    pub async fn bring(&self, app: &str, objects: &[Object], extent: Extent) -> Result<Vec<AppliedObject>> {
        let there = self.applied(app).await?;
        // Whatever stands in the way of one is told before the first is changed.
        let mut planned = Vec::new();
        for object in objects {
            planned.push((object, self.plan(object, app).await?));
        }
        let wanted: Vec<_> = objects.iter().map(Object::reference).collect();
        let orphans: Vec<_> = there.into_iter().filter(|found| !wanted.contains(&found.reference())).collect();
        if extent != Extent::DryRun {
            let (clients, servers): (Vec<_>, Vec<_>) =
                planned.iter().partition(|(object, _)| object.reference().kind == JOB.name);
            self.apply_all(&servers).await?;
            for orphan in &orphans {
                self.remove(orphan).await?;
            }
            if extent == Extent::Ready {
                let restarted = Context { deadline: self.context.deadline.restarted(), ..self.context.clone() };
                wait::wait(&restarted, self.cluster, &wanted).await?;
            }
            self.apply_all(&clients).await?;
        }
        let applied = planned.iter().map(|(object, planned)| outcome(&object.reference(), planned.change));
        let removed = orphans.iter().map(|orphan| outcome(&orphan.reference(), Change::Removed));
        Ok(applied.chain(removed).collect())
    }

    async fn plan(&self, object: &Object, app: &str) -> Result<Planned> {
        let reference = object.reference();
        let live = self.own(&reference, app).await?;
        let change = match &live {
            None => Change::Created,
            Some(live) if differences(object, live).is_empty() => Change::Unchanged,
            Some(_) => Change::Updated,
        };
        Ok(Planned { change, live })
    }

    /// An object of the application as it is there; `None` where it is not.
    ///
    /// # Errors
    /// When it is somebody else's, or the server refuses.
    pub async fn own(&self, reference: &Reference, app: &str) -> Result<Option<Object>> {
        let live = self.cluster.get(reference).await.map_err(Failure::from)?;
        match &live {
            Some(live) if live.label(UP_OF) != Some(app) => {
                Err(Failure::new(format!("{reference} is there, and is not of `{app}` as karctl applies it"))
                    .hint("remove it with kubectl, or give it another name in the manifest")
                    .code(Code::ForeignObject)
                    .into())
            }
            Some(live) if !self.folder.is_own(live.label(PROJECT)) => Err(self.foreign(reference, app).into()),
            _ => Ok(live),
        }
    }

    async fn apply_all(&self, planned: &[&(&Object, Planned)]) -> Result<()> {
        for (object, planned) in planned {
            if planned.change != Change::Unchanged {
                self.apply(object, planned.live.as_ref()).await?;
            }
        }
        Ok(())
    }

    /// Applies an object. A job's pods cannot be changed: it is made anew.
    async fn apply(&self, object: &Object, live: Option<&Object>) -> Result<()> {
        let reference = object.reference();
        if let Some(live) = live.filter(|_| reference.kind == JOB.name) {
            self.remove(live).await?;
        }
        let applied = self.cluster.apply(object, false, false).await;
        applied.map_err(Failure::from).or_fail(|| Failure::new(format!("{reference} was not applied")))?;
        Ok(())
    }

    /// Everything that is there with the application's label.
    ///
    /// # Errors
    /// When some of it is of another project, or the server refuses.
    pub async fn applied(&self, app: &str) -> Result<Vec<Object>> {
        let labels = format!("{UP_OF}={app}");
        let mut found = Vec::new();
        for kind in KINDS {
            match self.cluster.list(kind, Some(self.namespace), &labels).await {
                // Pods of workloads have the label too, and an owner.
                Ok(listed) => found
                    .extend(listed.into_iter().filter(|object| object.list("/metadata/ownerReferences").is_empty())),
                // Who may not see objects of a kind has applied none of it.
                Err(error) if error.status() == Some(403) => {
                    self.context.ui.trace(1, || format!("{} not looked at: {error}", kind.name))
                }
                Err(error) => return Err(Failure::from(error).into()),
            }
        }
        match found.iter().find(|object| !self.folder.is_own(object.label(PROJECT))) {
            None => Ok(found),
            Some(foreign) => Err(self.foreign(&foreign.reference(), app).into()),
        }
    }

    fn foreign(&self, reference: &Reference, app: &str) -> Failure {
        let folder = self.folder.path.display();
        Failure::new(format!("{reference} is of another project's `{app}`, not of that in {folder}"))
            .hint("remove it where it is from, take another namespace, or give the application another name")
            .hint(format!("if it is the same project in another folder, say `project: NAME` in both {FILE}"))
            .code(Code::ForeignObject)
    }

    /// Deletes an object with all that follows from it, and waits until it is gone.
    pub async fn remove(&self, object: &Object) -> Result<()> {
        let reference = object.reference();
        let uid = object.text("/metadata/uid");
        self.cluster.delete(&reference, Deletion { uid, is_foreground: false }).await.map_err(Failure::from)?;
        let deadline = self.context.deadline.restarted();
        while let Some(found) = self.cluster.get(&reference).await.map_err(Failure::from)? {
            if found.text("/metadata/uid") != uid {
                break;
            }
            if deadline.left().is_zero() {
                let failure = deadline.passed(&format!("{reference} to go"), "its deletion has begun");
                return Err(failure.hint("run the same command again; it goes on where it stopped").into());
            }
            tokio::time::sleep(LOOK_AGAIN).await;
        }
        Ok(())
    }
}

/// What became of an object.
pub(super) fn outcome(reference: &Reference, change: Change) -> AppliedObject {
    AppliedObject { kind: reference.kind.clone(), name: reference.name.clone(), change }
}
