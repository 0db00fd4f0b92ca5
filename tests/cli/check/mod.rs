mod fix;
mod modes;
pub mod scenarios;

use std::net::TcpListener;

use serde_json::Value;

use crate::sandbox::Sandbox;

/// Ports that were free a moment ago.
fn ports() -> [(String, TcpListener); 2] {
    ["kafka", "redis"].map(|service| {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        (format!("{service}.port={}", listener.local_addr().expect("bound").port()), listener)
    })
}

/// A machine with every tool, on which the native engine is asked for.
fn equipped() -> Sandbox {
    let sandbox = Sandbox::new();
    for (program, script) in [
        ("kar", "echo 1.3.10"),
        ("node", "echo v18.19.0"),
        ("npm", "echo 9.2.0"),
        ("java", "echo 'openjdk version \"17.0.15\" 2025-04-15' >&2"),
        ("mvn", "printf '\\033[1mApache Maven 3.8.7\\033[m\\n'"),
        ("python3", "echo Python 3.11.2"),
        ("redis-server", "echo 'Redis server v=7.0.15 sha=00000000:0'"),
    ] {
        sandbox.program(program, script);
    }
    sandbox
}

fn check(sandbox: &Sandbox, set: &[String]) -> (Value, Option<i32>) {
    let settings = set.iter().flat_map(|set| ["--set", set]);
    let line = ["check", "local", "-o", "json", "--set", "local.engine=native"].into_iter().chain(settings);
    let finished = sandbox.karctl(line).without("DOCKER_HOST").output();
    (finished.document("check"), finished.status)
}

fn found<'a>(document: &'a Value, title: &str) -> (&'a str, &'a str) {
    let checks = document["checks"].as_array().expect("a list");
    let checked = checks.iter().find(|checked| checked["title"] == title).expect(title);
    (checked["outcome"].as_str().expect("text"), checked["found"].as_str().expect("text"))
}

#[test]
fn an_equipped_machine_has_no_errors() {
    let [(kafka, _), (redis, _)] = ports();
    let (document, status) = check(&equipped(), &[kafka, redis]);
    assert_eq!(document["errors"], 0, "{document:#}");
    assert!(matches!(status, Some(0 | 5)), "{status:?}");
    assert_eq!(found(&document, "there is Java for Kafka"), ("ok", "Java 17 for Kafka ([ROOT]/bin/java)"));
    assert_eq!(found(&document, "there is Redis"), ("ok", "Redis 7.0.15 ([ROOT]/bin/redis-server)"));
    let kafka = "Kafka 3.9.1 will be fetched with Maven ([ROOT]/bin/mvn)";
    assert_eq!(found(&document, "there is Kafka"), ("ok", kafka));
    assert_eq!(found(&document, "Maven is new enough"), ("ok", "Maven 3.8.7 ([ROOT]/bin/mvn)"));
    assert_eq!(found(&document, "`kar` is on PATH"), ("ok", "kar 1.3.10 ([ROOT]/bin/kar)"));
}

#[test]
fn a_bare_machine_is_told_what_is_missing() {
    let (document, status) = check(&Sandbox::new(), &[]);
    assert_eq!(status, Some(1));
    let java = "no Java 11 or newer: JAVA_HOME is not set, there is no `java` on PATH";
    assert_eq!(found(&document, "there is Java for Kafka"), ("error", java));
    let redis = "a Redis server is not on this machine, and there is no `mvn` on PATH to fetch it with";
    assert_eq!(found(&document, "there is Redis"), ("error", redis));
    assert_eq!(found(&document, "`kar` is on PATH"), ("warning", "`kar` is not on PATH"));
    let node = "Node.js is not on PATH; the JavaScript SDK needs 12 or newer";
    assert_eq!(found(&document, "Node.js is new enough"), ("skipped", node));
}

#[test]
fn a_taken_port_is_an_error_that_names_the_holder() {
    let [(kafka, listener), (redis, other)] = ports();
    drop(other);
    let (document, status) = check(&equipped(), &[kafka, redis]);
    assert_eq!((document["errors"].as_u64(), status), (Some(1), Some(1)), "{document:#}");
    let (outcome, text) = found(&document, "Kafka's port is free");
    let holder = format!("(pid {})", std::process::id());
    assert!(outcome == "error" && (cfg!(not(target_os = "linux")) || text.contains(&holder)), "{text}");
    drop(listener);
}

#[test]
fn old_and_broken_tools_are_warnings() {
    let sandbox = equipped();
    sandbox.program("node", "echo v10.1.0");
    sandbox.program("python3", "echo broken >&2; exit 3");
    sandbox.program("npm", "exec /bin/sleep 60");
    let (document, status) = check(&sandbox, &ports().map(|(set, _)| set));
    assert_eq!(status, Some(5), "{document:#}");
    let node = "Node.js 10.1.0 ([ROOT]/bin/node) is too old for the JavaScript SDK, which needs 12";
    assert_eq!(found(&document, "Node.js is new enough"), ("warning", node));
    let python = "Python does not tell its version: [ROOT]/bin/python3 ended with exit status: 3: broken";
    assert_eq!(found(&document, "Python is new enough"), ("warning", python));
    assert!(found(&document, "npm is new enough").1.contains("did not answer within 5 s"), "{document:#}");
}

#[test]
fn proxy_and_certificates_are_looked_at() {
    let sandbox = equipped().variable("HTTPS_PROXY", "http://proxy:3128").variable("SSL_CERT_FILE", "/no/such/file");
    let (document, _) = check(&sandbox, &ports().map(|(set, _)| set));
    let proxy = "HTTPS_PROXY set, but NO_PROXY does not name localhost,127.0.0.1";
    assert_eq!(found(&document, "the proxy leaves this machine out"), ("warning", proxy));
    let (outcome, text) = found(&document, "certificates can be read");
    assert!(
        outcome == "warning" && text.starts_with("SSL_CERT_FILE names /no/such/file, which cannot be read"),
        "{text}"
    );
}

#[test]
fn a_named_engine_that_is_silent_is_an_error() {
    let finished = Sandbox::new().karctl(["check", "local", "--color", "never"]).output();
    assert_eq!(finished.status, Some(1));
    let first = finished.stdout.lines().next().unwrap_or_default();
    assert!(first.starts_with("✗ engine ") && first.ends_with("[KAR103]"), "{first}");
}

#[test]
fn without_a_home_nothing_else_is_broken() {
    let line = ["check", "local", "-o", "json", "--set", "local.engine=native"];
    let finished = equipped().karctl(line).without("HOME").without("DOCKER_HOST").output();
    let document = finished.document("check");
    let home = "HOME is not set to an absolute path";
    assert_eq!(found(&document, "the state folder can be written"), ("error", home));
    assert_eq!(found(&document, "`kar` is on PATH").0, "ok");
}

#[test]
fn a_wrong_setting_is_a_usage_error() {
    let stderr = "error: --set: local.engine is auto, docker or native, not `podman`\nhint: `karctl explain KAR123` tells more\n";
    Sandbox::new().karctl(["check", "local", "--set", "local.engine=podman"]).stderr(stderr).status(2);
}
