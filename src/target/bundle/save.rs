//! `karctl bundle save`.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use indicatif::HumanBytes;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;

use super::{CONTENTS, Contents, END_OF_IMAGES, Entry, FORMAT, Image, MANIFESTS, NATIVE, SBOM, SETTINGS, sbom, verify};
use crate::change::Change;
use crate::client::docker::Docker;
use crate::client::draft::Draft;
use crate::client::registry::Reference;
use crate::client::registry::manifest::{Descriptor, Manifest, RawManifest, digest_of, media_type};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::Settings;
use crate::target::images::archive::{self, Archive, Extent, blob_path};
use crate::target::images::{digest_of_reader, list, push, scratch};
use crate::target::kubernetes::{deploy, render};
use crate::target::local::docker::images as engine_images;
use crate::yaml;

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// Everybody may read what is in it; nothing is secret.
const MODE: u32 = 0o644;
const PROGRAM_MODE: u32 = 0o755;

/// What of karctl's cache the native engine runs from; other entries are made by it.
const PARTS: [&str; 3] = ["kafka-", "redis-", "jmx_prometheus_javaagent-"];

/// What is saved.
#[derive(Debug)]
pub struct Order<'a> {
    /// The file.
    pub file: PathBuf,
    /// The settings whose images these are.
    pub settings: &'a Settings,
    /// More images, such as those of applications.
    pub images: Vec<String>,
    /// Without the images that the settings name.
    pub only_these: bool,
    /// Nothing is written or pulled.
    pub dry_run: bool,
}

/// What `karctl bundle save -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Saved {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// The file.
    pub file: String,
    /// Its size, in bytes; 0 where it was not written.
    pub bytes: u64,
    /// What became of it.
    pub change: Change,
    /// Names of the images in it.
    pub images: Vec<String>,
}

/// A file of the bundle, and where its bytes are.
struct Part {
    entry: Entry,
    source: Source,
}

enum Source {
    Memory(Bytes),
    Extent(Extent),
}

impl Part {
    fn of_bytes(path: impl Into<String>, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        let entry =
            Entry { path: path.into(), size: bytes.len() as u64, digest: digest_of(&bytes), is_executable: false };
        Self { entry, source: Source::Memory(bytes) }
    }

    fn blob(digest: &str, extent: Extent) -> Self {
        let entry =
            Entry { path: blob_path(digest), size: extent.size, digest: digest.to_owned(), is_executable: false };
        Self { entry, source: Source::Extent(extent) }
    }
}

/// Writes a bundle. Images that the engine lacks are pulled.
///
/// # Errors
/// When an image cannot be had, the images are for several processors, or the file cannot be written; then there is none.
pub async fn save(context: &Context, order: &Order<'_>) -> Result<Saved> {
    let names = names(context, order).await?;
    let path = context.environment.working_directory().join(&order.file);
    let was_there = path.exists();
    let change = if was_there { Change::Updated } else { Change::Created };
    let saved = |bytes, change| Saved {
        dry_run: order.dry_run,
        file: order.file.display().to_string(),
        bytes,
        change,
        images: names.clone(),
    };
    if order.dry_run {
        return Ok(saved(0, change));
    }
    let docker = Docker::connect(&context.environment).await?;
    for name in &names {
        if docker.image(name).await.map_err(Failure::from)?.is_none() {
            engine_images::pull(&docker, context, name, "--set, as `karctl images list` names them").await?;
        }
    }
    let step = context.ui.step(format!("Saving {}", order.file.display()));
    let exported: Vec<_> = names.iter().map(String::as_str).collect();
    let archive = push::export(context, &docker, &exported, &step).await?;
    step.detail("writing it");
    let (contents, parts) = parts(context, order, &names, &archive).await?;
    if was_there && is_same(context, &path, &contents).await {
        step.skip();
        return Ok(saved(0, Change::Unchanged));
    }
    let written = tokio::task::spawn_blocking(move || write(&path, &contents, &parts)).await;
    let unwritable = || Failure::new(format!("{} cannot be written", order.file.display()));
    let bytes = written.or_fail(unwritable)?.or_fail(unwritable)?;
    step.done(format!("Saved {} ({})", order.file.display(), HumanBytes(bytes)));
    Ok(saved(bytes, change))
}

