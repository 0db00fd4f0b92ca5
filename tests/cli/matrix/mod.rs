//! `karctl hybrid matrix` without a cluster: every hop of the way from this machine and from a project of Code Engine, broken
//! one at a time, and named.

mod cluster;
mod servers;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use karctl::certificate::Authority;
use serde_json::{Value, json};

use crate::ibmcloud::{API_KEY, IbmCloud, REGION};
use crate::sandbox::{Finished, Sandbox};
use servers::{Manner, Server, tls};

const PASSWORD: &str = "canary-2b7e";

const DAY: std::time::Duration = std::time::Duration::from_secs(24 * 60 * 60);

fn manner() -> Manner {
    Manner { cluster_id: "one", password: Some(PASSWORD), ..Manner::default() }
}

/// A project whose services are those of `services.json`.
fn sandbox(members: &str, services: &Value) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("work/karctl.yaml", format!("version: 1\nservices: {{ file: services.json }}\nmembers:\n{members}"));
    sandbox.write("work/services.json", services.to_string());
    sandbox
}

/// What `kar` is told of a broker and a Redis.
fn told(broker: &str, redis_port: u16) -> Value {
    json!({
        "kafka_brokers": broker, "kafka_username": "kar", "kafka_password": PASSWORD,
        "redis_host": "127.0.0.1", "redis_port": redis_port, "redis_user": "kar", "redis_password": PASSWORD,
    })
}

fn with(mut services: Value, changes: &[(&str, Value)]) -> Value {
    for (name, value) in changes {
        services[name] = value.clone();
    }
    services
}

fn matrix(sandbox: &Sandbox) -> (Value, Finished) {
    let finished = sandbox.karctl(["hybrid", "matrix", "-o", "json"]).output();
    assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
    (finished.document("hybrid matrix"), finished)
}

/// Looks from this machine, and compares the ways to Kafka and Redis: `ok`, or the hop and its code.
#[track_caller]
fn assert_ways(sandbox: &Sandbox, expected: [&str; 2]) -> Value {
    let (document, finished) = matrix(sandbox);
    let row = &document["members"][0];
    let way = |service: &str| match row[service]["outcome"].as_str() {
        Some("ok") => "ok".to_owned(),
        _ => format!("{} {}", row[service]["hop"].as_str().unwrap_or(""), row[service]["code"].as_str().unwrap_or("")),
    };
    assert_eq!([way("kafka"), way("redis")], expected, "{document:#}");
    let is_well = expected == ["ok", "ok"];
    assert_eq!(finished.status, Some(if is_well { 0 } else { 1 }), "{document:#}");
    row.clone()
}

const HERE: &str = "  laptop: { local: {} }\n";

