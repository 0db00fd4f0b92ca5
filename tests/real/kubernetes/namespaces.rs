//! `karctl ns`: what namespaces are given, and what is taken back.

mod explain;
mod rollout;

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::{Runtime, assert_says};
use crate::sandbox::Finished;

pub fn ns(runtime: &Runtime, arguments: &[&str]) -> Finished {
    runtime.cluster.karctl(&runtime.sandbox, [&["ns"], arguments].concat()).output()
}

#[track_caller]
pub fn document(runtime: &Runtime, command: &str, arguments: &[&str]) -> Value {
    let done = ns(runtime, &[&[command, "-o", "json"], arguments].concat());
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    done.document(&format!("ns {command}"))
}

/// Verb and path of every write, sorted.
pub fn written(runtime: &Runtime, mark: super::audit::Mark) -> Vec<String> {
    let mut written = runtime.written(mark);
    written.sort();
    written
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn namespaces_are_enabled_refreshed_and_disabled() {
    let runtime = Runtime::on(Cluster::api());
    assert_says(&ns(&runtime, &["enable", "default"]), 1, &["KAR does not run in namespace kar-system", "KAR208"]);
    runtime.deploy(&[]);

    // Everything is looked at before anything is changed.
    let mark = runtime.cluster.mark();
    assert_says(&ns(&runtime, &["enable", "team-a"]), 1, &["there is no namespace team-a", "--create"]);
    assert_says(&ns(&runtime, &["enable", "team-a", "kube-system", "--create"]), 2, &["belongs to the cluster"]);
    assert_says(&ns(&runtime, &["enable", "kar-system"]), 2, &["--force-system"]);
    let all = ["enable", "default", "kube-public", "team-x", "team-y"];
    let said = [
        "nothing was changed: namespace kube-public belongs to the cluster or to the runtime itself; \
         there is no namespace team-x; there is no namespace team-y\n",
        "hint: `karctl ns enable team-y --create` makes it",
    ];
    assert_says(&ns(&runtime, &all), 2, &said);
    assert_says(&ns(&runtime, &["enable"]), 2, &["required"]);
    assert_says(&ns(&runtime, &["enable", "--all", "-l", "x=y"]), 1, &["no namespace with the labels x=y"]);
    let dry = document(&runtime, "enable", &["team-a", "--create", "--dry-run"]);
    assert_eq!(dry["namespaces"][0]["change"], "created");
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // The label comes last.
    let mark = runtime.cluster.mark();
    let enabled = document(&runtime, "enable", &["team-a", "team-b", "--create"]);
    let changes: Vec<_> = enabled["namespaces"].as_array().expect("a list").iter().map(|one| &one["change"]).collect();
    assert_eq!(changes, ["created", "created"]);
    let writes = runtime.written(mark);
    let of_team: Vec<_> =
        writes.iter().filter(|write| write.contains("team-a") || write.starts_with("create")).collect();
    assert_eq!(of_team.last().map(|write| write.as_str()), Some("patch /api/v1/namespaces/team-a"), "{writes:?}");
    let mark = runtime.cluster.mark();
    let again = document(&runtime, "enable", &["team-a", "team-b"]);
    assert_eq!(
        again["namespaces"][0],
        json!({"namespace": "team-a", "change": "unchanged", "copied": [], "given": []})
    );
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // A copy that somebody changed is found, and copied anew; a key that is too much goes.
    let drift = r#"{"data": {"kafka_brokers": "eA==", "extra": "eA=="}}"#;
    let secret = ["--namespace=team-a", "patch", "secret", "kar.ibm.com.runtime-config", "--type=merge", "-p", drift];
    runtime.cluster.shown(secret);
    let listed = document(&runtime, "list", &[]);
    let current = |name: &str| {
        let namespaces = listed["namespaces"].as_array().expect("a list");
        namespaces.iter().find(|one| one["name"] == name).map(|one| one["is_current"].clone())
    };
    assert_eq!((current("team-a"), current("team-b")), (Some(json!(false)), Some(json!(true))));
    let refreshed = document(&runtime, "enable", &["team-a", "team-b"]);
    assert_eq!(refreshed["namespaces"][0]["copied"], json!(["kar.ibm.com.runtime-config"]));
    assert_eq!(refreshed["namespaces"][1]["change"], "unchanged");
    let data = |namespace: &str| {
        let path = "jsonpath={.data}";
        let arguments = ["--namespace", namespace, "get", "secret", "kar.ibm.com.runtime-config", "-o", path];
        serde_json::from_str::<Value>(&runtime.cluster.shown(arguments)).expect("JSON")
    };
    assert_eq!(data("team-a"), data("kar-system"));

    // Disabled: the label goes first, then the secret; again there is nothing to do.
    let mark = runtime.cluster.mark();
    let disabled = document(&runtime, "disable", &["team-a", "team-c"]);
    assert_eq!(disabled["namespaces"][0]["change"], "removed");
    assert_eq!(disabled["namespaces"][1]["change"], "unchanged");
    assert_eq!(
        written(&runtime, mark),
        ["delete /api/v1/namespaces/team-a/secrets/kar.ibm.com.runtime-config", "patch /api/v1/namespaces/team-a",]
    );
    let mark = runtime.cluster.mark();
    document(&runtime, "disable", &["team-a"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_runtime_keeps_its_own_configuration() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let before = runtime.object("secret", "kar.ibm.com.runtime-config");
    document(&runtime, "enable", &["kar-system", "--force-system"]);
    assert_eq!(runtime.object("namespace", "kar-system")["metadata"]["labels"]["kar.ibm.com/enabled"], "true");
    // It is no obstacle to what comes later.
    let mark = runtime.cluster.mark();
    assert_says(&runtime.k8s(&["diff"]), 0, &[]);
    runtime.deploy(&[]);
    assert_eq!(runtime.cluster.writes_since(mark), []);
    document(&runtime, "disable", &["kar-system"]);
    assert_eq!(runtime.object("namespace", "kar-system")["metadata"]["labels"]["kar.ibm.com/enabled"], Value::Null);
    assert_eq!(runtime.object("secret", "kar.ibm.com.runtime-config"), before);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_half_done_is_finished() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let enabled = |name: &str| {
        let shown = runtime.cluster.shown(["get", "namespace", name, "-o", "jsonpath={.metadata.labels}"]);
        serde_json::from_str::<Value>(&shown).expect("JSON")["kar.ibm.com/enabled"].clone()
    };
    // Only the namespace; and all but the label; and the label without the secret, as the original's script leaves it.
    runtime.cluster.shown(["create", "namespace", "first"]);
    document(&runtime, "enable", &["second", "third", "--create"]);
    runtime.cluster.shown(["label", "namespace", "second", "kar.ibm.com/enabled-"]);
    runtime.cluster.shown(["--namespace=third", "delete", "secret", "kar.ibm.com.runtime-config"]);
    let mark = runtime.cluster.mark();
    let done = document(&runtime, "enable", &["first", "second", "third"]);
    let copied: Vec<_> = (0..3).map(|index| done["namespaces"][index]["copied"].clone()).collect();
    let secret = json!(["kar.ibm.com.runtime-config"]);
    assert_eq!(copied, [secret.clone(), json!([]), secret]);
    assert_eq!(
        written(&runtime, mark),
        [
            "patch /api/v1/namespaces/first",
            "patch /api/v1/namespaces/first/secrets/kar.ibm.com.runtime-config",
            "patch /api/v1/namespaces/second",
            "patch /api/v1/namespaces/third/secrets/kar.ibm.com.runtime-config",
        ]
    );
    assert_eq!([enabled("first"), enabled("second"), enabled("third")], ["true", "true", "true"]);

    // Disabled half: the label is gone, the secret is not.
    runtime.cluster.shown(["label", "namespace", "first", "kar.ibm.com/enabled-"]);
    let done = document(&runtime, "disable", &["first"]);
    assert_eq!(done["namespaces"][0]["removed"], json!(["Secret kar.ibm.com.runtime-config"]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_namespace_that_is_being_deleted_is_refused() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    runtime.cluster.shown(["create", "namespace", "going"]);
    // Nobody finishes the deletion here.
    runtime.cluster.shown(["delete", "namespace", "going", "--wait=false"]);
    let mark = runtime.cluster.mark();
    let said = ["nothing was changed: Namespace going is being deleted; there is no namespace nope"];
    assert_says(&ns(&runtime, &["enable", "default", "going", "nope"]), 1, &said);
    assert_eq!(runtime.cluster.writes_since(mark), []);
}
