//! The proxy of the fault sweeps, held against a small engine that answers here.

mod fake_engine;
#[expect(dead_code, reason = "an API server is for the tests with real parts")]
mod fault_proxy;

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use fake_engine::FakeEngine;
use fault_proxy::{Class, Fault, FaultProxy, Point, Shapes};

const TIMEOUT: Duration = Duration::from_secs(10);

/// A fake engine behind a proxy.
struct Pair {
    _folder: tempfile::TempDir,
    engine: FakeEngine,
    proxy: FaultProxy,
}

impl Pair {
    fn start() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let engine = FakeEngine::start(&folder.path().join("engine.sock"));
        let proxy = FaultProxy::to_engine(&folder.path().join("proxy.sock"), &folder.path().join("engine.sock"));
        Self { _folder: folder, engine, proxy }
    }

    fn connect(&self) -> UnixStream {
        let host = self.proxy.host();
        let stream = UnixStream::connect(host.strip_prefix("unix://").expect("a socket")).expect("somebody listens");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out is accepted");
        stream
    }

    /// The whole answer to a request; empty where the connection was closed instead.
    fn answer(&self, request: &str) -> String {
        let mut stream = self.connect();
        send(&mut stream, request);
        let mut answer = String::new();
        match stream.read_to_string(&mut answer) {
            Err(error) if error.kind() != std::io::ErrorKind::ConnectionReset => panic!("{error}"),
            _ => answer,
        }
    }

    fn plan(&self, fault: Fault, point: &Point) {
        self.proxy.watch(Shapes::of("mine"), Some((fault, point.clone())));
    }
}

/// Sends one request, the last of its connection; the first line is the request's own, the rest its body.
fn send(stream: &mut UnixStream, request: &str) {
    let (line, body) = request.split_once('\n').unwrap_or((request, ""));
    let length = body.len();
    write!(stream, "{line} HTTP/1.1\r\nHost: e\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}")
        .expect("a request is taken");
}

fn point(method: &str, shape: &str, occurrence: usize) -> Point {
    Point { class: Class { method: method.to_owned(), shape: shape.to_owned() }, occurrence }
}

const MAKE: &str = "POST /v1.41/containers/create?name=mine_kafka\n{}";

fn make_point(occurrence: usize) -> Point {
    point("POST", "/containers/create?name={name}_kafka", occurrence)
}

#[test]
fn requests_are_passed_and_recorded_with_their_occurrence() {
    let pair = Pair::start();
    pair.proxy.watch(Shapes::of("mine"), None);
    for _ in 0..2 {
        assert!(pair.answer(MAKE).ends_with("made from {}"), "an answer");
    }
    assert!(pair.answer("GET /_ping").ends_with("\r\n\r\nOK"));
    assert_eq!(pair.proxy.requests(), [make_point(0), make_point(1), point("GET", "/_ping", 0)]);
    assert_eq!(pair.proxy.requests()[1].to_string(), "POST /containers/create?name={name}_kafka (2)");
    assert_eq!(pair.engine.made(), 2);
    assert!(!pair.proxy.has_struck());
    pair.proxy.watch(Shapes::of("mine"), None);
    assert_eq!(pair.proxy.requests(), []);
}

#[test]
fn a_refused_request_never_reaches_the_engine() {
    let pair = Pair::start();
    pair.plan(Fault::Refuse, &make_point(1));
    let answers: Vec<_> = (0..3).map(|_| pair.answer(MAKE).is_empty()).collect();
    assert_eq!((answers, pair.engine.made()), (vec![false, true, false], 2));
    assert!(pair.proxy.has_struck());
}

#[test]
fn a_request_whose_answer_is_cut_was_done() {
    let pair = Pair::start();
    pair.plan(Fault::Cut, &make_point(0));
    assert_eq!((pair.answer(MAKE).as_str(), pair.engine.made()), ("", 1));
    assert!(pair.proxy.has_struck());
}

#[test]
fn a_request_that_hangs_gets_no_answer_and_does_not_hold_up_others() {
    let pair = Pair::start();
    pair.plan(Fault::Hang, &make_point(0));
    let mut hanging = pair.connect();
    send(&mut hanging, MAKE);
    assert!(pair.answer("GET /_ping").ends_with("OK"));
    assert!(pair.answer(MAKE).ends_with("made from {}"));
    hanging.set_nonblocking(true).expect("a socket");
    let error = hanging.read(&mut [0]).expect_err("nothing to read");
    assert_eq!((error.kind(), pair.engine.made()), (std::io::ErrorKind::WouldBlock, 1));
}

#[test]
fn an_answer_is_passed_on_while_it_is_being_made() {
    let pair = Pair::start();
    let mut stream = pair.connect();
    send(&mut stream, "GET /stream");
    let mut received = String::new();
    let mut read_to = |end: &str| {
        while !received.contains(end) {
            let mut byte = [0];
            stream.read_exact(&mut byte).expect("more of the answer");
            received.push(char::from(byte[0]));
        }
    };
    read_to("first");
    pair.engine.go_on();
    read_to("second");
}

#[test]
fn a_request_is_passed_on_while_it_is_being_made() {
    let pair = Pair::start();
    let mut stream = pair.connect();
    write!(stream, "PUT /archive HTTP/1.1\r\nHost: e\r\nTransfer-Encoding: chunked\r\n\r\n3\r\none\r\n")
        .expect("a request is taken");
    pair.engine.wait_for_archive("one");
    write!(stream, "3\r\ntwo\r\n0\r\n\r\n").expect("the rest is taken");
    pair.engine.wait_for_archive("onetwo");
}

#[test]
fn an_upgraded_connection_goes_both_ways_and_ends_one_side_at_a_time() {
    let pair = Pair::start();
    let mut stream = pair.connect();
    write!(stream, "POST /attach HTTP/1.1\r\nHost: e\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n")
        .expect("a request is taken");
    write!(stream, "echo this").expect("it is taken");
    stream.shutdown(std::net::Shutdown::Write).expect("one side");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("the other side");
    assert!(answer.starts_with("HTTP/1.1 101 ") && answer.ends_with("\r\n\r\necho this"), "{answer}");
}
