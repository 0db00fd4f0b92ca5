//! `karctl k8s status`: what runs, what is wrong, and why.

use schemars::JsonSchema;
use serde::Serialize;

use super::inventory::{self, Inventory};
use super::live::Live;
use super::ready::{Readiness, readiness, trouble};
use super::{facts, names, namespaces};
use crate::certificate;
use crate::check::kubernetes::CERTIFICATE_DAYS;
use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{
    CLAIM, DEPLOYMENT, EVENT, NAMESPACE, Object, POD, Reference, SECRET, STATEFUL_SET, WEBHOOK,
};
use crate::error::{Failure, Result};

/// What runs on a cluster.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct ClusterStatus {
    /// Context of the kubeconfig.
    pub context: String,
    /// Address of the API server.
    pub server: String,
    /// Version of the API server.
    pub server_version: String,
    /// Namespace of the runtime.
    pub namespace: String,
    /// Whether karctl deployed KAR here.
    pub is_deployed: bool,
    /// Release of KAR.
    pub release: Option<String>,
    /// Name of the service keys of IBM Cloud whose Kafka and Redis it uses, where it does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_key: Option<String>,
    /// Kafka, ZooKeeper, Redis and the injector.
    pub components: Vec<Component>,
    /// Claims with the data.
    pub claims: Vec<Claim>,
    /// Days until the injector's certificate ends.
    pub certificate_days_left: Option<i64>,
    /// Enabled namespaces.
    pub enabled: Vec<EnabledNamespace>,
    /// What is wrong, one sentence each.
    pub problems: Vec<String>,
}

/// One workload.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Component {
    /// Such as `kar-kafka`.
    pub name: String,
    /// Whether it is as it is to be.
    pub is_ready: bool,
    /// `3 of 3`, or what is missing.
    pub state: String,
    /// Image of its first container.
    pub image: String,
}

/// One claim.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Claim {
    /// Name.
    pub name: String,
    /// `Bound`, `Pending` or `Lost`.
    pub phase: String,
    /// Size, where it is bound.
    pub size: Option<String>,
    /// StorageClass.
    pub class: Option<String>,
}

/// An enabled namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EnabledNamespace {
    /// Name.
    pub name: String,
    /// Whether its copy of the runtime's configuration is that of the runtime.
    pub is_current: bool,
}

/// Looks at the runtime.
///
/// # Errors
/// When the server does not say.
pub async fn status(cluster: &Cluster, namespace: &str) -> Result<ClusterStatus> {
    let labels = format!("app.kubernetes.io/name={}", names::PART_OF);
    let place = Some(namespace);
    let chosen = cluster.chosen();
    let mut status = ClusterStatus {
        context: chosen.context.clone(),
        server: chosen.server.clone(),
        server_version: cluster.version().text.clone(),
        namespace: namespace.to_owned(),
        is_deployed: false,
        release: None,
        managed_key: None,
        components: Vec::new(),
        claims: Vec::new(),
        certificate_days_left: None,
        enabled: Vec::new(),
        problems: Vec::new(),
    };
    let (sets, deployments, claims, pods, events) = tokio::try_join!(
        cluster.list(STATEFUL_SET, place, &labels),
        cluster.list(DEPLOYMENT, place, &labels),
        cluster.list(CLAIM, place, &labels),
        cluster.list(POD, place, &labels),
        cluster.list(EVENT, place, ""),
    )
    .map_err(Failure::from)?;
    status.claims = claims.iter().map(claim).collect();
    let inventory = Inventory::read(cluster, &inventory::reference(namespace)).await?;
    let Some(inventory) = inventory else { return Ok(status) };
    status.is_deployed = true;
    let workloads: Vec<_> = sets.into_iter().chain(deployments).collect();
    status.release = workloads.first().and_then(|set| set.label("app.kubernetes.io/version")).map(str::to_owned);
    status.components = workloads.iter().map(component).collect();
    let unready: Vec<_> = status.components.iter().filter(|component| !component.is_ready).collect();
    let names: Vec<_> = unready.iter().map(|component| component.name.as_str()).collect();
    let pods: Vec<_> = pods.iter().filter(|pod| pod.label("name").is_some_and(|name| names.contains(&name))).collect();
    if !unready.is_empty() {
        let has_pod = |name: &&str| pods.iter().any(|pod| pod.label("name") == Some(*name));
        let without_pods: Vec<_> = names.iter().copied().filter(|name| !has_pod(name)).collect();
        let found = trouble(&without_pods, &pods, &claims, &events).map(|trouble| trouble.message);
        let plain = || format!("{} is not ready: {}", unready[0].name, unready[0].state);
        status.problems.push(found.unwrap_or_else(plain));
    }
    for object in &inventory.objects {
        if [STATEFUL_SET.name, DEPLOYMENT.name].contains(&object.kind.as_str())
            && !workloads.iter().any(|workload| workload.name() == object.name)
        {
            status.problems.push(format!("{object} is gone; `karctl k8s deploy` brings it back"));
            status.components.push(Component::gone(&object.name));
        }
    }
    look_at_webhook(cluster, namespace, &mut status).await?;
    look_at_namespaces(cluster, namespace, &mut status).await?;
    Ok(status)
}

