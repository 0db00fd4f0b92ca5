//! Brings the registry about: finds it, compares it with what is wanted, does the difference, and sees that it answers.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::blueprint::{Blueprint, volume_labels};
use super::look::{self, Found};
use super::ready::wait;
use super::{CONTAINER, IN_CLUSTER, LOOPBACK, LocalRegistry, VOLUME};
use crate::client::docker::models::ContainerStateStatusEnum as State;
use crate::client::docker::{AnonymousVolumes, Creation, Docker, are_other_images};
use crate::client::port;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::PullPolicy;
use crate::target::engine_port::{holder, is_about_a_port, require_this_machine};
use crate::target::local::docker::{DockerEngine, images};
use crate::target::local::engine::Action;
use crate::target::lock::Lock;

/// How many ports after the preferred one are tried before whichever is free is taken.
const NEXT_PORTS: u16 = 10;

/// Time for it to end.
const GRACE: Duration = Duration::from_secs(10);

/// What is wanted.
#[derive(Clone, Debug)]
pub struct Options {
    /// Image of the container.
    pub image: String,
    /// Port on this machine.
    pub port: PortChoice,
    /// When the image is pulled.
    pub pull: PullPolicy,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// Which port.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PortChoice {
    /// This one, or none.
    Exactly(u16),
    /// This one, or that of a registry which is there already, or another where it is taken.
    Prefer(u16),
}

/// What `karctl registry up -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Up {
    /// What was done to the container.
    pub action: Action,
    /// Why, where it is not obvious.
    pub reason: Option<String>,
    /// By which name this machine and its engine know the registry, such as `localhost:5000`.
    pub host: String,
    /// By which name local clusters know it.
    pub in_cluster: &'static str,
    /// Its port on this machine.
    pub port: u16,
    /// Image of its container.
    pub image: String,
    /// Volume that keeps its images; null where the container is not karctl's.
    pub volume: Option<String>,
    /// Networks that it was put on.
    pub attached: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// What is to be done.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step {
    Create,
    Recreate(String),
    Start,
    Keep,
}

/// Brings the registry about, on the engine of this machine.
///
/// # Errors
/// When no engine answers, the port is taken, the image cannot be had, a container of its name is something else, or it
/// does not answer in time.
pub async fn up(context: &Context, options: &Options) -> Result<Up> {
    let engine = DockerEngine::connect(context, None).await?;
    up_on(context, &engine, options).await
}

/// [`up`], on an engine that is connected already.
///
/// # Errors
/// As [`up`].
pub async fn up_on(context: &Context, engine: &DockerEngine, options: &Options) -> Result<Up> {
    require_this_machine(engine.client(), "the registry would listen, on loopback")?;
    let folder = context.environment.state_directory()?;
    let _lock = if options.dry_run { None } else { Some(Lock::acquire(context, &folder, CONTAINER).await?) };
    let docker = engine.client();
    let look = async { Ok((look::find(docker).await?, docker.image(&options.image).await?)) };
    let (found, image) = engine.within(&context.deadline, look).await?;
    let step = step(found.as_ref(), options, image.as_ref().and_then(|image| image.id.as_deref()));
    refuse_taken(docker, found.as_ref(), options, &step).await?;
    let is_made = matches!(step, Step::Create | Step::Recreate(_));
    if is_made && !options.dry_run {
        let has_image = image.is_some();
        match (options.pull, has_image) {
            (PullPolicy::Never, false) => return Err(images::missing(&options.image)),
            (PullPolicy::Always, _) | (PullPolicy::Missing, false) => {
                images::pull(docker, context, &options.image, "--set registry.image=I").await?;
            }
            (PullPolicy::Missing | PullPolicy::Never, true) => {}
        }
    }
    let deadline = context.deadline.restarted();
    let raising = Raising { context, docker, options, found: found.as_ref() };
    let up = engine.within(&deadline, raising.run(step)).await?;
    if !options.dry_run {
        raising.prove(up.port).await?;
    }
    Ok(up)
}

/// Compares what there is with what is wanted; `image` is the id of the image that the engine has.
fn step(found: Option<&Found>, options: &Options, image: Option<&str>) -> Step {
    let Some(found) = found else { return Step::Create };
    let is_running = found.is_running();
    if !found.is_foreign {
        let port = wanted_port(Some(found), options.port);
        if found.port() != Some(port) {
            return Step::Recreate(format!("its port is to be {port}"));
        }
        // Podman writes the registry in front of the name.
        if !found.image().ends_with(&options.image) {
            return Step::Recreate(format!("its image is to be {}", options.image));
        }
        if are_other_images(image, found.image_id()) {
            return Step::Recreate("its image is a newer one".to_owned());
        }
        if found.specification() != Some(&Blueprint { image: options.image.clone(), port }.specification()) {
            return Step::Recreate("its settings differ".to_owned());
        }
        if matches!(found.status(), State::DEAD | State::REMOVING) {
            return Step::Recreate("it was broken".to_owned());
        }
    }
    if is_running { Step::Keep } else { Step::Start }
}

