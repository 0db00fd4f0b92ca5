//! Where the real parts are: the variables that `tests/setup/parts env` prints. A missing one is a
//! failure, never a skip.

use std::env;

use crate::sandbox::Sandbox;
use std::path::PathBuf;

/// The Docker engine of the tests' own, as `unix://SOCKET`.
pub fn docker_host() -> String {
    variable("KARCTL_TEST_DOCKER_HOST")
}

/// Podman's Docker-compatible API, as `unix://SOCKET`.
pub fn podman_host() -> String {
    variable("KARCTL_TEST_PODMAN_HOST")
}

/// The `DOCKER_CONFIG` folder that has the Compose plugin.
pub fn compose_config() -> PathBuf {
    variable("KARCTL_TEST_COMPOSE").into()
}

/// The binary that uses Kafka and Redis as `kar` does.
pub fn client() -> PathBuf {
    variable("KARCTL_TEST_CLIENT").into()
}

/// The folder with `bin/nu` and the `node_modules` of dotenv.
pub fn readers() -> PathBuf {
    variable("KARCTL_TEST_READERS").into()
}

/// The venv with IBM's Python SDKs.
pub fn ibm_sdk() -> PathBuf {
    variable("KARCTL_TEST_IBM_SDK").into()
}

/// What the native engine fetched, kept from one run of the tests to the next: their `XDG_CACHE_HOME`.
pub fn native_cache() -> PathBuf {
    PathBuf::from(variable("KARCTL_TEST_CACHE")).join("native")
}

/// A user who has Maven, with what it and karctl fetched before: for all tests once.
pub fn with_maven(sandbox: Sandbox) -> Sandbox {
    sandbox
        .variable("PATH", std::env::var_os("PATH").expect("a PATH"))
        .variable("MAVEN_OPTS", format!("-Dmaven.repo.local={}/.m2/repository", variable("HOME")))
        .variable("XDG_CACHE_HOME", native_cache())
}

/// The folder of the cluster that runs pods: its kubeconfigs and logs.
pub fn kubernetes_run() -> PathBuf {
    variable("KARCTL_TEST_K8S_RUN").into()
}

/// The folder of kubectl, helm and the servers of Kubernetes.
pub fn kubernetes_bin() -> PathBuf {
    variable("KARCTL_TEST_K8S_BIN").into()
}

/// The network namespace of the cluster that runs pods.
pub fn kubernetes_netns() -> PathBuf {
    variable("KARCTL_TEST_K8S_NETNS").into()
}

/// The kind binary.
pub fn kind() -> PathBuf {
    variable("KARCTL_TEST_KIND").into()
}

/// The engine that kind makes its nodes in, as `unix://SOCKET`.
pub fn kind_host() -> String {
    variable("KARCTL_TEST_KIND_HOST")
}

/// The network namespace of that engine, where the ports of clusters are.
pub fn kind_netns() -> PathBuf {
    variable("KARCTL_TEST_KIND_NETNS").into()
}

/// The image of kind's nodes.
pub fn kind_node_image() -> String {
    variable("KARCTL_TEST_KIND_NODE_IMAGE")
}

/// Where clusters of single tests have their folders.
pub fn kubernetes_throwaway() -> PathBuf {
    PathBuf::from(variable("KARCTL_TEST_CACHE")).join("kubernetes/throwaway")
}

/// Waits for its turn at something of which an engine has only one, and holds it until the file is dropped: other tests,
/// also of another checkout, wait meanwhile.
pub fn turn(name: &str) -> std::fs::File {
    let file = std::fs::File::create(turn_file(name)).expect("the cache can be written");
    file.lock().expect("a lock");
    file
}

/// What is locked meanwhile; also for programs, by `flock`.
pub fn turn_file(name: &str) -> PathBuf {
    PathBuf::from(variable("KARCTL_TEST_CACHE")).join(format!("{name}.turn"))
}

/// A custom resource definition of another project.
pub fn kubernetes_schema(name: &str) -> PathBuf {
    PathBuf::from(variable("KARCTL_TEST_CACHE")).join("kubernetes/schemas").join(name)
}

/// A program of this machine.
pub fn program(name: &str) -> PathBuf {
    let path = env::var_os("PATH").expect("a PATH");
    let found = env::split_paths(&path).map(|folder| folder.join(name)).find(|file| file.is_file());
    found.unwrap_or_else(|| panic!("`{name}` is not on PATH; tests/setup/packages installs it"))
}

fn variable(name: &str) -> String {
    env::var(name).unwrap_or_else(|_| panic!("{name} is not set: use tests/run, or eval \"$(tests/setup/parts env)\""))
}
