//! A namespace whose secrets nobody may change, as the API server has it.

use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::kubernetes::Cluster;

/// Time for the server to learn of a policy.
const PATIENCE: Duration = Duration::from_secs(60);

const POLICY: &str = "karctl-test-frozen";

/// Secrets of a namespace are frozen until this is dropped.
pub struct Frozen<'a> {
    cluster: &'a Cluster,
    /// What is asked, and not done, to learn whether they are.
    label: Vec<String>,
}

impl<'a> Frozen<'a> {
    /// Freezes the secrets of a namespace that has this one.
    #[track_caller]
    pub fn secrets(cluster: &'a Cluster, namespace: &str, secret: &str) -> Self {
        let rule =
            json!({"apiGroups": [""], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["secrets"]});
        let place = json!({"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": namespace}}});
        let policy = |kind: &str, spec: serde_json::Value| {
            let version = "admissionregistration.k8s.io/v1";
            cluster.apply(
                &json!({"apiVersion": version, "kind": kind, "metadata": {"name": POLICY}, "spec": spec}).to_string(),
            );
        };
        let refusal = json!([{"expression": "false", "message": "secrets are frozen"}]);
        policy(
            "ValidatingAdmissionPolicy",
            json!({"matchConstraints": {"resourceRules": [rule]}, "validations": refusal}),
        );
        let binding = json!({"policyName": POLICY, "validationActions": ["Deny"], "matchResources": place});
        policy("ValidatingAdmissionPolicyBinding", binding);
        let line = format!("label secret {secret} karctl-test=frozen --dry-run=server --namespace {namespace}");
        let frozen = Self { cluster, label: line.split(' ').map(str::to_owned).collect() };
        assert!(frozen.comes_to(true), "secrets of {namespace} can still be changed");
        frozen
    }

    /// Lets them be changed again, and waits until they can.
    pub fn thaw(self) {}

    fn comes_to(&self, is_frozen: bool) -> bool {
        let began = Instant::now();
        while (self.cluster.kubectl(&self.label).output().status != Some(0)) != is_frozen {
            if began.elapsed() > PATIENCE {
                return false;
            }
            thread::sleep(Duration::from_millis(100));
        }
        true
    }
}

impl Drop for Frozen<'_> {
    fn drop(&mut self) {
        for kind in ["validatingadmissionpolicybinding", "validatingadmissionpolicy"] {
            self.cluster.kubectl(["delete", kind, POLICY, "--ignore-not-found"]).output();
        }
        assert!(self.comes_to(false) || thread::panicking(), "secrets stay frozen");
    }
}
