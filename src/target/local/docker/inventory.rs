//! What an engine has of an instance, and what that means for people. Changes nothing.

use std::collections::{BTreeMap, HashMap};

use futures_util::future::try_join_all;

use super::labels;
use crate::client::docker::models::{ContainerInspectResponse, ContainerState, ContainerStateStatusEnum, Volume};
use crate::client::docker::{Docker, FoundNetwork};
use crate::error::Result;
use crate::target::local::instance::{Address, Component, InstanceName, Observed, ObservedInstance, Presence};

/// One container of an instance, or one that has its name.
#[derive(Clone, Debug)]
pub struct Found {
    /// What the engine says of it.
    pub inspected: ContainerInspectResponse,
    /// Whether it lacks karctl's labels.
    pub is_foreign: bool,
}

/// Everything that an engine has of an instance.
#[derive(Clone, Debug, Default)]
pub struct Inventory {
    /// Containers by component, under their exact names.
    pub containers: BTreeMap<Component, Found>,
    /// Names of containers that are labelled as the instance's components and have another name: left by a cut command.
    pub strays: Vec<String>,
    /// Networks of the instance's name, the oldest first.
    pub networks: Vec<FoundNetwork>,
    /// Names of volumes with data.
    pub volumes: Vec<String>,
    /// Those of them that go with `down`.
    pub ephemeral_volumes: Vec<String>,
}

impl Inventory {
    /// Reads all of it.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn read(docker: &Docker, name: &InstanceName) -> Result<Self> {
        let label = labels::of_instance(name);
        let filters = [("label", label.as_str())];
        let (mut inventory, networks, labelled) = tokio::try_join!(
            Self::glance(docker, name),
            async { Ok(docker.networks(&name.network()).await?) },
            async { Ok(docker.containers(&filters).await?) },
        )?;
        inventory.networks = networks;
        for container in labelled {
            let is_component = container.labels.is_some_and(|labels| labels.contains_key(labels::COMPONENT));
            let own_name = container.names.iter().flatten().map(|name| name.trim_start_matches('/')).next();
            if let Some(own_name) = own_name
                && is_component
                && !Component::ALL.iter().any(|&component| own_name == name.container(component))
            {
                inventory.strays.push(own_name.to_owned());
            }
        }
        Ok(inventory)
    }

    /// Reads containers and volumes only: what people are shown.
    ///
    /// # Errors
    /// When the engine does not answer.
    pub async fn glance(docker: &Docker, name: &InstanceName) -> Result<Self> {
        let mut inventory = Self::default();
        let containers = Component::ALL.map(|component| async move {
            Ok::<_, anyhow::Error>((component, docker.container(&name.container(component)).await?))
        });
        // The filter takes a part of a name; what has the label is ours under any name.
        let filters = [("name", name.as_str())];
        let volumes = async { Ok(docker.volumes(&filters).await?) };
        let (containers, volumes) = tokio::try_join!(try_join_all(containers), volumes)?;
        for (component, found) in containers {
            let Some(inspected) = found else { continue };
            let labels = inspected.config.as_ref().and_then(|config| config.labels.as_ref());
            let is_foreign = !labels::belongs(labels, name);
            inventory.containers.insert(component, Found { inspected, is_foreign });
        }
        inventory.add_volumes(volumes, name);
        Ok(inventory)
    }

    fn add_volumes(&mut self, volumes: Vec<Volume>, name: &InstanceName) {
        let exact: Vec<_> = Component::ALL.iter().map(|&component| name.volume(component)).collect();
        for volume in volumes {
            let is_ours = labels::belongs(Some(&volume.labels), name);
            if !is_ours && !exact.contains(&volume.name) {
                continue;
            }
            if labels::is_true(&volume.labels, labels::EPHEMERAL) {
                self.ephemeral_volumes.push(volume.name.clone());
            }
            self.volumes.push(volume.name);
        }
    }

    /// The container of a component, if it is karctl's.
    pub fn own(&self, component: Component) -> Option<&Found> {
        self.containers.get(&component).filter(|found| !found.is_foreign)
    }

    /// What people are told of it.
    pub fn observed(&self) -> ObservedInstance {
        let own = |component| self.own(component).map(Found::labels);
        let told = own(Component::Kafka).or(own(Component::Redis)).or(own(Component::ZooKeeper));
        let is_true = |label| told.is_some_and(|labels| labels::is_true(labels, label));
        ObservedInstance {
            components: Component::ALL
                .into_iter()
                .map(|component| (component, self.containers.get(&component).map_or_else(absent, Found::observed)))
                .collect(),
            address: self.address(),
            mode: own(Component::Kafka).and_then(labels::mode),
            is_secure: is_true(labels::SECURE),
            is_ephemeral: is_true(labels::EPHEMERAL),
            data: self.volumes.clone(),
        }
    }

    /// The address of the label, with the ports that the containers really have.
    fn address(&self) -> Option<Address> {
        let labelled = |component| self.own(component).and_then(|found| labels::address(found.labels()));
        let mut address = labelled(Component::Kafka).or_else(|| labelled(Component::Redis))?;
        for component in [Component::Kafka, Component::Redis] {
            if let Some(port) = self.own(component).and_then(Found::port) {
                address.set_port(component, port);
            }
        }
        Some(address)
    }
}

