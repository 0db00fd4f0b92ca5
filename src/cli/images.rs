//! `karctl images`: container images.

use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::{ArgGroup, Args, Subcommand, ValueEnum, ValueHint};

use super::arguments::SettingsArguments;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::target::images::build::checkout::{self, BuiltCheckout};
use crate::target::images::build::injector::{self, Built};
use crate::target::images::build::recipes::{self, Kind};
use crate::target::images::list::{self, Images};
use crate::target::images::load::{self, Loaded};
use crate::target::images::mirror;
use crate::target::images::push::{self, PushOptions, Pushes};
use crate::target::images::registry::Manner;
use crate::target::kubernetes::registry::password_from_stdin;

/// The subcommands of `karctl images`.
#[derive(Debug, Subcommand)]
pub enum ImagesCommand {
    /// Make the injector's image without an engine, or have the engine build those of a checkout of KAR
    Build(Box<BuildArguments>),
    /// List the images that karctl runs
    List(ListArguments),
    /// Bring images into the nodes of a kind or k3d cluster
    Load(LoadArguments),
    /// Copy an image from one registry into another, without an engine
    Mirror(MirrorArguments),
    /// Bring images into a registry
    Push(PushArguments),
}

/// Options of `karctl images build`.
#[derive(Debug, Args)]
#[command(after_help = "\
The injector's image holds one program and nothing else, so the program has to be static. The same program makes the same
archive, and no engine is needed.

Images of a checkout of KAR (--src) are built by the engine, with those that they are built on first: what the original's
`make docker` did. What has not changed is not built again.

Examples:
  RUSTFLAGS=\"-C target-feature=+crt-static\" cargo build --release --locked --target x86_64-unknown-linux-gnu
  karctl images build injector --archive . --binary target/x86_64-unknown-linux-gnu/release/karctl
  karctl images build injector --push --binary target/x86_64-unknown-linux-gnu/release/karctl
  docker load -i karctl-injector-*.tar          or: kind load image-archive, ctr -n k8s.io images import
  karctl images build --src kar --kind sidecar,js --push
  karctl images build --src kar --kind all --to quay.io/me --tag 1.3.10 --dry-run")]
#[command(group = ArgGroup::new("what").args(["image", "src"]).required(true))]
pub struct BuildArguments {
    /// An image that karctl makes
    #[arg(value_name = "IMAGE", value_enum)]
    image: Option<ImageArgument>,
    /// Bring the images into the registry
    #[arg(long)]
    push: bool,
    /// The registry, and folder in it [default: localhost:5000, with --src localhost:5000/kar]
    #[arg(long, value_name = "REGISTRY", value_hint = ValueHint::Hostname)]
    to: Option<String>,
    #[command(flatten)]
    registry: RegistryArguments,
    /// Say what would be built, and build nothing
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    injector: InjectorArguments,
    #[command(flatten)]
    checkout: CheckoutArguments,
}

/// The injector's image.
#[derive(Debug, Args)]
#[command(next_help_heading = "Injector")]
struct InjectorArguments {
    /// The archive to write, or a folder for it [needed without --push]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::AnyPath, conflicts_with = "src")]
    archive: Option<PathBuf>,
    /// The static karctl to put into it [default: this one]
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath, conflicts_with = "src")]
    binary: Option<PathBuf>,
    /// Name and tag of the image
    #[arg(long, value_name = "NAME:TAG", default_value = injector::INJECTOR, conflicts_with = "src")]
    name: String,
}

/// Images of a checkout.
#[derive(Debug, Args)]
#[command(next_help_heading = "Images of a checkout of KAR")]
struct CheckoutArguments {
    /// Folder of the checkout
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath, requires = "kind")]
    src: Option<PathBuf>,
    /// Which of its images; may be repeated
    #[arg(long, value_name = "KIND", value_delimiter = ',', requires = "src", value_parser = kinds())]
    kind: Vec<Kind>,
    /// Tag of the images
    #[arg(long, default_value = "latest", requires = "src")]
    tag: String,
    /// The version that `kar` says it is
    #[arg(long, value_name = "VERSION", default_value = "unofficial", requires = "src")]
    kar_version: String,
}

