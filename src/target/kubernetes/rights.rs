//! `karctl k8s rbac`: the least rights that karctl's commands need, for whoever may grant them. Pure.

use serde::Serialize;

use crate::error::Result;
use crate::render::{self, context};

/// For whom.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Who deploys the runtime.
    Deployer,
    /// Who enables namespaces.
    Enabler,
    /// A team, in the namespace of its applications.
    Application,
}

impl Role {
    fn name(self) -> &'static str {
        match self {
            Self::Deployer => "deployer",
            Self::Enabler => "enabler",
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
        let letters = name.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' });
        let binding = format!("karctl-{}-{}", role.name(), letters.collect::<String>().trim_matches('-'));
        Subject { kind, name: name.clone(), binding }
    };
    let users = users.iter().map(|name| subject("User", name));
    let subjects: Vec<_> = users.chain(groups.iter().map(|name| subject("Group", name))).collect();
    render::KUBERNETES_RIGHTS.render(context! { role => role, namespace => namespace, subjects => subjects })
}
