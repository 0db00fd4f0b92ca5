//! A reverse proxy between a program and a container engine, or an API server of Kubernetes, that writes down every request
//! and makes one of them fail.
//!
//! ```ignore
//! let proxy = FaultProxy::to_engine(&listen, &engine);             // both on Unix sockets
//! let proxy = FaultProxy::to_api_server(&kubeconfig, None);        // on loopback, without TLS, as the kubeconfig's user
//! proxy.watch(Shapes::of("kar"), None);                            // an undisturbed run is recorded
//! let points = proxy.requests();
//! proxy.watch(Shapes::of("kar"), Some((Fault::Cut, points[3].clone())));
//! assert!(proxy.has_struck());                                     // after the disturbed run
//! ```
//!
//! A request is told apart by method, [shape](Shapes) of its path and occurrence: indices alone do not repeat. Bodies are
//! streamed both ways, upgraded connections are passed through. A connection is opened for each request, so that a fault
//! meets this one request only.

mod client;
mod forward;
mod shape;
mod upstream;

use std::collections::BTreeMap;
use std::fmt;
use std::fs::File;
use std::net::SocketAddr;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, mpsc};
use std::thread::JoinHandle;

use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use rustix::thread::{LinkNameSpaceType, move_into_link_name_space};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::oneshot;

pub use shape::Shapes;
use upstream::Upstream;

/// What becomes of the one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request reaches the server.
    Refuse,
    /// The server does it; its answer is thrown away and the connection closed.
    Cut,
    /// The server does it; the program that asked is ended by signal 9 before it sees the answer.
    Kill,
    /// The request does not reach the server, and no answer comes.
    Hang,
    /// The request does not reach the server, nor do those of its class that come after it; each is answered with this
    /// status and [`REASON`], up to so many.
    Answer {
        /// HTTP status; 429 comes with a `Retry-After` of [`RETRY_AFTER`].
        status: u16,
        /// How many of the class, this one included.
        times: usize,
    },
}

impl Fault {
    /// How many requests of a class meet it.
    fn times(self) -> usize {
        match self {
            Self::Answer { times, .. } => times,
            _ => 1,
        }
    }
}

/// What the proxy says where it answers itself.
pub const REASON: &str = "the fault proxy would rather not";

/// Seconds after which to ask again.
pub const RETRY_AFTER: u64 = 1;

/// One request of a run.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Point {
    /// Method and shape.
    pub class: Class,
    /// How many of the same class there were before it in the run.
    pub occurrence: usize,
}

/// What requests of one kind have in common.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Class {
    /// HTTP method.
    pub method: String,
    /// Path and query without what differs from run to run.
    pub shape: String,
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", self.class.method, self.class.shape, self.occurrence + 1)
    }
}

/// The proxy, which runs on a thread of its own until it is dropped.
pub struct FaultProxy {
    address: Address,
    run: Arc<Mutex<Run>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// Where it listens.
enum Address {
    Socket(PathBuf),
    Loopback(SocketAddr),
}

/// What was seen since [`FaultProxy::watch`].
#[derive(Default)]
struct Run {
    shapes: Shapes,
    plan: Option<(Fault, Point)>,
    has_struck: bool,
    requests: Vec<Point>,
    counts: BTreeMap<Class, usize>,
}

impl FaultProxy {
    /// Listens on one socket and passes everything on to the other.
    pub fn to_engine(socket: &Path, engine: &Path) -> Self {
        let listener = std::os::unix::net::UnixListener::bind(socket).expect("a new socket");
        listener.set_nonblocking(true).expect("a socket");
        let address = Address::Socket(socket.to_owned());
        Self::start(Upstream::Engine(engine.to_owned()), move || {
            (Listener::Unix(UnixListener::from_std(listener).expect("a listening socket")), address)
        })
    }

    /// Listens on a port of loopback and passes everything on to another one.
    pub fn to_server(server: SocketAddr) -> Self {
        Self::start(Upstream::Server(server), Listener::on_loopback)
    }

    /// Listens on a port of loopback and passes everything on to the API server of a kubeconfig, as its user; all of it in
    /// another network namespace, where one is given.
    pub fn to_api_server(kubeconfig: &Path, netns: Option<&Path>) -> Self {
        let netns = netns.map(|path| File::open(path).expect("a network namespace"));
        Self::start(Upstream::of_kubeconfig(kubeconfig), move || {
            if let Some(netns) = netns {
                let kind = Some(LinkNameSpaceType::Network);
                move_into_link_name_space(netns.as_fd(), kind).expect("root may enter it");
            }
            Listener::on_loopback()
        })
    }

