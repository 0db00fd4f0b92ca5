//! `karctl bundle`: everything that is needed without a network, in one file.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueHint};

use super::arguments::SettingsArguments;
use super::images::RegistryArguments;
use crate::context::Context;
use crate::error::Result;
use crate::target::bundle::{self, Loaded, Order, Saved, Target, Verified};

/// The subcommands of `karctl bundle`.
#[derive(Debug, Subcommand)]
pub enum BundleCommand {
    /// Write images, settings, manifests and the native engine's parts into one file
    Save(SaveArguments),
    /// Bring what is in a bundle into an engine, a registry or a cluster
    Load(LoadArguments),
    /// Check that a bundle is whole
    Verify(VerifyArguments),
}

/// Options of `karctl bundle save`.
#[derive(Debug, Args)]
#[command(after_help = "\
The images are those of `karctl images list`, for the processor of the engine; what it lacks is pulled. The native engine's
parts are in it where karctl has fetched them. No password is in it.

Examples:
  karctl bundle save kar.tar
  karctl bundle save kar.tar --profile ha --image localhost:5000/kar/hello:1
  karctl bundle save hello.tar --only-these --image localhost:5000/kar/hello:1")]
pub struct SaveArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// One more image, such as that of an application; may be repeated
    #[arg(long = "image", value_name = "IMAGE")]
    images: Vec<String>,
    /// Only the images that are named with --image
    #[arg(long, requires = "images")]
    only_these: bool,
    /// Say what would be in it, and write and pull nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl bundle load`.
#[derive(Debug, Args)]
#[command(after_help = "\
Everything is checked before anything is written. The native engine's parts go into karctl's cache.

Examples:
  karctl bundle load kar.tar                           into the engine; then `karctl local up --pull never`
  karctl bundle load kar.tar --to registry.example.com/kar
  karctl bundle load kar.tar --cluster kar             into the nodes of a kind or k3d cluster")]
pub struct LoadArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
    /// A registry, instead of the engine
    #[arg(long, value_name = "REGISTRY", value_hint = ValueHint::Hostname)]
    to: Option<String>,
    /// Name of a kind or k3d cluster, instead of the engine
    #[arg(long, value_name = "NAME", conflicts_with = "to")]
    cluster: Option<String>,
    #[command(flatten)]
    registry: RegistryArguments,
    /// Say what would be loaded, and load nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl bundle verify`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl bundle verify kar.tar")]
pub struct VerifyArguments {
    /// The file
    #[arg(value_name = "FILE", value_hint = ValueHint::FilePath)]
    file: PathBuf,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: BundleCommand, context: &Context) -> Result<u8> {
    match command {
        BundleCommand::Save(arguments) => {
            let SaveArguments { file, images, only_these, dry_run, settings } = arguments;
            let loaded = settings.load(context, Vec::new())?;
            let order = Order { file, settings: &loaded.settings, images, only_these, dry_run };
            context.ui.data(&bundle::save(context, &order).await?, Saved::text)?;
        }
        BundleCommand::Load(arguments) => {
            let LoadArguments { file, to, cluster, registry, dry_run } = arguments;
            let target = match (to, cluster) {
                (Some(to), _) => Target::Registry(to, registry.manner()?),
                (None, Some(name)) => Target::Cluster(name),
                (None, None) => Target::Engine,
            };
            context.ui.data(&bundle::load(context, &file, &target, dry_run).await?, Loaded::text)?;
        }
        BundleCommand::Verify(arguments) => {
            context.ui.data(&bundle::verify(context, &arguments.file).await?, Verified::text)?;
        }
    }
    Ok(0)
}
