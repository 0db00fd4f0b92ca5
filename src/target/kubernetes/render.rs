//! The objects as text: one YAML stream, or a folder that kustomize takes.

use std::path::Path;

use serde_json::json;

use crate::client::file;
use crate::client::kubernetes::object::Object;
use crate::error::{Failure, OrFail, Result};
use crate::yaml;

/// The file that kustomize reads first.
const KUSTOMIZATION: &str = "kustomization.yaml";

/// All objects as one stream.
///
/// # Errors
/// Never: they are JSON.
pub fn stream(objects: &[Object]) -> Result<String> {
    let documents: Result<Vec<_>> = objects.iter().map(yaml::to_string).collect();
    Ok(documents?.join("---\n"))
}

/// One file for each object, secrets readable by their owner only, and a `kustomization.yaml`; returns how many.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, objects: &[Object]) -> Result<usize> {
    std::fs::create_dir_all(folder).or_fail(|| Failure::new(format!("{} cannot be made", folder.display())))?;
    let mut names = Vec::new();
    for (index, object) in objects.iter().enumerate() {
        let kind = object.text("/kind").unwrap_or_default().to_lowercase();
        let name = format!("{index:02}-{kind}-{}.yaml", object.name());
        file::write_atomic(&folder.join(&name), yaml::to_string(object)?.as_bytes(), file::PRIVATE)?;
        names.push(name);
    }
    let kustomization =
        json!({"apiVersion": "kustomize.config.k8s.io/v1beta1", "kind": "Kustomization", "resources": names});
    file::write_atomic(&folder.join(KUSTOMIZATION), yaml::to_string(&kustomization)?.as_bytes(), file::PRIVATE)?;
    Ok(objects.len() + 1)
}
