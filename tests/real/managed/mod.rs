//! Managed services, with a real Kafka and a real Redis in their place: from service keys to a client that does all its
//! work, and every fault by its own name.

mod front;
pub mod servers;

use std::time::{Duration, Instant};

use karctl::certificate::Authority;
use serde_json::{Value, json};

use karctl::client::kafka::Connection;
use karctl::client::tls::{Tls, Trust};
use karctl::redacted::Secret;

use crate::ibmcloud::{API_KEY, IbmCloud, REGION, kafka_key, redis_key};
use crate::parts;
use crate::sandbox::{Finished, Sandbox};
use servers::{KAFKA_PASSWORD, Kafka, REDIS_PASSWORD, REDIS_USER, Redis, authority};

/// A broker may take half a minute to start where the machine is busy.
const LIMIT: Duration = Duration::from_secs(120);

/// Exit status of the client where it lost a race that `kar` loses too: Kafka acknowledges partitions before its metadata
/// show them.
const LOST_RACE: i32 = 75;

/// What one command is tried with: two keys, and the authority that the machine trusts.
struct Keys {
    broker: String,
    kafka_password: &'static str,
    redis_port: u16,
    redis_user: &'static str,
    redis_password: &'static str,
    redis_authority: Authority,
    trusted: Authority,
}

impl Keys {
    fn of(kafka: &Kafka, redis: &Redis) -> Self {
        Self {
            broker: format!("localhost:{}", kafka.port),
            kafka_password: KAFKA_PASSWORD,
            redis_port: redis.port,
            redis_user: REDIS_USER,
            redis_password: REDIS_PASSWORD,
            redis_authority: redis.authority.clone(),
            trusted: kafka.authority.clone(),
        }
    }

    /// A sandbox with the keys in `work/keys.json`.
    fn sandbox(&self) -> Sandbox {
        let sandbox = Sandbox::new();
        let kafka = Kafka::key(&[&self.broker], self.kafka_password);
        let redis =
            Redis::key("localhost", self.redis_port, self.redis_user, self.redis_password, &self.redis_authority);
        sandbox.write("work/keys.json", json!([redis, kafka]).to_string());
        let trusted = sandbox.write("work/trusted.pem", &self.trusted.certificate);
        sandbox.variable("SSL_CERT_FILE", trusted)
    }

    /// What `env --check` says in a shell that has these very variables.
    fn check(&self) -> (Vec<String>, Finished) {
        let sandbox = self.sandbox();
        let karctl = env!("CARGO_BIN_EXE_karctl");
        let source = ["ibmcloud", "kar", "--credentials", "keys.json"];
        let check = ["--", karctl, "env"].into_iter().chain(source).chain(["--check", "-o", "json"]);
        let finished = sandbox.karctl(["exec"].into_iter().chain(source).chain(check)).output();
        assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
        let document: Value = serde_json::from_str(&finished.stdout).unwrap_or_else(|_| panic!("{finished:?}"));
        assert_eq!(document["differences"], json!([]), "{document}");
        (serde_json::from_value(document["problems"].clone()).expect("sentences"), finished)
    }

    /// Code and message of what `check ce` finds wrong with the services; there is no account.
    fn found_by_check(&self) -> Vec<(String, String)> {
        let finished = self.sandbox().karctl(["check", "ce", "--credentials", "keys.json", "-o", "json"]).output();
        assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
        let document = finished.document("check");
        let checks = document["checks"].as_array().expect("a list").iter();
        let of_service = checks.filter(|checked| ["kafka", "redis"].iter().any(|name| checked["category"] == *name));
        let wrong =
            of_service.filter(|checked| !["ok", "skipped"].iter().any(|outcome| checked["outcome"] == *outcome));
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        wrong.map(|checked| (text(&checked["code"]), text(&checked["found"]))).collect()
    }

    /// Waits until both servers can be used.
    fn wait(&self) {
        let began = Instant::now();
        loop {
            let (problems, _) = self.check();
            if problems.is_empty() {
                return;
            }
            assert!(began.elapsed() < LIMIT, "{problems:#?}");
            std::thread::sleep(Duration::from_millis(200));
        }
    }
}

