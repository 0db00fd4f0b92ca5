//! Readiness as a client of Kafka sees it: the address it will be sent to is the right one, and a record goes round.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::Bytes;
use kafka_protocol::error::ResponseError;
use tokio::time::Instant;

use super::connection::Connection;
use super::error::{Kind, Result};
use super::retry::{Gave, until};
use super::topics::{Broker, Metadata};
use crate::code::Code;
use crate::error::{Failure, Status};
use crate::redacted::Secret;

/// What the names of the topics made by [`prove_round`] start with; the time in seconds and a random number follow.
const PROOF_PREFIX: &str = "karctl-proof-";

/// After this time a proof's topic belongs to no running proof: its karctl was killed.
const PROOF_EXPIRY: Duration = Duration::from_secs(600);

/// The longest time that one attempt to connect, or one request, may take: a proxy that swallows connections to a
/// server that is not there yet must not eat the whole deadline.
const ATTEMPT: Duration = Duration::from_secs(5);

/// How long a fetch waits for the record that was just acknowledged.
const RECORD_WAIT: Duration = Duration::from_millis(500);

/// Waits until Kafka answers with its metadata, and returns them only if a broker advertises exactly `expected`
/// (`host:port`): it is where every client will be sent.
///
/// # Errors
/// When Kafka does not answer within `limit` (the failure holds what was seen last, and exit status 4), when it
/// advertises another address, or when it refuses the credentials.
pub async fn prove_metadata(
    address: &str,
    credentials: Option<(&str, &Secret)>,
    expected: &str,
    limit: Duration,
) -> crate::error::Result<Metadata> {
    let deadline = Instant::now() + limit;
    let answer = until(deadline, async || {
        let mut connection = Connection::open(address, credentials, ATTEMPT).await?;
        let metadata = connection.metadata(&[]).await?;
        // A broker answers before it has registered itself: then there is none yet.
        if metadata.brokers.is_empty() {
            return Err(connection.error("name a broker", Kind::TimedOut(limit)));
        }
        Ok(metadata)
    });
    let metadata = answer.await.map_err(|gave| {
        let closed = matches!(&gave, Gave::Out(Some(error)) if error.is_closed_after_versions());
        let failure = not_ready(address, limit, gave);
        // A listener with SASL tells its versions to anybody, and then closes the connection without a word.
        if closed && credentials.is_none() {
            failure.hint("give the user and password of this listener")
        } else {
            failure
        }
    })?;
    if metadata.brokers.iter().any(|broker| broker.address() == expected) {
        return Ok(metadata);
    }
    let seen: Vec<String> = metadata.brokers.iter().map(Broker::address).collect();
    let message = format!("Kafka at {address} sends its clients to {}, not to {expected}", seen.join(", "));
    Err(Failure::new(message)
        .hint(format!("let `advertised.listeners` of the broker name {expected}"))
        .code(Code::NotReady)
        .into())
}

/// Sends one record round: creates a topic of its own, writes a record, reads it back, deletes the topic.
///
/// The topic is deleted whatever happens; what a killed karctl left behind, a later proof removes.
///
/// # Errors
/// When any of this fails, or is not done within `limit` (exit status 4).
pub async fn prove_round(
    address: &str,
    credentials: Option<(&str, &Secret)>,
    limit: Duration,
) -> crate::error::Result<()> {
    let deadline = Instant::now() + limit;
    let failure = |gave| not_ready(address, limit, gave);
    let connect = until(deadline, async || Connection::open(address, credentials, ATTEMPT).await);
    let mut connection = connect.await.map_err(failure)?;
    until(deadline, async || remove_proofs(&mut connection, PROOF_EXPIRY).await).await.map_err(failure)?;

    let topic = format!("{PROOF_PREFIX}{}-{:016x}", now().as_secs(), rand::random::<u64>());
    let record = Bytes::from(topic.clone());
    let went = round(&mut connection, &topic, &record, deadline).await;
    // The deadline may have passed; the topic must go all the same.
    let deleted = until(Instant::now() + ATTEMPT, async || connection.remove_topic(&topic).await).await;
    let read = went.map_err(failure)?;
    deleted.map_err(|gave| not_ready(address, ATTEMPT, gave))?;
    if read != [record] {
        let message = format!("Kafka at {address} acknowledged a record and gave back {} others", read.len());
        return Err(Failure::new(message).code(Code::NotReady).into());
    }
    Ok(())
}

