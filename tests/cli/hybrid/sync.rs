use serde_json::Value;

use super::{PROJECT, SERVICES, customer, outcomes, run, secret};
use crate::ce::Customer;

/// Nobody can connect there, on no machine, and need not wait to know: it is a group's address (MCAST-TEST-NET, RFC 6676).
/// From here that says nothing of a project.
const NOBODY: &str = "233.252.0.1";

const COMPONENT: &str = "run --app hello --name hello --image icr.io/kar/hello:1 --service greeter";

/// A project that is up, with a component in `prod`.
fn raised() -> (Customer, String) {
    let (mut customer, id) = customer();
    let services = SERVICES.replace("kafka.example", NOBODY).replace("redis.example", NOBODY);
    customer.sandbox.write("work/services.yaml", &services);
    run(&customer, "up", 0);
    customer.sandbox.set_variable("CE_PROJECT_ID", &id);
    customer.run(COMPONENT, 0);
    (customer, id)
}

/// The same, whose services have another password since.
fn changed() -> (Customer, String) {
    let (customer, id) = raised();
    let services = customer.sandbox.read("work/services.yaml");
    customer.sandbox.write("work/services.yaml", services.replace("canary-redis", "canary-new"));
    (customer, id)
}

/// How often a component has begun.
fn revisions(customer: &Customer, project: &str) -> usize {
    customer.cloud.change(|account| account.project(project).apps["hello"].revisions.len())
}

/// The tag of the configuration that a component began with.
fn begun_with(customer: &Customer, project: &str) -> Option<String> {
    let fields = customer.cloud.change(|account| account.project(project).apps["hello"].fields.clone());
    let variables = fields["run_env_variables"].as_array().expect("variables").clone();
    let own = variables.into_iter().find(|variable| variable["name"] == "KARCTL_CONFIGURATION")?;
    own["value"].as_str().map(str::to_owned)
}

fn objects(member: &Value) -> Vec<&str> {
    member["steps"].as_array().expect("steps").iter().filter_map(|step| step["object"].as_str()).collect()
}

#[test]
fn what_began_with_the_credentials_of_today_goes_on() {
    let (customer, id) = raised();
    for _ in 0..2 {
        let synced = run(&customer, "sync -o json", 0).document("hybrid sync");
        assert_eq!(outcomes(&synced), ["cloud unchanged", "edge unchanged", "west unchanged"]);
        assert_eq!(revisions(&customer, &id), 1);
    }
    // What `ce run` changes begins with them too.
    customer.run(&format!("{COMPONENT} --env GREETING=hello"), 0);
    assert_eq!(revisions(&customer, &id), 2);
    let synced = run(&customer, "sync -o json", 0).document("hybrid sync");
    assert_eq!((outcomes(&synced)[0].as_str(), revisions(&customer, &id)), ("cloud unchanged", 2));
}

#[test]
fn one_that_others_made_begins_anew_once() {
    let (customer, id) = raised();
    customer.cloud.change(|account| {
        let fields = &mut account.project(&id).apps.get_mut("hello").expect("it was made").fields;
        let variables = fields["run_env_variables"].as_array_mut().expect("variables");
        variables.retain(|variable| variable["name"] != "KARCTL_CONFIGURATION");
    });
    for (outcome, count) in [("cloud changed", 2), ("cloud unchanged", 2)] {
        let synced = run(&customer, "sync -o json", 0).document("hybrid sync");
        assert_eq!((outcomes(&synced)[0].as_str(), revisions(&customer, &id)), (outcome, count));
    }
}

#[test]
fn new_credentials_reach_every_member_and_what_runs_begins_anew() {
    let (customer, id) = changed();
    let former = begun_with(&customer, &id);
    let synced = run(&customer, "sync -o json", 0).document("hybrid sync");
    assert_eq!(outcomes(&synced), ["cloud changed", "edge changed", "west changed"]);
    assert_eq!(objects(&synced["members"][0]), ["secret kar.ibm.com.runtime-config", "instances of hello"]);
    let waves: Vec<_> = synced["members"].as_array().expect("members").iter().map(|one| one["wave"].clone()).collect();
    assert_eq!(waves, [1, 2, 2], "one is first");
    assert_eq!(secret(&customer, &id).expect("a secret")["REDIS_PASSWORD"], "canary-new");
    assert!(customer.sandbox.read("work/hybrid/west.env").contains("canary-new"));
    let begun = begun_with(&customer, &id);
    assert!(begun.is_some() && begun != former, "{former:?}");

    let again = run(&customer, "sync -o json", 0).document("hybrid sync");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
    let ran = customer.run(&format!("{COMPONENT} -o json"), 0).document("ce run");
    assert_eq!((ran["change"].as_str(), begun_with(&customer, &id)), (Some("unchanged"), begun), "nobody asked for it");
}

#[test]
fn what_a_killed_run_left_old_begins_anew_with_the_same_command() {
    let (customer, id) = changed();
    let former = begun_with(&customer, &id);
    run(&customer, "up", 0);
    let synced = run(&customer, "sync -o json", 0).document("hybrid sync");
    assert_eq!(objects(&synced["members"][0]), ["instances of hello"], "the secret was new already");
    assert_ne!(begun_with(&customer, &id), former);
}

#[test]
fn a_member_that_fails_keeps_the_next_wave_from_beginning() {
    let (customer, _) = changed();
    let far = PROJECT.replace("  edge:", "  far:\n    code-engine: { project: missing }\n  edge:");
    customer.sandbox.write("work/karctl.yaml", far);
    let synced = run(&customer, "sync -o json", 1).document("hybrid sync");
    assert_eq!(outcomes(&synced), ["cloud changed", "far failed", "edge changed", "west waiting"]);
    assert_eq!(synced["members"][3]["trouble"]["message"], "`far` comes first");
    assert!(!customer.sandbox.read("work/hybrid/west.env").contains("canary-new"), "it goes on with what it has");

    customer.cloud.change(|account| account.add_project("missing"));
    let again = run(&customer, "sync -o json", 0).document("hybrid sync");
    assert_eq!(outcomes(&again), ["cloud unchanged", "far changed", "edge unchanged", "west changed"]);
}

#[test]
fn a_dry_run_says_who_would_be_told() {
    let (customer, id) = changed();
    let shown = run(&customer, "sync --dry-run --only cloud", 0).stdout;
    assert_eq!(
        shown,
        "cloud (Code Engine): would be brought up to date\n  secret kar.ibm.com.runtime-config: would be updated\n"
    );
    assert_eq!(secret(&customer, &id).expect("a secret")["REDIS_PASSWORD"], "canary-redis");
}

#[test]
fn what_runs_may_be_left_as_it_is() {
    let (customer, id) = changed();
    let former = begun_with(&customer, &id);
    run(&customer, "sync --no-restart", 0);
    assert_eq!(secret(&customer, &id).expect("a secret")["REDIS_PASSWORD"], "canary-new");
    assert_eq!(begun_with(&customer, &id), former);
}
