//! Starts servers again as they were started before, whatever the settings say by now.

use super::any_engine::AnyEngine;
use super::choice::{self, Located, name_flag};
use super::engine::{Action, Engine, Outcome};
use super::instance::{Component, InstanceName, ObservedInstance, Presence};
use super::readiness::{self, Subject};
use super::{credentials, lock, snapshot};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::KafkaMode;

/// Starts what does not run of an instance, and proves that it works; what runs is left alone.
///
/// # Errors
/// When there is no such instance, a server of it is not there any more, or one does not become ready.
pub async fn start_stopped(context: &Context, name: &InstanceName) -> Result<()> {
    let _lock = lock::acquire(context, name).await?;
    snapshot::refuse_half_restored(context, name)?;
    let Located { engine, observed } = choice::located(context, name).await?;
    refuse_gone(&observed, name)?;
    snapshot::resume_what_was_left(context, &engine, name).await?;
    let is_stopped = |component: &Component| {
        let seen = observed.components.get(component).filter(|seen| !seen.is_foreign);
        seen.is_some_and(|seen| matches!(seen.presence, Presence::Stopped { .. }))
    };
    let stopped: Vec<_> = Component::ALL.into_iter().filter(is_stopped).collect();
    for &component in &stopped {
        engine.start_again(context, name, component).await?;
    }
    prove(context, &engine, name, &observed, &stopped).await
}

/// What is not there cannot be started as it was.
fn refuse_gone(observed: &ObservedInstance, name: &InstanceName) -> Result<()> {
    let is_gone = |component: &Component| {
        let presence = observed.components.get(component).map(|seen| &seen.presence);
        matches!(presence, None | Some(Presence::Absent))
            && (*component != Component::ZooKeeper || observed.mode == Some(KafkaMode::ZooKeeper))
    };
    match Component::ALL.into_iter().find(is_gone) {
        Some(component) => Err(Failure::new(format!("{} of `{name}` is gone", component.title()))
            .hint(format!("`karctl local up{}`, with its other options if it had any, makes it anew", name_flag(name)))
            .code(Code::NotRunning)
            .into()),
        None => Ok(()),
    }
}

/// Proves that an instance works whose servers were started just now.
///
/// # Errors
/// When one does not become ready.
pub async fn prove(
    context: &Context,
    engine: &AnyEngine,
    name: &InstanceName,
    observed: &ObservedInstance,
    started: &[Component],
) -> Result<()> {
    let Some(address) = &observed.address else { return Ok(()) };
    let credentials = if observed.is_secure { credentials::read(context, name)? } else { None };
    let subject = Subject { name, address, credentials: credentials.as_ref() };
    let outcome = |&component| Outcome { component, action: Action::Started, reason: None };
    readiness::wait(context, engine, &subject, &started.iter().map(outcome).collect::<Vec<_>>()).await
}
