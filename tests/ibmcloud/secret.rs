//! Secrets of a project.

use serde_json::{Map, Value, json};

use super::account::{Account, Life, REGION, Secret, tag};
use super::project::{open, page, writable};
use super::request::{Answer, Outcome, Request};

/// Formats whose data has fixed fields: those it must have, and those it may have.
const FORMATS: [(&str, &[&str], &[&str]); 5] = [
    ("basic_auth", &["username", "password"], &[]),
    ("hmac_auth", &["access_key_id", "secret_access_key"], &[]),
    ("registry", &["server", "username", "password"], &["email"]),
    ("ssh_auth", &["ssh_key"], &["known_hosts"]),
    ("tls", &["tls_cert", "tls_key"], &[]),
];

/// The longest key, and the longest value.
const LIMITS: [usize; 2] = [253, 1_048_576];

/// `GET /v2/projects/{id}/secrets`: without their data.
pub fn list(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version", "limit", "start", "format"])?;
    request.no_body()?;
    let origin = account.origin.clone();
    let format = request.query.get("format");
    let project = open(account, request, id)?;
    let fits = |secret: &Secret| format.is_none_or(|format| *format == secret.format);
    let seen = project.secrets.iter_mut().filter_map(|(name, secret)| {
        let is_seen = secret.life.is_seen() && fits(secret);
        is_seen.then(|| shown(name, secret, id, &origin, false))
    });
    let secrets: Vec<Value> = seen.collect();
    page(account, request, "secrets", &format!("projects/{id}/secrets"), &secrets)
}

/// `POST /v2/projects/{id}/secrets`.
pub fn create(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version"])?;
    let body = request.object("application/json", &["format", "name", "data"])?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default().to_owned();
    if !is_name(&name) {
        return Err(request.refusal(400, "invalid_name", "The name of the secret is not valid."));
    }
    let (format, data) = content(request, &body)?;
    let (origin, lag, shows) = (account.origin.clone(), account.lag, !account.withholds_data);
    let project = open(account, request, id)?;
    writable(project, request)?;
    if project.secrets.contains_key(&name) {
        let message = format!("A secret named {name} already exists.");
        return Err(request.refusal(409, "resource_already_exists", &message));
    }
    let secret = Secret { format, data, tag: tag(), life: Life::begun(lag) };
    let answer = shown(&name, &secret, id, &origin, shows);
    project.secrets.insert(name, secret);
    Ok(Answer::new(201, answer))
}

/// `GET /v2/projects/{id}/secrets/{name}`.
pub fn get(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version"])?;
    request.no_body()?;
    let (origin, shows) = (account.origin.clone(), !account.withholds_data);
    let project = open(account, request, id)?;
    let secret = project.secrets.get_mut(name).and_then(|secret| secret.life.is_seen().then_some(secret));
    let secret = secret.ok_or_else(|| missing(request, name))?;
    Ok(Answer::new(200, shown(name, secret, id, &origin, shows)))
}

/// `PUT /v2/projects/{id}/secrets/{name}`: the data as a whole, of the same format.
pub fn replace(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version"])?;
    let body = request.object("application/json", &["format", "data"])?;
    let (format, data) = content(request, &body)?;
    let (origin, conflict, shows) = (account.origin.clone(), account.conflict, !account.withholds_data);
    let project = open(account, request, id)?;
    writable(project, request)?;
    let secret = project.secrets.get_mut(name).filter(|secret| !secret.life.is_leaving());
    let secret = secret.ok_or_else(|| missing(request, name))?;
    check_match(request, secret.tag, conflict)?;
    if secret.format != format {
        return Err(request.refusal(400, "invalid_format", "The format of a secret cannot be changed."));
    }
    (secret.data, secret.tag) = (data, tag());
    Ok(Answer::new(200, shown(name, secret, id, &origin, shows)))
}

/// `DELETE /v2/projects/{id}/secrets/{name}`.
pub fn delete(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version"])?;
    request.no_body()?;
    let reads = account.deletion_reads + account.lag;
    let project = open(account, request, id)?;
    writable(project, request)?;
    let secret = project.secrets.get_mut(name).ok_or_else(|| missing(request, name))?;
    secret.life.end(reads);
    Ok(Answer::empty(202))
}

/// Refuses a change of anything but what the caller has seen.
pub fn check_match(request: &Request, tag: u64, conflict: u16) -> Result<(), Answer> {
    match request.header("if-match") {
        None => Err(request.misuse(400, "If-Match is missing")),
        Some("*") => Ok(()),
        Some(seen) if seen.is_empty() || !seen.bytes().all(|byte| byte.is_ascii_digit()) => {
            Err(request.misuse(400, format!("{seen} is no entity tag: a bare number is")))
        }
        Some(seen) if seen != tag.to_string() => {
            Err(request.refusal(conflict, "conflict", "The resource was changed since it was read."))
        }
        Some(_) => Ok(()),
    }
}

/// Whether a secret may be called so: parts of lower-case letters, digits and dashes, with dots between.
pub fn is_name(name: &str) -> bool {
    let is_end = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let is_part = |part: &str| {
        let is_allowed = |byte: u8| byte == b'-' || is_end(Some(byte));
        is_end(part.bytes().next()) && is_end(part.bytes().last()) && part.bytes().all(is_allowed)
    };
    name.len() <= 253 && name.split('.').all(is_part)
}

/// Format and data of a body.
fn content(request: &Request, body: &Map<String, Value>) -> Result<(String, Map<String, Value>), Answer> {
    let format = body.get("format").and_then(Value::as_str).unwrap_or_default();
    let Some(Value::Object(data)) = body.get("data") else {
        return Err(request.misuse(400, "data is missing, or is no object"));
    };
    for (key, value) in data {
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
        if key.is_empty() || key.len() > LIMITS[0] || !key.bytes().all(is_allowed) {
            return Err(request.misuse(400, format!("{key} is no key of a secret")));
        }
        if value.as_str().is_none_or(|value| value.chars().count() > LIMITS[1]) {
            return Err(request.misuse(400, format!("the value of {key} is no text, or too long")));
        }
    }
    match FORMATS.iter().find(|(name, ..)| *name == format) {
        Some((_, required, optional)) => {
            let unknown =
                data.keys().find(|key| !required.contains(&key.as_str()) && !optional.contains(&key.as_str()));
            let missing = required.iter().find(|name| !data.contains_key(**name));
            if let Some(name) = unknown.map(String::as_str).or(missing.copied()) {
                return Err(request.misuse(400, format!("a secret of format {format}: {name} is unknown or missing")));
            }
        }
        None if ["generic", "other"].contains(&format) => {}
        None => return Err(request.misuse(400, format!("{format} is no format of a secret that holds data"))),
    }
    Ok((format.to_owned(), data.clone()))
}

fn missing(request: &Request, name: &str) -> Answer {
    request.refusal(404, "resource_not_found", &format!("The secret {name} was not found."))
}

fn shown(name: &str, secret: &Secret, project: &str, origin: &str, shows_data: bool) -> Value {
    let mut shown = json!({
        "created_at": "2026-11-01T08:00:00.000Z",
        "entity_tag": secret.tag.to_string(),
        "format": secret.format,
        "generated_by": "user",
        "href": format!("{origin}/v2/projects/{project}/secrets/{name}"),
        "id": format!("e33b1cv7-7390-4437-a5c2-{:012x}", name.len()),
        "name": name,
        "project_id": project,
        "region": REGION,
        "resource_type": format!("secret_{}_v2", secret.format),
    });
    if shows_data {
        shown["data"] = secret.data.clone().into();
    }
    shown
}
