//! A machine on which the native engine runs `sleep` in the servers' place.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

use serde_json::Value;

use crate::sandbox::{Finished, Sandbox};

/// Writes what the real Kafka and ZooKeeper write first, then sleeps.
const JAVA: &str = r#"meta() { /bin/mkdir -p data/log; printf 'version=%s\ncluster.id=%s\n' "$1" "$2" > data/log/meta.properties; }
case "$*" in
  *StorageTool*) meta 1 formatted; exit 0 ;;
  *kafka.Kafka*) [ -e data/log/meta.properties ] || meta 0 first ;;
  *) /bin/mkdir -p data/version-2; : > data/version-2/log.1 ;;
esac
exec /bin/sleep 1000"#;

const REDIS: &str = r#"if [ "$1" = --version ]; then echo 'Redis server v=9.8.7 sha=0'; exit; fi
: > data/appendonly.aof
exec /bin/sleep 1000"#;

/// A machine with Java, a Kafka folder and a Redis; whatever was started ends with it.
pub struct Machine {
    /// The user's home and environment.
    pub sandbox: Sandbox,
    /// Kafka's port and Redis' port.
    pub ports: (u16, u16),
}

impl Machine {
    /// Nothing started yet.
    pub fn new() -> Self {
        let sandbox = Sandbox::new();
        sandbox.program("redis-server", REDIS);
        let java = sandbox.write("java/bin/java", format!("#!/bin/sh\n{JAVA}\n"));
        fs::set_permissions(&java, fs::Permissions::from_mode(0o755)).expect("its own file");
        sandbox.write("java/release", "JAVA_VERSION=\"17.0.1\"\n");
        sandbox.write("kafka/libs/kafka_2.13-3.9.1.jar", "");
        let (java, kafka) = (sandbox.path("java"), sandbox.path("kafka"));
        let sandbox = sandbox.variable("JAVA_HOME", java).variable("KAFKA_HOME", kafka);
        Self { sandbox, ports: (free_port(), free_port()) }
    }

    /// Starts or changes the instance, without waiting for what never answers; the result is a document.
    pub fn up(&self, more: &[&str]) -> Finished {
        let ports = [self.ports.0.to_string(), self.ports.1.to_string()];
        let mut arguments = vec!["local", "up", "--engine", "native", "--no-wait", "-o", "json"];
        arguments.extend(["--kafka-port", &ports[0], "--redis-port", &ports[1]]);
        self.karctl(&[&arguments, more].concat())
    }

    /// Runs karctl.
    pub fn karctl(&self, arguments: &[&str]) -> Finished {
        self.sandbox.karctl(arguments.iter().copied()).output()
    }

    /// A path in the instance's folder.
    pub fn instance(&self, below: &str) -> PathBuf {
        self.sandbox.path("home/.local/state/karctl/local/kar").join(below)
    }

    /// The process of a server, as it is recorded.
    pub fn pid(&self, server: &str) -> Option<u64> {
        let text = fs::read_to_string(self.instance(server).join("process.json")).ok()?;
        serde_json::from_str::<Value>(&text).expect("a record")["pid"].as_u64()
    }

    /// Ends a server by signal 9.
    pub fn kill(&self, server: &str) {
        self.signal(server, rustix::process::Signal::KILL);
    }

    /// Lets a server stand still, as a debugger or a `kill -STOP` does; it does so a moment later.
    pub fn pause(&self, server: &str) {
        self.signal(server, rustix::process::Signal::STOP);
        while self.state(server) != Some('T') {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
    }

    /// The state of a server's process in proc_pid_stat(5), such as `S` or `T`.
    pub fn state(&self, server: &str) -> Option<char> {
        let stat = fs::read_to_string(format!("/proc/{}/stat", self.pid(server)?)).ok()?;
        stat.rsplit_once(") ")?.1.chars().next()
    }

    fn signal(&self, server: &str, signal: rustix::process::Signal) {
        let pid = self.pid(server).and_then(|pid| rustix::process::Pid::from_raw(i32::try_from(pid).ok()?));
        rustix::process::kill_process(pid.expect("it runs"), signal).expect("it is ours");
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        self.sandbox.karctl(["local", "reset", "-y"]).output();
    }
}

/// Ports that the system gives to nobody by itself (Linux gives 32768 and more): from here, so many for each process.
const PORTS: (u16, u16) = (12_000, 500);

/// A port that nobody has, and that is given once: no other test of this process takes it, nor a connection.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let (first, count) = PORTS;
    let own = first + u16::try_from(std::process::id() % 40).expect("below 40") * count;
    let ports = std::iter::repeat_with(|| own + NEXT.fetch_add(1, Ordering::Relaxed) % count);
    let is_free = |port: &u16| std::net::TcpListener::bind(("127.0.0.1", *port)).is_ok();
    ports.take(usize::from(count)).find(is_free).expect("a free port")
}
