mod served;

use std::future::Future;
use std::io::ErrorKind;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http_body_util::Full;
use rustix::process::Signal;
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use crate::sandbox::Sandbox;
use served::{Protocol, Served, leaf, mount, post, review_of};

const BOTH: [Protocol; 2] = [Protocol::Http1, Protocol::Http2];

/// As large as a body may be.
const LARGEST: usize = 3 << 20;

fn run<T>(test: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime").block_on(test)
}

fn pod(annotations: Value) -> Value {
    json!({ "apiVersion": "v1", "kind": "Pod", "metadata": { "generateName": "p-", "annotations": annotations },
        "spec": { "containers": [{ "name": "c", "image": "i", "unknown": { "field": [1] } }] } })
}

fn annotated() -> Value {
    pod(json!({ "kar.ibm.com/app": "a" }))
}

fn with(mut review: Value, path: &str, value: Value) -> Vec<u8> {
    *review.pointer_mut(path).unwrap_or_else(|| panic!("{path}")) = value;
    review.to_string().into_bytes()
}

/// What is no review, and what is answered: `kar-behaviour.md` has what the original did with each.
#[test]
fn what_is_no_review_is_refused_with_the_reason() {
    let served = Served::start(&[]);
    let review = review_of(&annotated());
    let deep = format!("{{\"request\":{}", "[".repeat(100_000)).into_bytes();
    let rows: Vec<(&str, Vec<u8>, u16, &str)> = vec![
        ("text/plain", review.to_string().into(), 415, "Content-Type is text/plain, but has to be application/json\n"),
        (
            "application/jsonx",
            review.to_string().into(),
            415,
            "Content-Type is application/jsonx, but has to be application/json\n",
        ),
        ("application/json", Vec::new(), 400, "the body is empty\n"),
        (
            "application/json",
            b"{".to_vec(),
            400,
            "the body is no AdmissionReview: EOF while parsing an object at line 1 column 1\n",
        ),
        ("application/json", b"\"\xff\"".to_vec(), 400, "the body is no AdmissionReview: "),
        ("application/json", deep, 400, "the body is no AdmissionReview: recursion limit exceeded at line 1 column "),
        ("application/json", b"[1]".to_vec(), 400, "the body is"),
        (
            "application/json",
            b"{}".to_vec(),
            400,
            "the body is \"\" of \"\", but has to be AdmissionReview of admission.k8s.io/v1\n",
        ),
        (
            "application/json",
            with(review.clone(), "/apiVersion", json!("admission.k8s.io/v1beta1")),
            400,
            "the body is \"AdmissionReview\" of \"admission.k8s.io/v1beta1\", but has to be AdmissionReview of \
             admission.k8s.io/v1\n",
        ),
        ("application/json", with(review.clone(), "/request", Value::Null), 400, "the review has no request\n"),
        ("application/json", with(review.clone(), "/request", json!({})), 400, "the review's request has no uid\n"),
    ];
    run(async {
        for protocol in BOTH {
            for (content_type, body, status, message) in &rows {
                let answer = served.request(protocol, post(content_type, body.clone())).await;
                assert_eq!(answer.status, *status, "{message} {answer:?}");
                assert!(answer.body.starts_with(message), "{message} {answer:?}");
                assert_eq!(answer.content_type, "text/plain; charset=utf-8");
            }
        }
        let metrics = served.get("/metrics").await.body;
        assert!(metrics.contains("kar_injector_requests_total{code=\"415\"} 4\n"), "{metrics}");
        assert!(
            metrics.contains(&format!("kar_injector_reviews_total{{outcome=\"invalid\"}} {}\n", 2 * rows.len())),
            "{metrics}"
        );
    });
}

