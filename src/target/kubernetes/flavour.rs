//! What made a cluster on a machine like this one, as the name of its context tells. Pure.

use schemars::JsonSchema;
use serde::Serialize;

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
