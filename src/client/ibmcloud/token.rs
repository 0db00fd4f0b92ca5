//! Tokens of IAM: got for an API key, renewed in good time, and read as far as anybody may.

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;

use super::call::{Ask, Payload};
use super::error::{Error, Kind, Result};
use super::{Credential, Service, Session};
use crate::redacted::Secret;

/// A token is not used for so long before its end, as IBM's SDKs have it.
/// <https://github.com/IBM/go-sdk-core/blob/main/core/iam_authenticator.go>
const MARGIN: Duration = Duration::from_secs(10);

/// It is renewed once less than this part of its life is left, as IBM's SDKs have it.
const RENEWED_AT: f64 = 0.2;

/// What an API key is exchanged with.
const GRANT: &str = "urn:ibm:params:oauth:grant-type:apikey";

/// What a token says of itself and of whom it stands for; nobody has proven it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Claims {
    /// Its end, in seconds since 1970.
    pub expires: Option<i64>,
    /// Who: the e-mail address of a person, the name of a service ID, else the IAM id.
    pub user: Option<String>,
    /// The account.
    pub account: Option<String>,
}

/// A token that was got for an API key.
pub(super) struct Held {
    token: Secret,
    /// From then on it is renewed.
    renew: Instant,
    /// From then on it is not used.
    end: Instant,
}

#[derive(Deserialize)]
struct Given {
    access_token: Secret,
    /// Life in seconds. Counted from here, it needs no clock that is right.
    expires_in: u64,
}

/// Reads the claims of a token; `None` where it is none.
pub fn claims(token: &str) -> Option<Claims> {
    let parts: Vec<_> = token.split('.').collect();
    let [_, payload, _] = parts.as_slice() else { return None };
    let payload = URL_SAFE_NO_PAD.decode(payload.trim_end_matches('=')).ok()?;
    let payload: Value = serde_json::from_slice(&payload).ok()?;
    payload.as_object()?;
    let text = |value: &Value| value.as_str().filter(|text| !text.is_empty()).map(str::to_owned);
    let names = ["email", "name", "sub", "iam_id"];
    Some(Claims {
        expires: payload["exp"].as_i64(),
        user: names.iter().find_map(|name| text(&payload[*name])),
        account: text(&payload["account"]["bss"]),
    })
}

impl Claims {
    /// Whether the token's end has come, or is so near that a request may not get there in time.
    pub fn is_over(&self) -> bool {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + MARGIN;
        self.expires.is_some_and(|end| u64::try_from(end).unwrap_or_default() <= now.as_secs())
    }
}

impl Session {
    /// What the token says of who asks; for an API key, IAM is asked for one where there is none yet.
    ///
    /// # Errors
    /// When IAM does not take the key, or the token has ended.
    pub async fn identity(&self) -> Result<Claims> {
        let token = self.token().await?;
        let unreadable = || Error::new(Service::Iam, "give a token", Kind::Garbled("its token cannot be read".into()));
        claims(token.expose()).ok_or_else(unreadable)
    }

    /// A token that is good for one more request.
    pub(super) async fn token(&self) -> Result<Secret> {
        let key = match &self.shared.credential {
            Credential::ApiKey(key) => key,
            Credential::Token(token) => {
                let is_over = claims(token.expose()).is_some_and(|claims| claims.is_over());
                let ended = || Error::new(Service::Iam, "use the token", Kind::Ended);
                return if is_over { Err(ended()) } else { Ok(token.clone()) };
            }
        };
        let mut held = self.shared.token.lock().await;
        let now = Instant::now();
        if let Some(held) = held.as_ref().filter(|held| now < held.renew) {
            return Ok(held.token.clone());
        }
        match Box::pin(self.exchange_key(key)).await {
            Ok(new) => Ok(held.insert(new).token.clone()),
            Err(error) => match held.as_ref() {
                // It will do for a while; the next request tries again.
                Some(old) if now < old.end => Ok(old.token.clone()),
                _ => Err(error),
            },
        }
    }

    /// Lets go of a token that a service did not accept, unless it has another one by now. Says whether there will be
    /// another.
    pub(super) async fn forget(&self, refused: &Secret) -> bool {
        let mut held = self.shared.token.lock().await;
        if held.as_ref().is_some_and(|held| held.token == *refused) {
            *held = None;
        }
        self.has_key()
    }

    async fn exchange_key(&self, key: &Secret) -> Result<Held> {
        let form = [("grant_type", GRANT), ("apikey", key.expose()), ("response_type", "cloud_iam")];
        let mut encoded = reqwest::Url::parse("form:").expect("a constant");
        let form = encoded.query_pairs_mut().extend_pairs(form).finish().query().unwrap_or_default();
        let ask = Ask::post(Service::Iam, &["identity", "token"], "give a token for the API key")
            .with(Payload::Form(Secret::new(form)));
        let given: Given = self.send(&ask).await?.json()?;
        let life = Duration::from_secs(given.expires_in);
        let now = Instant::now();
        let renew = now + life.mul_f64(1.0 - RENEWED_AT).min(life.saturating_sub(MARGIN));
        Ok(Held { token: given.access_token, renew, end: now + life.saturating_sub(MARGIN) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(payload: &str) -> String {
        format!("{}.{}.x", URL_SAFE_NO_PAD.encode("{}"), URL_SAFE_NO_PAD.encode(payload))
    }

    #[test]
    fn a_token_tells_whom_it_stands_for_and_until_when() {
        let person = claims(&token(r#"{"iam_id":"IBMid-1","email":"a@b.c","account":{"bss":"acc"},"exp":4102444800}"#));
        let person = person.expect("a token");
        assert_eq!((person.user.as_deref(), person.account.as_deref()), (Some("a@b.c"), Some("acc")));
        assert!(!person.is_over());
        let service = claims(&token(r#"{"iam_id":"iam-ServiceId-1","name":"ci","exp":1}"#)).expect("a token");
        assert_eq!(service.user.as_deref(), Some("ci"));
        assert!(service.is_over());
    }

    #[test]
    fn what_is_no_token_is_none() {
        for text in ["", "a", "a.b", "a.b.c", "a.b.c.d", "a.e30", &token("[]"), &token("{")] {
            assert_eq!(claims(text), None, "{text}");
        }
        assert_eq!(claims(&token("{}")), Some(Claims::default()));
    }
}
