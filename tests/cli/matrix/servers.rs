//! A broker and a Redis that speak as much of their protocols as karctl asks for, each with anything that can be wrong with
//! one: TLS, the login, the addresses that it advertises, rights.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use bytes::{Bytes, BytesMut};
use jiff::Timestamp;
use kafka_protocol::messages::api_versions_response::ApiVersion;
use kafka_protocol::messages::create_topics_response::CreatableTopicResult;
use kafka_protocol::messages::metadata_response::MetadataResponseBroker;
use kafka_protocol::messages::{
    ApiKey, ApiVersionsResponse, BrokerId, CreateTopicsRequest, CreateTopicsResponse, MetadataResponse, RequestHeader,
    ResponseHeader, SaslAuthenticateRequest, SaslAuthenticateResponse, SaslHandshakeResponse,
};
use kafka_protocol::protocol::{Decodable, Encodable, HeaderVersion, StrBytes};
use karctl::certificate::Authority;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// SASL_AUTHENTICATION_FAILED and TOPIC_AUTHORIZATION_FAILED of <https://kafka.apache.org/protocol#protocol_error_codes>.
const AUTHENTICATION_FAILED: i16 = 58;
const TOPIC_AUTHORIZATION_FAILED: i16 = 29;

/// What a server is like; it can be changed while it runs.
#[derive(Clone, Default)]
pub struct Manner {
    /// The address that a broker sends its clients to; its own where none is given.
    pub advertised: Option<String>,
    /// Which Kafka the broker is of.
    pub cluster_id: &'static str,
    /// The password of the user `kar`; nobody is asked where there is none.
    pub password: Option<&'static str>,
    /// Whether the user may do nothing.
    pub is_powerless: bool,
}

/// A server on a port of this machine, until the tests end.
pub struct Server {
    /// Its port.
    pub port: u16,
    manner: Arc<Mutex<Manner>>,
}

impl Server {
    /// A broker.
    pub fn kafka(manner: Manner, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::listen(manner, tls, |stream, manner, port| broker(stream, &manner, port))
    }

    /// A Redis.
    pub fn redis(manner: Manner, tls: Option<Arc<ServerConfig>>) -> Self {
        Self::listen(manner, tls, |stream, manner, _| redis(stream, &manner))
    }

    fn listen(
        manner: Manner,
        tls: Option<Arc<ServerConfig>>,
        serve: fn(&mut dyn Wire, Manner, u16) -> std::io::Result<()>,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let manner = Arc::new(Mutex::new(manner));
        let shared = Arc::clone(&manner);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (tls, manner) = (tls.clone(), shared.lock().expect("unharmed").clone());
                // A client that hangs up ends the conversation, which is none of the server's business.
                thread::spawn(move || with_tls(stream, tls, |wire| serve(wire, manner, port)).ok());
            }
        });
        Self { port, manner }
    }

    /// Its address.
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Is otherwise for whoever connects from now on.
    pub fn change(&self, change: impl FnOnce(&mut Manner)) {
        change(&mut self.manner.lock().expect("unharmed"));
    }
}

/// TLS with a certificate for `localhost` of an authority.
pub fn tls(authority: &Authority, issued: Timestamp) -> Arc<ServerConfig> {
    let leaf = authority.issue(&["localhost".to_owned()], issued).expect("a leaf");
    let certificate = CertificateDer::from_pem_slice(leaf.certificate.as_bytes()).expect("a certificate");
    let key = PrivateKeyDer::from_pem_slice(leaf.key.expose().as_bytes()).expect("a key");
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let builder =
        ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().expect("versions");
    Arc::new(builder.with_no_client_auth().with_single_cert(vec![certificate], key).expect("a pair"))
}

trait Wire: Read + Write {}
impl<W: Read + Write> Wire for W {}

fn with_tls(
    mut stream: TcpStream,
    tls: Option<Arc<ServerConfig>>,
    serve: impl FnOnce(&mut dyn Wire) -> std::io::Result<()>,
) -> std::io::Result<()> {
    match tls {
        None => serve(&mut stream),
        Some(tls) => serve(&mut StreamOwned::new(ServerConnection::new(tls).expect("a connection"), stream)),
    }
}

