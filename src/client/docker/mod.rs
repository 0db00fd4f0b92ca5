//! A container engine through the Docker Engine API (1.40 or newer): Docker itself, Podman, and what speaks like them.
//!
//! One method a request, each under a time-out, with one retry layer ([`call`]). Creating, starting, stopping and removing
//! may all be repeated: what was done already counts as done, so that an answer that was lost does no harm. Names are
//! matched exactly. What is to be done, and in which order, is the caller's.

mod archive;
mod build;
mod call;
mod configuration;
mod container;
mod credentials;
mod endpoint;
mod error;
mod exec;
mod folder;
mod host;
mod image;
mod log;
mod network;
mod progress;
mod transfer;
mod volume;

use std::sync::{Arc, Mutex};
use std::time::Duration;

use bollard::API_DEFAULT_VERSION;
pub use bollard::models;

pub use archive::{Archive, Entry, Owner};
pub use build::BuildOrder;
pub use container::{AnonymousVolumes, Creation};
pub use credentials::{Credential, Lookup, RegistryCredentials};
pub use endpoint::{Address, Endpoint, Origin, Resolution};
pub use error::{DockerError, Kind, Result};
pub use exec::Ended;
pub use host::Host;
pub use image::{ImageReference, are_other_images};
pub use log::LogRequest;
pub use network::FoundNetwork;
pub use progress::PullProgress;

use crate::code::Code;
use crate::environment::Environment;
use crate::error::Failure;

/// Time for one answer. An engine on a loaded machine takes seconds to make a container, not half a minute.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(30);

/// Time for the first answer of an engine: nobody may be there.
const GREETING_TIMEOUT: Duration = Duration::from_secs(5);

/// A connection to an engine; clones share it.
#[derive(Clone)]
pub struct Docker {
    shared: Arc<Shared>,
}

struct Shared {
    api: bollard::Docker,
    endpoint: Endpoint,
    last_operation: Mutex<String>,
}

impl Docker {
    /// Connects to the engine that the docker CLI would take, or to the first candidate that answers.
    ///
    /// # Errors
    /// When what is set cannot be understood, or nobody answers: with every place that was tried and what was seen there.
    pub async fn connect(environment: &Environment) -> crate::error::Result<Self> {
        match Resolution::read(environment)? {
            Resolution::Asked(endpoint) => Self::connect_to(endpoint).await,
            Resolution::Candidates(endpoints) => Self::first_of(endpoints).await,
        }
    }

    /// Connects to an address that was remembered, such as `unix:///var/run/docker.sock`, and to no other.
    ///
    /// # Errors
    /// When it cannot be understood, or nobody answers there.
    pub async fn connect_recorded(environment: &Environment, host: &str) -> crate::error::Result<Self> {
        match Resolution::recorded(environment, host)? {
            Resolution::Asked(endpoint) => Self::connect_to(endpoint).await,
            Resolution::Candidates(endpoints) => Self::first_of(endpoints).await,
        }
    }

    /// Whether the user names an engine, so that its silence is an error and no reason to look elsewhere.
    pub fn is_asked_for(environment: &Environment) -> bool {
        !matches!(Resolution::read(environment), Ok(Resolution::Candidates(_)))
    }

    /// Where it is, and why there.
    pub fn endpoint(&self) -> &Endpoint {
        &self.shared.endpoint
    }

    /// What the engine was asked last, or was asked when somebody stopped waiting for its answer: for the sentence of a
    /// time-out.
    pub fn last_operation(&self) -> String {
        self.shared.last_operation.lock().map(|operation| operation.clone()).unwrap_or_default()
    }

    fn begins<'a>(&'a self, operation: &'a str) -> Unanswered<'a> {
        let unanswered = Unanswered { docker: self, operation };
        unanswered.note();
        unanswered
    }

