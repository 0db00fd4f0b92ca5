//! A new authority for the injector's certificate, in steps between which no moment comes where the API server refuses the
//! injector: both authorities are trusted, the new certificate is served by every pod, the former authority goes.
//!
//! How far it came is read off the cluster: the authority's secret, what the webhook's configuration trusts, and what the
//! pods show. So a deploy that was cut is finished by the next one.

use std::time::Duration;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;

use super::desired::Desired;
use super::permission::Permission;
use super::plan::{Plan, Policy, plan};
use super::{inventory, manifests, names};
use crate::certificate;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{NAMESPACE, Object, POD, SECRET};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// How often pods are asked. A kubelet takes up to a minute and a half to pass a changed secret on.
const ASK_AGAIN: Duration = Duration::from_secs(1);

/// What a deploy does at once, or in two stages.
pub struct Stages {
    /// Trusts what is trusted now, too; `None` where that is nothing else.
    pub overlap: Option<Plan>,
    /// What a deploy ends with.
    pub end: Plan,
}

impl Stages {
    /// Works out what is to be done.
    ///
    /// # Errors
    /// As [`plan`].
    pub async fn plan(cluster: &Cluster, desired: &Desired, policy: Policy) -> Result<Self> {
        let inventory = inventory::reference(&desired.cluster.namespace);
        let end = plan(cluster, manifests::objects(desired)?, inventory.clone(), policy).await?;
        let trusted = trusted(&end).unwrap_or_default();
        let overlap = match certificate::overlap(&trusted, &desired.facts.certificate.authority) {
            Some(authorities) => {
                let mut both = desired.clone();
                both.facts.certificate.authorities = authorities;
                Some(plan(cluster, trust_first(manifests::objects(&both)?), inventory, policy).await?)
            }
            None => None,
        };
        Ok(Self { overlap, end })
    }

    /// Whether there is anything to do.
    pub fn is_change(&self) -> bool {
        self.all().any(Plan::is_change)
    }

    /// What is done first.
    pub fn first(&self) -> &Plan {
        self.overlap.as_ref().unwrap_or(&self.end)
    }

    /// What looking at the pods between them needs.
    pub fn permissions(&self, namespace: &str) -> Vec<Permission> {
        let looking = [("list", ""), ("get", "portforward")];
        let looking = looking.map(|(verb, subresource)| Permission::within(verb, POD, subresource, namespace));
        self.overlap.iter().flat_map(|_| looking.clone()).collect()
    }

    /// Every one, in order.
    pub fn all(&self) -> impl Iterator<Item = &Plan> {
        self.overlap.iter().chain([&self.end])
    }
}

/// The certificates that the live webhook's configuration trusts, as PEM.
fn trusted(plan: &Plan) -> Option<String> {
    let webhook = plan.steps.iter().find(|step| is_webhook(&step.object))?;
    let bundle = webhook.live.as_ref()?.text("/webhooks/0/clientConfig/caBundle")?;
    String::from_utf8(BASE64_STANDARD.decode(bundle).ok()?).ok()
}

/// The authority's secret, from which a run that comes after this one knows it; what trusts it; then what is of it.
fn trust_first(mut objects: Vec<Object>) -> Vec<Object> {
    objects.sort_by_key(|object| match object.reference() {
        reference if reference.kind == NAMESPACE.name => 0,
        reference if reference.kind == SECRET.name && reference.name == names::INJECTOR_CA => 1,
        _ if is_webhook(object) => 2,
        _ => 3,
    });
    objects
}

fn is_webhook(object: &Object) -> bool {
    object.name() == names::WEBHOOK
}

/// Whether the former authority can go now: every pod of the injector was seen serving the new certificate. Unless it is
/// only looked at once, that is waited for.
///
/// # Errors
/// When the time is over.
pub async fn may_end(context: &Context, cluster: &Cluster, desired: &Desired, no_wait: bool) -> Result<bool> {
    let step = context.ui.step("Waiting for the injector's new certificate");
    while let Some(error) = unserved(cluster, desired).await? {
        step.detail(error.to_string());
        if no_wait {
            drop(step);
            context.ui.note(format!(
                "Both authorities of the injector stay trusted until a later deploy sees its new certificate ({error})"
            ));
            return Ok(false);
        }
        if context.deadline.left().is_zero() {
            let failure = context.deadline.passed("the injector's new certificate", &error.to_string());
            let failure = failure.hint("run the same command again; it goes on where it stopped");
            return Err(failure.code(Code::WorkloadNotReady).into());
        }
        tokio::time::sleep(ASK_AGAIN).await;
    }
    step.done("Every pod of the injector serves its new certificate");
    Ok(true)
}

/// Why the former authority has to be trusted still: a pod of the injector that does not serve the new certificate, be it
/// one that is starting or on its way out. `None` where all do.
async fn unserved(cluster: &Cluster, desired: &Desired) -> Result<Option<anyhow::Error>> {
    let namespace = &desired.cluster.namespace;
    let labels = format!("app.kubernetes.io/name={},name={}", names::PART_OF, names::INJECTOR);
    let pods = cluster.list(POD, Some(namespace), &labels).await.map_err(Failure::from)?;
    let has_ended = |pod: &Object| matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"));
    let authority = &desired.facts.certificate.authority;
    // The name that API servers ask for.
    let name = format!("{}.{namespace}.svc", names::INJECTOR);
    for pod in pods.iter().filter(|pod| !has_ended(pod)) {
        if let Err(error) = cluster.shake_hands(&pod.reference(), manifests::INJECTOR_PORT, authority, &name).await {
            return Ok(Some(error));
        }
    }
    Ok(None)
}
