//! API key, tokens and passwords are in nothing that karctl says or leaves behind, also where a server repeats them.

use std::path::Path;

use serde_json::json;

use super::customer::{Customer, commands};
use crate::ibmcloud::{API_KEY, Fault, Point, certificate_authority, kafka_key, redis_key};
use crate::sandbox::Finished;

/// Passwords of the project's secrets, and of a variable.
const PASSWORDS: [&str; 4] =
    ["canary-of-redis-4711", "canary-of-registry-4712", "canary-of-variable-4713", "canary-of-kafka-4714"];

const RUN: &str = "run --app hello --name hello --image us.icr.io/kar/hello:1 --registry-secret login --env TOKEN";

/// Every command, those that make and those that delete.
const LINES: [&str; 17] = [
    "login",
    "login --check",
    "project list",
    "project create another",
    "project use kar",
    "project delete another -y",
    "enable keys --dry-run",
    "enable keys",
    "run --app hello --name hello --image us.icr.io/kar/hello:1 --registry-secret login --env TOKEN --dry-run",
    RUN,
    RUN,
    "list",
    "status hello",
    "logs hello",
    "scale hello 2",
    "delete hello -y",
    "disable kar",
];

fn customer() -> Customer {
    let mut customer = Customer::new();
    let project = customer.cloud.change(|account| {
        (account.deletion_reads, account.deployment_reads) = (0, 0);
        let project = account.add_project("kar");
        account.keys.push(redis_key("keys", "r.example", 31000, "admin", PASSWORDS[0], &certificate_authority()));
        account.keys.push(kafka_key("keys", &["b-0.example:9093"], PASSWORDS[3]));
        let data = json!({ "REDIS_PASSWORD": PASSWORDS[0] });
        account.add_secret(&project, "kar.ibm.com.runtime-config", "generic", data);
        let login = json!({ "server": "us.icr.io", "username": "u", "password": PASSWORDS[1] });
        account.add_secret(&project, "login", "registry", login);
        project
    });
    customer.sandbox.set_variable("CE_PROJECT_ID", &project);
    customer.sandbox.set_variable("TOKEN", PASSWORDS[2]);
    customer
}

/// Secrets that are in a text, as they are or in the forms in which they travel.
fn leaks(customer: &Customer, text: &str) -> Vec<String> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    let mut secrets = PASSWORDS.map(str::to_owned).to_vec();
    secrets.push(API_KEY.to_owned());
    customer.cloud.change(|account| {
        for token in account.tokens.keys() {
            // A part is as bad as the whole.
            secrets.extend(token.split('.').skip(1).map(str::to_owned));
            secrets.push(token.clone());
        }
    });
    let encoded: Vec<_> = secrets.iter().map(|secret| STANDARD.encode(secret)).collect();
    secrets.into_iter().chain(encoded).filter(|secret| text.contains(secret.as_str())).collect()
}

fn assert_silent(customer: &Customer, line: &str, finished: &Finished) {
    for text in [&finished.stdout, &finished.stderr] {
        assert_eq!(leaks(customer, text), Vec::<String>::new(), "{line}\n{text}");
    }
}

/// Every file below a folder, as text.
fn files(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        match path.is_dir() {
            true => text.push_str(&files(&path)),
            false => text.push_str(&String::from_utf8_lossy(&std::fs::read(&path).unwrap_or_default())),
        }
    }
    text
}

#[test]
fn no_secret_is_in_what_commands_say_or_leave_behind() {
    let is_run = |command: &str| LINES.iter().any(|line| format!("{line} ").starts_with(command));
    let missing: Vec<_> = commands().into_iter().filter(|command| !is_run(&format!("{command} "))).collect();
    assert_eq!(missing, Vec::<String>::new());
    let customer = customer();
    for form in ["-vv", "-vv -o json", "-vv --progress json"] {
        for line in LINES {
            let line = format!("{line} {form}");
            let finished = customer.run(&line, 0);
            assert_silent(&customer, &line, &finished);
        }
    }
    assert_eq!(leaks(&customer, &files(&customer.sandbox.path("home"))), Vec::<String>::new());
    assert!(customer.cloud.change(|account| account.tokens.len()) > LINES.len());
}

#[test]
fn no_secret_is_in_an_error_that_repeats_what_was_sent() {
    let shapes = [
        "iam POST /identity/token",
        "code-engine GET /v2/projects/{project}",
        "code-engine GET /v2/projects/{project}/secrets/kar.ibm.com.runtime-config",
        "code-engine POST /v2/projects/{project}/apps",
        "code-engine GET /v2/projects/{project}/apps/hello",
    ];
    for shape in shapes {
        for form in ["-vv", "-vv -o json", "-vv --progress json"] {
            let customer = customer();
            customer.cloud.fail(Fault::Echo, &Point::every(shape));
            let line = format!("{RUN} {form}");
            let finished = customer.run(&line, 1);
            assert!(finished.stderr.contains("this was sent"), "{finished:?}");
            assert_silent(&customer, &line, &finished);
        }
    }
}

/// What would be overlooked is found.
#[test]
fn a_leak_is_seen() {
    let customer = customer();
    customer.run("list", 0);
    let token = customer.cloud.change(|account| account.tokens.keys().next().cloned().expect("a token"));
    for secret in [API_KEY, &token, PASSWORDS[0], PASSWORDS[1], PASSWORDS[2], PASSWORDS[3]] {
        let planted = customer.sandbox.command("/bin/echo", [format!("error: {secret} is wrong")]).output();
        assert!(!leaks(&customer, &planted.stdout).is_empty(), "{planted:?}");
    }
    customer.sandbox.write("home/.cache/karctl/token", &token);
    assert!(!leaks(&customer, &files(&customer.sandbox.path("home"))).is_empty());
    assert_eq!(leaks(&customer, "canary"), Vec::<String>::new());
}
