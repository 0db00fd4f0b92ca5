//! The sidecar's container.

use serde_json::{Map, Value, json};

use super::{Application, COMMAND, CONFIG_FOLDER, CONTAINER, VOLUME};

/// The sidecar's image where none is given: that of the newest KAR.
pub const KAR_SIDECAR_IMAGE: &str = "quay.io/ibm/kar-sidecar:1.3.10";

/// How the sidecar is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sidecar {
    /// Its image.
    pub image: String,
    /// Where in the pod it stands.
    pub kind: Kind,
    /// The user it runs as, which must not be 0; `None` leaves that to the image and the pod. PodSecurity's `restricted`
    /// wants one where the pod itself does not say `runAsNonRoot`; OpenShift gives one by itself and refuses others.
    pub user: Option<u32>,
    /// What it asks for and may use; `None` leaves that to the namespace.
    pub resources: Option<Resources>,
}

/// Requests and limits, each a name and a quantity.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Resources {
    /// What is kept free for it.
    pub requests: Vec<(String, String)>,
    /// What it must not exceed.
    pub limits: Vec<(String, String)>,
}

/// Where in the pod the sidecar stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// First of the containers, as the original's. A Job with it never ends by itself.
    Container,
    /// First of the init containers, restarted always: it starts before and ends after the application, and a Job with it
    /// ends. Needs Kubernetes 1.29.
    Native,
}

impl Default for Sidecar {
    fn default() -> Self {
        Self { image: KAR_SIDECAR_IMAGE.to_owned(), kind: Kind::Container, user: None, resources: None }
    }
}

impl Sidecar {
    /// The container, for an application.
    pub(super) fn container(&self, application: &Application) -> Value {
        let port = application.runtime_port;
        let start = ["run", "-app", &application.name].map(str::to_owned);
        let arguments: Vec<_> = start.into_iter().chain(application.arguments()).collect();
        let mut container = json!({
            "name": CONTAINER,
            "image": self.image,
            "command": [COMMAND],
            "args": arguments,
            "ports": [{ "name": CONTAINER, "containerPort": port, "protocol": "TCP" }],
            "env": [{ "name": "KAR_POD_IP", "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } }],
            "volumeMounts": [mount()],
            "livenessProbe": { "httpGet": { "path": "kar/v1/system/health", "port": port } },
            "securityContext": self.security(),
        });
        if let Some(resources) = &self.resources {
            container["resources"] = resources.to_value();
        }
        if self.kind == Kind::Native {
            container["restartPolicy"] = "Always".into();
        }
        container
    }

    /// What PodSecurity's `restricted` wants, and the image can do without.
    fn security(&self) -> Value {
        let mut security = json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" },
        });
        if let Some(user) = self.user {
            security["runAsNonRoot"] = true.into();
            security["runAsUser"] = user.into();
        }
        security
    }
}

impl Resources {
    fn to_value(&self) -> Value {
        let map = |pairs: &[(String, String)]| -> Map<String, Value> {
            pairs.iter().map(|(name, quantity)| (name.clone(), Value::from(quantity.as_str()))).collect()
        };
        let mut value = Map::new();
        for (name, pairs) in [("requests", &self.requests), ("limits", &self.limits)] {
            if !pairs.is_empty() {
                value.insert(name.to_owned(), Value::Object(map(pairs)));
            }
        }
        Value::Object(value)
    }
}

/// The configuration, as a container sees it.
pub(super) fn mount() -> Value {
    json!({ "name": VOLUME, "mountPath": CONFIG_FOLDER, "readOnly": true })
}
