//! Ready means that a client's own path works. While it waits, it looks whether the servers still run, and tells why not.

use std::time::Duration;

use super::engine::{Engine, Outcome};
use super::instance::{Address, Component, InstanceName, Presence};
use crate::client::{kafka, redis};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::redacted::Secret;
use crate::runtime_config::REDIS_USER;
use crate::services::{Credentials, host_and_port};

/// How often the engine is asked whether a component that does not answer yet still runs.
const LIVENESS_INTERVAL: Duration = Duration::from_millis(500);

/// Lines of a log that a failure quotes.
const QUOTED_LINES: usize = 12;

/// What readiness is proven of.
pub struct Subject<'a> {
    /// The instance.
    pub name: &'a InstanceName,
    /// Where clients find it.
    pub address: &'a Address,
    /// What it asks for.
    pub credentials: Option<&'a Credentials>,
}

impl Subject<'_> {
    fn kafka(&self) -> String {
        host_and_port(&self.address.reached_at(), self.address.kafka_port)
    }

    fn kafka_credentials(&self) -> Option<(&str, &Secret)> {
        self.credentials.map(|credentials| (credentials.kafka_username.as_str(), &credentials.kafka_password))
    }

    fn redis_credentials(&self) -> Option<(&str, &Secret)> {
        self.credentials.map(|credentials| (REDIS_USER, &credentials.redis_password))
    }

    /// Kafka's metadata name the address that was asked for.
    ///
    /// # Errors
    /// When they do not within `limit`.
    pub async fn prove_kafka(&self, limit: Duration) -> Result<()> {
        let advertised = host_and_port(&self.address.advertise, self.address.kafka_port);
        kafka::prove_metadata(&self.kafka(), self.kafka_credentials(), &advertised, limit).await.map(drop)
    }

    /// Redis answers PING as the user.
    ///
    /// # Errors
    /// When it does not within `limit`.
    pub async fn prove_redis(&self, limit: Duration) -> Result<()> {
        redis::prove_ping(&self.address.reached_at(), self.address.redis_port, self.redis_credentials(), limit).await
    }

    /// A record goes round through a topic of its own.
    async fn prove_round(&self, limit: Duration) -> Result<()> {
        kafka::prove_round(&self.kafka(), self.kafka_credentials(), limit).await
    }

    /// A connection for work on the instance's topics and groups.
    ///
    /// # Errors
    /// When Kafka does not answer.
    pub async fn open_kafka(&self, limit: Duration) -> Result<kafka::Connection> {
        Ok(kafka::Connection::open(&self.kafka(), self.kafka_credentials(), limit).await?)
    }

    /// A connection for work on the instance's keys.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn open_redis(&self, limit: Duration) -> Result<redis::Connection> {
        let (host, port) = (self.address.reached_at(), self.address.redis_port);
        Ok(redis::Connection::open(&host, port, self.redis_credentials(), limit).await?)
    }
}

/// Waits until Kafka and Redis answer; where something was started, a record goes round too.
///
/// # Errors
/// The first of the two that fails, with how it ended and the last lines of its log.
pub async fn wait(context: &Context, engine: &impl Engine, subject: &Subject<'_>, outcomes: &[Outcome]) -> Result<()> {
    let limit = context.deadline.left();
    tokio::try_join!(
        wait_for(context, engine, subject, Component::Redis, subject.prove_redis(limit)),
        wait_for(context, engine, subject, Component::Kafka, async {
            subject.prove_kafka(limit).await?;
            if outcomes.iter().any(|outcome| outcome.action.is_change()) {
                subject.prove_round(context.deadline.left()).await?;
            }
            Ok(())
        }),
    )
    .map(drop)
}

async fn wait_for(
    context: &Context,
    engine: &impl Engine,
    subject: &Subject<'_>,
    component: Component,
    proof: impl Future<Output = Result<()>>,
) -> Result<()> {
    let step = context.ui.step(format!("Waiting for {}", component.title()));
    let proven = tokio::select! {
        proven = proof => proven,
        ended = ended(context, engine, subject.name, component) => Err(ended),
    };
    match proven {
        Ok(()) => {
            step.done(format!("{} is ready", component.title()));
            Ok(())
        }
        Err(error) => {
            drop(step);
            Err(with_last_words(context, engine, subject.name, component, error).await)
        }
    }
}

/// Returns when the component, or ZooKeeper in Kafka's case, no longer runs.
async fn ended(context: &Context, engine: &impl Engine, name: &InstanceName, component: Component) -> anyhow::Error {
    loop {
        tokio::time::sleep(LIVENESS_INTERVAL).await;
        let Ok(observed) = engine.observe(context, name).await else { continue };
        for needed in [component, Component::ZooKeeper] {
            let is_needed = needed == component || component == Component::Kafka;
            let presence = observed.components.get(&needed).map(|observed| &observed.presence);
            if is_needed && let Some(Presence::Stopped { .. }) = presence {
                let words = engine.last_words(context, name, needed).await;
                let how = words.ended.unwrap_or_else(|| "ended".to_owned());
                return Failure::new(format!("{} {how}", needed.title())).code(Code::Exited).into();
            }
        }
    }
}

async fn with_last_words(
    context: &Context,
    engine: &impl Engine,
    name: &InstanceName,
    component: Component,
    error: anyhow::Error,
) -> anyhow::Error {
    let words = engine.last_words(context, name, component).await;
    let log = &words.log[words.log.len().saturating_sub(QUOTED_LINES)..];
    if !log.is_empty() {
        context.ui.note(format!("The last lines of {}'s log:", component.title()));
        for line in log {
            context.ui.note(format!("  {line}"));
        }
    }
    let hint = format!("`karctl local logs{} {}` shows more", super::choice::name_flag(name), component.name());
    Err::<(), _>(error)
        .or_fail(|| Failure::new(format!("{} is not ready", component.title())).hint(hint).code(Code::NotReady))
        .err()
        .unwrap_or_else(|| anyhow::anyhow!("{} is not ready", component.title()))
}
