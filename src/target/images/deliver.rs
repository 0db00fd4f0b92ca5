//! An image into a repository: what is there is left alone, what is missing is sent, the manifest comes last.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::archive::{Everything, Extent, Image, Layer};
use super::compress::{Memory, compress};
use super::push::Blobs;
use super::scratch;
use super::uploads::Uploads;
use crate::client::registry::manifest::{Descriptor, Manifest, RawManifest, media_type};
use crate::client::registry::{Begun, Blob, Content, Repository, Sent};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::ui::Step;

/// Layers that are on their way at once.
const AT_ONCE: usize = 3;

/// Where blobs are that this command has seen: the registry can take them from there.
pub type Seen = RefCell<BTreeMap<String, String>>;

/// What was brought.
#[derive(Clone, Debug, Default)]
pub struct Delivery {
    /// Digest of the manifest.
    pub digest: String,
    /// What was sent, and what was there or was taken from another repository.
    pub blobs: Blobs,
}

/// How images are brought to a registry.
pub struct Courier<'a> {
    context: &'a Context,
    repository: &'a Repository,
    seen: &'a Seen,
    uploads: Uploads,
    memory: Memory,
    scratch: PathBuf,
}

/// Bytes of each layer that are there, for one bar.
struct Bar<'a> {
    step: &'a Step,
    total: u64,
    done: RefCell<Vec<u64>>,
}

impl Bar<'_> {
    fn reached(&self, index: usize, bytes: u64) {
        let mut done = self.done.borrow_mut();
        done[index] = bytes;
        self.step.bytes(done.iter().sum(), Some(self.total));
    }
}

/// What became of one blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was sent.
    Sent,
    /// The registry has it already.
    Skipped,
}

impl<'a> Courier<'a> {
    /// To a repository.
    ///
    /// # Errors
    /// When the cache's folder cannot be made.
    pub fn new(context: &'a Context, repository: &'a Repository, seen: &'a Seen) -> Result<Self> {
        let scratch = scratch(context)?;
        let memory = Memory::within(&scratch);
        Ok(Self { context, repository, seen, uploads: Uploads::of(context), memory, scratch })
    }

    /// Brings an image, under a tag or digest.
    ///
    /// # Errors
    /// When something of the image is damaged, or the registry refuses or does not answer.
    pub async fn bring(&self, image: &Image, version: &str, step: &Step) -> Result<Delivery> {
        let total = image.layers.iter().map(|layer| layer.extent.size).sum();
        let bar = Bar { step, total, done: RefCell::new(vec![0; image.layers.len()]) };
        let one = |(index, layer)| self.layer(layer, index, &bar);
        let layers: Vec<_> =
            stream::iter(image.layers.iter().enumerate()).map(one).buffered(AT_ONCE).try_collect().await?;
        let mut delivery = Delivery::default();
        for (descriptor, outcome) in &layers {
            delivery.blobs.count(*outcome, descriptor.size);
        }
        let size = image.configuration.len() as u64;
        let configuration =
            Blob { digest: image.id.clone(), size, content: Content::Memory(image.configuration.clone()) };
        let outcome = self.blob(&configuration, &mut |_| {}).await?;
        delivery.blobs.count(outcome, size);
        let manifest = manifest(image, layers.into_iter().map(|(descriptor, _)| descriptor).collect())?;
        self.repository.put_manifest(version, &manifest).await.map_err(Failure::from)?;
        delivery.digest = manifest.digest;
        Ok(delivery)
    }

    /// Brings an image for several machines as it is.
    ///
    /// # Errors
    /// As [`Courier::bring`].
    pub async fn bring_everything(&self, image: &Everything, version: &str, step: &Step) -> Result<Delivery> {
        let total = image.blobs.values().map(|extent| extent.size).sum();
        let bar = Bar { step, total, done: RefCell::new(vec![0; image.blobs.len()]) };
        let one = |(index, (digest, extent)): (usize, (&String, &Extent))| {
            let (bar, blob) = (&bar, extent.blob(&**digest));
            async move {
                let outcome = self.blob(&blob, &mut |sent| bar.reached(index, sent)).await?;
                bar.reached(index, blob.size);
                Ok::<_, anyhow::Error>((outcome, blob.size))
            }
        };
        let blobs = stream::iter(image.blobs.iter().enumerate()).map(one);
        let outcomes: Vec<_> = blobs.buffer_unordered(AT_ONCE).try_collect().await?;
        let mut delivery = Delivery { digest: image.top.digest.clone(), ..Delivery::default() };
        outcomes.into_iter().for_each(|(outcome, size)| delivery.blobs.count(outcome, size));
        for manifest in &image.manifests {
            self.repository.put_manifest(&manifest.digest, manifest).await.map_err(Failure::from)?;
        }
        self.repository.put_manifest(version, &image.top).await.map_err(Failure::from)?;
        Ok(delivery)
    }

