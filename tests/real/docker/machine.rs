//! A user with a home folder, a container engine and an instance of their own; whatever is left of it is removed at the end.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::parts;

/// Images of which nothing is asked but to be there.
pub const TINY: [&str; 2] = ["karctl-test/tiny:1", "karctl-test/tiny:1"];
/// Images of real servers.
pub const REAL: [&str; 2] = ["karctl-test/kafka:3.9.1", "karctl-test/redis:7.0"];

/// What `karctl` printed, and how it ended.
#[derive(Debug)]
pub struct Answer {
    pub status: i32,
    pub stdout: String,
    pub stderr: String,
}

/// One user with one instance.
pub struct Machine {
    pub name: String,
    pub kafka_port: u16,
    pub redis_port: u16,
    home: tempfile::TempDir,
    host: String,
    images: [&'static str; 2],
}

impl Machine {
    /// On Docker; `name` is unique among the tests.
    pub fn on_docker(name: &str, images: [&'static str; 2]) -> Self {
        Self::new(name, images, parts::docker_host())
    }

    /// On Podman.
    pub fn on_podman(name: &str, images: [&'static str; 2]) -> Self {
        Self::new(name, images, parts::podman_host())
    }

    fn new(name: &str, images: [&'static str; 2], host: String) -> Self {
        let [kafka, redis] = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a port"));
        let port = |listener: TcpListener| listener.local_addr().expect("bound").port();
        let home = tempfile::tempdir().expect("a home");
        Self { name: name.to_owned(), kafka_port: port(kafka), redis_port: port(redis), home, host, images }
    }

    /// Runs `karctl local` with these arguments, on this instance.
    pub fn local(&self, arguments: &[&str]) -> Answer {
        let output = Command::new(env!("CARGO_BIN_EXE_karctl"))
            .arg("local")
            .args(arguments)
            .args(["--name", &self.name])
            .env_clear()
            .env("PATH", std::env::var("PATH").expect("a PATH"))
            .env("HOME", self.home.path())
            .env("DOCKER_HOST", &self.host)
            .output()
            .expect("karctl starts");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        Answer {
            status: output.status.code().unwrap_or(-1),
            stdout: text(&output.stdout),
            stderr: text(&output.stderr),
        }
    }

    /// `karctl local up` with the images of this test, not waiting for readiness.
    pub fn up(&self, arguments: &[&str]) -> Answer {
        self.ready(&[&["--no-wait"], arguments].concat())
    }

    /// `karctl local up` with the images of this test.
    pub fn ready(&self, arguments: &[&str]) -> Answer {
        let [kafka, redis] = self.images;
        let images = [format!("kafka.image={kafka}"), format!("redis.image={redis}")];
        let ports = [self.kafka_port.to_string(), self.redis_port.to_string()];
        let mut all = vec!["up", "--engine", "docker", "--set", &images[0], "--set", &images[1], "-o", "json"];
        all.extend(["--kafka-port", &ports[0], "--redis-port", &ports[1], "--pull", "never"]);
        all.extend(arguments);
        self.local(&all)
    }

    /// What `up` did to ZooKeeper, Kafka and Redis, in a few words.
    pub fn done(&self, arguments: &[&str]) -> Vec<String> {
        self.up(arguments).done()
    }

    /// Runs the docker CLI, which must succeed.
    pub fn docker(&self, arguments: &[&str]) -> String {
        let (success, text) = self.try_docker(arguments);
        assert!(success, "docker {arguments:?}: {text}");
        text
    }

    /// The state of a container: `running`, `exited`, or nothing where there is none.
    pub fn state(&self, container: &str) -> String {
        let (success, text) = self.try_docker(&["inspect", "-f", "{{.State.Status}}", &self.of(container)]);
        if success { text } else { String::new() }
    }

    /// Containers, networks and volumes that have the instance's name.
    pub fn residue(&self) -> Vec<String> {
        let filter = format!("name={}", self.name);
        let lists: [&[&str]; 3] = [
            &["ps", "-a", "--format", "{{.Names}}", "--filter", &filter],
            &["network", "ls", "--format", "{{.Name}}", "--filter", &filter],
            &["volume", "ls", "--format", "{{.Name}}", "--filter", &filter],
        ];
        let mut names: Vec<_> =
            lists.iter().flat_map(|list| self.docker(list).lines().map(str::to_owned).collect::<Vec<_>>()).collect();
        names.sort();
        names
    }

    /// A name with the instance's in front.
    pub fn of(&self, part: &str) -> String {
        format!("{}{part}", self.name)
    }

    /// The instance's folder in the user's home.
    pub fn folder(&self) -> PathBuf {
        self.home.path().join(".local/state/karctl/local").join(&self.name)
    }

    /// The home folder.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    fn try_docker(&self, arguments: &[&str]) -> (bool, String) {
        let output = Command::new("docker")
            .args(arguments)
            .env("DOCKER_HOST", &self.host)
            .env("DOCKER_CONFIG", parts::compose_config())
            .output()
            .expect("docker starts");
        let bytes = if output.status.success() { &output.stdout } else { &output.stderr };
        (output.status.success(), String::from_utf8_lossy(bytes).trim().to_owned())
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.local(&["reset", "-y"]);
        let residue = self.residue();
        for removal in [&["rm", "--force", "--volumes"][..], &["network", "rm"], &["volume", "rm"]] {
            for name in &residue {
                self.try_docker(&[removal, &[name.as_str()]].concat());
            }
        }
    }
}

impl Answer {
    /// What was done to each component, as `Kafka recreated (its settings differ)`.
    pub fn done(&self) -> Vec<String> {
        assert_eq!(self.status, 0, "{self:?}");
        let document: serde_json::Value = serde_json::from_str(&self.stdout).expect("a document");
        let components = document["components"].as_array().expect("a list");
        let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
        components
            .iter()
            .map(|outcome| {
                let reason = text(&outcome["reason"]);
                let reason = if reason.is_empty() { reason } else { format!(" ({reason})") };
                format!("{} {}{reason}", text(&outcome["component"]), text(&outcome["action"]))
            })
            .collect()
    }

    /// The first line of a failure, and the code that it carries.
    pub fn refusal(&self) -> (&str, &str) {
        assert_eq!(self.status, 1, "{self:?}");
        let first = self.stderr.lines().find_map(|line| line.strip_prefix("error: ")).unwrap_or_default();
        let code = self.stderr.split("karctl explain ").nth(1).and_then(|rest| rest.get(..6)).unwrap_or_default();
        (first, code)
    }
}
