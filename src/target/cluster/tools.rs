//! kind or k3d, whichever it is, told of the engine that karctl itself talks to.

use std::path::{Path, PathBuf};

use super::model::{ClusterName, Provider};
use super::record;
use crate::client::docker::{Address, Docker};
use crate::client::tool::k3d::K3d;
use crate::client::tool::kind::Kind;
use crate::client::tool::{EngineAddress, Version};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::redacted::Secret;

/// The tool of a provider.
pub enum AnyTool {
    /// kind.
    Kind(Kind),
    /// k3d.
    K3d(K3d),
}

impl AnyTool {
    /// Finds the tool and checks its version.
    ///
    /// # Errors
    /// When it is missing, too old, or does not answer.
    pub async fn find(context: &Context, docker: &Docker, provider: Provider) -> Result<Self> {
        let engine = engine_address(docker).await?;
        let environment = &context.environment;
        if provider == Provider::Kind {
            require_command_line(context, &engine)?;
        }
        Ok(match provider {
            Provider::Kind => Self::Kind(Kind::find(environment, &engine).await?),
            Provider::K3d => Self::K3d(K3d::find(environment, &engine).await?),
        })
    }

    /// Its version.
    pub fn version(&self) -> &Version {
        match self {
            Self::Kind(kind) => kind.version(),
            Self::K3d(k3d) => k3d.version(),
        }
    }

    /// Makes a cluster.
    ///
    /// # Errors
    /// When the tool fails; what it made is left.
    pub async fn create(
        &self,
        context: &Context,
        name: &ClusterName,
        configuration: &str,
        told: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let kubeconfig = record::scratch_kubeconfig(context, name)?;
        let made = match self {
            Self::Kind(kind) => kind.create(name.as_str(), configuration, &kubeconfig, told).await,
            Self::K3d(k3d) => k3d.create(name.as_str(), configuration, &kubeconfig, told).await,
        };
        remove_scratch(&kubeconfig);
        made
    }

    /// A cluster's kubeconfig.
    ///
    /// # Errors
    /// When its control plane does not run.
    pub async fn kubeconfig(&self, name: &ClusterName) -> Result<Secret> {
        match self {
            Self::Kind(kind) => kind.kubeconfig(name.as_str()).await,
            Self::K3d(k3d) => k3d.kubeconfig(name.as_str()).await,
        }
    }

    /// Deletes a cluster; the user's kubeconfig is left to karctl.
    ///
    /// # Errors
    /// When the tool fails.
    pub async fn delete(&self, context: &Context, name: &ClusterName) -> Result<()> {
        let kubeconfig = record::scratch_kubeconfig(context, name)?;
        let deleting = async {
            match self {
                Self::Kind(kind) => kind.delete(name.as_str(), &kubeconfig).await,
                Self::K3d(k3d) => k3d.delete(name.as_str(), &kubeconfig).await,
            }
        };
        let deleted = in_time(context, &format!("`{name}` to be deleted"), deleting).await;
        remove_scratch(&kubeconfig);
        deleted
    }
}

/// A tool's work, ended where the time is over: an engine that hangs has it hang too.
///
/// # Errors
/// As the work, or when the time is over.
pub async fn in_time<T>(context: &Context, awaited: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    let deadline = context.deadline.restarted();
    match tokio::time::timeout(deadline.left(), work).await {
        Ok(done) => done,
        Err(_) => {
            let failure = deadline.passed(awaited, "its tool was still at work");
            Err(failure.hint("run the same command again; it goes on where it stopped").into())
        }
    }
}

/// It holds a key; a file that is not there is as good.
fn remove_scratch(kubeconfig: &Path) {
    std::fs::remove_file(kubeconfig).ok();
}

/// kind runs the command line of the engine.
fn require_command_line(context: &Context, engine: &EngineAddress) -> Result<()> {
    let program = if engine.is_podman { "podman" } else { "docker" };
    if context.environment.program(program).is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("`{program}` is not on PATH, and kind runs it"))
        .hint(format!("install the command line of {program}, or use --provider k3d, which needs none"))
        .code(crate::code::Code::ToolMissing)
        .into())
}

async fn engine_address(docker: &Docker) -> Result<EngineAddress> {
    let is_podman = docker.version().await?.starts_with("Podman");
    let address = &docker.endpoint().address;
    let certificates = match address {
        Address::Tcp { tls: Some(tls), .. } => tls.ca.parent().map(Path::to_owned),
        _ => None,
    };
    Ok(EngineAddress { host: address.to_string(), certificates, is_podman })
}

/// Which tools are on PATH, kind first.
pub fn on_path(context: &Context) -> Vec<Provider> {
    let both = [Provider::Kind, Provider::K3d];
    both.into_iter().filter(|provider| program(context, *provider).is_some()).collect()
}

fn program(context: &Context, provider: Provider) -> Option<PathBuf> {
    context.environment.program(provider.name())
}
