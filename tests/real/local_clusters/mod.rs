//! `karctl cluster` with tools that are played: what they are told, how they fail, and what is left then. The real kind is
//! that of `tests/real/clusters`; k3d cannot be had here, so its stand-in checks arguments and configuration as k3d 5.9
//! does (`cmd/cluster/clusterCreate.go` and `pkg/config/v1alpha5/schema.json` of its source).

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use serde_json::Value;

mod played;
mod whole;

pub use played::Played;

use crate::parts;
use crate::sandbox::{Finished, Sandbox};

const PATIENCE: Duration = Duration::from_secs(60);

/// Does what kind does as far as karctl sees it: makes a labelled container, then what `FATE` says.
const KIND: &str = r#"
name=$(echo "$*" | sed -n 's/.*--name \([^ ]*\).*/\1/p')
case "$1 $2" in
  "version -q") echo "${KIND_VERSION:-0.31.0}" ;;
  "create cluster")
    cat >"$HOME/told"
    docker run -d --name "$name-control-plane" --label "io.x-k8s.kind.cluster=$name" \
      --label io.x-k8s.kind.role=control-plane karctl-test/tiny:1 >/dev/null || exit
    case "$FATE" in
      hang) while echo " • Starting control-plane" >&2; do sleep 0.1; done ;;
      *) echo "ERROR: failed to create cluster: no room in this inn" >&2; exit 1 ;;
    esac ;;
  "delete cluster") docker rm -fv "$name-control-plane" >/dev/null ;;
  *) echo "ERROR: unknown command: $*" >&2; exit 1 ;;
esac
"#;

/// Takes what k3d takes, and nothing else.
const K3D: &str = r#"
case "$1 $2" in
  "version -o") [ "$3" = json ] && echo "{\"k3d\": \"${K3D_VERSION:-v5.8.3}\", \"k3s\": \"v1.33.4-k3s1\"}" ;;
  "cluster create")
    shift 2
    for word; do
      case "$word" in
        --config | --kubeconfig-update-default=false | --kubeconfig-switch-context=false | --no-rollback | -) ;;
        -*) echo "FATA[0000] unknown flag: $word" >&2; exit 1 ;;
        *) name=$word ;;
      esac
    done
    [ "$KUBECONFIG" != "$HOME/.kube/config" ] && echo "$DOCKER_HOST $name" >"$HOME/called"
    cat >"$HOME/told"
    echo "INFO[0000] Prep: Network" >&2
    echo "FATA[0001] Cluster creation FAILED, all changes have been left" >&2
    exit 1 ;;
  "cluster delete") ;;
  *) echo "FATA[0000] unknown command: $*" >&2; exit 1 ;;
esac
"#;

/// A user with a tool that is played, on the private engine; the cluster's containers go with the user.
struct User {
    sandbox: Sandbox,
    name: &'static str,
}

impl User {
    fn new(name: &'static str) -> Self {
        let sandbox = Sandbox::new().variable("DOCKER_HOST", parts::docker_host());
        let path = format!("{}:{}", sandbox.path("bin").display(), std::env::var("PATH").expect("a PATH"));
        let user = Self { sandbox: sandbox.variable("PATH", path), name };
        user.clear();
        user
    }

    fn with(name: &'static str, tool: &str, script: &str) -> Self {
        let user = Self::new(name);
        user.sandbox.program(tool, script);
        user
    }

