//! One request: under a time-out, told of by name, repeated until the deadline where a moment's patience helps.

use std::time::{Duration, Instant};

use http::{Method, Request};
use http_body_util::BodyExt;
use kube::client::Body;

use super::Cluster;
use super::error::{Kind, KubernetesError, Refusal, Result};

/// Time for one answer; a request without one in this time is sent again. Every request may be: applying, creating what
/// has a name, and deleting end the same when done twice.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);

/// Pause before the second attempt; each further one is twice as long, up to the longest.
const FIRST_PAUSE: Duration = Duration::from_millis(100);
const LONGEST_PAUSE: Duration = Duration::from_secs(5);

/// How the audit log names karctl.
const USER_AGENT: &str = concat!("karctl/", env!("CARGO_PKG_VERSION"));

/// A body of JSON, with its content type.
#[derive(Clone, Debug, Default)]
pub(super) struct Content {
    pub kind: &'static str,
    pub bytes: Vec<u8>,
}

impl Cluster {
    /// Sends a request until it is answered, fails for good, or the deadline has passed.
    pub(super) async fn call(
        &self,
        operation: &str,
        method: &Method,
        path: &str,
        content: &Content,
    ) -> Result<Vec<u8>> {
        let mut pause = FIRST_PAUSE;
        loop {
            match self.call_once(operation, method, path, content).await {
                Err(error) if error.is_transient() && self.has_time_for(asked(&error, pause)) => {
                    let pause = asked(&error, pause);
                    self.trace(2, || format!("{error}; again in {} ms", pause.as_millis()));
                    tokio::time::sleep(pause).await;
                }
                answer => return answer,
            }
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    fn has_time_for(&self, pause: Duration) -> bool {
        pause < self.deadline().saturating_duration_since(Instant::now())
    }

    /// Sends a request once.
    pub(super) async fn call_once(
        &self,
        operation: &str,
        method: &Method,
        path: &str,
        content: &Content,
    ) -> Result<Vec<u8>> {
        let _slot = self.slots().acquire().await;
        let left = self.deadline().saturating_duration_since(Instant::now());
        let limit = left.clamp(Duration::from_secs(1), REQUEST_TIMEOUT);
        let began = Instant::now();
        let answer = tokio::time::timeout(limit, self.exchange(operation, method, path, content)).await;
        let answer = answer.unwrap_or_else(|_| Err(KubernetesError::new(operation, Kind::Silent(limit))));
        self.count();
        self.trace(2, || {
            let outcome = match &answer {
                Ok(_) => "ok".to_owned(),
                Err(error) => error.status().map_or("no answer".to_owned(), |status| status.to_string()),
            };
            format!("{method} {path}: {outcome}, {} ms", began.elapsed().as_millis())
        });
        answer
    }

    async fn exchange(&self, operation: &str, method: &Method, path: &str, content: &Content) -> Result<Vec<u8>> {
        let request = request(method, path, content);
        let request = request.map_err(|error| KubernetesError::new(operation, Kind::Garbled(error.to_string())))?;
        let answer = self.api().send(request).await.map_err(|error| failed(operation, &error))?;
        let status = answer.status();
        let header = answer.headers().get(http::header::RETRY_AFTER);
        let retry_after = header.and_then(|value| value.to_str().ok()).and_then(|value| value.parse().ok());
        let body = answer.into_body().collect().await.map_err(|error| failed(operation, &error))?.to_bytes();
        if status.is_success() {
            return Ok(body.to_vec());
        }
        Err(KubernetesError::new(operation, Kind::Refused(Refusal::read(status.as_u16(), retry_after, &body))))
    }
}

/// The pause that a server asks for, which is never shorter than karctl's own.
fn asked(error: &KubernetesError, pause: Duration) -> Duration {
    error.retry_after().map_or(pause, |asked| asked.max(pause))
}

pub(super) fn request(method: &Method, path: &str, content: &Content) -> http::Result<Request<Body>> {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header(http::header::USER_AGENT, USER_AGENT)
        .header(http::header::ACCEPT, "application/json");
    if !content.kind.is_empty() {
        request = request.header(http::header::CONTENT_TYPE, content.kind);
    }
    request.body(Body::from(content.bytes.clone()))
}

/// A certificate that is not trusted stays so; a connection that is refused or cut may come back.
pub(super) fn failed(operation: &str, error: &kube::Error) -> KubernetesError {
    let kind = match error {
        kube::Error::Auth(error) => Kind::Login(login_failure(error)),
        kube::Error::SerdeError(error) => Kind::Garbled(error.to_string()),
        other => match innermost(other) {
            Cause::Trust(reason) => Kind::Unusable(reason),
            Cause::Other(reason) => Kind::Broken(reason),
        },
    };
    KubernetesError::new(operation, kind)
}

/// Why logging in failed, in one line: of a plugin that ended the last line that it wrote.
pub(super) fn login_failure(error: &kube::client::AuthError) -> String {
    match error {
        kube::client::AuthError::AuthExecStart(error) => format!("the login plugin cannot be started: {error}"),
        kube::client::AuthError::AuthExecRun { out, .. } => {
            let said = String::from_utf8_lossy(&out.stderr);
            let last = said.lines().rfind(|line| !line.trim().is_empty()).unwrap_or("it wrote nothing");
            format!("the login plugin ended with {}: {last}", out.status)
        }
        other => format!("logging in failed: {other}"),
    }
}

enum Cause {
    Trust(String),
    Other(String),
}

/// The last cause of a chain, which is the one that says something. A TLS error hides within an I/O error.
fn innermost(error: &(dyn std::error::Error + 'static)) -> Cause {
    let mut cause = error;
    loop {
        if let Some(tls) = cause.downcast_ref::<rustls::Error>() {
            return match tls {
                rustls::Error::InvalidCertificate(_) | rustls::Error::AlertReceived(_) => {
                    Cause::Trust(format!("the TLS connection is refused: {tls}"))
                }
                other => Cause::Other(other.to_string()),
            };
        }
        let inner = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref);
        let next = inner.map(|inner| inner as &(dyn std::error::Error + 'static)).or_else(|| cause.source());
        match next {
            Some(next) => cause = next,
            None => break,
        }
    }
    match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::ConnectionRefused) => Cause::Other("nobody listens there".to_owned()),
        _ => Cause::Other(cause.to_string()),
    }
}
