//! What there is of the registry, and whether it answers.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::look::{self, Found};
use super::ready::serves_registry;
use super::{IN_CLUSTER, LocalRegistry, VOLUME};
use crate::client::docker::models::ContainerStateStatusEnum as State;
use crate::client::http;
use crate::context::Context;
use crate::error::Result;
use crate::target::local::docker::DockerEngine;

/// Time for the registry's answer.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// What `karctl registry status -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Status {
    /// State of its container, such as `running` or `exited`; null where there is none.
    pub state: Option<String>,
    /// Whether it answers.
    pub answers: bool,
    /// By which name this machine and its engine know it, such as `localhost:5000`; null where it publishes no port.
    pub host: Option<String>,
    /// By which name local clusters know it.
    pub in_cluster: &'static str,
    /// Image of its container.
    pub image: Option<String>,
    /// Whether its container is not karctl's.
    pub foreign: bool,
    /// Volume with its images; null where there is none.
    pub volume: Option<String>,
    /// Networks that it is on.
    pub networks: Vec<String>,
    /// Networks of local clusters that it is not on.
    pub missing_networks: Vec<String>,
}

/// Looks at the registry; changes nothing.
///
/// # Errors
/// When no engine answers.
pub async fn status(context: &Context) -> Result<Status> {
    let engine = DockerEngine::connect(context, None).await?;
    let docker = engine.client();
    let look = async {
        let (found, volume) = tokio::try_join!(look::find(docker), async { Ok(docker.volume(VOLUME).await?) })?;
        let wanted = look::networks(docker).await?;
        Ok((found, volume.map(|volume| volume.name), wanted))
    };
    let (found, volume, wanted) = engine.within(&context.deadline, look).await?;
    let registry = found.as_ref().and_then(Found::port).map(LocalRegistry::at);
    let answers = match &registry {
        Some(registry) => http::get(registry.address(), "/v2/", ANSWER_LIMIT.min(context.deadline.left()))
            .await
            .is_ok_and(|head| serves_registry(&head)),
        None => false,
    };
    let networks = found.as_ref().map(Found::networks).unwrap_or_default();
    Ok(Status {
        state: found.as_ref().map(|found| state(found.status())),
        // What answers on the port of a container that does not run is somebody else.
        answers: answers && found.as_ref().is_some_and(Found::is_running),
        host: registry.map(|registry| registry.host),
        in_cluster: IN_CLUSTER,
        image: found.as_ref().map(|found| found.image().to_owned()),
        foreign: found.as_ref().is_some_and(|found| found.is_foreign),
        volume,
        missing_networks: match found {
            Some(_) => wanted.into_iter().filter(|network| !networks.contains(network)).collect(),
            None => Vec::new(),
        },
        networks,
    })
}

fn state(state: State) -> String {
    state.to_string()
}
