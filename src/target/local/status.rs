//! `status` and `ls`: what runs, where, and whether it answers. Changes nothing.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{self, Located, name_flag};
use super::credentials;
use super::engine::{Engine, EngineKind};
use super::instance::{Address, Component, InstanceName, ObservedInstance, Presence};
use super::readiness::Subject;
use super::record;
use crate::context::Context;
use crate::error::{Result, report};
use crate::settings::KafkaMode;

/// Time for each service to answer `status`.
const PROBE_LIMIT: Duration = Duration::from_secs(2);

/// What `karctl local status -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct InstanceStatus {
    /// The instance.
    pub name: InstanceName,
    /// The engine it lives on.
    pub engine: EngineKind,
    /// The engine, for people.
    pub engine_description: String,
    /// Whether everything runs and answers.
    pub ready: bool,
    /// Where clients find it.
    pub address: Option<Address>,
    /// How Kafka keeps its metadata.
    pub mode: Option<KafkaMode>,
    /// Whether it asks for passwords.
    pub secure: bool,
    /// Whether it keeps nothing beyond `down`.
    pub ephemeral: bool,
    /// Every component.
    pub components: Vec<ComponentStatus>,
    /// Where the data is.
    pub data: Vec<String>,
}

/// One component of [`InstanceStatus`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct ComponentStatus {
    /// Which one.
    pub component: Component,
    /// How much of it there is.
    #[serde(flatten)]
    pub presence: Presence,
    /// Container id or process id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// Image, or version of the program.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Whether it answered its protocol; null for what is not asked.
    pub answers: Option<bool>,
    /// Whether it stands still: paused by `karctl local chaos pause`, by a `karctl local snapshot save` that was cut, or by
    /// hand.
    pub paused: bool,
    /// What is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

/// What `karctl local ls -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Instances {
    /// Every instance of this machine, by name.
    pub instances: Vec<Listed>,
}

/// One instance of [`Instances`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// The instance.
    pub name: InstanceName,
    /// The engine it lives on; null when that cannot be told.
    pub engine: Option<EngineKind>,
    /// `running`, `paused`, `stopped`, `partly running`, `data only`, or what is wrong.
    pub state: String,
    /// Where clients find it.
    pub address: Option<Address>,
}

/// Looks at an instance and asks its services.
///
/// # Errors
/// When there is no such instance, or its engine does not answer.
pub async fn status(context: &Context, name: &InstanceName) -> Result<InstanceStatus> {
    let Located { engine, observed } = choice::located(context, name).await?;
    let answers = probe(context, name, &observed).await?;
    let mut components = Vec::new();
    for (&component, seen) in &observed.components {
        if component == Component::ZooKeeper && observed.mode == Some(KafkaMode::Kraft) {
            continue;
        }
        let answer = answers.iter().find(|(of, _)| *of == component).map(|(_, problem)| problem);
        let ended = match seen.presence {
            Presence::Stopped { .. } => engine.last_words(context, name, component).await.ended,
            _ => None,
        };
        components.push(ComponentStatus {
            component,
            presence: seen.presence.clone(),
            id: seen.id.clone(),
            version: seen.version.clone(),
            answers: answer.map(Option::is_none),
            paused: seen.is_paused,
            problem: foreign(seen.is_foreign)
                .or(ended)
                .or(paused(seen.is_paused, name))
                .or_else(|| answer.cloned().flatten()),
        });
    }
    Ok(InstanceStatus {
        name: name.clone(),
        engine: engine.kind(),
        engine_description: engine.description(),
        ready: observed.is_running() && !answers.is_empty() && answers.iter().all(|(_, problem)| problem.is_none()),
        address: observed.address,
        mode: observed.mode,
        secure: observed.is_secure,
        ephemeral: observed.is_ephemeral,
        components,
        data: observed.data,
    })
}

fn foreign(is_foreign: bool) -> Option<String> {
    is_foreign.then(|| "not made by karctl; `up --replace` takes its place".to_owned())
}

fn paused(is_paused: bool, name: &InstanceName) -> Option<String> {
    is_paused.then(|| format!("is paused; `karctl local up{}` lets it go on", name_flag(name)))
}

/// Asks the components that run and are not paused; each with its problem, `None` where it answered.
async fn probe(
    context: &Context,
    name: &InstanceName,
    observed: &ObservedInstance,
) -> Result<Vec<(Component, Option<String>)>> {
    let Some(address) = &observed.address else { return Ok(Vec::new()) };
    let credentials = if observed.is_secure { credentials::read(context, name)? } else { None };
    let subject = Subject { name, address, credentials: credentials.as_ref() };
    let runs = |component| {
        let seen = observed.components.get(&component);
        seen.is_some_and(|seen| matches!(seen.presence, Presence::Running { .. }) && !seen.is_paused)
    };
    let (kafka, redis) = tokio::join!(
        async { if runs(Component::Kafka) { Some(subject.prove_kafka(PROBE_LIMIT).await) } else { None } },
        async { if runs(Component::Redis) { Some(subject.prove_redis(PROBE_LIMIT).await) } else { None } },
    );
    let answers = [(Component::Kafka, kafka), (Component::Redis, redis)];
    Ok(answers
        .into_iter()
        .filter_map(|(component, proof)| Some((component, proof?.err().map(|error| report(&error).message))))
        .collect())
}

/// Every instance that this machine's records or engines know of.
///
/// # Errors
/// When the state folder cannot be read.
pub async fn list(context: &Context) -> Result<Instances> {
    let mut names = record::names(context)?;
    names.extend(choice::unrecorded(context).await);
    names.sort();
    names.dedup();
    let mut listed = Vec::new();
    for name in names {
        match choice::locate(context, &name).await {
            Ok(None) => {}
            Ok(Some(Located { engine, observed })) => listed.push(Listed {
                name,
                engine: Some(engine.kind()),
                state: state(&observed).to_owned(),
                address: observed.address.filter(|_| observed.components.values().any(is_made)),
            }),
            Err(error) => {
                listed.push(Listed { name, engine: None, state: report(&error).message, address: None });
            }
        }
    }
    Ok(Instances { instances: listed })
}

/// The instances recorded for an engine of which anything runs.
///
/// # Errors
/// When the state folder cannot be read, or the engine does not answer.
pub async fn running_on(context: &Context, engine: EngineKind) -> Result<Vec<InstanceName>> {
    let mut running = Vec::new();
    for name in record::names(context)? {
        if record::Record::read(context, &name)?.is_some_and(|record| record.engine == engine)
            && let Some(Located { observed, .. }) = choice::locate(context, &name).await?
            && observed.components.values().any(|seen| matches!(seen.presence, Presence::Running { .. }))
        {
            running.push(name);
        }
    }
    Ok(running)
}

fn is_made(observed: &super::instance::Observed) -> bool {
    observed.presence != Presence::Absent
}

fn state(observed: &ObservedInstance) -> &'static str {
    let running = observed.components.values().any(|seen| matches!(seen.presence, Presence::Running { .. }));
    if observed.components.values().any(|seen| seen.is_paused) {
        return "paused";
    }
    match (observed.exists(), observed.is_running(), running) {
        (false, ..) => "data only",
        (true, true, _) => "running",
        (true, false, true) => "partly running",
        (true, false, false) => "stopped",
    }
}
