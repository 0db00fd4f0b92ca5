//! The image registry of this machine: one container for Docker, kind and k3d. Replaces start-local-registry.sh.
//!
//! It listens on loopback, keeps its images in a volume, and is on the network of every local cluster, where it is called
//! `registry`. It is found by its label; one that the original's script made is used as it is.

mod blueprint;
mod down;
mod look;
pub mod proof;
mod ready;
mod report;
mod status;
mod up;

pub use down::{Down, DownOptions, down};
pub use report::{down as down_text, status as status_text, up as up_text};
pub use status::{Status, status};
pub use up::{Options, PortChoice, Up, attach, up, up_on};

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use crate::client::docker::Docker;
use crate::context::Context;
use crate::error::Result;
use crate::target::local::docker::DockerEngine;
use look::Found;

pub use crate::target::local::docker::labels::REGISTRY as CONTAINER;

/// Name of the volume with the images.
pub const VOLUME: &str = "karctl-registry";

/// Port of the registry in its container, and by which clusters know it.
pub const PORT: u16 = 5000;

/// Name and port of the registry within clusters.
pub const IN_CLUSTER: &str = "registry:5000";

/// Where it listens on this machine.
const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// A registry that runs on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalRegistry {
    /// By which name the developer and the engine know it, such as `localhost:5000`.
    pub host: String,
    /// By which name pods of local clusters know it.
    pub in_cluster: &'static str,
    /// Name of its container.
    pub container: String,
    /// Its port on this machine.
    pub port: u16,
}

impl LocalRegistry {
    fn at(port: u16) -> Self {
        Self { host: format!("localhost:{port}"), in_cluster: IN_CLUSTER, container: CONTAINER.to_owned(), port }
    }

    /// Where it answers on this machine.
    pub fn address(&self) -> SocketAddr {
        SocketAddr::new(LOOPBACK, self.port)
    }
}

/// The registry that runs on the engine of this machine, karctl's own or another of its name; `None` where none runs.
///
/// # Errors
/// When no engine answers.
pub async fn find(context: &Context) -> Result<Option<LocalRegistry>> {
    let engine = DockerEngine::connect(context, None).await?;
    engine.within(&context.deadline, find_on(engine.client())).await
}

/// Networks that the registry is on; none where there is no registry.
///
/// # Errors
/// When the engine does not answer.
pub async fn networks(docker: &Docker) -> Result<Vec<String>> {
    Ok(look::find(docker).await?.map(|found| found.networks()).unwrap_or_default())
}

/// Whether there is a container of the registry's name, running or not.
///
/// # Errors
/// When the engine does not answer.
pub async fn exists(docker: &Docker) -> Result<bool> {
    Ok(look::find(docker).await?.is_some())
}

/// [`find`], on an engine that is connected already.
///
/// # Errors
/// When the engine does not answer.
pub async fn find_on(docker: &Docker) -> Result<Option<LocalRegistry>> {
    let found = look::find(docker).await?.filter(Found::is_running);
    Ok(found.and_then(|found| found.port()).map(LocalRegistry::at))
}
