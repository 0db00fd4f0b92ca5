//! `karctl injector serve`: the admission webhook. It replaces the image `kar-injector`.

mod log;
mod metrics;
mod routes;

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use jiff::Timestamp;
use serde_json::json;
use tokio::net::TcpListener;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::certificate;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::inject::Sidecar;
use crate::server::{self, Certificates, Files, Limits, Reload};
use log::Log;
use metrics::Metrics;

/// Where `karctl k8s deploy` mounts the certificate.
pub const CERTIFICATE: &str = "/var/run/secrets/kar.ibm.com/tls/tls.crt";
/// Where it mounts the key.
pub const KEY: &str = "/var/run/secrets/kar.ibm.com/tls/tls.key";
/// The port of the original.
pub const PORT: u16 = 8443;
/// How long requests are still taken after the signal to end: by then nobody sends new ones.
pub const DRAIN: Duration = Duration::from_secs(5);

/// What runs when the drain is over may take so long to finish; no review takes longer, an API server waits 5 s by default.
const FINISH: Duration = Duration::from_secs(5);

/// An API server takes no larger object (`--max-request-bytes`' default), so a review of one is not much larger.
const LARGEST_BODY: usize = 3 << 20;

/// How often the certificate's files are looked at. The kubelet takes up to a minute to swap them.
const LOOK: Duration = Duration::from_secs(1);

/// How the injector is to run.
#[derive(Clone, Debug)]
pub struct Settings {
    /// Where it listens.
    pub address: IpAddr,
    /// The port; 0 lets the system choose.
    pub port: u16,
    /// The certificate that it serves with, a PEM file.
    pub certificate: PathBuf,
    /// Its private key, a PEM file.
    pub key: PathBuf,
    /// How sidecars are made.
    pub sidecar: Sidecar,
    /// How long requests are still taken after the signal to end.
    pub drain: Duration,
    /// Whether every review is logged, and not only refused ones.
    pub log_reviews: bool,
}

/// The injector, as its routes and its chores see it.
struct Injector {
    sidecar: Sidecar,
    metrics: Metrics,
    log: Log,
    log_reviews: bool,
    is_ending: AtomicBool,
}

/// Serves until SIGTERM or SIGINT.
///
/// # Errors
/// When the certificate cannot be used or the port cannot be listened on.
pub async fn serve(settings: Settings, context: &Context) -> Result<()> {
    let signals = Signals::catch()?;
    let files = Files { certificate: settings.certificate.clone(), key: settings.key.clone() };
    let (certificates, pem) = Certificates::load(files)?;
    let certificates = Arc::new(certificates);
    let address = SocketAddr::new(settings.address, settings.port);
    let listener = TcpListener::bind(address).await.or_fail(|| {
        Failure::new(format!("{address} cannot be listened on")).hint("give another --port, or end what listens there")
    })?;
    let injector = Arc::new(Injector {
        sidecar: settings.sidecar.clone(),
        metrics: Metrics::default(),
        log: Log::new(context.ui.clone()),
        log_reviews: settings.log_reviews,
        is_ending: AtomicBool::new(false),
    });
    injector.begin(&listener, &settings, &pem)?;
    let (end, ended) = watch::channel(false);
    let limits = Limits { body: LARGEST_BODY, finish: FINISH };
    let server =
        tokio::spawn(server::serve(listener, certificates.clone(), limits, routes::handlers(injector.clone()), ended));
    tokio::select! {
        name = signals.next() => injector.drain(name, settings.drain).await,
        () = injector.watch(&certificates) => {}
    }
    end.send_replace(true);
    let cut = server.await.or_fail(|| Failure::new("the server ended by itself"))?;
    injector.log.info("ended", json!({ "connections_cut": cut }));
    Ok(())
}

impl Injector {
    fn begin(&self, listener: &TcpListener, settings: &Settings, pem: &str) -> Result<()> {
        let expiry = self.note_certificate(pem)?;
        let address = listener.local_addr()?;
        let fields = json!({
            "address": address.to_string(), "version": env!("CARGO_PKG_VERSION"),
            "certificate_expires": expiry.to_string(), "sidecar_image": settings.sidecar.image,
        });
        self.log.info("listening", fields);
        Ok(())
    }

    fn note_certificate(&self, pem: &str) -> Result<Timestamp> {
        let expiry = certificate::inspect(pem)?.not_after;
        self.metrics.certificate_expires(expiry);
        Ok(expiry)
    }

    /// Looks at the certificate's files for ever.
    async fn watch(&self, certificates: &Certificates) {
        let mut look = tokio::time::interval(LOOK);
        loop {
            look.tick().await;
            match certificates.reload() {
                Reload::Unchanged => {}
                Reload::Changed(pem) => {
                    self.metrics.reloaded(true);
                    let expiry =
                        self.note_certificate(&pem).map_or_else(|error| error.to_string(), |at| at.to_string());
                    self.log.info("certificate reloaded", json!({ "certificate_expires": expiry }));
                }
                Reload::Unusable(error) => {
                    self.metrics.reloaded(false);
                    let message = report(&error).message;
                    self.log
                        .error("certificate not reloaded, the old one is still served", json!({ "error": message }));
                }
            }
        }
    }

    /// Goes on serving while `/readyz` says no, so that the cluster has time to send requests elsewhere.
    async fn drain(&self, signal: &str, time: Duration) {
        self.is_ending.store(true, Ordering::Relaxed);
        self.log.info("draining", json!({ "signal": signal, "seconds": time.as_secs_f64() }));
        tokio::time::sleep(time).await;
    }
}

/// Both signals that end the injector; caught from the start, since process 1 of a container ignores what it does not catch.
struct Signals {
    terminate: Signal,
    interrupt: Signal,
}

impl Signals {
    fn catch() -> Result<Self> {
        Ok(Self { terminate: signal(SignalKind::terminate())?, interrupt: signal(SignalKind::interrupt())? })
    }

    async fn next(mut self) -> &'static str {
        tokio::select! {
            _ = self.terminate.recv() => "SIGTERM",
            _ = self.interrupt.recv() => "SIGINT",
        }
    }
}