/// The port that was asked for, else that of the registry which is there, else the usual one.
fn wanted_port(found: Option<&Found>, choice: PortChoice) -> u16 {
    match choice {
        PortChoice::Exactly(port) => port,
        PortChoice::Prefer(port) => found.filter(|found| !found.is_foreign).and_then(Found::port).unwrap_or(port),
    }
}

/// Where a port was asked for, nothing is taken away before it is known to be free.
async fn refuse_taken(docker: &Docker, found: Option<&Found>, options: &Options, step: &Step) -> Result<()> {
    let PortChoice::Exactly(wanted) = options.port else { return Ok(()) };
    let is_made = matches!(step, Step::Create | Step::Recreate(_));
    let is_held_by_itself = found.is_some_and(|found| found.is_running() && found.port() == Some(wanted));
    if !is_made || is_held_by_itself || port::is_free(LOOPBACK, wanted) {
        return Ok(());
    }
    Err(port_taken(docker, wanted).await)
}

async fn port_taken(docker: &Docker, port: u16) -> anyhow::Error {
    Failure::new(format!("port {port}, which the registry needs, is taken{}", holder(docker, port).await))
        .hint("give --port another one, or leave it out to take one that is free")
        .code(Code::RegistryPortTaken)
        .into()
}

/// One run of `up`, after it was looked at what there is.
struct Raising<'a> {
    context: &'a Context,
    docker: &'a Docker,
    options: &'a Options,
    found: Option<&'a Found>,
}