#[test]
fn all_ways_are_open_and_each_hop_that_breaks_is_named_alone() {
    let (kafka, redis) = (Server::kafka(manner(), None), Server::redis(manner(), None));
    let right = || told(&kafka.address(), redis.port);
    let ways = |changes: &[(&str, Value)], expected| assert_ways(&sandbox(HERE, &with(right(), changes)), expected);
    let row = ways(&[], ["ok", "ok"]);
    assert_eq!(row["kafka"]["found"], format!("Kafka answers at {}", kafka.address()));

    ways(&[("kafka_brokers", json!("kafka.invalid:9092"))], ["name KAR520", "ok"]);
    ways(&[("redis_host", json!("redis.invalid"))], ["ok", "name KAR520"]);
    // Port 1 of this machine: nobody listens there.
    ways(
        &[("kafka_brokers", json!("127.0.0.1:1")), ("redis_port", json!(1))],
        ["connection KAR521", "connection KAR521"],
    );
    // Of several brokers the one that is broken counts.
    let two = format!("{},127.0.0.1:1", kafka.address());
    ways(&[("kafka_brokers", json!(two))], ["connection KAR521", "ok"]);
    ways(&[("kafka_password", json!("canary-wrong"))], ["login KAR452", "ok"]);
    ways(&[("redis_password", json!("canary-wrong"))], ["ok", "login KAR452"]);
    ways(&[("redis_user", json!("nobody"))], ["ok", "login KAR452"]);
    // A listener without TLS that is spoken to with it.
    let named = json!(format!("localhost:{}", kafka.port));
    let blind = [("kafka_enable_tls", json!("true")), ("kafka_tls_skip_verify", json!("true"))];
    ways(&[&blind[..], &[("kafka_brokers", named)]].concat(), ["tls KAR446", "ok"]);

    let broken = |change: &dyn Fn(&mut Manner), expected| {
        kafka.change(change);
        redis.change(change);
        let row = assert_ways(&sandbox(HERE, &right()), expected);
        kafka.change(|kept| *kept = manner());
        redis.change(|kept| *kept = manner());
        row
    };
    broken(&|manner| manner.is_powerless = true, ["rights KAR526", "rights KAR526"]);
    let row = broken(&|manner| manner.advertised = Some("kafka.invalid:9092".to_owned()), ["advertised KAR523", "ok"]);
    let found = row["kafka"]["found"].as_str().expect("a sentence");
    let sent = format!("Kafka at {} sends its clients to kafka.invalid:9092, and ", kafka.address());
    assert!(found.starts_with(&sent), "{found}");
    let other = Server::kafka(Manner { cluster_id: "two", ..manner() }, None);
    let elsewhere = other.address();
    broken(&move |manner| manner.advertised = Some(elsewhere.clone()), ["advertised KAR523", "ok"]);
    ways(&[], ["ok", "ok"]);
}

#[test]
fn every_fault_of_tls_is_named() {
    let authority = Authority::make(Timestamp::now() - DAY * 1200).expect("an authority");
    let (fresh, expired) = (Timestamp::now(), Timestamp::now() - DAY * 1150);
    let kafka = Server::kafka(manner(), Some(tls(&authority, fresh)));
    let redis = Server::redis(manner(), Some(tls(&authority, fresh)));
    let old = Server::redis(manner(), Some(tls(&authority, expired)));
    kafka.change(|manner| manner.advertised = Some(format!("localhost:{}", kafka.port)));
    let ca = json!(STANDARD.encode(&authority.certificate));
    let secure = with(
        told(&format!("localhost:{}", kafka.port), redis.port),
        &[
            ("redis_host", json!("localhost")),
            ("kafka_enable_tls", json!("true")),
            ("redis_enable_tls", json!("true")),
            ("redis_ca", ca),
        ],
    );
    let ways = |trusted: &Authority, changes: &[(&str, Value)], expected| {
        let sandbox = sandbox(HERE, &with(secure.clone(), changes));
        let file = sandbox.write("work/trusted.pem", &trusted.certificate);
        assert_ways(&sandbox.variable("SSL_CERT_FILE", file), expected)
    };
    let stranger = Authority::make(Timestamp::now()).expect("an authority");
    ways(&authority, &[], ["ok", "ok"]);
    ways(&stranger, &[], ["tls KAR447", "ok"]);
    let other_ca = json!(STANDARD.encode(&stranger.certificate));
    ways(&authority, &[("redis_ca", other_ca)], ["ok", "tls KAR447"]);
    ways(&authority, &[("redis_port", json!(old.port))], ["ok", "tls KAR448"]);
    ways(&authority, &[("redis_host", json!("127.0.0.1"))], ["ok", "tls KAR450"]);
    ways(&authority, &[("kafka_brokers", json!(format!("127.0.0.1:{}", kafka.port)))], ["tls KAR450", "ok"]);
    // A listener with TLS that is spoken to without.
    let row = ways(&authority, &[("redis_enable_tls", json!("false"))], ["ok", "tls KAR451"]);
    assert!(row["redis"]["hints"][0].as_str().is_some_and(|hint| hint.contains("REDIS_ENABLE_TLS")), "{row:#}");
}

