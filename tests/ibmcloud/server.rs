//! Listens, records, and lets requests fail.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;
use std::thread::JoinHandle;

use bytes::Bytes;
use futures_util::StreamExt;
use http_body_util::{BodyExt, Full, StreamBody, combinators::UnsyncBoxBody};
use hyper::body::{Frame, Incoming};
use hyper::service::service_fn;
use hyper::{Method, Response};
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

use super::account::Account;
use super::fault::Fault;
use super::request::{Answer, Outcome, Recorded, Request, Service};
use super::{Shared, account, app, controller, iam, project, secret};

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Serves every service on a port of its own, in one thread, until `stopped` ends.
pub fn start(shared: &Arc<Shared>, stopped: oneshot::Receiver<()>) -> ([SocketAddr; 3], JoinHandle<()>) {
    let listeners = Service::ALL.map(|_| TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port"));
    let addresses = listeners.each_ref().map(|listener| listener.local_addr().expect("a listening socket"));
    let shared = Arc::clone(shared);
    let servers = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        for (service, listener) in Service::ALL.into_iter().zip(listeners) {
            runtime.spawn(listen(service, listener, Arc::clone(&shared)));
        }
        // The runtime ends with this, and every connection with it. The other end is dropped, never used.
        runtime.block_on(stopped).ok();
    });
    (addresses, servers)
}

async fn listen(service: Service, listener: TcpListener, shared: Arc<Shared>) {
    listener.set_nonblocking(true).expect("a socket");
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listening socket");
    loop {
        let (stream, _) = listener.accept().await.expect("a connection");
        let shared = Arc::clone(&shared);
        let answered = service_fn(move |request| serve(service, request, Arc::clone(&shared)));
        tokio::spawn(hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answered));
    }
}

