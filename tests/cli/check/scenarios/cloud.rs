//! What breaks on IBM Cloud: the login, the project, service keys, secrets. The account is a fake.

use serde_json::{Value, json};

use super::{Expected, expected, failed, run};
use crate::ibmcloud::{API_KEY, Account, IbmCloud, REGION, certificate_authority, kafka_key, redis_key};
use crate::sandbox::Sandbox;

/// Stands in every secret field.
const CANARY: &str = "canary-7f3a";

/// The configuration of components in a project.
const CONFIGURATION: &str = "kar.ibm.com.runtime-config";

/// An account that is about to be broken.
pub struct Broken {
    cloud: IbmCloud,
    project: String,
    sandbox: Sandbox,
    line: &'static [&'static str],
}

/// One way to break it.
pub struct Row {
    /// What is the matter.
    pub name: &'static str,
    breaks: fn(&mut Broken),
    /// What is said of it.
    pub expected: Expected,
}

const fn row(name: &'static str, breaks: fn(&mut Broken), expected: Expected) -> Row {
    Row { name, breaks, expected }
}

const LOGIN: &str = "IBM Cloud takes the login";
const PROJECT: &str = "the project can be used";
const KEYS: &str = "both services have a service key";
const REGISTRY: (&str, &str) = ("private images can be pulled", "KAR454");
const SECRET: (&str, &str) = ("the project's configuration is that of the keys", "KAR453");
const UNDERSTOOD: (&str, &str) = ("`kar` understands the project's configuration", "KAR457");
const KAFKA: (&str, &str) = ("Kafka can be used from here", "KAR446");
const REDIS: (&str, &str) = ("Redis can be used from here", "KAR446");

const PRE: &[&str] = &["--pre"];
const KEY: &[&str] = &["--managed", "kar", "--pre"];

/// Every row of IBM Cloud.
pub const ROWS: &[Row] = &[
    row("an account that is well", |it| it.line = PRE, &[]),
    row("nobody is logged in", |it| it.set("IBMCLOUD_API_KEY", ""), &[(LOGIN, "KAR400")]),
    row("the API key was deleted", |it| it.change(|account| account.api_keys.clear()), &[(LOGIN, "KAR401")]),
    row("the API key is a piece of JSON", |it| it.set("IBMCLOUD_API_KEY", "{\"apikey\":"), &[(LOGIN, "KAR411")]),
    row("IAM is not there", |it| it.set("KARCTL_IAM_URL", "http://127.0.0.1:1"), &[(LOGIN, "KAR402")]),
    row(
        "the project was never made",
        |it| it.set("CE_PROJECT_ID", "1c45e0a4-0000-0000-0000-000000000000"),
        &[(PROJECT, "KAR404")],
    ),
    row("no project is chosen", |it| it.set("CE_PROJECT_ID", ""), &[(PROJECT, "KAR407")]),
    row(
        "two projects have the name",
        |it| {
            it.change(|account| drop(account.add_project("kar")));
            it.set("CE_PROJECT_ID", "kar");
        },
        &[(PROJECT, "KAR405")],
    ),
    row(
        "the project was deleted, and keeps its name for a week",
        |it| {
            it.line = PRE;
            let id = it.project.clone();
            it.cloud.change(|account| account.project(&id).status = "soft_deleted".to_owned());
        },
        &[(PROJECT, "KAR406")],
    ),
    row("no service key has the name", |it| it.line = &["--managed", "nobody", "--pre"], &[(KEYS, "KAR440")]),
    row("only Redis has a service key", |it| it.keys(|keys| keys.retain(|key| !is_kafka(key))), &[(KEYS, "KAR440")]),
    row(
        "two service keys of Kafka have the name",
        |it| it.keys(|keys| keys.push(kafka_key("kar", &["127.0.0.1:1"], CANARY))),
        &[(KEYS, "KAR441")],
    ),
    row("credentials are withheld", |it| it.redact("REDACTED"), &[(KEYS, "KAR442")]),
    row("a key names nothing", |it| it.of_kafka(|key| key["credentials"] = json!({})), &[(KEYS, "KAR444")]),
    row(
        "Redis' authority is no certificate",
        |it| {
            it.keys(|keys| {
                keys.retain(is_kafka);
                keys.push(redis_key("kar", "127.0.0.1", 1, "u", CANARY, "not a certificate"));
            });
        },
        &[(KEYS, "KAR445")],
    ),
    row("neither service answers", |it| it.line = KEY, &[KAFKA, REDIS]),
    row(
        "a private registry's login was never put there",
        |it| it.line = &["--pre", "--registry-secret", "pull"],
        &[REGISTRY],
    ),
    row(
        "a secret with other things is named as the login",
        |it| {
            it.secret("pull", "generic", json!({"a": "b"}));
            it.line = &["--pre", "--registry-secret", "pull"];
        },
        &[REGISTRY],
    ),
    row(
        "the registry is not there, and the key neither",
        |it| {
            let login = json!({"server": "127.0.0.1:1", "username": "u", "password": CANARY, "email": ""});
            it.secret("pull", "registry", login);
            it.line = &["--pre", "--registry-secret", "pull", "--managed", "nobody"];
        },
        &[REGISTRY, (KEYS, "KAR440")],
    ),
    row(
        "a topic is to be written to, and nobody says where",
        |it| it.line = &["--pre", "--probe-topic", "t"],
        &[("a record goes round", "KAR456")],
    ),
    row("the project was not enabled", |_| (), &[SECRET]),
    row(
        "the keys were made anew after the project was enabled",
        |it| {
            it.configuration(&[("KAFKA_PASSWORD", "canary-old")]);
            it.line = &["--managed", "kar"];
        },
        &[SECRET, KAFKA, REDIS],
    ),
    row("the services that the project uses are gone", |it| it.configuration(&[]), &[KAFKA, REDIS]),
    row(
        "a project's KAFKA_VERSION has two parts",
        |it| it.configuration(&[("KAFKA_VERSION", "2.3")]),
        &[UNDERSTOOD, KAFKA, REDIS],
    ),
    row(
        "a password was written with the line end of `echo`",
        |it| it.configuration(&[("REDIS_PASSWORD", "canary-7f3a\n")]),
        &[UNDERSTOOD, KAFKA, REDIS],
    ),
    row(
        "a project's REDIS_CA is no PEM",
        |it| it.configuration(&[("REDIS_CA", "bm90IGEgY2VydGlmaWNhdGU=")]),
        &[UNDERSTOOD, KAFKA, REDIS],
    ),
    row(
        "secrets may be listed and not be read",
        |it| {
            it.configuration(&[]);
            it.change(|account| account.withholds_data = true);
        },
        &[("whoever asks may look into the project", "KAR403")],
    ),
];

