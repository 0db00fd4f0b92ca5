//! A registry of images through its HTTP API, the distribution specification of the OCI
//! (<https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md>): Docker's own registry and what speaks like it.
//!
//! One method a request. Reading and putting manifests may be repeated and is, with patience where the registry asks for
//! it; an upload that was cut is asked for where it stands, and goes on there. Registries on loopback may speak plain HTTP;
//! others must not, unless that was asked for. What is pushed where, and why, is the caller's.

mod blob;
mod call;
mod challenge;
mod error;
mod image;
pub mod manifest;
mod reference;
mod trust;
mod upload;

use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;

pub use blob::{Blob, Content};
pub use error::{Kind, RegistryError, Result};
pub use reference::{Reference, host_of, is_digest};
pub use trust::Trust;
pub use upload::{Begun, Sent};

use crate::redacted::Secret;

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Login {
    /// A user and a password.
    Password {
        /// The user.
        user: String,
        /// The password.
        password: Secret,
    },
    /// A token that stands for both, which is exchanged for others.
    Token(Secret),
}

/// How a registry is spoken to.
#[derive(Clone, Debug)]
pub struct Options {
    /// Who asks, where that is known; most registries let everybody read.
    pub login: Option<Login>,
    /// Whether plain HTTP is allowed also beyond this machine.
    pub allows_plain_http: bool,
    /// Certificates beside those of the system.
    pub trust: Trust,
    /// A request in which nothing moves for so long is given up.
    pub stall: Duration,
}

/// A registry; clones share connections and logins.
#[derive(Clone)]
pub struct Registry {
    shared: Arc<Shared>,
}

struct Shared {
    /// Host and port.
    host: String,
    options: Options,
    /// Found with the first answer.
    scheme: Mutex<Option<Scheme>>,
    /// Without certificates, which take long to read.
    plain: OnceLock<reqwest::Client>,
    secure: OnceLock<reqwest::Client>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Scheme {
    Http,
    Https,
}

/// What a repository is opened for; registries give a token for this much.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Reading.
    Pull,
    /// Reading and writing.
    Push,
}

/// One repository of a registry; clones share its token.
#[derive(Clone)]
pub struct Repository {
    registry: Registry,
    /// `kar/hello`; empty for the registry as a whole.
    name: String,
    access: Access,
    /// The header that the registry wants, once it has said so.
    authorization: Arc<Mutex<Option<Secret>>>,
}

impl Registry {
    /// The registry at a host such as `localhost:5000`. Nothing is sent yet.
    pub fn new(host: impl Into<String>, options: Options) -> Self {
        let shared = Shared {
            host: host.into(),
            options,
            scheme: Mutex::default(),
            plain: OnceLock::new(),
            secure: OnceLock::new(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// Host and port.
    pub fn host(&self) -> &str {
        &self.shared.host
    }

    /// Whether it is on this machine, so that nobody else can listen and bytes cost next to nothing.
    pub fn is_on_loopback(&self) -> bool {
        is_loopback(&self.shared.host)
    }

    /// Whether it takes the login, found out as `docker login` does: the root of its API is asked for, with a token where it
    /// wants one, which is for no repository. A registry that asks nobody who they are takes every login.
    ///
    /// # Errors
    /// When it refuses the login (status 401 or 403), or does not answer as a registry does.
    pub async fn prove_login(&self) -> Result<()> {
        const OPERATION: &str = "take the login";
        let root = self.repository("", Access::Pull);
        let ask = call::Ask::new(reqwest::Method::GET, call::Place::Path("/v2/".to_owned()), OPERATION);
        let answer = root.send(&ask).await?;
        self.accept(answer, OPERATION, &[200]).await.map(drop)
    }

    /// One of its repositories.
    pub fn repository(&self, name: impl Into<String>, access: Access) -> Repository {
        Repository { registry: self.clone(), name: name.into(), access, authorization: Arc::default() }
    }
}

impl Repository {
    /// Its name, such as `kar/hello`.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Its registry.
    pub fn registry(&self) -> &Registry {
        &self.registry
    }
}

/// Whether a host, with or without a port, is this machine whatever the name service says.
pub fn is_loopback(host: &str) -> bool {
    if let Some(address) = host.strip_prefix('[').and_then(|rest| rest.split(']').next()) {
        return address.parse().is_ok_and(|address: std::net::Ipv6Addr| address.is_loopback());
    }
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    name == "localhost" || name.parse().is_ok_and(|address: std::net::Ipv4Addr| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loopback_is_told_by_its_name_or_address() {
        for host in ["localhost", "localhost:5000", "127.0.0.1:5000", "127.1.2.3", "[::1]:5000"] {
            assert!(is_loopback(host), "{host}");
        }
        for host in ["registry:5000", "10.0.0.1:5000", "localhost.example.com", "[::2]:5000", "docker.io"] {
            assert!(!is_loopback(host), "{host}");
        }
    }
}
