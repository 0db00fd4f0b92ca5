//! Objects as the API has them: JSON with a kind, a namespace and a name. Pure.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::error::{Failure, Result};

/// A kind that karctl knows: where the API has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Kind {
    /// Such as `apps/v1`; the core group is `v1`.
    pub api_version: &'static str,
    /// Such as `StatefulSet`.
    pub name: &'static str,
    /// The path's word, such as `statefulsets`.
    pub plural: &'static str,
    /// Whether its objects are in namespaces.
    pub is_namespaced: bool,
}

const fn namespaced(api_version: &'static str, name: &'static str, plural: &'static str) -> Kind {
    Kind { api_version, name, plural, is_namespaced: true }
}

const fn cluster_wide(api_version: &'static str, name: &'static str, plural: &'static str) -> Kind {
    Kind { api_version, name, plural, is_namespaced: false }
}

/// A namespace.
pub const NAMESPACE: Kind = cluster_wide("v1", "Namespace", "namespaces");
/// A pod.
pub const POD: Kind = namespaced("v1", "Pod", "pods");
/// A secret.
pub const SECRET: Kind = namespaced("v1", "Secret", "secrets");
/// A config map.
pub const CONFIG_MAP: Kind = namespaced("v1", "ConfigMap", "configmaps");
/// A service.
pub const SERVICE: Kind = namespaced("v1", "Service", "services");
/// A claim on a volume.
pub const CLAIM: Kind = namespaced("v1", "PersistentVolumeClaim", "persistentvolumeclaims");
/// A service account.
pub const SERVICE_ACCOUNT: Kind = namespaced("v1", "ServiceAccount", "serviceaccounts");
/// An event.
pub const EVENT: Kind = namespaced("v1", "Event", "events");
/// A node.
pub const NODE: Kind = cluster_wide("v1", "Node", "nodes");
/// A quota.
pub const RESOURCE_QUOTA: Kind = namespaced("v1", "ResourceQuota", "resourcequotas");
/// Least and greatest amounts of a container or claim.
pub const LIMIT_RANGE: Kind = namespaced("v1", "LimitRange", "limitranges");
/// Addresses of a service.
pub const ENDPOINT_SLICE: Kind = namespaced("discovery.k8s.io/v1", "EndpointSlice", "endpointslices");
/// A class of volumes.
pub const STORAGE_CLASS: Kind = cluster_wide("storage.k8s.io/v1", "StorageClass", "storageclasses");
/// A stateful set.
pub const STATEFUL_SET: Kind = namespaced("apps/v1", "StatefulSet", "statefulsets");
/// A deployment.
pub const DEPLOYMENT: Kind = namespaced("apps/v1", "Deployment", "deployments");
/// A daemon set.
pub const DAEMON_SET: Kind = namespaced("apps/v1", "DaemonSet", "daemonsets");
/// Pods that run to their end.
pub const JOB: Kind = namespaced("batch/v1", "Job", "jobs");
/// Jobs at certain times.
pub const CRON_JOB: Kind = namespaced("batch/v1", "CronJob", "cronjobs");
/// The way of HTTP from outside to a service.
pub const INGRESS: Kind = namespaced("networking.k8s.io/v1", "Ingress", "ingresses");
/// A controller of such ways.
pub const INGRESS_CLASS: Kind = cluster_wide("networking.k8s.io/v1", "IngressClass", "ingressclasses");
/// What a deployment makes its pods with; one for each of its versions.
pub const REPLICA_SET: Kind = namespaced("apps/v1", "ReplicaSet", "replicasets");
/// What sets the number of a workload's pods.
pub const AUTOSCALER: Kind = namespaced("autoscaling/v2", "HorizontalPodAutoscaler", "horizontalpodautoscalers");
/// A role.
pub const ROLE: Kind = namespaced("rbac.authorization.k8s.io/v1", "Role", "roles");
/// A role's binding.
pub const ROLE_BINDING: Kind = namespaced("rbac.authorization.k8s.io/v1", "RoleBinding", "rolebindings");
/// A role everywhere.
pub const CLUSTER_ROLE: Kind = cluster_wide("rbac.authorization.k8s.io/v1", "ClusterRole", "clusterroles");
/// Its binding.
pub const CLUSTER_ROLE_BINDING: Kind =
    cluster_wide("rbac.authorization.k8s.io/v1", "ClusterRoleBinding", "clusterrolebindings");
