//! Service keys as IBM Cloud hands them out, whole and with every fault that was met or is documented.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::*;
use crate::certificate::Authority;
use crate::code::Code;
use crate::error::{Report, report};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn now() -> Timestamp {
    "2026-11-22T06:00:00Z".parse().expect("a time")
}

fn authority() -> Authority {
    Authority::make(now()).expect("an authority")
}

fn redis(guid: &str, certificate: &str) -> Value {
    json!({
        "guid": guid,
        "id": format!("crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2:resource-key:{guid}"),
        "name": "kar",
        "state": "active",
        "created_at": "2026-01-01T00:00:00Z",
        "source_crn": "crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2::",
        "credentials": {
            "connection": {"rediss": {
                "authentication": {"method": "direct", "username": "ibm_cloud_1", "password": "canary-redis"},
                "certificate": {"certificate_base64": STANDARD.encode(certificate), "name": "x"},
                "composed": ["rediss://ibm_cloud_1:canary-redis@r.databases.appdomain.cloud:30000"],
                "hosts": [{"hostname": "r.databases.appdomain.cloud", "port": 30000}],
            }},
        },
    })
}

fn kafka(guid: &str) -> Value {
    json!({
        "guid": guid,
        "name": "kar",
        "source_crn": "crn:v1:bluemix:public:messagehub:eu-de:a/1:3::",
        "credentials": {
            "api_key": "canary-kafka", "apikey": "canary-kafka", "password": "canary-kafka", "user": "token",
            "kafka_brokers_sasl": ["b-0.eventstreams.cloud.ibm.com:9093", "b-1.eventstreams.cloud.ibm.com:9093"],
        },
    })
}

fn keys() -> Vec<Value> {
    vec![redis("r-1", &authority().certificate), kafka("k-1")]
}

const KAR: Selection<'_> = Selection { name: Some("kar"), redis_id: None, kafka_id: None };

fn refused(keys: &[Value], selection: Selection<'_>) -> Report {
    let error = read(keys, selection, now()).expect_err("an error");
    let report = report(&error);
    assert!(!format!("{report:?}").contains("canary"), "{report:?}");
    report
}

/// The keys after a change of the credentials of Redis (0) or Kafka (1).
fn changed(index: usize, pointer: &str, value: Value) -> Vec<Value> {
    let mut keys = keys();
    *keys[index].pointer_mut(&format!("/credentials{pointer}")).expect("a field") = value;
    keys
}

#[test]
fn two_keys_of_one_name_say_where_everything_is() {
    let keys = keys();
    let managed = read(&keys, KAR, now()).expect("services");
    let config = &managed.config;
    assert_eq!(
        config.kafka_brokers,
        ["b-0.eventstreams.cloud.ibm.com:9093", "b-1.eventstreams.cloud.ibm.com:9093"],
        "all of them"
    );
    assert_eq!((config.kafka_enable_tls, config.redis_enable_tls), (Some(true), Some(true)));
    assert_eq!(config.kafka_username.as_deref(), Some("token"));
    assert_eq!(config.kafka_password.as_ref().map(|password| password.expose()), Some("canary-kafka"));
    assert_eq!(config.kafka_version.as_deref(), Some("3.2.0"));
    assert_eq!((config.redis_host.as_deref(), config.redis_port), (Some("r.databases.appdomain.cloud"), Some(30000)));
    assert_eq!(config.redis_user.as_deref(), Some("ibm_cloud_1"));
    assert_eq!(config.redis_password.as_ref().map(|password| password.expose()), Some("canary-redis"));
    assert_eq!(
        config.redis_ca.as_deref(),
        keys[0].pointer("/credentials/connection/rediss/certificate/certificate_base64").and_then(Value::as_str)
    );
    assert_eq!((config.kafka_tls_skip_verify, config.redis_tls_skip_verify), (None, None));
    assert_eq!((managed.redis_region.as_deref(), managed.kafka_region.as_deref()), (Some("us-south"), Some("eu-de")));
    assert_eq!(managed.warnings, [""; 0]);
}

