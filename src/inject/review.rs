//! The webhook's question and answer: `AdmissionReview` of `admission.k8s.io/v1`.
//!
//! What is no review gets a status of HTTP and a sentence; what is one is always answered as one, whatever the object is.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Outcome, Refusal, Sidecar, inject};

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// An API server shows no longer warnings.
const LONGEST_WARNING: usize = 256;

/// The HTTP statuses of answers.
const OK: u16 = 200;
const BAD_REQUEST: u16 = 400;
const UNSUPPORTED_MEDIA_TYPE: u16 = 415;

/// What is answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// The HTTP status: 200, 400 or 415.
    pub status: u16,
    /// The review with its response, or a sentence where there was none.
    pub body: String,
    /// What was decided, for logs and numbers.
    pub decided: Decided,
}

/// What was decided, and of whom; nothing of the pod's content but the annotations that were refused.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// What was decided.
    pub verdict: Verdict,
    /// The review's `uid`.
    pub uid: String,
    /// The pod's namespace.
    pub namespace: String,
    /// The pod's name, or the prefix that its name will begin with.
    pub name: String,
    /// Why, where the pod was refused or the request was none.
    pub message: String,
}

/// What was decided.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Verdict {
    /// The pod is changed.
    Injected,
    /// The pod stays as it is.
    Unchanged,
    /// The pod is refused.
    Refused,
    /// It was no review.
    #[default]
    Invalid,
}

impl Verdict {
    /// Every verdict.
    pub const ALL: [Self; 4] = [Self::Injected, Self::Unchanged, Self::Refused, Self::Invalid];

    /// The word for logs and numbers.
    pub fn word(self) -> &'static str {
        match self {
            Self::Injected => "injected",
            Self::Unchanged => "unchanged",
            Self::Refused => "refused",
            Self::Invalid => "invalid",
        }
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review {
    #[serde(default)]
    api_version: Value,
    #[serde(default)]
    kind: Value,
    #[serde(default)]
    request: Option<Value>,
}

/// Answers one request of an API server.
pub fn review(content_type: Option<&str>, body: &[u8], sidecar: &Sidecar) -> Answer {
    let media_type = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim();
    if !media_type.eq_ignore_ascii_case("application/json") {
        let seen = content_type.unwrap_or("nothing");
        return invalid(UNSUPPORTED_MEDIA_TYPE, format!("Content-Type is {seen}, but has to be application/json"));
    }
    match request(body) {
        Ok(request) => answer(&request, sidecar),
        Err(message) => invalid(BAD_REQUEST, message),
    }
}

/// The `request` of a review.
fn request(body: &[u8]) -> Result<Map<String, Value>, String> {
    if body.is_empty() {
        return Err("the body is empty".to_owned());
    }
    let review: Review =
        serde_json::from_slice(body).map_err(|error| format!("the body is no AdmissionReview: {error}"))?;
    let (version, kind) = (review.api_version.as_str().unwrap_or_default(), review.kind.as_str().unwrap_or_default());
    if (version, kind) != (API_VERSION, KIND) {
        return Err(format!("the body is {kind:?} of {version:?}, but has to be {KIND} of {API_VERSION}"));
    }
    match review.request {
        Some(Value::Object(request)) if request.get("uid").is_some_and(Value::is_string) => Ok(request),
        Some(Value::Object(_)) => Err("the review's request has no uid".to_owned()),
        _ => Err("the review has no request".to_owned()),
    }
}

fn answer(request: &Map<String, Value>, sidecar: &Sidecar) -> Answer {
    let text = |name: &str| request.get(name).and_then(Value::as_str).unwrap_or_default();
    let object = request.get("object").unwrap_or(&Value::Null);
    let name = Some(text("name")).filter(|name| !name.is_empty());
    let prefix = || object.pointer("/metadata/generateName").and_then(Value::as_str).unwrap_or_default();
    let mut decided = Decided {
        verdict: Verdict::Unchanged,
        uid: text("uid").to_owned(),
        namespace: text("namespace").to_owned(),
        name: name.unwrap_or_else(prefix).to_owned(),
        message: String::new(),
    };
    let mut response = json!({ "uid": decided.uid, "allowed": true });
    if is_new_pod(request, object) {
        match inject(object, sidecar) {
            Ok(Outcome::Unchanged(_)) => {}
            Ok(Outcome::Injected(injection)) => {
                decided.verdict = Verdict::Injected;
                response["patchType"] = "JSONPatch".into();
                response["patch"] = STANDARD.encode(json!(injection.patch).to_string()).into();
                if !injection.warnings.is_empty() {
                    response["warnings"] = injection.warnings.iter().map(|warning| short(warning)).collect();
                }
            }
            Err(Refusal(message)) => {
                decided.verdict = Verdict::Refused;
                response["allowed"] = false.into();
                response["status"] = json!({ "code": 422, "reason": "Invalid", "message": format!("KAR: {message}") });
                decided.message = message;
            }
        }
    }
    let body = json!({ "apiVersion": API_VERSION, "kind": KIND, "response": response });
    Answer { status: OK, body: body.to_string(), decided }
}

/// Containers can be added while a pod is made only. What else a webhook configuration may send is none of ours.
fn is_new_pod(request: &Map<String, Value>, object: &Value) -> bool {
    let resource = |name: &str| request.get("resource").and_then(|resource| resource.get(name)).and_then(Value::as_str);
    let is_pods = (resource("group").unwrap_or_default(), resource("version"), resource("resource"))
        == ("", Some("v1"), Some("pods"));
    let has =
        |name: &str, wanted: &[&str]| wanted.contains(&request.get(name).and_then(Value::as_str).unwrap_or_default());
    let is_pod = matches!(object.get("kind").and_then(Value::as_str), None | Some("Pod"));
    is_pods && is_pod && has("subResource", &[""]) && has("operation", &["CREATE", ""])
}

fn invalid(status: u16, message: String) -> Answer {
    let body = format!("{message}\n");
    Answer { status, body, decided: Decided { message, ..Decided::default() } }
}

fn short(warning: &str) -> Value {
    let text: String = warning.chars().filter(|c| !c.is_control()).collect();
    let end = (0..=LONGEST_WARNING.min(text.len())).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
    Value::from(&text[..end])
}
