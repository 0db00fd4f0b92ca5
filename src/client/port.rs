//! Ports of this machine: whether one is free, who holds it, and a free one. Knows nothing of what will listen there.

use std::fmt;
use std::net::{IpAddr, SocketAddr, TcpListener};
use std::time::Duration;

use crate::error::{Failure, OrFail, Result};

/// Who listens on a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Holder {
    /// Its process id, where the system tells it: processes of other users are hidden from those who are not root.
    pub pid: Option<u32>,
    /// Its name, such as `redis-server`.
    pub name: String,
}

impl fmt::Display for Holder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.pid {
            Some(pid) => write!(f, "{} (pid {pid})", self.name),
            None => f.write_str(&self.name),
        }
    }
}

/// A resolver that has not answered after so long is given up; those of Linux ask a second server after 5 s.
const RESOLVER_LIMIT: Duration = Duration::from_secs(10);

/// Whether a host name leads anywhere from here; an address always does. Says why not, as the end of a sentence.
///
/// # Errors
/// `it cannot be resolved from here`, with the resolver's words.
pub async fn resolve(host: &str) -> std::result::Result<(), String> {
    match tokio::time::timeout(RESOLVER_LIMIT, tokio::net::lookup_host((host, 0))).await {
        Ok(Ok(addresses)) => match addresses.count() {
            0 => Err("it has no address here".to_owned()),
            _ => Ok(()),
        },
        Ok(Err(error)) => Err(format!("it cannot be resolved from here ({error})")),
        Err(_) => Err("nobody resolves it from here".to_owned()),
    }
}

/// Whether a server could listen there now. A port whose last connections are still closing counts as free.
pub fn is_free(bind: IpAddr, port: u16) -> bool {
    TcpListener::bind(SocketAddr::new(bind, port)).is_ok()
}

/// A port that is free at the moment.
///
/// # Errors
/// When the address is not one of this machine, or no port is left.
pub fn free_port(bind: IpAddr) -> Result<u16> {
    let listener = TcpListener::bind(SocketAddr::new(bind, 0))
        .or_fail(|| Failure::new(format!("no port can be bound on {bind}")).hint("give an address of this machine"))?;
    Ok(listener.local_addr()?.port())
}

/// Who listens on a port, on whatever address.
///
/// `None` where nobody does, or the system tells nothing about it.
pub fn holder_of(port: u16) -> Option<Holder> {
    platform::holder_of(port)
}

#[cfg(target_os = "linux")]
mod platform {
    use std::fs;
    use std::path::Path;

    use super::Holder;

    /// State LISTEN; see `include/net/tcp_states.h` of Linux.
    const LISTEN: &str = "0A";

    pub(super) fn holder_of(port: u16) -> Option<Holder> {
        let inodes: Vec<_> = ["/proc/net/tcp", "/proc/net/tcp6"]
            .iter()
            .filter_map(|table| fs::read_to_string(table).ok())
            .flat_map(|table| listening_inodes(&table, port))
            .collect();
        if inodes.is_empty() {
            return None;
        }
        let unknown = Holder { pid: None, name: "a process of another user".to_owned() };
        Some(processes().find(|pid| owns_socket(*pid, &inodes)).map_or(unknown, named))
    }

    /// The socket numbers of those that listen on a port, from the text of `/proc/net/tcp`.
    ///
    /// A line is `sl local_address rem_address st tx:rx tr:tm retrnsmt uid timeout inode ...`; see `proc_net_tcp.rst` of Linux.
    pub(super) fn listening_inodes(table: &str, port: u16) -> Vec<String> {
        let suffix = format!(":{port:04X}");
        table
            .lines()
            .skip(1)
            .filter_map(|line| {
                let fields: Vec<_> = line.split_whitespace().collect();
                (fields.get(1)?.ends_with(&suffix) && *fields.get(3)? == LISTEN).then(|| fields.get(9).copied())?
            })
            .map(str::to_owned)
            .collect()
    }

    fn processes() -> impl Iterator<Item = u32> {
        let entries = fs::read_dir("/proc").into_iter().flatten().flatten();
        entries.filter_map(|entry| entry.file_name().to_str()?.parse().ok())
    }

    fn owns_socket(pid: u32, inodes: &[String]) -> bool {
        let descriptors = fs::read_dir(format!("/proc/{pid}/fd")).into_iter().flatten().flatten();
        descriptors.filter_map(|entry| fs::read_link(entry.path()).ok()).any(|target| {
            let target = target.to_string_lossy();
            target
                .strip_prefix("socket:[")
                .and_then(|rest| rest.strip_suffix(']'))
                .is_some_and(|inode| inodes.iter().any(|known| known == inode))
        })
    }

    fn named(pid: u32) -> Holder {
        let folder = Path::new("/proc").join(pid.to_string());
        let name = fs::read_to_string(folder.join("comm")).unwrap_or_default();
        Holder { pid: Some(pid), name: if name.is_empty() { "a process".to_owned() } else { name.trim().to_owned() } }
    }
}

#[cfg(not(target_os = "linux"))]
mod platform {
    use std::process::Command;

    use super::Holder;

    pub(super) fn holder_of(port: u16) -> Option<Holder> {
        let output = Command::new("lsof").args(["-nP", "-sTCP:LISTEN", "-Fpc"]).arg(format!("-iTCP:{port}")).output();
        of_fields(&String::from_utf8_lossy(&output.ok()?.stdout))
    }

    /// `lsof -F` writes a field a line, its letter first: `p` the process id, `c` the command.
    fn of_fields(text: &str) -> Option<Holder> {
        let field = |letter: char| text.lines().find_map(|line| line.strip_prefix(letter));
        Some(Holder { pid: field('p')?.parse().ok(), name: field('c').unwrap_or("a process").to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    const LOOPBACK: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_port_is_taken_as_long_as_somebody_listens() {
        let port = free_port(LOOPBACK).expect("a port");
        assert!(is_free(LOOPBACK, port));
        let listener = TcpListener::bind((LOOPBACK, port)).expect("bind");
        assert!(!is_free(LOOPBACK, port));
        drop(listener);
        assert!(is_free(LOOPBACK, port));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_holder_of_a_port_is_named() {
        let listener = TcpListener::bind((LOOPBACK, 0)).expect("bind");
        let port = listener.local_addr().expect("bound").port();
        let holder = holder_of(port).expect("held");
        assert_eq!(holder.pid, Some(std::process::id()));
        drop(listener);
        assert_eq!(holder_of(port), None);
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn only_listeners_of_that_very_port_count() {
        let table = "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n   \
            0: 0100007F:7975 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 11 1\n   \
            1: 0100007F:7975 0100007F:9C40 01 00000000:00000000 00:00000000 00000000     0        0 12 1\n   \
            2: 0100007F:7976 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 13 1\n";
        assert_eq!(platform::listening_inodes(table, 31093), ["11"]);
    }
}