/// From the keys alone, the client does all that `kar` does: it joins, writes, reads, and takes over from a dead member.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn from_two_service_keys_a_client_does_all_its_work() {
    let (kafka, redis) = (Kafka::run(), Redis::run(0));
    let keys = Keys::of(&kafka, &redis);
    keys.wait();
    let sandbox = keys.sandbox();
    let client = parts::client().display().to_string();
    for attempt in 1.. {
        let app = format!("managed{attempt}");
        let line = ["exec", "ibmcloud", "kar", "--credentials", "keys.json", "--", &client, "mesh", "--app", &app];
        let finished = sandbox.karctl(line).output();
        if finished.status != Some(LOST_RACE) || attempt == 5 {
            assert_eq!(finished.status, Some(0), "{finished:?}");
            break;
        }
    }
    // A shell gets the same.
    let script = format!("eval \"$(\"$KARCTL\" env ibmcloud kar --credentials keys.json)\" && exec {client} ping");
    let shell = sandbox.command("/bin/bash", ["-c", &script]).variable("KARCTL", env!("CARGO_BIN_EXE_karctl"));
    let pinged = shell.output();
    assert_eq!(pinged.status, Some(0), "{pinged:?}");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_fault_of_a_managed_service_has_its_own_name() {
    let (kafka, redis, old_redis) = (Kafka::run(), Redis::run(0), Redis::run(1150));
    let right = || Keys::of(&kafka, &redis);
    right().wait();
    let (stranger, broker) = (authority(), format!("localhost:{}", kafka.port));
    let refused = |keys: Keys, message: &str, code: &str| {
        let found = keys.found_by_check();
        assert_eq!(found.len(), 1, "{found:#?}");
        assert!(found[0].0 == code && found[0].1.contains(message), "{code}: {found:#?}");
        let (problems, finished) = keys.check();
        assert_eq!(problems.len(), 1, "{problems:#?}");
        assert!(problems[0].contains(message), "`{message}` is not in {problems:#?}");
        assert!(problems[0].ends_with(&format!("(`karctl explain {code}`)")), "{problems:#?}");
        assert_eq!(finished.status, Some(3));
    };
    refused(
        Keys { trusted: stranger.clone(), ..right() },
        &format!("Kafka at {broker} cannot be used: its certificate is signed by an authority that is not trusted"),
        "KAR447",
    );
    refused(
        Keys { redis_authority: stranger, ..right() },
        &format!("Redis at localhost:{} cannot be used: its certificate is signed by an authority", redis.port),
        "KAR447",
    );
    refused(
        Keys { kafka_password: "canary-wrong", ..right() },
        "refused to authenticate the user `token`: SASL_AUTHENTICATION_FAILED",
        "KAR452",
    );
    refused(
        Keys { redis_password: "canary-wrong", ..right() },
        "refused to authenticate the user `ibm_cloud_1`: WRONGPASS",
        "KAR452",
    );
    refused(Keys { redis_user: "nobody", ..right() }, "refused to authenticate the user `nobody`: WRONGPASS", "KAR452");
    refused(
        Keys { broker: format!("localhost:{}", kafka.expired_port), ..right() },
        "its certificate expired on ",
        "KAR448",
    );
    refused(
        Keys { redis_port: old_redis.port, redis_authority: old_redis.authority.clone(), ..right() },
        "its certificate expired on ",
        "KAR448",
    );
    refused(
        Keys { broker: format!("127.0.0.1:{}", kafka.port), ..right() },
        "it broke off a TLS handshake without a server name",
        "KAR450",
    );
    // What speaks TLS, but not Kafka.
    let (problems, _) =
        Keys { broker: format!("localhost:{}", redis.port), trusted: redis.authority.clone(), ..right() }.check();
    assert_eq!(problems.len(), 1, "{problems:#?}");
}

