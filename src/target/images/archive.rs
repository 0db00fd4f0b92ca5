//! Archives of images: what `docker save` and `podman save` write, and layouts of the OCI, packed or as a folder. Only looked
//! into, never unpacked: a layer is a place in a file.
//! <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;
use serde::Deserialize;

use crate::client::registry::manifest::{Descriptor, Document, LARGEST_MANIFEST, RawManifest, digest_of};
use crate::client::registry::{Blob, Content, Reference};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// What Docker's archives are described by.
const DOCKER_MANIFEST: &str = "manifest.json";
/// What layouts are described by.
const OCI_INDEX: &str = "index.json";

/// Names of an image in a layout: a whole one, and one that may be a tag only.
const WHOLE_NAME: &str = "io.containerd.image.name";
const REF_NAME: &str = "org.opencontainers.image.ref.name";

/// Links that are followed before they count as a circle.
const LONGEST_CHAIN: usize = 8;

/// How files of gzip and Zstandard begin.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZSTANDARD: &[u8] = &[0x28, 0xb5, 0x2f, 0xfd];

/// An archive of images.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Store,
    /// As it is called in messages.
    shown: String,
}

#[derive(Clone, Debug)]
enum Store {
    Tar(Arc<File>, Arc<BTreeMap<String, Entry>>),
    Folder(PathBuf),
}

#[derive(Clone, Debug)]
enum Entry {
    File { offset: u64, size: u64 },
    Link(String),
}

/// Bytes in a file.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The file.
    pub file: Arc<File>,
    /// Where they begin.
    pub offset: u64,
    /// How many there are.
    pub size: u64,
}

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

impl Extent {
    /// The first bytes.
    fn head<const N: usize>(&self) -> std::io::Result<[u8; N]> {
        let mut head = [0; N];
        let length = usize::try_from(self.size).unwrap_or(N).min(N);
        self.file.read_exact_at(&mut head[..length], self.offset)?;
        Ok(head)
    }

    /// All of it from the beginning, independent of other readers.
    pub fn reader(&self) -> impl Read + Send + 'static {
        Reader { extent: self.clone(), at: 0 }
    }

    /// As a blob of a known digest.
    pub fn blob(&self, digest: impl Into<String>) -> Blob {
        let content = Content::File(Arc::clone(&self.file), self.offset);
        Blob { digest: digest.into(), size: self.size, content }
    }
}

struct Reader {
    extent: Extent,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.extent.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.extent.file.read_at(&mut buffer[..left], self.extent.offset + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

impl Archive {
    /// Opens a file or folder; one that is compressed as a whole is unpacked into a file without a name in `scratch`.
    ///
    /// # Errors
    /// When it cannot be read, is none, or was cut off.
    pub fn open(path: &Path, shown: &str, scratch: &Path) -> Result<Self> {
        let unreadable = || Failure::usage(format!("{shown} cannot be read"));
        if std::fs::metadata(path).or_fail(unreadable)?.is_dir() {
            return Ok(Self { store: Store::Folder(path.to_owned()), shown: shown.to_owned() });
        }
        let mut file = File::open(path).or_fail(unreadable)?;
        let mut head = [0; 2];
        let is_compressed = file.read_exact(&mut head).is_ok() && head == GZIP;
        file.rewind().or_fail(unreadable)?;
        if !is_compressed {
            return Self::index(file, shown);
        }
        let mut plain = tempfile::tempfile_in(scratch)
            .or_fail(|| Failure::new(format!("nothing can be written to {}", scratch.display())))?;
        std::io::copy(&mut GzDecoder::new(std::io::BufReader::new(file)), &mut plain)
            .map_err(|error| damaged(shown, &error.to_string()))?;
        Self::index(plain, shown)
    }

    /// Looks where everything is in a tar archive.
    ///
    /// # Errors
    /// When it is none, or was cut off.
    pub fn index(mut file: File, shown: &str) -> Result<Self> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| damaged(shown, &error.to_string()))?;
        let entries = entries(&mut file, length).map_err(|why| damaged(shown, &why))?;
        Ok(Self { store: Store::Tar(Arc::new(file), Arc::new(entries)), shown: shown.to_owned() })
    }

