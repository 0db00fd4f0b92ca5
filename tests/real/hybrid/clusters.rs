//! Clusters as members, on API servers of their own. Nothing waits for pods: nobody runs them there.

use std::fs;
use std::thread::sleep;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::kubernetes::Cluster;
use crate::sandbox::{Finished, Sandbox};

/// Time for what another process does.
const PATIENCE: Duration = Duration::from_secs(120);

const CONFIGURATION: &str = "kar.ibm.com.runtime-config";

/// Two clusters, `east` and `west`, in one kubeconfig's worth of files, and somebody who uses both.
pub struct Team {
    pub east: Cluster,
    pub west: Cluster,
    pub sandbox: Sandbox,
}

impl Team {
    pub fn on([east, west]: [Cluster; 2]) -> Self {
        let mut sandbox = Sandbox::new();
        let contexts = [("east", &east), ("west", &west)]
            .map(|(name, cluster)| sandbox.write(format!("home/{name}.kubeconfig"), kubeconfig(cluster, name)));
        sandbox.set_variable("KUBECONFIG", std::env::join_paths(contexts).expect("paths"));
        Self { east, west, sandbox }
    }

    pub fn project(&self, text: &str) {
        self.sandbox.write("work/karctl.yaml", format!("version: 1\n{text}"));
    }

    #[track_caller]
    pub fn run(&self, line: &str, status: i32) -> Finished {
        let finished = self.sandbox.karctl(std::iter::once("hybrid").chain(line.split(' '))).output();
        assert_eq!(finished.status, Some(status), "{line}\n{}\n{}", finished.stdout, finished.stderr);
        finished
    }

    #[track_caller]
    pub fn outcomes(&self, line: &str, status: i32) -> Vec<String> {
        let document = self.run(&format!("{line} -o json"), status).document(&format!("hybrid {}", first_word(line)));
        let text = |member: &Value, key: &str| member[key].as_str().unwrap_or_default().to_owned();
        let members = document["members"].as_array().expect("members");
        members.iter().map(|member| format!("{} {}", text(member, "member"), text(member, "outcome"))).collect()
    }
}

/// A cluster's kubeconfig, with names of its own.
fn kubeconfig(cluster: &Cluster, name: &str) -> String {
    let text = fs::read_to_string(cluster.kubeconfig()).expect("a kubeconfig");
    let text = text.replace("karctl-test", name).replace("name: admin", &format!("name: admin-{name}"));
    text.replace("user: admin", &format!("user: admin-{name}"))
}

fn first_word(line: &str) -> &str {
    line.split(' ').next().unwrap_or_default()
}

/// A value of what the runtime's pods are told.
fn told(cluster: &Cluster, namespace: &str, key: &str) -> String {
    let path = format!("jsonpath={{.data.{key}}}");
    let encoded = cluster.shown(["get", "secret", CONFIGURATION, "--namespace", namespace, "--output", &path]);
    String::from_utf8(STANDARD.decode(encoded).expect("base64")).expect("text")
}

/// Namespaces that are enabled.
pub fn enabled(cluster: &Cluster) -> Vec<String> {
    let shown = cluster.shown(["get", "namespaces", "-l", "kar.ibm.com/enabled=true", "--output=name"]);
    shown.lines().map(str::to_owned).collect()
}

pub const SERVICES: &str = "\
KAFKA_BROKERS: kafka.example:9093
KAFKA_PASSWORD: canary-kafka
REDIS_HOST: redis.example
REDIS_PASSWORD: canary-redis
";

pub const ELSEWHERE: &str = "\
services: { file: services.yaml }
members:
  east: { cluster: { context: east }, namespaces: [team-a, team-b] }
  west: { cluster: { context: west }, namespaces: [team-c] }
  edge: { host: {} }
