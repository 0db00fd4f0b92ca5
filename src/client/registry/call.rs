//! One request: the right scheme, the login that is wanted, patience where it is asked for, none for silence.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use reqwest::header::{AUTHORIZATION, CONTENT_LENGTH, HeaderName, RETRY_AFTER};
use reqwest::{Certificate, Client, Identity, Method, Response, StatusCode, Url};
use serde::Deserialize;

use super::challenge::Challenge;
use super::error::{Kind, RegistryError, Result, is_passing_status};
use super::manifest::LARGEST_MANIFEST;
use super::{Registry, Repository, Scheme};
use crate::redacted::Secret;

/// How often a request that may be repeated is sent at most.
pub(super) const ATTEMPTS: u32 = 5;

/// Pause before the second attempt; each further one is twice as long.
pub(super) const FIRST_PAUSE: Duration = Duration::from_millis(200);

/// The longest pause that a registry's Retry-After is followed for.
const LONGEST_PAUSE: Duration = Duration::from_secs(60);

/// Time to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// How often it is looked whether anything moved.
const LOOK: Duration = Duration::from_millis(250);

/// What a body is cut into, so that its progress is seen.
const SLICE: usize = 256 << 10;

/// Name of what identifies karctl to a server.
const USER_AGENT: &str = concat!("karctl/", env!("CARGO_PKG_VERSION"));

/// A request that can be sent again.
#[derive(Clone)]
pub(super) struct Ask {
    method: Method,
    place: Place,
    headers: Vec<(HeaderName, String)>,
    payload: Payload,
    operation: String,
}

/// Where a request goes.
#[derive(Clone)]
pub(super) enum Place {
    /// A path of the registry.
    Path(String),
    /// Anywhere, as the registry said.
    Address(Url),
}

/// What a request brings.
#[derive(Clone)]
pub(super) enum Payload {
    Nothing,
    Bytes(Bytes),
}

/// Counts bytes of a body that went out.
#[derive(Clone, Default)]
struct Moved(Arc<AtomicU64>);

impl Ask {
    pub fn new(method: Method, place: Place, operation: &str) -> Self {
        Self { method, place, headers: Vec::new(), payload: Payload::Nothing, operation: operation.to_owned() }
    }

    pub fn with(mut self, headers: Vec<(HeaderName, String)>, payload: Payload) -> Self {
        self.headers.extend(headers);
        self.payload = payload;
        self
    }
}

impl Repository {
    /// Sends a request that may be repeated, with a login where one is wanted. Answers of a server that asks for patience,
    /// in the end or for longer than silence is borne, are errors, all others the caller's to judge.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Response> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.send_once(ask, &mut |_| {}).await {
                Ok(answer) if is_passing_status(answer.status().as_u16()) => {
                    let wanted = patience(&answer).unwrap_or(pause);
                    if wanted > self.registry.shared.options.stall {
                        return Err(self.registry.refusal(answer, &ask.operation).await);
                    }
                    tokio::time::sleep(wanted).await;
                }
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                end => return end,
            }
            pause *= 2;
        }
        let answer = self.send_once(ask, &mut |_| {}).await?;
        match is_passing_status(answer.status().as_u16()) {
            true => Err(self.registry.refusal(answer, &ask.operation).await),
            false => Ok(answer),
        }
    }

    /// Sends a request once, and again where the registry wants another login; `sent` is told of every byte of the body.
    pub(super) async fn send_once(&self, ask: &Ask, sent: &mut dyn FnMut(u64)) -> Result<Response> {
        let shown = self.authorization();
        let answer = self.registry.exchange_and_tell(ask, shown.as_ref(), sent).await?;
        if answer.status() != StatusCode::UNAUTHORIZED {
            return Ok(answer);
        }
        let Some(challenge) = Challenge::of(answer.headers()) else {
            return Err(self.registry.refusal(answer, &ask.operation).await);
        };
        // A password that was refused stays so; a token may have ended.
        let is_final = challenge == Challenge::Basic && shown.is_some();
        let wanted = if is_final { None } else { self.meet(challenge).await? };
        let Some(authorization) = wanted else {
            return Err(self.registry.refusal(answer, &ask.operation).await);
        };
        if let Ok(mut kept) = self.authorization.lock() {
            *kept = Some(authorization.clone());
        }
        let answer = self.registry.exchange_and_tell(ask, Some(&authorization), sent).await?;
        match answer.status() {
            StatusCode::UNAUTHORIZED => Err(self.registry.refusal(answer, &ask.operation).await),
            _ => Ok(answer),
        }
    }

    fn authorization(&self) -> Option<Secret> {
        self.authorization.lock().ok().and_then(|kept| kept.clone())
    }

    /// A path of this repository, and what is asked of it.
    pub(super) fn ask(&self, method: Method, path: &str, operation: &str) -> Ask {
        Ask::new(method, Place::Path(format!("/v2/{}/{path}", self.name)), operation)
    }
}

