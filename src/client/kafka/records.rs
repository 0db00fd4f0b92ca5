//! Records written to and read from one partition, at the broker that leads it.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bytes::{Bytes, BytesMut};
use kafka_protocol::indexmap::IndexMap;
use kafka_protocol::messages::fetch_request::{FetchPartition, FetchTopic};
use kafka_protocol::messages::produce_request::{PartitionProduceData, TopicProduceData};
use kafka_protocol::messages::{BrokerId, FetchRequest, ProduceRequest};
use kafka_protocol::records::{
    Compression, NO_PARTITION_LEADER_EPOCH, NO_PRODUCER_EPOCH, NO_PRODUCER_ID, NO_SEQUENCE, Record, RecordBatchDecoder,
    RecordBatchEncoder, RecordEncodeOptions, TimestampType,
};

use super::connection::{Ask, Connection};
use super::error::{Kind, Result};
use super::topics::{milliseconds, topic_name};

/// How long the leader may wait for its replicas before it answers.
const REPLICATION: Duration = Duration::from_secs(5);

/// Acknowledged only when every replica in sync has the records.
const ALL_REPLICAS: i16 = -1;

/// The most that one fetch brings, in bytes; a first record that is larger comes all the same.
const FETCH_SIZE: i32 = 1 << 20;

/// The newest versions of Produce and Fetch that name topics; later ones want a topic's id.
const NEWEST: i16 = 12;

impl Connection {
    /// Writes records without keys to a partition that this broker leads, in one batch, and returns the offset of the
    /// first when all replicas in sync have them.
    ///
    /// # Errors
    /// When the broker does not answer, or with its code, such as `NOT_LEADER_OR_FOLLOWER`.
    pub async fn produce(&mut self, topic: &str, partition: i32, values: &[Bytes]) -> Result<i64> {
        let action = format!("take records for `{topic}`");
        let unreadable = |cause: anyhow::Error| self.error(&action, Kind::Incompatible(cause.to_string()));
        let batch = batch(values).map_err(unreadable)?;
        let data = PartitionProduceData::default().with_index(partition).with_records(Some(batch));
        let data = TopicProduceData::default().with_name(topic_name(topic)).with_partition_data(vec![data]);
        let body = ProduceRequest::default()
            .with_acks(ALL_REPLICAS)
            .with_timeout_ms(milliseconds(REPLICATION))
            .with_topic_data(vec![data]);
        let answer = self.ask(Ask::new(&action, NEWEST, body).held(REPLICATION)).await?;
        let partition = answer.responses.first().and_then(|topic| topic.partition_responses.first());
        let partition = partition.ok_or_else(|| self.incomplete(&action))?;
        self.check(&action, partition.error_code, partition.error_message.as_ref())?;
        Ok(partition.base_offset)
    }

    /// Reads the values of the records from `offset` on, of a partition that this broker leads; waits for `max_wait`
    /// at most until there is one. A record without a value reads as an empty one.
    ///
    /// # Errors
    /// When the broker does not answer, with its code, such as `OFFSET_OUT_OF_RANGE`, or when the records are
    /// compressed.
    pub async fn fetch(&mut self, topic: &str, partition: i32, offset: i64, max_wait: Duration) -> Result<Vec<Bytes>> {
        let action = format!("give the records of `{topic}`");
        let from = FetchPartition::default()
            .with_partition(partition)
            .with_fetch_offset(offset)
            .with_partition_max_bytes(FETCH_SIZE);
        let from = FetchTopic::default().with_topic(topic_name(topic)).with_partitions(vec![from]);
        let body = FetchRequest::default()
            .with_replica_id(BrokerId(-1))
            .with_max_wait_ms(milliseconds(max_wait))
            .with_min_bytes(1)
            .with_max_bytes(FETCH_SIZE)
            .with_topics(vec![from]);
        let mut answer = self.ask(Ask::new(&action, NEWEST, body).held(max_wait)).await?;
        self.check(&action, answer.error_code, None)?;
        let partition = answer.responses.first_mut().and_then(|topic| topic.partitions.first_mut());
        let partition = partition.ok_or_else(|| self.incomplete(&action))?;
        self.check(&action, partition.error_code, None)?;
        let unreadable = |cause: anyhow::Error| self.error(&action, Kind::Incompatible(cause.to_string()));
        values(partition.records.take().unwrap_or_default(), offset).map_err(unreadable)
    }
}

fn batch(values: &[Bytes]) -> anyhow::Result<Bytes> {
    let made = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let made = i64::try_from(made.as_millis())?;
    let records: Vec<Record> = (0..).zip(values).map(|(index, value)| record(index, made, value.clone())).collect();
    let options = RecordEncodeOptions { version: 2, compression: Compression::None };
    let mut batch = BytesMut::new();
    RecordBatchEncoder::encode(&mut batch, &records, &options)?;
    Ok(batch.freeze())
}

/// A batch may start before the offset that was asked for.
fn values(mut batches: Bytes, offset: i64) -> anyhow::Result<Vec<Bytes>> {
    let batches = RecordBatchDecoder::decode_all(&mut batches)?;
    let records = batches.into_iter().flat_map(|batch| batch.records);
    Ok(records
        .filter(|record| record.offset >= offset && !record.control)
        .map(|record| record.value.unwrap_or_default())
        .collect())
}

/// The record of this place in its batch, of no producer that Kafka would know again, made at this time in milliseconds.
fn record(index: i32, made: i64, value: Bytes) -> Record {
    Record {
        transactional: false,
        control: false,
        delete_horizon: false,
        partition_leader_epoch: NO_PARTITION_LEADER_EPOCH,
        producer_id: NO_PRODUCER_ID,
        producer_epoch: NO_PRODUCER_EPOCH,
        timestamp_type: TimestampType::Creation,
        offset: i64::from(index),
        // Where offset and sequence do not run side by side, the encoder begins another batch, and Kafka takes one only.
        sequence: NO_SEQUENCE + index,
        timestamp: made,
        key: None,
        value: Some(value),
        headers: IndexMap::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_travel_in_one_batch_and_read_back_from_the_offset_asked_for() {
        let written = [Bytes::from_static(b"one"), Bytes::new(), Bytes::from_static(b"three")];
        let batch = batch(&written).expect("encodes");
        let batches = RecordBatchDecoder::decode_batch_info(&mut batch.clone()).expect("decodes");
        assert_eq!(
            batches.iter().map(|batch| (batch.record_count, batch.base_sequence)).collect::<Vec<_>>(),
            [(3, -1)]
        );
        assert_eq!(values(batch.clone(), 0).expect("decodes"), written);
        assert_eq!(values(batch, 2).expect("decodes"), written[2..]);
        assert_eq!(values(Bytes::new(), 0).expect("nothing to decode"), Vec::<Bytes>::new());
    }
}
