//! Registry credentials, from where the docker CLI keeps them, in the form that the engine wants them.

use std::collections::BTreeMap;
use std::io::ErrorKind;
use std::process::Stdio;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bollard::BollardRequest;
use bollard::auth::DockerCredentials;
use serde::Deserialize;
use tokio::io::AsyncWriteExt;

use super::configuration::{Auth, Configuration};
use crate::environment::{Environment, without_passwords};
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;

/// The name under which Docker Hub's credentials are kept.
/// <https://github.com/docker/cli/blob/v28.0.0/cli/config/configfile/file.go>
const DOCKER_HUB: &str = "https://index.docker.io/v1/";

/// Registry of images whose name begins with none.
const DEFAULT_REGISTRY: &str = "docker.io";

/// Time for a credential helper; some open a keychain.
const HELPER_TIMEOUT: Duration = Duration::from_secs(20);

/// What a helper says when it has nothing.
/// <https://github.com/docker/docker-credential-helpers/blob/v0.9.0/credentials/error.go>
const NOT_FOUND: &str = "credentials not found";

/// User name that stands for an identity token.
const TOKEN_USER: &str = "<token>";

/// Credentials for one registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryCredentials {
    registry: String,
    username: String,
    password: Secret,
    identity_token: Option<Secret>,
}

/// What a registry is to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Credential {
    /// A user and a password.
    Password(String, Secret),
    /// A token that stands for both.
    Token(Secret),
}

/// What was found for a registry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lookup {
    /// The credentials; most images need none.
    pub credentials: Option<RegistryCredentials>,
    /// Why there may be credentials that could not be had: worth a warning, no reason to stop.
    pub warning: Option<String>,
}

impl RegistryCredentials {
    /// As the header wants them. Every call is a place where a secret leaves the program.
    pub(super) fn expose(&self) -> DockerCredentials {
        let token = self.identity_token.as_ref().map(|token| token.expose().to_owned());
        DockerCredentials {
            username: token.is_none().then(|| self.username.clone()),
            password: token.is_none().then(|| self.password.expose().to_owned()),
            identitytoken: token,
            serveraddress: Some(self.registry.clone()),
            ..DockerCredentials::default()
        }
    }

    /// As the header for several registries wants them, each under its name.
    pub(super) fn by_registry(&self) -> (String, DockerCredentials) {
        (self.registry.clone(), self.expose())
    }
}

/// For a client that asks the registry itself.
impl From<RegistryCredentials> for Credential {
    fn from(credentials: RegistryCredentials) -> Self {
        match credentials.identity_token {
            Some(token) => Self::Token(token),
            None => Self::Password(credentials.username, credentials.password),
        }
    }
}

impl Lookup {
    /// Looks credentials up as the docker CLI does: `DOCKER_AUTH_CONFIG`, the registry's helper, the helper for all, the file.
    ///
    /// # Errors
    /// When a file or variable is there and cannot be understood.
    pub async fn for_image(environment: &Environment, image: &str) -> Result<Self> {
        let registry = registry_of(image);
        let key = if registry == DEFAULT_REGISTRY { DOCKER_HUB } else { registry };
        if let Some(text) = environment.variable("DOCKER_AUTH_CONFIG") {
            let given: Configuration = serde_json::from_str(text)
                .or_fail(|| Failure::usage("DOCKER_AUTH_CONFIG is not what `docker login` writes"))?;
            if let Some(credentials) = stored(&given.auths, registry, key) {
                return Ok(Self { credentials: Some(credentials), warning: None });
            }
        }
        let configuration = Configuration::read(environment)?;
        let helper = configuration.cred_helpers.get(registry).or(configuration.creds_store.as_ref());
        let by_helper = match helper.filter(|helper| !helper.is_empty()) {
            Some(helper) => ask_helper(environment, helper, key).await,
            None => Ok(None),
        };
        let (credentials, warning) = match by_helper {
            Ok(credentials) => (credentials, None),
            Err(reason) => (None, Some(format!("no credentials for {registry}: {reason}"))),
        };
        Ok(Self { credentials: credentials.or_else(|| stored(&configuration.auths, registry, key)), warning })
    }
}

