//! One command over all modes: which are checked, what is said of one that hangs, and whose an option is.

use std::net::TcpListener;

use serde_json::Value;

use super::equipped;
use crate::ibmcloud::{API_KEY, IbmCloud, REGION};
use crate::sandbox::{Finished, Sandbox};

/// A kubeconfig whose only context leads to a server.
fn kubeconfig(server: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Config, current-context: c, clusters: [{{name: c, cluster: {{server: '{server}'}}}}], \
         contexts: [{{name: c, context: {{cluster: c, user: u}}}}], users: [{{name: u, user: {{token: t}}}}]}}"
    )
}

/// Modes of a document in their order, each once.
fn modes(document: &Value) -> Vec<&str> {
    let checks = document["checks"].as_array().expect("a list").iter();
    let mut modes: Vec<_> = checks.map(|checked| checked["mode"].as_str().expect("text")).collect();
    modes.dedup();
    modes
}

/// Outcome and code of what is wrong in a mode.
fn wrong<'a>(document: &'a Value, mode: &str) -> Vec<(&'a str, &'a str)> {
    let checks = document["checks"].as_array().expect("a list").iter();
    let text = |value: &'a Value| value.as_str().expect("text");
    let of_mode = checks.filter(|checked| checked["mode"] == mode);
    let pairs = of_mode.map(|checked| (text(&checked["outcome"]), text(&checked["code"])));
    pairs.filter(|(outcome, _)| *outcome != "ok" && *outcome != "skipped").collect()
}

fn check(sandbox: &Sandbox, line: &[&str]) -> Finished {
    let line = ["check", "-o", "json"].iter().chain(line).copied();
    sandbox.karctl(line).without("DOCKER_HOST").output()
}

#[test]
fn without_a_mode_that_is_checked_which_karctl_knows_of() {
    let sandbox = equipped();
    assert_eq!(modes(&check(&sandbox, &[]).document("check")), ["local"]);
    // A cluster that karctl never changed, and a target of `ibmcloud`, may be for something else.
    sandbox.write("home/.kube/config", kubeconfig("https://127.0.0.1:1"));
    assert_eq!(modes(&check(&sandbox, &[]).document("check")), ["local"]);
    let known = r#"{"c": {"server": "https://127.0.0.1:1", "uid": "u"}}"#;
    sandbox.write("home/.local/state/karctl/clusters.json", known);
    let sandbox = sandbox.variable("CE_PROJECT", "kar");
    let finished = check(&sandbox, &[]);
    let document = finished.document("check");
    assert_eq!(modes(&document), ["local", "k8s", "ce"]);
    assert_eq!(
        (wrong(&document, "k8s"), wrong(&document, "ce")),
        (vec![("error", "KAR202")], vec![("error", "KAR400")])
    );
    assert_eq!(finished.status, Some(1));
}

#[test]
fn modes_that_are_named_are_one_document_and_each_is_told_when_it_is_done() {
    let cloud = IbmCloud::start();
    let project = cloud.change(|account| account.add_project("kar"));
    let mut sandbox = equipped()
        .variable("IBMCLOUD_API_KEY", API_KEY)
        .variable("IBMCLOUD_REGION", REGION)
        .variable("CE_PROJECT_ID", project);
    for (name, value) in cloud.variables() {
        sandbox.set_variable(name, value);
    }
    // The order is that of the modes, not of the line nor of who ends first.
    let finished = check(&sandbox, &["ce", "local", "--pre", "--set", "local.engine=native"]);
    let document = finished.document("check");
    assert_eq!(modes(&document), ["local", "ce"]);
    assert_eq!(wrong(&document, "ce"), []);
    let mut told: Vec<_> = finished.stderr.lines().filter_map(|line| line.strip_prefix("✓ ")).collect();
    told.sort_unstable();
    assert_eq!(told.len(), 2, "{}", finished.stderr);
    assert!(told[0].starts_with("ce: looked at the project and the services: 0 errors, 0 warnings ("), "{told:?}");
    assert!(told[1].starts_with("local: looked at this machine: "), "{told:?}");
    let text = sandbox.karctl(["check", "local", "ce", "--pre"]).without("DOCKER_HOST").output().stdout;
    let headings: Vec<_> = text.lines().filter(|line| ["local", "ce"].contains(line)).collect();
    assert_eq!(headings, ["local", "ce"]);
    // One that is asked for alone has nothing to tell apart.
    let text = sandbox.karctl(["check", "ce", "--pre"]).output();
    assert!(!text.stdout.lines().any(|line| line == "ce") && text.stderr.is_empty(), "{text:?}");
    assert_eq!(cloud.misuse(), Vec::<String>::new());
}

