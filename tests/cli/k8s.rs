//! What `karctl k8s` does without a cluster.

use std::collections::{BTreeMap, BTreeSet};
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;
use serde_json::Value;

use crate::sandbox::Sandbox;

/// Kafka and Redis elsewhere, with TLS and passwords. The CA is Base64 of no certificate.
const SERVICES: &str = "\
kafka_brokers: broker-0.example:9093
kafka_version: 3.2.0
kafka_username: token
kafka_password: canary
kafka_enable_tls: true
redis_host: redis.example
redis_port: 30000
redis_user: admin
redis_password: canary
redis_ca: @CA@
redis_enable_tls: true
";

/// What is known of an object: path and value.
type Facts = BTreeMap<String, String>;

/// The original's table.
#[derive(Deserialize)]
struct Parity {
    labels: Facts,
    unlabelled: Vec<String>,
    objects: BTreeMap<String, Facts>,
    variants: Vec<Variant>,
    differences: Vec<Allowed>,
}

#[derive(Deserialize)]
struct Variant {
    name: String,
    arguments: Vec<String>,
    #[serde(default)]
    objects: BTreeMap<String, Option<BTreeMap<String, Option<String>>>>,
}

/// A difference on purpose.
#[derive(Deserialize)]
struct Allowed {
    object: String,
    path: String,
    reason: String,
}

impl Parity {
    fn read() -> Self {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/parity.yaml");
        let parity = std::fs::read_to_string(file).expect("a file");
        serde_yaml::from_str(&parity).expect("a table")
    }

    /// The original's objects in a variant.
    fn objects(&self, variant: &Variant) -> BTreeMap<String, Facts> {
        let mut objects = self.objects.clone();
        for (object, changes) in &variant.objects {
            let Some(changes) = changes else {
                objects.remove(object).expect("only what is there is taken away");
                continue;
            };
            let facts = objects.entry(object.clone()).or_default();
            for (path, value) in changes {
                match value {
                    Some(value) => facts.insert(path.clone(), value.clone()),
                    None => facts.remove(path),
                };
            }
        }
        for (object, facts) in objects.iter_mut().filter(|(object, _)| !self.unlabelled.contains(object)) {
            let name = object.split_once(' ').expect("kind and name").1;
            facts.extend(self.labels.iter().map(|(label, value)| (format!("label.{label}"), value.clone())));
            facts.insert("label.name".to_owned(), name.to_owned());
        }
        objects
    }
}

impl Allowed {
    fn covers(&self, object: &str, path: &str) -> bool {
        let fits = |pattern: &str, text: &str| match pattern.strip_suffix('*') {
            Some(beginning) => text.starts_with(beginning),
            None => text == pattern,
        };
        fits(&self.object, object) && fits(&self.path, path)
    }
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| if value.is_null() { String::new() } else { value.to_string() }, str::to_owned)
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

fn words(value: &Value) -> String {
    list(value).iter().map(text).collect::<Vec<_>>().join(" ")
}

/// Labels as the table writes a selector; one of a single pod is known by that.
fn selected(labels: &Value) -> String {
    match &labels["statefulset.kubernetes.io/pod-name"] {
        Value::String(pod) => format!("pod={pod}"),
        _ => format!("name={}", text(&labels["name"])),
    }
}

/// What the table may know of an object.
fn facts(object: &Value) -> Facts {
    let mut facts = Facts::new();
    for (label, value) in object["metadata"]["labels"].as_object().into_iter().flatten() {
        let value = if label == "app.kubernetes.io/version" { "present".to_owned() } else { text(value) };
        facts.insert(format!("label.{label}"), value);
    }
    match object["kind"].as_str().expect("a kind") {
        "Secret" => facts.extend(secret(object)),
        "PersistentVolumeClaim" => {
            facts.insert("size".to_owned(), text(&object["spec"]["resources"]["requests"]["storage"]));
            facts.insert("modes".to_owned(), words(&object["spec"]["accessModes"]));
        }
        "Service" => facts.extend(service(&object["spec"])),
        "Deployment" | "StatefulSet" => facts.extend(workload(&object["spec"])),
        "MutatingWebhookConfiguration" => facts.extend(webhook(&object["webhooks"][0])),
        _ => {}
    }
    facts
}

