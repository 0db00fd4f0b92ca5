//! One connection.

use std::error::Error;
use std::io::ErrorKind;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::time::Instant;

use bytes::Bytes;
use http_body_util::{BodyExt, Full, LengthLimitError, Limited};
use hyper::body::Incoming;
use hyper::header::{ALLOW, CONNECTION, CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::conn::auto::Builder;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;
use tokio_rustls::TlsAcceptor;

use super::{Handlers, IDLE, Limits, MOST_STREAMS, PATIENCE, PING_INTERVAL, Reply, Request};

const REQUEST_TIMEOUT: u16 = 408;
const CONTENT_TOO_LARGE: u16 = 413;
const BAD_REQUEST: u16 = 400;

pub(super) struct Connection {
    pub(super) peer: SocketAddr,
    pub(super) limits: Limits,
    pub(super) handlers: Arc<Handlers>,
    pub(super) end: watch::Receiver<bool>,
}

/// Requests that run, and when the last ended.
struct Activity {
    running: usize,
    since: Instant,
}

impl Connection {
    /// Serves until the peer has gone, nothing came for [`IDLE`], or the server ends.
    pub(super) async fn serve(self, stream: TcpStream, acceptor: TlsAcceptor) {
        let stream = match timeout(PATIENCE, acceptor.accept(stream)).await {
            Ok(Ok(stream)) => stream,
            Ok(Err(error)) => return (self.handlers.failed)(self.peer, &format!("the TLS handshake failed: {error}")),
            Err(_) => return (self.handlers.failed)(self.peer, "the TLS handshake took too long"),
        };
        let activity = Arc::new(Mutex::new(Activity { running: 0, since: Instant::now() }));
        let Self { peer, limits, handlers, mut end } = self;
        let service = {
            let (handlers, activity) = (handlers.clone(), activity.clone());
            service_fn(move |request| {
                let (handlers, activity) = (handlers.clone(), activity.clone());
                async move {
                    let _running = Running::begin(activity);
                    Ok::<_, std::convert::Infallible>(answer(request, limits, &handlers).await)
                }
            })
        };
        let builder = builder();
        let connection = builder.serve_connection(TokioIo::new(stream), service);
        tokio::pin!(connection);
        let mut is_ending = false;
        let mut look = tokio::time::interval(IDLE / 4);
        let outcome = loop {
            tokio::select! {
                outcome = connection.as_mut() => break outcome,
                _ = end.wait_for(|end| *end), if !is_ending => is_ending = true,
                _ = look.tick(), if !is_ending => is_ending = is_idle(&activity),
            }
            if is_ending {
                connection.as_mut().graceful_shutdown();
            }
        };
        if let Err(error) = outcome
            && !is_ending
            && !is_hang_up(error.as_ref())
        {
            (handlers.failed)(peer, &format!("the connection failed: {error}"));
        }
    }
}

fn builder() -> Builder<TokioExecutor> {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(PATIENCE);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MOST_STREAMS)
        .keep_alive_interval(PING_INTERVAL)
        .keep_alive_timeout(PATIENCE);
    builder
}

fn is_idle(activity: &Mutex<Activity>) -> bool {
    activity.lock().is_ok_and(|activity| activity.running == 0 && activity.since.elapsed() >= IDLE)
}

/// Whether the peer went without a farewell, as many clients do, and as the kubelet's probes do always.
fn is_hang_up(error: &(dyn Error + 'static)) -> bool {
    let chain = std::iter::successors(Some(error), |&error| error.source());
    let mut kinds = chain.filter_map(|error| error.downcast_ref::<std::io::Error>()).map(std::io::Error::kind);
    kinds.any(|kind| matches!(kind, ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe))
}

/// Counts a request as running for as long as it lives, also where its client gives up.
struct Running(Arc<Mutex<Activity>>);

impl Running {
    fn begin(activity: Arc<Mutex<Activity>>) -> Self {
        if let Ok(mut activity) = activity.lock() {
            activity.running += 1;
        }
        Self(activity)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        if let Ok(mut activity) = self.0.lock() {
            activity.running -= 1;
            activity.since = Instant::now();
        }
    }
}

async fn answer(
    request: hyper::Request<Incoming>,
    limits: Limits,
    handlers: &Handlers,
) -> hyper::Response<Full<Bytes>> {
    let (head, body) = request.into_parts();
    let path = head.uri.path().to_owned();
    let (reply, is_whole) = match read(body, limits.body).await {
        Ok(body) => {
            let content_type = head.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).map(str::to_owned);
            let request = Request { method: head.method.to_string(), path, content_type, body };
            ((handlers.answer)(&request), true)
        }
        Err(reply) => {
            (handlers.cut_short)(&path, &reply);
            (reply, false)
        }
    };
    let mut response = hyper::Response::new(Full::new(reply.body));
    if let Ok(status) = hyper::StatusCode::from_u16(reply.status) {
        *response.status_mut() = status;
    }
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(reply.content_type));
    if let Some(allow) = reply.allow {
        response.headers_mut().insert(ALLOW, HeaderValue::from_static(allow));
    }
    if !is_whole && head.version < hyper::Version::HTTP_2 {
        // What is left of the body must not be taken for the next request.
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("close"));
    }
    response
}

/// The whole body, or the answer to one that is too large, too slow, or cut.
async fn read(body: Incoming, most: usize) -> Result<Bytes, Reply> {
    match timeout(PATIENCE, Limited::new(body, most).collect()).await {
        Ok(Ok(body)) => Ok(body.to_bytes()),
        Ok(Err(error)) if error.is::<LengthLimitError>() => {
            Err(Reply::text(CONTENT_TOO_LARGE, format!("the body is larger than {most} bytes\n")))
        }
        Ok(Err(_)) => Err(Reply::text(BAD_REQUEST, "the body was cut\n")),
        Err(_) => Err(Reply::text(REQUEST_TIMEOUT, "the body did not come in time\n")),
    }
}
