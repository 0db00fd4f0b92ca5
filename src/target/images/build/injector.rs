//! `karctl images build injector`: the image of karctl itself, made without an engine. It replaces the original's Dockerfiles
//! for what runs in a cluster.
//!
//! One layer on nothing (`FROM scratch`) with one static program; equal programs make equal archives.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::change::Change;
use crate::client::file;
use crate::client::registry::Reference;
use crate::context::Context;
use crate::environment::executable;
use crate::error::{Failure, OrFail, Result};
use crate::target::images::archive::Archive;
use crate::target::images::push::{PushOptions, Pushed, Source, push};
use crate::target::images::registry::Manner;
use crate::target::images::scratch;

/// The program within the image.
const PROGRAM: &str = "karctl";

/// The injector's image where no other name is given.
pub const INJECTOR: &str = concat!("karctl/injector:", env!("CARGO_PKG_VERSION"));

/// The registry that it is pushed to where no other is given.
pub const REGISTRY: &str = "localhost:5000";

/// User and group of the image: a number, so that `runAsNonRoot` can be checked; the one of distroless images.
const USER: &str = "65532:65532";

/// Images have no time of their own.
const EPOCH: &str = "1970-01-01T00:00:00Z";

const ARCHIVE_MODE: u32 = 0o644;
const PROGRAM_MODE: u32 = 0o755;

/// What is to be built.
#[derive(Clone, Debug)]
pub struct Order {
    /// The archive, or a folder for it; it is not kept where none is given.
    pub output: Option<PathBuf>,
    /// The static program; karctl itself where none is given.
    pub binary: Option<PathBuf>,
    /// Name and tag.
    pub name: String,
    /// The registry, and folder in it, that the image is pushed to, and how; it is not where none is given.
    pub push: Option<(String, Manner)>,
    /// Nothing is written or pushed.
    pub dry_run: bool,
}

/// What `karctl images build` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Built {
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// Name and tag.
    pub image: String,
    /// The image's id, `sha256:...`.
    pub id: String,
    /// The processor it is for: `amd64`, `arm64`.
    pub architecture: &'static str,
    /// The archive, which `docker load`, `kind load image-archive` and `ctr images import` take.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub archive: Option<String>,
    /// Size of an archive of it, in bytes.
    pub bytes: u64,
    /// What became of the archive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub change: Option<Change>,
    /// What became of it in the registry.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pushed: Option<Pushed>,
}

/// Makes the injector's image: a docker archive, an image in a registry, or both.
///
/// # Errors
/// When the program is not a static one for Linux, the archive cannot be written, or the registry refuses or does not answer.
pub async fn build_injector(order: &Order, context: &Context) -> Result<Built> {
    let working_directory = context.environment.working_directory();
    let path = order.binary.as_ref().map_or_else(executable, |path| working_directory.join(path));
    let shown = order.binary.as_ref().map_or("this karctl".to_owned(), |path| path.display().to_string());
    let program = std::fs::read(&path).or_fail(|| Failure::usage(format!("{shown} cannot be read")))?;
    let architecture = architecture(&program).map_err(|why| unusable(&shown, &why))?;
    let (id, archive) =
        archive(&program, architecture, &order.name).or_fail(|| Failure::new("the image cannot be packed"))?;
    let output = order.output.as_ref().map(|output| destination(&working_directory.join(output), &order.name));
    let change = output.as_ref().map(|output| write(output, &archive, order.dry_run)).transpose()?;
    let pushed = match &order.push {
        Some((place, manner)) => Some(push_archive(context, order, &archive, place, manner).await?),
        None => None,
    };
    Ok(Built {
        dry_run: order.dry_run,
        image: order.name.clone(),
        id,
        architecture,
        archive: output.map(|output| output.display().to_string()),
        bytes: archive.len() as u64,
        change,
        pushed,
    })
}

fn write(output: &Path, archive: &[u8], dry_run: bool) -> Result<Change> {
    if !dry_run {
        return file::write_atomic(output, archive, ARCHIVE_MODE);
    }
    Ok(match file::read(output)? {
        Some(there) if there == archive => Change::Unchanged,
        Some(_) => Change::Updated,
        None => Change::Created,
    })
}

async fn push_archive(
    context: &Context,
    order: &Order,
    archive: &[u8],
    place: &str,
    manner: &Manner,
) -> Result<Pushed> {
    let to = Reference::parse(&order.name)?.moved_to(place)?;
    let folder = scratch(context)?;
    let unwritable = || Failure::new(format!("nothing can be written to {}", folder.display()));
    let mut file = tempfile::tempfile_in(&folder).or_fail(unwritable)?;
    file.write_all(archive).or_fail(unwritable)?;
    let archive = Archive::index(file, &order.name)?;
    let listed = archive.images()?.into_iter().next().expect("the archive has one image");
    let options = PushOptions { manner: manner.clone(), dry_run: order.dry_run };
    push(context, &Source::Archive(Arc::new(archive), Box::new(listed)), &to, &options).await
}

