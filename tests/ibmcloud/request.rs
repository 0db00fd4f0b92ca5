//! One request, read strictly, and its answer.

use std::collections::BTreeMap;

use hyper::header::HeaderMap;
use hyper::{Method, Uri};
use serde_json::{Map, Value, json};

/// The services, in the order of their ports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Service {
    /// Tokens.
    Iam,
    /// Service keys and resource groups.
    ResourceController,
    /// Projects, secrets and applications.
    CodeEngine,
}

impl Service {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Iam, Self::ResourceController, Self::CodeEngine];

    /// The variable that points karctl at it.
    pub fn variable(self) -> &'static str {
        match self {
            Self::Iam => "KARCTL_IAM_URL",
            Self::ResourceController => "KARCTL_RESOURCE_CONTROLLER_URL",
            Self::CodeEngine => "KARCTL_CODE_ENGINE_URL",
        }
    }

    /// Its name in [`Recorded::shape`].
    pub fn name(self) -> &'static str {
        match self {
            Self::Iam => "iam",
            Self::ResourceController => "resource-controller",
            Self::CodeEngine => "code-engine",
        }
    }
}

/// A request that was read whole.
#[derive(Clone, Debug)]
pub struct Request {
    pub service: Service,
    pub method: Method,
    /// Parts of the path, decoded.
    pub path: Vec<String>,
    pub query: BTreeMap<String, String>,
    pub headers: HeaderMap,
    pub body: Vec<u8>,
}

/// A request, and what was answered.
#[derive(Clone, Debug)]
pub struct Recorded {
    pub request: Request,
    /// Which one of its shape it was, from zero, since the faults were last healed.
    pub occurrence: usize,
    /// HTTP status; zero where the connection was cut.
    pub status: u16,
    /// Why nobody may send such a request.
    misuse: Option<Box<str>>,
}

/// What is answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: Vec<(&'static str, String)>,
    pub body: Option<Value>,
    /// Why nobody may send such a request.
    pub misuse: Option<Box<str>>,
}

/// An answer either way; a refusal ends the request where it is found.
pub type Outcome = Result<Answer, Answer>;

impl Answer {
    /// A success with a document.
    pub fn new(status: u16, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body), misuse: None }
    }

    /// A success without one.
    pub fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: None, misuse: None }
    }

    /// An error as the service words it, to a request that a program may send.
    pub fn error(service: Service, status: u16, code: &str, message: &str) -> Self {
        let trace = format!("{}-{status}", uuid());
        let body = match service {
            Service::Iam => json!({
                "errorCode": code,
                "errorMessage": message,
                "context": { "requestId": trace, "requestType": "incoming.Identity_Token", "locale": "en_US" },
            }),
            Service::ResourceController => json!({
                "error_code": code,
                "message": message,
                "status_code": status,
                "transaction_id": trace,
                "details": "",
            }),
            Service::CodeEngine => json!({
                "errors": [{ "code": code, "message": message }],
                "trace": format!("codeengine-api-{trace}"),
                "status_code": status,
            }),
        };
        Self { status, headers: Vec::new(), body: Some(body), misuse: None }
    }

    /// An error that only a program with a mistake can meet.
    pub fn misuse(service: Service, status: u16, code: &str, message: impl Into<String>) -> Self {
        let message = message.into();
        Self { misuse: Some(message.as_str().into()), ..Self::error(service, status, code, &message) }
    }

    /// With a header more.
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

