//! Carries a plan out: inventory first, objects in order, what is no longer wanted last.

use std::time::Duration;

use super::names;
use super::permission::{Permission, require};
use super::plan::{Plan, Planned, Policy, permissions, rehearse, take_over};
use crate::change::Change;
use crate::client::kubernetes::object::{CLAIM, NAMESPACE, Object, SECRET, STATEFUL_SET};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// How often it is looked whether a deleted object is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Makes sure that everything that will be done may be done, and that the server would take it. Nothing is changed.
///
/// # Errors
/// Every missing right, every conflict, or the first refusal.
pub async fn check(cluster: &Cluster, plan: &Plan, policy: Policy, others: Vec<Permission>) -> Result<()> {
    require(cluster, permissions(plan).into_iter().chain(others)).await?;
    rehearse(cluster, plan, policy).await
}

/// Does what the plan says. What was done stays done when it fails; the same again does the rest.
///
/// # Errors
/// The first request that fails for good.
pub async fn carry_out(context: &Context, cluster: &Cluster, plan: &Plan, policy: Policy) -> Result<()> {
    let step = context.ui.step("Applying what differs");
    let (first, rest): (Vec<_>, Vec<_>) = plan.steps.iter().partition(|step| step.object.0["kind"] == NAMESPACE.name);
    for planned in first {
        apply(context, cluster, planned, policy).await?;
    }
    let before = plan.written.as_ref().map_or_else(|| plan.wanted.clone(), |written| written.with(&plan.wanted));
    before.write(cluster, &plan.inventory, plan.written.as_ref()).await?;
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
            Change::Created | Change::Updated => apply(context, cluster, planned, policy).await?,
        }
    }
    if plan.steps.iter().any(|step| step.is_adopted) {
        forget_release(cluster, plan.namespace()).await?;
        name_unused_claims(context, cluster, plan.namespace()).await?;
    }
    plan.wanted.write(cluster, &plan.inventory, Some(&before)).await?;
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

async fn apply(context: &Context, cluster: &Cluster, planned: &Planned, policy: Policy) -> Result<()> {
    if planned.change == Change::Unchanged {
        return Ok(());
    }
    if let Some(live) = planned.live.as_ref().filter(|_| planned.is_adopted) {
        if planned.is_made_anew {
            remove(context, cluster, planned).await?;
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
async fn remove(context: &Context, cluster: &Cluster, planned: &Planned) -> Result<()> {
    let reference = planned.reference();
    debug_assert!(reference.kind == STATEFUL_SET.name && reference.kind != CLAIM.name, "only what holds no data");
    let uid = planned.live.as_ref().and_then(|live| live.text("/metadata/uid"));
    cluster.delete(&reference, Deletion { uid, is_foreground: true }).await.map_err(Failure::from)?;
    while let Some(found) = cluster.get(&reference).await.map_err(Failure::from)? {
        if found.text("/metadata/uid") != uid {
            break;
        }
        if context.deadline.left().is_zero() {
            let failure = context.deadline.passed(&format!("{reference} to go"), "its deletion has begun");
            return Err(failure.hint("run the same command again; it goes on where it stopped").into());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// The chart's claims of Kafka and ZooKeeper: nothing reads them any more, and they may hold what somebody wants.
async fn name_unused_claims(context: &Context, cluster: &Cluster, namespace: &str) -> Result<()> {
    let labels = format!("{}=Helm,app.kubernetes.io/name={}", names::MANAGED_BY, names::PART_OF);
    let claims = cluster.list(CLAIM, Some(namespace), &labels).await.map_err(Failure::from)?;
    let claims: Vec<_> = claims.iter().map(Object::name).collect();
    if !claims.is_empty() {
        let claims = claims.join(", ");
        context.ui.note(format!("Claims of the chart that nothing uses any more are left in {namespace}: {claims}"));
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
