//! One connection to one broker, secure or not: frames, correlation ids, versions, SASL PLAIN, a time limit on every
//! request.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use bytes::{BufMut, Bytes, BytesMut};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{
    ApiVersionsRequest, RequestHeader, ResponseHeader, SaslAuthenticateRequest, SaslHandshakeRequest,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, Request, StrBytes, VersionRange};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::error::{Error, Kind, LOGIN_ACTION, Result, VERSIONS_ACTION};
use crate::client::tls::{Tls, Wire};
use crate::redacted::Secret;

/// How this client calls itself in the broker's logs and metrics.
const CLIENT_ID: &str = "karctl";

/// The version of ApiVersions that is sent before anything is known of the broker; every broker since 2.4 knows it.
const API_VERSIONS: VersionRange = VersionRange { min: 3, max: 3 };

/// The longest answer that is believed, in bytes. What is not Kafka is most often recognised by it: the first bytes of
/// an HTTP answer, read as a length, are far above.
const LONGEST_ANSWER: usize = 64 << 20;

/// A connection that has agreed on versions and, where asked to, is authenticated.
///
/// After an error other than a refusal it is closed, for an answer that comes late would be taken for the next one; the
/// next request opens it again.
pub struct Connection {
    address: String,
    tls: Option<Tls>,
    credentials: Option<(String, Secret)>,
    timeout: Duration,
    stream: Option<Box<dyn Wire>>,
    versions: HashMap<i16, VersionRange>,
    correlation_id: i32,
}

/// A request together with what errors call it and the newest version that this client speaks.
pub(super) struct Ask<'a, R> {
    /// Completes "refused to ...".
    pub(super) action: &'a str,
    /// Newest version whose meaning this client knows; the crate may know newer ones.
    pub(super) newest: i16,
    /// How long the broker may hold the request before it answers, on top of the connection's time limit.
    pub(super) hold: Duration,
    pub(super) body: R,
}

impl<'a, R: Request> Ask<'a, R> {
    /// A request that the broker answers at once.
    pub(super) fn new(action: &'a str, newest: i16, body: R) -> Self {
        Self { action, newest, hold: Duration::ZERO, body }
    }

    /// A request that the broker may hold for as long.
    pub(super) fn held(self, hold: Duration) -> Self {
        Self { hold, ..self }
    }
}

impl Connection {
    /// Connects to a broker, `host:port`, agrees on versions, and authenticates by SASL PLAIN if credentials are given.
    ///
    /// `timeout` limits this call as a whole, and afterwards each request. Kafka binds its port early and answers when
    /// it is ready, so a long time limit costs nothing and a connection made early is answered at once.
    ///
    /// # Errors
    /// When nothing answers within `timeout`, or the credentials are refused.
    pub async fn open(address: &str, credentials: Option<(&str, &Secret)>, timeout: Duration) -> Result<Self> {
        Self::open_by(address, None, credentials, timeout).await
    }

    /// [`Connection::open`], made secure by TLS where it is given.
    ///
    /// # Errors
    /// As [`Connection::open`], and when the broker's certificate is not one to trust.
    pub async fn open_by(
        address: &str,
        tls: Option<&Tls>,
        credentials: Option<(&str, &Secret)>,
        timeout: Duration,
    ) -> Result<Self> {
        let mut connection = Self {
            address: address.to_owned(),
            tls: tls.cloned(),
            credentials: credentials.map(|(user, password)| (user.to_owned(), password.clone())),
            timeout,
            stream: None,
            versions: HashMap::new(),
            correlation_id: 0,
        };
        match tokio::time::timeout(timeout, connection.establish()).await {
            Ok(established) => established.map(|()| connection),
            Err(_) => Err(connection.error("answer", Kind::TimedOut(timeout))),
        }
    }

    /// Connects in the same way to another broker of the cluster.
    pub async fn open_other(&self, address: &str) -> Result<Self> {
        let credentials = self.credentials.as_ref().map(|(user, password)| (user.as_str(), password));
        Self::open_by(address, self.tls.as_ref(), credentials, self.timeout).await
    }

    /// The address that was connected to, `host:port`.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// The time limit of each request.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }

    /// An error of this connection.
    pub(super) fn error(&self, action: impl Into<String>, kind: Kind) -> Error {
        Error::new(&self.address, action, kind)
    }

    /// Turns the error code of an answer into an error; zero is success.
    pub(super) fn check(&self, action: &str, code: i16, message: Option<&StrBytes>) -> Result<()> {
        match ResponseError::try_from_code(code) {
            None => Ok(()),
            Some(error) => {
                Err(self.error(action, Kind::Refused(error, message.map(|message| message.as_str().to_owned()))))
            }
        }
    }

    /// An answer without the part that was asked for.
    pub(super) fn incomplete(&self, action: &str) -> Error {
        self.error(action, Kind::Incompatible("the answer leaves out what was asked for".to_owned()))
    }

