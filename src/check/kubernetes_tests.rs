use std::time::Duration;

use super::*;
use crate::check::cluster::{
    Amounts, Claim, Demand, Desktop, Health, Ingress, Namespace, Node, Pod, Quota, Range, Registry, Runtime,
    StorageClass, Webhook,
};
use crate::check::{Mode, Outcome, Report, run};
use crate::quantity::Quantity;
use crate::settings::Spread;

fn amounts(pairs: &[(&str, &str)]) -> Amounts {
    let pair = |(name, amount): &(&str, &str)| ((*name).to_owned(), Quantity::parse(amount).expect("a quantity"));
    pairs.iter().map(pair).collect()
}

fn pod(part: &str, ordinal: u16, memory: &str) -> Pod {
    let amounts = amounts(&[("requests.cpu", "250m"), ("requests.memory", memory), ("limits.memory", memory)]);
    Pod { name: format!("{part}-{ordinal}"), part: part.to_owned(), amounts }
}

fn node(name: &str, memory: &str) -> Node {
    let free = amounts(&[("requests.cpu", "2"), ("requests.memory", memory), ("pods", "10")]);
    Node {
        name: name.to_owned(),
        architecture: "amd64".to_owned(),
        refusal: None,
        pressures: Vec::new(),
        network: None,
        is_ready: true,
        free,
    }
}

/// A cluster on which nothing is wrong, and nothing is deployed.
fn good() -> Cluster {
    let namespace = |name: &str, level: Option<&str>, is_ours| Namespace {
        name: name.to_owned(),
        level: level.map(str::to_owned),
        is_ours,
    };
    Cluster {
        version: "v1.33.1".to_owned(),
        minor: 33,
        namespace: "kar-system".to_owned(),
        missing_rights: Ok(String::new()),
        rehearsal: Some(Ok("a deploy would change 25 objects and enable 1 namespace".to_owned())),
        injector: Implementation::Original,
        demand: Demand {
            pods: vec![pod("kar-kafka", 0, "1Gi"), pod("kar-redis", 0, "512Mi")],
            claims: vec![Claim { name: "kar-redis-pvc".to_owned(), storage: Quantity::parse("1Gi").expect("a size") }],
            amounts: amounts(&[("pods", "2"), ("requests.memory", "1536Mi"), ("services", "6")]),
            images: vec!["apache/kafka:3.9.1".to_owned(), "quay.io/ibm/kar-injector:1.3.10".to_owned()],
            spread: Some(Spread::Preferred),
        },
        classes: Ok(vec![StorageClass { name: "fast".to_owned(), is_default: true }]),
        class: None,
        nodes: Ok(vec![node("n1", "2Gi")]),
        pods: Ok(()),
        quotas: Ok(Vec::new()),
        ranges: Ok(Vec::new()),
        level: "restricted",
        may_force: false,
        namespaces: Ok(vec![namespace("kar-system", Some("restricted"), true), namespace("default", None, false)]),
        registry: Registry {
            host: "registry:5000".to_owned(),
            is_local_cluster: true,
            desktop: None,
            announced: Ok(Vec::new()),
        },
        webhooks: Ok(Vec::new()),
        runtime: None,
        health: Health {
            answered_in: Duration::from_millis(20),
            former_server: None,
            dns: Ok(Some(true)),
            ingresses: Ok(Vec::new()),
            exposed: None,
        },
    }
}

fn deployed_well() -> Cluster {
    let runtime = Runtime {
        is_deployed: true,
        components: vec![("kar-kafka".to_owned(), None)],
        certificate_days: Some(700),
        enabled: vec![("default".to_owned(), true)],
        system: Vec::new(),
        misunderstood: Vec::new(),
        webhook: None,
        uninjected: Ok(Vec::new()),
        unlimited: Ok(Vec::new()),
        releases: Some(("1.3.10".to_owned(), "1.3.10".to_owned())),
    };
    Cluster { runtime: Some(Ok(runtime)), ..good() }
}

