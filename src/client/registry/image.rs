//! Manifests: asked for and put.

use reqwest::Method;
use reqwest::header::{ACCEPT, CONTENT_TYPE, HeaderMap};

use super::Repository;
use super::call::Payload;
use super::error::{Kind, Result};
use super::manifest::{RawManifest, digest_of, media_type};
use super::reference::is_digest;

impl Repository {
    /// The manifest or index of a tag or digest; `None` where the repository has none. What comes for a digest has it.
    ///
    /// # Errors
    /// When the registry refuses or does not answer.
    pub async fn manifest(&self, version: &str) -> Result<Option<RawManifest>> {
        let operation = format!("look up {}", self.shown(version));
        let ask = self.ask(Method::GET, &format!("manifests/{version}"), &operation);
        let ask = ask.with(vec![(ACCEPT, media_type::ACCEPTED.join(", "))], Payload::Nothing);
        let answer = self.send(&ask).await?;
        if answer.status().as_u16() == 404 {
            return Ok(None);
        }
        let answer = self.registry.accept(answer, &operation, &[200]).await?;
        let said = header(answer.headers(), CONTENT_TYPE.as_str());
        let bytes = self.registry.body(answer, &operation).await?;
        let digest = digest_of(&bytes);
        if is_digest(version) && digest != version {
            let garbled = Kind::Garbled(format!("it sent {digest}"));
            return Err(self.registry.error(&operation, garbled));
        }
        let media_type = media_type_of(&bytes, &said);
        Ok(Some(RawManifest { media_type, digest, bytes }))
    }

    /// Puts a manifest or index under a tag or its digest; everything that it points to has to be there.
    ///
    /// # Errors
    /// When the registry refuses or does not answer.
    pub async fn put_manifest(&self, version: &str, manifest: &RawManifest) -> Result<()> {
        let operation = format!("take {}", self.shown(version));
        let ask = self.ask(Method::PUT, &format!("manifests/{version}"), &operation);
        let headers = vec![(CONTENT_TYPE, manifest.media_type.clone())];
        let answer = self.send(&ask.with(headers, Payload::Bytes(manifest.bytes.clone()))).await?;
        self.registry.accept(answer, &operation, &[200, 201, 202]).await?;
        Ok(())
    }

    fn shown(&self, version: &str) -> String {
        let separator = if is_digest(version) { '@' } else { ':' };
        format!("{}{separator}{version}", self.name)
    }
}

/// What the document says that it is, or else what the registry said.
fn media_type_of(bytes: &[u8], said: &str) -> String {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Typed {
        media_type: Option<String>,
    }
    let own = serde_json::from_slice::<Typed>(bytes).ok().and_then(|typed| typed.media_type);
    own.unwrap_or_else(|| said.split(';').next().unwrap_or_default().trim().to_owned())
}

pub(super) fn header(headers: &HeaderMap, name: &str) -> String {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}
