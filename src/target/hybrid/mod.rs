//! `karctl hybrid`: one `karctl.yaml` says where Kafka and Redis are and who uses them, and each member is brought to it by
//! its own recipe.
//!
//! ```text
//! karctl.yaml -> Hybrid -> members, connected side by side -> services -> what each member is told of them
//! ```
//!
//! It is several deliveries of one [`Services`](crate::services::Services), not another mechanism.

mod apps;
pub mod binding;
pub mod check;
mod consent;
pub mod down;
mod env_file;
mod expected;
mod home;
pub mod init;
pub mod matrix;
pub mod members;
pub mod outcome;
pub mod plan;
mod raise;
pub mod running;
pub mod services;
pub mod status;
pub mod sync;
pub mod up;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::OnceCell;

use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::{FILE, Project};
use crate::target::app::folder;
use crate::target::code_engine::managed::Managed;

/// A project with members, where it was found.
#[derive(Clone, Debug)]
pub struct Hybrid {
    /// The folder of its file, absolute; other files are relative to it.
    pub folder: PathBuf,
    /// The file, absolute.
    pub file: PathBuf,
    /// What it says.
    pub project: Project,
    /// Managed services, as their keys were when they were first asked for: one command goes by one reading.
    managed: Arc<OnceCell<Managed>>,
}

/// The folder of the files for hosts, beside the project's file.
const ENV_DIR: &str = "hybrid";

impl Hybrid {
    /// The folder of the files for hosts: the given one, below the working folder; else the usual one, beside the file.
    pub fn env_dir(&self, context: &Context, given: Option<&Path>) -> PathBuf {
        match given {
            Some(given) => context.environment.working_directory().join(given),
            None => self.folder.join(ENV_DIR),
        }
    }

    /// Reads a project's file: the given one, else the `karctl.yaml` of the working folder or of the nearest one above it.
    ///
    /// # Errors
    /// A usage failure where there is none, it is wrong (with its place), or says nothing of services or members.
    pub fn read(context: &Context, file: Option<&Path>) -> Result<Self> {
        let hybrid = Self::read_any(context, file)?;
        let Self { project, file, .. } = &hybrid;
        if project.members.is_empty() {
            return Err(Failure::usage(format!("{} has no members", file.display()))
                .hint("`karctl hybrid init` adds them, or write them below `members`")
                .code(Code::BadProject)
                .into());
        }
        if project.services.is_none() {
            return Err(Failure::usage(format!("{} does not say where Kafka and Redis are", file.display()))
                .hint("`karctl hybrid init` adds it, or write `services: { local: {} }`")
                .code(Code::BadProject)
                .into());
        }
        Ok(hybrid)
    }

    /// The same, whatever the file says.
    ///
    /// # Errors
    /// A usage failure where there is none, or it is wrong.
    pub fn read_any(context: &Context, file: Option<&Path>) -> Result<Self> {
        let working = context.environment.working_directory();
        let found = match file {
            Some(file) => Some(folder::resolve(context, file)),
            None => working.ancestors().map(|folder| folder.join(FILE)).find(|file| file.is_file()),
        };
        let missing = |place: String| {
            Failure::usage(format!("there is no {place}"))
                .hint("`karctl hybrid init` writes one; -f FILE names another")
                .code(Code::NoProject)
        };
        let file = found.ok_or_else(|| missing(format!("{FILE} in {} or above it", working.display())))?;
        let project = folder::read_file(&file)?.ok_or_else(|| missing(file.display().to_string()))?;
        let folder = file.parent().map(Path::to_owned).unwrap_or_default();
        Ok(Self { folder, file, project, managed: Arc::default() })
    }
}
