//! Containers, through the Docker Engine API: Docker, Podman and their kin. Replaces docker-compose-start.sh and -stop.sh.
//!
//! Nothing is remembered here: containers, networks and volumes are found by their labels and exact names, compared with
//! what is wanted, and the difference is done. Configuration is uploaded into a container before it starts, so nothing
//! depends on how an image maps variables, and no secret is in a label, a variable or an argument.

mod blueprint;
mod compose_file;
mod copy;
pub mod data;
mod drift;
mod ensure;
pub mod images;
mod inventory;
pub mod labels;
mod plan;
mod registration;
mod teardown;
#[cfg(test)]
mod test_support;
mod upload;
mod volume_reader;

pub use copy::remove as remove_kept;

use std::future::Future;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::engine::{Begins, Engine, EngineKind, LastWords, LogQuery, Outcome};
use super::instance::{Component, Desired, InstanceName, ObservedInstance};
use super::record;
use crate::client::docker::models::{ContainerInspectResponse, ContainerStateStatusEnum};
use crate::client::docker::{Docker, DockerError, LogRequest, Owner};
use crate::client::file;
use crate::context::{Context, Deadline};
use crate::error::{Failure, OrFail, Result};
use crate::settings::KafkaMode;
use ensure::Setting;
use inventory::{Found, Inventory};
use plan::Plan;
use volume_reader::Probe;

/// Lines of a log that are told of a failure.
const LAST_LINES: usize = 20;

/// File in an instance's folder that the labels of compose name.
const COMPOSE_FILE: &str = "compose.yaml";

/// Folder in an instance's folder with the data that a restore replaces, until the new is whole.
pub const KEPT: &str = "replaced";

/// An engine that answers.
pub struct DockerEngine {
    docker: Docker,
    version: OnceLock<String>,
}

impl DockerEngine {
    /// Connects to the engine that the docker CLI would take, or to one whose address was remembered.
    ///
    /// # Errors
    /// When what is set cannot be understood, or nobody answers.
    pub async fn connect(context: &Context, endpoint: Option<&str>) -> Result<Self> {
        let environment = &context.environment;
        let connecting = async {
            match endpoint {
                Some(address) => Docker::connect_recorded(environment, address).await,
                None => Docker::connect(environment).await,
            }
        };
        let docker = tokio::time::timeout(context.deadline.left(), connecting)
            .await
            .map_err(|_| context.deadline.passed("the container engine", "no answer"))??;
        context.ui.trace(1, || format!("container engine: {}", docker.endpoint()));
        Ok(Self { docker, version: OnceLock::new() })
    }

    /// Whether the user names an engine, so that its silence is an error and no reason to take another.
    pub fn is_asked_for(context: &Context) -> bool {
        Docker::is_asked_for(&context.environment)
    }

    /// The connection, for what is no part of an instance: containers of applications.
    pub fn client(&self) -> &Docker {
        &self.docker
    }

    /// Whose files in a container are: the user that its image names.
    ///
    /// # Errors
    /// When the engine refuses or does not answer.
    pub async fn owner(&self, container: &str, image: &str) -> Result<Owner> {
        let config = self.docker.image(image).await?.and_then(|image| image.config).unwrap_or_default();
        upload::user(&self.docker, container, &config).await
    }

    /// Does work within the time that is left, and says of a time-out what the engine was asked last.
    ///
    /// # Errors
    /// The work's own, and a time-out.
    pub async fn within<T>(&self, deadline: &Deadline, work: impl Future<Output = Result<T>>) -> Result<T> {
        match tokio::time::timeout(deadline.left(), work).await {
            // The client's error, wherever it came from, with its code and what to do.
            Ok(answer) => answer.map_err(|error| match error.downcast::<DockerError>() {
                Ok(error) => Failure::from(error).into(),
                Err(other) => other,
            }),
            Err(_) => {
                let last_seen = format!("no answer when asked to {}", self.docker.last_operation());
                Err(deadline.passed("the container engine", &last_seen).into())
            }
        }
    }

    async fn learn_version(&self) -> Result<()> {
        if self.version.get().is_none() {
            let version = self.docker.version().await?;
            self.version.get_or_init(|| version);
        }
        Ok(())
    }

    /// A component's container, if it is karctl's.
    async fn own(&self, name: &InstanceName, component: Component) -> Result<Option<Found>> {
        let found = self.docker.container(&name.container(component)).await?;
        let is_ours = |inspected: &ContainerInspectResponse| {
            let labels = inspected.config.as_ref().and_then(|config| config.labels.as_ref());
            labels::belongs(labels, name)
        };
        Ok(found.filter(is_ours).map(|inspected| Found { inspected, is_foreign: false }))
    }

