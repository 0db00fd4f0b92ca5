//! One plain HTTP request to a server of this machine, past every proxy: whether somebody answers, and as what.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// More of an answer's head is not read.
const LONGEST_HEAD: u64 = 16 << 10;

/// The head of an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    /// The status, such as 200.
    pub status: u16,
    /// Names of the headers in lower case, with their values.
    pub headers: Vec<(String, String)>,
}

impl Head {
    /// The value of a header; `name` is in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// The head of the answer to `GET path`, within `limit`.
///
/// # Errors
/// When nobody listens, nothing comes in time, or what comes is no HTTP.
pub async fn get(server: SocketAddr, path: &str, limit: Duration) -> io::Result<Head> {
    let asking = async {
        let mut stream = TcpStream::connect(server).await?;
        let request = format!("GET {path} HTTP/1.1\r\nHost: {server}\r\nConnection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await?;
        read_head(stream.take(LONGEST_HEAD)).await
    };
    let silent = || io::Error::new(io::ErrorKind::TimedOut, format!("no answer within {} s", limit.as_secs()));
    tokio::time::timeout(limit, asking).await.map_err(|_| silent())?
}

async fn read_head(mut stream: impl tokio::io::AsyncRead + Unpin) -> io::Result<Head> {
    let mut read = Vec::new();
    let mut piece = [0; 1024];
    loop {
        if let Some(end) = read.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let text = String::from_utf8_lossy(&read[..end]).into_owned();
            return parse(&text).ok_or_else(|| io::Error::new(io::ErrorKind::InvalidData, "the answer is no HTTP"));
        }
        match stream.read(&mut piece).await? {
            0 => return Err(io::Error::new(io::ErrorKind::UnexpectedEof, "the answer ended early")),
            count => read.extend_from_slice(&piece[..count]),
        }
    }
}

fn parse(head: &str) -> Option<Head> {
    let mut lines = head.split("\r\n");
    let status_line = lines.next()?;
    let status = status_line.strip_prefix("HTTP/1.")?.split(' ').nth(1)?.parse().ok()?;
    let header = |line: &str| {
        let (name, value) = line.split_once(':')?;
        Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
    };
    Some(Head { status, headers: lines.filter_map(header).collect() })
}

#[cfg(test)]
mod tests {
    use tokio::net::TcpListener;

    use super::*;

    async fn answered(answer: &'static str) -> io::Result<Head> {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let server = listener.local_addr().expect("bound");
        let serving = tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.expect("a connection");
            let mut request = [0; 512];
            let count = stream.read(&mut request).await.expect("a request");
            stream.write_all(answer.as_bytes()).await.expect("taken");
            String::from_utf8_lossy(&request[..count]).into_owned()
        });
        let head = get(server, "/v2/", Duration::from_secs(10)).await;
        assert!(serving.await.expect("served").starts_with("GET /v2/ HTTP/1.1\r\nHost: 127.0.0.1:"));
        head
    }

    #[tokio::test]
    async fn the_head_of_an_answer_is_understood() {
        let head =
            answered("HTTP/1.1 401 Unauthorized\r\nDocker-Distribution-Api-Version: registry/2.0\r\n\r\n{}").await;
        let head = head.expect("a head");
        assert_eq!(head.status, 401);
        assert_eq!(head.header("docker-distribution-api-version"), Some("registry/2.0"));
    }

    #[tokio::test]
    async fn what_is_no_answer_is_an_error() {
        assert_eq!(answered("SSH-2.0-x\r\n\r\n").await.expect_err("no HTTP").kind(), io::ErrorKind::InvalidData);
        assert_eq!(answered("HTTP/1.1 200").await.expect_err("cut").kind(), io::ErrorKind::UnexpectedEof);
        let nobody = TcpListener::bind("127.0.0.1:0").await.expect("a port").local_addr().expect("bound");
        let refused = get(nobody, "/", Duration::from_secs(10)).await.expect_err("nobody listens");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }
}
