//! What an engine has of the registry. Changes nothing.

use std::collections::HashMap;

use super::blueprint::COMPONENT_NAME;
use super::{CONTAINER, PORT};
use crate::client::docker::Docker;
use crate::client::docker::models::{ContainerInspectResponse, ContainerStateStatusEnum as Status};
use crate::error::Result;
use crate::target::local::docker::labels::{COMPONENT, SPECIFICATION};

/// The container of the registry, or one that has its name.
#[derive(Clone, Debug)]
pub struct Found {
    inspected: ContainerInspectResponse,
    /// Whether it lacks karctl's label.
    pub is_foreign: bool,
}

/// Finds the registry's container, running or not.
///
/// # Errors
/// When the engine does not answer.
pub async fn find(docker: &Docker) -> Result<Option<Found>> {
    let Some(inspected) = docker.container(CONTAINER).await? else { return Ok(None) };
    let labels = inspected.config.as_ref().and_then(|config| config.labels.as_ref());
    let component = labels.and_then(|labels| labels.get(COMPONENT));
    let is_foreign = component.is_none_or(|component| component != COMPONENT_NAME);
    Ok(Some(Found { inspected, is_foreign }))
}

/// Networks that the registry belongs on: kind's, those of k3d's clusters, and that of the instance on this machine.
///
/// # Errors
/// When the engine does not answer.
pub async fn networks(docker: &Docker) -> Result<Vec<String>> {
    let is_wanted = |name: &String| name == "kind" || name == "kar-bus" || name.starts_with("k3d-");
    Ok(docker.network_names().await?.into_iter().filter(is_wanted).collect())
}

impl Found {
    #[cfg(test)]
    pub fn of_test(inspected: ContainerInspectResponse, is_foreign: bool) -> Self {
        Self { inspected, is_foreign }
    }

    /// Its status, such as running or exited.
    pub fn status(&self) -> Status {
        self.inspected.state.as_ref().and_then(|state| state.status).unwrap_or(Status::EMPTY)
    }

    /// Whether it runs.
    pub fn is_running(&self) -> bool {
        self.status() == Status::RUNNING
    }

    /// The port of this machine that leads to it, as it was asked for when it was made.
    pub fn port(&self) -> Option<u16> {
        self.binding()?.1
    }

    /// Whether it is bound beyond loopback.
    pub fn is_open(&self) -> bool {
        self.binding().is_some_and(|(address, _)| {
            let is_loopback = address.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback());
            !is_loopback
        })
    }

    /// The image that it was made from, by name.
    pub fn image(&self) -> &str {
        self.inspected.config.as_ref().and_then(|config| config.image.as_deref()).unwrap_or_default()
    }

    /// The id of that image.
    pub fn image_id(&self) -> Option<&str> {
        self.inspected.image.as_deref()
    }

    /// The hash of what it was made from.
    pub fn specification(&self) -> Option<&str> {
        let labels = self.inspected.config.as_ref()?.labels.as_ref()?;
        labels.get(SPECIFICATION).map(String::as_str)
    }

    /// Names of the networks it is on, sorted.
    pub fn networks(&self) -> Vec<String> {
        let networks = self.inspected.network_settings.as_ref().and_then(|settings| settings.networks.as_ref());
        let mut names: Vec<_> = networks.into_iter().flat_map(HashMap::keys).cloned().collect();
        names.sort();
        names
    }

    fn binding(&self) -> Option<(String, Option<u16>)> {
        let bindings = self.inspected.host_config.as_ref()?.port_bindings.as_ref()?;
        let binding = bindings.get(&format!("{PORT}/tcp"))?.as_ref()?.first()?;
        let port = binding.host_port.as_ref().and_then(|port| port.parse().ok());
        Some((binding.host_ip.clone().unwrap_or_default(), port))
    }
}