    async fn found(&self, name: &InstanceName, component: Component) -> Result<Option<Found>> {
        let inspected = self.docker.container(&name.container(component)).await?;
        Ok(inspected.map(|inspected| Found { inspected, is_foreign: false }))
    }
}

/// An instance as a compose file.
///
/// # Errors
/// When a template does not render, which is a defect of karctl.
pub fn to_compose(desired: &Desired) -> Result<String> {
    compose_file::render(desired, &plan::blueprints(desired)?)
}

fn compose_file(context: &Context, name: &InstanceName) -> Result<PathBuf> {
    Ok(record::folder(context, name)?.join(COMPOSE_FILE))
}

fn write_compose_file(context: &Context, desired: &Desired, blueprints: &[blueprint::Blueprint]) -> Result<PathBuf> {
    let path = compose_file(context, &desired.name)?;
    file::create_private_folder(&record::folder(context, &desired.name)?)?;
    file::write_atomic(&path, compose_file::render(desired, blueprints)?.as_bytes(), file::PRIVATE)?;
    Ok(path)
}

impl Engine for DockerEngine {
    fn kind(&self) -> EngineKind {
        EngineKind::Docker
    }

    fn description(&self) -> String {
        let name = self.version.get().map_or("container engine", String::as_str);
        format!("{name} at {}", self.docker.endpoint())
    }

    fn endpoint(&self) -> Option<String> {
        Some(self.docker.endpoint().address.to_string())
    }

    async fn observe(&self, context: &Context, name: &InstanceName) -> Result<ObservedInstance> {
        let glance = async { Ok(Inventory::glance(&self.docker, name).await?.observed()) };
        self.within(&context.deadline, glance).await
    }

    /// Containers can be all that is asked for.
    fn refuse_unsupported(&self, _: &Context, _: &Desired) -> Result<()> {
        Ok(())
    }

    async fn plan(&self, context: &Context, desired: &Desired, _: &ObservedInstance) -> Result<Vec<Outcome>> {
        let work = async {
            self.learn_version().await?;
            let inventory = Inventory::read(&self.docker, &desired.name).await?;
            plan::refuse_foreign(desired, &inventory)?;
            let blueprints = plan::blueprints(desired)?;
            let images = images::present(&self.docker, &blueprints).await?;
            let plan = Plan::new(blueprints, &inventory, &images)?;
            plan.check_data(&self.docker, desired, &inventory, Probe::Forbidden).await?;
            Ok(plan.outcomes())
        };
        self.within(&context.deadline, work).await
    }

    async fn ensure(&self, context: &Context, desired: &Desired, begins: Begins<'_>) -> Result<Vec<Outcome>> {
        let blueprints = plan::blueprints(desired)?;
        let look = async {
            self.learn_version().await?;
            let inventory = Inventory::read(&self.docker, &desired.name).await?;
            plan::refuse_foreign(desired, &inventory)?;
            Ok((inventory, images::present(&self.docker, &blueprints).await?))
        };
        let (inventory, mut images) = self.within(&context.deadline, look).await?;
        begins()?;
        // A pull has a stall detection of its own instead of the deadline, which begins again after it.
        let has_pulled = images::pull_missing(&self.docker, context, &blueprints, desired.pull, &images).await?;
        let deadline = context.deadline.restarted();
        if has_pulled {
            images = self.within(&deadline, images::present(&self.docker, &blueprints)).await?;
        }
        let compose_file = write_compose_file(context, desired, &blueprints)?;
        let setting = Setting {
            docker: &self.docker,
            desired,
            inventory: &inventory,
            images: &images,
            compose_file: &compose_file,
        };
        self.within(&deadline, ensure::converge(&setting, blueprints)).await
    }

    async fn stop(&self, context: &Context, name: &InstanceName) -> Result<Vec<Outcome>> {
        self.within(&context.deadline, teardown::stop(&self.docker, name)).await
    }