    /// `listen` is called on the proxy's own thread: what it does to that thread holds for every connection.
    fn start(upstream: Upstream, listen: impl FnOnce() -> (Listener, Address) + Send + 'static) -> Self {
        let run = Arc::new(Mutex::new(Run::default()));
        let (stop, stopped) = oneshot::channel();
        let (listens, listening) = mpsc::channel();
        let (shared, upstream) = (Arc::clone(&run), Arc::new(upstream));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let (listener, address) = listen();
                listens.send(address).expect("it is waited for");
                tokio::select! {
                    () = listener.accept(&shared, &upstream) => {}
                    _ = stopped => {}
                }
            });
        });
        let address = listening.recv().expect("the proxy listens");
        Self { address, run, stop: Some(stop), thread: Some(thread) }
    }

    /// A kubeconfig with the proxy as its only cluster, and nobody's identity.
    pub fn kubeconfig(&self) -> String {
        format!(
            "{{apiVersion: v1, kind: Config, current-context: c, clusters: [{{name: c, cluster: {{server: '{}'}}}}], \
             contexts: [{{name: c, context: {{cluster: c, user: u}}}}], users: [{{name: u, user: {{}}}}]}}",
            self.host()
        )
    }

    /// The proxy's address: a `DOCKER_HOST`, or the server of a kubeconfig.
    pub fn host(&self) -> String {
        match &self.address {
            Address::Socket(path) => format!("unix://{}", path.display()),
            Address::Loopback(address) => format!("http://{address}"),
        }
    }

    /// Begins a run: nothing was seen yet, and the fault, if any, is still to strike.
    pub fn watch(&self, shapes: Shapes, plan: Option<(Fault, Point)>) {
        *lock(&self.run) = Run { shapes, plan, ..Run::default() };
    }

    /// The requests of this run, in the order in which they came.
    pub fn requests(&self) -> Vec<Point> {
        lock(&self.run).requests.clone()
    }

    /// Whether the planned request came.
    pub fn has_struck(&self) -> bool {
        lock(&self.run).has_struck
    }
}

impl Drop for FaultProxy {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
            && !std::thread::panicking()
        {
            panic!("the proxy panicked");
        }
        if let Address::Socket(path) = &self.address {
            std::fs::remove_file(path).ok();
        }
    }
}

impl Run {
    /// Writes a request down; the fault that it is to meet.
    fn meet(&mut self, method: &Method, target: &str) -> Option<Fault> {
        let class = Class { method: method.to_string(), shape: self.shapes.shape(target) };
        let count = self.counts.entry(class.clone()).or_default();
        let point = Point { class, occurrence: *count };
        *count += 1;
        let strikes = |(fault, planned): &&(Fault, Point)| {
            let since = point.occurrence.checked_sub(planned.occurrence);
            planned.class == point.class && since.is_some_and(|since| since < fault.times())
        };
        let fault = self.plan.as_ref().filter(strikes).map(|(fault, _)| *fault);
        self.has_struck |= fault.is_some();
        self.requests.push(point);
        fault
    }
}

fn lock(run: &Mutex<Run>) -> MutexGuard<'_, Run> {
    run.lock().expect("nobody panics while holding it")
}

/// What it listens on.
enum Listener {
    Unix(UnixListener),
    Tcp(TcpListener),
}

impl Listener {
    fn on_loopback() -> (Self, Address) {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("it is bound");
        (Self::Tcp(TcpListener::from_std(listener).expect("a listening socket")), Address::Loopback(address))
    }

    async fn accept(&self, run: &Arc<Mutex<Run>>, upstream: &Arc<Upstream>) {
        loop {
            let (run, upstream) = (Arc::clone(run), Arc::clone(upstream));
            match self {
                Self::Unix(listener) => {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    let client = stream.peer_cred().ok().and_then(|peer| peer.pid());
                    tokio::spawn(serve(stream, run, upstream, move || client));
                }
                Self::Tcp(listener) => {
                    let (stream, from) = listener.accept().await.expect("a connection");
                    stream.set_nodelay(true).expect("a TCP connection");
                    let to = stream.local_addr().expect("a TCP connection");
                    tokio::spawn(serve(stream, run, upstream, move || client::of_connection(from, to)));
                }
            }
        }
    }
}

/// `client` tells which process asks; it is called only where that process is to be killed.
async fn serve(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    run: Arc<Mutex<Run>>,
    upstream: Arc<Upstream>,
    client: impl Fn() -> Option<i32> + Copy,
) {
    let service = service_fn(move |request: Request<Incoming>| {
        let fault = lock(&run).meet(request.method(), &request.uri().to_string());
        let upstream = Arc::clone(&upstream);
        let client = if fault == Some(Fault::Kill) { client() } else { None };
        async move { forward::pass(request, &upstream, fault, client).await }
    });
    let connection = Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    // It ends with an error wherever a fault struck or the client went away, and both are what is wanted.
    connection.await.ok();
}
