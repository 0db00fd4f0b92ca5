//! OpenShift, as far as an API server shows it: its API group, which a custom resource brings about.

use super::cluster::Cluster;
use super::runtime::Runtime;

const SECURITY_CONTEXT_CONSTRAINTS: &str = "
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: securitycontextconstraints.security.openshift.io}
spec:
  group: security.openshift.io
  scope: Cluster
  names: {plural: securitycontextconstraints, kind: SecurityContextConstraints}
  versions:
  - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
";

/// Ids of users and groups that the pods of the runtime ask for.
fn ids(runtime: &Runtime) -> Vec<String> {
    let workloads = [
        ("statefulset", "kar-kafka"),
        ("statefulset", "kar-zookeeper"),
        ("statefulset", "kar-redis"),
        ("deployment", "kar-injector"),
    ];
    let mut found = Vec::new();
    for (kind, name) in workloads {
        let workload = runtime.object(kind, name);
        let security = &workload["spec"]["template"]["spec"]["securityContext"];
        assert_eq!(security["runAsNonRoot"], true, "{workload}");
        let asked = ["runAsUser", "runAsGroup", "fsGroup"].into_iter().filter(|field| security.get(field).is_some());
        found.extend(asked.map(|field| format!("{name} {field}")));
    }
    found
}

fn enabled(runtime: &Runtime) -> String {
    runtime.cluster.shown(["get", "namespaces", "-l", "kar.ibm.com/enabled=true", "-o", "name"])
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn openshift_is_found_by_its_api_group() {
    let runtime = Runtime::on(Cluster::api());
    runtime.cluster.apply(SECURITY_CONTEXT_CONSTRAINTS);
    runtime.cluster.await_kind("security.openshift.io/v1", "securitycontextconstraints");
    let nowhere = ["--proof pod needs an enabled namespace", "hint: name one with --enable NAMESPACE"];
    runtime.refused(2, &["deploy", "--proof", "pod"], &nowhere);
    runtime.deploy(&[]);
    assert_eq!((ids(&runtime), enabled(&runtime)), (Vec::new(), String::new()));
    assert!(!runtime.objects().iter().any(|object| object.starts_with("Role")), "{:?}", runtime.objects());

    let changed = runtime.deploy(&["--set", "kubernetes.anyuid=true"]);
    let pod_security = "Namespace kar-system: updated";
    let made = [pod_security, "Role kar-runtime-anyuid: created", "RoleBinding kar-runtime-anyuid: created"];
    assert_eq!(changed, made);
    let role = runtime.object("role", "kar-runtime-anyuid");
    assert_eq!(role["rules"][0]["resourceNames"], serde_json::json!(["anyuid"]));
    assert_eq!(role["rules"][0]["verbs"], serde_json::json!(["use"]));
    let binding = runtime.object("rolebinding", "kar-runtime-anyuid");
    assert_eq!(binding["subjects"][0]["name"], "kar-runtime");

    // A platform that is given is not looked for.
    runtime.deploy(&["--set", "kubernetes.platform=kubernetes"]);
    assert!(!runtime.objects().iter().any(|object| object.starts_with("Role")), "{:?}", runtime.objects());
    assert_eq!((ids(&runtime).len(), enabled(&runtime).as_str()), (12, "namespace/default\n"));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn openshift_is_what_the_option_says() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&["--os"]);
    assert_eq!((ids(&runtime), enabled(&runtime)), (Vec::new(), String::new()));
}
