//! Clusters: those that karctl changed, and those of this machine's engine.

use futures_util::future::join_all;
use tokio::time::timeout;

use super::{Health, Members, Place, PlaceKind, aside};
use crate::context::Context;
use crate::error::Result;
use crate::target::cluster::{self, Listed};
use crate::target::kubernetes::connection::{Pinned, Selection, connect, context_names};
use crate::target::kubernetes::status::{ClusterStatus, status};

/// Looks at every cluster, by the name of its context.
pub async fn clusters(
    context: &Context,
    namespace: &str,
    mut known: Vec<(String, Pinned)>,
    members: &Members,
) -> Vec<Place> {
    // Whether a cluster was stopped is known by the engine only, so that it is asked first, and not for long.
    let listed = timeout(context.deadline.left() / 3, cluster::list(context)).await;
    let listed = listed.ok().and_then(Result::ok).map(|clusters| clusters.clusters).unwrap_or_default();
    let mut take = |listed: &Listed| {
        let selection = cluster::selection(context, listed).ok();
        let is_it = |pinned: &Pinned| selection.as_ref().is_none_or(|chosen| pinned.is_meant_by(context, chosen, None));
        let at = known.iter().position(|(name, pinned)| *name == listed.context && is_it(pinned))?;
        Some(known.remove(at).1)
    };
    let local: Vec<_> = listed.into_iter().map(|listed| (take(&listed), listed)).collect();
    let known = without_lost(known);
    let looks = local.into_iter().map(async |(pinned, listed)| {
        let member = members.cluster(context, &listed.context, pinned.as_ref());
        Some(Place { member, ..local_cluster(context, namespace, pinned, listed).await? })
    });
    let names: Vec<_> = known.iter().map(|(name, _)| name.clone()).collect();
    let is_several = |name: &str| names.iter().filter(|known| *known == name).count() > 1;
    let remote = known.into_iter().map(async |(name, pinned)| {
        let member = members.cluster(context, &name, Some(&pinned));
        let file = pinned.kubeconfig().filter(|_| is_several(&name)).map(|file| format!(" ({})", file.display()));
        let place = remembered(context, namespace, name, pinned).await?;
        Some(Place { member, summary: place.summary.clone() + &file.unwrap_or_default(), ..place })
    });
    let (local, remote) = tokio::join!(join_all(looks), join_all(remote));
    let mut places: Vec<_> = local.into_iter().chain(remote).flatten().collect();
    places.sort_by(|a, b| a.name.cmp(&b.name));
    places
}

/// Of several kubeconfigs with a context of one name, those that are there; one where none is.
fn without_lost(known: Vec<(String, Pinned)>) -> Vec<(String, Pinned)> {
    let is_there = |pinned: &Pinned| pinned.kubeconfig().is_none_or(std::path::Path::exists);
    let (mut there, lost): (Vec<_>, Vec<_>) = known.into_iter().partition(|(_, pinned)| is_there(pinned));
    for (name, pinned) in lost {
        if there.iter().all(|(known, _)| *known != name) {
            there.push((name, pinned));
        }
    }
    there
}

/// A cluster of this machine's engine.
async fn local_cluster(context: &Context, namespace: &str, pinned: Option<Pinned>, listed: Listed) -> Option<Place> {
    let place = |state, summary: &str| Place::new(PlaceKind::Cluster, &listed.context, state, summary);
    let start = vec![format!("`karctl cluster start {}` starts it", listed.name)];
    match listed.state {
        "running" => {
            let selection = match cluster::selection(context, &listed) {
                Ok(selection) => selection,
                Err(error) => return Some(Place::failed(PlaceKind::Cluster, &listed.context, &error)),
            };
            look_aside(context, namespace, selection, listed.context, pinned).await
        }
        "stopped" => Some(Place { hints: start, ..place(Health::Stopped, "its nodes are stopped") }),
        "gone" => Some(place(Health::Gone, "the engine does not have it any more")),
        "half made" => {
            let again = vec!["the same `karctl cluster create` again finishes it".to_owned()];
            Some(Place { hints: again, ..place(Health::Unhealthy, "making it was interrupted") })
        }
        _ => Some(Place { hints: start, ..place(Health::Unhealthy, "some of its nodes are stopped") }),
    }
}

/// A cluster that karctl changed once.
async fn remembered(context: &Context, namespace: &str, name: String, pinned: Pinned) -> Option<Place> {
    let selection = pinned.selection(context, &name);
    if !context_names(&context.environment, &selection).contains(&name) {
        let summary = "its context is no longer in the kubeconfig";
        return Some(Place::new(PlaceKind::Cluster, name, Health::Gone, summary));
    }
    look_aside(context, namespace, selection, name, Some(pinned)).await
}

async fn look_aside(
    context: &Context,
    namespace: &str,
    selection: Selection,
    name: String,
    pinned: Option<Pinned>,
) -> Option<Place> {
    let (own, namespace) = (context.clone(), namespace.to_owned());
    let look = async move || {
        let cluster = connect(&own, &selection).await?;
        if let Some(pinned) = pinned {
            pinned.recognise(&cluster).await?;
        }
        Ok(Some(judge(status(&cluster, &namespace).await?)))
    };
    aside(context, PlaceKind::Cluster, &name, look).await
}

fn judge(status: ClusterStatus) -> Place {
    let version = &status.server_version;
    let (state, summary) = match (status.is_deployed, status.problems.as_slice()) {
        (_, [problem, others @ ..]) => {
            let others = if others.is_empty() { String::new() } else { format!(" (and {} more)", others.len()) };
            (Health::Unhealthy, format!("{problem}{others}"))
        }
        (true, []) => {
            let release = status.release.as_deref().unwrap_or("of an unknown release");
            let managed = status.managed_key.as_ref().map(|key| format!(", services of {key}")).unwrap_or_default();
            (Health::Healthy, format!("KAR {release} on Kubernetes {version}{managed}"))
        }
        (false, []) => (Health::Healthy, format!("KAR is not deployed, Kubernetes {version}")),
    };
    Place { namespaces: status.enabled, ..Place::new(PlaceKind::Cluster, status.context, state, summary) }
}
