//! The Java agent that shows Kafka's figures to Prometheus.
//!
//! karctl fetches it and hands it to the cluster in a ConfigMap: no pod loads anything from outside.

use std::path::{Path, PathBuf};

use tempfile::TempDir;

use crate::client::download::{self, Digest};
use crate::client::file::{self, PRIVATE};
use crate::client::maven::{self, Artifact};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::Settings;

/// The last version that fits into a ConfigMap: 1.0 has 2.9 MB.
/// <https://github.com/prometheus/jmx_exporter/releases/tag/parent-0.20.0>
const ARTIFACT: &str = "io.prometheus.jmx:jmx_prometheus_javaagent:0.20.0";
const FILE: &str = "jmx_prometheus_javaagent-0.20.0.jar";
const URL: &str = concat!(
    "https://repo1.maven.org/maven2/io/prometheus/jmx/jmx_prometheus_javaagent/0.20.0/",
    "jmx_prometheus_javaagent-0.20.0.jar"
);
const SHA256: &str = "8b67ed40485d475648c36d11d21464b484406f85faf912b3363f71a6a7861320";

/// Bytes that an agent may have beside its configuration: a ConfigMap holds 1 MiB.
/// <https://kubernetes.io/docs/concepts/configuration/configmap/#motivation>
const LARGEST: u64 = (1 << 20) - (64 << 10);

/// The agent's jar, where the settings ask for one: the file of the settings, else the pinned one, fetched once.
///
/// # Errors
/// When the file cannot be read or is too large, or the pinned one cannot be fetched.
pub async fn jar(context: &Context, settings: &Settings) -> Result<Option<Vec<u8>>> {
    let settings = &settings.kubernetes;
    if !settings.kafka_agent {
        return Ok(None);
    }
    let path = match &settings.kafka_agent_jar {
        Some(given) => context.environment.working_directory().join(given),
        None => pinned(context).await?,
    };
    let failed = || Failure::new(format!("{} cannot be read", path.display()));
    let size = std::fs::metadata(&path).or_fail(failed)?.len();
    if size > LARGEST {
        return Err(Failure::new(format!(
            "{} has {size} bytes, and a ConfigMap has room for {LARGEST}",
            path.display()
        ))
        .hint("use version 0.20.0 of jmx_prometheus_javaagent, the last one that is small enough")
        .into());
    }
    std::fs::read(&path).or_fail(failed).map(Some)
}

async fn pinned(context: &Context) -> Result<PathBuf> {
    let folder = context.environment.cache_directory()?;
    let path = folder.join(FILE);
    let digest = Digest::Sha256(SHA256);
    if path.is_file() && digest.fits(&path)? {
        return Ok(path);
    }
    file::create_private_folder(&folder)?;
    let beside = tempfile::Builder::new()
        .prefix("fetching-")
        .tempdir_in(&folder)
        .or_fail(|| Failure::new(format!("no folder can be made in {}", folder.display())))?;
    let step = context.ui.step("Fetching the agent for Kafka's figures");
    let fetched = fetch(context, &beside, &mut |bytes| step.bytes(bytes, None)).await?;
    if !digest.fits(&fetched)? {
        return Err(Failure::new(format!("{FILE} does not have the {digest} sum that karctl expects"))
            .hint("try again; if it stays, the Maven mirror or a proxy gives another file")
            .into());
    }
    let content = std::fs::read(&fetched).or_fail(|| Failure::new(format!("{FILE} cannot be read")))?;
    file::write_atomic(&path, &content, PRIVATE)?;
    step.done("Fetched the agent for Kafka's figures");
    Ok(path)
}

/// By Maven, which knows the user's mirrors, else from Maven Central itself.
async fn fetch(context: &Context, beside: &TempDir, progress: &mut (dyn FnMut(u64) + Send)) -> Result<PathBuf> {
    let to: &Path = beside.path();
    if context.environment.program("mvn").is_some() {
        let artifact = Artifact { coordinates: ARTIFACT.to_owned(), is_transitive: false };
        maven::copy(&context.environment, &[artifact], to, &mut |_, bytes| progress(bytes)).await?;
    } else {
        download::fetch(URL, &to.join(FILE), Digest::Sha256(SHA256), &mut |bytes, _| progress(bytes)).await?;
    }
    Ok(to.join(FILE))
}
