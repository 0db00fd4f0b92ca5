//! A clean environment for the program under test, and the exact comparison of what it prints.
//!
//! ```ignore
//! let sandbox = Sandbox::new();
//! sandbox.write("home/.config/karctl/profiles/mine.yaml", "kafka:\n  mode: kraft\n");
//! sandbox.karctl(["config", "show"]).stdout("...").status(0);      // both streams whole; empty unless said
//! let shown = sandbox.karctl(["profile", "list"]).output();        // to look at a part only
//! let list = sandbox.karctl(["profile", "list", "-o", "json"]).output().document("profile list");   // as its schema says
//! ```
//!
//! Nothing of the machine's own reaches the program: HOME, PATH (the folder `bin`), the working directory and
//! `DOCKER_HOST` (nobody answers) lie in the sandbox. In what is compared, `[ROOT]` stands for the sandbox's folder and
//! `(T s)` for a time.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use serde_json::Value;

/// A folder with a home, programs and a working directory.
pub struct Sandbox {
    folder: tempfile::TempDir,
    variables: BTreeMap<OsString, OsString>,
}

impl Sandbox {
    /// An empty home, no program on PATH, no engine.
    pub fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let mut sandbox = Self { folder, variables: BTreeMap::new() };
        for (name, below) in [("HOME", "home"), ("PATH", "bin"), ("TMPDIR", "tmp"), ("XDG_RUNTIME_DIR", "run")] {
            let path = sandbox.path(below);
            fs::create_dir(&path).expect("a new folder");
            sandbox = sandbox.variable(name, path);
        }
        fs::create_dir(sandbox.path("work")).expect("a new folder");
        let nobody = format!("unix://{}", sandbox.path("docker.sock").display());
        sandbox.variable("DOCKER_HOST", nobody)
    }

    /// Sets a variable for every command of this sandbox.
    pub fn variable(mut self, name: impl Into<OsString>, value: impl Into<OsString>) -> Self {
        self.set_variable(name, value);
        self
    }

    /// [`Sandbox::variable`], in place.
    pub fn set_variable(&mut self, name: impl Into<OsString>, value: impl Into<OsString>) {
        self.variables.insert(name.into(), value.into());
    }

    /// A path in the sandbox: `home/...`, `bin/...`, `work/...`.
    pub fn path(&self, below: impl AsRef<Path>) -> PathBuf {
        self.root().join(below)
    }

    /// Writes a file, its folders included.
    pub fn write(&self, below: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(below);
        fs::create_dir_all(path.parent().expect("a file has a folder")).expect("a folder");
        fs::write(&path, content).expect("a file");
        path
    }

    /// Reads a file.
    pub fn read(&self, below: impl AsRef<Path>) -> String {
        let path = self.path(below);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    }

    /// Puts a program on PATH: a script of `/bin/sh`.
    pub fn program(&self, name: &str, script: &str) -> PathBuf {
        let path = self.write(Path::new("bin").join(name), format!("#!/bin/sh\n{script}\n"));
        fs::set_permissions(&path, fs::Permissions::from_mode(0o755)).expect("its own file");
        path
    }

    /// A command line of the shipped program, not run yet.
    pub fn karctl<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Invocation<'_> {
        self.command(env!("CARGO_BIN_EXE_karctl"), arguments)
    }

    /// A command line of any program, in the same environment, not run yet.
    pub fn command<A: Into<OsString>>(&self, program: &str, arguments: impl IntoIterator<Item = A>) -> Invocation<'_> {
        let mut command = Command::new(program);
        command.args(arguments.into_iter().map(Into::into)).env_clear().envs(&self.variables);
        command.current_dir(self.path("work"));
        Invocation { sandbox: self, command, stdin: None, stdout: String::new(), stderr: String::new() }
    }

    /// The resolved folder: what a program that asks for its working directory sees.
    fn root(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists")
    }

    fn normal(&self, bytes: &[u8]) -> String {
        let text = String::from_utf8(bytes.to_vec()).expect("the program prints UTF-8");
        without_times(&text.replace(&*self.root().to_string_lossy(), "[ROOT]"))
    }
}

/// One run of the program, with what is expected of it.
pub struct Invocation<'a> {
    sandbox: &'a Sandbox,
    command: Command,
    stdin: Option<String>,
    stdout: String,
    stderr: String,
}

/// What a run left.
#[derive(Debug)]
pub struct Finished {
    /// All of stdout.
    pub stdout: String,
    /// All of stderr.
    pub stderr: String,
    /// Exit status; `None` when a signal ended it.
    pub status: Option<i32>,
}

