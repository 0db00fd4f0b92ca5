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

/// The process that holds the other end of a TCP connection on this machine, which came from this address. Both ends are
/// in the network namespace of the calling thread.
pub fn of_address(address: SocketAddr) -> Option<i32> {
    let began = Instant::now();
    loop {
        let found = look(address);
        if found.is_some() || began.elapsed() > LOOK_FOR {
            return found;
        }
        std::thread::sleep(LOOK_AGAIN);
    }
}

fn look(address: SocketAddr) -> Option<i32> {
    let link = format!("socket:[{}]", inode_of(address)?);
    fs::read_dir("/proc").ok()?.filter_map(Result::ok).find_map(|process| {
        let number = process.file_name().to_str()?.parse().ok()?;
        holds(&process.path(), &link).then_some(number)
    })
}

fn holds(process: &Path, link: &str) -> bool {
    let Ok(files) = fs::read_dir(process.join("fd")) else { return false };
    files.filter_map(Result::ok).filter_map(|file| fs::read_link(file.path()).ok()).any(|target| *target == *link)
}

/// Of the socket whose local address this is: `proc(5)`, `/proc/net/tcp`, the second and the tenth column.
fn inode_of(address: SocketAddr) -> Option<u64> {
    let SocketAddr::V4(address) = address else { return None };
    let local = format!("{:08X}:{:04X}", u32::from_le_bytes(address.ip().octets()), address.port());
    let table = fs::read_to_string("/proc/thread-self/net/tcp").ok()?;
    table
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>())
        .find_map(|columns| (columns.get(1) == Some(&local.as_str())).then(|| columns.get(9)?.parse().ok()).flatten())
}
