//! What is found out before anything is rendered: passwords and certificates that are there already, images, the platform.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use rand::distr::{Alphanumeric, SampleString};

use super::desired::{Certificate, Credentials};
use super::names;
use crate::certificate::{self, Authority, Decision, Leaf};
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{CLAIM, Object, Reference, SECRET};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::settings::Settings;

/// Letters and digits of a generated password: 190 bits.
const GENERATED_LENGTH: usize = 32;

/// API group that only OpenShift has.
const OPENSHIFT_GROUP: &str = "security.openshift.io";

/// Whether the cluster is OpenShift, by its API groups.
///
/// # Errors
/// When the server does not say.
pub async fn is_openshift(cluster: &Cluster) -> Result<bool> {
    let groups = cluster.groups().await.map_err(Failure::from)?;
    Ok(groups.iter().any(|group| group == OPENSHIFT_GROUP))
}

/// Reads a secret of the runtime's namespace.
///
/// # Errors
/// When the server does not say.
pub async fn secret(cluster: &Cluster, namespace: &str, name: &str) -> Result<Option<Object>> {
    Ok(cluster.get(&Reference::new(SECRET, namespace, name)).await.map_err(Failure::from)?)
}

/// A value of a secret; `None` where it has none, or one that is no text.
pub fn value(secret: &Object, key: &str) -> Option<String> {
    let bytes = BASE64_STANDARD.decode(secret.entry("/data", key)?).ok()?;
    String::from_utf8(bytes).ok()
}

/// The passwords of the settings, else those kept on the cluster, else new ones.
///
/// # Errors
/// When the data is there and the secret that opens it is gone.
pub async fn credentials(cluster: &Cluster, settings: &Settings) -> Result<Credentials> {
    let namespace = &settings.kubernetes.namespace;
    let kept = secret(cluster, namespace, names::CREDENTIALS).await?;
    let kept_value = |key: &str| kept.as_ref().and_then(|secret| value(secret, key));
    if kept.is_none() {
        refuse_lost_passwords(cluster, settings).await?;
    }
    if let Some(mode) = kept_value("kafka-mode") {
        refuse_other_mode(cluster, settings, &mode).await?;
    }
    let new = Credentials::generate(settings);
    let choose = |given: &Option<Secret>, key: &str, new: Secret| {
        given.clone().or_else(|| kept_value(key).map(Secret::new)).unwrap_or(new)
    };
    Ok(Credentials {
        redis_password: choose(&settings.redis.password, "redis-password", new.redis_password),
        kafka_password: choose(&settings.kafka.password, "kafka-password", new.kafka_password),
        cluster_id: kept_value("cluster-id").unwrap_or(new.cluster_id),
    })
}

/// The claim of the first broker, where Kafka's data is kept.
async fn kafka_claim(cluster: &Cluster, settings: &Settings) -> Result<Option<Object>> {
    let claim = Reference::new(CLAIM, &settings.kubernetes.namespace, "kar-kafka-pvc-kar-kafka-0");
    Ok(cluster.get(&claim).await.map_err(Failure::from)?)
}

/// Neither mode can read what the other wrote.
async fn refuse_other_mode(cluster: &Cluster, settings: &Settings, written: &str) -> Result<()> {
    let mode = settings.kafka.mode.name();
    if written == mode || !settings.kubernetes.persistence {
        return Ok(());
    }
    let Some(claim) = kafka_claim(cluster, settings).await? else { return Ok(()) };
    Err(Failure::new(format!(
        "{} holds data that Kafka wrote in mode {written}, and {mode} is asked for",
        claim.reference()
    ))
    .hint(format!(
        "go back with --set kafka.mode={written}, or delete the data with `karctl k8s undeploy --delete-data`"
    ))
    .code(Code::DataOfOtherMode)
    .into())
}

