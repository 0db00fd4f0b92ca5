//! Layers made smaller for a way that is long, and what they were called then: the same layer is not compressed twice to be
//! told that the registry has it.

use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::archive::{Extent, Layer};
use crate::client::file;
use crate::error::{Failure, OrFail, Result};

/// The folder in the cache; `karctl cache list` knows it.
const FOLDER: &str = "pushed-layers";

/// Bytes that are written at once.
const BUFFER: usize = 1 << 20;

/// What a layer is called once it is compressed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Compressed {
    /// `sha256:...`
    pub digest: String,
    /// Its size, in bytes.
    pub size: u64,
}

/// What compressed layers were called, by what they are called as they are.
#[derive(Clone, Debug)]
pub struct Memory {
    folder: PathBuf,
}

impl Memory {
    /// In a cache.
    pub fn within(cache: &Path) -> Self {
        Self { folder: cache.join(FOLDER) }
    }

    /// What a layer was called; `None` for one that was never compressed here.
    pub fn recall(&self, diff_id: &str) -> Option<Compressed> {
        serde_json::from_slice(&std::fs::read(self.file(diff_id)).ok()?).ok()
    }

    fn keep(&self, diff_id: &str, compressed: &Compressed) -> Result<()> {
        file::create_private_folder(&self.folder)?;
        file::write_atomic(&self.file(diff_id), &serde_json::to_vec(compressed)?, file::PRIVATE).map(drop)
    }

    fn file(&self, diff_id: &str) -> PathBuf {
        self.folder.join(diff_id.replace(':', "-"))
    }
}

/// Compresses a layer into a file without a name in `scratch`. The same layer comes out the same.
///
/// # Errors
/// When it cannot be read, or the file cannot be written.
pub async fn compress(layer: &Layer, scratch: &Path, memory: &Memory) -> Result<(Compressed, Extent)> {
    let (reader, folder) = (layer.extent.reader(), scratch.to_owned());
    let packed = tokio::task::spawn_blocking(move || pack(reader, &folder)).await;
    let failed = || Failure::new(format!("the layer {} cannot be compressed", layer.diff_id));
    let (compressed, file) = packed.or_fail(failed)?.or_fail(failed)?;
    memory.keep(&layer.diff_id, &compressed)?;
    let extent = Extent { file: Arc::new(file), offset: 0, size: compressed.size };
    Ok((compressed, extent))
}

fn pack(mut reader: impl std::io::Read, folder: &Path) -> std::io::Result<(Compressed, std::fs::File)> {
    let sink = Hashing { file: tempfile::tempfile_in(folder)?, hash: Sha256::new(), size: 0 };
    let mut encoder = GzEncoder::new(BufWriter::with_capacity(BUFFER, sink), Compression::default());
    std::io::copy(&mut reader, &mut encoder)?;
    let Hashing { file, hash, size } = encoder.finish()?.into_inner().map_err(|error| error.into_error())?;
    Ok((Compressed { digest: format!("sha256:{:x}", hash.finalize()), size }, file))
}

struct Hashing {
    file: std::fs::File,
    hash: Sha256,
    size: u64,
}

impl Write for Hashing {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.hash.update(&bytes[..written]);
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

#[cfg(test)]
mod tests {
    use std::io::Read;
    use std::os::unix::fs::FileExt;

    use super::*;

    #[test]
    fn the_same_bytes_come_out_the_same_and_go_back() {
        let folder = tempfile::tempdir().expect("a folder");
        let text = "some layer ".repeat(100_000);
        let (first, file) = pack(text.as_bytes(), folder.path()).expect("packed");
        let (second, _) = pack(text.as_bytes(), folder.path()).expect("packed");
        assert_eq!(first, second);
        let mut bytes = vec![0; usize::try_from(first.size).expect("small")];
        file.read_exact_at(&mut bytes, 0).expect("read");
        let mut back = String::new();
        flate2::read::GzDecoder::new(&*bytes).read_to_string(&mut back).expect("gzip");
        assert_eq!(back, text);
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }
}