impl Found {
    /// Its state; an engine always tells one.
    pub fn state(&self) -> Option<&ContainerState> {
        self.inspected.state.as_ref()
    }

    /// Its status, such as running or exited.
    pub fn status(&self) -> ContainerStateStatusEnum {
        self.state().and_then(|state| state.status).unwrap_or(ContainerStateStatusEnum::EMPTY)
    }

    /// Whether it was made and never started.
    pub fn was_never_started(&self) -> bool {
        self.status() == ContainerStateStatusEnum::CREATED
    }

    /// Whether it ended as it does when it is told to: with success, or by the signal that Java passes on.
    pub fn was_stopped(&self) -> bool {
        const BY_SIGTERM: i64 = 128 + 15;
        let code = self.state().and_then(|state| state.exit_code);
        self.status() == ContainerStateStatusEnum::EXITED && matches!(code, Some(0 | BY_SIGTERM))
    }

    /// Its labels.
    pub fn labels(&self) -> &HashMap<String, String> {
        static NONE: std::sync::LazyLock<HashMap<String, String>> = std::sync::LazyLock::new(HashMap::new);
        self.inspected.config.as_ref().and_then(|config| config.labels.as_ref()).unwrap_or(&NONE)
    }

    /// The port on the host that was asked for when it was made.
    fn port(&self) -> Option<u16> {
        let bindings = self.inspected.host_config.as_ref()?.port_bindings.as_ref()?;
        bindings.values().flatten().flatten().find_map(|binding| binding.host_port.as_ref()?.parse().ok())
    }

    fn observed(&self) -> Observed {
        Observed {
            presence: self.presence(),
            id: self.inspected.id.clone(),
            version: self.inspected.config.as_ref().and_then(|config| config.image.clone()),
            specification: self.labels().get(labels::SPECIFICATION).cloned(),
            is_foreign: self.is_foreign,
            is_paused: self.status() == ContainerStateStatusEnum::PAUSED,
        }
    }

    fn presence(&self) -> Presence {
        use ContainerStateStatusEnum as Status;
        let state = self.state();
        match self.status() {
            // A paused one holds its port and its memory, and goes on with the next `up`.
            Status::RUNNING | Status::STOPPING | Status::PAUSED => {
                let since = state.and_then(|state| state.started_at.as_deref()).and_then(in_utc);
                Presence::Running { since }
            }
            Status::CREATED => Presence::Stopped { exit_code: None },
            _ => Presence::Stopped { exit_code: state.and_then(|state| state.exit_code) },
        }
    }

    /// How it ended, in a sentence that continues `it`; `None` while it runs or was never started.
    pub fn ended(&self) -> Option<String> {
        use ContainerStateStatusEnum as Status;
        let state = self.state()?;
        let code = state.exit_code.unwrap_or_default();
        let told = state.error.as_deref().filter(|error| !error.is_empty());
        match self.status() {
            Status::RUNNING | Status::STOPPING => None,
            Status::CREATED => {
                Some(told.map_or("was never started".to_owned(), |error| format!("did not start: {error}")))
            }
            Status::PAUSED => Some("is paused".to_owned()),
            Status::RESTARTING => Some(format!("restarts again and again, last with exit code {code}")),
            _ if state.oom_killed == Some(true) => Some(format!("exited with code {code} (out of memory)")),
            _ => Some(match told {
                Some(error) => format!("exited with code {code}: {error}"),
                None => format!("exited with code {code}"),
            }),
        }
    }
}

fn absent() -> Observed {
    Observed {
        presence: Presence::Absent,
        id: None,
        version: None,
        specification: None,
        is_foreign: false,
        is_paused: false,
    }
}

/// The engine's time, whatever its zone, as RFC 3339 in UTC.
fn in_utc(time: &str) -> Option<String> {
    time.parse::<jiff::Timestamp>().ok().map(|time| time.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(state: serde_json::Value) -> Found {
        let inspected = serde_json::from_value(serde_json::json!({ "Id": "x", "State": state })).expect("a container");
        Found { inspected, is_foreign: false }
    }

    #[test]
    fn an_end_is_told_with_its_cause() {
        let cases = [
            (serde_json::json!({"Status": "running", "ExitCode": 0}), None),
            (serde_json::json!({"Status": "exited", "ExitCode": 1}), Some("exited with code 1")),
            (
                serde_json::json!({"Status": "exited", "ExitCode": 137, "OOMKilled": true}),
                Some("exited with code 137 (out of memory)"),
            ),
            (serde_json::json!({"Status": "created", "ExitCode": 128, "Error": "no"}), Some("did not start: no")),
        ];
        for (state, ended) in cases {
            assert_eq!(found(state).ended().as_deref(), ended);
        }
    }

    #[test]
    fn times_are_told_in_utc_whatever_zone_the_engine_has() {
        let state = serde_json::json!({"Status": "running", "StartedAt": "2026-01-02T03:04:05+02:00"});
        assert_eq!(found(state).presence(), Presence::Running { since: Some("2026-01-02T01:04:05Z".to_owned()) });
    }
}