fn is_kafka(key: &Value) -> bool {
    key["source_crn"].to_string().contains("messagehub")
}

impl Broken {
    fn new() -> Self {
        let cloud = IbmCloud::start();
        let project = cloud.change(|account| {
            let authority = certificate_authority();
            account.keys.push(redis_key("kar", "127.0.0.1", 1, "u", CANARY, &authority));
            account.keys.push(kafka_key("kar", &["127.0.0.1:1"], CANARY));
            account.add_project("kar")
        });
        let mut sandbox = Sandbox::new()
            .variable("IBMCLOUD_API_KEY", API_KEY)
            .variable("IBMCLOUD_REGION", REGION)
            .variable("CE_PROJECT_ID", project.clone());
        for (name, value) in cloud.variables() {
            sandbox.set_variable(name, value);
        }
        Self { cloud, project, sandbox, line: &[] }
    }

    fn set(&mut self, name: &str, value: &str) {
        self.sandbox.set_variable(name, value);
        self.line = PRE;
    }

    fn change(&mut self, change: fn(&mut Account)) {
        self.cloud.change(change);
        self.line = PRE;
    }

    fn keys(&mut self, change: fn(&mut Vec<Value>)) {
        self.cloud.change(|account| change(&mut account.keys));
        self.line = KEY;
    }

    fn of_kafka(&mut self, change: fn(&mut Value)) {
        self.cloud.change(|account| account.keys.iter_mut().filter(|key| is_kafka(key)).for_each(change));
        self.line = KEY;
    }

    fn redact(&mut self, word: &str) {
        self.cloud.change(|account| {
            account.keys.iter_mut().for_each(|key| key["credentials"] = json!({"REDACTED": word}));
        });
        self.line = KEY;
    }

    fn secret(&mut self, name: &str, format: &str, data: Value) {
        let project = self.project.clone();
        self.cloud.change(|account| account.add_secret(&project, name, format, data));
    }

    /// The configuration that `ce enable` would write, but for these.
    fn configuration(&mut self, other: &[(&str, &str)]) {
        let printed = self.sandbox.karctl(["env", "ibmcloud", "kar", "-o", "json"]).output();
        let mut variables = printed.document("env");
        let entries = variables.as_object_mut().expect("variables");
        entries.retain(|_, value| !value.is_null());
        for (name, value) in other {
            entries.insert((*name).to_owned(), json!(value));
        }
        self.secret(CONFIGURATION, "generic", variables);
    }
}

fn differs(row: &Row) -> Option<String> {
    let mut broken = Broken::new();
    (row.breaks)(&mut broken);
    let finished = broken.sandbox.karctl(["check", "ce", "-o", "json"].iter().chain(broken.line).copied()).output();
    let (found, wanted) = (failed(&finished), expected(row.expected));
    let told = format!("{}\n{}", finished.stdout, finished.stderr);
    let misuse = broken.cloud.misuse();
    let is_told = told.contains("canary-");
    (found != wanted || is_told || !misuse.is_empty())
        .then(|| format!("found {found:?}, not {wanted:?}; misuse {misuse:?}\n{told}"))
}

#[test]
fn what_breaks_on_ibm_cloud_is_told_by_its_checks_and_no_other() {
    run(ROWS, |row| row.name, differs);
}
