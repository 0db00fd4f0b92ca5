//! `karctl images push`: images of an engine or an archive into a registry, through its own API.
//!
//! Whether there is anything to do is told by two requests: what the engine calls its image, and what the registry calls
//! the one that it has.

use std::path::Path;
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use super::archive::{Archive, Everything, Image, Listed};
use super::deliver::{Courier, Delivery, Seen};
use super::registry::{Manner, connect};
use super::{PROCESSOR, scratch, stall};
use crate::change::Change;
use crate::client::docker::{Address, Docker, Kind, Lookup};
use crate::client::registry::manifest::{Document, RawManifest};
use crate::client::registry::{Access, Reference, Repository};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, Status};
use crate::ui::Step;

/// Where an image is.
#[derive(Clone)]
pub enum Source {
    /// In an engine, by its name or id.
    Engine(Docker, String),
    /// In an archive.
    Archive(Arc<Archive>, Box<Listed>),
}

/// How a push is done.
#[derive(Clone, Debug, Default)]
pub struct PushOptions {
    /// How the registry is spoken to.
    pub manner: Manner,
    /// Nothing is sent.
    pub dry_run: bool,
}

/// What `karctl images push -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pushes {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// Every image, in the order in which they were given.
    pub images: Vec<Pushed>,
}

/// One image that is in a registry now.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Pushed {
    /// Its name, with registry and tag.
    pub image: String,
    /// Its id: the digest of its configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Digest of its manifest in the registry, by which it can be pulled; not known before it is there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<String>,
    /// What became of it.
    pub change: Change,
    /// Layers and the like that were sent; not known where the engine sent them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sent: Option<Blobs>,
}

/// Layers and the like.
#[derive(Clone, Debug, Default, Serialize, JsonSchema)]
pub struct Blobs {
    /// How many were sent.
    pub sent: u32,
    /// How many were there already.
    pub skipped: u32,
    /// Bytes of those that were sent.
    pub bytes: u64,
}

/// Brings one image into a registry.
///
/// # Errors
/// When there is no such image, or the registry refuses or does not answer.
pub async fn push(context: &Context, source: &Source, to: &Reference, options: &PushOptions) -> Result<Pushed> {
    push_among(context, source, to, options, &Seen::default()).await
}

/// Brings several images into registries, one after the other; what they share is sent once.
///
/// # Errors
/// As [`push`]; images before the one that failed stay where they are.
pub async fn push_all(context: &Context, images: &[(Source, Reference)], options: &PushOptions) -> Result<Pushes> {
    let seen = Seen::default();
    let mut pushed = Vec::new();
    for (source, to) in images {
        pushed.push(push_among(context, source, to, options, &seen).await?);
    }
    Ok(Pushes { dry_run: options.dry_run, images: pushed })
}

async fn push_among(
    context: &Context,
    source: &Source,
    to: &Reference,
    options: &PushOptions,
    seen: &Seen,
) -> Result<Pushed> {
    if to.is_by_digest() {
        return Err(Failure::usage(format!("{to} is a digest, which follows from what is pushed"))
            .hint("give a tag instead")
            .into());
    }
    let known = known_id(source).await?;
    let registry = connect(context, to, &options.manner).await?;
    let repository = registry.repository(&to.repository, Access::Push);
    let there = repository.manifest(&to.version).await.map_err(Failure::from)?;
    if let (Some(id), Some(there)) = (&known, &there)
        && is_of(there, id)
    {
        return Ok(unchanged(to, id, there));
    }
    let change = if there.is_some() { Change::Updated } else { Change::Created };
    if options.dry_run {
        return Ok(Pushed { image: to.to_string(), id: known, digest: None, change, sent: None });
    }
    let step = context.ui.step(format!("Pushing {to}"));
    if there.is_some()
        && let Some(id) = &known
        && let Some(there) = hand_over(context, source, to, options, &repository, id).await?
    {
        step.done(format!("Pushed {to}"));
        return Ok(Pushed { image: to.to_string(), id: known, digest: Some(there.digest), change, sent: None });
    }
    let courier = Courier::new(context, &repository, seen)?;
    let (id, delivery) = match open(context, source, &step).await? {
        // An engine may call its image by its manifest, and then only the archive tells.
        Opened::One(image) if there.as_ref().is_some_and(|there| is_of(there, &image.id)) => {
            step.skip();
            return Ok(unchanged(to, &image.id, &there.expect("it was looked at")));
        }
        Opened::One(image) => {
            let delivery = courier.bring(&image, &to.version, &step).await?;
            (Some(image.id), delivery)
        }
        Opened::Several(image) => (None, courier.bring_everything(&image, &to.version, &step).await?),
    };
    step.done(format!("Pushed {to}"));
    let Delivery { digest, blobs } = delivery;
    Ok(Pushed { image: to.to_string(), id, digest: Some(digest), change, sent: Some(blobs) })
}

