use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use super::{PROJECT, SECRET, SERVICES, customer, mode, outcomes, run, secret};
use crate::ce::Customer;
use crate::ibmcloud::{Fault, Point};

/// Time for what another process does.
const PATIENCE: Duration = Duration::from_secs(60);

const EDGE: &str = "\
# begin karctl env
KAFKA_BROKERS=kafka.example:9093
";

#[test]
fn every_member_is_brought_up_and_the_second_run_changes_nothing() {
    let (customer, id) = customer();
    let up = run(&customer, "up -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge changed", "west changed"]);
    assert_eq!(up["members"][0]["steps"][0]["object"], "secret kar.ibm.com.runtime-config");
    let held = secret(&customer, &id).expect("a secret");
    assert_eq!((&held["KAFKA_PASSWORD"], &held["REDIS_HOST"]), (&"canary-kafka".into(), &"redis.example".into()));
    let edge = customer.sandbox.read("work/hybrid/edge.env");
    assert!(edge.starts_with(EDGE) && edge.contains("KAFKA_PASSWORD=canary-kafka\n"), "{edge}");
    assert_eq!((mode(&customer, "work/hybrid/edge.env"), mode(&customer, "work/hybrid")), (0o600, 0o700));
    assert_eq!(customer.sandbox.read("work/hybrid/.gitignore"), "*\n");

    customer.asked();
    let again = run(&customer, "up -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&again), ["cloud unchanged", "edge unchanged", "west unchanged"]);
    assert!(customer.asked().iter().all(|shape| !shape.contains("PUT")), "nothing was written");
    let shown = run(&customer, "up", 0).stdout;
    let load = "copy hybrid/edge.env to that host, and load it there: `set -a; . ./edge.env; set +a`";
    assert!(shown.contains(&format!("edge (host): up; nothing was to be done\n  {load}\n")), "{shown}");
}

#[test]
fn the_file_of_a_host_is_what_a_shell_and_karctl_read() {
    let (customer, _) = customer();
    run(&customer, "up --only edge", 0);
    let line = "set -a; . ./hybrid/edge.env; set +a; echo $KAFKA_BROKERS $REDIS_PORT $REDIS_PASSWORD";
    customer.sandbox.command("/bin/sh", ["-c", line]).stdout("kafka.example:9093 6379 canary-redis\n").status(0);
    let read = customer.sandbox.karctl(["env", "file", "hybrid/edge.env", "-o", "json"]).output().document("env");
    assert_eq!(read["KAFKA_BROKERS"], "kafka.example:9093");
}

#[test]
fn what_a_user_has_in_the_file_of_a_host_stays() {
    let (customer, _) = customer();
    customer.sandbox.write("work/out/edge.env", "MINE=1\n");
    let status = run(&customer, "status --only edge --env-dir out -o json", 1).document("hybrid status");
    assert_eq!(status["members"][0]["reason"], "there is no line of karctl's in the file out/edge.env");
    let up = run(&customer, "up --only edge --env-dir out", 0);
    let said =
        "out/edge.env was there without karctl: what is in it stays, karctl's lines come after it, and only its owner";
    assert!(up.stderr.contains(said), "{}", up.stderr);
    assert!(!run(&customer, "up --only edge --env-dir out", 0).stderr.contains(said), "said once");
    let edge = customer.sandbox.read("work/out/edge.env");
    assert!(edge.starts_with(&format!("MINE=1\n{EDGE}")), "{edge}");
    assert!(!customer.sandbox.path("work/out/.gitignore").exists(), "the folder is the user's");
    run(&customer, "down --only edge --env-dir out", 0);
    assert_eq!(customer.sandbox.read("work/out/edge.env"), "MINE=1\n");
}

/// A program of this machine on the sandbox's PATH.
fn lend(customer: &Customer, program: &str) {
    let found = std::env::split_paths(&std::env::var_os("PATH").expect("a PATH"))
        .map(|folder| folder.join(program))
        .find(|path| path.is_file())
        .unwrap_or_else(|| panic!("{program} is not on PATH"));
    customer.sandbox.program(program, &format!("exec '{}' \"$@\"", found.display()));
}

