//! The certificate that is served, reloaded when its files change.
//!
//! A mounted Secret is swapped as a whole by a link, a file copied by hand is not: so a pair that does not fit is not taken,
//! and looked at again.

use std::fmt;
use std::path::PathBuf;
use std::sync::{Arc, RwLock};

use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;

use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;

/// The protocols that are offered, the better one first.
const PROTOCOLS: [&[u8]; 2] = [b"h2", b"http/1.1"];

/// Where certificate and key are.
#[derive(Clone, Debug)]
pub struct Files {
    /// The certificate, and those between it and the authority, as PEM.
    pub certificate: PathBuf,
    /// Its private key, as PEM.
    pub key: PathBuf,
}

/// What a look at the files brought.
#[derive(Debug)]
pub enum Reload {
    /// They are as they were at the last look.
    Unchanged,
    /// They changed, and are served from now on; the new certificate as PEM.
    Changed(String),
    /// They changed, but cannot be used; what was served before goes on being served.
    Unusable(anyhow::Error),
}

/// What is served now.
pub struct Certificates {
    files: Files,
    /// What was read last, whether it could be used or not.
    seen: RwLock<(Vec<u8>, Secret)>,
    served: RwLock<Arc<CertifiedKey>>,
}

impl fmt::Debug for Certificates {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificates").field("files", &self.files).finish_non_exhaustive()
    }
}

impl Certificates {
    /// Reads the files; also returns the certificate as PEM.
    ///
    /// # Errors
    /// When one is missing or cannot be parsed, or the key is not the certificate's.
    pub fn load(files: Files) -> Result<(Self, String)> {
        let (certificate, key) = read(&files)?;
        let served = pair(&files, &certificate, &key)?;
        let pem = String::from_utf8_lossy(&certificate).into_owned();
        Ok((Self { files, seen: RwLock::new((certificate, key)), served: RwLock::new(Arc::new(served)) }, pem))
    }

    /// Looks at the files again, and serves what they hold where it changed.
    pub fn reload(&self) -> Reload {
        let (certificate, key) = match read(&self.files) {
            Ok(read) => read,
            Err(error) => return self.note(Vec::new(), Secret::new(""), error),
        };
        if self.seen.read().is_ok_and(|seen| seen.0 == certificate && seen.1 == key) {
            return Reload::Unchanged;
        }
        match pair(&self.files, &certificate, &key) {
            Ok(new) => {
                if let (Ok(mut seen), Ok(mut served)) = (self.seen.write(), self.served.write()) {
                    *served = Arc::new(new);
                    *seen = (certificate.clone(), key);
                }
                Reload::Changed(String::from_utf8_lossy(&certificate).into_owned())
            }
            Err(error) => self.note(certificate, key, error),
        }
    }

    /// Says once that something cannot be used.
    fn note(&self, certificate: Vec<u8>, key: Secret, error: anyhow::Error) -> Reload {
        let Ok(mut seen) = self.seen.write() else { return Reload::Unchanged };
        let new = (certificate, key);
        if *seen == new {
            return Reload::Unchanged;
        }
        *seen = new;
        Reload::Unusable(error)
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        self.served.read().ok().map(|served| served.clone())
    }
}

/// TLS 1.2 and 1.3; nobody has to show a certificate of his own, as with the original.
pub(super) fn server_configuration(certificates: Arc<Certificates>) -> ServerConfig {
    let versions =
        ServerConfig::builder_with_provider(Arc::new(ring::default_provider())).with_safe_default_protocol_versions();
    let mut configuration =
        versions.expect("ring knows both versions").with_no_client_auth().with_cert_resolver(certificates);
    configuration.alpn_protocols = PROTOCOLS.map(<[u8]>::to_vec).to_vec();
    configuration
}

fn read(files: &Files) -> Result<(Vec<u8>, Secret)> {
    let read =
        |path: &PathBuf| std::fs::read(path).or_fail(|| Failure::new(format!("{} cannot be read", path.display())));
    Ok((read(&files.certificate)?, Secret::new(String::from_utf8_lossy(&read(&files.key)?))))
}

fn pair(files: &Files, certificate: &[u8], key: &Secret) -> Result<CertifiedKey> {
    let chain: std::result::Result<Vec<_>, _> = CertificateDer::pem_slice_iter(certificate).collect();
    let chain = chain.ok().filter(|chain| !chain.is_empty());
    let chain = chain
        .ok_or_else(|| Failure::new(format!("{} holds no certificate in the PEM form", files.certificate.display())))?;
    let key = PrivateKeyDer::from_pem_slice(key.expose().as_bytes())
        .map_err(|_| Failure::new(format!("{} holds no private key in the PEM form", files.key.display())))?;
    CertifiedKey::from_der(chain, key, &ring::default_provider())
        .or_fail(|| Failure::new(format!("{} and {} are no pair", files.certificate.display(), files.key.display())))
}
