use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

use super::super::code_engine::{GENERIC_FORMAT, SecretObject};
use super::super::{Api, Credential, Options};
use super::*;
use crate::change::Change;

/// What a server does with one request: answers with a status line and a body, or closes the connection.
enum Turn {
    Answer(&'static str, Value),
    Cut,
}

use Turn::{Answer as Says, Cut};

/// A server that answers one connection after the other as it is told, and keeps what it was asked.
struct Script {
    address: Address,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Script {
    async fn of(turns: Vec<Turn>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = Address::parse(&format!("http://{}", listener.local_addr().expect("bound"))).expect("an address");
        let asked = Arc::new(Mutex::new(Vec::new()));
        let kept = asked.clone();
        tokio::spawn(async move {
            for turn in turns {
                let (mut stream, _) = listener.accept().await.expect("a connection");
                let request = request(&mut stream).await;
                kept.lock().expect("alone").push(request);
                if let Says(head, body) = turn {
                    let body = body.to_string();
                    let length = body.len();
                    let text =
                        format!("HTTP/1.1 {head}\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}");
                    stream.write_all(text.as_bytes()).await.expect("taken");
                }
            }
        });
        Self { address, asked }
    }

    fn session(&self) -> Session {
        let address = || self.address.clone();
        let api = Api { iam: address(), resource_controller: address(), code_engine: Some(address()) };
        Session::new(api, Credential::ApiKey(Secret::new("canary-key")), Options::default())
    }

    /// The first line of each request, without its protocol.
    fn asked(&self) -> Vec<String> {
        let line =
            |request: &String| request.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
        self.asked.lock().expect("alone").iter().map(line).collect()
    }

    fn request(&self, number: usize) -> String {
        self.asked.lock().expect("alone")[number].clone()
    }
}

async fn request(stream: &mut tokio::net::TcpStream) -> String {
    let mut read = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.expect("a request");
        read.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&read).into_owned();
        let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
        let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse().ok());
        if count == 0 || body.len() >= length.unwrap_or(0) {
            return text;
        }
    }
}

/// An answer of IAM with the token of this number.
fn token(number: u32) -> Turn {
    let part = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let token = format!("{}.{}.{number}", part(json!({})), part(json!({ "exp": 4_102_444_800_u64 })));
    Says("200 OK", json!({ "access_token": token, "expires_in": 3600 }))
}

fn projects() -> Turn {
    let project = json!({ "id": "1", "name": "p", "status": "active" });
    Says("200 OK", json!({ "projects": [project] }))
}

const BUSY: &str = "429 Too Many Requests\r\nRetry-After: 0";
const PROJECTS: &str = "GET /v2/projects?version=2025-07-10&limit=100";
const TOKEN: &str = "POST /identity/token";

#[tokio::test]
async fn a_request_is_patient_where_it_is_asked_to_be_and_renews_its_token_once() {
    let unauthorized = || Says("401 Unauthorized", json!({}));
    let script = Script::of(vec![token(1), Says(BUSY, json!({})), unauthorized(), token(2), projects()]).await;
    let session = script.session();
    let found = session.projects().await.expect("projects");
    assert_eq!((found.len(), session.requests()), (1, 5));
    assert_eq!(script.asked(), [TOKEN, PROJECTS, PROJECTS, TOKEN, PROJECTS]);
    let form = script.request(0);
    let expected =
        "grant_type=urn%3Aibm%3Aparams%3Aoauth%3Agrant-type%3Aapikey&apikey=canary-key&response_type=cloud_iam";
    assert!(form.ends_with(&format!("\r\n\r\n{expected}")) && !form.contains("authorization"), "{form}");
    assert!(script.request(1).contains(".1\r\n") && script.request(4).contains(".2\r\n"));
}

#[tokio::test]
async fn a_token_that_stays_refused_ends_it() {
    let unauthorized = || Says("401 Unauthorized", json!({ "trace": "t" }));
    let script = Script::of(vec![token(1), unauthorized(), token(2), unauthorized()]).await;
    let error = script.session().projects().await.expect_err("refused").to_string();
    assert_eq!(error, "Code Engine does not accept the token when asked to list the projects (401, trace t)");
}

#[tokio::test]
async fn pages_are_read_to_the_last_one_and_not_round_and_round() {
    let page = |number: u32, start: Option<&str>| {
        let mut page = json!({ "projects": [{ "id": number.to_string(), "name": "p", "status": "active" }] });
        if let Some(start) = start {
            page["next"] = json!({ "href": "x", "start": start });
        }
        Says("200 OK", page)
    };
    let script = Script::of(vec![token(1), page(1, Some("a b")), page(2, Some("c")), page(3, None)]).await;
    let ids: Vec<_> = script.session().projects().await.expect("projects").into_iter().map(|p| p.id).collect();
    assert_eq!(ids, ["1", "2", "3"]);
    assert_eq!(script.asked()[2..], [format!("{PROJECTS}&start=a+b"), format!("{PROJECTS}&start=c")]);
    let script = Script::of(vec![token(1), page(1, Some("a")), page(2, Some("a"))]).await;
    let error = script.session().projects().await.expect_err("no end").to_string();
    assert!(error.ends_with("its pages have no end"), "{error}");
}