fn judged(cluster: &Cluster) -> Report {
    run(Mode::K8s, BEFORE.iter().chain(AFTER), cluster)
}

/// What failed: outcome, code, what was found, the first hint.
fn failed(change: impl FnOnce(&mut Cluster)) -> Vec<String> {
    let mut cluster = deployed_well();
    change(&mut cluster);
    let failed = judged(&cluster)
        .checks
        .into_iter()
        .filter(|checked| !matches!(checked.outcome, Outcome::Ok | Outcome::Skipped));
    failed
        .map(|checked| {
            let mark = if checked.outcome == Outcome::Error { "error" } else { "warning" };
            assert!(!checked.hints.is_empty(), "{checked:?}");
            format!("{mark} {}: {}", checked.code, checked.found)
        })
        .collect()
}

fn runtime_of(cluster: &mut Cluster) -> &mut Runtime {
    cluster.runtime.as_mut().and_then(|runtime| runtime.as_mut().ok()).expect("a runtime")
}

fn webhook() -> Webhook {
    Webhook {
        configuration: "policy".to_owned(),
        name: "pods.policy.example".to_owned(),
        service: Some("policy/policy".to_owned()),
        is_strict: true,
        is_served: Some(false),
        is_injector: false,
        namespaces: vec!["kar-system".to_owned()],
    }
}

#[test]
fn a_good_cluster_is_told_line_by_line() {
    let text = anstream::adapter::strip_str(&judged(&deployed_well()).text()).to_string();
    let expected = "\
✓ cluster   the API server answers soon
✓ cluster   the context leads to the cluster that it led to before, or is new
✓ cluster   Kubernetes v1.33.1
✓ rights    nothing is missing of what a deploy needs
✓ deploy    a deploy would change 25 objects and enable 1 namespace
✓ storage   StorageClass fast is the default
✓ nodes     no node complains of anything
✓ nodes     no node says that its pods have no network
✓ network   the cluster's DNS has pods
- network   Kafka is not shown to clients outside
✓ room      2 pods with 500m of processor time and 1536Mi of memory fit on 1 node
✓ room      no quota holds in namespace kar-system
✓ room      no limit range holds in namespace kar-system
✓ security  namespace kar-system enforces level restricted
✓ security  no namespace of applications enforces level restricted
✓ images    images come from docker.io, quay.io
✓ images    images are built for nodes of amd64
✓ webhooks  no other injector of KAR is there
✓ webhooks  no mutating webhook without an address refuses pods
✓ runtime   KAR is deployed in namespace kar-system
✓ runtime   ready: kar-kafka
✓ runtime   the injector's certificate is valid for 700 days
✓ runtime   the API server asks the injector, and trusts its certificate
✓ runtime   release 1.3.10 runs, as on PATH
✓ config    `kar` understands the configuration that pods are given
✓ config    enabled and current: default
✓ config    no namespace of the cluster or the runtime is enabled
✓ pods      every pod that asks for it is injected
✓ pods      no pod of an application without a limit of memory is on a node that runs out of something
- pods      no enabled namespace has an ingress
0 errors, 0 warnings
";
    assert_eq!(text, expected);
    assert_eq!(failed(|_| {}), Vec::<String>::new());
}

#[test]
fn what_the_server_does_not_tell_is_no_failure() {
    let untold = || Reason { message: "you may not look".to_owned(), hints: Vec::new(), code: None };
    let found = failed(|cluster| {
        cluster.nodes = Err(untold());
        cluster.classes = Err(untold());
        cluster.quotas = Err(untold());
        cluster.webhooks = Err(untold());
    });
    assert_eq!(found, Vec::<String>::new());

    // Nodes whose pods nobody saw have room for all that is known, which says nothing.
    let cluster = Cluster { pods: Err(untold()), ..good() };
    let checks = judged(&cluster).checks;
    let outcome = |title: &str| {
        let checked = checks.iter().find(|checked| checked.title == title).expect("a check");
        (checked.outcome, checked.found.clone())
    };
    let unseen = "the pods of others cannot be looked at: you may not look".to_owned();
    assert_eq!(outcome("the nodes have room"), (Outcome::Skipped, unseen));
    assert_eq!(outcome("the images fit the nodes").0, Outcome::Ok);
}

