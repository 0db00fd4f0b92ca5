//! Whether the registry answers, as a client reaches it.

use std::time::Duration;

use super::{CONTAINER, LocalRegistry};
use crate::client::docker::models::ContainerStateStatusEnum as State;
use crate::client::docker::{Docker, LogRequest};
use crate::client::http;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, Status};

/// Time for one answer of the registry.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Pause between two looks at a registry that does not answer yet.
const RETRY: Duration = Duration::from_millis(100);

/// Lines of its log that a failure quotes.
const LAST_LINES: usize = 5;

/// Returns when the registry answers on its port.
///
/// # Errors
/// When it ends, or does not answer until the deadline: with what was seen last.
pub async fn wait(context: &Context, docker: &Docker, port: u16) -> Result<()> {
    let step = context.ui.step("Waiting for the registry");
    let server = LocalRegistry::at(port).address();
    let deadline = context.deadline.restarted();
    loop {
        let seen = match http::get(server, "/v2/", ANSWER_LIMIT.min(deadline.left())).await {
            Ok(head) if serves_registry(&head) => {
                step.done(format!("The registry answers at localhost:{port}"));
                return Ok(());
            }
            Ok(head) => format!("what answers at {server} is no registry (status {})", head.status),
            Err(error) => format!("{server}: {error}"),
        };
        let ended = docker.container(CONTAINER).await?.and_then(|container| container.state);
        let has_ended =
            ended.is_none_or(|state| matches!(state.status, Some(State::EXITED | State::DEAD | State::RESTARTING)));
        if has_ended || deadline.left().is_zero() {
            let failure = Failure::new(format!("the registry does not answer: {seen}"));
            let failure = match has_ended {
                true => failure.hint(last_words(docker).await),
                false => failure.status(Status::TimedOut),
            };
            let failure = failure.hint("`docker logs registry` has all that it wrote");
            return Err(failure.code(Code::RegistryNotReady).into());
        }
        tokio::time::sleep(RETRY).await;
    }
}

async fn last_words(docker: &Docker) -> String {
    let mut log = Vec::new();
    let request = LogRequest { tail: Some(LAST_LINES), ..LogRequest::default() };
    // Told beside a failure that is told anyway.
    docker.log(CONTAINER, &request, &mut |line: &str| log.push(line.to_owned())).await.ok();
    match log.is_empty() {
        true => "its container ended, and wrote nothing".to_owned(),
        false => format!("its container ended, and last wrote: {}", log.join(" / ")),
    }
}

/// Whether an answer to `GET /v2/` is that of a registry, also of one that wants to know who asks.
/// <https://distribution.github.io/distribution/spec/api/#api-version-check>
pub fn serves_registry(head: &http::Head) -> bool {
    let version = head.header("docker-distribution-api-version");
    matches!(head.status, 200 | 401) && version.is_none_or(|version| version.starts_with("registry/2"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registry_is_told_from_other_servers() {
        let head = |status, version: Option<&str>| http::Head {
            status,
            headers: version
                .map(|version| ("docker-distribution-api-version".to_owned(), version.to_owned()))
                .into_iter()
                .collect(),
        };
        assert!(serves_registry(&head(200, Some("registry/2.0"))));
        assert!(serves_registry(&head(401, Some("registry/2.0"))));
        assert!(serves_registry(&head(200, None)), "not all tell their version");
        assert!(!serves_registry(&head(403, None)), "as AirPlay on a Mac");
        assert!(!serves_registry(&head(404, Some("registry/2.0"))));
    }
}