/// An image that was looked into.
enum Opened {
    /// For one machine.
    One(Box<Image>),
    /// For several.
    Several(Box<Everything>),
}

/// Has the engine push an image that changed, to a registry beside it and under its own name; what the registry has then.
///
/// An engine gives away an image only as a whole, but knows which layers it sent before, so that a small change is sent in
/// no time. karctl is faster where everything is new, since near by it compresses nothing. `None` where the engine may not
/// reach the registry as karctl does, or could not.
async fn hand_over(
    context: &Context,
    source: &Source,
    to: &Reference,
    options: &PushOptions,
    repository: &Repository,
    id: &str,
) -> Result<Option<RawManifest>> {
    let Source::Engine(docker, name) = source else { return Ok(None) };
    let is_beside = matches!(docker.endpoint().address, Address::Unix(_)) && repository.registry().is_on_loopback();
    let has_this_name = Reference::parse(name).is_ok_and(|own| own == *to);
    if !is_beside || !has_this_name || options.manner.login.is_some() {
        return Ok(None);
    }
    let credentials = Lookup::for_image(&context.environment, name).await?.credentials;
    if let Err(error) = docker.push(&to.to_string(), credentials.as_ref(), stall(context)).await {
        if matches!(error.kind(), Kind::Silent(_)) {
            return Err(Failure::from(error).status(Status::TimedOut).into());
        }
        context.ui.trace(1, || error.to_string());
    }
    let there = repository.manifest(&to.version).await.map_err(Failure::from)?;
    Ok(there.filter(|there| is_of(there, id)))
}

/// The digest of an image's configuration, where it is known without looking into the image; that of the index of one for
/// several machines.
async fn known_id(source: &Source) -> Result<Option<String>> {
    match source {
        Source::Engine(docker, name) => {
            let image = docker.image(name).await.map_err(Failure::from)?.ok_or_else(|| missing(name, docker))?;
            Ok(image.id)
        }
        Source::Archive(archive, listed) => Ok(Some(match archive.everything(listed)? {
            Some(everything) => everything.top.digest,
            None => archive.image(listed, PROCESSOR)?.id,
        })),
    }
}

/// The failure of an image that an engine lacks.
pub fn missing(name: &str, docker: &Docker) -> Failure {
    Failure::new(format!("the engine at {} has no image {name}", docker.endpoint().address))
        .hint("`docker images` lists what it has; an archive is given with --file")
        .code(Code::ImageMissing)
}

async fn open(context: &Context, source: &Source, step: &Step) -> Result<Opened> {
    let (archive, listed) = match source {
        Source::Archive(archive, listed) => (archive.as_ref().clone(), listed.as_ref().clone()),
        Source::Engine(docker, name) => {
            let archive = export(context, docker, &[name], step).await?;
            let listed = archive.images()?.into_iter().next();
            (archive, listed.ok_or_else(|| Failure::new(format!("the engine exported no {name}")))?)
        }
    };
    match archive.everything(&listed)? {
        Some(everything) => Ok(Opened::Several(Box::new(everything))),
        None => archive.image(&listed, PROCESSOR).map(|image| Opened::One(Box::new(image))),
    }
}

/// Images of an engine, as an archive that has no name and is gone with the last reader.
///
/// # Errors
/// When the engine lacks one, refuses or does not answer, or there is no room.
pub async fn export(context: &Context, docker: &Docker, images: &[&str], step: &Step) -> Result<Archive> {
    let folder = scratch(context)?;
    let unwritable = || Failure::new(format!("nothing can be written to {}", folder.display()));
    let file = tempfile::tempfile_in(&folder).or_fail(unwritable)?;
    let mut to = tokio::fs::File::from_std(file.try_clone().or_fail(unwritable)?);
    step.detail("reading it from the engine");
    let mut told = |bytes| step.bytes(bytes, None);
    docker.export(images, &mut to, stall(context), &mut told).await.map_err(Failure::from)?;
    Archive::index(file, "what the engine exported")
}

