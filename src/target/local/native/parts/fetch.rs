//! Fetches what is missing into the cache: beside its place first, and into it only when whole and checked.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use rustix::fs::{FlockOperation, flock};
use tempfile::TempDir;

use super::super::folders::remove_folder;
use super::pins::Pins;
use super::stamp::{Stamp, sum};
use super::{Cache, Kafka, REDIS_PROGRAMS, REDIS_VERSION, no_maven};
use crate::client::file::create_private_folder;
use crate::client::maven::{self, Artifact};
use crate::client::{disk, download};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// The jar that carries static Redis servers for Linux and macOS; see
/// <https://github.com/signalapp/embedded-redis>.
const REDIS_ARTIFACT: &str = "org.signal:embedded-redis:0.9.1";

/// The name that Maven gives it.
const REDIS_JAR: &str = "embedded-redis-0.9.1.jar";

/// slf4j's binding to `java.util.logging`, of the version of slf4j that Kafka 3.3 to 4.3 need. Without one, errors are
/// silent.
const LOGGING_ARTIFACT: &str = "org.slf4j:slf4j-jdk14:1.7.36";

/// Where Apache keeps every release.
const ARCHIVE: &str = "https://archive.apache.org/dist/kafka";

/// How often a cache that another karctl fills is looked at again.
const LOOK_AGAIN: std::time::Duration = std::time::Duration::from_millis(200);

/// Fetches Kafka where `kafka` is `None`, and Redis where `redis` is.
///
/// # Errors
/// When there is no way to fetch, a transfer fails, or a sum differs.
pub async fn missing(
    context: &Context,
    cache: &Cache,
    version: &str,
    kafka: Option<Kafka>,
    redis: Option<PathBuf>,
) -> Result<(Kafka, PathBuf)> {
    create_private_folder(&cache.root)?;
    disk::require(&cache.root)?;
    let _lock = lock(context, cache).await?;
    sweep(cache);
    // Another karctl may have fetched it meanwhile.
    let kafka = kafka.or_else(|| cache.kafka(version));
    let redis = redis.or_else(|| cache.redis());
    if context.environment.program("mvn").is_some() {
        let fetched = with_maven(context, cache, version, kafka, redis).await;
        sweep(cache);
        fetched
    } else {
        let redis =
            redis.ok_or_else(|| no_maven("a Redis server").hint("install valkey-server or redis-server, or Maven"))?;
        let kafka = match kafka {
            Some(kafka) => kafka,
            None => from_archive(context, cache, version).await?,
        };
        Ok((kafka, redis))
    }
}

async fn lock(context: &Context, cache: &Cache) -> Result<File> {
    let path = cache.root.join("lock");
    let failed = || Failure::new(format!("{} cannot be locked", path.display())).code(Code::HomeUnusable);
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).or_fail(failed)?;
    let mut waiting = None;
    while flock(&file, FlockOperation::NonBlockingLockExclusive).is_err() {
        waiting.get_or_insert_with(|| context.ui.step("Waiting for another karctl that fetches the same"));
        tokio::time::sleep(LOOK_AGAIN).await;
    }
    if let Some(step) = waiting {
        step.skip();
    }
    Ok(file)
}

async fn with_maven(
    context: &Context,
    cache: &Cache,
    version: &str,
    kafka: Option<Kafka>,
    redis: Option<PathBuf>,
) -> Result<(Kafka, PathBuf)> {
    let artifact = |coordinates: &str, is_transitive| Artifact { coordinates: coordinates.to_owned(), is_transitive };
    let mut artifacts = Vec::new();
    let mut names = Vec::new();
    if kafka.is_none() {
        artifacts.push(artifact(&format!("org.apache.kafka:kafka_2.13:{version}"), true));
        artifacts.push(artifact(LOGGING_ARTIFACT, true));
        names.push(format!("Kafka {version}"));
    }
    if redis.is_none() {
        artifacts.push(artifact(REDIS_ARTIFACT, false));
        names.push(format!("Redis {REDIS_VERSION}"));
    }
    if let (Some(kafka), Some(redis)) = (&kafka, &redis) {
        return Ok((kafka.clone(), redis.clone()));
    }
    let fetched = beside(cache)?;
    let names = names.join(" and ");
    let step = context.ui.step(format!("Fetching {names} with Maven"));
    let mut bytes = 0;
    maven::copy(&context.environment, &artifacts, fetched.path(), &mut |name, size| {
        bytes += size;
        step.detail(name);
        step.bytes(bytes, None);
    })
    .await?;
    let redis = match redis {
        Some(redis) => redis,
        None => place_redis(cache, fetched.path())?,
    };
    let kafka = match kafka {
        Some(kafka) => kafka,
        None => place_kafka(context, cache, version, fetched.path())?,
    };
    step.done(format!("Fetched {names}"));
    Ok((kafka, redis))
}

/// Name of folders that are being filled.
const BESIDE: &str = "fetching-";

/// What a killed karctl was filling is of no use to anybody; nobody else fills while the lock is held.
///
/// Maven outlives the karctl that started it for a moment and may still fill its folder; then the next one removes it.
fn sweep(cache: &Cache) {
    let entries = std::fs::read_dir(&cache.root).into_iter().flatten().flatten();
    for entry in entries.filter(|entry| entry.file_name().to_string_lossy().starts_with(BESIDE)) {
        remove_folder(&entry.path()).ok();
    }
}

/// A folder on the same file system as the cache, removed when what is in it was not taken.
fn beside(cache: &Cache) -> Result<TempDir> {
    tempfile::Builder::new()
        .prefix(BESIDE)
        .tempdir_in(&cache.root)
        .or_fail(|| Failure::new(format!("no folder can be made in {}", cache.root.display())))
}

