//! `karctl k8s undeploy`: everything that karctl made goes, the data stays unless asked otherwise; what is left is named.

mod found;

use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, TryStreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use found::{Found, KINDS, is_kept, is_listed};

use super::connection::permit;
use super::live::AT_A_TIME;
use super::namespaces::Removal;
use super::permission::{Permission, require};
use super::{names, namespaces};
use crate::client::kubernetes::object::{CLAIM, Object, POD, WEBHOOK};
use crate::client::kubernetes::{Cluster, Deletion};
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// How often it is looked whether something is gone.
const LOOK_AGAIN: Duration = Duration::from_millis(300);

/// What an undeploy is told.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// Delete the data too.
    pub delete_data: bool,
    /// Leave the namespace.
    pub keep_namespace: bool,
    /// Do not ask about pods of applications that still run.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What an undeploy did.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Undeployed {
    /// Namespace of the runtime.
    pub namespace: String,
    /// Whether nothing was changed because of `--dry-run`.
    pub dry_run: bool,
    /// Objects that went, such as `StatefulSet kar-system/kar-kafka`.
    pub removed: Vec<String>,
    /// Namespaces that are no longer enabled.
    pub disabled: Vec<String>,
    /// Pods of applications that were attached, `namespace/name`.
    pub attached: Vec<String>,
    /// What is left, and why.
    pub left: Vec<Left>,
}

/// Something that is left.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Left {
    /// Such as `PersistentVolumeClaim kar-system/kar-redis-pvc`.
    pub object: String,
    /// Why.
    pub reason: String,
}

/// Takes the runtime away.
///
/// # Errors
/// When nobody says yes, or something does not go; the same again goes on.
pub async fn undeploy(context: &Context, cluster: &Cluster, namespace: &str, options: Options) -> Result<Undeployed> {
    let mut undeployed =
        Undeployed { namespace: namespace.to_owned(), dry_run: options.dry_run, ..Undeployed::default() };
    let mut found = Found::look(cluster, namespace, options).await?;
    let enabled = namespaces::with_copies(cluster, namespace).await?;
    if found.is_nothing(options) && enabled.is_empty() {
        undeployed.left = found.left(options);
        return Ok(undeployed);
    }
    let attached = namespaces::attached(cluster, &enabled.iter().map(Object::name).collect::<Vec<_>>()).await?;
    undeployed.attached = attached.iter().map(|pod| format!("{}/{}", pod.namespace(), pod.name())).collect();
    let places: Vec<_> = enabled.iter().map(|namespace| namespace.name().to_owned()).collect();
    let removals = namespaces::look_to_disable(cluster, &places).await?;
    let disabling = removals.iter().flat_map(Removal::permissions);
    require(cluster, permissions(&found, namespace, options).into_iter().chain(disabling)).await?;
    if !options.dry_run {
        permit(context, cluster, "Undeploy KAR").await?;
        ask(context, &found, &undeployed.attached, options)?;
    }
    let webhooks: Vec<_> = found.objects.iter().filter(|object| object.0["kind"] == WEBHOOK.name).collect();
    undeployed.removed.extend(remove(cluster, &webhooks, options.dry_run).await?);
    if !options.dry_run {
        let disabling = removals.iter().map(|removal| removal.carry_out(cluster));
        stream::iter(disabling).buffered(AT_A_TIME).try_collect::<Vec<_>>().await?;
    }
    undeployed.disabled = places;
    let step = context.ui.step("Removing the runtime");
    let of_addons: Vec<_> = found.objects.iter().filter(|object| !is_listed(object)).collect();
    undeployed.removed.extend(remove(cluster, &of_addons, options.dry_run).await?);
    for kind in KINDS.iter().filter(|kind| **kind != WEBHOOK && **kind != POD) {
        let of_kind = found.objects.iter().filter(|object| object.0["kind"] == kind.name && !is_kept(object, options));
        let of_kind: Vec<_> = of_kind.collect();
        undeployed.removed.extend(remove(cluster, &of_kind, options.dry_run).await?);
    }
    if !options.dry_run {
        wait_until_gone(context, cluster, namespace).await?;
        // Kubernetes may have made claims meanwhile, and somebody something of theirs.
        found = Found::look(cluster, namespace, options).await?;
    }
    if options.delete_data {
        let claims: Vec<_> = found.claims.iter().collect();
        undeployed.removed.extend(remove(cluster, &claims, options.dry_run).await?);
        if !options.dry_run {
            wait_until_data_is_gone(context, cluster, namespace, &claims).await?;
        }
    }
    finish(context, cluster, &found, &mut undeployed, options).await?;
    let count = undeployed.removed.len();
    match options.dry_run {
        true => step.skip(),
        false => step.done(format!("{count} object{} removed", if count == 1 { "" } else { "s" })),
    }
    Ok(undeployed)
}