#[test]
fn storage_that_cannot_be_had_is_told() {
    let class = |name: &str, is_default| StorageClass { name: name.to_owned(), is_default };
    assert_eq!(failed(|it| it.classes = Ok(Vec::new())), ["error KAR215: there is no default StorageClass"]);
    assert_eq!(failed(|it| it.class = Some("gold".into())), ["error KAR215: there is no StorageClass gold"]);
    let several = "warning KAR215: several StorageClasses are the default (a, b), of which the newest is taken";
    assert_eq!(failed(|it| it.classes = Ok(vec![class("a", true), class("b", true)])), [several]);
    let nothing_kept = |it: &mut Cluster| (it.demand.claims, it.classes) = (Vec::new(), Ok(Vec::new()));
    assert_eq!(failed(nothing_kept), Vec::<String>::new());
}

#[test]
fn nodes_without_room_are_told() {
    let tight = "error KAR216: pod kar-kafka-0 finds no node with 250m of processor time and 1024Mi of memory; the roomiest, \
                 n1, has 2 of processor time and 1023Mi of memory left";
    assert_eq!(failed(|it| it.nodes = Ok(vec![node("n1", "1023Mi")])), [tight]);
    let together = failed(|it| it.nodes = Ok(vec![node("n1", "1100Mi")]));
    assert!(together[0].starts_with("error KAR216: pod kar-redis-0 finds no node"), "{together:?}");
    assert_eq!(failed(|it| it.nodes = Ok(vec![node("n1", "1100Mi"), node("n2", "600Mi")])), Vec::<String>::new());
    let cordoned = Node { refusal: Some("it is cordoned".to_owned()), ..node("n1", "8Gi") };
    let none = "error KAR216: no node takes a pod of the runtime (n1: it is cordoned)";
    assert_eq!(failed(|it| it.nodes = Ok(vec![cordoned])), [none]);
    assert_eq!(
        failed(|it| it.nodes = Ok(Vec::new()))[0],
        "error KAR216: no node takes a pod of the runtime (there are no nodes)"
    );
    let apart = failed(|it| {
        it.demand.pods = vec![pod("kar-kafka", 0, "64Mi"), pod("kar-kafka", 1, "64Mi")];
        it.demand.spread = Some(Spread::Required);
    });
    assert!(apart[0].starts_with("error KAR216: pod kar-kafka-1 finds no node"), "{apart:?}");
}

#[test]
fn quotas_and_limits_that_refuse_are_told() {
    let quota = |hard: &[(&str, &str)], used: &[(&str, &str)]| {
        Ok(vec![Quota { name: "q".to_owned(), hard: amounts(hard), used: amounts(used) }])
    };
    let few = "error KAR217: quota q leaves too little pods: 2 more are needed, 4 of 5 are used";
    assert_eq!(failed(|it| it.quotas = quota(&[("pods", "5")], &[("pods", "4")])), [few]);
    assert_eq!(failed(|it| it.quotas = quota(&[("pods", "6")], &[("pods", "4")])), Vec::<String>::new());
    let processors = quota(&[("limits.cpu", "100")], &[]);
    let unsaid = "error KAR217: quota q wants limits.cpu of every container, and kar-kafka says none";
    assert_eq!(failed(|it| it.quotas = processors.clone()), [unsaid]);
    let range = |kind: &str, min: &[(&str, &str)], max: &[(&str, &str)]| {
        let (min, max) = (amounts(min), amounts(max));
        Ok(vec![Range { name: "r".to_owned(), kind: kind.to_owned(), min, max, default: Amounts::new() }])
    };
    let given = failed(|it| (it.quotas, it.ranges) = (processors, range("Container", &[], &[("cpu", "1")])));
    assert_eq!(given, Vec::<String>::new());
    let large =
        "error KAR217: kar-kafka takes 1024Mi of memory, and limit range r for a Container admits 768Mi at most";
    assert_eq!(failed(|it| it.ranges = range("Container", &[], &[("memory", "768Mi")])), [large]);
    let given = Range {
        name: "r".to_owned(),
        kind: "Container".to_owned(),
        min: Amounts::new(),
        max: Amounts::new(),
        default: amounts(&[("cpu", "100m"), ("memory", "64Mi")]),
    };
    // What says its own limit, as all do of memory, is given none.
    let less = "error KAR217: kar-kafka asks for 250m of cpu and says no limit, and limit range r for a Container gives it \
                one of 100m; kar-redis asks for 250m of cpu and says no limit, and limit range r for a Container gives it \
                one of 100m";
    assert_eq!(failed(|it| it.ranges = Ok(vec![given.clone()])), [less]);
    let enough = Range { default: amounts(&[("cpu", "250m")]), ..given };
    assert_eq!(failed(|it| it.ranges = Ok(vec![enough])), Vec::<String>::new());
    let small = "error KAR217: kar-redis-pvc asks for 1024Mi of storage, and limit range r for a PersistentVolumeClaim wants \
                 10240Mi at least";
    assert_eq!(failed(|it| it.ranges = range("PersistentVolumeClaim", &[("storage", "10Gi")], &[])), [small]);
}

