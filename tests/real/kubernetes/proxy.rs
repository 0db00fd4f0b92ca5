//! The proxy of the fault sweeps, held against a real API server and kubectl: whatever that one can do without the proxy,
//! it can do through it.

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Child;

use super::cluster::{Cluster, Namespace};
use crate::fault_proxy::{Class, Fault, FaultProxy, Point, Shapes};
use crate::sandbox::{Finished, Invocation, Sandbox};

const CONFIG_MAP: &str = "{apiVersion: v1, kind: ConfigMap, metadata: {name: mine, namespace: default}}";

/// A cluster and a proxy before it.
struct Proxied {
    cluster: Cluster,
    proxy: FaultProxy,
}

impl Proxied {
    fn before(cluster: Cluster) -> Self {
        let proxy = FaultProxy::to_api_server(&cluster.kubeconfig(), cluster.netns());
        Self { cluster, proxy }
    }

    /// kubectl through the proxy, without an identity of its own.
    fn kubectl(&self, arguments: &[&str]) -> Invocation<'_> {
        let server = self.proxy.host();
        self.cluster.kubectl(["--server", &server].iter().chain(arguments)).without("KUBECONFIG")
    }

    /// Tries to make the config map while the fault strikes; what became of kubectl.
    fn create(&self, fault: Fault) -> Finished {
        self.proxy.watch(Shapes::of("mine"), Some((fault, creation())));
        let finished = self.kubectl(&["create", "--validate=false", "--filename", "-"]).stdin(CONFIG_MAP).output();
        assert!(self.proxy.has_struck(), "{:?}", self.proxy.requests());
        finished
    }

    fn exists(&self) -> bool {
        self.cluster.kubectl(["get", "configmap", "mine"]).output().status == Some(0)
    }
}

fn creation() -> Point {
    let shape = "/api/v1/namespaces/default/configmaps?fieldManager=kubectl-create&fieldValidation=Ignore".to_owned();
    Point { class: Class { method: "POST".to_owned(), shape }, occurrence: 0 }
}

/// Ended when it is dropped.
struct Running(Child);

impl Running {
    /// Reads up to the end of the first line that has this.
    fn read_to(&mut self, word: &str) -> String {
        let output = BufReader::with_capacity(1, self.0.stdout.as_mut().expect("a pipe"));
        output
            .lines()
            .map(|line| line.expect("text"))
            .find(|line| line.contains(word))
            .unwrap_or_else(|| panic!("it ended: {}", self.errors()))
    }

    /// All that it says until it ends.
    fn errors(&mut self) -> String {
        let mut text = String::new();
        self.0.stderr.as_mut().expect("a pipe").read_to_string(&mut text).expect("text");
        text
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kubectl_reads_writes_and_watches_through_the_proxy() {
    let proxied = Proxied::before(Cluster::api());
    proxied.proxy.watch(Shapes::of("mine"), None);
    let watch = ["get", "configmaps", "--namespace=default", "--watch", "--output=name"];
    let mut watching = Running(proxied.kubectl(&watch).start());
    let created = proxied.kubectl(&["create", "--validate=false", "--filename", "-"]).stdin(CONFIG_MAP).output();
    assert_eq!((created.status, created.stdout.as_str()), (Some(0), "configmap/mine created\n"), "{}", created.stderr);
    assert_eq!(watching.read_to("mine"), "configmap/mine");
    let read = proxied.kubectl(&["get", "configmap", "mine", "--output=jsonpath={.metadata.name}"]).output();
    assert_eq!((read.status, read.stdout.as_str()), (Some(0), "mine"), "{}", read.stderr);

    let requests = proxied.proxy.requests();
    let read = Class { method: "GET".to_owned(), shape: "/api/v1/namespaces/default/configmaps/{name}".to_owned() };
    assert!(requests.contains(&creation()), "{requests:?}");
    assert!(requests.contains(&Point { class: read, occurrence: 0 }), "{requests:?}");
    assert!(requests.iter().any(|point| point.class.shape.contains("resourceVersion={version}&watch=true")));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_the_api_server_was_refused_is_not_there_and_what_was_cut_is() {
    let proxied = Proxied::before(Cluster::api());
    assert_eq!(proxied.create(Fault::Refuse).status, Some(1));
    assert!(!proxied.exists());
    assert_eq!(proxied.create(Fault::Cut).status, Some(1));
    assert!(proxied.exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn whoever_asked_is_killed_after_the_api_server_has_done_it() {
    let proxied = Proxied::before(Cluster::api());
    assert_eq!(proxied.create(Fault::Kill).status, None);
    assert!(proxied.exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_request_that_hangs_never_reaches_the_api_server() {
    let proxied = Proxied::before(Cluster::api());
    proxied.proxy.watch(Shapes::of("mine"), Some((Fault::Hang, creation())));
    let mut hanging = Running(proxied.kubectl(&["create", "--validate=false", "--filename", "-"]).start());
    hanging.0.stdin.take().expect("a pipe").write_all(CONFIG_MAP.as_bytes()).expect("it is read");
    while !proxied.proxy.has_struck() {
        assert!(hanging.0.try_wait().expect("a child").is_none(), "{}", hanging.errors());
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!proxied.exists());
    assert!(hanging.0.try_wait().expect("a child").is_none(), "{}", hanging.errors());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn commands_and_ports_of_a_pod_are_reached_through_the_proxy() {
    let proxied = Proxied::before(Cluster::node());
    let namespace = Namespace::new(&proxied.cluster, "{}");
    namespace.apply(super::pods::REDIS);
    namespace.shown(["wait", "--for=condition=Ready", "pod/redis", "--timeout=60s"]);
    let redis = ["--namespace", namespace.name()];
    let executed = proxied.kubectl(&[&redis[..], &["exec", "redis", "--", "redis-cli", "ping"]].concat()).output();
    assert_eq!((executed.status, executed.stdout.as_str()), (Some(0), "PONG\n"), "{}", executed.stderr);

    let mut forwarding = Running(proxied.kubectl(&[&redis[..], &["port-forward", "redis", ":6379"]].concat()).start());
    let line = forwarding.read_to("Forwarding from 127.0.0.1:");
    let port = line.trim_start_matches("Forwarding from 127.0.0.1:").split(' ').next().expect("a port");
    let script = format!("exec 3<>/dev/tcp/127.0.0.1/{port}; echo PING >&3; read -r answer <&3; echo \"$answer\"");
    let sandbox = Sandbox::new();
    let answered = proxied.cluster.inside(&sandbox, "/bin/bash".as_ref(), ["-c", &script]).output();
    assert_eq!(answered.stdout, "+PONG\r\n", "{}", answered.stderr);
}
