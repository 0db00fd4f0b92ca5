//! A deploy as the API server sees it: what it makes, changes and removes, and that it does no more.

use std::collections::BTreeSet;

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says, changes, documents, named};

/// What karctl keeps beside what it renders.
const INVENTORY: &str = "Secret kar.ibm.com.karctl-inventory";

const INVENTORY_PATH: &str = "patch /api/v1/namespaces/kar-system/secrets/kar.ibm.com.karctl-inventory";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_deploy_makes_what_is_rendered_and_the_next_one_nothing() {
    let runtime = Runtime::on(Cluster::api());
    let mark = runtime.cluster.mark();
    let dry = runtime.k8s(&["deploy", "--dry-run", "-o", "json"]);
    assert_says(&dry, 0, &[]);
    let would = changes(&dry.document("k8s deploy"));
    let differences = runtime.k8s(&["diff"]);
    let last = differences.stdout.lines().last();
    let enabled = "Namespace default: would be enabled, with kar.ibm.com.runtime-config copied anew";
    assert_eq!((differences.status, last), (Some(3), Some(enabled)), "{}", differences.stderr);
    let nothing = runtime.k8s(&["status"]);
    assert_says(
        &nothing,
        1,
        &["error: KAR does not run in namespace kar-system", "hint: deploy it with `karctl k8s deploy`", "KAR208"],
    );
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let rendered: BTreeSet<_> = runtime.rendered(&[]).iter().map(named).collect();
    let made = runtime.deploy(&[]);
    assert_eq!(made, would);
    assert_eq!(
        made.iter().cloned().collect::<BTreeSet<_>>(),
        rendered.iter().map(|name| format!("{name}: created")).collect()
    );
    let wide = ["Namespace kar-system", "MutatingWebhookConfiguration kar-injector-webhook"];
    let mut wanted: BTreeSet<_> = rendered.into_iter().filter(|name| !wide.contains(&name.as_str())).collect();
    wanted.insert(INVENTORY.to_owned());
    assert_eq!(runtime.objects(), wanted);
    runtime.cluster.shown(["get", "mutatingwebhookconfiguration", "kar-injector-webhook"]);
    assert_eq!(
        runtime.cluster.shown(["get", "namespaces", "-l", "kar.ibm.com/enabled=true", "-o", "name"]),
        "namespace/default\n"
    );

    // What others add is theirs.
    runtime.cluster.shown(["annotate", "service", "kar-redis", "theirs=1", "--namespace", SYSTEM]);
    let mark = runtime.cluster.mark();
    let again = runtime.k8s(&["deploy", "--no-wait"]);
    assert_eq!((again.status, again.stderr.as_str()), (Some(0), ""));
    let said = "KAR 1.3.10 is deployed in namespace kar-system of the cluster `karctl-test`; nothing was to be done\n\
                Enabled namespaces: default\n";
    assert_eq!(again.stdout, said);
    let differences = runtime.k8s(&["diff"]);
    assert_eq!((differences.status, differences.stdout.as_str()), (Some(0), "A deploy would change nothing\n"));
    assert_eq!(runtime.cluster.writes_since(mark), []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_setting_that_is_changed_changes_its_object_only() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let mark = runtime.cluster.mark();
    assert_eq!(runtime.deploy(&["--set", "kafka.heap=300m"]), ["StatefulSet kar-kafka: updated"]);
    // That the last change was proven no longer holds.
    let stateful_set = "patch /apis/apps/v1/namespaces/kar-system/statefulsets/kar-kafka";
    let written: Vec<_> = runtime.written(mark).into_iter().filter(|write| write != INVENTORY_PATH).collect();
    assert_eq!(written, [stateful_set]);
    let heap = runtime.object("statefulset", "kar-kafka").to_string().contains("-Xms300m -Xmx300m");
    assert!(heap);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_no_longer_wanted_goes_and_what_is_somebody_elses_stays() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&["--set", "injector.replicas=2"]);
    let foreign = ["create", "configmap", "theirs", "--namespace", SYSTEM, "--from-literal=a=b"];
    runtime.cluster.shown(foreign);
    let before = runtime.object("configmap", "theirs");
    let mark = runtime.cluster.mark();
    let changed = runtime.deploy(&["--set", "injector.replicas=1"]);
    assert_eq!(changed, ["Deployment kar-injector: updated", "PodDisruptionBudget kar-injector: removed"]);
    let mut written = runtime.written(mark);
    written.retain(|write| write != INVENTORY_PATH);
    let budget = "delete /apis/policy/v1/namespaces/kar-system/poddisruptionbudgets/kar-injector";
    assert_eq!(written, ["patch /apis/apps/v1/namespaces/kar-system/deployments/kar-injector", budget]);
    assert!(!runtime.objects().contains("PodDisruptionBudget kar-injector"));
    assert_eq!(runtime.object("configmap", "theirs"), before);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_object_of_the_same_name_that_is_somebody_elses_is_refused() {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    runtime.cluster.shown(["create", "service", "clusterip", "kar-redis", "--tcp=1", "--namespace", SYSTEM]);
    let said =
        ["Service kar-system/kar-redis exists already, and is not karctl's", "hint: remove or rename it", "KAR205"];
    runtime.refused(1, &["deploy", "--no-wait"], &said);
    runtime.cluster.shown(["delete", "service", "kar-redis", "--namespace", SYSTEM]);
    runtime.deploy(&[]);
    let namespace: serde_json::Value =
        serde_json::from_str(&runtime.cluster.shown(["get", "namespace", SYSTEM, "-o", "json"])).expect("JSON");
    // It was there before, and stays theirs.
    assert_eq!(namespace["metadata"]["labels"]["app.kubernetes.io/managed-by"], serde_json::Value::Null);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn fields_that_others_changed_are_named_and_taken_back_when_asked() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let patch = r#"{"spec":{"template":{"spec":{"terminationGracePeriodSeconds":7}}}}"#;
    let kafka = ["patch", "statefulset", "kar-kafka", "--namespace", SYSTEM, "--field-manager=other", "--patch", patch];
    runtime.cluster.shown(kafka);
    let taken = "{apiVersion: v1, kind: Service, metadata: {name: kar-redis, namespace: kar-system, labels: \
                 {app.kubernetes.io/instance: theirs}}}";
    let apply = ["apply", "--server-side", "--field-manager=rival", "--force-conflicts", "--filename", "-"];
    assert_says(&runtime.cluster.kubectl(apply).stdin(taken).output(), 0, &[]);

    let said = [
        "StatefulSet kar-system/kar-kafka: .spec.template.spec.terminationGracePeriodSeconds (conflict with \"other\"",
        "Service kar-system/kar-redis: .metadata.labels.app.kubernetes.io/instance (conflict with \"rival\"",
        "hint: `karctl k8s deploy --force-conflicts` takes the fields back",
        "KAR206",
    ];
    runtime.refused(1, &["deploy", "--no-wait"], &said);
    runtime.refused(1, &["deploy", "--dry-run"], &said);
    let differences = runtime.k8s(&["diff"]);
    let shown = "Service kar-system/kar-redis: would be updated\n  \
                 metadata.labels.app.kubernetes.io/instance: theirs -> kar\n\
                 StatefulSet kar-system/kar-kafka: would be updated\n  \
                 spec.template.spec.terminationGracePeriodSeconds: 7 -> 60\n";
    assert_eq!((differences.status, differences.stdout.as_str()), (Some(3), shown));
    assert_eq!(
        runtime.deploy(&["--force-conflicts"]),
        ["Service kar-redis: updated", "StatefulSet kar-kafka: updated"]
    );
    assert_eq!(runtime.k8s(&["diff"]).status, Some(0));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn values_of_secrets_are_not_shown_by_a_diff() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    // Base64 of `canary-of-a-secret`.
    let patch = r#"{"data":{"redis_host":"Y2FuYXJ5LW9mLWEtc2VjcmV0"}}"#;
    runtime.cluster.shown(["patch", "secret", "kar.ibm.com.runtime-config", "--namespace", SYSTEM, "--patch", patch]);
    for form in ["text", "json"] {
        let shown = runtime.k8s(&["diff", "-o", form]);
        assert_eq!(shown.status, Some(3), "{}", shown.stderr);
        assert!(shown.stdout.contains("data.redis_host") && shown.stdout.contains("sha256:"), "{}", shown.stdout);
        for canary in ["canary-of-a-secret", "Y2FuYXJ5LW9mLWEtc2VjcmV0"] {
            assert!(!shown.stdout.contains(canary) && !shown.stderr.contains(canary), "{}", shown.stdout);
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn namespaces_are_enabled_by_a_deploy_or_refused_before_it() {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.shown(["create", "namespace", "team-a"]);
    let unknown = ["there is no namespace nope", "hint: `karctl ns enable nope --create` makes it"];
    runtime.refused(1, &["deploy", "--no-wait", "--enable", "nope"], &unknown);
    runtime.refused(
        2,
        &["deploy", "--no-wait", "--enable", SYSTEM],
        &["belongs to the cluster or to the runtime itself"],
    );
    runtime.refused(2, &["deploy", "--no-wait", "--enable", "kube-system"], &["belongs to the cluster"]);
    runtime.deploy(&[]);
    let dry = runtime.k8s(&["deploy", "--dry-run", "--enable", "team-a"]);
    assert_eq!((dry.status, dry.stdout.as_str()), (Some(0), "Namespace team-a: would be enabled\nNothing was done\n"));
    let done = runtime.k8s(&["deploy", "--no-wait", "--enable", "team-a"]);
    assert!(done.stdout.starts_with("Namespace team-a: enabled\n"), "{}{}", done.stdout, done.stderr);
    let data = |namespace: &str| {
        let secret =
            ["get", "secret", "kar.ibm.com.runtime-config", "--namespace", namespace, "-o", "jsonpath={.data}"];
        runtime.cluster.shown(secret)
    };
    assert_eq!((data("default"), data("team-a")), (data(SYSTEM), data(SYSTEM)));
    // What was changed there is brought back, and a diff says so.
    let delete = ["delete", "secret", "kar.ibm.com.runtime-config", "--namespace", "team-a"];
    runtime.cluster.shown(delete);
    let differences = runtime.k8s(&["diff", "-o", "json"]);
    let document = differences.document("k8s diff");
    assert_eq!((differences.status, &document["same"]), (Some(3), &serde_json::json!(false)));
    assert_eq!(document["namespaces"][0]["namespace"], "team-a");
    assert_eq!(runtime.deploy(&[]), Vec::<String>::new());
    assert_eq!(data("team-a"), data(SYSTEM));
    // One that is on its way out holds nothing up; on this cluster it never goes.
    runtime.cluster.shown(["delete", "namespace", "team-a", "--wait=false"]);
    runtime.sandbox.write("work/password", "another");
    let changed = runtime.deploy(&["--set-file", "redis.password=password"]);
    let secrets = ["Secret kar.ibm.com.runtime-config: updated", "Secret kar.ibm.com.credentials: updated"];
    assert_eq!(changed, [&secrets[..], &["StatefulSet kar-redis: updated"]].concat());
    assert_eq!(data("default"), data(SYSTEM));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_login_to_a_registry_is_kept_and_given_to_whoever_pulls() {
    let runtime = Runtime::on(Cluster::api());
    let login = ["k8s", "deploy", "--no-wait", "--registry-server", "r.example", "--registry-user", "u"];
    let login = [&login[..], &["--registry-password-stdin"]].concat();
    let done = runtime.cluster.karctl(&runtime.sandbox, login).stdin("canary-of-a-login\n").output();
    assert_says(&done, 0, &[]);
    assert!(!done.stdout.contains("canary") && !done.stderr.contains("canary"), "{}{}", done.stdout, done.stderr);
    let pull_secret = runtime.object("secret", "kar.ibm.com.image-pull");
    assert_eq!(pull_secret["type"], "kubernetes.io/dockerconfigjson");
    let account = runtime.object("serviceaccount", "kar-runtime");
    assert_eq!(account["imagePullSecrets"], serde_json::json!([{"name": "kar.ibm.com.image-pull"}]));
    let copy = ["get", "secret", "kar.ibm.com.image-pull", "--namespace=default", "--output=jsonpath={.type} {.data}"];
    let copied = runtime.cluster.shown(copy);
    assert_eq!(copied, format!("kubernetes.io/dockerconfigjson {}", pull_secret["data"]));

    // Whoever deploys again need not know it.
    let mark = runtime.cluster.mark();
    assert_eq!(runtime.deploy(&[]), Vec::<String>::new());
    assert_eq!(runtime.cluster.writes_since(mark), []);
}

/// Variants whose objects a server is asked about, each in a namespace of its own.
const VARIANTS: [&[&str]; 8] = [
    &[],
    &["--profile", "ha"],
    &["--profile", "kraft"],
    &["--no-persistence"],
    &["--expose", "nodes.example"],
    &["--os", "--set", "kubernetes.anyuid=true"],
    &["--set", "kubernetes.system_nodes=true", "--set", "kubernetes.spread=required"],
    &["--injector", "karctl", "--set", "injector.native_sidecar=true"],
];

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_rendered_is_valid_and_kubectl_reads_it_the_same() {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    for variant in VARIANTS {
        let printed = runtime.sandbox.karctl([&["k8s", "render"], variant].concat()).output();
        assert_says(&printed, 0, &[]);
        let serverside = ["apply", "--server-side", "--dry-run=server", "--filename", "-"];
        let taken = runtime.cluster.kubectl(serverside).stdin(printed.stdout.clone()).output();
        assert_says(&taken, 0, &[]);
        assert!(!taken.stderr.contains("Warning"), "{variant:?}: {}", taken.stderr);
        let create = ["create", "--dry-run=client", "--validate=false", "--output=json", "--filename", "-"];
        let read = runtime.cluster.kubectl(create).stdin(printed.stdout.clone()).output();
        assert_says(&read, 0, &[]);
        assert_eq!(documents_of_json(&read.stdout), documents(&printed.stdout), "{variant:?}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_rendered_into_a_folder_is_taken_by_kustomize() {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    assert_says(&runtime.k8s(&["render", "--to", "manifests"]), 0, &[]);
    let folder = runtime.sandbox.path("work/manifests").display().to_string();
    let named_all = |objects: Vec<serde_json::Value>| objects.iter().map(named).collect::<BTreeSet<_>>();
    let built = runtime.cluster.shown(["kustomize", &folder]);
    assert_eq!(named_all(documents(&built)), named_all(runtime.rendered(&[])));
    let serverside = ["apply", "--server-side", "--dry-run=server", "--kustomize", &folder];
    assert_says(&runtime.cluster.kubectl(serverside).output(), 0, &[]);
}

/// What kubectl prints: one document after the other.
fn documents_of_json(text: &str) -> Vec<serde_json::Value> {
    let documents: Vec<serde_json::Value> =
        serde_json::Deserializer::from_str(text).into_iter().map(|document| document.expect("JSON")).collect();
    match documents.as_slice() {
        [list] if list["kind"] == "List" => list["items"].as_array().expect("a list").clone(),
        _ => documents,
    }
}
