//! The programs that make clusters on this machine: [`kind`] and [`k3d`]. Found on PATH, asked for their version, run with
//! the engine that karctl itself talks to.
//!
//! What they write to the user's kubeconfig is not left to them: each is given a file of karctl's own.

pub mod k3d;
pub mod kind;
mod version;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::{Output, Stdio};
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::process::Command;

pub use version::Version;

use crate::code::Code;
use crate::environment::{Environment, without_passwords};
use crate::error::{Failure, OrFail, Result};

/// Time for an answer that needs no work.
const ANSWER_LIMIT: Duration = Duration::from_secs(20);

/// The container engine, as the tools are told of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineAddress {
    /// As `DOCKER_HOST` has it, such as `unix:///var/run/docker.sock`.
    pub host: String,
    /// The folder with `ca.pem`, `cert.pem` and `key.pem`, where the engine talks TLS.
    pub certificates: Option<PathBuf>,
    /// Whether it is Podman.
    pub is_podman: bool,
}

/// A tool that was found.
#[derive(Clone, Debug)]
pub struct Tool {
    name: &'static str,
    program: PathBuf,
    variables: Vec<(&'static str, OsString)>,
}

/// What a tool must be like.
struct Requirement {
    /// Name of the program.
    name: &'static str,
    /// The oldest version that works.
    floor: Version,
    /// Where to get it.
    site: &'static str,
    /// How to install it with Go, where that can be done.
    go: Option<&'static str>,
}

impl Requirement {
    /// Finds the program and asks it for its version; `read` finds that in the answer.
    ///
    /// # Errors
    /// When it is not on PATH, with the way to install it on this platform, does not answer, or is too old.
    async fn find(
        &self,
        environment: &Environment,
        engine: &EngineAddress,
        question: &[&str],
        read: impl FnOnce(&str) -> Option<Version>,
    ) -> Result<(Tool, Version)> {
        let Some(program) = environment.program(self.name) else {
            let failure = Failure::new(format!("`{}` is not on PATH", self.name));
            return Err(self.with_installation(failure).code(Code::ToolMissing).into());
        };
        let tool = Tool { name: self.name, program, variables: variables(environment, engine) };
        let said = tool.ask(question).await?;
        let version = read(&said).ok_or_else(|| {
            let question = question.join(" ");
            Failure::new(format!("`{} {question}` says `{}`, which names no version", self.name, said.trim()))
        })?;
        self.require(&version)?;
        Ok((tool, version))
    }

    /// Refuses a version that is too old.
    fn require(&self, version: &Version) -> Result<()> {
        if *version >= self.floor {
            return Ok(());
        }
        let failure = Failure::new(format!("{} {version} is too old: karctl needs {}", self.name, self.floor));
        Err(self.with_installation(failure).code(Code::ClusterToolOld).into())
    }

    fn with_installation(&self, failure: Failure) -> Failure {
        let failure = match (std::env::consts::OS, self.go) {
            ("macos", _) => failure.hint(format!("install it with `brew install {}`", self.name)),
            (_, Some(module)) => failure.hint(format!("install it with `go install {module}`")),
            (_, None) => failure,
        };
        failure.hint(format!("{} has it for every platform", self.site))
    }
}

/// Names that lead to the registry from a node, and to the node itself: never through a proxy.
const DIRECT: [&str; 3] = ["registry", "localhost", "127.0.0.1"];

/// What the tools read of their environment. `DOCKER_HOST` goes before any context of the docker CLI.
fn variables(environment: &Environment, engine: &EngineAddress) -> Vec<(&'static str, OsString)> {
    let mut variables: Vec<(&str, OsString)> = vec![("DOCKER_HOST", engine.host.clone().into())];
    if let Some(folder) = &engine.certificates {
        variables.push(("DOCKER_TLS_VERIFY", "1".into()));
        variables.push(("DOCKER_CERT_PATH", folder.into()));
    }
    if engine.is_podman {
        variables.push(("KIND_EXPERIMENTAL_PROVIDER", "podman".into()));
    }
    // k3d mounts the engine's socket into one of its containers.
    if let Some(socket) = engine.host.strip_prefix("unix://") {
        variables.push(("DOCKER_SOCK", socket.into()));
    }
    // kind gives both to its nodes.
    if let Some(direct) = without_proxy(environment) {
        variables.extend(NO_PROXY.map(|name| (name, direct.clone().into())));
    }
    variables
}

/// By which programs know what no proxy is asked for.
const NO_PROXY: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// What no proxy is to be asked for, where one is set: what the user says, and [`DIRECT`].
fn without_proxy(environment: &Environment) -> Option<String> {
    const PROXIES: [&str; 4] = ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "https_proxy"];
    PROXIES.iter().find_map(|name| environment.variable(name))?;
    let own = NO_PROXY.iter().find_map(|name| environment.variable(name)).unwrap_or_default();
    let mut hosts: Vec<_> = own.split(',').map(str::trim).filter(|host| !host.is_empty()).collect();
    for host in DIRECT {
        if !hosts.contains(&host) {
            hosts.push(host);
        }
    }
    Some(hosts.join(","))
}

impl Tool {
    /// What it prints to stdout, in an answer that takes no work.
    async fn ask(&self, arguments: &[&str]) -> Result<String> {
        let mut unheard = |_: &str| {};
        let work = self.run(arguments, None, &[], &mut unheard);
        let silent = || Failure::new(format!("{} did not answer within {} s", self.name, ANSWER_LIMIT.as_secs()));
        tokio::time::timeout(ANSWER_LIMIT, work).await.or_fail(silent)?
    }

