//! A cluster, and programs that talk to it.
//!
//! A throwaway one is a few processes on loopback with a folder of their own, ended when it is dropped; several stand side
//! by side. The one that runs pods is shared by all tests, each in a [`Namespace`] of its own, and stands in a network
//! namespace: there is no way to its addresses but from inside.

use std::ffi::OsString;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{self, Command};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use crate::parts;
use crate::sandbox::{Finished, Invocation, Sandbox};

/// Runs a program in a network namespace; by its path, since a sandbox has no programs.
const NSENTER: &str = "/usr/bin/nsenter";

/// How far a cluster goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// etcd and API server: objects are validated, admitted, stored, and nothing comes of them; a claim that is deleted
    /// never goes. Ready in 4 s, 320 MB.
    Api,
    /// And controller manager and scheduler: pods are made, and stay pending. Ready in 8 s, 500 MB.
    Control,
    /// And a node: pods run, with DNS, services and a storage class.
    Node,
}

/// A running cluster.
pub struct Cluster {
    level: Level,
    run: PathBuf,
    netns: Option<PathBuf>,
    sandbox: Sandbox,
}

impl Cluster {
    /// A throwaway cluster of [`Level::Api`].
    pub fn api() -> Self {
        Self::throwaway(Level::Api, "api")
    }

    /// A throwaway cluster of [`Level::Control`].
    pub fn control() -> Self {
        Self::throwaway(Level::Control, "control")
    }

    /// The shared cluster, which runs pods.
    pub fn node() -> Self {
        let run = parts::kubernetes_run();
        Self { level: Level::Node, run, netns: Some(parts::kubernetes_netns()), sandbox: Sandbox::new() }
    }

    fn throwaway(level: Level, word: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let run = parts::kubernetes_throwaway().join(name);
        let cluster = Self { level, run, netns: None, sandbox: Sandbox::new() };
        let port = TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port();
        let up = cluster
            .script("up")
            .envs([("K8S_LEVEL", word), ("K8S_MODE", "host")])
            .env("K8S_PORT", port.to_string())
            .env("K8S_OWNER", process::id().to_string())
            .output()
            .expect("a shell");
        assert!(up.status.success(), "no cluster: {}", String::from_utf8_lossy(&up.stderr));
        cluster
    }

    /// The administrator's kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.run.join("kubeconfig")
    }

    /// The kubeconfig of user `dev`, who may do nothing until a role is bound to it.
    pub fn dev_kubeconfig(&self) -> PathBuf {
        self.run.join("dev.kubeconfig")
    }

    /// Where every write is listed, one JSON document a line.
    pub fn audit_log(&self) -> PathBuf {
        self.run.join("audit.log")
    }

    /// The network namespace that the cluster stands in; none where that is the tests' own.
    pub fn netns(&self) -> Option<&Path> {
        self.netns.as_deref()
    }

    /// A command line of the shipped program, with this cluster's kubeconfig, not run yet.
    pub fn karctl<'a, A: Into<OsString>>(
        &self,
        sandbox: &'a Sandbox,
        arguments: impl IntoIterator<Item = A>,
    ) -> Invocation<'a> {
        let program = Path::new(env!("CARGO_BIN_EXE_karctl"));
        self.inside(sandbox, program, arguments).variable("KUBECONFIG", self.kubeconfig())
    }

    /// A command line of kubectl, with this cluster's kubeconfig, not run yet.
    pub fn kubectl<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> Invocation<'_> {
        let program = parts::kubernetes_bin().join("kubectl");
        self.inside(&self.sandbox, &program, arguments).variable("KUBECONFIG", self.kubeconfig())
    }

    /// A command line of any program where the cluster can be reached, not run yet.
    pub fn inside<'a, A: Into<OsString>>(
        &self,
        sandbox: &'a Sandbox,
        program: &Path,
        arguments: impl IntoIterator<Item = A>,
    ) -> Invocation<'a> {
        let mut words: Vec<OsString> = Vec::new();
        if let Some(netns) = &self.netns {
            words.extend([NSENTER.into(), format!("--net={}", netns.display()).into(), "--".into()]);
        }
        words.push(program.into());
        words.extend(arguments.into_iter().map(Into::into));
        let program = words.remove(0).into_string().expect("a path of text");
        sandbox.command(&program, words)
    }

    /// What kubectl prints; it must succeed.
    #[track_caller]
    pub fn shown<A: Into<OsString>>(&self, arguments: impl IntoIterator<Item = A>) -> String {
        succeeded(self.kubectl(arguments).output())
    }

    /// Creates or changes the objects of a manifest.
    #[track_caller]
    pub fn apply(&self, manifest: &str) {
        succeeded(self.kubectl(["apply", "--filename", "-"]).stdin(manifest).output());
    }

    /// Waits until the server serves a kind that was just defined. `kubectl wait` fails while the definition has no status.
    #[track_caller]
    pub fn await_kind(&self, api_version: &str, plural: &str) {
        let began = Instant::now();
        let is_served = || {
            let listed = self.kubectl(["get", "--raw", &format!("/apis/{api_version}")]).output();
            listed.stdout.contains(&format!("\"name\":\"{plural}\""))
        };
        while !is_served() {
            assert!(began.elapsed() < Duration::from_secs(60), "{api_version} {plural} is not served");
            std::thread::sleep(Duration::from_millis(100));
        }
    }

    fn script(&self, name: &str) -> Command {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/setup/kubernetes");
        let mut command = Command::new(folder.join(name));
        command.env("K8S_RUN", &self.run);
        command
    }
}

