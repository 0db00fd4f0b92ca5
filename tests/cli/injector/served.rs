//! `karctl injector serve` as its own process, and clients of it.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, ExitStatus};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper_util::rt::{TokioExecutor, TokioIo};
use jiff::Timestamp;
use karctl::certificate::{Authority, Leaf};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use serde_json::{Value, json};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::client::TlsStream;

use crate::sandbox::Sandbox;

/// The name by which an API server calls the injector.
pub const NAME: &str = "kar-injector.kar-system.svc";

/// Longer than anything that is waited for takes on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

/// The injector, running.
pub struct Served {
    pub sandbox: Sandbox,
    pub authority: Authority,
    pub address: SocketAddr,
    pub child: Child,
    lines: Receiver<Value>,
}

/// The protocols that an API server may speak.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Protocol {
    Http1,
    Http2,
}

/// An answer: status, headers that matter, body.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub allow: Option<String>,
    pub body: String,
}

impl Answer {
    /// The response of a review.
    pub fn response(&self) -> Value {
        let review: Value = serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no review: {self:?}"));
        assert_eq!(
            (&review["apiVersion"], &review["kind"]),
            (&json!("admission.k8s.io/v1"), &json!("AdmissionReview"))
        );
        review["response"].clone()
    }
}

/// A leaf of the authority, for [`NAME`], and for an API server beside it.
pub fn leaf(authority: &Authority) -> Leaf {
    authority.issue(&[NAME.to_owned(), "localhost".to_owned()], Timestamp::now()).expect("a leaf")
}

impl Served {
    /// Starts it on a free port, with more options.
    pub fn start(options: &[&str]) -> Self {
        let sandbox = Sandbox::new();
        let authority = Authority::make(Timestamp::now()).expect("an authority");
        mount(&sandbox, "1", &leaf(&authority));
        let files = ["--cert", "tls/tls.crt", "--key", "tls/tls.key", "--address", "127.0.0.1", "--port", "0"];
        let arguments = ["injector", "serve"].iter().chain(&files).chain(options).copied();
        let mut child = sandbox.karctl(arguments).start();
        let lines = lines(&mut child);
        let mut served = Self { sandbox, authority, address: ([127, 0, 0, 1], 0).into(), child, lines };
        let listening = served.logged("listening");
        served.address = listening["address"].as_str().expect("an address").parse().expect("an address");
        served
    }

