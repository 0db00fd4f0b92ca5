//! Which engine: the one that the docker CLI would take, else the first that answers where the others put their socket.

use std::fmt;
use std::path::{Path, PathBuf};

use super::configuration::{self, Configuration, StoredContext};
use crate::environment::Environment;
use crate::error::{Failure, Result};

/// Where the docker CLI looks without being told otherwise.
const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// Where a Podman that runs as root listens.
const PODMAN_SOCKET: &str = "/run/podman/podman.sock";

/// Name of the context that stands for the default socket.
const DEFAULT_CONTEXT: &str = "default";

/// Ports of an engine without and with TLS.
const PLAIN_PORT: u16 = 2375;
const TLS_PORT: u16 = 2376;

/// One place where an engine may answer, and why it is looked for there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// The place.
    pub address: Address,
    /// Why there.
    pub origin: Origin,
}

/// The place where an engine listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Address {
    /// A socket of this machine.
    Unix(PathBuf),
    /// A TCP port.
    Tcp {
        /// `host:port`.
        authority: String,
        /// Certificates, where it talks TLS.
        tls: Option<Tls>,
    },
}

/// Files of a TLS connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// Authority that signed the server's certificate.
    pub ca: PathBuf,
    /// The client's certificate.
    pub certificate: PathBuf,
    /// The client's key.
    pub key: PathBuf,
}

/// Why an endpoint was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// `DOCKER_HOST` names it.
    DockerHost,
    /// The context of this name has it.
    Context(String),
    /// It is the docker CLI's default.
    Default,
    /// Nothing was set and nothing answered at the default.
    Probed,
    /// The caller remembers it.
    Recorded,
}

/// Where to connect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Resolution {
    /// Somebody asked for exactly this one.
    Asked(Endpoint),
    /// Nobody asked: these, in this order.
    Candidates(Vec<Endpoint>),
}

impl Resolution {
    /// Reads the environment and the docker CLI's files, as the docker CLI does; opens no connection.
    ///
    /// # Errors
    /// When what is set cannot be understood, or names a context that does not exist.
    pub fn read(environment: &Environment) -> Result<Self> {
        if let Some(host) = environment.variable("DOCKER_HOST") {
            let address = Address::parse(host, tls_of_environment(environment)?)?;
            return Ok(Self::Asked(Endpoint { address, origin: Origin::DockerHost }));
        }
        let by_variable = environment.variable("DOCKER_CONTEXT").map(str::to_owned);
        match by_variable.or(Configuration::read(environment)?.current_context.filter(|name| !name.is_empty())) {
            Some(name) if name == DEFAULT_CONTEXT => Ok(Self::Candidates(candidates(environment))),
            Some(name) => Ok(Self::Asked(of_context(environment, &name)?)),
            None => Ok(Self::Candidates(candidates(environment))),
        }
    }

    /// The endpoint at an address that was remembered, with the certificates that belong to it today.
    ///
    /// # Errors
    /// When the address cannot be understood.
    pub fn recorded(environment: &Environment, host: &str) -> Result<Self> {
        if let Ok(Self::Asked(endpoint)) = Self::read(environment)
            && endpoint.address.to_string() == host
        {
            return Ok(Self::Asked(endpoint));
        }
        let address = Address::parse(host, tls_of_environment(environment)?)?;
        Ok(Self::Asked(Endpoint { address, origin: Origin::Recorded }))
    }
}

impl Address {
    /// Reads an address as `DOCKER_HOST` has it.
    ///
    /// # Errors
    /// A usage failure for what cannot be understood, or a transport that karctl does not have.
    pub fn parse(host: &str, tls: Option<Tls>) -> Result<Self> {
        let Some((scheme, rest)) = host.split_once("://") else {
            return Err(Failure::usage(format!("`{host}` is not the address of an engine"))
                .hint("write it as unix:///var/run/docker.sock or tcp://HOST:2376")
                .into());
        };
        match scheme {
            "unix" if rest.starts_with('/') => Ok(Self::Unix(PathBuf::from(rest))),
            "tcp" => Ok(Self::Tcp { authority: authority(host, rest, tls.is_some())?, tls }),
            "http" => Ok(Self::Tcp { authority: authority(host, rest, false)?, tls: None }),
            "https" if tls.is_some() => Ok(Self::Tcp { authority: authority(host, rest, true)?, tls }),
            "https" => Err(Failure::usage(format!("`{host}` needs certificates"))
                .hint("set DOCKER_TLS_VERIFY=1, and DOCKER_CERT_PATH to the folder of ca.pem, cert.pem and key.pem")
                .into()),
            "ssh" => Err(over_ssh(host, rest)),
            _ => Err(Failure::usage(format!("`{host}`: karctl cannot talk to an engine over {scheme}"))
                .hint("use unix:// or tcp://")
                .into()),
        }
    }
}