impl Registry {
    /// One request and its answer, whatever that says.
    pub(super) async fn exchange(&self, ask: &Ask, authorization: Option<&Secret>) -> Result<Response> {
        self.exchange_and_tell(ask, authorization, &mut |_| {}).await
    }

    async fn exchange_and_tell(
        &self,
        ask: &Ask,
        authorization: Option<&Secret>,
        sent: &mut dyn FnMut(u64),
    ) -> Result<Response> {
        let address = match &ask.place {
            Place::Address(address) => {
                let authorization = authorization.filter(|_| self.is_own(address));
                return self.exchange_at(ask, address.clone(), authorization, sent).await;
            }
            Place::Path(path) => path,
        };
        // Not within the condition: the lock would be held for as long as the answer takes.
        let known = *self.scheme();
        if let Some(scheme) = known {
            return self.exchange_at(ask, self.address(scheme, address)?, authorization, sent).await;
        }
        let mut outcome = None;
        for scheme in self.schemes() {
            let found = self.exchange_at(ask, self.address(*scheme, address)?, authorization, sent).await;
            if !speaks_another(&found, *scheme) {
                *self.scheme() = found.is_ok().then_some(*scheme);
                return found;
            }
            outcome.get_or_insert(found);
        }
        outcome.expect("there is a scheme to try")
    }

