//! One request: under a time-out, told of by name, repeated where repeating does no harm.

use std::time::Duration;

use bollard::errors::Error as ApiError;
use futures_util::{Stream, StreamExt};

use super::error::{DockerError, Kind, Result};
use super::{Docker, REQUEST_TIMEOUT};

/// How often a request that may be repeated is sent at most.
const ATTEMPTS: u32 = 4;

/// Pause before the second attempt; each further one is twice as long.
const FIRST_PAUSE: Duration = Duration::from_millis(100);

impl Docker {
    /// Sends a request that may be repeated, until it is answered or has failed [`ATTEMPTS`] times.
    pub(super) async fn call<T>(
        &self,
        operation: &str,
        request: impl AsyncFn(&bollard::Docker) -> std::result::Result<T, ApiError>,
    ) -> Result<T> {
        self.call_within(operation, REQUEST_TIMEOUT, request).await
    }

    /// [`Docker::call`], with a time-out of its own for each attempt.
    pub(super) async fn call_within<T>(
        &self,
        operation: &str,
        limit: Duration,
        request: impl AsyncFn(&bollard::Docker) -> std::result::Result<T, ApiError>,
    ) -> Result<T> {
        let mut pause = FIRST_PAUSE;
        for _ in 1..ATTEMPTS {
            match self.call_once(operation, limit, &request).await {
                Err(error) if error.is_transient() => tokio::time::sleep(pause).await,
                answer => return answer,
            }
            pause *= 2;
        }
        self.call_once(operation, limit, &request).await
    }

    /// Sends a request once: for what is not to be repeated before its effect was looked at.
    pub(super) async fn call_once<T>(
        &self,
        operation: &str,
        limit: Duration,
        request: &impl AsyncFn(&bollard::Docker) -> std::result::Result<T, ApiError>,
    ) -> Result<T> {
        let unanswered = self.begins(operation);
        let answer = tokio::time::timeout(limit, request(&self.shared.api)).await;
        unanswered.end();
        match answer {
            Ok(answer) => answer.map_err(|error| DockerError::from_api(operation, &error, limit)),
            Err(_) => Err(DockerError::new(operation, Kind::Silent(limit))),
        }
    }
}

/// The next item of a stream, under a time-out: an engine that falls silent in the middle is noticed.
pub(super) async fn next_within<T>(
    stream: &mut (impl Stream<Item = std::result::Result<T, ApiError>> + Unpin),
    operation: &str,
    limit: Duration,
) -> Result<Option<T>> {
    match tokio::time::timeout(limit, stream.next()).await {
        Ok(item) => item.transpose().map_err(|error| DockerError::from_api(operation, &error, limit)),
        Err(_) => Err(DockerError::new(operation, Kind::Silent(limit))),
    }
}
