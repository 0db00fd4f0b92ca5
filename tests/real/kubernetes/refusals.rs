//! An API server that answers, but not with what was asked for: what is said at once, and what is asked again until the
//! deadline.

use std::time::{Duration, Instant};

use super::cluster::Cluster;
use super::runtime::{Runtime, assert_says};
use crate::fault_proxy::{Class, Fault, FaultProxy, Point, REASON, RETRY_AFTER, Shapes};
use crate::sandbox::Finished;

/// Without claims, which never go where nobody looks after them.
const DEPLOY: [&str; 3] = ["deploy", "--no-wait", "--no-persistence"];

/// What a machine that becomes busy may add to anything.
const SLACK: Duration = Duration::from_secs(5);

/// A runtime behind a proxy, and one request of each kind that a deploy from nothing sends, in their order.
struct Behind {
    runtime: Runtime,
    proxy: FaultProxy,
    kubeconfig: std::path::PathBuf,
    /// And how many of the same class there are.
    points: Vec<(Point, usize)>,
    /// What a deploy took in which nothing was wrong.
    usual: Duration,
}

impl Behind {
    fn new() -> Self {
        let runtime = Runtime::on(Cluster::api());
        runtime.cluster.shown(["create", "namespace", "kar-system"]);
        let proxy = FaultProxy::to_api_server(&runtime.cluster.kubeconfig(), None);
        let kubeconfig = runtime.sandbox.write("proxied", proxy.kubeconfig());
        let mut behind = Self { runtime, proxy, kubeconfig, points: Vec::new(), usual: Duration::ZERO };
        // The namespace is what it will stay after the first one.
        for _ in 0..2 {
            behind.clean();
            let began = Instant::now();
            assert_says(&behind.deploy(None, &[]), 0, &[]);
            behind.usual = began.elapsed();
        }
        for point in behind.proxy.requests() {
            let is_known = |(known, _): &(Point, usize)| kind(&known.class) == kind(&point.class);
            if !behind.points.iter().any(is_known) {
                let count = behind.asked(&point.class);
                behind.points.push((point, count));
            }
        }
        // Reading, asking for rights, the rehearsal, the write.
        assert_eq!(behind.points.len(), 4, "{:?}", behind.points);
        behind.clean();
        behind
    }

    fn deploy(&self, fault: Option<(Fault, &Point)>, more: &[&str]) -> Finished {
        self.proxy.watch(Shapes::default(), fault.map(|(fault, point)| (fault, point.clone())));
        self.runtime.k8s_as(&self.kubeconfig, &[&DEPLOY[..], more].concat())
    }

    /// A deploy that waits for nothing takes less.
    fn at_once(&self) -> Duration {
        3 * self.usual + SLACK
    }

    /// Time enough for a deploy and a few pauses, in whole seconds.
    fn timeout(&self) -> Duration {
        Duration::from_secs(self.usual.as_secs()) + SLACK
    }

    fn clean(&self) {
        assert_says(&self.runtime.k8s(&["undeploy", "--delete-data", "--keep-namespace", "-y"]), 0, &[]);
    }

    /// How often this was asked for.
    fn asked(&self, class: &Class) -> usize {
        self.proxy.requests().iter().filter(|point| point.class == *class).count()
    }
}

/// What tells requests apart that are treated differently.
fn kind(class: &Class) -> (&str, bool) {
    (&class.method, class.shape.contains("dryRun=All"))
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_the_server_fails_at_is_told_at_once_and_never_asked_again() {
    let behind = Behind::new();
    for (point, count) in &behind.points {
        let began = Instant::now();
        let failed = behind.deploy(Some((Fault::Answer { status: 500, times: usize::MAX }, point)), &[]);
        assert_says(&failed, 1, &["error: ", "refused to", REASON]);
        assert!(began.elapsed() < behind.at_once(), "{point}: {:?}", began.elapsed());
        // Those that were on their way already count.
        assert!(behind.asked(&point.class) <= *count, "{point}: {}", behind.asked(&point.class));
    }
    assert_says(&behind.deploy(None, &[]), 0, &[]);
    let mark = behind.runtime.cluster.mark();
    assert_says(&behind.deploy(None, &[]), 0, &[]);
    assert_eq!(behind.runtime.cluster.writes_since(mark), []);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_server_that_is_busy_or_starting_is_asked_again() {
    let behind = Behind::new();
    for status in [429, 503] {
        for (point, count) in &behind.points {
            let began = Instant::now();
            let done = behind.deploy(Some((Fault::Answer { status, times: 2 }, point)), &[]);
            assert_says(&done, 0, &[]);
            assert_eq!(behind.asked(&point.class), count + 2, "{status}, {point}");
            // Several at once wait side by side.
            let patience = Duration::from_secs(if *count == 1 { 2 * RETRY_AFTER } else { RETRY_AFTER });
            assert!(status != 429 || began.elapsed() >= patience, "{point}: {:?}", began.elapsed());
            behind.clean();
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_server_that_stays_busy_is_asked_until_the_deadline() {
    let behind = Behind::new();
    let timeout = behind.timeout();
    let limit = format!("--timeout={}s", timeout.as_secs());
    for status in [429, 503] {
        for (point, count) in &behind.points {
            let began = Instant::now();
            let gave_up = behind.deploy(Some((Fault::Answer { status, times: usize::MAX }, point)), &[&limit]);
            let hint = "hint: run the same command again once the server answers";
            assert_says(&gave_up, 4, &["refused to", REASON, hint, "KAR202"]);
            let took = began.elapsed();
            // The last pause would have gone beyond the deadline.
            assert!(took >= Duration::from_secs(1) && took < timeout + behind.at_once(), "{point}: {took:?}");
            assert!(behind.asked(&point.class) > 1 + count, "{status}, {point}: {}", behind.asked(&point.class));
        }
    }
    assert_says(&behind.deploy(None, &[]), 0, &[]);
}
