//! What a native instance remembers: its private ports, and how it was asked for, so that `status` and `env` can tell.

use std::net::{IpAddr, Ipv4Addr};
use std::path::Path;

use serde::{Deserialize, Serialize};

use super::super::instance::{Address, Desired};
use crate::client::{file, port};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;

/// File name in the instance's folder.
pub const FILE: &str = "native.json";

/// Version of the file's form.
const VERSION: u32 = 1;

/// Only servers of the same instance talk to ZooKeeper and to Kafka's controller.
pub const PRIVATE_ADDRESS: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

/// What a native instance remembers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct State {
    version: u32,
    /// Where clients find it.
    pub address: Address,
    /// Kafka's mode.
    pub mode: KafkaMode,
    /// Whether it asks for passwords.
    pub is_secure: bool,
    /// Whether it keeps nothing beyond `down`.
    pub is_ephemeral: bool,
    /// ZooKeeper's port on [`PRIVATE_ADDRESS`].
    pub zookeeper_port: u16,
    /// Port of Kafka's controller on [`PRIVATE_ADDRESS`].
    pub controller_port: u16,
}

impl State {
    /// Reads it; `None` where there is none.
    ///
    /// # Errors
    /// When the file is there and cannot be understood; it is left as it is.
    pub fn read(root: &Path) -> Result<Option<Self>> {
        let path = root.join(FILE);
        let bad = || {
            Failure::new(format!("{} cannot be understood", path.display()))
                .hint(format!(
                    "move it away (`mv {0} {0}.bad`), then run `karctl local up`; the data stays",
                    path.display()
                ))
                .code(Code::BadState)
        };
        let text = match std::fs::read(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(bad().because(error).into()),
        };
        let state: Self = serde_json::from_slice(&text).or_fail(bad)?;
        if state.version > VERSION {
            return Err(bad().because(Failure::new("it was written by a newer karctl")).into());
        }
        Ok(Some(state))
    }

    /// What is to be remembered of a desired instance; the private ports stay those of `old`.
    ///
    /// # Errors
    /// When no port is free.
    pub fn of(desired: &Desired, old: Option<&Self>) -> Result<Self> {
        let zookeeper_port = match old {
            Some(old) => old.zookeeper_port,
            None => private_port(desired, &[])?,
        };
        let controller_port = match old {
            Some(old) => old.controller_port,
            None => private_port(desired, &[zookeeper_port])?,
        };
        Ok(Self {
            version: VERSION,
            address: desired.address.clone(),
            mode: desired.mode,
            is_secure: desired.credentials.is_some(),
            is_ephemeral: desired.ephemeral,
            zookeeper_port,
            controller_port,
        })
    }

    /// Writes it, where it differs.
    ///
    /// # Errors
    /// When the folder cannot be written.
    pub fn write(&self, root: &Path) -> Result<()> {
        file::write_atomic(&root.join(FILE), &serde_json::to_vec_pretty(self)?, file::PRIVATE).map(drop)
    }
}

/// A free port that is none of the instance's others.
///
/// # Errors
/// When no port is free.
pub fn private_port(desired: &Desired, taken: &[u16]) -> Result<u16> {
    loop {
        let port = port::free_port(PRIVATE_ADDRESS)?;
        if port != desired.address.kafka_port && port != desired.address.redis_port && !taken.contains(&port) {
            return Ok(port);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    #[test]
    fn a_state_that_cannot_be_understood_is_told_and_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        assert_eq!(State::read(folder.path()).expect("none"), None);
        let path = folder.path().join(FILE);
        std::fs::write(&path, "{\"version\":").expect("cut");
        let report = report(&State::read(folder.path()).expect_err("cut"));
        assert_eq!(report.code, Some(Code::BadState));
        assert!(path.exists());
    }
}
