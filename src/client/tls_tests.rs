//! Handshakes with a server of each kind that can be met.

use std::time::Duration;

use rustls::ServerConfig;
use rustls::pki_types::PrivateKeyDer;
use rustls::server::ResolvesServerCertUsingSni;
use rustls::sign::CertifiedKey;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::*;
use crate::certificate::{Authority, Leaf};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

fn authority(days_ago: u32) -> Authority {
    Authority::make(Timestamp::now() - DAY * days_ago).expect("an authority")
}

fn leaf(authority: &Authority, name: &str, days_ago: u32) -> Leaf {
    authority.issue(&[name.to_owned()], Timestamp::now() - DAY * days_ago).expect("a leaf")
}

fn key(leaf: &Leaf) -> (CertificateDer<'static>, PrivateKeyDer<'static>) {
    let certificate = CertificateDer::from_pem_slice(leaf.certificate.as_bytes()).expect("a certificate");
    (certificate, PrivateKeyDer::from_pem_slice(leaf.key.expose().as_bytes()).expect("a key"))
}

/// A server that answers every byte with the same; it knows which certificate to show only by name, where asked to.
async fn server(leaf: &Leaf, needs_name: bool) -> u16 {
    let (certificate, key) = key(leaf);
    let builder = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth();
    let config = if needs_name {
        let mut resolver = ResolvesServerCertUsingSni::new();
        let key = CertifiedKey::from_der(vec![certificate], key, &ring::default_provider()).expect("a pair");
        resolver.add("localhost", key).expect("its name");
        builder.with_cert_resolver(Arc::new(resolver))
    } else {
        builder.with_single_cert(vec![certificate], key).expect("a pair")
    };
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("bound").port();
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            if let Ok(mut stream) = acceptor.accept(stream).await
                && let Ok(byte) = stream.read_u8().await
            {
                stream.write_all(&[byte]).await.expect("taken");
                stream.flush().await.expect("taken");
            }
        }
    });
    port
}

async fn handshake(trust: Trust<'_>, host: &str, port: u16) -> std::result::Result<(), Refusal> {
    let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
    let mut secure = Tls::new(trust).expect("a trust").secure(host, stream).await?;
    secure.write_all(b"x").await.expect("taken");
    secure.flush().await.expect("taken");
    assert_eq!(secure.read_u8().await.expect("an answer"), b'x');
    Ok(())
}

#[tokio::test]
async fn a_certificate_of_the_authority_is_trusted_for_its_name_while_it_lasts() {
    let (ours, other) = (authority(2000), authority(0));
    let port = server(&leaf(&ours, "localhost", 0), false).await;
    let trust = Trust::Authority(&ours.certificate);
    handshake(trust, "localhost", port).await.expect("a handshake");
    assert_eq!(handshake(Trust::Authority(&other.certificate), "localhost", port).await, Err(Refusal::Untrusted));
    let refused = handshake(trust, "redis.example.org", port).await;
    assert_eq!(refused, Err(Refusal::OtherName { presented: vec!["localhost".to_owned()], is_unnamed: false }));
    let refused = handshake(trust, "127.0.0.1", port).await;
    assert_eq!(refused, Err(Refusal::OtherName { presented: vec!["localhost".to_owned()], is_unnamed: true }));
    handshake(Trust::Anyone, "redis.example.org", port).await.expect("unseen");

    let old = leaf(&ours, "localhost", 1500);
    let port = server(&old, false).await;
    let refused = handshake(trust, "localhost", port).await;
    let end = certificate::inspect(&old.certificate).expect("a certificate").not_after;
    assert_eq!(refused, Err(Refusal::Expired(Some(end))));
    handshake(Trust::Anyone, "localhost", port).await.expect("unseen");
}

#[tokio::test]
async fn an_authority_that_ended_is_trusted_no_more() {
    let old = authority(4000);
    let port = server(&leaf(&old, "localhost", 4000), false).await;
    let refused = handshake(Trust::Authority(&old.certificate), "localhost", port).await;
    assert!(matches!(refused, Err(Refusal::AuthorityExpired(_))), "{refused:?}");
}

