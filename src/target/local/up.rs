//! `karctl local up`: whatever there is, nothing, half, stopped, drifted or foreign, it ends in the same state.

use schemars::JsonSchema;
use serde::Serialize;

use super::choice;
use super::credentials;
use super::engine::{Engine, EngineKind, Outcome};
use super::instance::{Address, Desired, InstanceName};
use super::lock;
use super::ports;
use super::readiness::{self, Subject};
use super::record::Record;
use super::snapshot;
use crate::context::Context;
use crate::error::Result;
use crate::settings::Settings;

/// What is asked of `up` beside the settings.
#[derive(Clone, Copy, Debug, Default)]
pub struct UpOptions {
    /// Take free ports where those of the settings are taken.
    pub any_port: bool,
    /// Nobody said which port Kafka is to have: an instance that has one keeps it.
    pub keep_kafka_port: bool,
    /// The same for Redis.
    pub keep_redis_port: bool,
    /// Take the place of containers that are not karctl's.
    pub replace: bool,
    /// Wait until everything answers.
    pub wait: bool,
    /// Change nothing.
    pub dry_run: bool,
}

/// What `karctl local up -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Up {
    /// The instance.
    pub name: InstanceName,
    /// The engine it lives on.
    pub engine: EngineKind,
    /// The engine, for people.
    pub engine_description: String,
    /// Where clients find it.
    pub address: Address,
    /// Whether it asks for passwords.
    pub secure: bool,
    /// Whether it keeps nothing beyond `down`.
    pub ephemeral: bool,
    /// Whether readiness was proven.
    pub ready: bool,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// What was done to each component.
    pub components: Vec<Outcome>,
}

/// Brings an instance to what the settings ask for, and proves that it works.
///
/// # Errors
/// When a port is taken, the engine does not answer, the data does not fit, or a service does not become ready. What was
/// started stays; the same call again goes on from there.
pub async fn up(context: &Context, settings: &Settings, options: &UpOptions) -> Result<Up> {
    let name = InstanceName::parse(&settings.local.name)?;
    let _lock = if options.dry_run { None } else { Some(lock::acquire(context, &name).await?) };
    snapshot::refuse_half_restored(context, &name)?;
    let engine = choice::choose(context, &name, settings.local.engine).await?;
    if !options.dry_run {
        snapshot::resume_what_was_left(context, &engine, &name).await?;
    }
    let observed = engine.observe(context, &name).await?;
    let mut desired =
        Desired::from_settings(settings, || credentials::ensure(context, &name, settings, options.dry_run))?;
    desired.replace = options.replace;
    engine.refuse_unsupported(context, &desired)?;
    ports::settle(&mut desired, &observed, options)?;
    let outcomes = if options.dry_run {
        engine.plan(context, &desired, &observed).await?
    } else {
        let record = || Record::new(engine.kind(), engine.endpoint()).write(context, &name);
        engine.ensure(context, &desired, &record).await?
    };
    let ready = options.wait && !options.dry_run;
    if ready {
        let subject = Subject { name: &name, address: &desired.address, credentials: desired.credentials.as_ref() };
        readiness::wait(&after_fetching(context), &engine, &subject, &outcomes).await?;
    }
    Ok(Up {
        name,
        engine: engine.kind(),
        engine_description: engine.description(),
        address: desired.address,
        secure: desired.credentials.is_some(),
        ephemeral: desired.ephemeral,
        ready,
        dry_run: options.dry_run,
        components: outcomes,
    })
}

/// Downloads and pulls watch themselves; the time for waiting begins when everything was started.
fn after_fetching(context: &Context) -> Context {
    Context { deadline: context.deadline.restarted(), ..context.clone() }
}
