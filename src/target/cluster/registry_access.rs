//! The way of a cluster's nodes to the registry of this machine, under both of its names.

use std::time::Duration;

use serde_json::json;

use super::configuration::registry_hosts;
use super::look::Found;
use super::model::Provider;
use crate::client::docker::{Archive, Docker, Entry, Owner};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{CONFIG_MAP, Object, Reference};
use crate::code::Code;
use crate::context::Deadline;
use crate::error::{Failure, OrFail, Result};
use crate::render::{CLUSTER_HOSTS, context};
use crate::target::registry::{self, LocalRegistry, proof};

/// Where containerd looks for the hosts of a registry, in a node.
/// <https://github.com/containerd/containerd/blob/v2.1.0/docs/hosts.md>
const HOSTS: &str = "/etc/containerd";

/// Where a cluster says how its nodes reach a registry of its user's machine.
/// <https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/1755-communicating-a-local-registry>
const HOSTING: (&str, &str, &str) = ("kube-public", "local-registry-hosting", "localRegistryHosting.v1");

/// What `crictl pull` says of success, also where the image was there.
/// <https://github.com/kubernetes-sigs/cri-tools/blob/v1.33.0/cmd/crictl/image.go>
const PULLED: &str = "Image is up to date for";

/// The processor of an engine that does not tell.
const AMD64: &str = "amd64";

/// Pause between two questions of a node.
const RETRY: Duration = Duration::from_millis(500);

/// Time for a node to pull or remove an image of nothing.
const PULL_LIMIT: Duration = Duration::from_secs(30);

/// Puts the registry on the cluster's network, and tells kind's nodes where it is; k3d's were told when they were made.
/// Says whether anything was changed.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn ensure_way(docker: &Docker, found: &Found, registry: &LocalRegistry) -> Result<bool> {
    let mut is_changed = !registry::attach(docker).await?.is_empty();
    if found.provider == Provider::Kind {
        for node in found.members() {
            for host in registry_hosts(registry.port) {
                is_changed |= ensure_hosts_file(docker, &node.container, &host).await?;
            }
        }
    }
    Ok(is_changed)
}

/// containerd reads it at each pull.
async fn ensure_hosts_file(docker: &Docker, node: &str, host: &str) -> Result<bool> {
    let content = CLUSTER_HOSTS.render(context! { host, registry => registry::IN_CLUSTER })?;
    let folder = format!("certs.d/{host}");
    let file = format!("{folder}/hosts.toml");
    let there = docker.download(node, &format!("{HOSTS}/{file}")).await?;
    if there.as_deref() == Some(content.as_bytes()) {
        return Ok(false);
    }
    let owner = Owner::default();
    let archive = Archive::pack([
        Entry { path: "certs.d", mode: 0o755, owner, content: None },
        Entry { path: &folder, mode: 0o755, owner, content: None },
        Entry { path: &file, mode: 0o644, owner, content: Some(content.as_bytes()) },
    ])?;
    docker.upload(node, HOSTS, &archive).await?;
    Ok(true)
}

/// Says on the cluster how the registry is reached. Says whether anything was changed.
///
/// # Errors
/// When the API server refuses.
pub async fn ensure_announcement(cluster: &Cluster, registry: &LocalRegistry) -> Result<bool> {
    let (namespace, name, key) = HOSTING;
    let text = format!(
        "host: \"{}\"\nhostFromContainerRuntime: \"{in_cluster}\"\nhostFromClusterNetwork: \"{in_cluster}\"\n\
         help: \"https://github.com/kubernetes/enhancements/tree/master/keps/sig-cluster-lifecycle/generic/\
         1755-communicating-a-local-registry\"\n",
        registry.host,
        in_cluster = registry.in_cluster,
    );
    let reference = Reference::new(CONFIG_MAP, namespace, name);
    let there = cluster.get(&reference).await.map_err(Failure::from)?;
    if there.is_some_and(|there| there.entry("/data", key) == Some(&text)) {
        return Ok(false);
    }
    let wanted = Object(json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": name, "namespace": namespace},
        "data": {key: text},
    }));
    // k3d and its kin may have written one.
    cluster.apply(&wanted, true, false).await.map_err(Failure::from)?;
    Ok(true)
}

/// Has a node pull an image of the registry, under each of its names, and removes it again.
///
/// # Errors
/// When the registry does not take the image, or it is not pulled until the deadline: with the node's own words.
pub async fn prove(docker: &Docker, found: &Found, registry: &LocalRegistry, deadline: &Deadline) -> Result<()> {
    let Some(node) = found.members().last() else { return Ok(()) };
    let processor = docker.host().await?.processor.unwrap_or_else(|| AMD64.to_owned());
    let image = proof::put(registry, &processor).await?;
    for host in registry_hosts(registry.port) {
        let image = format!("{host}/{image}");
        pull(docker, &node.container, &image, deadline).await.or_fail(|| {
            Failure::new(format!("node {} does not pull from the registry as {host}", node.container))
                .hint("`karctl registry status` says whether the registry answers, and the networks it is on")
                .code(Code::ClusterNotReady)
        })?;
        docker.run(&node.container, &["crictl", "rmi", &image], PULL_LIMIT).await?;
    }
    Ok(())
}

/// A node that has just come up may not know its names yet.
async fn pull(docker: &Docker, node: &str, image: &str, deadline: &Deadline) -> Result<()> {
    loop {
        let said = docker.run(node, &["crictl", "pull", image], PULL_LIMIT).await?.unwrap_or_default();
        if said.contains(PULLED) {
            return Ok(());
        }
        if deadline.left().is_zero() {
            let last = said.lines().map(str::trim).rfind(|line| !line.is_empty()).unwrap_or("it said nothing");
            return Err(Failure::new(last).into());
        }
        tokio::time::sleep(RETRY).await;
    }
}