#[test]
fn a_repository_that_would_take_the_passwords_is_told() {
    let (customer, _) = customer();
    lend(&customer, "git");
    customer.sandbox.command("git", ["init", "-q", "."]).status(0);
    customer.sandbox.write("work/out/kept.txt", "mine");
    let told = "out/edge.env holds passwords, and nothing keeps it out of the git repository";
    let add = "add `/out/edge.env` to its .gitignore";
    let up = run(&customer, "up --only edge --env-dir out", 0);
    assert!(up.stderr.contains(told) && up.stderr.contains(add), "{}", up.stderr);
    assert!(
        !customer.sandbox.path("work/out/.gitignore").exists() && !customer.sandbox.path("work/.gitignore").exists()
    );
    customer.sandbox.write("work/.gitignore", "/out/edge.env\n");
    assert!(!run(&customer, "up --only edge --env-dir out", 0).stderr.contains("git"));
    // In a folder of its own karctl keeps them out by itself.
    assert!(!run(&customer, "up --only edge", 0).stderr.contains("git"));
    customer.sandbox.command("git", ["add", "."]).status(0);
    let added = customer.sandbox.command("git", ["ls-files"]).output().stdout;
    assert!(!added.contains(".env") && added.contains("out/kept.txt"), "{added}");
}

#[test]
fn how_a_file_is_loaded_is_said_so_that_a_shell_does_it() {
    let (customer, _) = customer();
    let here = PROJECT.replace("west: { host: {} }", "west: { local: {} }").replace("services.yaml", "hostile.yaml");
    customer.sandbox.write("work/karctl.yaml", here);
    let password = r#"`id` $(id) \b "c" # d"#;
    let services = SERVICES.replace("canary-redis", &format!("'{password}'"));
    customer.sandbox.write("work/hostile.yaml", services);
    let folder = "o'ut of  it";
    let arguments = ["hybrid", "up", "--only", "west", "--env-dir", folder, "--no-wait"];
    let up = customer.sandbox.karctl(arguments).output();
    assert_eq!(up.status, Some(0), "{}", up.stderr);
    let shown = up.stdout;
    let load = shown.split('`').find(|part| part.starts_with("set -a")).expect("how to load it");
    let line = format!("{load}; printf %s \"$REDIS_PASSWORD\"");
    customer.sandbox.command("/bin/sh", ["-c", &line]).stdout(password).status(0);
    assert!(shown.contains("`docker run --env-file` would keep the quotes of REDIS_PASSWORD"), "{shown}");
    let make = shown.split('`').find(|part| part.starts_with("karctl env file")).expect("how to make another");
    let arguments = ["-c", &make.replacen("karctl", env!("CARGO_BIN_EXE_karctl"), 1)];
    let made = customer.sandbox.command("/bin/sh", arguments).output().stdout;
    assert!(made.contains(&format!("\nREDIS_PASSWORD={password}\n")), "{made}");
}

#[test]
fn a_value_that_shells_and_parsers_read_differently_is_refused_by_its_name() {
    let (customer, _) = customer();
    customer.sandbox.write("work/services.yaml", SERVICES.replace("canary-redis", r#""canary'$HOME""#));
    let up = run(&customer, "up -o json", 1).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge failed", "west failed"]);
    let trouble = &up["members"][1]["trouble"];
    let message = trouble["message"].as_str().expect("a message");
    assert!(message.starts_with("REDIS_PASSWORD cannot be written into hybrid/edge.env: the value mixes"), "{trouble}");
    assert!(trouble["hints"][0].as_str().is_some_and(|hint| hint.contains("another REDIS_PASSWORD")), "{trouble}");
    assert!(!customer.sandbox.path("work/hybrid/edge.env").exists());
}

#[test]
fn what_fails_for_one_member_holds_up_no_other_and_the_same_command_finishes_it() {
    let (customer, _) = customer();
    let two = PROJECT.replace("  edge:", "  far:\n    code-engine: { project: missing }\n  edge:");
    customer.sandbox.write("work/karctl.yaml", two);
    let up = run(&customer, "up -o json", 1).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "far failed", "edge changed", "west changed"]);
    let trouble = &up["members"][1]["trouble"];
    assert_eq!(trouble["code"], "KAR404");
    assert!(trouble["message"].as_str().expect("a message").starts_with("the member `far` ("), "{trouble}");
    let shown = run(&customer, "up", 1).stdout;
    assert!(shown.contains("far (Code Engine): failed: the member `far`"), "{shown}");
    assert!(shown.contains("\n  hint: `karctl explain KAR404` tells more\n"), "{shown}");

    let far = customer.cloud.change(|account| account.add_project("missing"));
    let again = run(&customer, "up -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&again), ["cloud unchanged", "far changed", "edge unchanged", "west unchanged"]);
    assert!(secret(&customer, &far).is_some());
}

#[test]
fn a_dry_run_says_what_would_be_done_and_does_nothing() {
    let (customer, id) = customer();
    let up = run(&customer, "up --dry-run -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge changed", "west changed"]);
    assert!(secret(&customer, &id).is_none() && !customer.sandbox.path("work/hybrid").exists());
    let shown = run(&customer, "up --dry-run --only cloud", 0).stdout;
    assert_eq!(
        shown,
        "cloud (Code Engine): would be brought up\n  secret kar.ibm.com.runtime-config: would be created\n"
    );
}

