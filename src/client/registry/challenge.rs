//! What a registry wants to see before it answers, and how a token is got. <https://distribution.github.io/distribution/spec/auth/token/>

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, HeaderMap, WWW_AUTHENTICATE};
use reqwest::{Method, Url};
use serde::Deserialize;

use super::call::{Ask, Payload, Place};
use super::error::{Kind, Result};
use super::{Access, Login, Repository, is_loopback};
use crate::redacted::Secret;

/// Who a server of tokens is told to ask.
const CLIENT: &str = "karctl";

/// What a registry wants.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Challenge {
    /// User and password.
    Basic,
    /// A token of this server.
    Bearer {
        /// Its address.
        realm: String,
        /// What the registry is called there.
        service: Option<String>,
        /// What the token is to be for.
        scope: Option<String>,
    },
}

impl Challenge {
    /// The first one that karctl can meet; a token rather than a password.
    pub fn of(headers: &HeaderMap) -> Option<Self> {
        let values = headers.get_all(WWW_AUTHENTICATE).iter().filter_map(|value| value.to_str().ok());
        let mut challenges: Vec<_> = values.filter_map(parse).collect();
        challenges.sort_by_key(|challenge| *challenge == Self::Basic);
        challenges.into_iter().next()
    }
}

fn parse(text: &str) -> Option<Challenge> {
    let (scheme, rest) = text.trim().split_once(' ').unwrap_or((text.trim(), ""));
    match scheme.to_ascii_lowercase().as_str() {
        "basic" => Some(Challenge::Basic),
        "bearer" => {
            let parameter = |name: &str| {
                let found = parameters(rest).into_iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
                found.map(|(_, value)| value).filter(|value| !value.is_empty())
            };
            let realm = parameter("realm")?;
            Some(Challenge::Bearer { realm, service: parameter("service"), scope: parameter("scope") })
        }
        _ => None,
    }
}

/// `key="value, with commas",key=value`
fn parameters(text: &str) -> Vec<(String, String)> {
    let mut parameters = Vec::new();
    let mut rest = text.trim();
    while let Some((key, after)) = rest.split_once('=') {
        let (value, after) = match after.strip_prefix('"') {
            Some(quoted) => quoted.split_once('"').unwrap_or((quoted, "")),
            None => after.split_once(',').unwrap_or((after, "")),
        };
        parameters.push((key.trim().to_owned(), value.trim().to_owned()));
        rest = after.trim_start_matches([',', ' ']);
    }
    parameters
}

/// What a server of tokens answers: under either name, or, as those of Docker Hub and Harbor do, under both.
#[derive(Deserialize)]
struct Token {
    token: Option<Secret>,
    access_token: Option<Secret>,
}

impl Token {
    /// The token of an answer, if it brings one.
    fn of(body: &[u8]) -> Option<Secret> {
        let Self { token, access_token } = serde_json::from_slice(body).ok()?;
        [token, access_token].into_iter().flatten().find(|token| !token.is_empty())
    }
}

impl Repository {
    /// The header that meets a challenge; `None` where there is nothing to show.
    pub(super) async fn meet(&self, challenge: Challenge) -> Result<Option<Secret>> {
        match challenge {
            Challenge::Basic => Ok(self.basic()),
            Challenge::Bearer { realm, service, scope } => self.token(&realm, service, scope).await.map(Some),
        }
    }

    fn basic(&self) -> Option<Secret> {
        match &self.registry.shared.options.login {
            Some(Login::Password { user, password }) => {
                let both = STANDARD.encode(format!("{user}:{}", password.expose()));
                Some(Secret::new(format!("Basic {both}")))
            }
            _ => None,
        }
    }

    async fn token(&self, realm: &str, service: Option<String>, scope: Option<String>) -> Result<Secret> {
        let operation = match self.own_scope() {
            Some(_) => format!("get a token for {}", self.name),
            None => "get a token".to_owned(),
        };
        let garbled = |reason: String| self.registry.error(&operation, Kind::Garbled(reason));
        let realm: Url = realm.parse().map_err(|_| garbled(format!("its realm is no address: {realm}")))?;
        if !self.may_be_told(&realm) {
            return Err(garbled(format!("it wants the login to be sent to {realm}, in the clear")));
        }
        let mut pairs: Vec<_> = service.into_iter().map(|service| ("service", service)).collect();
        let own = self.own_scope();
        pairs.extend(scope.filter(|scope| Some(scope) != own.as_ref()).map(|scope| ("scope", scope)));
        pairs.extend(own.map(|own| ("scope", own)));
        let ask = self.ask_for_token(realm, pairs, &operation);
        let answer = self.registry.exchange(&ask, None).await?;
        let answer = self.registry.accept(answer, &operation, &[200]).await?;
        let body = self.registry.body(answer, &operation).await?;
        let token = Token::of(&body).ok_or_else(|| garbled("the server of tokens sent none".to_owned()))?;
        Ok(Secret::new(format!("Bearer {}", token.expose())))
    }

