//! kind: Kubernetes in containers. <https://kind.sigs.k8s.io>

use std::path::Path;

use super::{EngineAddress, Requirement, Tool, Version};
use crate::environment::Environment;
use crate::error::Result;
use crate::redacted::Secret;

/// Label of a node's container with the name of its cluster.
/// <https://github.com/kubernetes-sigs/kind/blob/v0.32.0/pkg/cluster/internal/providers/docker/constants.go>
pub const CLUSTER_LABEL: &str = "io.x-k8s.kind.cluster";

/// Label of a node's container with its role: `control-plane`, `worker` or `external-load-balancer`.
pub const ROLE_LABEL: &str = "io.x-k8s.kind.role";

/// How long kind itself waits for the control plane. It exits with success also when that was in vain.
const WAIT: &str = "5m";

/// kind, as it was found.
#[derive(Clone, Debug)]
pub struct Kind {
    tool: Tool,
    version: Version,
}

fn requirement() -> Requirement {
    Requirement {
        name: "kind",
        floor: Version::new(0, 27, 0),
        site: "https://kind.sigs.k8s.io/docs/user/quick-start/#installation",
        go: Some("sigs.k8s.io/kind@v0.32.0"),
    }
}

impl Kind {
    /// Finds kind and asks for its version.
    ///
    /// # Errors
    /// When it is not on PATH, does not answer, or is older than 0.27.
    pub async fn find(environment: &Environment, engine: &EngineAddress) -> Result<Self> {
        let (tool, version) = requirement().find(environment, engine, &["version", "-q"], Version::parse).await?;
        Ok(Self { tool, version })
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// Makes a cluster of a configuration; its kubeconfig goes into a file of its own. What kind says of its progress is told
    /// line by line. Where it fails, what it made is left for the caller to look at.
    ///
    /// # Errors
    /// When kind fails.
    pub async fn create(
        &self,
        name: &str,
        configuration: &str,
        kubeconfig: &Path,
        told: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let file = kubeconfig.display().to_string();
        let arguments =
            ["create", "cluster", "--name", name, "--config", "-", "--wait", WAIT, "--kubeconfig", &file, "--retain"];
        self.tool.run(&arguments, Some(configuration), &[], told).await.map(drop)
    }

    /// The kubeconfig of a cluster.
    ///
    /// # Errors
    /// When there is no such cluster, or its control plane does not run.
    pub async fn kubeconfig(&self, name: &str) -> Result<Secret> {
        Ok(Secret::new(self.tool.ask(&["get", "kubeconfig", "--name", name]).await?))
    }

    /// Deletes a cluster; one that does not exist is fine. The kubeconfig is the one that `create` was given.
    ///
    /// # Errors
    /// When kind fails.
    pub async fn delete(&self, name: &str, kubeconfig: &Path) -> Result<()> {
        let file = kubeconfig.display().to_string();
        let arguments = ["delete", "cluster", "--name", name, "--kubeconfig", &file];
        self.tool.run(&arguments, None, &[], &mut |_| {}).await.map(drop)
    }
}
