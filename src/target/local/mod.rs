//! Kafka and Redis on this machine. Replaces docker-compose-start.sh, docker-compose-stop.sh and kar-docker-run.sh.
//!
//! `up` and its kin take an instance's lock, find its engine, look at what is, let the engine do the difference and
//! prove the outcome. What runs is never remembered, always asked for.

pub mod any_engine;
pub mod app;
mod application;
pub mod chaos;
pub mod check;
pub mod choice;
pub mod credentials;
pub mod docker;
pub mod engine;
pub mod files;
pub mod instance;
mod interruption;
pub mod lock;
pub mod native;
mod ports;
mod readiness;
pub mod record;
pub mod report;
pub mod snapshot;
mod start;
mod status;
mod teardown;
mod up;

pub use application::{ApplicationReset, reset_application};
pub use choice::name_flag;
pub use start::start_stopped;
pub use status::{InstanceStatus, Instances, list, running_on, status};
pub use teardown::{Reset, Teardown, down, reset, stop};
pub use up::{Up, UpOptions, up};

use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::services::{LocalServices, Services};
use crate::settings::Settings;
use choice::{Located, located};
use engine::{Engine, EngineKind, LogQuery};
use instance::{Address, Component, Desired, InstanceName, Presence};

/// An instance that runs.
pub struct Running {
    /// Where clients find it.
    pub address: Address,
    /// Whether it asks for passwords.
    pub is_secure: bool,
    /// The engine it lives on.
    pub engine: EngineKind,
}

/// The instance, if Kafka and Redis run; the engine is asked, nothing is remembered.
///
/// # Errors
/// When there is no such instance, or a part of it does not run.
pub async fn running(context: &Context, name: &InstanceName) -> Result<Running> {
    let Located { engine, observed } = located(context, name).await?;
    let up = format!("start it with `karctl local up{}`", name_flag(name));
    for component in [Component::Kafka, Component::Redis] {
        let presence = observed.components.get(&component).map(|observed| &observed.presence);
        if !matches!(presence, Some(Presence::Running { .. })) {
            return Err(Failure::new(format!("{} of `{name}` does not run", component.title()))
                .hint(up)
                .code(Code::NotRunning)
                .into());
        }
    }
    let Some(address) = observed.address else {
        return Err(Failure::new(format!("the ports of `{name}` cannot be told"))
            .hint(up)
            .code(Code::NotRunning)
            .into());
    };
    Ok(Running { address, is_secure: observed.is_secure, engine: engine.kind() })
}

/// The services of an instance that runs.
///
/// # Errors
/// As [`running`], and when its passwords cannot be read.
pub async fn services(context: &Context, name: &InstanceName) -> Result<Services> {
    let running = running(context, name).await?;
    let credentials = if running.is_secure {
        let credentials = credentials::read(context, name)?;
        Some(credentials.ok_or_else(|| {
            Failure::new(format!("`{name}` asks for passwords, and they are not known here"))
                .hint(format!("run `karctl local up --secure{}`: it sets new ones", name_flag(name)))
        })?)
    } else {
        None
    };
    Ok(Services::Local(LocalServices {
        host: running.address.advertise.clone(),
        kafka_port: running.address.kafka_port,
        redis_port: running.address.redis_port,
        network: (running.engine == EngineKind::Docker).then(|| name.network()),
        credentials,
    }))
}

/// An instance of the docker engine as a compose file; asks no engine.
///
/// # Errors
/// A usage failure for settings that do not fit together, or an instance with passwords, which a file cannot hold.
pub fn export_compose(settings: &Settings) -> Result<String> {
    let no_passwords = || {
        Err(Failure::usage("a compose file cannot hold the passwords of a secure instance")
            .hint("leave --secure out, and bind to loopback")
            .into())
    };
    docker::to_compose(&Desired::from_settings(settings, no_passwords)?)
}

/// Prints the log of one component, or of all, each line then with the component's name in front.
///
/// # Errors
/// When there is no such instance, or a log cannot be read.
pub async fn logs(
    context: &Context,
    name: &InstanceName,
    component: Option<Component>,
    query: &LogQuery,
) -> Result<()> {
    let Located { engine, observed } = located(context, name).await?;
    if let Some(component) = component {
        return print_log(context, &engine, name, component, query, false).await;
    }
    let made = observed.components.iter().filter(|(_, seen)| seen.presence != Presence::Absent);
    let prints = made.map(|(&component, _)| print_log(context, &engine, name, component, query, true));
    futures_util::future::try_join_all(prints).await.map(drop)
}

async fn print_log(
    context: &Context,
    engine: &impl Engine,
    name: &InstanceName,
    component: Component,
    query: &LogQuery,
    with_name: bool,
) -> Result<()> {
    let mut failed = None;
    let mut print = |line: &str| {
        let text = if with_name { format!("{:9} | {line}\n", component.name()) } else { format!("{line}\n") };
        if let Err(error) = context.ui.raw(&text) {
            failed.get_or_insert(error);
        }
    };
    engine.logs(context, name, component, query, &mut print).await?;
    failed.map_or(Ok(()), Err)
}
