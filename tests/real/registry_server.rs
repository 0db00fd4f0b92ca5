//! A real registry, Debian's docker-registry, for one test: on a port of loopback that the system chose, gone when dropped.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::sandbox::Sandbox;
use crate::token_server::{ISSUER, SERVICE, TokenServer};

/// What Debian calls it.
const PROGRAM: &str = "docker-registry";

/// How long the registry may take to listen.
const LIMIT: Duration = Duration::from_secs(30);

/// A user of the registry who may do everything, ...
pub const USER: &str = "kar";
/// ... the password, ...
pub const PASSWORD: &str = "canary";
/// ... and both as the registry keeps them: `htpasswd -nbB -C 5 kar canary`.
const HTPASSWD: &str = "kar:$2b$05$CchY9IpwwwhZSaohMJiMWOEvDwvXwRV4oea5t/gZADwmlb.xK/LgK\n";

/// A registry that runs.
pub struct Server {
    process: Child,
    address: SocketAddr,
    folder: Sandbox,
    has_tls: bool,
}

impl Server {
    /// Without TLS, for everybody.
    pub fn plain() -> Self {
        Self::start("", false)
    }

    /// Without TLS, for [`USER`].
    pub fn with_password() -> Self {
        Self::start("auth: {htpasswd: {realm: test, path: FOLDER/htpasswd}}\n", false)
    }

    /// With TLS, and a certificate of an authority that nobody knows: [`Server::authority`].
    pub fn with_tls() -> Self {
        Self::start("", true)
    }

    /// Without TLS, for whoever brings a token of this server.
    pub fn with_tokens(tokens: &TokenServer) -> Self {
        let folder = Sandbox::new();
        let certificate = folder.write("tokens.crt", tokens.certificate());
        let (realm, certificate) = (tokens.realm(), certificate.display());
        let auth = format!(
            "auth: {{token: {{realm: '{realm}', service: {SERVICE}, issuer: {ISSUER}, rootcertbundle: {certificate}}}}}\n"
        );
        // It has read the file once it listens.
        Self::start(&auth, false)
    }

    /// Without TLS, for everybody, on the loopback of a network namespace.
    pub fn within(netns: &Path) -> Self {
        let mut command = Command::new("nsenter");
        command.arg(format!("--net={}", netns.display())).args(["--", PROGRAM]);
        Self::run(command, None, "", false)
    }

    /// The same images at the same port, on the loopback of this network: what one of them is given, the other has.
    pub fn beside(&self) -> Self {
        Self::run(Command::new(PROGRAM), Some(self), "", false)
    }

    fn start(more: &str, has_tls: bool) -> Self {
        Self::run(Command::new(PROGRAM), None, more, has_tls)
    }

    fn run(mut command: Command, beside: Option<&Self>, more: &str, has_tls: bool) -> Self {
        let folder = Sandbox::new();
        let storage = beside.map_or(&folder, |other| &other.folder).path("storage");
        let port = beside.map_or(0, |other| other.address.port());
        let below = folder.path("").display().to_string();
        let below = below.trim_end_matches('/');
        folder.write("htpasswd", HTPASSWD);
        let tls = if has_tls { certificates(&folder) } else { "" };
        let configuration = format!(
            "version: 0.1\nlog: {{level: error, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: {}}}, delete: {{enabled: true}}}}\n\
             http: {{addr: '127.0.0.1:{port}'{tls}}}\n{more}",
            storage.display()
        );
        let configuration = folder.write("registry.yaml", configuration.replace("FOLDER", below));
        let process = command
            .arg("serve")
            .arg(configuration)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("Debian's docker-registry, which tests/setup/packages installs");
        let address = listening(process.id());
        Self { process, address, folder, has_tls }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Its host and port.
    pub fn host(&self) -> String {
        format!("localhost:{}", self.address.port())
    }

    /// The name of an image in it.
    pub fn image(&self, name: &str) -> String {
        format!("{}/{name}", self.host())
    }

    /// The authority of its certificate.
    pub fn authority(&self) -> PathBuf {
        self.folder.path("ca.crt")
    }

    /// The manifest of an image, past karctl; `None` where there is none.
    pub fn manifest(&self, repository: &str, version: &str) -> Option<Value> {
        assert!(!self.has_tls, "the tests read without TLS");
        let mut stream = TcpStream::connect(self.address).expect("it listens");
        let accept = "application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json, \
                      application/vnd.oci.image.index.v1+json, application/vnd.docker.distribution.manifest.list.v2+json";
        let path = format!("/v2/{repository}/manifests/{version}");
        write!(stream, "GET {path} HTTP/1.0\r\nHost: r\r\nAccept: {accept}\r\n\r\n").expect("a request");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("an answer");
        let (head, body) = answer.split_once("\r\n\r\n").expect("headers end");
        head.contains(" 200 ").then(|| serde_json::from_str(body).expect("a manifest"))
    }

    /// The id of an image in it.
    pub fn id(&self, repository: &str, version: &str) -> Option<String> {
        Some(self.manifest(repository, version)?["config"]["digest"].as_str().expect("a digest").to_owned())
    }

    /// Uploads that were begun and never finished.
    pub fn unfinished(&self, repository: &str) -> usize {
        let folder = self.folder.path(format!("storage/docker/registry/v2/repositories/{repository}/_uploads"));
        std::fs::read_dir(folder).map_or(0, Iterator::count)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().and_then(|()| self.process.wait()).expect("its own child");
    }
}

/// An authority and a certificate by it for localhost, in files of the folder; the configuration that names them.
fn certificates(folder: &Sandbox) -> &'static str {
    use rcgen::{BasicConstraints, CertificateParams, CertifiedIssuer, IsCa, KeyPair};
    let mut authority = CertificateParams::new(Vec::new()).expect("no names");
    authority.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate().expect("a key")).expect("signed");
    let key = KeyPair::generate().expect("a key");
    let names = vec!["localhost".to_owned()];
    let own = CertificateParams::new(names).expect("a name").signed_by(&key, &authority).expect("signed");
    folder.write("ca.crt", authority.pem());
    folder.write("own.crt", own.pem());
    folder.write("own.key", key.serialize_pem());
    ", tls: {certificate: FOLDER/own.crt, key: FOLDER/own.key}"
}

/// The address that a process listens on; nobody else could take the port that the system chose.
fn listening(process: u32) -> SocketAddr {
    let deadline = Instant::now() + LIMIT;
    loop {
        if let Some(port) = port_of(process) {
            return SocketAddr::from(([127, 0, 0, 1], port));
        }
        assert!(Instant::now() < deadline, "the registry does not listen");
        thread::sleep(Duration::from_millis(20));
    }
}

/// `proc(5)`: the second column of `net/tcp` is the local address, the fourth the state, the tenth the socket.
fn port_of(process: u32) -> Option<u16> {
    const LISTENS: &str = "0A";
    let files = std::fs::read_dir(format!("/proc/{process}/fd")).ok()?;
    let sockets: Vec<_> = files.flatten().filter_map(|file| std::fs::read_link(file.path()).ok()).collect();
    let table = std::fs::read_to_string(format!("/proc/{process}/net/tcp")).ok()?;
    table.lines().skip(1).find_map(|line| {
        let columns: Vec<_> = line.split_whitespace().collect();
        let is_own = sockets.iter().any(|socket| socket.as_os_str() == &*format!("socket:[{}]", columns[9]));
        let port = columns[1].split_once(':')?.1;
        (columns[3] == LISTENS && is_own).then(|| u16::from_str_radix(port, 16).ok())?
    })
}
