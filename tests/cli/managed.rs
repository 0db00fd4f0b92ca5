//! `karctl env ibmcloud` and `karctl exec ibmcloud` with service keys in a file, which needs no account and no network.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use karctl::certificate::Authority;
use serde_json::{Value, json};

use crate::ibmcloud::{API_KEY, IbmCloud, REGION, certificate_authority, kafka_key, redis_key};
use crate::registry::Registry;
use crate::sandbox::Sandbox;

/// Stands in every secret field.
const CANARY: &str = "canary-5d1c";

fn redis(guid: &str, authority: &Authority) -> Value {
    json!({
        "guid": guid, "name": "kar",
        "source_crn": "crn:v1:bluemix:public:databases-for-redis:us-south:a/1:2::",
        "credentials": {"connection": {"rediss": {
            "authentication": {"username": "ibm_cloud_1", "password": CANARY},
            "certificate": {"certificate_base64": STANDARD.encode(&authority.certificate)},
            "hosts": [{"hostname": "r.databases.appdomain.cloud", "port": 30000}],
        }}},
    })
}

fn kafka() -> Value {
    json!({
        "guid": "k-1", "name": "kar",
        "source_crn": "crn:v1:bluemix:public:messagehub:us-south:a/1:3::",
        "credentials": {"api_key": CANARY, "user": "token", "kafka_brokers_sasl": ["b-0.example.org:9093", "b-1.example.org:9093"]},
    })
}

fn authority() -> Authority {
    Authority::make(Timestamp::now()).expect("an authority")
}

/// A sandbox with `work/keys.json`, and the authority in it.
fn with_keys() -> (Sandbox, Authority) {
    let (sandbox, authority) = (Sandbox::new(), authority());
    sandbox.write("work/keys.json", json!([redis("r-1", &authority), kafka()]).to_string());
    (sandbox, authority)
}

const FROM_FILE: [&str; 5] = ["env", "ibmcloud", "kar", "--credentials", "keys.json"];

#[test]
fn all_variables_come_from_two_keys_of_one_name() {
    let (sandbox, authority) = with_keys();
    let printed = sandbox.karctl(FROM_FILE.into_iter().chain(["-o", "json"])).output();
    assert_eq!((printed.status, printed.stderr.as_str()), (Some(0), ""));
    let expected = json!({
        "KAFKA_BROKERS": "b-0.example.org:9093,b-1.example.org:9093",
        "KAFKA_ENABLE_TLS": "true",
        "KAFKA_PASSWORD": CANARY,
        "KAFKA_TLS_SKIP_VERIFY": null,
        "KAFKA_USERNAME": "token",
        "KAFKA_VERSION": "3.2.0",
        "REDIS_CA": STANDARD.encode(&authority.certificate),
        "REDIS_ENABLE_TLS": "true",
        "REDIS_HOST": "r.databases.appdomain.cloud",
        "REDIS_PASSWORD": CANARY,
        "REDIS_PORT": "30000",
        "REDIS_TLS_SKIP_VERIFY": null,
        "REDIS_USER": "ibm_cloud_1",
    });
    assert_eq!(printed.document("env"), expected);
}

#[test]
fn every_format_can_be_had_and_what_was_written_is_kept_the_second_time() {
    let (sandbox, _) = with_keys();
    for format in ["sh", "fish", "powershell", "cmd", "nu", "dotenv", "docker", "github", "direnv", "yaml"] {
        let printed = sandbox.karctl(FROM_FILE.into_iter().chain(["--format", format])).output();
        assert_eq!(printed.status, Some(0), "{format}: {}", printed.stderr);
        assert!(printed.stdout.contains("b-1.example.org:9093"), "{format}");
    }
    let line = FROM_FILE.into_iter().chain(["--format", "dotenv", "--write", ".env"]);
    let line: Vec<_> = line.collect();
    sandbox.karctl(line.clone()).stderr(".env created\n").status(0);
    sandbox.karctl(line).stderr(".env unchanged\n").status(0);
}

#[test]
fn unset_needs_no_key_to_be_readable() {
    let sandbox = Sandbox::new();
    let unset = sandbox.karctl(["env", "ibmcloud", "kar", "--unset"]).output();
    assert_eq!(unset.status, Some(0), "{}", unset.stderr);
    assert_eq!(unset.stdout, sandbox.karctl(["env", "--unset"]).output().stdout);
}

#[test]
fn the_keys_may_come_by_stdin_and_without_a_name() {
    let (sandbox, _) = with_keys();
    let keys = sandbox.read("work/keys.json");
    let from_file = sandbox.karctl(FROM_FILE).output().stdout;
    let piped = sandbox.karctl(["env", "ibmcloud", "--credentials", "-"]).stdin(keys).output();
    assert_eq!((piped.stdout, piped.status), (from_file, Some(0)), "{}", piped.stderr);
}