    async fn exchange_at(
        &self,
        ask: &Ask,
        address: Url,
        authorization: Option<&Secret>,
        sent: &mut dyn FnMut(u64),
    ) -> Result<Response> {
        let client = self.client(&address, &ask.operation)?;
        let mut request = client.request(ask.method.clone(), address);
        for (name, value) in &ask.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header(AUTHORIZATION, authorization.expose());
        }
        let moved = Moved::default();
        request = match &ask.payload {
            Payload::Nothing if ask.method == Method::POST || ask.method == Method::PUT => {
                request.header(CONTENT_LENGTH, 0)
            }
            Payload::Nothing => request,
            Payload::Bytes(bytes) => {
                request.header(CONTENT_LENGTH, bytes.len()).body(moved.clone().body(bytes.clone()))
            }
        };
        self.watched(request.send(), &ask.operation, &moved, sent).await
    }

    /// Waits for an answer as long as anything moves.
    async fn watched(
        &self,
        answer: impl Future<Output = reqwest::Result<Response>>,
        operation: &str,
        moved: &Moved,
        sent: &mut dyn FnMut(u64),
    ) -> Result<Response> {
        let mut answer = std::pin::pin!(answer);
        let stall = self.shared.options.stall;
        let (mut seen, mut since) = (0, tokio::time::Instant::now());
        loop {
            let ended = tokio::time::timeout(LOOK, &mut answer).await;
            let now = moved.0.load(Ordering::Relaxed);
            if now > seen {
                sent(now - seen);
                (seen, since) = (now, tokio::time::Instant::now());
            }
            match ended {
                Ok(answer) => return answer.map_err(|error| self.broken(operation, error)),
                Err(_) if since.elapsed() >= stall => return Err(self.error(operation, Kind::Silent(stall))),
                Err(_) => {}
            }
        }
    }

    /// The body of an answer, which is not large.
    pub(super) async fn body(&self, answer: Response, operation: &str) -> Result<Bytes> {
        let mut body = Vec::new();
        let mut chunks = answer.bytes_stream();
        while let Some(chunk) = self.next(chunks.next(), operation).await? {
            body.extend_from_slice(&chunk);
            if body.len() > LARGEST_MANIFEST {
                return Err(self.error(operation, Kind::Garbled("it is larger than any manifest".to_owned())));
            }
        }
        Ok(body.into())
    }

    /// The next piece of an answer, as long as it comes.
    pub(super) async fn next(
        &self,
        chunk: impl Future<Output = Option<reqwest::Result<Bytes>>>,
        operation: &str,
    ) -> Result<Option<Bytes>> {
        let stall = self.shared.options.stall;
        match tokio::time::timeout(stall, chunk).await {
            Ok(chunk) => chunk.transpose().map_err(|error| self.broken(operation, error)),
            Err(_) => Err(self.error(operation, Kind::Silent(stall))),
        }
    }

    /// Passes an answer on that has one of these statuses.
    pub(super) async fn accept(&self, answer: Response, operation: &str, statuses: &[u16]) -> Result<Response> {
        match statuses.contains(&answer.status().as_u16()) {
            true => Ok(answer),
            false => Err(self.refusal(answer, operation).await),
        }
    }

    /// What a registry said instead of doing it.
    pub(super) async fn refusal(&self, answer: Response, operation: &str) -> RegistryError {
        let status = answer.status().as_u16();
        let body = self.body(answer, operation).await.unwrap_or_default();
        let (code, message) = said(&body);
        self.error(operation, Kind::Refused { status, code, message })
    }

    pub(super) fn error(&self, operation: &str, kind: Kind) -> RegistryError {
        RegistryError::new(&self.shared.host, operation, self.shared.options.login.is_some(), kind)
    }

    fn broken(&self, operation: &str, error: reqwest::Error) -> RegistryError {
        self.error(operation, kind_of(error))
    }

    /// An address that the registry gave, which may be relative. One of its own is reached as the registry itself is:
    /// behind a proxy with TLS it may think that it is spoken to without.
    /// `None` for what is no address, and before the registry has answered.
    pub(super) fn resolve(&self, location: &str) -> Option<Url> {
        let scheme = (*self.scheme())?;
        let own = self.address(scheme, "/").ok()?;
        let mut address = own.join(location).ok()?;
        if is_same_server(&own, &address) {
            address.set_scheme(scheme.name()).ok()?;
        }
        Some(address)
    }

    /// Whether the login may be shown there: at the registry's host and port, spoken to as it is.
    fn is_own(&self, address: &Url) -> bool {
        let scheme = *self.scheme();
        let own = scheme.and_then(|scheme| self.address(scheme, "/").ok());
        own.is_some_and(|own| own.origin() == address.origin())
    }

    fn address(&self, scheme: Scheme, path: &str) -> Result<Url> {
        let text = format!("{}://{}{path}", scheme.name(), self.shared.host);
        text.parse().map_err(|_| self.error("find it", Kind::Unreachable(format!("{text} is no address"))))
    }

    /// What may be spoken, likely ones first.
    fn schemes(&self) -> &'static [Scheme] {
        match (self.is_on_loopback(), self.shared.options.allows_plain_http) {
            (true, _) => &[Scheme::Http, Scheme::Https],
            (false, true) => &[Scheme::Https, Scheme::Http],
            (false, false) => &[Scheme::Https],
        }
    }

    fn scheme(&self) -> MutexGuard<'_, Option<Scheme>> {
        self.shared.scheme.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }

    fn client(&self, address: &Url, operation: &str) -> Result<&Client> {
        let cell = if address.scheme() == "http" { &self.shared.plain } else { &self.shared.secure };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        let client = self.new_client(address.scheme() == "http").map_err(|error| self.broken(operation, error))?;
        Ok(cell.get_or_init(|| client))
    }

    fn new_client(&self, is_plain: bool) -> reqwest::Result<Client> {
        // Whoever installed a provider first has installed this one.
        rustls::crypto::ring::default_provider().install_default().ok();
        let mut builder = Client::builder().connect_timeout(CONNECT_LIMIT).user_agent(USER_AGENT);
        if self.is_on_loopback() {
            builder = builder.no_proxy();
        }
        if is_plain {
            return builder.tls_certs_only([]).build();
        }
        let trust = &self.shared.options.trust;
        for file in &trust.authorities {
            builder = builder.tls_certs_merge(Certificate::from_pem_bundle(file)?);
        }
        if let Some(identity) = &trust.identity {
            builder = builder.identity(Identity::from_pem(identity.expose().as_bytes())?);
        }
        // A redirect must not lead out of TLS.
        builder.redirect(reqwest::redirect::Policy::custom(follow)).build()
    }
}

