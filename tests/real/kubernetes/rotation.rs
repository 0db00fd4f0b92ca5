//! Another authority takes the place of the injector's: at no moment the API server refuses what is served.

use std::collections::BTreeSet;
use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use jiff::{SignedDuration, Timestamp};
use karctl::certificate::{self, Authority, Leaf};
use karctl::redacted::Secret;
use serde_json::Value;

use super::cluster::{Cluster, Namespace};
use super::live::{Live, alone};
use super::runtime::{Runtime, SYSTEM, assert_says};
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};

const AUTHORITY: [&str; 2] = ["secret", "kar.ibm.com.injector-ca"];
const LEAF: [&str; 2] = ["secret", "kar.ibm.com.injector-tls"];
const WEBHOOK: [&str; 2] = ["mutatingwebhookconfiguration", "kar-injector-webhook"];

/// By which API servers call the injector.
const NAME: &str = "kar-injector.kar-system.svc";

const DAY: SignedDuration = SignedDuration::from_hours(24);

/// Namespace of applications whose pods are created.
const TEAM: &str = "karctl-rotation";

/// Pods of one kubectl, and how many of these at once.
const PODS: usize = 100;
const CREATORS: usize = 2;

/// How long two pods may take to serve another certificate.
const LIMIT: Duration = Duration::from_secs(120);

/// Between two looks, and two pods that run.
const PAUSE: Duration = Duration::from_secs(1);

/// What the cluster has.
struct Certificates {
    trusted: String,
    authority: Authority,
    leaf: Leaf,
}

impl Certificates {
    fn of(cluster: &Cluster) -> Self {
        let [authority, leaf, webhook] = [AUTHORITY, LEAF, WEBHOOK].map(|object| shown(cluster, object));
        Self {
            trusted: decoded(&webhook["webhooks"][0]["clientConfig"]["caBundle"]),
            authority: Authority {
                certificate: decoded(&authority["data"]["ca.crt"]),
                key: Secret::new(decoded(&authority["data"]["ca.key"])),
            },
            leaf: Leaf {
                certificate: decoded(&leaf["data"]["tls.crt"]),
                key: Secret::new(decoded(&leaf["data"]["tls.key"])),
            },
        }
    }

    fn trusted(&self) -> usize {
        self.trusted.matches("BEGIN CERTIFICATE").count()
    }

    /// The API server accepts what is in the injector's secret.
    #[track_caller]
    fn assert_accepted(&self, when: &str) {
        let verified = certificate::verify(&self.trusted, &self.leaf.certificate, NAME, Timestamp::now());
        verified.unwrap_or_else(|error| panic!("{when}: {error:?}"));
    }

    /// Nothing is half-way.
    #[track_caller]
    fn assert_settled(&self) {
        assert_eq!(self.trusted.trim(), self.authority.certificate.trim());
        self.assert_accepted("settled");
        let names = certificate::names(SYSTEM, "cluster.local");
        let decision = certificate::decide(Some(&self.authority), Some(&self.leaf), &names, Timestamp::now());
        assert_eq!(decision, certificate::Decision::Keep);
    }
}

fn shown(cluster: &Cluster, object: [&str; 2]) -> Value {
    let [kind, name] = object;
    let text = cluster.shown(["get", kind, name, "--namespace", SYSTEM, "--output=json"]);
    serde_json::from_str(&text).expect("JSON")
}

fn decoded(value: &Value) -> String {
    let bytes = BASE64_STANDARD.decode(value.as_str().expect("text")).expect("base64");
    String::from_utf8(bytes).expect("PEM")
}

/// Changes an object as karctl itself would have, so that no field is another's.
fn plant(cluster: &Cluster, object: [&str; 2], changes: &[(&str, &str)]) {
    let mut document = shown(cluster, object);
    for (pointer, value) in changes {
        *document.pointer_mut(pointer).expect("it is there") = Value::from(BASE64_STANDARD.encode(value));
    }
    let metadata = document["metadata"].as_object_mut().expect("an object");
    for varying in ["managedFields", "resourceVersion", "uid", "creationTimestamp", "generation"] {
        metadata.remove(varying);
    }
    let apply = ["apply", "--server-side", "--field-manager=karctl", "--force-conflicts", "--filename", "-"];
    assert_says(&cluster.kubectl(apply).stdin(document.to_string()).output(), 0, &[]);
}

