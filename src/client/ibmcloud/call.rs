//! One request: with a token that is good, repeated where that does no harm, with the patience that is asked for.

use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use bytes::Bytes;
use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, IF_MATCH, RETRY_AFTER};
use reqwest::{Client, Method, Response};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::error::{Error, Kind, Refusal, Result, kind_of};
use super::{Address, Credential, Service, Session};
use crate::redacted::Secret;

/// How often a request that was not answered well is sent again.
const RETRIES: u32 = 4;

/// The same where nobody listens: whoever is offline wants to know it soon.
const RETRIES_OFFLINE: u32 = 2;

/// Pause before the second attempt; each further one is twice as long, up to the longest, which is also how long
/// a server's Retry-After is followed at most. As IBM's SDKs have it.
/// <https://github.com/IBM/go-sdk-core/blob/main/core/base_service.go>
const FIRST_PAUSE: Duration = Duration::from_secs(1);
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The shortest, whatever a server says.
const SHORTEST_PAUSE: Duration = Duration::from_millis(200);

/// Time for one answer, and to connect.
const REQUEST_LIMIT: Duration = Duration::from_secs(30);
const CONNECT_LIMIT: Duration = Duration::from_secs(10);

/// Time for an answer when the deadline has come: the last look is what is told of.
const LAST_REQUEST_LIMIT: Duration = Duration::from_secs(3);

/// More than any answer has: a hundred service keys with their certificates.
const LARGEST_ANSWER: usize = 16 << 20;

/// More pages than any account has.
const MOST_PAGES: usize = 1000;

/// Entries of a page: the most that all of these services give.
const PAGE: &str = "100";

/// Name of what identifies karctl to a server.
const USER_AGENT: &str = concat!("karctl/", env!("CARGO_PKG_VERSION"));

/// A request that can be sent again.
pub(super) struct Ask {
    pub service: Service,
    method: Method,
    segments: Vec<String>,
    query: Vec<(&'static str, String)>,
    payload: Payload,
    if_match: Option<String>,
    /// As the end of a sentence: `list the projects`.
    pub what: String,
    /// The project that it is about, by id.
    pub project: Option<String>,
    /// What must not be shown if a server repeats it.
    hidden: Vec<Secret>,
    may_be_done_twice: bool,
}

/// What a request brings.
pub(super) enum Payload {
    Nothing,
    Form(Secret),
    Json(Secret),
    MergePatch(Secret),
}

impl Payload {
    /// A JSON document, which may hold secrets.
    pub fn json(value: &Value) -> Self {
        Self::Json(Secret::new(value.to_string()))
    }

    /// A document that says what changes, null what goes; <https://www.rfc-editor.org/rfc/rfc7396>.
    pub fn merge_patch(value: &Value) -> Self {
        Self::MergePatch(Secret::new(value.to_string()))
    }

    fn parts(&self) -> Option<(&'static str, &Secret)> {
        match self {
            Self::Nothing => None,
            Self::Form(text) => Some(("application/x-www-form-urlencoded", text)),
            Self::Json(text) => Some(("application/json", text)),
            Self::MergePatch(text) => Some(("application/merge-patch+json", text)),
        }
    }
}

impl Ask {
    pub fn new(method: Method, service: Service, segments: &[&str], what: impl Into<String>) -> Self {
        Self {
            service,
            method,
            segments: segments.iter().map(|&segment| segment.to_owned()).collect(),
            query: Vec::new(),
            payload: Payload::Nothing,
            if_match: None,
            what: what.into(),
            project: None,
            hidden: Vec::new(),
            may_be_done_twice: true,
        }
    }

    pub fn get(service: Service, segments: &[&str], what: impl Into<String>) -> Self {
        Self::new(Method::GET, service, segments, what)
    }

    pub fn post(service: Service, segments: &[&str], what: impl Into<String>) -> Self {
        Self::new(Method::POST, service, segments, what)
    }

    pub fn query(mut self, name: &'static str, value: impl Into<String>) -> Self {
        let value = value.into();
        self.query.retain(|(there, _)| *there != name);
        self.query.push((name, value));
        self
    }

    pub fn with(mut self, payload: Payload) -> Self {
        self.payload = payload;
        self
    }

    pub fn if_match(mut self, tag: &str) -> Self {
        self.if_match = Some(tag.to_owned());
        self
    }

    pub fn of_project(mut self, id: &str) -> Self {
        self.project = Some(id.to_owned());
        self
    }

    pub fn hiding(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.hidden.extend(secrets);
        self
    }

    /// Makes it one that is not sent again where it may have been done: whoever sends it looks first.
    pub fn at_most_once(mut self) -> Self {
        self.may_be_done_twice = false;
        self
    }

