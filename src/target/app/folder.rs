//! The folder of a project, and the `karctl.yaml` in it.

use std::path::{Path, PathBuf};

use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::{FILE, Project};

/// The folder that was typed, absolute and without `.`.
pub fn resolve(context: &Context, folder: &Path) -> PathBuf {
    context.environment.working_directory().join(folder).components().collect()
}

/// What a folder's `karctl.yaml` says; `None` where there is none.
///
/// # Errors
/// A usage failure with the place of what is wrong.
pub fn read(folder: &Path) -> Result<Option<Project>> {
    let path = folder.join(FILE);
    let Some(content) = file::read(&path)? else { return Ok(None) };
    let shown = path.display().to_string();
    let text = String::from_utf8(content)
        .map_err(|_| Failure::usage(format!("{shown} is not text in UTF-8")).code(Code::BadProject))?;
    Project::read(&shown, &text).map(Some)
}
