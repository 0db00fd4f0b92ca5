//! A registry of images that has none, as far as a login goes: every repository is unknown to everybody, and Docker Hub's
//! 401 for those stands for it.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// What the server of tokens gives out.
const TOKEN: &str = "a-token";

/// A registry, and its server of tokens where it wants some, on a port of this machine.
pub struct Registry {
    pub address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

/// Who is let in.
struct Gate {
    address: SocketAddr,
    login: String,
    wants_tokens: bool,
}

impl Registry {
    /// Lets one user in, with a token or with the password itself.
    pub fn start(user: &str, password: &str, wants_tokens: bool) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("a listening socket");
        let login = format!("Basic {}", STANDARD.encode(format!("{user}:{password}")));
        let gate = Gate { address, login, wants_tokens };
        let asked = Arc::<Mutex<Vec<String>>>::default();
        let record = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let stream = stream.expect("a connection");
                // One that ends early has nothing to tell.
                gate.answer(stream, &record).ok();
            }
        });
        Self { address, asked }
    }

    /// What was asked for, in this order.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("unharmed").clone()
    }
}

impl Gate {
    /// Answers one request, and closes the connection.
    fn answer(&self, mut stream: TcpStream, record: &Mutex<Vec<String>>) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
        let mut authorization = None;
        for line in lines {
            let line = line?;
            match line.split_once(": ") {
                Some((name, value)) if name.eq_ignore_ascii_case("authorization") => {
                    authorization = Some(value.to_owned())
                }
                Some(_) => {}
                None => break,
            }
        }
        record.lock().expect("unharmed").push(target.clone());
        let (status, more, body) = self.judge(&target, authorization.as_deref());
        write!(stream, "HTTP/1.1 {status}\r\n{more}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
    }

    fn judge(&self, target: &str, authorization: Option<&str>) -> (&'static str, String, String) {
        let challenge = match self.wants_tokens {
            true => format!("WWW-Authenticate: Bearer realm=\"http://{}/token\",service=\"kar\"\r\n", self.address),
            false => "WWW-Authenticate: Basic realm=\"kar\"\r\n".to_owned(),
        };
        let refused = || ("401 Unauthorized", challenge.clone(), String::new());
        let is_login = authorization == Some(self.login.as_str());
        let is_token = authorization == Some(&format!("Bearer {TOKEN}"));
        match target.split('?').next() {
            Some("/token") if is_login => ("200 OK", String::new(), format!("{{\"token\": \"{TOKEN}\"}}")),
            Some("/v2/") if if self.wants_tokens { is_token } else { is_login } => {
                ("200 OK", String::new(), "{}".to_owned())
            }
            _ => refused(),
        }
    }
}
