//! The native engine: ZooKeeper, Kafka and Redis as processes of this machine, without Docker and without root.
//!
//! No process of karctl stays: servers are detached ([`crate::client::process`]), and what ended, the next `up` starts.

mod again;
mod before_kafka;
mod class_data;
mod copy;
mod data;
mod death;
mod ensure;
mod folders;
mod logs;
mod made;
mod parts;
mod plan;
mod server;
mod state;

pub use copy::{OLD as REPLACED, SWAPPING};
pub use parts::Sources;

use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use super::engine::{Action, Begins, Engine, EngineKind, LastWords, LogQuery, Outcome};
use super::instance::{Component, Desired, InstanceName, Observed, ObservedInstance, Presence};
use super::record;
use crate::client::process::{self, Launched, Life};
use crate::context::Context;
use crate::error::Result;
use data::Data;
use folders::{InstanceFolder, ServerFolder, remove_file};
use made::Made;
use plan::Plan;
use state::State;

/// Lines of a log that are quoted.
const LAST_LINES: usize = 40;

/// Processes of this machine.
#[derive(Default)]
pub struct NativeEngine {
    /// The servers that this run of karctl started: only their parent is told how they end.
    launched: Mutex<HashMap<PathBuf, Launched>>,
}

impl NativeEngine {
    /// The engine; it needs nothing until it starts something.
    ///
    /// # Errors
    /// When there is neither HOME nor XDG_STATE_HOME.
    pub fn new(context: &Context) -> Result<Self> {
        context.environment.state_directory()?;
        Ok(Self::default())
    }

    fn remember(&self, folder: &Path, launched: Launched) {
        if let Ok(mut all) = self.launched.lock() {
            all.insert(folder.to_owned(), launched);
        }
    }

    /// How a server ended that this run of karctl started, as a sentence without its subject.
    fn exit_of(&self, folder: &ServerFolder) -> Option<std::process::ExitStatus> {
        self.launched.lock().ok()?.get_mut(folder.root())?.ended()
    }

    fn observe_server(&self, folder: &ServerFolder) -> Result<Observed> {
        let made = Made::read(folder);
        let life = process::look(folder.root())?;
        let (presence, id) = match (&life, &made) {
            (Life::Alive(record), _) => {
                let since = Some(record.since.to_string());
                (Presence::Running { since }, Some(record.pid.to_string()))
            }
            (Life::None, None) => (Presence::Absent, None),
            (Life::None | Life::Dead(_), _) => {
                (Presence::Stopped { exit_code: self.exit_of(folder).map(exit_code) }, None)
            }
        };
        Ok(Observed {
            presence,
            id,
            version: made.as_ref().and_then(|made| made.version.clone()),
            specification: made.map(|made| made.specification),
            is_foreign: false,
            is_paused: matches!(&life, Life::Alive(record) if process::is_paused(record)),
        })
    }
}

fn exit_code(status: std::process::ExitStatus) -> i64 {
    use std::os::unix::process::ExitStatusExt;
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).map_or(-1, i64::from)
}

