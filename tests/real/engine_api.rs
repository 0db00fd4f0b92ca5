//! The engine as the tests themselves ask it: plain requests on its socket, past karctl and past the docker CLI.

use std::io::{Read, Write};
use std::os::unix::net::UnixStream;
use std::path::PathBuf;
use std::time::Duration;

use serde_json::Value;

const TIMEOUT: Duration = Duration::from_secs(60);

/// An engine on a Unix socket.
#[derive(Clone, Debug)]
pub struct EngineApi {
    socket: PathBuf,
}

impl EngineApi {
    /// The engine at an address such as `unix:///run/docker.sock`.
    pub fn at(host: &str) -> Self {
        Self { socket: host.strip_prefix("unix://").expect("a unix:// address").into() }
    }

    /// Its socket.
    pub fn socket(&self) -> &PathBuf {
        &self.socket
    }

    /// The document at a path; `None` where there is none.
    pub fn get(&self, path: &str) -> Option<Value> {
        let body = self.get_bytes(path)?;
        Some(serde_json::from_slice(&body).unwrap_or_else(|error| panic!("{path}: {error}")))
    }

    /// The bytes at a path; `None` where there is nothing.
    pub fn get_bytes(&self, path: &str) -> Option<Vec<u8>> {
        let (status, body) = self.send("GET", path);
        assert!(status < 300 || status == 404, "GET {path}: {status} {}", String::from_utf8_lossy(&body));
        (status != 404).then_some(body)
    }

    /// Deletes what is at a path, if anything is.
    pub fn delete(&self, path: &str) {
        let (status, body) = self.send("DELETE", path);
        // 409: somebody else's removal of it is under way.
        assert!(
            status < 300 || matches!(status, 404 | 409),
            "DELETE {path}: {status} {}",
            String::from_utf8_lossy(&body)
        );
    }

    /// Posts nothing to a path.
    pub fn post(&self, path: &str) {
        let (status, body) = self.send("POST", path);
        assert!(status < 300, "POST {path}: {status} {}", String::from_utf8_lossy(&body));
    }

    /// Pushes an image to its registry, which asks for no login.
    pub fn push(&self, image: &str, tag: &str) {
        let path = format!("/images/{image}/push?tag={tag}");
        // The header has to be there: `{}` in Base64.
        let (status, body) = self.send_with("POST", &path, "X-Registry-Auth: e30=\r\n");
        let told = String::from_utf8_lossy(&body);
        assert!(status < 300 && !told.contains("errorDetail"), "POST {path}: {status} {told}");
    }

    /// One request of HTTP/1.0, so that the answer is not chunked.
    fn send(&self, method: &str, path: &str) -> (u16, Vec<u8>) {
        self.send_with(method, path, "")
    }

    fn send_with(&self, method: &str, path: &str, headers: &str) -> (u16, Vec<u8>) {
        let mut stream = UnixStream::connect(&self.socket).expect("an engine listens on its socket");
        stream.set_read_timeout(Some(TIMEOUT)).expect("a time-out is accepted");
        write!(stream, "{method} {path} HTTP/1.0\r\nHost: engine\r\n{headers}\r\n").expect("a request is taken");
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap_or_else(|error| panic!("{method} {path}: {error}"));
        let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n").expect("headers end");
        let head = String::from_utf8_lossy(&answer[..end]);
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).expect("a status");
        (status, answer[end + 4..].to_vec())
    }
}