#[track_caller]
fn succeeded(finished: Finished) -> String {
    assert_eq!(finished.status, Some(0), "{}", finished.stderr);
    finished.stdout
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.level == Level::Node {
            return;
        }
        let down = self.script("down").arg("purge").output().expect("a shell");
        let said = String::from_utf8_lossy(&down.stderr);
        assert!(down.status.success() || std::thread::panicking(), "the cluster does not end: {said}");
    }
}

/// A namespace that nobody else has, deleted when it is dropped.
pub struct Namespace<'a> {
    cluster: &'a Cluster,
    name: String,
}

impl<'a> Namespace<'a> {
    /// A new namespace, ready for pods, with labels in YAML's flow style (`{}` for none).
    pub fn new(cluster: &'a Cluster, labels: &str) -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        Self::named(cluster, &format!("test{}x{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed)), labels)
    }

    /// The same, by a name that the caller chooses.
    pub fn named(cluster: &'a Cluster, name: &str, labels: &str) -> Self {
        let name = name.to_owned();
        cluster.apply(&format!("{{apiVersion: v1, kind: Namespace, metadata: {{name: {name}, labels: {labels}}}}}"));
        let namespace = Self { cluster, name };
        if cluster.level != Level::Api {
            namespace.shown(["wait", "--for=create", "serviceaccount/default", "--timeout=30s"]);
        }
        namespace
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// A command line of kubectl in this namespace, not run yet.
    pub fn kubectl(&self, arguments: &[&str]) -> Invocation<'_> {
        self.cluster.kubectl(["--namespace", &self.name].iter().chain(arguments))
    }

    /// What kubectl prints in this namespace; it must succeed.
    #[track_caller]
    pub fn shown<const N: usize>(&self, arguments: [&str; N]) -> String {
        succeeded(self.kubectl(&arguments).output())
    }

    /// Creates or changes the objects of a manifest in this namespace.
    #[track_caller]
    pub fn apply(&self, manifest: &str) {
        succeeded(self.kubectl(&["apply", "--filename", "-"]).stdin(manifest).output());
    }
}

impl Drop for Namespace<'_> {
    fn drop(&mut self) {
        let finished = self.cluster.kubectl(["delete", "namespace", &self.name, "--wait=false"]).output();
        assert!(finished.status == Some(0) || std::thread::panicking(), "{}", finished.stderr);
    }
}