/// The kinds of a checkout's images.
fn kinds() -> impl TypedValueParser<Value = Kind> {
    let values = recipes::KINDS.map(|kind| PossibleValue::new(kind.name).help(kind.summary));
    PossibleValuesParser::new(values).try_map(|name| Kind::find(&name).map_err(|error| error.to_string()))
}

/// The images that karctl makes.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ImageArgument {
    /// The admission webhook, `karctl injector serve`
    Injector,
}

/// Options of `karctl images push`.
#[derive(Debug, Args)]
#[command(after_help = "\
Logins are those of `docker login`, credential helpers included. What the registry has is not sent again; what was cut goes
on with the same command. Layers go compressed, but for a registry on this machine.

Examples:
  karctl images push localhost:5000/kar/hello:1            under the name that it has in the engine
  karctl images push kar/hello:1 --to localhost:5000       under that name in a registry
  karctl images push --file hello.tar --to localhost:5000  what `docker save` wrote, without an engine")]
pub struct PushArguments {
    /// The images, as the engine or the archive calls them [default with --file: all of the archive]
    #[arg(value_name = "IMAGE", required_unless_present = "file")]
    images: Vec<String>,
    /// Another registry than that of the name, and what is before the name in it
    #[arg(long, value_name = "REGISTRY", value_hint = ValueHint::Hostname)]
    to: Option<String>,
    /// An archive or OCI layout that has the images, instead of the engine
    #[arg(long, value_name = "ARCHIVE", value_hint = ValueHint::AnyPath)]
    file: Option<PathBuf>,
    #[command(flatten)]
    registry: RegistryArguments,
    /// Say what would be pushed, and push nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl images list`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl images list
  karctl images list --profile ha -o json")]
pub struct ListArguments {
    #[command(flatten)]
    settings: SettingsArguments,
}

/// Options of `karctl images load`.
#[derive(Debug, Args)]
#[command(after_help = "\
A node that has the image is left alone. Neither kind nor k3d is needed.

Examples:
  karctl images load kar/hello:1
  karctl images load --file hello.tar --cluster kar")]
pub struct LoadArguments {
    /// The images, as the engine or the archive calls them [default with --file: all of the archive]
    #[arg(value_name = "IMAGE", required_unless_present = "file")]
    images: Vec<String>,
    /// Name of the cluster [default: the only one]
    #[arg(long, value_name = "NAME")]
    cluster: Option<String>,
    /// An archive that has the images, instead of the engine
    #[arg(long, value_name = "ARCHIVE", value_hint = ValueHint::FilePath)]
    file: Option<PathBuf>,
    /// Say what would be loaded, and load nothing
    #[arg(long)]
    dry_run: bool,
}

/// Options of `karctl images mirror`.
#[derive(Debug, Args)]
#[command(after_help = "\
All processors that the image is for are copied, and its digest stays. The login is for the registry that is written to;
the other one's is that of `docker login`.

Examples:
  karctl images mirror quay.io/ibm/kar-sidecar:1.3.10 localhost:5000       as localhost:5000/ibm/kar-sidecar:1.3.10
  karctl images mirror valkey/valkey:8.1.11 r.example.com/kar/valkey:8     under another name")]
pub struct MirrorArguments {
    /// The image
    #[arg(value_name = "FROM")]
    from: String,
    /// The registry that it is to be in, or its whole name there with a tag
    #[arg(value_name = "TO")]
    to: String,
    #[command(flatten)]
    registry: RegistryArguments,
    /// Say what would be copied, and copy nothing
    #[arg(long)]
    dry_run: bool,
}

/// How a registry is spoken to.
#[derive(Debug, Args)]
pub struct RegistryArguments {
    /// Who asks [default: whoever `docker login` has stored]
    #[arg(long, value_name = "USER", requires = "password_stdin")]
    user: Option<String>,
    /// Read the user's password from stdin
    #[arg(long, requires = "user")]
    password_stdin: bool,
    /// Allow plain HTTP also beyond this machine
    #[arg(long)]
    insecure_registry: bool,
}

impl RegistryArguments {
    /// What was asked for, with the password.
    ///
    /// # Errors
    /// A usage failure when there is no password on stdin.
    pub fn manner(self) -> Result<Manner> {
        let login = self.user.map(|user| password_from_stdin().map(|password| (user, password))).transpose()?;
        Ok(Manner { login, allows_plain_http: self.insecure_registry })
    }
}

/// Runs one subcommand.
///
/// # Errors
/// Whatever the target reports.
pub async fn run(command: ImagesCommand, context: &Context) -> Result<u8> {
    match command {
        ImagesCommand::Build(arguments) => build(*arguments, context).await,
        ImagesCommand::List(arguments) => list(arguments, context).await,
        ImagesCommand::Load(arguments) => load(arguments, context).await,
        ImagesCommand::Mirror(arguments) => mirror(arguments, context).await,
        ImagesCommand::Push(arguments) => push(arguments, context).await,
    }
}

async fn build(arguments: BuildArguments, context: &Context) -> Result<u8> {
    let BuildArguments { push, to, registry, dry_run, injector, checkout, .. } = arguments;
    let manner = push.then(|| registry.manner()).transpose()?;
    let Some(source) = checkout.src else {
        if injector.archive.is_none() && !push {
            return Err(Failure::usage("the image has nowhere to go").hint("give --archive FILE, or --push").into());
        }
        let order = injector::Order {
            output: injector.archive,
            binary: injector.binary,
            name: injector.name,
            push: manner.map(|manner| (to.unwrap_or_else(|| injector::REGISTRY.to_owned()), manner)),
            dry_run,
        };
        context.ui.data(&injector::build_injector(&order, context).await?, Built::text)?;
        return Ok(0);
    };
    let order = checkout::Order {
        source,
        kinds: checkout.kind,
        place: to.unwrap_or_else(|| checkout::PLACE.to_owned()),
        tag: checkout.tag,
        version: checkout.kar_version,
        push: manner,
        dry_run,
    };
    context.ui.data(&checkout::build(context, &order).await?, BuiltCheckout::text)?;
    Ok(0)
}

async fn list(arguments: ListArguments, context: &Context) -> Result<u8> {
    let loaded = arguments.settings.load(context, Vec::new())?;
    context.ui.data(&list::list(context, &loaded.settings).await?, Images::text)?;
    Ok(0)
}

async fn load(arguments: LoadArguments, context: &Context) -> Result<u8> {
    let LoadArguments { images, cluster, file, dry_run } = arguments;
    let order = load::Order { images, archive: file, cluster, dry_run };
    context.ui.data(&load::load(context, &order).await?, Loaded::text)?;
    Ok(0)
}

async fn mirror(arguments: MirrorArguments, context: &Context) -> Result<u8> {
    let from = mirror::reference(&arguments.from)?;
    let to = mirror::destination(&from, &arguments.to)?;
    let order = mirror::Order { from, to, manner: arguments.registry.manner()?, dry_run: arguments.dry_run };
    context.ui.data(&mirror::mirror(context, &order).await?, Pushes::text)?;
    Ok(0)
}

async fn push(arguments: PushArguments, context: &Context) -> Result<u8> {
    let PushArguments { images, to, file, registry, dry_run } = arguments;
    let options = PushOptions { manner: registry.manner()?, dry_run };
    let sources = push::sources(context, &images, file.as_deref(), to.as_deref()).await?;
    context.ui.data(&push::push_all(context, &sources, &options).await?, Pushes::text)?;
    Ok(0)
}