fn follow(attempt: reqwest::redirect::Attempt<'_>) -> reqwest::redirect::Action {
    const LONGEST_WAY: usize = 10;
    match attempt.url().scheme() {
        "https" if attempt.previous().len() <= LONGEST_WAY => attempt.follow(),
        _ => attempt.stop(),
    }
}

impl Scheme {
    fn name(self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Https => "https",
        }
    }
}

impl Moved {
    /// Bytes as a body whose way out is seen.
    fn body(self, bytes: Bytes) -> reqwest::Body {
        let slices = (0..bytes.len()).step_by(SLICE).map(move |start| {
            let slice = bytes.slice(start..bytes.len().min(start + SLICE));
            self.0.fetch_add(slice.len() as u64, Ordering::Relaxed);
            Ok::<_, std::convert::Infallible>(slice)
        });
        reqwest::Body::wrap_stream(futures_util::stream::iter(slices))
    }
}

/// Whether an outcome means that the server is there, and speaks the other scheme. A server with TLS answers plain HTTP with
/// 400, or closes the connection.
fn speaks_another(outcome: &Result<Response>, scheme: Scheme) -> bool {
    match (scheme, outcome) {
        (Scheme::Http, Ok(answer)) => answer.status() == StatusCode::BAD_REQUEST,
        (Scheme::Http, Err(error)) => matches!(error.kind(), Kind::Broken(_)),
        (Scheme::Https, Ok(_)) => false,
        (Scheme::Https, Err(error)) => matches!(error.kind(), Kind::PlainHttp),
    }
}

/// Whether two addresses differ in no more than the scheme, and the port that this stands for.
fn is_same_server(one: &Url, other: &Url) -> bool {
    let has_same_port = one.port() == other.port() || one.port_or_known_default() == other.port_or_known_default();
    one.host_str() == other.host_str() && has_same_port
}

/// How long the server wants to be left alone.
fn patience(answer: &Response) -> Option<Duration> {
    let seconds = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds).min(LONGEST_PAUSE))
}

/// The first code and all messages of an answer that says no.
/// <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#error-codes>
fn said(body: &[u8]) -> (Option<String>, String) {
    #[derive(Deserialize)]
    struct Said {
        #[serde(default)]
        errors: Vec<One>,
        #[serde(default, alias = "details")]
        message: Option<String>,
    }
    #[derive(Deserialize)]
    struct One {
        code: Option<String>,
        message: Option<String>,
    }
    let Ok(Said { errors, message }) = serde_json::from_slice(body) else { return (None, String::new()) };
    let code = errors.iter().find_map(|error| error.code.clone());
    let messages: Vec<_> = errors.into_iter().filter_map(|error| error.message.or(error.code)).chain(message).collect();
    (code, messages.join("; "))
}

fn kind_of(error: reqwest::Error) -> Kind {
    let (is_connect, error) = (error.is_connect(), error.without_url());
    let mut cause: &(dyn std::error::Error + 'static) = &error;
    loop {
        if let Some(kind) = of_tls(cause) {
            return kind;
        }
        match cause.source() {
            Some(next) => cause = next,
            None => break,
        }
    }
    let reason = match cause.downcast_ref::<std::io::Error>().map(std::io::Error::kind) {
        Some(std::io::ErrorKind::ConnectionRefused) => "nobody listens".to_owned(),
        _ => cause.to_string(),
    };
    match is_connect {
        true => Kind::Unreachable(reason),
        false => Kind::Broken(reason),
    }
}

/// An error of rustls hides in one of the system's, or in several: these are no links of the chain.
fn of_tls(cause: &(dyn std::error::Error + 'static)) -> Option<Kind> {
    if let Some(inner) = cause.downcast_ref::<std::io::Error>().and_then(std::io::Error::get_ref) {
        return of_tls(inner);
    }
    match cause.downcast_ref::<rustls::Error>()? {
        rustls::Error::InvalidMessage(_) => Some(Kind::PlainHttp),
        rustls::Error::InvalidCertificate(reason) => Some(Kind::Untrusted(reason.to_string())),
        _ => None,
    }
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