#[tokio::test]
async fn a_project_is_not_asked_for_twice_where_the_first_time_may_have_done_it() {
    let script = Script::of(vec![token(1), Cut]).await;
    let error = script.session().create_project("p", None).await.expect_err("cut");
    assert!(error.is_doubtful());
    assert_eq!(script.asked().len(), 2);
    let made = json!({ "id": "1", "name": "p", "status": "creating" });
    let script = Script::of(vec![token(1), Says(BUSY, json!({})), Says("202 Accepted", made)]).await;
    assert!(script.session().create_project("p", None).await.expect("made").status.is_coming());
}

fn secret(value: &str) -> SecretObject {
    SecretObject::new("s", GENERIC_FORMAT, [("KAFKA_PASSWORD".to_owned(), Secret::new(value))].into())
}

fn there(value: &str, tag: &str) -> Turn {
    let data = json!({ "KAFKA_PASSWORD": value });
    Says("200 OK", json!({ "name": "s", "format": "generic", "entity_tag": tag, "data": data }))
}

fn conflict() -> Turn {
    Says("409 Conflict", json!({}))
}

#[tokio::test]
async fn a_conflict_after_an_attempt_without_answer_may_be_with_oneself() {
    let doubtful = || Says("503 Unavailable\r\nRetry-After: 0", json!({}));
    let script = Script::of(vec![token(1), doubtful(), conflict(), there("canary-1", "7")]).await;
    let change = script.session().put_secret("p", &secret("canary-1")).await.expect("put");
    assert_eq!(change, Change::Created);
    let script = Script::of(vec![token(1), conflict(), there("canary-1", "7")]).await;
    let change = script.session().put_secret("p", &secret("canary-1")).await.expect("left");
    assert_eq!(change, Change::Unchanged);
}

#[tokio::test]
async fn a_secret_that_is_changed_meanwhile_is_looked_at_again() {
    let stale = Says("412 Precondition Failed", json!({}));
    let turns = vec![token(1), conflict(), there("old", "7"), stale, there("other", "8"), Says("200 OK", json!({}))];
    let script = Script::of(turns).await;
    let change = script.session().put_secret("p", &secret("canary-1")).await.expect("put");
    assert_eq!(change, Change::Updated);
    assert!(script.request(3).contains("if-match: 7\r\n") && script.request(5).contains("if-match: 8\r\n"));
    assert!(script.asked()[5].starts_with("PUT /v2/projects/p/secrets/s?version="));
}

#[tokio::test]
async fn a_secret_whose_values_may_not_be_seen_is_written_anew() {
    let hidden = Says("200 OK", json!({ "name": "s", "format": "generic", "entity_tag": 7 }));
    let script = Script::of(vec![token(1), conflict(), hidden, Says("200 OK", json!({}))]).await;
    assert_eq!(script.session().put_secret("p", &secret("canary-1")).await.expect("put"), Change::Updated);
}

#[tokio::test]
async fn a_secret_of_another_format_is_left_alone_and_no_value_is_repeated() {
    let other = Says("200 OK", json!({ "name": "s", "format": "registry" }));
    let script = Script::of(vec![token(1), conflict(), other]).await;
    let error = script.session().put_secret("p", &secret("canary-1")).await.expect_err("in the way").to_string();
    assert_eq!(error, "the secret `s` is there with the format registry");
    let says = json!({ "errors": [{ "code": "bad", "message": "canary-1 of canary-key is bad" }] });
    let script = Script::of(vec![token(1), Says("400 Bad Request", says)]).await;
    let error = script.session().put_secret("p", &secret("canary-1")).await.expect_err("bad").to_string();
    assert_eq!(error, "Code Engine refuses to create the secret `s`: ******** of ******** is bad (400 bad)");
}

#[test]
fn the_next_page_is_found_in_either_form() {
    let start = |page: &Value| next_start(page);
    assert_eq!(start(&json!({"next": {"href": "x", "start": "abc"}})).as_deref(), Some("abc"));
    let relative = json!({"next_url": "/v2/resource_keys?limit=1&start=a%2Fb%3D"});
    assert_eq!(start(&relative).as_deref(), Some("a/b="));
    let absolute = json!({"next_url": "https://resource-controller.cloud.ibm.com/v2/resource_keys?start=t&limit=1"});
    assert_eq!(start(&absolute).as_deref(), Some("t"));
    for last in [json!({}), json!({"next": {}}), json!({"next_url": null}), json!({"next_url": "/v2/keys?limit=1"})] {
        assert_eq!(start(&last), None, "{last}");
    }
}

#[test]
fn a_mistake_in_an_answer_is_told_without_its_value() {
    #[derive(Debug, serde::Deserialize)]
    struct Wanted {
        #[expect(dead_code, reason = "only read")]
        number: u32,
    }
    let body = Bytes::from_static(b"{\"number\": \"canary\"}");
    let answer = Answer { body, service: Service::Iam, what: "give a token".to_owned() };
    let error = answer.json::<Wanted>().expect_err("a text").to_string();
    assert!(error.contains("`number` (line 1") && !error.contains("canary"), "{error}");
}

#[tokio::test]
async fn a_session_that_gives_up_later_shares_the_token() {
    let script = Script::of(vec![token(1), projects(), Says(BUSY, json!({})), Says(BUSY, json!({})), projects()]).await;
    let session = script.session();
    session.projects().await.expect("projects");
    let over = session.until(std::time::Instant::now());
    over.projects().await.expect_err("there is no time to ask again");
    let later = over.until(std::time::Instant::now() + std::time::Duration::from_secs(600));
    later.projects().await.expect("projects");
    assert_eq!(script.asked(), [TOKEN, PROJECTS, PROJECTS, PROJECTS, PROJECTS]);
}
