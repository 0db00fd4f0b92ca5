//! What a pod shows to whoever connects to it by TLS.

use std::sync::Arc;
use std::time::Duration;

use k8s_openapi::api::core::v1::Pod;
use kube::Api;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, RootCertStore};
use tokio_rustls::TlsConnector;

use super::Cluster;
use super::object::Reference;
use crate::error::{Failure, OrFail, Result};

/// Time for one handshake through the API server.
const LIMIT: Duration = Duration::from_secs(5);

impl Cluster {
    /// Connects to a pod's port, through the API server, as a TLS client that trusts only these authorities (PEM) and
    /// expects this name.
    ///
    /// # Errors
    /// When the pod cannot be reached, or shows a certificate that such a client refuses.
    pub async fn shake_hands(&self, pod: &Reference, port: u16, authorities: &str, name: &str) -> Result<()> {
        let silent = || Failure::new(format!("{pod} did not answer within {} s", LIMIT.as_secs()));
        let answer = tokio::time::timeout(LIMIT, self.handshake(pod, port, authorities, name)).await.or_fail(silent)?;
        self.trace(2, || format!("a TLS handshake with {pod}: {answer:?}"));
        answer
    }

    async fn handshake(&self, pod: &Reference, port: u16, authorities: &str, name: &str) -> Result<()> {
        let unreachable = || Failure::new(format!("{pod} cannot be reached"));
        let name = ServerName::try_from(name.to_owned())?;
        let pods: Api<Pod> = Api::namespaced(self.api().clone(), pod.namespace.as_deref().unwrap_or_default());
        self.count();
        let mut forwarder = pods.portforward(&pod.name, &[port]).await.or_fail(unreachable)?;
        let stream = forwarder.take_stream(port).ok_or_else(unreachable)?;
        let answer = connector(authorities)?.connect(name, stream).await;
        forwarder.abort();
        answer.or_fail(|| Failure::new(format!("{pod} does not serve the certificate that is wanted")))?;
        Ok(())
    }
}

fn connector(authorities: &str) -> Result<TlsConnector> {
    let mut roots = RootCertStore::empty();
    for certificate in CertificateDer::pem_slice_iter(authorities.as_bytes()) {
        roots.add(certificate?)?;
    }
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(TlsConnector::from(Arc::new(config)))
}
