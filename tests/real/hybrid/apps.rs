//! Applications of members: of a cluster, in pods, and of this machine, in containers beside the instance that both use.
//! tests/kar plays `kar`.

use super::instance::{Office, each};
use crate::apps::docker;
use crate::instance::Engine;
use crate::kubernetes::app_pods::{KAR, played};
use crate::kubernetes::{Cluster, Namespace, alone};
use crate::parts;
use crate::registry_server::Server;

const GREETINGS: &str = "Hello Ada!\nHello Grace!";

/// The shipped example, of which this machine and the cluster each run all.
fn add_application(office: &Office<'_>, registry: &Server) -> String {
    let sandbox = &office.developer.sandbox;
    let name = office.developer.name.clone();
    let members = sandbox.read("work/karctl.yaml");
    std::fs::remove_file(sandbox.path("work/karctl.yaml")).expect("a file");
    office.run(&format!("app init --example hello --name {name}"), 0);
    played(sandbox, &name);
    let apps = sandbox.read("work/karctl.yaml");
    let (_, apps) = apps.split_once("\napps:").expect("applications");
    let members = members
        .replace("laptop: { local: {}", &format!("laptop: {{ local: {{}}, apps: [{name}]"))
        .replace("context: karctl-test }", &format!("context: karctl-test }}, apps: [{name}]"))
        .replace("karctl-test/client:1", &registry.image("ibm/kar-sidecar:1.3.10"));
    sandbox.write("work/karctl.yaml", format!("{members}apps:{apps}"));
    name
}

/// Images of the application in the engine; they go when this is dropped.
struct Images<'a>(&'a str);

impl Images<'_> {
    fn there(&self) -> Vec<String> {
        let repository = format!("kar/{}-", self.0);
        let (_, listed) = docker(&["images", "--format", "{{.Repository}}:{{.Tag}}"]);
        listed.lines().filter(|image| image.contains(&repository)).map(str::to_owned).collect()
    }
}

impl Drop for Images<'_> {
    fn drop(&mut self) {
        self.there().iter().for_each(|image| drop(docker(&["rmi", "--force", image])));
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn applications_of_a_cluster_and_of_this_machine_start_with_up_and_go_with_down() {
    let _alone = alone();
    let _turn = parts::turn("apps");
    let cluster = Cluster::node();
    let team = Namespace::new(&cluster, "{}");
    let within = Server::within(cluster.netns().expect("the node has a network of its own"));
    let registry = within.beside();
    let office = Office::new(&cluster, &team, Engine::Docker);
    office.run(&format!("images push {KAR} --to {}", registry.host()), 0);
    let name = add_application(&office, &registry);
    let images = Images(&name);
    let before = office.residue();

    let up = format!("hybrid up -y --registry {}/kar", registry.host());
    assert_eq!(office.outcomes(&up), each("changed"));
    let of = |component: &str| format!("{name}-{component}");
    assert_eq!(docker(&["inspect", "-f", "{{.State.Running}}", &of("greeter")]).1, "true");
    assert_eq!(docker(&["wait", &of("client")]).1, "0");
    assert_eq!(docker(&["logs", &of("client")]).1, GREETINGS);
    let job = format!("job/{}", of("client"));
    team.shown(["wait", "--for=condition=complete", &job, "--timeout=120s"]);
    assert_eq!(team.shown(["logs", &job]).trim(), GREETINGS);
    let pods = || team.shown(["get", "pods", "-o=jsonpath={.items[*].metadata.uid}"]);
    let seen = |status: i32| {
        let status = office.run("hybrid status -o json", status).document("hybrid status");
        let members = status["members"].as_array().expect("members").iter();
        let with_apps = members.filter(|member| member["apps"].as_array().is_some_and(|apps| !apps.is_empty()));
        let states = with_apps.map(|member| (member["member"].to_string(), member["apps"][0]["state"].to_string()));
        states.map(|(member, state)| format!("{member} {state}").replace('"', "")).collect::<Vec<_>>()
    };
    assert_eq!(seen(0), ["laptop 1 of 1 containers ready", "east 1 of 1 pods ready"]);
    docker(&["stop", "--time", "1", &of("greeter")]);
    team.shown(["delete", &job]);
    let missing = format!("east Job {} is not deployed", of("client"));
    let ill = seen(1);
    assert!(ill[0].starts_with(&format!("laptop container {} ended with status ", of("greeter"))), "{ill:?}");
    assert_eq!(ill[1], missing);
    office.run(&up, 0);
    assert_eq!(seen(0), ["laptop 1 of 1 containers ready", "east 1 of 1 pods ready"]);
    let first = pods();
    assert_eq!(office.outcomes(&up), each("unchanged"));
    assert_eq!(pods(), first, "what runs is left alone");

    // A plan is of the files that images are made from.
    let planned = format!("hybrid plan --out plan.json --registry {}/kar", registry.host());
    office.run(&planned, 0);
    let sandbox = &office.developer.sandbox;
    let package = sandbox.read("work/package.json");
    sandbox.write("work/package.json", format!("{package}\n"));
    let refused = office.run("hybrid up plan.json -y", 1).stderr;
    assert!(refused.contains(&format!("the app {name} was changed since")) && refused.contains("KAR502"), "{refused}");
    sandbox.write("work/package.json", package);
    office.run("hybrid up plan.json -y", 0);
    assert_eq!(pods(), first);

    office.run("hybrid down -y", 0);
    assert!(seen(1).iter().all(|state| state.ends_with("not deployed")));
    assert_eq!(office.residue(), before);
    assert_eq!(images.there(), Vec::<String>::new());
    let label = format!("kar.ibm.com/up-of={name}");
    team.shown(["wait", "--for=delete", "pod", "-l", &label, "--timeout=120s"]);
    assert_eq!(team.shown(["get", "deployment,job,service,pod", "-o", "name"]), "");
}
