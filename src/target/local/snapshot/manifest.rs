//! What a snapshot says of itself, and whether its files are those that were written.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::client::file;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;
use crate::target::local::docker::data::{MARKER, META_PROPERTIES, MetaProperties};
use crate::target::local::engine::EngineKind;
use crate::target::local::instance::Component;

/// File name of the manifest.
pub const FILE: &str = "manifest.json";

/// Version of its form.
const VERSION: u32 = 1;

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

/// Files in an archive that are read whole are small.
const LARGEST: u64 = 1 << 20;

/// What a snapshot says of itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Manifest {
    /// Version of this form.
    pub version: u32,
    /// The instance that it was taken of.
    pub instance: String,
    /// The engine that it lived on; only the same kind can take the snapshot.
    pub engine: EngineKind,
    /// When it was taken, RFC 3339 in UTC.
    pub taken: String,
    /// Version of the karctl that took it.
    pub karctl: String,
    /// Whose data Kafka's is.
    pub kafka: KafkaData,
    /// How long servers stood still for it, in milliseconds; null where none ran.
    pub paused_ms: Option<u64>,
    /// One archive for each component that had data.
    pub parts: Vec<Part>,
}

/// What is known of Kafka's data.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct KafkaData {
    /// The newest Kafka that wrote it.
    pub kafka_version: Option<String>,
    /// How it keeps its metadata.
    pub mode: Option<KafkaMode>,
    /// Kafka's own id of its cluster.
    pub cluster_id: Option<String>,
}

/// One archive.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Part {
    /// Whose data it holds.
    pub component: Component,
    /// Its name in the snapshot's folder.
    pub file: String,
    /// Its length in bytes; zeros in it take no room on the disk.
    pub bytes: u64,
    /// Its SHA-256, in hexadecimal.
    pub sha256: String,
}

impl Manifest {
    /// Reads one.
    ///
    /// # Errors
    /// When it is missing, cannot be understood, or was written by a newer karctl.
    pub fn read(path: &Path) -> Result<Self> {
        let bad = || damaged(format!("{} cannot be understood", path.display()));
        let text = std::fs::read(path).or_fail(bad)?;
        // The version first: another form need not be understood any further.
        let form: serde_json::Value = serde_json::from_slice(&text).or_fail(bad)?;
        if form["version"].as_u64().is_some_and(|version| version > u64::from(VERSION)) {
            return Err(bad().because(Failure::new("it was written by a newer karctl")).into());
        }
        serde_json::from_value(form).or_fail(bad)
    }

    /// Describes the archives in a folder, and writes the manifest beside them.
    ///
    /// # Errors
    /// When an archive cannot be read, or the manifest cannot be written.
    pub fn write(
        folder: &Path,
        of: (String, EngineKind),
        components: &[Component],
        paused_ms: Option<u64>,
        taken: jiff::Timestamp,
    ) -> Result<Self> {
        let parts: Vec<_> = components.iter().map(|&component| Part::of(folder, component)).collect::<Result<_>>()?;
        let kafka = match components.contains(&Component::Kafka) {
            true => KafkaData::of(&folder.join(file_of(Component::Kafka)))?,
            false => KafkaData::default(),
        };
        let (instance, engine) = of;
        let karctl = env!("CARGO_PKG_VERSION").to_owned();
        let taken = taken.to_string();
        let manifest = Self { version: VERSION, instance, engine, taken, karctl, kafka, paused_ms, parts };
        file::write_atomic(&folder.join(FILE), &serde_json::to_vec_pretty(&manifest)?, file::PRIVATE)?;
        Ok(manifest)
    }

    /// Bytes of all archives.
    pub fn bytes(&self) -> u64 {
        self.parts.iter().map(|part| part.bytes).sum()
    }

    /// Reads every archive and compares it with its sum.
    ///
    /// # Errors
    /// When one is missing, cannot be read, or differs.
    pub fn verify(&self, folder: &Path) -> Result<()> {
        for part in &self.parts {
            let seen = Part::of(folder, part.component)?;
            if part.file != seen.file || part.bytes != seen.bytes || part.sha256 != seen.sha256 {
                return Err(damaged(format!("{} is not what was saved", folder.join(&part.file).display())).into());
            }
        }
        Ok(())
    }

    /// The components that it has data of.
    pub fn components(&self) -> Vec<Component> {
        self.parts.iter().map(|part| part.component).collect()
    }
}

impl Part {
    fn of(folder: &Path, component: Component) -> Result<Self> {
        let file = file_of(component);
        let path = folder.join(&file);
        let (bytes, sha256) = sum(&path).or_fail(|| damaged(format!("{} cannot be read", path.display())))?;
        Ok(Self { component, file, bytes, sha256 })
    }
}

impl KafkaData {
    /// From the two small files that say it: karctl's, written before Kafka first started, and Kafka's own.
    fn of(archive: &Path) -> Result<Self> {
        let unreadable = || damaged(format!("{} cannot be read", archive.display()));
        let mut data = Self::default();
        let mut meta = None;
        for entry in tar::Archive::new(File::open(archive).or_fail(unreadable)?).entries().or_fail(unreadable)? {
            let mut entry = entry.or_fail(unreadable)?;
            let path = entry.path().or_fail(unreadable)?.into_owned();
            let path = path.strip_prefix(".").unwrap_or(&path);
            if path != Path::new(MARKER) && path != Path::new(META_PROPERTIES) || entry.size() > LARGEST {
                continue;
            }
            let mut text = String::new();
            entry.read_to_string(&mut text).or_fail(unreadable)?;
            if path == Path::new(MARKER) {
                // One that cannot be understood says nothing; Kafka's own file is there.
                data = serde_json::from_str(&text).unwrap_or_default();
            } else {
                meta = MetaProperties::parse(&text);
            }
        }
        if let Some(meta) = meta {
            data = Self { mode: Some(meta.mode), cluster_id: meta.cluster_id.or(data.cluster_id), ..data };
        }
        Ok(data)
    }
}

/// The archive of a component.
pub fn file_of(component: Component) -> String {
    format!("{}.tar", component.name())
}

fn sum(path: &Path) -> std::io::Result<(u64, String)> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    let mut bytes = 0;
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok((bytes, format!("{:x}", hash.finalize()))),
            read => {
                hash.update(&buffer[..read]);
                bytes += read as u64;
            }
        }
    }
}

fn damaged(message: String) -> Failure {
    Failure::new(message)
        .hint("delete it with `karctl local snapshot delete NAME`, and save another one")
        .code(Code::SnapshotDamaged)
}
