//! Networks. An engine lets two have one name, and filters by part of a name: everything here goes by exact name and id.

use std::collections::HashMap;

use bollard::models::{
    EndpointResource, EndpointSettings, NetworkConnectRequest, NetworkCreateRequest, NetworkDisconnectRequest,
};
use bollard::query_parameters::{InspectNetworkOptions, ListNetworksOptions, ListNetworksOptionsBuilder};

use super::error::Result;
use super::{Docker, REQUEST_TIMEOUT};

/// A network that exists.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FoundNetwork {
    /// Its id, which is unique.
    pub id: String,
    /// Its driver, such as `bridge`.
    pub driver: String,
    /// Whether it has no way to the outside.
    pub is_internal: bool,
    /// Its labels.
    pub labels: HashMap<String, String>,
}

impl Docker {
    /// Every network of exactly this name, the oldest first.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn networks(&self, name: &str) -> Result<Vec<FoundNetwork>> {
        let options = ListNetworksOptionsBuilder::default().filters(&HashMap::from([("name", vec![name])])).build();
        let mut all = self.call("list networks", async |api| api.list_networks(Some(options.clone())).await).await?;
        all.sort_by(|a, b| (&a.created, &a.id).cmp(&(&b.created, &b.id)));
        Ok(all
            .into_iter()
            .filter(|network| network.name.as_deref() == Some(name))
            .map(|network| FoundNetwork {
                id: network.id.unwrap_or_default(),
                driver: network.driver.unwrap_or_default(),
                is_internal: network.internal.unwrap_or(false),
                labels: network.labels.unwrap_or_default(),
            })
            .collect())
    }

    /// Names of all networks, sorted.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn network_names(&self) -> Result<Vec<String>> {
        let list = async |api: &bollard::Docker| api.list_networks(None::<ListNetworksOptions>).await;
        let all = self.call("list networks", list).await?;
        let mut names: Vec<_> = all.into_iter().filter_map(|network| network.name).collect();
        names.sort();
        names.dedup();
        Ok(names)
    }

    /// Puts a container on a network, where others find it also by `alias`; one that is on it already is fine.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn connect_network(&self, network: &str, container: &str, alias: &str) -> Result<()> {
        let operation = format!("connect {container} to network {network}");
        let endpoint = EndpointSettings { aliases: Some(vec![alias.to_owned()]), ..EndpointSettings::default() };
        let request = NetworkConnectRequest { container: container.to_owned(), endpoint_config: Some(endpoint) };
        match self.call(&operation, async |api| api.connect_network(network, request.clone()).await).await {
            // The answer to an earlier attempt was lost.
            Err(error) if error.refusal().is_some() && self.is_on(network, container).await? => Ok(()),
            answer => answer,
        }
    }

    /// Whether a container, running or not, is on a network of this name.
    async fn is_on(&self, network: &str, container: &str) -> Result<bool> {
        let container = self.container(container).await?;
        let networks = container.and_then(|container| container.network_settings?.networks);
        Ok(networks.is_some_and(|networks| networks.contains_key(network)))
    }

    /// Makes a bridge network and returns its id. Creating is not repeated blindly, since that may make two of them: after
    /// an attempt without an answer the networks are listed, and tried again only where none is there.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn create_network(&self, name: &str, labels: HashMap<String, String>) -> Result<String> {
        let operation = format!("create network {name}");
        let request = NetworkCreateRequest {
            name: name.to_owned(),
            driver: Some("bridge".to_owned()),
            labels: Some(labels),
            ..NetworkCreateRequest::default()
        };
        let create = async |api: &bollard::Docker| api.create_network(request.clone()).await;
        let mut answer = self.call_once(&operation, REQUEST_TIMEOUT, &create).await;
        if answer.as_ref().is_err_and(|error| error.is_transient() || error.status() == Some(409)) {
            if let Some(network) = self.networks(name).await?.into_iter().next() {
                return Ok(network.id);
            }
            answer = self.call_once(&operation, REQUEST_TIMEOUT, &create).await;
        }
        answer.map(|created| created.id)
    }

    /// Containers that are attached to a network and run, by id.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn attached(&self, network: &str) -> Result<HashMap<String, EndpointResource>> {
        let operation = format!("inspect network {network}");
        let answer =
            self.call(&operation, async |api| api.inspect_network(network, None::<InspectNetworkOptions>).await).await;
        match answer {
            Ok(network) => Ok(network.containers.unwrap_or_default()),
            Err(error) if error.status() == Some(404) => Ok(HashMap::new()),
            Err(error) => Err(error),
        }
    }

    /// Takes a container off a network; one that is not on it is fine.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn disconnect(&self, network: &str, container: &str) -> Result<()> {
        let operation = format!("disconnect {container} from network {network}");
        let request = NetworkDisconnectRequest { container: container.to_owned(), force: Some(true) };
        match self.call(&operation, async |api| api.disconnect_network(network, request.clone()).await).await {
            Err(error) if error.status() == Some(404) => Ok(()),
            Err(error) if error.refusal().is_some() && !self.attached(network).await?.contains_key(container) => Ok(()),
            answer => answer,
        }
    }

    /// Removes a network by id; one that does not exist is fine.
    ///
    /// # Errors
    /// When something is attached to it, or the engine does not answer.
    pub async fn remove_network(&self, id: &str) -> Result<()> {
        let operation = format!("remove network {id}");
        match self.call(&operation, async |api| api.remove_network(id).await).await {
            Err(error) if error.status() == Some(404) => Ok(()),
            answer => answer,
        }
    }
}