impl Request {
    /// Reads the line and the headers.
    pub fn read(
        service: Service,
        method: Method,
        uri: &Uri,
        headers: HeaderMap,
        body: Vec<u8>,
    ) -> Result<Self, Answer> {
        let refuse = |what: &str| Answer::misuse(service, 400, "bad_request", what);
        let path = uri.path().split('/').skip(1).map(decode).collect::<Option<_>>();
        let mut query = BTreeMap::new();
        for pair in uri.query().unwrap_or_default().split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| refuse("a query parameter has no value"))?;
            let (name, value) = (decode(name), decode(&value.replace('+', " ")));
            let (Some(name), Some(value)) = (name, value) else { return Err(refuse("the query is not UTF-8")) };
            if query.insert(name.clone(), value).is_some() {
                return Err(refuse(&format!("the query parameter {name} is given twice")));
            }
        }
        let path = path.ok_or_else(|| refuse("the path is not UTF-8"))?;
        Ok(Self { service, method, path, query, headers, body })
    }

    /// A header's value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).and_then(|value| value.to_str().ok())
    }

    /// Refuses query parameters that are not among these.
    pub fn only_query(&self, known: &[&str]) -> Result<(), Answer> {
        match self.query.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(self.misuse(400, format!("unknown query parameter {name}"))),
            None => Ok(()),
        }
    }

    /// Refuses a body where none belongs.
    pub fn no_body(&self) -> Result<(), Answer> {
        if self.body.is_empty() { Ok(()) } else { Err(self.misuse(400, "no body belongs here")) }
    }

    /// The body as an object of this content type, with these fields and no others.
    pub fn object(&self, content_type: &str, known: &[&str]) -> Result<Map<String, Value>, Answer> {
        if self.header("content-type") != Some(content_type) {
            return Err(self.misuse(415, format!("the content type is not {content_type}")));
        }
        let Ok(Value::Object(object)) = serde_json::from_slice(&self.body) else {
            return Err(self.misuse(400, "the body is no JSON object"));
        };
        match object.keys().find(|name| !known.contains(&name.as_str())) {
            Some(name) => Err(self.misuse(400, format!("unknown field {name}"))),
            None => Ok(object),
        }
    }

    /// A refusal of what no program may send.
    pub fn misuse(&self, status: u16, message: impl Into<String>) -> Answer {
        let code = match self.service {
            Service::Iam => "BXNIM0109E",
            Service::ResourceController => "RC-BadRequest",
            Service::CodeEngine => "bad_request",
        };
        Answer::misuse(self.service, status, code, message)
    }

    /// A refusal of what a user may have asked for.
    pub fn refusal(&self, status: u16, code: &str, message: &str) -> Answer {
        Answer::error(self.service, status, code, message)
    }

    /// The page that was asked for, of all there is.
    pub fn page<'a>(&self, all: &'a [Value], page_size: usize) -> Result<Page<'a>, Answer> {
        let limit = match self.query.get("limit").map(|limit| limit.parse()) {
            None => MAXIMUM_LIMIT,
            Some(Ok(limit)) if (1..=MAXIMUM_LIMIT).contains(&limit) => limit,
            Some(_) => return Err(self.misuse(400, "limit is not between 1 and 100")),
        };
        let begin = match self.query.get("start") {
            None => 0,
            Some(start) => start.strip_prefix(START).and_then(|index| index.parse().ok()).unwrap_or(usize::MAX),
        };
        if begin > all.len() {
            return Err(self.misuse(400, "start is not a token of an earlier page"));
        }
        let end = all.len().min(begin + limit.min(page_size));
        let next = (end < all.len()).then(|| format!("{START}{end}"));
        Ok(Page { limit, items: &all[begin..end], next })
    }
}

/// The most of a page, of both services.
const MAXIMUM_LIMIT: usize = 100;

/// What tokens of pages begin with: it must be encoded in a query.
const START: &str = "g1AAAAB+/=";

/// A part of a list.
pub struct Page<'a> {
    pub limit: usize,
    pub items: &'a [Value],
    /// Token of the next one.
    pub next: Option<String>,
}

impl Recorded {
    /// What came of a request.
    pub fn new(request: Request, occurrence: usize, answer: Option<&Answer>) -> Self {
        let misuse = answer.and_then(|answer| answer.misuse.clone());
        Self { request, occurrence, status: answer.map_or(0, |answer| answer.status), misuse }
    }

    /// Service, method and path, without what differs between two runs: `code-engine GET /v2/projects/{project}/apps`.
    pub fn shape(&self) -> String {
        self.request.shape()
    }

    /// The body as JSON; null where it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.request.body).unwrap_or_default()
    }

    /// Whether it may change something, or hands out a token.
    pub fn is_write(&self) -> bool {
        self.request.method != Method::GET && self.request.service != Service::Iam
    }

    /// Why nobody may send such a request, with its shape.
    pub fn misuse(&self) -> Option<String> {
        self.misuse.as_ref().map(|why| format!("{}: {why}", self.shape()))
    }
}

impl Request {
    /// [`Recorded::shape`].
    pub fn shape(&self) -> String {
        let mut path = String::new();
        for (index, part) in self.path.iter().enumerate() {
            let is_project = index == 2 && self.path[1] == "projects";
            path.push('/');
            path.push_str(if is_project { "{project}" } else { part });
        }
        let page = if self.query.contains_key("start") { "?start" } else { "" };
        format!("{} {} {path}{page}", self.service.name(), self.method)
    }
}

/// An identifier as all three services make them.
pub fn uuid() -> String {
    let [a, b, c, d]: [u32; 4] = rand::random();
    format!("{a:08x}-{:04x}-4{:03x}-a{:03x}-{:04x}{d:08x}", b >> 16, b & 0xfff, c >> 20, c & 0xffff)
}

/// Undoes the encoding of a part of a URL.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                u8::from_str_radix(&format!("{}{}", char::from(rest.next()?), char::from(rest.next()?)), 16).ok()?
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).ok()
}

/// What the body of a form holds.
pub fn form(body: &[u8]) -> Option<BTreeMap<String, String>> {
    let text = std::str::from_utf8(body).ok()?;
    text.split('&')
        .map(|pair| pair.split_once('='))
        .map(|pair| pair.and_then(|(name, value)| Some((decode(name)?, decode(&value.replace('+', " "))?))))
        .collect()
}
