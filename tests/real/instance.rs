//! A user with a home of their own and an instance with real servers, on either engine.

use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{self, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;

use crate::containers::Containers;
use crate::engine_api::EngineApi;
use crate::sandbox::{Finished, Sandbox};
use crate::{parts, processes};

/// The servers, in the order in which they are started.
pub const SERVERS: [&str; 3] = ["zookeeper", "kafka", "redis"];

/// What runs the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    /// Containers.
    Docker,
    /// Processes.
    Native,
}

/// The instance; whatever is left of it is removed when it is dropped.
pub struct Instance {
    /// The user's home and environment.
    pub sandbox: Sandbox,
    /// Its name, which nobody else has.
    pub name: String,
    /// Kafka's port and Redis' port.
    pub ports: [u16; 2],
    engine: Engine,
}

impl Instance {
    /// Nothing yet.
    pub fn new(engine: Engine) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("real{}x{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
        let ports = listeners.map(|listener| listener.local_addr().expect("it is bound").port());
        let sandbox = parts::with_maven(Sandbox::new()).variable("DOCKER_HOST", parts::docker_host());
        Self { sandbox, name, ports, engine }
    }

    /// With a variable for every command.
    pub fn variable(mut self, name: &str, value: impl Into<std::ffi::OsString>) -> Self {
        self.sandbox.set_variable(name, value);
        self
    }

    /// The command line of `karctl local up`, with options.
    pub fn up(&self, options: &[&str]) -> Vec<String> {
        let mut line = self.command("up", &[]);
        line.extend([format!("--kafka-port={}", self.ports[0]), format!("--redis-port={}", self.ports[1])]);
        let engine: &[&str] = match self.engine {
            Engine::Docker => &[
                "--engine=docker",
                "--pull=never",
                "--set=kafka.image=karctl-test/kafka:3.9.1",
                "--set=redis.image=karctl-test/redis:7.0",
            ],
            Engine::Native => &["--engine=native"],
        };
        line.extend(engine.iter().chain(options).map(|&option| option.to_owned()));
        line
    }

    /// The command line of another subcommand of `karctl local`, with options.
    pub fn command(&self, subcommand: &str, options: &[&str]) -> Vec<String> {
        let words = ["local", subcommand, "--name", &self.name];
        words.iter().chain(options).map(|&word| word.to_owned()).collect()
    }

    /// Runs karctl, whatever the exit.
    pub fn run(&self, arguments: &[String]) -> Finished {
        self.sandbox.karctl(arguments).output()
    }

    /// Runs karctl, which must work.
    #[track_caller]
    pub fn must(&self, arguments: &[String]) -> Finished {
        let finished = self.run(arguments);
        assert_eq!(finished.status, Some(0), "{arguments:?}: {}{}", finished.stdout, finished.stderr);
        finished
    }

    /// Runs karctl, which must work, and returns its document.
    #[track_caller]
    pub fn document(&self, arguments: &[String]) -> Value {
        let json = ["-o".to_owned(), "json".to_owned()];
        serde_json::from_str(&self.must(&[arguments, &json].concat()).stdout).expect("a document")
    }

    /// The stand-in for `kar`, with the variables that `karctl env` prints, not started yet.
    #[track_caller]
    pub fn client(&self, arguments: &[&str]) -> Command {
        let line = ["env", "--name", &self.name, "--format", "json"].map(str::to_owned);
        let variables: Value = serde_json::from_str(&self.must(&line).stdout).expect("a document");
        let set = variables.as_object().into_iter().flatten().filter_map(|(name, value)| Some((name, value.as_str()?)));
        let mut command = Command::new(parts::client());
        command
            .args(arguments)
            .env_clear()
            .envs(set)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs the stand-in for `kar`, which must work.
    #[track_caller]
    pub fn client_must(&self, arguments: &[&str]) -> String {
        let output = self.client(arguments).output().expect("the client starts");
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        String::from_utf8(output.stdout).expect("text")
    }

    /// Ends a server by signal 9.
    pub fn kill(&self, server: &str) {
        match self.engine {
            Engine::Docker => self.engine_api().post(&format!("/containers/{}_{server}/kill?signal=KILL", self.name)),
            Engine::Native => {
                let processes = processes::below(&self.folder().join(server));
                assert!(!processes.is_empty(), "{server} does not run");
                processes.iter().for_each(|process| processes::kill(process.pid));
            }
        }
    }

    /// The instance's folder in karctl's state.
    pub fn folder(&self) -> PathBuf {
        self.sandbox.path("home/.local/state/karctl/local").join(&self.name)
    }

    /// The Docker engine, past karctl.
    pub fn engine_api(&self) -> EngineApi {
        EngineApi::at(&parts::docker_host())
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        match self.engine {
            Engine::Docker => Containers::of(&self.engine_api(), &self.name).remove(),
            Engine::Native => processes::kill_below(&self.sandbox.path("")),
        }
    }
}
