//! Bytes in a file, wherever they begin.

use std::fs::File;
use std::io::Read;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use crate::client::registry::{Blob, Content};

/// Bytes in a file.
#[derive(Clone, Debug)]
pub struct Extent {
    /// The file.
    pub file: Arc<File>,
    /// Where they begin.
    pub offset: u64,
    /// How many there are.
    pub size: u64,
}

impl Extent {
    /// The first bytes.
    pub(super) fn head<const N: usize>(&self) -> std::io::Result<[u8; N]> {
        let mut head = [0; N];
        let length = usize::try_from(self.size).unwrap_or(N).min(N);
        self.file.read_exact_at(&mut head[..length], self.offset)?;
        Ok(head)
    }

    /// All of it from the beginning, independent of other readers.
    pub fn reader(&self) -> impl Read + Send + 'static {
        Reader { extent: self.clone(), at: 0 }
    }

    /// As a blob of a known digest.
    pub fn blob(&self, digest: impl Into<String>) -> Blob {
        let content = Content::File(Arc::clone(&self.file), self.offset);
        Blob { digest: digest.into(), size: self.size, content }
    }
}

struct Reader {
    extent: Extent,
    at: u64,
}

impl Read for Reader {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let left = usize::try_from(self.extent.size - self.at).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.extent.file.read_at(&mut buffer[..left], self.extent.offset + self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}
