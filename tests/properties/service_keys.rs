//! Service keys with anything in them and anything missing: they are read into what `kar` understands, or refused by an
//! error that names the place. Nothing panics, and no error holds a secret.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use karctl::certificate::Authority;
use karctl::error::report;
use karctl::runtime_config::parse::from_variables;
use karctl::runtime_config::service_key::{Managed, Selection, documents, read};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

use super::hostile::{seed, values};

const ROUNDS: usize = 20_000;

/// Stands in every secret field.
const CANARY: &str = "canary-7f3a";

fn now() -> Timestamp {
    "2026-11-22T06:00:00Z".parse().expect("a time")
}

fn keys() -> Value {
    let certificate = STANDARD.encode(Authority::make(now()).expect("an authority").certificate);
    json!([
        {
            "guid": "r-1", "name": "kar", "state": "active", "onetime_credentials": false,
            "source_crn": "crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2::",
            "credentials": {"connection": {"rediss": {
                "authentication": {"username": "ibm_cloud_1", "password": CANARY},
                "certificate": {"certificate_base64": certificate},
                "composed": [CANARY],
                "hosts": [{"hostname": "r.databases.appdomain.cloud", "port": 30000}],
            }}},
        },
        {
            "guid": "k-1", "name": "kar", "state": "active",
            "source_crn": "crn:v1:bluemix:public:messagehub:eu-de:a/1:3::",
            "credentials": {
                "api_key": CANARY, "apikey": CANARY, "password": CANARY, "user": "token",
                "kafka_brokers_sasl": ["b-0.example.org:9093", "b-1.example.org:9093"],
                "bootstrap_endpoints": "b-0.example.org:9093,b-1.example.org:9093",
            },
        },
    ])
}

/// The pointers of all values of a document, the whole of it left out.
fn pointers(value: &Value, path: &str, found: &mut Vec<String>) {
    let members: Vec<(String, &Value)> = match value {
        Value::Object(members) => {
            members.iter().map(|(name, value)| (name.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(list) => list.iter().enumerate().map(|(index, value)| (index.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (name, value) in members {
        let path = format!("{path}/{name}");
        pointers(value, &path, found);
        found.push(path);
    }
}

fn anything(random: &mut StdRng, hostile: &[String]) -> Value {
    match random.random_range(0..9) {
        0 => Value::Null,
        1 => json!(random.random_ratio(1, 2)),
        2 => json!(random.random_range(-70_000_i64..70_000)),
        3 => json!(1e300),
        4 => json!(""),
        5 => json!([hostile.choose(random).expect("values")]),
        6 => Value::Object(Map::from_iter([("REDACTED".to_owned(), json!("REDACTED"))])),
        7 => json!({"hosts": {}, "0": [[]]}),
        _ => json!(hostile.choose(random).expect("values")),
    }
}

/// Replaces or takes away a few values.
pub fn damage(document: &mut Value, random: &mut StdRng, hostile: &[String]) {
    for _ in 0..random.random_range(1..=3) {
        let mut places = Vec::new();
        pointers(document, "", &mut places);
        let Some(place) = places.choose(random) else { return };
        let (parent, name) = place.rsplit_once('/').expect("a slash");
        if random.random_ratio(1, 3) {
            match document.pointer_mut(parent).expect("its parent") {
                Value::Object(members) => drop(members.remove(&name.replace("~1", "/").replace("~0", "~"))),
                Value::Array(list) => drop(list.remove(name.parse().expect("an index"))),
                _ => unreachable!("only these have members"),
            }
        } else {
            *document.pointer_mut(place).expect("a value") = anything(random, hostile);
        }
    }
}

fn assert_kar_understands(managed: &Managed) {
    let variables = managed.config.variables();
    let lookup = |name: &str| {
        let variable = variables.iter().find(|variable| variable.name == name)?;
        Some(variable.value.as_ref()?.expose().to_owned())
    };
    let understood = from_variables(lookup).unwrap_or_else(|error| panic!("{:?}", report(&error)));
    assert_eq!(understood, managed.config);
}

#[test]
fn damaged_keys_are_understood_or_refused_by_name() {
    let (mut random, hostile, whole) = (StdRng::seed_from_u64(seed()), values(1000), keys());
    let (mut understood, mut refused) = (0, 0);
    for _ in 0..ROUNDS {
        let mut document = whole.clone();
        damage(&mut document, &mut random, &hostile);
        let Value::Array(keys) = &document else { continue };
        match read(keys, Selection { name: Some("kar"), ..Selection::default() }, now()) {
            Ok(managed) => {
                assert_kar_understands(&managed);
                understood += 1;
            }
            Err(error) => {
                let report = report(&error);
                assert!(!report.message.contains(CANARY), "{}", report.message);
                assert!(
                    report.code.is_some() && !report.hints.is_empty() || report.message.contains("credentials"),
                    "{report:?}"
                );
                let is_named =
                    ["Databases for Redis", "Event Streams"].iter().any(|name| report.message.contains(name));
                assert!(is_named, "{}", report.message);
                refused += 1;
            }
        }
    }
    println!("{understood} of {ROUNDS} understood, {refused} refused");
    assert!(understood > ROUNDS / 20 && refused > ROUNDS / 5);
}

#[test]
fn a_damaged_file_is_taken_apart_or_refused_by_place() {
    let (mut random, hostile, whole) = (StdRng::seed_from_u64(seed()), values(1000), keys().to_string());
    for _ in 0..ROUNDS / 4 {
        let mut text = whole.clone();
        for _ in 0..random.random_range(1..=4) {
            let start = random.random_range(0..text.len());
            let end = (start + random.random_range(0..200)).min(text.len());
            let piece = hostile.choose(&mut random).expect("values");
            if text.is_char_boundary(start) && text.is_char_boundary(end) {
                text.replace_range(start..end, piece);
            }
        }
        if let Err(error) = documents("keys.json", &text) {
            let report = report(&error);
            assert!(report.message.starts_with("keys.json holds no service keys"), "{}", report.message);
            assert!(!report.message.contains(CANARY), "{}", report.message);
        }
    }
}
