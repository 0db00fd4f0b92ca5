//! Ports that a container engine publishes on this machine: whether it can, and who holds one, as the engine tells, else the
//! machine.

use std::net::{IpAddr, SocketAddr, TcpListener, ToSocketAddrs};

use crate::client::docker::{Address, Docker, DockerError};
use crate::client::port;
use crate::code::Code;
use crate::error::{Failure, Result};

/// Refuses an engine on another machine: what it publishes on its loopback is not reached from here. `what` follows "where".
///
/// # Errors
/// When it is one.
pub fn require_this_machine(docker: &Docker, what: &str) -> Result<()> {
    let endpoint = docker.endpoint();
    match &endpoint.address {
        Address::Tcp { authority, .. } if !is_of_this_machine(authority) => {
            Err(Failure::new(format!("the container engine at {endpoint} is on another machine, where {what}"))
                .hint("run karctl on that machine, or take the engine of this one: unset DOCKER_HOST, or `docker context use default`")
                .code(Code::EngineElsewhere)
                .into())
        }
        _ => Ok(()),
    }
}

/// Whether `host:port` is an address that this machine has. What cannot be looked up is said to be none of it.
fn is_of_this_machine(authority: &str) -> bool {
    let is_own = |ip: IpAddr| ip.is_loopback() || TcpListener::bind(SocketAddr::new(ip, 0)).is_ok();
    authority.to_socket_addrs().is_ok_and(|mut addresses| addresses.any(|address| is_own(address.ip())))
}

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_machine_is_told_from_this_one() {
        assert!(is_of_this_machine("127.0.0.1:2375"));
        assert!(is_of_this_machine("localhost:2375"));
        // Of class E, which no machine can have (RFC 1112).
        assert!(!is_of_this_machine("240.0.0.1:2375"));
    }
}
