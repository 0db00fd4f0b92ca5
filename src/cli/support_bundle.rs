//! `karctl support-bundle`: what somebody needs who is to help, in one file.

use std::path::PathBuf;

use clap::{Args, ValueHint};

use super::arguments::SettingsArguments;
use super::k8s::ClusterArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::support_bundle::{FILE, Order, SupportBundle, support_bundle};

/// Options of `karctl support-bundle`.
#[derive(Debug, Args)]
#[command(after_help = "\
In it are versions, settings and where each comes from, what `karctl status` and `karctl check` say, the logs of this machine's
instances, and of the cluster objects, events and logs of the runtime's namespace: that of --context, else of the current one
where karctl deployed to it. Nothing is sent anywhere.

Every password, key and token that karctl can know is taken out by its value, others by their names and looks; Secrets are not
in it. Then it is looked through again: a file in which anything is found is left out and named. Look at it all the same before
you give it away.

Examples:
  karctl support-bundle --dry-run              what would be in it
  karctl support-bundle                        lists it and asks
  karctl support-bundle -y --out /tmp/kar.tar.gz --context production")]
pub struct SupportBundleArguments {
    /// The file, for its owner only
    #[arg(long, value_name = "FILE", default_value = FILE, value_hint = ValueHint::FilePath)]
    out: PathBuf,
    /// List what would be in it, and write nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    cluster: ClusterArguments,
    #[command(flatten)]
    settings: SettingsArguments,
}

impl SupportBundleArguments {
    /// Runs it.
    ///
    /// # Errors
    /// Whatever the target reports.
    pub async fn run(self, context: &Context) -> Result<u8> {
        let loaded = self.settings.load(context, Vec::new())?;
        let order = Order {
            file: self.out,
            loaded: &loaded,
            is_cluster_given: self.cluster.is_given(),
            selection: self.cluster.selection(),
            dry_run: self.dry_run,
        };
        context.ui.data(&support_bundle(context, &order).await?, SupportBundle::text)?;
        Ok(0)
    }
}
