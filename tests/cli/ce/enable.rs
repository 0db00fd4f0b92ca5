use serde_json::{Value, json};

use super::Customer;
use crate::ibmcloud::{API_KEY, Fault, Point, certificate_authority, kafka_key, redis_key};

const SECRET: &str = "kar.ibm.com.runtime-config";
const REGISTRY: &str = "kar.ibm.com.image-pull";
const TOKEN: &str = "iam POST /identity/token";
const KEYS: &str = "resource-controller GET /v2/resource_keys";
const PROJECT: &str = "code-engine GET /v2/projects/{project}";
const MAKE: &str = "code-engine POST /v2/projects/{project}/secrets";
const READ: &str = "code-engine GET /v2/projects/{project}/secrets/kar.ibm.com.runtime-config";
const REPLACE: &str = "code-engine PUT /v2/projects/{project}/secrets/kar.ibm.com.runtime-config";

/// Somebody with a project and the two service keys `kar`; the project's id.
fn customer() -> (Customer, String) {
    let customer = Customer::new();
    let id = customer.cloud.change(|account| {
        account.keys.push(redis_key("kar", "redis.example", 31000, "admin", "canary-redis", &certificate_authority()));
        account.keys.push(kafka_key("kar", &["b-0.example:9093", "b-1.example:9093"], "canary-kafka"));
        account.add_project("prod")
    });
    (customer, id)
}

fn data(customer: &Customer, project: &str, secret: &str) -> Value {
    customer.cloud.change(|account| Value::Object(account.project(project).secrets[secret].data.clone()))
}

fn sorted(mut asked: Vec<String>) -> Vec<String> {
    asked.sort();
    asked
}

#[test]
fn the_secret_is_made_left_alone_and_updated() {
    let (customer, id) = customer();
    let line = format!("enable kar --project {id} -o json");
    let enabled = customer.run(&line, 0).document("ce enable");
    assert_eq!((&enabled["secrets"][0]["name"], &enabled["secrets"][0]["change"]), (&SECRET.into(), &"created".into()));
    assert_eq!(sorted(customer.asked()), sorted([TOKEN, KEYS, PROJECT, MAKE].map(str::to_owned).into()));
    let held = data(&customer, &id, SECRET);
    assert_eq!(held["KAFKA_BROKERS"], "b-0.example:9093,b-1.example:9093");
    assert_eq!((&held["KAFKA_PASSWORD"], &held["REDIS_PASSWORD"]), (&"canary-kafka".into(), &"canary-redis".into()));
    assert_eq!((&held["REDIS_HOST"], &held["REDIS_PORT"]), (&"redis.example".into(), &"31000".into()));

    let again = customer.run(&line, 0).document("ce enable");
    assert_eq!(again["secrets"][0]["change"], "unchanged");
    assert_eq!(sorted(customer.asked()), sorted([TOKEN, KEYS, PROJECT, MAKE, READ].map(str::to_owned).into()));

    customer.cloud.change(|account| account.keys[1] = kafka_key("kar", &["b-2.example:9093"], "canary-kafka"));
    let rehearsed = customer.run(&format!("enable kar --project {id} --dry-run"), 0).stdout;
    assert_eq!(rehearsed, format!("The secret {SECRET} of the project prod ({id}): would be updated\n"));
    customer.asked();
    let updated = customer.run(&line, 0).document("ce enable");
    assert_eq!(updated["secrets"][0]["change"], "updated");
    assert!(customer.asked().contains(&REPLACE.to_owned()));
    assert_eq!(data(&customer, &id, SECRET)["KAFKA_BROKERS"], "b-2.example:9093");
}

#[test]
fn a_rehearsal_writes_nothing() {
    let (customer, id) = customer();
    let shown = customer.run("enable kar --project prod --dry-run", 0).stdout;
    assert_eq!(shown, format!("The secret {SECRET} of the project prod ({id}): would be created\n"));
    assert!(customer.cloud.requests().iter().all(|request| !request.is_write()));
}

#[test]
fn somebody_elses_change_in_between_is_seen() {
    for conflict in [409, 412] {
        let (customer, id) = customer();
        customer.cloud.change(|account| {
            account.conflict = conflict;
            account.add_secret(&id, SECRET, "generic", json!({ "KAFKA_BROKERS": "old" }));
        });
        customer.cloud.fail(Fault::Stale, &Point::first(REPLACE));
        let updated = customer.run(&format!("enable kar --project {id} -o json"), 0).document("ce enable");
        assert_eq!(updated["secrets"][0]["change"], "updated");
        assert_eq!(customer.asked().iter().filter(|shape| *shape == REPLACE).count(), 2);
        assert_eq!(data(&customer, &id, SECRET)["KAFKA_PASSWORD"], "canary-kafka");
    }
}

