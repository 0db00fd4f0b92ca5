//! `karctl check local`: finds out, side by side, what this machine is like, and has it judged. Changes nothing.

mod instances;

use std::path::{Path, PathBuf};
use std::time::Duration;

use futures_util::future::join_all;
use jiff::Timestamp;
use rustix::fs::{Access, access};

use crate::check::local::{AFTER, CHECKS};
use crate::check::machine::{ContainerEngine, Folder, FolderState, Machine, NativeParts, Port, PortState, Proxy};
use crate::check::tool::{SDK, Tool};
use crate::check::{self, Mode, Reason, Report};
use crate::client::{disk, memory, port, program};
use crate::context::Context;
use crate::error::{Result, report};
use crate::redacted::Secret;
use crate::services::Credentials;
use crate::settings::{EngineChoice, Settings};
use crate::target::local::choice;
use crate::target::local::docker::DockerEngine;
use crate::target::local::engine::{Engine, EngineKind};
use crate::target::local::instance::{Component, Desired, Presence};
use crate::target::local::native::Sources;
use crate::target::local::record::Record;

/// How long a program may take to tell its version.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// Checks this machine for an instance with these settings; unless only what is needed `before` is asked for, also the
/// instances that there are, and the shell's variables.
///
/// # Errors
/// When the settings do not fit together; everything else is a finding.
pub async fn check(context: &Context, settings: &Settings, before: bool) -> Result<Report> {
    // A check makes no passwords: what matters is where the instance would be.
    let unused = || Secret::new("");
    let credentials =
        || Ok(Credentials { kafka_username: String::new(), kafka_password: unused(), redis_password: unused() });
    let desired = Desired::from_settings(settings, credentials)?;
    let machine = look(context, settings, &desired, before).await;
    let after = if before { &[][..] } else { AFTER };
    Ok(check::run(Mode::Local, CHECKS.iter().chain(after), &machine))
}

async fn look(context: &Context, settings: &Settings, desired: &Desired, before: bool) -> Machine {
    let environment = &context.environment;
    let (containers, tools, native, ports) =
        tokio::join!(container_engine(context), tools(context), native(context, desired), ports(context, desired));
    let (instances, shell) = match before {
        true => (Ok(Vec::new()), None),
        false => tokio::join!(instances::look(context, desired, &containers), instances::shell(context)),
    };
    Machine {
        name: desired.name.to_string(),
        choice: choice(context, settings, desired),
        containers,
        is_engine_named: DockerEngine::is_asked_for(context),
        native,
        ports,
        folders: vec![
            folder("Kafka's and Redis' data", environment.state_directory()),
            folder("what is fetched", environment.cache_directory()),
        ],
        memory: memory::available(),
        tools,
        instances,
        shell,
        proxy: proxy(context),
        certificates: certificates(context),
    }
}

/// An instance that lives on an engine stays there, unless another one is asked for.
fn choice(context: &Context, settings: &Settings, desired: &Desired) -> EngineChoice {
    match (settings.local.engine, Record::read(context, &desired.name).ok().flatten().map(|record| record.engine)) {
        (EngineChoice::Auto, Some(EngineKind::Docker)) => EngineChoice::Docker,
        (EngineChoice::Auto, Some(EngineKind::Native)) => EngineChoice::Native,
        (choice, _) => choice,
    }
}

/// One that takes a connection and says nothing is none.
async fn container_engine(context: &Context) -> std::result::Result<ContainerEngine, Reason> {
    let silent = |_| Reason {
        message: format!("the container engine has said nothing for {} s", ANSWER_LIMIT.as_secs()),
        hints: Vec::new(),
        code: None,
    };
    tokio::time::timeout(ANSWER_LIMIT, ask_engine(context)).await.map_err(silent)?
}

async fn ask_engine(context: &Context) -> std::result::Result<ContainerEngine, Reason> {
    let engine = DockerEngine::connect(context, None).await.map_err(|error| Reason::of(&error))?;
    let version = engine.client().version().await.map_err(|error| Reason::of(&error.into()))?;
    let host = engine.client().host().await.ok();
    let now = Timestamp::now();
    let ahead = |time: String| Some(time.parse::<Timestamp>().ok()?.as_second() - now.as_second());
    Ok(ContainerEngine {
        description: format!("{version} at {}", engine.client().endpoint()),
        endpoint: engine.endpoint().unwrap_or_default(),
        clock_ahead: host.as_ref().and_then(|host| host.time.clone()).and_then(ahead),
        memory: host.and_then(|host| host.memory),
    })
}

