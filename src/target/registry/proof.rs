//! An image of nothing in the registry of this machine, so that a node can be seen to pull: the whole way that an image
//! goes. It has a few hundred bytes and is the same each time; most registries delete nothing, so it stays there.

use std::time::Duration;

use bytes::Bytes;
use serde_json::json;

use super::LocalRegistry;
use crate::client::registry::manifest::{Descriptor, Manifest, RawManifest, digest_of, media_type};
use crate::client::registry::{Access, Blob, Content, Options, Registry, Repository, Trust};
use crate::error::{Failure, Result};

/// Its repository.
const REPOSITORY: &str = "karctl/proof";

/// The end of a tar archive: a layer without a file.
const LAYER: [u8; 1024] = [0; 1024];

/// A request in which nothing moves for so long is given up.
const STALL: Duration = Duration::from_secs(20);

/// Puts the image there for a processor such as `amd64`, unless it is there; returns its name behind the registry's.
///
/// # Errors
/// When the registry refuses or does not answer.
pub async fn put(registry: &LocalRegistry, processor: &str) -> Result<String> {
    let options = Options { login: None, allows_plain_http: false, trust: Trust::default(), stall: STALL };
    let repository = Registry::new(registry.address().to_string(), options).repository(REPOSITORY, Access::Push);
    let (configuration, manifest) = image(processor)?;
    let there = repository.manifest(processor).await.map_err(Failure::from)?;
    if there.is_none_or(|there| there.digest != manifest.digest) {
        bring(&repository, Bytes::from_static(&LAYER)).await?;
        bring(&repository, configuration).await?;
        repository.put_manifest(processor, &manifest).await.map_err(Failure::from)?;
    }
    Ok(format!("{REPOSITORY}:{processor}"))
}

/// Its configuration and its manifest.
fn image(processor: &str) -> Result<(Bytes, RawManifest)> {
    let configuration = Bytes::from(serde_json::to_vec(&json!({
        "architecture": processor, "os": "linux", "config": {},
        "rootfs": {"type": "layers", "diff_ids": [digest_of(&LAYER)]},
        "history": [{"created": "1970-01-01T00:00:00Z", "created_by": "karctl"}],
    }))?);
    let describe = |kind: &str, bytes: &[u8]| Descriptor::new(kind, digest_of(bytes), bytes.len() as u64);
    let manifest = Manifest {
        schema_version: 2,
        media_type: Some(media_type::DOCKER_MANIFEST.to_owned()),
        config: describe(media_type::DOCKER_CONFIGURATION, &configuration),
        layers: vec![describe(media_type::DOCKER_LAYER, &LAYER)],
    };
    let manifest = RawManifest::new(media_type::DOCKER_MANIFEST, serde_json::to_vec(&manifest)?);
    Ok((configuration, manifest))
}

async fn bring(repository: &Repository, bytes: Bytes) -> Result<()> {
    let blob = Blob { digest: digest_of(&bytes), size: bytes.len() as u64, content: Content::Memory(bytes) };
    if !repository.has_blob(&blob.digest).await.map_err(Failure::from)? {
        repository.upload(&blob, None, &mut |_| {}).await.map_err(Failure::from)?;
    }
    Ok(())
}
