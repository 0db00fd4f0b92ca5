//! `karctl k8s rbac`: the least rights that karctl's commands need, for whoever may grant them. Pure.

use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::error::Result;
use crate::render::{self, context};

/// For whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Who deploys the runtime.
    Deployer,
    /// Who enables namespaces.
    Enabler,
    /// Who enables namespaces and gives teams rights, quotas and limits there.
    TeamEnabler,
    /// A team, in the namespace of its applications.
    Application,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Deployer => "deployer",
            Self::Enabler => "enabler",
            Self::TeamEnabler => "team-enabler",
            Self::Application => "application",
        }
    }
}

/// Who is given the role.
#[derive(Clone, Debug, Serialize)]
struct Subject {
    kind: &'static str,
    name: String,
    binding: String,
}

/// The role, and a binding for every user and group, as YAML.
///
/// # Errors
/// When the template does not render, which is a defect of karctl.
pub fn rights(role: Role, namespace: &str, users: &[String], groups: &[String]) -> Result<String> {
    let subject = |kind: &'static str, name: &String| {
        let binding = format!("karctl-{}-{}-{}", role.name(), kind.to_ascii_lowercase(), word(name));
        Subject { kind, name: name.clone(), binding }
    };
    let users = users.iter().map(|name| subject("User", name));
    let subjects: Vec<_> = users.chain(groups.iter().map(|name| subject("Group", name))).collect();
    render::KUBERNETES_RIGHTS.render(context! { role => role, namespace => namespace, subjects => subjects })
}

/// A name as part of an object's name; one that has other signs than those allowed there gets a hash, so that two never
/// become one.
fn word(name: &str) -> String {
    let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
    let letters: String = letters.collect();
    let letters = letters.trim_matches('-');
    if letters == name {
        return letters.to_owned();
    }
    let hash = format!("{:x}", Sha256::digest(name));
    format!("{letters}-{}", &hash[..8]).trim_start_matches('-').to_owned()
}
