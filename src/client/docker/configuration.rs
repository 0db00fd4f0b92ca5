//! The docker CLI's own files: `config.json` and its store of contexts. Read, never written.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use crate::environment::Environment;
use crate::error::{Failure, OrFail, Result};

/// What karctl needs of `config.json`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Configuration {
    /// Context that `docker context use` chose.
    #[serde(default)]
    pub current_context: Option<String>,
    /// Credentials by registry.
    #[serde(default)]
    pub auths: BTreeMap<String, Auth>,
    /// Credential helper by registry.
    #[serde(default)]
    pub cred_helpers: BTreeMap<String, String>,
    /// Credential helper for every other registry.
    #[serde(default)]
    pub creds_store: Option<String>,
}

/// Credentials of one registry, as `docker login` stores them.
#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Auth {
    /// `user:password`, in base64.
    pub auth: Option<String>,
    /// User.
    pub username: Option<String>,
    /// Password.
    pub password: Option<String>,
    /// A token that stands for both.
    pub identitytoken: Option<String>,
}

/// Never shows what it holds.
impl std::fmt::Debug for Auth {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(crate::redacted::REDACTED)
    }
}

/// A context of the docker CLI.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredContext {
    /// Address of the engine; absent means the default socket.
    pub host: Option<String>,
    /// Whether the server's certificate is to be taken unseen.
    pub skip_verification: bool,
    /// Folder of `ca.pem`, `cert.pem`, `key.pem`, where the context has one.
    pub tls_folder: Option<PathBuf>,
}

/// The docker CLI's folder: `$DOCKER_CONFIG`, default `~/.docker`; `None` without a home.
pub fn folder(environment: &Environment) -> Option<PathBuf> {
    match environment.variable("DOCKER_CONFIG") {
        Some(folder) => Some(environment.working_directory().join(folder)),
        None => environment.home().ok().map(|home| home.join(".docker")),
    }
}

impl Configuration {
    /// Reads `config.json`; a file that is not there is an empty one.
    ///
    /// # Errors
    /// When the file is there and cannot be read or understood: going on without it may mean another engine.
    pub fn read(environment: &Environment) -> Result<Self> {
        let Some(path) = folder(environment).map(|folder| folder.join("config.json")) else {
            return Ok(Self::default());
        };
        Ok(read_json(&path)?.unwrap_or_default())
    }
}

impl StoredContext {
    /// Reads a context by its name.
    ///
    /// # Errors
    /// When there is none of that name, or its file cannot be understood.
    pub fn read(environment: &Environment, name: &str) -> Result<Self> {
        let missing = || {
            Failure::new(format!("the docker context `{name}` does not exist"))
                .hint("list them with `docker context ls`, then `docker context use` one or set DOCKER_CONTEXT")
        };
        let folder = folder(environment).ok_or_else(missing)?;
        // https://github.com/docker/cli/blob/v28.0.0/cli/context/store/store.go: the digest of the name names the folder.
        let id = format!("{:x}", Sha256::digest(name));
        let meta: Meta = read_json(&folder.join("contexts/meta").join(&id).join("meta.json"))?.ok_or_else(missing)?;
        let endpoint = meta.endpoints.docker;
        let tls_folder = folder.join("contexts/tls").join(id).join("docker");
        Ok(Self {
            host: endpoint.host.filter(|host| !host.is_empty()),
            skip_verification: endpoint.skip_tls_verify,
            tls_folder: tls_folder.is_dir().then_some(tls_folder),
        })
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Meta {
    endpoints: Endpoints,
}

#[derive(Deserialize)]
struct Endpoints {
    docker: StoredEndpoint,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct StoredEndpoint {
    host: Option<String>,
    #[serde(default, rename = "SkipTLSVerify")]
    skip_tls_verify: bool,
}

fn read_json<T: for<'de> Deserialize<'de>>(path: &Path) -> Result<Option<T>> {
    let text = match std::fs::read_to_string(path) {
        Ok(text) => text,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(Failure::new(format!("{} cannot be read", path.display())).because(error).into()),
    };
    // The error of serde_json names the place and not the content, which may be a password.
    serde_json::from_str(&text)
        .map(Some)
        .or_fail(|| Failure::new(format!("{} is not what the docker CLI writes", path.display())))
}