fn broker(stream: &mut dyn Wire, manner: &Manner, port: u16) -> std::io::Result<()> {
    let mut is_known = manner.password.is_none();
    loop {
        let mut length = [0; 4];
        stream.read_exact(&mut length)?;
        // As a broker's `socket.request.max.bytes`: a greeting of TLS is taken for a longer request.
        let Some(length) = Some(u32::from_be_bytes(length) as usize).filter(|length| *length <= 100 << 20) else {
            return Ok(());
        };
        let mut frame = vec![0; length];
        stream.read_exact(&mut frame)?;
        let (key, version) = (i16::from_be_bytes([frame[0], frame[1]]), i16::from_be_bytes([frame[2], frame[3]]));
        let api = ApiKey::try_from(key).expect("a request of Kafka");
        let mut body = Bytes::from(frame);
        let header = RequestHeader::decode(&mut body, api.request_header_version(version)).expect("a header");
        let asks_who = [ApiKey::ApiVersions, ApiKey::SaslHandshake, ApiKey::SaslAuthenticate].contains(&api);
        if !is_known && !asks_who {
            return Ok(());
        }
        let mut answer = BytesMut::new();
        let response_header = ResponseHeader::default().with_correlation_id(header.correlation_id);
        response_header.encode(&mut answer, api.response_header_version(version)).expect("encodes");
        match api {
            ApiKey::ApiVersions => put(&mut answer, &versions(), version),
            ApiKey::Metadata => put(&mut answer, &metadata(manner, port), version),
            ApiKey::SaslHandshake => put(&mut answer, &SaslHandshakeResponse::default(), version),
            ApiKey::SaslAuthenticate => {
                let asked = SaslAuthenticateRequest::decode(&mut body, version).expect("a login");
                let token = format!("\0kar\0{}", manner.password.unwrap_or_default());
                is_known = asked.auth_bytes == token.as_bytes();
                let code = if is_known { 0 } else { AUTHENTICATION_FAILED };
                put(&mut answer, &SaslAuthenticateResponse::default().with_error_code(code), version);
            }
            ApiKey::CreateTopics => put(&mut answer, &created(&mut body, manner, version), version),
            other => panic!("nobody asks for {other:?}"),
        }
        stream.write_all(&u32::try_from(answer.len()).expect("short").to_be_bytes())?;
        stream.write_all(&answer)?;
        stream.flush()?;
    }
}

fn put<M: Encodable + HeaderVersion>(answer: &mut BytesMut, message: &M, version: i16) {
    message.encode(answer, version).expect("encodes");
}

fn versions() -> ApiVersionsResponse {
    let of = |key: ApiKey, max| ApiVersion::default().with_api_key(key as i16).with_max_version(max);
    let keys = [
        of(ApiKey::ApiVersions, 3),
        of(ApiKey::Metadata, 12),
        of(ApiKey::SaslHandshake, 1),
        of(ApiKey::SaslAuthenticate, 2),
        of(ApiKey::CreateTopics, 7),
    ];
    ApiVersionsResponse::default().with_api_keys(keys.to_vec())
}

fn metadata(manner: &Manner, port: u16) -> MetadataResponse {
    let advertised = manner.advertised.clone().unwrap_or_else(|| format!("127.0.0.1:{port}"));
    let (host, port) = advertised.rsplit_once(':').expect("host:port");
    let broker = MetadataResponseBroker::default()
        .with_node_id(BrokerId(1))
        .with_host(StrBytes::from_string(host.to_owned()))
        .with_port(port.parse().expect("a port"));
    MetadataResponse::default()
        .with_brokers(vec![broker])
        .with_controller_id(BrokerId(1))
        .with_cluster_id(Some(StrBytes::from_static_str(manner.cluster_id)))
}

fn created(body: &mut Bytes, manner: &Manner, version: i16) -> CreateTopicsResponse {
    let asked = CreateTopicsRequest::decode(body, version).expect("a topic");
    assert!(asked.validate_only, "a look writes nothing");
    let code = if manner.is_powerless { TOPIC_AUTHORIZATION_FAILED } else { 0 };
    let topic = CreatableTopicResult::default().with_name(asked.topics[0].name.clone()).with_error_code(code);
    CreateTopicsResponse::default().with_topics(vec![topic])
}

fn redis(stream: &mut dyn Wire, manner: &Manner) -> std::io::Result<()> {
    let mut is_known = manner.password.is_none();
    let mut reader = BufReader::with_capacity(1, stream);
    while let Some(words) = command(&mut reader)? {
        let words: Vec<_> = words.iter().map(String::as_str).collect();
        let answer = match words.as_slice() {
            ["AUTH", "kar", password] if Some(*password) == manner.password => {
                is_known = true;
                "+OK"
            }
            ["AUTH", ..] => "-WRONGPASS invalid username-password pair or user is disabled.",
            _ if !is_known => "-NOAUTH Authentication required.",
            ["PING"] => "+PONG",
            ["EVAL", ..] if manner.is_powerless => "-NOPERM this user has no permissions to run the 'eval' command",
            ["EVAL", ..] => ":1",
            other => panic!("nobody sends {other:?}"),
        };
        reader.get_mut().write_all(format!("{answer}\r\n").as_bytes())?;
        reader.get_mut().flush()?;
    }
    Ok(())
}

/// An array of strings, each with its length in a line before it; `None` where the client has hung up.
fn command(reader: &mut impl BufRead) -> std::io::Result<Option<Vec<String>>> {
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let count: usize = line.trim_start_matches('*').trim().parse().map_err(std::io::Error::other)?;
    let mut words = Vec::new();
    for _ in 0..count {
        let mut length = String::new();
        reader.read_line(&mut length)?;
        let length: usize = length.trim_start_matches('$').trim().parse().map_err(std::io::Error::other)?;
        let mut word = vec![0; length + 2];
        reader.read_exact(&mut word)?;
        words.push(String::from_utf8_lossy(&word[..length]).into_owned());
    }
    Ok(Some(words))
}
