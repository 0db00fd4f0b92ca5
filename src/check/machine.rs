//! What was found of this machine, for the judges. Pure data: whatever could not be told says why, in one sentence.

use std::net::IpAddr;
use std::path::PathBuf;

use super::Reason;
use super::tool::Tool;
use crate::settings::EngineChoice;

/// What was found of this machine.
#[derive(Clone, Debug)]
pub struct Machine {
    /// Name of the instance that is asked for.
    pub name: String,
    /// The engine that was asked for, by the settings or by where the instance lives.
    pub choice: EngineChoice,
    /// The container engine.
    pub containers: Result<ContainerEngine, Reason>,
    /// Whether the user names a container engine, so that its silence is an error.
    pub is_engine_named: bool,
    /// What the native engine is made of.
    pub native: NativeParts,
    /// The ports of Kafka and Redis.
    pub ports: Vec<Port>,
    /// The folders of karctl.
    pub folders: Vec<Folder>,
    /// Bytes of memory that programs can have, where the system tells it.
    pub memory: Option<u64>,
    /// The programs that applications need, `kar` first.
    pub tools: Vec<Tool>,
    /// The proxy variables.
    pub proxy: Proxy,
    /// The instances that karctl keeps a record of, and what engines have of others.
    pub instances: Result<Vec<Instance>, Reason>,
    /// What this shell tells `kar`; `None` where it tells nothing.
    pub shell: Option<Shell>,
    /// The file of certificates that SSL_CERT_FILE names, and what is wrong with it.
    pub certificates: Option<(PathBuf, Result<(), String>)>,
}

/// A container engine that answers.
#[derive(Clone, Debug)]
pub struct ContainerEngine {
    /// Name, version and place.
    pub description: String,
    /// Where it is reached.
    pub endpoint: String,
    /// Seconds by which its clock is ahead, where it tells the time.
    pub clock_ahead: Option<i64>,
    /// Bytes of its memory, where it tells.
    pub memory: Option<u64>,
}

/// What the native engine is made of: where each part is, or comes from.
#[derive(Clone, Debug)]
pub struct NativeParts {
    /// Java.
    pub java: Result<String, Reason>,
    /// Kafka, with ZooKeeper where it needs one.
    pub kafka: Result<String, Reason>,
    /// Redis.
    pub redis: Result<String, Reason>,
}

/// A port on the host.
#[derive(Clone, Debug)]
pub struct Port {
    /// The service that is to listen there.
    pub service: &'static str,
    /// The address.
    pub bind: IpAddr,
    /// The port.
    pub port: u16,
    /// The flag that sets it.
    pub flag: &'static str,
    /// Who has it.
    pub state: PortState,
}

/// Who has a port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PortState {
    /// Nobody.
    Free,
    /// The instance itself.
    Ours,
    /// Someone else, named where the system tells.
    Taken(Option<String>),
}

/// An instance of Kafka and Redis on this machine.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Instance {
    /// Its name.
    pub name: String,
    /// Whether karctl keeps a record of it; containers of others are what such a record was lost of.
    pub is_recorded: bool,
    /// What there is of it, or why that cannot be told.
    pub state: Result<InstanceState, Reason>,
    /// The engine that it lives on, and the one that would be taken now, where these are two.
    pub engines: Option<(String, String)>,
}

/// What there is of an instance.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InstanceState {
    /// Components that run.
    pub running: Vec<String>,
    /// Components that do not, and ought to, as another one runs.
    pub stopped: Vec<String>,
    /// Components of which nothing is there any more, though another one runs.
    pub gone: Vec<String>,
    /// What is wrong with those that run.
    pub problems: Vec<String>,
    /// Components whose place somebody else's container has.
    pub foreign: Vec<String>,
    /// The host that brokers advertise, and why it leads nowhere from here.
    pub advertised: Option<(String, Result<(), String>)>,
}

/// What the variables of a shell tell `kar`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shell {
    /// What `kar` would not understand, one sentence each.
    pub misunderstood: Vec<String>,
    /// What does not answer of what they name.
    pub silent: Vec<String>,
}

/// A folder of karctl.
#[derive(Clone, Debug)]
pub struct Folder {
    /// What is in it.
    pub purpose: &'static str,
    /// Where it is, whether it can be written, and the bytes that are free there.
    pub state: Result<FolderState, Reason>,
}

/// What was found of a folder, or of the nearest one above that exists.
#[derive(Clone, Debug)]
pub struct FolderState {
    /// Where it is.
    pub path: PathBuf,
    /// Whether this user can write there.
    pub is_writable: bool,
    /// Bytes that are free, where the system tells.
    pub free: Option<u64>,
}

/// The proxy variables.
#[derive(Clone, Debug, Default)]
pub struct Proxy {
    /// Names of those that are set, such as `HTTPS_PROXY`.
    pub set: Vec<String>,
    /// `NO_PROXY`, as it is.
    pub exceptions: Option<String>,
}

impl Machine {
    /// Whether `karctl local up` would take containers.
    pub fn takes_containers(&self) -> bool {
        match self.choice {
            EngineChoice::Docker => true,
            EngineChoice::Native => false,
            EngineChoice::Auto => self.containers.is_ok() || self.is_engine_named,
        }
    }
}