    /// Waits for a line of the log with a message.
    #[track_caller]
    pub fn logged(&self, message: &str) -> Value {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let left = deadline.saturating_duration_since(Instant::now());
            let line = self.lines.recv_timeout(left).unwrap_or_else(|_| panic!("`{message}` was not logged"));
            assert!(line["time"].as_str().is_some_and(|time| time.parse::<Timestamp>().is_ok()), "{line}");
            if line["message"] == message {
                return line;
            }
        }
    }

    /// All of the log until its end.
    pub fn rest(&self) -> Vec<Value> {
        self.lines.iter().collect()
    }

    /// Sends a signal.
    pub fn signal(&self, signal: rustix::process::Signal) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).expect("a number")).expect("a process");
        rustix::process::kill_process(pid, signal).expect("its own child");
    }

    /// How many sockets it has open.
    pub fn sockets(&self) -> usize {
        let folder = format!("/proc/{}/fd", self.child.id());
        let files = std::fs::read_dir(folder).expect("its own child").flatten();
        let links = files.filter_map(|file| std::fs::read_link(file.path()).ok());
        links.filter(|link| link.to_string_lossy().starts_with("socket:")).count()
    }

    /// Waits for the end.
    pub fn ended(&mut self) -> ExitStatus {
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.child.try_wait().expect("its own child") {
                Some(status) => return status,
                None if Instant::now() < deadline => std::thread::sleep(Duration::from_millis(10)),
                None => panic!("the injector does not end"),
            }
        }
    }

    /// A connection, its certificate checked as an API server does.
    pub async fn tls(&self, protocol: Protocol) -> std::io::Result<TlsStream<TcpStream>> {
        let mut roots = rustls::RootCertStore::empty();
        let authority = CertificateDer::from_pem_slice(self.authority.certificate.as_bytes()).expect("PEM");
        roots.add(authority).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let versions = rustls::ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let mut configuration = versions.expect("versions").with_root_certificates(roots).with_no_client_auth();
        configuration.alpn_protocols = vec![match protocol {
            Protocol::Http1 => b"http/1.1".to_vec(),
            Protocol::Http2 => b"h2".to_vec(),
        }];
        let stream = TcpStream::connect(self.address).await?;
        stream.set_nodelay(true)?;
        let name = ServerName::try_from(NAME).expect("a name");
        TlsConnector::from(Arc::new(configuration)).connect(name, stream).await
    }

    /// A connection for several requests.
    pub async fn client(&self, protocol: Protocol) -> std::io::Result<Client> {
        let stream = self.tls(protocol).await?;
        let negotiated = stream.get_ref().1.alpn_protocol().map(<[u8]>::to_vec);
        assert_eq!(negotiated.as_deref(), Some(if protocol == Protocol::Http2 { &b"h2"[..] } else { b"http/1.1" }));
        let stream = TokioIo::new(stream);
        Ok(match protocol {
            Protocol::Http1 => {
                let (sender, connection) =
                    hyper::client::conn::http1::handshake(stream).await.map_err(std::io::Error::other)?;
                tokio::spawn(connection);
                Client::Http1(sender)
            }
            Protocol::Http2 => {
                let (sender, connection) = hyper::client::conn::http2::handshake(TokioExecutor::new(), stream)
                    .await
                    .map_err(std::io::Error::other)?;
                tokio::spawn(connection);
                Client::Http2(sender)
            }
        })
    }

    /// One request on a connection of its own.
    pub async fn request(&self, protocol: Protocol, request: hyper::Request<Full<Bytes>>) -> Answer {
        self.client(protocol).await.expect("a connection").send(request).await.expect("an answer")
    }

    /// What a path says to GET.
    pub async fn get(&self, path: &str) -> Answer {
        let request = hyper::Request::get(path).header("host", NAME).body(Full::default()).expect("a request");
        self.request(Protocol::Http1, request).await
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// One connection.
pub enum Client {
    Http1(hyper::client::conn::http1::SendRequest<Full<Bytes>>),
    Http2(hyper::client::conn::http2::SendRequest<Full<Bytes>>),
}

impl Client {
    pub async fn send(&mut self, request: hyper::Request<Full<Bytes>>) -> hyper::Result<Answer> {
        let response = match self {
            Self::Http1(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
            Self::Http2(sender) => {
                sender.ready().await?;
                sender.send_request(request).await?
            }
        };
        let header = |name: &str| response.headers().get(name).map(|value| value.to_str().expect("text").to_owned());
        let (status, content_type, allow) = (response.status().as_u16(), header("content-type"), header("allow"));
        let body = response.into_body().collect().await?.to_bytes();
        let body = String::from_utf8(body.to_vec()).expect("UTF-8");
        Ok(Answer { status, content_type: content_type.unwrap_or_default(), allow, body })
    }
}

/// A request as an API server sends it.
pub fn post(content_type: &str, body: impl Into<Bytes>) -> hyper::Request<Full<Bytes>> {
    let request = hyper::Request::post(format!("https://{NAME}/inject-sidecar?timeout=5s")).header("host", NAME);
    request.header("content-type", content_type).body(Full::new(body.into())).expect("a request")
}

/// A review of a new pod.
pub fn review_of(pod: &Value) -> Value {
    json!({
        "apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview",
        "request": {
            "uid": "705ab4f5-6393-11e8-b7cc-42010a800002",
            "kind": { "group": "", "version": "v1", "kind": "Pod" },
            "resource": { "group": "", "version": "v1", "resource": "pods" },
            "namespace": "default", "operation": "CREATE", "dryRun": false,
            "userInfo": { "username": "admin" }, "object": pod, "oldObject": null, "options": { "kind": "CreateOptions" },
        },
    })
}

/// Puts a certificate where the injector looks, as the kubelet swaps a mounted Secret: files are links through `..data`.
pub fn mount(sandbox: &Sandbox, version: &str, leaf: &Leaf) {
    let folder = sandbox.path("work/tls");
    sandbox.write(format!("work/tls/..{version}/tls.crt"), &leaf.certificate);
    sandbox.write(format!("work/tls/..{version}/tls.key"), leaf.key.expose());
    std::os::unix::fs::symlink(format!("..{version}"), folder.join("..data_tmp")).expect("a link");
    std::fs::rename(folder.join("..data_tmp"), folder.join("..data")).expect("one step");
    for file in ["tls.crt", "tls.key"] {
        std::os::unix::fs::symlink(format!("..data/{file}"), folder.join(file)).ok();
    }
}

fn lines(child: &mut Child) -> Receiver<Value> {
    let stdout = child.stdout.take().expect("a pipe");
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            let line = serde_json::from_str(&line).unwrap_or_else(|_| panic!("the log is JSON: {line}"));
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
