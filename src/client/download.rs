//! Files fetched over HTTP(S): through the user's proxy, resumed where they were cut, checked before they are used.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::StreamExt;
use reqwest::header::RANGE;
use reqwest::{Response, StatusCode};
use sha2::{Sha256, Sha512};
use tokio::io::AsyncWriteExt;

use crate::code::Code;
use crate::error::{Failure, OrFail, Result, Status};

/// Time to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(20);

/// A transfer that brings nothing for so long is given up; what arrived is kept for the next time.
const STALL_LIMIT: Duration = Duration::from_secs(30);

/// Attempts of one transfer; each goes on where the one before was cut.
const ATTEMPTS: u32 = 4;

/// Name of what identifies karctl to a server.
const USER_AGENT: &str = concat!("karctl/", env!("CARGO_PKG_VERSION"));

/// The sum that a file must have, in lower-case hexadecimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Digest {
    /// SHA-256.
    Sha256(&'static str),
    /// SHA-512.
    Sha512(&'static str),
}

impl Digest {
    /// Whether a file has this sum.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn fits(self, path: &Path) -> Result<bool> {
        Ok(match self {
            Self::Sha256(wanted) => sum::<Sha256>(path)? == wanted,
            Self::Sha512(wanted) => sum::<Sha512>(path)? == wanted,
        })
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sha256(_) => f.write_str("SHA-256"),
            Self::Sha512(_) => f.write_str("SHA-512"),
        }
    }
}

/// Called with the bytes that are there and, where the server says it, how many there will be.
pub type Progress<'a> = &'a mut (dyn FnMut(u64, Option<u64>) + Send);

/// Brings a file to `to`, complete and checked; until then it grows beside it as `<name>.part`.
///
/// HTTPS_PROXY, HTTP_PROXY, NO_PROXY and SSL_CERT_FILE are honoured.
///
/// # Errors
/// When the server does not have it or cannot be reached (what arrived stays for the next time), or when the sum is
/// another one (what arrived is discarded).
pub async fn fetch(url: &str, to: &Path, digest: Digest, progress: Progress<'_>) -> Result<()> {
    let part = part_of(to);
    let mut cause = None;
    for _ in 0..ATTEMPTS {
        match transfer(url, &part, progress).await {
            Ok(()) => return accept(url, &part, to, digest),
            Err(Cut::Final(error)) => return Err(error),
            Err(Cut::Passing(error)) => cause = Some(error),
        }
    }
    let failure = Failure::new(format!("{url} could not be fetched"))
        .hint("check the network and the proxy variables (HTTPS_PROXY, NO_PROXY), then run the same command again");
    Err(match cause {
        Some(cause) => failure.because(cause).into(),
        None => failure.into(),
    })
}

/// How a transfer ended before its end.
enum Cut {
    /// Trying again may help.
    Passing(anyhow::Error),
    /// It will not.
    Final(anyhow::Error),
}

impl<E: Into<anyhow::Error>> From<E> for Cut {
    fn from(error: E) -> Self {
        Self::Passing(error.into())
    }
}

fn part_of(to: &Path) -> PathBuf {
    let mut name = to.file_name().unwrap_or_default().to_owned();
    name.push(".part");
    to.with_file_name(name)
}

fn accept(url: &str, part: &Path, to: &Path, digest: Digest) -> Result<()> {
    if digest.fits(part)? {
        return std::fs::rename(part, to).or_fail(|| Failure::new(format!("{} cannot be written", to.display())));
    }
    std::fs::remove_file(part).or_fail(|| Failure::new(format!("{} cannot be removed", part.display())))?;
    Err(Failure::new(format!("what {url} sent does not have the {digest} sum that karctl expects; it was discarded"))
        .hint("try again; if it stays, a proxy may answer in the server's place")
        .code(Code::ChecksumMismatch)
        .into())
}

/// One request, for what is still missing.
async fn transfer(url: &str, part: &Path, progress: Progress<'_>) -> std::result::Result<(), Cut> {
    // Whoever installed a provider first has installed this one.
    rustls::crypto::ring::default_provider().install_default().ok();
    let client = reqwest::Client::builder().connect_timeout(CONNECT_LIMIT).user_agent(USER_AGENT).build()?;
    let have = std::fs::metadata(part).map_or(0, |part| part.len());
    let mut request = client.get(url);
    if have > 0 {
        request = request.header(RANGE, format!("bytes={have}-"));
    }
    let response = within(request.send()).await??;
    let have = match response.status() {
        StatusCode::PARTIAL_CONTENT => have,
        StatusCode::OK => 0,
        // It is all there already, or what is there is too long; the sum tells.
        StatusCode::RANGE_NOT_SATISFIABLE => return Ok(()),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            return Err(Cut::Passing(anyhow::anyhow!("the server answers {status}")));
        }
        status => {
            let failure = Failure::new(format!("{url} cannot be fetched: the server answers {status}"));
            return Err(Cut::Final(failure.into()));
        }
    };
    receive(response, part, have, progress).await
}