";

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn clusters_are_brought_up_also_after_a_kill_and_a_plan_holds_until_the_world_moves() {
    let team = Team::on([Cluster::api(), Cluster::api()]);
    team.sandbox.write("work/services.yaml", SERVICES);
    team.project(ELSEWHERE);
    let planned = team.run("plan --out plan.json -o json", 0).document("hybrid plan");
    assert_eq!(planned, team.run("plan -o json", 0).document("hybrid plan"), "it is deterministic");
    let uid = team.east.shown(["get", "namespace", "kube-system", "--output", "jsonpath={.metadata.uid}"]);
    assert_eq!(planned["members"][0]["identity"]["uid"], Value::from(uid));
    let steps = planned["members"][0]["steps"].to_string();
    assert!(steps.contains("enabled namespace team-b") && !steps.contains("StatefulSet"), "{steps}");

    let mut killed = team.sandbox.karctl(["hybrid", "up", "plan.json", "--no-wait"]);
    let mut killed = killed.start();
    let began = Instant::now();
    while team.east.shown(["get", "secrets", "--all-namespaces"]).lines().count() <= 1 {
        assert!(began.elapsed() < PATIENCE, "nothing is made");
        sleep(Duration::from_millis(20));
    }
    killed.kill().and_then(|()| killed.wait()).expect("a process");

    let finished = team.run("up plan.json --no-wait", 0);
    assert!(!format!("{finished:?}").contains("canary"), "{finished:?}");
    for (cluster, namespaces) in [(&team.east, &["team-a", "team-b"][..]), (&team.west, &["team-c"])] {
        for namespace in namespaces.iter().chain(&["kar-system", "default"]) {
            assert_eq!(told(cluster, namespace, "redis_password"), "canary-redis", "{namespace}");
        }
        assert_eq!(enabled(cluster).len(), namespaces.len() + 1);
    }
    let marks = [team.east.mark(), team.west.mark()];
    assert_eq!(team.outcomes("up --no-wait", 0), ["east unchanged", "west unchanged", "edge unchanged"]);
    // The injector of a default deploy is the original's: nobody can look from a pod of its image, and none is made.
    let unseen = team.run("matrix -o json", 5).document("hybrid matrix");
    assert_eq!((unseen["broken"].as_u64(), unseen["unseen"].as_u64()), (Some(0), Some(6)), "{unseen:#}");
    let hint = unseen["members"][0]["kafka"]["hints"].to_string();
    assert!(hint.contains("--image IMAGE") && hint.contains("injector.implementation: karctl"), "{hint}");
    team.run("matrix --only east --only west", 5);
    let [east, west] = marks;
    assert_eq!((team.east.writes_since(east), team.west.writes_since(west)), (Vec::new(), Vec::new()));

    let shown = team.run("status", 1).stdout;
    assert!(shown.contains("kar-injector is not ready"), "{shown}");
    team.run("plan --out plan.json", 0);
    team.west.shown(["label", "namespace", "team-c", "kar.ibm.com/enabled-"]);
    let refused = team.run("up plan.json --no-wait", 1).stderr;
    let moved = "west: enabled namespace team-c was to be unchanged, and would be updated";
    assert!(refused.contains(moved), "{refused}");
    assert_eq!(enabled(&team.west), ["namespace/default"]);
    let disabled = team.run("status --only west -o json", 1).document("hybrid status");
    assert_eq!(disabled["members"][0]["health"], "unhealthy");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_that_the_services_are_in_comes_first_and_goes_last() {
    let team = Team::on([Cluster::control(), Cluster::control()]);
    let members = "members:\n  west: { cluster: { context: west } }\n  east:\n    cluster: { context: east }\n";
    let closed = format!("services: {{ cluster: east }}\n{members}");
    team.project(&closed);
    let mark = team.east.mark();
    let refused = team.run("up --no-wait", 2).stderr;
    assert!(refused.contains("karctl.yaml:4:3: `west` (a cluster) cannot reach Kafka and Redis"), "{refused}");
    assert_eq!(team.east.writes_since(mark), []);

    team.project(&format!("{closed}    values: {{ kubernetes: {{ expose: kar.example.org }} }}\n"));
    let planned = team.run("plan --out plan.json -o json", 0).document("hybrid plan");
    assert_eq!(planned["members"][0]["member"], "east", "the home comes first");
    assert_eq!(team.outcomes("up plan.json --no-wait", 0), ["east changed", "west changed"]);
    assert_eq!(told(&team.east, "default", "redis_host"), "kar-redis.kar-system.svc.cluster.local");
    assert_eq!(told(&team.west, "default", "redis_host"), "kar.example.org");
    let password = told(&team.east, "kar-system", "redis_password");
    assert_eq!(told(&team.west, "default", "redis_password"), password);
    assert_eq!(team.outcomes("up plan.json --no-wait", 0), ["east unchanged", "west unchanged"]);

    // The home is connected to for what it says of the services, and not looked from where it is not asked for.
    team.project(&format!(
        "{closed}    values: {{ kubernetes: {{ expose: kar.example.org }} }}\n  edge: {{ host: {{}} }}\n"
    ));
    let mark = team.east.mark();
    team.run("matrix --only edge --image registry.invalid/karctl:1", 5);
    assert_eq!(team.east.writes_since(mark), []);
    team.project(&format!("{closed}    values: {{ kubernetes: {{ expose: kar.example.org }} }}\n"));

    // Redis' claim is made by the deploy; those of Kafka by a controller, a moment later.
    let claim = "persistentvolumeclaim/kar-kafka-pvc-kar-kafka-0";
    team.east.shown(["wait", "--for=create", claim, "--namespace", "kar-system", "--timeout=120s"]);
    let dry = team.run("down --dry-run", 0).stdout;
    assert!(dry.contains("  StatefulSet kar-system/kar-kafka: would be removed\n"), "{dry}");
    let down = team.run("down -y", 0).stdout;
    assert!(down.starts_with("west (cluster): down\n"), "{down}");
    let left = "  PersistentVolumeClaim kar-system/kar-redis-pvc stays: data; --delete-data deletes it\n";
    assert!(down.contains(left) && down.contains("  Namespace default stays: "), "{down}");
    assert!(enabled(&team.east).is_empty() && enabled(&team.west).is_empty());
    assert_eq!(team.outcomes("down", 0), ["west unchanged", "east unchanged"]);
    // The data is opened by the same passwords again.
    team.run("up --no-wait", 0);
    assert_eq!(told(&team.west, "default", "redis_password"), password);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_context_that_moved_and_a_cluster_that_is_gone_are_told_and_hold_up_nobody() {
    let team = Team::on([Cluster::api(), Cluster::api()]);
    team.sandbox.write("work/services.yaml", SERVICES);
    let twin = ELSEWHERE.replace("{ context: west }", "{ context: west, kubeconfig: ../home/twin.kubeconfig }");
    team.sandbox.write("home/twin.kubeconfig", kubeconfig(&team.east, "west"));
    team.project(&twin);
    assert_eq!(team.outcomes("up --no-wait", 1), ["east failed", "west failed", "edge changed"]);
    let shown = team.run("up --no-wait", 1).stdout;
    assert!(shown.contains("the members `west` and `east` are the same cluster"), "{shown}");

    team.project(&ELSEWHERE.replace("{ context: west }", "{ context: west, uid: other }"));
    let shown = team.run("up --no-wait", 1).stdout;
    assert!(shown.contains("the context `west` leads to another cluster than the file says: its uid is "), "{shown}");
    assert!(shown.contains("east (cluster): up\n"), "{shown}");
    assert_eq!(enabled(&team.west), Vec::<String>::new());

    // Somebody who may not see which cluster it is.
    let blind = fs::read_to_string(team.west.dev_kubeconfig()).expect("a kubeconfig").replace("karctl-test", "west");
    team.sandbox.write("home/blind.kubeconfig", blind);
    let place = "{ context: west, uid: other, kubeconfig: ../home/blind.kubeconfig }";
    team.project(&ELSEWHERE.replace("{ context: west }", place));
    let shown = team.run("up --no-wait", 1).stdout;
    assert!(shown.contains("whether its cluster is other cannot be seen"), "{shown}");
    assert!(shown.contains("KAR204") && shown.contains("east (cluster): up; nothing was to be done\n"), "{shown}");

    // Nobody listens there.
    let west = kubeconfig(&team.west, "west");
    let (before, after) = west.split_once("https://127.0.0.1:").expect("an address");
    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
    team.sandbox.write("home/gone.kubeconfig", format!("{before}https://127.0.0.1:9{rest}"));
    team.project(&ELSEWHERE.replace("{ context: west }", "{ context: west, kubeconfig: ../home/gone.kubeconfig }"));
    assert_eq!(team.outcomes("up --no-wait", 1), ["east unchanged", "west failed", "edge unchanged"]);
    assert_eq!(enabled(&team.west), Vec::<String>::new());
}
