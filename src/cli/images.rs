//! `karctl images`: container images.

use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum, ValueHint};

use crate::context::Context;
use crate::error::Result;
use crate::target::image::{self, Built, Order};

/// The subcommands of `karctl images`.
#[derive(Debug, Subcommand)]
pub enum ImagesCommand {
    /// Make an image, without a container engine
    Build(BuildArguments),
}

/// Options of `karctl images build`.
#[derive(Debug, Args)]
#[command(after_help = "\
The image holds one program and nothing else, so the program has to be static. The same program makes the same archive.

Examples:
  RUSTFLAGS=\"-C target-feature=+crt-static\" cargo build --release --locked --target x86_64-unknown-linux-gnu
  karctl images build injector --archive . --binary target/x86_64-unknown-linux-gnu/release/karctl
  docker load -i karctl-injector-*.tar          or: kind load image-archive, ctr -n k8s.io images import")]
pub struct BuildArguments {
    /// Which image
    #[arg(value_name = "IMAGE", value_enum)]
    image: ImageArgument,
    /// The archive to write, or a folder for it
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath)]
    archive: PathBuf,
    /// The static karctl to put into it [default: this one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    binary: Option<PathBuf>,
    /// Name and tag of the image
    #[arg(long, value_name = "NAME:TAG", default_value = image::INJECTOR)]
    name: String,
}

/// The images that karctl makes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ImageArgument {
    /// The admission webhook, `karctl injector serve`
    Injector,
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub fn run(command: ImagesCommand, context: &Context) -> Result<u8> {
    let ImagesCommand::Build(arguments) = command;
    let order = Order { output: arguments.archive, binary: arguments.binary, name: arguments.name };
    let built = match arguments.image {
        ImageArgument::Injector => image::build_injector(&order, context)?,
    };
    context.ui.data(&built, Built::text)?;
    Ok(0)
}
