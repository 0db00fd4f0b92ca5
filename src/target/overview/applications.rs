//! The applications of one Kafka and Redis, as KAR lays them out there. Only read, and never more than a bounded part.
//!
//! ```text
//! Kafka   topic and group kar_<app>            a member is a process of `kar`; it says which services and actor types it has
//! Redis   kar_<app>_rpc_<type>_<id>            on which process an actor is
//!         kar_<app>_...                        what actors keep, reminders, and the rest
//! ```

use std::collections::BTreeMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::client::kafka::{Connection, Extent, Member, Members, Metadata, PartitionOf};
use crate::error::{Failure, Result};
use crate::runtime_config::RuntimeConfig;
use crate::target::probe;

/// Begins the names of topics, groups and keys.
const PREFIX: &str = "kar_";

/// What KAR calls a process without a service.
const NO_SERVICE: &str = "kar.none";

/// Where Kafka keeps its groups; where it is not there, there are none.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// Keys of Redis that are looked at, at most, whoever they belong to: 100 steps of a scan, about 50 ms.
const MOST_KEYS: usize = 100_000;

/// Consumer groups that are described, at most.
const MOST_GROUPS: usize = 200;

/// What there is in one Kafka and Redis.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Applications {
    /// By name.
    pub applications: Vec<Application>,
    /// Consumer groups of other topics, such as those of events that actors subscribe to.
    pub subscriptions: Vec<Subscription>,
    /// Whether everything was looked at: at most 100000 keys and 200 groups are.
    pub complete: bool,
}

/// An application.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Application {
    /// Its name.
    pub name: String,
    /// Processes of `kar` that are in it, sidecars among them.
    pub processes: usize,
    /// Whether processes come and go just now, so that Kafka does not tell which services and types of actors they have.
    pub is_rebalancing: bool,
    /// Its services.
    pub services: Vec<Offered>,
    /// Its types of actors.
    pub actors: Vec<ActorType>,
    /// Records in its topic; those of the past are deleted after 15 minutes, so that they do not tell of what waits.
    pub records: u64,
    /// Records in its topic that its group has not read; null where it commits nothing, as KAR's own does.
    pub lag: Option<u64>,
    /// Its keys in Redis.
    pub keys: u64,
}

/// A service that processes offer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Offered {
    /// Its name.
    pub name: String,
    /// How many processes offer it.
    pub processes: usize,
}

/// A type of actors.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ActorType {
    /// Its name.
    pub name: String,
    /// How many processes offer it; none where only what its actors left is there.
    pub processes: usize,
    /// How many actors have a place.
    pub placements: u64,
}

/// A consumer group and a topic that it reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Subscription {
    /// The group.
    pub group: String,
    /// The topic.
    pub topic: String,
    /// Records that it has not read.
    pub lag: u64,
}

/// What a process of `kar` tells its group of itself.
#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct Told {
    /// Its service first, then its types of actors.
    services: Option<Vec<String>>,
}

/// What Kafka knows.
#[derive(Default)]
struct InKafka {
    /// Members of the group of each application that has a topic.
    members: BTreeMap<String, Members>,
    extents: BTreeMap<PartitionOf, Extent>,
    committed: BTreeMap<String, BTreeMap<PartitionOf, i64>>,
    complete: bool,
}

/// What Redis knows of an application.
#[derive(Default)]
struct InRedis {
    keys: u64,
    placements: BTreeMap<String, u64>,
}

/// Looks into one Kafka and Redis, side by side; each request has `limit`.
///
/// # Errors
/// When one of them does not answer, or refuses.
pub async fn applications(config: &RuntimeConfig, limit: Duration) -> Result<Applications> {
    let (kafka, redis) = tokio::join!(look_into_kafka(config, limit), look_into_redis(config, limit));
    let (kafka, (redis, all_keys)) = (kafka?, redis?);
    let complete = kafka.complete && all_keys;
    Ok(Applications { complete, ..joined(kafka, redis) })
}

/// A connection to the first broker that answers.
async fn first_broker(config: &RuntimeConfig, limit: Duration) -> Result<Connection> {
    let tls = probe::kafka_tls(config)?;
    let mut last = None;
    for broker in &config.kafka_brokers {
        match probe::open_kafka(config, tls.as_ref(), broker, limit).await {
            Ok((connection, _)) => return Ok(connection),
            Err(error) => last = Some(error),
        }
    }
    Err(last.map_or_else(|| Failure::new("no broker of Kafka is named").into(), Into::into))
}

async fn look_into_kafka(config: &RuntimeConfig, limit: Duration) -> Result<InKafka> {
    let mut connection = first_broker(config, limit).await?;
    let mut metadata = connection.everything().await?;
    let mut found = InKafka { complete: true, ..InKafka::default() };
    let apps = metadata.topics.iter().filter_map(|topic| app_of(&topic.name));
    found.members = apps.map(|app| (app.to_owned(), Members::default())).collect();
    if metadata.topics.iter().any(|topic| topic.name == OFFSETS_TOPIC) {
        look_at_groups(&mut connection, &metadata, &mut found).await?;
    }
    let is_read = |name: &str| {
        let commits = found.committed.values().flat_map(BTreeMap::keys);
        name.starts_with(PREFIX) || commits.into_iter().any(|(topic, _)| topic == name)
    };
    metadata.topics.retain(|topic| is_read(&topic.name));
    found.extents = connection.extents(&metadata).await?;
    Ok(found)
}

