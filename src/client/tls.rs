//! TLS as `kar` speaks it to Kafka and Redis, with the same roots and the same strictness (Go's), and with a name for each
//! thing that can be wrong with the other side's certificate.
//!
//! The server's name (SNI) is always sent where there is one: services that share an address tell their instances by it.

use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, DirEntry};
use std::io;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use jiff::Timestamp;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{AlertDescription, CertificateError, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;

use crate::certificate;
use crate::code::Code;
use crate::environment::Environment;
use crate::error::{Failure, Result};

/// Folders whose certificates Go trusts on Linux beside those of the file, unless SSL_CERT_DIR names others.
/// <https://github.com/golang/go/blob/go1.25.0/src/crypto/x509/root_linux.go>
const GO_FOLDERS: [&str; 2] = ["/etc/ssl/certs", "/etc/pki/tls/certs"];

/// A connection, secure or not.
pub trait Wire: AsyncRead + AsyncWrite + Send + Sync + Unpin {}

impl Wire for TcpStream {}

impl Wire for tokio_rustls::client::TlsStream<TcpStream> {}

/// Whose certificates are trusted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trust<'a> {
    /// The system's authorities, with those of the file that SSL_CERT_FILE names in place of the system's own file.
    System,
    /// The first certificate of a PEM text, and no other.
    Authority(&'a str),
    /// Anybody's, unseen.
    Anyone,
}

/// How connections are made secure.
#[derive(Clone, Debug)]
pub struct Tls {
    config: Arc<ClientConfig>,
    /// From when on the only authority is trusted no more; no library compares it.
    authority_ends: Option<Timestamp>,
}

/// Why a handshake did not succeed, told apart by what can be done about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    /// The certificate is signed by an authority that is not trusted.
    Untrusted,
    /// The certificate ended, at this time where it is known.
    Expired(Option<Timestamp>),
    /// The authority that is trusted ended.
    AuthorityExpired(Timestamp),
    /// The certificate is not valid yet.
    NotYetValid,
    /// The certificate is for other names.
    OtherName {
        /// The names that it is for.
        presented: Vec<String>,
        /// Whether none was asked for, since an address of numbers is no name.
        is_unnamed: bool,
    },
    /// The server broke off a handshake in which no name could be sent.
    NameMissing,
    /// What listens does not speak TLS.
    NoTls,
    /// The connection ended within the handshake, with these words.
    BrokenOff(String),
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Untrusted => f.write_str("its certificate is signed by an authority that is not trusted"),
            Self::Expired(Some(at)) => write!(f, "its certificate expired on {at}"),
            Self::Expired(None) => f.write_str("its certificate expired"),
            Self::AuthorityExpired(at) => write!(f, "the authority that is trusted expired on {at}"),
            Self::NotYetValid => f.write_str("its certificate is not valid yet"),
            Self::OtherName { presented, .. } if presented.is_empty() => f.write_str("its certificate is for no name"),
            Self::OtherName { presented, .. } => write!(f, "its certificate is for {}", presented.join(", ")),
            Self::NameMissing => {
                f.write_str("it broke off a TLS handshake without a server name, which an address of numbers has not")
            }
            Self::NoTls => f.write_str("it does not speak TLS"),
            Self::BrokenOff(how) => write!(f, "it broke off the TLS handshake: {how}"),
        }
    }
}

impl std::error::Error for Refusal {}

impl Tls {
    /// Prepares to trust these.
    ///
    /// # Errors
    /// When there is no certificate to trust: SSL_CERT_FILE cannot be read or holds none, or the system has none.
    pub fn new(trust: Trust<'_>) -> Result<Self> {
        let mut authority_ends = None;
        let verifier: Arc<dyn ServerCertVerifier> = match trust {
            Trust::Anyone => Arc::new(AcceptAnyone),
            Trust::System => Arc::new(Strict { verifier: verifier(system_roots()?)?, authority: None }),
            Trust::Authority(pem) => {
                let authority = CertificateDer::from_pem_slice(pem.as_bytes())?;
                authority_ends = Some(certificate::inspect(pem)?.not_after);
                let mut roots = RootCertStore::empty();
                roots.add(authority.clone())?;
                Arc::new(Strict { verifier: verifier(roots)?, authority: Some(authority) })
            }
        };
        let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()?
            .dangerous()
            .with_custom_certificate_verifier(verifier)
            .with_no_client_auth();
        Ok(Self { config: Arc::new(config), authority_ends })
    }

    /// Makes a connection to `host` secure.
    ///
    /// # Errors
    /// Says what is wrong with the server's certificate, or that it breaks off.
    pub async fn secure(&self, host: &str, stream: TcpStream) -> std::result::Result<Box<dyn Wire>, Refusal> {
        if let Some(end) = self.authority_ends.filter(|end| *end < Timestamp::now()) {
            return Err(Refusal::AuthorityExpired(end));
        }
        let host = host.trim_matches(['[', ']']);
        let name = ServerName::try_from(host.to_owned())
            .map_err(|_| Refusal::OtherName { presented: Vec::new(), is_unnamed: false })?;
        let is_unnamed = matches!(name, ServerName::IpAddress(_));
        match TlsConnector::from(Arc::clone(&self.config)).connect(name, stream).await {
            Ok(stream) => Ok(Box::new(stream)),
            Err(error) => Err(refusal(&error, is_unnamed)),
        }
    }
}

