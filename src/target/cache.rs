//! What karctl keeps so that it need not be fetched or made again. Everything here can be deleted: the next
//! `karctl local up` brings back what it needs.

use std::fs::{File, OpenOptions};
use std::path::{Path, PathBuf};

use indicatif::HumanBytes;
use rustix::fs::{FlockOperation, flock};
use schemars::JsonSchema;
use serde::Serialize;

use super::local::engine::EngineKind;
use super::local::{name_flag, running_on};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::ui::table;

/// Held by whoever fills the cache; never removed, as another karctl may wait for it.
const LOCK: &str = "lock";

/// What `karctl cache list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Cache {
    /// The folder.
    pub folder: String,
    /// Bytes of everything in it.
    pub bytes: u64,
    /// What is in it, by name.
    pub entries: Vec<Entry>,
}

/// What `karctl cache clean -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Cleaned {
    /// The folder.
    pub folder: String,
    /// Whether it was only said what would be done.
    pub dry_run: bool,
    /// Bytes that are free now, or would be.
    pub bytes: u64,
    /// What was removed, or would be.
    pub removed: Vec<Entry>,
}

/// One file or folder of the cache.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Entry {
    /// Its name.
    pub name: String,
    /// What it is, for people.
    pub what: String,
    /// Bytes.
    pub bytes: u64,
}

/// Lists what is in the cache.
///
/// # Errors
/// When its folder cannot be told or read.
pub fn list(context: &Context) -> Result<Cache> {
    let folder = context.environment.cache_directory()?;
    let unreadable = || Failure::new(format!("{} cannot be read", folder.display())).code(Code::HomeUnusable);
    let entries = match std::fs::read_dir(&folder) {
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Vec::new(),
        entries => {
            let paths: std::io::Result<Vec<_>> = entries.or_fail(unreadable)?.collect();
            let mut paths: Vec<PathBuf> = paths.or_fail(unreadable)?.into_iter().map(|entry| entry.path()).collect();
            paths.retain(|path| path.file_name().is_some_and(|name| name != LOCK));
            paths.sort();
            paths.iter().map(|path| entry(path)).collect::<std::io::Result<_>>().or_fail(unreadable)?
        }
    };
    let bytes = entries.iter().map(|entry| entry.bytes).sum();
    Ok(Cache { folder: folder.display().to_string(), bytes, entries })
}

/// Deletes what is in the cache, after asking; nothing of it may be in use.
///
/// # Errors
/// When an instance runs from it, another karctl fills it, nobody says yes, or something cannot be removed.
pub async fn clean(context: &Context, dry_run: bool) -> Result<Cleaned> {
    let Cache { folder, bytes, entries } = list(context)?;
    let cleaned = |removed, bytes| Cleaned { folder: folder.clone(), dry_run, bytes, removed };
    if entries.is_empty() || dry_run {
        return Ok(cleaned(entries, bytes));
    }
    refuse_in_use(context).await?;
    let _lock = lock(Path::new(&folder))?;
    if !context.ui.confirm(&format!("Delete {} in {folder}?", HumanBytes(bytes)), "-y")? {
        return Ok(cleaned(Vec::new(), 0));
    }
    for entry in &entries {
        let path = Path::new(&folder).join(&entry.name);
        let is_folder = std::fs::symlink_metadata(&path).is_ok_and(|metadata| metadata.is_dir());
        let removed = if is_folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
        removed.or_fail(|| Failure::new(format!("{} cannot be removed", path.display())))?;
    }
    Ok(cleaned(entries, bytes))
}

/// A server that runs still opens files of its Kafka.
async fn refuse_in_use(context: &Context) -> Result<()> {
    match running_on(context, EngineKind::Native).await?.first() {
        Some(name) => Err(Failure::new(format!("the instance `{name}` runs from the cache"))
            .hint(format!("stop it first with `karctl local stop{}`", name_flag(name)))
            .into()),
        None => Ok(()),
    }
}

fn lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let failed = || Failure::new(format!("{} cannot be locked", path.display()));
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path).or_fail(failed)?;
    match flock(&file, FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(file),
        Err(_) => Err(Failure::new("another karctl fills the cache")
            .hint("wait for it, or end it")
            .code(Code::LockHeld)
            .into()),
    }
}

fn entry(path: &Path) -> std::io::Result<Entry> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Ok(Entry { what: describe(&name), bytes: size(path)?, name })
}

fn describe(name: &str) -> String {
    match name.split_once('-') {
        Some(("kafka", version)) => format!("Kafka {version} for the native engine"),
        Some(("redis", version)) => format!("Redis {version} for the native engine"),
        Some(("class", "data")) => "class data that lets Java start faster".to_owned(),
        Some(("jmx_prometheus_javaagent", _)) => "the agent that shows Kafka's figures on a cluster".to_owned(),
        Some(("pushed", "layers")) => "what layers of images are called in registries".to_owned(),
        Some(("fetching", _)) => "what a transfer that was cut left".to_owned(),
        _ => "not known to this karctl".to_owned(),
    }
}

/// Links are counted, not followed.
fn size(path: &Path) -> std::io::Result<u64> {
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Ok(metadata.len());
    }
    std::fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

impl Cache {
    /// The form for people.
    pub fn text(&self) -> String {
        if self.entries.is_empty() {
            return format!("{} is empty\n", self.folder);
        }
        format!("{}: {}\n{}", self.folder, HumanBytes(self.bytes), rows(&self.entries))
    }
}

impl Cleaned {
    /// The form for people.
    pub fn text(&self) -> String {
        match (self.removed.is_empty(), self.dry_run) {
            (true, _) => format!("Nothing to delete in {}\n", self.folder),
            (false, true) => {
                format!("Would delete {} in {}\n{}", HumanBytes(self.bytes), self.folder, rows(&self.removed))
            }
            (false, false) => format!("Deleted {} in {}\n", HumanBytes(self.bytes), self.folder),
        }
    }
}

fn rows(entries: &[Entry]) -> String {
    let row = |entry: &Entry| vec![entry.name.clone(), HumanBytes(entry.bytes).to_string(), entry.what.clone()];
    table(&entries.iter().map(row).collect::<Vec<_>>())
}
