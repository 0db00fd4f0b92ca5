//! `karctl local snapshot restore`.

use std::path::PathBuf;

use indicatif::HumanBytes;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::any_engine::AnyEngine;
use super::super::choice::{self, Located, name_flag};
use super::super::docker::DockerEngine;
use super::super::engine::{Engine, EngineKind};
use super::super::instance::{Component, InstanceName, Presence};
use super::super::native::NativeEngine;
use super::super::record::{self, Record};
use super::super::{docker, lock, native};
use super::manifest::Manifest;
use super::store::{SnapshotName, Store};
use crate::client::disk;
use crate::client::file::{self, create_private_folder};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::settings::{self, KafkaMode};

/// File in the instance's folder while its data is replaced.
const FILE: &str = "restoring.json";

/// What is remembered while data is replaced.
#[derive(Serialize, Deserialize)]
struct Restoring {
    snapshot: String,
}

/// What `karctl local snapshot restore -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Restored {
    /// The snapshot.
    pub name: SnapshotName,
    /// The instance whose data is the snapshot's now, or would be.
    pub instance: InstanceName,
    /// The engine it lives on.
    pub engine: EngineKind,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// Whether it ran and was stopped for this, or would be.
    pub stopped: bool,
    /// Where the data was that was replaced, or would be.
    pub replaced: Vec<String>,
    /// What starts it.
    pub start: String,
    /// What the snapshot says of itself.
    pub manifest: Manifest,
}

/// Makes the data of an instance, there or not, that of a snapshot. It is stopped and removed before, after asking, and not
/// started again: only whoever started it knows with which options.
///
/// # Errors
/// When the snapshot is damaged or does not fit the instance, nobody says yes, or something cannot be written; the data is
/// then as it was, or the failure says that the restore is to be finished.
pub async fn restore(
    context: &Context,
    snapshot: &SnapshotName,
    name: &InstanceName,
    dry_run: bool,
) -> Result<Restored> {
    let store = Store::of(context)?;
    let _locks = match dry_run {
        true => None,
        false => Some((lock::acquire(context, name).await?, store.lock(context).await?)),
    };
    let manifest = store.read(snapshot)?;
    let folder = store.folder(snapshot);
    let step = context.ui.step("Reading the snapshot");
    manifest.verify(&folder)?;
    step.skip();
    let target = Target::find(context, name, &manifest).await?;
    target.refuse_unfit(context, name, &manifest)?;
    let restored = Restored {
        name: snapshot.clone(),
        instance: name.clone(),
        engine: manifest.engine,
        dry_run,
        stopped: target.is_running,
        replaced: target.data.clone(),
        start: start(name, &manifest)?,
        manifest,
    };
    if dry_run {
        return Ok(restored);
    }
    // Before anything is stopped; one that was cut may only have to put in its place what lies there.
    if !is_half_restored(context, name)? {
        let beside = if target.engine.kind() == EngineKind::Native { store.size(snapshot) } else { None };
        disk::require_for(&record::folder(context, name)?, beside.unwrap_or(0))?;
    }
    if !target.data.is_empty() && !context.ui.confirm(&target.question(name, snapshot), "-y")? {
        return Err(Failure::new("nothing was replaced").into());
    }
    super::resume_what_was_left(context, &target.engine, name).await?;
    target.engine.down(context, name, false).await?;
    Record::new(target.engine.kind(), target.engine.endpoint()).write(context, name)?;
    replace(context, name, snapshot, &target.engine, &folder, &restored.manifest).await?;
    Ok(restored)
}

async fn replace(
    context: &Context,
    name: &InstanceName,
    snapshot: &SnapshotName,
    engine: &AnyEngine,
    folder: &std::path::Path,
    manifest: &Manifest,
) -> Result<()> {
    let path = marker(context, name)?;
    let step = context.ui.step("Putting the data in its place");
    create_private_folder(&record::folder(context, name)?)?;
    let restoring = Restoring { snapshot: snapshot.to_string() };
    file::write_atomic(&path, &serde_json::to_vec(&restoring)?, file::PRIVATE)?;
    let replaced = engine.replace_data(context, name, folder, &manifest.components()).await;
    let is_half = replaced.as_ref().is_err_and(|error| report(error).code == Some(Code::RestoreUnfinished));
    if !is_half {
        std::fs::remove_file(&path).or_fail(|| Failure::new(format!("{} cannot be removed", path.display())))?;
    }
    replaced?;
    step.done(format!("{} restored", HumanBytes(manifest.bytes())));
    Ok(())
}

/// The instance as it is before.
struct Target {
    engine: AnyEngine,
    is_running: bool,
    is_ephemeral: bool,
    mode: Option<KafkaMode>,
    kafka_version: Option<String>,
    data: Vec<String>,
}

impl Target {
    /// Where there is none, it will live where the snapshot was taken.
    async fn find(context: &Context, name: &InstanceName, manifest: &Manifest) -> Result<Self> {
        if let Some(Located { engine, observed }) = choice::locate(context, name).await?
            && (observed.exists() || !observed.data.is_empty())
        {
            let is_running =
                |seen: &super::super::instance::Observed| matches!(seen.presence, Presence::Running { .. });
            let kafka = observed.components.get(&Component::Kafka);
            return Ok(Self {
                is_running: observed.components.values().any(is_running),
                is_ephemeral: observed.is_ephemeral,
                mode: observed.mode,
                kafka_version: kafka
                    .and_then(|kafka| kafka.version.clone())
                    .filter(|_| engine.kind() == EngineKind::Native),
                data: observed.data,
                engine,
            });
        }
        let engine = match manifest.engine {
            EngineKind::Docker => AnyEngine::Docker(DockerEngine::connect(context, None).await?),
            EngineKind::Native => AnyEngine::Native(NativeEngine::new(context)?),
        };
        Ok(Self { engine, is_running: false, is_ephemeral: false, mode: None, kafka_version: None, data: Vec::new() })
    }

