//! Images: made, pushed, loaded, copied. It replaces the original's scripts around `docker push` and `docker save`.

pub mod archive;
pub mod build;
mod compress;
mod deliver;
pub mod list;
pub mod load;
pub mod mirror;
pub mod push;
pub mod registry;
mod uploads;

use std::io::Read;
use std::path::PathBuf;
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::client::file;
use crate::context::Context;
use crate::error::Result;

/// A transfer in which nothing moves for so long is given up.
const STALL: Duration = Duration::from_secs(60);

/// The processor of this machine, as images call it.
pub const PROCESSOR: &str = match std::env::consts::ARCH.as_bytes() {
    b"x86_64" => "amd64",
    b"aarch64" => "arm64",
    _ => std::env::consts::ARCH,
};

/// An impatient caller has a shorter limit than the stall detection.
pub fn stall(context: &Context) -> Duration {
    STALL.min(context.deadline.restarted().left())
}

/// Where files without a name are made: with the cache, which has room for images where /tmp may not.
///
/// # Errors
/// When the folder cannot be made.
pub fn scratch(context: &Context) -> Result<PathBuf> {
    let folder = context.environment.cache_directory()?;
    file::create_private_folder(&folder)?;
    Ok(folder)
}

/// The digest of all that comes.
///
/// # Errors
/// When it cannot be read.
pub fn digest_of_reader(mut reader: impl Read) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 1 << 18];
    loop {
        match reader.read(&mut buffer)? {
            0 => return Ok(format!("sha256:{:x}", hash.finalize())),
            read => hash.update(&buffer[..read]),
        }
    }
}
