//! What karctl remembers of a cluster that it makes: how far it is, what cannot be seen later, and when it ends. What runs,
//! the engine is asked.

use std::net::IpAddr;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::look::Found;
use super::model::{ClusterName, Ingress, Provider};
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::lock::Lock;

/// Folder of all clusters within the state.
const FOLDER: &str = "clusters";

/// The record in a cluster's folder.
const FILE: &str = "cluster.json";

/// What the tools may take for the user's kubeconfig.
const KUBECONFIG: &str = "kubeconfig";

/// Seconds that an engine may be imprecise about when it made a container.
const SLACK: i64 = 1;

/// Seconds in which kind or k3d make their first container, which may have to wait for an image.
const LONGEST_BEGINNING: i64 = 15 * 60;

/// Version of the record's form.
const VERSION: u32 = 1;

/// What is remembered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    version: u32,
    /// Who makes it.
    pub provider: Provider,
    /// How far it is.
    pub phase: Phase,
    /// What it is made from.
    pub made: Made,
    /// The user's kubeconfig that it is in.
    pub kubeconfig: PathBuf,
    /// When it may be deleted, as RFC 3339.
    pub expires: Option<String>,
    /// When its making began, by the engine's clock, in seconds since 1970.
    pub began: i64,
    /// Where the engine is that has it, such as `unix:///var/run/docker.sock`.
    pub engine: String,
    /// Whether somebody else made it, and karctl only brought it to what a cluster for KAR is.
    pub is_adopted: bool,
}

/// How far a cluster is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Phase {
    /// kind or k3d is at work, or was when it was killed.
    Creating,
    /// They have done their part.
    Created,
}

/// What cannot be changed once a cluster is there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Made {
    /// Nodes for applications.
    pub workers: u16,
    /// Whether KAR has a node of its own.
    pub affinity: bool,
    /// Image of the nodes; `None` is the tool's own.
    pub image: Option<String>,
    /// Address that the ports are bound to.
    pub bind: IpAddr,
    /// Whether the user's own configuration was taken.
    pub own_configuration: bool,
    /// SHA-256 of that configuration; `None` where it is not known.
    #[serde(default)]
    pub configuration: Option<String>,
    /// The ingress controller; that of kind can be changed.
    #[serde(default)]
    pub ingress: Ingress,
}

impl Record {
    /// Of a cluster that is about to be made on an engine, by whose clock it is `began`.
    pub fn begun(provider: Provider, made: Made, kubeconfig: PathBuf, engine: String, began: i64) -> Self {
        let phase = Phase::Creating;
        Self { version: VERSION, provider, phase, made, kubeconfig, expires: None, began, engine, is_adopted: false }
    }

    /// Of a cluster that somebody else made.
    pub fn adopted(provider: Provider, made: Made, kubeconfig: PathBuf, engine: String) -> Self {
        let begun = Self::begun(provider, made, kubeconfig, engine, 0);
        Self { phase: Phase::Created, is_adopted: true, ..begun }
    }

    /// Whether a cluster may be the one whose making began then. One that was there before, or came long after, is
    /// somebody else's, and is never taken away unasked.
    pub fn may_have_made(&self, found: &Found) -> bool {
        (self.began - SLACK..=self.began + LONGEST_BEGINNING).contains(&found.created())
    }

    /// Reads a cluster's record; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be understood; it is left as it is.
    pub fn read(context: &Context, name: &ClusterName) -> Result<Option<Self>> {
        let path = folder(context, name)?.join(FILE);
        let bad = || {
            Failure::new(format!("{} cannot be understood", path.display()))
                .hint(format!(
                    "move it away (`mv {0} {0}.bad`); karctl then goes by what the engine has",
                    path.display()
                ))
                .code(Code::BadState)
        };
        let Some(content) = file::read(&path)? else { return Ok(None) };
        let record: Self = serde_json::from_slice(&content).or_fail(bad)?;
        if record.version > VERSION {
            return Err(bad().because(anyhow::anyhow!("it was written by a newer karctl")).into());
        }
        Ok(Some(record))
    }

    /// Writes the record, where it differs.
    ///
    /// # Errors
    /// When the state folder cannot be written.
    pub fn write(&self, context: &Context, name: &ClusterName) -> Result<()> {
        let folder = folder(context, name)?;
        file::create_private_folder(&folder)?;
        file::write_atomic(&folder.join(FILE), serde_json::to_string_pretty(self)?.as_bytes(), file::PRIVATE)?;
        Ok(())
    }

    /// Forgets a cluster.
    ///
    /// # Errors
    /// When its folder cannot be removed.
    pub fn forget(context: &Context, name: &ClusterName) -> Result<()> {
        let folder = folder(context, name)?;
        match std::fs::remove_dir_all(&folder) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).or_fail(|| Failure::new(format!("{} cannot be removed", folder.display())))
            }
            _ => Ok(()),
        }
    }

    /// Names of all clusters that karctl remembers, sorted.
    ///
    /// # Errors
    /// When HOME is not set.
    pub fn names(context: &Context) -> Result<Vec<ClusterName>> {
        let Ok(entries) = std::fs::read_dir(clusters(context)?) else { return Ok(Vec::new()) };
        let entries = entries.flatten().filter(|entry| entry.path().is_dir());
        let mut names: Vec<_> =
            entries.filter_map(|entry| ClusterName::parse(entry.file_name().to_str()?).ok()).collect();
        names.sort();
        Ok(names)
    }

    /// Whether its time is over at `now`.
    pub fn is_expired(&self, now: jiff::Timestamp) -> bool {
        let expires = self.expires.as_ref().and_then(|expires| expires.parse::<jiff::Timestamp>().ok());
        expires.is_some_and(|expires| expires <= now)
    }
}

/// Waits until no other karctl works on a cluster of this name.
///
/// # Errors
/// When one does until the deadline.
pub async fn lock(context: &Context, name: &ClusterName) -> Result<Lock> {
    Lock::acquire(context, &clusters(context)?, name.as_str()).await
}

/// A file of karctl's own that kind and k3d may take for the user's kubeconfig; its folder is there.
///
/// # Errors
/// When the folder cannot be made.
pub fn scratch_kubeconfig(context: &Context, name: &ClusterName) -> Result<PathBuf> {
    let folder = folder(context, name)?;
    file::create_private_folder(&folder)?;
    Ok(folder.join(KUBECONFIG))
}

fn folder(context: &Context, name: &ClusterName) -> Result<PathBuf> {
    Ok(clusters(context)?.join(Path::new(name.as_str())))
}

fn clusters(context: &Context) -> Result<PathBuf> {
    Ok(context.environment.state_directory()?.join(FOLDER))
}