    async fn down(&self, context: &Context, name: &InstanceName, force: bool) -> Result<Vec<Outcome>> {
        let outcomes = self.within(&context.deadline, teardown::down(&self.docker, name, force)).await?;
        let path = compose_file(context, name)?;
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(error).or_fail(|| Failure::new(format!("{} cannot be removed", path.display())))
            }
            _ => Ok(outcomes),
        }
    }

    async fn instances(&self, context: &Context) -> Result<Vec<InstanceName>> {
        let work = async {
            let by_label = [("label", labels::INSTANCE)];
            let containers = self.docker.containers(&by_label).await?.into_iter().filter_map(|found| found.labels);
            let volumes = self.docker.volumes(&by_label).await?.into_iter().map(|found| found.labels);
            let all = containers.chain(volumes).filter_map(|mut labels| labels.remove(labels::INSTANCE));
            let mut names: Vec<_> = all.filter_map(|name| InstanceName::parse(&name).ok()).collect();
            names.sort();
            names.dedup();
            Ok(names)
        };
        self.within(&context.deadline, work).await
    }

    async fn delete_data(&self, context: &Context, name: &InstanceName) -> Result<Vec<String>> {
        self.within(&context.deadline, teardown::delete_data(&self.docker, name)).await
    }

    async fn logs(
        &self,
        _: &Context,
        name: &InstanceName,
        component: Component,
        query: &LogQuery,
        line: &mut (dyn FnMut(&str) + Send),
    ) -> Result<()> {
        let request = LogRequest { follow: query.follow, since: query.since, tail: query.tail };
        self.docker.log(&name.container(component), &request, line).await.map_err(|error| Failure::from(error).into())
    }

    async fn pause(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        let work = async {
            let Some(found) = self.own(name, component).await? else { return Ok(false) };
            let is_running = found.status() == ContainerStateStatusEnum::RUNNING;
            if is_running {
                self.docker.pause_container(&name.container(component)).await?;
            }
            Ok(is_running)
        };
        self.within(&context.deadline, work).await
    }

    async fn resume(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        let work = async {
            let Some(found) = self.own(name, component).await? else { return Ok(false) };
            let is_paused = found.status() == ContainerStateStatusEnum::PAUSED;
            if is_paused {
                self.docker.unpause_container(&name.container(component)).await?;
            }
            Ok(is_paused)
        };
        self.within(&context.deadline, work).await
    }

    async fn kill(&self, context: &Context, name: &InstanceName, component: Component) -> Result<bool> {
        let work = async {
            let Some(found) = self.own(name, component).await? else { return Ok(false) };
            let runs = matches!(found.status(), ContainerStateStatusEnum::RUNNING | ContainerStateStatusEnum::PAUSED);
            if runs {
                // Not every engine kills what is paused.
                if found.status() == ContainerStateStatusEnum::PAUSED {
                    self.docker.unpause_container(&name.container(component)).await?;
                }
                self.docker.kill_container(&name.container(component)).await?;
            }
            Ok(runs)
        };
        self.within(&context.deadline, work).await
    }

    async fn start_again(&self, context: &Context, name: &InstanceName, component: Component) -> Result<()> {
        let work = async {
            let Some(found) = self.own(name, component).await? else { return Ok(()) };
            if found.status() == ContainerStateStatusEnum::RUNNING {
                return Ok(());
            }
            let container = name.container(component);
            if component == Component::Kafka && labels::mode(found.labels()) == Some(KafkaMode::ZooKeeper) {
                registration::forget(&self.docker, name, &container).await?;
            }
            Ok(self.docker.start_container(&container).await?)
        };
        self.within(&context.deadline, work).await
    }

    /// What a volume takes, an engine tells only after it has looked at every image and container too.
    fn data_size(&self, _: &Context, _: &InstanceName) -> Result<Option<u64>> {
        Ok(None)
    }

    async fn copy_data(
        &self,
        _: &Context,
        name: &InstanceName,
        into: &Path,
        told: &mut (dyn FnMut(u64) -> Result<()> + Send),
    ) -> Result<Vec<Component>> {
        copy::read(&self.docker, name, into, told).await
    }

    async fn replace_data(
        &self,
        context: &Context,
        name: &InstanceName,
        from: &Path,
        components: &[Component],
    ) -> Result<()> {
        let kept = record::folder(context, name)?.join(KEPT);
        copy::replace(&self.docker, name, from, components, &kept).await
    }

    async fn last_words(&self, context: &Context, name: &InstanceName, component: Component) -> LastWords {
        let work = async {
            let ended = self.found(name, component).await?.and_then(|found| found.ended());
            let mut log = Vec::new();
            let request = LogRequest { tail: Some(LAST_LINES), ..LogRequest::default() };
            let mut line = |text: &str| log.push(text.to_owned());
            self.docker.log(&name.container(component), &request, &mut line).await?;
            Ok(LastWords { ended, log })
        };
        // Told of a failure that is told anyway: a second one adds nothing.
        self.within(&context.deadline.restarted(), work).await.unwrap_or_default()
    }
}
