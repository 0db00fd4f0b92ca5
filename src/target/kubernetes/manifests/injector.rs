//! The injector, and the webhook that asks it. Pure.

use serde::Serialize;
use serde_json::{Value, json};

use super::super::desired::{Desired, Facts};
use super::files::Files;
use super::{base64, hash, labels, names, selector};
use crate::settings::Implementation;

/// The port at which an injector's pod serves.
pub const INJECTOR_PORT: u16 = 8443;

/// Seconds an injector goes on answering after it left its service.
const DRAIN_SECONDS: u16 = 5;

/// The injector, as its template takes it.
#[derive(Serialize)]
pub struct Injector {
    image: String,
    replicas: u16,
    selector: Value,
    labels: Value,
    certificate_hash: Option<String>,
    command: Vec<&'static str>,
    arguments: Vec<String>,
    readiness: Value,
    liveness: Value,
    drain: Option<u16>,
    webhook_name: String,
    ca_bundle: String,
    failure_policy: &'static str,
    match_conditions: bool,
}

impl Injector {
    /// karctl's own, or the original's.
    pub fn new(desired: &Desired) -> Self {
        let Desired { injector, cluster, facts, .. } = desired;
        let Facts { images, certificate, .. } = facts;
        let folder = "/var/run/secrets/kar.ibm.com/tls";
        let (certificate_file, key_file) = (format!("{folder}/tls.crt"), format!("{folder}/tls.key"));
        let port = INJECTOR_PORT.to_string();
        let is_own = injector.implementation == Implementation::Karctl;
        let tcp = json!({"tcpSocket": {"port": "webhook-api"}, "periodSeconds": 5});
        let http = |path: &str| json!({"httpGet": {"path": path, "port": "webhook-api", "scheme": "HTTPS"}, "periodSeconds": 5});
        let words = |words: &[&str]| words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>();
        let mut arguments = if is_own {
            let sidecar = format!("{}:{}", images.sidecar, images.sidecar_tag);
            let paths = ["--cert", &certificate_file, "--key", &key_file, "--port", &port, "--sidecar-image", &sidecar];
            words(&[&["injector", "serve"], paths.as_slice()].concat())
        } else {
            words(&[
                "-tls_cert_file",
                &certificate_file,
                "-tls_private_key_file",
                &key_file,
                "-port",
                &port,
                "-sidecar_image",
                &images.sidecar,
                "-sidecar_image_tag",
                &images.sidecar_tag,
            ])
        };
        if is_own && injector.native_sidecar {
            arguments.push("--native-sidecar".to_owned());
        }
        let leaf = Files::from([("tls.crt".to_owned(), certificate.leaf.clone())]);
        Self {
            image: images.injector.clone(),
            replicas: injector.replicas,
            selector: selector(names::INJECTOR),
            labels: labels(desired, names::INJECTOR),
            certificate_hash: (!is_own).then(|| hash(&leaf, &[])),
            command: if is_own { vec!["/karctl"] } else { vec!["kar-injector"] },
            arguments,
            readiness: if is_own { http("/readyz") } else { tcp.clone() },
            liveness: if is_own { http("/healthz") } else { tcp },
            drain: (facts.has_sleep() && !is_own).then_some(DRAIN_SECONDS),
            webhook_name: format!("kar-injector.{}.svc.{}", cluster.namespace, cluster.cluster_domain),
            ca_bundle: base64(&certificate.authorities),
            failure_policy: injector.failure_policy.api(),
            match_conditions: facts.has_match_conditions(),
        }
    }
}