/// Answers a request; an error closes the connection.
async fn serve(service: Service, request: hyper::Request<Incoming>, shared: Arc<Shared>) -> io::Result<Response<Body>> {
    let (head, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes().to_vec();
    let request = Request::read(service, head.method.clone(), &head.uri, head.headers.clone(), body);
    let request = match request {
        Ok(request) => request,
        Err(answer) => {
            // It is recorded as far as it could be read.
            let path = vec![head.uri.to_string()];
            let (query, body) = Default::default();
            let request = Request { service, method: head.method, path, query, headers: head.headers, body };
            record(&shared, request, 0, Some(&answer));
            return Ok(response(answer));
        }
    };
    let (occurrence, fault) = shared.faults.lock().expect("unharmed").next(&request.shape());
    if let Some(answer) = before(&shared, &request, fault) {
        record(&shared, request, occurrence, answer.as_ref());
        return answer.map(response).ok_or_else(|| io::ErrorKind::ConnectionAborted.into());
    }
    let answer = shared.change(&request, fault);
    if let Some(Fault::Slow(delay)) = fault {
        tokio::time::sleep(delay).await;
    }
    let latency = shared.account.lock().expect("unharmed").latency;
    if !latency.is_zero() {
        tokio::time::sleep(latency).await;
    }
    let is_cut = fault == Some(Fault::Cut);
    record(&shared, request, occurrence, Some(&answer).filter(|_| !is_cut));
    match fault {
        Some(Fault::Cut) => Err(io::ErrorKind::ConnectionAborted.into()),
        Some(Fault::Torn) => Ok(torn(answer)),
        _ => Ok(response(answer)),
    }
}

/// Faults that strike before anything is done: `Some(None)` closes the connection.
fn before(shared: &Shared, request: &Request, fault: Option<Fault>) -> Option<Option<Answer>> {
    match fault? {
        Fault::TooMany { retry_after } => {
            let answer = Answer::error(request.service, 429, "too_many_requests", "too many requests");
            Some(Some(answer.header("retry-after", retry_after.to_string())))
        }
        Fault::Gateway { status } => Some(Some(Answer::empty(status))),
        Fault::Echo => {
            let sent = request.header("authorization").unwrap_or_default();
            let message = format!("this was sent: {sent} {}", String::from_utf8_lossy(&request.body));
            Some(Some(Answer::error(request.service, 400, "bad_request", &message)))
        }
        Fault::Refuse => Some(None),
        Fault::Expire => {
            shared.account.lock().expect("unharmed").expire_tokens();
            None
        }
        Fault::Stale => {
            let mut account = shared.account.lock().expect("unharmed");
            if let [_, _, id, kind, name] = request.path.as_slice() {
                account.touch(id, kind, name);
            }
            None
        }
        Fault::Cut | Fault::Torn | Fault::Slow(_) | Fault::Lag(_) => None,
    }
}

impl Shared {
    /// Does what is asked for.
    fn change(&self, request: &Request, fault: Option<Fault>) -> Answer {
        let mut account = self.account.lock().expect("unharmed");
        account.lag = match fault {
            Some(Fault::Lag(reads)) => reads,
            _ => 0,
        };
        route(&mut account, request).unwrap_or_else(|refusal| refusal)
    }
}

/// Every request there is.
fn route(account: &mut Account, request: &Request) -> Outcome {
    let path: Vec<&str> = request.path.iter().map(String::as_str).collect();
    if request.service == Service::Iam {
        return match (&request.method, path.as_slice()) {
            (&Method::POST, ["identity", "token"]) => iam::token(account, request),
            _ => Err(unknown(request)),
        };
    }
    iam::authorize(account, request)?;
    if request.service == Service::ResourceController {
        return match (&request.method, path.as_slice()) {
            (&Method::GET, ["v2", "resource_keys"]) => controller::keys(account, request),
            (&Method::GET, ["v2", "resource_keys", id]) => controller::key(account, request, id),
            (&Method::GET, ["v2", "resource_groups"]) => controller::groups(account, request),
            _ => Err(unknown(request)),
        };
    }
    account::check_version(request)?;
    let ["v2", "projects", path @ ..] = path.as_slice() else { return Err(unknown(request)) };
    match (&request.method, path) {
        (&Method::GET, []) => project::list(account, request),
        (&Method::POST, []) => project::create(account, request),
        (&Method::GET, [id]) => project::get(account, request, id),
        (&Method::DELETE, [id]) => project::delete(account, request, id),
        (method, [id, "secrets"]) if method == Method::GET => secret::list(account, request, id),
        (method, [id, "secrets"]) if method == Method::POST => secret::create(account, request, id),
        (&Method::GET, [id, "secrets", name]) => secret::get(account, request, id, name),
        (&Method::PUT, [id, "secrets", name]) => secret::replace(account, request, id, name),
        (&Method::DELETE, [id, "secrets", name]) => secret::delete(account, request, id, name),
        (&Method::GET, [id, "apps"]) => app::list(account, request, id),
        (&Method::POST, [id, "apps"]) => app::create(account, request, id),
        (&Method::GET, [id, "apps", name]) => app::get(account, request, id, name),
        (&Method::PATCH, [id, "apps", name]) => app::update(account, request, id, name),
        (&Method::DELETE, [id, "apps", name]) => app::delete(account, request, id, name),
        (&Method::GET, [id, "apps", name, "instances"]) => app::instances(account, request, id, name),
        (&Method::GET, [id, "apps", name, "revisions"]) => app::revisions(account, request, id, name),
        _ => Err(unknown(request)),
    }
}

fn unknown(request: &Request) -> Answer {
    request.misuse(404, "there is no such operation")
}

fn record(shared: &Shared, request: Request, occurrence: usize, answer: Option<&Answer>) {
    shared.recorded.lock().expect("unharmed").push(Recorded::new(request, occurrence, answer));
}

/// An answer on the wire. One without a document is a gateway's page where it is an error.
fn response(answer: Answer) -> Response<Body> {
    let (kind, text) = text(&answer);
    let body = Full::from(text).map_err(|never: Infallible| match never {}).boxed_unsync();
    let mut response = Response::builder().status(answer.status).header("content-type", kind);
    for (name, value) in answer.headers {
        response = response.header(name, value);
    }
    response.body(body).expect("a response")
}

/// Half of an answer, and the end of the connection.
fn torn(answer: Answer) -> Response<Body> {
    let (kind, text) = text(&answer);
    let first = Bytes::copy_from_slice(&text.as_bytes()[..text.len() / 2]);
    let frames = futures_util::stream::iter([Ok(Frame::data(first))])
        .chain(futures_util::stream::once(async { Err(io::ErrorKind::ConnectionAborted.into()) }));
    let response = Response::builder().status(answer.status).header("content-type", kind);
    // One byte is missing at least, also of an answer without a document.
    let response = response.header("content-length", text.len() + 1);
    response.body(BodyExt::boxed_unsync(StreamBody::new(frames))).expect("a response")
}

fn text(answer: &Answer) -> (&'static str, String) {
    match &answer.body {
        Some(body) => ("application/json; charset=utf-8", body.to_string()),
        None if answer.status < 400 => ("text/plain", String::new()),
        None => ("text/html", format!("<html><body><h1>{}</h1></body></html>", answer.status)),
    }
}
