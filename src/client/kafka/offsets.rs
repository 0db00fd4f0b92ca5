//! How many records topics hold, and how far consumer groups are. Only read.

use std::collections::BTreeMap;

use kafka_protocol::ResponseError;
use kafka_protocol::messages::list_offsets_request::{ListOffsetsPartition, ListOffsetsTopic};
use kafka_protocol::messages::{BrokerId, GroupId, ListOffsetsRequest, OffsetFetchRequest};
use kafka_protocol::protocol::StrBytes;

use super::connection::{Ask, Connection};
use super::error::Result;
use super::topics::{Metadata, topic_name};

/// A partition, by its topic's name and its number.
pub type PartitionOf = (String, i32);

/// Stands for the offset of the next record. <https://kafka.apache.org/protocol.html#The_Messages_ListOffsets>
const LATEST: i64 = -1;

/// Stands for the offset of the first record that is still there.
const EARLIEST: i64 = -2;

/// No replica: an ordinary client asks.
const NO_REPLICA: BrokerId = BrokerId(-1);

/// What a partition holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// Offset of the first record that is still there.
    pub begin: i64,
    /// Offset of the next record.
    pub end: i64,
}

impl Extent {
    /// How many records there are; with compaction or transactions at most.
    pub fn records(self) -> u64 {
        u64::try_from(self.end - self.begin).unwrap_or_default()
    }

    /// How many of them come after a committed offset.
    pub fn lag(self, committed: i64) -> u64 {
        u64::try_from(self.end - committed.max(self.begin)).unwrap_or_default()
    }
}

impl Connection {
    /// What the partitions of some topics hold, each asked of its leader; those without one, and those
    /// that are deleted meanwhile, are left out.
    ///
    /// # Errors
    /// When a leader does not answer, or with its code.
    pub async fn extents(&mut self, metadata: &Metadata) -> Result<BTreeMap<PartitionOf, Extent>> {
        let mut of_leader: BTreeMap<i32, Vec<PartitionOf>> = BTreeMap::new();
        for topic in &metadata.topics {
            for partition in &topic.partitions {
                let Some(leader) = partition.leader else { continue };
                of_leader.entry(leader).or_default().push((topic.name.clone(), partition.id));
            }
        }
        let mut extents = BTreeMap::new();
        for (leader, partitions) in of_leader {
            let Some(address) = metadata.broker(leader).map(super::topics::Broker::address) else { continue };
            let mut leader = self.open_other(&address).await?;
            let begins = leader.offsets(&partitions, EARLIEST).await?;
            let mut ends = leader.offsets(&partitions, LATEST).await?;
            for (partition, begin) in begins {
                if let Some(end) = ends.remove(&partition) {
                    extents.insert(partition, Extent { begin, end });
                }
            }
        }
        Ok(extents)
    }

    async fn offsets(&mut self, partitions: &[PartitionOf], at: i64) -> Result<BTreeMap<PartitionOf, i64>> {
        let mut topics: BTreeMap<&str, Vec<_>> = BTreeMap::new();
        for (topic, partition) in partitions {
            let asked = ListOffsetsPartition::default().with_partition_index(*partition).with_timestamp(at);
            topics.entry(topic).or_default().push(asked);
        }
        let topic = |(name, partitions): (&str, Vec<_>)| {
            ListOffsetsTopic::default().with_name(topic_name(name)).with_partitions(partitions)
        };
        let topics = topics.into_iter().map(topic).collect();
        let body = ListOffsetsRequest::default().with_replica_id(NO_REPLICA).with_topics(topics);
        let action = "say how many records there are";
        let answer = self.ask(Ask::new(action, 7, body)).await?;
        let mut offsets = BTreeMap::new();
        for topic in answer.topics {
            for partition in topic.partitions {
                // Somebody deleted it just now.
                if partition.error_code == ResponseError::UnknownTopicOrPartition.code() {
                    continue;
                }
                self.check(action, partition.error_code, None)?;
                offsets.insert((topic.name.0.to_string(), partition.partition_index), partition.offset);
            }
        }
        Ok(offsets)
    }

    /// The offsets that a group has committed, in whatever topic. Asked of the group's coordinator, see
    /// [`Connection::coordinator`].
    ///
    /// # Errors
    /// When the broker does not answer, or with its code.
    pub async fn committed(&mut self, group: &str) -> Result<BTreeMap<PartitionOf, i64>> {
        let action = format!("tell the offsets of the group `{group}`");
        let group = GroupId(StrBytes::from_string(group.to_owned()));
        let body = OffsetFetchRequest::default().with_group_id(group).with_topics(None);
        let answer = self.ask(Ask::new(&action, 7, body)).await?;
        self.check(&action, answer.error_code, None)?;
        let of_topic = |topic: kafka_protocol::messages::offset_fetch_response::OffsetFetchResponseTopic| {
            let name = topic.name.0.to_string();
            let committed = topic.partitions.into_iter().filter(|partition| partition.committed_offset >= 0);
            let offset =
                move |partition: kafka_protocol::messages::offset_fetch_response::OffsetFetchResponsePartition| {
                    ((name.clone(), partition.partition_index), partition.committed_offset)
                };
            committed.map(offset).collect::<Vec<_>>()
        };
        Ok(answer.topics.into_iter().flat_map(of_topic).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_that_were_deleted_are_not_behind() {
        let extent = Extent { begin: 10, end: 15 };
        assert_eq!((extent.records(), extent.lag(3), extent.lag(12), extent.lag(15), extent.lag(20)), (5, 5, 3, 0, 0));
    }
}
