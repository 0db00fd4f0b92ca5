//! What `karctl ns enable` gives the team of a namespace, and `ns disable` takes back.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::namespaces::{document, ns, written};
use super::runtime::{Runtime, assert_says};

const GIVEN: [&str; 5] = [
    "Role karctl-application",
    "RoleBinding karctl-application-user-ada",
    "RoleBinding karctl-application-group-developers",
    "ResourceQuota karctl-quota",
    "LimitRange karctl-limits",
];

const ALL: [&str; 8] = ["team-a", "--bind-user", "ada", "--bind-group", "developers", "--quota", "small", "--limits"];

fn of_team(runtime: &Runtime, kind: &str, name: &str) -> Value {
    let shown = runtime.cluster.shown(["--namespace=team-a", "get", kind, name, "-o", "json"]);
    serde_json::from_str(&shown).expect("JSON")
}

/// Kinds and names of what there is in the namespace, that Kubernetes itself makes left out.
fn names(runtime: &Runtime) -> Vec<String> {
    let kinds = "role,rolebinding,resourcequota,limitrange,secret";
    let shown = runtime.cluster.shown(["--namespace=team-a", "get", kinds, "-o", "name"]);
    shown.lines().map(str::to_owned).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_team_is_given_rights_quota_and_limits_and_they_are_taken_back() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let may = |verb: &str, what: &str, namespace: &str| {
        let arguments = ["auth", "can-i", verb, what, "--namespace", namespace];
        let dev = runtime.cluster.kubectl(arguments).variable("KUBECONFIG", runtime.cluster.dev_kubeconfig());
        dev.output().stdout.trim() == "yes"
    };
    let mark = runtime.cluster.mark();
    let dry = document(&runtime, "enable", &[&ALL[..], &["--create", "--dry-run"]].concat());
    assert_eq!(dry["namespaces"][0]["given"], json!(GIVEN));
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let mark = runtime.cluster.mark();
    let enabled = document(&runtime, "enable", &[&ALL[..], &["--create"]].concat());
    assert_eq!(enabled["namespaces"][0]["given"], json!(GIVEN));
    assert_eq!(runtime.written(mark).last().map(String::as_str), Some("patch /api/v1/namespaces/team-a"));
    assert!(may("create", "deployments", "team-a") && !may("create", "deployments", "default"));
    assert!(!may("get", "secrets", "team-a"));
    assert_eq!(of_team(&runtime, "resourcequota", "karctl-quota")["spec"]["hard"]["pods"], "20");

    // Again nothing is written, nor where less is asked for.
    let mark = runtime.cluster.mark();
    assert_eq!(document(&runtime, "enable", &ALL)["namespaces"][0]["change"], "unchanged");
    assert_eq!(document(&runtime, "enable", &["team-a"])["namespaces"][0]["change"], "unchanged");
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // What somebody changed, and what is asked for otherwise, is set; nothing else.
    let more = r#"{"spec": {"hard": {"pods": "1000"}}}"#;
    runtime.cluster.shown(["--namespace=team-a", "patch", "resourcequota", "karctl-quota", "--type=merge", "-p", more]);
    let mark = runtime.cluster.mark();
    let done = document(&runtime, "enable", &["team-a", "--quota", "small", "--limits"]);
    assert_eq!(done["namespaces"][0]["given"], json!(["ResourceQuota karctl-quota"]));
    assert_eq!(written(&runtime, mark), ["patch /api/v1/namespaces/team-a/resourcequotas/karctl-quota"]);
    runtime.sandbox.write("work/quota.yaml", "kind: ResourceQuota\nspec:\n  hard: {pods: 7, services: '3'}\n");
    document(&runtime, "enable", &["team-a", "--quota", "quota.yaml"]);
    assert_eq!(
        of_team(&runtime, "resourcequota", "karctl-quota")["spec"]["hard"],
        json!({"pods": "7", "services": "3"})
    );
    amounts_converge(&runtime);

    // What is somebody else's stays.
    runtime.cluster.shown(["--namespace=team-a", "create", "quota", "mine", "--hard=pods=5"]);
    runtime.cluster.shown(["--namespace=team-a", "create", "role", "mine", "--verb=get", "--resource=pods"]);
    let mark = runtime.cluster.mark();
    let rehearsed = document(&runtime, "disable", &["team-a", "--dry-run"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let disabled = document(&runtime, "disable", &["team-a"]);
    assert_eq!((&rehearsed["dry_run"], &rehearsed["namespaces"]), (&json!(true), &disabled["namespaces"]));
    let removed = disabled["namespaces"][0]["removed"].as_array().expect("a list").len();
    assert_eq!(removed, GIVEN.len() + 1, "{disabled}");
    assert_eq!(names(&runtime), ["role.rbac.authorization.k8s.io/mine", "resourcequota/mine"]);
    let mark = runtime.cluster.mark();
    assert_eq!(document(&runtime, "disable", &["team-a"])["namespaces"][0]["change"], "unchanged");
    assert_eq!(runtime.cluster.writes_since(mark), []);
}

/// The server keeps an amount in its own words; one that is no longer asked for, or that somebody added, goes.
fn amounts_converge(runtime: &Runtime) {
    let enable = |quota: &str| {
        runtime.sandbox.write("work/quota.yaml", quota);
        let mark = runtime.cluster.mark();
        document(runtime, "enable", &["team-a", "--quota", "quota.yaml"]);
        let hard = of_team(runtime, "resourcequota", "karctl-quota")["spec"]["hard"].clone();
        (hard, runtime.cluster.writes_since(mark).len())
    };
    let large = "pods: 1000\ncount/jobs.batch: '5000'\nrequests.memory: 2048Mi\n";
    let kept = json!({"pods": "1k", "count/jobs.batch": "5k", "requests.memory": "2Gi"});
    assert_eq!(enable(large), (kept.clone(), 1));
    assert_eq!(enable(large), (kept, 0));
    assert_eq!(enable("pods: 1000\n"), (json!({"pods": "1k"}), 1));
    let more = r#"{"spec": {"hard": {"services": "3"}}}"#;
    runtime.cluster.shown(["--namespace=team-a", "patch", "resourcequota", "karctl-quota", "--type=merge", "-p", more]);
    assert_eq!(enable("pods: 1000\n"), (json!({"pods": "1k"}), 2));
    assert_eq!(enable("pods: 1000\n").1, 0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_a_team_cannot_be_given_is_said_before_the_first_write() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    runtime.cluster.shown(["--namespace=team-a", "create", "quota", "karctl-quota", "--hard=pods=5"]);
    runtime.sandbox.write("work/bad.yaml", "pods: many\n");
    runtime.sandbox.write("work/list.yaml", "pods: [1]\n");
    runtime.sandbox.write("work/broken.yaml", "pods: 1\n  x: 2\n");
    runtime.sandbox.write("work/two.yaml", "pods: 1\n---\npods: 2\n");
    let mark = runtime.cluster.mark();
    let refused = |status: i32, arguments: &[&str], said: &[&str]| {
        assert_says(&ns(&runtime, &[&["enable", "--create"], arguments].concat()), status, said);
    };
    let foreign = ["ResourceQuota team-a/karctl-quota is there, and is not karctl's", "KAR205"];
    refused(1, &["team-a", "--quota", "small", "--limits"], &foreign);
    refused(1, &["team-b", "--quota", "bad.yaml"], &["nothing was changed", "karctl-quota", "quantities must match"]);
    refused(1, &["default", "--quota", "bad.yaml"], &["nothing was changed", "karctl-quota", "quantities must match"]);
    refused(2, &["team-b", "--quota", "list.yaml"], &["list.yaml:1: `pods` is no amount such as 20 or 4Gi"]);
    refused(2, &["team-b", "--quota", "broken.yaml"], &["broken.yaml:2:"]);
    refused(2, &["team-b", "--quota", "two.yaml"], &["holds 2 documents"]);
    refused(
        2,
        &["team-b", "--quota", "smal"],
        &["--quota smal", "smal cannot be read", "hint: give small, medium, large, or a file"],
    );
    refused(2, &["team-b", "--bind-user", ""], &["a user or group has a name"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let warned = ns(&runtime, &["enable", "team-a", "--dry-run", "--quota", "large"]);
    assert_says(&warned, 1, &["warning: pods that do not say what they take are refused by this quota"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_printed_rights_of_an_enabler_are_enough_and_a_missing_one_is_named() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    runtime.cluster.shown(["create", "namespace", "team-b"]);
    let dev = runtime.cluster.dev_kubeconfig();
    let as_dev = |arguments: &[&str]| {
        let arguments = [&["ns"], arguments].concat();
        runtime.cluster.karctl(&runtime.sandbox, arguments).variable("KUBECONFIG", &dev).output()
    };
    let bound = |role: &str| {
        let printed = runtime.sandbox.karctl(["k8s", "rbac", role, "--group", "developers"]).output();
        assert_says(&printed, 0, &[]);
        printed.stdout
    };
    assert_says(&as_dev(&["enable", "team-a"]), 1, &["cannot get resource \"secrets\"", "KAR204"]);
    let enabler = bound("enabler");
    runtime.cluster.apply(&enabler.replace("verbs: [get, list, patch, delete]", "verbs: [get, list]"));
    let mark = runtime.cluster.mark();
    let said = ["nothing was changed: you may not patch secrets/kar.ibm.com.runtime-config in team-a\n", "KAR204"];
    assert_says(&as_dev(&["enable", "team-a"]), 1, &said);
    runtime.cluster.apply(&enabler);
    assert_says(&as_dev(&["enable", "team-b", "--create"]), 0, &[]);
    assert_says(&as_dev(&["enable", "new", "--create"]), 1, &["you may not create namespaces\n"]);
    let said = ["cannot get resource \"role", "in the namespace \"team-a\"", "KAR204"];
    assert_says(&as_dev(&["enable", "team-a", "--bind-user", "ada"]), 1, &said);
    document(&runtime, "enable", &["team-c", "--create", "--quota", "small"]);
    let said = ["nothing was changed: you may not delete resourcequotas/karctl-quota in team-c\n", "KAR204"];
    assert_says(&as_dev(&["disable", "team-c"]), 1, &said);
    assert!(runtime.written(mark).iter().all(|write| !write.contains("/team-a")));
    assert_says(&as_dev(&["disable", "team-b"]), 0, &[]);

    runtime.cluster.apply(&bound("team-enabler"));
    assert_says(&as_dev(&[&["enable"], &ALL[..]].concat()), 0, &[]);
    assert_says(&as_dev(&["list"]), 0, &[]);
    assert_says(&as_dev(&["disable", "team-a"]), 0, &[]);
    assert_eq!(names(&runtime), Vec::<String>::new());
}