    fn ask_for_token(&self, mut realm: Url, pairs: Vec<(&str, String)>, operation: &str) -> Ask {
        let mut headers = Vec::new();
        if let Some(Login::Token(token)) = &self.registry.shared.options.login {
            let mut form = Url::parse("form:").expect("an address");
            form.query_pairs_mut()
                .extend_pairs(pairs)
                .append_pair("grant_type", "refresh_token")
                .append_pair("client_id", CLIENT)
                .append_pair("refresh_token", token.expose());
            let body = form.query().unwrap_or_default().to_owned();
            headers.push((CONTENT_TYPE, "application/x-www-form-urlencoded".to_owned()));
            return Ask::new(Method::POST, Place::Address(realm), operation).with(headers, Payload::Bytes(body.into()));
        }
        if let Some(basic) = self.basic() {
            headers.push((AUTHORIZATION, basic.expose().to_owned()));
        }
        realm.query_pairs_mut().extend_pairs(pairs);
        Ask::new(Method::GET, Place::Address(realm), operation).with(headers, Payload::Nothing)
    }

    /// A password goes to a server with TLS, or on this machine, or where plain HTTP was asked for.
    fn may_be_told(&self, realm: &Url) -> bool {
        let is_near = realm.host_str().is_some_and(is_loopback);
        realm.scheme() == "https" || (realm.scheme() == "http" && (is_near || self.allows_plain_http()))
    }

    fn allows_plain_http(&self) -> bool {
        self.registry.shared.options.allows_plain_http
    }

    /// What a token is asked for; `None` for the registry as a whole.
    fn own_scope(&self) -> Option<String> {
        (!self.name.is_empty()).then(|| format!("repository:{}:{}", self.name, self.actions()))
    }

    fn actions(&self) -> &'static str {
        match self.access {
            Access::Pull => "pull",
            Access::Push => "pull,push",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&'static str]) -> Option<Challenge> {
        let pairs = values.iter().map(|value| (WWW_AUTHENTICATE, reqwest::header::HeaderValue::from_static(value)));
        Challenge::of(&pairs.collect())
    }

    #[test]
    fn challenges_are_read_with_their_quotes_and_a_token_is_taken_first() {
        let bearer = Challenge::Bearer {
            realm: "https://auth.docker.io/token".to_owned(),
            service: Some("registry.docker.io".to_owned()),
            scope: Some("repository:library/redis:pull,push".to_owned()),
        };
        let text = "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\",\
                    scope=\"repository:library/redis:pull,push\"";
        assert_eq!(of(&["Basic realm=\"x\"", text]), Some(bearer));
        assert_eq!(of(&["BASIC realm=x"]), Some(Challenge::Basic));
        assert_eq!(of(&["Bearer service=x"]), None);
        assert_eq!(of(&["Negotiate"]), None);
        let bare = Challenge::Bearer { realm: "http://a/t".to_owned(), service: None, scope: None };
        assert_eq!(of(&["bearer realm=http://a/t, scope=\"\""]), Some(bare));
    }

    #[test]
    fn a_token_is_taken_under_either_name_and_under_both() {
        let answers = [
            (r#"{"token": "t", "access_token": "t", "expires_in": 300}"#, Some("t")),
            (r#"{"access_token": "a"}"#, Some("a")),
            (r#"{"token": "t"}"#, Some("t")),
            (r#"{"token": "", "access_token": "a"}"#, Some("a")),
            (r#"{"token": null}"#, None),
            ("{}", None),
            ("no JSON", None),
        ];
        for (answer, expected) in answers {
            let token = Token::of(answer.as_bytes());
            assert_eq!(token.as_ref().map(Secret::expose), expected, "{answer}");
        }
    }
}
