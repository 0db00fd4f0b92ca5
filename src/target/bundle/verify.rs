//! Whether a bundle is whole: every file that it says it has is there, with its checksum.

use std::path::Path;
use std::sync::Arc;

use indicatif::HumanBytes;
use schemars::JsonSchema;
use serde::Serialize;

use super::{CONTENTS, Contents, FORMAT, Image, unusable};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::target::images::archive::Archive;
use crate::target::images::{digest_of_reader, push};

/// What `karctl bundle verify -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Verified {
    /// The file.
    pub file: String,
    /// Version of the karctl that wrote it.
    pub karctl: String,
    /// The processor that it is for.
    pub architecture: String,
    /// Its images.
    pub images: Vec<Image>,
    /// Files in it.
    pub files: usize,
    /// Bytes of these.
    pub bytes: u64,
}

/// Reads the whole bundle.
///
/// # Errors
/// When it is none, was cut off, or something in it differs from its checksum.
pub async fn verify(context: &Context, path: &Path) -> Result<Verified> {
    let (_, contents) = opened(context, path).await?;
    Ok(Verified {
        file: path.display().to_string(),
        karctl: contents.karctl,
        architecture: contents.architecture,
        images: contents.images,
        files: contents.files.len(),
        bytes: contents.files.iter().map(|file| file.size).sum(),
    })
}

/// A bundle that is whole.
pub(super) async fn opened(context: &Context, path: &Path) -> Result<(Arc<Archive>, Contents)> {
    let shown = path.display().to_string();
    let damaged = |error: anyhow::Error| {
        // One that is not there at all is no damaged one.
        let why = report(&error);
        match why.code {
            Some(_) => unusable(&shown, why.message.rsplit(": ").next().unwrap_or_default()).into(),
            None => error,
        }
    };
    let archive = push::open_archive(context, path).await.map_err(damaged)?;
    let contents = contents(&archive)?;
    let step = context.ui.step(format!("Checking {shown}"));
    let total = contents.files.iter().map(|file| file.size).sum();
    let mut done = 0;
    for file in &contents.files {
        let extent = archive.extent(&file.path)?.filter(|extent| extent.size == file.size);
        let extent = extent.ok_or_else(|| unusable(&shown, &format!("it lacks {}", file.path)))?;
        let digest = tokio::task::spawn_blocking(move || digest_of_reader(extent.reader())).await;
        let unreadable = || Failure::new(format!("{shown} cannot be read"));
        if digest.or_fail(unreadable)?.or_fail(unreadable)? != file.digest {
            return Err(unusable(&shown, &format!("{} differs from its checksum", file.path)).into());
        }
        done += file.size;
        step.bytes(done, Some(total));
    }
    step.skip();
    Ok((archive, contents))
}

/// What a bundle says is in it.
pub(super) fn contents(archive: &Archive) -> Result<Contents> {
    let shown = archive.shown();
    let bytes = archive.read(CONTENTS)?.ok_or_else(|| unusable(shown, &format!("it lacks {CONTENTS}")))?;
    let contents: Contents =
        serde_json::from_slice(&bytes).map_err(|error| unusable(shown, &format!("{CONTENTS}: {error}")))?;
    match contents.format {
        FORMAT => Ok(contents),
        other => Err(unusable(shown, &format!("its form {other} is newer than this karctl")).into()),
    }
}

impl Verified {
    /// The form for people.
    pub fn text(&self) -> String {
        let Self { file, karctl, architecture, images, files, bytes } = self;
        let names: String = images.iter().map(|image| format!("  {}\n", image.name)).collect();
        let size = HumanBytes(*bytes);
        format!("{file} is whole: {files} files ({size}) for {architecture}, by karctl {karctl}; images:\n{names}")
    }
}
