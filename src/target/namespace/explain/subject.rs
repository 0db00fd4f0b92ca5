//! The pods that are asked about, as they would be created.

use std::path::Path;

use serde_json::{Value, json};

use crate::client::kubernetes::Cluster;
use crate::client::kubernetes::object::{DAEMON_SET, DEPLOYMENT, Object, POD, REPLICA_SET, Reference, STATEFUL_SET};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::inject::{APP, Template, templates, uninject};
use crate::target::inject;

/// Name of the pod whose creation is rehearsed.
const NAME: &str = "karctl-explain";

/// A pod that is asked about.
pub struct Subject {
    /// How it is called.
    pub title: String,
    /// As it would be created.
    pub pod: Value,
    /// Whether the one that runs is injected, where one does.
    pub is_injected: Option<bool>,
    /// Annotations of injection on the workload instead of its template.
    pub misplaced: Vec<&'static str>,
    /// What is known already.
    pub reasons: Vec<String>,
}

impl Subject {
    /// A pod that has nothing but the annotation, and that the strictest rules for pods let in.
    pub fn any(namespace: &str) -> Self {
        let container = json!({
            "name": "app", "image": "karctl/explain",
            "securityContext": {"allowPrivilegeEscalation": false, "capabilities": {"drop": ["ALL"]}},
            "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}, "limits": {"cpu": "1m", "memory": "1Mi"}},
        });
        let security = json!({"runAsNonRoot": true, "runAsUser": 1000, "seccompProfile": {"type": "RuntimeDefault"}});
        let pod = json!({
            "metadata": {"annotations": {APP: NAME}},
            "spec": {
                "automountServiceAccountToken": false,
                "securityContext": security,
                "containers": [container],
                "volumes": [{"name": "none", "emptyDir": {}}],
            },
        });
        let title = "A pod with nothing but the annotation".to_owned();
        Self { title, pod, is_injected: None, misplaced: Vec::new(), reasons: Vec::new() }.named(namespace)
    }

    /// One that is there, without what was injected into it.
    pub async fn of_pod(cluster: &Cluster, namespace: &str, name: &str) -> Result<Self> {
        let reference = Reference::new(POD, namespace, name);
        let Some(live) = cluster.get(&reference).await.map_err(Failure::from)? else {
            return Err(Failure::new(format!("there is no {reference}"))
                .hint(format!("`kubectl get pods -n {namespace}` lists them"))
                .into());
        };
        let mut pod = json!({"metadata": {}, "spec": live.0["spec"]});
        for member in ["labels", "annotations"] {
            if let Some(value) = live.at(&format!("/metadata/{member}")) {
                pod["metadata"][member] = value.clone();
            }
        }
        let is_injected = Some(super::is_injected_into(&live));
        let mut reasons = Vec::new();
        if let Err(refusal) = uninject(&mut pod) {
            reasons.push(refusal.to_string());
        }
        if let Some(spec) = pod["spec"].as_object_mut() {
            // Where it runs already, what the server works out by itself, and what only a pod that runs may have.
            let own = ["nodeName", "priority", "preemptionPolicy", "ephemeralContainers"];
            own.iter().for_each(|member| drop(spec.remove(*member)));
        }
        let misplaced = match live.annotation(APP) {
            Some(_) => Vec::new(),
            None => misplaced_on_owner(cluster, &live).await?,
        };
        Ok(Self { title: format!("Pod {name}"), pod, is_injected, misplaced, reasons }.named(namespace))
    }

    /// Every pod and pod template of a file.
    pub fn of_file(file: &Path, namespace: &str, context: &Context) -> Result<Vec<Self>> {
        let mut subjects = Vec::new();
        for manifest in inject::read(file, context)? {
            for found in templates(&manifest.document.value) {
                let Template::At { pointer, misplaced } = &found.template else { continue };
                let template = manifest.document.value.pointer(pointer).cloned().unwrap_or_default();
                let mut pod = json!({"metadata": {}, "spec": template["spec"]});
                for member in ["labels", "annotations"] {
                    if let Some(value) = template.pointer(&format!("/metadata/{member}")) {
                        pod["metadata"][member] = value.clone();
                    }
                }
                let title = format!("{}: {} {}", manifest.place, found.kind, found.name);
                let misplaced = misplaced.clone();
                let subject = Self { title, pod, is_injected: None, misplaced, reasons: Vec::new() };
                subjects.push(subject.named(namespace));
            }
        }
        if subjects.is_empty() {
            return Err(Failure::usage(format!("{} holds nothing that makes pods", file.display())).into());
        }
        Ok(subjects)
    }

    /// Has it say what and where it is.
    fn named(mut self, namespace: &str) -> Self {
        self.pod["apiVersion"] = Value::from("v1");
        self.pod["kind"] = Value::from("Pod");
        self.pod["metadata"]["name"] = Value::from(NAME);
        self.pod["metadata"]["namespace"] = Value::from(namespace);
        self
    }
}

/// Annotations of injection on whoever makes a pod anew.
async fn misplaced_on_owner(cluster: &Cluster, pod: &Object) -> Result<Vec<&'static str>> {
    let mut object = pod.clone();
    // A pod's replica set, and its deployment.
    for _ in 0..2 {
        let owner = object.list("/metadata/ownerReferences").iter().find(|owner| owner["controller"] == true).cloned();
        let Some(owner) = owner else { return Ok(Vec::new()) };
        let kinds = [REPLICA_SET, DEPLOYMENT, STATEFUL_SET, DAEMON_SET];
        let Some(kind) = kinds.into_iter().find(|kind| owner["kind"] == kind.name) else { return Ok(Vec::new()) };
        let name = owner["name"].as_str().unwrap_or_default();
        let found = match cluster.get(&Reference::new(kind, pod.namespace(), name)).await {
            Ok(Some(found)) => found,
            Ok(None) => return Ok(Vec::new()),
            // It is a help, not what was asked for.
            Err(error) if error.status() == Some(403) => return Ok(Vec::new()),
            Err(error) => return Err(Failure::from(error).into()),
        };
        for found in templates(&found.0) {
            match found.template {
                Template::At { misplaced, .. } if !misplaced.is_empty() => return Ok(misplaced),
                _ => {}
            }
        }
        object = found;
    }
    Ok(Vec::new())
}
