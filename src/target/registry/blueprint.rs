//! What the registry's container is made from. Pure.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::{CONTAINER, LOOPBACK, PORT, VOLUME};
use crate::client::docker::models::{
    ContainerCreateBody, HostConfig, HostConfigLogConfig, Mount, MountType, PortBinding, RestartPolicy,
    RestartPolicyNameEnum,
};
use crate::target::local::docker::labels::{COMPONENT, SPECIFICATION, VERSION};

/// Value of the component's label, by which the registry is found.
pub const COMPONENT_NAME: &str = "registry";

/// Where images of the registry keep what was pushed.
/// <https://distribution.github.io/distribution/about/deploying/#storage-customization>
const DATA: &str = "/var/lib/registry";

/// Labels by which k3d knows a registry, and leaves it alone when it deletes a cluster.
/// <https://github.com/k3d-io/k3d/blob/v5.9.0/pkg/types/types.go>
const K3D_LABELS: [(&str, &str); 2] = [("app", "k3d"), ("k3d.role", "registry")];

/// Its log is cut at `LOG_FILES` times this.
const LOG_SIZE: &str = "10m";
const LOG_FILES: &str = "2";

/// What a container is made from; two that are equal make the same container.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Blueprint {
    /// Image, as it was asked for.
    pub image: String,
    /// Port on this machine.
    pub port: u16,
}

impl Blueprint {
    /// The hash that says whether a container was made from this.
    pub fn specification(&self) -> String {
        let parts = format!("{} {LOOPBACK}:{}:{PORT} {VOLUME}:{DATA}", self.image, self.port);
        format!("{:x}", Sha256::digest(parts))
    }

    /// The request that makes the container.
    pub fn body(&self) -> ContainerCreateBody {
        let inner = format!("{PORT}/tcp");
        let binding = PortBinding { host_ip: Some(LOOPBACK.to_string()), host_port: Some(self.port.to_string()) };
        let log = [("max-size", LOG_SIZE), ("max-file", LOG_FILES)];
        ContainerCreateBody {
            image: Some(self.image.clone()),
            hostname: Some(CONTAINER.to_owned()),
            labels: Some(self.labels()),
            exposed_ports: Some(vec![inner.clone()]),
            host_config: Some(HostConfig {
                port_bindings: Some(HashMap::from([(inner, Some(vec![binding]))])),
                mounts: Some(vec![Mount {
                    target: Some(DATA.to_owned()),
                    source: Some(VOLUME.to_owned()),
                    typ: Some(MountType::VOLUME),
                    ..Mount::default()
                }]),
                // As the original's: clusters that the engine starts again after a reboot find it.
                restart_policy: Some(RestartPolicy {
                    name: Some(RestartPolicyNameEnum::ALWAYS),
                    maximum_retry_count: None,
                }),
                log_config: Some(HostConfigLogConfig {
                    typ: Some("json-file".to_owned()),
                    config: Some(log.map(|(key, value)| (key.to_owned(), value.to_owned())).into()),
                }),
                ..HostConfig::default()
            }),
            ..ContainerCreateBody::default()
        }
    }

    fn labels(&self) -> HashMap<String, String> {
        let mut labels = volume_labels();
        labels.insert(SPECIFICATION.to_owned(), self.specification());
        labels.extend(K3D_LABELS.map(|(name, value)| (name.to_owned(), value.to_owned())));
        labels
    }
}

/// Labels of the volume.
pub fn volume_labels() -> HashMap<String, String> {
    let own = [(COMPONENT, COMPONENT_NAME), (VERSION, env!("CARGO_PKG_VERSION"))];
    own.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
}
