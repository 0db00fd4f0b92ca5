//! The proxy of the fault sweeps, held against a real engine and the docker CLI: whatever that one can do without the
//! proxy, it can do through it.

use std::io::{BufRead, BufReader, Write};
use std::os::unix::process::ExitStatusExt;
use std::process::{Child, Command, Output, Stdio};

use crate::fault_proxy::{Class, Fault, FaultProxy, Point, Shapes};
use crate::parts;

const NAME: &str = "karctl-test-proxy";

/// The docker CLI through a proxy; the container of this test is removed at the end.
struct Cli {
    folder: tempfile::TempDir,
    proxy: FaultProxy,
    container: String,
}

impl Cli {
    fn start(test: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let host = parts::docker_host();
        let engine = host.strip_prefix("unix://").expect("a socket");
        let proxy = FaultProxy::to_engine(&folder.path().join("proxy.sock"), engine.as_ref());
        let container = format!("{NAME}-{test}");
        Self { folder, proxy, container }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new("docker");
        command.args(arguments).env("DOCKER_HOST", self.proxy.host());
        command
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.command(arguments).output().expect("docker starts")
    }

    fn shown(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        assert!(output.status.success(), "docker {arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    fn creation(&self) -> Point {
        let creation = Class { method: "POST".to_owned(), shape: "/containers/create?name={name}".to_owned() };
        Point { class: creation, occurrence: 0 }
    }

    /// Tries to make the container while the fault strikes.
    fn create(&self, fault: Fault) -> Output {
        self.proxy.watch(Shapes::of(&self.container), Some((fault, self.creation())));
        let output = self.run(&["create", "--name", &self.container, "karctl-test/tiny:1"]);
        assert!(self.proxy.has_struck(), "{:?}", self.proxy.requests());
        output
    }

    fn exists(&self) -> bool {
        self.run(&["inspect", &self.container]).status.success()
    }
}

impl Drop for Cli {
    fn drop(&mut self) {
        self.proxy.watch(Shapes::default(), None);
        self.run(&["rm", "--force", "--volumes", &self.container]);
    }
}

fn first_line(child: &mut Child) -> String {
    let mut line = String::new();
    let output = child.stdout.as_mut().expect("a pipe");
    BufReader::new(output).read_line(&mut line).expect("a line");
    line
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn the_docker_cli_runs_attaches_copies_and_follows_through_the_proxy() {
    let cli = Cli::start("cli");
    cli.proxy.watch(Shapes::of(&cli.container), None);
    let script = "read line; echo \"heard $line\"; sleep 600";
    cli.shown(&["create", "--interactive", "--name", &cli.container, "karctl-test/tiny:1", "sh", "-c", script]);
    let file = cli.folder.path().join("file");
    std::fs::write(&file, vec![7; 3 << 20]).expect("a file");
    cli.shown(&["cp", &file.display().to_string(), &format!("{}:/data/file", cli.container)]);

    let mut attached = cli
        .command(&["start", "--attach", "--interactive", &cli.container])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("docker starts");
    attached.stdin.as_mut().expect("a pipe").write_all(b"this\n").expect("it is read");
    assert_eq!(first_line(&mut attached), "heard this\n");
    let mut followed =
        cli.command(&["logs", "--follow", &cli.container]).stdout(Stdio::piped()).spawn().expect("docker");
    assert_eq!(first_line(&mut followed), "heard this\n");
    let copied = cli.shown(&["exec", &cli.container, "sh", "-c", "wc -c </data/file"]);
    assert_eq!(copied.trim(), (3 << 20).to_string());
    cli.shown(&["rm", "--force", &cli.container]);
    for mut child in [attached, followed] {
        child.wait().expect("it ends with the container");
    }
    assert!(cli.proxy.requests().contains(&cli.creation()), "{:?}", cli.proxy.requests());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn what_the_engine_was_refused_is_not_there_and_what_was_cut_is() {
    let cli = Cli::start("faults");
    assert!(!cli.create(Fault::Refuse).status.success());
    assert!(!cli.exists());
    assert!(!cli.create(Fault::Cut).status.success());
    assert!(cli.exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn whoever_asked_is_killed_after_the_engine_has_done_it() {
    let cli = Cli::start("kill");
    assert_eq!(cli.create(Fault::Kill).status.signal(), Some(9));
    assert!(cli.exists());
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn a_request_that_hangs_never_reaches_the_engine() {
    let cli = Cli::start("hang");
    cli.proxy.watch(Shapes::of(&cli.container), Some((Fault::Hang, cli.creation())));
    let mut child = cli
        .command(&["create", "--name", &cli.container, "karctl-test/tiny:1"])
        .stdout(Stdio::null())
        .spawn()
        .expect("docker starts");
    while !cli.proxy.has_struck() {
        assert!(child.try_wait().expect("a child").is_none(), "docker ended");
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    assert!(!cli.exists());
    assert!(child.try_wait().expect("a child").is_none(), "docker ended");
    child.kill().expect("it runs");
    child.wait().expect("it was killed");
}