impl Raising<'_> {
    async fn run(&self, step: Step) -> Result<Up> {
        if let Some(foreign) = self.found.filter(|found| found.is_foreign) {
            return self.adopt(foreign, step).await;
        }
        let (action, reason) = match &step {
            Step::Create => (Action::Created, None),
            Step::Recreate(reason) => (Action::Recreated, Some(reason.clone())),
            Step::Start => (Action::Started, None),
            Step::Keep => (Action::Unchanged, None),
        };
        let wanted = wanted_port(self.found, self.options.port);
        if self.options.dry_run {
            let port = if step == Step::Create { self.free_port(wanted)? } else { wanted };
            return Ok(self.told(action, reason, port, self.missing_networks().await?));
        }
        let port = match step {
            Step::Create | Step::Recreate(_) => self.make(wanted).await?,
            Step::Start => self.start(wanted).await?,
            Step::Keep => wanted,
        };
        Ok(self.told(action, reason, port, attach(self.docker).await?))
    }

    fn told(&self, action: Action, reason: Option<String>, port: u16, attached: Vec<String>) -> Up {
        let registry = LocalRegistry::at(port);
        let foreign = self.found.filter(|found| found.is_foreign);
        Up {
            action,
            reason,
            host: registry.host,
            in_cluster: IN_CLUSTER,
            port,
            image: foreign.map_or_else(|| self.options.image.clone(), |found| found.image().to_owned()),
            volume: foreign.is_none().then(|| VOLUME.to_owned()),
            attached,
            dry_run: self.options.dry_run,
        }
    }

    /// A container of the registry's name that somebody else made, most often the original's script: used where it is a
    /// registry, and never changed.
    async fn adopt(&self, foreign: &Found, step: Step) -> Result<Up> {
        let Some(port) = foreign.port() else {
            return Err(foreign_registry("it publishes no port of a registry").into());
        };
        if let PortChoice::Exactly(wanted) = self.options.port
            && wanted != port
        {
            return Err(foreign_registry(&format!("it has port {port}, not {wanted}")).into());
        }
        let action = if step == Step::Start { Action::Started } else { Action::Unchanged };
        let reason = Some("it is not karctl's, and used as it is".to_owned());
        if self.options.dry_run {
            return Ok(self.told(action, reason, port, self.missing_networks().await?));
        }
        if step == Step::Start {
            self.docker.start_container(CONTAINER).await?;
        }
        Ok(self.told(action, reason, port, attach(self.docker).await?))
    }

    /// Sees that a registry answers on the port.
    async fn prove(&self, port: u16) -> Result<()> {
        let Some(foreign) = self.found.filter(|found| found.is_foreign) else {
            return wait(self.context, self.docker, port).await;
        };
        let waited = wait(self.context, self.docker, port).await;
        waited.map_err(|error| foreign_registry("it does not serve the registry's API").because(error))?;
        if foreign.is_open() {
            self.context.ui.warn(format!(
                "anybody on the network can write to the registry: its container publishes port {port} on all addresses"
            ));
        }
        Ok(())
    }

    /// Makes the container, in the place of the one that is there, and starts it. Returns its port.
    async fn make(&self, wanted: u16) -> Result<u16> {
        let docker = self.docker;
        if self.found.is_some() {
            docker.stop_container(CONTAINER, GRACE).await?;
            docker.remove_container(CONTAINER, AnonymousVolumes::Keep).await?;
        }
        if docker.volume(VOLUME).await?.is_none() {
            docker.create_volume(VOLUME, volume_labels()).await?;
        }
        let mut refused = Vec::new();
        loop {
            let port = self.free_port_but(wanted, &refused)?;
            self.create(port).await?;
            match docker.start_container(CONTAINER).await {
                Ok(()) => return Ok(port),
                // The engine may see more of the machine than karctl does. What it made stays behind half done.
                Err(error) if is_about_a_port(&error) => {
                    docker.remove_container(CONTAINER, AnonymousVolumes::Keep).await?;
                    if self.options.port == PortChoice::Exactly(port) || refused.len() > usize::from(NEXT_PORTS) {
                        return Err(port_taken(docker, port).await);
                    }
                    refused.push(port);
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    async fn create(&self, port: u16) -> Result<()> {
        let blueprint = Blueprint { image: self.options.image.clone(), port };
        match self.docker.create_container(CONTAINER, &blueprint.body()).await? {
            Creation::Created(_) => Ok(()),
            Creation::NameTaken => {
                // The name was free a moment ago, so it is our own, whose answer was lost; or somebody was faster.
                let found = look::find(self.docker).await?;
                if found.is_some_and(|found| found.specification() == Some(&blueprint.specification())) {
                    return Ok(());
                }
                Err(Failure::new(format!("somebody else made a container {CONTAINER} just now"))
                    .hint("run the same command again")
                    .code(Code::ForeignContainer)
                    .into())
            }
        }
    }

    /// Starts the container that is there. One that cannot start, as its port or one of its networks is gone, is made anew.
    async fn start(&self, port: u16) -> Result<u16> {
        if self.found.is_some_and(|found| found.status() == State::PAUSED) {
            self.docker.unpause_container(CONTAINER).await?;
            return Ok(port);
        }
        match self.docker.start_container(CONTAINER).await {
            Ok(()) => Ok(port),
            Err(error) if is_about_a_port(&error) && self.options.port == PortChoice::Exactly(port) => {
                Err(port_taken(self.docker, port).await)
            }
            Err(error) if error.refusal().is_some() => self.make(port).await,
            Err(error) => Err(error.into()),
        }
    }

    /// The wanted port where it was asked for or is free, else one near it.
    fn free_port(&self, wanted: u16) -> Result<u16> {
        self.free_port_but(wanted, &[])
    }

    fn free_port_but(&self, wanted: u16, refused: &[u16]) -> Result<u16> {
        if let PortChoice::Exactly(port) = self.options.port {
            return Ok(port);
        }
        let near = wanted..=wanted.saturating_add(NEXT_PORTS);
        let free = near.into_iter().find(|port| !refused.contains(port) && port::is_free(LOOPBACK, *port));
        free.map_or_else(|| port::free_port(LOOPBACK), Ok)
    }

    async fn missing_networks(&self) -> Result<Vec<String>> {
        let has = self.found.map(Found::networks).unwrap_or_default();
        Ok(look::networks(self.docker).await?.into_iter().filter(|network| !has.contains(network)).collect())
    }
}

fn foreign_registry(why: &str) -> Failure {
    Failure::new(format!("there is a container `{CONTAINER}` that is not karctl's, and {why}"))
        .hint(format!("remove it (`docker rm -f {CONTAINER}`), then run the same command again"))
        .code(Code::ForeignRegistry)
}

/// Puts the registry on the networks of all local clusters; returns those it was not on.
///
/// # Errors
/// When the engine refuses or does not answer.
pub async fn attach(docker: &Docker) -> Result<Vec<String>> {
    let Some(found) = look::find(docker).await? else { return Ok(Vec::new()) };
    let has = found.networks();
    let mut attached = Vec::new();
    for network in look::networks(docker).await?.into_iter().filter(|network| !has.contains(network)) {
        match docker.connect_network(&network, CONTAINER, CONTAINER).await {
            Ok(()) => attached.push(network),
            // Its cluster was taken away since it was listed.
            Err(error) if error.status() == Some(404) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(attached)
}

#[cfg(test)]
#[path = "up_tests.rs"]
mod tests;
