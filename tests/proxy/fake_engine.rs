//! As much of an engine as the proxy's tests need: something is made, streamed, uploaded, attached.

use std::convert::Infallible;
use std::path::Path;
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use tokio::io::AsyncWriteExt;
use tokio::sync::Notify;

const TIMEOUT: Duration = Duration::from_secs(10);

/// What was done, and what is waited for.
#[derive(Default)]
struct State {
    done: Mutex<Done>,
    changed: Condvar,
    go_on: Notify,
}

#[derive(Default)]
struct Done {
    made: usize,
    archive: Vec<u8>,
}

/// A server on a thread of its own, until the tests end.
pub struct FakeEngine {
    state: Arc<State>,
}

impl FakeEngine {
    /// Listens on a new socket.
    pub fn start(socket: &Path) -> Self {
        let state = Arc::new(State::default());
        let listener = std::os::unix::net::UnixListener::bind(socket).expect("a new socket");
        listener.set_nonblocking(true).expect("a socket");
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
            runtime.block_on(async {
                let listener = tokio::net::UnixListener::from_std(listener).expect("a listening socket");
                loop {
                    let (stream, _) = listener.accept().await.expect("a connection");
                    let state = Arc::clone(&shared);
                    let service = service_fn(move |request| answer(request, Arc::clone(&state)));
                    let server = hyper::server::conn::http1::Builder::new();
                    tokio::spawn(server.serve_connection(TokioIo::new(stream), service).with_upgrades());
                }
            });
        });
        Self { state }
    }

    /// How many things were made.
    pub fn made(&self) -> usize {
        self.state.done.lock().expect("unharmed").made
    }

    /// Lets the streamed answer go on.
    pub fn go_on(&self) {
        self.state.go_on.notify_one();
    }

    /// Returns when the uploaded bytes are these.
    pub fn wait_for_archive(&self, content: &str) {
        let done = self.state.done.lock().expect("unharmed");
        let differs = |done: &mut Done| done.archive != content.as_bytes();
        let (_done, waited) = self.state.changed.wait_timeout_while(done, TIMEOUT, differs).expect("unharmed");
        assert!(!waited.timed_out(), "`{content}` did not arrive");
    }
}

async fn answer(
    mut request: Request<Incoming>,
    state: Arc<State>,
) -> Result<Response<BoxBody<Bytes, Infallible>>, hyper::Error> {
    let whole = |text: String| Response::new(Full::from(text).boxed());
    Ok(match (request.method(), request.uri().path()) {
        (&Method::GET, "/_ping") => whole("OK".to_owned()),
        (&Method::POST, "/v1.41/containers/create") => {
            let body = request.into_body().collect().await?.to_bytes();
            state.done.lock().expect("unharmed").made += 1;
            whole(format!("made from {}", String::from_utf8_lossy(&body)))
        }
        (&Method::GET, "/stream") => {
            let first = futures_util::stream::iter([Ok(Frame::data(Bytes::from("first")))]);
            let second = futures_util::stream::once(async move {
                state.go_on.notified().await;
                Ok(Frame::data(Bytes::from("second")))
            });
            Response::new(BodyExt::boxed(StreamBody::new(first.chain(second))))
        }
        (&Method::PUT, "/archive") => {
            let mut body = request.into_body();
            while let Some(frame) = body.frame().await {
                let data = frame?.into_data().unwrap_or_default();
                state.done.lock().expect("unharmed").archive.extend_from_slice(&data);
                state.changed.notify_all();
            }
            whole(String::new())
        }
        (&Method::POST, "/attach") => {
            let upgrade = hyper::upgrade::on(&mut request);
            tokio::spawn(async move {
                let mut stream = TokioIo::new(upgrade.await?);
                let (mut input, mut output) = tokio::io::split(&mut stream);
                tokio::io::copy(&mut input, &mut output).await.ok();
                output.shutdown().await.ok();
                Ok::<_, hyper::Error>(())
            });
            let mut answer = whole(String::new());
            *answer.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
            for (name, value) in [("connection", "Upgrade"), ("upgrade", "tcp")] {
                answer.headers_mut().insert(name, value.parse().expect("a header"));
            }
            answer
        }
        (method, path) => panic!("nobody asks for {method} {path}"),
    })
}
