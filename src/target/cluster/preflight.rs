//! What is looked at before a cluster is made: each thing that would make it fail half-way has its own error.

use std::net::IpAddr;
use std::path::Path;

use super::configuration;
use crate::client::docker::Docker;
use crate::client::{disk, memory, port};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::engine_port::holder;

/// Memory of a control plane, and of each further node, as measured with kind and two pods on each.
const CONTROL_PLANE_MEMORY: u64 = 512 << 20;
const NODE_MEMORY: u64 = 128 << 20;

/// What the kernel's own limits are to be, for many nodes with many pods.
/// <https://kind.sigs.k8s.io/docs/user/known-issues/#pod-errors-due-to-too-many-open-files>
const INOTIFY_INSTANCES: u64 = 512;
const INOTIFY_WATCHES: u64 = 524_288;

/// What each node takes of them, at the least: kubelet, containerd, systemd and what runs in pods.
const INSTANCES_OF_NODE: u64 = 40;

/// Where Linux tells them.
const INOTIFY: &str = "/proc/sys/fs/inotify";

/// Checks the machine for a cluster of so many nodes, its control plane included.
///
/// # Errors
/// When a port is taken or the disk is full. What may do all the same is a warning.
pub async fn check(context: &Context, docker: &Docker, bind: IpAddr, nodes: u64) -> Result<()> {
    refuse_taken_ports(docker, bind).await?;
    let host = docker.host().await?;
    // The engine may be on another machine, in a virtual one for instance; then its folder is not here.
    if let Some(folder) = host.folder.as_deref().map(Path::new).filter(|folder| folder.is_dir()) {
        disk::require(folder)?;
    }
    let needed = CONTROL_PLANE_MEMORY + (nodes - 1) * NODE_MEMORY;
    let available = [memory::available(), host.memory].into_iter().flatten().min();
    if let Some(available) = available.filter(|available| *available < needed) {
        context.ui.warn(format!(
            "{} MiB of memory are free, and {} about {} MiB before anything runs there (`karctl explain {}`)",
            available >> 20,
            if nodes == 1 { "one node takes".to_owned() } else { format!("{nodes} nodes take") },
            needed >> 20,
            Code::MemoryLow
        ));
    }
    warn_of_inotify(context, nodes);
    Ok(())
}

async fn refuse_taken_ports(docker: &Docker, bind: IpAddr) -> Result<()> {
    for mapping in configuration::ports() {
        if !port::is_free(bind, mapping.host) {
            let holder = holder(docker, mapping.host).await;
            let what = format!("port {}, which leads to {} of a cluster, is taken{holder}", mapping.host, mapping.what);
            return Err(Failure::new(what)
                .hint("end its holder: `karctl local down` an instance on this machine, `karctl cluster stop` another cluster")
                .hint("to have other ports, give a configuration of your own with --provider-config")
                .code(Code::ClusterPortTaken)
                .into());
        }
    }
    Ok(())
}

/// Nodes share the kernel's limits with everything else on the machine.
fn warn_of_inotify(context: &Context, nodes: u64) {
    let limit = |name: &str| -> Option<u64> {
        std::fs::read_to_string(Path::new(INOTIFY).join(name)).ok()?.trim().parse().ok()
    };
    let Some(instances) = limit("max_user_instances") else { return };
    let watches = limit("max_user_watches").unwrap_or(u64::MAX);
    if instances >= nodes * INSTANCES_OF_NODE && watches >= nodes * (INOTIFY_WATCHES / 64) {
        return;
    }
    context.ui.warn(format!(
        "the kernel's limits of inotify are low for {nodes} {} ({instances} instances, {watches} watches); raise them \
         with `sudo sysctl fs.inotify.max_user_instances={INOTIFY_INSTANCES} fs.inotify.max_user_watches={INOTIFY_WATCHES}` \
         (`karctl explain {}`)",
        if nodes == 1 { "node" } else { "nodes" },
        Code::InotifyLow
    ));
}
