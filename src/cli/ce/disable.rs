//! `karctl ce disable`.

use clap::Args;

use super::AccountArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::code_engine::disable::{self, DisableOptions, Disabled};

/// Options of `karctl ce disable`.
#[derive(Debug, Args)]
#[command(after_help = "\
Deletes the secrets kar.ibm.com.runtime-config and kar.ibm.com.image-pull of the project, unless applications use them.

Examples:
  karctl ce disable kar
  karctl ce disable --dry-run
  karctl ce disable kar --force")]
pub struct DisableArguments {
    /// Name or id of the project [default: as for --project of other commands]
    #[arg(value_name = "PROJECT", conflicts_with = "project")]
    named: Option<String>,
    /// The same, as other commands take it
    #[arg(long, value_name = "PROJECT")]
    project: Option<String>,
    /// Delete them also where applications use them
    #[arg(long)]
    force: bool,
    /// Say what would be done, and do nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    account: AccountArguments,
}

impl DisableArguments {
    pub(super) async fn run(&self, context: &Context) -> Result<u8> {
        let wanted = self.named.clone().or(self.project.clone());
        let account = self.account.account_of(context, wanted)?;
        let project = account.project().await?;
        let options = DisableOptions { force: self.force, dry_run: self.dry_run, ..DisableOptions::default() };
        let disabled = disable::disable(context, &account, &project, options).await?;
        context.ui.data(&disabled, Disabled::text)?;
        Ok(0)
    }
}
