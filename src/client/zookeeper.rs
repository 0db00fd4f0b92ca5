//! ZooKeeper, as far as a broker that was killed needs it: its registration is taken away before its session ends.
//!
//! Kafka refuses to start while the registration of its last life is there (`NodeExistsException`), and ZooKeeper keeps
//! it until the session of that life has expired. The format of requests is that of `zookeeper.jute`.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::error::{Failure, OrFail, Result};

/// How often a ZooKeeper that does not answer yet is tried again.
const RETRY: Duration = Duration::from_millis(20);

/// Time for one attempt.
const ATTEMPT_LIMIT: Duration = Duration::from_secs(2);

/// Operation `delete`; see `ZooDefs.OpCode`.
const DELETE: i32 = 2;

/// Operation `closeSession`.
const CLOSE: i32 = -11;

/// Whatever its version.
const ANY_VERSION: i32 = -1;

/// Error `NoNode`; see `KeeperException.Code`.
const NO_NODE: i32 = -101;

/// Length of the longest answer that is expected.
const LONGEST_ANSWER: usize = 1 << 16;

/// What a broker of the last life leaves: its registration, and that it is the controller.
pub const REGISTRATIONS: [&str; 2] = ["/brokers/ids/0", "/controller"];

/// Length of the answers to [`deletion`] of so many nodes: to the connection, and to each of them.
pub const fn answers_to_deletion(nodes: usize) -> usize {
    const CONNECTED: usize = 41;
    const DELETED: usize = 20;
    CONNECTED + nodes * DELETED
}

/// Everything that [`delete`] sends, in one piece: for whom something else opens the connection.
///
/// # Errors
/// When a path is too long.
pub fn deletion(paths: &[&str]) -> Result<Vec<u8>> {
    let mut all = framed(&connect_request())?;
    for (path, number) in paths.iter().zip(1..) {
        all.extend(framed(&delete_request(number, path))?);
    }
    all.extend(framed(&request(0, CLOSE))?);
    Ok(all)
}

/// Deletes nodes; those that are not there are as good. Waits for a ZooKeeper that is starting.
///
/// # Errors
/// When it does not answer within `limit`, or refuses.
pub async fn delete(address: SocketAddr, paths: &[&str], limit: Duration) -> Result<()> {
    let began = Instant::now();
    loop {
        let attempt = tokio::time::timeout(ATTEMPT_LIMIT, delete_once(address, paths)).await;
        let error = match attempt {
            Ok(Ok(())) => return Ok(()),
            Ok(Err(error)) => error,
            Err(_) => anyhow::anyhow!("no answer within {} s", ATTEMPT_LIMIT.as_secs()),
        };
        if began.elapsed() > limit {
            return Err(Failure::new(format!("ZooKeeper at {address} does not answer")).because(error).into());
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn delete_once(address: SocketAddr, paths: &[&str]) -> Result<()> {
    let mut stream = TcpStream::connect(address).await?;
    send(&mut stream, &connect_request()).await?;
    receive(&mut stream).await?;
    for (path, number) in paths.iter().zip(1..) {
        send(&mut stream, &delete_request(number, path)).await?;
        match error_of(&receive(&mut stream).await?) {
            Some(0 | NO_NODE) => {}
            other => return Err(Failure::new(format!("deleting {path} failed with {other:?}")).into()),
        }
    }
    send(&mut stream, &request(0, CLOSE)).await
}

/// Protocol 0, nothing seen, a time-out of 5 s, a new session without a password, not read-only.
fn connect_request() -> Vec<u8> {
    let mut request = Vec::new();
    request.extend(0_i32.to_be_bytes());
    request.extend(0_i64.to_be_bytes());
    request.extend(5_000_i32.to_be_bytes());
    request.extend(0_i64.to_be_bytes());
    request.extend(16_i32.to_be_bytes());
    request.extend([0; 16]);
    request.push(0);
    request
}

fn request(number: i32, operation: i32) -> Vec<u8> {
    let mut request = number.to_be_bytes().to_vec();
    request.extend(operation.to_be_bytes());
    request
}

fn delete_request(number: i32, path: &str) -> Vec<u8> {
    let mut request = request(number, DELETE);
    request.extend(i32::try_from(path.len()).unwrap_or(i32::MAX).to_be_bytes());
    request.extend(path.as_bytes());
    request.extend(ANY_VERSION.to_be_bytes());
    request
}

/// An answer begins with the request's number (4 bytes), the transaction (8) and the error (4).
fn error_of(answer: &[u8]) -> Option<i32> {
    Some(i32::from_be_bytes(answer.get(12..16)?.try_into().ok()?))
}

/// A request with its length in front.
fn framed(request: &[u8]) -> Result<Vec<u8>> {
    let length = u32::try_from(request.len()).or_fail(|| Failure::new("a request is too long"))?;
    let mut frame = length.to_be_bytes().to_vec();
    frame.extend(request);
    Ok(frame)
}

async fn send(stream: &mut TcpStream, request: &[u8]) -> Result<()> {
    Ok(stream.write_all(&framed(request)?).await?)
}

async fn receive(stream: &mut TcpStream) -> Result<Vec<u8>> {
    let length = usize::try_from(stream.read_u32().await?)?;
    if length > LONGEST_ANSWER {
        return Err(Failure::new(format!("an answer of {length} bytes is none of ZooKeeper's")).into());
    }
    let mut answer = vec![0; length];
    stream.read_exact(&mut answer).await?;
    Ok(answer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deletion_is_framed_request_by_request() {
        let all = deletion(&["/a"]).expect("short");
        let (connect, rest) = all.split_at(4 + 45);
        assert_eq!(&connect[..4], 45_i32.to_be_bytes());
        let delete = b"\0\0\0\x12\0\0\0\x01\0\0\0\x02\0\0\0\x02/a\xff\xff\xff\xff";
        let close = b"\0\0\0\x08\0\0\0\0\xff\xff\xff\xf5";
        assert_eq!(rest, [&delete[..], close].concat());
        assert_eq!(answers_to_deletion(2), 81);
    }
}
