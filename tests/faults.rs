//! Everything that can go wrong with every request of every `ce` command, and of `hybrid` on projects: a recorded run names the requests, each then fails in
//! every way that it can, and the same command again finishes. Nothing is made twice.

// A program of its own: cargo runs it alone, so that its many processes are in no other test's way.

#[path = "cli/ce/customer.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod customer;
#[path = "ibmcloud/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests of the command line use the rest")]
mod ibmcloud;
#[path = "cli/sandbox.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod sandbox;

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, OnceLock};
use std::time::Duration;

use serde_json::{Value, json};

use customer::{Customer, commands};
use ibmcloud::{Fault, Point, certificate_authority, kafka_key, redis_key};
use sandbox::Finished;

/// Commands at once: they wait for most of their time.
const WORKERS: usize = 16;

/// A command, and what there is before it.
struct Scenario {
    line: &'static str,
    prepare: fn(&Customer, &str),
}

const RUN: &str =
    "run --app hello --name hello --image us.icr.io/kar/hello:1 --service greeter --registry-secret login";

/// Every `ce` command, some in several situations, and `env ibmcloud`, which asks as `exec ibmcloud` does.
const SCENARIOS: &[Scenario] = &[
    Scenario { line: "login --check", prepare: nothing },
    Scenario { line: "project list", prepare: nothing },
    // Where no answer comes it is looked for until then.
    Scenario { line: "project create new --timeout 20s", prepare: nothing },
    Scenario { line: "project use kar", prepare: nothing },
    Scenario { line: "project delete kar -y", prepare: nothing },
    Scenario { line: RUN, prepare: nothing },
    Scenario { line: RUN, prepare: with_former },
    Scenario { line: RUN, prepare: with_component },
    Scenario { line: "list", prepare: with_component },
    Scenario { line: "status hello", prepare: with_component },
    Scenario { line: "logs hello", prepare: with_component },
    Scenario { line: "scale hello 3", prepare: with_component },
    Scenario { line: "delete hello -y", prepare: with_component },
    Scenario { line: "env ibmcloud keys", prepare: nothing },
    Scenario { line: "enable keys", prepare: nothing },
    Scenario { line: "enable keys", prepare: disabled },
    Scenario { line: "disable --force", prepare: nothing },
    Scenario { line: "hybrid up", prepare: members },
    Scenario { line: "hybrid up", prepare: members_with_former },
    Scenario { line: "hybrid down", prepare: members_up },
    Scenario { line: "hybrid status", prepare: members_up },
    Scenario { line: "hybrid plan", prepare: members },
];

/// Two projects side by side, and a host, whose services are those of the account's keys.
const PROJECT: &str = "\
version: 1
services: { managed: { key: keys } }
members:
  one: { code-engine: { project: kar } }
  two: { code-engine: { project: other } }
  edge: { host: {} }
";

/// What another host is given.
const ENV_FILE: &str = "work/hybrid/edge.env";

fn members(customer: &Customer, _: &str) {
    customer.sandbox.write("work/karctl.yaml", PROJECT);
}

fn members_with_former(customer: &Customer, project: &str) {
    members_up(customer, project);
    customer.cloud.change(|account| {
        for project in &mut account.projects {
            project.secrets.get_mut("kar.ibm.com.runtime-config").expect("a secret").data["REDIS_HOST"] =
                json!("former");
        }
    });
    let former = customer.sandbox.read(ENV_FILE).replace("redis.example", "former");
    customer.sandbox.write(ENV_FILE, former);
}

fn members_up(customer: &Customer, project: &str) {
    members(customer, project);
    let up = run(customer, "hybrid up");
    assert_eq!(up.status, Some(0), "{up:?}");
}

fn nothing(_: &Customer, _: &str) {}

fn disabled(customer: &Customer, _: &str) {
    customer.run("disable", 0);
}

fn with_component(customer: &Customer, _: &str) {
    customer.run(RUN, 0);
}

fn with_former(customer: &Customer, _: &str) {
    customer.run("run --app hello --name hello --image us.icr.io/kar/hello:0 --env OLD=1", 0);
}

/// One for all, so that what is made of it can be compared.
static AUTHORITY: OnceLock<String> = OnceLock::new();

/// Somebody with an enabled project, and one page for each entry of a list.
fn customer(scenario: &Scenario) -> Customer {
    let mut customer = Customer::new();
    let project = customer.cloud.change(|account| {
        (account.page_size, account.creation_reads) = (1, 0);
        (account.deletion_reads, account.deployment_reads) = (0, 0);
        account.add_project("other");
        let ca = AUTHORITY.get_or_init(certificate_authority);
        account.keys.push(redis_key("keys", "redis.example", 31000, "admin", "p", ca));
        account.keys.push(kafka_key("keys", &["b-0.example:9093", "b-1.example:9093"], "k"));
        let project = account.add_project("kar");
        account.add_secret(&project, "kar.ibm.com.runtime-config", "generic", json!({ "REDIS_HOST": "r" }));
        let login = json!({ "server": "us.icr.io", "username": "u", "password": "p" });
        account.add_secret(&project, "login", "registry", login);
        project
    });
    customer.sandbox.set_variable("CE_PROJECT_ID", &project);
    (scenario.prepare)(&customer, &project);
    customer.cloud.forget();
    customer.cloud.heal();
    customer
}

