//! What can go wrong between karctl and an engine, typed, so that callers decide by status and not by text.

use std::fmt;
use std::io;
use std::time::Duration;

use bollard::errors::Error as ApiError;

use crate::code::Code;
use crate::error::Failure;

/// What is said of a place where nothing is.
const NO_SOCKET: &str = "there is no such socket";

/// What is said of a socket that may not be opened.
const NO_PERMISSION: &str = "permission denied";

/// The result of a call to the engine.
pub type Result<T> = std::result::Result<T, DockerError>;

/// A call to the engine that did not end well.
#[derive(Debug)]
pub struct DockerError {
    /// What was asked for: `start container kar_kafka`.
    operation: String,
    kind: Kind,
}

/// How it failed.
#[derive(Debug)]
pub enum Kind {
    /// The engine answered, and says no.
    Refused {
        /// HTTP status, or 200 where the refusal came in the middle of a stream.
        status: u16,
        /// The engine's own words.
        message: String,
    },
    /// No answer in this time.
    Silent(Duration),
    /// No connection, or it broke before the answer was complete.
    Broken(String),
    /// The answer is not what the Engine API promises.
    Garbled(String),
}

impl DockerError {
    pub(super) fn new(operation: impl Into<String>, kind: Kind) -> Self {
        Self { operation: operation.into(), kind }
    }

    pub(super) fn from_api(operation: &str, error: &ApiError, limit: Duration) -> Self {
        let kind = match error {
            ApiError::DockerResponseServerError { status_code, message } => {
                Kind::Refused { status: *status_code, message: message.trim().to_owned() }
            }
            ApiError::DockerStreamError { error } => Kind::Refused { status: 200, message: error.trim().to_owned() },
            ApiError::RequestTimeoutError => Kind::Silent(limit),
            ApiError::SocketNotFoundError(_) => Kind::Broken(NO_SOCKET.to_owned()),
            ApiError::HyperLegacyError { .. } | ApiError::HyperResponseError { .. } | ApiError::IOError { .. } => {
                Kind::Broken(innermost(error))
            }
            other => Kind::Garbled(other.to_string()),
        };
        Self::new(operation, kind)
    }

    /// How it failed.
    pub fn kind(&self) -> &Kind {
        &self.kind
    }

    /// The HTTP status, where the engine answered with one.
    pub fn status(&self) -> Option<u16> {
        match &self.kind {
            Kind::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// The engine's own words, where it answered.
    pub fn refusal(&self) -> Option<&str> {
        match &self.kind {
            Kind::Refused { message, .. } => Some(message),
            _ => None,
        }
    }

    /// Whether the same request may succeed a moment later: the connection broke, nobody answered, or the engine or a
    /// proxy before it asks for patience. Where there is no socket at all, no moment helps.
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            Kind::Refused { status, .. } => matches!(status, 429 | 502 | 503 | 504),
            Kind::Broken(reason) => reason != NO_SOCKET && reason != NO_PERMISSION,
            Kind::Silent(_) => true,
            Kind::Garbled(_) => false,
        }
    }

    /// Whether the socket is there and may not be opened.
    pub fn is_about_permission(&self) -> bool {
        matches!(&self.kind, Kind::Broken(reason) if reason == NO_PERMISSION)
    }
}

impl fmt::Display for DockerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = &self.operation;
        match &self.kind {
            Kind::Refused { message, .. } => write!(f, "the container engine could not {operation}: {message}"),
            Kind::Silent(limit) => {
                write!(f, "the container engine did not answer within {} s when asked to {operation}", limit.as_secs())
            }
            Kind::Broken(reason) => {
                write!(f, "the connection to the container engine broke when asked to {operation}: {reason}")
            }
            Kind::Garbled(reason) => {
                write!(f, "the container engine's answer cannot be understood when asked to {operation}: {reason}")
            }
        }
    }
}

impl std::error::Error for DockerError {}

/// `?` turns a call that failed for want of an engine into a failure that says so; others stay as they are.
impl From<DockerError> for Failure {
    fn from(error: DockerError) -> Self {
        let failure = Failure::new(error.to_string());
        match error.kind {
            Kind::Silent(_) | Kind::Broken(_) => failure
                .hint("run the same command again once the engine answers; it goes on where it stopped")
                .code(Code::EngineUnreachable),
            _ => failure,
        }
    }
}

/// The last cause of a chain, which is the one that says something.
fn innermost(error: &(dyn std::error::Error + 'static)) -> String {
    let mut cause = error;
    while let Some(next) = cause.source() {
        cause = next;
    }
    match cause.downcast_ref::<io::Error>() {
        Some(error) => describe_io(error),
        None => cause.to_string(),
    }
}

fn describe_io(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::PermissionDenied => NO_PERMISSION.to_owned(),
        io::ErrorKind::ConnectionRefused => "nobody listens".to_owned(),
        io::ErrorKind::NotFound => NO_SOCKET.to_owned(),
        _ => error.to_string(),
    }
}
