//! The image of a component: built by the engine where it is not there yet, under the tag that says what is in it.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use super::context::BuildContext;
use super::folder::{Folder, PROJECT};
use crate::client::docker::{BuildOrder, Docker, DockerError, Lookup};
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::project::Component;

/// Label of the images that `karctl app` builds: application and component that they are of, with a `/` between them.
const IMAGE_OF: &str = "kar.ibm.com/image-of";

/// The builder may be silent for so long while a command of the Dockerfile works; as long as a registry's slow pull takes.
const STALL: Duration = Duration::from_secs(600);

/// Lines of the builder that are told of a failure.
const LAST_LINES: usize = 15;

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
    let project = &folder.path;
    let (name, packed) = wanted(project, app, component)?;
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
    let dockerfile = file::read(&project.join(&component.build).join(&component.dockerfile))?.unwrap_or_default();
    let lookups = credentials(context, &String::from_utf8_lossy(&dockerfile)).await?;
    let order = BuildOrder {
        image: &name,
        dockerfile: &component.dockerfile,
        arguments: HashMap::new(),
        labels: HashMap::from([
            (IMAGE_OF.to_owned(), image_of(app, &component.name)),
            (PROJECT.to_owned(), folder.identity()),
        ]),
        credentials: lookups.iter().filter_map(|lookup| lookup.credentials.as_ref()).collect(),
    };
    build(context, docker, &order, &packed).await?;
    Ok(Image { name, is_new: true })
}

async fn build(context: &Context, docker: &Docker, order: &BuildOrder<'_>, packed: &BuildContext) -> Result<()> {
    let step = context.ui.step(format!("Building {}", order.image));
    let mut last = Vec::new();
    let mut told = |line: &str| {
        step.detail(line);
        context.ui.trace(1, || line.to_owned());
        if last.len() == LAST_LINES {
            last.remove(0);
        }
        last.push(line.to_owned());
    };
    let mut built = docker.build(order, packed.path(), STALL, &mut told).await;
    if built.as_ref().is_err_and(lost_a_step) {
        built = docker.build(order, packed.path(), STALL, &mut told).await;
    }
    match built {
        Ok(()) => {
            step.done(format!("Built {}", order.image));
            Ok(())
        }
        Err(error) => {
            drop(step);
            if !last.is_empty() {
                context.ui.note(format!("The last lines of the build of {}:", order.image));
                last.iter().for_each(|line| context.ui.note(format!("  {line}")));
            }
            Err(failed(order.image, error))
        }
    }
}

/// Whether an earlier build's step, which the builder took for this one, went with another image that was removed meanwhile.
/// The next attempt does not find it and makes it again.
fn lost_a_step(error: &DockerError) -> bool {
    error.refusal().is_some_and(|said| said.to_ascii_lowercase().contains("no such image: sha256"))
}

fn failed(image: &str, error: DockerError) -> anyhow::Error {
    let said = error.refusal().unwrap_or_default().to_owned();
    let failure = match error.refusal() {
        Some(said) => Failure::new(format!("image {image} cannot be built: {}", said.trim())),
        None => Failure::new(format!("image {image} cannot be built")).because(Failure::from(error)),
    };
    let is_missing = ["pull access denied", "manifest unknown", "not found: manifest", "no such host", "i/o timeout"];
    let failure = if is_missing.iter().any(|words| said.contains(words)) {
        failure
            .hint("the base image cannot be had: `docker login`, or name another one in the Dockerfile's ARG or FROM")
    } else {
        failure
    };
    failure.code(Code::BuildFailed).into()
}

/// What the registries of the Dockerfile's base images want to know, as far as the user has told the docker CLI.
async fn credentials(context: &Context, dockerfile: &str) -> Result<Vec<Lookup>> {
    let mut lookups = Vec::new();
    for image in base_images(dockerfile) {
        lookups.push(Lookup::for_image(&context.environment, &image).await?);
    }
    Ok(lookups)
}

/// The images of `FROM`, with the defaults of `ARG`.
fn base_images(dockerfile: &str) -> Vec<String> {
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut images = Vec::new();
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        match (words.next().map(str::to_ascii_uppercase).as_deref(), words.find(|word| !word.starts_with("--"))) {
            (Some("ARG"), Some(argument)) => {
                if let Some((name, value)) = argument.split_once('=') {
                    arguments.push((name.to_owned(), value.trim_matches('"').to_owned()));
                }
            }
            (Some("FROM"), Some(image)) => {
                let named = arguments.iter().fold(image.to_owned(), |image, (name, value)| {
                    image.replace(&format!("${{{name}}}"), value).replace(&format!("${name}"), value)
                });
                images.push(named);
            }
            _ => {}
        }
    }
    images.sort();
    images.dedup();
    images
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
    let project = format!("{PROJECT}={}", folder.identity());
    let prefix = format!("{}:", repository(app, component));
    let found = docker.images(&[("label", &label), ("label", &project)]).await?;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_images_are_those_that_the_builder_would_pull() {
        let text = "ARG KAR=quay.io/k:1\nARG BASE=node\nFROM $KAR AS kar\nfrom --platform=linux/amd64 ${BASE}:22\n";
        assert_eq!(base_images(text), ["node:22", "quay.io/k:1"]);
    }
}
