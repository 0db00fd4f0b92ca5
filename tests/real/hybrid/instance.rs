//! Kafka and Redis in an instance of this machine, on an address that a cluster with pods, another host and a project of Code
//! Engine are told: one file brought up also after a kill, used from two members, looked at, taken away.

use std::thread::sleep;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::cable::{Cable, HERE};
use crate::apps::docker;
use crate::ibmcloud::{API_KEY, IbmCloud, REGION};
use crate::instance::{Engine, Instance};
use crate::kubernetes::{Cluster, Live, Namespace, alone};
use crate::sandbox::Finished;
use crate::{parts, processes};

/// Time for what another process does.
const PATIENCE: Duration = Duration::from_secs(120);

/// Somebody whose instance serves everybody, and what there is to use it.
pub struct Office<'a> {
    /// The user, with the instance.
    pub developer: Instance,
    cloud: IbmCloud,
    project: String,
    team: &'a Namespace<'a>,
    /// What pods are looked at with, and taken away where a test failed.
    pods: Live<'a>,
    cluster: &'a Cluster,
    _cable: Cable,
}

impl<'a> Office<'a> {
    /// Nothing is brought up yet.
    pub fn new(cluster: &'a Cluster, team: &'a Namespace<'a>, engine: Engine) -> Self {
        let cable = Cable::to(cluster);
        let cloud = IbmCloud::start();
        let project = cloud.change(|account| account.add_project("orders"));
        let mut developer = Instance::new(engine);
        let kubeconfig = std::fs::read_to_string(cluster.kubeconfig()).expect("a kubeconfig");
        let kubeconfig = kubeconfig.replace("https://127.0.0.1:", &format!("https://{}:", cable.node));
        let kubeconfig = developer.sandbox.write("home/east.kubeconfig", kubeconfig);
        developer.sandbox.set_variable("KUBECONFIG", kubeconfig);
        for (name, value) in cloud.variables() {
            developer.sandbox.set_variable(name, value);
        }
        developer.sandbox.set_variable("IBMCLOUD_API_KEY", API_KEY);
        developer.sandbox.write("work/karctl.yaml", file(&developer, team, engine));
        Self { developer, cloud, project, team, pods: Live::new(cluster), cluster, _cable: cable }
    }

    /// Runs a line of karctl, which must end so.
    #[track_caller]
    pub fn run(&self, line: &str, status: i32) -> Finished {
        let finished = self.developer.run(&line.split(' ').map(str::to_owned).collect::<Vec<_>>());
        assert_eq!(finished.status, Some(status), "{line}\n{}\n{}", finished.stdout, finished.stderr);
        finished
    }

    /// What became of each member by a line, which must work.
    #[track_caller]
    pub fn outcomes(&self, line: &str) -> Vec<String> {
        let command: Vec<_> = line.split(' ').take(2).collect();
        let document = self.run(&format!("{line} -o json"), 0).document(&command.join(" "));
        let text = |member: &Value, key: &str| member[key].as_str().unwrap_or_default().to_owned();
        let members = document["members"].as_array().expect("members");
        members.iter().map(|member| format!("{} {}", text(member, "member"), text(member, "outcome"))).collect()
    }

    /// Both services, as every member sees them.
    #[track_caller]
    fn assert_ways_are_open(&self) {
        // Nobody looks from another host but whoever is there.
        let matrix = self.run("hybrid matrix -o json", 5).document("hybrid matrix");
        let rows = matrix["members"].as_array().expect("members").iter();
        let ways = rows.map(|row| json!([row["member"], row["kafka"]["outcome"], row["redis"]["outcome"]]));
        let expected =
            json!([["laptop", "ok", "ok"], ["east", "ok", "ok"], ["cloud", "ok", "ok"], ["edge", "unseen", "unseen"]]);
        assert_eq!(Value::from_iter(ways), expected, "{matrix:#}");
        assert_eq!(matrix["members"][1]["asked"], json!({"pod": self.team.name()}));
    }

    /// The other end of the cable is another host, which loads its file as `up` says.
    #[track_caller]
    fn assert_host_is_served(&self) {
        let line = "set -a; . ./hybrid/edge.env; set +a; exec \"$0\" check hybrid --as edge";
        let words = ["-c", line, env!("CARGO_BIN_EXE_karctl")];
        let seen = self.cluster.inside(&self.developer.sandbox, &parts::program("sh"), words).output();
        assert_eq!(seen.status, Some(0), "{}{}", seen.stdout, seen.stderr);
    }

    /// A client on this machine, and one in a pod of the cluster, through one topic, either way.
    #[track_caller]
    fn talk(&self) {
        let here = |word: &str, app: &str| {
            self.run(&format!("exec hybrid laptop -- {} {word} --app {app} --count 100", parts::client().display()), 0)
        };
        let there = |word: &str, app: &str| {
            self.pods.inside(self.team.name(), &format!("{word}-{app}"), &[word, "--app", app, "--count", "100"])
        };
        here("write", "out");
        there("verify", "out");
        there("write", "back");
        here("verify", "back");
    }

