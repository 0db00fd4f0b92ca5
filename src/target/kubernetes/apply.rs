//! Carries a plan out: inventory first, objects in order, what is no longer wanted last.

use std::time::Duration;

use futures_util::future::try_join_all;

use super::names;
use super::plan::{Plan, Planned, Policy, rehearse, rights, take_over};
use crate::change::Change;
use crate::client::kubernetes::object::{CLAIM, NAMESPACE, SECRET, STATEFUL_SET};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// How often it is looked whether a deleted object is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Makes sure that everything that will be done may be done, and that the server would take it. Nothing is changed.
///
/// # Errors
/// Every missing right, every conflict, or the first refusal.
pub async fn check(cluster: &Cluster, plan: &Plan, namespace: &str, policy: Policy) -> Result<()> {
    let mut needed = rights(plan);
    if !needed.is_empty() && !needed.contains(&("patch", SECRET)) {
        // The inventory.
        needed.push(("patch", SECRET));
    }
    let answers = needed.iter().map(async |(verb, kind)| {
        let place = kind.is_namespaced.then_some(namespace);
        cluster.may(verb, *kind, place).await.map(|may| (!may).then(|| format!("{verb} {}", kind.plural)))
    });
    let missing: Vec<_> = try_join_all(answers).await.map_err(Failure::from)?.into_iter().flatten().collect();
    if !missing.is_empty() {
        return Err(Failure::new(format!(
            "nothing was changed: you may not {} (namespace {namespace})",
            missing.join(", ")
        ))
        .hint("`karctl k8s rbac` prints the least rights that are needed, for whoever may grant them")
        .code(Code::ClusterForbidden)
        .into());
    }
    rehearse(cluster, plan, policy).await
}

/// Does what the plan says. What was done stays done when it fails; the same again does the rest.
///
/// # Errors
/// The first request that fails for good.
pub async fn carry_out(
    context: &Context,
    cluster: &Cluster,
    plan: &Plan,
    namespace: &str,
    policy: Policy,
) -> Result<()> {
    let step = context.ui.step("Applying what differs");
    let (first, rest): (Vec<_>, Vec<_>) = plan.steps.iter().partition(|step| step.object.0["kind"] == NAMESPACE.name);
    for planned in first {
        apply(cluster, planned, policy).await?;
    }
    let before = plan.written.as_ref().map_or_else(|| plan.wanted.clone(), |written| written.with(&plan.wanted));
    before.write(cluster, namespace, plan.written.as_ref()).await?;
    for planned in rest {
        step.detail(planned.reference().to_string());
        match planned.change {
            Change::Unchanged => {}
            Change::Removed => {
                let uid = planned.object.text("/metadata/uid");
                cluster
                    .delete(&planned.reference(), Deletion { uid, is_foreground: false })
                    .await
                    .map_err(Failure::from)?;
            }
            Change::Created | Change::Updated => apply(cluster, planned, policy).await?,
        }
    }
    if plan.steps.iter().any(|step| step.is_adopted) {
        forget_release(cluster, namespace).await?;
    }
    plan.wanted.write(cluster, namespace, Some(&before)).await?;
    step.done(summary(plan));
    Ok(())
}

/// `17 created, 1 updated, 2 removed`.
fn summary(plan: &Plan) -> String {
    let count = |change: Change| plan.steps.iter().filter(|step| step.change == change).count();
    let counts = [Change::Created, Change::Updated, Change::Removed, Change::Unchanged]
        .map(|change| (count(change), change))
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, change)| format!("{count} {change}"));
    format!("Objects: {}", counts.collect::<Vec<_>>().join(", "))
}

async fn apply(cluster: &Cluster, planned: &Planned, policy: Policy) -> Result<()> {
    if planned.change == Change::Unchanged {
        return Ok(());
    }
    if let Some(live) = planned.live.as_ref().filter(|_| planned.is_adopted) {
        if planned.is_made_anew {
            remove(cluster, planned).await?;
        } else {
            take_over(cluster, live).await?;
        }
    }
    let force = policy.force_conflicts || planned.is_adopted;
    let applied = cluster.apply(&planned.object, force, false).await;
    applied.map_err(Failure::from).or_fail(|| Failure::new(format!("{} was not applied", planned.reference())))?;
    Ok(())
}

/// Deletes an object and waits until it is gone.
async fn remove(cluster: &Cluster, planned: &Planned) -> Result<()> {
    let reference = planned.reference();
    debug_assert!(reference.kind == STATEFUL_SET.name && reference.kind != CLAIM.name, "only what holds no data");
    let uid = planned.live.as_ref().and_then(|live| live.text("/metadata/uid"));
    cluster.delete(&reference, Deletion { uid, is_foreground: true }).await.map_err(Failure::from)?;
    while let Some(found) = cluster.get(&reference).await.map_err(Failure::from)? {
        if found.text("/metadata/uid") != uid {
            break;
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Helm's own records of the release that was taken over.
async fn forget_release(cluster: &Cluster, namespace: &str) -> Result<()> {
    let labels = format!("owner=helm,name={}", names::PART_OF);
    for record in cluster.list(SECRET, Some(namespace), &labels).await.map_err(Failure::from)? {
        cluster.delete(&record.reference(), Deletion::default()).await.map_err(Failure::from)?;
    }
    Ok(())
}