impl Engine for NativeEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Native
    }

    fn description(&self) -> String {
        "native processes of this machine".to_owned()
    }

    fn endpoint(&self) -> Option<String> {
        None
    }

    async fn observe(&self, context: &Context, name: &InstanceName) -> Result<ObservedInstance> {
        let folder = InstanceFolder::of(context, name)?;
        let state = State::read(folder.root())?;
        let mut components = BTreeMap::new();
        for component in Component::ALL {
            components.insert(component, self.observe_server(&folder.server(component))?);
        }
        Ok(ObservedInstance {
            components,
            address: state.as_ref().map(|state| state.address.clone()),
            mode: state.as_ref().map(|state| state.mode),
            is_secure: state.as_ref().is_some_and(|state| state.is_secure),
            is_ephemeral: state.as_ref().is_some_and(|state| state.is_ephemeral),
            data: folder.data().iter().map(|folder| folder.display().to_string()).collect(),
        })
    }

    fn refuse_unsupported(&self, context: &Context, desired: &Desired) -> Result<()> {
        ensure::refuse_unsupported(desired, &parts::kafka_version(context, desired)?)
    }

    async fn plan(&self, context: &Context, desired: &Desired, _: &ObservedInstance) -> Result<Vec<Outcome>> {
        let plan = Plan::of(context, desired)?;
        Data::of(&plan.folder)?.check(desired, &plan.kafka_version)?;
        Ok(plan.outcomes())
    }

    async fn ensure(&self, context: &Context, desired: &Desired, begins: Begins<'_>) -> Result<Vec<Outcome>> {
        self.converge(context, desired, begins).await
    }

    async fn stop(&self, context: &Context, name: &InstanceName) -> Result<Vec<Outcome>> {
        let folder = InstanceFolder::of(context, name)?;
        remember_cluster(&folder)?;
        let step = context.ui.step("Stopping");
        let stopped = async |component: Component| -> Result<Option<Outcome>> {
            let server = folder.server(component);
            let Some(made) = Made::read(&server) else { return Ok(None) };
            if made.trains.is_some() {
                step.detail("and keeping class data for the next start, once");
            }
            let action = match ensure::end(&server).await? {
                process::Ended::NotRunning => Action::Unchanged,
                process::Ended::Asked | process::Ended::Killed => Action::Stopped,
            };
            Ok(Some(Outcome { component, action, reason: None }))
        };
        let outcomes = end_all(stopped).await?;
        step.skip();
        Ok(outcomes)
    }

    async fn down(&self, context: &Context, name: &InstanceName, _: bool) -> Result<Vec<Outcome>> {
        let folder = InstanceFolder::of(context, name)?;
        let is_ephemeral = State::read(folder.root())?.is_some_and(|state| state.is_ephemeral);
        remember_cluster(&folder)?;
        let step = context.ui.step("Stopping");
        let removed = async |component: Component| -> Result<Option<Outcome>> {
            let server = folder.server(component);
            let was_there = Made::read(&server).is_some();
            let ended = ensure::end(&server).await?;
            server.remove_all_but_data()?;
            if is_ephemeral {
                server.remove_data()?;
            }
            let is_removed = was_there || ended != process::Ended::NotRunning;
            Ok(is_removed.then_some(Outcome { component, action: Action::Removed, reason: None }))
        };
        let outcomes = end_all(removed).await?;
        remove_file(&folder.root().join(state::FILE))?;
        step.skip();
        Ok(outcomes)
    }

    async fn instances(&self, context: &Context) -> Result<Vec<InstanceName>> {
        let mut names = record::names(context)?;
        names.retain(|name| {
            let is_native =
                |folder: InstanceFolder| folder.root().join(state::FILE).exists() || !folder.data().is_empty();
            InstanceFolder::of(context, name).is_ok_and(is_native)
        });
        Ok(names)
    }

    async fn delete_data(&self, context: &Context, name: &InstanceName) -> Result<Vec<String>> {
        let folder = InstanceFolder::of(context, name)?;
        let data = folder.data();
        for component in Component::ALL {
            folder.server(component).remove_data()?;
        }
        std::fs::remove_dir(folder.root()).ok();
        Ok(data.iter().map(|folder| folder.display().to_string()).collect())
    }

    async fn logs(
        &self,
        context: &Context,
        name: &InstanceName,
        component: Component,
        query: &LogQuery,
        line: &mut (dyn FnMut(&str) + Send),
    ) -> Result<()> {
        let folder = InstanceFolder::of(context, name)?;
        logs::read(&folder.server(component), query, line).await
    }

    async fn pause(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        process::pause(InstanceFolder::of(context, name)?.server(component).root()).await
    }

    async fn resume(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        process::resume(InstanceFolder::of(context, name)?.server(component).root())
    }

    async fn kill(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        process::kill(InstanceFolder::of(context, name)?.server(component).root()).await
    }

    async fn start_again(&self, context: &Context, name: &InstanceName, component: Component) -> Result<()> {
        self.start_once_more(context, name, component).await
    }

    fn data_size(&self, context: &Context, name: &InstanceName) -> Result<Option<u64>> {
        copy::size(&InstanceFolder::of(context, name)?).map(Some)
    }

    /// On a thread of its own: whoever waits can be interrupted.
    async fn copy_data(
        &self,
        context: &Context,
        name: &InstanceName,
        into: &Path,
        _: &mut (dyn FnMut(u64) -> Result<()> + Send),
    ) -> Result<Vec<Component>> {
        let (folder, into) = (InstanceFolder::of(context, name)?, into.to_owned());
        tokio::task::spawn_blocking(move || copy::read(&folder, &into)).await?
    }

    async fn replace_data(
        &self,
        context: &Context,
        name: &InstanceName,
        from: &Path,
        components: &[Component],
    ) -> Result<()> {
        copy::replace(&InstanceFolder::of(context, name)?, from, components)
    }

    async fn last_words(&self, context: &Context, name: &InstanceName, component: Component) -> LastWords {
        let Ok(folder) = InstanceFolder::of(context, name) else { return LastWords::default() };
        let server = folder.server(component);
        let ended = match process::look(server.root()) {
            Ok(Life::Alive(_)) => None,
            Ok(Life::Dead(record)) => Some(match self.exit_of(&server) {
                Some(status) => format!("{} ({status})", death::cause(&server, component, &record)),
                None => death::cause(&server, component, &record),
            }),
            Ok(Life::None) => Some("was stopped".to_owned()),
            Err(error) => Some(error.to_string()),
        };
        let mut log = logs::tail(&server, LAST_LINES);
        let output = std::fs::read(server.root().join(process::OUTPUT)).unwrap_or_default();
        log.extend(String::from_utf8_lossy(&output).lines().map(str::to_owned));
        LastWords { ended, log }
    }
}

/// A mark that cannot be understood is no reason not to stop.
fn remember_cluster(folder: &InstanceFolder) -> Result<()> {
    Data::of(folder).map_or(Ok(()), |data| data.remember_cluster())
}

/// Kafka before ZooKeeper, which it says goodbye to; Redis side by side with them.
async fn end_all(end: impl AsyncFn(Component) -> Result<Option<Outcome>>) -> Result<Vec<Outcome>> {
    let kafka_then_zookeeper = async {
        let kafka = end(Component::Kafka).await?;
        Ok::<_, anyhow::Error>((end(Component::ZooKeeper).await?, kafka))
    };
    let ((zookeeper, kafka), redis) = tokio::try_join!(kafka_then_zookeeper, end(Component::Redis))?;
    Ok([zookeeper, kafka, redis].into_iter().flatten().collect())
}
