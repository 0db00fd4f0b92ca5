//! `karctl hybrid matrix` of a cluster whose API server is a fake that only has what is asked for here.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use serde_json::json;

use super::{matrix, sandbox, told, with};

/// Requests that are asked at the same time, at least.
const TOGETHER: usize = 3;

/// How long a request waits for the others.
const PATIENCE: Duration = Duration::from_secs(20);

/// An API server without a secret, which answers about secrets once several are asked for at the same time.
#[derive(Default)]
struct Api {
    waiting: Mutex<usize>,
    is_together: Condvar,
    /// Requests about secrets that waited in vain.
    alone: AtomicUsize,
}

impl Api {
    fn start() -> (Arc<Self>, u16) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let api = Arc::new(Self::default());
        let serving = Arc::clone(&api);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let api = Arc::clone(&serving);
                std::thread::spawn(move || api.serve(stream));
            }
        });
        (api, port)
    }

    fn serve(&self, stream: TcpStream) -> Option<()> {
        let mut reader = BufReader::new(stream.try_clone().ok()?);
        loop {
            let mut lines = reader.by_ref().lines().map_while(Result::ok).take_while(|line| !line.is_empty());
            let first = lines.next()?;
            lines.for_each(drop);
            let (status, body) = self.answer(first.split(' ').nth(1)?);
            let body = body.to_string();
            let head = format!("HTTP/1.1 {status}\r\nContent-Type: application/json\r\nContent-Length: {}", body.len());
            (&stream).write_all(format!("{head}\r\n\r\n{body}").as_bytes()).ok()?;
        }
    }

    fn answer(&self, path: &str) -> (&'static str, serde_json::Value) {
        if path == "/version" {
            return ("200 OK", json!({ "major": "1", "minor": "33", "gitVersion": "v1.33.1" }));
        }
        if path.contains("/secrets/") {
            self.wait_for_others();
        }
        let status =
            json!({ "kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 404, "reason": "NotFound" });
        ("404 Not Found", status)
    }

    fn wait_for_others(&self) {
        let mut waiting = self.waiting.lock().expect("unharmed");
        *waiting += 1;
        self.is_together.notify_all();
        let waited = self.is_together.wait_timeout_while(waiting, PATIENCE, |waiting| *waiting < TOGETHER);
        let (counted, waited) = waited.expect("unharmed");
        drop(counted);
        self.alone.fetch_add(usize::from(waited.timed_out()), Ordering::Relaxed);
    }
}

#[test]
fn namespaces_are_looked_at_side_by_side_and_each_that_is_wrong_is_told() {
    let (api, port) = Api::start();
    let member = "  east: { cluster: { context: east }, namespaces: [team-a, team-b, team-c] }\n";
    let services = with(told("kafka.example.org:9092", 6379), &[("redis_host", json!("redis.example.org"))]);
    let sandbox = sandbox(member, &services);
    let kubeconfig = json!({
        "apiVersion": "v1", "kind": "Config",
        "clusters": [{ "name": "east", "cluster": { "server": format!("http://127.0.0.1:{port}") } }],
        "contexts": [{ "name": "east", "context": { "cluster": "east", "user": "somebody" } }],
        "users": [{ "name": "somebody", "user": {} }],
    });
    sandbox.write("home/.kube/config", kubeconfig.to_string());
    let (document, _) = matrix(&sandbox);
    let [kafka, redis] = ["kafka", "redis"].map(|service| &document["members"][0][service]);
    let each = ["team-a", "team-b", "team-c"].map(|name| format!("the namespace {name} has no configuration"));
    assert_eq!(kafka["found"], each.join("; "), "{document:#}");
    assert_eq!(
        (kafka, kafka["code"].as_str(), kafka["hints"].as_array().map(Vec::len)),
        (redis, Some("KAR525"), Some(1))
    );
    assert_eq!(api.alone.load(Ordering::Relaxed), 0, "one after the other");
}
