//! A deploy that only brings back what is gone or stale: with what the cluster itself says of the deploy before it, whatever
//! the settings of this shell are, and not at all where more than that would change.

use super::deploy::{Deployed, Options, deploy};
use super::desired::Elsewhere;
use super::inventory::{self, Inventory};
use super::plan::Outcome;
use super::{access, facts, names};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{DEPLOYMENT, Object, Reference, SECRET};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::services::Services;
use crate::settings::{Implementation, KafkaMode, Settings};

/// The program of karctl's own injector, in its image.
pub const OWN_PROGRAM: &str = "/karctl";

/// What a pod of the original injector is made anew for.
const CERTIFICATE: &str = "spec.template.metadata.annotations.kar.ibm.com/certificate";

/// What is told of the deploy that does on purpose what a restoring one leaves.
const ON_PURPOSE: &str = "`karctl k8s diff`, given the options of the deploy before, shows what would change, and \
                          `karctl k8s deploy` with the same ones does it on purpose";

/// A deploy that restores.
pub struct Restore {
    settings: Settings,
    options: Options,
    /// What it does, in order, one line for each object or namespace.
    pub steps: Vec<String>,
}

impl Restore {
    /// Works out what it would do. Nothing is written.
    ///
    /// # Errors
    /// When more than what is gone or stale would change, or a deploy would fail.
    pub async fn plan(context: &Context, cluster: &Cluster, settings: &Settings, options: &Options) -> Result<Self> {
        let namespace = &settings.kubernetes.namespace;
        let elsewhere = access::elsewhere(cluster, namespace).await?;
        let options = Options { no_wait: true, only_enabled: true, enable: Vec::new(), elsewhere, ..options.clone() };
        let settings = as_deployed(cluster, settings, options.elsewhere.as_ref()).await?;
        let written = Inventory::read(cluster, &inventory::reference(namespace)).await?.unwrap_or_default();
        let rehearsal = Options { dry_run: true, ..options.clone() };
        let would = deploy(context, cluster, &settings, &rehearsal).await?;
        let more: Vec<_> = would.objects.iter().filter(|object| !is_restored(object, &written)).map(said).collect();
        if !more.is_empty() {
            return Err(Failure::new(format!(
                "--fix does not deploy: more than what is gone would change: {}",
                few(&more)
            ))
            .hint(ON_PURPOSE)
            .into());
        }
        Ok(Self { steps: steps(&would), settings, options })
    }

    /// Does it.
    ///
    /// # Errors
    /// As [`deploy`].
    pub async fn carry_out(&self, context: &Context, cluster: &Cluster) -> Result<()> {
        deploy(context, cluster, &self.settings, &self.options).await.map(drop)
    }
}

/// The settings with what the cluster says of itself: how Kafka keeps its metadata, how many brokers there are, where both
/// are exposed, and which injector there is.
async fn as_deployed(cluster: &Cluster, settings: &Settings, elsewhere: Option<&Elsewhere>) -> Result<Settings> {
    let mut settings = settings.clone();
    let namespace = settings.kubernetes.namespace.clone();
    if elsewhere.is_none() {
        let kept = facts::secret(cluster, &namespace, names::CREDENTIALS).await?;
        match kept.and_then(|kept| facts::value(&kept, "kafka-mode")).as_deref() {
            Some("zookeeper") => settings.kafka.mode = KafkaMode::ZooKeeper,
            Some("kraft") => settings.kafka.mode = KafkaMode::Kraft,
            _ => {}
        }
        if let Services::Cluster(inside) = access::services(cluster, &namespace).await? {
            settings.kubernetes.high_availability = inside.brokers > 1;
            settings.kubernetes.secure = Some(inside.kafka_login.is_some());
            settings.kubernetes.cluster_domain = inside.cluster_domain;
            if let Some(outside) = inside.outside {
                settings.kubernetes.expose = Some(outside.host);
                settings.kafka.port = outside.kafka_port;
                settings.redis.port = outside.redis_port;
            }
        }
    }
    let injector =
        cluster.get(&Reference::new(DEPLOYMENT, &namespace, names::INJECTOR)).await.map_err(Failure::from)?;
    if let Some(injector) = &injector {
        take_injector(injector, &mut settings);
    }
    Ok(settings)
}

/// Which injector a deployment runs.
pub fn implementation(injector: &Object) -> Implementation {
    match injector.text("/spec/template/spec/containers/0/command/0") {
        Some(OWN_PROGRAM) => Implementation::Karctl,
        _ => Implementation::Original,
    }
}

fn take_injector(injector: &Object, settings: &mut Settings) {
    let container = "/spec/template/spec/containers/0";
    let arguments: Vec<_> =
        injector.list(&format!("{container}/args")).iter().filter_map(serde_json::Value::as_str).collect();
    let after = |name: &str| {
        let at = arguments.iter().position(|argument| *argument == name)?;
        arguments.get(at + 1).map(|value| (*value).to_owned())
    };
    let own = &mut settings.injector;
    own.implementation = implementation(injector);
    own.image = injector.text(&format!("{container}/image")).map(str::to_owned).or(own.image.take());
    own.native_sidecar = arguments.contains(&"--native-sidecar");
    let original = || Some(format!("{}:{}", after("-sidecar_image")?, after("-sidecar_image_tag")?));
    own.sidecar_image = after("--sidecar-image").or_else(original).or(own.sidecar_image.take());
    if let Some(replicas) = injector.number("/spec/replicas").and_then(|replicas| u16::try_from(replicas).ok()) {
        own.replicas = replicas;
    }
}

