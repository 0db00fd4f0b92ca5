//! What goes wrong before anything is changed: each its own error, with the place, what was seen, and what to do.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::thread;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cluster::Cluster;
use super::runtime::{Runtime, SYSTEM, assert_says};
use crate::sandbox::Sandbox;

/// Until it is clear that nobody answers.
const SOON: Duration = Duration::from_secs(12);

/// The cluster's kubeconfig, changed.
fn kubeconfig(runtime: &Runtime, change: impl FnOnce(&mut Value)) -> PathBuf {
    let raw = runtime.cluster.shown(["config", "view", "--raw", "--output=json"]);
    let mut content: Value = serde_json::from_str(&raw).expect("JSON");
    change(&mut content);
    runtime.sandbox.write("work/changed.yaml", content.to_string())
}

/// A kubeconfig of a server that is none.
fn of_server(sandbox: &Sandbox, server: &str) -> PathBuf {
    let content = json!({
        "apiVersion": "v1", "kind": "Config", "current-context": "fake",
        "clusters": [{"name": "fake", "cluster": {"server": server}}],
        "users": [{"name": "fake", "user": {"token": "none"}}],
        "contexts": [{"name": "fake", "context": {"cluster": "fake", "user": "fake"}}],
    });
    sandbox.write("work/fake.yaml", content.to_string())
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn kubeconfigs_that_do_not_lead_to_a_cluster_are_refused() {
    let runtime = Runtime::on(Cluster::api());
    let deploy = ["deploy", "--no-wait"];
    runtime.refused(
        2,
        &["deploy", "--context", "karctl-tes"],
        &["no context `karctl-tes`", "the nearest is `karctl-test`", "KAR201"],
    );
    runtime.refused(2, &["deploy", "--kubeconfig", "nowhere.yaml"], &["there is no file nowhere.yaml", "KAR201"]);
    let broken = runtime.sandbox.write("work/broken.yaml", "clusters: [");
    runtime.refused_as(&broken, 1, &deploy, &["broken.yaml cannot be read as a kubeconfig", "KAR201"]);

    let token = kubeconfig(&runtime, |content| content["users"][0]["user"] = json!({"token": "expired"}));
    runtime.refused_as(&token, 1, &deploy, &["Unauthorized", "hint: log in again", "KAR203"]);
    let plugin = |command: &str| {
        let exec =
            json!({"apiVersion": "client.authentication.k8s.io/v1", "command": command, "interactiveMode": "Never"});
        kubeconfig(&runtime, |content| content["users"][0]["user"] = json!({"exec": exec}))
    };
    let missing = ["the login plugin cannot be started", "(`no-such-plugin`)", "hint: log in again", "KAR203"];
    runtime.refused_as(&plugin("no-such-plugin"), 1, &deploy, &missing);
    runtime.sandbox.program("expired-plugin", "echo 'session expired' >&2\nexit 3");
    let failing = ["the login plugin ended with exit status: 3: session expired", "KAR203"];
    runtime.refused_as(&plugin("expired-plugin"), 1, &deploy, &failing);

    let other = Cluster::api();
    let authority = other.shown(["config", "view", "--raw", "--output=json"]);
    let authority: Value = serde_json::from_str(&authority).expect("JSON");
    let authority = authority["clusters"][0]["cluster"]["certificate-authority-data"].clone();
    let distrusting =
        kubeconfig(&runtime, |content| content["clusters"][0]["cluster"]["certificate-authority-data"] = authority);
    let said = ["the TLS connection is refused", "hint: fetch the kubeconfig again", "KAR202"];
    runtime.refused_as(&distrusting, 1, &deploy, &said);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_is_on_the_cluster_already_may_be_in_the_way() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    let set = |setting: &'static str| ["deploy", "--no-wait", "--set", setting];
    let kafka =
        ["StatefulSet kar-system/kar-kafka: spec.volumeClaimTemplates", "from 1Gi to 2Gi", "hint: go back", "KAR211"];
    runtime.refused(1, &set("kubernetes.kafka_storage=2Gi"), &kafka);
    runtime.refused(1, &set("kubernetes.persistence=false"), &["spec.volumeClaimTemplates", "KAR211"]);
    let redis = ["PersistentVolumeClaim kar-system/kar-redis-pvc cannot be changed", "spec is immutable", "KAR211"];
    runtime.refused(1, &set("kubernetes.redis_storage=2Gi"), &redis);
    let said = runtime.k8s(&set("kubernetes.redis_storage=2Gi"));
    assert!(said.stderr.lines().count() <= 3, "the server's comparison of two objects:\n{}", said.stderr);
    runtime.cluster.shown(["delete", "namespace", SYSTEM, "--wait=false"]);
    let terminating = ["Namespace kar-system is being deleted", "hint: run the same command again once it is gone"];
    runtime.refused(1, &["deploy", "--no-wait"], &terminating);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_context_that_leads_to_another_cluster_than_before_is_asked_about() {
    let runtime = Runtime::on(Cluster::api());
    let leading_to = |cluster: &Cluster| {
        runtime.sandbox.write("kubeconfig", std::fs::read_to_string(cluster.kubeconfig()).expect("a kubeconfig"))
    };
    runtime.deploy_as(&leading_to(&runtime.cluster), &[]);
    let other = Cluster::api();
    let mark = other.mark();
    let kubeconfig = leading_to(&other);
    let asked = runtime.k8s_as(&kubeconfig, &["deploy", "--no-wait"]);
    let said = ["Context `karctl-test` led to another cluster before", "Nobody can be asked here", "hint: give -y"];
    assert_says(&asked, 2, &said);
    assert_eq!(other.writes_since(mark), []);
    assert_eq!(runtime.deploy_as(&kubeconfig, &["-y"]).len(), 25);
    // From now on it is the one that is known.
    assert_eq!(runtime.deploy_as(&kubeconfig, &[]), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_that_cannot_be_read_is_not_touched() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&["--profile", "kraft"]);
    // Nothing was written to a claim yet.
    runtime.deploy(&[]);
    runtime.cluster.apply(
        "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: kar-kafka-pvc-kar-kafka-0, namespace: kar-system}, \
         spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}",
    );
    let said = [
        "kar-kafka-pvc-kar-kafka-0 holds data that Kafka wrote in mode zookeeper, and kraft is asked for",
        "hint: go back with --set kafka.mode=zookeeper",
        "KAR105",
    ];
    runtime.refused(1, &["deploy", "--no-wait", "--profile", "kraft"], &said);
    runtime.cluster.shown(["delete", "secret", "kar.ibm.com.credentials", "--namespace", SYSTEM]);
    let said = [
        "kar-kafka-pvc-kar-kafka-0 holds Kafka's data, and the Secret kar-system/kar.ibm.com.credentials with its cluster id \
         is gone",
        "hint: restore the secret",
        "KAR210",
    ];
    runtime.refused(1, &["deploy", "--no-wait", "--profile", "kraft"], &said);
}

/// The first broker's claim, as its stateful set would make it.
const KAFKA_CLAIM: &str = "{apiVersion: v1, kind: PersistentVolumeClaim, metadata: {name: kar-kafka-pvc-kar-kafka-0, namespace: kar-system}, \
     spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_number_of_servers_with_data_is_not_changed_in_one_step() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&["--ha"]);
    // Nothing was written to a claim yet.
    runtime.deploy(&[]);
    runtime.cluster.apply(KAFKA_CLAIM);
    let said = [
        "kar-kafka-pvc-kar-kafka-0 holds data of one broker, and 3 brokers are asked for",
        "hint: go back without --ha (kubernetes.high_availability=false)",
        "hint: to begin with an empty Kafka and keep Redis' data",
        "KAR224",
    ];
    runtime.refused(1, &["deploy", "--no-wait", "--ha"], &said);
    // Whoever mounts no claim would still change what is known of them.
    runtime.refused(1, &["deploy", "--no-wait", "--ha", "--no-persistence"], &said);
    runtime.refused(1, &["deploy", "--no-wait", "--ha", "--profile", "kraft"], &["KAR105"]);
    assert_eq!(runtime.deploy(&[]), Vec::<String>::new());

    // The claims outlive an undeploy, and so does what is known of them.
    assert_says(&runtime.k8s(&["undeploy", "-y", "--timeout", "1m"]), 0, &[]);
    runtime.refused(1, &["deploy", "--no-wait", "--ha"], &said);
    // What a former version wrote does not say it, but the claims do.
    let forget = ["patch", "secret", "kar.ibm.com.credentials", "--namespace", SYSTEM, "--type=json"];
    let patch = r#"[{"op": "remove", "path": "/data/servers"}]"#;
    runtime.cluster.shown([&forget[..], &["--patch", patch]].concat());
    runtime.refused(1, &["deploy", "--no-wait", "--ha"], &said);
    runtime.cluster.apply(&KAFKA_CLAIM.replace("kar-kafka-0", "kar-kafka-1"));
    let said = ["holds data of 3 brokers, and one broker is asked for", "hint: go back with --ha", "KAR224"];
    runtime.refused(1, &["deploy", "--no-wait"], &said);
    runtime.deploy(&["--ha"]);
    runtime.refused(1, &["deploy", "--no-wait"], &said);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn data_that_no_server_opens_refuses_nothing() {
    let runtime = Runtime::on(Cluster::api());
    runtime.deploy(&[]);
    runtime.cluster.apply(KAFKA_CLAIM);
    let file = "kafka_brokers: kafka.example:9092\nkafka_version: 3.2.0\nredis_host: redis.example\nredis_port: 6379\n";
    runtime.sandbox.write("work/services.yaml", file);
    let elsewhere = ["--services", "services.yaml", "--profile", "kraft", "--ha"];
    assert!(runtime.deploy(&elsewhere).contains(&"StatefulSet kar-kafka: removed".to_owned()));
    runtime.object("persistentvolumeclaim", "kar-kafka-pvc-kar-kafka-0");
    runtime.refused(1, &["deploy", "--no-wait", "--profile", "kraft"], &["KAR105"]);
    runtime.refused(1, &["deploy", "--no-wait", "--ha"], &["KAR224"]);
    assert!(runtime.deploy(&[]).contains(&"StatefulSet kar-kafka: created".to_owned()));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn servers_that_do_not_serve_are_told_apart() {
    let sandbox = Sandbox::new();
    let deploy = |kubeconfig: &PathBuf| {
        let began = Instant::now();
        let done = sandbox.karctl(["k8s", "deploy", "--no-wait"]).variable("KUBECONFIG", kubeconfig).output();
        assert!(began.elapsed() < SOON, "{:?}", began.elapsed());
        done
    };
    let none = sandbox.karctl(["k8s", "deploy"]).output();
    let said = ["no cluster is known: there is no kubeconfig ([ROOT]/home/.kube/config)", "hint: get one", "KAR201"];
    assert_says(&none, 1, &said);

    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("an address"));
    let silent = deploy(&of_server(&sandbox, &server));
    assert_says(&silent, 4, &[&server, "did not answer within", "hint: run the same command again", "KAR202"]);
    drop(listener);
    let nobody = deploy(&of_server(&sandbox, &server));
    assert_says(&nobody, 1, &["nobody listens there", "KAR202"]);

    let old = deploy(&of_server(&sandbox, &old_server()));
    assert_says(&old, 1, &["the API server is Kubernetes v1.20.15", "hint: karctl needs 1.25 or newer"]);
}

/// Answers every request with an old version.
fn old_server() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    let server = format!("http://{}", listener.local_addr().expect("an address"));
    thread::spawn(move || {
        for connection in listener.incoming() {
            let Ok(mut connection) = connection else { break };
            let lines = BufReader::new(&connection).lines().map(|line| line.expect("a request"));
            lines.take_while(|line| !line.is_empty()).for_each(drop);
            let body = r#"{"major":"1","minor":"20+","gitVersion":"v1.20.15"}"#;
            let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nConnection: close\r\nContent-Length:";
            connection.write_all(format!("{head} {}\r\n\r\n{body}", body.len()).as_bytes()).expect("it is read");
        }
    });
    server
}
