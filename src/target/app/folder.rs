//! The folder of a project, and the `karctl.yaml` in it.

use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::{FILE, Project};

/// Label of whatever `karctl app` makes: the project that it is of, as [`Folder::identity`] tells it.
pub const PROJECT: &str = "kar.ibm.com/project";

/// Digits of a path's hash in an identity.
const IDENTITY_DIGITS: usize = 16;

/// A project where it was found.
#[derive(Debug)]
pub struct Folder {
    /// Its folder, absolute.
    pub path: PathBuf,
    /// What its `karctl.yaml` says.
    pub project: Project,
}

impl Folder {
    /// Reads the project of a folder, which must have a `karctl.yaml` with applications.
    ///
    /// # Errors
    /// A usage failure where there is none, or it is wrong: with its place.
    pub fn read(context: &Context, folder: &Path) -> Result<Self> {
        let path = resolve(context, folder);
        let shown = folder.display();
        let Some(project) = read(&path)? else {
            return Err(Failure::usage(format!("there is no {FILE} in {}", path.display()))
                .hint(format!("`karctl app init {shown}` writes one"))
                .code(Code::NoProject)
                .into());
        };
        if project.apps.is_empty() {
            return Err(Failure::usage(format!("{} has no applications", path.join(FILE).display()))
                .hint("add them below `apps`, or move the file away and let `karctl app init` write one")
                .code(Code::NoProject)
                .into());
        }
        Ok(Self { path, project })
    }

    /// What tells the project from others, as the value of a label: the name that its file gives it, else a hash of its
    /// folder's path.
    pub fn identity(&self) -> String {
        self.project.project.clone().unwrap_or_else(|| self.identity_of_path())
    }

    /// Whether what has this label is of the project; also what it made here before its file gave it a name.
    pub fn is_own(&self, label: Option<&str>) -> bool {
        label.is_some_and(|label| self.project.project.as_deref() == Some(label) || label == self.identity_of_path())
    }

    fn identity_of_path(&self) -> String {
        let digest = Sha256::digest(self.path.as_os_str().as_encoded_bytes());
        let digits: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
        format!("folder-{}", &digits[..IDENTITY_DIGITS])
    }
}

/// The folder that was typed, absolute and without `.`.
pub fn resolve(context: &Context, folder: &Path) -> PathBuf {
    context.environment.working_directory().join(folder).components().collect()
}

/// What a folder's `karctl.yaml` says; `None` where there is none.
///
/// # Errors
/// A usage failure with the place of what is wrong.
pub fn read(folder: &Path) -> Result<Option<Project>> {
    read_file(&folder.join(FILE))
}

/// What a `karctl.yaml` says, whatever it is called; `None` where there is none.
///
/// # Errors
/// A usage failure with the place of what is wrong.
pub fn read_file(path: &Path) -> Result<Option<Project>> {
    let Some(content) = file::read(path)? else { return Ok(None) };
    let shown = path.display().to_string();
    let text = String::from_utf8(content)
        .map_err(|_| Failure::usage(format!("{shown} is not text in UTF-8")).code(Code::BadProject))?;
    Project::read(&shown, &text).map(Some)
}
