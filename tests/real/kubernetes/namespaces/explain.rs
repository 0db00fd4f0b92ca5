//! `karctl ns explain`: each way in which a pod is not injected, and the way in which it is.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use super::super::cluster::Cluster;
use super::super::runtime::{Runtime, assert_says};
use super::{document, ns};
use crate::served::Served;

/// How long an API server may take to know of a change.
const NOTICED: Duration = Duration::from_secs(30);

const PLAIN: &str =
    "{apiVersion: v1, kind: Pod, metadata: {name: plain}, spec: {containers: [{name: app, image: none}]}}";

const MISPLACED: &str = "
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, annotations: {kar.ibm.com/app: hello}}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: app, image: none}]}
";

/// An application's pod, for `team-a`.
const EARLY: &str = "{apiVersion: v1, kind: Pod, metadata: {name: early, namespace: team-a, \
    annotations: {kar.ibm.com/app: hello}}, spec: {containers: [{name: app, image: none}]}}";

struct Team {
    runtime: Runtime,
}

impl Team {
    /// What is said of `team-a`, with its exit status.
    #[track_caller]
    fn explained(&self, arguments: &[&str]) -> (Option<i32>, Value) {
        let done = ns(&self.runtime, &[&["explain", "team-a", "-o", "json"], arguments].concat());
        assert!(matches!(done.status, Some(0 | 3)), "{}", done.stderr);
        (done.status, done.document("ns explain"))
    }

    /// The same, once the API server knows of what was changed.
    #[track_caller]
    fn comes_to(&self, status: i32, verdict: &str, arguments: &[&str]) -> Value {
        let began = Instant::now();
        loop {
            let (found, explanation) = self.explained(arguments);
            if found == Some(status) && explanation["pods"][0]["verdict"] == verdict {
                return explanation;
            }
            assert!(began.elapsed() < NOTICED, "{found:?}: {explanation:#}");
            std::thread::sleep(Duration::from_millis(300));
        }
    }

    fn patch(&self, words: &[&str], patch: &Value) {
        let patch = patch.to_string();
        self.runtime.cluster.shown([&["patch"], words, &["--type=merge", "-p", &patch]].concat());
    }

    fn injectors(&self, number: u32) {
        let words = ["deployment", "kar-injector", "--namespace=kar-system", "--subresource=status"];
        let status = json!({"replicas": number, "readyReplicas": number, "availableReplicas": number});
        self.patch(&words, &json!({"status": status}));
    }
}

/// What is wrong, in one text.
fn wrong(explanation: &Value) -> String {
    let findings = explanation["findings"].as_array().expect("a list").iter();
    let wrong = findings.filter(|finding| finding["state"] == "wrong");
    wrong.map(|finding| finding["text"].as_str().expect("a text")).collect::<Vec<_>>().join("\n")
}