impl Connection {
    /// Writes a record to the first partition of a topic that is there, and reads it again; `false` where there is no such
    /// topic. The record stays, as records do.
    ///
    /// # Errors
    /// When a broker does not answer, or with its code, such as `TOPIC_AUTHORIZATION_FAILED`.
    pub async fn prove_record(&mut self, topic: &str) -> Result<bool> {
        let metadata = self.metadata(&[topic]).await?;
        if !metadata.topics.iter().any(|known| known.name == topic) {
            return Ok(false);
        }
        let record = Bytes::from(format!("{PROOF_PREFIX}{}-{:016x}", now().as_secs(), rand::random::<u64>()));
        let mut leader = leader(self, topic).await?;
        let leader = leader.as_mut().unwrap_or(self);
        let offset = leader.produce(topic, 0, std::slice::from_ref(&record)).await?;
        let read = leader.fetch(topic, 0, offset, RECORD_WAIT).await?;
        match read.first() == Some(&record) {
            true => Ok(true),
            false => Err(leader.error(format!("give back what was written to `{topic}`"), Kind::TimedOut(RECORD_WAIT))),
        }
    }
}

/// Removes topics that proofs left behind, made longer ago than `age`, and returns how many there were.
///
/// # Errors
/// When the broker does not answer, or with the code it answers.
pub async fn remove_proofs(connection: &mut Connection, age: Duration) -> Result<usize> {
    let mut removed = 0;
    for topic in connection.list_topics().await? {
        if proof_time(&topic).is_some_and(|made| made + age <= now()) && connection.remove_topic(&topic).await? {
            removed += 1;
        }
    }
    Ok(removed)
}

async fn round(
    connection: &mut Connection,
    topic: &str,
    record: &Bytes,
    deadline: Instant,
) -> std::result::Result<Vec<Bytes>, Gave> {
    until(deadline, async || match connection.create_topic(topic, 1, 1).await {
        // The answer to an earlier attempt was lost: nobody else uses this name.
        Err(error) if error.is_refused_with(ResponseError::TopicAlreadyExists) => Ok(()),
        created => created,
    })
    .await?;
    until(deadline, async || {
        let mut leader = leader(connection, topic).await?;
        let leader = leader.as_mut().unwrap_or(connection);
        let offset = leader.produce(topic, 0, std::slice::from_ref(record)).await?;
        leader.fetch(topic, 0, offset, RECORD_WAIT).await
    })
    .await
}

/// A connection to the leader of the topic's only partition; `None` if it is the one that was asked.
async fn leader(connection: &mut Connection, topic: &str) -> Result<Option<Connection>> {
    let metadata = connection.metadata(&[topic]).await?;
    let Some(address) = metadata.leader(topic, 0).map(Broker::address) else {
        let kind = Kind::Refused(ResponseError::LeaderNotAvailable, None);
        return Err(connection.error(format!("name the leader of `{topic}`"), kind));
    };
    if address == connection.address() { Ok(None) } else { connection.open_other(&address).await.map(Some) }
}

fn not_ready(address: &str, limit: Duration, gave: Gave) -> Failure {
    let failure = match gave {
        Gave::Up(error) => Failure::new("Kafka is not usable").because(error),
        Gave::Out(Some(error)) => late("Kafka", limit).because(error),
        Gave::Out(None) => late(&format!("Kafka at {address}"), limit),
    };
    failure.code(Code::NotReady)
}

fn late(who: &str, limit: Duration) -> Failure {
    Failure::new(format!("{who} was not ready within {limit:?}")).status(Status::TimedOut)
}

/// When the proof that this topic belongs to began, since 1970; `None` if it is no proof's topic.
fn proof_time(topic: &str) -> Option<Duration> {
    let (seconds, _) = topic.strip_prefix(PROOF_PREFIX)?.split_once('-')?;
    seconds.parse().ok().map(Duration::from_secs)
}

fn now() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_topics_of_proofs_are_taken_for_such() {
        assert_eq!(proof_time("karctl-proof-1700000000-00ff"), Some(Duration::from_secs(1_700_000_000)));
        for other in ["kar_hello", "karctl-proof-", "karctl-proof-new", "karctl-proof-x-1"] {
            assert_eq!(proof_time(other), None, "{other}");
        }
    }
}
