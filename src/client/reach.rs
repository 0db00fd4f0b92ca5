//! Whether a port can be connected to, and which of the steps to it fails: the name, the way, or that nobody listens.
//! Knows nothing of what is spoken there.

use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;

/// Why there is no connection.
#[derive(Debug)]
pub enum Unreached {
    /// The name has no address here.
    Unnamed {
        /// The name.
        host: String,
        /// What the resolver said; `None` where it did not answer.
        cause: Option<io::Error>,
    },
    /// The address answers, and nobody listens at the port.
    Refused(SocketAddr),
    /// Nothing came back within this time: something on the way drops what is sent.
    Dropped(SocketAddr, Duration),
    /// There is no way to the address.
    Unroutable(SocketAddr, io::Error),
}

impl fmt::Display for Unreached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unnamed { host, cause: None } => write!(f, "nobody says which address {host} has"),
            Self::Unnamed { host, cause: Some(cause) } => write!(f, "{host} is no name that is known: {cause}"),
            Self::Refused(address) => write!(f, "nothing listens at {address}"),
            Self::Dropped(address, after) => {
                write!(f, "what is sent to {address} comes to nothing: no answer within {after:?}")
            }
            Self::Unroutable(address, cause) => write!(f, "there is no way to {address}: {cause}"),
        }
    }
}

impl std::error::Error for Unreached {}

/// Connects to a port and hangs up. Of several addresses of a name the first that answers counts.
///
/// # Errors
/// The step that fails; of several addresses, what became of the last.
pub async fn reach(host: &str, port: u16, limit: Duration) -> Result<SocketAddr, Unreached> {
    let unnamed = |cause| Unreached::Unnamed { host: host.to_owned(), cause };
    let found = timeout(limit, lookup_host((host.trim_matches(['[', ']']), port))).await;
    let addresses = found.map_err(|_| unnamed(None))?.map_err(|cause| unnamed(Some(cause)))?;
    let mut last = unnamed(None);
    for address in addresses {
        match timeout(limit, TcpStream::connect(address)).await {
            Ok(Ok(_)) => return Ok(address),
            Ok(Err(error)) if error.kind() == io::ErrorKind::ConnectionRefused => last = Unreached::Refused(address),
            Ok(Err(error)) if error.kind() == io::ErrorKind::TimedOut => last = Unreached::Dropped(address, limit),
            Ok(Err(error)) => last = Unreached::Unroutable(address, error),
            Err(_) => last = Unreached::Dropped(address, limit),
        }
    }
    Err(last)
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn a_port_that_listens_is_reached_and_one_that_does_not_refuses() {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound");
        assert_eq!(reach("127.0.0.1", address.port(), LIMIT).await.expect("reached"), address);
        drop(listener);
        let refused = reach("127.0.0.1", address.port(), LIMIT).await.expect_err("nobody listens");
        assert!(matches!(refused, Unreached::Refused(at) if at == address), "{refused}");
    }

    #[tokio::test]
    async fn a_name_without_an_address_is_told_from_a_port_without_a_listener() {
        // RFC 6761 promises that it never resolves.
        let unnamed = reach("kafka.invalid", 9092, LIMIT).await.expect_err("no name");
        assert!(matches!(unnamed, Unreached::Unnamed { .. }), "{unnamed}");
        assert!(unnamed.to_string().contains("kafka.invalid"));
    }
}
