//! `karctl local run`, `ps` and `stop-app`: components of applications as containers on the instance's network, with
//! `kar` inside. Replaces kar-docker-run.sh, which passed everything through a shell.

mod component;
pub mod container;

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{self, name_flag};
use super::docker::{DockerEngine, labels};
use super::engine::Action;
use super::instance::InstanceName;
use super::lock;
use crate::client::docker::models::ContainerSummary;
use crate::client::docker::{AnonymousVolumes, Docker, LogRequest};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::services::Vantage;

pub use component::AppComponent;
use component::SERVICE;
use container::{create, replace, require_image};

/// Time for a component to end by itself.
pub const GRACE: Duration = Duration::from_secs(10);

/// What `karctl local run -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Started {
    /// The application.
    pub app: String,
    /// Every container, in order.
    pub containers: Vec<StartedContainer>,
    /// The highest exit code; null while they run.
    pub exit_code: Option<u8>,
}

/// One container of [`Started`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct StartedContainer {
    /// Its name.
    pub name: String,
    /// What was done.
    pub action: Action,
}

/// What `karctl local ps -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Applications {
    /// Every container of an application, by application and name.
    pub containers: Vec<AppContainer>,
}

/// One container of [`Applications`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct AppContainer {
    /// Name of the application.
    pub app: String,
    /// Name of the service, where it offers one.
    pub service: Option<String>,
    /// Name of the container.
    pub name: String,
    /// Image.
    pub image: String,
    /// The engine's word, such as `running` or `exited`.
    pub state: String,
}

/// What `karctl local stop-app -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct StoppedApp {
    /// The application.
    pub app: String,
    /// Names of the containers that were removed, or would be.
    pub removed: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Starts the containers of a component; one of the same name that karctl made before is replaced.
///
/// Without `detach` their output is shown until they end, or until Ctrl-C ends them; then they are removed.
///
/// # Errors
/// When the instance does not run on a container engine, or a container cannot be made or started.
pub async fn run(context: &Context, name: &InstanceName, component: &AppComponent, detach: bool) -> Result<Started> {
    component.check()?;
    let config = super::services(context, name).await?.runtime_config(Vantage::Container)?;
    let docker = docker(context, name).await?;
    let lock = lock::acquire(context, name).await?;
    require_image(docker.client(), &component.image).await?;
    let mut containers = Vec::new();
    for container in component.names() {
        let step = context.ui.step(format!("Starting {container}"));
        let action = replace(docker.client(), &container).await?;
        create(&docker, &container, name, component, &config).await?;
        docker.client().start_container(&container).await?;
        step.done(format!("{container} is started"));
        containers.push(StartedContainer { name: container, action });
    }
    drop(lock);
    let exit_code = if detach { None } else { Some(attend(context, docker.client(), &containers).await?) };
    Ok(Started { app: component.app.clone(), containers, exit_code })
}

/// The engine of an instance, which must be one of containers.
///
/// # Errors
/// When the instance is not there, or runs on the native engine.
pub async fn docker(context: &Context, name: &InstanceName) -> Result<DockerEngine> {
    let located = choice::located(context, name).await?;
    match located.engine {
        super::any_engine::AnyEngine::Docker(docker) => Ok(docker),
        super::any_engine::AnyEngine::Native(_) => {
            Err(Failure::new(format!("`{name}` runs on the native engine, which has no container network"))
                .hint(format!(
                    "use `karctl exec -- kar run ...`, or `karctl local up --engine docker{}`",
                    name_flag(name)
                ))
                .into())
        }
    }
}

/// Shows the output of every container until all ended or Ctrl-C; removes them and returns the highest exit code.
async fn attend(context: &Context, docker: &Docker, containers: &[StartedContainer]) -> Result<u8> {
    let request = LogRequest { follow: true, ..LogRequest::default() };
    let follow = containers.iter().map(|container| {
        let request = request.clone();
        async move {
            let mut print = |line: &str| context.ui.note(format!("{} | {line}", container.name));
            docker.log(&container.name, &request, &mut print).await
        }
    });
    let ended = tokio::select! {
        ended = futures_util::future::try_join_all(follow) => ended.map(|_| ()),
        _ = tokio::signal::ctrl_c() => Ok(()),
    };
    let mut highest = 0;
    for container in containers {
        docker.stop_container(&container.name, GRACE).await?;
        let found = docker.container(&container.name).await?;
        let code = found.and_then(|found| found.state).and_then(|state| state.exit_code).unwrap_or(0);
        highest = highest.max(u8::try_from(code).unwrap_or(u8::MAX));
        docker.remove_container(&container.name, AnonymousVolumes::Remove).await?;
    }
    ended?;
    Ok(highest)
}

/// Lists the containers of applications on the instance's network.
///
/// # Errors
/// When the instance does not live on a container engine.
pub async fn list(context: &Context, name: &InstanceName) -> Result<Applications> {
    let docker = docker(context, name).await?;
    let mut containers: Vec<_> = app_containers(docker.client(), name, None).await?.into_iter().map(shown).collect();
    containers.sort_by(|a, b| (&a.app, &a.name).cmp(&(&b.app, &b.name)));
    Ok(Applications { containers })
}

/// Stops and removes the containers of an application.
///
/// # Errors
/// When the instance does not live on a container engine, or a container cannot be removed.
pub async fn stop(context: &Context, name: &InstanceName, app: &str, dry_run: bool) -> Result<StoppedApp> {
    let docker = docker(context, name).await?;
    let _lock = lock::acquire(context, name).await?;
    let found = app_containers(docker.client(), name, Some(app)).await?;
    let mut removed: Vec<_> = found.into_iter().map(|container| shown(container).name).collect();
    removed.sort();
    if !dry_run {
        let stops = removed.iter().map(|container| docker.client().stop_container(container, GRACE));
        futures_util::future::try_join_all(stops).await?;
        for container in &removed {
            docker.client().remove_container(container, AnonymousVolumes::Remove).await?;
        }
    }
    Ok(StoppedApp { app: app.to_owned(), removed, dry_run })
}

/// Containers of applications on the instance's network, or of one application.
///
/// # Errors
/// When the engine does not answer.
pub async fn app_containers(docker: &Docker, name: &InstanceName, app: Option<&str>) -> Result<Vec<ContainerSummary>> {
    let label = app.map_or_else(|| labels::APP.to_owned(), |app| format!("{}={app}", labels::APP));
    let network = name.network();
    Ok(docker.containers(&[("label", &label), ("network", &network)]).await?)
}

fn shown(container: ContainerSummary) -> AppContainer {
    let labels = container.labels.unwrap_or_default();
    let names = container.names.unwrap_or_default();
    AppContainer {
        app: labels.get(labels::APP).cloned().unwrap_or_default(),
        service: labels.get(SERVICE).cloned(),
        name: names.first().map(|name| name.trim_start_matches('/').to_owned()).unwrap_or_default(),
        image: container.image.unwrap_or_default(),
        state: container.state.map(|state| state.to_string()).unwrap_or_default(),
    }
}
