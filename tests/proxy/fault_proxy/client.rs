//! Who asks: the process at the other end of a connection.

use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use std::time::{Duration, Instant};

/// The kernel gives its table of sockets in pieces, and one that comes or goes meanwhile moves others past the reader: on a
/// busy machine many looks in a row miss one that is there all the time.
const LOOK_FOR: Duration = Duration::from_secs(10);
/// Between two looks.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// The process that holds the other end of a TCP connection on this machine, which came from one address to another. Both
/// ends are in the network namespace of the calling thread.
pub fn of_connection(from: SocketAddr, to: SocketAddr) -> Option<i32> {
    let began = Instant::now();
    loop {
        let found = look(from, to);
        if found.is_some() || began.elapsed() > LOOK_FOR {
            return found;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn look(from: SocketAddr, to: SocketAddr) -> Option<i32> {
    let link = format!("socket:[{}]", inode_of(from, to)?);
    fs::read_dir("/proc").ok()?.filter_map(Result::ok).find_map(|process| {
        let number = process.file_name().to_str()?.parse().ok()?;
        holds(&process.path(), &link).then_some(number)
    })
}

fn holds(process: &Path, link: &str) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return false };
    files.filter_map(Result::ok).filter_map(|file| fs::read_link(file.path()).ok()).any(|target| *target == *link)
}

/// Of the socket that leads from one address to another: `proc(5)`, `/proc/net/tcp`, the second, third and tenth column.
/// A port that leads to several servers, one of them a former one whom nobody holds any more, has as many lines.
fn inode_of(from: SocketAddr, to: SocketAddr) -> Option<u64> {
    let (from, to) = (column(from)?, column(to)?);
    let table = fs::read_to_string("/proc/thread-self/net/tcp").ok()?;
    let mut lines = table.lines().map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found = lines.find(|columns| columns.get(1) == Some(&from.as_str()) && columns.get(2) == Some(&to.as_str()))?;
    found.get(9)?.parse().ok()
}

fn column(address: SocketAddr) -> Option<String> {
    let SocketAddr::V4(address) = address else { return None };
    Some(format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port()))
}