/// Values that are the same each time, and that the others are there.
fn secret(object: &Value) -> Facts {
    let keys = object["data"].as_object().into_iter().flatten();
    let value = |(key, value): (&String, &Value)| {
        let decoded = BASE64_STANDARD.decode(text(value)).expect("Base64");
        let is_secret = ["password", "ca", "tls.crt", "tls.key"].iter().any(|end| key.ends_with(end));
        let value = if is_secret { "present".to_owned() } else { String::from_utf8(decoded).expect("text") };
        (format!("data.{key}"), value)
    };
    keys.map(value).collect()
}

fn service(spec: &Value) -> Facts {
    let mut facts = Facts::from([("selector".to_owned(), selected(&spec["selector"]))]);
    match spec["clusterIP"] == "None" {
        true => facts.insert("headless".to_owned(), "true".to_owned()),
        false => facts.insert("type".to_owned(), spec["type"].as_str().unwrap_or("ClusterIP").to_owned()),
    };
    for port in list(&spec["ports"]) {
        let number = &port["port"];
        facts.insert(format!("port.{number}"), text(&port["name"]));
        facts.insert(format!("target.{number}"), text(&port["targetPort"]));
        if let Some(node_port) = port.get("nodePort") {
            facts.insert(format!("nodePort.{number}"), text(node_port));
        }
    }
    facts
}

fn workload(spec: &Value) -> Facts {
    let pod = &spec["template"]["spec"];
    let names = |value: &Value| list(value).iter().map(|item| text(&item["name"])).collect::<Vec<_>>().join(" ");
    let mut facts = Facts::from([
        ("replicas".to_owned(), text(&spec["replicas"])),
        ("selector".to_owned(), selected(&spec["selector"]["matchLabels"])),
        ("containers".to_owned(), names(&pod["containers"])),
    ]);
    // The pods have what selects them.
    for (label, value) in spec["selector"]["matchLabels"].as_object().expect("labels") {
        assert_eq!(&spec["template"]["metadata"]["labels"][label], value, "{spec}");
    }
    if let Some(service) = spec.get("serviceName") {
        facts.insert("serviceName".to_owned(), text(service));
        let management = spec["podManagementPolicy"].as_str().unwrap_or("OrderedReady");
        facts.insert("management".to_owned(), management.to_owned());
    }
    let mut insert = |path: String, value: String| (!value.is_empty()).then(|| facts.insert(path, value));
    insert("serviceAccount".to_owned(), text(&pod["serviceAccountName"]));
    insert("pullSecrets".to_owned(), names(&pod["imagePullSecrets"]));
    for port in list(&pod["containers"][0]["ports"]) {
        insert(format!("containerPort.{}", port["containerPort"]), text(&port["name"]));
    }
    for template in list(&spec["volumeClaimTemplates"]) {
        let size = text(&template["spec"]["resources"]["requests"]["storage"]);
        insert(format!("template.{}", text(&template["metadata"]["name"])), size);
    }
    for volume in list(&pod["volumes"]) {
        let claim = text(&volume["persistentVolumeClaim"]["claimName"]);
        if !claim.is_empty() {
            insert(format!("claim.{claim}"), "present".to_owned());
        }
        let mounts = list(&pod["containers"][0]["volumeMounts"]);
        let mount = mounts.iter().find(|mount| mount["name"] == volume["name"]);
        insert(
            format!("secret.{}", text(&mount.expect("every volume is mounted")["mountPath"])),
            text(&volume["secret"]["secretName"]),
        );
    }
    let required = &pod["affinity"]["nodeAffinity"]["requiredDuringSchedulingIgnoredDuringExecution"];
    let term = &required["nodeSelectorTerms"][0]["matchExpressions"][0];
    let nodes = [text(&term["key"]), text(&term["operator"]), words(&term["values"])].join(" ");
    insert("nodes".to_owned(), nodes.trim().to_owned());
    facts
}

