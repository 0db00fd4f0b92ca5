//! `karctl k8s rbac`.

use clap::{Args, ValueEnum};

use crate::context::Context;
use crate::error::Result;
use crate::target::kubernetes::rights::{Role, rights};

/// Options of `karctl k8s rbac`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl k8s rbac | kubectl apply -f -
  karctl k8s rbac enabler --group platform
  karctl k8s rbac application -n team-a --user ada")]
pub struct RbacArguments {
    /// For whom
    #[arg(value_enum, default_value = "deployer")]
    role: RoleArgument,
    /// Namespace of the applications
    #[arg(short, long, default_value = "default", value_name = "NAMESPACE")]
    namespace: String,
    /// Bind it to this user; may be repeated
    #[arg(long, value_name = "USER")]
    user: Vec<String>,
    /// Bind it to this group; may be repeated
    #[arg(long, value_name = "GROUP")]
    group: Vec<String>,
}

/// For whom.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum RoleArgument {
    /// Who deploys the runtime
    Deployer,
    /// Who enables namespaces
    Enabler,
    /// Who enables namespaces and gives teams rights, quotas and limits there
    TeamEnabler,
    /// A team, in the namespace of its applications
    Application,
}

impl RbacArguments {
    /// Prints the role.
    ///
    /// # Errors
    /// When stdout cannot be written.
    pub fn run(&self, context: &Context) -> Result<u8> {
        let role = match self.role {
            RoleArgument::Deployer => Role::Deployer,
            RoleArgument::Enabler => Role::Enabler,
            RoleArgument::TeamEnabler => Role::TeamEnabler,
            RoleArgument::Application => Role::Application,
        };
        context.ui.raw(&rights(role, &self.namespace, &self.user, &self.group)?)?;
        Ok(0)
    }
}
