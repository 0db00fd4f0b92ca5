//! What a cluster consists of, and its topics.

use std::time::Duration;

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::create_topics_request::CreatableTopic;
use kafka_protocol::messages::metadata_request::MetadataRequestTopic;
use kafka_protocol::messages::metadata_response::{MetadataResponse, MetadataResponseTopic};
use kafka_protocol::messages::{CreateTopicsRequest, DeleteTopicsRequest, MetadataRequest, TopicName};
use kafka_protocol::protocol::StrBytes;
use tokio::time::{Instant, sleep};

use super::connection::{Ask, Connection};
use super::error::{Error, Kind, Result};
use super::retry::PAUSE;
use crate::services::host_and_port;

/// How long a broker may wait for a topic to be there, or gone, before it answers.
const TOPIC_CHANGE: Duration = Duration::from_secs(5);

/// What a broker knows of its cluster.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Metadata {
    /// The cluster's id; a broker that is just starting may not know it.
    pub cluster_id: Option<String>,
    /// The brokers that are up, each with the address that it tells its clients.
    pub brokers: Vec<Broker>,
    /// The broker that takes changes of topics (with KRaft: one that passes them on).
    pub controller: Option<i32>,
    /// The topics that were asked for; those that do not exist are left out.
    pub topics: Vec<Topic>,
}

/// One broker, at the address that it advertises to clients of the listener that was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Broker {
    /// Its id in the cluster.
    pub id: i32,
    /// Host name or address, an IPv6 one without brackets.
    pub host: String,
    /// Port.
    pub port: u16,
}

/// A topic that exists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Topic {
    /// Its name.
    pub name: String,
    /// Its partitions, as far as the broker knows them.
    pub partitions: Vec<Partition>,
}

/// A partition of a topic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Partition {
    /// Its number, from zero.
    pub id: i32,
    /// The broker that leads it; `None` while there is none.
    pub leader: Option<i32>,
}

/// Whether a topic is created or only tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Creation {
    Real,
    Trial,
}

impl Broker {
    /// The advertised address, `host:port`.
    pub fn address(&self) -> String {
        host_and_port(&self.host, self.port)
    }
}

impl Metadata {
    /// The broker of this id.
    pub fn broker(&self, id: i32) -> Option<&Broker> {
        self.brokers.iter().find(|broker| broker.id == id)
    }

    /// The broker that leads a partition.
    pub fn leader(&self, topic: &str, partition: i32) -> Option<&Broker> {
        let topic = self.topics.iter().find(|known| known.name == topic)?;
        let partition = topic.partitions.iter().find(|known| known.id == partition)?;
        self.broker(partition.leader?)
    }
}