/// Puts an authority there that has two of its ten years left.
fn plant_old_authority(cluster: &Cluster) -> Authority {
    let old = Authority::make(Timestamp::now() - DAY * (8 * 365)).expect("an authority");
    plant(cluster, AUTHORITY, &[("/data/ca.crt", &old.certificate), ("/data/ca.key", old.key.expose())]);
    old
}

/// A runtime that was deployed eight years ago.
fn plant_age(cluster: &Cluster) {
    let old = plant_old_authority(cluster);
    let leaf = old.issue(&certificate::names(SYSTEM, "cluster.local"), Timestamp::now() - DAY * 30).expect("a leaf");
    plant(cluster, LEAF, &[("/data/tls.crt", &leaf.certificate), ("/data/tls.key", leaf.key.expose())]);
    plant(cluster, WEBHOOK, &[("/webhooks/0/clientConfig/caBundle", &old.certificate)]);
    Certificates::of(cluster).assert_accepted("planted");
}

fn writes(requests: &[Point]) -> Vec<Point> {
    let is_write = |point: &&Point| point.class.method == "PATCH" && !point.class.shape.contains("dryRun");
    requests.iter().filter(is_write).cloned().collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_change_of_authority_that_is_cut_anywhere_is_finished_and_never_refuses_what_is_served() {
    let runtime = Runtime::on(Cluster::api());
    let cluster = &runtime.cluster;
    runtime.deploy(&[]);
    let proxy = FaultProxy::to_api_server(&cluster.kubeconfig(), None);
    let proxied = runtime.sandbox.write("proxied", proxy.kubeconfig());
    let deploy = || runtime.k8s_as(&proxied, &["deploy", "--no-wait"]);

    plant_age(cluster);
    proxy.watch(Shapes::default(), None);
    assert_says(&deploy(), 0, &[]);
    Certificates::of(cluster).assert_settled();
    let writes = writes(&proxy.requests());
    let place = |object: [&str; 2], occurrence: usize| {
        let is_it =
            |point: &Point| point.class.shape.contains(&format!("/{}?", object[1])) && point.occurrence == occurrence;
        writes.iter().position(is_it).unwrap_or_else(|| panic!("{object:?}: {writes:?}"))
    };
    let order = [place(AUTHORITY, 0), place(WEBHOOK, 0), place(LEAF, 0), place(WEBHOOK, 1)];
    assert!(order.is_sorted(), "{writes:?}");

    for point in &writes {
        plant_age(cluster);
        proxy.watch(Shapes::default(), Some((Fault::Kill, point.clone())));
        let killed = deploy();
        assert_eq!((proxy.has_struck(), killed.status), (true, None), "{point}: {}", killed.stderr);
        Certificates::of(cluster).assert_accepted(&point.to_string());
        proxy.watch(Shapes::default(), None);
        assert_says(&deploy(), 0, &[]);
        Certificates::of(cluster).assert_settled();
        let mark = cluster.mark();
        assert_eq!(runtime.deploy(&[]), Vec::<String>::new());
        assert_eq!(cluster.writes_since(mark), []);
    }
    writeln!(std::io::stderr(), "killed after each of {} writes", writes.len()).expect("somebody listens");
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_former_authority_stays_trusted_while_a_pod_does_not_serve_the_new_certificate() {
    let runtime = Runtime::on(Cluster::api());
    let cluster = &runtime.cluster;
    runtime.deploy(&[]);
    plant_age(cluster);
    // Nobody runs it, so it never serves anything.
    let mut pod = shown(cluster, ["deployment", "kar-injector"])["spec"]["template"].take();
    pod["apiVersion"] = "v1".into();
    pod["kind"] = "Pod".into();
    pod["metadata"]["name"] = "old".into();
    pod["metadata"]["namespace"] = SYSTEM.into();
    cluster.apply(&pod.to_string());
    let dry = runtime.k8s(&["deploy", "--dry-run"]);
    assert!(dry.stdout.contains("kar-injector-webhook: would be updated"), "{}{}", dry.stdout, dry.stderr);
    let said = ["Both authorities of the injector stay trusted", "Pod kar-system/old"];
    assert_says(&runtime.k8s(&["deploy", "--no-wait"]), 0, &said);
    let both = Certificates::of(cluster);
    assert_eq!(both.trusted(), 2);
    both.assert_accepted("with both");

    // Again: nothing is to be done but to look.
    let mark = cluster.mark();
    assert_says(&runtime.k8s(&["deploy", "--no-wait"]), 0, &said);
    assert_eq!(cluster.writes_since(mark), []);
    let differences = runtime.k8s(&["diff"]);
    assert_eq!(differences.status, Some(3), "{}", differences.stdout);
    assert!(differences.stdout.contains("caBundle"), "{}", differences.stdout);

    cluster.shown(["delete", "pod", "old", "--namespace", SYSTEM, "--now"]);
    assert_eq!(runtime.deploy(&[]), ["MutatingWebhookConfiguration kar-injector-webhook: updated"]);
    Certificates::of(cluster).assert_settled();
    assert_eq!(runtime.k8s(&["diff"]).status, Some(0));
}

/// Pods of an application that are created, most of them for trial.
struct Creations<'a> {
    cluster: &'a Cluster,
    is_over: &'a AtomicBool,
}

/// What became of them.
#[derive(Default)]
struct Counts {
    asked: usize,
    injected: usize,
    refusals: Vec<String>,
}

impl Counts {
    fn with(mut self, other: Self) -> Self {
        self.asked += other.asked;
        self.injected += other.injected;
        self.refusals.extend(other.refusals);
        self
    }
}

impl Creations<'_> {
    fn pod(name: &str) -> String {
        format!(
            "---\n{{apiVersion: v1, kind: Pod, metadata: {{name: {name}, namespace: {TEAM}, annotations: {{kar.ibm.com/app: a, \
             kar.ibm.com/sidecarContainer: 'false'}}}}, spec: {{terminationGracePeriodSeconds: 0, containers: [{{name: main, \
             image: 'karctl-test/tiny:1', imagePullPolicy: IfNotPresent}}]}}}}\n"
        )
    }

    fn create(&self, manifests: &str, number: usize, dry_run: &str, counts: &mut Counts) {
        let volumes = "--output=go-template={{range .spec.volumes}}{{.name}} {{end}}{{\"\\n\"}}";
        let arguments = ["create", dry_run, "--validate=false", volumes, "--filename", "-"];
        let created = self.cluster.kubectl(arguments).stdin(manifests).output();
        counts.asked += number;
        counts.injected += created.stdout.lines().filter(|line| line.contains("kar-ibm-com-config")).count();
        counts.refusals.extend(created.stderr.lines().map(str::to_owned));
    }

    /// Many, for trial: the webhook is asked as for any other.
    fn for_trial(&self) -> Counts {
        let manifests: String = (0..PODS).map(|number| Self::pod(&format!("trial{number}"))).collect();
        let mut counts = Counts::default();
        while !self.is_over.load(Ordering::Relaxed) {
            self.create(&manifests, PODS, "--dry-run=server", &mut counts);
        }
        counts
    }

    /// One after the other, which stay.
    fn for_good(&self) -> Counts {
        let mut counts = Counts::default();
        while !self.is_over.load(Ordering::Relaxed) {
            self.create(&Self::pod(&format!("real{}", counts.asked)), 1, "--dry-run=none", &mut counts);
            thread::sleep(PAUSE);
        }
        counts
    }
}

