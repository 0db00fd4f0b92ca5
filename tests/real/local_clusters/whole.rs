//! A cluster that is there, as kind is played: what can be changed of it, what cannot, and its end.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::{Value, json};

use super::played::NODE_IMAGE;
use super::{KIND, Played, User, docker, refused};
use crate::parts;

/// Runs a program that sees mounts of its own, by its path.
const UNSHARE: &str = "/usr/bin/unshare";

/// What the ingress controller runs as.
const TRAEFIK: [&str; 3] = ["deployment", "traefik", "--namespace=kar-ingress"];

/// Whose objects they are.
const OF_INGRESS: &str = "--selector=app.kubernetes.io/component=ingress";

impl Played {
    /// A user whose clusters are like this one.
    fn user(&self, name: &'static str) -> User {
        let mut user = User::new(name);
        self.equip(&mut user.sandbox);
        user
    }

    /// The objects of the ingress controller, sorted.
    fn ingress(&self) -> Vec<String> {
        let kinds = "deployment,serviceaccount,clusterrole,clusterrolebinding,ingressclass,namespace";
        let told = self.cluster().shown(["get", kinds, "--all-namespaces", OF_INGRESS, "--output=name"]);
        let mut names: Vec<_> = told.lines().map(str::to_owned).collect();
        names.sort();
        names
    }

    /// Does what controllers and a kubelet do for the ingress controller, until it is told to stop.
    fn run_ingress(&self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            let found = self.cluster().kubectl([&["get", "-o", "json"], &TRAEFIK[..]].concat()).output();
            if let Ok(deployment) = serde_json::from_str::<Value>(&found.stdout) {
                let generation = &deployment["metadata"]["generation"];
                if deployment["status"]["observedGeneration"] != *generation {
                    self.make_replicas(&deployment);
                    let status = json!({
                        "observedGeneration": generation, "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1,
                        "availableReplicas": 1,
                    });
                    // It may be taken away meanwhile.
                    self.try_say(&TRAEFIK, &status);
                }
            }
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn make_replicas(&self, deployment: &Value) {
        let labels = &deployment["spec"]["template"]["metadata"]["labels"];
        let name = format!("traefik-{}", deployment["metadata"]["generation"]);
        let spec = json!({"selector": {"matchLabels": labels}, "template": deployment["spec"]["template"]});
        let mut of_set = labels.clone();
        of_set["pod-template-hash"] = json!("played");
        let metadata = json!({"name": name, "namespace": "kar-ingress", "labels": of_set});
        let set = json!({"apiVersion": "apps/v1", "kind": "ReplicaSet", "metadata": metadata, "spec": spec});
        self.cluster().kubectl(["apply", "--filename", "-"]).stdin(set.to_string()).output();
    }
}

/// `create` with an own configuration, which leaves the machine's ports to its author.
fn arguments<'a>(user: &User, words: &[&'a str]) -> Vec<&'a str> {
    user.sandbox.write("work/own.yaml", "# of the user\n");
    [&["create", "--no-registry", "--provider-config", "own.yaml"], words].concat()
}

fn create(user: &User, words: &[&str]) -> Value {
    document(user, &arguments(user, words))
}

#[track_caller]
fn document(user: &User, words: &[&str]) -> Value {
    let finished = user.karctl(&[words, &["-o", "json"]].concat());
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    finished.document(&format!("cluster {}", words[0]))
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_ingress_controller_is_put_on_kind_kept_changed_and_taken_away() {
    let played = Played::new("kt-ingress");
    let user = played.user("kt-ingress");
    // Somebody made its namespace, so it stays; and here nobody would end it.
    played.cluster().shown(["create", "namespace", "kar-ingress"]);
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| played.run_ingress(&stop));
        let _stop = StopAtEnd(&stop);
        let plan = create(&user, &["--ingress", "traefik", "--dry-run"]);
        assert_eq!((&plan["ingress"], played.ingress().len()), (&json!("traefik"), 0));
        assert_eq!(create(&user, &["--ingress", "traefik"])["ingress"], "traefik");
        let objects = played.ingress();
        let expected = [
            "clusterrole.rbac.authorization.k8s.io/kar-ingress",
            "clusterrolebinding.rbac.authorization.k8s.io/kar-ingress",
            "deployment.apps/traefik",
            "ingressclass.networking.k8s.io/traefik",
            "namespace/kar-ingress",
            "serviceaccount/traefik",
        ];
        assert_eq!(objects, expected);

        // Again, with and without the option: nothing changes.
        for words in [&["--ingress", "traefik"][..], &[]] {
            let again = create(&user, words);
            assert_eq!((&again["action"], &again["reason"]), (&json!("unchanged"), &Value::Null), "{words:?}");
            assert_eq!(again["ingress"], "traefik");
        }
        // Half of it is gone: it comes back without being asked for again.
        played.cluster().shown([&["delete", "--cascade=background"], &TRAEFIK[..]].concat());
        let mended = create(&user, &["--set", "cluster.ingress_image=localhost:5000/traefik:3"]);
        assert_eq!(mended["reason"], "changed: its ingress controller");
        let path = "--output=jsonpath={.spec.template.spec.containers[0].image}";
        assert_eq!(played.cluster().shown([&["get", path], &TRAEFIK[..]].concat()), "localhost:5000/traefik:3");

        let plan = create(&user, &["--ingress", "none", "--dry-run"]);
        assert_eq!(
            (&plan["ingress"], &plan["reason"]),
            (&json!("none"), &json!("to be changed: its ingress controller"))
        );
        let removed = create(&user, &["--ingress", "none"]);
        assert_eq!(
            (&removed["ingress"], &removed["reason"]),
            (&json!("none"), &json!("changed: its ingress controller"))
        );
        assert_eq!(played.ingress(), ["namespace/kar-ingress"]);
        let again = create(&user, &["--ingress", "none"]);
        assert_eq!((&again["action"], &again["reason"]), (&json!("unchanged"), &Value::Null));
    });
}

