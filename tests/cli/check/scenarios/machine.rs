//! What breaks on this machine: programs, ports, folders, the engine, instances, the shell's variables.

use std::fs;
use std::net::TcpListener;
use std::os::unix::net::UnixListener;

use super::docker::{Engine, serve, silent};
use super::{Expected, expected, failed, run};
use crate::check::equipped;
use crate::machine::free_port;
use crate::sandbox::Sandbox;
use jiff::{Span, Timestamp};

/// A machine that is about to be broken.
pub struct Broken {
    sandbox: Sandbox,
    /// Kafka's port and Redis', which nobody has.
    ports: [u16; 2],
    /// What is held until the check is over.
    held: (Vec<TcpListener>, Option<UnixListener>),
    /// Whether the container engine of the environment is meant.
    has_engine: bool,
}

/// One way to break it.
pub struct Row {
    /// What is the matter.
    pub name: &'static str,
    breaks: fn(&mut Broken),
    /// What is said of it.
    pub expected: Expected,
}

const fn row(name: &'static str, breaks: fn(&mut Broken), expected: Expected) -> Row {
    Row { name, breaks, expected }
}

const JAVA: (&str, &str) = ("there is Java for Kafka", "KAR115");
const KAFKA: (&str, &str) = ("there is Kafka", "KAR116");
const REDIS: (&str, &str) = ("there is Redis", "KAR116");
const KAFKA_PORT: (&str, &str) = ("Kafka's port is free", "KAR101");
const REDIS_PORT: (&str, &str) = ("Redis' port is free", "KAR101");
const STATE: (&str, &str) = ("the state folder can be written", "KAR122");
const CACHE: (&str, &str) = ("the cache folder can be written", "KAR122");
const ENGINE: (&str, &str) = ("the container engine answers", "KAR103");
const KAR: (&str, &str) = ("`kar` is on PATH", "KAR119");
const UNDERSTOOD: (&str, &str) = ("`kar` understands the shell's variables", "KAR118");
const PROXY: (&str, &str) = ("the proxy leaves this machine out", "KAR121");
const LOST: (&str, &str) = ("the engines of instances answer", "KAR130");
const CERTIFICATES: (&str, &str) = ("certificates can be read", "KAR126");