/// The way through ssh that needs nothing of karctl, and what it cannot do.
fn over_ssh(host: &str, destination: &str) -> anyhow::Error {
    let destination = destination.trim_end_matches('/');
    Failure::usage(format!("`{host}`: karctl does not open ssh connections"))
        .hint(format!(
            "forward the socket with `ssh -nNT -L /tmp/docker.sock:/var/run/docker.sock {destination}`, and the ports \
             31093 and 31379 with -L as well; then set DOCKER_HOST=unix:///tmp/docker.sock"
        ))
        .into()
}

/// `host:port`; a path is refused, since the Engine API has none.
fn authority(host: &str, rest: &str, has_tls: bool) -> Result<String> {
    let authority = rest.trim_end_matches('/');
    if authority.is_empty() || authority.contains(['/', '?', '#', '@']) || authority.contains(char::is_whitespace) {
        return Err(Failure::usage(format!("`{host}` is not the address of an engine"))
            .hint("write it as tcp://HOST:PORT")
            .into());
    }
    let has_port = authority.rsplit_once(':').is_some_and(|(_, port)| port.parse::<u16>().is_ok());
    let port = if has_tls { TLS_PORT } else { PLAIN_PORT };
    Ok(if has_port { authority.to_owned() } else { format!("{authority}:{port}") })
}

/// What `DOCKER_TLS_VERIFY` and `DOCKER_CERT_PATH` say.
fn tls_of_environment(environment: &Environment) -> Result<Option<Tls>> {
    if environment.variable("DOCKER_TLS_VERIFY").is_none() {
        return Ok(None);
    }
    let folder = match environment.variable("DOCKER_CERT_PATH") {
        Some(folder) => environment.working_directory().join(folder),
        None => configuration::folder(environment).ok_or_else(|| {
            Failure::usage("DOCKER_TLS_VERIFY is set, but there is no home folder to find certificates in")
        })?,
    };
    tls_in(&folder).map(Some)
}

fn tls_in(folder: &Path) -> Result<Tls> {
    let file = |name: &str| {
        let path = folder.join(name);
        if path.is_file() {
            return Ok(path);
        }
        Err(Failure::new(format!("{} does not exist", path.display()))
            .hint("an engine over TLS needs ca.pem, cert.pem and key.pem there, or in DOCKER_CERT_PATH"))
    };
    Ok(Tls { ca: file("ca.pem")?, certificate: file("cert.pem")?, key: file("key.pem")? })
}

fn of_context(environment: &Environment, name: &str) -> Result<Endpoint> {
    let stored = StoredContext::read(environment, name)?;
    let origin = Origin::Context(name.to_owned());
    let Some(host) = stored.host else {
        return Ok(Endpoint { address: Address::Unix(PathBuf::from(DEFAULT_SOCKET)), origin });
    };
    if stored.skip_verification && host.starts_with("tcp://") {
        return Err(Failure::new(format!("the docker context `{name}` takes any certificate"))
            .hint("karctl checks certificates; make the context anew with `ca=`")
            .into());
    }
    let tls = stored.tls_folder.as_deref().map(tls_in).transpose()?;
    Ok(Endpoint { address: Address::parse(&host, tls)?, origin })
}

/// The default socket, then where Docker Desktop, Colima, Rancher Desktop, rootless Docker and Podman have theirs.
fn candidates(environment: &Environment) -> Vec<Endpoint> {
    let mut sockets = Vec::new();
    if let Ok(home) = environment.home() {
        sockets.push(home.join(".docker/run/docker.sock"));
        sockets.push(home.join(".docker/desktop/docker.sock"));
        sockets.extend(colima_sockets(&home.join(".colima")));
        sockets.push(home.join(".rd/docker.sock"));
    }
    if let Some(runtime) = environment.variable("XDG_RUNTIME_DIR").map(PathBuf::from) {
        sockets.push(runtime.join("docker.sock"));
        sockets.push(runtime.join("podman/podman.sock"));
    }
    sockets.push(PathBuf::from(PODMAN_SOCKET));
    let default = Endpoint { address: Address::Unix(PathBuf::from(DEFAULT_SOCKET)), origin: Origin::Default };
    let probed = sockets
        .into_iter()
        .filter(|socket| socket.exists())
        .map(|socket| Endpoint { address: Address::Unix(socket), origin: Origin::Probed });
    std::iter::once(default).chain(probed).collect()
}

/// One for each Colima profile, `default` first.
fn colima_sockets(folder: &Path) -> Vec<PathBuf> {
    let mut profiles: Vec<_> =
        std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    profiles.sort_by_key(|path| (!path.ends_with("default"), path.clone()));
    profiles.into_iter().map(|profile| profile.join("docker.sock")).collect()
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp { authority, .. } => write!(f, "tcp://{authority}"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.address)?;
        match &self.origin {
            Origin::DockerHost => f.write_str(" (DOCKER_HOST)"),
            Origin::Context(name) => write!(f, " (context {name})"),
            Origin::Default => f.write_str(" (the default)"),
            Origin::Probed => f.write_str(" (found there)"),
            Origin::Recorded => f.write_str(" (where the instance lives)"),
        }
    }
}

#[cfg(test)]
#[path = "endpoint_tests.rs"]
mod tests;