/// A project of Code Engine and its account. `127.1` is an address of this machine that is not written as one.
fn cloud(kafka: &Server, redis: &Server) -> (IbmCloud, Sandbox, String) {
    let cloud = IbmCloud::start();
    let project = cloud.change(|account| account.add_project("orders"));
    let members = "  laptop: { local: {} }\n  cloud: { code-engine: { project: orders } }\n  edge: { host: {} }\n";
    let services = with(told(&format!("127.1:{}", kafka.port), redis.port), &[("redis_host", json!("127.1"))]);
    let mut sandbox = sandbox(members, &services);
    for (name, value) in cloud.variables() {
        sandbox.set_variable(name, value);
    }
    let sandbox = sandbox.variable("IBMCLOUD_API_KEY", API_KEY).variable("IBMCLOUD_REGION", REGION);
    put_secret(&cloud, &project, &services);
    (cloud, sandbox, project)
}

fn put_secret(cloud: &IbmCloud, project: &str, services: &Value) {
    let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    let data = services.as_object().expect("variables").iter();
    let data: serde_json::Map<_, _> = data.map(|(name, value)| (name.to_uppercase(), json!(text(value)))).collect();
    let name = "kar.ibm.com.runtime-config";
    cloud.change(|account| account.add_secret(project, name, "generic", Value::Object(data)));
}

#[test]
fn a_project_is_compared_and_asked_from_outside_and_another_host_is_not_seen() {
    let (kafka, redis) = (Server::kafka(manner(), None), Server::redis(manner(), None));
    let (cloud, sandbox, project) = cloud(&kafka, &redis);
    let (document, finished) = matrix(&sandbox);
    assert_eq!((finished.status, &document["broken"], &document["unseen"]), (Some(5), &json!(0), &json!(2)));
    let rows = &document["members"];
    assert_eq!([&rows[0]["asked"], &rows[1]["asked"], &rows[2]["asked"]], ["here", "from_outside", "not_at_all"]);
    assert!(rows[1]["note"].as_str().is_some_and(|note| note.ends_with("cannot be seen")), "{rows:#}");
    assert_eq!([&rows[2]["kafka"]["code"], &rows[2]["kafka"]["outcome"]], ["KAR528", "unseen"]);

    // The services have another password than the project was given.
    let mut services: Value = serde_json::from_str(&sandbox.read("work/services.json")).expect("JSON");
    services["redis_password"] = json!("canary-old");
    put_secret(&cloud, &project, &services);
    let (document, finished) = matrix(&sandbox);
    let row = &document["members"][1];
    assert_eq!((finished.status, &row["kafka"]["outcome"]), (Some(1), &json!("ok")), "{document:#}");
    assert_eq!([&row["redis"]["hop"], &row["redis"]["code"]], ["configuration", "KAR524"]);
    let found = row["redis"]["found"].as_str().expect("a sentence");
    assert!(found.contains("REDIS_PASSWORD differs; with it, ") && found.contains("WRONGPASS"), "{found}");

    cloud.change(|account| account.project(&project).secrets.clear());
    let (document, _) = matrix(&sandbox);
    assert_eq!(document["members"][1]["kafka"]["code"], "KAR525", "{document:#}");
    assert_eq!(document["members"][0]["kafka"]["outcome"], "ok");
    assert_eq!(cloud.misuse(), Vec::<String>::new());
}

