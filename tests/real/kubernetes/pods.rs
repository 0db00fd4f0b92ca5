//! What holds of the cluster that runs pods.

use super::cluster::{Cluster, Namespace};

/// A pod of one container that runs a shell script to its end.
fn job(name: &str, image: &str, script: &str) -> String {
    format!(
        "{{apiVersion: v1, kind: Pod, metadata: {{name: {name}}}, spec: {{restartPolicy: Never, containers: [{{name: main,
          image: 'karctl-test/{image}', imagePullPolicy: IfNotPresent, command: [sh, -c, {script:?}]}}]}}}}\n"
    )
}

/// A server that answers, and a service before it.
pub const REDIS: &str = "
apiVersion: v1
kind: Pod
metadata: {name: redis, labels: {app: redis}}
spec:
  containers:
  - name: redis
    image: karctl-test/redis:7.0
    args: [redis-server, --save, '', --protected-mode, 'no']
    readinessProbe: {exec: {command: [redis-cli, ping]}, periodSeconds: 1}
---
apiVersion: v1
kind: Service
metadata: {name: redis}
spec: {selector: {app: redis}, ports: [{port: 6379}]}
";

const CLAIM: &str = "
apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Mi}}}
---
apiVersion: v1
kind: Pod
metadata: {name: writer}
spec:
  restartPolicy: Never
  containers:
  - name: main
    image: karctl-test/tiny:1
    command: [sh, -c, 'echo kept >/data/file && cat /data/file']
    volumeMounts: [{name: data, mountPath: /data}]
  volumes: [{name: data, persistentVolumeClaim: {claimName: data}}]
";

/// Waits for a pod's end and gives what it printed.
#[track_caller]
fn log(namespace: &Namespace, pod: &str) -> String {
    let pod = format!("pod/{pod}");
    namespace.shown(["wait", "--for=jsonpath={.status.phase}=Succeeded", &pod, "--timeout=120s"]);
    namespace.shown(["logs", &pod])
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_node_is_ready_and_is_the_pinned_version() {
    let cluster = Cluster::node();
    let ready = cluster.shown(["wait", "--for=condition=Ready", "node", "--all", "--timeout=30s"]);
    assert_eq!(ready, "node/node1 condition met\n");
    let version = cluster.shown(["get", "node", "node1", "--output=jsonpath={.status.nodeInfo.kubeletVersion}"]);
    assert!(version.starts_with("v1.33."), "{version}");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_pod_of_each_image_runs() {
    let cluster = Cluster::node();
    let namespace = Namespace::new(&cluster, "{}");
    let kafka = "/opt/kafka/bin/kafka-storage.sh random-uuid";
    namespace.apply(&format!(
        "{}---\n{}---\n{}---\n{}",
        job("kafka3", "kafka:3.9.1", kafka),
        job("kafka4", "kafka:4.1.1", kafka),
        job("redis", "redis:7.0", "redis-server --version"),
        job("tiny", "tiny:1", "redis-cli ping"),
    ));
    for pod in ["kafka3", "kafka4"] {
        let printed = log(&namespace, pod);
        let uuid = printed.lines().last().expect("an id after what it logs");
        assert_eq!(uuid.len(), 22, "{printed}");
    }
    assert!(log(&namespace, "redis").starts_with("Redis server v=7.0."));
    assert_eq!(log(&namespace, "tiny"), "PONG\n");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_pod_reaches_a_service_by_its_name_and_itself_through_it() {
    let cluster = Cluster::node();
    let namespace = Namespace::new(&cluster, "{}");
    namespace.apply(REDIS);
    namespace.shown(["wait", "--for=condition=Ready", "pod/redis", "--timeout=60s"]);
    let host = format!("redis.{}.svc.cluster.local", namespace.name());
    let ping = format!("until echo PING | nc -w 5 {host} 6379 | grep PONG; do sleep 0.2; done");
    namespace.apply(&job("client", "tiny:1", &ping));
    assert_eq!(log(&namespace, "client").trim_end(), "+PONG");
    let itself = namespace.shown(["exec", "redis", "--", "redis-cli", "-h", "redis", "ping"]);
    assert_eq!(itself, "PONG\n");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_claim_binds_and_keeps_what_a_pod_writes() {
    let cluster = Cluster::node();
    let namespace = Namespace::new(&cluster, "{}");
    namespace.apply(CLAIM);
    assert_eq!(log(&namespace, "writer"), "kept\n");
    let phase = namespace.shown(["get", "persistentvolumeclaim", "data", "--output=jsonpath={.status.phase}"]);
    assert_eq!(phase, "Bound");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_restricted_namespace_refuses_a_privileged_pod() {
    let cluster = Cluster::node();
    let namespace = Namespace::new(&cluster, "{pod-security.kubernetes.io/enforce: restricted}");
    let pod = "{apiVersion: v1, kind: Pod, metadata: {name: privileged}, spec: {containers: [{name: main,
        image: 'karctl-test/tiny:1', securityContext: {privileged: true}}]}}";
    let applied = namespace.kubectl(&["apply", "--filename", "-"]).stdin(pod).output();
    assert_eq!((applied.status, applied.stdout.as_str()), (Some(1), ""));
    assert!(applied.stderr.contains(r#"violates PodSecurity "restricted:latest": privileged"#), "{}", applied.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_shipped_program_runs_where_the_cluster_can_be_reached() {
    let cluster = Cluster::node();
    let sandbox = crate::sandbox::Sandbox::new();
    let version = cluster.karctl(&sandbox, ["version"]).output();
    assert_eq!((version.status, version.stderr.as_str()), (Some(0), ""));
    assert!(version.stdout.starts_with("karctl "), "{}", version.stdout);
    let arguments = ["-c", "exec 3<>/dev/tcp/127.0.0.1/10248 && echo open"];
    let kubelet = cluster.inside(&sandbox, "/bin/bash".as_ref(), arguments).output();
    assert_eq!(kubelet.stdout, "open\n");
}
