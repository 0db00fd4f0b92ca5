use super::{PROJECT, SECRET, customer, outcomes, run, secret};

#[test]
fn what_up_made_goes_and_the_second_time_nothing_is_to_be_done() {
    let (customer, id) = customer();
    run(&customer, "up", 0);
    let rehearsed = run(&customer, "down --dry-run -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&rehearsed), ["cloud changed", "edge changed", "west changed"]);
    assert!(secret(&customer, &id).is_some() && customer.sandbox.path("work/hybrid/edge.env").exists());

    let shown = run(&customer, "down", 0).stdout;
    assert_eq!(
        shown,
        format!(
            "cloud (Code Engine): down\n  secret {SECRET}: removed\nedge (host): down\n  file hybrid/edge.env: removed\n\
             west (host): down\n  file hybrid/west.env: removed\n"
        )
    );
    assert!(secret(&customer, &id).is_none() && !customer.sandbox.path("work/hybrid").exists());
    let again = run(&customer, "down -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
}

#[test]
fn a_secret_that_applications_use_stays_until_it_is_forced_and_the_others_go() {
    let (customer, id) = customer();
    run(&customer, "up", 0);
    customer.add_app(&id, "greeter", SECRET);
    let down = run(&customer, "down -o json", 1).document("hybrid down");
    assert_eq!(outcomes(&down), ["cloud failed", "edge changed", "west changed"]);
    assert_eq!(down["members"][0]["trouble"]["code"], "KAR413");
    assert!(secret(&customer, &id).is_some());
    let forced = run(&customer, "down --force -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&forced), ["cloud changed", "edge unchanged", "west unchanged"]);
}

#[test]
fn the_home_of_the_services_waits_for_those_who_use_it() {
    let (customer, _) = customer();
    let local = PROJECT.replace("{ file: services.yaml }", "{ local: {} }").replace("prod }", "missing }");
    customer.sandbox.write("work/karctl.yaml", local);
    let down = run(&customer, "down -o json", 1).document("hybrid down");
    assert_eq!(outcomes(&down), ["cloud failed", "edge unchanged", "west unchanged", "services waiting"]);
    assert_eq!(
        down["members"][3]["trouble"]["message"],
        "`cloud` is not down and may still use Kafka and Redis: mend that, or give --force"
    );
    let forced = run(&customer, "down --force -o json", 1).document("hybrid down");
    assert_eq!(outcomes(&forced), ["cloud failed", "edge unchanged", "west unchanged", "services unchanged"]);

    let wrong =
        customer.sandbox.karctl(["hybrid", "down", "-o", "json"]).variable("KARCTL_KAFKA_PORT", "none").output();
    let shown = wrong.document("hybrid down");
    assert_eq!(outcomes(&shown).last().map(String::as_str), Some("services failed"));
    customer.cloud.change(|account| account.add_project("missing"));
    let down = run(&customer, "down -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&down).last().map(String::as_str), Some("services unchanged"));
}

#[test]
fn the_home_of_the_services_waits_for_those_who_are_not_named_and_still_up() {
    let (customer, id) = customer();
    let local = PROJECT
        .replace("{ file: services.yaml }", "{ local: {} }")
        .replace("  west:", "  laptop: { local: {} }\n  west:");
    customer.sandbox.write("work/karctl.yaml", &local);
    let told = serde_json::json!({ "KAFKA_BROKERS": "broker:9092" });
    customer.cloud.change(|account| account.add_secret(&id, SECRET, "generic", told));
    let down = run(&customer, "down --only laptop -o json", 1).document("hybrid down");
    assert_eq!(outcomes(&down), ["laptop waiting"]);
    let reason = "`cloud` still uses Kafka and Redis: name it too, leave --only out, or give --force";
    assert_eq!(down["members"][0]["trouble"]["message"], reason);
    assert!(secret(&customer, &id).is_some());
    let forced = run(&customer, "down --only laptop --force -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&forced), ["laptop unchanged"]);

    run(&customer, "down --only cloud", 0);
    let alone = run(&customer, "down --only laptop -o json", 0).document("hybrid down");
    assert_eq!(outcomes(&alone), ["laptop unchanged"]);

    customer.sandbox.write("work/karctl.yaml", local.replace("prod }", "missing }"));
    let down = run(&customer, "down --only laptop -o json", 1).document("hybrid down");
    let reason = down["members"][0]["trouble"]["message"].as_str().expect("a reason");
    assert!(reason.starts_with("`cloud` may still use Kafka and Redis (the member `cloud`"), "{reason}");
}

#[test]
fn a_login_for_a_registry_that_up_did_not_bring_stays() {
    let (customer, id) = customer();
    const LOGIN: &str = "kar.ibm.com.image-pull";
    let login = serde_json::json!({ "server": "us.icr.io", "username": "u", "password": "p" });
    customer.cloud.change(|account| account.add_secret(&id, LOGIN, "registry", login));
    run(&customer, "up", 0);
    run(&customer, "down", 0);
    assert!(secret(&customer, &id).is_none());
    assert!(customer.cloud.change(|account| account.project(&id).secrets.contains_key(LOGIN)));
}

#[test]
fn what_a_killed_up_left_of_a_file_with_passwords_goes_too() {
    let (customer, _) = customer();
    run(&customer, "up", 0);
    let path = |below: &str| customer.sandbox.path(format!("work/hybrid/{below}"));
    for (file, left) in
        [("edge.env", ".edge.env.karctl"), ("west.env", ".west.env.karctl"), (".gitignore", "..gitignore.karctl")]
    {
        std::fs::copy(path(file), path(left)).expect("a copy");
    }
    // It was killed before the file itself was there, too.
    std::fs::remove_file(path("west.env")).expect("it was there");
    const STEPS: [&str; 3] = ["file hybrid/.edge.env.karctl", "file hybrid/edge.env", "file hybrid/.west.env.karctl"];
    for line in ["down --dry-run", "down"] {
        let shown = run(&customer, line, 0).stdout;
        assert!(STEPS.iter().all(|step| shown.contains(step)) && !shown.contains("file hybrid/west.env"), "{shown}");
        assert_eq!(path("").exists(), line != "down");
    }
}
