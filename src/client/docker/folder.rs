//! Whole folders out of a container and into it, as archives that are never whole in memory. The container need not run.

use std::io::{Seek, SeekFrom, Write};
use std::time::Duration;

use bollard::query_parameters::{DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder};
use tokio::io::AsyncSeekExt;
use tokio_util::io::ReaderStream;

use super::Docker;
use super::call::next_within;
use super::error::{DockerError, Kind, Result};

/// Bytes that are read at once.
const BUFFER: usize = 1 << 20;

/// Size and alignment of zeros that are left out of a file: a block of most file systems.
const BLOCK: usize = 4096;

impl Docker {
    /// Writes a folder of a container into an empty file, as an archive whose paths begin with the folder's own name. Blocks of
    /// zeros, of which a log that is made ahead consists, take no room in it. `told` is given the bytes that are there and
    /// may refuse to go on.
    ///
    /// # Errors
    /// When there is no such folder, the engine refuses or nothing moved for the time of `stall`, the file cannot be written,
    /// or `told` refuses.
    pub async fn download_folder(
        &self,
        container: &str,
        path: &str,
        to: &mut std::fs::File,
        stall: Duration,
        told: &mut dyn FnMut(u64) -> crate::error::Result<()>,
    ) -> crate::error::Result<()> {
        let operation = format!("copy {path} of container {container}");
        self.begins(&operation);
        let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
        let mut stream = std::pin::pin!(self.shared.api.download_from_container(container, Some(options)));
        let mut have = 0;
        while let Some(chunk) = next_within(&mut stream, &operation, stall).await? {
            write_sparse(to, &chunk, have).map_err(|error| {
                DockerError::new(&operation, Kind::Garbled(format!("it cannot be written: {error}")))
            })?;
            have += chunk.len() as u64;
            told(have)?;
        }
        to.set_len(have).map_err(|error| DockerError::new(&operation, Kind::Garbled(error.to_string())))?;
        Ok(())
    }

    /// Unpacks an archive into a folder of a container, which must exist.
    ///
    /// # Errors
    /// When the engine refuses, does not answer within `limit`, or the archive cannot be read.
    pub async fn upload_folder(
        &self,
        container: &str,
        folder: &str,
        archive: &std::fs::File,
        limit: Duration,
    ) -> Result<()> {
        let operation = format!("put files into {folder} of container {container}");
        let unreadable =
            |error: std::io::Error| DockerError::new(&operation, Kind::Garbled(format!("it cannot be read: {error}")));
        let mut file = tokio::fs::File::from_std(archive.try_clone().map_err(unreadable)?);
        file.rewind().await.map_err(unreadable)?;
        let options = UploadToContainerOptionsBuilder::default().path(folder).build();
        let body = bollard::body_try_stream(ReaderStream::with_capacity(file, BUFFER));
        self.begins(&operation);
        let upload = self.shared.api.upload_to_container(container, Some(options), body);
        match tokio::time::timeout(limit, upload).await {
            Ok(answer) => answer.map_err(|error| DockerError::from_api(&operation, &error, limit)),
            Err(_) => Err(DockerError::new(&operation, Kind::Silent(limit))),
        }
    }
}

/// Writes a piece at its place, and only moves on over blocks of zeros.
fn write_sparse(file: &mut std::fs::File, mut piece: &[u8], mut at: u64) -> std::io::Result<()> {
    while !piece.is_empty() {
        let to_boundary = BLOCK - usize::try_from(at % BLOCK as u64).unwrap_or(0);
        let (part, rest) = piece.split_at(to_boundary.min(piece.len()));
        if part.iter().any(|&byte| byte != 0) {
            file.seek(SeekFrom::Start(at))?;
            file.write_all(part)?;
        }
        at += part.len() as u64;
        piece = rest;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::MetadataExt;

    use super::*;

    #[test]
    fn zeros_take_no_room_and_are_read_as_zeros() {
        let mut file = tempfile::tempfile().expect("a file");
        let mut content = vec![0; 1 << 20];
        content[5] = 7;
        content[(1 << 20) - 1] = 9;
        for (index, piece) in content.chunks(10_000).enumerate() {
            write_sparse(&mut file, piece, index as u64 * 10_000).expect("written");
        }
        file.set_len(content.len() as u64).expect("its length");
        let mut read = Vec::new();
        file.rewind().expect("a file");
        std::io::Read::read_to_end(&mut file, &mut read).expect("readable");
        assert!(read == content);
        assert!(file.metadata().expect("a file").blocks() * 512 < 1 << 19);
    }
}
