//! What stands before services that share an address: it wants a server name (SNI) in every TLS handshake, and breaks off
//! where there is none. The bytes themselves are passed on as they are.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, OnceLock};
use std::thread;

use rustls::server::Acceptor;

/// More than any greeting.
const LONGEST_GREETING: usize = 64 << 10;

/// A front that listens on a port of this machine, until the tests end.
pub struct Front {
    /// Its port.
    pub port: u16,
    behind: Arc<OnceLock<SocketAddr>>,
}

impl Front {
    /// Listens; whoever comes before [`Front::lead_to`] was called is turned away.
    pub fn listen() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let port = listener.local_addr().expect("bound").port();
        let behind = Arc::new(OnceLock::new());
        let target: Arc<OnceLock<SocketAddr>> = Arc::clone(&behind);
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if let Some(server) = target.get().copied() {
                    thread::spawn(move || drop(pass(stream, server)));
                }
            }
        });
        Self { port, behind }
    }

    /// Says who is behind it.
    pub fn lead_to(&self, server: SocketAddr) {
        self.behind.set(server).expect("said once");
    }
}

fn pass(mut client: TcpStream, server: SocketAddr) -> std::io::Result<()> {
    let Some(greeting) = named_greeting(&mut client)? else { return client.shutdown(Shutdown::Both) };
    let mut server = TcpStream::connect(server)?;
    server.set_nodelay(true)?;
    client.set_nodelay(true)?;
    server.write_all(&greeting)?;
    let (mut answers, mut asked) = (server.try_clone()?, client.try_clone()?);
    let back = thread::spawn(move || {
        std::io::copy(&mut answers, &mut asked).ok();
        asked.shutdown(Shutdown::Both).ok();
    });
    std::io::copy(&mut client, &mut server).ok();
    server.shutdown(Shutdown::Both).ok();
    back.join().map_err(|_| ErrorKind::Other.into())
}

/// The first bytes of a client, up to the end of its greeting; `None` where that holds no server name, or is none.
fn named_greeting(client: &mut TcpStream) -> std::io::Result<Option<Vec<u8>>> {
    let (mut acceptor, mut greeting, mut piece) = (Acceptor::default(), Vec::new(), [0; 4096]);
    while greeting.len() < LONGEST_GREETING {
        let count = client.read(&mut piece)?;
        if count == 0 {
            return Ok(None);
        }
        greeting.extend_from_slice(&piece[..count]);
        acceptor.read_tls(&mut &piece[..count])?;
        match acceptor.accept() {
            Ok(None) => {}
            Ok(Some(accepted)) => {
                return Ok(accepted.client_hello().server_name().is_some().then_some(greeting));
            }
            Err(_) => return Ok(None),
        }
    }
    Ok(None)
}