    /// Sends one request in the newest version that both sides know and waits for its answer; connects again where an
    /// earlier error closed the connection.
    pub(super) async fn ask<R: Request>(&mut self, ask: Ask<'_, R>) -> Result<R::Response> {
        if self.stream.is_none() {
            match timeout(self.timeout, self.establish()).await {
                Ok(established) => established?,
                Err(_) => return Err(self.error(ask.action, Kind::TimedOut(self.timeout))),
            }
        }
        let limit = self.timeout + ask.hold;
        match timeout(limit, self.exchange(&ask)).await {
            Ok(answer) => answer,
            Err(_) => Err(self.error(ask.action, Kind::TimedOut(limit))),
        }
    }

    async fn establish(&mut self) -> Result<()> {
        let unreachable = |cause| Error::new(&self.address, "answer", Kind::Unreachable(cause));
        let stream = TcpStream::connect(&self.address).await.map_err(unreachable)?;
        // Small requests that wait for their answers: without this they wait for delayed acknowledgements, too.
        stream.set_nodelay(true).map_err(unreachable)?;
        self.stream = Some(match &self.tls {
            None => Box::new(stream),
            Some(tls) => {
                let host = self.address.rsplit_once(':').map_or(self.address.as_str(), |(host, _)| host);
                tls.secure(host, stream).await.map_err(|refusal| self.error("answer", Kind::Insecure(refusal)))?
            }
        });
        let agreed = self.agree_on_versions().await;
        let established = match agreed {
            Ok(()) => self.authenticate().await,
            Err(error) => Err(error),
        };
        if established.is_err() {
            self.stream = None;
        }
        established
    }

    async fn agree_on_versions(&mut self) -> Result<()> {
        self.versions = HashMap::from([(ApiVersionsRequest::KEY, API_VERSIONS)]);
        let action = VERSIONS_ACTION;
        let body = ApiVersionsRequest::default()
            .with_client_software_name(StrBytes::from_static_str(CLIENT_ID))
            .with_client_software_version(StrBytes::from_static_str(env!("CARGO_PKG_VERSION")));
        let answer = self.exchange(&Ask::new(action, API_VERSIONS.max, body)).await?;
        self.check(action, answer.error_code, None)?;
        let range = |min, max| VersionRange { min, max };
        self.versions =
            answer.api_keys.iter().map(|api| (api.api_key, range(api.min_version, api.max_version))).collect();
        Ok(())
    }

    /// SASL PLAIN as RFC 4616 has it: an empty authorization identity, the user, the password.
    async fn authenticate(&mut self) -> Result<()> {
        let Some((user, password)) = &self.credentials else { return Ok(()) };
        let action = format!("{LOGIN_ACTION} `{user}`");
        let token = Bytes::from(format!("\0{user}\0{}", password.expose()).into_bytes());

        let body = SaslHandshakeRequest::default().with_mechanism(StrBytes::from_static_str("PLAIN"));
        let answer = self.exchange(&Ask::new("take SASL PLAIN", 1, body)).await?;
        self.check("take SASL PLAIN", answer.error_code, None)?;

        let body = SaslAuthenticateRequest::default().with_auth_bytes(token);
        let answer = self.exchange(&Ask::new(&action, 2, body)).await?;
        self.check(&action, answer.error_code, answer.error_message.as_ref())
    }

    async fn exchange<R: Request>(&mut self, ask: &Ask<'_, R>) -> Result<R::Response> {
        let incompatible =
            |cause: anyhow::Error| Error::new(&self.address, ask.action, Kind::Incompatible(cause.to_string()));
        let known = VersionRange { min: R::VERSIONS.min, max: ask.newest };
        let version = common_version(self.versions.get(&R::KEY), known).map_err(incompatible)?;
        self.correlation_id = self.correlation_id.wrapping_add(1);
        let frame = frame(&ask.body, version, self.correlation_id).map_err(incompatible)?;
        let correlation_id = self.correlation_id;
        let mut answer = self.send(ask.action, frame).await?;
        let decoded = (|| {
            let header = ResponseHeader::decode(&mut answer, R::Response::header_version(version))?;
            anyhow::ensure!(header.correlation_id == correlation_id, "the answer belongs to another request");
            R::Response::decode(&mut answer, version)
        })();
        decoded.map_err(|cause| {
            self.stream = None;
            self.error(ask.action, Kind::Incompatible(format!("its answer cannot be read: {cause}")))
        })
    }

