//! Volumes. Creating one that exists returns the old one with its old labels, so it is looked for first.

use std::collections::HashMap;

use bollard::models::{Volume, VolumeCreateRequest};
use bollard::query_parameters::{ListVolumesOptionsBuilder, RemoveVolumeOptions};

use super::Docker;
use super::error::Result;

impl Docker {
    /// A volume of exactly this name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn volume(&self, name: &str) -> Result<Option<Volume>> {
        let operation = format!("inspect volume {name}");
        match self.call(&operation, async |api| api.inspect_volume(name).await).await {
            Ok(volume) => Ok(Some(volume)),
            Err(error) if error.status() == Some(404) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Volumes to which every filter applies, such as `("label", "a=b")`, sorted by name.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn volumes(&self, filters: &[(&str, &str)]) -> Result<Vec<Volume>> {
        let mut by_key: HashMap<&str, Vec<&str>> = HashMap::new();
        for (key, value) in filters {
            by_key.entry(key).or_default().push(value);
        }
        let options = ListVolumesOptionsBuilder::default().filters(&by_key).build();
        let answer = self.call("list volumes", async |api| api.list_volumes(Some(options.clone())).await).await?;
        let mut volumes = answer.volumes.unwrap_or_default();
        volumes.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(volumes)
    }

    /// Makes a volume; one that exists stays as it is.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn create_volume(&self, name: &str, labels: HashMap<String, String>) -> Result<()> {
        let operation = format!("create volume {name}");
        let request =
            VolumeCreateRequest { name: Some(name.to_owned()), labels: Some(labels), ..VolumeCreateRequest::default() };
        self.call(&operation, async |api| api.create_volume(request.clone()).await).await?;
        Ok(())
    }

    /// Removes a volume and what it holds; one that does not exist is fine.
    ///
    /// # Errors
    /// When a container uses it, or the engine does not answer.
    pub async fn remove_volume(&self, name: &str) -> Result<()> {
        let operation = format!("remove volume {name}");
        match self.call(&operation, async |api| api.remove_volume(name, None::<RemoveVolumeOptions>).await).await {
            Err(error) if error.status() == Some(404) => Ok(()),
            answer => answer,
        }
    }
}
