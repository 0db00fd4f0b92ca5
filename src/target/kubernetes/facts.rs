//! What is found out before anything is rendered: passwords and certificates that are there already, images, the platform.

use base64::Engine;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use futures_util::future::try_join_all;
use rand::distr::{Alphanumeric, SampleString};

use super::desired::{Certificate, Credentials, REPLICAS, brokers};
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
    decoded(secret.entry("/data", key)?)
}

/// Text that is written in Base64.
pub fn decoded(encoded: &str) -> Option<String> {
    String::from_utf8(BASE64_STANDARD.decode(encoded).ok()?).ok()
}

/// The passwords of the settings, else those kept on the cluster, else new ones. Where Kafka and Redis are elsewhere, no
/// server opens the data that an earlier deploy left, so nothing is refused for its sake.
///
/// # Errors
/// When the data is there, and what is asked for could not open it or would lose it.
pub async fn credentials(cluster: &Cluster, settings: &Settings, is_elsewhere: bool) -> Result<Credentials> {
    let namespace = &settings.kubernetes.namespace;
    let kept = secret(cluster, namespace, names::CREDENTIALS).await?;
    let kept_value = |key: &str| kept.as_ref().and_then(|secret| value(secret, key));
    // Also where no claim is mounted: what this deploy writes down beside the passwords is what the next one goes by.
    if !is_elsewhere {
        if kept.is_none() {
            refuse_lost_passwords(cluster, settings).await?;
        }
        if let Some(mode) = kept_value("kafka-mode") {
            refuse_other_mode(cluster, settings, &mode).await?;
        }
        refuse_other_number(cluster, settings, kept_value("servers")).await?;
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

/// The claims of brokers, where Kafka's data is kept.
async fn kafka_claims(cluster: &Cluster, settings: &Settings) -> Result<Vec<Object>> {
    let claim =
        |ordinal| Reference::new(CLAIM, &settings.kubernetes.namespace, format!("kar-kafka-pvc-kar-kafka-{ordinal}"));
    let claims: Vec<_> = (0..REPLICAS).map(claim).collect();
    let found = try_join_all(claims.iter().map(|claim| cluster.get(claim))).await.map_err(Failure::from)?;
    Ok(found.into_iter().flatten().collect())
}

/// Neither mode can read what the other wrote.
async fn refuse_other_mode(cluster: &Cluster, settings: &Settings, written: &str) -> Result<()> {
    let mode = settings.kafka.mode.name();
    if written == mode {
        return Ok(());
    }
    let claims = kafka_claims(cluster, settings).await?;
    let Some(claim) = claims.first() else { return Ok(()) };
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

/// Servers elect a leader by majority. Two new ones beside one with data are a majority without it: whichever of them leads
/// makes the first one throw its data away (seen with ZooKeeper: <https://github.com/bitnami/charts/issues/32542>). One that
/// is left of three may lack what the other two acknowledged.
///
/// What a former karctl wrote says no number; then the claims tell.
async fn refuse_other_number(cluster: &Cluster, settings: &Settings, written: Option<String>) -> Result<()> {
    let wanted = brokers(&settings.kubernetes);
    let claims = kafka_claims(cluster, settings).await?;
    let Some(claim) = claims.first() else { return Ok(()) };
    let written = match written.and_then(|written| written.parse().ok()) {
        Some(written) => written,
        None if claims.len() > 1 => REPLICAS,
        None => 1,
    };
    if written == wanted {
        return Ok(());
    }
    let flag = if written > 1 { "with --ha" } else { "without --ha" };
    let namespace = &settings.kubernetes.namespace;
    Err(Failure::new(format!(
        "{} holds data of {}, and {} asked for: servers without the data could outvote those with it",
        claim.reference(),
        if written == 1 { "one broker".to_owned() } else { format!("{written} brokers") },
        if wanted == 1 { "one broker is".to_owned() } else { format!("{wanted} brokers are") }
    ))
    .hint(format!("go back {flag} (kubernetes.high_availability={})", written > 1))
    .hint(format!(
        "to begin with an empty Kafka and keep Redis' data, end the applications, then `karctl k8s undeploy` and \
         `kubectl delete pvc -n {namespace} -l 'name in (kar-kafka,kar-zookeeper)'`, and deploy again"
    ))
    .code(Code::DataOfOtherNumber)
    .into())
}

/// KRaft's data belongs to a cluster id; a new one would never open it. A new password of Redis opens its old data.
async fn refuse_lost_passwords(cluster: &Cluster, settings: &Settings) -> Result<()> {
    if settings.kafka.mode != crate::settings::KafkaMode::Kraft {
        return Ok(());
    }
    let namespace = &settings.kubernetes.namespace;
    let claims = kafka_claims(cluster, settings).await?;
    let Some(claim) = claims.first() else { return Ok(()) };
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
    Ok(Certificate {
        authorities: authority.certificate.clone(),
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
