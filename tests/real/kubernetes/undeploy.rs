//! What an undeploy takes away, and what it leaves.

use std::collections::BTreeSet;

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};

/// What opens the data.
const CREDENTIALS: &str = "Secret kar.ibm.com.credentials";

const CLAIMS: [&str; 3] = [
    "PersistentVolumeClaim kar-kafka-pvc-kar-kafka-0",
    "PersistentVolumeClaim kar-redis-pvc",
    "PersistentVolumeClaim kar-zookeeper-pvc-data-kar-zookeeper-0",
];

/// What an undeploy says that it leaves.
const LEFT: &str = "\
Left: PersistentVolumeClaim kar-system/kar-kafka-pvc-kar-kafka-0 (data; --delete-data deletes it)
Left: PersistentVolumeClaim kar-system/kar-redis-pvc (data; --delete-data deletes it)
Left: PersistentVolumeClaim kar-system/kar-zookeeper-pvc-data-kar-zookeeper-0 (data; --delete-data deletes it)
Left: Secret kar-system/kar.ibm.com.credentials (opens the data)
Left: Namespace kar-system (it holds the data)
";

/// A deployed runtime, whose claims are made.
fn deployed() -> Runtime {
    let runtime = Runtime::on(Cluster::control());
    runtime.deploy(&[]);
    await_claims(&runtime);
    runtime
}

fn await_claims(runtime: &Runtime) {
    for claim in ["kar-kafka-pvc-kar-kafka-0", "kar-zookeeper-pvc-data-kar-zookeeper-0"] {
        let claim = format!("persistentvolumeclaim/{claim}");
        runtime.cluster.shown(["wait", "--for=create", &claim, "--namespace", SYSTEM, "--timeout=30s"]);
    }
}