#[test]
fn older_keys_name_the_brokers_and_the_password_otherwise() {
    let mut keys = keys();
    let credentials = json!({"bootstrap_endpoints": "a:9093, b:9093,a:9093", "apikey": "canary"});
    keys[1]["credentials"] = credentials;
    let config = read(&keys, KAR, now()).expect("services").config;
    assert_eq!(config.kafka_brokers, ["a:9093", "b:9093"]);
    assert_eq!(config.kafka_username.as_deref(), Some("token"));
    assert_eq!(config.kafka_password.expect("a password").expose(), "canary");
}

#[test]
fn other_services_and_names_that_only_begin_alike_are_left_out() {
    let mut keys = keys();
    let mut longer = kafka("k-2");
    longer["name"] = json!("kar-2");
    let mut gone = kafka("k-3");
    gone["state"] = json!("removed");
    let other = json!({"name": "kar", "source_crn": "crn:v1:bluemix:public:cloudantnosqldb:us-south:a/1:4::"});
    keys.extend([longer, gone, other, json!(1), json!({})]);
    read(&keys, KAR, now()).expect("one key each");
    let missing = refused(&keys, Selection { name: Some("ka"), ..KAR });
    assert_eq!(missing.code, Some(Code::ServiceKeyMissing));
    assert_eq!(missing.message, "there is no service key `ka` of Databases for Redis");
}

#[test]
fn equal_names_are_told_apart_by_their_guids() {
    let mut keys = keys();
    keys.push(redis("r-2", &authority().certificate));
    let several = refused(&keys, KAR);
    assert_eq!(several.code, Some(Code::ServiceKeyAmbiguous));
    assert_eq!(
        several.message,
        "2 service keys `kar` of Databases for Redis are there: r-1 (in us-south, made 2026-01-01T00:00:00Z), \
         r-2 (in us-south, made 2026-01-01T00:00:00Z)"
    );
    assert_eq!(several.hints, ["choose one with --redis-key-id GUID"]);
    read(&keys, Selection { redis_id: Some("r-2"), ..KAR }, now()).expect("the one that was chosen");
    let unknown = refused(&keys, Selection { redis_id: Some("r-3"), ..KAR });
    assert_eq!(unknown.message, "no service key `kar` of Databases for Redis has the guid `r-3`");
    assert!(unknown.hints[0].starts_with("give --redis-key-id one of r-1 ("), "{unknown:?}");

    keys.truncate(2);
    keys.push(kafka("k-2"));
    assert_eq!(refused(&keys, KAR).hints, ["choose one with --kafka-key-id GUID"]);
}

#[test]
fn withheld_and_onetime_credentials_are_two_errors() {
    for (mark, why) in
        [("REDACTED", "your role on the service is below"), ("REDACTED_EXPLICIT", "cannot compare your role")]
    {
        for credentials in [json!({"REDACTED": mark}), json!(mark)] {
            let mut keys = keys();
            keys[1]["credentials"] = credentials;
            let withheld = refused(&keys, KAR);
            assert_eq!(withheld.code, Some(Code::CredentialsWithheld));
            assert!(withheld.message.contains(why), "{}", withheld.message);
            keys[1]["onetime_credentials"] = json!(true);
            assert_eq!(refused(&keys, KAR).code, Some(Code::CredentialsOneTime));
        }
    }
    // What was shown when the key was made can be used as long as one likes.
    let mut keys = keys();
    keys[1]["onetime_credentials"] = json!(true);
    read(&keys, KAR, now()).expect("services");
    keys[1]["credentials"] = json!({});
    assert_eq!(refused(&keys, KAR).code, Some(Code::CredentialsOneTime));
}

