//! What a local cluster is called and who makes it. Pure.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::error::{Failure, Result};

/// Name of a cluster where no other is given.
pub const DEFAULT_NAME: &str = "kar";

/// k3d's limit, so that its containers have valid host names.
/// <https://github.com/k3d-io/k3d/blob/v5.9.0/pkg/types/types.go>
const LONGEST_NAME: usize = 32;

/// Who makes clusters on this machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Provider {
    /// kind: kubeadm's Kubernetes in containers.
    Kind,
    /// k3d: k3s in containers.
    K3d,
}

impl Provider {
    /// As it is written on the command line; also the name of its profile.
    pub fn name(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::K3d => "k3d",
        }
    }

    /// The context that it gives a cluster; also the cluster's name in the kubeconfig.
    pub fn context(self, name: &ClusterName) -> String {
        format!("{}-{name}", self.name())
    }

    /// The user that it gives a cluster in the kubeconfig.
    pub fn user(self, name: &ClusterName) -> String {
        match self {
            Self::Kind => self.context(name),
            Self::K3d => format!("admin@{}", self.context(name)),
        }
    }

    /// The network of a cluster's nodes. kind has one for all its clusters.
    pub fn network(self, name: &ClusterName) -> String {
        match self {
            Self::Kind => "kind".to_owned(),
            Self::K3d => format!("k3d-{name}"),
        }
    }
}

/// Which ingress controller a cluster has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Ingress {
    /// None.
    #[default]
    None,
    /// Traefik: k3s' own, or the one that karctl puts on kind.
    Traefik,
}

impl Ingress {
    /// As it is written on the command line.
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Traefik => "traefik",
        }
    }
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Name of a cluster, fit for both providers.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
pub struct ClusterName(String);

impl ClusterName {
    /// Checks a name.
    ///
    /// # Errors
    /// A usage failure unless it is of lower-case letters, digits and `-`, begins and ends with a letter or digit, and has at
    /// most 32 of them.
    pub fn parse(name: &str) -> Result<Self> {
        let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
        let is_valid = name.chars().all(|c| is_word(c) || c == '-')
            && name.starts_with(is_word)
            && name.ends_with(is_word)
            && name.len() <= LONGEST_NAME;
        if is_valid {
            return Ok(Self(name.to_owned()));
        }
        Err(Failure::usage(format!("`{name}` cannot be the name of a cluster"))
            .hint(format!("use lower-case letters, digits and -, at most {LONGEST_NAME}"))
            .into())
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// ` --name x`, to follow a command that is told to somebody; empty for the default.
    pub fn flag(&self) -> String {
        if self.0 == DEFAULT_NAME { String::new() } else { format!(" --name {}", self.0) }
    }
}

impl fmt::Display for ClusterName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_that_one_provider_refuses_are_refused() {
        for name in ["kar", "a", "team-1", "0"] {
            assert_eq!(ClusterName::parse(name).expect("valid").as_str(), name);
        }
        for name in ["", "-a", "a-", "A", "a.b", "a_b", "a b", &"a".repeat(33)] {
            assert!(ClusterName::parse(name).is_err(), "{name}");
        }
    }
}