impl Connection {
    /// Asks for the brokers and for the topics of these names; a topic that does not exist is left out, never created.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn metadata(&mut self, topics: &[&str]) -> Result<Metadata> {
        self.describe(Some(topics)).await
    }

    /// The names of all topics, internal ones included.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn list_topics(&mut self) -> Result<Vec<String>> {
        Ok(self.describe(None).await?.topics.into_iter().map(|topic| topic.name).collect())
    }

    /// All topics, internal ones included, and the brokers.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn everything(&mut self) -> Result<Metadata> {
        self.describe(None).await
    }

    /// Creates a topic and returns when the broker that was asked knows it.
    ///
    /// # Errors
    /// When the broker does not answer, or with its code, such as `TOPIC_ALREADY_EXISTS`.
    pub async fn create_topic(&mut self, name: &str, partitions: i32, replication: i16) -> Result<()> {
        self.create(name, partitions, replication, Creation::Real).await
    }

    /// Whether the user may create a topic of this name; nothing is created.
    ///
    /// # Errors
    /// When the broker does not answer.
    pub async fn may_create(&mut self, name: &str) -> Result<bool> {
        let is_about_rights = |error: &Error| {
            error.is_refused_with(ResponseError::TopicAuthorizationFailed)
                || error.is_refused_with(ResponseError::ClusterAuthorizationFailed)
        };
        match self.create(name, 1, 1, Creation::Trial).await {
            Err(error) if is_about_rights(&error) => Ok(false),
            Err(error) if error.is_unanswered() => Err(error),
            // Any other refusal, such as one of a single replica, comes after the rights were looked at.
            Ok(()) | Err(_) => Ok(true),
        }
    }

    /// Deletes a topic with all its records and returns when its name is free again; tells whether there was one.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn delete_topic(&mut self, name: &str) -> Result<bool> {
        let existed = self.remove_topic(name).await?;
        let deadline = Instant::now() + TOPIC_CHANGE;
        while existed && !self.is_free(name).await? {
            if Instant::now() >= deadline {
                return Err(self.error(format!("delete the topic `{name}`"), Kind::TimedOut(TOPIC_CHANGE)));
            }
            sleep(PAUSE).await;
        }
        Ok(existed)
    }

    /// Deletes a topic and returns when the broker that was asked knows it no more, which with ZooKeeper is before its
    /// name is free.
    pub(super) async fn remove_topic(&mut self, name: &str) -> Result<bool> {
        let removed = match self.send_deletion(name).await {
            Err(error) if error.is_refused_with(ResponseError::NotController) => {
                self.controller().await?.send_deletion(name).await
            }
            done => done,
        };
        match removed {
            Ok(()) => Ok(true),
            Err(error) if error.is_refused_with(ResponseError::UnknownTopicOrPartition) => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Whether a topic of this name could be created: with ZooKeeper a deleted topic is gone from the metadata at once,
    /// but for some 50 ms its name is still taken, "marked for deletion".
    async fn is_free(&mut self, name: &str) -> Result<bool> {
        match self.create(name, 1, 1, Creation::Trial).await {
            Err(error) if error.is_refused_with(ResponseError::TopicAlreadyExists) => Ok(false),
            Err(error) if error.is_unanswered() => Err(error),
            // A refusal for any other reason, such as the want of a right, does not tell of the name.
            Ok(()) | Err(_) => Ok(true),
        }
    }

    async fn create(&mut self, name: &str, partitions: i32, replication: i16, creation: Creation) -> Result<()> {
        let topic = CreatableTopic::default()
            .with_name(topic_name(name))
            .with_num_partitions(partitions)
            .with_replication_factor(replication);
        let body = CreateTopicsRequest::default()
            .with_topics(vec![topic])
            .with_validate_only(creation == Creation::Trial)
            .with_timeout_ms(milliseconds(TOPIC_CHANGE));
        let action = format!("create the topic `{name}`");
        match self.send_creation(&action, body.clone()).await {
            Err(error) if error.is_refused_with(ResponseError::NotController) => {
                self.controller().await?.send_creation(&action, body).await
            }
            done => done,
        }
    }

    async fn send_creation(&mut self, action: &str, body: CreateTopicsRequest) -> Result<()> {
        let answer = self.ask(Ask::new(action, 7, body).held(TOPIC_CHANGE)).await?;
        let topic = answer.topics.first().ok_or_else(|| self.incomplete(action))?;
        self.check(action, topic.error_code, topic.error_message.as_ref())
    }

    /// Version 5 is the last that names topics outside of a structure with an id.
    async fn send_deletion(&mut self, name: &str) -> Result<()> {
        let body = DeleteTopicsRequest::default()
            .with_topic_names(vec![topic_name(name)])
            .with_timeout_ms(milliseconds(TOPIC_CHANGE));
        let action = format!("delete the topic `{name}`");
        let answer = self.ask(Ask::new(&action, 5, body).held(TOPIC_CHANGE)).await?;
        let topic = answer.responses.first().ok_or_else(|| self.incomplete(&action))?;
        self.check(&action, topic.error_code, topic.error_message.as_ref())
    }

    /// A connection to the controller, for brokers with ZooKeeper that do not pass changes on.
    async fn controller(&mut self) -> Result<Connection> {
        let metadata = self.metadata(&[]).await?;
        let controller = metadata.controller.and_then(|id| metadata.broker(id)).map(Broker::address);
        match controller {
            Some(address) => self.open_other(&address).await,
            None => Err(self.error("name its controller", Kind::Refused(ResponseError::NotController, None))),
        }
    }

    async fn describe(&mut self, topics: Option<&[&str]>) -> Result<Metadata> {
        let named = |name: &&str| MetadataRequestTopic::default().with_name(Some(topic_name(name)));
        let body = MetadataRequest::default()
            .with_topics(topics.map(|topics| topics.iter().map(named).collect()))
            .with_allow_auto_topic_creation(false);
        let action = "describe the cluster";
        let answer = self.ask(Ask::new(action, 12, body)).await?;
        self.check(action, answer.error_code, None)?;
        Ok(Metadata::from(answer))
    }
}

impl From<MetadataResponse> for Metadata {
    fn from(answer: MetadataResponse) -> Self {
        let broker = |broker: kafka_protocol::messages::metadata_response::MetadataResponseBroker| {
            let port = u16::try_from(broker.port).ok()?;
            Some(Broker { id: broker.node_id.0, host: broker.host.to_string(), port })
        };
        Self {
            cluster_id: answer.cluster_id.map(|id| id.to_string()),
            brokers: answer.brokers.into_iter().filter_map(broker).collect(),
            controller: Some(answer.controller_id.0).filter(|&id| id >= 0),
            topics: answer.topics.into_iter().filter_map(existing_topic).collect(),
        }
    }
}

/// A topic without a leader yet has an error code, too, and exists.
fn existing_topic(topic: MetadataResponseTopic) -> Option<Topic> {
    if topic.error_code == ResponseError::UnknownTopicOrPartition.code() {
        return None;
    }
    let partitions = topic.partitions.iter().map(|partition| Partition {
        id: partition.partition_index,
        leader: Some(partition.leader_id.0).filter(|&id| id >= 0),
    });
    Some(Topic { name: topic.name?.0.to_string(), partitions: partitions.collect() })
}

pub(super) fn topic_name(name: &str) -> TopicName {
    TopicName(StrBytes::from_string(name.to_owned()))
}

/// A duration in the unit and type of Kafka's fields.
pub(super) fn milliseconds(duration: Duration) -> i32 {
    i32::try_from(duration.as_millis()).unwrap_or(i32::MAX)
}