#[test]
fn new_services_reach_every_member() {
    let (customer, id) = customer();
    run(&customer, "up", 0);
    let services = customer.sandbox.read("work/services.yaml").replace("canary-redis", "canary-new");
    customer.sandbox.write("work/services.yaml", services);
    let up = run(&customer, "up -o json", 0).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud changed", "edge changed", "west changed"]);
    assert_eq!(up["members"][1]["steps"][0]["change"], "updated");
    assert_eq!(secret(&customer, &id).expect("a secret")["REDIS_PASSWORD"], "canary-new");
    assert!(customer.sandbox.read("work/hybrid/west.env").contains("canary-new"));
}

#[test]
fn services_that_a_member_cannot_reach_are_refused_before_anything_is_changed() {
    let (customer, id) = customer();
    customer.sandbox.write("work/services.yaml", "KAFKA_BROKERS: localhost:9092\nREDIS_HOST: redis.example\n");
    let refused = run(&customer, "up", 2).stderr;
    let place = "karctl.yaml:5:3: `cloud` (a project of Code Engine) cannot reach `localhost:9092`: that is the member \
                 itself there; ";
    assert!(refused.contains(place) && refused.contains("karctl.yaml:7:3: `edge`"), "{refused}");
    assert!(refused.contains("KAR501"), "{refused}");
    assert!(secret(&customer, &id).is_none() && !customer.sandbox.path("work/hybrid").exists());
}

#[test]
fn a_file_of_services_that_is_missing_fails_every_member_with_the_same_hint() {
    let (customer, _) = customer();
    std::fs::remove_file(customer.sandbox.path("work/services.yaml")).expect("it is there");
    let up = run(&customer, "up -o json", 1).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud failed", "edge failed", "west failed"]);
    let told = up["members"][1]["trouble"]["message"].as_str().expect("a message");
    assert!(told.starts_with("there is no file ") && told.ends_with("work/services.yaml"), "{told}");
}

#[test]
fn bad_input_is_told_with_what_to_write_instead() {
    let (customer, _) = customer();
    let refused = run(&customer, "up --only egde", 2).stderr;
    assert!(refused.contains("has no member `egde`\nhint: did you mean `edge`?\n"), "{refused}");
    for (from, to, expected) in [
        ("version: 1", "version: 7", "karctl.yaml:1:10: the file is of version 7"),
        ("edge: { host", "edge: { hots", "karctl.yaml:7:11: "),
        ("services: {", "servces: {", "karctl.yaml:3:1: unknown key `servces`\nhint: the nearest key is `services`"),
        ("file: services.yaml", "cluster: edge", "karctl.yaml:3:"),
        (
            "west: { host: {} }",
            "west: { code-engine: { project: prod } }",
            "karctl.yaml:8:3: the members `cloud` and `west`",
        ),
    ] {
        customer.sandbox.write("work/karctl.yaml", PROJECT.replace(from, to));
        for command in ["up", "plan", "status", "down"] {
            let refused = run(&customer, command, 2).stderr;
            assert!(refused.contains(expected), "{to}\n{refused}");
        }
    }
}