/// An account with the keys of both servers, and a project whose configuration is theirs.
fn prepared(kafka: &Kafka, redis: &Redis) -> (IbmCloud, Sandbox) {
    let cloud = IbmCloud::start();
    let broker = format!("localhost:{}", kafka.port);
    let project = cloud.change(|account| {
        let authority = &redis.authority.certificate;
        account.keys.push(redis_key("kar", "localhost", redis.port, REDIS_USER, REDIS_PASSWORD, authority));
        account.keys.push(kafka_key("kar", &[&broker], KAFKA_PASSWORD));
        account.add_project("kar")
    });
    let mut sandbox = Keys::of(kafka, redis).sandbox();
    for (name, value) in cloud.variables() {
        sandbox.set_variable(name, value);
    }
    let sandbox = sandbox
        .variable("IBMCLOUD_API_KEY", API_KEY)
        .variable("IBMCLOUD_REGION", REGION)
        .variable("CE_PROJECT_ID", project.clone());
    let printed = sandbox.karctl(["env", "ibmcloud", "kar", "-o", "json"]).output();
    let mut variables = printed.document("env");
    let members = variables.as_object_mut().expect("variables");
    members.retain(|_, value| !value.is_null());
    cloud.change(|account| account.add_secret(&project, "kar.ibm.com.runtime-config", "generic", variables));
    (cloud, sandbox)
}

#[tokio::test]
#[ignore = "needs the real parts that tests/run starts"]
async fn a_project_that_is_prepared_is_found_to_be_well() {
    let (kafka, redis) = (Kafka::run(), Redis::run(0));
    let keys = Keys::of(&kafka, &redis);
    keys.wait();
    let (cloud, sandbox) = prepared(&kafka, &redis);
    let check = |more: &[&str]| {
        let line = ["check", "ce", "-o", "json"].iter().chain(more).copied();
        let finished = sandbox.karctl(line).output();
        assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
        (finished.document("check"), finished.status)
    };
    // With the name of the keys, and without: then by what the project itself says.
    for more in [&["--managed", "kar"][..], &[], &["--managed", "kar", "--pre"]] {
        let (document, status) = check(more);
        assert_eq!(
            (status, &document["errors"], &document["warnings"]),
            (Some(0), &json!(0), &json!(0)),
            "{document:#}"
        );
    }
    let found = |document: &Value, category: &str, title: &str| {
        let checks = document["checks"].as_array().expect("a list").clone();
        let is_it = |checked: &&Value| checked["category"] == category && checked["title"] == title;
        checks.iter().find(is_it).unwrap_or_else(|| panic!("{document:#}")).clone()
    };
    let (document, status) = check(&["--managed", "kar", "--probe-topic", "probe"]);
    let record = found(&document, "kafka", "a record goes round");
    assert_eq!((status, &record["code"]), (Some(1), &json!("KAR456")), "{document:#}");
    assert_eq!(record["found"], "there is no topic probe");

    let tls = Tls::new(Trust::Authority(&kafka.authority.certificate)).expect("an authority");
    let password = Secret::new(KAFKA_PASSWORD);
    let opened = Connection::open_by(&keys.broker, Some(&tls), Some(("token", &password)), LIMIT).await;
    opened.expect("ready").create_topic("probe", 1, 1).await.expect("created");
    let (document, status) = check(&["--managed", "kar", "--probe-topic", "probe"]);
    assert_eq!(status, Some(0), "{document:#}");

    cloud.change(|account| {
        account.keys.retain(|key| !key["source_crn"].to_string().contains("messagehub"));
        account.keys.push(kafka_key("kar", &["localhost:1"], "canary-new"));
    });
    let (document, status) = check(&["--managed", "kar"]);
    assert_eq!(status, Some(1));
    let stale = found(&document, "secret", "the project's configuration is that of the keys");
    let differs = "the project's configuration differs from the service keys in KAFKA_BROKERS, KAFKA_PASSWORD";
    assert_eq!((&stale["code"], stale["found"].as_str()), (&json!("KAR453"), Some(differs)));
    assert_eq!(cloud.misuse(), Vec::<String>::new());
}
