//! `karctl hybrid` where no server is needed: projects of Code Engine (the fake), other hosts, services from a file.

mod apps;
mod down;
mod init;
mod plan;
mod status;
mod sync;
mod up;

use std::fs;
use std::os::unix::fs::MetadataExt;

use serde_json::Value;

use crate::ce::Customer;
use crate::sandbox::Finished;

/// Kafka and Redis that everybody reaches, or so they say.
pub const SERVICES: &str = "\
KAFKA_BROKERS: kafka.example:9093
KAFKA_USERNAME: token
KAFKA_PASSWORD: canary-kafka
REDIS_HOST: redis.example
REDIS_PORT: 6379
REDIS_PASSWORD: canary-redis
";

/// A project of Code Engine and two hosts.
pub const PROJECT: &str = "\
version: 1
# Kafka and Redis of the company
services: { file: services.yaml }
members:
  cloud:
    code-engine: { project: prod }
  edge: { host: {} }
  west: { host: {} }
";

/// The secret of a project.
pub const SECRET: &str = "kar.ibm.com.runtime-config";

/// Somebody with that project, whose working folder holds it, and the id of `prod`.
pub fn customer() -> (Customer, String) {
    let customer = Customer::new();
    customer.sandbox.write("work/services.yaml", SERVICES);
    customer.sandbox.write("work/karctl.yaml", PROJECT);
    let id = customer.cloud.change(|account| account.add_project("prod"));
    (customer, id)
}

/// Runs a line of `karctl hybrid`, sees that it ends as expected, and that nothing of the passwords is shown.
#[track_caller]
pub fn run(customer: &Customer, line: &str, status: i32) -> Finished {
    let finished = customer.sandbox.karctl(std::iter::once("hybrid").chain(line.split(' '))).output();
    assert_eq!(finished.status, Some(status), "{line}\n{}\n{}", finished.stdout, finished.stderr);
    assert!(!format!("{finished:?}").contains("canary"), "{line}: {finished:?}");
    finished
}

/// Each member's outcome: `cloud changed`.
pub fn outcomes(document: &Value) -> Vec<String> {
    let members = document["members"].as_array().expect("members");
    let text = |member: &Value, key: &str| member[key].as_str().unwrap_or_default().to_owned();
    members.iter().map(|member| format!("{} {}", text(member, "member"), text(member, "outcome"))).collect()
}

/// What a project's secret holds; `None` where it has none.
pub fn secret(customer: &Customer, project: &str) -> Option<Value> {
    customer
        .cloud
        .change(|account| account.project(project).secrets.get(SECRET).map(|secret| Value::Object(secret.data.clone())))
}

/// Permissions of a file.
pub fn mode(customer: &Customer, below: &str) -> u32 {
    fs::metadata(customer.sandbox.path(below)).expect("a file").mode() & 0o777
}
