//! What was found of a cluster, for the judges. Pure data: whatever the server does not tell says why, in one sentence.

use std::collections::BTreeMap;
use std::time::Duration;

use super::Reason;
use crate::quantity::Quantity;
use crate::settings::{Implementation, Spread};

/// What the server told, or why it did not.
pub type Told<T> = Result<T, Reason>;

/// Amounts by the names that quotas use, such as `requests.memory` or `pods`.
pub type Amounts = BTreeMap<String, Quantity>;

/// What was found of a cluster.
#[derive(Clone, Debug)]
pub struct Cluster {
    /// Version of the API server, such as `v1.33.1`.
    pub version: String,
    /// Minor version, such as 33.
    pub minor: u32,
    /// Namespace of the runtime.
    pub namespace: String,
    /// What whoever asks may not do of what a deploy needs, in one sentence; empty where nothing is missing.
    pub missing_rights: Told<String>,
    /// What a deploy would do, or why it would be refused; `None` where rights are missing, so that it was not rehearsed.
    pub rehearsal: Option<Told<String>>,
    /// Which injector is asked for.
    pub injector: Implementation,
    /// What the deploy asks the cluster for.
    pub demand: Demand,
    /// Classes of storage.
    pub classes: Told<Vec<StorageClass>>,
    /// The class that is asked for; `None` means the default one.
    pub class: Option<String>,
    /// The nodes.
    pub nodes: Told<Vec<Node>>,
    /// Whether the pods of others were seen, without which nobody knows what nodes have left.
    pub pods: Told<()>,
    /// Quotas of the runtime's namespace.
    pub quotas: Told<Vec<Quota>>,
    /// Limit ranges of the runtime's namespace.
    pub ranges: Told<Vec<Range>>,
    /// Level of Pod Security that a deploy gives the runtime's namespace.
    pub level: &'static str,
    /// Whether a deploy may set what others have set otherwise.
    pub may_force: bool,
    /// The runtime's namespace where it is there, `default`, those that are to be enabled, and every enabled one.
    pub namespaces: Told<Vec<Namespace>>,
    /// Where images of this machine's registry are pulled from.
    pub registry: Registry,
    /// Webhooks that change pods, karctl's own left out.
    pub webhooks: Told<Vec<Webhook>>,
    /// What runs; `None` where it was not asked for.
    pub runtime: Option<Told<Runtime>>,
    /// What everything on the cluster needs.
    pub health: Health,
}

/// What everything on a cluster needs, whoever it belongs to.
#[derive(Clone, Debug)]
pub struct Health {
    /// How long the API server took for one object.
    pub answered_in: Duration,
    /// The address of the cluster that the context led to before, where that was another one.
    pub former_server: Option<String>,
    /// Whether the service of the cluster's DNS has a pod behind it; `None` where there is no such service to be seen.
    pub dns: Told<Option<bool>>,
    /// Ingresses of enabled namespaces.
    pub ingresses: Told<Vec<Ingress>>,
    /// The host name that clients outside are given, and why it leads nowhere from here.
    pub exposed: Option<(String, Result<(), String>)>,
}

/// An ingress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ingress {
    /// Namespace and name.
    pub name: String,
    /// The class that it names.
    pub class: Option<String>,
    /// Whether a controller has given it an address.
    pub has_address: bool,
}

/// What a deploy asks a cluster for.
#[derive(Clone, Debug, Default)]
pub struct Demand {
    /// The pods.
    pub pods: Vec<Pod>,
    /// Claims that are not there yet.
    pub claims: Vec<Claim>,
    /// Everything that counts against a quota beyond what the runtime has already.
    pub amounts: Amounts,
    /// Images of the pods.
    pub images: Vec<String>,
    /// How replicas are kept apart.
    pub spread: Option<Spread>,
}

/// A pod, with what its containers ask for together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pod {
    /// Name, such as `kar-kafka-0`.
    pub name: String,
    /// Workload, such as `kar-kafka`.
    pub part: String,
    /// By `requests.cpu`, `limits.memory` and so on.
    pub amounts: Amounts,
}

/// A claim on a volume.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Name.
    pub name: String,
    /// Size.
    pub storage: Quantity,
}