/// Every broker knows the groups that it coordinates.
async fn look_at_groups(connection: &mut Connection, metadata: &Metadata, found: &mut InKafka) -> Result<()> {
    for broker in &metadata.brokers {
        let mut broker = connection.open_other(&broker.address()).await?;
        let mut groups = broker.groups().await?;
        found.complete &= groups.len() <= MOST_GROUPS;
        // Those of applications first: others may be left out.
        groups.sort_by_key(|group| app_of(group).is_none());
        for group in groups.into_iter().take(MOST_GROUPS) {
            if let Some(members) = app_of(&group).and_then(|app| found.members.get_mut(app)) {
                *members = broker.members(&group).await?;
            }
            let committed = broker.committed(&group).await?;
            found.committed.insert(group, committed);
        }
    }
    Ok(())
}

/// The application that a topic or group is of; its name has no `_`.
fn app_of(name: &str) -> Option<&str> {
    name.strip_prefix(PREFIX).filter(|app| !app.contains('_'))
}

async fn look_into_redis(config: &RuntimeConfig, limit: Duration) -> Result<(BTreeMap<String, InRedis>, bool)> {
    let tls = probe::redis_tls(config)?;
    let mut connection = probe::open_redis(config, tls.as_ref(), limit).await?;
    let mut found: BTreeMap<String, InRedis> = BTreeMap::new();
    let all = connection.visit_prefix(PREFIX, MOST_KEYS, |key| count(key, &mut found)).await?;
    Ok((found, all))
}

/// Names have no `_`, only the id of an actor may.
fn count(key: &[u8], found: &mut BTreeMap<String, InRedis>) {
    let key = String::from_utf8_lossy(key);
    let mut parts = key.splitn(5, '_').skip(1);
    let (Some(app), Some(what)) = (parts.next(), parts.next()) else { return };
    let app = found.entry(app.to_owned()).or_default();
    app.keys += 1;
    if let ("rpc", Some(actor_type), Some(_)) = (what, parts.next(), parts.next()) {
        *app.placements.entry(actor_type.to_owned()).or_default() += 1;
    }
}

fn joined(kafka: InKafka, mut redis: BTreeMap<String, InRedis>) -> Applications {
    let mut members = kafka.members;
    for app in redis.keys() {
        members.entry(app.clone()).or_default();
    }
    let application = |(name, group): (String, Members)| {
        let InRedis { keys, placements } = redis.remove(&name).unwrap_or_default();
        let topic = format!("{PREFIX}{name}");
        let own = || kafka.extents.iter().filter(|((of, _), _)| *of == topic);
        let committed = kafka.committed.get(&topic).filter(|committed| !committed.is_empty());
        let behind = |committed: &BTreeMap<PartitionOf, i64>| {
            own().map(|(partition, extent)| extent.lag(committed.get(partition).copied().unwrap_or_default())).sum()
        };
        let (services, actors) = offered(&group.members, placements);
        let (records, lag) = (own().map(|(_, extent)| extent.records()).sum(), committed.map(behind));
        let Members { members, is_rebalancing } = group;
        Application { processes: members.len(), is_rebalancing, services, actors, records, lag, keys, name }
    };
    let applications = members.into_iter().map(application).collect();
    let mut lags: BTreeMap<(&String, &String), u64> = BTreeMap::new();
    for (group, committed) in kafka.committed.iter().filter(|(group, _)| app_of(group).is_none()) {
        for (partition, offset) in committed {
            let lag = kafka.extents.get(partition).map(|extent| extent.lag(*offset)).unwrap_or_default();
            *lags.entry((group, &partition.0)).or_default() += lag;
        }
    }
    let subscription = |((group, topic), lag): ((&String, &String), u64)| Subscription {
        group: group.clone(),
        topic: topic.clone(),
        lag,
    };
    Applications { applications, subscriptions: lags.into_iter().map(subscription).collect(), complete: true }
}

fn offered(members: &[Member], mut placements: BTreeMap<String, u64>) -> (Vec<Offered>, Vec<ActorType>) {
    let (mut services, mut actors): (BTreeMap<String, usize>, BTreeMap<String, usize>) = Default::default();
    for member in members {
        let told: Told = serde_json::from_slice(&member.user_data).unwrap_or_default();
        for (index, name) in told.services.unwrap_or_default().into_iter().enumerate() {
            match index {
                0 if name == NO_SERVICE => {}
                0 => *services.entry(name).or_default() += 1,
                _ => *actors.entry(name).or_default() += 1,
            }
        }
    }
    for actor_type in placements.keys() {
        actors.entry(actor_type.clone()).or_default();
    }
    let actor = |(name, processes): (String, usize)| ActorType {
        placements: placements.remove(&name).unwrap_or_default(),
        processes,
        name,
    };
    let services = services.into_iter().map(|(name, processes)| Offered { name, processes });
    (services.collect(), actors.into_iter().map(actor).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_actors_id_may_have_the_separator_and_state_is_no_placement() {
        let mut found = BTreeMap::new();
        for key in ["kar_dp_rpc_Cafe_a_b", "kar_dp_rpc_Cafe_c", "kar_dp_main_state_Cafe_c", "kar_other_x", "kar_odd"] {
            count(key.as_bytes(), &mut found);
        }
        assert_eq!((found["dp"].keys, found["dp"].placements["Cafe"]), (3, 2));
        assert_eq!((found["other"].keys, found.contains_key("odd")), (1, false));
    }
}