/// Whether an object only comes back, or gets a new certificate.
fn is_restored(object: &Outcome, written: &Inventory) -> bool {
    let is = |known: &Reference| {
        known.kind == object.kind && known.name == object.name && known.namespace == object.namespace
    };
    let only = |is_stale: fn(&str) -> bool| object.fields.iter().all(|field| is_stale(field));
    match object.change {
        Change::Unchanged => true,
        Change::Created => written.objects.iter().any(is),
        Change::Removed => false,
        Change::Updated if object.kind == SECRET.name => {
            [names::INJECTOR_TLS, names::INJECTOR_CA].contains(&object.name.as_str())
        }
        Change::Updated if object.name == names::WEBHOOK => only(|field| field.ends_with(".caBundle")),
        Change::Updated if object.kind == DEPLOYMENT.name && object.name == names::INJECTOR => {
            only(|field| field == CERTIFICATE)
        }
        Change::Updated => false,
    }
}

/// How many objects a refusal names.
const MOST_NAMED: usize = 5;

fn few(told: &[String]) -> String {
    let more = told.len().saturating_sub(MOST_NAMED);
    let named = told.iter().take(MOST_NAMED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if more > 0 { format!("{named} and {more} more") } else { named }
}

fn said(object: &Outcome) -> String {
    format!("{} {} {}", object.kind, object.name, object.change)
}

fn steps(would: &Deployed) -> Vec<String> {
    let objects = would.objects.iter().filter(|object| object.change != Change::Unchanged).map(said);
    let namespaces = would.enabled.iter().filter(|namespace| namespace.change != Change::Unchanged);
    let namespaces = namespaces.map(|namespace| format!("namespace {} {}", namespace.namespace, namespace.change));
    objects.chain(namespaces).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn outcome(kind: &str, name: &str, change: Change, fields: &[&str]) -> Outcome {
        let fields = fields.iter().map(|&field| field.to_owned()).collect();
        Outcome {
            kind: kind.to_owned(),
            namespace: Some("kar-system".to_owned()),
            name: name.to_owned(),
            change,
            fields,
        }
    }

    #[test]
    fn only_what_was_there_comes_back_and_only_certificates_are_renewed() {
        let written = Inventory::of([Reference::new(DEPLOYMENT, "kar-system", names::INJECTOR)]);
        let bundle = "webhooks[kar-injector.kar-system.svc.cluster.local].clientConfig.caBundle";
        for (object, expected) in [
            (outcome("Deployment", "kar-injector", Change::Created, &[]), true),
            (outcome("StatefulSet", "kar-kafka", Change::Created, &[]), false),
            (outcome("StatefulSet", "kar-redis", Change::Removed, &[]), false),
            (outcome("Secret", names::INJECTOR_TLS, Change::Updated, &["data.tls.crt"]), true),
            (outcome("Secret", names::RUNTIME_CONFIG, Change::Updated, &["data.kafka_brokers"]), false),
            (outcome("MutatingWebhookConfiguration", names::WEBHOOK, Change::Updated, &[bundle]), true),
            (outcome("MutatingWebhookConfiguration", names::WEBHOOK, Change::Updated, &["webhooks"]), false),
            (outcome("Deployment", "kar-injector", Change::Updated, &[CERTIFICATE]), true),
            (outcome("Deployment", "kar-injector", Change::Updated, &["spec.replicas", CERTIFICATE]), false),
        ] {
            assert_eq!(is_restored(&object, &written), expected, "{object:?}");
        }
    }

    #[test]
    fn the_injector_stays_the_one_that_is_deployed() {
        let injector = |command: &str, arguments: &[&str]| {
            Object(json!({"spec": {"replicas": 3, "template": {"spec": {"containers": [
                {"image": "registry/injector:1", "command": [command], "args": arguments}]}}}}))
        };
        let mut settings = crate::settings::defaults().expect("the defaults");
        take_injector(&injector("/karctl", &["--sidecar-image", "r/s:2", "--native-sidecar"]), &mut settings);
        let own = &settings.injector;
        assert_eq!((own.implementation, own.replicas, own.native_sidecar), (Implementation::Karctl, 3, true));
        assert_eq!((own.image.as_deref(), own.sidecar_image.as_deref()), (Some("registry/injector:1"), Some("r/s:2")));
        take_injector(&injector("kar-injector", &["-sidecar_image", "r/s", "-sidecar_image_tag", "3"]), &mut settings);
        let own = &settings.injector;
        assert_eq!((own.implementation, own.native_sidecar), (Implementation::Original, false));
        assert_eq!(own.sidecar_image.as_deref(), Some("r/s:3"));
    }
}
