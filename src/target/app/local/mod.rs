//! Applications on this machine: the components of a `karctl.yaml` as containers on the network of a local instance.

mod running;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use crate::client::docker::{AnonymousVolumes, Docker};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::RuntimeConfig;
use crate::services::Vantage;
use crate::settings::project::{App, Component, FILE};
use crate::target::app::folder::{Folder, PROJECT};
use crate::target::app::image::{self, Image};
use crate::target::app::ready;
use crate::target::local::any_engine::AnyEngine;
use crate::target::local::app::container::{ensure, plan};
use crate::target::local::app::{AppComponent, GRACE, StartedContainer, app_containers};
use crate::target::local::choice;
use crate::target::local::docker::{DockerEngine, labels};
use crate::target::local::engine::Action;
use crate::target::local::instance::InstanceName;
use crate::target::local::lock;

pub use running::running;

/// What `karctl app up -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Up {
    /// Every application of the project.
    pub apps: Vec<RunningApp>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// One application of [`Up`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunningApp {
    /// Its name.
    pub app: String,
    /// Its components, in the order of the project.
    pub components: Vec<RunningComponent>,
    /// Containers of components that the project no longer has; they were removed.
    pub removed: Vec<String>,
}

/// One component of [`RunningApp`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct RunningComponent {
    /// Its name.
    pub component: String,
    /// Name and tag of its image; the tag is the hash of what it is built from.
    pub image: String,
    /// Whether the image was built, or would be.
    pub built: bool,
    /// Its containers.
    pub containers: Vec<StartedContainer>,
}

/// What `karctl app down -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Down {
    /// Every application of the project.
    pub apps: Vec<EndedApp>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// One application of [`Down`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct EndedApp {
    /// Its name.
    pub app: String,
    /// Names of the containers that were removed, or would be.
    pub containers: Vec<String>,
    /// Names of the images that were removed, or would be.
    pub images: Vec<String>,
}

/// A local instance as applications see it.
pub struct Network<'a> {
    context: &'a Context,
    name: &'a InstanceName,
    engine: DockerEngine,
    config: RuntimeConfig,
}

impl<'a> Network<'a> {
    /// Finds the instance, which must run in containers. `folder` is whose applications are to run there, for hints.
    ///
    /// # Errors
    /// When the instance does not run, or runs without containers: with what to do instead.
    pub async fn open(context: &'a Context, name: &'a InstanceName, folder: &Folder) -> Result<Self> {
        let config = crate::target::local::services(context, name).await?.runtime_config(Vantage::Container);
        match choice::located(context, name).await?.engine {
            AnyEngine::Docker(engine) => Ok(Self { context, name, engine, config: config? }),
            AnyEngine::Native(_) => Err(without_containers(name, folder)),
        }
    }

    /// The engine.
    pub fn docker(&self) -> &Docker {
        self.engine.client()
    }

    /// Builds, runs and renews all applications of a project, and returns once they are ready. What is as wanted is left
    /// alone.
    ///
    /// # Errors
    /// When an image cannot be built, a container cannot be started, or what runs does not become ready.
    pub async fn up(&self, folder: &Folder) -> Result<Up> {
        let mut apps = Vec::new();
        for app in &folder.project.apps {
            self.refuse_foreign(folder, app).await?;
        }
        for app in &folder.project.apps {
            let images = self.images(folder, app).await?;
            apps.push(self.run(folder, app, &images).await?);
            for (component, image) in app.components.iter().zip(&images) {
                image::remove_others(self.docker(), folder, &app.name, &component.name, Some(&image.name)).await?;
            }
        }
        Ok(Up { apps, dry_run: false })
    }

    /// Says what [`Network::up`] would do.
    ///
    /// # Errors
    /// When the engine does not answer, or a file cannot be read.
    pub async fn plan(&self, folder: &Folder) -> Result<Up> {
        let mut apps = Vec::new();
        for app in &folder.project.apps {
            self.refuse_foreign(folder, app).await?;
            let mut components = Vec::new();
            for component in &app.components {
                let (image, _) = image::wanted(&folder.path, &app.name, component)?;
                let wanted = container_of(folder, app, component, &image);
                let containers = plan(self.docker(), self.name, &wanted, &self.config).await?;
                let built = self.docker().image(&image).await?.is_none();
                components.push(RunningComponent { component: component.name.clone(), image, built, containers });
            }
            let removed = self.orphans(folder, app, &components).await?;
            apps.push(RunningApp { app: app.name.clone(), components, removed });
        }
        Ok(Up { apps, dry_run: true })
    }

