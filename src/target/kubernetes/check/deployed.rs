//! What runs, and what pods of applications are given.

use super::nodes;
use super::webhooks::is_served;
use crate::certificate;
use crate::check::Reason;
use crate::check::cluster::{Runtime, Told};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{Object, POD, Reference, SECRET, WEBHOOK};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::inject::APP;
use crate::runtime_config::NAMES;
use crate::runtime_config::parse::{self, Problem};
use crate::settings::Settings;
use crate::target::kubernetes::live::Live;
use crate::target::kubernetes::{facts, names, namespaces, release, status};

/// What runs in a namespace, and how pods of enabled namespaces are.
pub async fn look(
    context: &Context,
    cluster: &Cluster,
    settings: &Settings,
    all_nodes: &Told<Vec<(Object, Option<String>)>>,
) -> Told<Runtime> {
    let namespace = settings.kubernetes.namespace.as_str();
    let of = |error: anyhow::Error| Reason::of(&error);
    let status = status::status(cluster, namespace).await.map_err(of)?;
    let component = |component: status::Component| (component.name, (!component.is_ready).then_some(component.state));
    let enabled: Vec<_> = status.enabled.iter().map(|enabled| enabled.name.as_str()).collect();
    let (webhook, misunderstood, pods, here) = tokio::join!(
        webhook(cluster, namespace, settings),
        misunderstood(cluster, namespace, &enabled),
        pods(cluster, &enabled),
        release::on_path(context),
    );
    Ok(Runtime {
        is_deployed: status.is_deployed,
        components: status.components.into_iter().map(component).collect(),
        certificate_days: status.certificate_days_left,
        system: enabled
            .iter()
            .filter(|name| namespaces::is_system(namespace, name))
            .map(|name| (*name).to_owned())
            .collect(),
        misunderstood: misunderstood.map_err(of)?,
        webhook: if status.is_deployed { webhook.map_err(of)? } else { None },
        uninjected: names_of(&pods, |pod| asks_for_injection(pod) && !namespaces::is_attached(pod)),
        unlimited: names_of(&pods, |pod| {
            namespaces::is_attached(pod) && lacks_limit(pod) && is_on_full_node(pod, all_nodes)
        }),
        releases: status.release.zip(here),
        enabled: status.enabled.into_iter().map(|enabled| (enabled.name, enabled.is_current)).collect(),
    })
}

async fn pods(cluster: &Cluster, namespaces: &[&str]) -> Told<Vec<Object>> {
    Live::labelled(cluster, POD, namespaces, "").await.map_err(|error| Reason::of(&error))
}

fn names_of(pods: &Told<Vec<Object>>, is_meant: impl Fn(&Object) -> bool) -> Told<Vec<String>> {
    let pods = pods.as_ref().map_err(Clone::clone)?;
    let meant = pods.iter().filter(|pod| is_meant(pod));
    Ok(meant.map(|pod| format!("{}/{}", pod.namespace(), pod.name())).collect())
}

/// A pod that lives, and whose annotations make it part of an application.
fn asks_for_injection(pod: &Object) -> bool {
    pod.annotation(APP).is_some_and(|app| !app.is_empty())
        && !pod.is_terminating()
        && !matches!(pod.text("/status/phase"), Some("Succeeded" | "Failed"))
}

fn lacks_limit(pod: &Object) -> bool {
    pod.list("/spec/containers").iter().any(|container| container["resources"]["limits"]["memory"].is_null())
}

fn is_on_full_node(pod: &Object, all: &Told<Vec<(Object, Option<String>)>>) -> bool {
    let mut nodes = all.iter().flatten();
    nodes.any(|(node, _)| pod.text("/spec/nodeName") == Some(node.name()) && !nodes::pressures(node).is_empty())
}

/// Why pods are not injected, or refused, though the injector is ready.
async fn webhook(cluster: &Cluster, namespace: &str, settings: &Settings) -> Result<Option<String>> {
    let found = cluster.get(&Reference::new(WEBHOOK, "", names::WEBHOOK)).await.map_err(Failure::from)?;
    let Some(configuration) = found else {
        return Ok(Some(format!(
            "the MutatingWebhookConfiguration {} is gone, so nobody asks the injector",
            names::WEBHOOK
        )));
    };
    if is_served(cluster, namespace, names::INJECTOR).await == Some(false) {
        return Ok(Some(format!("no pod is behind the service {namespace}/{}", names::INJECTOR)));
    }
    let tls = facts::secret(cluster, namespace, names::INJECTOR_TLS).await?;
    let Some(leaf) = tls.and_then(|secret| facts::value(&secret, "tls.crt")) else { return Ok(None) };
    let trusted = configuration.text("/webhooks/0/clientConfig/caBundle").and_then(facts::decoded).unwrap_or_default();
    let name = certificate::names(namespace, &settings.kubernetes.cluster_domain).swap_remove(1);
    // One that has ended is told of by itself.
    let at = certificate::inspect(&leaf).map_or_else(|_| jiff::Timestamp::now(), |inspected| inspected.not_before);
    let verified = certificate::verify(&trusted, &leaf, &name, at);
    Ok(verified.err().map(|_| "the webhook does not trust the certificate that the injector has".to_owned()))
}

/// What `kar` would not understand of the runtime's configuration, and of its copies where they differ.
async fn misunderstood(cluster: &Cluster, namespace: &str, enabled: &[&str]) -> Result<Vec<String>> {
    let place = |namespace: &str| Reference::new(SECRET, namespace, names::RUNTIME_CONFIG);
    let places: Vec<_> = std::iter::once(namespace).chain(enabled.iter().copied()).map(place).collect();
    let found = Live::read(cluster, &places).await?;
    let source = found.get(&places[0]).and_then(|secret| secret.at("/data"));
    let mut problems = Vec::new();
    for (index, place) in places.iter().enumerate() {
        let Some(secret) = found.get(place) else { continue };
        if index > 0 && secret.at("/data") == source {
            continue;
        }
        let (_, unread) = parse::read(|name| facts::value(secret, &name.to_lowercase()));
        let namespace = secret.namespace();
        problems
            .extend(ends_of_lines(secret, &unread).map(|name| format!("{name} ends with a line end (in {namespace})")));
        problems
            .extend(unread.iter().map(|problem| format!("{} {} (in {namespace})", problem.variable, problem.message)));
    }
    Ok(problems)
}

/// Values that end with a line end, as those that an editor or `echo` wrote, and that are not told of already. In Base64 it
/// does no harm.
fn ends_of_lines(secret: &Object, told: &[Problem]) -> impl Iterator<Item = &'static str> {
    let ends = |name: &&'static str| {
        *name != "REDIS_CA"
            && facts::value(secret, &name.to_lowercase()).is_some_and(|value| value.ends_with('\n'))
            && told.iter().all(|problem| problem.variable != *name)
    };
    NAMES.iter().copied().filter(ends)
}
