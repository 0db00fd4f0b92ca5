//! What a request's path and query have in common with those of other runs.

use serde_json::Value;

/// Query parameters of the Kubernetes API, and of registries, whose value differs from run to run, and what stands for it.
/// "0" is another question than a version that was seen, and is kept.
const VARYING: [(&str, &str); 4] =
    [("resourceVersion", "{version}"), ("continue", "{token}"), ("timeoutSeconds", "{seconds}"), ("_state", "{state}")];

/// Where a registry's uploads are; what follows names one.
const UPLOADS: &str = "/blobs/uploads/";

/// Resources whose objects have names that Kubernetes generates.
const GENERATED: [&str; 2] = ["pods", "replicasets"];

/// The letters and digits that Kubernetes generates names from (`k8s.io/apimachinery/pkg/util/rand`), ...
const ALPHABET: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// ... how many of them end a pod's name, ...
const SUFFIX: usize = 5;
/// ... and how many stand before these, or end a replica set's name: a hash of the pod's template.
const HASH: std::ops::RangeInclusive<usize> = 8..=10;

/// Digits from which on a number is a time or another that differs from run to run.
const LONG_NUMBER: usize = 9;

/// Makes shapes: without the Engine's API version, ids, times, generated names and the instance's name; queries in a fixed
/// order. The paths of the Engine API and of the Kubernetes API are apart, so that the rules for one leave the other alone.
#[derive(Clone, Debug, Default)]
pub struct Shapes {
    name: String,
}

impl Shapes {
    /// Of requests about the instance of this name, which must be no part of other words.
    pub fn of(name: &str) -> Self {
        Self { name: name.to_owned() }
    }

    /// The shape of a path with its query.
    pub fn shape(&self, target: &str) -> String {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let path = without_upload(&decoded(without_version(path)));
        let path = self.anonymous(&without_generated_name(&path));
        let mut pairs: Vec<_> = query.split('&').filter(|pair| !pair.is_empty()).map(|pair| self.pair(pair)).collect();
        pairs.sort();
        if pairs.is_empty() { path } else { format!("{path}?{}", pairs.join("&")) }
    }

    fn pair(&self, pair: &str) -> String {
        let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
        let value = decoded(&value.replace('+', " "));
        if let Some((_, placeholder)) = VARYING.iter().find(|(name, _)| *name == key && !["", "0"].contains(&&*value)) {
            return format!("{key}={placeholder}");
        }
        let value = match serde_json::from_str(&value) {
            Ok(document @ (Value::Object(_) | Value::Array(_))) => flat(&document),
            _ => value,
        };
        format!("{}={}", decoded(key), self.anonymous(&value))
    }

    /// Word by word: the instance's name anywhere, and words that are ids or long numbers.
    fn anonymous(&self, text: &str) -> String {
        let named = if self.name.is_empty() { text.to_owned() } else { text.replace(&self.name, "{name}") };
        let is_edge = |c: char| !c.is_ascii_alphanumeric();
        named
            .split_inclusive(is_edge)
            .map(|part| {
                let word = part.trim_end_matches(is_edge);
                format!("{}{}", anonymous_word(word), &part[word.len()..])
            })
            .collect()
    }
}

fn anonymous_word(word: &str) -> &str {
    let is_hexadecimal = word.bytes().all(|byte| byte.is_ascii_hexdigit());
    match word.len() {
        64 if is_hexadecimal => "{id}",
        length if length >= LONG_NUMBER && word.bytes().all(|byte| byte.is_ascii_digit()) => "{number}",
        _ => word,
    }
}

/// `/api/v1/namespaces/n/pods/web-7d9f8b6c55-x2x4z` ends in `pods/web-{hash}-{suffix}`.
fn without_generated_name(path: &str) -> String {
    let mut parts: Vec<_> = path.split('/').map(str::to_owned).collect();
    let resource = parts.iter().position(|part| GENERATED.contains(&&**part));
    if let Some(name) = resource.and_then(|index| parts.get_mut(index + 1)) {
        let is_generated = |word: &str| word.bytes().all(|byte| ALPHABET.contains(&byte));
        let mut words: Vec<_> = name.split('-').collect();
        let mut last = words.len() - 1;
        if last > 0 && words[last].len() == SUFFIX && is_generated(words[last]) {
            words[last] = "{suffix}";
            last -= 1;
        }
        if last > 0 && HASH.contains(&words[last].len()) && is_generated(words[last]) {
            words[last] = "{hash}";
        }
        *name = words.join("-");
    }
    parts.join("/")
}

