//! The images of an archive, in Docker's form and that of the OCI.

use std::collections::BTreeMap;

use bytes::Bytes;
use serde::Deserialize;

use super::extent::Extent;
use super::{Archive, GZIP, blob_path, damaged};
use crate::client::registry::Reference;
use crate::client::registry::manifest::{Descriptor, Document, Index, RawManifest, digest_of};
use crate::code::Code;
use crate::error::{Failure, Result};

/// What Docker's archives are described by.
const DOCKER_MANIFEST: &str = "manifest.json";
/// What layouts are described by.
const OCI_INDEX: &str = "index.json";

/// Names of an image in a layout: a whole one, and one that may be a tag only.
const WHOLE_NAME: &str = "io.containerd.image.name";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// How files of Zstandard begin.
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// An image that an archive says it has.
#[derive(Clone, Debug)]
pub struct Listed {
    /// What it is called; empty for one without a name.
    pub names: Vec<String>,
    form: Form,
}

#[derive(Clone, Debug)]
enum Form {
    Docker { configuration: String, layers: Vec<String> },
    Oci(Descriptor),
}

/// An image with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Image {
    /// `sha256:...` of the configuration.
    pub id: String,
    /// The configuration, byte for byte.
    pub configuration: Bytes,
    /// The processor that it is for.
    pub architecture: String,
    /// The layers, lowest first.
    pub layers: Vec<Layer>,
    /// The manifest that the archive has for it.
    pub manifest: Option<RawManifest>,
}

/// An image for several machines, with all that belongs to it.
#[derive(Clone, Debug)]
pub struct Everything {
    /// What its name stands for.
    pub top: RawManifest,
    /// The manifests that it points to.
    pub manifests: Vec<RawManifest>,
    /// Every blob of these, once, by its digest.
    pub blobs: BTreeMap<String, Extent>,
}

/// One layer.
#[derive(Clone, Debug)]
pub struct Layer {
    /// `sha256:...` of its tar archive.
    pub diff_id: String,
    /// What it is called as it is in the archive, where the archive says so.
    pub descriptor: Option<Descriptor>,
    /// Where it is.
    pub extent: Extent,
    /// Whether it is a tar archive as it is.
    pub is_plain: bool,
}

impl Archive {
    /// The images that it says it has.
    ///
    /// # Errors
    /// When it is no archive of images.
    pub fn images(&self) -> Result<Vec<Listed>> {
        if let Some(manifest) = self.read(DOCKER_MANIFEST)? {
            let images: Vec<DockerImage> = self.parse(DOCKER_MANIFEST, &manifest)?;
            return Ok(images.into_iter().map(Listed::from).collect());
        }
        let Some(index) = self.read(OCI_INDEX)? else {
            return Err(damaged(&self.shown, &format!("it has neither {DOCKER_MANIFEST} nor {OCI_INDEX}")));
        };
        let index: Index = self.parse(OCI_INDEX, &index)?;
        Ok(index.manifests.into_iter().map(Listed::from).collect())
    }

    /// An image for several machines, where the archive has it whole; `None` for one that is for one machine.
    ///
    /// # Errors
    /// When a blob of it is missing.
    pub fn everything(&self, listed: &Listed) -> Result<Option<Everything>> {
        let Form::Oci(descriptor) = &listed.form else { return Ok(None) };
        let top = self.manifest(descriptor)?;
        let Document::Index(index) = top.read().map_err(|why| damaged(&self.shown, &why))? else { return Ok(None) };
        let mut everything = Everything { top, manifests: Vec::new(), blobs: BTreeMap::new() };
        for descriptor in &index.manifests {
            // An engine may export what it needs itself, and the index of all.
            if self.extent(&blob_path(&descriptor.digest))?.is_none() {
                return Ok(None);
            }
            let raw = self.manifest(descriptor)?;
            if let Document::Manifest(manifest) = raw.read().map_err(|why| damaged(&self.shown, &why))? {
                for blob in manifest.layers.into_iter().chain([manifest.config]).filter(|blob| blob.urls.is_empty()) {
                    let path = blob_path(&blob.digest);
                    let extent = self.extent(&path)?.ok_or_else(|| self.lacks(&path))?;
                    everything.blobs.insert(blob.digest, extent);
                }
            }
            everything.manifests.push(raw);
        }
        Ok(Some(everything))
    }

    /// An image with all that belongs to it. Of several for several machines it is the one for `architecture`.
    ///
    /// # Errors
    /// When something of it is missing, or it is none.
    pub fn image(&self, listed: &Listed, architecture: &str) -> Result<Image> {
        match &listed.form {
            Form::Docker { configuration, layers } => self.docker_image(configuration, layers),
            Form::Oci(descriptor) => self.oci_image(descriptor, architecture),
        }
    }

