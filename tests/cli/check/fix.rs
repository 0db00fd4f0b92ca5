//! `check --fix`: shows, asks, does, checks again; and a second time there is nothing to do.

use serde_json::{Value, json};

use crate::ibmcloud::{API_KEY, IbmCloud, REGION, certificate_authority, kafka_key, redis_key};
use crate::machine::Machine;
use crate::sandbox::{Finished, Sandbox};

/// Titles of what is wrong.
fn wrong(document: &Value) -> Vec<&str> {
    let checks = document["checks"].as_array().expect("a list").iter();
    let bad = checks.filter(|checked| checked["outcome"] == "error" || checked["outcome"] == "warning");
    bad.map(|checked| checked["title"].as_str().expect("text")).collect()
}

#[test]
fn a_project_without_its_configuration_is_given_it_after_a_question() {
    let cloud = IbmCloud::start();
    let project = cloud.change(|account| {
        account.keys.push(redis_key("kar", "127.0.0.1", 1, "u", "canary", &certificate_authority()));
        account.keys.push(kafka_key("kar", &["127.0.0.1:1"], "canary"));
        account.add_project("kar")
    });
    let mut sandbox = Sandbox::new()
        .variable("IBMCLOUD_API_KEY", API_KEY)
        .variable("IBMCLOUD_REGION", REGION)
        .variable("CE_PROJECT_ID", project);
    for (name, value) in cloud.variables() {
        sandbox.set_variable(name, value);
    }
    let fix = |more: &[&str]| -> Finished {
        let line = ["check", "ce", "--managed", "kar", "--fix", "-o", "json"].iter().chain(more).copied();
        sandbox.karctl(line).output()
    };
    let writes =
        || cloud.requests().iter().filter(|request| request.is_write() && !request.shape().starts_with("iam")).count();
    const TITLE: &str = "the project's configuration is that of the keys";
    let sentence = "write the project's configuration as the service keys say";

    let shown = fix(&["--dry-run"]);
    let document = shown.document("check");
    assert_eq!((&document["fixed"], wrong(&document).contains(&TITLE)), (&json!([sentence]), true), "{document:#}");
    assert!(shown.stderr.contains(&format!("Would {sentence}")), "{}", shown.stderr);
    let refused = fix(&[]);
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
    assert!(refused.stderr.contains("give -y to say yes"), "{}", refused.stderr);
    assert_eq!(writes(), 0);

    let done = fix(&["-y"]).document("check");
    // That nobody listens at the services' addresses is not karctl's to mend.
    assert_eq!(
        (&done["fixed"], wrong(&done)),
        (&json!([sentence]), vec!["Kafka can be used from here", "Redis can be used from here"])
    );
    let written = writes();
    assert!(written > 0);
    let again = fix(&["-y"]);
    assert_eq!((&again.document("check")["fixed"], writes()), (&json!([]), written));
    assert!(again.stderr.contains("There is nothing that --fix could do"), "{}", again.stderr);
    assert_eq!(cloud.misuse(), Vec::<String>::new());
}

#[test]
fn a_server_that_was_killed_is_told_and_would_be_started() {
    let machine = Machine::new();
    machine.up(&[]);
    let pid = machine.karctl(&["local", "status", "-o", "json"]).document("local status");
    let components = pid["components"].as_array().expect("a list");
    let redis = components.iter().find(|component| component["component"] == "redis").expect("Redis");
    let pid = redis["id"].as_str().expect("a process").to_owned();
    let killed = std::process::Command::new("kill").args(["-9", &pid]).status().expect("kill");
    assert!(killed.success());
    let began = std::time::Instant::now();
    let found = loop {
        let found =
            machine.karctl(&["check", "local", "--fix", "--dry-run", "-o", "json", "--set", "local.engine=native"]);
        let document = found.document("check");
        if document["fixed"] != json!([]) || began.elapsed() > std::time::Duration::from_secs(120) {
            break document;
        }
    };
    let title = "what runs is whole, and answers";
    let checked = found["checks"].as_array().expect("a list").iter().find(|checked| checked["title"] == title);
    let checked = checked.expect("a check");
    assert_eq!((&checked["outcome"], &checked["code"]), (&json!("error"), &json!("KAR128")), "{found:#}");
    assert!(checked["found"].as_str().expect("text").contains("Redis does not run"), "{checked}");
    assert_eq!(found["fixed"], json!(["start what does not run of the instance kar"]));
}