#[test]
fn two_names_for_one_project_are_told_with_their_places() {
    let (customer, id) = customer();
    let twin = PROJECT.replace("west: { host: {} }", &format!("west: {{ code-engine: {{ project: {id} }} }}"));
    customer.sandbox.write("work/karctl.yaml", twin);
    let up = run(&customer, "up -o json", 1).document("hybrid up");
    assert_eq!(outcomes(&up), ["cloud failed", "edge changed", "west failed"]);
    assert_eq!(up["members"][0]["trouble"]["code"], "KAR500");
    assert!(secret(&customer, &id).is_none());
}

#[test]
fn an_instance_is_not_brought_up_without_the_settings_of_its_member() {
    let (customer, _) = customer();
    let local = "version: 1\nservices: { local: {} }\nmembers: { laptop: { local: {}, profile: nope } }\n";
    customer.sandbox.write("work/karctl.yaml", local);
    let up = run(&customer, "up -o json", 1).document("hybrid up");
    assert_eq!(outcomes(&up), ["laptop failed"]);
    let message = up["members"][0]["trouble"]["message"].as_str().expect("a message");
    assert!(message.contains("`nope`"), "{message}");
}

#[test]
fn a_folder_of_such_files_alone_is_kept_out_of_a_repository() {
    let (customer, _) = customer();
    std::fs::create_dir(customer.sandbox.path("work/hybrid")).expect("an empty folder");
    run(&customer, "up --only edge", 0);
    assert_eq!(customer.sandbox.read("work/hybrid/.gitignore"), "*\n");
    run(&customer, "up --only edge --env-dir .", 0);
    assert!(!customer.sandbox.path("work/.gitignore").exists(), "a project is not ignored");
    std::fs::remove_file(customer.sandbox.path("work/hybrid/edge.env")).expect("as a run that was killed leaves it");
    run(&customer, "down --only edge", 0);
    assert!(!customer.sandbox.path("work/hybrid").exists());
}

#[test]
fn ctrl_c_in_the_middle_is_finished_by_the_same_command() {
    let (customer, id) = customer();
    let two = PROJECT.replace("  edge:", "  far:\n    code-engine: { project: other }\n  edge:");
    customer.sandbox.write("work/karctl.yaml", two);
    let other = customer.cloud.change(|account| account.add_project("other"));
    run(&customer, "up", 0);
    let services = customer.sandbox.read("work/services.yaml").replace("canary-redis", "canary-new");
    customer.sandbox.write("work/services.yaml", services);
    // The first who looks at its secret, to replace it, waits for the answer.
    let look = format!("code-engine GET /v2/projects/{{project}}/secrets/{SECRET}");
    customer.cloud.fail(Fault::Slow(PATIENCE / 3), &Point::first(look));
    let mut began = customer.sandbox.karctl(["hybrid", "up"]);
    let child = began.start();
    let has_new = |project: &String| secret(&customer, project).expect("a secret")["REDIS_PASSWORD"] == "canary-new";
    let held = || [&id, &other].map(has_new);
    let is_last_written = || customer.sandbox.read("work/hybrid/west.env").contains("canary-new");
    let since = Instant::now();
    while !held().contains(&true) || !is_last_written() {
        assert!(since.elapsed() < PATIENCE, "nothing is done");
        std::thread::sleep(Duration::from_millis(10));
    }
    let pid = Pid::from_raw(i32::try_from(child.id()).expect("a pid")).expect("a pid");
    kill_process(pid, Signal::INT).expect("it runs");
    let ended = child.wait_with_output().expect("it ends");
    assert_eq!(ended.status.code(), Some(130), "{ended:?}");
    assert_eq!(held().iter().filter(|held| **held).count(), 1, "one waited");
    customer.cloud.heal();

    let again = run(&customer, "up -o json", 0).document("hybrid up");
    let mut states = outcomes(&again);
    states[..2].sort_by_key(|state| state.ends_with("unchanged"));
    let ends: Vec<_> = states.iter().map(|state| state.split(' ').next_back().unwrap_or_default()).collect();
    assert_eq!(ends, ["changed", "unchanged", "unchanged", "unchanged"]);
    assert_eq!(held(), [true, true]);
    let last = run(&customer, "up -o json", 0).document("hybrid up");
    assert!(outcomes(&last).iter().all(|state| state.ends_with(" unchanged")), "{last}");
}