#[test]
fn levels_of_pod_security_that_refuse_are_told() {
    let namespace =
        |name: &str, level: &str| Namespace { name: name.into(), level: Some(level.into()), is_ours: false };
    let theirs = "error KAR218: namespace kar-system is somebody else's and enforces level baseline, and a deploy sets \
                  restricted";
    let baseline = || Ok(vec![namespace("kar-system", "baseline")]);
    assert_eq!(failed(|it| it.namespaces = baseline()), [theirs]);
    assert_eq!(failed(|it| (it.namespaces, it.may_force) = (baseline(), true)), Vec::<String>::new());
    let sidecars = "warning KAR218: level restricted of team refuses pods with the original injector's sidecar";
    assert_eq!(failed(|it| it.namespaces = Ok(vec![namespace("team", "restricted")])), [sidecars]);
    let own = |it: &mut Cluster| {
        it.namespaces = Ok(vec![namespace("team", "restricted")]);
        it.injector = Implementation::Karctl;
    };
    assert_eq!(failed(own), Vec::<String>::new());
}

#[test]
fn the_node_of_a_desktop_pulls_from_localhost_where_it_shares_the_engine() {
    let desktop = |host: &'static str, shares_engine| {
        move |it: &mut Cluster| {
            it.demand.images = vec![format!("{host}/kar/kar-injector:latest")];
            it.registry.desktop = Some(Desktop { title: "Docker Desktop", shares_engine });
        }
    };
    assert_eq!(failed(desktop("localhost:5000", true)), Vec::<String>::new());
    let alone = "warning KAR219: localhost:5000/kar/kar-injector:latest would be pulled, and the node of Docker Desktop has \
                 an engine of its own, for which localhost:5000 is the node itself";
    assert_eq!(failed(desktop("localhost:5000", false)), [alone]);
    let nowhere = "error KAR219: registry:5000/kar/kar-injector:latest would be pulled, and the name registry:5000 leads \
                   nowhere in the virtual machine of Docker Desktop";
    assert_eq!(failed(desktop("registry:5000", true)), [nowhere]);
}

