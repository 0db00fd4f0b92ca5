//! What holds of a cluster at each level.

use super::cluster::{Cluster, Namespace};

const CONFIG_MAP: &str =
    "{apiVersion: v1, kind: ConfigMap, metadata: {name: written, namespace: default}, data: {a: b}}";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn throwaway_clusters_are_apart_and_gone_when_dropped() {
    let uid =
        |cluster: &Cluster| cluster.shown(["get", "namespace", "kube-system", "--output=jsonpath={.metadata.uid}"]);
    let clusters = [Cluster::api(), Cluster::api()];
    assert_ne!(uid(&clusters[0]), uid(&clusters[1]));
    let folders = clusters.each_ref().map(|cluster| cluster.kubeconfig().parent().expect("a folder").to_owned());
    drop(clusters);
    for folder in folders {
        assert!(!folder.exists());
        assert_eq!(processes_of(&folder.display().to_string()), Vec::<String>::new());
    }
}

/// Command lines that name this folder.
fn processes_of(folder: &str) -> Vec<String> {
    let processes = std::fs::read_dir("/proc").expect("Linux").filter_map(Result::ok);
    let lines = processes.filter_map(|process| std::fs::read_to_string(process.path().join("cmdline")).ok());
    lines.filter(|line| line.contains(folder)).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_audit_log_names_writes_and_only_these() {
    let cluster = Cluster::api();
    let mark = cluster.mark();
    cluster.apply(CONFIG_MAP);
    let [write] = &cluster.writes_since(mark)[..] else { panic!("{:?}", cluster.writes_since(mark)) };
    assert_eq!((write.verb.as_str(), write.user.as_str(), write.status), ("create", "admin", 201));
    assert!(write.target.starts_with("/api/v1/namespaces/default/configmaps"), "{}", write.target);
    assert!(write.user_agent.starts_with("kubectl/"), "{}", write.user_agent);

    let mark = cluster.mark();
    cluster.shown(["get", "configmap", "written", "--output=yaml"]);
    cluster.shown(["annotate", "configmap", "written", "c=d", "--dry-run=server"]);
    cluster.shown(["auth", "can-i", "create", "pods"]);
    assert_eq!(cluster.writes_since(mark), []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_user_without_rights_is_refused() {
    let cluster = Cluster::api();
    let dev = cluster.kubectl(["get", "secrets"]).variable("KUBECONFIG", cluster.dev_kubeconfig()).output();
    assert_eq!((dev.status, dev.stdout.as_str()), (Some(1), ""));
    assert!(dev.stderr.contains(r#"User "dev" cannot list resource "secrets""#), "{}", dev.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn controllers_make_pods_that_stay_pending_without_a_node() {
    let cluster = Cluster::control();
    let namespace = Namespace::new(&cluster, "{}");
    namespace.shown(["create", "deployment", "web", "--image=karctl-test/tiny:1"]);
    namespace.shown(["wait", "--for=create", "pod", "--selector=app=web", "--timeout=30s"]);
    let phase = namespace.shown(["get", "pods", "--output=jsonpath={.items[*].status.phase}"]);
    assert_eq!(phase, "Pending");
}