async fn receive(
    response: Response,
    part: &Path,
    mut have: u64,
    progress: Progress<'_>,
) -> std::result::Result<(), Cut> {
    let total = response.content_length().map(|missing| have + missing);
    let unwritable = |error: std::io::Error| {
        let full = error.kind() == std::io::ErrorKind::StorageFull;
        let failure = Failure::new(format!("{} cannot be written", part.display())).because(error);
        Cut::Final(if full { failure.code(Code::DiskFull).into() } else { failure.into() })
    };
    let mut options = tokio::fs::OpenOptions::new();
    options.create(true).write(true).append(have > 0).truncate(have == 0);
    let mut file = options.open(part).await.map_err(unwritable)?;
    let mut chunks = response.bytes_stream();
    while let Some(chunk) = within(chunks.next()).await? {
        let chunk = chunk?;
        file.write_all(&chunk).await.map_err(unwritable)?;
        have += chunk.len() as u64;
        progress(have, total);
    }
    file.flush().await.map_err(unwritable)?;
    match total {
        Some(total) if have < total => Err(Cut::Passing(anyhow::anyhow!("cut after {have} of {total} bytes"))),
        _ => Ok(()),
    }
}

async fn within<T>(future: impl Future<Output = T>) -> Result<T> {
    let silent = || Failure::new(format!("nothing arrived for {} s", STALL_LIMIT.as_secs())).status(Status::TimedOut);
    tokio::time::timeout(STALL_LIMIT, future).await.map_err(|_| silent().into())
}

fn sum<D: sha2::Digest + Default>(path: &Path) -> Result<String> {
    let unreadable = || Failure::new(format!("{} cannot be read", path.display()));
    let mut file = std::fs::File::open(path).or_fail(unreadable)?;
    let mut hash = D::default();
    let mut buffer = vec![0; 1 << 16];
    loop {
        let read = file.read(&mut buffer).or_fail(unreadable)?;
        if read == 0 {
            return Ok(hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect());
        }
        hash.update(&buffer[..read]);
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write;
    use std::net::TcpListener;

    use super::*;

    const TEXT: &[u8] = b"the whole file";

    /// Sum of [`TEXT`], by `printf 'the whole file' | sha256sum`.
    const SUM: Digest = Digest::Sha256("820480309f460664c2771eedec77663260b7da322f7d11f8b2fff2691e778242");

    /// Serves one answer a connection, in turn, and returns the address and the requests' heads.
    fn serve(answers: Vec<Vec<u8>>) -> (String, std::thread::JoinHandle<Vec<String>>) {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let url = format!("http://{}/file", listener.local_addr().expect("bound"));
        let thread = std::thread::spawn(move || {
            let mut heads = Vec::new();
            for answer in answers {
                let (mut stream, _) = listener.accept().expect("a connection");
                let mut head = Vec::new();
                while !head.ends_with(b"\r\n\r\n") {
                    let mut byte = [0];
                    stream.read_exact(&mut byte).expect("a request");
                    head.push(byte[0]);
                }
                heads.push(String::from_utf8_lossy(&head).to_lowercase());
                stream.write_all(&answer).expect("sent");
            }
            heads
        });
        (url, thread)
    }

    fn answer(status: &str, length: usize, body: &[u8]) -> Vec<u8> {
        let mut answer =
            format!("HTTP/1.1 {status}\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n").into_bytes();
        answer.extend(body);
        answer
    }

    fn fetched(url: &str, to: &Path) -> Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(fetch(url, to, SUM, &mut |_, _| {}))
    }

    #[test]
    fn a_cut_transfer_goes_on_where_it_was_cut() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("file");
        let cut = answer("200 OK", TEXT.len(), &TEXT[..4]);
        let rest = answer("206 Partial Content", TEXT.len() - 4, &TEXT[4..]);
        let (url, server) = serve(vec![cut, rest]);
        fetched(&url, &to).expect("fetched");
        assert_eq!(std::fs::read(&to).expect("there"), TEXT);
        let heads = server.join().expect("served");
        assert!(!heads[0].contains("range:") && heads[1].contains("range: bytes=4-"), "{heads:?}");
    }

    #[test]
    fn another_content_is_discarded_and_said() {
        let folder = tempfile::tempdir().expect("a folder");
        let to = folder.path().join("file");
        let (url, _server) = serve(vec![answer("200 OK", 5, b"other")]);
        let error = fetched(&url, &to).expect_err("another sum");
        assert!(error.to_string().contains("SHA-256"), "{error}");
        assert_eq!(std::fs::read_dir(folder.path()).expect("a folder").count(), 0);
    }

    #[test]
    fn what_the_server_does_not_have_is_not_asked_for_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let (url, _server) = serve(vec![answer("404 Not Found", 0, b"")]);
        let error = fetched(&url, &folder.path().join("file")).expect_err("missing");
        assert!(error.to_string().contains("404"), "{error}");
    }
}