    pub fn error(&self, kind: Kind) -> Error {
        Error::new(self.service, &self.what, kind).of_project(self.project.clone())
    }
}

/// An answer that says yes.
pub(super) struct Answer {
    body: Bytes,
    service: Service,
    what: String,
}

impl Answer {
    /// What it holds. A mistake is told by its place only: a value may be a secret.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T> {
        let mut reader = serde_json::Deserializer::from_slice(&self.body);
        serde_path_to_error::deserialize(&mut reader).map_err(|error| {
            let (line, column) = (error.inner().line(), error.inner().column());
            let place = format!("`{}` (line {line}, column {column})", error.path());
            let reason = match error.inner().classify() {
                serde_json::error::Category::Data => format!("{place} is not as its documentation says"),
                _ => "it is no JSON".to_owned(),
            };
            Error::new(self.service, &self.what, Kind::Garbled(reason))
        })
    }
}

impl Session {
    /// Sends a request until it is answered well, fails for good, or the deadline has passed.
    pub(super) async fn send(&self, ask: &Ask) -> Result<Answer> {
        let (mut pause, mut retries, mut has_renewed, mut is_doubtful) = (FIRST_PAUSE, 0, false, false);
        loop {
            let token = match ask.service {
                Service::Iam => None,
                _ => Some(self.token().await?),
            };
            let (error, asked) = match self.exchange(ask, token.as_ref()).await {
                Ok(answer) => return Ok(answer),
                Err(unanswered) => unanswered,
            };
            if let (Some(401), Some(refused), false) = (error.status(), &token, has_renewed)
                && self.forget(refused).await
            {
                has_renewed = true;
                continue;
            }
            is_doubtful |= error.may_be_done();
            let error = error.doubted(is_doubtful);
            let most = if matches!(error.kind(), Kind::Unreachable(_)) { RETRIES_OFFLINE } else { RETRIES };
            let is_hopeless = !error.is_passing() || (is_doubtful && !ask.may_be_done_twice);
            if is_hopeless || retries == most {
                return Err(error);
            }
            let wait = asked.map_or(pause, |asked| asked.clamp(SHORTEST_PAUSE, LONGEST_PAUSE));
            if self.left().is_some_and(|left| left <= wait) {
                return Err(error.out_of_time());
            }
            self.trace(2, || format!("{error}; again in {} ms", wait.as_millis()));
            tokio::time::sleep(wait).await;
            retries += 1;
            pause = (pause * 2).min(LONGEST_PAUSE);
        }
    }

    /// Reads a list to its last page.
    pub(super) async fn pages<T: DeserializeOwned>(&self, ask: Ask, list: &str) -> Result<Vec<T>> {
        let mut ask = ask.query("limit", PAGE);
        let mut entries = Vec::new();
        let mut starts: Vec<String> = Vec::new();
        loop {
            let answer = self.send(&ask).await?;
            let mut page: Value = answer.json()?;
            let found = page.get_mut(list).map(Value::take).unwrap_or_default();
            let Value::Array(found) = found else {
                return Err(ask.error(Kind::Garbled(format!("it has no list `{list}`"))));
            };
            for entry in found {
                entries.push(entry_of(&ask, entry, list)?);
            }
            let Some(start) = next_start(&page) else { return Ok(entries) };
            if starts.contains(&start) || starts.len() == MOST_PAGES {
                return Err(ask.error(Kind::Garbled("its pages have no end".to_owned())));
            }
            ask = ask.query("start", start.clone());
            starts.push(start);
        }
    }

    /// One request and its answer, or what came instead and the patience that a server asks for.
    async fn exchange(
        &self,
        ask: &Ask,
        token: Option<&Secret>,
    ) -> std::result::Result<Answer, (Error, Option<Duration>)> {
        let failed = |kind| (ask.error(kind), None);
        let address = self.address(ask.service).ok_or_else(|| failed(Kind::NoRegion))?;
        let request = self.request(ask, address, token).map_err(|error| failed(kind_of(error)))?;
        let limit = self.left().map_or(REQUEST_LIMIT, |left| left.clamp(LAST_REQUEST_LIMIT, REQUEST_LIMIT));
        let began = Instant::now();
        self.shared.requests.fetch_add(1, Ordering::Relaxed);
        let answered = tokio::time::timeout(limit, answer(request, ask)).await;
        let (outcome, asked) = match answered {
            Ok(Ok((status, _, body))) if (200..300).contains(&status) => {
                self.trace_exchange(ask, &status.to_string(), began);
                return Ok(Answer { body, service: ask.service, what: ask.what.clone() });
            }
            Ok(Ok((status, asked, body))) => {
                let (Credential::ApiKey(own) | Credential::Token(own)) = &self.shared.credential;
                let hidden: Vec<_> = ask.hidden.iter().chain(token).chain([own]).cloned().collect();
                (Kind::Refused(Box::new(Refusal::read(status, &body, &hidden))), asked)
            }
            Ok(Err(kind)) => (kind, None),
            Err(_) => (Kind::Silent(limit), None),
        };
        let error = ask.error(outcome);
        self.trace_exchange(ask, &error.status().map_or("no answer".to_owned(), |status| status.to_string()), began);
        Err((error, asked))
    }