#[test]
fn a_command_gets_the_variables_and_its_status_is_returned() {
    let (sandbox, _) = with_keys();
    let command = ["exec", "ibmcloud", "kar", "--credentials", "keys.json", "--", "/bin/sh", "-c"];
    let script = "echo \"$KAFKA_BROKERS $REDIS_USER ${KAFKA_TLS_SKIP_VERIFY-unset}\"; exit 7";
    let line = command.into_iter().chain([script]);
    let stdout = "b-0.example.org:9093,b-1.example.org:9093 ibm_cloud_1 unset\n";
    sandbox.karctl(line).variable("KAFKA_TLS_SKIP_VERIFY", "true").stdout(stdout).status(7);
}

#[test]
fn a_failure_makes_eval_fail_names_the_place_and_holds_no_secret() {
    let (sandbox, authority) = with_keys();
    let refused = |keys: Value, more: &[&str]| {
        sandbox.write("work/keys.json", keys.to_string());
        let finished = sandbox.karctl(FROM_FILE.iter().chain(more).copied()).output();
        assert_eq!(finished.stdout, "false;\n");
        assert!(!finished.stderr.contains(CANARY), "{}", finished.stderr);
        (finished.stderr, finished.status)
    };
    let twice = json!([redis("r-1", &authority), redis("r-2", &authority), kafka()]);
    let (stderr, status) = refused(twice.clone(), &[]);
    assert_eq!(status, Some(1));
    assert_eq!(
        stderr,
        "error: [ROOT]/work/keys.json does not describe a Kafka and a Redis: 2 service keys `kar` of Databases for Redis \
         are there: r-1 (in us-south), r-2 (in us-south)\nhint: choose one with --redis-key-id GUID\n\
         hint: `karctl explain KAR441` tells more\n"
    );
    sandbox.write("work/keys.json", twice.to_string());
    let chosen = sandbox.karctl(FROM_FILE.into_iter().chain(["--redis-key-id", "r-2"])).output();
    assert_eq!(chosen.status, Some(0), "{}", chosen.stderr);

    let mut withheld = kafka();
    withheld["credentials"] = json!({"REDACTED": "REDACTED"});
    let (stderr, _) = refused(json!([redis("r-1", &authority), withheld]), &[]);
    assert!(stderr.contains("KAR442") && stderr.contains("withheld"), "{stderr}");

    let old = Authority::make(Timestamp::now() - Duration::from_secs(4000 * 86_400)).expect("an authority");
    let (stderr, _) = refused(json!([redis("r-1", &old), kafka()]), &[]);
    assert!(stderr.contains("KAR445") && stderr.contains("certificate.certificate_base64` expired on"), "{stderr}");
}

#[test]
fn what_was_typed_is_checked_before_anything_is_read() {
    let sandbox = Sandbox::new();
    let usage = |line: &[&str], stderr: &str| {
        sandbox.karctl(line.iter().copied()).stdout("false;\n").stderr(stderr).status(2);
    };
    usage(
        &["env", "ibmcloud"],
        "error: `ibmcloud` needs the name of the service keys\n\
         hint: give `ibmcloud KEY`, or the keys in a file with --credentials FILE\n",
    );
    usage(
        &["env", "--credentials", "keys.json"],
        "error: --redis-key-id, --kafka-key-id and --credentials choose service keys\n\
         hint: write `ibmcloud KEY` as the source\n",
    );
    usage(
        &["env", "ibmclod"],
        "error: there is no source `ibmclod`; there are local, cluster, ibmcloud KEY, hybrid and file F\n\
         hint: did you mean `ibmcloud`?\n",
    );
    usage(
        &["env", "ibmcloud", "kar", "--credentials", "nothing.json"],
        "error: there is no file [ROOT]/work/nothing.json\n",
    );
}

#[test]
fn an_account_that_nobody_would_ask_is_a_failure_to_type() {
    let (sandbox, _) = with_keys();
    let refused = |line: &[&str], hint: &str| {
        let finished = sandbox.karctl(line.iter().copied()).output();
        let expected = "error: --api-key-file, --region and --resource-group choose an account of IBM Cloud\nhint: ";
        assert_eq!((finished.stderr, finished.status), (format!("{expected}{hint}\n"), Some(2)), "{line:?}");
    };
    let source = "write `ibmcloud KEY` as the source";
    refused(&["env", "local", "--region", "eu-de"], source);
    refused(&["exec", "--resource-group", "g", "--", "true"], source);
    let file = "leave them out: --credentials asks no account";
    refused(&["env", "ibmcloud", "--credentials", "keys.json", "--api-key-file", "key"], file);
    let deploy = ["k8s", "deploy", "--dry-run"];
    refused(&[&deploy[..], &["--api-key-file", "key"]].concat(), "write --managed KEY");
    refused(&[&deploy[..], &["--services", "services.yaml", "--region", "eu-de"]].concat(), "write --managed KEY");
    let by_file = ["--managed", "kar", "--credentials", "keys.json", "--region", "eu-de"];
    refused(&[&deploy[..], &by_file].concat(), file);
}

