//! Images that the engine's own builder makes of a folder with a Dockerfile: with progress, credentials for the registries of
//! base images, and the builder's last lines where it fails.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use super::context::BuildContext;
use crate::client::docker::{BuildOrder, Docker, DockerError, Lookup};
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// The builder may be silent for so long while a command of the Dockerfile works; as long as a registry's slow pull takes.
const STALL: Duration = Duration::from_secs(600);

/// Lines of the builder that are told of a failure.
const LAST_LINES: usize = 15;

/// What is to be built.
#[derive(Debug)]
pub struct Order<'a> {
    /// Name and tag.
    pub image: &'a str,
    /// The folder that the context was packed of.
    pub folder: &'a Path,
    /// The Dockerfile within it.
    pub dockerfile: &'a str,
    /// Values for the Dockerfile's `ARG`.
    pub arguments: HashMap<String, String>,
    /// Labels of the image.
    pub labels: HashMap<String, String>,
}

/// Has the engine build an image; what the builder says is shown as it comes.
///
/// # Errors
/// When it cannot be built: with the last lines of the builder.
pub async fn build(context: &Context, docker: &Docker, order: &Order<'_>, packed: &BuildContext) -> Result<()> {
    let dockerfile = file::read(&order.folder.join(order.dockerfile))?.unwrap_or_default();
    let lookups = credentials(context, &String::from_utf8_lossy(&dockerfile), &order.arguments).await?;
    let order = &BuildOrder {
        image: order.image,
        dockerfile: order.dockerfile,
        arguments: order.arguments.clone(),
        labels: order.labels.clone(),
        credentials: lookups.iter().filter_map(|lookup| lookup.credentials.as_ref()).collect(),
    };
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
async fn credentials(context: &Context, dockerfile: &str, arguments: &HashMap<String, String>) -> Result<Vec<Lookup>> {
    let mut lookups = Vec::new();
    for image in base_images(dockerfile, arguments) {
        lookups.push(Lookup::for_image(&context.environment, &image).await?);
    }
    Ok(lookups)
}

/// The images of `FROM`, with the values of `ARG`: those that are given, else its defaults.
fn base_images(dockerfile: &str, given: &HashMap<String, String>) -> Vec<String> {
    let mut arguments: Vec<(String, String)> = Vec::new();
    let mut images = Vec::new();
    for line in dockerfile.lines() {
        let mut words = line.split_whitespace();
        match (words.next().map(str::to_ascii_uppercase).as_deref(), words.find(|word| !word.starts_with("--"))) {
            (Some("ARG"), Some(argument)) => {
                let (name, default) = argument.split_once('=').unwrap_or((argument, ""));
                let value = given.get(name).map_or(default, String::as_str);
                arguments.push((name.to_owned(), value.trim_matches('"').to_owned()));
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_images_are_those_that_the_builder_would_pull() {
        let text = "ARG KAR=quay.io/k:1\nARG BASE=node\nFROM $KAR AS kar\nfrom --platform=linux/amd64 ${BASE}:22\n";
        assert_eq!(base_images(text, &HashMap::new()), ["node:22", "quay.io/k:1"]);
        let given = HashMap::from([("KAR".to_owned(), "localhost:5000/k".to_owned())]);
        assert_eq!(base_images(text, &given), ["localhost:5000/k", "node:22"]);
    }
}
