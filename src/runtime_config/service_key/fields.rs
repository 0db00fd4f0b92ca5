//! The fields of a key's credentials, each found by its path; what is wrong is gathered, and told at once.

use serde_json::Value;

use super::selection::Key;
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::redacted::Secret;

/// What IBM Cloud puts in the place of credentials of a higher role on the service than the caller's.
/// <https://cloud.ibm.com/docs/account?topic=account-service_credentials#access-credentials-ui>
const REDACTED: &str = "REDACTED";

/// The same, where the roles cannot be compared: only whoever may do this sees them, as administrators of the service may.
/// <https://cloud.ibm.com/docs/account?topic=account-service_credentials#iam-access-credentials-ui>
const REDACTED_EXPLICIT: &str = "REDACTED_EXPLICIT";

/// The credentials of one key, and what was found wrong with them.
pub(super) struct Fields<'a> {
    key: Key<'a>,
    wrong: Vec<String>,
}

impl<'a> Fields<'a> {
    /// The fields of a key whose credentials can be seen.
    ///
    /// # Errors
    /// When they are withheld, can be read only once, or are not there.
    pub(super) fn of(key: &Key<'a>) -> Result<Self> {
        let mark = match key.credentials {
            Value::String(text) => Some(text.as_str()),
            Value::Object(members) => members.get(REDACTED).map(|mark| mark.as_str().unwrap_or(REDACTED)),
            _ => None,
        };
        let is_empty = match key.credentials {
            Value::Object(members) => members.is_empty(),
            _ => true,
        };
        if key.is_onetime() && (is_empty || mark.is_some()) {
            return Err(onetime(key).into());
        }
        if let Some(mark) = mark.filter(|mark| mark.starts_with(REDACTED)) {
            return Err(withheld(key, mark).into());
        }
        if !key.credentials.is_object() {
            let message = format!("the {} has no `credentials`", key.title());
            return Err(Failure::new(message).code(Code::ServiceKeyIncomplete).into());
        }
        Ok(Self { key: *key, wrong: Vec::new() })
    }

    /// Tells what was found wrong.
    ///
    /// # Errors
    /// Names the path of each field that is missing or has another form than it should.
    pub(super) fn finish(self) -> Result<()> {
        if self.wrong.is_empty() {
            return Ok(());
        }
        let message = format!("the {} cannot be used: {}", self.key.title(), self.wrong.join("; "));
        let hint = "make a new service key; where that has the same fields, give a file that `karctl env file` takes";
        Err(Failure::new(message).hint(hint).code(Code::ServiceKeyIncomplete).into())
    }

    /// A text that must be there.
    pub(super) fn text(&mut self, path: &str) -> Option<String> {
        match at(self.key.credentials, path) {
            None | Some(Value::Null) => self.report(path, "is missing"),
            Some(value) => self.as_text(path, value),
        }
    }

    /// A text that need not be there.
    pub(super) fn optional_text(&mut self, path: &str) -> Option<String> {
        match at(self.key.credentials, path) {
            None | Some(Value::Null) => None,
            Some(value) => self.as_text(path, value),
        }
    }

    /// A secret that stands in the first of these places.
    pub(super) fn secret(&mut self, paths: &[&str]) -> Option<Secret> {
        let is_there = |path: &&&str| at(self.key.credentials, path).is_some_and(|value| !value.is_null());
        let path = paths.iter().find(is_there).or(paths.first())?;
        self.text(path).map(Secret::new)
    }

    /// A host name or address.
    pub(super) fn host(&mut self, path: &str) -> Option<String> {
        let host = self.text(path)?;
        if is_host(&host) { Some(host) } else { self.report(path, "is no host name") }
    }

    /// A port: a number, or its digits.
    pub(super) fn port(&mut self, path: &str) -> Option<u16> {
        let port = match at(self.key.credentials, path) {
            None | Some(Value::Null) => return self.report(path, "is missing"),
            Some(Value::Number(number)) => number.as_u64().and_then(|port| u16::try_from(port).ok()),
            Some(Value::String(digits)) => digits.parse().ok(),
            Some(_) => None,
        };
        port.filter(|port| *port > 0).or_else(|| self.report(path, "is no port from 1 to 65535"))
    }

