//! A reverse proxy between a program and an engine, both on Unix sockets, that writes down every request and makes one
//! of them fail.
//!
//! ```ignore
//! let proxy = FaultProxy::start(&listen, &engine);
//! proxy.watch(Shapes::of("kar"), None);                            // an undisturbed run is recorded
//! let points = proxy.requests();
//! proxy.watch(Shapes::of("kar"), Some((Fault::Cut, points[3].clone())));
//! assert!(proxy.has_struck());                                     // after the disturbed run
//! ```
//!
//! A request is told apart by method, [shape](Shapes) of its path and occurrence: indices alone do not repeat. Bodies are
//! streamed both ways, upgraded connections are passed through. A connection is opened for each request, so that a fault
//! meets this one request only.

mod forward;
mod shape;

use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

use hyper::body::Incoming;
use hyper::server::conn::http1::Builder;
use hyper::service::service_fn;
use hyper::{Method, Request};
use hyper_util::rt::TokioIo;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;

pub use shape::Shapes;

/// What becomes of the one request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The connection is closed before the request reaches the engine.
    Refuse,
    /// The engine does it; its answer is thrown away and the connection closed.
    Cut,
    /// The engine does it; the program that asked is ended by signal 9 before it sees the answer.
    Kill,
    /// The request does not reach the engine, and no answer comes.
    Hang,
}

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
    socket: PathBuf,
    run: Arc<Mutex<Run>>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
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
    pub fn start(socket: &Path, engine: &Path) -> Self {
        let run = Arc::new(Mutex::new(Run::default()));
        let (stop, stopped) = oneshot::channel();
        let listener = std::os::unix::net::UnixListener::bind(socket).expect("a new socket");
        listener.set_nonblocking(true).expect("a socket");
        let (shared, engine) = (Arc::clone(&run), Arc::from(engine));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = UnixListener::from_std(listener).expect("a listening socket");
                tokio::select! {
                    () = accept(&listener, &shared, &engine) => {}
                    _ = stopped => {}
                }
            });
        });
        Self { socket: socket.to_owned(), run, stop: Some(stop), thread: Some(thread) }
    }

    /// The proxy's address, as `DOCKER_HOST` takes it.
    pub fn host(&self) -> String {
        format!("unix://{}", self.socket.display())
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
        std::fs::remove_file(&self.socket).ok();
    }
}

impl Run {
    /// Writes a request down; the fault that it is to meet.
    fn meet(&mut self, method: &Method, target: &str) -> Option<Fault> {
        let class = Class { method: method.to_string(), shape: self.shapes.shape(target) };
        let count = self.counts.entry(class.clone()).or_default();
        let point = Point { class, occurrence: *count };
        *count += 1;
        let fault = self.plan.as_ref().filter(|(_, planned)| *planned == point).map(|(fault, _)| *fault);
        self.has_struck |= fault.is_some();
        self.requests.push(point);
        fault
    }
}

fn lock(run: &Mutex<Run>) -> MutexGuard<'_, Run> {
    run.lock().expect("nobody panics while holding it")
}

async fn accept(listener: &UnixListener, run: &Arc<Mutex<Run>>, engine: &Arc<Path>) {
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        tokio::spawn(serve(stream, Arc::clone(run), Arc::clone(engine)));
    }
}

async fn serve(stream: UnixStream, run: Arc<Mutex<Run>>, engine: Arc<Path>) {
    let client = stream.peer_cred().ok().and_then(|peer| peer.pid());
    let service = service_fn(move |request: Request<Incoming>| {
        let fault = lock(&run).meet(request.method(), &request.uri().to_string());
        let engine = Arc::clone(&engine);
        async move { forward::pass(request, &engine, fault, client).await }
    });
    let connection = Builder::new().serve_connection(TokioIo::new(stream), service).with_upgrades();
    // It ends with an error wherever a fault struck or the client went away, and both are what is wanted.
    connection.await.ok();
}
