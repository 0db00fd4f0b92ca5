//! `karctl local run`, `ps` and `stop-app`: components of applications as containers on the instance's network, with
//! `kar` inside. Replaces kar-docker-run.sh, which passed everything through a shell.

use std::collections::HashMap;
use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::choice::{self, name_flag};
use super::docker::{DockerEngine, labels};
use super::engine::Action;
use super::instance::InstanceName;
use super::lock;
use crate::client::docker::models::{
    ContainerCreateBody, ContainerSummary, EndpointSettings, HostConfig, NetworkingConfig,
};
use crate::client::docker::{AnonymousVolumes, Archive, Creation, Docker, Entry, LogRequest};
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::{RuntimeConfig, Variable};
use crate::services::Vantage;

/// Label with the service's name, the original's.
const SERVICE: &str = "kar.ibm.com/service";

/// Where `kar` reads what must not be seen in a container's description; the folder that its injector uses in pods.
const SECRETS: &str = "/var/run/secrets/kar.ibm.com";

/// Time for a component to end by itself.
const GRACE: Duration = Duration::from_secs(10);

/// A component of an application.
#[derive(Clone, Debug)]
pub struct AppComponent {
    /// Name of the application.
    pub app: String,
    /// Image, with `kar` inside.
    pub image: String,
    /// Name of the service it offers.
    pub service: Option<String>,
    /// Types of the actors it hosts.
    pub actors: Vec<String>,
    /// Port that the component listens on, in its container.
    pub port: u16,
    /// Further variables of the container.
    pub environment: Vec<(String, String)>,
    /// Name of the container; with several replicas, a number follows.
    pub container: Option<String>,
    /// How many containers.
    pub replicas: u16,
    /// `kar`'s verbosity, such as `info`.
    pub verbosity: String,
    /// Replaces the image's command where it is not empty.
    pub command: Vec<String>,
}

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

impl AppComponent {
    /// Checks what `kar` could not be told: its runner splits the arguments at blanks.
    fn check(&self) -> Result<()> {
        let words = [Some(&self.app), self.service.as_ref()].into_iter().flatten().chain(&self.actors);
        for word in words {
            let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.');
            if word.is_empty() || !word.chars().all(fits) {
                return Err(Failure::usage(format!("`{word}` cannot be a name in a KAR application"))
                    .hint("use letters, digits, `-` and `.`")
                    .into());
            }
        }
        Ok(())
    }

    fn names(&self) -> Vec<String> {
        let base = self.container.clone().unwrap_or_else(|| match &self.service {
            Some(service) => format!("{}-{service}", self.app),
            None => self.app.clone(),
        });
        match self.replicas {
            1 => vec![base],
            replicas => (0..replicas).map(|replica| format!("{base}{replica}")).collect(),
        }
    }

    /// What the image's runner adds to `kar run -app APP`.
    fn extra_arguments(&self, has_secrets: bool) -> String {
        let mut arguments = format!("-app {} -v {} -app_port {}", self.app, self.verbosity, self.port);
        if has_secrets {
            arguments.push_str(&format!(" -config_dir {SECRETS}"));
        }
        if let Some(service) = &self.service {
            arguments.push_str(&format!(" -service {service}"));
        }
        if !self.actors.is_empty() {
            arguments.push_str(&format!(" -actors {}", self.actors.join(",")));
        }
        arguments
    }

    /// Variables of the container; secrets are not among them.
    fn variables(&self, config: &RuntimeConfig) -> Vec<String> {
        let shown = |variable: Variable| {
            let value = variable.value.filter(|_| !variable.is_secret)?;
            Some(format!("{}={}", variable.name, value.expose()))
        };
        let mut variables: Vec<String> = config.variables().into_iter().filter_map(shown).collect();
        variables.extend([
            format!("KAR_APP={}", self.app),
            "KAR_SIDECAR_IN_CONTAINER=true".to_owned(),
            format!("KAR_APP_PORT={}", self.port),
            format!("KAR_EXTRA_ARGS={}", self.extra_arguments(!secrets(config).is_empty())),
        ]);
        variables.extend(self.environment.iter().map(|(name, value)| format!("{name}={value}")));
        variables
    }

    /// The original's; the instance is told by the network, so that `down` takes no application for its own.
    fn labels(&self) -> HashMap<String, String> {
        let mut labels = HashMap::from([(labels::APP.to_owned(), self.app.clone())]);
        if let Some(service) = &self.service {
            labels.insert(SERVICE.to_owned(), service.clone());
        }
        labels
    }

    fn body(&self, name: &InstanceName, config: &RuntimeConfig) -> ContainerCreateBody {
        let network = name.network();
        ContainerCreateBody {
            image: Some(self.image.clone()),
            cmd: (!self.command.is_empty()).then(|| self.command.clone()),
            env: Some(self.variables(config)),
            labels: Some(self.labels()),
            host_config: Some(HostConfig { network_mode: Some(network.clone()), ..HostConfig::default() }),
            networking_config: Some(NetworkingConfig {
                endpoints_config: Some(HashMap::from([(network, EndpointSettings::default())])),
            }),
            ..ContainerCreateBody::default()
        }
    }
}

/// Secrets as `kar`'s configuration folder has them: lower-case names, no line end.
fn secrets(config: &RuntimeConfig) -> Vec<(String, Variable)> {
    let secret = |variable: Variable| {
        (variable.is_secret && variable.value.is_some()).then(|| (variable.name.to_lowercase(), variable))
    };
    config.variables().into_iter().filter_map(secret).collect()
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

async fn docker(context: &Context, name: &InstanceName) -> Result<DockerEngine> {
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

async fn require_image(docker: &Docker, image: &str) -> Result<()> {
    if docker.image(image).await?.is_some() {
        return Ok(());
    }
    Err(Failure::new(format!("the engine has no image {image}"))
        .hint(format!("pull or build it with your engine's own tool, such as `docker pull {image}`"))
        .into())
}

/// Makes room for a container: one of an application goes, anybody else's is an error.
async fn replace(docker: &Docker, container: &str) -> Result<Action> {
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

async fn create(
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

async fn app_containers(docker: &Docker, name: &InstanceName, app: Option<&str>) -> Result<Vec<ContainerSummary>> {
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