#[test]
fn people_get_a_table_with_what_is_wrong_below_it_and_a_picture() {
    let redis = Server::redis(manner(), None);
    let sandbox = sandbox(
        "  laptop: { local: {} }\n  edge: { host: {} }\n",
        &with(told("kafka.invalid:9092", redis.port), &[("redis_host", json!("127.1"))]),
    );
    let shown = sandbox.karctl(["hybrid", "matrix"]).output();
    let lines: Vec<_> = shown.stdout.lines().collect();
    assert_eq!(lines[0], "MEMBER  ASKED FROM  KAFKA     REDIS");
    assert_eq!(lines[1], "laptop  here        name      ok");
    assert_eq!(lines[2], "edge    -           not seen  not seen");
    assert!(
        lines[4].starts_with("✗ laptop to kafka: Kafka at kafka.invalid:9092 is not reached: "),
        "{}",
        shown.stdout
    );
    assert!(lines[4].ends_with("[KAR520]") && lines[5].starts_with("  hint: "), "{}", shown.stdout);
    assert!(lines[6].starts_with("! edge: nobody has looked from there"), "{}", shown.stdout);

    for (format, wanted) in
        [("mermaid", "m0 -.->|\"name KAR520\"| kafka"), ("dot", "digraph matrix {"), ("svg", "<svg ")]
    {
        let drawn = sandbox.karctl(["hybrid", "matrix", "--graph", format]).output();
        assert_eq!(drawn.status, Some(1), "{drawn:?}");
        assert!(drawn.stdout.contains(wanted), "{format}: {}", drawn.stdout);
    }
    let both = sandbox.karctl(["hybrid", "matrix", "--graph", "svg", "-o", "json"]).output();
    assert_eq!(both.status, Some(2), "{both:?}");
    let unknown = sandbox.karctl(["hybrid", "matrix", "--only", "laptob"]).output();
    assert_eq!(unknown.status, Some(2));
    assert!(unknown.stderr.contains("did you mean `laptop`?"), "{}", unknown.stderr);
}

#[test]
fn check_hybrid_judges_every_member_and_the_host_looks_for_itself() {
    let (kafka, redis) = (Server::kafka(manner(), None), Server::redis(manner(), None));
    let (cloud, sandbox, project) = cloud(&kafka, &redis);
    let check = |sandbox: &Sandbox, more: &[&str]| {
        let finished = sandbox.karctl([&["check", "hybrid", "-o", "json"], more].concat()).output();
        assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
        let document = finished.document("check");
        let checks = document["checks"].as_array().expect("a list").iter();
        let wrong = checks.filter(|checked| !["ok", "skipped"].iter().any(|outcome| checked["outcome"] == *outcome));
        let told: Vec<_> = wrong.map(|checked| format!("{} {}", checked["code"], checked["found"])).collect();
        (finished.status, told.join("\n"))
    };
    let (status, told) = check(&sandbox, &[]);
    assert_eq!(status, Some(5), "{told}");
    assert!(told.starts_with("\"KAR528\" \"`edge` is unverified: ") && told.lines().count() == 1, "{told}");

    cloud.change(|account| account.project(&project).secrets.clear());
    let (status, told) = check(&sandbox, &[]);
    assert_eq!((status, told.lines().count()), (Some(1), 2), "{told}");
    assert!(told.contains("\"KAR525\" \"`cloud`: the project orders has no configuration\""), "{told}");

    // On the host, without the project's file: what its env file says, and nothing else.
    let services: Value = serde_json::from_str(&sandbox.read("work/services.json")).expect("JSON");
    let mut host = Sandbox::new();
    let (status, told) = check(&host, &["--as", "edge"]);
    assert_eq!(status, Some(1), "{told}");
    assert!(told.contains("KAFKA_BROKERS is not set, and `kar` requires it"), "{told}");
    for (name, value) in services.as_object().expect("variables") {
        host.set_variable(name.to_uppercase(), value.as_str().map_or_else(|| value.to_string(), str::to_owned));
    }
    assert_eq!(check(&host, &["--as", "edge"]), (Some(0), String::new()));
    redis.change(|manner| manner.is_powerless = true);
    let (status, told) = check(&host, &["--as", "edge"]);
    assert_eq!((status, told.lines().count()), (Some(1), 1), "{told}");
    assert!(told.starts_with("\"KAR526\" \"`edge`: "), "{told}");

    // Where the file is, the name is one of its hosts.
    for (name, said) in [("laptop", "--as is for other hosts"), ("elsewhere", "has no member `elsewhere`")] {
        let refused = sandbox.karctl(["check", "hybrid", "--as", name]).output();
        assert_eq!(refused.status, Some(2), "{refused:?}");
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
}