    /// Near by, a layer goes as it is; far away it is made smaller first. What the archive has compressed stays so.
    async fn layer(&self, layer: &Layer, index: usize, bar: &Bar<'_>) -> Result<(Descriptor, Outcome)> {
        let whole = layer.extent.size;
        let (descriptor, outcome) = match &layer.descriptor {
            Some(descriptor) => {
                let blob = layer.extent.blob(&*descriptor.digest);
                (descriptor.clone(), self.blob(&blob, &mut |sent| bar.reached(index, sent)).await?)
            }
            None if layer.is_plain && !self.repository.registry().is_on_loopback() => {
                self.compressed(layer, index, bar).await?
            }
            None => {
                let blob = self.as_it_is(layer).await?;
                let kind = if layer.is_plain { media_type::DOCKER_LAYER } else { media_type::DOCKER_LAYER_GZIP };
                let descriptor = Descriptor::new(kind, &*blob.digest, blob.size);
                (descriptor, self.blob(&blob, &mut |sent| bar.reached(index, sent)).await?)
            }
        };
        bar.reached(index, whole);
        Ok((descriptor, outcome))
    }

    async fn compressed(&self, layer: &Layer, index: usize, bar: &Bar<'_>) -> Result<(Descriptor, Outcome)> {
        let describe = |digest: &str, size| Descriptor::new(media_type::DOCKER_LAYER_GZIP, digest, size);
        if let Some(known) = self.memory.recall(&layer.diff_id)
            && self.is_there(&known.digest).await?
        {
            return Ok((describe(&known.digest, known.size), Outcome::Skipped));
        }
        let (compressed, extent) = compress(layer, &self.scratch, &self.memory).await?;
        // The bar counts bytes as they are in the archive.
        let share = |sent: u64| {
            u64::try_from(u128::from(sent) * u128::from(layer.extent.size) / u128::from(compressed.size.max(1)))
        };
        let mut told = |sent| bar.reached(index, share(sent).unwrap_or(layer.extent.size));
        let outcome = self.blob(&extent.blob(&*compressed.digest), &mut told).await?;
        Ok((describe(&compressed.digest, compressed.size), outcome))
    }

    /// A layer that the archive does not name: as a plain one it is called after its content.
    async fn as_it_is(&self, layer: &Layer) -> Result<Blob> {
        if layer.is_plain {
            return Ok(layer.extent.blob(&*layer.diff_id));
        }
        let reader = layer.extent.reader();
        let digest = tokio::task::spawn_blocking(move || super::digest_of_reader(reader)).await;
        let failed = || Failure::new(format!("the layer {} cannot be read", layer.diff_id));
        Ok(layer.extent.blob(digest.or_fail(failed)?.or_fail(failed)?))
    }

    /// One blob, unless it is there.
    ///
    /// # Errors
    /// When it cannot be read or is damaged, or the registry refuses or does not answer.
    pub async fn blob(&self, blob: &Blob, told: &mut dyn FnMut(u64)) -> Result<Outcome> {
        if self.has(&blob.digest).await? {
            return Ok(Outcome::Skipped);
        }
        let repository = self.repository;
        let mut upload = self.uploads.open(repository.registry().host(), repository.name(), &blob.digest);
        let kept = upload.address();
        let mut take_in = |sent: Sent<'_>| match sent {
            Sent::Session(address) => upload.keep(address),
            Sent::Bytes(bytes) => told(bytes),
        };
        repository.upload(blob, kept.as_deref(), &mut take_in).await.map_err(|error| {
            let is_damaged = error.is_about_digest();
            let failure = Failure::from(error);
            if is_damaged { failure.code(Code::ArchiveUnusable) } else { failure }
        })?;
        upload.forget();
        self.note(&blob.digest);
        Ok(Outcome::Sent)
    }

    /// Whether the repository has a blob, or could have it from another one.
    ///
    /// # Errors
    /// When the registry refuses or does not answer.
    pub async fn has(&self, digest: &str) -> Result<bool> {
        Ok(self.is_there(digest).await? || self.is_mounted(digest).await?)
    }

    async fn is_there(&self, digest: &str) -> Result<bool> {
        let is_there = self.repository.has_blob(digest).await.map_err(Failure::from)?;
        if is_there {
            self.note(digest);
            self.uploads.forget(self.repository.registry().host(), self.repository.name(), digest);
        }
        Ok(is_there)
    }

    async fn is_mounted(&self, digest: &str) -> Result<bool> {
        let from = self.seen.borrow().get(digest).cloned();
        let Some(from) = from.filter(|from| from != self.repository.name()) else { return Ok(false) };
        let begun = self.repository.mount(digest, &from).await.map_err(Failure::from)?;
        self.context.ui.trace(2, || format!("{digest} from {from}: {begun:?}"));
        Ok(matches!(begun, Begun::Mounted))
    }

    fn note(&self, digest: &str) {
        self.seen.borrow_mut().entry(digest.to_owned()).or_insert_with(|| self.repository.name().to_owned());
    }
}

impl Blobs {
    /// Counts one more.
    pub fn count(&mut self, outcome: Outcome, size: u64) {
        match outcome {
            Outcome::Sent => {
                self.sent += 1;
                self.bytes += size;
            }
            Outcome::Skipped => self.skipped += 1,
        }
    }
}

/// The archive's own, whose digest others may know; or else one as Docker writes it.
fn manifest(image: &Image, layers: Vec<Descriptor>) -> Result<RawManifest> {
    if let Some(manifest) = &image.manifest {
        return Ok(manifest.clone());
    }
    let size = image.configuration.len() as u64;
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media_type::DOCKER_MANIFEST.to_owned()),
        config: Descriptor::new(media_type::DOCKER_CONFIGURATION, &*image.id, size),
        layers,
    };
    Ok(RawManifest::new(media_type::DOCKER_MANIFEST, serde_json::to_vec(&manifest)?))
}
