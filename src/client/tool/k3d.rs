//! k3d: k3s in containers. <https://k3d.io>

use std::path::Path;

use serde_json::Value;

use super::{EngineAddress, Requirement, Tool, Version};
use crate::environment::Environment;
use crate::error::Result;
use crate::redacted::Secret;

/// Label of a node's container with the name of its cluster.
/// <https://github.com/k3d-io/k3d/blob/v5.9.0/pkg/types/types.go>
pub const CLUSTER_LABEL: &str = "k3d.cluster";

/// Label of a node's container with its role: `server`, `agent` or `loadbalancer`.
pub const ROLE_LABEL: &str = "k3d.role";

/// k3d, as it was found.
#[derive(Clone, Debug)]
pub struct K3d {
    tool: Tool,
    version: Version,
}

fn requirement() -> Requirement {
    Requirement { name: "k3d", floor: Version::new(5, 5, 0), site: "https://k3d.io/stable/#installation", go: None }
}

impl K3d {
    /// Finds k3d and asks for its version.
    ///
    /// # Errors
    /// When it is not on PATH, does not answer, or is older than 5.5.
    pub async fn find(environment: &Environment, engine: &EngineAddress) -> Result<Self> {
        let question = ["version", "-o", "json"];
        let (tool, version) = requirement().find(environment, engine, &question, version).await?;
        Ok(Self { tool, version })
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Makes a cluster of a configuration. What k3d says of its progress is told line by line. Where it fails, what it made
    /// is left for the caller to look at. `kubeconfig` is the file that it may take for the user's.
    ///
    /// # Errors
    /// When k3d fails.
    pub async fn create(
        &self,
        name: &str,
        configuration: &str,
        kubeconfig: &Path,
        told: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let arguments = [
            "cluster",
            "create",
            name,
            "--config",
            "-",
            "--kubeconfig-update-default=false",
            "--kubeconfig-switch-context=false",
            "--no-rollback",
        ];
        self.tool.run(&arguments, Some(configuration), &[("KUBECONFIG", kubeconfig)], told).await.map(drop)
    }

    /// The kubeconfig of a cluster.
    ///
    /// # Errors
    /// When there is no such cluster, or its server does not run.
    pub async fn kubeconfig(&self, name: &str) -> Result<Secret> {
        Ok(Secret::new(self.tool.ask(&["kubeconfig", "get", name]).await?))
    }

    /// Starts a cluster that was stopped; it waits for the server.
    ///
    /// # Errors
    /// When k3d fails.
    pub async fn start(&self, name: &str, told: &mut dyn FnMut(&str)) -> Result<()> {
        self.tool.run(&["cluster", "start", name], None, &[], told).await.map(drop)
    }

    /// Stops a cluster and keeps all of it.
    ///
    /// # Errors
    /// When k3d fails.
    pub async fn stop(&self, name: &str) -> Result<()> {
        self.tool.run(&["cluster", "stop", name], None, &[], &mut |_| {}).await.map(drop)
    }

    /// Deletes a cluster; `kubeconfig` is the file that it may take for the user's.
    ///
    /// # Errors
    /// When k3d fails.
    pub async fn delete(&self, name: &str, kubeconfig: &Path) -> Result<()> {
        let arguments = ["cluster", "delete", name];
        self.tool.run(&arguments, None, &[("KUBECONFIG", kubeconfig)], &mut |_| {}).await.map(drop)
    }
}

/// The version that `k3d version -o json` tells. A k3d that somebody built without one calls itself `v5-dev`.
fn version(said: &str) -> Option<Version> {
    let told: Value = serde_json::from_str(said).ok()?;
    match told["k3d"].as_str()? {
        "v5-dev" => Some(Version::new(5, 5, 0)),
        text => Version::parse(text),
    }
}