impl Built {
    /// The form for people.
    pub fn text(&self) -> String {
        let is = if self.dry_run { "would be" } else { "is" };
        let archive = self.archive.as_ref();
        let archive = archive.map(|archive| format!("{} for {} {is} in {archive}\n", self.image, self.architecture));
        let pushed = self.pushed.as_ref().map(|pushed| pushed.text(self.dry_run));
        archive.into_iter().chain(pushed).collect()
    }
}

fn unusable(program: &str, why: &str) -> Failure {
    Failure::usage(format!("{program} {why}"))
        .hint(
            "build a static one: RUSTFLAGS=\"-C target-feature=+crt-static\" cargo build --release --locked \
         --target x86_64-unknown-linux-gnu",
        )
        .hint("and give it as --binary target/x86_64-unknown-linux-gnu/release/karctl")
}

/// A folder gets a file named after the image.
fn destination(output: &Path, name: &str) -> PathBuf {
    if output.is_dir() { output.join(name.replace(['/', ':'], "-") + ".tar") } else { output.to_owned() }
}

/// The processor that a static program of Linux is for, or why it is none. (ELF-64, <https://refspecs.linuxfoundation.org/elf/>)
fn architecture(program: &[u8]) -> std::result::Result<&'static str, String> {
    const INTERPRETER: u32 = 3;
    let none = || "is not a 64-bit program of Linux".to_owned();
    if program.get(..6) != Some(b"\x7fELF\x02\x01") {
        return Err(none());
    }
    let half = |at: usize| Some(u16::from_le_bytes(program.get(at..at + 2)?.try_into().ok()?));
    let word = |at: usize| Some(u32::from_le_bytes(program.get(at..at + 4)?.try_into().ok()?));
    let headers = || {
        let start = u64::from_le_bytes(program.get(32..40)?.try_into().ok()?);
        let (size, count) = (usize::from(half(54)?), usize::from(half(56)?));
        let start = usize::try_from(start).ok()?;
        (0..count).map(|index| word(start.checked_add(index * size)?)).collect::<Option<Vec<_>>>()
    };
    let kinds = headers().ok_or_else(none)?;
    if kinds.contains(&INTERPRETER) {
        return Err("is linked with the libraries of its machine, which an image of one file lacks".to_owned());
    }
    match half(18) {
        Some(62) => Ok("amd64"),
        Some(183) => Ok("arm64"),
        _ => Err("is for a processor that KAR has no images for".to_owned()),
    }
}

/// The image's id, and the archive as `docker save` would write it.
fn archive(program: &[u8], architecture: &str, name: &str) -> std::io::Result<(String, Vec<u8>)> {
    let layer = tar([(PROGRAM, program, PROGRAM_MODE)])?;
    let layer_digest = digest(&layer);
    let configuration = json!({
        "architecture": architecture,
        "os": "linux",
        "created": EPOCH,
        "config": {
            "User": USER,
            "Entrypoint": [format!("/{PROGRAM}"), "injector", "serve"],
            "Env": ["PATH=/"],
            "ExposedPorts": { "8443/tcp": {} },
            "Labels": { "org.opencontainers.image.version": env!("CARGO_PKG_VERSION") },
        },
        "rootfs": { "type": "layers", "diff_ids": [format!("sha256:{layer_digest}")] },
        "history": [{ "created": EPOCH, "created_by": "karctl images build" }],
    })
    .to_string();
    let id = digest(configuration.as_bytes());
    let (configuration_name, layer_name) = (format!("{id}.json"), format!("{layer_digest}/layer.tar"));
    let manifest = json!([{ "Config": configuration_name, "RepoTags": [name], "Layers": [layer_name] }]).to_string();
    let archive = tar([
        (configuration_name.as_str(), configuration.as_bytes(), ARCHIVE_MODE),
        (layer_name.as_str(), layer.as_slice(), ARCHIVE_MODE),
        ("manifest.json", manifest.as_bytes(), ARCHIVE_MODE),
    ])?;
    Ok((format!("sha256:{id}"), archive))
}

fn tar<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8], u32)>) -> std::io::Result<Vec<u8>> {
    let mut archive = tar::Builder::new(Vec::new());
    for (path, content, mode) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(mode);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(content.len() as u64);
        archive.append_data(&mut header, path, content)?;
    }
    archive.into_inner()
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}