/// All that there is at the end, without what differs from run to run.
fn state(customer: &Customer) -> Value {
    customer.cloud.change(|account| {
        account.sweep();
        let projects = account.projects.iter().map(|project| {
            let secrets: BTreeMap<_, _> =
                project.secrets.iter().map(|(name, one)| (name, (&one.format, &one.data))).collect();
            let tags: Vec<_> = project.secrets.iter().map(|(name, one)| (name.as_str(), one.tag)).collect();
            let apps: BTreeMap<_, _> = project
                .apps
                .iter()
                .map(|(name, app)| (name, (with_names_of_tags(&json!(app.fields), &tags), app.revisions.len(), app.life.is_leaving())))
                .collect();
            json!({ "name": project.name, "status": project.status, "leaving": project.life.is_leaving(), "secrets": secrets, "apps": apps })
        });
        projects.chain(std::iter::once(json!(std::fs::read_to_string(customer.sandbox.path(ENV_FILE)).ok()))).collect()
    })
}

/// An application's fields; the tag of a secret, which is another in every account, is told by the secret's name.
fn with_names_of_tags(fields: &Value, tags: &[(&str, u64)]) -> Value {
    let named =
        |text: String, (name, tag): &(&str, u64)| text.replace(&format!("\"{tag}\""), &format!("\"tag of {name}\""));
    serde_json::from_str(&tags.iter().fold(fields.to_string(), named)).expect("JSON")
}

fn run(customer: &Customer, line: &str) -> Finished {
    match line.starts_with("env ") || line.starts_with("hybrid ") {
        true => customer.sandbox.karctl(line.split(' ')).output(),
        false => customer.ce(line.split(' ')).output(),
    }
}

/// What can go wrong with a request.
fn faults(shape: &str) -> Vec<Fault> {
    let mut faults = vec![
        Fault::TooMany { retry_after: 0 },
        Fault::Gateway { status: 503 },
        Fault::Refuse,
        Fault::Cut,
        Fault::Torn,
        Fault::Slow(Duration::from_millis(300)),
    ];
    let is = |method: &str| shape.contains(&format!(" {method} "));
    if !shape.starts_with("iam ") {
        faults.push(Fault::Expire);
    }
    if is("PUT") || is("PATCH") {
        faults.push(Fault::Stale);
    }
    if !shape.starts_with("iam ") && (is("POST") || is("DELETE")) {
        faults.push(Fault::Lag(2));
    }
    faults
}

/// One fault at one request: the command ends well by itself, or the same again does, and nothing is there twice.
fn strike(scenario: &Scenario, point: &Point, fault: Fault, expected: &Value) -> Result<(), String> {
    let customer = customer(scenario);
    customer.cloud.fail(fault, point);
    let first = run(&customer, scenario.line);
    let place = format!("{}: {fault:?} at {} ({:?})", scenario.line, point.shape, point.occurrence);
    if customer.cloud.struck() != 1 {
        return Err(format!("{place}: it did not strike\n{first:?}"));
    }
    customer.cloud.heal();
    if first.status != Some(0) {
        let again = run(&customer, scenario.line);
        if again.status != Some(0) {
            return Err(format!("{place}: not finished\n{first:?}\n{again:?}"));
        }
    }
    let (misuse, state) = (customer.cloud.misuse(), state(&customer));
    if !misuse.is_empty() {
        return Err(format!("{place}: {misuse:?}"));
    }
    if state != *expected {
        return Err(format!("{place}: {state:#}\ninstead of {expected:#}\n{first:?}"));
    }
    Ok(())
}

#[test]
fn every_command_is_swept() {
    let is_swept = |command: &str| SCENARIOS.iter().any(|scenario| format!("{} ", scenario.line).starts_with(command));
    let missing: Vec<_> = commands().into_iter().filter(|command| !is_swept(&format!("{command} "))).collect();
    assert_eq!(missing, Vec::<String>::new());
}

#[test]
fn every_request_fails_in_every_way_and_the_same_command_again_finishes() {
    let mut strikes = Vec::new();
    let mut recorded = 0;
    for scenario in SCENARIOS {
        let customer = customer(scenario);
        let finished = run(&customer, scenario.line);
        assert_eq!(finished.status, Some(0), "{}: {finished:?}", scenario.line);
        let expected = state(&customer);
        for request in customer.cloud.requests() {
            let point = Point::nth(request.shape(), request.occurrence);
            recorded += 1;
            strikes.extend(
                faults(&point.shape).into_iter().map(|fault| (scenario, point.clone(), fault, expected.clone())),
            );
        }
    }
    let (next, failures) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some((scenario, point, fault, expected)) = strikes.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let struck = strike(scenario, point, *fault, expected);
                    failures.lock().expect("unharmed").extend(struck.err());
                }
            });
        }
    });
    let failures = failures.into_inner().expect("unharmed");
    let swept: std::collections::BTreeSet<_> =
        strikes.iter().map(|(scenario, point, ..)| (std::ptr::from_ref(*scenario), point.clone())).collect();
    println!(
        "{} commands, {recorded} requests recorded, {} swept, {} faults",
        SCENARIOS.len(),
        swept.len(),
        strikes.len()
    );
    assert_eq!(swept.len(), recorded);
    assert!(failures.is_empty(), "{} of {}\n{}", failures.len(), strikes.len(), failures.join("\n\n"));
}
