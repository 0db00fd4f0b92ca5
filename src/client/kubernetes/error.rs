//! What can go wrong between karctl and an API server, typed, so that callers decide by status and not by text.

use std::fmt;
use std::time::Duration;

use serde_json::Value;

use crate::code::Code;
use crate::error::{Failure, Status};

/// What whoever is not known to the server is to do.
pub(super) const LOG_IN: &str =
    "log in again as your cluster's provider says, or choose another context with --context";

/// What is to be done once a server that did not answer does.
const COME_BACK: &str = "run the same command again once the server answers; it goes on where it stopped";

/// The result of a request.
pub type Result<T> = std::result::Result<T, KubernetesError>;

/// A request that did not end well.
#[derive(Debug)]
pub struct KubernetesError {
    /// What was asked for: `apply StatefulSet kar-system/kar-kafka`.
    operation: String,
    kind: Kind,
}

/// How it failed.
#[derive(Debug)]
pub enum Kind {
    /// The server answered, and says no.
    Refused(Refusal),
    /// No answer in this time.
    Silent(Duration),
    /// No connection, or it broke before the answer was complete.
    Broken(String),
    /// Connecting cannot succeed, now or later: a certificate that is not trusted.
    Unusable(String),
    /// The kubeconfig's way of logging in does not work, such as a plugin that fails.
    Login(String),
    /// The answer is not what the API promises.
    Garbled(String),
}

/// The server's own words: the `Status` of its API.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// HTTP status.
    pub status: u16,
    /// Such as `NotFound`, `Conflict` or `Forbidden`; empty where the answer came from something in between.
    pub reason: String,
    /// The sentence.
    pub message: String,
    /// What the causes name, such as the fields of a conflict: field and message.
    pub causes: Vec<(String, String)>,
    /// Seconds after which to ask again, where the server says so.
    pub retry_after: Option<u64>,
}

impl Refusal {
    /// Reads an answer that is no success.
    pub(super) fn read(status: u16, retry_after: Option<u64>, body: &[u8]) -> Self {
        let document: Value = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let causes = document["details"]["causes"].as_array().into_iter().flatten();
        let causes = causes.map(|cause| (text(&cause["field"]), text(&cause["message"]))).collect();
        let message = match document["message"].as_str() {
            Some(message) => sentence(message).to_owned(),
            None => String::from_utf8_lossy(body).lines().next().unwrap_or_default().trim().to_owned(),
        };
        let retry_after = retry_after.or_else(|| document["details"]["retryAfterSeconds"].as_u64());
        Self { status, reason: text(&document["reason"]), message, causes, retry_after }
    }
}

/// What comes before a comparison of two objects, which some messages end with, indented over many lines.
fn sentence(message: &str) -> &str {
    let is_indented = |(end, _): &(usize, &str)| message[end + 1..].starts_with(char::is_whitespace);
    message.match_indices('\n').find(is_indented).map_or(message, |(end, _)| &message[..end]).trim_end()
}

impl KubernetesError {
    pub(super) fn new(operation: impl Into<String>, kind: Kind) -> Self {
        Self { operation: operation.into(), kind }
    }

    /// What the server said, where it answered.
    pub fn refusal(&self) -> Option<&Refusal> {
        match &self.kind {
            Kind::Refused(refusal) => Some(refusal),
            _ => None,
        }
    }

    /// The HTTP status, where the server answered.
    pub fn status(&self) -> Option<u16> {
        self.refusal().map(|refusal| refusal.status)
    }

    /// Whether another field manager owns a field that was to be changed.
    pub fn is_conflict(&self) -> bool {
        self.refusal().is_some_and(|refusal| refusal.status == 409 && refusal.reason == "Conflict")
    }

    /// Whether the same request may succeed a moment later. A 500 is not among them: server-side apply answers with it
    /// where an object does not fit its schema.
    pub fn is_transient(&self) -> bool {
        match &self.kind {
            Kind::Refused(refusal) => matches!(refusal.status, 429 | 502 | 503 | 504),
            Kind::Broken(_) | Kind::Silent(_) => true,
            Kind::Unusable(_) | Kind::Login(_) | Kind::Garbled(_) => false,
        }
    }

    /// The pause that the server asks for.
    pub(super) fn retry_after(&self) -> Option<Duration> {
        self.refusal().and_then(|refusal| refusal.retry_after).map(Duration::from_secs)
    }
}

impl fmt::Display for KubernetesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let operation = &self.operation;
        match &self.kind {
            Kind::Refused(refusal) if refusal.message.is_empty() => {
                write!(f, "the API server refused to {operation} with status {}", refusal.status)
            }
            Kind::Refused(refusal) => write!(f, "the API server refused to {operation}: {}", refusal.message),
            Kind::Silent(limit) => {
                write!(f, "the API server did not answer within {} s when asked to {operation}", limit.as_secs())
            }
            Kind::Broken(reason) => {
                write!(f, "the connection to the API server broke when asked to {operation}: {reason}")
            }
            Kind::Unusable(reason) | Kind::Login(reason) => {
                write!(f, "the API server cannot be asked to {operation}: {reason}")
            }
            Kind::Garbled(reason) => {
                write!(f, "the API server's answer cannot be understood when asked to {operation}: {reason}")
            }
        }
    }
}

impl std::error::Error for KubernetesError {}

/// `?` turns a request that failed into a failure with what to do.
impl From<KubernetesError> for Failure {
    fn from(error: KubernetesError) -> Self {
        let failure = Self::new(error.to_string());
        match &error.kind {
            // A server that is overloaded or starting was asked until the time was over, as one that is silent.
            Kind::Silent(_) => failure.hint(COME_BACK).status(Status::TimedOut).code(Code::ClusterUnreachable),
            Kind::Refused(_) if error.is_transient() => {
                failure.hint(COME_BACK).status(Status::TimedOut).code(Code::ClusterUnreachable)
            }
            Kind::Broken(_) => failure.hint(COME_BACK).code(Code::ClusterUnreachable),
            Kind::Unusable(_) => failure
                .hint("fetch the kubeconfig again, where the cluster was made anew or its certificate was renewed")
                .code(Code::ClusterUnreachable),
            Kind::Login(_) => failure.hint(LOG_IN).code(Code::ClusterLogin),
            Kind::Refused(refusal) if refusal.status == 401 => failure.hint(LOG_IN).code(Code::ClusterLogin),
            Kind::Refused(refusal) if refusal.status == 403 => failure
                .hint("`karctl k8s rbac` prints the least rights that are needed, for whoever may grant them")
                .code(Code::ClusterForbidden),
            _ => failure,
        }
    }
}
