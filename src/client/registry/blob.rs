//! Blobs: looked for, read, and what is to become one.

use std::fs::File;
use std::os::unix::fs::FileExt;
use std::sync::Arc;

use bytes::Bytes;
use reqwest::Method;
use reqwest::header::RANGE;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncWrite, AsyncWriteExt};

use super::Repository;
use super::call::{ATTEMPTS, FIRST_PAUSE, Payload};
use super::error::{Kind, RegistryError, Result};

/// Bytes that a registry is to have under a digest.
#[derive(Clone, Debug)]
pub struct Blob {
    /// `sha256:...` of the content.
    pub digest: String,
    /// Its size, in bytes.
    pub size: u64,
    /// Where it is.
    pub content: Content,
}

/// Where the bytes of a blob are.
#[derive(Clone, Debug)]
pub enum Content {
    /// In memory.
    Memory(Bytes),
    /// In a file, from a place on.
    File(Arc<File>, u64),
}

impl Content {
    /// So many bytes from a place on.
    ///
    /// # Errors
    /// When the file cannot be read, or ends earlier.
    pub fn read(&self, offset: u64, length: usize) -> std::io::Result<Bytes> {
        match self {
            Self::Memory(bytes) => {
                let start = usize::try_from(offset).unwrap_or(usize::MAX);
                let end = start.checked_add(length).filter(|&end| end <= bytes.len());
                let cut = || std::io::Error::from(std::io::ErrorKind::UnexpectedEof);
                end.map(|end| bytes.slice(start..end)).ok_or_else(cut)
            }
            Self::File(file, start) => {
                let mut bytes = vec![0; length];
                file.read_exact_at(&mut bytes, start + offset)?;
                Ok(bytes.into())
            }
        }
    }
}

impl Repository {
    /// Whether the repository has a blob.
    ///
    /// # Errors
    /// When the registry refuses or does not answer.
    pub async fn has_blob(&self, digest: &str) -> Result<bool> {
        let operation = format!("look for {digest} in {}", self.name);
        let answer = self.send(&self.ask(Method::HEAD, &format!("blobs/{digest}"), &operation)).await?;
        match answer.status().as_u16() {
            404 => Ok(false),
            _ => self.registry.accept(answer, &operation, &[200]).await.map(|_| true),
        }
    }

    /// Reads a blob, which must have the digest and be no larger than said; a connection that breaks is taken up where it
    /// broke. `told` is given the bytes that are there.
    ///
    /// # Errors
    /// When the registry has it not, refuses or does not answer, or sends something else; or `to` cannot be written.
    pub async fn read_blob(
        &self,
        digest: &str,
        size: u64,
        to: &mut (impl AsyncWrite + Unpin),
        told: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let operation = format!("send {digest} of {}", self.name);
        let mut reading = Reading { hash: Sha256::new(), have: 0, size, operation };
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.read_rest(digest, &mut reading, to, told).await {
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                end => return end,
            }
            pause *= 2;
        }
        self.read_rest(digest, &mut reading, to, told).await
    }

    async fn read_rest(
        &self,
        digest: &str,
        reading: &mut Reading,
        to: &mut (impl AsyncWrite + Unpin),
        told: &mut dyn FnMut(u64),
    ) -> Result<()> {
        let mut ask = self.ask(Method::GET, &format!("blobs/{digest}"), &reading.operation);
        if reading.have > 0 {
            ask = ask.with(vec![(RANGE, format!("bytes={}-", reading.have))], Payload::Nothing);
        }
        let answer = self.send(&ask).await?;
        let answer = self.registry.accept(answer, &reading.operation, &[200, 206]).await?;
        // One that knows no ranges begins anew.
        let mut known = if answer.status().as_u16() == 200 { reading.have } else { 0 };
        let mut chunks = answer.bytes_stream();
        while let Some(mut chunk) =
            self.registry.next(futures_util::StreamExt::next(&mut chunks), &reading.operation).await?
        {
            let skipped = known.min(chunk.len() as u64);
            known -= skipped;
            let chunk = chunk.split_off(usize::try_from(skipped).unwrap_or(chunk.len()));
            reading.take_in(self, &chunk)?;
            to.write_all(&chunk).await.map_err(|error| self.unwritable(&reading.operation, &error))?;
            told(reading.have);
        }
        if reading.have < reading.size {
            let cut = Kind::Broken(format!("it ended after {} of {} bytes", reading.have, reading.size));
            return Err(self.registry.error(&reading.operation, cut));
        }
        to.flush().await.map_err(|error| self.unwritable(&reading.operation, &error))?;
        let found = format!("sha256:{:x}", reading.hash.clone().finalize());
        match found == digest {
            true => Ok(()),
            false => Err(self.registry.error(&reading.operation, Kind::Garbled(format!("it sent {found}")))),
        }
    }

    fn unwritable(&self, operation: &str, error: &std::io::Error) -> RegistryError {
        let reason = format!("what the registry {} sent cannot be written: {error}", self.registry.host());
        self.registry.error(operation, Kind::Unreadable(reason))
    }
}

/// A blob that is being read.
struct Reading {
    hash: Sha256,
    have: u64,
    size: u64,
    operation: String,
}

impl Reading {
    fn take_in(&mut self, repository: &Repository, chunk: &Bytes) -> Result<()> {
        self.hash.update(chunk);
        self.have += chunk.len() as u64;
        if self.have > self.size {
            let kind = Kind::Garbled(format!("it sent more than {} bytes", self.size));
            return Err(repository.registry.error(&self.operation, kind));
        }
        Ok(())
    }
}
