//! `karctl ce enable`.

use clap::Args;

use super::ProjectArguments;
use crate::cli::arguments::one_reader_of_stdin;
use crate::cli::managed::KeyArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::enable::{self, EnableOptions, Enabled, PULL_SECRET, RegistryLogin};
use crate::target::kubernetes::registry::password_from_stdin;

/// Options of `karctl ce enable`.
#[derive(Debug, Args)]
#[command(after_help = "\
The secret kar.ibm.com.runtime-config of the project is made to hold the variables that kar reads, from the service keys of that
name for Event Streams and Databases for Redis. Again, it is left alone, or updated where the keys changed.

Examples:
  karctl ce enable kar-key --project kar
  karctl ce enable kar-key --strict --dry-run
  karctl ce enable --credentials keys.json --project kar
  karctl ce enable kar-key --registry-server us.icr.io --registry-user iamapikey --registry-password-stdin < key")]
pub struct EnableArguments {
    /// Name of the service keys of Event Streams and Databases for Redis
    #[arg(value_name = "KEY", required_unless_present = "credentials")]
    key: Option<String>,
    #[command(flatten)]
    keys: KeyArguments,
    #[command(flatten)]
    registry: RegistryArguments,
    /// Fail where Kafka or Redis is in another region than the project
    #[arg(long)]
    strict: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

/// A registry of private images.
#[derive(Debug, Args)]
#[command(next_help_heading = "Private images")]
pub struct RegistryArguments {
    /// Registry of private images, such as us.icr.io
    #[arg(long, value_name = "SERVER", requires_all = ["registry_user", "registry_password_stdin"])]
    registry_server: Option<String>,
    /// User of the registry; iamapikey for an API key of IBM Cloud
    #[arg(long, value_name = "USER", requires = "registry_server")]
    registry_user: Option<String>,
    /// Read the password of the registry from stdin
    #[arg(long, requires = "registry_server")]
    registry_password_stdin: bool,
    /// Name of the secret with this login, for `ce run --registry-secret`
    #[arg(long, value_name = "SECRET", default_value = PULL_SECRET, requires = "registry_server")]
    registry_secret: String,
}

impl RegistryArguments {
    fn login(&self) -> Result<Option<RegistryLogin>> {
        let (Some(server), Some(user)) = (&self.registry_server, &self.registry_user) else { return Ok(None) };
        Ok(Some(RegistryLogin {
            secret: self.registry_secret.clone(),
            server: server.clone(),
            user: user.clone(),
            password: password_from_stdin()?,
        }))
    }
}

impl EnableArguments {
    pub(super) async fn run(&self, context: &Context) -> Result<u8> {
        one_reader_of_stdin(&[
            ("--registry-password-stdin", self.registry.registry_password_stdin),
            ("--api-key-file", self.project.is_on_stdin()),
            ("--credentials", self.keys.is_on_stdin()),
        ])?;
        let registry = self.registry.login()?;
        let options = EnableOptions { registry, strict: self.strict, dry_run: self.dry_run };
        let account = self.project.account(context)?;
        let keys = self.keys.services(context, self.key.as_deref(), || Ok(account.clone()));
        let (project, managed) = tokio::try_join!(account.project(), keys)?;
        let enabled = enable::enable(context, &account, &project, &managed, &options).await?;
        context.ui.data(&enabled, Enabled::text)?;
        Ok(0)
    }
}