    /// Runs it to its end: `input` is its stdin, each line of its stderr is told as it comes. Returns its stdout. It ends with
    /// whoever waits for it.
    async fn run(
        &self,
        arguments: &[&str],
        input: Option<&str>,
        variables: &[(&str, &Path)],
        told: &mut dyn FnMut(&str),
    ) -> Result<String> {
        let mut command = Command::new(&self.program);
        without_passwords(command.as_std_mut());
        command.args(arguments).envs(self.variables.iter().map(|(name, value)| (name, value)));
        command.envs(variables.iter().copied()).kill_on_drop(true);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let failed = || Failure::new(format!("`{}` cannot be started", self.program.display()));
        let mut child = command.spawn().or_fail(failed)?;
        let (stdin, stdout, stderr) = (child.stdin.take(), child.stdout.take(), child.stderr.take());
        let give = async {
            if let (Some(mut stdin), Some(input)) = (stdin, input) {
                // A program that ends without reading says why itself.
                stdin.write_all(input.as_bytes()).await.ok();
            }
        };
        let take = async {
            let mut text = Vec::new();
            if let Some(mut stdout) = stdout {
                stdout.read_to_end(&mut text).await?;
            }
            std::io::Result::Ok(text)
        };
        let listen = async {
            let mut said = String::new();
            if let Some(stderr) = stderr {
                let mut lines = BufReader::new(stderr).lines();
                while let Some(line) = lines.next_line().await? {
                    let line = anstream::adapter::strip_str(&line).to_string();
                    told(line.trim());
                    said.push_str(&line);
                    said.push('\n');
                }
            }
            std::io::Result::Ok(said)
        };
        let ((), stdout, stderr) = tokio::join!(give, take, listen);
        let broken = || Failure::new(format!("what `{}` says cannot be read", self.name));
        let output = Output {
            status: child.wait().await.or_fail(broken)?,
            stdout: stdout.or_fail(broken)?,
            stderr: stderr.or_fail(broken)?.into_bytes(),
        };
        self.answer(arguments, &output)
    }

    fn answer(&self, arguments: &[&str], output: &Output) -> Result<String> {
        if output.status.success() {
            return Ok(String::from_utf8_lossy(&output.stdout).into_owned());
        }
        let words = arguments.iter().take_while(|word| !word.starts_with('-')).copied().collect::<Vec<_>>().join(" ");
        let said = String::from_utf8_lossy(&output.stderr);
        let reason = reason(&said);
        Err(Failure::new(format!("`{} {words}` ended with {}: {reason}", self.name, output.status)).into())
    }
}

/// The line that says why: kind begins it with `ERROR:`, k3d with `ERRO`, of which the last tells the cause, before a `FATA`
/// that only says that it ends; else the last one.
fn reason(said: &str) -> String {
    let lines = || said.lines().map(str::trim).filter(|line| !line.is_empty());
    let of_k3d = |level: &'static str| {
        let text = move |line: &'_ str| {
            line.strip_prefix(level).map(|rest| rest.split_once("] ").map_or(rest, |(_, text)| text).to_owned())
        };
        lines().filter_map(text).next_back()
    };
    let of_kind = lines().find_map(|line| line.strip_prefix("ERROR: ").map(str::to_owned));
    of_kind
        .or_else(|| of_k3d("ERRO["))
        .or_else(|| of_k3d("FATA["))
        .or_else(|| lines().next_back().map(str::to_owned))
        .unwrap_or_else(|| "it said nothing".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_that_says_why_is_found() {
        let kind = "Creating cluster \"kar\" ...\n ✗ Ensuring node image 🖼\nERROR: failed to create cluster: no\n\nStack Trace:\nx\n";
        assert_eq!(reason(kind), "failed to create cluster: no");
        let k3d = "INFO[0000] Prep: Network\nERRO[0000] Failed to run tools container for cluster 'x'\n\
                   ERRO[0001] failed Cluster Creation: no such host\n\
                   FATA[0001] Cluster creation FAILED, rollback deactivated.\n";
        assert_eq!(reason(k3d), "failed Cluster Creation: no such host");
        assert_eq!(reason("FATA[0000] unknown flag: --x\n"), "unknown flag: --x");
        assert_eq!(reason("a\nb\n\n"), "b");
        assert_eq!(reason(""), "it said nothing");
    }

    #[test]
    fn the_engine_is_handed_on() {
        let engine = EngineAddress { host: "unix:///run/podman.sock".to_owned(), certificates: None, is_podman: true };
        let environment = Environment::default();
        let names: Vec<_> = variables(&environment, &engine).into_iter().map(|(name, _)| name).collect();
        assert_eq!(names, ["DOCKER_HOST", "KIND_EXPERIMENTAL_PROVIDER", "DOCKER_SOCK"]);
        let engine =
            EngineAddress { host: "tcp://h:2376".to_owned(), certificates: Some("/c".into()), is_podman: false };
        assert_eq!(
            variables(&environment, &engine),
            [
                ("DOCKER_HOST", "tcp://h:2376".into()),
                ("DOCKER_TLS_VERIFY", "1".into()),
                ("DOCKER_CERT_PATH", "/c".into())
            ]
        );
    }

    #[test]
    fn nodes_ask_no_proxy_for_the_registry_where_one_is_set() {
        let told = |variables: &[(&str, &str)]| without_proxy(&variables.iter().copied().collect());
        assert_eq!(told(&[("NO_PROXY", "intern")]), None);
        let direct = "registry,localhost,127.0.0.1";
        assert_eq!(told(&[("https_proxy", "http://p:1")]).as_deref(), Some(direct));
        let own = told(&[("HTTP_PROXY", "http://p:1"), ("no_proxy", " .intern, localhost,")]);
        assert_eq!(own.as_deref(), Some(".intern,localhost,registry,127.0.0.1"));
    }
}
