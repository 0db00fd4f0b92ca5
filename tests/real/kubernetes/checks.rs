//! `karctl check k8s` on real API servers: each check seen failing and passing, and nothing written.

use std::process::Command;

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};
use super::scenario_rows::INJECTOR_ADDRESS;
use crate::sandbox::Finished;

const CLASS: &str = "{apiVersion: storage.k8s.io/v1, kind: StorageClass, provisioner: none, metadata: {name: fast, \
                     annotations: {storageclass.kubernetes.io/is-default-class: 'true'}}}";

/// A node as its kubelet would register it, with room for the runtime.
const NODE: &str = "{apiVersion: v1, kind: Node, metadata: {name: n1, labels: {kubernetes.io/arch: amd64}}, \
                    status: {conditions: [{type: Ready, status: 'True'}], \
                    allocatable: {cpu: '2', memory: 4Gi, pods: '20'}}}";

/// A pod of somebody else, on the node.
const OTHER: &str = "{apiVersion: v1, kind: Pod, metadata: {name: other, namespace: default}, spec: {nodeName: n1, \
                     automountServiceAccountToken: false, containers: [{name: other, image: other, \
                     resources: {requests: {memory: 3Gi}}}]}}";

/// A cluster with what a deploy needs.
fn equipped() -> Runtime {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.apply(CLASS);
    runtime.cluster.apply(NODE);
    admit(&runtime, "n1");
    runtime
}

