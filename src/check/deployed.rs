//! What a runtime that is deployed should be like for the pods of applications. Pure.

use super::Finding;
use super::cluster::{Cluster, Runtime, Told};
use super::fix::Fix;
use super::kubernetes::{runtime, untold};

/// So many things are named; of more, their number is told.
const MOST_NAMED: usize = 5;

pub(super) fn webhook(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    let injector = runtime.components.iter().find(|(name, _)| name == "kar-injector");
    match (&runtime.webhook, injector) {
        (_, Some((_, Some(_)))) => Finding::Skipped("the injector is not ready".to_owned()),
        (Some(why), _) => Finding::Bad(why.clone(), Vec::new()),
        (None, _) => Finding::Fine("the API server asks the injector, and trusts its certificate".to_owned()),
    }
}

pub(super) fn releases(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    match &runtime.releases {
        None => Finding::Skipped("the releases of the runtime and of a `kar` on PATH are not both known".to_owned()),
        Some((deployed, here)) if deployed == here => Finding::Fine(format!("release {deployed} runs, as on PATH")),
        Some((deployed, here)) => {
            Finding::Bad(format!("release {deployed} runs, and the `kar` on PATH is {here}"), Vec::new())
        }
    }
}

pub(super) fn configuration(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    match runtime.misunderstood.is_empty() {
        true => Finding::Fine("`kar` understands the configuration that pods are given".to_owned()),
        false => Finding::Bad(runtime.misunderstood.join("; "), Vec::new()),
    }
}

pub(super) fn system(cluster: &Cluster) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    match runtime.system.is_empty() {
        true => Finding::Fine("no namespace of the cluster or the runtime is enabled".to_owned()),
        false => Finding::Bad(format!("enabled, and of the cluster itself: {}", runtime.system.join(", ")), Vec::new()),
    }
}

/// Judges pods that should not be there.
fn without(cluster: &Cluster, told: impl Fn(&Runtime) -> &Told<Vec<String>>, (fine, bad): (&str, &str)) -> Finding {
    let runtime = match runtime(cluster) {
        Ok(runtime) => runtime,
        Err(finding) => return finding,
    };
    match told(runtime) {
        Err(reason) => untold("pods", reason),
        Ok(pods) if pods.is_empty() => Finding::Fine(fine.to_owned()),
        Ok(pods) => {
            let more = pods.len().saturating_sub(MOST_NAMED);
            let named = pods.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            Finding::Bad(format!("{bad} {named}{more}"), Vec::new())
        }
    }
}

pub(super) fn injected(cluster: &Cluster) -> Finding {
    let words = ("every pod that asks for it is injected", "not injected, though they ask for it:");
    without(cluster, |runtime| &runtime.uninjected, words)
}

pub(super) fn limits(cluster: &Cluster) -> Finding {
    let words = (
        "no pod of an application without a limit of memory is on a node that runs out of something",
        "on a node that runs out of something, without a limit of memory:",
    );
    without(cluster, |runtime| &runtime.unlimited, words)
}

/// The runtime, where it is known and deployed.
fn known(cluster: &Cluster) -> Option<&Runtime> {
    runtime(cluster).ok()
}

/// A workload that is gone is brought back; one that waits for something else would wait again.
pub(super) fn bring_back(cluster: &Cluster) -> Option<Fix> {
    let is_gone = |(_, lack): &(String, Option<String>)| lack.as_deref() == Some("gone");
    known(cluster)?.components.iter().any(is_gone).then_some(Fix::Deploy)
}

pub(super) fn renew(_: &Cluster) -> Option<Fix> {
    Some(Fix::Deploy)
}

pub(super) fn copy(cluster: &Cluster) -> Option<Fix> {
    let stale = known(cluster)?.enabled.iter().filter(|(_, is_current)| !is_current).map(|(name, _)| name.clone());
    Some(Fix::CopyConfiguration(stale.collect()))
}

pub(super) fn disable(cluster: &Cluster) -> Option<Fix> {
    Some(Fix::DisableNamespaces(known(cluster)?.system.clone()))
}