    fn docker_image(&self, configuration: &str, paths: &[String]) -> Result<Image> {
        let bytes = self.read(configuration)?.ok_or_else(|| self.lacks(configuration))?;
        let Configuration { architecture, rootfs } = self.parse(configuration, &bytes)?;
        if rootfs.diff_ids.len() != paths.len() {
            return Err(damaged(&self.shown, "its layers are not those of its configuration"));
        }
        let layers = paths.iter().zip(rootfs.diff_ids).map(|(path, diff_id)| {
            let extent = self.extent(path)?.ok_or_else(|| self.lacks(path))?;
            self.layer(diff_id, None, extent)
        });
        let layers = layers.collect::<Result<_>>()?;
        Ok(Image { id: digest_of(&bytes), configuration: bytes, architecture, layers, manifest: None })
    }

    fn oci_image(&self, descriptor: &Descriptor, architecture: &str) -> Result<Image> {
        let raw = self.manifest(descriptor)?;
        let manifest = match raw.read().map_err(|why| damaged(&self.shown, &why))? {
            Document::Manifest(manifest) => *manifest,
            Document::Index(index) => {
                let found = index.for_processor(architecture);
                let found = found.ok_or_else(|| other_processor(&self.shown, architecture))?;
                return self.oci_image(found, architecture);
            }
        };
        let path = blob_path(&manifest.config.digest);
        let bytes = self.read(&path)?.ok_or_else(|| self.lacks(&path))?;
        let Configuration { architecture, rootfs } = self.parse(&path, &bytes)?;
        if rootfs.diff_ids.len() != manifest.layers.len() {
            return Err(damaged(&self.shown, "its layers are not those of its configuration"));
        }
        let layers = manifest.layers.into_iter().zip(rootfs.diff_ids).map(|(descriptor, diff_id)| {
            let path = blob_path(&descriptor.digest);
            let extent = self.extent(&path)?.ok_or_else(|| self.lacks(&path))?;
            self.layer(diff_id, Some(descriptor), extent)
        });
        let layers = layers.collect::<Result<_>>()?;
        Ok(Image { id: digest_of(&bytes), configuration: bytes, architecture, layers, manifest: Some(raw) })
    }

    /// The manifest or index that a descriptor points to.
    ///
    /// # Errors
    /// When it is not there, or is another one.
    pub fn manifest(&self, descriptor: &Descriptor) -> Result<RawManifest> {
        let path = blob_path(&descriptor.digest);
        let bytes = self.read(&path)?.ok_or_else(|| self.lacks(&path))?;
        let raw = RawManifest::new(&descriptor.media_type, bytes);
        match raw.digest == descriptor.digest {
            true => Ok(raw),
            false => Err(damaged(&self.shown, &format!("{path} has another content than its name says"))),
        }
    }

    fn layer(&self, diff_id: String, descriptor: Option<Descriptor>, extent: Extent) -> Result<Layer> {
        let head: [u8; 4] = extent.head().map_err(|error| damaged(&self.shown, &error.to_string()))?;
        let is_plain = !head.starts_with(GZIP) && head != *ZSTANDARD;
        Ok(Layer { diff_id, descriptor, extent, is_plain })
    }

    fn parse<T: for<'de> Deserialize<'de>>(&self, name: &str, bytes: &[u8]) -> Result<T> {
        serde_json::from_slice(bytes).map_err(|error| damaged(&self.shown, &format!("{name}: {error}")))
    }

    fn lacks(&self, name: &str) -> anyhow::Error {
        damaged(&self.shown, &format!("it lacks {name}"))
    }
}

impl Listed {
    /// Whether it is called so, however the name is spelt.
    pub fn is_called(&self, name: &Reference) -> bool {
        self.names.iter().any(|own| Reference::parse(own).is_ok_and(|own| own == *name))
    }
}

/// One image of Docker's `manifest.json`.
/// <https://github.com/moby/docker-image-spec/blob/v1.3.1/spec.md>
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DockerImage {
    config: String,
    repo_tags: Option<Vec<String>>,
    layers: Vec<String>,
}

impl From<DockerImage> for Listed {
    fn from(image: DockerImage) -> Self {
        let form = Form::Docker { configuration: image.config, layers: image.layers };
        Self { names: image.repo_tags.unwrap_or_default(), form }
    }
}

impl From<Descriptor> for Listed {
    fn from(descriptor: Descriptor) -> Self {
        let annotation = |name: &str| descriptor.annotations.get(name).and_then(|value| value.as_str());
        // A tag alone is no name.
        let whole = |name: &&str| name.contains(['/', ':']);
        let name = annotation(WHOLE_NAME).or_else(|| annotation(REF_NAME).filter(whole));
        Self { names: name.map(str::to_owned).into_iter().collect(), form: Form::Oci(descriptor) }
    }
}

/// What karctl needs of an image's configuration.
#[derive(Deserialize)]
struct Configuration {
    #[serde(default)]
    architecture: String,
    rootfs: RootFs,
}

#[derive(Deserialize)]
struct RootFs {
    #[serde(default)]
    diff_ids: Vec<String>,
}

fn other_processor(shown: &str, architecture: &str) -> anyhow::Error {
    Failure::new(format!("{shown} has no image for {architecture}")).code(Code::OtherArchitecture).into()
}
