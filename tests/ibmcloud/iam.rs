//! Tokens for API keys, as IAM hands them out.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::account::Account;
use super::request::{Answer, Outcome, Request, form, uuid};

/// The grant of an API key.
const GRANT: &str = "urn:ibm:params:oauth:grant-type:apikey";

/// `POST /identity/token`.
pub fn token(account: &mut Account, request: &Request) -> Outcome {
    request.only_query(&[])?;
    if request.header("authorization").is_some() {
        return Err(request.misuse(400, "a client id was sent that nobody knows"));
    }
    let is_form =
        request.header("content-type").is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
    if !is_form || request.header("accept") != Some("application/json") {
        return Err(request.misuse(400, "not a form, or another answer than JSON is asked for"));
    }
    let form = form(&request.body).ok_or_else(|| request.misuse(400, "the body is no form"))?;
    if let Some(name) = form.keys().find(|name| !["grant_type", "apikey", "response_type"].contains(&name.as_str())) {
        return Err(request.misuse(400, format!("unknown field {name}")));
    }
    let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
    if field("grant_type") != GRANT || field("response_type") != "cloud_iam" {
        return Err(request.misuse(400, "not the grant of an API key"));
    }
    if !account.api_keys.iter().any(|key| key == field("apikey")) {
        return Err(request.refusal(400, "BXNIM0415E", "Provided API key could not be found."));
    }
    let life = account.token_life;
    let begin = now();
    let access_token = issue_at(account, begin, life);
    Ok(Answer::new(
        200,
        json!({
            "access_token": access_token,
            "refresh_token": "not_supported",
            "token_type": "Bearer",
            "expires_in": life.as_secs(),
            "expiration": begin + life.as_secs(),
            "scope": "ibm openid",
        }),
    ))
}

/// A token that is good for so long.
pub fn issue(account: &mut Account, life: Duration) -> String {
    issue_at(account, now(), life)
}

/// The same, from a time on: one look at the clock, so that what is said of a token agrees.
fn issue_at(account: &mut Account, begin: u64, life: Duration) -> String {
    let end = begin + life.as_secs();
    let header = json!({ "kid": "20261101-0800", "alg": "RS256" });
    let claims = json!({
        "iam_id": account.iam_id,
        "id": account.iam_id,
        "realmid": "IBMid",
        "jti": uuid(),
        "identifier": account.iam_id.trim_start_matches("IBMid-"),
        "given_name": "Kari",
        "family_name": "Actor",
        "name": "Kari Actor",
        "email": account.user,
        "sub": account.user,
        "sub_type": "IBMid",
        "authn": { "sub": account.user, "iam_id": account.iam_id, "name": "Kari Actor", "email": account.user },
        "account": { "valid": true, "bss": account.id, "frozen": true },
        "iat": begin,
        "exp": end,
        "iss": "https://iam.cloud.ibm.com/identity",
        "grant_type": GRANT,
        "scope": "ibm openid",
        "client_id": "default",
        "acr": 1,
        "amr": ["pwd"],
    });
    let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signature: Vec<u8> = (0..256).map(|_| rand::random()).collect();
    let token = format!("{}.{}.{}", part(&header), part(&claims), URL_SAFE_NO_PAD.encode(signature));
    account.tokens.insert(token.clone(), end);
    token
}

/// Lets only those pass who show a token that was issued here and is still good.
pub fn authorize(account: &Account, request: &Request) -> Result<(), Answer> {
    let Some(token) = request.header("authorization").and_then(|value| value.strip_prefix("Bearer ")) else {
        return Err(request.misuse(401, "no bearer token was sent"));
    };
    match account.tokens.get(token) {
        None => Err(request.refusal(401, "unauthorized", "The token was not issued by IAM.")),
        Some(end) if *end <= now() => Err(request.refusal(401, "unauthorized", "The token has expired.")),
        Some(_) => Ok(()),
    }
}

/// Seconds since 1970.
pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs()
}
