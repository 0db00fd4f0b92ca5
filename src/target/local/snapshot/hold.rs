//! Holds the servers of an instance at one point in time, and lets them go on, whatever becomes of karctl: what stands still
//! is written down before it does so, and let go by the next command where this one was killed.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use super::super::credentials;
use super::super::engine::Engine;
use super::super::instance::{Component, InstanceName, ObservedInstance, Presence};
use super::super::readiness::Subject;
use super::super::record;
use crate::client::file::{PRIVATE, create_private_folder, write_atomic};
use crate::client::redis::Connection;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};

/// File in the instance's folder: its servers stand still for a snapshot.
const FILE: &str = "held";

/// How long Redis holds back writes at most, until it stands still; it takes them again by itself, should nobody be left to
/// tell it to. Less than a client's usual patience of 10 s.
const WRITES_HELD_AT_MOST: Duration = Duration::from_secs(8);

/// How long Redis may take to write what it acknowledged: it waits for a flush of the disk for 2 s at most, see
/// `flushAppendOnlyFile` of its sources.
const WRITTEN_AT_MOST: Duration = Duration::from_secs(3);

/// How often it is asked.
const ASK_AGAIN: Duration = Duration::from_millis(5);

/// Time for Redis to answer at all.
const ANSWER: Duration = Duration::from_secs(5);

/// The order in which servers stand still; they go on the other way round.
const ORDER: [Component; 3] = [Component::Kafka, Component::Redis, Component::ZooKeeper];

/// Servers that are to stand still.
pub struct Hold<'a, E> {
    context: &'a Context,
    engine: &'a E,
    name: &'a InstanceName,
    running: Vec<Component>,
    redis: Option<Connection>,
    began: Option<Instant>,
}

impl<'a, E: Engine> Hold<'a, E> {
    /// Sees that it can be done; nothing stands still yet.
    ///
    /// # Errors
    /// When Redis runs and does not answer, or does not write its file; or a server stands still already.
    pub async fn prepare(
        context: &'a Context,
        engine: &'a E,
        name: &'a InstanceName,
        observed: &ObservedInstance,
    ) -> Result<Self> {
        let mut running = Vec::new();
        for component in ORDER {
            let Some(seen) = observed.components.get(&component) else { continue };
            if seen.is_paused {
                let message = format!("{} of `{name}` is paused", component.title());
                return Err(Failure::new(message)
                    .hint(format!("let it go on with `karctl local up{}`", super::super::name_flag(name)))
                    .into());
            }
            if matches!(seen.presence, Presence::Running { .. }) && !seen.is_foreign {
                running.push(component);
            }
        }
        let redis = match running.contains(&Component::Redis) {
            true => Some(redis(context, name, observed).await?),
            false => None,
        };
        Ok(Self { context, engine, name, running, redis, began: None })
    }

    /// Whether anything runs.
    pub fn is_any(&self) -> bool {
        !self.running.is_empty()
    }

    /// Lets the servers stand still, one after the other.
    ///
    /// # Errors
    /// When one does not; [`Hold::release`] is to be called all the same.
    pub async fn hold(&mut self) -> Result<()> {
        if !self.is_any() {
            return Ok(());
        }
        let path = file(self.context, self.name)?;
        // Containers that were found by their labels have none yet.
        create_private_folder(&record::folder(self.context, self.name)?)?;
        write_atomic(&path, b"", PRIVATE)?;
        self.began = Some(Instant::now());
        for component in self.running.clone() {
            let began = Instant::now();
            if component == Component::Redis {
                self.have_redis_write().await?;
            }
            self.engine.pause(self.context, self.name, component).await?;
            if component == Component::Redis && began.elapsed() >= WRITES_HELD_AT_MOST {
                return Err(not_held("Redis took writes again before it stood still").into());
            }
        }
        Ok(())
    }

    /// Lets the servers go on; returns how long they stood still.
    ///
    /// # Errors
    /// When one cannot be told to; the next command tells it again.
    pub async fn release(mut self) -> Result<Option<Duration>> {
        let Some(began) = self.began else { return Ok(None) };
        let context = Context { deadline: self.context.deadline.restarted(), ..self.context.clone() };
        let resumed = resume(&context, self.engine, self.name).await;
        let held = began.elapsed();
        if let Some(redis) = &mut self.redis {
            // It takes writes again by itself, a little later.
            redis.release_writes().await.ok();
        }
        resumed.map(|()| Some(held))
    }

    /// All that Redis has acknowledged is in its file then, and it acknowledges no more.
    async fn have_redis_write(&mut self) -> Result<()> {
        let Some(redis) = &mut self.redis else { return Ok(()) };
        redis.hold_writes(WRITES_HELD_AT_MOST).await.map_err(|error| {
            let is_old = error.is_about_syntax();
            let failure = not_held("Redis does not hold back writes").because(error);
            if is_old { failure.hint("Redis 6.2 or newer can") } else { failure }
        })?;
        let began = Instant::now();
        loop {
            let persistence = redis.persistence().await.or_fail(|| not_held("Redis does not tell of its file"))?;
            if persistence.unwritten == 0 {
                return Ok(());
            }
            if began.elapsed() > WRITTEN_AT_MOST {
                return Err(
                    not_held(&format!("Redis has {} bytes that it does not write", persistence.unwritten)).into()
                );
            }
            tokio::time::sleep(ASK_AGAIN).await;
        }
    }
}

async fn redis(context: &Context, name: &InstanceName, observed: &ObservedInstance) -> Result<Connection> {
    let Some(address) = &observed.address else {
        return Err(not_held("the port of Redis cannot be told").into());
    };
    let credentials = if observed.is_secure { credentials::read(context, name)? } else { None };
    let subject = Subject { name, address, credentials: credentials.as_ref() };
    let mut redis = subject.open_redis(ANSWER).await.or_fail(|| not_held("Redis runs and does not answer"))?;
    let persistence = redis.persistence().await.or_fail(|| not_held("Redis does not tell of its file"))?;
    if !persistence.is_appended {
        return Err(not_held("Redis was told to write no file (`appendonly no`)").into());
    }
    Ok(redis)
}

fn not_held(message: &str) -> Failure {
    Failure::new(message)
        .hint("stop the instance first (`karctl local stop`); what does not run can always be saved")
        .code(Code::NotHeld)
}

/// Lets servers go on that a `snapshot save` which was killed left standing still. Those that somebody else paused stay so.
///
/// # Errors
/// When one cannot be told to.
pub async fn resume_what_was_left(context: &Context, engine: &impl Engine, name: &InstanceName) -> Result<()> {
    if !file(context, name)?.exists() {
        return Ok(());
    }
    context.ui.note(format!("the servers of `{name}` go on, which a command that was cut left standing still"));
    resume(context, engine, name).await
}

async fn resume(context: &Context, engine: &impl Engine, name: &InstanceName) -> Result<()> {
    let mut failed = None;
    for component in ORDER.into_iter().rev() {
        if let Err(error) = engine.resume(context, name, component).await {
            failed.get_or_insert(error);
        }
    }
    if let Some(error) = failed {
        return Err(Failure::new(format!("not every server of `{name}` goes on"))
            .hint(format!("`karctl local up{}` tells them again", super::super::name_flag(name)))
            .because(error)
            .into());
    }
    let path = file(context, name)?;
    match std::fs::remove_file(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            Err(Failure::new(format!("{} cannot be removed", path.display())).because(error).into())
        }
        _ => Ok(()),
    }
}

fn file(context: &Context, name: &InstanceName) -> Result<PathBuf> {
    Ok(record::folder(context, name)?.join(FILE))
}