    /// What there is of the instance that runs, and of what others are told; data is neither.
    pub fn residue(&self) -> Vec<String> {
        let filter = format!("name={}", self.developer.name);
        let listed = ["ps -a --format {{.Names}} --filter", "network ls --format {{.Name}} --filter"].map(|line| {
            let words: Vec<_> = line.split(' ').chain([filter.as_str()]).collect();
            docker(&words).1
        });
        let mut residue: Vec<String> = listed.iter().flat_map(|text| text.lines().map(str::to_owned)).collect();
        let processes = processes::below(&self.developer.folder());
        residue.extend(processes.into_iter().map(|process| process.command));
        residue.extend(self.pods.objects());
        residue.extend(self.cluster.shown(["get", "secrets", "-A", "-o", "name"]).lines().map(str::to_owned));
        let secrets = self.cloud.change(|account| account.project(&self.project).secrets.keys().cloned().collect());
        let secrets: Vec<String> = secrets;
        residue.extend(secrets);
        let files = std::fs::read_dir(self.developer.sandbox.path("work/hybrid")).into_iter().flatten().flatten();
        residue.extend(files.map(|file| file.path().display().to_string()).filter(|file| file.ends_with(".env")));
        residue
    }
}

fn file(developer: &Instance, team: &Namespace<'_>, engine: Engine) -> String {
    let [kafka, redis] = developer.ports;
    let local = match engine {
        Engine::Docker => "engine: docker, pull: never",
        Engine::Native => "engine: native",
    };
    format!(
        "version: 1\nproject: orders\nservices: {{ local: {{ name: {} }} }}\nmembers:\n  laptop: {{ local: {{}} }}\n  \
         east: {{ cluster: {{ context: karctl-test }}, namespaces: [{}] }}\n  \
         cloud: {{ code-engine: {{ project: orders, region: {REGION} }} }}\n  edge: {{ host: {{}} }}\nsettings:\n  \
         local: {{ {local}, bind: {HERE} }}\n  kafka: {{ port: {kafka}, image: 'karctl-test/kafka:3.9.1' }}\n  \
         redis: {{ port: {redis}, image: 'karctl-test/redis:7.0' }}\n  injector: {{ implementation: karctl, image: \
         'karctl/injector:0.1.0', sidecar_image: 'karctl-test/client:1' }}\n",
        developer.name,
        team.name()
    )
}

/// The members, in the order in which they are told.
const ALL: [&str; 4] = ["laptop", "east", "cloud", "edge"];

/// Every member's outcome.
pub fn each(outcome: &str) -> Vec<String> {
    ALL.iter().map(|member| format!("{member} {outcome}")).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn containers_of_this_machine_serve_pods_a_project_and_a_host_also_after_a_kill() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::new(&cluster, "{}");
    let office = Office::new(&cluster, &team, Engine::Docker);
    let before = office.residue();
    let plan = office.run("hybrid plan --out plan.json -o json", 0).document("hybrid plan");
    let first = plan["members"][0]["steps"].to_string();
    assert!(first.contains(&format!("Kafka of the instance {}", office.developer.name)), "{plan:#}");
    assert_eq!(office.residue(), before, "a plan changes nothing");

    let mut killed = office.developer.sandbox.karctl(["hybrid", "up", "plan.json", "-y"]);
    let mut killed = killed.start();
    let began = Instant::now();
    while docker(&["inspect", &format!("{}_kafka", office.developer.name)]).1 == "[]" {
        let runs = killed.try_wait().expect("a child").is_none();
        assert!(runs && began.elapsed() < PATIENCE, "nothing is made");
        sleep(Duration::from_millis(20));
    }
    killed.kill().and_then(|()| killed.wait()).expect("a process");
    assert_eq!(office.outcomes("hybrid up plan.json -y"), each("changed"));
    assert_eq!(office.outcomes("hybrid up -y"), each("unchanged"));

    office.assert_ways_are_open();
    office.assert_host_is_served();
    office.talk();
    let status = office.run("hybrid status -o json", 0).document("hybrid status");
    let health: Vec<_> = status["members"].as_array().expect("members").iter().map(|one| &one["health"]).collect();
    assert_eq!(health, ["healthy", "healthy", "healthy", "unverified"]);

    let down = office.run("hybrid down -y -o json", 0).document("hybrid down");
    let last = &down["members"][3];
    assert_eq!(last["member"], "laptop", "whose services all others use");
    assert_eq!(last["left"][0]["reason"], "data; `karctl local reset` deletes it");
    assert_eq!(office.residue(), before);
    assert_eq!(
        office.outcomes("hybrid down -y"),
        ["east unchanged", "cloud unchanged", "edge unchanged", "laptop unchanged"]
    );
    office.developer.must(&office.developer.command("reset", &["-y"]));
    assert_eq!(docker(&["volume", "ls", "-q", "--filter", &format!("name={}", office.developer.name)]).1, "");
    assert_eq!(office.cloud.misuse(), Vec::<String>::new());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn processes_of_this_machine_serve_pods_a_project_and_a_host() {
    let _alone = alone();
    let cluster = Cluster::node();
    let team = Namespace::new(&cluster, "{}");
    let office = Office::new(&cluster, &team, Engine::Native);
    let before = office.residue();
    assert_eq!(office.outcomes("hybrid up -y"), each("changed"));
    assert_eq!(office.outcomes("hybrid up -y"), each("unchanged"));
    office.assert_ways_are_open();
    office.assert_host_is_served();
    office.talk();
    office.run("hybrid down -y", 0);
    assert_eq!(office.residue(), before);
}
