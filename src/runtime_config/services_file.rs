//! A file that says where Kafka and Redis are, for `karctl env file F`: JSON, YAML or dotenv. Pure.
//!
//! Its keys are the 13 variables, or the same in lower case, as they stand in the Kubernetes secret of KAR's runtime.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::error::{Failure, OrFail, Result, Status};
use crate::nearest::nearest;

use super::parse::{Problem, failure, read};
use super::{NAMES, RuntimeConfig, dotenv};

/// Reads the text of the file `name`, as JSON or YAML by its extension, else as dotenv.
///
/// # Errors
/// Returns a usage error that names every key that is unknown or whose value `kar` would not take.
pub fn from_file(name: &str, text: &str) -> Result<RuntimeConfig> {
    let mut problems = Vec::new();
    let mut values = BTreeMap::new();
    for (key, value) in entries(name, text)? {
        match variable(&key).and_then(|variable| Ok((variable, plain(variable, &value)?))) {
            Ok((variable, _)) if values.contains_key(variable) => {
                problems.push(problem(&key, format!("is there twice, as {variable} and in lower case")));
            }
            Ok((variable, value)) => drop(values.insert(variable, value)),
            Err((message, hint)) => problems.push(Problem { variable: key, message, hint }),
        }
    }
    let (config, wrong) = read(|variable| values.get(variable).cloned());
    // A value of the wrong type was reported by its key; that its variable is missing would be the same news again.
    let reported = |name: &str| problems.iter().any(|problem| problem.variable.eq_ignore_ascii_case(name));
    let news: Vec<_> = wrong.into_iter().filter(|problem| !reported(&problem.variable)).collect();
    problems.extend(news);
    if problems.is_empty() {
        return Ok(config);
    }
    let failed = failure(&problems).status(Status::Usage);
    Err(failed).or_fail(|| Failure::usage(format!("{name} does not describe services")))
}

fn problem(key: &str, message: String) -> Problem {
    Problem { variable: key.to_owned(), message, hint: None }
}

fn entries(name: &str, text: &str) -> Result<Vec<(String, Value)>> {
    let unreadable = || Failure::usage(format!("{name} cannot be read"));
    let extension = name.rsplit_once('.').map(|(_, extension)| extension.to_ascii_lowercase());
    let document = match extension.as_deref() {
        Some("json") => serde_json::from_str(text).or_fail(unreadable)?,
        Some("yaml" | "yml") => serde_yaml::from_str(text).or_fail(unreadable)?,
        _ => {
            let lines = dotenv::read(text).map_err(|line| unreadable().because(line))?;
            return Ok(lines.into_iter().map(|(key, value)| (key, Value::from(value))).collect());
        }
    };
    match document {
        Value::Object(object) => Ok(object.into_iter().collect()),
        _ => Err(Failure::usage(format!("{name} holds no mapping of variables to values")).into()),
    }
}

/// What is wrong with a key or its value, and what to do.
type Wrong = (String, Option<String>);

/// The variable that a key stands for.
fn variable(key: &str) -> std::result::Result<&'static str, Wrong> {
    let found = NAMES.iter().find(|name| **name == key || name.to_ascii_lowercase() == key);
    found.copied().ok_or_else(|| {
        let hint = nearest(key, NAMES).map(|name| {
            if key.starts_with(|first: char| first.is_lowercase()) { name.to_lowercase() } else { name.to_owned() }
        });
        ("is no variable of `kar`".to_owned(), hint.map(|name| format!("did you mean {name}?")))
    })
}

/// The value as text. Where a number could be a password or a version, YAML may have changed it already (`007`, `3.10`).
fn plain(variable: &str, value: &Value) -> std::result::Result<String, Wrong> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) => Ok(text.clone()),
        Value::Bool(boolean) if variable.ends_with("_TLS") || variable.ends_with("_VERIFY") => Ok(boolean.to_string()),
        Value::Number(number) if variable == "REDIS_PORT" => Ok(number.to_string()),
        Value::Bool(_) | Value::Number(_) => {
            Err(("is not text".to_owned(), Some("put the value in quotes".to_owned())))
        }
        Value::Array(_) | Value::Object(_) => {
            Err(("is not text".to_owned(), Some("give one text; brokers are separated by commas".to_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    const SERVICES: [(&str, &str); 3] = [
        ("f.yaml", "kafka_brokers: a:1,b:2\nredis_host: r\nredis_port: 6380\nredis_password: 'x # y'\nredis_ca:\n"),
        (
            "f.json",
            r#"{"KAFKA_BROKERS": "a:1,b:2", "redis_host": "r", "REDIS_PORT": "6380", "REDIS_PASSWORD": "x # y"}"#,
        ),
        ("services.env", "KAFKA_BROKERS=a:1,b:2\nREDIS_HOST=r\nREDIS_PORT=6380\nREDIS_PASSWORD='x # y' # secret\n"),
    ];

    #[test]
    fn three_notations_describe_the_same_services() {
        for (name, text) in SERVICES {
            let config = from_file(name, text).expect("a description of services");
            assert_eq!(config.kafka_brokers, ["a:1", "b:2"], "{name}");
            assert_eq!((config.redis_host.as_deref(), config.redis_port), (Some("r"), Some(6380)), "{name}");
            assert_eq!(config.redis_password.expect("a password").expose(), "x # y", "{name}");
        }
    }

    #[test]
    fn every_wrong_key_and_value_is_named_and_no_secret() {
        let text = "kafka_brokers: [a:1]\nredis_hots: r\nredis_password: 12345\nREDIS_PORT: 6380\nredis_port: 6381\n\
                    kafka_version: 3.3\nredis_enable_tls: 'yes'\n";
        let report = report(&from_file("f.yml", text).expect_err("a usage error"));
        assert_eq!(
            report.message,
            "f.yml does not describe services: kafka_brokers is not text; redis_hots is no variable of `kar`; \
             redis_password is not text; redis_port is there twice, as REDIS_PORT and in lower case; \
             kafka_version is not text; \
             REDIS_ENABLE_TLS is `yes`, which `kar` takes for neither true nor false; \
             REDIS_HOST is not set, and `kar` requires it"
        );
        let quotes = "put the value in quotes";
        let hints = ["give one text; brokers are separated by commas", "did you mean redis_host?", quotes, quotes];
        assert_eq!(report.hints, hints);
        assert_eq!(report.status, Status::Usage);
    }

    #[test]
    fn what_is_no_mapping_is_refused() {
        for (name, text) in [("a.json", "[1]"), ("a.yaml", "- a"), ("a.json", "{"), ("a.env", "x")] {
            let report = report(&from_file(name, text).expect_err("a usage error"));
            assert_eq!(report.status, Status::Usage, "{name}");
            assert!(report.message.starts_with(name), "{}", report.message);
        }
    }
}
