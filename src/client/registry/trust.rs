//! Certificates that are trusted for one registry, from where Docker keeps them:
//! <https://docs.docker.com/engine/security/certificates/>.

use std::fs;
use std::path::{Path, PathBuf};

use crate::environment::Environment;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;

/// Where Docker's engine looks.
const OF_THE_ENGINE: &str = "/etc/docker/certs.d";

/// Certificates beside those of the system.
#[derive(Clone, Debug, Default)]
pub struct Trust {
    /// Files of authorities, in the PEM form.
    pub(super) authorities: Vec<Vec<u8>>,
    /// Files of a client's certificate followed by its key, in the PEM form.
    pub(super) identity: Option<Secret>,
}

impl Trust {
    /// Reads `certs.d/HOST/` in the folder of the docker command, in that of a rootless engine, and in that of the engine:
    /// every `*.crt` is an authority, a `*.cert` beside a `*.key` is who asks.
    ///
    /// # Errors
    /// When a file is there and cannot be read.
    pub fn read(environment: &Environment, host: &str) -> Result<Self> {
        let mut trust = Self::default();
        for folder in folders(environment) {
            let Ok(entries) = fs::read_dir(folder.join(host)) else { continue };
            let mut files: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
            files.sort();
            for file in files {
                trust.take_in(&file)?;
            }
        }
        Ok(trust)
    }

    fn take_in(&mut self, file: &Path) -> Result<()> {
        match file.extension().and_then(|extension| extension.to_str()) {
            Some("crt") => self.authorities.push(read(file)?),
            Some("cert") if self.identity.is_none() => {
                let key = file.with_extension("key");
                let both = [read(file)?, read(&key)?].concat();
                let both = String::from_utf8(both).or_fail(|| unusable(file))?;
                self.identity = Some(Secret::new(both));
            }
            _ => {}
        }
        Ok(())
    }
}

fn folders(environment: &Environment) -> Vec<PathBuf> {
    let of_the_command = match environment.variable("DOCKER_CONFIG") {
        Some(folder) => Some(environment.working_directory().join(folder)),
        None => environment.home().ok().map(|home| home.join(".docker")),
    };
    let of_a_rootless_engine =
        environment.user_directory("XDG_CONFIG_HOME", ".config").ok().map(|folder| folder.join("docker"));
    let of_the_user = [of_the_command, of_a_rootless_engine].into_iter().flatten();
    of_the_user.map(|folder| folder.join("certs.d")).chain([OF_THE_ENGINE.into()]).collect()
}

fn read(file: &Path) -> Result<Vec<u8>> {
    fs::read(file).or_fail(|| unusable(file))
}

fn unusable(file: &Path) -> Failure {
    Failure::new(format!("the certificate {} cannot be read", file.display()))
}