    /// As it is called in messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Where a file of it is; `None` where there is none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn extent(&self, name: &str) -> Result<Option<Extent>> {
        match &self.store {
            Store::Tar(file, entries) => {
                Ok(look_up(entries, name).map(|(offset, size)| Extent { file: Arc::clone(file), offset, size }))
            }
            Store::Folder(folder) => open_below(folder, name).map_err(|error| damaged(&self.shown, &error.to_string())),
        }
    }

    /// All of it, byte for byte, and how many bytes there are. One reader at a time.
    ///
    /// # Errors
    /// When it is a folder, or cannot be read.
    pub async fn stream(&self) -> Result<(tokio::fs::File, u64)> {
        let unreadable = || Failure::new(format!("{} cannot be read", self.shown));
        let Store::Tar(file, _) = &self.store else {
            let failure = Failure::usage(format!("{} is a folder", self.shown));
            return Err(failure.hint("pack it: tar -cf layout.tar -C FOLDER .").into());
        };
        let size = file.metadata().or_fail(unreadable)?.len();
        let mut file = tokio::fs::File::from_std(file.try_clone().or_fail(unreadable)?);
        tokio::io::AsyncSeekExt::rewind(&mut file).await.or_fail(unreadable)?;
        Ok((file, size))
    }

    /// A small file of it; `None` where there is none of that name.
    ///
    /// # Errors
    /// When it cannot be read, or is too large to be what it is taken for.
    pub fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let Some(extent) = self.extent(name)? else { return Ok(None) };
        if extent.size > LARGEST_MANIFEST as u64 {
            return Err(damaged(&self.shown, &format!("{name} is larger than any manifest")));
        }
        let mut bytes = Vec::new();
        extent.reader().read_to_end(&mut bytes).map_err(|error| damaged(&self.shown, &error.to_string()))?;
        if bytes.len() as u64 != extent.size {
            return Err(damaged(&self.shown, &format!("{name} is cut off")));
        }
        Ok(Some(bytes.into()))
    }

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
        let index: crate::client::registry::manifest::Index = self.parse(OCI_INDEX, &index)?;
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

/// Where a layout keeps a blob.
pub fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

fn entries(file: &mut File, length: u64) -> std::result::Result<BTreeMap<String, Entry>, String> {
    file.rewind().map_err(|error| error.to_string())?;
    let mut found = BTreeMap::new();
    let mut archive = tar::Archive::new(file);
    for entry in archive.entries_with_seek().map_err(|error| error.to_string())? {
        let entry = entry.map_err(|error| error.to_string())?;
        let name = normal(&String::from_utf8_lossy(&entry.path_bytes()));
        let kind = entry.header().entry_type();
        if kind.is_file() {
            let (offset, size) = (entry.raw_file_position(), entry.size());
            if offset.saturating_add(size) > length {
                return Err(format!("{name} is cut off"));
            }
            found.insert(name, Entry::File { offset, size });
        } else if kind.is_symlink() || kind.is_hard_link() {
            let target = entry.link_name_bytes().unwrap_or_default();
            let folder = name.rsplit_once('/').map_or("", |(folder, _)| folder);
            let base = if kind.is_symlink() { folder } else { "" };
            let target = normal(&format!("{base}/{}", String::from_utf8_lossy(&target)));
            found.insert(name, Entry::Link(target));
        }
    }
    Ok(found)
}

fn look_up(entries: &BTreeMap<String, Entry>, name: &str) -> Option<(u64, u64)> {
    let mut name = normal(name);
    for _ in 0..LONGEST_CHAIN {
        match entries.get(&name)? {
            Entry::File { offset, size } => return Some((*offset, *size)),
            Entry::Link(target) => name.clone_from(target),
        }
    }
    None
}

/// `./a/../b` is `b`.
fn normal(path: &str) -> String {
    let mut parts = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    parts.join("/")
}

fn open_below(folder: &Path, name: &str) -> std::io::Result<Option<Extent>> {
    match File::open(folder.join(normal(name))) {
        Ok(file) => {
            let size = file.metadata()?.len();
            Ok(Some(Extent { file: Arc::new(file), offset: 0, size }))
        }
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The failure of an archive that cannot be used, and why.
pub fn damaged(shown: &str, why: &str) -> anyhow::Error {
    Failure::new(format!("{shown} is no archive of images, or is damaged: {why}"))
        .hint("write it again with `docker save`, or compare its checksum with that of where it comes from")
        .code(Code::ArchiveUnusable)
        .into()
}

fn other_processor(shown: &str, architecture: &str) -> anyhow::Error {
    Failure::new(format!("{shown} has no image for {architecture}")).code(Code::OtherArchitecture).into()
}
