//! One pod, three ways: injected offline, by the injector's answer, and by an API server that asks the injector.

use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::{Value, json};

use super::cluster::{Cluster, Namespace};
use crate::sandbox::Sandbox;
use crate::served::{NAME, Protocol, Served, post, review_of};

/// How long an API server may take to know of a new webhook.
const NOTICED: Duration = Duration::from_secs(30);

/// The documents of a manifest, the members of lists one by one.
fn documents(text: &str) -> Vec<Value> {
    let documents = serde_yaml::Deserializer::from_str(text).map(|one| Value::deserialize(one).expect("YAML"));
    let members = documents.map(|document| match document["items"].as_array() {
        Some(items) => items.clone(),
        None => vec![document],
    });
    members.flatten().collect()
}

/// The pods of applications that a manifest makes. None of them mounts a token, whose volume has another name each time.
fn pods(text: &str) -> Vec<Value> {
    let pod = |document: &Value| {
        let spec = &document["spec"];
        let templates = [&spec["jobTemplate"]["spec"]["template"], &spec["template"], document];
        let template = templates.into_iter().find(|template| template["spec"]["containers"].is_array())?;
        template["metadata"]["annotations"].get("kar.ibm.com/app")?;
        let mut pod = json!({"apiVersion": "v1", "kind": "Pod"});
        pod["metadata"] = template["metadata"].clone();
        pod["metadata"]["name"] = document["metadata"]["name"].clone();
        pod["spec"] = template["spec"].clone();
        pod["spec"]["automountServiceAccountToken"] = json!(false);
        Some(pod)
    };
    documents(text).iter().filter_map(pod).collect()
}

fn webhook(served: &Served) -> Value {
    json!({
        "apiVersion": "admissionregistration.k8s.io/v1",
        "kind": "MutatingWebhookConfiguration",
        "metadata": {"name": "karctl-test"},
        "webhooks": [{
            "name": NAME,
            "clientConfig": {
                "url": format!("https://localhost:{}/inject-sidecar", served.address.port()),
                "caBundle": BASE64_STANDARD.encode(&served.authority.certificate),
            },
            "namespaceSelector": {"matchLabels": {"kar.ibm.com/enabled": "true"}},
            "rules": [{"apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE"], "resources": ["pods"]}],
            "admissionReviewVersions": ["v1"],
            "sideEffects": "None",
            "failurePolicy": "Fail",
        }],
    })
}

/// What an API server makes of a pod that it is given, without what is only that pod's.
#[track_caller]
fn created(namespace: &Namespace<'_>, pod: &Value) -> Value {
    let created = namespace.kubectl(&["create", "--dry-run=server", "--output=json", "--filename=-"]);
    let created = created.stdin(pod.to_string()).output();
    assert_eq!(created.status, Some(0), "{pod}: {}", created.stderr);
    let mut created: Value = serde_json::from_str(&created.stdout).expect("JSON");
    let metadata = created["metadata"].as_object_mut().expect("a map");
    for own in ["namespace", "uid", "creationTimestamp"] {
        metadata.remove(own);
    }
    created
}

/// What the injector's answer makes of a pod.
#[track_caller]
fn reviewed(served: &Served, pod: &Value) -> Value {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let request = post("application/json", review_of(pod).to_string());
    let response = runtime.block_on(served.request(Protocol::Http2, request)).response();
    assert_eq!(response["allowed"], true, "{response}");
    let patch = BASE64_STANDARD.decode(response["patch"].as_str().expect("a patch")).expect("Base64");
    let patch: json_patch::Patch = serde_json::from_slice(&patch).expect("a patch");
    let mut pod = pod.clone();
    json_patch::patch(&mut pod, &patch).expect("every path is there");
    pod
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_examples_are_the_same_whoever_injects_them() {
    let cluster = Cluster::control();
    let (plain, enabled) = (Namespace::new(&cluster, "{}"), Namespace::new(&cluster, "{kar.ibm.com/enabled: 'true'}"));
    let served = Served::start(&[]);
    cluster.apply(&webhook(&served).to_string());

    let sandbox = Sandbox::new();
    let mut compared = 0;
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/manifests")).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().expect("a name").to_string_lossy().into_owned();
        if name.ends_with(".injected.yaml") {
            continue;
        }
        let pods = pods(&fs::read_to_string(&path).expect("a manifest"));
        for pod in pods {
            let offline = sandbox.karctl(["inject", "-f", "-", "-o", "json"]).stdin(pod.to_string()).output();
            let offline: Value = serde_json::from_str(&offline.stdout).expect("JSON");
            assert_ne!(offline, pod, "{name}");
            assert_eq!(reviewed(&served, &pod), offline, "{name}");
            let given = created(&plain, &offline);
            let noticed = Instant::now() + NOTICED;
            while compared == 0 && created(&enabled, &pod) != given && Instant::now() < noticed {
                thread::sleep(Duration::from_millis(100));
            }
            assert_eq!(created(&enabled, &pod), given, "{name}");
            // Nobody injects where it is not asked for.
            assert_ne!(created(&plain, &pod), given, "{name}");
            compared += 1;
        }
    }
    assert_eq!(compared, 10);
}
