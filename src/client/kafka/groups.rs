//! Consumer groups: deleted, never joined.

use kafka_protocol::error::ResponseError;
use kafka_protocol::messages::{DeleteGroupsRequest, FindCoordinatorRequest, GroupId};
use kafka_protocol::protocol::StrBytes;
use tokio::time::Instant;

use super::connection::{Ask, Connection};
use super::error::{Error, Kind, Result};
use super::retry::{Gave, until};
use crate::services::host_and_port;

/// Where Kafka keeps its groups.
const OFFSETS_TOPIC: &str = "__consumer_offsets";

impl Connection {
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

    /// Version 3 is the last that asks for one group at a time.
    async fn coordinator(&mut self, group: &str) -> Result<Connection> {
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

fn action(group: &str) -> String {
    format!("delete the group `{group}`")
}
