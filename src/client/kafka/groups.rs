//! Consumer groups: listed, described and deleted, never joined.

use std::time::Duration;

use bytes::{Buf, Bytes};
use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::describe_groups_response::{DescribedGroup, DescribedGroupMember};
use kafka_protocol::messages::{
    ConsumerProtocolSubscription, DeleteGroupsRequest, DescribeGroupsRequest, FindCoordinatorRequest, GroupId,
    ListGroupsRequest,
};
use kafka_protocol::protocol::{Decodable, StrBytes};
use tokio::time::{Instant, sleep};

use super::connection::{Ask, Connection};
use super::error::{Error, Kind, Result};
use super::retry::{Gave, until};
use crate::services::host_and_port;

/// Where Kafka keeps its groups.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

/// How often a group whose members come and go is asked again, and the pause before it is.
const TRIES: u32 = 5;
const BETWEEN_TRIES: Duration = Duration::from_millis(100);

/// Who is in a consumer group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Members {
    /// Its members.
    pub members: Vec<Member>,
    /// Whether they come and go just now, so that Kafka does not tell what they said of themselves.
    pub is_rebalancing: bool,
}

/// A member of a consumer group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Member {
    /// Where it is, as the broker sees it.
    pub host: String,
    /// What it told the group of itself when it joined; empty where it said nothing.
    pub user_data: Bytes,
}

impl Connection {
    /// The names of the groups that this broker coordinates.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn groups(&mut self) -> Result<Vec<String>> {
        let action = "list its groups";
        let answer = self.ask(Ask::new(action, 4, ListGroupsRequest::default())).await?;
        self.check(action, answer.error_code, None)?;
        Ok(answer.groups.into_iter().map(|group| group.group_id.0.to_string()).collect())
    }

    /// The members of a group that this broker coordinates; none where there is no such group. While its members come and
    /// go Kafka does not tell what they said, so that it is asked again for a moment.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn members(&mut self, group: &str) -> Result<Members> {
        let is_rebalancing = |described: &DescribedGroup| described.group_state.ends_with("Rebalance");
        let mut described = self.describe_group(group).await?;
        for _ in 0..TRIES {
            if !is_rebalancing(&described) {
                break;
            }
            sleep(BETWEEN_TRIES).await;
            described = self.describe_group(group).await?;
        }
        let member = |member: DescribedGroupMember| Member {
            host: member.client_host.trim_start_matches('/').to_owned(),
            user_data: user_data(member.member_metadata),
        };
        let is_rebalancing = is_rebalancing(&described);
        Ok(Members { members: described.members.into_iter().map(member).collect(), is_rebalancing })
    }

    async fn describe_group(&mut self, group: &str) -> Result<DescribedGroup> {
        let action = format!("describe the group `{group}`");
        let group = GroupId(StrBytes::from_string(group.to_owned()));
        let body = DescribeGroupsRequest::default().with_groups(vec![group]);
        let mut answer = self.ask(Ask::new(&action, 5, body)).await?;
        let described = answer.groups.pop().ok_or_else(|| self.incomplete(&action))?;
        self.check(&action, described.error_code, None)?;
        Ok(described)
    }

    /// Deletes a consumer group with its committed offsets; tells whether there was one.
    ///
    /// # Errors
    /// When a member is still there ([`Error::is_group_in_use`]), when the broker does not answer, or with its code.
    pub async fn delete_group(&mut self, name: &str) -> Result<bool> {
        // Asking for a coordinator creates this topic and waits for it; without it there are no groups.
        if self.metadata(&[OFFSETS_TOPIC]).await?.topics.is_empty() {
            return Ok(false);
        }
        let deadline = Instant::now() + self.timeout();
        let deleted = until(deadline, async || self.coordinator(name).await?.delete_group_here(name).await).await;
        match deleted {
            Ok(()) => Ok(true),
            Err(Gave::Up(error)) if error.is_refused_with(ResponseError::GroupIdNotFound) => Ok(false),
            Err(Gave::Up(error) | Gave::Out(Some(error))) => Err(error),
            Err(Gave::Out(None)) => Err(self.error(action(name), Kind::TimedOut(self.timeout()))),
        }
    }

    /// A connection to the broker that coordinates a group. Asking for it makes Kafka create the topic of its groups, so it
    /// is only to be asked where there is one.
    ///
    /// Version 3 is the last that asks for one group at a time.
    ///
    /// # Errors
    /// When the broker does not answer, or with the code it answers.
    pub async fn coordinator(&mut self, group: &str) -> Result<Connection> {
        let action = format!("name the coordinator of the group `{group}`");
        let body = FindCoordinatorRequest::default().with_key(StrBytes::from_string(group.to_owned()));
        let answer = self.ask(Ask::new(&action, 3, body)).await?;
        self.check(&action, answer.error_code, answer.error_message.as_ref())?;
        let port = u16::try_from(answer.port).map_err(|_| self.incomplete(&action))?;
        self.open_other(&host_and_port(&answer.host, port)).await
    }

    async fn delete_group_here(&mut self, name: &str) -> Result<()> {
        let action = action(name);
        let group = GroupId(StrBytes::from_string(name.to_owned()));
        let body = DeleteGroupsRequest::default().with_groups_names(vec![group]);
        let answer = self.ask(Ask::new(&action, 2, body)).await?;
        let result = answer.results.first().ok_or_else(|| self.incomplete(&action))?;
        self.check(&action, result.error_code, None)
    }
}

impl Error {
    /// Whether a group could not be deleted because it still has members.
    pub fn is_group_in_use(&self) -> bool {
        self.is_refused_with(ResponseError::NonEmptyGroup)
    }
}

/// What a member says begins with the version of its form. Every version begins as the first does; some clients name a
/// later one and leave out what it added.
fn user_data(mut metadata: Bytes) -> Bytes {
    if metadata.len() < size_of::<i16>() {
        return Bytes::new();
    }
    metadata.advance(size_of::<i16>());
    let subscription = ConsumerProtocolSubscription::decode(&mut metadata, 0);
    subscription.ok().and_then(|subscription| subscription.user_data).unwrap_or_default()
}

fn action(group: &str) -> String {
    format!("delete the group `{group}`")
}