fn place_kafka(context: &Context, cache: &Cache, version: &str, fetched: &Path) -> Result<Kafka> {
    let pins = Pins::of_kafka(version);
    if pins.is_none() {
        context.ui.note(format!("Kafka {version} is not pinned in karctl: Maven's own checks were relied on"));
    }
    let folder = cache.kafka_folder(version);
    let stamp = Stamp::make(fetched, pins)?;
    move_into_place(fetched, &folder)?;
    Ok(Kafka { version: version.to_owned(), jars: stamp.paths(&folder) })
}

/// Takes the program of this platform out of the jar, and the jar out of what was fetched.
fn place_redis(cache: &Cache, fetched: &Path) -> Result<PathBuf> {
    let jar = fetched.join(REDIS_JAR);
    let name = format!("redis-server-{REDIS_VERSION}-{}", platform()?);
    let pinned = Pins::of_redis();
    if Some(sum(&jar)?.as_str()) != pinned.sum(REDIS_JAR) {
        return Err(mismatch(&jar));
    }
    let broken = || Failure::new(format!("{} cannot be unpacked", jar.display()));
    let mut program = Vec::new();
    let mut archive = zip::ZipArchive::new(File::open(&jar).or_fail(broken)?).or_fail(broken)?;
    archive.by_name(&name).or_fail(broken)?.read_to_end(&mut program).or_fail(broken)?;
    let unpacked = beside(cache)?;
    let path = unpacked.path().join(REDIS_PROGRAMS[1]);
    OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o700)
        .open(&path)
        .and_then(|mut file| file.write_all(&program))
        .or_fail(|| Failure::new(format!("{} cannot be written", path.display())))?;
    if Some(sum(&path)?.as_str()) != pinned.sum(&name) {
        return Err(mismatch(&path));
    }
    Stamp::make(unpacked.path(), None)?;
    move_into_place(unpacked.path(), &cache.redis_folder())?;
    std::fs::remove_file(&jar).or_fail(|| Failure::new(format!("{} cannot be removed", jar.display())))?;
    Ok(cache.redis_folder().join(REDIS_PROGRAMS[1]))
}

fn mismatch(path: &Path) -> anyhow::Error {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    Failure::new(format!("{name} does not have the SHA-256 sum that karctl expects; it was discarded"))
        .hint("try again; if it stays, look at Maven's settings: a mirror may serve other files")
        .code(Code::ChecksumMismatch)
        .into()
}

/// As the files in the jar are named.
fn platform() -> Result<String> {
    let system = match std::env::consts::OS {
        "linux" => "linux",
        "macos" => "darwin",
        other => return Err(no_redis(other)),
    };
    let machine = match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        other => return Err(no_redis(other)),
    };
    Ok(format!("{system}-{machine}"))
}

fn no_redis(platform: &str) -> anyhow::Error {
    Failure::new(format!("there is no Redis to fetch for {platform}"))
        .hint("install valkey-server or redis-server, so that it is on PATH")
        .into()
}

/// A damaged folder of an earlier time gives way.
fn move_into_place(from: &Path, to: &Path) -> Result<()> {
    let failed = || Failure::new(format!("{} cannot be written", to.display()));
    if let Some(parent) = to.parent() {
        create_private_folder(parent)?;
    }
    remove_folder(to)?;
    std::fs::set_permissions(from, std::fs::Permissions::from_mode(0o700)).or_fail(failed)?;
    std::fs::rename(from, to).or_fail(failed)
}

async fn from_archive(context: &Context, cache: &Cache, version: &str) -> Result<Kafka> {
    let name = format!("kafka_2.13-{version}.tgz");
    let Some(digest) = Pins::archive(&name) else {
        let failure = no_maven(&format!("Kafka {version}"));
        return Err(failure.hint("install Maven, or give an unpacked Kafka with `--set kafka.home=DIR`").into());
    };
    let to = cache.root.join(&name);
    let step = context.ui.step(format!("Fetching Kafka {version} from its archive"));
    download::fetch(&format!("{ARCHIVE}/{version}/{name}"), &to, digest, &mut |done, total| step.bytes(done, total))
        .await
        .or_fail(|| Failure::new(format!("Kafka {version} was not fetched")).hint(
            "or install Maven (karctl then fetches Kafka with it), or give an unpacked Kafka with `--set kafka.home=DIR`",
        ))?;
    step.detail("unpacking");
    let unpacked = beside(cache)?;
    let taken = unpack(&to, unpacked.path());
    std::fs::remove_file(&to).or_fail(|| Failure::new(format!("{} cannot be removed", to.display())))?;
    taken?;
    let stamp = Stamp::make(unpacked.path(), None)?;
    let folder = cache.kafka_folder(version);
    move_into_place(unpacked.path(), &folder)?;
    step.done(format!("Fetched Kafka {version}"));
    Ok(Kafka { version: version.to_owned(), jars: stamp.paths(&folder) })
}

/// Takes the jars of `kafka_2.13-V/libs/` out of the archive.
fn unpack(archive: &Path, to: &Path) -> Result<()> {
    let broken = || Failure::new(format!("{} cannot be unpacked", archive.display()));
    let mut archive = tar::Archive::new(flate2::read::GzDecoder::new(File::open(archive).or_fail(broken)?));
    for entry in archive.entries().or_fail(broken)? {
        let mut entry = entry.or_fail(broken)?;
        let path = entry.path().or_fail(broken)?.into_owned();
        let in_libs = path.parent().is_some_and(|parent| parent.ends_with("libs"));
        if let Some(name) = path.file_name().filter(|_| in_libs && entry.header().entry_type().is_file()) {
            entry.unpack(to.join(name)).or_fail(broken)?;
        }
    }
    Ok(())
}
