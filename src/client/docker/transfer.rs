//! Images out of an engine and into it, as archives that are never whole in memory.

use std::time::Duration;

use bollard::query_parameters::ImportImageOptionsBuilder;
use tokio::fs::File;
use tokio::io::{AsyncReadExt, AsyncSeekExt, AsyncWriteExt, BufWriter};
use tokio_util::io::ReaderStream;

use super::Docker;
use super::call::next_within;
use super::credentials::RegistryCredentials;
use super::error::{DockerError, Kind, Result};
use super::image::ImageReference;

/// How often a transfer is begun.
const ATTEMPTS: u32 = 3;

/// Pause before a transfer is begun again.
const PAUSE: Duration = Duration::from_millis(500);

/// Bytes that are written or read at once.
const BUFFER: usize = 1 << 20;

/// How a tar archive ends.
const END: [u8; 1024] = [0; 1024];

impl Docker {
    /// Writes images into an empty file, as `docker save` does; `told` is given the bytes that are there.
    ///
    /// # Errors
    /// When the engine has no such image, refuses, or nothing moved for the time of `stall`; or the file cannot be written.
    pub async fn export(
        &self,
        images: &[&str],
        to: &mut File,
        stall: Duration,
        told: &mut dyn FnMut(u64),
    ) -> Result<()> {
        for _ in 1..ATTEMPTS {
            match self.export_once(images, to, stall, told).await {
                Err(error) if error.is_transient() && !matches!(error.kind(), Kind::Silent(_)) => {
                    tokio::time::sleep(PAUSE).await;
                }
                end => return end,
            }
        }
        self.export_once(images, to, stall, told).await
    }

    async fn export_once(
        &self,
        images: &[&str],
        to: &mut File,
        stall: Duration,
        told: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let operation = format!("export {}", images.join(", "));
        self.begins(&operation);
        let unwritable = |error: std::io::Error| {
            DockerError::new(&operation, Kind::Garbled(format!("it cannot be written: {error}")))
        };
        to.set_len(0).await.map_err(unwritable)?;
        to.rewind().await.map_err(unwritable)?;
        let mut file = BufWriter::with_capacity(BUFFER, to);
        let mut have = 0;
        let mut stream = std::pin::pin!(self.shared.api.export_images(images));
        while let Some(chunk) = next_within(&mut stream, &operation, stall).await? {
            file.write_all(&chunk).await.map_err(unwritable)?;
            have += chunk.len() as u64;
            told(have);
        }
        file.flush().await.map_err(unwritable)
    }

    /// Gives the engine the first bytes of an archive of images, as `docker load` does, and an end; returns what it says, one
    /// line each.
    ///
    /// # Errors
    /// When the engine refuses the archive, does not answer, or nothing moved for the time of `stall`.
    pub async fn load(&self, archive: &std::fs::File, length: u64, stall: Duration) -> Result<Vec<String>> {
        for _ in 1..ATTEMPTS {
            match self.load_once(archive, length, stall).await {
                Err(error) if error.is_transient() && !matches!(error.kind(), Kind::Silent(_)) => {
                    tokio::time::sleep(PAUSE).await;
                }
                end => return end,
            }
        }
        self.load_once(archive, length, stall).await
    }

    async fn load_once(&self, archive: &std::fs::File, length: u64, stall: Duration) -> Result<Vec<String>> {
        let operation = "load an archive of images";
        self.begins(operation);
        let unreadable =
            |error: std::io::Error| DockerError::new(operation, Kind::Garbled(format!("it cannot be read: {error}")));
        let mut archive = File::from_std(archive.try_clone().map_err(unreadable)?);
        archive.rewind().await.map_err(unreadable)?;
        let end: &[u8] = &END;
        let body = ReaderStream::with_capacity(archive.take(length).chain(end), BUFFER);
        let options = ImportImageOptionsBuilder::default().quiet(true).build();
        let mut stream = std::pin::pin!(self.shared.api.import_image_stream(options, body, None));
        let mut said = Vec::new();
        while let Some(line) = next_within(&mut stream, operation, stall).await? {
            if let Some(text) = line.stream.map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()) {
                said.push(text);
            }
        }
        Ok(said)
    }

    /// Has the engine itself push an image under its own name. It knows which of its layers it sent or fetched before.
    ///
    /// # Errors
    /// When the engine has no such image, the engine or the registry refuses, or nothing moved for the time of `stall`.
    pub async fn push(&self, image: &str, credentials: Option<&RegistryCredentials>, stall: Duration) -> Result<()> {
        let operation = format!("push {image}");
        self.begins(&operation);
        let ImageReference { name, tag } = ImageReference::parse(image);
        let options = bollard::query_parameters::PushImageOptionsBuilder::default().tag(&tag).build();
        let credentials = credentials.map(RegistryCredentials::expose);
        let mut stream = std::pin::pin!(self.shared.api.push_image(&name, Some(options), credentials));
        while next_within(&mut stream, &operation, stall).await?.is_some() {}
        Ok(())
    }

    /// Gives an image another name.
    ///
    /// # Errors
    /// When there is no such image, or the engine refuses or does not answer.
    pub async fn tag(&self, image: &str, repository: &str, tag: &str) -> Result<()> {
        let operation = format!("call image {image} {repository}:{tag}");
        let options = bollard::query_parameters::TagImageOptionsBuilder::default().repo(repository).tag(tag).build();
        self.call(&operation, async |api| api.tag_image(image, Some(options.clone())).await).await
    }
}