/// As `openssl req -x509` makes them: an authority's certificate that a server shows as its own. Go accepts it.
#[tokio::test]
async fn a_server_may_show_the_very_certificate_that_is_trusted() {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_ECDSA_P256_SHA256).expect("a key");
    let mut params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
    let own = params.self_signed(&key).expect("a certificate").pem();
    let leaf = Leaf { certificate: own.clone(), key: crate::redacted::Secret::new(key.serialize_pem()) };
    let port = server(&leaf, false).await;
    handshake(Trust::Authority(&own), "localhost", port).await.expect("a handshake");
    let refused = handshake(Trust::Authority(&own), "redis.example.org", port).await;
    assert!(matches!(refused, Err(Refusal::OtherName { .. })), "{refused:?}");
}

#[tokio::test]
async fn a_server_that_needs_a_name_gets_it_where_there_is_one() {
    let ours = authority(0);
    let port = server(&leaf(&ours, "localhost", 0), true).await;
    let trust = Trust::Authority(&ours.certificate);
    handshake(trust, "localhost", port).await.expect("a handshake");
    assert_eq!(handshake(trust, "127.0.0.1", port).await, Err(Refusal::NameMissing));
    assert!(matches!(handshake(trust, "other.example.org", port).await, Err(Refusal::BrokenOff(_))));
}

#[tokio::test]
async fn what_speaks_no_tls_is_told_from_what_breaks_off() {
    for (answer, is_expected) in [
        (&b"-ERR unknown command\r\n"[..], (|refusal| *refusal == Refusal::NoTls) as fn(&Refusal) -> bool),
        (b"", |refusal| matches!(refusal, Refusal::BrokenOff(_))),
    ] {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("bound").port();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut hello = [0; 512];
            assert!(stream.read(&mut hello).await.expect("a greeting") > 0);
            stream.write_all(answer).await.expect("taken");
            stream.shutdown().await.expect("the end");
        });
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        let refused = Tls::new(Trust::Anyone).expect("a trust").secure("localhost", stream).await.err();
        assert!(refused.as_ref().is_some_and(is_expected), "{refused:?}");
    }
}

#[test]
fn a_folder_of_certificates_is_read_as_go_reads_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let certs = folder.path().join("certs");
    fs::create_dir_all(certs.join("below")).expect("a folder");
    let [inside, outside] = [authority(0), authority(1)].map(|authority| authority.certificate);
    fs::write(certs.join("inside.pem"), format!("a comment\n{inside}")).expect("written");
    fs::write(certs.join("below/unseen.pem"), &inside).expect("written");
    fs::write(certs.join("README"), "no certificate").expect("written");
    fs::write(folder.path().join("outside.pem"), &outside).expect("written");
    for (target, name) in [("inside.pem", "0a1b2c3d.0"), ("../outside.pem", "outside.pem"), ("nowhere.pem", "broken")] {
        std::os::unix::fs::symlink(target, certs.join(name)).expect("a link");
    }
    let mut found = certificates_in(&certs);
    let mut expected = [inside, outside].map(|pem| CertificateDer::from_pem_slice(pem.as_bytes()).expect("one"));
    found.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    expected.sort_by(|one, other| one.as_ref().cmp(other.as_ref()));
    assert_eq!(found, expected);
    assert_eq!(certificates_in(&certs.join("no such folder")), []);
}

#[test]
fn the_folders_of_linux_stand_beside_a_file_unless_others_are_named() {
    let of = |names: &[&str]| folders(|name| names.contains(&name)).len();
    assert_eq!(of(&["SSL_CERT_FILE"]), if cfg!(target_os = "linux") { 2 } else { 0 });
    assert_eq!((of(&[]), of(&["SSL_CERT_DIR"]), of(&["SSL_CERT_FILE", "SSL_CERT_DIR"])), (0, 0, 0));
}