/// A network policy.
pub const NETWORK_POLICY: Kind = namespaced("networking.k8s.io/v1", "NetworkPolicy", "networkpolicies");
/// A disruption budget.
pub const DISRUPTION_BUDGET: Kind = namespaced("policy/v1", "PodDisruptionBudget", "poddisruptionbudgets");
/// A webhook that changes what is created.
pub const WEBHOOK: Kind =
    cluster_wide("admissionregistration.k8s.io/v1", "MutatingWebhookConfiguration", "mutatingwebhookconfigurations");

/// A Prometheus, of the Prometheus Operator.
pub const PROMETHEUS: Kind = namespaced("monitoring.coreos.com/v1", "Prometheus", "prometheuses");
/// What a Prometheus asks behind services.
pub const SERVICE_MONITOR: Kind = namespaced("monitoring.coreos.com/v1", "ServiceMonitor", "servicemonitors");
/// What a Prometheus asks of pods.
pub const POD_MONITOR: Kind = namespaced("monitoring.coreos.com/v1", "PodMonitor", "podmonitors");

/// What a Fluent Bit is configured with, of the Fluent Operator.
pub const FLUENT_BIT_CONFIG: Kind =
    cluster_wide("fluentbit.fluent.io/v1alpha2", "ClusterFluentBitConfig", "clusterfluentbitconfigs");
/// How a Fluent Bit reads a text.
pub const FLUENT_BIT_PARSER: Kind = cluster_wide("fluentbit.fluent.io/v1alpha2", "ClusterParser", "clusterparsers");
/// What a Fluent Bit makes of records.
pub const FLUENT_BIT_FILTER: Kind = cluster_wide("fluentbit.fluent.io/v1alpha2", "ClusterFilter", "clusterfilters");

/// Every kind that karctl knows.
pub const KINDS: &[Kind] = &[
    NAMESPACE,
    POD,
    SECRET,
    CONFIG_MAP,
    SERVICE,
    CLAIM,
    SERVICE_ACCOUNT,
    EVENT,
    NODE,
    RESOURCE_QUOTA,
    LIMIT_RANGE,
    ENDPOINT_SLICE,
    STORAGE_CLASS,
    STATEFUL_SET,
    DEPLOYMENT,
    DAEMON_SET,
    JOB,
    CRON_JOB,
    INGRESS,
    INGRESS_CLASS,
    REPLICA_SET,
    AUTOSCALER,
    ROLE,
    ROLE_BINDING,
    CLUSTER_ROLE,
    CLUSTER_ROLE_BINDING,
    NETWORK_POLICY,
    DISRUPTION_BUDGET,
    WEBHOOK,
    PROMETHEUS,
    SERVICE_MONITOR,
    POD_MONITOR,
    FLUENT_BIT_CONFIG,
    FLUENT_BIT_PARSER,
    FLUENT_BIT_FILTER,
];

impl Kind {
    /// The kind of that name and version.
    ///
    /// # Errors
    /// For one that karctl does not know.
    pub fn find(api_version: &str, name: &str) -> Result<Self> {
        let found = KINDS.iter().find(|kind| kind.api_version == api_version && kind.name == name);
        found.copied().ok_or_else(|| Failure::new(format!("karctl knows no kind {name} of {api_version}")).into())
    }

    /// The API group; empty for the core group.
    pub fn group(&self) -> &'static str {
        self.api_version.split_once('/').map_or("", |(group, _)| group)
    }

    /// The path of all its objects, in a namespace or everywhere.
    pub fn path(&self, namespace: Option<&str>) -> String {
        let root = if self.api_version.contains('/') { "apis" } else { "api" };
        match namespace.filter(|_| self.is_namespaced) {
            Some(namespace) => format!("/{root}/{}/namespaces/{namespace}/{}", self.api_version, self.plural),
            None => format!("/{root}/{}/{}", self.api_version, self.plural),
        }
    }
}

