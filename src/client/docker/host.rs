//! The machine that an engine runs on, which need not be this one.

use bollard::models::SystemInfo;

use super::{Docker, Result};

/// What an engine tells of its machine; whatever it does not tell is `None`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Host {
    /// Its time, RFC 3339.
    pub time: Option<String>,
    /// Bytes of memory.
    pub memory: Option<u64>,
    /// Its processor, as images call it: `amd64`, `arm64`.
    pub processor: Option<String>,
    /// The folder of its images and volumes, on its machine.
    pub folder: Option<String>,
}

impl Docker {
    /// Asks the engine for its machine.
    ///
    /// # Errors
    /// When it does not answer.
    pub async fn host(&self) -> Result<Host> {
        let SystemInfo { system_time, mem_total, docker_root_dir, architecture, .. } =
            self.call("tell of its machine", async |api| api.info().await).await?;
        Ok(Host {
            time: system_time,
            memory: mem_total.and_then(|bytes| u64::try_from(bytes).ok()),
            folder: docker_root_dir,
            processor: architecture.map(|name| processor(&name).to_owned()),
        })
    }
}

/// Docker tells the kernel's name, Podman that of images.
fn processor(name: &str) -> &str {
    match name {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}