async fn look_at_webhook(cluster: &Cluster, namespace: &str, status: &mut ClusterStatus) -> Result<()> {
    let webhook = cluster.get(&Reference::new(WEBHOOK, "", names::WEBHOOK)).await.map_err(Failure::from)?;
    if webhook.is_none() {
        status.problems.push(format!("the webhook {} is gone; `karctl k8s deploy` brings it back", names::WEBHOOK));
    }
    let tls = facts::secret(cluster, namespace, names::INJECTOR_TLS).await?;
    let leaf = tls.and_then(|secret| facts::value(&secret, "tls.crt"));
    let inspected = leaf.and_then(|leaf| certificate::inspect(&leaf).ok());
    let Some(inspected) = inspected else {
        status.problems.push("the injector's certificate is gone; `karctl k8s deploy` makes a new one".to_owned());
        return Ok(());
    };
    let days = inspected.left(jiff::Timestamp::now()).as_hours() / 24;
    status.certificate_days_left = Some(days);
    if days < CERTIFICATE_DAYS {
        status.problems.push(format!("the injector's certificate ends in {days} days; `karctl k8s deploy` renews it"));
    }
    Ok(())
}

/// The enabled namespaces, and whether their configuration is that of the runtime.
///
/// # Errors
/// When the server does not say.
pub async fn enabled(cluster: &Cluster, namespace: &str) -> Result<Vec<EnabledNamespace>> {
    let data = |secret: Option<Object>| secret.and_then(|secret| secret.at("/data").cloned());
    let source = data(facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await?);
    let found = namespaces::enabled(cluster).await?;
    let copy_in = |enabled: &Object| Reference::new(SECRET, enabled.name(), names::RUNTIME_CONFIG);
    let references: Vec<_> = found.iter().map(copy_in).collect();
    let copies = Live::read(cluster, &references).await?;
    let look = found.iter().map(|enabled| {
        let copy = data(copies.get(&copy_in(enabled)).cloned());
        EnabledNamespace { name: enabled.name().to_owned(), is_current: copy.is_some() && copy == source }
    });
    Ok(look.collect())
}

async fn look_at_namespaces(cluster: &Cluster, namespace: &str, status: &mut ClusterStatus) -> Result<()> {
    let source = facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await?;
    status.managed_key = source.and_then(|source| source.annotation(names::MANAGED_KEY).map(str::to_owned));
    status.enabled = enabled(cluster, namespace).await?;
    for enabled in status.enabled.iter().filter(|enabled| !enabled.is_current) {
        status.problems.push(format!(
            "the configuration in namespace {} is not the runtime's; `karctl ns enable {}` copies it anew",
            enabled.name, enabled.name
        ));
    }
    let own = cluster.get(&Reference::new(NAMESPACE, "", namespace)).await.map_err(Failure::from)?;
    if own.is_some_and(|own| own.label(names::ENABLED) == Some("true")) {
        status
            .problems
            .push(format!("namespace {namespace} is enabled: the injector would wait for itself; disable it"));
    }
    Ok(())
}

impl Component {
    fn gone(name: &str) -> Self {
        Self { name: name.to_owned(), is_ready: false, state: "gone".to_owned(), image: "-".to_owned() }
    }
}

fn component(workload: &Object) -> Component {
    let (is_ready, state) = match readiness(workload) {
        Readiness::Ready(state) => (true, state),
        Readiness::Waiting(state) => (false, state),
    };
    let image = workload.text("/spec/template/spec/containers/0/image").unwrap_or_default().to_owned();
    Component { name: workload.name().to_owned(), is_ready, state, image }
}

fn claim(claim: &Object) -> Claim {
    Claim {
        name: claim.name().to_owned(),
        phase: claim.text("/status/phase").unwrap_or("Pending").to_owned(),
        size: claim.text("/status/capacity/storage").map(str::to_owned),
        class: claim.text("/spec/storageClassName").map(str::to_owned),
    }
}