#[test]
fn images_that_cannot_be_pulled_or_run_are_told() {
    let developed = |it: &mut Cluster| it.demand.images = vec!["registry:5000/kar/kar-injector:latest".to_owned()];
    let pulled = "registry:5000/kar/kar-injector:latest would be pulled, and";
    let unsaid = format!("warning KAR219: {pulled} the cluster does not say whether its nodes reach registry:5000");
    assert_eq!(failed(developed), [unsaid]);
    let remote = |it: &mut Cluster| {
        developed(it);
        it.registry.is_local_cluster = false;
    };
    let unreachable =
        format!("error KAR219: {pulled} registry:5000 is a registry of this machine, which the cluster cannot reach");
    assert_eq!(failed(remote), [unreachable]);
    let other = |it: &mut Cluster| {
        developed(it);
        it.registry.announced = Ok(vec!["localhost:5001".to_owned()]);
    };
    assert_eq!(failed(other), [format!("error KAR219: {pulled} the cluster says that its nodes reach localhost:5001")]);
    let announced = |it: &mut Cluster| {
        developed(it);
        it.registry.announced = Ok(vec!["registry:5000".to_owned()]);
    };
    assert_eq!(failed(announced), Vec::<String>::new());

    let arm = || Node { architecture: "arm64".to_owned(), ..node("n2", "2Gi") };
    let built = "KAR220: quay.io/ibm/kar-injector:1.3.10 is built for amd64, and nodes are arm64";
    assert_eq!(failed(|it| it.nodes = Ok(vec![arm()])), [format!("error {built}")]);
    let some = format!("warning {built} too, where its pods would not start");
    assert_eq!(failed(|it| it.nodes = Ok(vec![arm(), node("n1", "2Gi")])), [some]);
}

#[test]
fn webhooks_that_are_in_the_way_are_told() {
    let silent = "error KAR221: nobody answers for pods.policy.example of MutatingWebhookConfiguration policy (service \
                  policy/policy), so no pod can be created in kar-system";
    assert_eq!(failed(|it| it.webhooks = Ok(vec![webhook()])), [silent]);
    for harmless in [
        Webhook { is_strict: false, ..webhook() },
        Webhook { is_served: Some(true), ..webhook() },
        Webhook { is_served: None, ..webhook() },
        Webhook { namespaces: Vec::new(), ..webhook() },
    ] {
        assert_eq!(failed(|it| it.webhooks = Ok(vec![harmless])), Vec::<String>::new());
    }
    let other = Webhook { is_injector: true, ..webhook() };
    let injector = "error KAR221: another injector of KAR changes the same pods: pods.policy.example of \
                    MutatingWebhookConfiguration policy (service policy/policy)";
    assert_eq!(failed(|it| it.webhooks = Ok(vec![other])), [injector]);
}

#[test]
fn a_newer_server_missing_rights_and_a_refused_deploy_are_told() {
    let newer = "warning KAR213: Kubernetes v1.33.1 is newer than 1.33, the newest that was tested";
    assert_eq!(failed(|it| it.minor = 34), [newer]);
    let rights = failed(|it| (it.missing_rights, it.rehearsal) = (Ok("create secrets in kar-system".into()), None));
    assert_eq!(rights, ["error KAR204: you may not create secrets in kar-system"]);
    let reason = |code| Some(Err(Reason { message: "no".into(), hints: vec!["do".into()], code }));
    assert_eq!(failed(|it| it.rehearsal = reason(Some(Code::DataOfOtherMode))), ["error KAR105: no"]);
    assert_eq!(failed(|it| it.rehearsal = reason(None)), ["error KAR214: no"]);
}

#[test]
fn what_is_wrong_with_what_runs_is_told() {
    let unready = |it: &mut Cluster| runtime_of(it).components[0].1 = Some("0 of 1 pods are ready".to_owned());
    assert_eq!(failed(unready), ["error KAR207: kar-kafka: 0 of 1 pods are ready"]);
    let old = |it: &mut Cluster| runtime_of(it).certificate_days = Some(30);
    assert_eq!(failed(old), ["warning KAR222: the injector's certificate ends in 30 days"]);
    let gone = |it: &mut Cluster| runtime_of(it).certificate_days = None;
    assert_eq!(failed(gone), ["warning KAR222: the injector's certificate is gone"]);
    let stale = |it: &mut Cluster| runtime_of(it).enabled[0].1 = false;
    assert_eq!(failed(stale), ["error KAR223: the configuration in default is not the runtime's"]);
    let none = |it: &mut Cluster| runtime_of(it).is_deployed = false;
    assert_eq!(failed(none), ["error KAR208: KAR does not run in namespace kar-system"]);
}

