//! `karctl images mirror`: an image from one registry into another, with everything that its name stands for, and without
//! an engine. Manifests are copied byte for byte, so that digests stay.

use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio::io::BufWriter;

use super::archive::Extent;
use super::deliver::{Courier, Outcome, Seen};
use super::push::{Blobs, Pushed, Pushes};
use super::registry::{Manner, connect};
use super::scratch;
use crate::change::Change;
use crate::client::registry::manifest::{Descriptor, Document, RawManifest};
use crate::client::registry::{Access, Reference, Repository};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::ui::Step;

/// Blobs that are on their way at once.
const AT_ONCE: usize = 3;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// Indexes within indexes that are followed.
const DEEPEST: u32 = 4;

/// What is copied.
#[derive(Clone, Debug)]
pub struct Order {
    /// The image.
    pub from: Reference,
    /// What it is called then.
    pub to: Reference,
    /// How both registries are spoken to; a login is for the one that is written to, which may be the same.
    pub manner: Manner,
    /// Nothing is sent.
    pub dry_run: bool,
}

/// What was typed as an image's name.
///
/// # Errors
/// A usage failure for what is none.
pub fn reference(name: &str) -> Result<Reference> {
    Reference::parse(name)
}

/// What an image is called elsewhere: `to` is a whole name with a tag, or a registry that the name moves to.
///
/// # Errors
/// A usage failure when `to` is neither.
pub fn destination(from: &Reference, to: &str) -> Result<Reference> {
    let last = to.rsplit_once('/').map(|(_, last)| last);
    match last {
        Some(last) if last.contains(':') => Reference::parse(to),
        _ => from.moved_to(to),
    }
}

/// Copies an image.
///
/// # Errors
/// When there is no such image, or a registry refuses or does not answer.
pub async fn mirror(context: &Context, order: &Order) -> Result<Pushes> {
    let Order { from, to, manner, dry_run } = order;
    let login = manner.login.clone().filter(|_| from.host() == to.host());
    let reading = Manner { login, ..manner.clone() };
    let source = connect(context, from, &reading).await?.repository(&from.repository, Access::Pull);
    let target = connect(context, to, manner).await?.repository(&to.repository, Access::Push);
    let top = source.manifest(&from.version).await.map_err(Failure::from)?.ok_or_else(|| missing(from))?;
    // By a digest it can be called nothing else.
    let version = if to.is_by_digest() { top.digest.clone() } else { to.version.clone() };
    let there = target.manifest(&version).await.map_err(Failure::from)?;
    let change = match &there {
        Some(there) if there.digest == top.digest => Change::Unchanged,
        Some(_) => Change::Updated,
        None => Change::Created,
    };
    let mut sent = None;
    if change != Change::Unchanged && !dry_run {
        let step = context.ui.step(format!("Copying {from}"));
        let copy = Copy::new(context, &source, &target, &step)?;
        sent = Some(copy.everything(&top, &version).await?);
        step.done(format!("Copied {from} to {to}"));
    }
    let id = match top.read() {
        Ok(Document::Manifest(manifest)) => Some(manifest.config.digest),
        _ => None,
    };
    let pushed = Pushed { image: to.to_string(), id, digest: Some(top.digest), change, sent };
    Ok(Pushes { dry_run: *dry_run, images: vec![pushed] })
}

fn missing(image: &Reference) -> Failure {
    Failure::new(format!("the registry {} has no image {image}", image.registry)).code(Code::ImageMissing)
}

struct Copy<'a> {
    context: &'a Context,
    source: &'a Repository,
    target: &'a Repository,
    seen: Seen,
    step: &'a Step,
    scratch: PathBuf,
}

impl<'a> Copy<'a> {
    fn new(context: &'a Context, source: &'a Repository, target: &'a Repository, step: &'a Step) -> Result<Self> {
        let scratch = scratch(context)?;
        Ok(Self { context, source, target, seen: Seen::default(), step, scratch })
    }

