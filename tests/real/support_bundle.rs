//! The support bundle of a secure instance and of a runtime on a cluster, both full of secrets.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::instance::{Engine, Instance};
use crate::kubernetes::Cluster;

/// A pod, a ConfigMap and a Secret of somebody in the runtime's namespace.
const THEIRS: &str = "
apiVersion: v1
kind: Pod
metadata:
  {name: theirs, namespace: kar-system, annotations: {example.com/login: CanaryAnnotation1}}
spec:
  securityContext: {runAsNonRoot: true, runAsUser: 1, seccompProfile: {type: RuntimeDefault}}
  containers:
  - name: c
    image: i
    env: [{name: DB, value: CanaryVariable1}]
    args: [--db-password=CanaryArgument1]
    securityContext: {allowPrivilegeEscalation: false, capabilities: {drop: [ALL]}}
---
apiVersion: v1
kind: ConfigMap
metadata: {name: theirs, namespace: kar-system}
data: {x: CanaryConfigMap1}
---
apiVersion: v1
kind: Secret
metadata: {name: theirs, namespace: kar-system}
stringData: {x: CanarySecret1}
---
apiVersion: v1
kind: Event
metadata: {name: theirs.1, namespace: kar-system}
involvedObject: {kind: Pod, name: theirs, namespace: kar-system}
type: Warning
reason: Failed
message: 'cannot log in with CanarySecret1 nor with token=CanaryMessage1'
";

/// The text of every file of a bundle.
fn unpacked(file: &std::path::Path) -> BTreeMap<String, String> {
    let packed = fs::File::open(file).expect("it was written");
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(packed));
    let text = |entry: std::io::Result<tar::Entry<'_, _>>| {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").display().to_string();
        let mut text = String::new();
        entry.read_to_string(&mut text).expect("text");
        (path, text)
    };
    archive.entries().expect("an archive").map(text).collect()
}

/// The passwords and private keys of a list of Secrets, as kubectl prints it.
fn passwords(secrets: &str) -> Vec<String> {
    let secrets: Value = serde_json::from_str(secrets).expect("JSON");
    let data = secrets["items"].as_array().into_iter().flatten().filter_map(|secret| secret["data"].as_object());
    let is_secret = |name: &str| name.contains("password") || name.ends_with(".key");
    let secret = data.flatten().filter(|(name, _)| is_secret(name)).map(|(_, value)| value.as_str().expect("base64"));
    secret.map(|value| String::from_utf8(STANDARD.decode(value).expect("base64")).expect("text")).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_bundle_of_a_secure_instance_and_a_cluster_holds_no_secret_of_them() {
    let cluster = Cluster::api();
    let instance = Instance::new(Engine::Native);
    instance.must(&instance.up(&["--secure"]));
    let sandbox = &instance.sandbox;
    let deployed = cluster.karctl(sandbox, ["k8s", "deploy", "--no-wait"]).output();
    assert_eq!(deployed.status, Some(0), "{deployed:?}");
    cluster.shown(["create", "serviceaccount", "default", "--namespace", "kar-system"]);
    cluster.apply(THEIRS);

    let stored = sandbox.read(format!("home/.local/state/karctl/local/{}/secret.json", instance.name));
    let stored: Value = serde_json::from_str(&stored).expect("JSON");
    let mut secrets: Vec<_> =
        ["kafka_password", "redis_password"].map(|name| stored[name].as_str().expect("a password").to_owned()).to_vec();
    secrets.extend(passwords(&cluster.shown(["get", "secrets", "--namespace", "kar-system", "--output", "json"])));
    assert!(secrets.len() >= 6, "of the instance, of the runtime, and the injector's keys");
    let leaked: String = secrets.iter().map(|secret| format!("INFO it used {secret}\n")).collect();
    let log = format!("home/.local/state/karctl/local/{}/redis/log/server.log", instance.name);
    sandbox.write(&log, leaked + "INFO this line stays\n");

    let written = cluster.karctl(sandbox, ["support-bundle", "-y", "--out", "out.tar.gz", "-o", "json"]).output();
    assert_eq!(written.status, Some(0), "{written:?}");
    assert_eq!(written.document("support-bundle")["left_out"], serde_json::json!([]), "{written:?}");
    let files = unpacked(&sandbox.path("work/out.tar.gz"));
    let all: String = files.values().cloned().collect::<String>() + &written.stdout + &written.stderr;
    for secret in &secrets {
        for line in secret.lines().filter(|line| !line.starts_with("-----")) {
            assert!(!all.contains(line) && !all.contains(&STANDARD.encode(line)), "a secret is in the bundle");
        }
    }
    assert!(!all.contains("Canary"), "{:?}", all.split('\n').find(|line| line.contains("Canary")));
    let of = |path: &str| files.get(&format!("karctl-support/{path}")).unwrap_or_else(|| panic!("{:?}", files.keys()));
    assert!(of("cluster/pods.json").contains("theirs") && of("cluster/events.json").contains("cannot log in with"));
    assert!(of("cluster/statefulsets.json").contains("kar-kafka"));
    assert!(of("cluster/configmaps.json").contains("server"));
    assert!(of(&format!("instances/{}/redis.log", instance.name)).contains("INFO this line stays"));
    assert!(of(&format!("instances/{}/kafka.log", instance.name)).contains("INFO"));
}