/// The inventory and the namespace, which go last.
async fn finish(
    context: &Context,
    cluster: &Cluster,
    found: &Found,
    undeployed: &mut Undeployed,
    options: Options,
) -> Result<()> {
    if let Some(inventory) = &found.inventory {
        undeployed.removed.extend(remove(cluster, &[inventory], options.dry_run).await?);
    }
    undeployed.left = found.left(options);
    if let Some(own) = found.removable_namespace(options) {
        undeployed.removed.extend(remove(cluster, &[own], options.dry_run).await?);
        if !options.dry_run {
            wait_until_replaced(context, cluster, own).await?;
        }
    }
    Ok(())
}

/// Waits until an object is gone, or is another of the same name.
async fn wait_until_replaced(context: &Context, cluster: &Cluster, object: &Object) -> Result<()> {
    let reference = object.reference();
    let uid = object.text("/metadata/uid");
    loop {
        let live = cluster.get(&reference).await.map_err(Failure::from)?;
        if live.is_none_or(|live| live.text("/metadata/uid") != uid) {
            return Ok(());
        }
        if context.deadline.left().is_zero() {
            return Err(context.deadline.passed(&format!("{reference} to go"), "it is being deleted").into());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn ask(context: &Context, found: &Found, attached: &[String], options: Options) -> Result<()> {
    let refused = || Failure::new("nothing was changed, as you said");
    if !attached.is_empty() && !options.force {
        let question = format!("These pods still use it: {}. Undeploy all the same?", namespaces::some_of(attached));
        if !context.ui.confirm(&question, "--force or -y")? {
            return Err(refused().into());
        }
    }
    if options.delete_data && !found.claims.is_empty() {
        let claims: Vec<_> = found.claims.iter().map(Object::name).collect();
        let question = format!("Delete the data of Kafka and Redis for good ({})?", claims.join(", "));
        if !context.ui.confirm(&question, "-y")? {
            return Err(refused().into());
        }
    }
    Ok(())
}

/// What undeploying needs, beside disabling.
fn permissions(found: &Found, namespace: &str, options: Options) -> Vec<Permission> {
    let claims = found.claims.iter().filter(|_| options.delete_data);
    let objects = found.objects.iter().filter(|object| !is_kept(object, options)).chain(claims);
    let deleted = objects.chain(&found.inventory).chain(found.removable_namespace(options));
    let mut permissions: Vec<_> = deleted.filter_map(|object| Permission::on("delete", &object.reference())).collect();
    permissions.push(Permission::within("list", POD, "", namespace));
    permissions
}

/// Deletes objects, and names those that were there.
async fn remove(cluster: &Cluster, objects: &[&Object], dry_run: bool) -> Result<Vec<String>> {
    let removals = objects.iter().map(async |object| {
        let reference = object.reference();
        if !dry_run {
            let uid = object.text("/metadata/uid");
            cluster.delete(&reference, Deletion { uid, is_foreground: false }).await?;
        }
        Ok::<_, crate::client::kubernetes::KubernetesError>(reference.to_string())
    });
    Ok(try_join_all(removals).await.map_err(Failure::from)?)
}

/// A claim goes once no pod uses it, not when it is deleted; until then nothing can be deployed that is to use another of
/// its name.
async fn wait_until_data_is_gone(
    context: &Context,
    cluster: &Cluster,
    namespace: &str,
    claims: &[&Object],
) -> Result<()> {
    let is_deleted =
        |live: &Object| claims.iter().any(|claim| claim.text("/metadata/uid") == live.text("/metadata/uid"));
    let labels = format!("app.kubernetes.io/name={}", names::PART_OF);
    while !claims.is_empty() {
        let live = cluster.list(CLAIM, Some(namespace), &labels).await.map_err(Failure::from)?;
        let Some(claim) = live.into_iter().find(is_deleted) else { break };
        if context.deadline.left().is_zero() {
            let passed = context.deadline.passed("the data to go", &format!("{} is still there", claim.reference()));
            return Err(passed
                .hint("a pod that uses it keeps it: end that pod, and run the same command again")
                .into());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    Ok(())
}

/// Pods end in their own time; until then they hold the data.
async fn wait_until_gone(context: &Context, cluster: &Cluster, namespace: &str) -> Result<()> {
    let labels = format!("app.kubernetes.io/name={}", names::PART_OF);
    loop {
        let pods = cluster.list(POD, Some(namespace), &labels).await.map_err(Failure::from)?;
        let Some(pod) = pods.first() else { return Ok(()) };
        if context.deadline.left().is_zero() {
            return Err(context
                .deadline
                .passed("the pods to end", &format!("{} is still there", pod.reference()))
                .hint("run the same command again; it goes on where it stopped")
                .status(Status::TimedOut)
                .into());
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}