    /// What the manifest points to first, then itself.
    async fn everything(&self, top: &RawManifest, version: &str) -> Result<Blobs> {
        let mut blobs = Vec::new();
        let manifests = self.below(top, 0, &mut blobs).await?;
        blobs.sort_by(|one: &Descriptor, other| one.digest.cmp(&other.digest));
        blobs.dedup_by(|one, other| one.digest == other.digest);
        if self.source.registry().host() == self.target.registry().host() {
            let from = self.source.name();
            self.seen.borrow_mut().extend(blobs.iter().map(|blob| (blob.digest.clone(), from.to_owned())));
        }
        let courier = Courier::new(self.context, self.target, &self.seen)?;
        let done = std::cell::Cell::new(0);
        let total = blobs.iter().map(|blob| blob.size).sum();
        let copy = |blob: Descriptor| {
            let (courier, done) = (&courier, &done);
            async move {
                let outcome = self.blob(courier, &blob).await?;
                done.set(done.get() + blob.size);
                self.step.bytes(done.get(), Some(total));
                Ok::<_, anyhow::Error>((outcome, blob.size))
            }
        };
        let outcomes: Vec<_> = stream::iter(blobs).map(copy).buffer_unordered(AT_ONCE).try_collect().await?;
        let mut sent = Blobs::default();
        outcomes.into_iter().for_each(|(outcome, size)| sent.count(outcome, size));
        for manifest in &manifests {
            self.target.put_manifest(&manifest.digest, manifest).await.map_err(Failure::from)?;
        }
        self.target.put_manifest(version, top).await.map_err(Failure::from)?;
        Ok(sent)
    }

    /// Collects the blobs of a manifest; returns the manifests that an index points to, lowest first.
    async fn below(&self, raw: &RawManifest, depth: u32, blobs: &mut Vec<Descriptor>) -> Result<Vec<RawManifest>> {
        let unusable = |why: String| Failure::new(format!("{}@{}: {why}", self.source.name(), raw.digest));
        let index = match raw.read().map_err(unusable)? {
            Document::Manifest(manifest) => {
                let own = manifest.layers.into_iter().chain([manifest.config]);
                // Some layers are to be had from elsewhere only, by whoever runs the image.
                blobs.extend(own.filter(|blob| blob.urls.is_empty()));
                return Ok(Vec::new());
            }
            Document::Index(_) if depth >= DEEPEST => return Err(unusable("it goes too deep".to_owned()).into()),
            Document::Index(index) => index,
        };
        let mut manifests = Vec::new();
        for descriptor in index.manifests {
            let found = self.source.manifest(&descriptor.digest).await.map_err(Failure::from)?;
            let found = found.ok_or_else(|| unusable(format!("the registry lacks {}", descriptor.digest)))?;
            manifests.extend(Box::pin(self.below(&found, depth + 1, blobs)).await?);
            manifests.push(found);
        }
        Ok(manifests)
    }

    /// Through a file without a name, which takes no memory and can be sent again.
    async fn blob(&self, courier: &Courier<'_>, blob: &Descriptor) -> Result<Outcome> {
        if courier.has(&blob.digest).await? {
            return Ok(Outcome::Skipped);
        }
        let unwritable = || Failure::new(format!("nothing can be written to {}", self.scratch.display()));
        let file = tempfile::tempfile_in(&self.scratch).or_fail(unwritable)?;
        let to = tokio::fs::File::from_std(file.try_clone().or_fail(unwritable)?);
        let mut to = BufWriter::with_capacity(BUFFER, to);
        self.source.read_blob(&blob.digest, blob.size, &mut to, &mut |_| {}).await.map_err(Failure::from)?;
        let extent = Extent { file: file.into(), offset: 0, size: blob.size };
        courier.blob(&extent.blob(&*blob.digest), &mut |_| {}).await
    }
}
