//! `karctl status`: everything that karctl knows of, on one screen.

use std::time::Duration;

use clap::Args;

use super::arguments::SettingsArguments;
use crate::context::Context;
use crate::error::{Result, Status};
use crate::target::overview::{Overview, overview, text};

/// Between two looks of `--watch`.
const INTERVAL: Duration = Duration::from_secs(2);

/// Options of `karctl status`.
#[derive(Debug, Args)]
#[command(after_help = "\
Known are the instances of this machine, the clusters that karctl changed, those that kind and k3d have made, and the project
of Code Engine that was chosen. Each has --timeout (5 s) to answer, side by side. What was stopped is no trouble.

Exit status: 0 when nothing is unhealthy, else 1. With --watch 0 at Ctrl-C.

Examples:
  karctl status
  karctl status --watch                  drawn anew every 2 s
  karctl status --watch -o json          a document a line, whenever something changed
  karctl status --timeout 2s -o json")]
pub struct StatusArguments {
    /// Go on until Ctrl-C: drawn anew on a terminal, else printed whenever something changed
    #[arg(short, long)]
    watch: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl StatusArguments {
    /// Runs it.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(&self, context: &Context) -> Result<u8> {
        let namespace = self.settings.load(context, Vec::new())?.settings.kubernetes.namespace;
        if !self.watch {
            let overview = overview(context, &namespace).await?;
            context.ui.data(&overview, text)?;
            return Ok(if overview.healthy { 0 } else { Status::Failed as u8 });
        }
        tokio::select! {
            ended = watch(context, &namespace) => ended.map(|()| 0),
            _ = tokio::signal::ctrl_c() => Ok(0),
        }
    }

    /// Whether Ctrl-C is how it ends.
    pub fn is_endless(&self) -> bool {
        self.watch
    }
}

/// Returns when nobody reads any more.
async fn watch(context: &Context, namespace: &str) -> Result<()> {
    let mut shown: Option<Overview> = None;
    loop {
        let round = Context { deadline: context.deadline.restarted(), ..context.clone() };
        let seen = overview(&round, namespace).await?;
        if shown.as_ref() != Some(&seen) {
            if !context.ui.redraw(&seen, text)? {
                return Ok(());
            }
            shown = Some(seen);
        }
        tokio::time::sleep(INTERVAL).await;
    }
}
