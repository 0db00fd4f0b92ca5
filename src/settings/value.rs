//! A text becomes the value of a key: what the key takes decides, not what YAML 1.1 or 1.2 would make of the text. Pure.
//!
//! So `restart: no` is the word, `version: 3.10` keeps its nought, and a port may stand in quotes.

use std::net::IpAddr;

use serde_json::Value;

use super::document::{Scalar, Style};
use super::key::{Key, Kind};
use crate::nearest::nearest;
use crate::redacted::REDACTED;

/// Why a text is no value of a key; never the text of a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch {
    /// What was expected, and what was there.
    pub message: String,
    /// What was probably meant.
    pub hint: Option<String>,
}

/// Reads a text as a value of the key.
///
/// # Errors
/// When the key does not take it.
pub fn value(key: &Key, scalar: &Scalar) -> Result<Value, Mismatch> {
    let text = scalar.text.as_str();
    let is_null = scalar.style != Style::Quoted && matches!(text, "" | "~" | "null" | "Null" | "NULL");
    if is_null && key.is_nullable {
        return Ok(Value::Null);
    }
    if is_null && scalar.style == Style::Plain {
        return Err(mismatch(key, "nothing"));
    }
    if key.is_secret {
        return secret(key, text);
    }
    let value = match &key.kind {
        Kind::Text => Some(Value::from(text)),
        Kind::Boolean => text.to_ascii_lowercase().parse::<bool>().ok().map(Value::from),
        Kind::Number { least, most } => number(text).filter(|n| (least..=most).contains(&n)).map(Value::from),
        Kind::Choice(names) => names.iter().find(|name| *name == text).map(|name| Value::from(name.as_str())),
        Kind::Address => text.parse::<IpAddr>().ok().map(|_| Value::from(text)),
    };
    value.ok_or_else(|| mismatch(key, &format!("`{text}`")))
}

/// Decimal digits; a leading nought would be octal to some.
fn number(text: &str) -> Option<u64> {
    let is_decimal = text.bytes().all(|byte| byte.is_ascii_digit()) && (text == "0" || !text.starts_with('0'));
    if is_decimal { text.parse().ok() } else { None }
}

fn secret(key: &Key, text: &str) -> Result<Value, Mismatch> {
    let wrong = |what: &str| Err(Mismatch { message: format!("{}: the value {what}", key.path), hint: None });
    match text {
        "" => wrong("is empty"),
        REDACTED => wrong("is what karctl shows in place of a secret"),
        text if text.chars().any(char::is_control) => wrong("holds a line break or another control character"),
        text => Ok(Value::from(text)),
    }
}

fn mismatch(key: &Key, found: &str) -> Mismatch {
    let expected = match &key.kind {
        Kind::Text => "text".to_owned(),
        Kind::Boolean => "true or false".to_owned(),
        Kind::Number { least, most } => format!("a whole number from {least} to {most}"),
        Kind::Choice(names) => any_of(names),
        Kind::Address => "an IPv4 or IPv6 address".to_owned(),
    };
    let hint = match (&key.kind, found.trim_matches('`')) {
        (Kind::Choice(names), text) => nearest(text, names.iter().map(String::as_str)).map(str::to_owned),
        (Kind::Boolean, "yes" | "Yes" | "YES" | "on" | "On" | "ON" | "y" | "1") => Some("true".to_owned()),
        (Kind::Boolean, "no" | "No" | "NO" | "off" | "Off" | "OFF" | "n" | "0") => Some("false".to_owned()),
        (Kind::Address, "localhost") => Some("127.0.0.1".to_owned()),
        _ => None,
    };
    Mismatch {
        message: format!("{} is {expected}, not {found}", key.path),
        hint: hint.map(|meant| format!("write `{meant}`")),
    }
}

/// `a`, `a or b`, `a, b or c`.
pub fn any_of(names: &[String]) -> String {
    match names {
        [] => String::new(),
        [one] => one.clone(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::key::key;

    fn read(path: &str, text: &str, style: Style) -> Result<Value, String> {
        value(key(path).expect("a key"), &Scalar { text: text.to_owned(), style })
            .map_err(|Mismatch { message, hint }| message + &hint.map(|hint| format!("; {hint}")).unwrap_or_default())
    }

    #[test]
    fn the_key_decides_what_a_text_is() {
        for (path, text, expected) in [
            ("local.restart", "no", Value::from("no")),
            ("kafka.version", "3.10", Value::from("3.10")),
            ("kafka.heap", "1:30", Value::from("1:30")),
            ("local.name", "null", Value::from("null")),
            ("local.name", "true", Value::from("true")),
            ("local.advertise", "null", Value::Null),
            ("kafka.image", "", Value::Null),
            ("local.secure", "TRUE", Value::from(true)),
            ("kafka.port", "31093", Value::from(31093)),
            ("local.bind", "::1", Value::from("::1")),
        ] {
            assert_eq!(read(path, text, Style::Given), Ok(expected), "{path}={text}");
        }
        assert_eq!(read("local.advertise", "null", Style::Quoted), Ok(Value::from("null")));
        assert_eq!(read("local.name", "", Style::Plain), Err("local.name is text, not nothing".to_owned()));
    }

    #[test]
    fn a_mismatch_says_what_is_expected_and_what_was_meant() {
        for (path, text, expected) in [
            ("kafka.port", "0", "kafka.port is a whole number from 1 to 65535, not `0`"),
            ("kafka.port", "031093", "kafka.port is a whole number from 1 to 65535, not `031093`"),
            ("kafka.port", "", "kafka.port is a whole number from 1 to 65535, not ``"),
            (
                "kafka.port",
                "99999999999999999999",
                "kafka.port is a whole number from 1 to 65535, not `99999999999999999999`",
            ),
            ("local.engine", "dokcer", "local.engine is auto, docker or native, not `dokcer`; write `docker`"),
            ("local.ephemeral", "yes", "local.ephemeral is true or false, not `yes`; write `true`"),
            ("local.bind", "localhost", "local.bind is an IPv4 or IPv6 address, not `localhost`; write `127.0.0.1`"),
        ] {
            assert_eq!(read(path, text, Style::Given), Err(expected.to_owned()));
        }
    }

    #[test]
    fn a_refused_secret_is_not_shown() {
        let message = read("redis.password", "canary\ncanary", Style::Given).expect_err("two lines");
        assert!(!message.contains("canary"), "{message}");
        assert!(read("redis.password", REDACTED, Style::Quoted).is_err());
        assert_eq!(read("redis.password", "no", Style::Plain), Ok(Value::from("no")));
    }
}