fn refusal(error: &io::Error, is_unnamed: bool) -> Refusal {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref::<rustls::Error>());
    match cause {
        Some(rustls::Error::InvalidCertificate(wrong)) => match wrong {
            CertificateError::UnknownIssuer | CertificateError::BadSignature => Refusal::Untrusted,
            CertificateError::Expired => Refusal::Expired(None),
            CertificateError::ExpiredContext { not_after, .. } => Refusal::Expired(time(*not_after)),
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => Refusal::NotYetValid,
            CertificateError::NotValidForName => Refusal::OtherName { presented: Vec::new(), is_unnamed },
            CertificateError::NotValidForNameContext { presented, .. } => {
                Refusal::OtherName { presented: presented.iter().map(|name| plain(name)).collect(), is_unnamed }
            }
            other => Refusal::BrokenOff(other.to_string()),
        },
        Some(rustls::Error::InvalidMessage(_)) => Refusal::NoTls,
        // Servers that need a name break off with one of these alerts, or without a word.
        Some(rustls::Error::AlertReceived(
            AlertDescription::UnrecognisedName
            | AlertDescription::HandshakeFailure
            | AlertDescription::AccessDenied
            | AlertDescription::InternalError,
        ))
        | None
            if is_unnamed =>
        {
            Refusal::NameMissing
        }
        Some(other) => Refusal::BrokenOff(other.to_string()),
        None => Refusal::BrokenOff(error.to_string()),
    }
}

fn time(at: UnixTime) -> Option<Timestamp> {
    Timestamp::from_second(i64::try_from(at.as_secs()).ok()?).ok()
}

/// `DnsName("a.example")` as rustls has it, without its Rust.
fn plain(name: &str) -> String {
    let inner = name.split_once('(').and_then(|(_, rest)| rest.strip_suffix(')')).unwrap_or(name);
    inner.trim_matches('"').to_owned()
}

/// The system's authorities as [`Trust::System`] has them, each once, as PEM: for a place that has none of its own.
pub fn system_authorities() -> String {
    let (certificates, _) = system_certificates();
    let each: BTreeSet<_> = certificates.into_iter().map(|certificate| certificate.to_vec()).collect();
    let pem = |der: Vec<u8>| {
        let text = STANDARD.encode(der);
        format!("-----BEGIN CERTIFICATE-----\n{text}\n-----END CERTIFICATE-----\n")
    };
    each.into_iter().map(pem).collect()
}

fn system_certificates() -> (Vec<CertificateDer<'static>>, Vec<rustls_native_certs::Error>) {
    let loaded = rustls_native_certs::load_native_certs();
    let mut certificates = loaded.certs;
    // As the library beneath, which asks the environment of the process for the same names.
    let environment = Environment::of_process();
    for folder in folders(|name| environment.variable(name).is_some()) {
        certificates.extend(certificates_in(Path::new(folder)));
    }
    (certificates, loaded.errors)
}

fn system_roots() -> Result<RootCertStore> {
    let (certificates, errors) = system_certificates();
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(certificates);
    if roots.is_empty() {
        let message = "no certificate of an authority was found that could be trusted";
        let failure = Failure::new(message).code(Code::CertificatesUnusable);
        return Err(match errors.into_iter().next() {
            Some(error) => failure.because(error).into(),
            None => failure.hint("install your system's certificates (such as the package ca-certificates)").into(),
        });
    }
    Ok(roots)
}

/// The folders that Go reads and the library beneath does not: that takes SSL_CERT_FILE for all there is.
fn folders(is_set: impl Fn(&str) -> bool) -> &'static [&'static str] {
    let is_read = cfg!(target_os = "linux") && is_set("SSL_CERT_FILE") && !is_set("SSL_CERT_DIR");
    if is_read { &GO_FOLDERS } else { &[] }
}

/// The certificates of all files of a folder; as with Go, what is none or cannot be read is passed over.
fn certificates_in(folder: &Path) -> Vec<CertificateDer<'static>> {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    let contents = entries.filter(|entry| !is_link_within(entry)).filter_map(|entry| fs::read(entry.path()).ok());
    contents.flat_map(|content| CertificateDer::pem_slice_iter(&content).flatten().collect::<Vec<_>>()).collect()
}

/// Whether it leads to a file of the same folder, which is read anyway.
fn is_link_within(entry: &DirEntry) -> bool {
    fs::read_link(entry.path()).is_ok_and(|target| !target.as_os_str().as_encoded_bytes().contains(&b'/'))
}

fn verifier(roots: RootCertStore) -> Result<Arc<WebPkiServerVerifier>> {
    let provider = Arc::new(ring::default_provider());
    Ok(WebPkiServerVerifier::builder_with_provider(Arc::new(roots), provider).build()?)
}

/// As strict as `kar`: a server may show the very certificate that is trusted, which Go accepts and webpki does not where
/// it is an authority's.
#[derive(Debug)]
struct Strict {
    verifier: Arc<WebPkiServerVerifier>,
    authority: Option<CertificateDer<'static>>,
}

impl ServerCertVerifier for Strict {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        if self.authority.as_ref() == Some(end_entity) {
            rustls::client::verify_server_name(&ParsedCertificate::try_from(end_entity)?, name)?;
            return Ok(ServerCertVerified::assertion());
        }
        self.verifier.verify_server_cert(end_entity, intermediates, name, ocsp, now)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls12_signature(message, certificate, signature)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        self.verifier.verify_tls13_signature(message, certificate, signature)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.verifier.supported_verify_schemes()
    }
}

/// For KAFKA_TLS_SKIP_VERIFY and REDIS_TLS_SKIP_VERIFY, which a user set.
#[derive(Debug)]
struct AcceptAnyone;

impl ServerCertVerifier for AcceptAnyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> std::result::Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls12_signature(message, certificate, signature, &algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> std::result::Result<HandshakeSignatureValid, rustls::Error> {
        let algorithms = ring::default_provider().signature_verification_algorithms;
        rustls::crypto::verify_tls13_signature(message, certificate, signature, &algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        ring::default_provider().signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
#[path = "tls_tests.rs"]
mod tests;
