//! The instances of this machine, and what a shell tells `kar` of them.

use std::time::Duration;

use futures_util::future::join_all;

use crate::check::Reason;
use crate::check::machine::{ContainerEngine, Instance, InstanceState, Shell};
use crate::client::port;
use crate::context::Context;
use crate::error::Result;
use crate::runtime_config::{NAMES, parse};
use crate::target::local::docker::DockerEngine;
use crate::target::local::engine::{Engine, EngineKind};
use crate::target::local::instance::{Desired, InstanceName, ObservedInstance, Presence};
use crate::target::local::record::{self, Record};
use crate::target::local::{choice, status};
use crate::target::probe;

/// Time for each service that a shell names to answer, as for `karctl env --check`.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// The container engine that is chosen now, or why there is none.
type Chosen = std::result::Result<ContainerEngine, Reason>;

/// Every instance that karctl keeps a record of, and what the engine that answers has of others.
pub async fn look(context: &Context, desired: &Desired, chosen: &Chosen) -> std::result::Result<Vec<Instance>, Reason> {
    let names = record::names(context).map_err(|error| Reason::of(&error))?;
    let mut instances = join_all(names.iter().map(|name| recorded(context, name, chosen))).await;
    if chosen.is_ok()
        && let Ok(docker) = DockerEngine::connect(context, None).await
    {
        instances.extend(unrecorded(context, desired, &names, &docker).await);
    }
    Ok(instances)
}

async fn recorded(context: &Context, name: &InstanceName, chosen: &Chosen) -> Instance {
    let record = Record::read(context, name).ok().flatten();
    let lives = record.filter(|record| record.engine == EngineKind::Docker).and_then(|record| record.endpoint);
    let now = chosen.as_ref().ok().map(|engine| engine.endpoint.clone());
    Instance {
        name: name.to_string(),
        is_recorded: true,
        state: state(context, name).await.map_err(|error| Reason::of(&error)),
        engines: lives.zip(now).filter(|(lives, now)| lives != now),
    }
}

/// Instances whose record is gone, and the one that is asked for, whose place somebody else may have.
async fn unrecorded(
    context: &Context,
    desired: &Desired,
    recorded: &[InstanceName],
    docker: &DockerEngine,
) -> Vec<Instance> {
    let mut names = docker.instances(context).await.unwrap_or_default();
    names.push(desired.name.clone());
    names.sort();
    names.dedup();
    names.retain(|name| !recorded.contains(name));
    let mut instances = Vec::new();
    for name in names {
        if let Ok(observed) = docker.observe(context, &name).await
            && observed.exists()
        {
            let is_recorded = observed.components.values().all(|seen| seen.is_foreign || seen.id.is_none());
            instances.push(Instance { name: name.to_string(), is_recorded, state: Ok(seen(&observed)), engines: None });
        }
    }
    instances
}

/// What an engine says, without asking the servers.
fn seen(observed: &ObservedInstance) -> InstanceState {
    let components = |is_meant: &dyn Fn(&super::super::instance::Observed) -> bool| {
        let meant = observed.components.iter().filter(|(_, seen)| is_meant(seen));
        meant.map(|(component, _)| component.title().to_owned()).collect::<Vec<_>>()
    };
    InstanceState {
        running: components(&|seen| !seen.is_foreign && matches!(seen.presence, Presence::Running { .. })),
        foreign: components(&|seen| seen.is_foreign),
        ..InstanceState::default()
    }
}

/// What there is of an instance that karctl keeps a record of.
async fn state(context: &Context, name: &InstanceName) -> Result<InstanceState> {
    let located = choice::located(context, name).await?;
    let status = status::status(context, name).await?;
    let runs = |component: &&status::ComponentStatus| matches!(component.presence, Presence::Running { .. });
    let titles = |is_meant: fn(&Presence) -> bool| {
        let meant = status.components.iter().filter(|component| is_meant(&component.presence));
        meant.map(|component| component.component.title().to_owned()).collect::<Vec<_>>()
    };
    let running = titles(|presence| matches!(presence, Presence::Running { .. }));
    let problems = status.components.iter().filter(runs).filter_map(|component| component.problem.clone());
    let advertised = match (&status.address, running.is_empty()) {
        (Some(address), false) => Some((address.advertise.clone(), port::resolve(&address.advertise).await)),
        _ => None,
    };
    Ok(InstanceState {
        running,
        stopped: titles(|presence| matches!(presence, Presence::Stopped { .. })),
        gone: titles(|presence| *presence == Presence::Absent),
        problems: problems.collect(),
        foreign: seen(&located.observed).foreign,
        advertised,
    })
}

/// What this shell tells `kar`, and whether it answers; `None` where none of the variables is set.
pub async fn shell(context: &Context) -> Option<Shell> {
    let value = |name: &str| context.environment.variable(name).map(str::to_owned);
    let set: Vec<_> = NAMES.iter().filter(|name| value(name).is_some()).collect();
    // A shell that names no server is one that nobody has pointed anywhere: a stray variable is not worth a word.
    if !set.iter().any(|name| **name == "KAFKA_BROKERS" || **name == "REDIS_HOST") {
        return None;
    }
    let (config, unread) = parse::read(value);
    let misunderstood: Vec<_> =
        unread.iter().map(|problem| format!("{} {}", problem.variable, problem.message)).collect();
    let silent = match misunderstood.is_empty() {
        true => probe::ask(&config, PROBE_LIMIT).await.reasons().map(|reason| reason.message.clone()).collect(),
        false => Vec::new(),
    };
    Some(Shell { misunderstood, silent })
}
