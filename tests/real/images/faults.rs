//! Every request of a push fails once, in every way, and nothing comes of it: the image is there as after an undisturbed
//! run, and nothing else.

use std::time::{Duration, Instant};

use super::{Saved, assert_nothing_is_left};
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::registry_server::Server;
use crate::sandbox::{Finished, Sandbox};

/// Two chunks and a half: <`src/client/registry/upload.rs`>.
const SIZE: usize = 20 << 20;

/// After so long a registry that hangs is given up: one that takes a chunk on a busy machine does not hang.
const PATIENCE: [&str; 2] = ["--timeout", "20s"];

/// How long a push may take that is given up so.
const END_AT_MOST: Duration = Duration::from_secs(60);

/// Exit status of a command that gave up waiting.
const TIMED_OUT: i32 = 4;

struct Subject {
    server: Server,
    proxy: FaultProxy,
    sandbox: Sandbox,
    id: String,
}

impl Subject {
    fn new() -> Self {
        let server = Server::plain();
        let proxy = FaultProxy::to_server(server.address());
        let sandbox = Sandbox::new();
        let saved = Saved::new("kar/x:1", SIZE);
        sandbox.write("work/x.tar", saved.archive);
        Self { server, proxy, sandbox, id: saved.id }
    }

    /// Pushes to a place of its own, so that each run begins with nothing.
    fn push(&self, place: &str, fault: Option<(Fault, &Point)>, more: &[&str]) -> Finished {
        self.proxy.watch(Shapes::of(place), fault.map(|(fault, point)| (fault, point.clone())));
        let to = format!("{}/{place}", self.proxy.host().trim_start_matches("http://"));
        let line = ["images", "push", "--file", "x.tar", "--to", &to, "--progress", "plain"];
        self.sandbox.karctl(line.iter().chain(more).copied()).output()
    }

    fn requests(&self, place: &str) -> Vec<Point> {
        let pushed = self.push(place, None, &[]);
        assert_eq!(pushed.status, Some(0), "{}", pushed.stderr);
        self.proxy.requests()
    }

    #[track_caller]
    fn assert_is_there(&self, place: &str, attempt: &str) {
        let id = self.server.id(&format!("{place}/kar/x"), "1");
        assert_eq!(id.as_ref(), Some(&self.id), "{attempt}");
        assert_nothing_is_left(&self.sandbox);
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn every_request_of_a_push_may_fail() {
    let subject = Subject::new();
    let mut points = subject.requests("undisturbed");
    points.sort();
    let patches = points.iter().filter(|point| point.class.method == "PATCH").count();
    assert_eq!(patches, 2, "{points:?}");
    let busy = Fault::Answer { status: 503, times: 2 };
    for (number, point) in points.iter().enumerate() {
        for (index, fault) in [Fault::Refuse, Fault::Cut, busy, Fault::Kill, Fault::Hang].into_iter().enumerate() {
            let (place, attempt) = (format!("p{number}q{index}"), format!("{fault:?} at {point}"));
            let began = Instant::now();
            let patience: &[&str] = if fault == Fault::Hang { &PATIENCE } else { &[] };
            let disturbed = subject.push(&place, Some((fault, point)), patience);
            assert!(subject.proxy.has_struck(), "{attempt}: it was not sent again; {}", disturbed.stderr);
            match fault {
                Fault::Kill => assert_eq!(disturbed.status, None, "{attempt}"),
                Fault::Hang => {
                    assert_eq!(disturbed.status, Some(TIMED_OUT), "{attempt}: {}", disturbed.stderr);
                    assert!(began.elapsed() < END_AT_MOST, "{attempt}: {:?}", began.elapsed());
                }
                _ => assert_eq!(disturbed.status, Some(0), "{attempt}: {}", disturbed.stderr),
            }
            let again = subject.push(&place, None, &[]);
            assert_eq!(again.status, Some(0), "{attempt}: {}", again.stderr);
            subject.assert_is_there(&place, &attempt);
        }
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn an_upload_that_was_given_up_goes_on_where_the_registry_stands() {
    let subject = Subject::new();
    let points = subject.requests("undisturbed");
    let is_part = |point: &&Point| point.class.method == "PATCH";
    let parts: Vec<_> = points.iter().filter(is_part).collect();
    // The second chunk never arrives, and karctl gives up.
    let given_up = subject.push("cut", Some((Fault::Hang, parts[1])), &PATIENCE);
    assert_eq!(given_up.status, Some(TIMED_OUT), "{}", given_up.stderr);
    let again = subject.push("cut", None, &[]);
    assert_eq!(again.status, Some(0), "{}", again.stderr);
    // It is asked for where it stands, and the first chunk is not sent again.
    let sent = subject.proxy.requests();
    let methods: Vec<_> = sent.iter().map(|point| point.class.method.as_str()).collect();
    let expected = ["GET", "HEAD", "GET", "PATCH", "PUT", "HEAD", "POST", "PUT", "PUT"];
    assert_eq!(methods, expected, "{sent:?}");
    subject.assert_is_there("cut", "after it was given up");
    assert_eq!(subject.server.unfinished("cut/kar/x"), 0);
}