fn webhook(webhook: &Value) -> Facts {
    let (service, rule) = (&webhook["clientConfig"]["service"], &webhook["rules"][0]);
    let port = service["port"].as_u64().unwrap_or(443);
    let address =
        format!("{}/{}:{port}{}", text(&service["namespace"]), text(&service["name"]), text(&service["path"]));
    let rule = [&rule["operations"], &rule["apiVersions"], &rule["resources"]].map(words).join(" ");
    let enabled = &webhook["namespaceSelector"]["matchLabels"]["kar.ibm.com/enabled"];
    [
        ("webhook", text(&webhook["name"])),
        ("service", address),
        ("namespaces", format!("kar.ibm.com/enabled={}", text(enabled))),
        ("rule", rule),
        ("reviewVersions", words(&webhook["admissionReviewVersions"])),
        ("sideEffects", text(&webhook["sideEffects"])),
        ("timeout", text(&webhook["timeoutSeconds"])),
        ("failurePolicy", webhook["failurePolicy"].as_str().unwrap_or("Fail").to_owned()),
    ]
    .map(|(path, value)| (path.to_owned(), value))
    .into()
}

/// Where the two differ: object and path, with both values; an object that only one of them has, by the path `object`.
fn differences(
    original: &BTreeMap<String, Facts>,
    rendered: &BTreeMap<String, Facts>,
) -> BTreeMap<(String, String), String> {
    let mut found = BTreeMap::new();
    for object in original.keys().chain(rendered.keys()).collect::<BTreeSet<_>>() {
        let (Some(theirs), Some(ours)) = (original.get(object), rendered.get(object)) else {
            let who = if original.contains_key(object) { "only the original's" } else { "only karctl's" };
            found.insert((object.clone(), "object".to_owned()), who.to_owned());
            continue;
        };
        for path in theirs.keys().chain(ours.keys()).collect::<BTreeSet<_>>() {
            let (theirs, ours) = (theirs.get(path), ours.get(path));
            // Not everything of the original's is known.
            let is_unknown = theirs.is_none() && path.starts_with("target.");
            let is_any = theirs.is_some_and(|value| value == "present") && ours.is_some();
            if theirs != ours && !is_unknown && !is_any {
                found.insert((object.clone(), path.clone()), format!("{theirs:?} became {ours:?}"));
            }
        }
    }
    found
}

fn rendered(sandbox: &Sandbox, arguments: &[String]) -> Vec<Value> {
    let done = sandbox.karctl(["k8s", "render"].map(str::to_owned).iter().chain(arguments)).output();
    assert_eq!((done.status, done.stderr.as_str()), (Some(0), ""), "{arguments:?}");
    serde_yaml::Deserializer::from_str(&done.stdout).map(|one| Value::deserialize(one).expect("YAML")).collect()
}

fn named(object: &Value) -> String {
    format!("{} {}", text(&object["kind"]), text(&object["metadata"]["name"]))
}

/// The contract with applications, and with whoever knows the original.
#[test]
fn what_is_rendered_is_the_originals_but_for_what_is_allowed() {
    let parity = Parity::read();
    let sandbox = Sandbox::new();
    let authority = rcgen::generate_simple_self_signed(["ca.example".to_owned()]).expect("a certificate").cert.pem();
    sandbox.write("work/services.yaml", SERVICES.replace("@CA@", &BASE64_STANDARD.encode(authority)));
    let mut used = BTreeSet::new();
    let mut unexplained = Vec::new();
    for variant in &parity.variants {
        let objects = rendered(&sandbox, &variant.arguments);
        let ours: BTreeMap<_, _> = objects.iter().map(|object| (named(object), facts(object))).collect();
        assert_eq!(ours.len(), objects.len(), "{}: a name twice", variant.name);
        for ((object, path), values) in differences(&parity.objects(variant), &ours) {
            match parity.differences.iter().position(|allowed| allowed.covers(&object, &path)) {
                Some(index) => _ = used.insert(index),
                None => unexplained.push(format!("{}: {object}: {path}: {values}", variant.name)),
            }
        }
    }
    assert!(unexplained.is_empty(), "differences that nobody explains:\n{}", unexplained.join("\n"));
    for (index, allowed) in parity.differences.iter().enumerate() {
        assert!(!allowed.reason.is_empty(), "{} {}", allowed.object, allowed.path);
        assert!(used.contains(&index), "stale: {} {}", allowed.object, allowed.path);
    }
}