#[test]
fn two_options_that_read_stdin_are_refused() {
    let (sandbox, _) = with_keys();
    let registry = ["--registry-server", "r.example.org", "--registry-user", "u", "--registry-password-stdin"];
    let refused = |line: &[&[&str]], names: &str| {
        let finished = sandbox.karctl(line.concat()).stdin("canary").output();
        let stderr = format!("error: only one option can read stdin, not {names}\nhint: give a file in place of `-`\n");
        assert_eq!((finished.stderr, finished.status), (stderr, Some(2)), "{line:?}");
    };
    let (key, keys) = (&["--api-key-file", "-"][..], &["--credentials", "-"][..]);
    refused(&[&["ce", "enable", "kar"], &registry, key], "--registry-password-stdin and --api-key-file");
    refused(&[&["ce", "enable"], &registry, keys], "--registry-password-stdin and --credentials");
    refused(&[&["ce", "enable"], key, keys], "--api-key-file and --credentials");
    refused(&[&["check", "ce"], key, keys], "--api-key-file and --credentials");
    let deploy = ["k8s", "deploy", "--managed", "kar"];
    refused(&[&deploy, &registry, keys], "--registry-password-stdin and --credentials");
}

/// An account with two keys of the name `kar`, and a sandbox whose login leads to it.
fn account() -> (IbmCloud, Sandbox) {
    let cloud = IbmCloud::start();
    cloud.change(|account| {
        let authority = certificate_authority();
        account.keys.push(redis_key("kar", "r.example.org", 30000, "ibm_cloud_1", CANARY, &authority));
        account.keys.push(kafka_key("kar", &["b-0.example.org:9093"], CANARY));
        account.keys.push(kafka_key("kar-2", &["other.example.org:9093"], CANARY));
    });
    let mut sandbox = Sandbox::new().variable("IBMCLOUD_API_KEY", API_KEY).variable("IBMCLOUD_REGION", REGION);
    for (name, value) in cloud.variables() {
        sandbox.set_variable(name, value);
    }
    (cloud, sandbox)
}

#[test]
fn an_account_is_asked_twice_and_no_more() {
    let (cloud, sandbox) = account();
    let printed = sandbox.karctl(["env", "ibmcloud", "kar", "-o", "json"]).output();
    assert_eq!(printed.document("env")["KAFKA_BROKERS"], "b-0.example.org:9093", "{}", printed.stderr);
    assert_eq!(cloud.requests().len(), 2, "a token, the keys");
    assert_eq!(cloud.misuse(), Vec::<String>::new());
    let line = ["exec", "ibmcloud", "kar", "--", "/bin/sh", "-c", "echo $REDIS_HOST"];
    sandbox.karctl(line).stdout("r.example.org\n").status(0);
}

#[test]
fn a_login_that_is_refused_and_a_key_that_is_not_there_are_told_without_secrets() {
    let (_cloud, sandbox) = account();
    let missing = sandbox.karctl(["env", "ibmcloud", "nobody"]).output();
    assert_eq!((missing.stdout.as_str(), missing.status), ("false;\n", Some(1)));
    assert!(
        missing.stderr.starts_with("error: there is no service key `nobody` of Databases for Redis\n"),
        "{}",
        missing.stderr
    );
    let refused =
        sandbox.karctl(["-vv", "env", "ibmcloud", "kar"]).variable("IBMCLOUD_API_KEY", "canary-wrong").output();
    assert!(refused.stderr.contains("KAR401") && !refused.stderr.contains("canary"), "{}", refused.stderr);
    let nobody = sandbox.karctl(["env", "ibmcloud", "kar"]).without("IBMCLOUD_API_KEY").output();
    assert!(nobody.stderr.contains("KAR400"), "{}", nobody.stderr);
}