#[track_caller]
fn assert_wrong(explanation: &Value, words: &str) {
    let wrong = wrong(explanation);
    assert!(wrong.contains(words), "no `{words}` in:\n{wrong}");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn whatever_keeps_a_pod_from_being_injected_is_named() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    runtime.cluster.shown(["create", "serviceaccount", "default", "--namespace=team-a"]);
    runtime.sandbox.write("work/plain.yaml", format!("---\n{PLAIN}"));
    runtime.sandbox.write("work/misplaced.yaml", MISPLACED);
    runtime.sandbox.write("work/account.yaml", "---\n{apiVersion: v1, kind: ServiceAccount, metadata: {name: a}}");
    let team = Team { runtime };
    let runtime = &team.runtime;
    runtime.cluster.apply(EARLY);

    // Nothing is written, whatever is asked.
    let mark = runtime.cluster.mark();
    let found = team.comes_to(3, "not-injected", &[]);
    assert_wrong(&found, "namespace team-a has no label kar.ibm.com/enabled=true; `karctl ns enable team-a` sets it");
    assert_wrong(&found, "Secret kar.ibm.com.runtime-config is missing");
    assert_wrong(&found, "no injector is ready");
    let plain = team.comes_to(0, "not-asked", &["-f", "plain.yaml"]);
    assert_eq!(plain["pods"][0]["reasons"], json!(["it has no annotation kar.ibm.com/app"]));
    let misplaced = team.comes_to(3, "not-injected", &["-f", "misplaced.yaml"]);
    let said = misplaced["pods"][0]["reasons"][0].as_str().expect("a text");
    assert!(said.starts_with("kar.ibm.com/app is on the workload, where nobody looks"), "{said}");
    team.comes_to(3, "not-injected", &["early"]);
    assert_says(&ns(runtime, &["explain", "nope"]), 1, &["there is no namespace nope"]);
    assert_says(&ns(runtime, &["explain", "team-a", "nope"]), 1, &["there is no Pod team-a/nope"]);
    assert_says(&ns(runtime, &["explain", "team-a", "-f", "account.yaml"]), 2, &["holds nothing that makes pods"]);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    // Enabled, and nobody answers: the API server's own words say so.
    document(runtime, "enable", &["team-a"]);
    let found = team.comes_to(3, "refused", &[]);
    assert!(
        found["pods"][0]["refusal"].as_str().is_some_and(|said| said.contains("failed calling webhook")),
        "{found}"
    );
    assert_eq!(wrong(&found), "no injector is ready; `karctl k8s status` tells why");

    // The webhook trusts somebody else.
    let served = Served::start(&[]);
    let bundle = BASE64_STANDARD.encode(&served.authority.certificate);
    let live: Value = serde_json::from_str(&runtime.cluster.shown([
        "get",
        "mutatingwebhookconfiguration",
        "kar-injector-webhook",
        "-o",
        "json",
    ]))
    .expect("JSON");
    let webhook = |change: &dyn Fn(&mut Value)| {
        let mut webhooks = live["webhooks"].clone();
        change(&mut webhooks[0]);
        team.patch(&["mutatingwebhookconfiguration", "kar-injector-webhook"], &json!({"webhooks": webhooks}));
    };
    webhook(&|webhook| webhook["clientConfig"]["caBundle"] = json!(bundle));
    team.injectors(1);
    let found = team.comes_to(3, "refused", &[]);
    assert_wrong(&found, "the API server does not trust the injector's certificate (");

    // An injector answers.
    let url = format!("https://localhost:{}/inject-sidecar", served.address.port());
    webhook(&|webhook| webhook["clientConfig"] = json!({"url": url, "caBundle": bundle}));
    let found = team.comes_to(0, "injected", &[]);
    assert_eq!(wrong(&found), "");
    let outdated = team.comes_to(3, "outdated", &["early"]);
    assert!(outdated["pods"][0]["reasons"][0].as_str().is_some_and(|said| said.contains("before the namespace")));
    runtime.cluster.shown(["delete", "pod", "early", "--namespace=team-a", "--force", "--grace-period=0"]);
    runtime.cluster.apply(EARLY);
    team.comes_to(0, "injected", &["early"]);
    let text = ns(runtime, &["explain", "team-a"]).stdout;
    let first = "A pod with nothing but the annotation is injected\ngood     namespace team-a has the label";
    assert!(text.starts_with(first), "{text}");

    // A copy that is out of date, or gone.
    let drift = json!({"data": {"kafka_brokers": "eA=="}});
    team.patch(&["secret", "kar.ibm.com.runtime-config", "--namespace=team-a"], &drift);
    assert_wrong(&team.comes_to(3, "injected", &[]), "Secret kar.ibm.com.runtime-config is out of date");
    document(runtime, "sync", &["team-a"]);
    team.comes_to(0, "injected", &[]);

    // The rules for pods: what is wrong is in the server's words.
    let privileged = EARLY.replace("image: none", "image: none, securityContext: {privileged: true}");
    runtime.sandbox.write("work/privileged.yaml", format!("---\n{privileged}"));
    runtime.cluster.shown(["label", "namespace", "team-a", "pod-security.kubernetes.io/enforce=restricted"]);
    let found = team.comes_to(3, "refused", &["-f", "privileged.yaml"]);
    assert!(found["pods"][0]["refusal"].as_str().is_some_and(|said| said.contains("violates PodSecurity")), "{found}");
    team.comes_to(0, "injected", &[]);

    // Nobody asks the injector.
    runtime.cluster.shown(["delete", "mutatingwebhookconfiguration", "kar-injector-webhook"]);
    assert_wrong(&team.comes_to(3, "not-injected", &[]), "the webhook kar-injector-webhook is gone");

    // Who may look and not create cannot have it rehearsed.
    let printed = runtime.sandbox.karctl(["k8s", "rbac", "enabler", "--user", "dev"]).output();
    runtime.cluster.apply(&printed.stdout);
    let dev = runtime.cluster.dev_kubeconfig();
    let refused = runtime.cluster.karctl(&runtime.sandbox, ["ns", "explain", "team-a"]).variable("KUBECONFIG", dev);
    assert_says(&refused.output(), 1, &["cannot create resource \"pods\"", "KAR204"]);
}