    fn refuse_unfit(&self, context: &Context, name: &InstanceName, manifest: &Manifest) -> Result<()> {
        let elsewhere = "give another instance with --name, or delete this one with `karctl local reset` first";
        if self.engine.kind() != manifest.engine {
            let (was, is) = (engine_name(manifest.engine), engine_name(self.engine.kind()));
            let message = format!("the snapshot was taken on the {was} engine, and `{name}` lives on the {is} engine");
            return Err(Failure::new(message).hint(elsewhere).into());
        }
        if self.is_ephemeral {
            let message = format!("`{name}` keeps nothing beyond `karctl local down`");
            return Err(Failure::new(message).hint(elsewhere).into());
        }
        // A restore that was cut left data of which nobody knows whose it is.
        if marker(context, name)?.exists() {
            return Ok(());
        }
        if let (Some(mode), Some(saved)) = (self.mode, manifest.kafka.mode)
            && mode != saved
        {
            let message = format!(
                "the snapshot's data was written in {} mode, and `{name}` runs in {}",
                saved.name(),
                mode.name()
            );
            return Err(Failure::new(message).hint(elsewhere).code(Code::DataOfOtherMode).into());
        }
        match (&self.kafka_version, &manifest.kafka.kafka_version) {
            (Some(version), Some(saved)) if numbers(saved) > numbers(version) => {
                let message =
                    format!("the snapshot's data was written by Kafka {saved}, newer than {version} of `{name}`");
                Err(Failure::new(message)
                    .hint(format!("start it with `--set kafka.version={saved}` first, or give another --name"))
                    .code(Code::DataOfNewerKafka)
                    .into())
            }
            _ => Ok(()),
        }
    }

    fn question(&self, name: &InstanceName, snapshot: &SnapshotName) -> String {
        let data = self.data.join(", ");
        let stop = if self.is_running { format!("Stop `{name}`, and replace") } else { "Replace".to_owned() };
        format!("{stop} all data of Kafka and Redis of `{name}` ({data}) by the snapshot `{snapshot}`?")
    }
}

/// The command line that starts the instance on the data, where the data asks for more than the defaults.
fn start(name: &InstanceName, manifest: &Manifest) -> Result<String> {
    let defaults = settings::defaults()?;
    let mut line = format!("karctl local up{}", name_flag(name));
    if let Some(mode) = manifest.kafka.mode.filter(|&mode| mode != defaults.kafka.mode) {
        line.push_str(&format!(" --set kafka.mode={}", mode.name()));
    }
    if let Some(version) = manifest.kafka.kafka_version.as_ref().filter(|&version| *version != defaults.kafka.version) {
        line.push_str(&format!(" --set kafka.version={version}"));
    }
    Ok(line)
}

/// Refuses an instance whose data is half replaced.
///
/// # Errors
/// When it is, with the command that finishes it.
pub fn refuse_half_restored(context: &Context, name: &InstanceName) -> Result<()> {
    let path = marker(context, name)?;
    let Ok(text) = std::fs::read(&path) else { return Ok(()) };
    let snapshot = serde_json::from_slice(&text).map_or_else(|_| "NAME".to_owned(), |Restoring { snapshot }| snapshot);
    let flag = name_flag(name);
    Err(Failure::new(format!(
        "restoring `{snapshot}` into `{name}` was cut, and its data is neither the old nor the new"
    ))
    .hint(format!("finish it with `karctl local snapshot restore {snapshot}{flag}`"))
    .hint(format!("or delete the data with `karctl local reset{flag}`"))
    .code(Code::RestoreUnfinished)
    .into())
}

/// Where a restore that was cut keeps the old data, which may be all that there is of it.
///
/// # Errors
/// When there is neither HOME nor XDG_STATE_HOME.
pub fn kept(context: &Context, name: &InstanceName) -> Result<Vec<PathBuf>> {
    let folder = record::folder(context, name)?;
    let beside = Component::ALL.into_iter().map(|component| folder.join(component.name()).join(native::REPLACED));
    Ok(std::iter::once(folder.join(docker::KEPT)).chain(beside).filter(|path| path.exists()).collect())
}

/// Whether a restore was cut.
///
/// # Errors
/// When there is neither HOME nor XDG_STATE_HOME.
pub fn is_half_restored(context: &Context, name: &InstanceName) -> Result<bool> {
    Ok(marker(context, name)?.exists())
}

/// Removes what a restore that was cut left, once the data is gone.
///
/// # Errors
/// When something cannot be removed.
pub fn forget(context: &Context, name: &InstanceName) -> Result<()> {
    let folder = record::folder(context, name)?;
    docker::remove_kept(&folder.join(docker::KEPT))?;
    for path in [folder.join(native::SWAPPING), folder.join(FILE)] {
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(format!("{} cannot be removed", path.display())).because(error).into());
            }
            _ => {}
        }
    }
    Ok(())
}

fn marker(context: &Context, name: &InstanceName) -> Result<PathBuf> {
    Ok(record::folder(context, name)?.join(FILE))
}

fn engine_name(engine: EngineKind) -> &'static str {
    match engine {
        EngineKind::Docker => "docker",
        EngineKind::Native => "native",
    }
}

fn numbers(version: &str) -> Vec<u32> {
    version.split('.').map(|part| part.parse().unwrap_or(0)).collect()
}