#[test]
fn a_server_of_which_nothing_is_left_is_not_started() {
    let machine = Machine::new();
    machine.up(&[]);
    machine.kill("redis");
    // As somebody tidies up.
    std::fs::remove_dir_all(machine.instance("redis")).expect("it was there");
    let line = ["check", "local", "--fix", "--dry-run", "-o", "json", "--set", "local.engine=native"];
    let found = machine.karctl(&line).document("check");
    let title = "what runs is whole, and answers";
    let checked = found["checks"].as_array().expect("a list").iter().find(|checked| checked["title"] == title);
    let checked = checked.expect("a check");
    assert!(checked["found"].as_str().expect("text").contains("Redis is gone"), "{checked}");
    let hint = checked["hints"][0].as_str().expect("a hint");
    assert!(hint.starts_with("`karctl local up`, with its other options"), "{hint}");
    assert_eq!(found["fixed"], json!([]));
}

#[test]
fn a_server_is_started_as_it_was_whatever_the_settings_say_today() {
    let machine = Machine::new();
    assert_eq!(machine.up(&["--secure"]).status, Some(0));
    let (kafka, redis) = (machine.pid("kafka"), machine.pid("redis"));
    let made = || std::fs::read(machine.instance("redis/made.json")).expect("a record");
    let before = made();
    machine.kill("redis");
    let began = std::time::Instant::now();
    let line = ["check", "local", "--fix", "-y", "--timeout", "5s", "--set", "local.engine=native"];
    // Nobody answers in Redis' place, so that it fails in the end.
    while machine.pid("redis") == redis {
        assert_ne!(machine.karctl(&line).status, Some(0));
        assert!(began.elapsed() < std::time::Duration::from_secs(120), "it is not started");
    }
    let status = machine.karctl(&["local", "status", "-o", "json"]).document("local status");
    assert_eq!((&status["secure"], machine.pid("kafka")), (&json!(true), kafka), "{status:#}");
    assert_eq!(made(), before);
}

#[test]
fn the_image_of_the_pods_is_of_clusters_that_are_looked_at_from_here() {
    let refused = |line: &[&str]| {
        let refused = Sandbox::new().karctl(line).output();
        assert_eq!(refused.status, Some(2), "{refused:?}");
        refused.stderr
    };
    let local = refused(&["check", "local", "--image", "r/i:1"]);
    assert!(local.contains("--image is for hybrid, and not for local"), "{local}");
    let both = refused(&["check", "hybrid", "--as", "edge", "--image", "r/i:1"]);
    assert!(both.contains("cannot be used with"), "{both}");
    let none = refused(&["check", "hybrid", "--image", "r/i:1"]);
    assert!(none.contains("there is no karctl.yaml"), "{none}");
}

#[test]
fn dry_run_is_of_fix_alone() {
    let refused = Sandbox::new().karctl(["check", "local", "--dry-run"]).output();
    assert!(refused.status == Some(2) && refused.stderr.contains("--fix"), "{refused:?}");
}

#[test]
fn what_cannot_be_mended_holds_up_nothing_else_and_is_in_the_report() {
    let cloud = IbmCloud::start();
    let project = cloud.change(|account| {
        account.keys.push(redis_key("kar", "127.0.0.1", 1, "u", "canary", &certificate_authority()));
        account.keys.push(kafka_key("kar", &["127.0.0.1:1"], "canary"));
        account.add_project("kar")
    });
    let mut machine = Machine::new();
    for (name, value) in cloud.variables() {
        machine.sandbox.set_variable(name, value);
    }
    for (name, value) in [("IBMCLOUD_API_KEY", API_KEY), ("IBMCLOUD_REGION", REGION), ("CE_PROJECT_ID", &project)] {
        machine.sandbox.set_variable(name, value);
    }
    machine.up(&[]);
    machine.kill("redis");
    // It cannot be started any more.
    machine.sandbox.program("redis-server", "exit 1");
    let line =
        ["check", "local", "ce", "--managed", "kar", "--fix", "-y", "-o", "json", "--set", "local.engine=native"];
    let done = machine.karctl(&line);
    assert_eq!(done.status, Some(1), "{}", done.stderr);
    let document = done.document("check");
    let (start, write) =
        ("start what does not run of the instance kar", "write the project's configuration as the service keys say");
    assert_eq!(document["fixed"], json!([write]), "{document:#}");
    assert_eq!(document["unfixed"][0]["fix"], start);
    let why = document["unfixed"][0]["message"].as_str().expect("a sentence");
    assert!(why.starts_with(&format!("could not {start}: ")) && done.stderr.contains(why), "{why}: {}", done.stderr);
    assert!(!wrong(&document).contains(&"the project's configuration is that of the keys"), "{document:#}");
}
