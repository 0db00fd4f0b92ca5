//! What registries say of images: manifests, indexes of them, and the descriptors that both are made of. Pure.
//! <https://github.com/opencontainers/image-spec/tree/v1.1.1>,
//! <https://distribution.github.io/distribution/spec/manifest-v2-2/>

use bytes::Bytes;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Media types.
pub mod media_type {
    /// A manifest, as Docker writes it.
    pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
    /// Several manifests, as Docker writes them.
    pub const DOCKER_LIST: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
    /// An image's configuration, as Docker writes it.
    pub const DOCKER_CONFIGURATION: &str = "application/vnd.docker.container.image.v1+json";
    /// A layer as it is.
    pub const DOCKER_LAYER: &str = "application/vnd.docker.image.rootfs.diff.tar";
    /// A compressed layer.
    pub const DOCKER_LAYER_GZIP: &str = "application/vnd.docker.image.rootfs.diff.tar.gzip";
    /// A manifest of the OCI.
    pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
    /// Several manifests of the OCI.
    pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
    /// A manifest of Docker's first registry, which karctl does not read.
    pub const DOCKER_FIRST: &str = "application/vnd.docker.distribution.manifest.v1+prettyjws";

    /// What karctl asks for.
    pub const ACCEPTED: [&str; 4] = [OCI_INDEX, DOCKER_LIST, OCI_MANIFEST, DOCKER_MANIFEST];
}

/// The largest manifest that is read; registries take no larger ones.
/// <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-manifests>
pub const LARGEST_MANIFEST: usize = 4 << 20;

/// What points to a blob or manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What it is.
    #[serde(default)]
    pub media_type: String,
    /// Its digest, `sha256:...`.
    pub digest: String,
    /// Its size, in bytes.
    pub size: u64,
    /// Which machines it is for, in an index.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub platform: Option<Platform>,
    /// Remarks, such as the name of an image in a layout.
    #[serde(default, skip_serializing_if = "serde_json::Map::is_empty")]
    pub annotations: serde_json::Map<String, serde_json::Value>,
    /// Where it is to be had instead of the registry.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub urls: Vec<String>,
}

impl Descriptor {
    /// Of a blob or manifest.
    pub fn new(media_type: &str, digest: impl Into<String>, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: digest.into(),
            size,
            platform: None,
            annotations: serde_json::Map::new(),
            urls: Vec::new(),
        }
    }
}

/// A kind of machine.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Platform {
    /// `amd64`, `arm64`, ...; `unknown` for what is no image, such as an attestation.
    #[serde(default)]
    pub architecture: String,
    /// `linux`, ...
    #[serde(default)]
    pub os: String,
    /// `v7`, `v8`, ...
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant: Option<String>,
}

/// The manifest of one image.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Manifest {
    /// Always 2.
    pub schema_version: u32,
    /// What it is; may be left out in those of the OCI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The configuration, whose digest is the image's id.
    pub config: Descriptor,
    /// The layers, lowest first.
    pub layers: Vec<Descriptor>,
}

/// Several manifests, most often of one image for several machines.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Index {
    /// Always 2.
    pub schema_version: u32,
    /// What it is; may be left out in those of the OCI.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub media_type: Option<String>,
    /// The manifests.
    pub manifests: Vec<Descriptor>,
}

impl Index {
    /// The manifest for Linux on a processor such as `amd64`.
    pub fn for_processor(&self, architecture: &str) -> Option<&Descriptor> {
        self.manifests.iter().find(|manifest| {
            let platform = manifest.platform.as_ref();
            platform.is_some_and(|platform| platform.os == "linux" && platform.architecture == architecture)
        })
    }
}

/// A manifest or index, byte for byte: another spelling would have another digest.
#[derive(Clone, Debug)]
pub struct RawManifest {
    /// What it is.
    pub media_type: String,
    /// Its digest, `sha256:...`.
    pub digest: String,
    /// The document.
    pub bytes: Bytes,
}

/// A manifest or index, read.
#[derive(Clone, Debug)]
pub enum Document {
    /// Of one image.
    Manifest(Box<Manifest>),
    /// Of several.
    Index(Index),
}

impl RawManifest {
    /// Of a document.
    pub fn new(media_type: &str, bytes: impl Into<Bytes>) -> Self {
        let bytes = bytes.into();
        Self { media_type: media_type.to_owned(), digest: digest_of(&bytes), bytes }
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it is not what its media type says, or is of a kind that karctl does not know.
    pub fn read(&self) -> Result<Document, String> {
        let garbled = |error: serde_json::Error| format!("its manifest cannot be understood: {error}");
        match self.media_type.as_str() {
            media_type::DOCKER_LIST | media_type::OCI_INDEX => {
                serde_json::from_slice(&self.bytes).map(Document::Index).map_err(garbled)
            }
            media_type::DOCKER_MANIFEST | media_type::OCI_MANIFEST => {
                serde_json::from_slice(&self.bytes).map(Document::Manifest).map_err(garbled)
            }
            other => Err(format!("its manifest is of a kind that karctl does not know: {other}")),
        }
    }

    /// What points to it.
    pub fn descriptor(&self) -> Descriptor {
        Descriptor::new(&self.media_type, &*self.digest, self.bytes.len() as u64)
    }
}

/// The digest of a blob, `sha256:...`.
pub fn digest_of(bytes: &[u8]) -> String {
    format!("sha256:{:x}", Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_index_knows_the_image_of_each_processor_and_attestations_are_none() {
        let text = format!(
            r#"{{"schemaVersion": 2, "manifests": [
                {{"digest": "sha256:1", "size": 1, "platform": {{"architecture": "unknown", "os": "unknown"}}}},
                {{"digest": "sha256:2", "size": 1, "platform": {{"architecture": "amd64", "os": "windows"}}}},
                {{"mediaType": "{}", "digest": "sha256:3", "size": 1, "platform": {{"architecture": "amd64", "os": "linux"}}}}]}}"#,
            media_type::OCI_MANIFEST
        );
        let raw = RawManifest::new(media_type::OCI_INDEX, text);
        let Ok(Document::Index(index)) = raw.read() else { panic!("an index") };
        assert_eq!(index.for_processor("amd64").map(|found| &*found.digest), Some("sha256:3"));
        assert!(index.for_processor("arm64").is_none());
    }

    #[test]
    fn a_kind_that_is_not_known_is_named() {
        let raw = RawManifest::new(media_type::DOCKER_FIRST, "{}");
        assert!(raw.read().expect_err("too old").contains(media_type::DOCKER_FIRST));
    }
}