/// bollard 0.21 writes these headers in the standard alphabet, but the engine reads the URL-safe one and drops what it cannot
/// read without a word. <https://docs.docker.com/reference/api/engine/version/v1.41/#section/Authentication>
pub(super) fn in_url_safe_base64(mut request: BollardRequest) -> BollardRequest {
    for header in ["x-registry-auth", "x-registry-config"] {
        let value = request.headers().get(header).and_then(|value| value.to_str().ok());
        let safe = value.map(|value| value.replace('+', "-").replace('/', "_"));
        if let Some(value) = safe.and_then(|value| value.parse().ok()) {
            request.headers_mut().insert(header, value);
        }
    }
    request
}

/// The registry in an image's name: its first part, if that has a dot or a port or is `localhost`.
/// <https://github.com/distribution/reference/blob/v0.6.0/normalize.go>
fn registry_of(image: &str) -> &str {
    match image.split_once('/') {
        Some((first, _)) if first.contains(['.', ':']) || first == "localhost" => match first {
            "index.docker.io" => DEFAULT_REGISTRY,
            registry => registry,
        },
        _ => DEFAULT_REGISTRY,
    }
}

/// Old files have the registry as a URL.
fn host_of(key: &str) -> &str {
    let rest = key.trim_start_matches("https://").trim_start_matches("http://");
    rest.split('/').next().unwrap_or(rest)
}

fn stored(auths: &BTreeMap<String, Auth>, registry: &str, key: &str) -> Option<RegistryCredentials> {
    let auth = auths.get(key).or_else(|| {
        let same_host = |name: &str| host_of(name) == registry;
        auths.iter().find(|(name, _)| same_host(name)).map(|(_, auth)| auth)
    })?;
    let (username, password) = match auth.auth.as_deref().filter(|auth| !auth.is_empty()) {
        Some(auth) => decode(auth)?,
        None => (auth.username.clone().unwrap_or_default(), auth.password.clone().unwrap_or_default()),
    };
    let identity_token = auth.identitytoken.clone().filter(|token| !token.is_empty()).map(Secret::new);
    if username.is_empty() && identity_token.is_none() {
        return None;
    }
    Some(RegistryCredentials { registry: key.to_owned(), username, password: Secret::new(password), identity_token })
}

fn decode(auth: &str) -> Option<(String, String)> {
    let text = String::from_utf8(STANDARD.decode(auth).ok()?).ok()?;
    let (username, password) = text.split_once(':')?;
    Some((username.to_owned(), password.trim_end_matches('\0').to_owned()))
}

/// What a helper answers.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Answer {
    username: String,
    secret: String,
}

/// Runs `docker-credential-<helper> get`; the reason of a failure never holds what the helper printed on stdout.
async fn ask_helper(
    environment: &Environment,
    helper: &str,
    key: &str,
) -> std::result::Result<Option<RegistryCredentials>, String> {
    let program = format!("docker-credential-{helper}");
    let path = environment.program(&program).ok_or_else(|| format!("`{program}` is not on PATH"))?;
    let mut command = tokio::process::Command::new(path);
    without_passwords(command.as_std_mut());
    let mut child = command
        .arg("get")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| format!("`{program}` cannot be run: {error}"))?;
    if let Some(mut stdin) = child.stdin.take() {
        match stdin.write_all(key.as_bytes()).await {
            // It may answer without having read the question.
            Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                return Err(format!("`{program}` does not listen: {error}"));
            }
            _ => {}
        }
    }
    let output = tokio::time::timeout(HELPER_TIMEOUT, child.wait_with_output())
        .await
        .map_err(|_| format!("`{program}` did not answer within {} s", HELPER_TIMEOUT.as_secs()))?
        .map_err(|error| format!("`{program}`: {error}"))?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stdout);
        return if said.contains(NOT_FOUND) { Ok(None) } else { Err(format!("`{program}`: {}", output.status)) };
    }
    let answer: Answer =
        serde_json::from_slice(&output.stdout).map_err(|_| format!("`{program}` answered no credentials"))?;
    let is_token = answer.username == TOKEN_USER;
    let secret = Secret::new(answer.secret);
    Ok(Some(RegistryCredentials {
        registry: key.to_owned(),
        username: answer.username,
        password: secret.clone(),
        identity_token: is_token.then_some(secret),
    }))
}

#[cfg(test)]
#[path = "credentials_tests.rs"]
mod tests;
