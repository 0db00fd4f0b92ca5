//! Archives of images: what `docker save` and `podman save` write, and layouts of the OCI, packed or as a folder. Only looked
//! into, never unpacked: a layer is a place in a file.
//! <https://github.com/opencontainers/image-spec/blob/v1.1.1/image-layout.md>

mod entries;
mod extent;
mod image;

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use flate2::read::GzDecoder;

use self::entries::{Entry, entries, look_up, open_below};
pub use self::extent::Extent;
pub use self::image::{Everything, Image, Layer, Listed};
use crate::client::registry::manifest::LARGEST_MANIFEST;
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// How files of gzip begin.
pub(super) const GZIP: &[u8] = &[0x1f, 0x8b];

/// An archive of images.
#[derive(Clone, Debug)]
pub struct Archive {
    store: Store,
    /// As it is called in messages.
    shown: String,
}

#[derive(Clone, Debug)]
enum Store {
    Tar(Arc<File>, Arc<BTreeMap<String, Entry>>),
    Folder(PathBuf),
}

impl Archive {
    /// Opens a file or folder; one that is compressed as a whole is unpacked into a file without a name in `scratch`.
    ///
    /// # Errors
    /// When it cannot be read, is none, or was cut off.
    pub fn open(path: &Path, shown: &str, scratch: &Path) -> Result<Self> {
        let unreadable = || Failure::usage(format!("{shown} cannot be read"));
        if std::fs::metadata(path).or_fail(unreadable)?.is_dir() {
            return Ok(Self { store: Store::Folder(path.to_owned()), shown: shown.to_owned() });
        }
        let mut file = File::open(path).or_fail(unreadable)?;
        let mut head = [0; 2];
        let is_compressed = file.read_exact(&mut head).is_ok() && head == GZIP;
        file.rewind().or_fail(unreadable)?;
        if !is_compressed {
            return Self::index(file, shown);
        }
        let mut plain = tempfile::tempfile_in(scratch)
            .or_fail(|| Failure::new(format!("nothing can be written to {}", scratch.display())))?;
        std::io::copy(&mut GzDecoder::new(std::io::BufReader::new(file)), &mut plain)
            .map_err(|error| damaged(shown, &error.to_string()))?;
        Self::index(plain, shown)
    }

    /// Looks where everything is in a tar archive.
    ///
    /// # Errors
    /// When it is none, or was cut off.
    pub fn index(mut file: File, shown: &str) -> Result<Self> {
        let length = file.seek(SeekFrom::End(0)).map_err(|error| damaged(shown, &error.to_string()))?;
        let entries = entries(&mut file, length).map_err(|why| damaged(shown, &why))?;
        Ok(Self { store: Store::Tar(Arc::new(file), Arc::new(entries)), shown: shown.to_owned() })
    }

    /// As it is called in messages.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// Where a file of it is; `None` where there is none of that name.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn extent(&self, name: &str) -> Result<Option<Extent>> {
        match &self.store {
            Store::Tar(file, entries) => {
                Ok(look_up(entries, name).map(|(offset, size)| Extent { file: Arc::clone(file), offset, size }))
            }
            Store::Folder(folder) => open_below(folder, name).map_err(|error| damaged(&self.shown, &error.to_string())),
        }
    }

    /// All of it, byte for byte, and how many bytes there are. One reader at a time.
    ///
    /// # Errors
    /// When it is a folder, or cannot be read.
    pub async fn stream(&self) -> Result<(tokio::fs::File, u64)> {
        let unreadable = || Failure::new(format!("{} cannot be read", self.shown));
        let Store::Tar(file, _) = &self.store else {
            let failure = Failure::usage(format!("{} is a folder", self.shown));
            return Err(failure.hint("pack it: tar -cf layout.tar -C FOLDER .").into());
        };
        let size = file.metadata().or_fail(unreadable)?.len();
        let mut file = tokio::fs::File::from_std(file.try_clone().or_fail(unreadable)?);
        tokio::io::AsyncSeekExt::rewind(&mut file).await.or_fail(unreadable)?;
        Ok((file, size))
    }

    /// A small file of it; `None` where there is none of that name.
    ///
    /// # Errors
    /// When it cannot be read, or is too large to be what it is taken for.
    pub fn read(&self, name: &str) -> Result<Option<Bytes>> {
        let Some(extent) = self.extent(name)? else { return Ok(None) };
        if extent.size > LARGEST_MANIFEST as u64 {
            return Err(damaged(&self.shown, &format!("{name} is larger than any manifest")));
        }
        let mut bytes = Vec::new();
        extent.reader().read_to_end(&mut bytes).map_err(|error| damaged(&self.shown, &error.to_string()))?;
        if bytes.len() as u64 != extent.size {
            return Err(damaged(&self.shown, &format!("{name} is cut off")));
        }
        Ok(Some(bytes.into()))
    }
}

/// Where a layout keeps a blob.
pub fn blob_path(digest: &str) -> String {
    format!("blobs/{}", digest.replace(':', "/"))
}

/// The failure of an archive that cannot be used, and why.
pub fn damaged(shown: &str, why: &str) -> anyhow::Error {
    Failure::new(format!("{shown} is no archive of images, or is damaged: {why}"))
        .hint("write it again with `docker save`, or compare its checksum with that of where it comes from")
        .code(Code::ArchiveUnusable)
        .into()
}