/// Every row of this machine.
pub const ROWS: &[Row] = &[
    row("a machine that is well", |_| (), &[]),
    row("kar is not installed", |it| it.remove("kar"), &[KAR]),
    row("Node.js is old", |it| it.program("node", "echo v10.1.0"), &[("Node.js is new enough", "KAR124")]),
    row("npm is old", |it| it.program("npm", "echo 6.9.0"), &[("npm is new enough", "KAR124")]),
    row("Maven is old", |it| it.program("mvn", "echo Apache Maven 3.3.9"), &[("Maven is new enough", "KAR124")]),
    row("Python is broken", |it| it.program("python3", "exit 3"), &[("Python is new enough", "KAR124")]),
    row(
        "Java is that of ten years ago, for Kafka and for applications",
        |it| it.program("java", "echo 'openjdk version \"1.8.0_392\"' >&2"),
        &[JAVA, ("Java is new enough", "KAR124")],
    ),
    row("there is no Java", |it| it.remove("java"), &[JAVA]),
    row(
        "neither Maven nor Redis",
        |it| ["mvn", "redis-server"].iter().for_each(|program| it.remove(program)),
        &[REDIS],
    ),
    row("somebody listens on Kafka's port", |it| it.listen(0), &[KAFKA_PORT]),
    row("somebody listens on Redis' port", |it| it.listen(1), &[REDIS_PORT]),
    row(
        "somebody listens on both",
        |it| [0, 1].into_iter().for_each(|port| it.listen(port)),
        &[KAFKA_PORT, REDIS_PORT],
    ),
    row("HOME is no folder's path", |it| it.set("HOME", "nowhere"), &[STATE, CACHE, KAFKA]),
    row("a file is where the state folder should be", |it| it.file_as("XDG_STATE_HOME"), &[STATE]),
    row("a file is where the cache folder should be", |it| it.file_as("XDG_CACHE_HOME"), &[CACHE]),
    row("a proxy catches calls to this machine", |it| it.set("HTTPS_PROXY", "http://proxy.test:3128"), &[PROXY]),
    row(
        "a proxy that leaves out localhost only, and no kar",
        |it| {
            it.set("https_proxy", "http://proxy.test:3128");
            it.set("no_proxy", "localhost,.example.org");
            it.remove("kar");
        },
        &[PROXY, KAR],
    ),
    row("SSL_CERT_FILE names nothing", |it| it.set("SSL_CERT_FILE", "/no/such/file"), &[CERTIFICATES]),
    row("SSL_CERT_FILE names a file without certificates", |it| it.file_as("SSL_CERT_FILE"), &[CERTIFICATES]),
    row("the engine's socket is gone", |it| it.engine_at("nobody.sock"), &[ENGINE]),
    row(
        "the engine takes connections and says nothing",
        |it| {
            it.held.1 = Some(silent(&it.sandbox.path("work/silent.sock")));
            it.engine_at("silent.sock");
        },
        &[ENGINE],
    ),
    row(
        "the engine's machine slept, and has little memory",
        |it| {
            let time = (Timestamp::now() - Span::new().hours(2)).to_string();
            serve(&it.sandbox.path("work/docker.sock"), Engine { time, memory: 1 << 30, ..engine() });
            it.engine_at("docker.sock");
        },
        &[("the engine's clock is right", "KAR125"), ("there is memory for the servers", "KAR120")],
    ),
    row("an engine that is well", |it| it.well_engine(engine()), &[]),
    row(
        "another user of the engine has stopped containers of an instance of the name",
        |it| it.well_engine(Engine { containers: &[("kar_kafka", Some("kar"))], ..engine() }),
        &[("nobody else's containers have the name", "KAR131")],
    ),
    row(
        "another user of the engine has stopped containers of another name",
        |it| it.well_engine(Engine { containers: &[("theirs_kafka", Some("theirs"))], ..engine() }),
        &[],
    ),
    row(
        "a container of the original's has the name of Kafka's",
        |it| it.well_engine(Engine { containers: &[("kar_kafka", None)], ..engine() }),
        &[("no container is somebody else's", "KAR104")],
    ),
    row(
        "another engine is chosen than that of the instance, which is gone",
        |it| {
            it.well_engine(engine());
            it.record(r#"{"version": 1, "engine": "docker", "endpoint": "unix:///nowhere/docker.sock"}"#);
        },
        &[("the engine is that of the instances", "KAR129"), LOST],
    ),
    row("the record of an instance was cut", |it| it.record(r#"{"version": 1, "eng"#), &[LOST]),
    row("KAFKA_VERSION has two parts", |it| it.shell("KAFKA_VERSION", "3.3"), &[UNDERSTOOD]),
    row("REDIS_CA is no PEM", |it| it.shell("REDIS_CA", "bm90IGEgY2VydGlmaWNhdGU="), &[UNDERSTOOD]),
    row("REDIS_PORT ends with a line end", |it| it.shell("REDIS_PORT", "6379\n"), &[UNDERSTOOD]),
    row("brokers are listed with blanks", |it| it.shell("KAFKA_BROKERS", "a:9092, b:9092"), &[UNDERSTOOD]),
    row(
        "the shell names servers that are gone",
        |it| it.shell("REDIS_PORT", "1"),
        &[("what the shell's variables name answers", "KAR118")],
    ),
];

fn engine() -> Engine {
    Engine { time: Timestamp::now().to_string(), memory: 8 << 30, containers: &[], volumes: &[] }
}

impl Broken {
    fn new() -> Self {
        let ports = [free_port(), free_port()];
        Self { sandbox: equipped(), ports, held: (Vec::new(), None), has_engine: false }
    }

    fn remove(&mut self, program: &str) {
        fs::remove_file(self.sandbox.path("bin").join(program)).expect("it was there");
    }

    fn program(&mut self, name: &str, script: &str) {
        self.sandbox.program(name, script);
    }

    fn set(&mut self, name: &str, value: &str) {
        self.sandbox.set_variable(name, value);
    }

    fn listen(&mut self, index: usize) {
        self.held.0.push(TcpListener::bind(("127.0.0.1", self.ports[index])).expect("free a moment ago"));
    }

    /// A file that holds nothing of use, where a variable says that something else is.
    fn file_as(&mut self, variable: &str) {
        let file = self.sandbox.write("work/file", "nothing\n");
        self.sandbox.set_variable(variable, file);
    }

    fn engine_at(&mut self, socket: &str) {
        self.has_engine = true;
        let address = format!("unix://{}", self.sandbox.path("work").join(socket).display());
        self.sandbox.set_variable("DOCKER_HOST", address);
    }

    fn well_engine(&mut self, engine: Engine) {
        serve(&self.sandbox.path("work/docker.sock"), engine);
        self.engine_at("docker.sock");
    }

    fn record(&mut self, content: &str) {
        self.sandbox.write("home/.local/state/karctl/local/kar/instance.json", content);
    }

    /// A shell in which one of the variables is wrong.
    fn shell(&mut self, name: &str, value: &str) {
        self.set("KAFKA_BROKERS", "127.0.0.1:1");
        self.set("REDIS_HOST", "127.0.0.1");
        self.set(name, value);
    }
}

fn differs(row: &Row) -> Option<String> {
    let mut broken = Broken::new();
    (row.breaks)(&mut broken);
    let [kafka, redis] = broken.ports;
    let ports = [format!("kafka.port={kafka}"), format!("redis.port={redis}")];
    let mut line = vec!["check", "local", "-o", "json", "--set", &ports[0], "--set", &ports[1]];
    if !broken.has_engine {
        line.extend(["--set", "local.engine=native"]);
    }
    let mut invocation = broken.sandbox.karctl(line);
    if !broken.has_engine {
        invocation = invocation.without("DOCKER_HOST");
    }
    let finished = invocation.output();
    let mut found = failed(&finished);
    // Memory and disk of the machine that tests run on are nobody's doing.
    let wanted = expected(row.expected);
    found.retain(|entry| !["KAR117", "KAR120"].contains(&entry.1.as_str()) || wanted.contains(entry));
    (found != wanted).then(|| format!("found {found:?}, not {wanted:?}\n{}\n{}", finished.stdout, finished.stderr))
}

#[test]
fn what_breaks_on_this_machine_is_told_by_its_checks_and_no_other() {
    run(ROWS, |row| row.name, differs);
}
