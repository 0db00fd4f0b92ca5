//! What there is, what is wanted, and the difference; changes nothing.

use std::collections::BTreeMap;
use std::net::SocketAddr;

use super::super::engine::{Action, Outcome};
use super::super::files::{ConfigFile, specification};
use super::super::instance::{Component, Desired};
use super::folders::InstanceFolder;
use super::made::Made;
use super::server::LastLife;
use super::state::{PRIVATE_ADDRESS, State, private_port};
use super::{copy, death, parts, server};
use crate::client::port;
use crate::client::process::{self, Life};
use crate::context::Context;
use crate::error::Result;
use crate::settings::KafkaMode;

/// One server that is wanted.
pub struct Wanted {
    /// Which one.
    pub component: Component,
    /// Its configuration.
    pub files: Vec<ConfigFile>,
    /// Hash of all that it is made from.
    pub specification: String,
    /// What has to be done.
    pub action: Action,
    /// Why.
    pub reason: Option<String>,
    /// How it is now.
    pub life: Life,
    /// Whether its data was put in its place by a restore, so that it may be that of one that ran.
    pub is_restored: bool,
}

impl Wanted {
    /// Whether it has to be started.
    pub fn is_to_be_started(&self) -> bool {
        self.action.is_change() && !self.is_to_go_on()
    }

    /// Whether it runs as wanted, but for standing still.
    pub fn is_to_go_on(&self) -> bool {
        self.action == Action::Started && matches!(self.life, Life::Alive(_))
    }

    /// How its last life ended.
    pub fn last_life(&self) -> LastLife {
        if matches!(self.life, Life::Dead(_)) || self.is_restored { LastLife::Died } else { LastLife::Ended }
    }
}

/// The whole difference.
pub struct Plan {
    /// The instance's folder.
    pub folder: InstanceFolder,
    /// What will be remembered.
    pub state: State,
    /// Version of the Kafka that will run.
    pub kafka_version: String,
    /// The servers of the instance, in starting order.
    pub wanted: Vec<Wanted>,
    /// A server that runs, or was made, and is none of the instance's any more.
    pub superfluous: Vec<Component>,
}

impl Plan {
    /// Compares what is with what is wanted.
    ///
    /// # Errors
    /// When the state cannot be read, or no private port is free.
    pub fn of(context: &Context, desired: &Desired) -> Result<Self> {
        let folder = InstanceFolder::of(context, &desired.name)?;
        let kafka_version = parts::kafka_version(context, desired)?;
        let lives = lives(&folder)?;
        let state = with_free_ports(State::of(desired, State::read(folder.root())?.as_ref())?, desired, &lives)?;
        let mut plan = Self { folder, state, kafka_version, wanted: Vec::new(), superfluous: Vec::new() };
        for (component, life) in lives {
            if desired.components().contains(&component) {
                let wanted = plan.wanted(desired, component, life)?;
                plan.wanted.push(wanted);
            } else if life != Life::None || Made::read(&plan.folder.server(component)).is_some() {
                plan.superfluous.push(component);
            }
        }
        Ok(plan)
    }

    /// Whether there is nothing to do.
    pub fn is_unchanged(&self) -> bool {
        self.superfluous.is_empty() && !self.wanted.iter().any(Wanted::is_to_be_started)
    }

    /// What is told of it.
    pub fn outcomes(&self) -> Vec<Outcome> {
        let removed = self.superfluous.iter().map(|&component| Outcome {
            component,
            action: Action::Removed,
            reason: Some("this mode of Kafka does without it".to_owned()),
        });
        let wanted = self.wanted.iter().map(|wanted| Outcome {
            component: wanted.component,
            action: wanted.action,
            reason: wanted.reason.clone(),
        });
        removed.chain(wanted).collect()
    }

    fn wanted(&self, desired: &Desired, component: Component, life: Life) -> Result<Wanted> {
        let files = server::layout(desired, &self.state).files(component, desired)?;
        let specification = specification(&server::essence(component, desired, &self.kafka_version), &files)?;
        let folder = self.folder.server(component);
        let made = Made::read(&folder);
        // What died before the server was ever launched is the tool that formats Kafka's folder.
        let life = match life {
            Life::Dead(_) if made.is_none() => Life::None,
            life => life,
        };
        let differs = made.as_ref().and_then(|made| {
            let changed = files.iter().find(|file| {
                !std::fs::read(folder.configuration(file.name)).is_ok_and(|old| old == file.content.expose().as_bytes())
            });
            match changed {
                Some(file) => Some(format!("{} differs", file.name)),
                None if made.specification != specification => Some("its command differs".to_owned()),
                None => None,
            }
        });
        let (action, reason) = match (&life, made.is_some(), differs) {
            (Life::Alive(record), true, None) if process::is_paused(record) => {
                (Action::Started, Some("it was paused".to_owned()))
            }
            (Life::Alive(_), true, None) => (Action::Unchanged, None),
            (Life::Alive(_), false, _) => (Action::Recreated, Some("nothing says what it was made from".to_owned())),
            (_, true, Some(reason)) => (Action::Recreated, Some(reason)),
            (Life::Dead(record), _, _) => {
                (Action::Started, Some(format!("it {}", death::cause(&folder, component, record))))
            }
            (Life::None, true, None) => (Action::Started, None),
            (Life::None, false, _) => (Action::Created, None),
        };
        let is_restored = folder.root().join(copy::RESTORED).exists();
        Ok(Wanted { component, files, specification, action, reason, life, is_restored })
    }
}

fn lives(folder: &InstanceFolder) -> Result<BTreeMap<Component, Life>> {
    Component::ALL
        .into_iter()
        .map(|component| Ok((component, process::look(folder.server(component).root())?)))
        .collect()
}

/// A private port that somebody else took while the server was down is given up.
fn with_free_ports(mut state: State, desired: &Desired, lives: &BTreeMap<Component, Life>) -> Result<State> {
    let is_lost = |component, port| {
        let runs = matches!(lives.get(&component), Some(Life::Alive(_)));
        !runs && !port::is_free(PRIVATE_ADDRESS, port)
    };
    match desired.mode {
        KafkaMode::ZooKeeper if is_lost(Component::ZooKeeper, state.zookeeper_port) => {
            state.zookeeper_port = private_port(desired, &[state.controller_port])?;
        }
        KafkaMode::Kraft if is_lost(Component::Kafka, state.controller_port) => {
            state.controller_port = private_port(desired, &[state.zookeeper_port])?;
        }
        _ => {}
    }
    Ok(state)
}

/// Where ZooKeeper listens.
pub fn zookeeper_address(state: &State) -> SocketAddr {
    SocketAddr::new(PRIVATE_ADDRESS, state.zookeeper_port)
}
