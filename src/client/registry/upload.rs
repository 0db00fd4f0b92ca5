//! Blobs on their way to a registry: in chunks, each of which the registry confirms, so that what was cut goes on where the
//! registry stands. <https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#pushing-a-blob-in-chunks>
//!
//! A registry need not know more of an upload than its last answer: that of Docker drops one whose answer was lost, and
//! then the blob is begun anew.

use bytes::Bytes;
use reqwest::header::{CONTENT_RANGE, CONTENT_TYPE, HeaderMap, LOCATION, RANGE};
use reqwest::{Method, Url};

use super::Repository;
use super::blob::Blob;
use super::call::{ATTEMPTS, Ask, FIRST_PAUSE, Payload, Place};
use super::error::{Kind, Result};
use super::image::header;

/// Bytes that are confirmed at once, and held in memory meanwhile; what is cut within is sent again.
const CHUNK: u64 = 8 << 20;

/// An upload that the registry knows.
#[derive(Clone, Debug)]
struct Session {
    /// Where it goes on.
    address: Url,
    /// What the registry has of it, in bytes.
    offset: u64,
}

/// What became of the first request of an upload.
#[derive(Clone, Debug)]
pub enum Begun {
    /// The registry had the blob in the other repository, and now has it in this one.
    Mounted,
    /// It did not.
    NotMounted,
}

/// What is told of an upload.
#[derive(Clone, Debug)]
pub enum Sent<'a> {
    /// The registry confirmed what it has; the upload goes on here, also after this program has ended.
    Session(&'a str),
    /// So many bytes of the blob went out, from its beginning.
    Bytes(u64),
}

impl Repository {
    /// Has the registry take a blob from another of its repositories.
    ///
    /// # Errors
    /// When the registry refuses or does not answer.
    pub async fn mount(&self, digest: &str, from: &str) -> Result<Begun> {
        let operation = format!("take {digest} from {from} into {}", self.name);
        let ask = self.ask(Method::POST, &format!("blobs/uploads/?mount={digest}&from={from}"), &operation);
        let answer = self.send(&ask).await?;
        let answer = self.registry.accept(answer, &operation, &[201, 202]).await?;
        if answer.status().as_u16() == 201 {
            return Ok(Begun::Mounted);
        }
        // What was begun instead is of no use: it may be asked for again with another name.
        if let Some(session) = self.session(answer.headers()) {
            self.send(&Ask::new(Method::DELETE, Place::Address(session.address), &operation)).await.ok();
        }
        Ok(Begun::NotMounted)
    }

    /// Brings a blob into the repository, which does not have it. `kept` is where an earlier attempt's upload went on.
    ///
    /// # Errors
    /// When the content cannot be read or is not what its digest says, or the registry refuses or does not answer.
    pub async fn upload(&self, blob: &Blob, kept: Option<&str>, told: &mut dyn FnMut(Sent<'_>)) -> Result<()> {
        let mut session = match kept.and_then(|address| self.registry.resolve(address)) {
            Some(address) => self.standing(address, blob).await?,
            None => None,
        };
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.send_blob(blob, &mut session, told).await {
                Err(error) if error.is_passing() => tokio::time::sleep(pause).await,
                Err(error) if error.is_about_session() => {}
                end => return end,
            }
            pause *= 2;
            // The last answer may be what was lost.
            if self.has_blob(&blob.digest).await? {
                return Ok(());
            }
            if let Some(Session { address, .. }) = session.take() {
                session = self.standing(address, blob).await?;
            }
        }
        self.send_blob(blob, &mut session, told).await
    }

