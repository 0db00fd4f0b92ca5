//! Images: looked at, and pulled with progress, credentials, patience for hiccups and none for silence.

use std::time::Duration;

use bollard::models::{CreateImageInfo, ImageInspect};
use bollard::query_parameters::{CreateImageOptions, CreateImageOptionsBuilder, ListImagesOptions};

use super::Docker;
use super::call::next_within;
use super::credentials::RegistryCredentials;
use super::error::{DockerError, Kind, Result};
use super::progress::PullProgress;

/// How often a pull is begun.
const ATTEMPTS: u32 = 3;

/// Pause before a pull is begun again; the second one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_secs(1);

/// An image's name, taken apart as the Engine API wants it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageReference {
    pub(super) name: String,
    pub(super) tag: String,
}

impl ImageReference {
    /// Takes a name apart. Without a tag it is `latest`; the engine would pull every tag there is.
    pub fn parse(image: &str) -> Self {
        let (name, tag) = match image.split_once('@') {
            Some((name, digest)) => (without_tag(name).0, digest),
            None => match without_tag(image) {
                (name, Some(tag)) => (name, tag),
                (name, None) => (name, "latest"),
            },
        };
        Self { name: name.to_owned(), tag: tag.to_owned() }
    }

    /// Name and tag, or digest.
    pub(super) fn parts(self) -> (String, String) {
        (self.name, self.tag)
    }
}

fn without_tag(image: &str) -> (&str, Option<&str>) {
    match image.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => (name, Some(tag)),
        _ => (image, None),
    }
}

/// Whether two ids of images are known and differ; they may or may not say which digest they are.
pub fn are_other_images(a: Option<&str>, b: Option<&str>) -> bool {
    let bare = |id: &str| id.trim_start_matches("sha256:").to_owned();
    matches!((a, b), (Some(a), Some(b)) if bare(a) != bare(b))
}

impl Docker {
    /// Ids of all images.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn image_ids(&self) -> Result<Vec<String>> {
        let images = self.call("list images", async |api| api.list_images(None::<ListImagesOptions>).await).await?;
        Ok(images.into_iter().map(|image| image.id).collect())
    }

    /// Everything about an image; `None` when the engine has none of that name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn image(&self, name: &str) -> Result<Option<ImageInspect>> {
        let operation = format!("inspect image {name}");
        match self.call(&operation, async |api| api.inspect_image(name).await).await {
            Ok(image) => Ok(Some(image)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Pulls an image and tells how far it is. The engine keeps finished layers, so beginning again goes on.
    ///
    /// # Errors
    /// When the registry or the engine refuses, or nothing moved for the time of `stall`.
    pub async fn pull(
        &self,
        image: &str,
        credentials: Option<&RegistryCredentials>,
        stall: Duration,
        told: &mut dyn FnMut(&PullProgress),
    ) -> Result<()> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.pull_once(image, credentials, stall, told).await {
                Err(error) if is_worth_another_try(&error) => tokio::time::sleep(pause).await,
                end => return end,
            }
            pause *= 2;
        }
        self.pull_once(image, credentials, stall, told).await
    }

    async fn pull_once(
        &self,
        image: &str,
        credentials: Option<&RegistryCredentials>,
        stall: Duration,
        told: &mut dyn FnMut(&PullProgress),
    ) -> Result<()> {
        let operation = format!("pull {image}");
        self.begins(&operation);
        let reference = ImageReference::parse(image);
        let options: CreateImageOptions =
            CreateImageOptionsBuilder::default().from_image(&reference.name).tag(&reference.tag).build();
        let mut stream =
            self.shared.api.create_image(Some(options), None, credentials.map(RegistryCredentials::expose));
        let mut progress = PullProgress::default();
        loop {
            match next_within(&mut stream, &operation, stall).await {
                Ok(Some(line)) => take_in(&line, &operation, &mut progress, told)?,
                Ok(None) => break,
                // The stream may end in a line that was cut, though the image is complete.
                Err(error) if matches!(error.kind(), Kind::Broken(_) | Kind::Garbled(_)) => {
                    return if progress.is_complete() && self.image(image).await?.is_some() {
                        Ok(())
                    } else {
                        Err(error)
                    };
                }
                Err(error) => return Err(error),
            }
        }
        match self.image(image).await? {
            Some(_) => Ok(()),
            None => Err(DockerError::new(operation, Kind::Broken("the answer ended early".to_owned()))),
        }
    }
}

fn take_in(
    line: &CreateImageInfo,
    operation: &str,
    progress: &mut PullProgress,
    told: &mut dyn FnMut(&PullProgress),
) -> Result<()> {
    if let Some(detail) = &line.error_detail {
        let message = detail.message.clone().unwrap_or_default();
        return Err(DockerError::new(operation, Kind::Refused { status: 200, message }));
    }
    progress.update(line);
    told(progress);
    Ok(())
}

/// Hiccups of the engine, and of the way between it and the registry. The Engine API has no code for the latter: they come
/// as a text in a stream or with status 500.
fn is_worth_another_try(error: &DockerError) -> bool {
    const PASSING: [&str; 7] = [
        "toomanyrequests",
        "too many requests",
        "unexpected eof",
        "connection reset",
        "tls handshake timeout",
        "i/o timeout",
        "503 service unavailable",
    ];
    match error.kind() {
        Kind::Broken(_) => true,
        Kind::Refused { message, .. } => {
            let message = message.to_ascii_lowercase();
            error.is_transient() || PASSING.iter().any(|passing| message.contains(passing))
        }
        Kind::Silent(_) | Kind::Garbled(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_taken_apart_at_the_tag_and_not_at_the_port() {
        let cases = [
            ("redis", "redis", "latest"),
            ("apache/kafka:3.9.1", "apache/kafka", "3.9.1"),
            ("localhost:5000/kar/x", "localhost:5000/kar/x", "latest"),
            ("localhost:5000/kar/x:2", "localhost:5000/kar/x", "2"),
            ("a/b@sha256:00", "a/b", "sha256:00"),
            ("a/b:1@sha256:00", "a/b", "sha256:00"),
        ];
        for (image, name, tag) in cases {
            let expected = ImageReference { name: name.to_owned(), tag: tag.to_owned() };
            assert_eq!(ImageReference::parse(image), expected, "{image}");
        }
    }

    #[test]
    fn a_rate_limit_passes_and_an_unknown_image_does_not() {
        let refused =
            |message: &str| DockerError::new("pull x", Kind::Refused { status: 500, message: message.to_owned() });
        assert!(is_worth_another_try(&refused("toomanyrequests: You have reached your pull rate limit")));
        assert!(!is_worth_another_try(&refused("manifest for x:1 not found: manifest unknown")));
    }
}