/// A class of storage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StorageClass {
    /// Name.
    pub name: String,
    /// Whether claims without a class get it.
    pub is_default: bool,
}

/// A node.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Node {
    /// Name.
    pub name: String,
    /// Such as `amd64`.
    pub architecture: String,
    /// Why it takes no pod of the runtime, where it does not: `it is not ready`.
    pub refusal: Option<String>,
    /// What it complains of: `MemoryPressure`.
    pub pressures: Vec<String>,
    /// Why its pods have no network, where it says so.
    pub network: Option<String>,
    /// Whether it is ready.
    pub is_ready: bool,
    /// What is allocatable and not requested by others, by `requests.cpu`, `requests.memory` and `pods`.
    pub free: Amounts,
}

/// A quota on a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quota {
    /// Name.
    pub name: String,
    /// What there may be at most.
    pub hard: Amounts,
    /// What there is.
    pub used: Amounts,
}

/// A limit range of a namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Range {
    /// Name.
    pub name: String,
    /// Of what: `Container`, `Pod` or `PersistentVolumeClaim`.
    pub kind: String,
    /// Least amounts, by `cpu`, `memory` or `storage`.
    pub min: Amounts,
    /// Greatest amounts.
    pub max: Amounts,
    /// Limits that a container is given that has none; it is refused where it asks for more.
    pub default: Amounts,
}

/// A namespace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Namespace {
    /// Name.
    pub name: String,
    /// Level of Pod Security that is enforced.
    pub level: Option<String>,
    /// Whether karctl made it.
    pub is_ours: bool,
}

/// The registry of images that were built by hand.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// By which name images have it.
    pub host: String,
    /// Whether the cluster is on this machine, or a local tool made it.
    pub is_local_cluster: bool,
    /// The virtual machine that its node is in, where a desktop's own cluster is.
    pub desktop: Option<Desktop>,
    /// Names by which the cluster says that its nodes reach a local registry; empty where it says nothing.
    pub announced: Told<Vec<String>>,
}

/// A cluster of one node that a desktop keeps in a virtual machine, and that nobody has told of a registry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Desktop {
    /// Whose, such as `Docker Desktop`.
    pub title: &'static str,
    /// Whether its node runs pods with the engine of this machine, which reaches what is published on `localhost`.
    pub shares_engine: bool,
}

/// A webhook that is asked about pods that are created.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Its MutatingWebhookConfiguration.
    pub configuration: String,
    /// Its name.
    pub name: String,
    /// Its service, `namespace/name`, where it is in the cluster.
    pub service: Option<String>,
    /// Whether pods are refused when it does not answer.
    pub is_strict: bool,
    /// Whether its service has an address; `None` where nobody said.
    pub is_served: Option<bool>,
    /// Whether it injects KAR's sidecar.
    pub is_injector: bool,
    /// The namespaces, of those that were looked at, whose pods it is asked about.
    pub namespaces: Vec<String>,
}

/// What runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Runtime {
    /// Whether KAR is deployed.
    pub is_deployed: bool,
    /// Workloads: name, and what is missing of those that are not ready.
    pub components: Vec<(String, Option<String>)>,
    /// Days until the injector's certificate ends; `None` where there is none.
    pub certificate_days: Option<i64>,
    /// Enabled namespaces, and whether their configuration is the runtime's.
    pub enabled: Vec<(String, bool)>,
    /// Enabled namespaces that belong to the cluster itself.
    pub system: Vec<String>,
    /// What `kar` would not understand of the configuration that pods are given, one sentence each.
    pub misunderstood: Vec<String>,
    /// Why pods are not injected though the injector runs; `None` where nothing is in the way.
    pub webhook: Option<String>,
    /// Pods of enabled namespaces that ask to be injected and were not, as `namespace/name`.
    pub uninjected: Told<Vec<String>>,
    /// Injected pods on nodes that run out of something, of which a container has no limit of memory.
    pub unlimited: Told<Vec<String>>,
    /// Release of KAR that runs, and that of the `kar` on PATH, where both are known.
    pub releases: Option<(String, String)>,
}