impl Invocation<'_> {
    /// Sets a variable for this run only.
    pub fn variable(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.command.env(name, value.into());
        self
    }

    /// Takes a variable away for this run only.
    pub fn without(mut self, name: &str) -> Self {
        self.command.env_remove(name);
        self
    }

    /// What the program reads from stdin; nothing unless said.
    pub fn stdin(mut self, text: impl Into<String>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// All that stdout must hold.
    pub fn stdout(mut self, text: impl Into<String>) -> Self {
        self.stdout = text.into();
        self
    }

    /// All that stderr must hold.
    pub fn stderr(mut self, text: impl Into<String>) -> Self {
        self.stderr = text.into();
        self
    }

    /// Runs it and compares exit status, stdout and stderr.
    #[track_caller]
    pub fn status(self, status: i32) {
        let (stdout, stderr) = (self.stdout.clone(), self.stderr.clone());
        let line = format!("{:?}", self.command);
        let finished = self.output();
        let expected = Finished { stdout, stderr, status: Some(status) }.shown();
        let actual = finished.shown();
        assert!(actual == expected, "{line}\n━━ expected ━━\n{expected}\n━━ actual ━━\n{actual}");
    }

    /// Starts it, with pipes for all three streams.
    pub fn start(&mut self) -> Child {
        self.command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        self.command.spawn().expect("the program starts")
    }

    /// Runs it and compares nothing.
    pub fn output(mut self) -> Finished {
        let mut child = self.start();
        let mut stdin = child.stdin.take().expect("a pipe");
        let text = self.stdin.unwrap_or_default();
        // A program that ends without reading is none of our business.
        let writer = std::thread::spawn(move || stdin.write_all(text.as_bytes()).ok());
        let output = child.wait_with_output().expect("the program ends");
        writer.join().expect("the writer does not panic");
        Finished {
            stdout: self.sandbox.normal(&output.stdout),
            stderr: self.sandbox.normal(&output.stderr),
            status: output.status.code(),
        }
    }
}

impl Finished {
    /// Stdout as JSON, checked against what `karctl schema COMMAND` says of it.
    #[track_caller]
    pub fn document(&self, command: &str) -> Value {
        let document = serde_json::from_str(&self.stdout).unwrap_or_else(|_| panic!("no JSON:\n{}", self.shown()));
        assert_fits(&schema(command), &document, command);
        document
    }

    /// Stderr as the events of `--progress json`: every line is one, as `karctl schema progress` says, and the last one,
    /// and no other, is the outcome, with the exit status.
    #[track_caller]
    pub fn events(&self) -> Vec<Value> {
        let schema = schema("progress");
        let event = |line: &str| {
            let event = serde_json::from_str(line).unwrap_or_else(|_| panic!("no event: {line}\n{}", self.shown()));
            assert_fits(&schema, &event, "progress");
            event
        };
        let events: Vec<Value> = self.stderr.lines().map(event).collect();
        let is_outcome = |event: &Value| matches!(event["event"].as_str(), Some("finished" | "failed"));
        let outcomes: Vec<_> = (0..events.len()).filter(|&index| is_outcome(&events[index])).collect();
        assert_eq!(outcomes, [events.len().saturating_sub(1)], "{}", self.shown());
        assert_eq!(events[outcomes[0]]["status"].as_i64(), self.status.map(i64::from), "{}", self.shown());
        events
    }

    fn shown(&self) -> String {
        format!("status {:?}\n── stdout ──\n{}\n── stderr ──\n{}", self.status, self.stdout, self.stderr)
    }
}

/// What `karctl schema` prints of a command, or of `progress`.
#[track_caller]
fn schema(command: &str) -> jsonschema::Validator {
    let printed = Sandbox::new().karctl(std::iter::once("schema").chain(command.split(' '))).output();
    let schema = serde_json::from_str(&printed.stdout).unwrap_or_else(|_| panic!("{}", printed.stderr));
    jsonschema::validator_for(&schema).expect("a schema")
}

#[track_caller]
fn assert_fits(schema: &jsonschema::Validator, document: &Value, command: &str) {
    let errors: Vec<_> = schema.iter_errors(document).map(|error| error.to_string()).collect();
    assert!(errors.is_empty(), "{command}: {errors:#?}\n{document:#}");
}

/// `(1.2 s)` becomes `(T s)`.
fn without_times(text: &str) -> String {
    let mut parts = text.split('(');
    let mut result = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let rest = part.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let is_time = rest.len() < part.len() && rest.starts_with(" s)");
        result.push('(');
        result.push_str(if is_time { "T" } else { "" });
        result.push_str(if is_time { rest } else { part });
    }
    result
}

#[test]
fn times_do_not_matter() {
    assert_eq!(without_times("ready (1.2 s) (no) (3)"), "ready (T s) (no) (3)");
}
