//! How requests reach the API server.

use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::rt::TokioExecutor;
use kube::Config;
use kube::client::{Body, ClientBuilder, ConfigExt};
use tower::{BoxError, ServiceBuilder};

/// A client as kube makes it, but that no small packet waits for the acknowledgement of the one before it: a first request
/// over TLS did, for up to 40 ms. Through a proxy it is kube's own.
///
/// The library runs a login program twice: for a certificate, then for a token. `is_wanted` is asked in between.
///
/// # Errors
/// When the kubeconfig names what cannot be used, or nobody wants it any more.
pub(super) fn client(config: Config, is_wanted: impl Fn() -> bool) -> kube::Result<kube::Client> {
    if config.proxy_url.is_some() {
        return kube::Client::try_from(config);
    }
    let mut connector = HttpConnector::new();
    connector.enforce_http(false);
    connector.set_nodelay(true);
    connector.set_connect_timeout(config.connect_timeout);
    let connector = config.rustls_https_connector_with_connector(connector)?;
    if !is_wanted() {
        return Err(kube::Error::Service("nobody waits for it any more".into()));
    }
    let service = ServiceBuilder::new()
        .layer(config.base_uri_layer())
        .option_layer(config.auth_layer()?)
        .layer(config.extra_headers_layer()?)
        .map_err(BoxError::from)
        .service(legacy::Client::builder(TokioExecutor::new()).build::<_, Body>(connector));
    Ok(ClientBuilder::new(service, config.default_namespace.clone()).build())
}
