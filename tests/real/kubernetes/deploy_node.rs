//! The life of a runtime on a cluster that runs pods: deployed, used from a pod and from outside, changed, killed, taken
//! away, brought back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::{Duration, Instant};
use std::{fs, thread};

use serde_json::{Value, json};

use super::audit::{Mark, Write};
use super::cluster::{Cluster, Namespace};
use super::live::{Live, POD_LIMIT, alone};
use crate::parts;

/// Namespace of an application's team.
const TEAM: &str = "karctl-team";

/// Records and keys of one writer.
const COUNT: &str = "500";

/// Writes of karctl since then: who holds [`alone`] runs the only one, and other programs write at the same time.
fn written_by_karctl(cluster: &Cluster, mark: Mark) -> Vec<Write> {
    cluster.writes_since(mark).into_iter().filter(|write| write.user_agent.starts_with("karctl/")).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_runtime_is_deployed_used_changed_taken_away_and_brought_back() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::named(&cluster, TEAM, "{}");
    let runtime = Live::new(&cluster);

    // From nothing: everything is ready and proven, and the namespaces are enabled.
    let deployed = runtime.deploy(&["--enable", TEAM]);
    assert_eq!(deployed["objects"][0]["change"], "created");
    let enabled: Vec<_> = deployed["enabled"].as_array().expect("a list").iter().map(|one| &one["namespace"]).collect();
    assert_eq!(enabled, ["default", TEAM]);
    assert_eq!(runtime.must(&["k8s", "status", "-o", "json"]).document("k8s status")["problems"], json!([]));

    // Again: the API server sees no write.
    let mark = cluster.mark();
    let again = runtime.deploy(&["--enable", TEAM]);
    assert!(again["objects"].as_array().expect("a list").iter().all(|object| object["change"] == "unchanged"));
    assert_eq!(written_by_karctl(&cluster, mark), []);

    // A client in a pod of an enabled namespace, and one outside, through one topic.
    runtime.inside(TEAM, "writer", &["write", "--app", "life", "--count", COUNT]);
    runtime.outside(&["verify", "--app", "life", "--count", COUNT]);
    runtime.outside(&["write", "--app", "life", "--start", COUNT, "--count", COUNT]);
    runtime.inside(TEAM, "reader", &["verify", "--app", "life", "--start", COUNT, "--count", COUNT]);
    runtime.inside(TEAM, "mesh", &["mesh", "--app", "mesh", "--takeover=false"]);

    // One setting more: Kafka starts anew, and nothing else.
    let before = runtime.pods();
    let changed = runtime.deploy(&["--set", "kafka.heap=200m"]);
    let updated: Vec<_> =
        changed["objects"].as_array().expect("a list").iter().filter(|o| o["change"] == "updated").collect();
    assert_eq!(updated.len(), 1, "{updated:?}");
    assert_eq!(updated[0]["name"], "kar-kafka");
    let after = runtime.pods();
    let rolled: Vec<_> =
        after.iter().filter(|(name, uid)| before.get(*name) != Some(uid)).map(|(name, _)| name).collect();
    assert_eq!(rolled, ["kar-kafka-0"]);
    runtime.outside(&["verify", "--app", "life", "--count", COUNT]);

    // Kafka and Redis are killed: nothing that was acknowledged is lost.
    for pod in ["kar-kafka-0", "kar-redis-0", "kar-zookeeper-0"] {
        cluster.shown(["--namespace=kar-system", "delete", "pod", pod, "--grace-period=0", "--force"]);
    }
    let with_agent = runtime.deploy(&["--set", "kafka.heap=200m", "--agent"]);
    runtime.outside(&["verify", "--app", "life", "--count", "1000"]);

    // The agent that this brought shows Kafka's figures, those of the topic just read among them.
    let created: Vec<_> =
        with_agent["objects"].as_array().expect("a list").iter().filter(|o| o["change"] == "created").collect();
    assert_eq!(created.iter().map(|o| &o["name"]).collect::<Vec<_>>(), ["kar-kafka-agent", "kafka-jmx-svc"]);
    let figures = cluster.shown(["get", "--raw", "/api/v1/namespaces/kar-system/pods/kar-kafka-0:7071/proxy/metrics"]);
    assert!(figures.contains("\nkafka_server_brokertopicmetrics_totalfetchrequests_total"), "{figures}");
    assert!(figures.contains("\nkafka_server_replicamanager_partitioncount "), "{figures}");
    // What the dashboard of the addon asks for is there under these names.
    let dashboard = include_str!("../../../templates/addon/dashboards/kar-kafka.json");
    let words = dashboard.split(|character: char| !character.is_ascii_alphanumeric() && character != '_');
    let asked: BTreeSet<_> =
        words.filter(|word| word.starts_with("kafka_server_") || word.starts_with("jvm_")).collect();
    assert_eq!(asked.len(), 8, "{asked:?}");
    for name in asked {
        assert!(figures.contains(&format!("\n{name}")), "no {name} in {figures}");
    }
    // Kafka's own tools work in the pod all the same.
    let list = ["/opt/kafka/bin/kafka-topics.sh", "--bootstrap-server", "localhost:9092", "--list"];
    let topics = cluster.shown([&["--namespace=kar-system", "exec", "kar-kafka-0", "--"], &list[..]].concat());
    assert!(topics.lines().any(|topic| topic == "kar_life"), "{topics}");

    // Taken away: what holds data stays, and what opens it.
    let undeployed = runtime.must(&["k8s", "undeploy", "-y", "-o", "json"]).document("k8s undeploy");
    let left: Vec<_> =
        undeployed["left"].as_array().expect("a list").iter().map(|left| left["object"].to_string()).collect();
    assert_eq!(left.len(), 5, "{left:?}");
    let mut objects = runtime.objects();
    objects.sort();
    assert_eq!(
        objects,
        [
            "persistentvolumeclaim/kar-kafka-pvc-kar-kafka-0",
            "persistentvolumeclaim/kar-redis-pvc",
            "persistentvolumeclaim/kar-zookeeper-pvc-data-kar-zookeeper-0",
            "secret/kar.ibm.com.credentials",
        ]
    );
    assert_eq!(runtime.pods(), BTreeMap::new());
    let label = ["get", "namespace", TEAM, "-o", "jsonpath={.metadata.labels.kar\\.ibm\\.com/enabled}"];
    assert_eq!(cluster.shown(label), "");
    let nothing = runtime.must(&["k8s", "undeploy", "-y", "-o", "json"]).document("k8s undeploy");
    assert_eq!(nothing["removed"], json!([]));

    // Brought back: the data is there, and opens.
    runtime.deploy(&[]);
    runtime.outside(&["verify", "--app", "life", "--count", "1000"]);

    // Everything goes.
    runtime.must(&["k8s", "undeploy", "--delete-data", "-y"]);
    let namespace = cluster.shown(["get", "namespace", "kar-system", "--ignore-not-found", "-o", "name"]);
    assert_eq!(namespace, "");
    let webhook = ["get", "mutatingwebhookconfiguration", "kar-injector-webhook", "--ignore-not-found", "-o", "name"];
    assert_eq!(cluster.shown(webhook), "");
    drop(team);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_keeps_a_pod_from_being_ready_is_told_and_mended_by_the_same_command() {
    let _alone = alone();
    let cluster = Cluster::node();
    let runtime = Live::new(&cluster);
    let deploy = |arguments: &[&str]| {
        runtime.run(&[&["k8s", "deploy", "-f", "settings.yaml", "--timeout", "150s"], arguments].concat())
    };

    // An image that cannot be pulled, and a class that is not there: told at once, long before the time is over.
    let began = Instant::now();
    let image = deploy(&["--set", "redis.image=localhost:1/none:1", "--set", "kubernetes.storage_class=none"]);
    assert_eq!(image.status, Some(1), "{}", image.stderr);
    assert!(began.elapsed() < Duration::from_secs(90), "{}", image.stderr);
    assert!(image.stderr.contains("none") && image.stderr.contains("KAR207"), "{}", image.stderr);
    runtime.must(&["k8s", "undeploy", "--delete-data", "-y"]);

    // Half-done: a Kafka that ends at once holds up its successor, which the next deploy brings in all the same.
    let ends = deploy(&["--set", "kafka.heap=1k"]);
    assert_eq!(ends.status, Some(1), "{}", ends.stderr);
    assert!(ends.stderr.contains("kar-kafka-0") && ends.stderr.contains("log"), "{}", ends.stderr);
    let mended = deploy(&[]);
    assert_eq!(mended.status, Some(0), "{}", mended.stderr);
    assert!(mended.stderr.contains("Kafka carries records"), "{}", mended.stderr);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn three_brokers_lose_one_and_nothing_else() {
    let _alone = alone();
    let cluster = Cluster::node();
    let runtime = Live::new(&cluster);
    let less = ["kafka_memory=640Mi", "kafka_cpu=50m", "zookeeper_cpu=20m", "redis_cpu=20m"];
    let less: Vec<_> = less.iter().flat_map(|setting| ["--set".to_owned(), format!("kubernetes.{setting}")]).collect();
    let less: Vec<_> = less.iter().map(String::as_str).collect();
    runtime.deploy(&[&["--ha"], less.as_slice()].concat());
    let brokers = cluster.shown([
        "--namespace=kar-system",
        "get",
        "secret",
        "kar.ibm.com.runtime-config",
        "-o",
        "go-template={{index .data \"kafka_brokers\" | base64decode}}",
    ]);
    assert_eq!(brokers.split(',').count(), 3, "{brokers}");
    runtime.outside(&["write", "--app", "ha", "--count", COUNT]);
    cluster.shown(["--namespace=kar-system", "scale", "statefulset", "kar-kafka", "--replicas=2"]);
    let gone = ["--namespace=kar-system", "wait", "--for=delete", "pod/kar-kafka-2", "--timeout=90s"];
    cluster.shown(gone);
    runtime.inside("default", "reader", &["verify", "--app", "ha", "--count", COUNT]);
    runtime.inside("default", "writer", &["write", "--app", "ha", "--start", COUNT, "--count", COUNT]);
    // The drift of the replicas is another manager's field, which is told and taken back.
    let refused = runtime.run(&[&["k8s", "deploy", "-f", "settings.yaml", "--ha"], less.as_slice()].concat());
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    assert!(refused.stderr.contains("KAR206") && refused.stderr.contains("replicas"), "{}", refused.stderr);
    runtime.deploy(&[&["--ha", "--force-conflicts"], less.as_slice()].concat());
    runtime.outside(&["verify", "--app", "ha", "--count", "1000"]);

    // Three with data do not become one in one step, but by the way that the hint tells, which keeps Redis' data.
    let refused = runtime.run(&[&["k8s", "deploy", "-f", "settings.yaml"], less.as_slice()].concat());
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    let selector = "name in (kar-kafka,kar-zookeeper)";
    assert!(refused.stderr.contains("KAR224") && refused.stderr.contains(selector), "{}", refused.stderr);
    let redis =
        || cluster.shown(["--namespace=kar-system", "get", "pvc", "kar-redis-pvc", "-o", "jsonpath={.metadata.uid}"]);
    let before = redis();
    runtime.must(&["k8s", "undeploy", "-y", "--force"]);
    let deleted = cluster.shown(["--namespace=kar-system", "delete", "pvc", "-l", selector]);
    assert_eq!(deleted.lines().count(), 6, "{deleted}");
    runtime.deploy(&less);
    assert_eq!(redis(), before);
}

/// Pods of proofs, in every namespace.
fn proof_pods(cluster: &Cluster) -> String {
    cluster.shown(["get", "pods", "--all-namespaces", "-l", "karctl.kar.ibm.com/proof=true", "-o", "name"])
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_pod_proves_a_deploy_and_is_gone_and_a_kill_hinders_no_other() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::named(&cluster, "karctl-proof", "{pod-security.kubernetes.io/enforce: restricted}");
    let runtime = Live::new(&cluster);
    let with_pod = ["--enable", team.name(), "--proof", "pod"];

    // A quota that wants every container to say all that it takes, as karctl's own do.
    let hard = "{requests.cpu: '2', requests.memory: 4Gi, limits.cpu: '4', limits.memory: 8Gi, pods: '20'}";
    team.apply(&format!("{{apiVersion: v1, kind: ResourceQuota, metadata: {{name: all}}, spec: {{hard: {hard}}}}}"));

    // From nothing, with passwords; and again, when the pod is all that is written.
    let secure = [&with_pod[..], &["--set", "kubernetes.secure=true"]].concat();
    let deployed = runtime.deploy(&secure);
    assert_eq!(deployed["pod_proof"]["namespace"], team.name());
    assert_eq!(proof_pods(&cluster), "");
    let mark = cluster.mark();
    runtime.deploy(&secure);
    let writes = written_by_karctl(&cluster, mark);
    let written: Vec<_> = writes
        .iter()
        .map(|write| (write.verb.as_str(), write.target.contains("/namespaces/karctl-proof/pods")))
        .collect();
    assert_eq!(written, [("create", true), ("delete", true)], "{writes:?}");

    // Without passwords, killed while the pod is there: another run leaves it, whose log somebody might read.
    let line = [&["k8s", "deploy", "-f", "settings.yaml", "--timeout", "3m"], &with_pod[..]].concat();
    let mut killed = cluster.karctl(&runtime.sandbox, line.iter().copied());
    let mut killed = killed.start();
    let deadline = Instant::now() + POD_LIMIT;
    while proof_pods(&cluster).is_empty() {
        assert!(Instant::now() < deadline, "no pod of a proof");
        thread::sleep(Duration::from_millis(50));
    }
    killed.kill().and_then(|()| killed.wait()).expect("a process");
    assert_ne!(proof_pods(&cluster), "");
    let deadline = Instant::now() + POD_LIMIT;
    let unfinished = ["--field-selector=status.phase!=Succeeded,status.phase!=Failed", "-o", "name"];
    let unfinished =
        [&["get", "pods", "-n", team.name(), "-l", "karctl.kar.ibm.com/proof=true"], &unfinished[..]].concat();
    while !cluster.shown(unfinished.iter().copied()).is_empty() {
        assert!(Instant::now() < deadline, "a pod of a proof does not end");
        thread::sleep(Duration::from_millis(200));
    }
    runtime.deploy(&with_pod);
    cluster.shown(["delete", "pods", "--namespace", team.name(), "-l", "karctl.kar.ibm.com/proof=true"]);
    assert_eq!(proof_pods(&cluster), "");

    // What keeps the pod from being made is told.
    team.apply("{apiVersion: v1, kind: ResourceQuota, metadata: {name: none}, spec: {hard: {pods: '0'}}}");
    let refused = runtime.run(&line);
    assert_eq!(refused.status, Some(1), "{}", refused.stderr);
    for said in ["a pod in namespace karctl-proof cannot use the runtime", "exceeded quota: none", "KAR212"] {
        assert!(refused.stderr.contains(said), "{}", refused.stderr);
    }
    assert_eq!(proof_pods(&cluster), "");
}

/// The secrets of a deploy are in no output, and in no file of the sandbox.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn clients_outside_come_in_by_node_ports_and_only_with_passwords() {
    let _alone = alone();
    let cluster = Cluster::node();
    let runtime = Live::new(&cluster);
    let node = cluster.shown(["get", "nodes", "-o", "jsonpath={.items[0].status.addresses[0].address}"]);
    runtime.deploy(&["--expose", &node]);
    let variables = runtime.must(&["env", "cluster", "--format", "json"]);
    let variables: Value = serde_json::from_str(&variables.stdout).expect("a document");
    assert_eq!(variables["KAFKA_BROKERS"], format!("{node}:31093"));
    assert_eq!((&variables["REDIS_HOST"], &variables["REDIS_PORT"]), (&json!(node), &json!("31379")));

    // Without a port-forward, as any process outside would.
    let client = |command: &[&str], changed: Option<&str>| {
        let mut client = cluster.inside(&runtime.sandbox, &parts::client(), command.iter().copied());
        for (name, value) in variables.as_object().expect("a map").iter().filter(|(_, value)| value.is_string()) {
            let value = if changed == Some(name) { "wrong" } else { value.as_str().expect("text") };
            client = client.variable(name, value);
        }
        client.output()
    };
    let written = client(&["write", "--app", "outside", "--count", COUNT], None);
    assert_eq!(written.status, Some(0), "{}", written.stderr);
    runtime.inside("default", "reader", &["verify", "--app", "outside", "--count", COUNT]);
    runtime.outside(&["verify", "--app", "outside", "--count", COUNT]);
    for password in ["KAFKA_PASSWORD", "REDIS_PASSWORD"] {
        assert!(variables[password].is_string(), "{password}");
        let refused = client(&["ping", "--timeout", "20s"], Some(password));
        assert_eq!(refused.status, Some(1), "{password}: {}", refused.stderr);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_password_is_in_no_output_of_a_deploy() {
    let _alone = alone();
    let cluster = Cluster::node();
    let runtime = Live::new(&cluster);
    let canary = "canary-Zq8RedisPassword";
    runtime.sandbox.write("work/redis-password", canary);
    let arguments = ["--set-file", "redis.password=redis-password"];
    let mut outputs = Vec::new();
    for line in [
        &["k8s", "deploy", "-f", "settings.yaml", "-vv", "-o", "json"][..],
        &["k8s", "diff", "-f", "settings.yaml", "-o", "json"],
        &["k8s", "deploy", "-f", "settings.yaml", "-vv", "--progress", "json"],
    ] {
        let finished = runtime.run(&[line, &arguments].concat());
        assert_eq!(finished.status, Some(0), "{}", finished.stderr);
        outputs.extend([finished.stdout, finished.stderr]);
    }
    let status = runtime.must(&["k8s", "status", "-o", "json", "-vv"]);
    outputs.extend([status.stdout, status.stderr]);
    assert!(outputs.iter().all(|output| !output.contains(canary)));
    // It is on the cluster, and opens Redis: the deploys above were proven with it.
    let kept = ["--namespace=kar-system", "get", "secret", "kar.ibm.com.credentials", "-o"];
    let shown = cluster.shown([&kept[..], &["go-template={{index .data \"redis-password\" | base64decode}}"]].concat());
    assert_eq!(shown, canary);
    for file in files(&runtime.sandbox.path("")) {
        let content = fs::read(&file).expect("a file");
        let holds = content.windows(canary.len()).any(|window| window == canary.as_bytes());
        assert!(!holds || file.ends_with("redis-password"), "{}", file.display());
    }
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .flat_map(|entry| {
            let path = entry.path();
            let kind = entry.file_type();
            match kind.map(|kind| (kind.is_dir(), kind.is_file())) {
                Ok((true, _)) => files(&path),
                Ok((_, true)) => vec![path],
                _ => Vec::new(),
            }
        })
        .collect()
}