/// What is in the runtime's namespace, what Kubernetes itself puts there left out.
fn rest(runtime: &Runtime) -> BTreeSet<String> {
    let mut objects = runtime.objects();
    objects.retain(|object| !["ConfigMap kube-root-ca.crt", "ServiceAccount default"].contains(&object.as_str()));
    objects
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_data_stays_and_is_found_again() {
    let runtime = deployed();
    let password = || runtime.object("secret", "kar.ibm.com.credentials")["data"]["redis-password"].clone();
    let before = password();
    let mark = runtime.cluster.mark();
    let dry = runtime.k8s(&["undeploy", "--dry-run"]);
    assert_says(&dry, 0, &[]);
    assert!(dry.stdout.contains("StatefulSet kar-system/kar-kafka: would be removed\n"), "{}", dry.stdout);
    assert!(dry.stdout.contains("Namespace default: would be disabled\n"), "{}", dry.stdout);
    assert_eq!(runtime.cluster.writes_since(mark), []);

    let done = runtime.k8s(&["undeploy"]);
    assert_says(&done, 0, &[]);
    assert!(done.stdout.ends_with(&format!("Namespace default: disabled\n{LEFT}")), "{}", done.stdout);
    // The webhook first: pods are not to wait for an injector that is going.
    assert!(done.stdout.starts_with("MutatingWebhookConfiguration kar-injector-webhook: removed\n"), "{}", done.stdout);
    assert_eq!(rest(&runtime), CLAIMS.iter().chain([&CREDENTIALS]).map(|name| (*name).to_owned()).collect());
    assert_eq!(runtime.cluster.shown(["get", "mutatingwebhookconfigurations", "--output=name"]), "");
    assert_eq!(runtime.cluster.shown(["get", "namespaces", "-l", "kar.ibm.com/enabled", "-o", "name"]), "");
    assert_eq!(runtime.cluster.shown(["get", "secrets", "--namespace=default", "--output=name"]), "");

    let mark = runtime.cluster.mark();
    let again = runtime.k8s(&["undeploy"]);
    let nothing = "KAR does not run in namespace kar-system; nothing was to be done\n";
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), format!("{nothing}{LEFT}").as_str()));
    assert_eq!(runtime.cluster.writes_since(mark), []);
    let status = runtime.k8s(&["status"]);
    assert_eq!(status.status, Some(1));
    assert!(status.stdout.contains("KAR does not run in namespace kar-system\n"), "{}", status.stdout);
    assert!(status.stdout.contains("kar-redis-pvc "), "{}", status.stdout);

    runtime.deploy(&[]);
    assert_eq!(password(), before);
    let configured = runtime.object("secret", "kar.ibm.com.runtime-config")["data"]["redis_password"].clone();
    assert_eq!(configured, before);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn all_of_it_goes_when_asked_but_what_is_somebody_elses() {
    let runtime = deployed();
    let said = ["Delete the data of Kafka and Redis for good", "Nobody can be asked here", "hint: give -y"];
    runtime.refused(2, &["undeploy", "--delete-data"], &said);
    runtime.cluster.shown(["create", "configmap", "theirs", "--namespace", SYSTEM]);
    let done = runtime.k8s(&["undeploy", "--delete-data", "-y"]);
    assert_says(&done, 0, &[]);
    let left = "Left: ConfigMap kar-system/theirs (not karctl's)\n\
                Left: Namespace kar-system (it holds what is not karctl's)\n";
    assert!(done.stdout.ends_with(left), "{}", done.stdout);
    assert_eq!(rest(&runtime), ["ConfigMap theirs".to_owned()].into());

    runtime.cluster.shown(["delete", "configmap", "theirs", "--namespace", SYSTEM]);
    let done = runtime.k8s(&["undeploy", "--delete-data", "-y"]);
    assert_eq!((done.status, done.stdout.as_str()), (Some(0), "Namespace kar-system: removed\n"), "{}", done.stderr);
    assert_says(&done, 0, &["1 object removed"]);
    assert_eq!(runtime.cluster.kubectl(["get", "namespace", SYSTEM]).output().status, Some(1));
    let again = runtime.k8s(&["undeploy", "--delete-data", "-y"]);
    let nothing = "KAR does not run in namespace kar-system; nothing was to be done\n";
    assert_eq!((again.status, again.stdout.as_str()), (Some(0), nothing));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_namespace_that_holds_another_kind_of_somebody_else_stays() {
    let runtime = Runtime::on(Cluster::control());
    runtime.deploy(&["--no-persistence"]);
    let job = "{apiVersion: batch/v1, kind: CronJob, metadata: {name: theirs, namespace: kar-system}, spec: {schedule: \
               '0 0 1 1 *', jobTemplate: {spec: {template: {spec: {restartPolicy: Never, containers: [{name: a, image: \
               a}]}}}}}}";
    runtime.cluster.apply(job);
    let left = "Left: CronJob kar-system/theirs (not karctl's)\n\
                Left: Namespace kar-system (it holds what is not karctl's)\n";
    for _ in 0..2 {
        let done = runtime.k8s(&["undeploy", "-y"]);
        assert_says(&done, 0, &[]);
        assert!(done.stdout.ends_with(left), "{}", done.stdout);
    }
    runtime.cluster.shown(["delete", "cronjob", "theirs", "--namespace", SYSTEM]);
    let done = runtime.k8s(&["undeploy", "-y"]);
    assert_eq!((done.status, done.stdout.as_str()), (Some(0), "Namespace kar-system: removed\n"), "{}", done.stderr);
}

/// A claim is deleted, and gone only once nobody uses it: a deploy that came before would be refused.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_that_somebody_still_uses_is_waited_for() {
    const CLAIM: &str = "persistentvolumeclaim/kar-redis-pvc";
    let runtime = deployed();
    let finalizers = |list: &str| {
        let patch = format!(r#"[{{"op": "add", "path": "/metadata/finalizers", "value": {list}}}]"#);
        runtime.cluster.shown(["patch", CLAIM, "--namespace", SYSTEM, "--type=json", "--patch", &patch]);
    };
    finalizers(r#"["tests.kar.ibm.com/in-use"]"#);
    let held = runtime.k8s(&["undeploy", "--keep-namespace", "--delete-data", "-y", "--timeout=60"]);
    let said =
        ["waiting for the data to go", "PersistentVolumeClaim kar-system/kar-redis-pvc is still there", "hint: "];
    assert_says(&held, 4, &said);
    finalizers("[]");
    let done = runtime.k8s(&["undeploy", "--keep-namespace", "--delete-data", "-y"]);
    assert_says(&done, 0, &[]);
    assert_eq!(rest(&runtime), BTreeSet::new());
    runtime.deploy(&[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_namespace_stays_where_asked_or_where_it_was_before() {
    let runtime = Runtime::on(Cluster::control());
    runtime.deploy(&["--no-persistence"]);
    let kept = runtime.k8s(&["undeploy", "--keep-namespace", "--delete-data", "-y"]);
    assert!(kept.stdout.ends_with("Left: Namespace kar-system (as asked)\n"), "{}{}", kept.stdout, kept.stderr);
    runtime.cluster.shown(["delete", "namespace", SYSTEM]);
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    runtime.deploy(&["--no-persistence"]);
    let theirs = runtime.k8s(&["undeploy", "--delete-data", "-y"]);
    assert!(theirs.stdout.ends_with("Left: Namespace kar-system (it was there before karctl)\n"), "{}", theirs.stdout);
    assert_eq!(rest(&runtime), BTreeSet::new());
}
