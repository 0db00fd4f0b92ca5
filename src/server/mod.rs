//! What karctl offers to others: a small HTTPS server for one webhook, HTTP/1.1 and HTTP/2, that outlives slow and hostile
//! clients and ends without dropping a request.
//!
//! It knows nothing of what is asked and answered: a request comes whole, an answer goes whole.

mod certificates;
mod connection;

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio_rustls::TlsAcceptor;

pub use certificates::{Certificates, Files, Reload};

/// A handshake, a head and a body each have to be there within this.
const PATIENCE: Duration = Duration::from_secs(10);

/// A connection without requests is closed after this. API servers close theirs after 90 s, and are to be the first.
const IDLE: Duration = Duration::from_secs(180);

/// HTTP/2 peers that are gone are found by a ping after this.
const PING_INTERVAL: Duration = Duration::from_secs(30);

/// Connections beyond this wait for one to end.
const MOST_CONNECTIONS: usize = 512;

/// Requests at once on one connection.
const MOST_STREAMS: u32 = 100;

/// A pause after accepting failed, most often for want of file descriptors.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// A request, whole.
#[derive(Clone, Debug)]
pub struct Request {
    /// `GET`, `POST`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// The header of that name.
    pub content_type: Option<String>,
    /// The body.
    pub body: Bytes,
}

/// An answer, whole.
#[derive(Clone, Debug)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The header of that name.
    pub content_type: &'static str,
    /// The header `Allow`, which goes with status 405.
    pub allow: Option<&'static str>,
    /// The body.
    pub body: Bytes,
}

type Answer = dyn Fn(&Request) -> Reply + Send + Sync;
type CutShort = dyn Fn(&str, &Reply) + Send + Sync;
type Failed = dyn Fn(SocketAddr, &str) + Send + Sync;

/// What the server calls. None of them may block.
pub struct Handlers {
    /// Answers a request.
    pub answer: Box<Answer>,
    /// Hears of a request that got its answer before it was whole: its path, and that answer.
    pub cut_short: Box<CutShort>,
    /// Hears of a connection that failed: who, and why.
    pub failed: Box<Failed>,
}

/// How the server behaves.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// The largest body, in bytes; more gets status 413.
    pub body: usize,
    /// Time for requests that run when the server is told to end.
    pub finish: Duration,
}

impl Reply {
    /// A line of text.
    pub fn text(status: u16, text: impl Into<String>) -> Self {
        let body = Bytes::from(text.into());
        Self { status, content_type: "text/plain; charset=utf-8", allow: None, body }
    }
}

/// Serves until `end` becomes true, then lets what runs finish; returns how many connections were cut all the same.
pub async fn serve(
    listener: TcpListener,
    certificates: Arc<Certificates>,
    limits: Limits,
    handlers: Arc<Handlers>,
    mut end: watch::Receiver<bool>,
) -> usize {
    let acceptor = TlsAcceptor::from(Arc::new(certificates::server_configuration(certificates)));
    let free = Arc::new(Semaphore::new(MOST_CONNECTIONS));
    let mut connections = JoinSet::new();
    loop {
        // One that ended is forgotten.
        while connections.try_join_next().is_some() {}
        let accepted = tokio::select! {
            accepted = accept(&listener, &free) => accepted,
            _ = end.wait_for(|end| *end) => break,
        };
        let (stream, peer, permit) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                (handlers.failed)(
                    SocketAddr::from(([0, 0, 0, 0], 0)),
                    &format!("no connection can be accepted: {error}"),
                );
                tokio::time::sleep(ACCEPT_PAUSE).await;
                continue;
            }
        };
        let connection = connection::Connection { peer, limits, handlers: handlers.clone(), end: end.clone() };
        let acceptor = acceptor.clone();
        connections.spawn(async move {
            connection.serve(stream, acceptor).await;
            drop(permit);
        });
    }
    drop(listener);
    let finished = async { while connections.join_next().await.is_some() {} };
    tokio::time::timeout(limits.finish, finished).await.ok();
    connections.len()
}

async fn accept(
    listener: &TcpListener,
    free: &Arc<Semaphore>,
) -> std::io::Result<(TcpStream, SocketAddr, tokio::sync::OwnedSemaphorePermit)> {
    let permit = free.clone().acquire_owned().await.map_err(std::io::Error::other)?;
    let (stream, peer) = listener.accept().await?;
    stream.set_nodelay(true)?;
    Ok((stream, peer, permit))
}