/// The API server taints a new node until its controller has seen it, which nobody runs here.
fn admit(runtime: &Runtime, node: &str) {
    runtime.cluster.shown(["patch", "node", node, "--type=merge", "--patch", r#"{"spec":{"taints":null}}"#]);
}

/// Checks, which must write nothing; the document and the exit status.
#[track_caller]
fn check(runtime: &Runtime, more: &[&str]) -> (Value, Option<i32>) {
    let mark = runtime.cluster.mark();
    let done = finished(runtime, &runtime.cluster.kubeconfig(), &[&["--pre"], more].concat());
    assert_eq!(runtime.cluster.writes_since(mark), []);
    (done.document("check"), done.status)
}

fn finished(runtime: &Runtime, kubeconfig: &std::path::Path, more: &[&str]) -> Finished {
    let line = [&["check", "k8s", "-o", "json"], more].concat();
    runtime.cluster.karctl(&runtime.sandbox, line).variable("KUBECONFIG", kubeconfig).output()
}

/// Outcome, code and what was found of the checks that failed.
fn failed(document: &Value) -> Vec<String> {
    let checks = document["checks"].as_array().expect("a list").iter();
    let failed = checks.filter(|checked| checked["outcome"] == "error" || checked["outcome"] == "warning");
    let text = |value: &Value| value.as_str().expect("text").to_owned();
    let line = |checked: &Value| {
        assert!(!checked["hints"].as_array().expect("a list").is_empty(), "{checked}");
        format!("{} {}: {}", text(&checked["outcome"]), text(&checked["code"]), text(&checked["found"]))
    };
    failed.map(line).collect()
}

#[track_caller]
fn fails(runtime: &Runtime, more: &[&str], status: i32, expected: &[&str]) {
    let (document, ended) = check(runtime, more);
    let failed = failed(&document);
    assert_eq!((failed.len(), ended), (expected.len(), Some(status)), "{failed:#?}");
    for (failed, expected) in failed.iter().zip(expected) {
        assert!(failed.contains(expected), "no `{expected}` in: {failed}");
    }
}

#[track_caller]
fn passes(runtime: &Runtime, more: &[&str]) {
    fails(runtime, more, 0, &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_empty_cluster_lacks_storage_and_nodes_and_an_equipped_one_nothing() {
    let runtime = Runtime::on(Cluster::api());
    let (no_class, no_node) = ("error KAR215: there is no default StorageClass", "error KAR216: no node takes a pod");
    fails(&runtime, &[], 1, &[no_class, no_node]);
    fails(&runtime, &["--no-persistence"], 1, &[no_node]);
    runtime.cluster.apply(CLASS);
    fails(&runtime, &[], 1, &["(there are no nodes)"]);
    fails(&runtime, &["--storage-class", "gold"], 1, &["error KAR215: there is no StorageClass gold", no_node]);
    runtime.cluster.apply(NODE);
    fails(&runtime, &[], 1, &["n1: it is tainted node.kubernetes.io/not-ready"]);
    admit(&runtime, "n1");
    passes(&runtime, &[]);
    passes(&runtime, &["--storage-class", "fast"]);
    runtime.cluster.apply(&CLASS.replace("name: fast", "name: slow"));
    let several = "warning KAR215: several StorageClasses are the default (fast, slow)";
    fails(&runtime, &[], 5, &[several]);
    let text = runtime.cluster.karctl(&runtime.sandbox, ["check", "k8s", "--pre", "--color", "never"]).output();
    assert!(text.stdout.contains("\n✓ room      5 pods with "), "{}{}", text.stdout, text.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nodes_that_are_full_cordoned_or_of_another_kind_are_told() {
    let runtime = equipped();
    fails(&runtime, &["--profile", "ha", "--set", "injector.replicas=1"], 1, &["error KAR216: pod kar-kafka-"]);
    runtime.cluster.shown(["create", "serviceaccount", "default"]);
    runtime.cluster.apply(OTHER);
    fails(&runtime, &[], 1, &["the roomiest, n1, has "]);
    runtime.cluster.apply(&NODE.replace("n1", "n2"));
    admit(&runtime, "n2");
    passes(&runtime, &[]);
    runtime.cluster.shown(["cordon", "n2"]);
    fails(&runtime, &[], 1, &["error KAR216: pod kar-"]);
    fails(
        &runtime,
        &["--set", "kubernetes.system_nodes=true"],
        1,
        &["n1: it is not labelled kar-type=system; n2: it is cordoned"],
    );
    runtime.cluster.shown(["uncordon", "n2"]);
    runtime.cluster.shown(["label", "node", "n2", "kubernetes.io/arch=arm64", "--overwrite"]);
    fails(
        &runtime,
        &[],
        5,
        &["warning KAR220: quay.io/ibm/kar-injector:1.3.10 is built for amd64, and nodes are arm64 too"],
    );
    runtime.cluster.shown(["cordon", "n1"]);
    fails(&runtime, &[], 1, &["error KAR220: quay.io/ibm/kar-injector:1.3.10 is built for amd64, and nodes are arm64"]);
    passes(&runtime, &["--set", "injector.image=registry.example/kar-injector:arm"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn quotas_and_limit_ranges_that_refuse_are_told() {
    let runtime = equipped();
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    let quota = |hard: &str| {
        let quota =
            "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: kar-system}, spec: {hard: @}}";
        runtime.cluster.apply(&quota.replace('@', hard));
    };
    quota("{pods: '4', requests.memory: 8Gi, services: '3'}");
    let few = "error KAR217: quota q leaves too little pods: 5 more are needed, 0 of 4 are used; quota q leaves too little \
               services: 6 more are needed, 0 of 3 are used";
    fails(&runtime, &[], 1, &[few]);
    quota("{pods: '5', requests.memory: 8Gi, services: '9'}");
    passes(&runtime, &[]);
    // What others use counts.
    let used = r#"{"status": {"used": {"pods": "1"}}}"#;
    let patch = ["patch", "resourcequota", "q", "--namespace", SYSTEM, "--subresource=status", "--type=merge"];
    runtime.cluster.shown([&patch[..], &["--patch", used]].concat());
    fails(&runtime, &[], 1, &["5 more are needed, 1 of 5 are used"]);
    quota("{pods: '50', requests.memory: 8Gi, services: '9', limits.cpu: '9'}");
    fails(&runtime, &[], 1, &["error KAR217: quota q wants limits.cpu of every container, and kar-"]);
    let range = |limits: &str| {
        let range =
            "{apiVersion: v1, kind: LimitRange, metadata: {name: r, namespace: kar-system}, spec: {limits: [@]}}";
        runtime.cluster.apply(&range.replace('@', limits));
    };
    range("{type: Container, default: {cpu: '1'}, max: {memory: 2Gi}}");
    passes(&runtime, &[]);
    range(
        "{type: Container, default: {cpu: '1'}, max: {memory: 512Mi}}, {type: PersistentVolumeClaim, min: {storage: 512Mi}}",
    );
    let large = "error KAR217: kar-kafka takes 1024Mi of memory, and limit range r for a Container admits 512Mi at most; \
                 kar-zookeeper-pvc-data-kar-zookeeper-0 asks for 256Mi of storage, and limit range r for a \
                 PersistentVolumeClaim wants 512Mi at least";
    fails(&runtime, &[], 1, &[large]);
    range("{type: Container, default: {cpu: 100m}}");
    let given =
        "kar-kafka asks for 250m of cpu and says no limit, and limit range r for a Container gives it one of 100m";
    fails(&runtime, &[], 1, &[given]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn claims_that_an_undeploy_left_are_not_asked_for_again() {
    let runtime = equipped();
    runtime.deploy(&[]);
    // Those of stateful sets, which no controller makes here.
    for claim in ["kar-kafka-pvc-kar-kafka-0", "kar-zookeeper-pvc-data-kar-zookeeper-0"] {
        runtime.cluster.apply(&format!(
            "{{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {{name: {claim}, namespace: kar-system}}, spec: \
             {{accessModes: [ReadWriteOnce], resources: {{requests: {{storage: 1Gi}}}}}}}}"
        ));
    }
    assert_says(&runtime.k8s(&["undeploy", "-y"]), 0, &[]);
    runtime.cluster.apply(
        "{apiVersion: v1, kind: ResourceQuota, metadata: {name: q, namespace: kar-system}, spec: {hard: \
         {persistentvolumeclaims: '0', requests.storage: '0'}}}",
    );
    runtime.cluster.shown(["delete", "storageclass", "fast"]);
    passes(&runtime, &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn levels_of_pod_security_that_are_in_the_way_are_told() {
    let runtime = equipped();
    let level = |namespace: &str, level: &str| {
        let label = format!("pod-security.kubernetes.io/enforce={level}");
        runtime.cluster.shown(["label", "namespace", namespace, &label, "--overwrite"]);
    };
    level("default", "restricted");
    let sidecars = "warning KAR218: level restricted of default refuses pods with the original injector's sidecar";
    fails(&runtime, &[], 5, &[sidecars]);
    passes(&runtime, &["--injector", "karctl", "--set", "injector.image=registry.example/injector:1"]);
    level("default", "baseline");
    passes(&runtime, &[]);
    // One that is to be enabled counts as one that is.
    runtime.cluster.shown(["create", "namespace", "team"]);
    level("team", "restricted");
    passes(&runtime, &[]);
    fails(&runtime, &["--enable", "team"], 5, &["warning KAR218: level restricted of team refuses pods"]);
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    level(SYSTEM, "baseline");
    // The deploy itself would be refused for the conflict, and says the same.
    let theirs = "error KAR218: namespace kar-system is somebody else's and enforces level baseline, and a deploy sets";
    fails(&runtime, &[], 1, &["error KAR206: others have changed what karctl sets: Namespace kar-system", theirs]);
    passes(&runtime, &["--force-conflicts"]);
    runtime.refused(1, &["deploy", "--no-wait"], &["KAR206"]);
    level(SYSTEM, "restricted");
    passes(&runtime, &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_registry_of_this_machine_is_reached_where_the_cluster_says_so() {
    let runtime = equipped();
    let unsaid = "the cluster does not say whether its nodes reach registry:5000";
    fails(&runtime, &["--dev"], 5, &[unsaid]);
    fails(&runtime, &["--injector", "karctl"], 5, &[unsaid]);
    passes(&runtime, &["--dev", "--set", "injector.image=quay.io/team/injector:1"]);
    let hosting = "{apiVersion: v1, kind: ConfigMap, metadata: {name: local-registry-hosting, namespace: kube-public}, \
                   data: {localRegistryHosting.v1: \"host: 'localhost:5001'\\n\"}}";
    runtime.cluster.apply(hosting);
    let other = "error KAR219: registry:5000/kar/kar-injector:latest would be pulled, and the cluster says that its nodes \
                 reach localhost:5001";
    fails(&runtime, &["--dev"], 1, &[other]);
    passes(&runtime, &["--dev", "--set", "kubernetes.dev_registry=localhost:5001"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn webhooks_that_refuse_pods_or_inject_too_are_told() {
    let runtime = equipped();
    let configuration = |name: &str, service: &str, more: &str| {
        runtime.cluster.apply(&format!(
            "{{apiVersion: admissionregistration.k8s.io/v1, kind: MutatingWebhookConfiguration, metadata: {{name: {name}}}, \
             webhooks: [{{name: {service}.{name}.example, admissionReviewVersions: [v1], sideEffects: None, \
             clientConfig: {{service: {{name: {service}, namespace: {name}}}}}, rules: [{{apiGroups: [''], apiVersions: [v1], \
             operations: [CREATE], resources: [pods]}}]{more}}}]}}"
        ));
    };
    configuration("policy", "guard", "");
    let silent = "error KAR221: nobody answers for guard.policy.example of MutatingWebhookConfiguration policy (service \
                  policy/guard), so no pod can be created in kar-system, default";
    fails(&runtime, &[], 1, &[silent]);
    let others = ", namespaceSelector: {matchExpressions: [{key: kubernetes.io/metadata.name, operator: NotIn, values: \
                  [kar-system, default]}]}";
    configuration("policy", "guard", others);
    passes(&runtime, &[]);
    configuration("policy", "guard", ", failurePolicy: Ignore, namespaceSelector: {}");
    passes(&runtime, &[]);
    configuration("policy", "guard", ", failurePolicy: Fail, objectSelector: {matchLabels: {name: kar-kafka}}");
    fails(&runtime, &[], 1, &["so no pod can be created in kar-system"]);
    runtime.cluster.shown(["create", "namespace", "policy"]);
    runtime.cluster.apply(
        "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4, endpoints: [{addresses: [10.1.2.3]}], \
         metadata: {name: guard-1, namespace: policy, labels: {kubernetes.io/service-name: guard}}}",
    );
    passes(&runtime, &[]);
    configuration("kar-old", "kar-injector", ", failurePolicy: Ignore");
    let injector = "error KAR221: another injector of KAR changes the same pods: kar-injector.kar-old.example of \
                    MutatingWebhookConfiguration kar-old (service kar-old/kar-injector)";
    fails(&runtime, &[], 1, &[injector]);
    runtime.cluster.shown(["delete", "mutatingwebhookconfiguration", "kar-old"]);
    passes(&runtime, &[]);
    // One's own is none of them.
    runtime.deploy(&[]);
    passes(&runtime, &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn rights_that_are_missing_are_told_and_what_cannot_be_seen_is_left_out() {
    let runtime = equipped();
    let dev = runtime.cluster.dev_kubeconfig();
    let mark = runtime.cluster.mark();
    let nobody = finished(&runtime, &dev, &["--pre"]);
    let document = nobody.document("check");
    let said = failed(&document);
    assert_eq!((said.len(), nobody.status), (2, Some(1)), "{said:#?}");
    assert!(
        said[0].starts_with("error KAR204: you may not create and patch") || said[0].contains("you may not get"),
        "{said:#?}"
    );
    assert!(said[0].contains("statefulsets") && said[0].contains("pods/portforward in kar-system"), "{said:#?}");
    assert!(said[1].starts_with("error KAR204: ") && said[1].contains("cannot get resource"), "{said:#?}");
    let nodes = document["checks"].as_array().expect("a list").iter().find(|it| it["title"] == "the nodes have room");
    assert_eq!(nodes.expect("a check")["outcome"], "skipped");

    let role = runtime.sandbox.karctl(["k8s", "rbac", "--user", "dev"]).output();
    runtime.cluster.apply(&role.stdout);
    let deployer = finished(&runtime, &dev, &["--pre"]);
    assert_eq!((failed(&deployer.document("check")), deployer.status), (Vec::new(), Some(0)));
    let by_dev: Vec<_> = runtime.cluster.writes_since(mark).into_iter().filter(|write| write.user == "dev").collect();
    assert_eq!(by_dev, []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_would_refuse_a_deploy_is_told_with_its_code() {
    let runtime = equipped();
    runtime.cluster.shown(["create", "namespace", SYSTEM]);
    runtime.cluster.shown(["create", "service", "clusterip", "kar-redis", "--tcp=1", "--namespace", SYSTEM]);
    fails(&runtime, &[], 1, &["error KAR205: Service kar-system/kar-redis exists already, and is not karctl's"]);
    runtime.cluster.shown(["delete", "service", "kar-redis", "--namespace", SYSTEM]);
    passes(&runtime, &[]);
    let wrong =
        runtime.cluster.karctl(&runtime.sandbox, ["check", "k8s", "--set", "kubernetes.kafka_storag=1Gi"]).output();
    assert_says(&wrong, 2, &["the nearest key is `kubernetes.kafka_storage`", "KAR123"]);
    let none = runtime.sandbox.karctl(["check", "k8s", "-o", "json"]).output();
    let said = failed(&none.document("check"));
    assert!(said.len() == 1 && said[0].starts_with("error KAR201: no cluster is known"), "{said:#?}");
}

/// [`make_ready`] for all that a plain deploy makes.
pub fn make_all_ready(runtime: &Runtime) {
    let workloads = [("statefulset", "kar-kafka"), ("statefulset", "kar-redis"), ("statefulset", "kar-zookeeper")];
    for (kind, name) in workloads.into_iter().chain([("deployment", "kar-injector")]) {
        make_ready(runtime, kind, name);
    }
}

/// Says of a workload what its controller would say once its pods are ready.
fn make_ready(runtime: &Runtime, kind: &str, name: &str) {
    let object = runtime.object(kind, name);
    let (generation, replicas) = (&object["metadata"]["generation"], &object["spec"]["replicas"]);
    let status = serde_json::json!({"status": {
        "observedGeneration": generation, "replicas": replicas, "readyReplicas": replicas, "updatedReplicas": replicas,
        "availableReplicas": replicas,
    }});
    let patch = ["patch", kind, name, "--namespace", SYSTEM, "--subresource=status", "--type=merge", "--patch"];
    runtime.cluster.shown([&patch[..], &[&status.to_string()]].concat());
}

/// The address that the injector's service would be given once its pod is ready.
fn serve_injector(runtime: &Runtime) {
    runtime.cluster.apply(INJECTOR_ADDRESS);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_was_deployed_is_checked_too() {
    let runtime = equipped();
    let after = || {
        let mark = runtime.cluster.mark();
        let done = finished(&runtime, &runtime.cluster.kubeconfig(), &[]);
        assert_eq!(runtime.cluster.writes_since(mark), []);
        (failed(&done.document("check")), done.status)
    };
    let expect = |said: &str, status: i32| {
        let (failed, ended) = after();
        assert!(failed.len() == 1 && failed[0].contains(said), "no `{said}` in {failed:#?}");
        assert_eq!(ended, Some(status));
    };
    expect("error KAR208: KAR does not run in namespace kar-system", 1);
    runtime.deploy(&[]);
    expect("error KAR207: kar-", 1);
    make_all_ready(&runtime);
    expect("error KAR232: no pod is behind the service kar-system/kar-injector", 1);
    serve_injector(&runtime);
    assert_eq!(after(), (Vec::new(), Some(0)));

    runtime.cluster.shown(["delete", "secret", "kar.ibm.com.runtime-config"]);
    expect("error KAR223: the configuration in default is not the runtime's", 1);
    assert_says(&runtime.ns(&["enable", "default"]), 0, &[]);
    assert_eq!(after(), (Vec::new(), Some(0)));

    let former = runtime.object("secret", "kar.ibm.com.injector-tls")["data"]["tls.crt"].clone();
    // Whoever put it there holds the field, which a deploy would have to be told to take back.
    set_certificate(&runtime, &ending_soon(&runtime));
    let (failed, ended) = after();
    let ends = "warning KAR222: the injector's certificate ends in 9 days";
    let distrusted = "error KAR232: the webhook does not trust the certificate that the injector has";
    assert_eq!(
        (failed.len(), failed[1].as_str(), failed[2].as_str(), ended),
        (3, ends, distrusted, Some(1)),
        "{failed:#?}"
    );
    assert!(failed[0].starts_with("error KAR206: others have changed"), "{failed:#?}");
    set_certificate(&runtime, former.as_str().expect("text"));
    assert_eq!(after(), (Vec::new(), Some(0)));

    runtime.cluster.shown(["delete", "statefulset", "kar-redis", "--namespace", SYSTEM]);
    expect("error KAR207: kar-redis: gone", 1);
}

fn set_certificate(runtime: &Runtime, encoded: &str) {
    let patch = serde_json::json!({"data": {"tls.crt": encoded}}).to_string();
    let secret = ["patch", "secret", "kar.ibm.com.injector-tls", "--namespace", SYSTEM, "--patch", &patch];
    runtime.cluster.shown(secret);
}

/// A certificate of ten days, in Base64.
fn ending_soon(runtime: &Runtime) -> String {
    let [key, certificate] = ["work/soon.key", "work/soon.crt"].map(|path| runtime.sandbox.path(path));
    let arguments = "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 10 -subj /CN=kar-injector";
    let mut openssl = Command::new("openssl");
    openssl.args(arguments.split(' ')).arg("-keyout").arg(key).arg("-out").arg(&certificate);
    let made = openssl.output().expect("openssl");
    assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
    BASE64_STANDARD.encode(std::fs::read(certificate).expect("a certificate"))
}
