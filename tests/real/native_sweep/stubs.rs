//! An instance of the native engine whose servers start at once and only wait: a `java` and a `redis-server` of the
//! tests' own, which behave as karctl sees the real ones do.

use std::fs;
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rustix::fs::{CWD, FileType, mknodat};
use serde_json::Value;

use crate::processes::{self, Process};
use crate::sandbox::{Finished, Sandbox};
use crate::state::State;

/// Fields that differ from run to run: private ports and cluster ids are chosen anew, and class data is made anew where
/// it was lost.
const DIFFERENT: [&str; 8] =
    ["zookeeper_port", "controller_port", "specification", "cluster_id", "trains", "pid", "start_time", "since"];

/// Options of Java that say what becomes of class data.
const CLASS_DATA: [&str; 4] =
    ["-Xshare:auto", "-XX:+VerifySharedSpaces", "-XX:SharedArchiveFile=", "-XX:ArchiveClassesAtExit="];

/// ZooKeeper, as far as karctl asks it: there is a session, and there is no node.
const ZOOKEEPER: &str = r#"
import os, re, signal, socket, struct, sys, threading
def end(*_):
    if "ArchiveClassesAtExit" in " ".join(sys.argv):
        open("classes.jsa", "w").write("classes\n")
    os._exit(143)
signal.signal(signal.SIGTERM, end)
def serve(client):
    try:
        answer(client)
    except (OSError, struct.error):
        pass  # the client was killed
def answer(client):
    with client:
        first = True
        while length := client.recv(4, socket.MSG_WAITALL):
            request = client.recv(struct.unpack(">i", length)[0], socket.MSG_WAITALL)
            reply = bytes(37) if first else request[:4] + bytes(8) + struct.pack(">i", -101)
            client.sendall(struct.pack(">i", len(reply)) + reply)
            first = False
port = int(re.search("clientPort=(.*)", open("configuration/zoo.cfg").read())[1])
server = socket.create_server(("127.0.0.1", port))
print("ready", flush=True)
while True:
    threading.Thread(target=serve, args=(server.accept()[0],), daemon=True).start()
"#;

/// Time for a stub to begin, and how often it is looked at.
const TIMEOUT: Duration = Duration::from_secs(30);
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// How the instance's Kafka keeps its metadata.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// With ZooKeeper.
    ZooKeeper,
    /// Without.
    Kraft,
}

/// The instance; its processes are ended when it is dropped.
pub struct Stubs {
    sandbox: Sandbox,
    up: Vec<String>,
}