#[test]
fn every_field_that_is_missing_or_wrong_is_named_by_its_path() {
    let rediss = "/connection/rediss";
    for (index, pointer, value, told) in [
        (0, format!("{rediss}/hosts"), json!([]), "`credentials.connection.rediss.hosts[0].hostname` is missing"),
        (
            0,
            format!("{rediss}/hosts/0/hostname"),
            json!(7),
            "`credentials.connection.rediss.hosts[0].hostname` is not text",
        ),
        (0, format!("{rediss}/hosts/0/hostname"), json!("a b"), "hosts[0].hostname` is no host name"),
        (0, format!("{rediss}/hosts/0/port"), json!(0), "`credentials.connection.rediss.hosts[0].port` is no port"),
        (0, format!("{rediss}/hosts/0/port"), json!(65536), "hosts[0].port` is no port"),
        (0, format!("{rediss}/authentication"), json!(null), "rediss.authentication.username` is missing"),
        (0, format!("{rediss}/authentication/password"), json!(""), "rediss.authentication.password` is empty"),
        (0, format!("{rediss}/authentication/password"), json!("canary\n!"), "password` holds a control character"),
        (0, format!("{rediss}/certificate"), json!({}), "rediss.certificate.certificate_base64` is missing"),
        (1, "/kafka_brokers_sasl".to_owned(), json!([]), "`credentials.kafka_brokers_sasl` lists no broker"),
        (1, "/kafka_brokers_sasl".to_owned(), json!(null), "`credentials.kafka_brokers_sasl` is missing"),
        (1, "/kafka_brokers_sasl/1".to_owned(), json!("b-1"), "`credentials.kafka_brokers_sasl[1]` is not host:port"),
        (1, "/password".to_owned(), json!(["canary"]), "`credentials.password` is not text"),
        (1, "/user".to_owned(), json!(7), "`credentials.user` is not text"),
    ] {
        let refused = refused(&changed(index, &pointer, value), KAR);
        assert_eq!(refused.code, Some(Code::ServiceKeyIncomplete), "{pointer}");
        assert!(refused.message.contains(told), "{pointer}: {}", refused.message);
    }
    let both = refused(&changed(0, rediss, json!({})), KAR).message;
    assert_eq!(both.matches(" is missing").count(), 5, "{both}");
    assert!(both.starts_with("the service key `kar` of Databases for Redis (r-1) cannot be used: "), "{both}");
}

fn with_certificate(certificate: &str) -> Result<Managed> {
    read(&changed(0, "/connection/rediss/certificate/certificate_base64", json!(certificate)), KAR, now())
}

#[test]
fn a_certificate_is_checked_down_to_its_days() {
    let damaged = format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", STANDARD.encode("no DER"));
    let old = Authority::make(now() - DAY * 4000).expect("an authority").certificate;
    let early = Authority::make(now() + DAY * 2).expect("an authority").certificate;
    for (certificate, told) in [
        ("%%%".to_owned(), "is not base64"),
        (STANDARD.encode([0xff, 0xfe]), "is base64, but of no PEM file: `kar` crashes on it"),
        (STANDARD.encode("no PEM"), "is base64, but of no PEM file with a certificate: `kar` crashes on it"),
        (STANDARD.encode(damaged), "is base64 of PEM, but holds a block that is no X.509 certificate"),
        (STANDARD.encode(old), "expired on 2025-12-07T06:00:00Z, 350 days ago"),
        (STANDARD.encode(early), "is not valid before 2026-11-24T05:00:00Z"),
    ] {
        let refused = report(&with_certificate(&certificate).expect_err("an error"));
        assert_eq!(refused.code, Some(Code::RedisAuthorityUnusable), "{told}");
        let path = format!("`credentials.connection.rediss.certificate.certificate_base64` {told}");
        assert!(refused.message.ends_with(&path), "{}", refused.message);
        assert_eq!(refused.hints.len(), 1);
    }
}

