//! Which kind of local cluster a context leads to, by its name and the engine's containers. Nothing is created on those
//! that karctl does not make: Docker Desktop, Rancher Desktop, Colima, minikube, OrbStack.

use schemars::JsonSchema;
use serde::Serialize;

use super::look;
use super::model::{ClusterName, Provider};
use crate::client::kubernetes::choose;
use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::connection::Selection;
use crate::target::local::docker::DockerEngine;

/// What makes clusters on machines like this one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Flavour {
    /// kind.
    Kind,
    /// k3d.
    K3d,
    /// Docker Desktop's own cluster.
    DockerDesktop,
    /// Rancher Desktop's k3s.
    RancherDesktop,
    /// Colima's k3s.
    Colima,
    /// minikube.
    Minikube,
    /// OrbStack's own cluster.
    OrbStack,
}

/// A cluster of this machine that the kubeconfig leads to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LocalCluster {
    /// Who made it.
    pub flavour: Flavour,
    /// Its name, as its maker has it; that of the context where its maker has only one.
    pub name: String,
    /// Its context.
    pub context: String,
    /// Containers of its nodes, where the engine has them; else it is in a virtual machine.
    pub nodes: Vec<String>,
}

impl Flavour {
    /// By the name of a context, as each maker chooses it.
    pub fn of_context(context: &str) -> Option<Self> {
        const NAMES: [(&str, Flavour); 7] = [
            ("kind-", Flavour::Kind),
            ("k3d-", Flavour::K3d),
            ("docker-desktop", Flavour::DockerDesktop),
            ("rancher-desktop", Flavour::RancherDesktop),
            ("colima", Flavour::Colima),
            ("minikube", Flavour::Minikube),
            ("orbstack", Flavour::OrbStack),
        ];
        NAMES.into_iter().find(|(beginning, _)| context.starts_with(beginning)).map(|(_, flavour)| flavour)
    }

    /// The profile whose settings fit.
    pub fn profile(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::K3d => "k3d",
            Self::DockerDesktop | Self::RancherDesktop | Self::Colima | Self::Minikube | Self::OrbStack => {
                "docker-desktop"
            }
        }
    }

    /// Whether its nodes are containers that are told of the registry as `registry:5000`. In a virtual machine that name
    /// leads nowhere; there the engine itself pulls from `localhost`.
    pub fn knows_registry_by_name(self) -> bool {
        matches!(self, Self::Kind | Self::K3d)
    }

    /// As people call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::K3d => "k3d",
            Self::DockerDesktop => "Docker Desktop",
            Self::RancherDesktop => "Rancher Desktop",
            Self::Colima => "Colima",
            Self::Minikube => "minikube",
            Self::OrbStack => "OrbStack",
        }
    }
}

/// The local cluster that a selection leads to; `None` where it leads to another one, or nowhere.
///
/// # Errors
/// When the kubeconfig cannot be read, or the engine that has the nodes does not answer.
pub async fn current(context: &Context, selection: &Selection) -> Result<Option<LocalCluster>> {
    let chosen = choose(&context.environment, selection).await?;
    let Some(flavour) = Flavour::of_context(&chosen.context) else { return Ok(None) };
    let provider = match flavour {
        Flavour::Kind => Some(Provider::Kind),
        Flavour::K3d => Some(Provider::K3d),
        _ => None,
    };
    let own_name = provider.and_then(|provider| chosen.context.strip_prefix(provider.name())?.strip_prefix('-'));
    let name = own_name.unwrap_or(&chosen.context).to_owned();
    let mut nodes = Vec::new();
    if let (Some(provider), Ok(cluster)) = (provider, ClusterName::parse(&name)) {
        let engine = DockerEngine::connect(context, None).await?;
        let look = look::cluster(engine.client(), &cluster, Some(provider));
        let found = engine.within(&context.deadline, look).await?;
        nodes = found.map(|found| found.members().map(|node| node.container.clone()).collect()).unwrap_or_default();
    }
    Ok(Some(LocalCluster { flavour, name, context: chosen.context, nodes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_context_tells_who_made_the_cluster() {
        let cases = [
            ("kind-kar", Some(Flavour::Kind)),
            ("k3d-kar", Some(Flavour::K3d)),
            ("docker-desktop", Some(Flavour::DockerDesktop)),
            ("rancher-desktop", Some(Flavour::RancherDesktop)),
            ("colima-work", Some(Flavour::Colima)),
            ("minikube", Some(Flavour::Minikube)),
            ("orbstack", Some(Flavour::OrbStack)),
            ("production", None),
            ("kindly", None),
        ];
        for (context, flavour) in cases {
            assert_eq!(Flavour::of_context(context), flavour, "{context}");
        }
        assert!(!Flavour::DockerDesktop.knows_registry_by_name());
        assert_eq!(Flavour::Minikube.profile(), "docker-desktop");
    }
}