impl Stubs {
    /// Nothing but the programs yet.
    pub fn new(mode: Mode) -> Self {
        let sandbox = Sandbox::new();
        sandbox.write("kafka/libs/kafka_2.13-3.9.1.jar", "");
        // Nobody ever writes there: whoever reads waits for a signal, without a child that would inherit the lock.
        let forever = sandbox.path("forever");
        mknodat(CWD, &forever, FileType::Fifo, rustix::fs::Mode::RWXU, 0).expect("a pipe");
        let wait = format!("exec 5<>{}; echo ready; read -r line <&5", forever.display());
        let java = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\ncase \"$*\" in\n\
             *-version*) echo 'openjdk version \"17.0.1\"' >&2; exit ;;\n\
             *QuorumPeerMain*) exec python3 {} \"$@\" ;;\n\
             *StorageTool*) mkdir -p data/log; echo version=1 >data/log/meta.properties; exit ;;\n\
             *ArchiveClassesAtExit*) trap 'echo classes >classes.jsa; exit 143' TERM ;;\n\
             *) trap 'exit 143' TERM ;;\nesac\n{wait}\n",
            sandbox.write("zookeeper.py", ZOOKEEPER).display()
        );
        let redis = format!(
            "#!/bin/sh\nPATH=/usr/bin:/bin\n\
             if [ \"$1\" = --version ]; then echo 'Redis server v=7.0.15 sha=0'; exit; fi\n\
             trap 'exit 0' TERM\n{wait}\n"
        );
        executable(&sandbox.write("java/bin/java", java));
        let redis = sandbox.write("redis-server", redis);
        executable(&redis);
        let [kafka_port, redis_port] = [(); 2]
            .map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"))
            .map(|listener| listener.local_addr().expect("it is bound").port());
        let mut up = vec!["local".to_owned(), "up".to_owned()];
        up.extend(["--engine", "native", "--no-wait"].map(str::to_owned));
        up.push(format!("--set=kafka.home={}", sandbox.path("kafka").display()));
        up.push(format!("--set=redis.program={}", redis.display()));
        up.extend([format!("--kafka-port={kafka_port}"), format!("--redis-port={redis_port}")]);
        if mode == Mode::Kraft {
            up.push("--set=kafka.mode=kraft".to_owned());
        }
        let java_home = sandbox.path("java");
        Self { sandbox: sandbox.variable("JAVA_HOME", java_home), up }
    }

    /// The command line of `karctl local up`, with options.
    pub fn up(&self, options: &[&str]) -> Vec<String> {
        self.up.iter().cloned().chain(options.iter().map(|&option| option.to_owned())).collect()
    }

    /// The command line of another subcommand, with options.
    pub fn command(&self, subcommand: &str, options: &[&str]) -> Vec<String> {
        ["local", subcommand].iter().chain(options).map(|&word| word.to_owned()).collect()
    }

    /// Runs karctl.
    pub fn run(&self, arguments: &[String]) -> Finished {
        self.sandbox.karctl(arguments).output()
    }

    /// Runs karctl under strace, with options of strace.
    pub fn run_traced(&self, options: &[String], arguments: &[String]) -> Finished {
        let program = [env!("CARGO_BIN_EXE_karctl").to_owned()];
        self.sandbox.command("/usr/bin/strace", [options, &program, arguments].concat()).output()
    }

    /// Runs karctl and sees that it worked.
    #[track_caller]
    pub fn must(&self, arguments: &[String]) -> Finished {
        let finished = self.run(arguments);
        assert_eq!(finished.status, Some(0), "{arguments:?}: {}", finished.stderr);
        finished
    }

    /// Where strace writes.
    pub fn trace(&self) -> PathBuf {
        self.sandbox.path("trace")
    }

    /// The servers and the files of the instance. The cache is left out: it may hold more after a kill, and harms nobody.
    pub fn state(&self) -> State {
        self.settle();
        let mut state = State::default();
        let root = self.sandbox.path("home/.local/state");
        for process in processes::below(&root) {
            let folder = process.folder.strip_prefix(&root).expect("below the root").display().to_string();
            // Two in one folder would be one field.
            let number = (1..).find(|number| !state.has(&format!("process {folder} ({number})"))).unwrap_or(1);
            // First comes the interpreter with its script, which ZooKeeper changes once.
            let words = process.command.split(' ').skip(2);
            let words = words.filter(|word| !is_of_class_data(word));
            state.add(format!("process {folder} ({number})"), words.collect::<Vec<_>>().join(" "));
        }
        let ports = self.private_ports();
        state.add_folder(&root, &|path, content| shown(path, content, &ports));
        state
    }

    /// Waits until every server that runs has come to where it waits.
    pub fn settle(&self) {
        let began = Instant::now();
        let is_ready = |process: &Process| {
            fs::read_to_string(process.folder.join("output.log")).is_ok_and(|output| output.contains("ready"))
        };
        while !processes::below(&self.sandbox.path("home")).iter().all(is_ready) {
            assert!(began.elapsed() < TIMEOUT, "a stub does not begin");
            std::thread::sleep(LOOK_AGAIN);
        }
    }

    /// Ends the servers and removes all files, past karctl.
    pub fn clean(&self) {
        let home = self.sandbox.path("home");
        processes::kill_below(&home);
        fs::remove_dir_all(&home).and_then(|()| fs::create_dir(&home)).expect("its own folder");
    }

    fn private_ports(&self) -> Vec<String> {
        let path = self.sandbox.path("home/.local/state/karctl/local/kar/native.json");
        let state: Option<Value> = fs::read(path).ok().and_then(|text| serde_json::from_slice(&text).ok());
        let port = |name| Some(state.as_ref()?.get(name)?.to_string());
        [port("zookeeper_port"), port("controller_port")].into_iter().flatten().collect()
    }
}

impl Drop for Stubs {
    fn drop(&mut self) {
        self.clean();
    }
}

fn executable(path: &Path) {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("its own file");
}

fn shown(path: &Path, content: String, ports: &[String]) -> String {
    let extension = path.extension().and_then(|extension| extension.to_str());
    match extension {
        Some("lock") => String::new(),
        Some("json") => {
            let mut state = State::default();
            match serde_json::from_str(&content).map(without_class_data) {
                Ok(document) => state.add_document("", &document, &DIFFERENT),
                Err(_) => state.add("", content),
            }
            state.lines().join("\n")
        }
        _ => without_ports(&content, ports),
    }
}

fn is_of_class_data(word: &str) -> bool {
    CLASS_DATA.iter().any(|option| word.starts_with(option))
}

/// Of the record of how a server was made, what is the same whether its class data was made in time or not.
fn without_class_data(mut document: Value) -> Value {
    let text = |word: &Value| {
        let bytes = word["Unix"].as_array()?.iter().map(|byte| u8::try_from(byte.as_u64()?).ok());
        String::from_utf8(bytes.collect::<Option<_>>()?).ok()
    };
    if let Some(arguments) = document.pointer_mut("/program/arguments").and_then(Value::as_array_mut) {
        arguments.retain(|word| !text(word).is_some_and(|word| is_of_class_data(&word)));
    }
    document
}

/// Only a whole number is a port: 41943 is also how a size of 4 MiB begins.
fn without_ports(content: &str, ports: &[String]) -> String {
    let is_digit = |character: char| character.is_ascii_digit();
    let words = content.split_inclusive(|character| !is_digit(character));
    words
        .map(|word| match word.trim_end_matches(|character| !is_digit(character)) {
            number if ports.iter().any(|port| port == number) => word.replace(number, "PORT"),
            _ => word.to_owned(),
        })
        .collect()
}