    /// Checks that what has the name of the application, or of one of its containers, is of this project.
    async fn refuse_foreign(&self, folder: &Folder, app: &App) -> Result<()> {
        made(self.docker(), self.name, folder, &app.name).await?;
        for component in &app.components {
            for container in container_of(folder, app, component, "").names() {
                let found = self.docker().container(&container).await?.and_then(|found| found.config);
                let Some(labels) = found.and_then(|config| config.labels) else { continue };
                let is_own = folder.is_own(labels.get(PROJECT).map(String::as_str));
                if !is_own || labels.get(labels::APP) != Some(&app.name) {
                    return Err(foreign(&container, folder, &app.name));
                }
            }
        }
        Ok(())
    }

    async fn images(&self, folder: &Folder, app: &App) -> Result<Vec<Image>> {
        let mut images = Vec::new();
        for component in &app.components {
            images.push(image::ensure(self.context, self.docker(), folder, &app.name, component).await?);
        }
        Ok(images)
    }

    /// What others call comes first, and answers before a client begins.
    async fn run(&self, folder: &Folder, app: &App, images: &[Image]) -> Result<RunningApp> {
        let lock = lock::acquire(self.context, self.name).await?;
        let mut components: Vec<Option<RunningComponent>> = app.components.iter().map(|_| None).collect();
        for serves in [true, false] {
            let mut awaited = Vec::new();
            for (index, (component, image)) in app.components.iter().zip(images).enumerate() {
                if component.serves() != serves {
                    continue;
                }
                let running = self.run_component(folder, app, component, image).await?;
                if serves {
                    awaited.extend(running.containers.iter().map(|container| ready::Awaited {
                        container: container.name.clone(),
                        port: component.port,
                        is_new: container.action.is_change(),
                    }));
                }
                components[index] = Some(running);
            }
            ready::wait(self.context, self.docker(), &awaited).await?;
        }
        let components: Vec<_> = components.into_iter().flatten().collect();
        let removed = self.orphans(folder, app, &components).await?;
        self.remove(&removed).await?;
        drop(lock);
        Ok(RunningApp { app: app.name.clone(), components, removed })
    }

    async fn run_component(
        &self,
        folder: &Folder,
        app: &App,
        component: &Component,
        image: &Image,
    ) -> Result<RunningComponent> {
        let wanted = container_of(folder, app, component, &image.name);
        let step = self.context.ui.step(format!("Starting {}-{}", app.name, component.name));
        let containers = ensure(&self.engine, self.name, &wanted, &self.config).await?;
        let started: Vec<_> =
            containers.iter().filter(|one| one.action.is_change()).map(|one| one.name.as_str()).collect();
        match started.as_slice() {
            [] => step.skip(),
            names => step.done(format!("Started {}", names.join(", "))),
        }
        let (component, image, built) = (component.name.clone(), image.name.clone(), image.is_new);
        Ok(RunningComponent { component, image, built, containers })
    }

    /// Containers of the application that `karctl app` made, and that are not among these.
    async fn orphans(&self, folder: &Folder, app: &App, components: &[RunningComponent]) -> Result<Vec<String>> {
        let wanted: Vec<_> = components.iter().flat_map(|one| one.containers.iter().map(|one| &one.name)).collect();
        let mut all = made(self.docker(), self.name, folder, &app.name).await?;
        all.retain(|name| !wanted.contains(&name));
        Ok(all)
    }

    async fn remove(&self, containers: &[String]) -> Result<()> {
        remove(self.docker(), containers).await
    }
}

/// Ends and removes what [`Network::up`] made of a project: containers and images.
///
/// # Errors
/// When no engine answers, or it refuses.
pub async fn down(context: &Context, name: &InstanceName, folder: &Folder, dry_run: bool) -> Result<Down> {
    let engine = match choice::locate(context, name).await?.map(|located| located.engine) {
        Some(AnyEngine::Docker(engine)) => engine,
        Some(AnyEngine::Native(_)) => return Err(without_containers(name, folder)),
        // The instance is gone, and with it the containers; images are left.
        None => DockerEngine::connect(context, None).await?,
    };
    let docker = engine.client();
    let _lock = lock::acquire(context, name).await?;
    let mut apps = Vec::new();
    for app in &folder.project.apps {
        let containers = made(docker, name, folder, &app.name).await?;
        if !dry_run {
            remove(docker, &containers).await?;
        }
        let mut images = Vec::new();
        for component in &app.components {
            images.extend(match dry_run {
                true => image::all(docker, folder, &app.name, &component.name).await?,
                false => image::remove_others(docker, folder, &app.name, &component.name, None).await?,
            });
        }
        apps.push(EndedApp { app: app.name.clone(), containers, images });
    }
    Ok(Down { apps, dry_run })
}

async fn remove(docker: &Docker, containers: &[String]) -> Result<()> {
    let stops = containers.iter().map(|container| docker.stop_container(container, GRACE));
    futures_util::future::try_join_all(stops).await?;
    for container in containers {
        docker.remove_container(container, AnonymousVolumes::Remove).await?;
    }
    Ok(())
}

