//! The image of a component: built by the engine where it is not there yet, under the tag that says what is in it.

use std::collections::HashMap;
use std::path::Path;

use super::folder::{Folder, PROJECT};
use crate::client::docker::Docker;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::Component;
use crate::target::images::build::context::BuildContext;
use crate::target::images::build::engine::{self, Order};

/// Label of the images that `karctl app` builds: application and component that they are of, with a `/` between them.
const IMAGE_OF: &str = "kar.ibm.com/image-of";

/// A context larger than this most often has what no image needs.
const LARGE: u64 = 100 << 20;

/// The image of a component.
#[derive(Clone, Debug)]
pub struct Image {
    /// Name and tag.
    pub name: String,
    /// Whether it was built now.
    pub is_new: bool,
}

/// Name of a component's images, without the tag.
pub fn repository(app: &str, component: &str) -> String {
    format!("kar/{app}-{component}")
}

/// The name that a component's image has, and the context to build it from.
///
/// # Errors
/// When the folder has no Dockerfile, or a file cannot be read.
pub fn wanted(project: &Path, app: &str, component: &Component) -> Result<(String, BuildContext)> {
    let folder: std::path::PathBuf = project.join(&component.build).components().collect();
    let dockerfile = folder.join(&component.dockerfile);
    if !dockerfile.is_file() {
        return Err(Failure::usage(format!("there is no {}", dockerfile.display()))
            .hint("`karctl app init` writes one")
            .code(Code::BuildFailed)
            .into());
    }
    let packed = BuildContext::pack(&folder, &component.dockerfile)?;
    Ok((format!("{}:{}", repository(app, &component.name), packed.tag), packed))
}

/// Has the image of a component built, unless it is there.
///
/// # Errors
/// When it cannot be built: with the last lines of the builder.
pub async fn ensure(
    context: &Context,
    docker: &Docker,
    folder: &Folder,
    app: &str,
    component: &Component,
) -> Result<Image> {
    let (name, packed) = wanted(&folder.path, app, component)?;
    if docker.image(&name).await?.is_some() {
        return Ok(Image { name, is_new: false });
    }
    if packed.size > LARGE {
        let (megabytes, files) = (packed.size >> 20, packed.files);
        context.ui.warn(format!(
            "the build context of {app}-{} has {files} files of {megabytes} MB; .dockerignore leaves out what no image needs",
            component.name
        ));
    }
    let order = Order {
        image: &name,
        folder: &folder.path.join(&component.build),
        dockerfile: &component.dockerfile,
        arguments: HashMap::new(),
        labels: HashMap::from([
            (IMAGE_OF.to_owned(), image_of(app, &component.name)),
            (PROJECT.to_owned(), folder.identity()),
        ]),
    };
    engine::build(context, docker, &order, &packed).await?;
    Ok(Image { name, is_new: true })
}

fn image_of(app: &str, component: &str) -> String {
    format!("{app}/{component}")
}

/// A name as Docker tells it; Podman puts before it where an image without a registry is of.
fn as_docker_tells(name: &str) -> &str {
    name.strip_prefix("localhost/").unwrap_or(name)
}

/// The names of a component's images, those that were built of this project.
///
/// # Errors
/// When the engine does not answer.
pub async fn all(docker: &Docker, folder: &Folder, app: &str, component: &str) -> Result<Vec<String>> {
    let label = format!("{IMAGE_OF}={}", image_of(app, component));
    let prefix = format!("{}:", repository(app, component));
    let mut found = docker.images(&[("label", &label)]).await?;
    found.retain(|image| folder.is_own(image.labels.get(PROJECT).map(String::as_str)));
    let mut names: Vec<_> = found.into_iter().flat_map(|image| image.repo_tags).collect();
    names.retain(|name| as_docker_tells(name).starts_with(&prefix));
    names.sort();
    Ok(names)
}

/// Removes the images of a component but `kept`, and returns their names. One that a container uses stays.
///
/// # Errors
/// When the engine does not answer.
pub async fn remove_others(
    docker: &Docker,
    folder: &Folder,
    app: &str,
    component: &str,
    kept: Option<&str>,
) -> Result<Vec<String>> {
    let mut removed = Vec::new();
    for name in all(docker, folder, app, component).await? {
        let is_kept = kept.is_some_and(|kept| as_docker_tells(&name) == as_docker_tells(kept));
        if !is_kept && docker.remove_image(&name).await? {
            removed.push(name);
        }
    }
    Ok(removed)
}