/// How often each pod of the injector has taken another certificate; one entry a pod.
fn reloads(cluster: &Cluster) -> Vec<usize> {
    let names = ["get", "pods", "--selector=name=kar-injector", "--namespace", SYSTEM, "--output=name"];
    let log = |name: &str| cluster.shown(["logs", name, "--namespace", SYSTEM]).matches("certificate reloaded").count();
    cluster.shown(names).lines().map(log).collect()
}

fn changed(deployed: &Value) -> BTreeSet<&str> {
    let objects = deployed["objects"].as_array().expect("a list").iter();
    objects.filter(|object| object["change"] != "unchanged").filter_map(|object| object["name"].as_str()).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn no_pod_is_refused_while_a_certificate_and_its_authority_are_changed() {
    let _alone = alone();
    let cluster = Cluster::node();
    let _team = Namespace::named(&cluster, TEAM, "{}");
    let runtime = Live::new(&cluster);
    let replicas = ["--set", "injector.replicas=2", "--set", "injector.failure_policy=fail", "--enable", TEAM];
    runtime.deploy(&replicas);
    assert_eq!(shown(&cluster, WEBHOOK)["webhooks"][0]["failurePolicy"], "Fail");
    let first = Certificates::of(&cluster);
    first.assert_settled();

    let is_over = AtomicBool::new(false);
    let creations = Creations { cluster: &cluster, is_over: &is_over };
    let (trial, good) = thread::scope(|scope| {
        let trials: Vec<_> = (0..CREATORS).map(|_| scope.spawn(|| creations.for_trial())).collect();
        let good = scope.spawn(|| creations.for_good());
        let end = End(&is_over);

        // A leaf near its end: the same authority makes another, which both pods take.
        let names = certificate::names(SYSTEM, "cluster.local");
        let old = first.authority.issue(&names, Timestamp::now() - DAY * 1000).expect("a leaf");
        plant(&cluster, LEAF, &[("/data/tls.crt", &old.certificate), ("/data/tls.key", old.key.expose())]);
        await_reloads(&cluster, 1);
        assert_eq!(changed(&runtime.deploy(&replicas)), BTreeSet::from(["kar.ibm.com.injector-tls"]));
        await_reloads(&cluster, 2);
        let renewed = Certificates::of(&cluster);
        renewed.assert_settled();
        assert_eq!(renewed.trusted, first.trusted);

        // An authority near its end: another one takes its place, in the time that a kubelet takes.
        plant_old_authority(&cluster);
        let objects = BTreeSet::from(["kar.ibm.com.injector-tls", "kar.ibm.com.injector-ca", "kar-injector-webhook"]);
        assert_eq!(changed(&runtime.deploy(&replicas)), objects);
        let last = Certificates::of(&cluster);
        last.assert_settled();
        assert_ne!(last.trusted, first.trusted);
        assert_eq!(reloads(&cluster), [3, 3]);
        assert_eq!(changed(&runtime.deploy(&replicas)), BTreeSet::new());
        thread::sleep(PAUSE * 3);
        drop(end);
        let trials = trials.into_iter().map(|creator| creator.join().expect("creations"));
        (trials.fold(Counts::default(), Counts::with), good.join().expect("creations"))
    });
    let report = format!(
        "{} pods created for trial and {} for good, {} and {} injected, {} refused",
        trial.asked,
        good.asked,
        trial.injected,
        good.injected,
        trial.refusals.len() + good.refusals.len()
    );
    writeln!(std::io::stderr(), "{report}").expect("somebody listens");
    assert_eq!((trial.injected, good.injected), (trial.asked, good.asked), "{:?} {:?}", trial.refusals, good.refusals);
    assert!(trial.asked >= 500 && good.asked >= 5, "{report}");
}

/// Says that it is over, also where something fails.
struct End<'a>(&'a AtomicBool);

impl Drop for End<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Until each pod of the injector took this many other certificates. They are made to look at their secret now, and not
/// when their kubelet comes round to it.
fn await_reloads(cluster: &Cluster, count: usize) {
    let annotate = ["annotate", "pods", "--selector=name=kar-injector", "--namespace", SYSTEM, "--overwrite"];
    let deadline = Instant::now() + LIMIT;
    for look in 0.. {
        if reloads(cluster).iter().all(|reloads| *reloads == count) {
            return;
        }
        assert!(Instant::now() < deadline, "{:?} within {LIMIT:?}", reloads(cluster));
        cluster.shown(annotate.into_iter().chain([&*format!("test/look={count}-{look}")]));
        thread::sleep(PAUSE);
    }
}
