//! Where requests are passed on to: an engine on a Unix socket, a server on loopback, or the API server of a Kubernetes cluster.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use hyper::body::Incoming;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use serde_json::Value;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpStream, UnixStream};
use tokio_rustls::TlsConnector;

/// The server behind the proxy.
pub enum Upstream {
    /// Its socket.
    Engine(PathBuf),
    /// Its address.
    Server(SocketAddr),
    /// Its address, and the identity that the proxy has there.
    ApiServer(SocketAddr, TlsConnector),
}

impl Upstream {
    /// The API server of a kubeconfig that has one cluster by address and one user by certificate, each inline.
    pub fn of_kubeconfig(file: &Path) -> Self {
        let text = std::fs::read_to_string(file).expect("a kubeconfig");
        let document: Value = serde_yaml::from_str(&text).expect("YAML");
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str).expect("one cluster, one user");
        let bytes = |pointer: &str| BASE64_STANDARD.decode(text(pointer)).expect("base64");
        let server = text("/clusters/0/cluster/server").strip_prefix("https://").expect("an address with TLS");
        let authority = bytes("/clusters/0/cluster/certificate-authority-data");
        let certificate = bytes("/users/0/user/client-certificate-data");
        let key = bytes("/users/0/user/client-key-data");
        let config = identity(&authority, &certificate, &key);
        Self::ApiServer(server.parse().expect("an address and a port"), TlsConnector::from(Arc::new(config)))
    }

    /// Sends a request on a connection of its own.
    pub async fn send(&self, request: Request<Incoming>) -> Result<Response<Incoming>> {
        match self {
            Self::Engine(socket) => exchange(UnixStream::connect(socket).await?, request).await,
            Self::Server(address) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                exchange(stream, request).await
            }
            Self::ApiServer(address, tls) => {
                let stream = TcpStream::connect(address).await?;
                stream.set_nodelay(true)?;
                exchange(tls.connect(ServerName::from(address.ip()), stream).await.context("TLS")?, request).await
            }
        }
    }
}

/// No protocol is offered, so that HTTP/1.1 is spoken, which can be upgraded.
fn identity(authority: &[u8], certificate: &[u8], key: &[u8]) -> ClientConfig {
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_slice(authority).expect("a certificate")).expect("an authority");
    let certificate = CertificateDer::from_pem_slice(certificate).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(key).expect("a key");
    ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("ring has them")
        .with_root_certificates(roots)
        .with_client_auth_cert(vec![certificate], key)
        .expect("they belong together")
}

async fn exchange(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    request: Request<Incoming>,
) -> Result<Response<Incoming>> {
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    tokio::spawn(connection.with_upgrades());
    Ok(sender.send_request(request).await?)
}