/// Which object: its kind, namespace and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Reference {
    /// Such as `apps/v1`.
    pub api_version: String,
    /// Such as `StatefulSet`.
    pub kind: String,
    /// Namespace, where its kind has one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl Reference {
    /// An object of a known kind; the namespace is left out where the kind has none.
    pub fn new(kind: Kind, namespace: &str, name: impl Into<String>) -> Self {
        Self {
            api_version: kind.api_version.to_owned(),
            kind: kind.name.to_owned(),
            namespace: kind.is_namespaced.then(|| namespace.to_owned()),
            name: name.into(),
        }
    }

    /// Its path.
    ///
    /// # Errors
    /// For a kind that karctl does not know.
    pub fn path(&self) -> Result<String> {
        let kind = Kind::find(&self.api_version, &self.kind)?;
        Ok(format!("{}/{}", kind.path(self.namespace.as_deref()), self.name))
    }
}

/// `StatefulSet kar-system/kar-kafka`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}

/// An object, with fields that karctl may know nothing of.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Object(pub Value);

impl Object {
    /// Which one it is.
    pub fn reference(&self) -> Reference {
        let text = |pointer: &str| self.text(pointer).unwrap_or_default().to_owned();
        Reference {
            api_version: text("/apiVersion"),
            kind: text("/kind"),
            namespace: self.text("/metadata/namespace").map(str::to_owned),
            name: text("/metadata/name"),
        }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        self.text("/metadata/name").unwrap_or_default()
    }

    /// Its namespace; empty where it has none.
    pub fn namespace(&self) -> &str {
        self.text("/metadata/namespace").unwrap_or_default()
    }

    /// A field, by JSON pointer.
    pub fn at(&self, pointer: &str) -> Option<&Value> {
        self.0.pointer(pointer)
    }

    /// A text field.
    pub fn text(&self, pointer: &str) -> Option<&str> {
        self.at(pointer)?.as_str()
    }

    /// A number field.
    pub fn number(&self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    /// A list field; empty where there is none.
    pub fn list(&self, pointer: &str) -> &[Value] {
        self.at(pointer).and_then(Value::as_array).map_or(&[], Vec::as_slice)
    }

    /// One of its labels.
    pub fn label(&self, name: &str) -> Option<&str> {
        self.entry("/metadata/labels", name)
    }

    /// One of its annotations.
    pub fn annotation(&self, name: &str) -> Option<&str> {
        self.entry("/metadata/annotations", name)
    }

    /// A text within a mapping; names with slashes need no escape.
    pub fn entry(&self, pointer: &str, name: &str) -> Option<&str> {
        self.at(pointer)?.get(name)?.as_str()
    }

    /// Sets an entry of a mapping below `metadata`, such as `labels`.
    pub fn set_metadata(&mut self, mapping: &str, name: &str, value: impl Into<Value>) {
        let metadata = self.0.as_object_mut().map(|object| object.entry("metadata").or_insert_with(empty));
        if let Some(Value::Object(metadata)) = metadata
            && let Value::Object(entries) = metadata.entry(mapping).or_insert_with(empty)
        {
            entries.insert(name.to_owned(), value.into());
        }
    }

    /// Whether its deletion has begun.
    pub fn is_terminating(&self) -> bool {
        self.at("/metadata/deletionTimestamp").is_some()
    }
}

fn empty() -> Value {
    Value::Object(Map::new())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn paths_are_those_of_the_api() {
        let path = |kind, name: &str| Reference::new(kind, "kar-system", name).path().expect("known");
        assert_eq!(path(SECRET, "a"), "/api/v1/namespaces/kar-system/secrets/a");
        assert_eq!(path(STATEFUL_SET, "b"), "/apis/apps/v1/namespaces/kar-system/statefulsets/b");
        assert_eq!(path(NAMESPACE, "c"), "/api/v1/namespaces/c");
        assert!(path(WEBHOOK, "d").ends_with("/v1/mutatingwebhookconfigurations/d"));
    }

    #[test]
    fn an_object_knows_which_it_is() {
        let mut object =
            Object(json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "s", "namespace": "n"}}));
        assert_eq!(object.reference().to_string(), "Secret n/s");
        object.set_metadata("labels", "app.kubernetes.io/name", "kar");
        assert_eq!(object.label("app.kubernetes.io/name"), Some("kar"));
    }
}