/// `/v2/x/blobs/uploads/1f0c...` ends in `uploads/{upload}`.
fn without_upload(path: &str) -> String {
    match path.split_once(UPLOADS) {
        Some((repository, upload)) if !upload.is_empty() => format!("{repository}{UPLOADS}{{upload}}"),
        _ => path.to_owned(),
    }
}

/// `/v1.41/info` is `/info`.
fn without_version(path: &str) -> &str {
    let rest = path.strip_prefix("/v").and_then(|rest| rest.find('/').map(|end| rest.split_at(end)));
    match rest {
        Some((version, rest)) if version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') => rest,
        _ => path,
    }
}

/// Every leaf of a document with its path, sorted: maps come in any order.
fn flat(document: &Value) -> String {
    fn walk(value: &Value, path: &str, leaves: &mut Vec<String>) {
        match value {
            Value::Object(members) => {
                members.iter().for_each(|(key, value)| walk(value, &format!("{path}{key}:"), leaves));
            }
            Value::Array(items) => items.iter().for_each(|item| walk(item, path, leaves)),
            Value::String(text) => leaves.push(format!("{path}{text}")),
            other => leaves.push(format!("{path}{other}")),
        }
    }
    let mut leaves = Vec::new();
    walk(document, "", &mut leaves);
    leaves.sort();
    leaves.join(",")
}

/// Without percent-encoding; what is no code stays.
fn decoded(text: &str) -> String {
    let mut parts = text.split('%');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        match part.get(..2).and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                bytes.extend_from_slice(&part.as_bytes()[2..]);
            }
            None => {
                bytes.push(b'%');
                bytes.extend_from_slice(part.as_bytes());
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[test]
fn what_differs_from_run_to_run_is_left_out_and_the_order_of_a_query_does_not_matter() {
    let id = "0123456789abcdef".repeat(4);
    for (target, expected) in [
        ("/_ping".to_owned(), "/_ping"),
        ("/v1.41/containers/one_kafka/json".to_owned(), "/containers/{name}_kafka/json"),
        (format!("/v1.52/networks/{id}"), "/networks/{id}"),
        (format!("/images/x@sha256:{id}/json"), "/images/x@sha256:{id}/json"),
        ("/containers/create?platform=&name=one_redis".to_owned(), "/containers/create?name={name}_redis&platform="),
        ("/containers/a/stop?t=10&signal=15".to_owned(), "/containers/a/stop?signal=15&t=10"),
        ("/events?since=1700000000.5".to_owned(), "/events?since={number}.5"),
        (
            "/volumes?filters=%7B%22label%22%3A%5B%22b%3Done%22%2C%22a%22%5D%2C%22dangling%22%3A%7B%22true%22%3Atrue%7D%7D"
                .to_owned(),
            "/volumes?filters=dangling:true:true,label:a,label:b={name}",
        ),
        ("/vault/x%2Fy%".to_owned(), "/vault/x/y%"),
        ("/v2/one/x/blobs/uploads/6b2c-1?_state=e30%3D&digest=sha256%3A0".to_owned(),
            "/{name}/x/blobs/uploads/{upload}?_state={state}&digest=sha256:0"),
        (
            "/apis/apps/v1/namespaces/one/statefulsets/kafka?fieldManager=karctl&force=true".to_owned(),
            "/apis/apps/v1/namespaces/{name}/statefulsets/kafka?fieldManager=karctl&force=true",
        ),
        (
            "/api/v1/namespaces/one/pods?watch=true&resourceVersion=812&timeoutSeconds=290&labelSelector=a%3Done".to_owned(),
            "/api/v1/namespaces/{name}/pods?labelSelector=a={name}&resourceVersion={version}&timeoutSeconds={seconds}&watch=true",
        ),
        ("/api/v1/pods?limit=500&continue=eyJ2&resourceVersion=0".to_owned(),
            "/api/v1/pods?continue={token}&limit=500&resourceVersion=0"),
        ("/api/v1/namespaces/one/pods/web-7d9f8b6c55-x2x4z/log".to_owned(),
            "/api/v1/namespaces/{name}/pods/web-{hash}-{suffix}/log"),
        ("/api/v1/namespaces/one/pods/kar-kafka-0".to_owned(), "/api/v1/namespaces/{name}/pods/kar-kafka-0"),
        ("/api/v1/namespaces/one/pods/client".to_owned(), "/api/v1/namespaces/{name}/pods/client"),
        ("/apis/apps/v1/namespaces/n/replicasets/web-7d9f8b6c55".to_owned(),
            "/apis/apps/v1/namespaces/n/replicasets/web-{hash}"),
    ] {
        assert_eq!(Shapes::of("one").shape(&target), expected);
    }
}