/// KRaft's data belongs to a cluster id; a new one would never open it. A new password of Redis opens its old data.
async fn refuse_lost_passwords(cluster: &Cluster, settings: &Settings) -> Result<()> {
    if settings.kafka.mode != crate::settings::KafkaMode::Kraft {
        return Ok(());
    }
    let namespace = &settings.kubernetes.namespace;
    let Some(claim) = kafka_claim(cluster, settings).await? else { return Ok(()) };
    let claim = claim.reference();
    Err(Failure::new(format!(
        "{claim} holds Kafka's data, and the Secret {namespace}/{} with its cluster id is gone",
        names::CREDENTIALS
    ))
    .hint("restore the secret, or delete the data with `karctl k8s undeploy --delete-data`")
    .code(Code::PasswordLost)
    .into())
}

/// The injector's certificate: the one that is there while it serves, else a new one, under the same authority where that
/// can be.
///
/// # Errors
/// When a certificate cannot be made.
pub async fn certificate(cluster: &Cluster, settings: &Settings) -> Result<Certificate> {
    let cluster_settings = &settings.kubernetes;
    let (authority, leaf) = tokio::try_join!(
        secret(cluster, &cluster_settings.namespace, names::INJECTOR_CA),
        secret(cluster, &cluster_settings.namespace, names::INJECTOR_TLS),
    )?;
    let pair = |secret: &Object, certificate: &str, key: &str| {
        Some((value(secret, certificate)?, value(secret, key).map(Secret::new)?))
    };
    let kept_bundle = authority.as_ref().and_then(|secret| value(secret, "ca-bundle.crt"));
    let authority = authority.and_then(|secret| pair(&secret, "ca.crt", "ca.key"));
    let authority = authority.map(|(certificate, key)| Authority { certificate, key });
    let leaf = leaf.and_then(|secret| pair(&secret, "tls.crt", "tls.key"));
    let leaf = leaf.map(|(certificate, key)| Leaf { certificate, key });
    let names = certificate::names(&cluster_settings.namespace, &cluster_settings.cluster_domain);
    let now = jiff::Timestamp::now();
    let failed = || Failure::new("the injector's certificate could not be made");
    let (authority, leaf) = match (certificate::decide(authority.as_ref(), leaf.as_ref(), &names, now), authority, leaf)
    {
        (Decision::Keep, Some(authority), Some(leaf)) => (authority, leaf),
        (Decision::RenewLeaf { .. }, Some(authority), _) => {
            let leaf = authority.issue(&names, now).or_fail(failed)?;
            (authority, leaf)
        }
        _ => return Certificate::generate(settings),
    };
    let kept_bundle = kept_bundle.filter(|bundle| bundle.contains(authority.certificate.trim()));
    Ok(Certificate {
        authorities: kept_bundle.unwrap_or_else(|| authority.certificate.clone()),
        authority: authority.certificate,
        authority_key: authority.key,
        leaf: leaf.certificate,
        leaf_key: leaf.key,
    })
}

impl Credentials {
    /// Those of the settings, else new ones.
    pub fn generate(settings: &Settings) -> Self {
        let generate = || Secret::new(Alphanumeric.sample_string(&mut rand::rng(), GENERATED_LENGTH));
        Self {
            redis_password: settings.redis.password.clone().unwrap_or_else(generate),
            kafka_password: settings.kafka.password.clone().unwrap_or_else(generate),
            cluster_id: new_cluster_id(),
        }
    }
}

/// 16 bytes, as Kafka's own tool writes them; a leading `-` would be taken for an option.
fn new_cluster_id() -> String {
    loop {
        let id = BASE64_URL_SAFE_NO_PAD.encode(rand::random::<[u8; 16]>());
        if !id.starts_with('-') {
            return id;
        }
    }
}

impl Certificate {
    /// A new authority, and a leaf of it.
    ///
    /// # Errors
    /// When no key can be made.
    pub fn generate(settings: &Settings) -> Result<Self> {
        let names = certificate::names(&settings.kubernetes.namespace, &settings.kubernetes.cluster_domain);
        let now = jiff::Timestamp::now();
        let failed = || Failure::new("the injector's certificate could not be made");
        let authority = Authority::make(now).or_fail(failed)?;
        let leaf = authority.issue(&names, now).or_fail(failed)?;
        Ok(Self {
            authorities: authority.certificate.clone(),
            authority: authority.certificate,
            authority_key: authority.key,
            leaf: leaf.certificate,
            leaf_key: leaf.key,
        })
    }
}
