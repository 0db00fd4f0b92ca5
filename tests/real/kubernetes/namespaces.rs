//! `karctl ns`: what namespaces are given, and what is taken back.

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::{Runtime, assert_says};
use crate::sandbox::Finished;

fn ns(runtime: &Runtime, arguments: &[&str]) -> Finished {
    runtime.cluster.karctl(&runtime.sandbox, [&["ns"], arguments].concat()).output()
}

#[track_caller]
fn document(runtime: &Runtime, command: &str, arguments: &[&str]) -> Value {
    let done = ns(runtime, &[&[command, "-o", "json"], arguments].concat());
    assert_eq!(done.status, Some(0), "{}", done.stderr);
    done.document(&format!("ns {command}"))
}

/// Verb and path of every write, sorted.
fn written(runtime: &Runtime, mark: super::audit::Mark) -> Vec<String> {
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
    assert_eq!(again["namespaces"][0], json!({"namespace": "team-a", "change": "unchanged", "copied": []}));
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