#[test]
fn a_mode_that_hangs_is_a_finding_and_the_others_are_checked() {
    // Takes connections, and never says a word.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = format!("http://{}", silent.local_addr().expect("bound"));
    let sandbox = equipped().variable("KARCTL_IAM_URL", address.clone()).variable("IBMCLOUD_API_KEY", API_KEY);
    sandbox.write("home/.kube/config", kubeconfig(&address));
    let line = ["local", "k8s", "ce", "--timeout", "1s", "--set", "local.engine=native"];
    let finished = check(&sandbox, &line);
    let document = finished.document("check");
    assert_eq!(modes(&document), ["local", "k8s", "ce"]);
    assert_eq!(wrong(&document, "k8s"), [("error", "KAR202")], "{document:#}");
    assert!(wrong(&document, "ce").len() == 1 && wrong(&document, "ce")[0].0 == "error", "{document:#}");
    assert_eq!(finished.status, Some(1));
}

#[test]
fn a_login_program_that_hangs_holds_up_no_other_mode() {
    let sandbox = equipped();
    let exec =
        "exec: {apiVersion: client.authentication.k8s.io/v1, command: sleep, args: ['3600'], interactiveMode: Never}";
    sandbox.write("home/.kube/config", kubeconfig("https://127.0.0.1:1").replace("token: t", exec));
    let finished = check(&sandbox, &["local", "k8s", "--timeout", "2s", "--set", "local.engine=native"]);
    let document = finished.document("check");
    assert_eq!(modes(&document), ["local", "k8s"]);
    assert_eq!(wrong(&document, "k8s"), [("error", "KAR203")], "{document:#}");
    let is_late = |(_, code): &(&str, &str)| *code == "KAR127";
    assert!(!wrong(&document, "local").iter().any(is_late), "{document:#}");
}

#[test]
fn an_option_of_a_mode_that_is_not_checked_is_refused() {
    let refused = |line: &[&str], stderr: &str| {
        let line = ["check"].iter().chain(line).copied();
        Sandbox::new().karctl(line).stderr(stderr).status(2);
    };
    let class = "error: --storage-class is for k8s, and not for local\nhint: add k8s, or leave --storage-class out\n";
    refused(&["local", "--storage-class", "fast"], class);
    let set = "error: --set is for local and k8s, and not for ce\nhint: add local or k8s, or leave --set out\n";
    refused(&["ce", "--set", "kafka.mode=kraft"], set);
    let managed =
        "error: --managed is for k8s and ce, and not for local\nhint: add k8s or ce, or leave --managed out\n";
    refused(&["local", "--managed", "kar"], managed);
    // Where none is named, what an option is for is checked too.
    let finished = check(&equipped(), &["--storage-class", "fast"]);
    let document = finished.document("check");
    assert_eq!(modes(&document), ["local", "k8s"]);
    assert_eq!(wrong(&document, "k8s"), [("error", "KAR201")]);
    let unknown = Sandbox::new().karctl(["check", "cluster"]).output();
    assert!(
        unknown.status == Some(2) && unknown.stderr.contains("[possible values: local, k8s, ce, hybrid]"),
        "{unknown:?}"
    );
}