#[test]
fn a_conflict_with_oneself_is_none() {
    let (customer, id) = customer();
    customer.cloud.fail(Fault::Cut, &Point::first(MAKE));
    let made = customer.run(&format!("enable kar --project {id} -o json"), 0).document("ce enable");
    assert_eq!(made["secrets"][0]["change"], "created");
}

#[test]
fn data_that_may_not_be_seen_is_written_anew() {
    let (customer, id) = customer();
    customer.run(&format!("enable kar --project {id}"), 0);
    customer.cloud.change(|account| account.withholds_data = true);
    let again = customer.run(&format!("enable kar --project {id} -o json"), 0).document("ce enable");
    assert_eq!(again["secrets"][0]["change"], "updated");
}

#[test]
fn a_login_for_a_registry_comes_from_stdin() {
    let (customer, id) = customer();
    let line =
        "enable kar --project prod --registry-server us.icr.io --registry-user iamapikey --registry-password-stdin";
    let enabled = customer.ce(line.split(' ').chain(["-o", "json"])).stdin("canary-registry\n").output();
    let enabled = enabled.document("ce enable");
    assert_eq!(
        (&enabled["secrets"][1]["name"], &enabled["secrets"][1]["change"]),
        (&REGISTRY.into(), &"created".into())
    );
    let held = data(&customer, &id, REGISTRY);
    assert_eq!(held, json!({ "server": "us.icr.io", "username": "iamapikey", "password": "canary-registry" }));
    let again = customer.ce(line.split(' ').chain(["-o", "json"])).stdin("canary-registry\n").output();
    assert_eq!(again.document("ce enable")["secrets"][1]["change"], "unchanged");
    customer.run("enable kar --project prod --registry-server us.icr.io", 2);
}

#[test]
fn an_empty_field_of_a_login_for_a_registry_is_no_difference() {
    let (customer, id) = customer();
    let login = |password: &str| json!({ "server": "us.icr.io", "username": "u", "password": password, "email": "" });
    customer.cloud.change(|account| account.add_secret(&id, REGISTRY, "registry", login("canary-registry")));
    let words = "enable kar --project prod --registry-server us.icr.io --registry-user u --registry-password-stdin";
    let change = || {
        let enabled = customer.ce(words.split(' ').chain(["-o", "json"])).stdin("canary-registry\n").output();
        enabled.document("ce enable")["secrets"][1]["change"].clone()
    };
    assert_eq!(change(), "unchanged");
    customer.cloud.change(|account| account.add_secret(&id, REGISTRY, "registry", login("")));
    assert_eq!(change(), "updated");
}

#[test]
fn services_in_another_region_are_named() {
    let (customer, id) = customer();
    customer.cloud.change(|account| {
        let crn = account.keys[0]["source_crn"].as_str().expect("a CRN").replace("us-south", "eu-de");
        account.keys[0]["source_crn"] = crn.into();
    });
    let said =
        "Redis is in eu-de, and the project `prod` in us-south: every state of an actor goes from one to the other";
    let enabled = customer.run(&format!("enable kar --project {id} -o json"), 0);
    assert_eq!(enabled.document("ce enable")["warnings"], json!([said]));
    assert!(enabled.stderr.contains(&format!("warning: {said}\n")), "{}", enabled.stderr);
    let strict = customer.run(&format!("enable kar --project {id} --strict"), 1).stderr;
    assert!(strict.starts_with(&format!("error: {said}\n")) && strict.contains("KAR412"), "{strict}");
}

#[test]
fn without_a_project_those_there_are_are_named() {
    let (customer, _) = customer();
    let refused = customer.run("enable kar", 1).stderr;
    let said = "error: no project of Code Engine is chosen; there are `prod` in us-south\nhint: give --project NAME";
    assert!(refused.starts_with(said), "{refused}");
}

#[test]
fn no_secret_is_in_any_output_also_where_the_server_repeats_it() {
    let (customer, id) = customer();
    customer.cloud.change(|account| account.project(&id).is_writable = false);
    let refused = customer.run("-vv enable kar --project prod", 1);
    assert!(refused.stderr.contains("error: you may not create the secret"), "{}", refused.stderr);
    customer.cloud.change(|account| account.project(&id).is_writable = true);
    for line in ["-vv enable kar --project prod", "-vv -o json enable kar --project prod --progress json"] {
        let shown = customer.run(line, 0);
        let said = shown.stdout + &shown.stderr;
        let tokens = customer.cloud.change(|account| account.tokens.keys().cloned().collect::<Vec<_>>());
        let secrets = ["canary-kafka", "canary-redis", API_KEY];
        for secret in secrets.into_iter().chain(tokens.iter().map(String::as_str)) {
            assert!(!said.contains(secret), "{line}: {said}");
        }
    }
}
