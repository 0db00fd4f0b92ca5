//! What a registry says no with, and how that is told.

use std::fmt;
use std::time::Duration;

use crate::code::Code;
use crate::error::{Failure, Status};

/// The result of a call to a registry.
pub type Result<T> = std::result::Result<T, RegistryError>;

/// A call to a registry that did not end well.
#[derive(Debug)]
pub struct RegistryError {
    /// Host and port.
    registry: String,
    /// What was asked for: `look up kar/hello:1`.
    operation: String,
    /// Whether there was a login to show.
    had_login: bool,
    kind: Kind,
}

/// How it failed.
#[derive(Clone, Debug)]
pub enum Kind {
    /// No connection.
    Unreachable(String),
    /// Nothing moved for so long.
    Silent(Duration),
    /// The connection broke before the answer was complete.
    Broken(String),
    /// It speaks HTTP without TLS, and may not.
    PlainHttp,
    /// Its certificate is not trusted.
    Untrusted(String),
    /// It answers, and says no.
    Refused {
        /// HTTP status.
        status: u16,
        /// The code of its error, such as `MANIFEST_UNKNOWN`, where there is one.
        code: Option<String>,
        /// Its own words.
        message: String,
    },
    /// The answer is not what the protocol promises.
    Garbled(String),
    /// What was to be sent cannot be read.
    Unreadable(String),
}

impl RegistryError {
    pub(super) fn new(registry: &str, operation: &str, had_login: bool, kind: Kind) -> Self {
        Self { registry: registry.to_owned(), operation: operation.to_owned(), had_login, kind }
    }

    /// How it failed.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The HTTP status, where the registry answered with one.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            Kind::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Whether the same may succeed a moment later.
    pub fn is_passing(&self) -> bool {
        match &self.kind {
            Kind::Unreachable(_) | Kind::Broken(_) => true,
            Kind::Refused { status, .. } => is_passing_status(*status),
            _ => false,
        }
    }

    /// Whether an upload is no longer known, or stands elsewhere than thought: it can be begun again.
    pub(super) fn is_about_session(&self) -> bool {
        matches!(&self.kind, Kind::Refused { status: 400 | 404 | 416, code, .. }
            if !matches!(code.as_deref(), Some("NAME_INVALID" | "NAME_UNKNOWN" | "DIGEST_INVALID")))
    }

    /// Whether what was sent has another digest than was said.
    pub fn is_about_digest(&self) -> bool {
        matches!(&self.kind, Kind::Refused { code: Some(code), .. } if code == "DIGEST_INVALID")
    }
}

/// Whether a status asks for patience. 500 is among them: a registry whose storage hiccups says so.
pub(super) fn is_passing_status(status: u16) -> bool {
    matches!(status, 408 | 429 | 500 | 502 | 503 | 504)
}

impl fmt::Display for RegistryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { registry, operation, .. } = self;
        match &self.kind {
            Kind::Unreachable(reason) => write!(f, "the registry {registry} does not answer: {reason}"),
            Kind::Silent(limit) => {
                write!(f, "the registry {registry} was silent for {} s when asked to {operation}", limit.as_secs())
            }
            Kind::Broken(reason) => {
                write!(f, "the connection to the registry {registry} broke when asked to {operation}: {reason}")
            }
            Kind::PlainHttp => write!(f, "the registry {registry} speaks plain HTTP"),
            Kind::Untrusted(reason) => {
                write!(f, "the certificate of the registry {registry} is not trusted: {reason}")
            }
            Kind::Refused { status, message, .. } if message.is_empty() => {
                write!(f, "the registry {registry} answers {status} when asked to {operation}")
            }
            Kind::Refused { status, message, .. } => {
                write!(f, "the registry {registry} answers {status} when asked to {operation}: {message}")
            }
            Kind::Garbled(reason) => {
                write!(
                    f,
                    "the answer of the registry {registry} cannot be understood when asked to {operation}: {reason}"
                )
            }
            Kind::Unreadable(reason) => f.write_str(reason),
        }
    }
}

impl std::error::Error for RegistryError {}

/// `?` turns a call that failed into a failure with the hint that fits.
impl From<RegistryError> for Failure {
    fn from(error: RegistryError) -> Self {
        let registry = error.registry.clone();
        let failure = Failure::new(error.to_string());
        match &error.kind {
            Kind::Unreachable(_) => failure
                .hint(format!("look whether {registry} is the registry that is meant and runs, and at HTTPS_PROXY"))
                .code(Code::RegistryDown),
            Kind::Silent(_) => failure
                .hint("run the same command again; it goes on where it stopped")
                .code(Code::RegistryDown)
                .status(Status::TimedOut),
            Kind::Broken(_) => {
                failure.hint("run the same command again; it goes on where it stopped").code(Code::RegistryDown)
            }
            Kind::PlainHttp => failure
                .hint("give --insecure-registry where nobody else can listen on the way to it")
                .code(Code::RegistryPlainHttp),
            Kind::Untrusted(_) => failure
                .hint(format!(
                    "put its authority into ~/.docker/certs.d/{registry}/ca.crt, or name it in SSL_CERT_FILE"
                ))
                .code(Code::RegistryUntrusted),
            Kind::Refused { status: 401 | 403, .. } => failure
                .hint(match error.had_login {
                    true => format!(
                        "the login for {registry} is not accepted, or may not do this: `docker login {registry}` again"
                    ),
                    false => format!("log in with `docker login {registry}`, or give --user and --password-stdin"),
                })
                .code(Code::RegistryLogin),
            Kind::Refused { status: 429, .. } => {
                failure.hint("it limits how often it is asked: log in, or wait").code(Code::RegistryRefused)
            }
            Kind::Refused { .. } | Kind::Garbled(_) => failure.code(Code::RegistryRefused),
            Kind::Unreadable(_) => failure,
        }
    }
}