/// Names of the containers that `karctl app` made of an application.
///
/// # Errors
/// When one of them is of another project, or the engine does not answer.
async fn made(docker: &Docker, name: &InstanceName, folder: &Folder, app: &str) -> Result<Vec<String>> {
    let mut names = Vec::new();
    for container in app_containers(docker, name, Some(app)).await? {
        let labels = container.labels.unwrap_or_default();
        let Some(project) = labels.get(PROJECT) else { continue };
        let Some(name) = container.names.and_then(|names| names.into_iter().next()) else { continue };
        let name = name.trim_start_matches('/').to_owned();
        if !folder.is_own(Some(project)) {
            return Err(foreign(&name, folder, app));
        }
        names.push(name);
    }
    names.sort();
    Ok(names)
}

fn foreign(container: &str, folder: &Folder, app: &str) -> anyhow::Error {
    Failure::new(format!("container {container} is not of `{app}` in {}", folder.path.display()))
        .hint(format!("end it where it is from (`karctl app down FOLDER`, `karctl local stop-app`), or rename `{app}`"))
        .hint(format!("if it is the same project in another folder, say `project: NAME` in both {FILE}"))
        .code(Code::ForeignContainer)
        .into()
}

fn container_of(folder: &Folder, app: &App, component: &Component, image: &str) -> AppComponent {
    AppComponent {
        app: app.name.clone(),
        image: image.to_owned(),
        service: component.service.clone(),
        actors: component.actors.clone(),
        port: component.port,
        environment: component.environment.clone(),
        container: Some(format!("{}-{}", app.name, component.name)),
        replicas: component.replicas,
        verbosity: component.verbosity.clone(),
        command: component.command.clone(),
        labels: BTreeMap::from([(PROJECT.to_owned(), folder.identity())]),
    }
}

/// What to do with applications where there is no network of containers.
fn without_containers(name: &InstanceName, folder: &Folder) -> anyhow::Error {
    let failure = Failure::new(format!("`{name}` runs on the native engine, which has no containers"));
    let mut failure = failure.hint(format!(
        "`karctl local up --engine docker{}` gives applications a network of containers",
        choice::name_flag(name)
    ));
    for app in &folder.project.apps {
        for component in &app.components {
            failure = failure.hint(format!("or run it by hand: `{}`", by_hand(name, &app.name, component)));
        }
    }
    failure.into()
}

fn by_hand(name: &InstanceName, app: &str, component: &Component) -> String {
    let mut line = format!("karctl exec{} -- kar run -app {app}", choice::name_flag(name));
    if let Some(service) = &component.service {
        line.push_str(&format!(" -service {service}"));
    }
    if !component.actors.is_empty() {
        line.push_str(&format!(" -actors {}", component.actors.join(",")));
    }
    if component.serves() {
        line.push_str(&format!(" -app_port {}", component.port));
    }
    match component.command.as_slice() {
        [] => line + " COMMAND",
        command => format!("{line} {}", command.join(" ")),
    }
}

impl Up {
    /// Every container, with what was done to it.
    pub fn containers(&self) -> impl Iterator<Item = &StartedContainer> {
        self.apps.iter().flat_map(|app| &app.components).flat_map(|component| &component.containers)
    }

    /// Whether anything was built, started or removed.
    pub fn is_change(&self) -> bool {
        let is_built = |component: &RunningComponent| component.built;
        self.containers().any(|container| container.action.is_change())
            || self.apps.iter().any(|app| !app.removed.is_empty() || app.components.iter().any(is_built))
    }

    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for app in &self.apps {
            for component in &app.components {
                if component.built && self.dry_run {
                    text.push_str(&format!("would build {}\n", component.image));
                }
                for container in &component.containers {
                    text.push_str(&format!("{} {}\n", container.name, self.word(container.action)));
                }
            }
            for name in &app.removed {
                text.push_str(&format!("{name} {}\n", self.word(Action::Removed)));
            }
        }
        text
    }

    fn word(&self, action: Action) -> &'static str {
        match (action, self.dry_run) {
            (Action::Unchanged, _) => "is unchanged",
            (Action::Removed | Action::Stopped, true) => "would be removed: karctl.yaml has it no longer",
            (Action::Removed | Action::Stopped, false) => "was removed: karctl.yaml has it no longer",
            (Action::Recreated, true) => "would be made anew",
            (_, true) => "would be made",
            (Action::Recreated, false) => "was made anew and runs",
            (_, false) => "was made and runs",
        }
    }
}

impl Down {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let verb = if self.dry_run { "would remove" } else { "removed" };
        for app in &self.apps {
            let all: Vec<_> = app.containers.iter().chain(&app.images).map(String::as_str).collect();
            text.push_str(&match all.as_slice() {
                [] => format!("nothing of `{}` in {FILE} is here\n", app.app),
                all => format!("{verb} {}\n", all.join(", ")),
            });
        }
        text
    }
}