    fn arguments<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        [&["cluster"], words, &["--name", self.name]].concat()
    }

    fn karctl(&self, words: &[&str]) -> Finished {
        self.sandbox.karctl(self.arguments(words)).output()
    }

    /// `create` without what other tests share: the registry, and ports of the machine, which an own configuration leaves
    /// to its author.
    fn create<'a>(&'a self, words: &[&'a str]) -> Vec<&'a str> {
        self.sandbox.write("work/own.yaml", "# of the user\n");
        self.arguments(&[&["create", "--no-registry", "--provider-config", "own.yaml"], words].concat())
    }

    fn run_create(&self, words: &[&str]) -> Finished {
        self.sandbox.karctl(self.create(words)).output()
    }

    fn containers(&self) -> Vec<String> {
        let of = |label: &str| docker(&["ps", "-aq", "--filter", &format!("label={label}={}", self.name)]);
        let output = [of("io.x-k8s.kind.cluster"), of("k3d.cluster")].join("\n");
        output.lines().filter(|line| !line.is_empty()).map(str::to_owned).collect()
    }

    fn clear(&self) {
        for container in self.containers() {
            docker(&["rm", "--force", "--volumes", &container]);
        }
        docker(&["network", "rm", &format!("k3d-{}", self.name)]);
        docker(&["volume", "rm", &format!("k3d-{}-images", self.name)]);
    }

    /// What is left of it in the home folder.
    fn residue(&self) -> Vec<String> {
        let clusters = self.sandbox.path("home/.local/state/karctl/clusters");
        let names = |folder: &Path| -> Vec<String> {
            let entries = fs::read_dir(folder).into_iter().flatten().flatten();
            entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect()
        };
        let kubeconfig = self.sandbox.path("home/.kube/config");
        names(&clusters).into_iter().chain(kubeconfig.exists().then(|| "kubeconfig".to_owned())).collect()
    }
}

impl Drop for User {
    fn drop(&mut self) {
        self.clear();
    }
}

fn docker(arguments: &[&str]) -> String {
    let output = Command::new("docker").args(arguments).env("DOCKER_HOST", parts::docker_host()).output();
    String::from_utf8_lossy(&output.expect("docker starts").stdout).trim().to_owned()
}