/// Whether a manifest in a registry is of the image with this id, which some engines call by its manifest.
fn is_of(there: &RawManifest, id: &str) -> bool {
    there.digest == id || matches!(there.read(), Ok(Document::Manifest(manifest)) if manifest.config.digest == id)
}

fn unchanged(to: &Reference, id: &str, there: &RawManifest) -> Pushed {
    let digest = Some(there.digest.clone());
    Pushed { image: to.to_string(), id: Some(id.to_owned()), digest, change: Change::Unchanged, sent: None }
}

impl Pushes {
    /// The form for people.
    pub fn text(&self) -> String {
        self.images.iter().map(|image| image.text(self.dry_run)).collect()
    }
}

impl Pushed {
    /// The form for people.
    pub fn text(&self, dry_run: bool) -> String {
        let Self { image, change, sent, .. } = self;
        match (change, sent) {
            (Change::Unchanged, _) => format!("{image} unchanged\n"),
            _ if dry_run => format!("{image} would be {change}\n"),
            (_, None) => format!("{image} {change}\n"),
            (_, Some(Blobs { sent, skipped, bytes })) => {
                let size = indicatif::HumanBytes(*bytes);
                format!("{image} {change}: {sent} blobs sent ({size}), {skipped} were there\n")
            }
        }
    }
}

/// A file that is given as an archive.
///
/// # Errors
/// When it cannot be read, is none, or was cut off.
pub async fn open_archive(context: &Context, path: &Path) -> Result<Arc<Archive>> {
    let folder = scratch(context)?;
    let (whole, shown) = (context.environment.working_directory().join(path), path.display().to_string());
    let opened = tokio::task::spawn_blocking(move || Archive::open(&whole, &shown, &folder)).await;
    Ok(Arc::new(opened.or_fail(|| Failure::new(format!("{} cannot be read", path.display())))??))
}

/// What is to be pushed, and under which names: images of the engine, or of an archive where one is given; all of those
/// that have a name where none is named.
///
/// # Errors
/// When there is no engine, no such archive, or the archive has no such image.
pub async fn sources(
    context: &Context,
    images: &[String],
    archive: Option<&Path>,
    registry: Option<&str>,
) -> Result<Vec<(Source, Reference)>> {
    let target = |name: &str| {
        let reference = Reference::parse(name)?;
        registry.map_or(Ok(reference.clone()), |registry| reference.moved_to(registry))
    };
    let Some(path) = archive else {
        let targets = images.iter().map(|name| Ok((name.clone(), target(name)?))).collect::<Result<Vec<_>>>()?;
        let docker = Docker::connect(&context.environment).await?;
        return Ok(targets.into_iter().map(|(name, to)| (Source::Engine(docker.clone(), name), to)).collect());
    };
    let archive = open_archive(context, path).await?;
    let listed = archive.images()?;
    if images.is_empty() {
        let named = listed.iter().flat_map(|listed| listed.names.iter().map(move |name| (listed, name)));
        let all: Vec<_> = named
            .map(|(listed, name)| Ok((Source::Archive(Arc::clone(&archive), Box::new(listed.clone())), target(name)?)))
            .collect::<Result<_>>()?;
        return match all.is_empty() {
            true => Err(nameless(&archive).into()),
            false => Ok(all),
        };
    }
    let find = |name: &String| {
        let listed = find(&listed, name, &archive)?;
        Ok((Source::Archive(Arc::clone(&archive), Box::new(listed.clone())), target(name)?))
    };
    images.iter().map(find).collect()
}

/// The image of an archive with this name; an only one without a name may be called anything.
///
/// # Errors
/// When there is none.
pub fn find<'a>(listed: &'a [Listed], name: &str, archive: &Archive) -> Result<&'a Listed> {
    let reference = Reference::parse(name)?;
    if let [only] = listed
        && only.names.is_empty()
    {
        return Ok(only);
    }
    listed.iter().find(|listed| listed.is_called(&reference)).ok_or_else(|| {
        let names: Vec<_> = listed.iter().flat_map(|listed| listed.names.iter().map(String::as_str)).collect();
        Failure::new(format!("{} has no image {name}", archive.shown()))
            .hint(format!("it has: {}", names.join(", ")))
            .code(Code::ImageMissing)
            .into()
    })
}

fn nameless(archive: &Archive) -> Failure {
    Failure::usage(format!("the images of {} have no names", archive.shown()))
        .hint("say what to call its image: karctl images push NAME:TAG --file ARCHIVE")
        .code(Code::ImageMissing)
}