/// Each image once, as it is called in full.
async fn names(context: &Context, order: &Order<'_>) -> Result<Vec<String>> {
    let mut names: Vec<String> = Vec::new();
    let of_settings = match order.only_these {
        true => Vec::new(),
        false => list::named(context, order.settings).await?.into_iter().map(|(_, name)| name).collect(),
    };
    for name in of_settings.into_iter().chain(order.images.iter().cloned()) {
        Reference::parse(&name)?;
        if !names.contains(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

/// Whether the bundle that is there already has the same images, settings and parts; what a deploy applies has new
/// certificates each time.
async fn is_same(context: &Context, path: &Path, contents: &Contents) -> bool {
    let Ok((_, there)) = verify::opened(context, path).await else { return false };
    let comparable = |contents: &Contents| {
        let files = contents.files.iter().filter(|file| !file.path.starts_with(MANIFESTS)).cloned();
        Contents { files: files.collect(), ..contents.clone() }
    };
    comparable(&there) == comparable(contents)
}

async fn parts(
    context: &Context,
    order: &Order<'_>,
    names: &[String],
    archive: &Archive,
) -> Result<(Contents, Vec<Part>)> {
    let (images, architecture, blobs) = layout(names, archive)?;
    let native = native(context, order.settings).await?;
    let described: Vec<_> = native.iter().map(|part| part.entry.clone()).collect();
    let sbom = serde_json::to_vec_pretty(&sbom::document(&images, &described))?;
    let mut parts = vec![Part::of_bytes(SETTINGS, settings(order.settings)?), Part::of_bytes(SBOM, sbom)];
    parts.extend(manifests(context, order.settings).await?);
    parts.extend(blobs);
    parts.push(Part::of_bytes(END_OF_IMAGES, Bytes::new()));
    parts.extend(native);
    let files = parts.iter().map(|part| part.entry.clone()).collect();
    let karctl = env!("CARGO_PKG_VERSION").to_owned();
    Ok((Contents { format: FORMAT, karctl, architecture, images, files }, parts))
}

/// The images as a layout of the OCI and an archive of Docker at once, and the processor that they are for.
fn layout(names: &[String], archive: &Archive) -> Result<(Vec<Image>, String, Vec<Part>)> {
    let listed = archive.images()?;
    let mut blobs = BTreeMap::new();
    let (mut images, mut manifests, mut index) = (Vec::new(), Vec::new(), Vec::new());
    let mut architecture: Option<String> = None;
    for name in names {
        let image = archive.image(push::find(&listed, name, archive)?, crate::target::images::PROCESSOR)?;
        let known = architecture.get_or_insert_with(|| image.architecture.clone());
        if *known != image.architecture {
            let mixed = format!("{name} is for {}, and other images are for {known}", image.architecture);
            return Err(Failure::new(mixed).hint("pull all of them for one processor").into());
        }
        let layers = layers(&image, &mut blobs)?;
        let paths: Vec<_> = layers.iter().map(|layer| blob_path(&layer.digest)).collect();
        manifests.push(json!({"Config": blob_path(&image.id), "RepoTags": [name], "Layers": paths}));
        let raw = manifest(&image, layers)?;
        let mut descriptor = raw.descriptor();
        descriptor.annotations.insert("io.containerd.image.name".to_owned(), Reference::parse(name)?.whole().into());
        descriptor.annotations.insert("org.opencontainers.image.ref.name".to_owned(), name.as_str().into());
        index.push(descriptor);
        for bytes in [image.configuration.clone(), raw.bytes] {
            let digest = digest_of(&bytes);
            let part = Part::of_bytes(blob_path(&digest), bytes);
            blobs.insert(digest, part);
        }
        images.push(Image { name: name.clone(), id: image.id });
    }
    let mut parts = vec![
        Part::of_bytes("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#),
        Part::of_bytes("index.json", json!({"schemaVersion": 2, "manifests": index}).to_string()),
        Part::of_bytes("manifest.json", json!(manifests).to_string()),
    ];
    parts.extend(blobs.into_values());
    Ok((images, architecture.unwrap_or_default(), parts))
}

fn layers(image: &archive::Image, blobs: &mut BTreeMap<String, Part>) -> Result<Vec<Descriptor>> {
    let one = |layer: &archive::Layer| {
        let (kind, digest) = match (layer.is_plain, &layer.descriptor) {
            (true, _) => ("application/vnd.oci.image.layer.v1.tar", layer.diff_id.clone()),
            (false, Some(descriptor)) => (descriptor.media_type.as_str(), descriptor.digest.clone()),
            (false, None) => {
                let failed = || Failure::new(format!("the layer {} cannot be read", layer.diff_id));
                let digest = digest_of_reader(layer.extent.reader()).or_fail(failed)?;
                ("application/vnd.oci.image.layer.v1.tar+gzip", digest)
            }
        };
        blobs.entry(digest.clone()).or_insert_with(|| Part::blob(&digest, layer.extent.clone()));
        Ok(Descriptor::new(kind, digest, layer.extent.size))
    };
    image.layers.iter().map(one).collect()
}

fn manifest(image: &archive::Image, layers: Vec<Descriptor>) -> Result<RawManifest> {
    let size = image.configuration.len() as u64;
    let config = Descriptor::new("application/vnd.oci.image.config.v1+json", &*image.id, size);
    let media_type = media_type::OCI_MANIFEST;
    let manifest = Manifest { schema_version: 2, media_type: Some(media_type.to_owned()), config, layers };
    Ok(RawManifest::new(media_type, serde_json::to_vec(&manifest)?))
}

/// The settings as a profile, without what is secret.
fn settings(settings: &Settings) -> Result<String> {
    let mut settings = settings.clone();
    settings.kafka.password = None;
    settings.redis.password = None;
    yaml::to_string(&settings)
}

/// What a deploy applies, one object a file, but for secrets, which each cluster has of its own.
async fn manifests(context: &Context, settings: &Settings) -> Result<Vec<Part>> {
    let mut objects = deploy::render(context, settings, &deploy::Options::default()).await?;
    objects.retain(|object| object.text("/kind") != Some("Secret"));
    let stream = render::stream(&objects)?;
    Ok(vec![Part::of_bytes(format!("{MANIFESTS}/kar.yaml"), stream)])
}

/// What the native engine has fetched, of the version of Kafka in the settings.
async fn native(context: &Context, settings: &Settings) -> Result<Vec<Part>> {
    let cache = scratch(context)?;
    let kafka = format!("{}{}", PARTS[0], settings.kafka.version);
    let is_part =
        |name: &str| PARTS.iter().any(|part| name.starts_with(part)) && (!name.starts_with(PARTS[0]) || name == kafka);
    let found = tokio::task::spawn_blocking(move || files(&cache)).await;
    let unreadable = || Failure::new("karctl's cache cannot be read");
    let found = found.or_fail(unreadable)?.or_fail(unreadable)?;
    let mut parts = Vec::new();
    for (name, path) in found {
        if !is_part(name.split('/').next().unwrap_or_default()) {
            continue;
        }
        let file = File::open(&path).or_fail(unreadable)?;
        let metadata = file.metadata().or_fail(unreadable)?;
        let extent = Extent { file: Arc::new(file), offset: 0, size: metadata.len() };
        let digest = digest_of_reader(extent.reader()).or_fail(unreadable)?;
        let is_executable = metadata.permissions().mode() & 0o100 != 0;
        let entry = Entry { path: format!("{NATIVE}/{name}"), size: extent.size, digest, is_executable };
        parts.push(Part { entry, source: Source::Extent(extent) });
    }
    Ok(parts)
}

/// Regular files below a folder by their paths there, in order.
fn files(root: &Path) -> std::io::Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder)? {
            let entry = entry?;
            let kind = entry.file_type()?;
            if kind.is_dir() {
                folders.push(entry.path());
            } else if kind.is_file() {
                let path = entry.path();
                let name = path.strip_prefix(root).unwrap_or(&path).to_string_lossy().into_owned();
                files.insert(name, path);
            }
        }
    }
    Ok(files)
}

/// There only when whole.
fn write(path: &Path, contents: &Contents, parts: &[Part]) -> std::io::Result<u64> {
    let mut tar = tar::Builder::new(BufWriter::with_capacity(BUFFER, Draft::of(path, MODE)?));
    let first = serde_json::to_vec_pretty(contents)?;
    tar.append_data(&mut header(first.len() as u64, MODE), CONTENTS, &*first)?;
    for Part { entry, source } in parts {
        let mut header = header(entry.size, if entry.is_executable { PROGRAM_MODE } else { MODE });
        match source {
            Source::Memory(bytes) => tar.append_data(&mut header, &entry.path, &**bytes)?,
            Source::Extent(extent) => {
                let reader = BufReader::with_capacity(BUFFER, extent.reader());
                tar.append_data(&mut header, &entry.path, reader)?;
            }
        }
    }
    let mut buffered = tar.into_inner()?;
    buffered.flush()?;
    buffered.into_inner().map_err(std::io::IntoInnerError::into_error)?.place()
}

fn header(size: u64, mode: u32) -> tar::Header {
    let mut header = tar::Header::new_gnu();
    header.set_mode(mode);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(0);
    header.set_size(size);
    header
}

impl Saved {
    /// The form for people.
    pub fn text(&self) -> String {
        let Self { file, change, images, .. } = self;
        let would = if self.dry_run { "would be " } else { "" };
        let names: String = images.iter().map(|image| format!("  {image}\n")).collect();
        format!("{file} {would}{change}, with\n{names}")
    }
}