/// Ends what runs beside a test, also where it fails.
struct StopAtEnd<'a>(&'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_ingress_controller_that_does_not_start_and_a_kubeconfig_that_is_none_leave_nothing() {
    let played = Played::new("kt-unready");
    let user = played.user("kt-unready");
    let unready = user.karctl(&arguments(&user, &["--ingress", "traefik", "--timeout", "20s"]));
    let words = ["the ingress controller is not ready", "--set cluster.ingress_image=I", "KAR312", "was taken away"];
    words.iter().for_each(|word| assert!(unready.stderr.contains(word), "no `{word}` in:\n{}", unready.stderr));
    assert_eq!(unready.status, Some(4), "{}", unready.stderr);
    assert!(user.containers().is_empty(), "{:?}", user.containers());

    user.sandbox.write("home/.kube/config", "clusters: [");
    let unusable = user.karctl(&arguments(&user, &[]));
    refused(&unusable, "KAR311", &["home/.kube/config cannot be used", "name another file with --kubeconfig"]);
    assert_eq!(user.sandbox.read("home/.kube/config"), "clusters: [");
    assert!(user.containers().is_empty(), "{:?}", user.containers());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_whose_time_is_over_is_deleted_and_another_is_not() {
    let played = Played::new("kt-expired");
    let user = played.user("kt-expired");
    assert!(create(&user, &["--ttl", "8h"])["expires"].is_string());
    let delete = ["cluster", "delete", "--expired", "-y", "-o", "json"];
    let deleted = || user.sandbox.karctl(delete).output().document("cluster delete")["clusters"].clone();
    assert_eq!(deleted(), json!([]));
    assert_eq!(user.containers().len(), 1);

    let record = "home/.local/state/karctl/clusters/kt-expired/cluster.json";
    let mut changed: Value = serde_json::from_str(&user.sandbox.read(record)).expect("JSON");
    changed["expires"] = json!("2020-01-01T00:00:00Z");
    user.sandbox.write(record, changed.to_string());
    let status = user.karctl(&["status", "-o", "json"]);
    let problems = status.document("cluster status")["problems"].to_string();
    assert!(problems.contains("its time is over; `karctl cluster delete --expired` deletes it"), "{problems}");
    // Another --ttl gives it more time.
    assert_eq!(create(&user, &["--ttl", "1h"])["reason"], "changed: when it expires");
    assert_eq!(deleted(), json!([]));
    user.sandbox.write(record, changed.to_string());
    let gone = deleted();
    assert_eq!((gone[0]["name"].as_str(), gone.as_array().map(Vec::len)), (Some("kt-expired"), Some(1)));
    assert!(user.containers().is_empty());
    assert_eq!(deleted(), json!([]));
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_version_or_a_configuration_of_a_cluster_that_is_there_is_compared() {
    let played = Played::new("kt-differs");
    let mut user = played.user("kt-differs");
    docker(&["tag", NODE_IMAGE, "karctl-test/kt-differs:v1.33.1"]);
    user.sandbox.set_variable("PLAYED_IMAGE", "karctl-test/kt-differs:v1.33.1");
    create(&user, &[]);
    assert_eq!(create(&user, &[])["action"], "unchanged");
    user.sandbox.write("work/other.yaml", "# of somebody else\n");
    let other = user.karctl(&["create", "--no-registry", "--provider-config", "other.yaml"]);
    refused(&other, "KAR308", &["was made from another configuration (SHA-256 "]);
    let newer = user.karctl(&["create", "--no-registry", "--k8s-version", "1.34.0"]);
    refused(&newer, "KAR308", &["has Kubernetes 1.33.1, which cannot be changed"]);
    let same = document(&user, &["create", "--no-registry", "--k8s-version", "v1.33.1"]);
    assert_eq!(same["action"], "unchanged");
    docker(&["rmi", "karctl-test/kt-differs:v1.33.1"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_taken_port_is_named_and_low_limits_of_inotify_are_a_warning() {
    let mut user = User::with("kt-preflight", "kind", KIND);
    user.sandbox.set_variable("KIND_VERSION", "0.99.0");
    // Addresses of this test alone: other clusters have their ports on the usual one.
    let holder = TcpListener::bind("127.77.0.1:31093").expect("nobody has it");
    let taken = user.karctl(&["create", "--no-registry", "--bind", "127.77.0.1"]);
    let words = ["port 31093, which leads to Kafka of a cluster, is taken", "--provider-config"];
    refused(&taken, "KAR305", &words);
    drop(holder);
    assert!(user.residue().is_empty() && user.containers().is_empty(), "{:?}", user.residue());

    let limit = user.sandbox.write("low", "64\n");
    let script = "mount --bind \"$1\" /proc/sys/fs/inotify/max_user_instances && shift && exec \"$@\"";
    let limit = limit.display().to_string();
    let words = ["--mount", "--", "sh", "-c", script, "sh", &limit, env!("CARGO_BIN_EXE_karctl"), "cluster", "create"];
    let options = ["--name", "kt-preflight", "--no-registry", "--bind", "127.77.0.2", "--workers", "0"];
    let told = user.sandbox.command(UNSHARE, [&words[..], &options].concat()).output();
    assert!(!told.stderr.contains("KAR310"), "64 are enough for one node: {}", told.stderr);
    user.sandbox.write("low", "16\n");
    let told = user.sandbox.command(UNSHARE, [&words[..], &options].concat()).output();
    let sentence = "the kernel's limits of inotify are low for 1 node (16 instances, ";
    refused(&told, "KAR310", &[sentence, "sysctl fs.inotify.max_user_instances=512", "no room in this inn"]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_of_k3d_is_made_stopped_started_and_deleted() {
    // A registry of another test would be put on its network.
    let _turn = parts::turn("registry");
    let played = Played::of_k3d("kt-k3d-whole");
    let user = played.user("kt-k3d-whole");
    let created = create(&user, &["--provider", "k3d"]);
    assert_eq!((&created["action"], &created["context"]), (&json!("created"), &json!("k3d-kt-k3d-whole")));
    let nodes = json!(["k3d-kt-k3d-whole-server-0", "k3d-kt-k3d-whole-agent-0"]);
    assert_eq!((&created["nodes"], created["ports"].as_array().map(Vec::len)), (&nodes, Some(1)));
    assert_eq!(create(&user, &[])["action"], "unchanged");
    let differs = user.karctl(&["create", "--no-registry", "--ingress", "traefik"]);
    refused(&differs, "KAR308", &["has --ingress none, which cannot be changed"]);

    let all = json!(["k3d-kt-k3d-whole-serverlb", "k3d-kt-k3d-whole-agent-0", "k3d-kt-k3d-whole-server-0"]);
    assert_eq!(document(&user, &["stop"])["containers"], all);
    assert_eq!(document(&user, &["stop"])["action"], "unchanged");
    let status = user.karctl(&["status", "-o", "json"]);
    assert_eq!((status.status, &status.document("cluster status")["state"]), (Some(1), &json!("stopped")));
    assert_eq!(document(&user, &["start"])["action"], "started");
    assert_eq!(document(&user, &["status"])["state"], "running");

    let deleted = document(&user, &["delete", "-y"]);
    assert_eq!(deleted["clusters"][0]["containers"].as_array().map(Vec::len), Some(3));
    for kind in ["network", "volume"] {
        assert_eq!(docker(&[kind, "ls", "--quiet", "--filter", "label=k3d.cluster=kt-k3d-whole"]), "", "{kind}");
    }
    let called = user.sandbox.read("home/called");
    let called: Vec<_> = called.lines().filter(|line| !line.starts_with("version")).collect();
    let create = "cluster create kt-k3d-whole --config - --kubeconfig-update-default=false \
                  --kubeconfig-switch-context=false --no-rollback";
    let get = "kubeconfig get kt-k3d-whole";
    let (stop, start, delete) =
        ("cluster stop kt-k3d-whole", "cluster start kt-k3d-whole", "cluster delete kt-k3d-whole");
    assert_eq!(called, [create, get, get, stop, start, get, delete]);
}