    fn request(
        &self,
        ask: &Ask,
        address: &Address,
        token: Option<&Secret>,
    ) -> reqwest::Result<reqwest::RequestBuilder> {
        let segments: Vec<_> = ask.segments.iter().map(String::as_str).collect();
        let query: Vec<_> = ask.query.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let mut request = self.client(address)?.request(ask.method.clone(), address.join(&segments, &query));
        request = request.header(ACCEPT, "application/json");
        if let Some(token) = token {
            request = request.header(AUTHORIZATION, format!("Bearer {}", token.expose()));
        }
        if let Some(tag) = &ask.if_match {
            request = request.header(IF_MATCH, tag);
        }
        Ok(match ask.payload.parts() {
            Some((kind, text)) => request.header(CONTENT_TYPE, kind).body(text.expose().to_owned()),
            None => request,
        })
    }

    fn address(&self, service: Service) -> Option<&Address> {
        match service {
            Service::Iam => Some(&self.shared.api.iam),
            Service::ResourceController => Some(&self.shared.api.resource_controller),
            Service::CodeEngine => self.shared.api.code_engine.as_ref(),
        }
    }

    fn client(&self, address: &Address) -> reqwest::Result<&Client> {
        let cell = if address.is_plain() { &self.shared.plain } else { &self.shared.secure };
        if let Some(client) = cell.get() {
            return Ok(client);
        }
        // Whoever installed a provider first has installed this one.
        rustls::crypto::ring::default_provider().install_default().ok();
        // A token is shown to nobody that a redirect names.
        let mut builder = Client::builder().redirect(reqwest::redirect::Policy::none());
        builder = builder.connect_timeout(CONNECT_LIMIT).user_agent(USER_AGENT);
        if address.is_loopback() {
            builder = builder.no_proxy();
        }
        if address.is_plain() {
            builder = builder.tls_certs_only([]);
        }
        let client = builder.build()?;
        Ok(cell.get_or_init(|| client))
    }

    /// The time that is left, where there is an end.
    fn left(&self) -> Option<Duration> {
        self.deadline.map(|end| end.saturating_duration_since(Instant::now()))
    }

    fn trace_exchange(&self, ask: &Ask, outcome: &str, began: Instant) {
        self.trace(2, || {
            let path = ask.segments.join("/");
            let service = ask.service.name().trim_start_matches("the ");
            format!("{service}: {} /{path}: {outcome}, {} ms", ask.method, began.elapsed().as_millis())
        });
    }

    fn trace(&self, level: u8, text: impl FnOnce() -> String) {
        if let Some(tracer) = &self.shared.tracer {
            tracer(level, &text());
        }
    }
}

/// Status, patience that is asked for, and body of an answer.
async fn answer(
    request: reqwest::RequestBuilder,
    ask: &Ask,
) -> std::result::Result<(u16, Option<Duration>, Bytes), Kind> {
    let mut answer = request.send().await.map_err(kind_of)?;
    let (status, asked) = (answer.status().as_u16(), patience(&answer));
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(kind_of)? {
        body.extend_from_slice(&chunk);
        if body.len() > LARGEST_ANSWER {
            return Err(Kind::Garbled(format!("it is larger than anything that could {}", ask.what)));
        }
    }
    Ok((status, asked, body.into()))
}

/// How long the server wants to be left alone: seconds, or a date.
fn patience(answer: &Response) -> Option<Duration> {
    let text = answer.headers().get(RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = text.parse() {
        return Some(Duration::from_secs(seconds));
    }
    let until = jiff::fmt::rfc2822::parse(text).ok()?.timestamp();
    Some(Duration::try_from(until.duration_since(jiff::Timestamp::now())).unwrap_or_default())
}

fn entry_of<T: DeserializeOwned>(ask: &Ask, entry: Value, list: &str) -> Result<T> {
    serde_path_to_error::deserialize(entry).map_err(|error| {
        ask.error(Kind::Garbled(format!("`{}` in its list `{list}` is not as its documentation says", error.path())))
    })
}

/// The token of the page after this one: Code Engine gives it as it is, the Resource Controller within an
/// address, which may be relative.
fn next_start(page: &Value) -> Option<String> {
    let own = page["next"]["start"].as_str().map(str::to_owned);
    let start = own.or_else(|| {
        let query = page["next_url"].as_str()?.split_once('?')?.1;
        let address = reqwest::Url::parse(&format!("page:?{query}")).ok()?;
        address.query_pairs().find(|(name, _)| name == "start").map(|(_, value)| value.into_owned())
    });
    start.filter(|start| !start.is_empty())
}

#[cfg(test)]
#[path = "call_tests.rs"]
mod tests;