#[test]
fn a_cluster_that_is_not_well_is_told_once() {
    let slow = |it: &mut Cluster| it.health.answered_in = Duration::from_millis(3200);
    assert_eq!(failed(slow), ["warning KAR226: the API server took 3.2 s for one object"]);
    let other = |it: &mut Cluster| it.health.former_server = Some("https://10.0.0.1".to_owned());
    assert_eq!(failed(other), ["error KAR209: the context led to another cluster before, at https://10.0.0.1"]);
    let names = |it: &mut Cluster| it.health.dns = Ok(Some(false));
    assert_eq!(failed(names), ["error KAR228: no pod of the cluster's DNS is ready"]);
    let second = |change: fn(&mut Node)| {
        move |it: &mut Cluster| {
            let mut other = node("n2", "2Gi");
            change(&mut other);
            it.nodes = Ok(vec![node("n1", "2Gi"), other]);
        }
    };
    let full = second(|node| node.pressures = vec!["DiskPressure".to_owned()]);
    assert_eq!(failed(full), ["warning KAR227: n2 has DiskPressure"]);
    assert_eq!(failed(second(|node| node.is_ready = false)), ["warning KAR227: n2 is not ready"]);
    // Without a network it is not ready either, which is not told a second time.
    let without = |node: &mut Node| (node.is_ready, node.network) = (false, Some("cni plugin not initialized".into()));
    assert_eq!(failed(second(without)), ["warning KAR229: pods have no network on n2: cni plugin not initialized"]);
    let only = |it: &mut Cluster| it.nodes.as_mut().expect("nodes").iter_mut().for_each(without);
    assert_eq!(failed(only), ["error KAR229: pods have no network on n1: cni plugin not initialized"]);
    let ingress = Ingress { name: "a/web".to_owned(), class: Some("nginx".to_owned()), has_address: false };
    let unserved = "warning KAR230: no controller has given an address to a/web (class nginx)";
    assert_eq!(failed(|it| it.health.ingresses = Ok(vec![ingress])), [unserved]);
    let nowhere = |it: &mut Cluster| it.health.exposed = Some(("kar.test".into(), Err("nobody knows it".into())));
    assert_eq!(failed(nowhere), ["warning KAR237: brokers advertise kar.test to clients outside, and nobody knows it"]);
}

#[test]
fn what_pods_of_applications_are_given_is_judged() {
    let of = |change: fn(&mut Runtime)| failed(move |it| change(runtime_of(it)));
    assert_eq!(of(|it| it.webhook = Some("it is gone".into())), ["error KAR232: it is gone"]);
    // An injector that is not ready is told of already.
    let both = of(|it| {
        it.webhook = Some("it is gone".into());
        it.components.push(("kar-injector".to_owned(), Some("0 of 1".to_owned())));
    });
    assert_eq!(both, ["error KAR207: kar-injector: 0 of 1"]);
    let differ = of(|it| it.releases = Some(("1.3.10".into(), "1.2.0".into())));
    assert_eq!(differ, ["warning KAR233: release 1.3.10 runs, and the `kar` on PATH is 1.2.0"]);
    assert_eq!(of(|it| it.misunderstood.push("REDIS_PORT is `x`".into())), ["error KAR234: REDIS_PORT is `x`"]);
    assert_eq!(
        of(|it| it.system.push("kube-system".into())),
        ["warning KAR236: enabled, and of the cluster itself: kube-system"]
    );
    let many = of(|it| it.uninjected = Ok((0..7).map(|number| format!("a/p{number}")).collect()));
    assert_eq!(many, ["error KAR235: not injected, though they ask for it: a/p0, a/p1, a/p2, a/p3, a/p4 and 2 more"]);
    let full = of(|it| it.unlimited = Ok(vec!["a/p".into()]));
    assert_eq!(full, ["warning KAR231: on a node that runs out of something, without a limit of memory: a/p"]);
}