#[test]
fn the_authority_comes_first_and_what_may_surprise_is_told() {
    let authority = authority();
    let leaf = authority.issue(&["r.databases.appdomain.cloud".to_owned()], now()).expect("a leaf").certificate;
    let wrapped: String = STANDARD
        .encode(&authority.certificate)
        .as_bytes()
        .chunks(76)
        .fold(String::new(), |text, line| text + std::str::from_utf8(line).expect("ASCII") + "\n");
    let managed = with_certificate(&wrapped).expect("services");
    assert_eq!(managed.config.redis_ca, Some(STANDARD.encode(&authority.certificate)), "in one line");

    let managed = with_certificate(&STANDARD.encode(leaf.clone() + &authority.certificate)).expect("services");
    let pem = STANDARD.decode(managed.config.redis_ca.expect("an authority")).expect("base64");
    let pem = String::from_utf8(pem).expect("PEM");
    assert!(pem.starts_with(authority.certificate.trim()) && pem.contains(leaf.trim()), "{pem}");
    assert_eq!(
        managed.warnings,
        [
            "service key `kar` of Databases for Redis (r-1): its certificate has 2 PEM blocks, and `kar` trusts the first \
          only; the authority's was put there"
        ]
    );

    let behind_a_key = format!("{}{}", authority.key.expose(), authority.certificate);
    let managed = with_certificate(&STANDARD.encode(behind_a_key)).expect("services");
    let pem = STANDARD.decode(managed.config.redis_ca.expect("an authority")).expect("base64");
    assert!(pem.starts_with(b"-----BEGIN CERTIFICATE-----"), "the key would be taken for the authority");

    let near = Authority::make(now() - DAY * 3640).expect("an authority").certificate;
    let managed = with_certificate(&STANDARD.encode(near)).expect("services");
    assert!(managed.warnings[0].ends_with("its certificate ends on 2026-12-02T06:00:00Z, in 10 days"), "{managed:?}");
}

#[test]
fn private_endpoints_are_told_of() {
    let host = json!("1.2.private.databases.appdomain.cloud");
    let managed = read(&changed(0, "/connection/rediss/hosts/0/hostname", host), KAR, now()).expect("services");
    assert_eq!(managed.private_hosts, ["1.2.private.databases.appdomain.cloud"]);
    assert!(
        managed.warnings[0].starts_with("1.2.private.databases.appdomain.cloud is a private endpoint"),
        "{managed:?}"
    );
}

#[test]
fn a_file_holds_keys_in_any_form_that_they_are_handed_out_in() {
    let [redis, kafka]: [Value; 2] = keys().try_into().expect("two");
    let alone = [redis["credentials"].clone(), kafka["credentials"].clone()];
    for text in [
        json!([redis, kafka]).to_string(),
        json!({"rows_count": 2, "resources": [redis, kafka]}).to_string(),
        format!("{redis:#}\n{kafka:#}\n"),
        format!("[{redis}]\n[{kafka}]"),
        json!(alone).to_string(),
    ] {
        let read = documents("keys.json", &text).expect("keys");
        super::read(&read, KAR, now()).expect(&text);
    }
}

#[test]
fn a_file_of_something_else_is_refused_and_not_quoted() {
    for (text, told) in [
        ("", "keys.json holds no service keys"),
        ("[]", "keys.json holds no service keys"),
        ("\"canary\"", "keys.json holds no service keys: it holds neither an object nor a list"),
        ("{\"password\": \"canary", "keys.json holds no service keys: the JSON ends early, line 1 column 20"),
        ("{\"password\": canary}", "keys.json holds no service keys: it is no JSON, line 1 column 14"),
        ("[{}, 1]", "keys.json holds no service keys: `[1]` is no object"),
        ("{\"resources\": [1]}", "keys.json holds no service keys: `resources[0]` is no object"),
        ("{\"resources\": {}}", "keys.json holds no service keys: `resources` is no list"),
    ] {
        let report = report(&documents("keys.json", text).expect_err("an error"));
        assert_eq!(report.message, told);
        assert_eq!(report.status, crate::error::Status::Usage);
    }
}
