//! Images, by policy: pulled before anything is stopped, with progress.

use std::collections::BTreeMap;
use std::time::Duration;

use super::blueprint::Blueprint;
use crate::client::docker::models::ImageInspect;
use crate::client::docker::{Docker, DockerError, Kind, Lookup, PullProgress};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::PullPolicy;
use crate::ui::Step;

/// A pull in which nothing moves for so long is given up.
const STALL: Duration = Duration::from_secs(60);

/// The options that choose other images of an instance.
const SETTINGS: &str = "--set kafka.image=I or --set redis.image=I";

/// Images by the name they were asked for.
pub type Images = BTreeMap<String, ImageInspect>;

/// Pulls by policy, given the images that the engine has already; returns whether it did.
///
/// # Errors
/// When an image cannot be pulled, or is missing and must not be.
pub async fn pull_missing(
    docker: &Docker,
    context: &Context,
    blueprints: &[Blueprint],
    policy: PullPolicy,
    present: &Images,
) -> Result<bool> {
    let mut has_pulled = false;
    for name in names(blueprints) {
        match (policy, present.contains_key(name)) {
            (PullPolicy::Missing | PullPolicy::Never, true) => {}
            (PullPolicy::Never, false) => return Err(missing(name)),
            (PullPolicy::Always, _) | (PullPolicy::Missing, false) => {
                pull(docker, context, name, SETTINGS).await?;
                has_pulled = true;
            }
        }
    }
    Ok(has_pulled)
}

/// The images that the engine has already; pulls nothing.
///
/// # Errors
/// When the engine does not answer.
pub async fn present(docker: &Docker, blueprints: &[Blueprint]) -> Result<Images> {
    let mut images = Images::new();
    for name in names(blueprints) {
        if let Some(image) = docker.image(name).await? {
            images.insert(name.to_owned(), image);
        }
    }
    Ok(images)
}

/// Each image once, in the order of the components.
fn names(blueprints: &[Blueprint]) -> Vec<&str> {
    let mut names: Vec<&str> = Vec::new();
    for blueprint in blueprints {
        if !names.contains(&blueprint.image.as_str()) {
            names.push(&blueprint.image);
        }
    }
    names
}

/// Pulls an image, with progress; `settings` are the options that choose another one, such as `--set kafka.image=I`.
///
/// # Errors
/// When it cannot be had, with what to do about it.
pub async fn pull(docker: &Docker, context: &Context, image: &str, settings: &str) -> Result<()> {
    let lookup = Lookup::for_image(&context.environment, image).await?;
    if let Some(warning) = &lookup.warning {
        context.ui.warn(warning);
    }
    let step = context.ui.step(format!("Pulling {image}"));
    // An impatient caller has a shorter limit than the stall detection.
    let stall = STALL.min(context.deadline.restarted().left());
    let mut show = |progress: &PullProgress| show(&step, progress);
    match docker.pull(image, lookup.credentials.as_ref(), stall, &mut show).await {
        Ok(()) => {
            step.done(format!("Pulled {image}"));
            Ok(())
        }
        Err(error) => Err(pull_failed(image, error, lookup.credentials.is_some(), settings)),
    }
}

/// The bar is for the download; unpacking the last layers takes a moment more.
fn show(step: &Step, progress: &PullProgress) {
    let (done, total) = progress.downloaded();
    step.bytes(done, total);
    if progress.is_downloaded() {
        step.detail("unpacking");
    }
}

/// The engine passes the registry's own words on, and no code.
fn pull_failed(image: &str, error: DockerError, has_credentials: bool, settings: &str) -> anyhow::Error {
    let another = format!("set an image that can be had with {settings}");
    let said = error.refusal().unwrap_or_default().to_ascii_lowercase();
    let says = |words: &[&str]| words.iter().any(|words| said.contains(words));
    let hint = if matches!(error.kind(), Kind::Silent(_)) {
        "look at the engine's network and proxy settings, then run the same command again: what was fetched stays"
    } else if says(&["toomanyrequests", "too many requests"]) {
        "the registry limits how often it is asked: log in with `docker login`, or wait"
    } else if says(&["denied", "unauthorized", "authentication", "credentials"]) && has_credentials {
        "the registry does not accept the stored login: `docker login` again"
    } else if says(&["denied", "unauthorized", "authentication", "credentials"]) {
        "log in with `docker login`"
    } else if says(&["not found", "manifest unknown"]) {
        &another
    } else {
        "look at the engine's network and proxy settings, or load the image with `docker load` and use --pull never"
    };
    let failure = Failure::new(format!("image {image} cannot be pulled")).hint(hint).code(Code::PullFailed);
    let failure = if hint == another { failure } else { failure.hint(another) };
    match error.refusal() {
        Some(said) => failure.because(anyhow::anyhow!("{said}")).into(),
        None => failure.because(error).into(),
    }
}

/// There is no such image, and it must not be pulled.
pub fn missing(image: &str) -> anyhow::Error {
    Failure::new(format!("the engine has no image {image}, and --pull never forbids to fetch it"))
        .hint(format!("load it with `docker load`, or leave --pull out to fetch {image}"))
        .code(Code::PullFailed)
        .into()
}