#[track_caller]
fn refused(finished: &Finished, code: &str, words: &[&str]) {
    assert_eq!(finished.status, Some(1), "{}", finished.stderr);
    for word in words.iter().chain(&[code]) {
        assert!(finished.stderr.contains(word), "no `{word}` in:\n{}", finished.stderr);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_tool_that_is_missing_or_too_old_is_named_with_the_way_to_install_it() {
    let mut user = User::new("kt-tools");
    let real_path = user.sandbox.path("bin");
    // Nothing but the engine's command line is on PATH.
    let docker = which("docker");
    std::os::unix::fs::symlink(docker, user.sandbox.path("bin/docker")).expect("a link");
    user.sandbox.set_variable("PATH", real_path);
    let missing = user.karctl(&["create"]);
    refused(&missing, "KAR303", &["`kind` is not on PATH", "go install sigs.k8s.io/kind@", "kind.sigs.k8s.io"]);
    refused(&user.karctl(&["create", "--provider", "k3d"]), "KAR303", &["`k3d` is not on PATH", "k3d.io"]);
    user.sandbox.program("kind", "echo 0.20.0");
    refused(&user.karctl(&["create"]), "KAR304", &["kind 0.20.0 is too old: karctl needs 0.27.0"]);
    user.sandbox.program("k3d", r#"echo '{"k3d": "v5.4.9"}'"#);
    let old = user.karctl(&["create", "--provider", "k3d"]);
    refused(&old, "KAR304", &["k3d 5.4.9 is too old: karctl needs 5.5.0"]);
    fs::remove_file(user.sandbox.path("bin/docker")).expect("removed");
    refused(&user.karctl(&["create", "--provider", "kind"]), "KAR303", &["`docker` is not on PATH, and kind runs it"]);
    assert!(user.residue().is_empty(), "{:?}", user.residue());
}

fn which(program: &str) -> std::path::PathBuf {
    let path = std::env::var("PATH").expect("a PATH");
    let found = std::env::split_paths(&path).map(|folder| folder.join(program)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("no {program} on PATH"))
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_creation_that_fails_leaves_nothing_unless_it_is_to_be_looked_at() {
    let user = User::with("kt-fails", "kind", KIND);
    let failed = user.run_create(&[]);
    refused(&failed, "KAR306", &["was not made, and what was begun was taken away", "no room in this inn"]);
    assert!(user.containers().is_empty() && user.residue().is_empty(), "{:?}", user.residue());
    assert_eq!(user.sandbox.read("home/told"), "# of the user\n", "the user's own configuration");

    let kept = user.run_create(&["--keep"]);
    refused(&kept, "KAR306", &["what was made is left", "karctl cluster delete --name kt-fails"]);
    assert_eq!(user.containers().len(), 1);
    let listed = user.sandbox.karctl(["cluster", "list", "-o", "json"]).output().document("cluster list");
    let all = listed["clusters"].as_array().expect("a list");
    let own: Vec<_> = all.iter().filter(|cluster| cluster["name"] == "kt-fails").collect();
    assert_eq!((own.len(), own[0]["state"].as_str(), own[0]["own"].as_bool()), (1, Some("half made"), Some(true)));

    let asked = user.karctl(&["delete"]);
    assert_eq!(asked.status, Some(2), "nobody can be asked: {}", asked.stderr);
    let plan = user.karctl(&["delete", "--dry-run", "-o", "json"]).document("cluster delete");
    assert_eq!(plan["clusters"][0]["containers"], serde_json::json!(["kt-fails-control-plane"]));
    assert_eq!(user.containers().len(), 1, "a plan deletes nothing");
    let deleted = user.karctl(&["delete", "-y", "-o", "json"]).document("cluster delete");
    assert_eq!(deleted["clusters"][0]["name"], "kt-fails");
    assert!(user.containers().is_empty() && user.residue().is_empty(), "{:?}", user.residue());
    refused(&user.karctl(&["delete", "-y"]), "KAR309", &["there is no cluster `kt-fails`"]);
    refused(&user.karctl(&["start"]), "KAR309", &[]);
    refused(&user.karctl(&["status"]), "KAR309", &[]);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_creation_that_was_killed_is_recognised_and_begun_anew_by_the_same_command() {
    let mut user = User::with("kt-killed", "kind", KIND);
    user.sandbox.set_variable("FATE", "hang");
    let mut child = user.sandbox.karctl(user.create(&[])).start();
    let began = Instant::now();
    while user.containers().is_empty() {
        assert!(began.elapsed() < PATIENCE, "kind was not run");
        std::thread::sleep(Duration::from_millis(50));
    }
    child.kill().expect("it runs");
    child.wait().expect("it ended");
    user.sandbox.set_variable("FATE", "fail");
    let plan = user.sandbox.karctl(user.create(&["--dry-run", "-o", "json"])).output().document("cluster create");
    assert_eq!(
        (plan["action"].as_str(), plan["reason"].as_str()),
        (Some("recreated"), Some("its creation was cut before"))
    );
    let again = user.run_create(&["--progress", "plain"]);
    refused(&again, "KAR306", &["Removed what an earlier run left of `kt-killed`", "no room in this inn"]);
    assert!(user.containers().is_empty() && user.residue().is_empty(), "{:?}", user.residue());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_somebody_else_made_or_another_engine_has_is_never_taken_away() {
    let user = User::with("kt-theirs", "kind", KIND);
    refused(&user.run_create(&["--keep"]), "KAR306", &["what was made is left"]);
    let record = "home/.local/state/karctl/clusters/kt-theirs/cluster.json";
    let written: Value = serde_json::from_str(&user.sandbox.read(record)).expect("JSON");
    let rewrite = |field: &str, value: Value| {
        let mut changed = written.clone();
        changed[field] = value;
        user.sandbox.write(record, changed.to_string());
    };

    // The container was not there when the creation that was cut began, nor soon after: a cluster by somebody else's hand.
    rewrite("began", 1.into());
    let failed = user.run_create(&[]);
    assert_eq!((failed.status, user.containers().len()), (Some(1), 1), "{}", failed.stderr);
    assert!(!failed.stdout.contains("Removed"), "{}", failed.stdout);

    rewrite("is_adopted", true.into());
    let deleted = user.sandbox.karctl(["cluster", "delete", "--all", "-y", "-o", "json"]).output();
    let spared = "cluster kt-theirs, which karctl did not make (`karctl cluster delete --name kt-theirs`)";
    assert_eq!(deleted.document("cluster delete")["left"][0], spared);
    assert_eq!(user.containers().len(), 1);

    rewrite("engine", "unix:///elsewhere.sock".into());
    let deleted = user.sandbox.karctl(["cluster", "delete", "--all", "-y", "-o", "json"]).output();
    let spared = "cluster kt-theirs, which is on the engine unix:///elsewhere.sock";
    assert_eq!(deleted.document("cluster delete")["left"][0], spared);
    user.clear();
    let elsewhere = ["the cluster `kt-theirs` is on another engine", "set DOCKER_HOST=unix:///elsewhere.sock"];
    refused(&user.karctl(&["delete", "-y"]), "KAR309", &elsewhere);
    assert!(user.residue().contains(&"kt-theirs".to_owned()), "it is remembered still");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_cluster_of_another_shape_or_maker_is_left_alone() {
    let user = User::with("kt-other", "kind", KIND);
    user.sandbox.program("k3d", K3D);
    for (container, role) in [("kt-other-control-plane", "control-plane"), ("kt-other-worker", "worker")] {
        let labels = ["io.x-k8s.kind.cluster=kt-other".to_owned(), format!("io.x-k8s.kind.role={role}")];
        docker(&["run", "-d", "--name", container, "--label", &labels[0], "--label", &labels[1], "karctl-test/tiny:1"]);
    }
    let workers = user.karctl(&["create", "--workers", "3", "--no-registry"]);
    refused(&workers, "KAR308", &["has --workers 1, which cannot be changed"]);
    let maker = user.karctl(&["create", "--provider", "k3d", "--no-registry"]);
    refused(&maker, "KAR308", &["there is a cluster `kt-other` already, made by kind"]);
    assert_eq!(user.containers().len(), 2);
    let stopped = user.karctl(&["stop", "-o", "json"]).document("cluster stop");
    assert_eq!(
        stopped["containers"],
        serde_json::json!(["kt-other-worker", "kt-other-control-plane"]),
        "workers first"
    );
    let again = user.karctl(&["stop", "-o", "json"]).document("cluster stop");
    assert_eq!((again["action"].as_str(), again["containers"].as_array().map(Vec::len)), (Some("unchanged"), Some(0)));
    let status = user.karctl(&["status", "-o", "json"]);
    assert_eq!(status.status, Some(1), "it does not run");
    assert_eq!(status.document("cluster status")["state"], "stopped");
}

/// The configuration that a tool would be told.
fn told(user: &User, words: &[&str]) -> String {
    let plan = user.karctl(&[&["create", "--no-registry", "--dry-run", "-o", "json"], words].concat());
    assert_eq!(plan.status, Some(0), "{}", plan.stderr);
    plan.document("cluster create")["configuration"].as_str().expect("a text").to_owned()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn both_tools_are_told_of_the_same_cluster() {
    let user = User::with("kt-told", "kind", KIND);
    user.sandbox.program("k3d", K3D);
    assert_eq!(told(&user, &["--provider", "kind"]), include_str!("kind.yaml"));
    let system = ["--provider", "kind", "--workers", "2", "--affinity", "--bind", "0.0.0.0", "--k8s-version", "1.34"];
    assert_eq!(told(&user, &system), include_str!("kind-affinity.yaml"));
    let k3d = told(&user, &["--provider", "k3d", "--workers", "2", "--k8s-version", "1.33.4"]);
    assert_eq!(k3d, include_str!("k3d.yaml"));
    for text in [k3d, told(&user, &["--provider", "k3d", "--workers", "0", "--affinity"])] {
        assert!(!text.contains('$'), "k3d puts variables of the environment in the place of what begins with $");
        assert_fits_k3d(&serde_yaml::from_str(&text).expect("YAML"));
    }
    let unknown = user.sandbox.karctl(user.arguments(&["create", "--no-registry", "--dry-run"]));
    let unknown = unknown.variable("KIND_VERSION", "0.99.0").output();
    assert!(unknown.stderr.contains("kind 0.99.0 is newer than what karctl knows"), "{}", unknown.stderr);
    let bad = user.karctl(&["create", "--k8s-version", "latest"]);
    assert!(bad.status == Some(2) && bad.stderr.contains("is no version of Kubernetes"), "{}", bad.stderr);
}

/// The keys that k3d's schema allows; it refuses every other one.
fn assert_fits_k3d(configuration: &Value) {
    let allowed: [(&str, &[&str]); 9] = [
        (
            "",
            &[
                "apiVersion",
                "kind",
                "metadata",
                "servers",
                "agents",
                "image",
                "kubeAPI",
                "ports",
                "registries",
                "options",
            ],
        ),
        ("/metadata", &["name"]),
        ("/kubeAPI", &["hostIP"]),
        ("/ports/0", &["port", "nodeFilters"]),
        ("/registries", &["config"]),
        ("/options", &["k3d", "k3s", "kubeconfig"]),
        ("/options/k3d", &["wait", "timeout"]),
        ("/options/k3s", &["extraArgs", "nodeLabels"]),
        ("/options/kubeconfig", &["updateDefaultKubeconfig", "switchCurrentContext"]),
    ];
    for (pointer, keys) in allowed {
        let mapping = configuration.pointer(pointer).and_then(Value::as_object);
        let mapping = mapping.unwrap_or_else(|| panic!("no {pointer} in {configuration:#}"));
        for key in mapping.keys() {
            assert!(keys.contains(&key.as_str()), "k3d knows no {pointer}/{key}");
        }
    }
    assert_eq!(configuration["apiVersion"], "k3d.io/v1alpha5");
    let registries = configuration["registries"]["config"].as_str().expect("a text");
    assert!(registries.contains('\n'), "a text of one line is taken for the name of a file");
    let registries: Value = serde_yaml::from_str(registries).expect("YAML");
    for host in ["localhost:5000", "registry:5000"] {
        assert_eq!(registries["mirrors"][host]["endpoint"][0], "http://registry:5000");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn k3d_is_called_as_it_wants_to_be_and_its_words_are_passed_on() {
    let user = User::with("kt-k3d", "k3d", K3D);
    let failed = user.run_create(&["--provider", "k3d"]);
    refused(
        &failed,
        "KAR306",
        &["k3d could not make the cluster", "Cluster creation FAILED, all changes have been left"],
    );
    assert_eq!(user.sandbox.read("home/called"), format!("{} kt-k3d\n", parts::docker_host()));
    assert_eq!(user.sandbox.read("home/told"), "# of the user\n");
    assert!(user.residue().is_empty(), "{:?}", user.residue());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn names_and_files_that_cannot_be_are_usage_errors() {
    let user = User::with("kt-usage", "kind", KIND);
    let name = user.sandbox.karctl(["cluster", "create", "--name", "Not_A_Name"]).output();
    assert!(name.status == Some(2) && name.stderr.contains("cannot be the name of a cluster"), "{}", name.stderr);
    let file = user.karctl(&["create", "--no-registry", "--provider-config", "missing.yaml"]);
    assert!(file.status == Some(2) && file.stderr.contains("missing.yaml"), "{}", file.stderr);
    assert!(user.residue().is_empty(), "{:?}", user.residue());
}
