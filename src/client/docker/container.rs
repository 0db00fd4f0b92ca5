//! Containers: made, started, stopped, removed, looked at. What was done already counts as done.

use std::collections::HashMap;
use std::time::Duration;

use bollard::models::{ContainerCreateBody, ContainerInspectResponse, ContainerSummary};
use bollard::query_parameters::{
    CreateContainerOptionsBuilder, InspectContainerOptions, ListContainersOptionsBuilder,
    RemoveContainerOptionsBuilder, StopContainerOptionsBuilder,
};

use super::error::Result;
use super::{Docker, REQUEST_TIMEOUT};

/// Pause between two looks at a container that is being removed.
const REMOVAL_POLL: Duration = Duration::from_millis(100);

/// How often such a container is looked at.
const REMOVAL_POLLS: u32 = 100;

/// What making a container came to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Creation {
    /// It was made; its id.
    Created(String),
    /// There is one of that name: somebody else's, or our own whose answer was lost. The caller looks.
    NameTaken,
}

/// What becomes of the volumes without a name that belong to a removed container.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnonymousVolumes {
    /// They stay.
    Keep,
    /// They go, volumes with a name never.
    Remove,
}

impl Docker {
    /// Everything about a container, by name or id; `None` when there is none.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn container(&self, name: &str) -> Result<Option<ContainerInspectResponse>> {
        let operation = format!("inspect container {name}");
        let answer =
            self.call(&operation, async |api| api.inspect_container(name, None::<InspectContainerOptions>).await).await;
        match answer {
            Ok(container) => Ok(Some(container)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Containers, stopped ones included, to which every filter applies, such as `("label", "a=b")`.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn containers(&self, filters: &[(&str, &str)]) -> Result<Vec<ContainerSummary>> {
        let mut by_key: HashMap<&str, Vec<&str>> = HashMap::new();
        for (key, value) in filters {
            by_key.entry(key).or_default().push(value);
        }
        let options = ListContainersOptionsBuilder::default().all(true).filters(&by_key).build();
        self.call("list containers", async |api| api.list_containers(Some(options.clone())).await).await
    }

    /// Makes a container.
    ///
    /// # Errors
    /// When the engine refuses, or does not answer; then it may have been made nevertheless, and is found by its name.
    pub async fn create_container(&self, name: &str, body: &ContainerCreateBody) -> Result<Creation> {
        let operation = format!("create container {name}");
        let options = CreateContainerOptionsBuilder::default().name(name).build();
        let answer =
            self.call(&operation, async |api| api.create_container(Some(options.clone()), body.clone()).await).await;
        match answer {
            Ok(created) => Ok(Creation::Created(created.id)),
            Err(error) if error.status() == Some(409) => Ok(Creation::NameTaken),
            Err(error) => Err(error),
        }
    }

    /// Starts a container; one that runs already is fine.
    ///
    /// # Errors
    /// When the engine cannot start it or does not answer.
    pub async fn start_container(&self, name: &str) -> Result<()> {
        let operation = format!("start container {name}");
        self.call(&operation, async |api| api.start_container(name, None).await).await
    }

    /// Lets a paused container go on.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn unpause_container(&self, name: &str) -> Result<()> {
        let operation = format!("unpause container {name}");
        match self.call(&operation, async |api| api.unpause_container(name).await).await {
            // It is not paused: the answer to an earlier attempt was lost.
            Err(error) if matches!(error.status(), Some(409 | 500)) && !self.is_paused(name).await? => Ok(()),
            answer => answer,
        }
    }

    /// Lets a container stand still; one that does so already is fine.
    ///
    /// # Errors
    /// When it does not run, or the engine refuses or does not answer.
    pub async fn pause_container(&self, name: &str) -> Result<()> {
        let operation = format!("pause container {name}");
        match self.call(&operation, async |api| api.pause_container(name).await).await {
            // The answer to an earlier attempt was lost.
            Err(error) if matches!(error.status(), Some(409 | 500)) && self.is_paused(name).await? => Ok(()),
            answer => answer,
        }
    }

    /// Ends a container by signal 9. One that does not run is fine.
    ///
    /// # Errors
    /// When there is none, or the engine refuses or does not answer.
    pub async fn kill_container(&self, name: &str) -> Result<()> {
        let operation = format!("kill container {name}");
        match self.call(&operation, async |api| api.kill_container(name, None).await).await {
            Err(error) if error.status() == Some(409) => Ok(()),
            answer => answer,
        }
    }

    /// Asks a container to end, and kills it when `grace` is over. One that does not run, or does not exist, is fine.
    ///
    /// # Errors
    /// When the engine cannot stop it or does not answer.
    pub async fn stop_container(&self, name: &str, grace: Duration) -> Result<()> {
        let operation = format!("stop container {name}");
        let seconds = i32::try_from(grace.as_secs()).unwrap_or(i32::MAX);
        let options = StopContainerOptionsBuilder::default().t(seconds).build();
        let answer = self
            .call_within(&operation, grace + REQUEST_TIMEOUT, async |api| {
                api.stop_container(name, Some(options.clone())).await
            })
            .await;
        match answer {
            Err(error) if error.status() == Some(404) => Ok(()),
            answer => answer,
        }
    }

    /// Removes a container, running or not, and waits until it is gone. One that does not exist is fine.
    ///
    /// # Errors
    /// When the engine cannot remove it or does not answer.
    pub async fn remove_container(&self, name: &str, volumes: AnonymousVolumes) -> Result<()> {
        let operation = format!("remove container {name}");
        let options =
            RemoveContainerOptionsBuilder::default().force(true).v(volumes == AnonymousVolumes::Remove).build();
        let mut polls = 0;
        loop {
            let answer =
                self.call(&operation, async |api| api.remove_container(name, Some(options.clone())).await).await;
            match answer {
                Err(error) if error.status() == Some(404) => return Ok(()),
                // Its removal is under way, most often begun by a request whose answer was lost.
                Err(error) if error.status() == Some(409) && polls < REMOVAL_POLLS => {
                    polls += 1;
                    tokio::time::sleep(REMOVAL_POLL).await;
                }
                answer => return answer,
            }
        }
    }

    async fn is_paused(&self, name: &str) -> Result<bool> {
        let container = self.container(name).await?;
        Ok(container.and_then(|container| container.state).and_then(|state| state.paused).unwrap_or(false))
    }
}