    async fn send_blob(
        &self,
        blob: &Blob,
        session: &mut Option<Session>,
        told: &mut dyn FnMut(Sent<'_>),
    ) -> Result<()> {
        let mut at = match session {
            Some(session) => session.clone(),
            None => self.begin(blob).await?,
        };
        loop {
            *session = Some(at.clone());
            let left = blob.size.saturating_sub(at.offset);
            told(Sent::Bytes(at.offset));
            if left <= CHUNK {
                return self.finish(blob, at, left, told).await;
            }
            at = self.append(blob, at, told).await?;
            told(Sent::Session(at.address.as_str()));
        }
    }

    async fn begin(&self, blob: &Blob) -> Result<Session> {
        let operation = format!("begin an upload of {} to {}", blob.digest, self.name);
        let answer = self.send(&self.ask(Method::POST, "blobs/uploads/", &operation)).await?;
        let answer = self.registry.accept(answer, &operation, &[202]).await?;
        let unplaced = || self.registry.error(&operation, Kind::Garbled("it does not say where".to_owned()));
        self.session(answer.headers()).map(|session| Session { offset: 0, ..session }).ok_or_else(unplaced)
    }

    /// Where an upload stands, for one that the registry still knows.
    async fn standing(&self, address: Url, blob: &Blob) -> Result<Option<Session>> {
        let operation = format!("tell of the upload of {} to {}", blob.digest, self.name);
        let answer = self.send(&Ask::new(Method::GET, Place::Address(address.clone()), &operation)).await?;
        if !answer.status().is_success() {
            return Ok(None);
        }
        let offset = offset(answer.headers()).unwrap_or(0);
        let address = self.session(answer.headers()).map_or(address, |session| session.address);
        Ok((offset <= blob.size).then_some(Session { address, offset }))
    }

    /// Sends one chunk; where the upload stands then.
    async fn append(&self, blob: &Blob, at: Session, told: &mut dyn FnMut(Sent<'_>)) -> Result<Session> {
        let operation = format!("take a part of {} into {}", blob.digest, self.name);
        let end = at.offset + CHUNK;
        let bytes = self.content(blob, at.offset, CHUNK, &operation)?;
        let headers = vec![
            (CONTENT_TYPE, "application/octet-stream".to_owned()),
            (CONTENT_RANGE, format!("{}-{}", at.offset, end - 1)),
        ];
        let ask = Ask::new(Method::PATCH, Place::Address(at.address), &operation).with(headers, Payload::Bytes(bytes));
        let answer = self.send_once(&ask, &mut counting(at.offset, told)).await?;
        let answer = self.registry.accept(answer, &operation, &[202]).await?;
        // Some registries leave out how much they have: then it is what they were sent.
        let found = offset(answer.headers()).unwrap_or(end);
        match self.session(answer.headers()) {
            Some(session) if found == end => Ok(session),
            _ => Err(self.registry.error(&operation, Kind::Broken(format!("it took {found} of {end} bytes")))),
        }
    }

    /// Sends the last bytes, and what the whole is called.
    async fn finish(&self, blob: &Blob, at: Session, left: u64, told: &mut dyn FnMut(Sent<'_>)) -> Result<()> {
        let operation = format!("take {} into {}", blob.digest, self.name);
        let bytes = self.content(blob, at.offset, left, &operation)?;
        let mut address = at.address;
        address.query_pairs_mut().append_pair("digest", &blob.digest);
        let headers = vec![(CONTENT_TYPE, "application/octet-stream".to_owned())];
        let ask = Ask::new(Method::PUT, Place::Address(address), &operation).with(headers, Payload::Bytes(bytes));
        let answer = self.send_once(&ask, &mut counting(at.offset, told)).await?;
        self.registry.accept(answer, &operation, &[201, 204]).await?;
        told(Sent::Bytes(blob.size));
        Ok(())
    }

    fn content(&self, blob: &Blob, offset: u64, length: u64, operation: &str) -> Result<Bytes> {
        let length = usize::try_from(length).unwrap_or(usize::MAX);
        blob.content.read(offset, length).map_err(|error| {
            let reason = format!("{} cannot be read: {error}", blob.digest);
            self.registry.error(operation, Kind::Unreadable(reason))
        })
    }

    fn session(&self, headers: &HeaderMap) -> Option<Session> {
        let address = self.registry.resolve(&header(headers, LOCATION.as_str()))?;
        Some(Session { address, offset: offset(headers).unwrap_or(0) })
    }
}

fn counting<'a>(start: u64, told: &'a mut dyn FnMut(Sent<'_>)) -> impl FnMut(u64) + 'a {
    let mut sent = start;
    move |bytes| {
        sent += bytes;
        told(Sent::Bytes(sent));
    }
}

/// What a registry says that it has of an upload: `Range: 0-99` is a hundred bytes, and `0-0` none, as every chunk is longer
/// than one.
fn offset(headers: &HeaderMap) -> Option<u64> {
    let range = header(headers, RANGE.as_str());
    match range.trim_start_matches("bytes=").split_once('-')?.1.trim().parse().ok()? {
        0 => Some(0),
        last => Some(u64::saturating_add(last, 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_ends_with_the_last_byte() {
        for (range, expected) in
            [("0-0", Some(0)), ("0-99", Some(100)), ("bytes=0-7", Some(8)), ("", None), ("x", None)]
        {
            let headers: HeaderMap = [(RANGE, range.parse().expect("a header"))].into_iter().collect();
            assert_eq!(offset(&headers), expected, "{range}");
        }
    }
}