/// Looking may start a program or read a large file, which others need not wait for.
async fn native(context: &Context, desired: &Desired) -> NativeParts {
    let (context, desired) = (context.clone(), desired.clone());
    let looked = tokio::task::spawn_blocking(move || Sources::look(&context, &desired));
    let unknown = || Reason { message: "it took too long to look for it".to_owned(), hints: Vec::new(), code: None };
    match tokio::time::timeout(ANSWER_LIMIT, looked).await {
        Ok(Ok(Sources { java, kafka, redis })) => {
            let [java, kafka, redis] = [java, kafka, redis].map(|source| source.map_err(|error| Reason::of(&error)));
            NativeParts { java, kafka, redis }
        }
        _ => NativeParts { java: Err(unknown()), kafka: Err(unknown()), redis: Err(unknown()) },
    }
}

async fn tools(context: &Context) -> Vec<Tool> {
    let sdk = SDK.iter().map(|requirement| (requirement.program, requirement.arguments));
    let programs = std::iter::once(("kar", &["version"][..])).chain(sdk);
    join_all(programs.map(|(name, arguments)| async move {
        let found = match context.environment.program(name) {
            Some(path) => {
                let said = program::ask(&path, arguments, ANSWER_LIMIT).await;
                Some((path, said.map_err(|error| report(&error).message)))
            }
            None => None,
        };
        Tool { program: name, found }
    }))
    .await
}

async fn ports(context: &Context, desired: &Desired) -> Vec<Port> {
    let mut ports = Vec::new();
    for (component, flag) in [(Component::Kafka, "--kafka-port"), (Component::Redis, "--redis-port")] {
        let Some(number) = desired.address.port(component) else { continue };
        let bind = desired.address.bind;
        let state = if port::is_free(bind, number) {
            PortState::Free
        } else if is_ours(context, desired, component).await {
            PortState::Ours
        } else {
            PortState::Taken(port::holder_of(number).map(|holder| holder.to_string()))
        };
        ports.push(Port { service: component.title(), bind, port: number, flag, state });
    }
    ports
}

/// Whether the instance itself listens there.
async fn is_ours(context: &Context, desired: &Desired, component: Component) -> bool {
    let Ok(Some(located)) = choice::locate(context, &desired.name).await else { return false };
    let seen = located.observed.components.get(&component).map(|observed| &observed.presence);
    let address = located.observed.address.as_ref();
    matches!(seen, Some(Presence::Running { .. }))
        && address.and_then(|address| address.port(component)) == desired.address.port(component)
}

/// The folder need not exist yet: what counts is the nearest one above that does.
fn folder(purpose: &'static str, path: Result<PathBuf>) -> Folder {
    let state = path.map_err(|error| Reason::of(&error)).map(|path| {
        let there = path.ancestors().find(|folder| folder.exists()).unwrap_or(Path::new("/"));
        FolderState {
            is_writable: there.is_dir() && access(there, Access::WRITE_OK | Access::EXEC_OK).is_ok(),
            free: disk::free(there).ok(),
            path,
        }
    });
    Folder { purpose, state }
}

/// Variables by which HTTP clients find a proxy, in either case.
const PROXY_VARIABLES: [&str; 3] = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY"];

fn proxy(context: &Context) -> Proxy {
    let either = |name: &str| {
        let lower = name.to_lowercase();
        [name.to_owned(), lower].into_iter().find(|name| context.environment.variable(name).is_some())
    };
    let exceptions = either("NO_PROXY").and_then(|name| context.environment.variable(&name).map(str::to_owned));
    Proxy { set: PROXY_VARIABLES.into_iter().filter_map(either).collect(), exceptions }
}

fn certificates(context: &Context) -> Option<(PathBuf, std::result::Result<(), String>)> {
    let path = PathBuf::from(context.environment.variable("SSL_CERT_FILE")?);
    let read = match std::fs::read_to_string(context.environment.working_directory().join(&path)) {
        Ok(text) if text.contains("-----BEGIN CERTIFICATE-----") => Ok(()),
        Ok(_) => Err("holds no PEM certificate".to_owned()),
        Err(error) => Err(format!("cannot be read: {error}")),
    };
    Some((path, read))
}
