//! What an application is made of, as a digest: the files that its images are built from, and its manifests.

use std::path::Path;

use sha2::{Digest, Sha256};

use super::{cluster, image};
use crate::client::file;
use crate::error::Result;
use crate::settings::project::App;

/// Whether an application is applied with its manifests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manifests {
    /// It is, on a cluster.
    Applied,
    /// It is not, on this machine.
    Unused,
}

/// SHA-256 of what an application of a project is made of, hexadecimal. What is missing is part of that: whoever brings the
/// application about tells it.
///
/// # Errors
/// When a manifest cannot be read.
pub fn digest(project: &Path, app: &App, manifests: Manifests) -> Result<String> {
    let mut digest = Sha256::new();
    let mut add = |part: &[u8]| {
        digest.update(part.len().to_be_bytes());
        digest.update(part);
    };
    for component in &app.components {
        let image = image::wanted(project, &app.name, component).map(|(image, _)| image).unwrap_or_default();
        add(image.as_bytes());
    }
    if manifests == Manifests::Applied {
        for path in cluster::manifest_files(&project.join(&app.manifests)).unwrap_or_default() {
            add(path.file_name().unwrap_or_default().as_encoded_bytes());
            add(&file::read(&path)?.unwrap_or_default());
        }
    }
    Ok(format!("{:x}", digest.finalize()))
}