    /// `host:port` of every broker, from the first of these places: a list, or one text with commas.
    pub(super) fn brokers(&mut self, paths: &[&str]) -> Vec<String> {
        let is_there = |path: &&&str| at(self.key.credentials, path).is_some_and(|value| !value.is_null());
        let Some(path) = paths.iter().find(is_there) else {
            self.report::<()>(paths.first().unwrap_or(&""), "is missing");
            return Vec::new();
        };
        let listed: Vec<(String, Value)> = match at(self.key.credentials, path) {
            Some(Value::Array(list)) => {
                list.iter().enumerate().map(|(index, broker)| (format!("{path}[{index}]"), broker.clone())).collect()
            }
            Some(Value::String(text)) => {
                text.split(',').map(|broker| ((*path).to_owned(), Value::from(broker.trim()))).collect()
            }
            _ => Vec::new(),
        };
        if listed.is_empty() {
            self.report::<()>(path, "lists no broker");
        }
        let mut brokers: Vec<String> = Vec::new();
        for (path, broker) in listed {
            match broker.as_str().filter(|broker| is_broker(broker)) {
                Some(broker) if brokers.iter().any(|known| known == broker) => {}
                Some(broker) => brokers.push(broker.to_owned()),
                None => drop(self.report::<()>(&path, "is not host:port")),
            }
        }
        brokers
    }

    fn as_text(&mut self, path: &str, value: &Value) -> Option<String> {
        match value.as_str() {
            None => self.report(path, "is not text"),
            Some("") => self.report(path, "is empty"),
            // No variable and no file of `kar` can hold it.
            Some(text) if text.contains(char::is_control) && !is_wrapped_base64(text) => {
                self.report(path, "holds a control character")
            }
            Some(text) => Some(text.to_owned()),
        }
    }

    fn report<T>(&mut self, path: &str, what: &str) -> Option<T> {
        self.wrong.push(format!("`credentials.{path}` {what}"));
        None
    }
}

fn onetime(key: &Key<'_>) -> Failure {
    Failure::new(format!("the credentials of the {} could be read only when it was made", key.title()))
        .hint("make a service key without one-time credentials, or give what was shown then with --credentials FILE")
        .code(Code::CredentialsOneTime)
}

fn withheld(key: &Key<'_>, mark: &str) -> Failure {
    let (why, hint) = if mark == REDACTED_EXPLICIT {
        (
            "IBM Cloud cannot compare your role with that of the key",
            "ask for the role Administrator on the service (action resource-controller.credential.retrieve_all), or for a \
             file for --credentials",
        )
    } else {
        (
            "your role on the service is below that of the key",
            "ask for the key's role (Manager for Event Streams) on the service, or for a file for --credentials",
        )
    };
    let message = format!("the credentials of the {} are withheld (`credentials` is {mark}): {why}", key.title());
    Failure::new(message).hint(hint).code(Code::CredentialsWithheld)
}

/// Base64 is often broken into lines.
fn is_wrapped_base64(text: &str) -> bool {
    text.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '+' | '/' | '=' | '\r' | '\n'))
}

/// What `kar` can connect to: it trims nothing.
fn is_host(text: &str) -> bool {
    let is_wrong = |letter: char| letter.is_whitespace() || letter.is_control() || matches!(letter, '/' | ',' | '@');
    !text.is_empty() && !text.contains(is_wrong)
}

fn is_broker(text: &str) -> bool {
    let (host, port) = text.rsplit_once(':').unwrap_or_default();
    is_host(host) && port.parse::<u16>().is_ok_and(|port| port > 0)
}

/// The value at a path such as `connection.rediss.hosts[0].hostname`.
fn at<'a>(value: &'a Value, path: &str) -> Option<&'a Value> {
    path.split('.').try_fold(value, |value, step| match step.split_once('[') {
        None => value.get(step),
        Some((name, index)) => value.get(name)?.get(index.trim_end_matches(']').parse::<usize>().ok()?),
    })
}
