//! `karctl ce login`.

use clap::Args;

use super::ProjectArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::target::code_engine::login::{Login, Proof, login};

/// Options of `karctl ce login`.
#[derive(Debug, Args)]
#[command(after_help = "\
karctl keeps no login of its own, and asks for none: it takes the first of --api-key-file, IBMCLOUD_API_KEY, IC_API_KEY (a key,
or @FILE), and the login of the `ibmcloud` command, as long as that lasts. With --check, exit 1 where something is wrong.

Examples:
  karctl ce login                           what would be used; nothing is sent
  karctl ce login --check                   IBM Cloud is asked, too
  karctl ce login --check --api-key-file key.json -o json")]
pub struct LoginArguments {
    /// Ask IBM Cloud whether it accepts the login, and look at the project
    #[arg(long)]
    check: bool,
    #[command(flatten)]
    project: ProjectArguments,
}

impl LoginArguments {
    pub(super) async fn run(&self, context: &Context) -> Result<u8> {
        let account = self.project.account(context)?;
        let shown = login(&account, if self.check { Proof::Asked } else { Proof::None }).await?;
        context.ui.data(&shown, Login::text)?;
        Ok(if shown.problems.is_empty() { 0 } else { Status::Failed as u8 })
    }
}
