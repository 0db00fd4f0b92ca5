//! What an engine must be able to do, whichever it is. Two implementations: [`super::docker`] and [`super::native`].

use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::instance::{Component, Desired, InstanceName, ObservedInstance};
use crate::context::Context;
use crate::error::Result;

/// Which engine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum EngineKind {
    /// Containers, through the Docker Engine API.
    Docker,
    /// Processes of this machine.
    Native,
}

/// What was done to a component, or would be with `--dry-run`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was not there.
    Created,
    /// It was there, but not as wanted; its data stays.
    Recreated,
    /// It was stopped.
    Started,
    /// It runs as wanted.
    Unchanged,
    /// It was stopped by this command.
    Stopped,
    /// It was removed by this command.
    Removed,
}

impl Action {
    /// Whether anything was done.
    pub fn is_change(self) -> bool {
        self != Self::Unchanged
    }
}

/// The outcome for one component.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Outcome {
    /// Which one.
    pub component: Component,
    /// What was done.
    pub action: Action,
    /// Why, where it is not evident: what differed, or how it had ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// What is shown of a log.
#[derive(Clone, Debug, Default)]
pub struct LogQuery {
    /// Go on until interrupted.
    pub follow: bool,
    /// Only lines written since so many seconds.
    pub since: Option<std::time::Duration>,
    /// Only so many lines from the end.
    pub tail: Option<usize>,
}

/// What a failed start leaves behind to be told.
#[derive(Clone, Debug, Default)]
pub struct LastWords {
    /// How it ended, such as `exited with code 137 (out of memory)`; `None` while it runs.
    pub ended: Option<String>,
    /// The last lines of its log.
    pub log: Vec<String>,
}

/// Called once when work on an instance begins.
pub type Begins<'a> = &'a dyn Fn() -> Result<()>;

/// One way of running the servers.
///
/// `ensure` and its kin are idempotent: they read what is, do the difference and say what they did; after a cut at any
/// point, the same call finishes the job.
pub trait Engine {
    /// Which one it is.
    fn kind(&self) -> EngineKind;

    /// For people: `Docker Engine 27.1 at unix:///var/run/docker.sock (context default)`.
    fn description(&self) -> String;

    /// The address of the Docker engine, to be remembered; `None` for the native one.
    fn endpoint(&self) -> Option<String>;

    /// Reads what there is of an instance; changes nothing.
    async fn observe(&self, context: &Context, name: &InstanceName) -> Result<ObservedInstance>;

    /// Refuses what the engine can never do, whatever there is; changes nothing.
    ///
    /// # Errors
    /// A usage failure that says why.
    fn refuse_unsupported(&self, context: &Context, desired: &Desired) -> Result<()>;

    /// Says what `ensure` would do; changes nothing.
    async fn plan(&self, context: &Context, desired: &Desired, observed: &ObservedInstance) -> Result<Vec<Outcome>>;

    /// Fetches what is missing, and makes and starts what differs. Returns when everything was started, not when it is ready.
    /// `begins` is called when nothing that is there speaks against it, before anything is changed.
    async fn ensure(&self, context: &Context, desired: &Desired, begins: Begins<'_>) -> Result<Vec<Outcome>>;

    /// Stops every component, Kafka before ZooKeeper, and keeps all.
    async fn stop(&self, context: &Context, name: &InstanceName) -> Result<Vec<Outcome>>;

    /// Removes everything but the data; an ephemeral instance's data too. Containers of applications that are attached
    /// to its network are an error that lists them, or with `force` are stopped and removed.
    async fn down(&self, context: &Context, name: &InstanceName, force: bool) -> Result<Vec<Outcome>>;

    /// Names of the instances that the engine knows of.
    async fn instances(&self, context: &Context) -> Result<Vec<InstanceName>>;

    /// Removes the data. Everything else was removed before.
    async fn delete_data(&self, context: &Context, name: &InstanceName) -> Result<Vec<String>>;

    /// Gives each line of a component's log to `line`, without its line end.
    async fn logs(
        &self,
        context: &Context,
        name: &InstanceName,
        component: Component,
        query: &LogQuery,
        line: &mut (dyn FnMut(&str) + Send),
    ) -> Result<()>;

    /// Lets a component stand still; whether it ran until now.
    async fn pause(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool>;

    /// Lets a component go on; whether it stood still. One that does not run is fine.
    async fn resume(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool>;

    /// Ends a component as a crash does; whether it ran until now.
    async fn kill(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool>;

    /// Starts a component that was killed, as it was started before. One that runs is left alone.
    async fn start_again(&self, context: &Context, name: &InstanceName, component: Component) -> Result<()>;

    /// Bytes that the data take on the disk, where the engine can tell without reading them.
    fn data_size(&self, context: &Context, name: &InstanceName) -> Result<Option<u64>>;

    /// Copies the data of each component that has any into `COMPONENT.tar` of a folder, the paths of which begin with the
    /// component's name; returns which they are. `told` is given the bytes that were copied, and may refuse to go on.
    async fn copy_data(
        &self,
        context: &Context,
        name: &InstanceName,
        into: &Path,
        told: &mut (dyn FnMut(u64) -> Result<()> + Send),
    ) -> Result<Vec<Component>>;

    /// Makes the data those of such a folder, and removes those of components that it has none of; nothing of the instance
    /// but its data is there. What is replaced is kept until the new is whole, and put back where that fails.
    async fn replace_data(
        &self,
        context: &Context,
        name: &InstanceName,
        from: &Path,
        components: &[Component],
    ) -> Result<()>;

    /// How a component ended and what it logged last.
    async fn last_words(&self, context: &Context, name: &InstanceName, component: Component) -> LastWords;
}