    /// Writes a frame and reads the one that answers it. The stream is kept only when all of it was read, so that a
    /// dropped future cannot leave half an answer behind.
    async fn send(&mut self, action: &str, frame: BytesMut) -> Result<Bytes> {
        let Some(mut stream) = self.stream.take() else { return Err(self.error(action, Kind::Closed(None))) };
        let answer = match exchange_frames(&mut stream, &frame).await {
            Ok(Some(answer)) => answer,
            Ok(None) => {
                let what = "its answer is not one of Kafka's; does it speak TLS, or is it another program?".to_owned();
                return Err(self.error(action, Kind::Incompatible(what)));
            }
            Err(cause) if cause.kind() == io::ErrorKind::UnexpectedEof => {
                return Err(self.error(action, Kind::Closed(None)));
            }
            Err(cause) => return Err(self.error(action, Kind::Closed(Some(cause)))),
        };
        self.stream = Some(stream);
        Ok(answer)
    }
}

/// `None` when the answer's length is one that Kafka would not send.
async fn exchange_frames(stream: &mut Box<dyn Wire>, frame: &[u8]) -> io::Result<Option<Bytes>> {
    stream.write_all(frame).await?;
    stream.flush().await?;
    let length = stream.read_u32().await?;
    let Some(length) = usize::try_from(length).ok().filter(|&length| length <= LONGEST_ANSWER) else { return Ok(None) };
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(Some(Bytes::from(answer)))
}

/// A request as it goes over the wire: its length, its header, itself.
fn frame<R: Request>(body: &R, version: i16, correlation_id: i32) -> anyhow::Result<BytesMut> {
    let header = RequestHeader::default()
        .with_request_api_key(R::KEY)
        .with_request_api_version(version)
        .with_correlation_id(correlation_id)
        .with_client_id(Some(StrBytes::from_static_str(CLIENT_ID)));
    let mut frame = BytesMut::new();
    frame.put_u32(0);
    header.encode(&mut frame, R::header_version(version))?;
    body.encode(&mut frame, version)?;
    let length = u32::try_from(frame.len() - size_of::<u32>())?;
    frame[..size_of::<u32>()].copy_from_slice(&length.to_be_bytes());
    Ok(frame)
}

/// The newest version that both sides know.
fn common_version(broker: Option<&VersionRange>, here: VersionRange) -> anyhow::Result<i16> {
    let Some(broker) = broker else { anyhow::bail!("it does not know this request") };
    let common = broker.intersect(&here);
    anyhow::ensure!(!common.is_empty(), "it speaks versions {broker} of this request, karctl {here}");
    Ok(common.max)
}

#[cfg(test)]
mod tests {
    use kafka_protocol::messages::MetadataRequest;
    use tokio::net::TcpListener;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    /// A listener that reads what comes and answers every connection with the same bytes.
    async fn listener(answer: &'static [u8]) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("bound").to_string();
        tokio::spawn(async move {
            while let Ok((mut stream, _)) = listener.accept().await {
                let mut request = [0; 256];
                let read = stream.read(&mut request).await.expect("a request");
                assert!(read > 0, "nothing was asked");
                stream.write_all(answer).await.expect("written");
            }
        });
        address
    }

    async fn refusal(address: &str, limit: Duration) -> Error {
        Connection::open(address, None, limit).await.err().expect("an error")
    }

    #[test]
    fn a_frame_starts_with_its_length_and_carries_key_version_and_correlation() {
        let frame = frame(&MetadataRequest::default(), 12, 7).expect("encodes");
        let length = u32::from_be_bytes(frame[..4].try_into().expect("four bytes"));
        assert_eq!(length as usize, frame.len() - 4);
        assert_eq!(&frame[4..12], [0, 3, 0, 12, 0, 0, 0, 7]);
    }

    #[test]
    fn the_newest_version_that_both_sides_know_is_taken() {
        let range = |min, max| VersionRange { min, max };
        assert_eq!(common_version(Some(&range(0, 9)), range(4, 12)).expect("common"), 9);
        let error = common_version(Some(&range(13, 17)), range(4, 12)).expect_err("nothing in common");
        assert_eq!(error.to_string(), "it speaks versions 13..17 of this request, karctl 4..12");
        assert!(common_version(None, range(4, 12)).is_err());
    }

    #[tokio::test]
    async fn nothing_that_listens_is_told_from_silence_and_from_a_hang_up() {
        let gone = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound").to_string();
        assert!(matches!(refusal(&gone, LIMIT).await.kind(), Kind::Unreachable(_)));

        let silent = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = silent.local_addr().expect("bound").to_string();
        assert!(matches!(refusal(&address, Duration::from_millis(50)).await.kind(), Kind::TimedOut(_)));

        let error = refusal(&listener(b"").await, LIMIT).await;
        assert!(matches!(error.kind(), Kind::Closed(_)) && error.is_unanswered(), "{error}");
    }

    #[tokio::test]
    async fn a_program_that_is_not_kafka_is_named_as_such() {
        let address = listener(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        let error = refusal(&address, LIMIT).await;
        assert!(matches!(error.kind(), Kind::Incompatible(_)) && !error.is_transient(), "{error}");
    }
}
