//! Files into and out of a container, as tar archives: the only way that needs neither a mount nor a running container.

use std::io::Read;

use bollard::query_parameters::{DownloadFromContainerOptionsBuilder, UploadToContainerOptionsBuilder};
use bytes::Bytes;
use futures_util::TryStreamExt;

use super::Docker;
use super::error::{DockerError, Kind, Result};

/// Larger files are not read out of a container.
const LARGEST_FILE: u64 = 1 << 20;

/// User and group of a file, as numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Owner {
    /// User id.
    pub user: u64,
    /// Group id.
    pub group: u64,
}

/// One file or folder of an archive.
pub struct Entry<'a> {
    /// Path within the folder that the archive is unpacked in.
    pub path: &'a str,
    /// Permission bits.
    pub mode: u32,
    /// Whose it is.
    pub owner: Owner,
    /// The content; `None` makes a folder.
    pub content: Option<&'a [u8]>,
}

/// What is uploaded.
pub struct Archive(Vec<u8>);

impl Archive {
    /// Packs entries; all have the time 0, so that the same entries make the same archive.
    ///
    /// # Errors
    /// When a path does not fit into a tar header.
    pub fn pack<'a>(entries: impl IntoIterator<Item = Entry<'a>>) -> std::io::Result<Self> {
        let mut archive = tar::Builder::new(Vec::new());
        for entry in entries {
            let mut header = tar::Header::new_gnu();
            let content = entry.content.unwrap_or_default();
            header.set_entry_type(if entry.content.is_some() {
                tar::EntryType::Regular
            } else {
                tar::EntryType::Directory
            });
            header.set_mode(entry.mode);
            header.set_uid(entry.owner.user);
            header.set_gid(entry.owner.group);
            header.set_size(content.len() as u64);
            header.set_mtime(0);
            archive.append_data(&mut header, entry.path, content)?;
        }
        archive.into_inner().map(Self)
    }
}

impl Docker {
    /// Unpacks an archive in a folder of a container, which need not run. The folder must exist.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn upload(&self, container: &str, folder: &str, archive: &Archive) -> Result<()> {
        let operation = format!("upload files to {folder} of container {container}");
        let body = Bytes::from(archive.0.clone());
        let options = UploadToContainerOptionsBuilder::default().path(folder).build();
        self.call(&operation, async |api| {
            api.upload_to_container(container, Some(options.clone()), bollard::body_full(body.clone())).await
        })
        .await
    }

    /// Reads one file of a container, which need not run; `None` when there is no such file.
    ///
    /// # Errors
    /// When the engine refuses or does not answer, or the file is too large.
    pub async fn download(&self, container: &str, path: &str) -> Result<Option<Vec<u8>>> {
        let operation = format!("read {path} of container {container}");
        let options = DownloadFromContainerOptionsBuilder::default().path(path).build();
        let answer = self
            .call(&operation, async |api| {
                let mut stream = api.download_from_container(container, Some(options.clone()));
                let mut archive = Vec::new();
                while let Some(chunk) = stream.try_next().await? {
                    archive.extend_from_slice(&chunk);
                    if archive.len() as u64 > 2 * LARGEST_FILE {
                        break;
                    }
                }
                Ok(archive)
            })
            .await;
        match answer {
            Ok(archive) => {
                unpack(&archive).map_err(|error| DockerError::new(operation, Kind::Garbled(error.to_string())))
            }
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }
}

/// The content of the first file of an archive.
fn unpack(archive: &[u8]) -> std::io::Result<Option<Vec<u8>>> {
    for entry in tar::Archive::new(archive).entries()? {
        let mut entry = entry?;
        if entry.header().entry_type().is_file() {
            if entry.size() > LARGEST_FILE {
                return Err(std::io::Error::other("the file is too large"));
            }
            let mut content = Vec::new();
            entry.read_to_end(&mut content)?;
            return Ok(Some(content));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_packed_is_unpacked_with_owner_and_mode() {
        let owner = Owner { user: 1000, group: 100 };
        let folder = Entry { path: "etc/kar", mode: 0o755, owner: Owner::default(), content: None };
        let file = Entry { path: "etc/kar/users.acl", mode: 0o600, owner, content: Some(b"secret") };
        let archive = Archive::pack([folder, file]).expect("packs");
        assert_eq!(unpack(&archive.0).expect("unpacks").as_deref(), Some(&b"secret"[..]));
        let mut reader = tar::Archive::new(archive.0.as_slice());
        let headers: Vec<_> = reader
            .entries()
            .expect("entries")
            .map(|entry| {
                let entry = entry.expect("entry");
                let header = entry.header();
                (header.uid().expect("uid"), header.gid().expect("gid"), header.mode().expect("mode"))
            })
            .collect();
        assert_eq!(headers, [(0, 0, 0o755), (1000, 100, 0o600)]);
    }

    #[test]
    fn an_empty_archive_holds_no_file() {
        assert_eq!(unpack(&[0; 1024]).expect("empty"), None);
    }
}