/// Category, outcome and code of the checks that are neither well nor skipped.
fn found_by_check(sandbox: &Sandbox, more: &[&str]) -> (Vec<(String, String, String)>, Option<i32>) {
    let finished = sandbox.karctl(["check", "ce", "-o", "json"].iter().chain(more).copied()).output();
    assert!(!format!("{finished:?}").contains(CANARY), "{finished:?}");
    let document = finished.document("check");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let checks = document["checks"].as_array().expect("a list").iter();
    let wrong = checks.filter(|checked| !["ok", "skipped"].contains(&checked["outcome"].as_str().expect("text")));
    let of = |checked: &Value| (text(&checked["category"]), text(&checked["outcome"]), text(&checked["code"]));
    (wrong.map(of).collect(), finished.status)
}

fn triple(category: &str, outcome: &str, code: &str) -> (String, String, String) {
    (category.to_owned(), outcome.to_owned(), code.to_owned())
}

#[test]
fn a_check_names_what_a_project_lacks() {
    let (cloud, sandbox) = account();
    let project = cloud.change(|account| account.add_project("kar"));
    let sandbox = sandbox.variable("CE_PROJECT_ID", project.clone());
    // Without keys and without a configuration nobody says where the services are.
    assert_eq!(found_by_check(&sandbox, &["--pre"]), (Vec::new(), Some(0)));
    let told = sandbox.karctl(["check", "ce", "--pre"]).output().stdout;
    assert!(told.contains("0 of 40 applications, 0 of 128 CPUs") && !told.contains("-0"), "{told}");
    let (found, status) = found_by_check(&sandbox, &["--registry-secret", "pull"]);
    assert_eq!(found, [triple("registry", "error", "KAR454"), triple("secret", "error", "KAR453")]);
    assert_eq!(status, Some(1));
    cloud.change(|account| {
        let login = json!({"server": "127.0.0.1:1", "username": "u", "password": CANARY, "email": ""});
        account.add_secret(&project, "pull", "registry", login);
        // Nobody listens there.
        let (redis, kafka) = ("127.0.0.1", "127.0.0.1:1");
        let data = json!({"KAFKA_BROKERS": kafka, "REDIS_HOST": redis, "REDIS_PORT": "1", "REDIS_PASSWORD": CANARY});
        account.add_secret(&project, "kar.ibm.com.runtime-config", "generic", data);
    });
    let (found, _) = found_by_check(&sandbox, &["--registry-secret", "pull"]);
    let wanted = [("registry", "KAR454"), ("kafka", "KAR446"), ("redis", "KAR446")];
    assert_eq!(found, wanted.map(|(category, code)| triple(category, "error", code)));
    assert_eq!(cloud.misuse(), Vec::<String>::new());
}

#[test]
fn a_registry_is_judged_by_the_login_alone() {
    const OPENS: &str = "canary-opens";
    let (cloud, sandbox) = account();
    let project = cloud.change(|account| account.add_project("kar"));
    let sandbox = sandbox.variable("CE_PROJECT_ID", project.clone());
    for wants_tokens in [true, false] {
        let registry = Registry::start("kar", OPENS, wants_tokens);
        let secret = |name: &str, password: &str| {
            let server = format!("http://{}/v1/", registry.address);
            let login = json!({"server": server, "username": "kar", "password": password, "email": ""});
            cloud.change(|account| account.add_secret(&project, name, "registry", login));
        };
        let (good, bad) = (format!("good-{wants_tokens}"), format!("bad-{wants_tokens}"));
        secret(&good, OPENS);
        secret(&bad, CANARY);
        let check = |name: &str| found_by_check(&sandbox, &["--pre", "--registry-secret", name]);
        assert_eq!(check(&good), (Vec::new(), Some(0)), "tokens: {wants_tokens}");
        assert_eq!(check(&bad), (vec![triple("registry", "error", "KAR454")], Some(1)), "tokens: {wants_tokens}");
        let scopes = registry.asked().into_iter().filter(|asked| asked.contains("scope")).collect::<Vec<_>>();
        assert_eq!(scopes, Vec::<String>::new(), "a login is for no repository");
    }
    let told = sandbox.karctl(["check", "ce", "--pre", "--registry-secret", "bad-true"]).output();
    assert!(told.stdout.contains("correct user and password in the secret bad-true"), "{}", told.stdout);
    assert!(!told.stdout.contains(CANARY) && !told.stdout.contains("docker login"), "{}", told.stdout);
}

#[test]
fn a_check_without_a_login_has_one_finding() {
    let (found, status) = found_by_check(&Sandbox::new(), &["--managed", "kar"]);
    assert_eq!((found, status), (vec![triple("login", "error", "KAR400")], Some(1)));
    let usage = Sandbox::new().karctl(["check", "ce", "--redis-key-id", "r-1"]).output();
    assert_eq!(usage.status, Some(2), "{}", usage.stderr);
}