    /// Name and version, such as `Docker 27.1.1` or `Podman 4.3.1`.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn version(&self) -> Result<String> {
        let version = self.call("tell its version", async |api| api.version().await).await?;
        let is_podman =
            version.components.iter().flatten().any(|component| component.name.to_ascii_lowercase().contains("podman"));
        let number = version.version.unwrap_or_default();
        Ok(format!("{} {number}", if is_podman { "Podman" } else { "Docker" }).trim_end().to_owned())
    }

    async fn connect_to(endpoint: Endpoint) -> crate::error::Result<Self> {
        match Self::greeted(&endpoint).await {
            Ok(docker) => Ok(docker),
            Err(reason) => Err(unreachable_engine(&[(endpoint, reason)])),
        }
    }

    async fn first_of(endpoints: Vec<Endpoint>) -> crate::error::Result<Self> {
        let mut tried = Vec::new();
        for endpoint in endpoints {
            match Self::greeted(&endpoint).await {
                Ok(docker) => return Ok(docker),
                Err(reason) => tried.push((endpoint, reason)),
            }
        }
        Err(unreachable_engine(&tried))
    }

    /// Opens a connection and sees that somebody answers.
    async fn greeted(endpoint: &Endpoint) -> Result<Self> {
        let api =
            open(&endpoint.address).map_err(|error| DockerError::from_api("connect", &error, GREETING_TIMEOUT))?;
        let shared = Shared { api, endpoint: endpoint.clone(), last_operation: Mutex::default() };
        let docker = Self { shared: Arc::new(shared) };
        docker.call_within("answer", GREETING_TIMEOUT, async |api| api.ping().await).await?;
        Ok(docker)
    }
}

/// A request on its way. One that is dropped while others go on is the one to tell of.
struct Unanswered<'a> {
    docker: &'a Docker,
    operation: &'a str,
}

impl Unanswered<'_> {
    fn note(&self) {
        if let Ok(mut last) = self.docker.shared.last_operation.lock() {
            self.operation.clone_into(&mut last);
        }
    }

    fn end(self) {
        std::mem::forget(self);
    }
}

impl Drop for Unanswered<'_> {
    fn drop(&mut self) {
        self.note();
    }
}

fn open(address: &Address) -> std::result::Result<bollard::Docker, bollard::errors::Error> {
    // Longer than any time-out of ours, which also covers the body.
    let limit = Duration::from_secs(24 * 60 * 60).as_secs();
    let docker = match address {
        Address::Unix(path) => {
            bollard::Docker::connect_with_unix(&path.display().to_string(), limit, API_DEFAULT_VERSION)?
        }
        Address::Tcp { authority, tls: None } => {
            bollard::Docker::connect_with_http(authority, limit, API_DEFAULT_VERSION)?
        }
        Address::Tcp { authority, tls: Some(tls) } => {
            // Whoever installed a provider first has installed this one.
            rustls::crypto::ring::default_provider().install_default().ok();
            bollard::Docker::connect_with_ssl(
                authority,
                &tls.key,
                &tls.certificate,
                &tls.ca,
                limit,
                API_DEFAULT_VERSION,
            )?
        }
    };
    Ok(docker.with_request_modifier(credentials::in_url_safe_base64))
}

/// What was tried and what was seen there; the hints are those that fit.
fn unreachable_engine(tried: &[(Endpoint, DockerError)]) -> anyhow::Error {
    let seen: Vec<_> = tried
        .iter()
        .map(|(endpoint, error)| {
            let reason = match error.kind() {
                Kind::Refused { status, message } => format!("it answers {status}: {message}"),
                Kind::Silent(limit) => format!("no answer within {} s", limit.as_secs()),
                Kind::Broken(reason) | Kind::Garbled(reason) => reason.clone(),
            };
            format!("{endpoint}: {reason}")
        })
        .collect();
    let failure = Failure::new(format!("no container engine answers at {}", seen.join(", nor at ")))
        .code(Code::EngineUnreachable);
    if tried.iter().any(|(_, error)| error.is_about_permission()) {
        return failure
            .hint("add yourself to the group of the socket (`sudo usermod -aG docker $USER`, then log in again)")
            .into();
    }
    failure.hint("start the engine, or set DOCKER_HOST to where it listens").into()
}
