//! The containers of applications: made, replaced, and left alone where they run as wanted.

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest, Sha256};

use super::component::{AppComponent, SECRETS, secrets};
use super::{GRACE, StartedContainer};
use crate::client::docker::models::ContainerInspectResponse;
use crate::client::docker::{AnonymousVolumes, Archive, Creation, Docker, Entry};
use crate::error::{Failure, Result};
use crate::runtime_config::{RuntimeConfig, Variable};
use crate::target::local::docker::{DockerEngine, labels};
use crate::target::local::engine::Action;
use crate::target::local::instance::InstanceName;

/// Checks that the engine has an image.
///
/// # Errors
/// When it has not, or does not answer.
pub async fn require_image(docker: &Docker, image: &str) -> Result<()> {
    if docker.image(image).await?.is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("the engine has no image {image}"))
        .hint(format!("pull or build it with your engine's own tool, such as `docker pull {image}`"))
        .into())
}

/// Makes room for a container: one of an application goes, anybody else's is an error.
/// # Errors
/// When it is not an application's, or the engine refuses or does not answer.
pub async fn replace(docker: &Docker, container: &str) -> Result<Action> {
    let Some(found) = docker.container(container).await? else { return Ok(Action::Created) };
    let labels = found.config.and_then(|config| config.labels).unwrap_or_default();
    if !labels.contains_key(labels::APP) {
        return Err(Failure::new(format!("there is a container {container} that belongs to no KAR application"))
            .hint("give --name another name, or remove it")
            .code(crate::code::Code::ForeignContainer)
            .into());
    }
    docker.stop_container(container, GRACE).await?;
    docker.remove_container(container, AnonymousVolumes::Remove).await?;
    Ok(Action::Recreated)
}

/// Makes a container with its secrets, which runs once it is started.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn create(
    engine: &DockerEngine,
    container: &str,
    name: &InstanceName,
    component: &AppComponent,
    config: &RuntimeConfig,
) -> Result<()> {
    let docker = engine.client();
    if docker.create_container(container, &component.body(name, config)).await? == Creation::NameTaken {
        // Our own, whose answer was lost: it was looked at before.
        docker.remove_container(container, AnonymousVolumes::Remove).await?;
        docker.create_container(container, &component.body(name, config)).await?;
    }
    let secrets = secrets(config);
    if secrets.is_empty() {
        return Ok(());
    }
    let owner = engine.owner(container, &component.image).await?;
    let folder = SECRETS.trim_start_matches('/');
    let files: Vec<(String, &Variable)> =
        secrets.iter().map(|(file, variable)| (format!("{folder}/{file}"), variable)).collect();
    let folder = Entry { path: folder, mode: 0o700, owner, content: None };
    let entries = files.iter().map(|(path, variable)| {
        let content = variable.value.as_ref().map(|value| value.expose().as_bytes());
        Entry { path, mode: 0o600, owner, content: Some(content.unwrap_or_default()) }
    });
    let archive = Archive::pack(std::iter::once(folder).chain(entries))?;
    Ok(docker.upload(container, "/", &archive).await?)
}

/// Brings a component's containers about: those that run as wanted are left alone, all others are made anew. A client that
/// ended well has done its work.
///
/// # Errors
/// When a container is not an application's, or the engine refuses or does not answer.
pub async fn ensure(
    engine: &DockerEngine,
    name: &InstanceName,
    component: &AppComponent,
    config: &RuntimeConfig,
) -> Result<Vec<StartedContainer>> {
    component.check()?;
    let mut marked = component.clone();
    marked.labels.insert(labels::SPECIFICATION.to_owned(), specification(name, component, config)?);
    let docker = engine.client();
    let planned = plan(docker, name, component, config).await?;
    for StartedContainer { name: container, .. } in planned.iter().filter(|container| container.action.is_change()) {
        replace(docker, container).await?;
        create(engine, container, name, &marked, config).await?;
        docker.start_container(container).await?;
    }
    Ok(planned)
}

/// What [`ensure`] would do.
///
/// # Errors
/// When the engine does not answer.
pub async fn plan(
    docker: &Docker,
    name: &InstanceName,
    component: &AppComponent,
    config: &RuntimeConfig,
) -> Result<Vec<StartedContainer>> {
    let specification = specification(name, component, config)?;
    let mut planned = Vec::new();
    for container in component.names() {
        let action = match docker.container(&container).await? {
            None => Action::Created,
            Some(found) if is_as_wanted(docker, &found, &specification, component, config).await? => Action::Unchanged,
            Some(_) => Action::Recreated,
        };
        planned.push(StartedContainer { name: container, action });
    }
    Ok(planned)
}

/// Hash of what a container is made from, but for its secrets.
fn specification(name: &InstanceName, component: &AppComponent, config: &RuntimeConfig) -> Result<String> {
    let body = component.body(name, config);
    // Maps in no order become such in an order.
    let labels: BTreeMap<_, _> = body.labels.iter().flatten().collect();
    let parts = serde_json::json!([body.image, body.cmd, body.env, labels, name.network()]);
    Ok(Sha256::digest(parts.to_string()).iter().map(|byte| format!("{byte:02x}")).collect())
}

async fn is_as_wanted(
    docker: &Docker,
    found: &ContainerInspectResponse,
    specification: &str,
    component: &AppComponent,
    config: &RuntimeConfig,
) -> Result<bool> {
    let none = HashMap::new();
    let labels = found.config.as_ref().and_then(|config| config.labels.as_ref()).unwrap_or(&none);
    let is_of_it = labels.get(labels::SPECIFICATION).is_some_and(|known| known == specification);
    let is_well = state(found, component) != State::Wrong;
    Ok(is_of_it && is_well && has_secrets(docker, found, config).await?)
}

/// How a container of a component is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    /// It runs.
    Running,
    /// It is of a client, and has done its work.
    Done,
    /// Neither.
    Wrong,
}

/// How a container of a component is.
pub fn state(found: &ContainerInspectResponse, component: &AppComponent) -> State {
    let state = found.state.clone().unwrap_or_default();
    let has_run = state.started_at.as_deref().is_some_and(|time| !time.starts_with(NEVER));
    match state.running.unwrap_or(false) {
        true if state.paused.unwrap_or(false) => State::Wrong,
        true => State::Running,
        false if !component.serves() && has_run && state.exit_code == Some(0) => State::Done,
        false => State::Wrong,
    }
}

/// How the engine writes the time of what did not happen yet.
const NEVER: &str = "0001-";

/// Whether the passwords in a container are those of today.
async fn has_secrets(docker: &Docker, found: &ContainerInspectResponse, config: &RuntimeConfig) -> Result<bool> {
    let container = found.id.as_deref().unwrap_or_default();
    for (file, variable) in secrets(config) {
        let held = docker.download(container, &format!("{SECRETS}/{file}")).await?;
        if held.as_deref() != variable.value.as_ref().map(|value| value.expose().as_bytes()) {
            return Ok(false);
        }
    }
    Ok(true)
}
