//! Who holds a port of this machine, where a container engine was to publish it: as the engine tells, else the machine.

use crate::client::docker::{Docker, DockerError};
use crate::client::port;

/// Whether the engine could not publish a port. It has no status for this: Docker's, the kernel's and Windows' words, the
/// kernel's also by Podman.
pub fn is_about_a_port(error: &DockerError) -> bool {
    const WORDS: [&str; 3] =
        ["port is already allocated", "address already in use", "forbidden by its access permissions"];
    error.refusal().is_some_and(|message| WORDS.iter().any(|words| message.contains(words)))
}

/// ` by container x` or ` by redis-server (pid 7)`, to follow "is taken"; empty where nobody tells.
pub async fn holder(docker: &Docker, port: u16) -> String {
    match publisher(docker, port).await {
        Some(container) => format!(" by container {container}"),
        None => port::holder_of(port).map(|holder| format!(" by {holder}")).unwrap_or_default(),
    }
}

/// The container that publishes a port.
async fn publisher(docker: &Docker, port: u16) -> Option<String> {
    let containers = docker.containers(&[]).await.ok()?;
    let publishes = containers
        .into_iter()
        .find(|container| container.ports.iter().flatten().any(|published| published.public_port == Some(port)))?;
    Some(publishes.names?.first()?.trim_start_matches('/').to_owned())
}
