//! One instance under test: karctl with a home of its own, behind a proxy that can make requests fail.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::net::TcpListener;
use std::process;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::leg::Swept;
use crate::containers::{Containers, Data};
use crate::engine_api::EngineApi;
use crate::fault_proxy::{Fault, FaultProxy, Point, Shapes};
use crate::parts;
use crate::sandbox::{Finished, Sandbox};
use crate::state::State;

/// An instance that is removed when it is dropped, whatever became of it.
pub struct Subject {
    name: String,
    up: Vec<String>,
    sandbox: Sandbox,
    proxy: FaultProxy,
    engine: EngineApi,
    anonymous_volumes: RefCell<BTreeSet<String>>,
}

impl Subject {
    /// Nothing yet, under a name that nobody else has.
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("sweep{}x{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let sandbox = Sandbox::new();
        let engine = EngineApi::at(&parts::docker_host());
        let proxy = FaultProxy::to_engine(&sandbox.path("proxy.sock"), engine.socket());
        let sandbox = sandbox.variable("DOCKER_HOST", proxy.host());
        let [kafka_port, redis_port] = free_ports();
        let mut up = vec!["local".to_owned(), "up".to_owned(), "--name".to_owned(), name.clone()];
        up.extend(["--engine", "docker", "--pull", "never"].map(str::to_owned));
        up.extend([
            "--set=kafka.image=karctl-test/tiny:1".to_owned(),
            "--set=redis.image=karctl-test/tiny:1".to_owned(),
        ]);
        up.extend([format!("--kafka-port={kafka_port}"), format!("--redis-port={redis_port}")]);
        up.push("--no-wait".to_owned());
        Self { name, up, sandbox, proxy, engine, anonymous_volumes: RefCell::default() }
    }

    /// The command line of `karctl local up`, with options.
    pub fn up(&self, options: &[&str]) -> Vec<String> {
        self.up.iter().cloned().chain(options.iter().map(|&option| option.to_owned())).collect()
    }

    /// The command line of another subcommand, with options.
    pub fn command(&self, subcommand: &str, options: &[&str]) -> Vec<String> {
        let words = ["local", subcommand, "--name", &self.name];
        words.iter().chain(options).map(|&word| word.to_owned()).collect()
    }

    fn exists(&self, volume: &str) -> bool {
        self.engine.get(&format!("/volumes/{volume}")).is_some()
    }
}

impl Swept for Subject {
    fn run(&self, arguments: &[String], fault: Option<(Fault, &Point)>) -> Run {
        let plan = fault.map(|(fault, point)| (fault, point.clone()));
        self.proxy.watch(Shapes::of(&self.name), plan);
        let finished = self.sandbox.karctl(arguments).output();
        Run { finished, requests: self.proxy.requests(), has_struck: self.proxy.has_struck() }
    }

    /// What there is of the instance; a volume without a name that no container has any more is an error.
    fn state(&self) -> Result<State, String> {
        let mut state = State::default();
        let anonymous = Containers::of(&self.engine, &self.name).add_to(&mut state, Data::Compared);
        state.add_folder(&self.sandbox.path("home"), &|path, content| {
            if path.extension().is_some_and(|extension| extension == "lock") { String::new() } else { content }
        });
        let seen = self.anonymous_volumes.replace(anonymous);
        let now = self.anonymous_volumes.borrow();
        let left: Vec<_> = seen.difference(&now).filter(|volume| self.exists(volume)).collect();
        if left.is_empty() { Ok(state) } else { Err(format!("volumes without a name are left: {left:?}")) }
    }

    fn clean(&self) {
        Containers::of(&self.engine, &self.name).remove();
        let home = self.sandbox.path("home");
        std::fs::remove_dir_all(&home).and_then(|()| std::fs::create_dir(&home)).expect("its own folder");
    }
}

impl Drop for Subject {
    fn drop(&mut self) {
        self.clean();
    }
}

/// One run of karctl.
pub struct Run {
    /// Its output and status.
    pub finished: Finished,
    /// The requests that it sent.
    pub requests: Vec<Point>,
    /// Whether the fault met it.
    pub has_struck: bool,
}

/// Two ports that nobody has, held at the same time so that they differ.
fn free_ports() -> [u16; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("it is bound").port())
}