#[test]
fn reviews_of_what_is_not_to_be_injected_are_allowed_as_they_are() {
    let served = Served::start(&[]);
    let review = review_of(&annotated());
    let rows = [
        with(review.clone(), "/request/resource/resource", json!("services")),
        with(review.clone(), "/request/resource", Value::Null),
        with(review.clone(), "/request/object/kind", json!("ConfigMap")),
        with(review.clone(), "/request/object", json!({})),
        with(review.clone(), "/request/object", Value::Null),
        with(review.clone(), "/request/operation", json!("UPDATE")),
        with(review.clone(), "/request/operation", json!("DELETE")),
        review_of(&pod(json!({}))).to_string().into_bytes(),
        review_of(&json!({ "metadata": { "annotations": null } })).to_string().into_bytes(),
    ];
    run(async {
        for protocol in BOTH {
            let mut client = served.client(protocol).await.expect("a connection");
            for body in &rows {
                let answer =
                    client.send(post("application/json; charset=utf-8", body.clone())).await.expect("an answer");
                let expected = json!({ "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "allowed": true });
                assert_eq!((answer.status, answer.response()), (200, expected), "{}", String::from_utf8_lossy(body));
                assert_eq!(answer.content_type, "application/json");
            }
        }
    });
}

#[test]
fn a_pod_that_could_never_work_is_refused_with_the_reason() {
    let served = Served::start(&[]);
    let wrong = pod(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/runtimePort": "http" }));
    let message = "annotation kar.ibm.com/runtimePort is \"http\", but has to be a port from 1 to 65535";
    run(async {
        let answer = served.request(Protocol::Http2, post("application/json", review_of(&wrong).to_string())).await;
        let response = answer.response();
        assert_eq!((answer.status, &response["allowed"], response.get("patch")), (200, &json!(false), None));
        assert_eq!(response["status"]["message"], format!("KAR: {message}"));
    });
    let logged = served.logged("refused");
    assert_eq!(
        (&logged["level"], &logged["namespace"], &logged["pod"]),
        (&json!("warning"), &json!("default"), &json!("p-"))
    );
    assert_eq!(logged["reason"], message);
}

/// Offline, over HTTP/1.1 and over HTTP/2: one result, and a patch that a strict library takes.
#[test]
fn a_pod_is_injected_the_same_on_every_way() {
    let served = Served::start(&["--native-sidecar", "--sidecar-user", "65532"]);
    let odd = pod(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/sidecarContainer": "no" }));
    for pod in [annotated(), odd] {
        let inject = ["inject", "-f", "-", "-o", "json", "--native-sidecar", "--sidecar-user", "65532"];
        let offline = served.sandbox.karctl(inject).stdin(pod.to_string()).output();
        let offline: Value = serde_json::from_str(&offline.stdout).expect("JSON");
        assert_ne!(offline, pod);
        for protocol in BOTH {
            let request = post("application/json", review_of(&pod).to_string());
            let response = run(served.request(protocol, request)).response();
            assert_eq!((&response["allowed"], &response["patchType"]), (&json!(true), &json!("JSONPatch")));
            let patch = STANDARD.decode(response["patch"].as_str().expect("text")).expect("base64");
            let patch: json_patch::Patch = serde_json::from_slice(&patch).expect("a patch");
            let mut online = pod.clone();
            json_patch::patch(&mut online, &patch).expect("every path is there");
            assert_eq!(online, offline, "{protocol:?}");
            let is_warned = pod["metadata"]["annotations"].get("kar.ibm.com/sidecarContainer").is_some();
            assert_eq!(response.get("warnings").is_some(), is_warned, "{response}");
        }
    }
}

#[test]
fn health_and_numbers_are_told_and_everything_else_refused() {
    let served = Served::start(&[]);
    run(async {
        for path in ["/healthz", "/readyz"] {
            let answer = served.get(path).await;
            assert_eq!((answer.status, answer.body.as_str()), (200, "ok\n"));
        }
        let wrong = served.get("/inject-sidecar").await;
        assert_eq!((wrong.status, wrong.allow.as_deref()), (405, Some("POST")));
        let request = hyper::Request::post("/metrics").header("host", "x").body(Full::default()).expect("a request");
        let wrong = served.request(Protocol::Http1, request).await;
        assert_eq!((wrong.status, wrong.allow.as_deref()), (405, Some("GET, HEAD")));
        assert_eq!(served.get("/").await.status, 404);
        served.request(Protocol::Http2, post("application/json", review_of(&annotated()).to_string())).await;
        let metrics = served.get("/metrics").await;
        assert_eq!(metrics.content_type, "text/plain; version=0.0.4; charset=utf-8");
        let expiry = karctl::certificate::inspect(&served.sandbox.read("work/tls/tls.crt")).expect("PEM").not_after;
        for line in [
            "kar_injector_requests_total{code=\"200\"} 3".to_owned(),
            "kar_injector_requests_total{code=\"405\"} 2".to_owned(),
            "kar_injector_reviews_total{outcome=\"injected\"} 1".to_owned(),
            "kar_injector_review_duration_seconds_bucket{le=\"+Inf\"} 1".to_owned(),
            "kar_injector_review_duration_seconds_count 1".to_owned(),
            format!("kar_injector_certificate_expiry_timestamp_seconds {}", expiry.as_second()),
        ] {
            assert!(metrics.body.lines().any(|seen| seen == line), "{line}\n{}", metrics.body);
        }
    });
}

/// A mounted Secret is swapped while reviews come on old and new connections: each is answered, and the new leaf is served.
#[test]
fn a_changed_certificate_is_served_without_dropping_a_request() {
    let served = Served::start(&[]);
    let review = review_of(&annotated()).to_string();
    let first = run(async { peer(&served).await });
    let changed = leaf(&served.authority);
    let answered = run(async {
        let mut old = served.client(Protocol::Http2).await.expect("a connection");
        let mut answered = 0;
        let deadline = Instant::now() + Duration::from_secs(30);
        // The certificate changes once a review on each connection was answered; others come while it does.
        while answered < 4 || peer(&served).await == first {
            assert!(Instant::now() < deadline, "the new certificate is not served");
            if answered == 2 {
                mount(&served.sandbox, "2", &changed);
            }
            let mut new = served.client(Protocol::Http1).await.expect("a connection");
            for client in [&mut old, &mut new] {
                let answer = client.send(post("application/json", review.clone())).await.expect("an answer");
                assert_eq!(answer.response()["allowed"], true);
                answered += 1;
            }
        }
        old.send(post("application/json", review.clone())).await.expect("the old connection goes on");
        answered
    });
    println!("{answered} reviews answered while the certificate changed");
    assert_eq!(served.logged("certificate reloaded")["level"], "info");

    // A pair that does not fit is not taken.
    let second = run(peer(&served));
    let (one, other) = (leaf(&served.authority), leaf(&served.authority));
    let mixed = karctl::certificate::Leaf { key: other.key, ..one };
    mount(&served.sandbox, "3", &mixed);
    let logged = served.logged("certificate not reloaded, the old one is still served");
    assert!(logged["error"].as_str().is_some_and(|error| error.contains("are no pair")), "{logged}");
    assert_eq!(run(peer(&served)), second);
    let metrics = run(served.get("/metrics")).body;
    assert!(metrics.contains("certificate_reloads_total{result=\"used\"} 1\n"), "{metrics}");
    assert!(metrics.contains("certificate_reloads_total{result=\"unusable\"} 1\n"), "{metrics}");
}

/// The certificate that a new connection is served with.
async fn peer(served: &Served) -> Vec<u8> {
    let stream = served.tls(Protocol::Http2).await.expect("a connection");
    stream.get_ref().1.peer_certificates().expect("a certificate")[0].to_vec()
}

#[test]
fn sigterm_lets_requests_in_until_the_drain_is_over_and_drops_none() {
    let mut served = Served::start(&["--drain", "2s"]);
    let review = review_of(&annotated()).to_string();
    let began = Instant::now();
    run(async {
        let mut kept = served.client(Protocol::Http2).await.expect("a connection");
        kept.send(post("application/json", review.clone())).await.expect("an answer");
        served.signal(Signal::TERM);
        assert_eq!(served.logged("draining")["signal"], "SIGTERM");
        assert_eq!(served.get("/readyz").await.status, 503);
        assert_eq!(served.get("/healthz").await.status, 200);
        // Until the very end, new connections and the old one are answered; then the old one is told to go, between requests.
        let mut answered = 0;
        while served.child.try_wait().expect("its own child").is_none() {
            let Ok(mut client) = served.client(Protocol::Http1).await else { break };
            match client.send(post("application/json", review.clone())).await {
                Ok(answer) => assert_eq!(answer.response()["allowed"], true),
                Err(error) => assert!(began.elapsed() >= Duration::from_secs(2), "{error:?}"),
            }
            if began.elapsed() < Duration::from_millis(1900) {
                let sent = kept.send(post("application/json", review.clone())).await;
                // It may take until after the end.
                assert!(sent.is_ok() || began.elapsed() >= Duration::from_secs(2), "the old connection goes on");
            }
            answered += 1;
        }
        println!("{answered} reviews answered while draining");
        assert!(answered > 10);
    });
    assert!(served.ended().success());
    assert!(began.elapsed() >= Duration::from_secs(2));
    let rest = served.rest();
    assert_eq!(
        rest.last().map(|line| (&line["message"], &line["connections_cut"])),
        Some((&json!("ended"), &json!(0)))
    );
}

#[test]
fn a_request_that_runs_at_the_end_is_finished() {
    let mut served = Served::start(&["--drain", "0"]);
    let body = review_of(&annotated()).to_string();
    run(async {
        let mut stream = served.tls(Protocol::Http1).await.expect("a connection");
        let head = format!(
            "POST /inject-sidecar HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).await.expect("the head");
        stream.write_all(&body.as_bytes()[..10]).await.expect("some of the body");
        stream.flush().await.expect("sent");
        tokio::time::sleep(Duration::from_millis(300)).await;
        served.signal(Signal::TERM);
        served.logged("draining");
        stream.write_all(&body.as_bytes()[10..]).await.expect("the rest");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).await.expect("the answer, and the end");
        let answer = String::from_utf8(answer).expect("UTF-8");
        assert!(answer.starts_with("HTTP/1.1 200 OK\r\n") && answer.contains("JSONPatch"), "{answer}");
    });
    assert!(served.ended().success());
}

#[test]
fn bodies_have_a_limit() {
    let served = Served::start(&[]);
    run(async {
        for protocol in BOTH {
            let mut large = annotated();
            let filler = LARGEST - review_of(&large).to_string().len() - ",\"filler\":\"\"".len();
            large["filler"] = "x".repeat(filler).into();
            let body = review_of(&large).to_string();
            assert_eq!(body.len(), LARGEST);
            let answer = served.request(protocol, post("application/json", body.clone())).await;
            assert_eq!((answer.status, &answer.response()["allowed"]), (200, &json!(true)));
            let mut client = served.client(protocol).await.expect("a connection");
            // The answer may come while the body is still sent, and end the sending.
            if let Ok(answer) = client.send(post("application/json", body + " ")).await {
                assert_eq!((answer.status, answer.body.as_str()), (413, "the body is larger than 3145728 bytes\n"));
            }
        }
        let metrics = served.get("/metrics").await.body;
        assert!(metrics.contains("kar_injector_requests_total{code=\"413\"} 2\n"), "{metrics}");
    });
}

/// Clients that connect and say nothing, send a head without end, or a body that never comes, are cut, and nobody waits for
/// them.
#[test]
fn slow_clients_are_cut_and_stop_nobody() {
    let served = Served::start(&[]);
    let began = Instant::now();
    run(async {
        let mut silent = tokio::net::TcpStream::connect(served.address).await.expect("a connection");
        let mut headless = served.tls(Protocol::Http1).await.expect("a connection");
        headless.write_all(b"POST /inject-sidecar HTTP/1.1\r\nhost: x\r\n").await.expect("half a head");
        let mut bodiless = served.tls(Protocol::Http1).await.expect("a connection");
        let head = b"POST /inject-sidecar HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{";
        bodiless.write_all(head).await.expect("half a body");
        assert_eq!(served.get("/healthz").await.status, 200);
        assert!(began.elapsed() < Duration::from_secs(9), "others had to wait");

        let mut answer = String::new();
        let mut rest = Vec::new();
        bodiless.read_to_string(&mut answer).await.ok();
        assert!(answer.starts_with("HTTP/1.1 408 "), "{answer}");
        for cut in [headless.read_to_end(&mut rest).await, silent.read_to_end(&mut rest).await] {
            let is_cut = cut.is_ok() || cut.is_err_and(|error| error.kind() != ErrorKind::TimedOut);
            assert!(is_cut);
        }
        assert!(began.elapsed() < Duration::from_secs(40), "{:?}", began.elapsed());
    });
}

/// Reviews with bytes changed, cut and repeated: each gets an answer, and the injector lives.
#[test]
fn garbled_reviews_get_an_answer() {
    use rand::{RngExt, SeedableRng};
    let served = Served::start(&[]);
    let mut random = rand::rngs::StdRng::seed_from_u64(20_261_122);
    let original = review_of(&annotated()).to_string().into_bytes();
    let mut seen = std::collections::BTreeMap::new();
    run(async {
        let mut client = served.client(Protocol::Http2).await.expect("a connection");
        for _ in 0..3000 {
            let mut body = original.clone();
            for _ in 0..random.random_range(1..4) {
                let at = random.random_range(0..body.len());
                match random.random_range(0..4) {
                    0 => body[at] = random.random(),
                    1 => body.truncate(at + 1),
                    2 => drop(body.remove(at)),
                    _ => {
                        let part = body[at..(at + 20).min(body.len())].to_vec();
                        body.splice(at..at, part);
                    }
                }
                if body.is_empty() {
                    break;
                }
            }
            let answer = client.send(post("application/json", body)).await.expect("an answer");
            let kind = if answer.status == 200 { answer.response()["allowed"].clone() } else { Value::Null };
            *seen.entry((answer.status, kind.to_string())).or_insert(0) += 1;
        }
    });
    println!("{seen:?}");
    assert!(seen.keys().all(|(status, _)| [200, 400].contains(status)), "{seen:?}");
    assert!(seen.len() == 3, "allowed, refused and no review are all met: {seen:?}");
}

#[test]
fn nothing_of_a_pod_is_logged() {
    let mut served = Served::start(&["-v", "--drain", "0"]);
    let mut pod = annotated();
    pod["spec"]["containers"][0]["env"] = json!([{ "name": "PASSWORD", "value": "canary" }]);
    let mut wrong = pod.clone();
    wrong["metadata"]["annotations"]["kar.ibm.com/appPort"] = "x".into();
    run(async {
        for pod in [&pod, &wrong] {
            served.request(Protocol::Http2, post("application/json", review_of(pod).to_string())).await;
        }
        served.request(Protocol::Http2, post("application/json", "{\"canary\": ")).await;
    });
    served.signal(Signal::INT);
    assert!(served.ended().success());
    let lines = served.rest();
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().expect("text")).collect();
    assert_eq!(messages, ["injected", "refused", "no review", "draining", "ended"]);
    assert!(!json!(lines).to_string().contains("canary"), "{lines:?}");
}

#[test]
fn who_hangs_up_without_a_farewell_is_no_line_of_the_log() {
    let mut served = Served::start(&["-v", "--drain", "0"]);
    let before = served.sockets();
    run(async {
        for (protocol, said) in [
            (Protocol::Http1, &b"GET /healthz HTTP/1.1\r\nhost: injector\r\n\r\n"[..]),
            (Protocol::Http2, b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n\0\0\0\x04\0\0\0\0\0"),
        ] {
            let mut stream = served.tls(protocol).await.expect("a connection");
            stream.write_all(said).await.expect("it is open");
            stream.read_u8().await.expect("an answer, or the settings of HTTP/2");
            // No close_notify, and what was not read yet makes it a reset.
            drop(stream);
        }
    });
    // What it has to say of a connection it says before it closes its side.
    let deadline = Instant::now() + Duration::from_secs(30);
    while served.sockets() > before {
        assert!(Instant::now() < deadline, "the server does not see that its clients went");
        std::thread::sleep(Duration::from_millis(10));
    }
    served.signal(Signal::INT);
    assert!(served.ended().success());
    let lines = served.rest();
    let messages: Vec<_> = lines.iter().map(|line| line["message"].as_str().expect("text")).collect();
    assert_eq!(messages, ["draining", "ended"], "{lines:?}");
}

#[test]
fn what_cannot_be_served_is_said_at_once() {
    let sandbox = Sandbox::new();
    let serve = |sandbox: &Sandbox, more: &[&str]| {
        let files = ["injector", "serve", "--cert", "tls/tls.crt", "--key", "tls/tls.key", "--address", "127.0.0.1"];
        sandbox.karctl(files.iter().chain(more).copied()).output()
    };
    let missing = serve(&sandbox, &[]);
    let said = "error: [ROOT]/work/tls/tls.crt cannot be read: No such file or directory (os error 2)\n";
    assert_eq!((missing.status, missing.stderr.as_str(), missing.stdout.as_str()), (Some(1), said, ""));

    let authority = karctl::certificate::Authority::make(jiff::Timestamp::now()).expect("an authority");
    mount(&sandbox, "1", &leaf(&authority));
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let port = taken.local_addr().expect("an address").port().to_string();
    let refused = serve(&sandbox, &["--port", &port]);
    let said = format!(
        "error: 127.0.0.1:{port} cannot be listened on: Address already in use (os error 98)\n\
         hint: give another --port, or end what listens there\n"
    );
    assert_eq!((refused.status, refused.stderr.as_str()), (Some(1), said.as_str()));

    sandbox.write("work/tls/..1/tls.key", "no key");
    let said = "error: [ROOT]/work/tls/tls.key holds no private key in the PEM form\n";
    assert_eq!(serve(&sandbox, &[]).stderr, said);
    sandbox.write("work/tls/..1/tls.crt", "no certificate");
    let said = "error: [ROOT]/work/tls/tls.crt holds no certificate in the PEM form\n";
    assert_eq!(serve(&sandbox, &[]).stderr, said);
}
