//! Images, built by the engine's own builder from a build context; tagged, listed and removed.

use std::collections::HashMap;
use std::path::Path;
use std::time::Duration;

use bollard::models::{BuildInfo, ImageSummary};
use bollard::query_parameters::{
    BuildImageOptionsBuilder, ListImagesOptionsBuilder, RemoveImageOptions, TagImageOptionsBuilder,
};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio_util::io::ReaderStream;

use super::Docker;
use super::call::next_within;
use super::credentials::RegistryCredentials;
use super::error::{DockerError, Kind, Result};
use super::image::ImageReference;

/// What is to be built.
#[derive(Clone, Debug, Default)]
pub struct BuildOrder<'a> {
    /// Name and tag of the image; it has them once everything went well, not before.
    pub image: &'a str,
    /// The Dockerfile within the context.
    pub dockerfile: &'a str,
    /// Values for the Dockerfile's `ARG`.
    pub arguments: HashMap<String, String>,
    /// Labels of the image.
    pub labels: HashMap<String, String>,
    /// For the registries of base images.
    pub credentials: Vec<&'a RegistryCredentials>,
}

impl Docker {
    /// Builds an image from a context, a tar archive; each line that the builder says is given to `told`. When the caller
    /// goes away, the builder stops.
    ///
    /// # Errors
    /// When the archive cannot be read, a step fails, or the builder says nothing for the time of `stall`.
    pub async fn build(
        &self,
        order: &BuildOrder<'_>,
        context: &Path,
        stall: Duration,
        told: &mut dyn FnMut(&str),
    ) -> Result<()> {
        let operation = format!("build {}", order.image);
        let unread = |error: std::io::Error| {
            DockerError::new(&operation, Kind::Broken(format!("the build context cannot be read: {error}")))
        };
        self.begins(&operation);
        let archive = tokio::fs::File::open(context).await.map_err(unread)?;
        // An archive that cannot be read to its end is cut, which the builder notices.
        let chunks = ReaderStream::new(archive).map(|chunk| chunk.unwrap_or_else(|_| Bytes::new()));
        let options = BuildImageOptionsBuilder::default()
            .dockerfile(order.dockerfile)
            .t(order.image)
            .rm(true)
            .forcerm(true)
            .buildargs(&order.arguments)
            .labels(&order.labels)
            .build();
        let credentials = order.credentials.iter().map(|credentials| credentials.by_registry()).collect();
        let mut stream = self.shared.api.build_image(options, Some(credentials), Some(bollard::body_stream(chunks)));
        let mut lines = String::new();
        while let Some(info) = next_within(&mut stream, &operation, stall).await? {
            take_in(&info, &operation, &mut lines, told)?;
        }
        match self.image(order.image).await? {
            Some(_) => Ok(()),
            None => Err(DockerError::new(operation, Kind::Broken("the answer ended early".to_owned()))),
        }
    }

    /// Gives an image one more name.
    ///
    /// # Errors
    /// When there is no such image, or the engine does not answer.
    pub async fn tag_image(&self, image: &str, name: &str) -> Result<()> {
        let operation = format!("name image {image} {name}");
        let (repository, tag) = ImageReference::parse(name).parts();
        let options = TagImageOptionsBuilder::default().repo(&repository).tag(&tag).build();
        self.call(&operation, async |api| api.tag_image(image, Some(options.clone())).await).await
    }

    /// Images that have a name to which every filter applies, such as `("label", "a=b")`.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn images(&self, filters: &[(&str, &str)]) -> Result<Vec<ImageSummary>> {
        let mut by_key: HashMap<&str, Vec<&str>> = HashMap::new();
        for (key, value) in filters {
            by_key.entry(key).or_default().push(value);
        }
        let options = ListImagesOptionsBuilder::default().filters(&by_key).build();
        self.call("list images", async |api| api.list_images(Some(options.clone())).await).await
    }

    /// Takes a name from an image; with its last name the image goes, and the steps that it was built of. One that is not
    /// there is fine, as is one that a container still uses: then it stays, and `false` is returned.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn remove_image(&self, name: &str) -> Result<bool> {
        let operation = format!("remove image {name}");
        match self.call(&operation, async |api| api.remove_image(name, None::<RemoveImageOptions>, None).await).await {
            Ok(_) => Ok(true),
            Err(error) if error.status() == Some(404) => Ok(true),
            Err(error) if error.status() == Some(409) => Ok(false),
            Err(error) => Err(error),
        }
    }
}

fn take_in(info: &BuildInfo, operation: &str, begun: &mut String, told: &mut dyn FnMut(&str)) -> Result<()> {
    if let Some(detail) = &info.error_detail {
        let message = detail.message.clone().unwrap_or_default();
        return Err(DockerError::new(operation, Kind::Refused { status: 200, message }));
    }
    begun.push_str(info.stream.as_deref().unwrap_or_default());
    while let Some(end) = begun.find('\n') {
        let line: String = begun.drain(..=end).collect();
        let line = line.trim_end();
        if !line.is_empty() {
            told(line);
        }
    }
    // The pull of a base image: only its beginning and end are worth a line.
    if let Some(status) = info.status.as_deref().filter(|_| info.progress_detail.is_none()) {
        told(status);
    }
    Ok(())
}
