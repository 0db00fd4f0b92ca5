//! An instance of this machine.

use super::applications::{Applications, applications};
use super::{Health, Place, PlaceKind};
use crate::context::Context;
use crate::error::{Result, report};
use crate::services::{Vantage, host_and_port};
use crate::target::local::engine::EngineKind;
use crate::target::local::instance::{InstanceName, Presence};
use crate::target::local::{InstanceStatus, choice, name_flag, services, status};

/// Looks at an instance; `None` where neither it nor any data of it is there.
///
/// # Errors
/// When its engine does not answer, or its record cannot be understood.
pub async fn look(context: &Context, name: &InstanceName) -> Result<Option<Place>> {
    if choice::locate(context, name).await?.is_none() {
        return Ok(None);
    }
    let status = status(context, name).await?;
    let (state, mut summary) = judge(&status);
    let mut applications = None;
    if state == Health::Healthy {
        match look_into(context, name).await {
            Ok(found) => applications = Some(found),
            Err(error) => summary.push_str(&format!("; its applications are unknown: {}", report(&error).message)),
        }
    }
    let up = format!("`karctl local up{}` starts it", name_flag(name));
    let hints = if state == Health::Healthy { Vec::new() } else { vec![up] };
    let address = status.address.clone().filter(|_| state != Health::Stopped);
    Ok(Some(Place {
        address,
        hints,
        applications,
        ..Place::new(PlaceKind::Instance, name.to_string(), state, summary)
    }))
}

async fn look_into(context: &Context, name: &InstanceName) -> Result<Applications> {
    let config = services(context, name).await?.runtime_config(Vantage::Host)?;
    applications(&config, context.deadline.left()).await
}

fn judge(status: &InstanceStatus) -> (Health, String) {
    let engine = match status.engine {
        EngineKind::Docker => "docker",
        EngineKind::Native => "native",
    };
    if let (true, Some(address)) = (status.ready, &status.address) {
        let at = |port| host_and_port(&address.advertise, port);
        let (kafka, redis) = (at(address.kafka_port), at(address.redis_port));
        return (Health::Healthy, format!("Kafka at {kafka}, Redis at {redis} ({engine})"));
    }
    let is_running = |presence: &Presence| matches!(presence, Presence::Running { .. });
    let made = || status.components.iter().filter(|component| component.presence != Presence::Absent);
    if made().next().is_none() {
        return (Health::Stopped, format!("only its data is there ({engine})"));
    }
    let ended = made().find_map(|component| Some((component, component.problem.as_ref()?)));
    if !made().any(|component| is_running(&component.presence)) {
        let how = ended.map(|(component, problem)| format!("; {} {problem}", component.component.title()));
        return (Health::Stopped, format!("nothing runs{} ({engine})", how.unwrap_or_default()));
    }
    let summary = match ended {
        Some((component, problem)) if is_running(&component.presence) => problem.clone(),
        Some((component, problem)) => format!("{} {problem}", component.component.title()),
        None => match status.components.iter().find(|component| !is_running(&component.presence)) {
            Some(component) => format!("{} does not run", component.component.title()),
            None => "it runs, and its ports cannot be told".to_owned(),
        },
    };
    (Health::Unhealthy, summary)
}