#[test]
fn a_folder_of_manifests_is_for_kustomize_and_for_its_owner_only() {
    let sandbox = Sandbox::new();
    let done = sandbox.karctl(["k8s", "render", "--to", "manifests"]).output();
    let printed = rendered(&sandbox, &[]);
    let said = format!("{} files in manifests\n", printed.len() + 1);
    assert_eq!((done.status, done.stdout.as_str(), done.stderr), (Some(0), "", said));
    let kustomization: Value = serde_yaml::from_str(&sandbox.read("work/manifests/kustomization.yaml")).expect("YAML");
    let files: Vec<_> = list(&kustomization["resources"]).iter().map(text).collect();
    let read = |file: &String| serde_yaml::from_str::<Value>(&sandbox.read(format!("work/manifests/{file}")));
    let objects: Vec<_> = files.iter().map(|file| named(&read(file).expect("YAML"))).collect();
    assert_eq!(objects, printed.iter().map(named).collect::<Vec<_>>());
    for file in &files {
        let mode = sandbox.path(format!("work/manifests/{file}")).metadata().expect("a file").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
}

#[test]
fn what_does_not_fit_is_refused_before_a_cluster_is_looked_for() {
    let sandbox = Sandbox::new();
    let refused = |arguments: &[&str], said: &str| {
        let done = sandbox.karctl(["k8s", "deploy"].iter().chain(arguments)).output();
        assert_eq!((done.status, done.stdout.as_str()), (Some(2), ""), "{}", done.stderr);
        assert!(done.stderr.contains(said), "{}", done.stderr);
    };
    refused(&["--set", "kubernetes.kafka_storag=1Gi"], "the nearest key is `kubernetes.kafka_storage`");
    refused(&["--set", "kubernetes.high_availability=3"], "kubernetes.high_availability");
    refused(&["--set", "injector.replicas=many"], "injector.replicas");
    refused(&["--dev", "--release", "1.3.10"], "cannot be used with");
    refused(&["--registry-server", "r.example"], "--registry-user");
    refused(&["--services", "none.yaml"], "none.yaml");
    refused(&["--proof", "pod", "--no-wait"], "cannot be used with");
    refused(&["--proof", "pod", "--services", "services.yaml"], "cannot be used with");
    refused(&["--profile", "kid"], "the nearest is `kind`");
}

#[test]
fn an_agent_of_the_users_own_is_handed_to_the_cluster_as_it_is() {
    let sandbox = Sandbox::new();
    let jar = b"PK\x03\x04 not text \xff".to_vec();
    std::fs::write(sandbox.path("work/agent.jar"), &jar).expect("its own file");
    let line = ["k8s", "render", "--release", "1.3.10", "--agent", "--set", "kubernetes.kafka_agent_jar=agent.jar"];
    let finished = sandbox.karctl(line).output();
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    let documents = serde_yaml::Deserializer::from_str(&finished.stdout);
    let objects: Vec<Value> = documents.map(|document| Value::deserialize(document).expect("an object")).collect();
    let named = |kind: &str, name: &str| {
        let found = objects.iter().find(|object| object["kind"] == kind && object["metadata"]["name"] == name);
        found.unwrap_or_else(|| panic!("there is no {kind} {name}"))
    };
    let carried = &named("ConfigMap", "kar-kafka-agent")["binaryData"]["jmx_prometheus_javaagent.jar"];
    assert_eq!(BASE64_STANDARD.decode(carried.as_str().expect("text")).expect("Base64"), jar);
    let kafka = &named("StatefulSet", "kar-kafka")["spec"]["template"]["spec"]["containers"][0];
    assert_eq!(
        kafka["args"][0],
        "export KAFKA_OPTS=\"$KAFKA_OPTS \
         -javaagent:/etc/kar-agent/jmx_prometheus_javaagent.jar=7071:/etc/kar-agent/kafka-agent.yaml\"; \
         exec /opt/kafka/bin/kafka-server-start.sh /etc/kar/server-${HOSTNAME##*-}.properties"
    );
    assert_eq!(list(&kafka["env"]).iter().find(|variable| variable["name"] == "KAFKA_OPTS"), None);
    assert_eq!(named("Service", "kafka-jmx-svc")["spec"]["ports"][0]["port"], 7071);

    std::fs::write(sandbox.path("work/agent.jar"), vec![0; 1 << 20]).expect("its own file");
    let refused = sandbox.karctl(line).output();
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("agent.jar has 1048576 bytes, and a ConfigMap has room for 983040"));
    std::fs::remove_file(sandbox.path("work/agent.jar")).expect("its own file");
    let refused = sandbox.karctl(line).output();
    assert!(refused.stderr.contains("agent.jar cannot be read"), "{}", refused.stderr);
}
