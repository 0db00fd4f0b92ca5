//! `karctl ce` against a fake of IBM Cloud, whole binary.

mod canary;
mod component;
mod customer;
mod disable;
mod enable;
mod login;
mod project;

pub use customer::Customer;

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::ibmcloud::{IbmCloud, Service};

/// A test may have hundreds of them, one after the other.
#[test]
fn an_account_that_is_dropped_leaves_no_connection() {
    let cloud = IbmCloud::start();
    let mut connections = Service::ALL.map(|service| {
        let address = cloud.url(service).trim_start_matches("http://").to_owned();
        let mut stream = TcpStream::connect(&address).expect("it listens");
        stream.set_read_timeout(Some(Duration::from_secs(120))).expect("a socket");
        write!(stream, "GET / HTTP/1.1\r\nHost: {address}\r\n\r\n").expect("sent");
        let mut first = [0; 8];
        stream.read_exact(&mut first).expect("an answer, and the connection is kept");
        assert_eq!(&first, b"HTTP/1.1");
        stream
    });
    drop(cloud);
    for stream in &mut connections {
        let mut rest = Vec::new();
        match stream.read_to_end(&mut rest) {
            Ok(_) => {}
            Err(error) => assert_eq!(error.kind(), std::io::ErrorKind::ConnectionReset, "{error}"),
        }
    }
}
