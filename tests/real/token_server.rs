//! A server of tokens as registries ask for them, beside the real registry of a test: it gives [`USER`] with the password
//! what is asked for, and everybody else what may be read. <https://distribution.github.io/distribution/spec/auth/jwt/>

use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rcgen::{CertificateParams, KeyPair, SigningKey};
use serde_json::{Value, json};

use crate::registry_server::{PASSWORD, USER};

/// What the registry calls itself, and who it believes.
pub const SERVICE: &str = "registry of the tests";
/// Who signs tokens.
pub const ISSUER: &str = "tokens of the tests";

/// How long a token lasts.
const LIFE: Duration = Duration::from_secs(300);

/// Length of each of the two numbers of a signature.
const NUMBER: usize = 32;

/// The server; it ends with the process.
pub struct TokenServer {
    address: String,
    certificate: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl TokenServer {
    /// On a port of loopback that the system chose.
    pub fn new() -> Self {
        let key = KeyPair::generate().expect("a key");
        let certificate = CertificateParams::new(Vec::new()).expect("no names").self_signed(&key).expect("signed");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = format!("http://{}/token", listener.local_addr().expect("it is bound"));
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let server = Self { address, certificate: certificate.pem(), asked: Arc::clone(&asked) };
        let shown = BASE64_STANDARD.encode(certificate.der());
        std::thread::spawn(move || {
            listener.incoming().flatten().for_each(|stream| answer(&stream, &key, &shown, &asked));
        });
        server
    }

    /// Where tokens are asked for.
    pub fn realm(&self) -> &str {
        &self.address
    }

    /// What its signatures are checked with, as PEM.
    pub fn certificate(&self) -> &str {
        &self.certificate
    }

    /// The scopes that were asked for, each with who asked: `kar repository:x:pull`.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("no panic").clone()
    }
}

fn answer(stream: &TcpStream, key: &KeyPair, certificate: &str, asked: &Mutex<Vec<String>>) {
    let mut lines = BufReader::new(stream).lines().map_while(Result::ok).take_while(|line| !line.is_empty());
    let Some(request) = lines.next() else { return };
    let login = lines.filter_map(|line| {
        let (name, value) = line.split_once(": ")?;
        name.eq_ignore_ascii_case("authorization").then(|| value.to_owned())
    });
    let login = login.last();
    let own = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")));
    if login.as_ref().is_some_and(|login| *login != own) {
        return respond(stream, "401 Unauthorized", &json!({"details": "incorrect username or password"}));
    }
    let user = if login.is_some() { USER } else { "" };
    let path = request.split(' ').nth(1).unwrap_or_default();
    let query = reqwest::Url::parse(&format!("http://x{path}")).expect("an address");
    let scopes = query.query_pairs().filter(|(name, _)| name == "scope").map(|(_, scope)| scope.into_owned());
    let scopes: Vec<_> = scopes.flat_map(|scope| scope.split(' ').map(str::to_owned).collect::<Vec<_>>()).collect();
    asked.lock().expect("no panic").extend(scopes.iter().map(|scope| format!("{user} {scope}").trim().to_owned()));
    let token = signed(&claims(user, &scopes), key, certificate);
    respond(stream, "200 OK", &json!({"token": token, "expires_in": LIFE.as_secs()}));
}

/// What a token says: everything to [`USER`], to others only that they may read.
fn claims(user: &str, scopes: &[String]) -> Value {
    let access = scopes.iter().filter_map(|scope| {
        let (resource, actions) = scope.rsplit_once(':')?;
        let (kind, name) = resource.split_once(':')?;
        let actions: Vec<_> = actions.split(',').filter(|action| !user.is_empty() || *action == "pull").collect();
        Some(json!({"type": kind, "name": name, "actions": actions}))
    });
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("after 1970").as_secs();
    json!({
        "iss": ISSUER, "sub": user, "aud": SERVICE, "jti": format!("{now}"),
        "iat": now, "nbf": now, "exp": now + LIFE.as_secs(), "access": access.collect::<Vec<_>>(),
    })
}

/// A JSON Web Token with the certificate of its key. (RFC 7515)
fn signed(claims: &Value, key: &KeyPair, certificate: &str) -> String {
    let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
    let text = format!("{}.{}", part(&json!({"typ": "JWT", "alg": "ES256", "x5c": [certificate]})), part(claims));
    let signature = key.sign(text.as_bytes()).expect("a signature");
    format!("{text}.{}", BASE64_URL_SAFE_NO_PAD.encode(numbers(&signature)))
}

/// The two numbers of a signature, each of the same length, from their form in ASN.1: SEQUENCE { INTEGER, INTEGER }.
fn numbers(signature: &[u8]) -> Vec<u8> {
    let mut rest = &signature[2..];
    let mut both = Vec::new();
    for _ in 0..2 {
        let (number, after) = rest[2..].split_at(usize::from(rest[1]));
        let number = &number[number.len().saturating_sub(NUMBER)..];
        both.extend(std::iter::repeat_n(0, NUMBER - number.len()).chain(number.iter().copied()));
        rest = after;
    }
    both
}

fn respond(mut stream: &TcpStream, status: &str, body: &Value) {
    let body = body.to_string();
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nConnection: close");
    // Who asked may have gone.
    write!(stream, "{head}\r\nContent-Length: {}\r\n\r\n{body}", body.len()).ok();
}
