//! `karctl check ce`: finds out, side by side, what an account, one of its projects and the managed services are like, and
//! has it judged. Nothing is written, unless a topic is named for it.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use jiff::Timestamp;

use super::account::{Account, Project};
use super::component::RUNTIME_CONFIG;
use super::managed::{self, Managed};
use crate::check::cluster::Told;
use crate::check::code_engine::{
    AFTER, BEFORE, Keys, Login, Project as ProjectFound, Registry, Secret as SecretFound, Subject, Usage,
};
use crate::check::{self, Mode, Reason, Report};
use crate::client::ibmcloud::code_engine::{App, REGISTRY_FORMAT, SecretObject};
use crate::client::kafka;
use crate::client::registry::{self, RegistryError};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::redacted::Secret;
use crate::runtime_config::service_key::Selection;
use crate::runtime_config::{NAMES, RuntimeConfig, parse};
use crate::services::{Services, Vantage};
use crate::target::probe;

/// Time for each service to answer.
const PROBE_LIMIT: Duration = Duration::from_secs(10);

/// A registry that lets nothing move for so long is given up.
const REGISTRY_STALL: Duration = Duration::from_secs(10);

/// What is looked at.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// The name of the service keys.
    pub key: Option<String>,
    /// The guid of the key of Databases for Redis.
    pub redis_id: Option<String>,
    /// The guid of the key of Event Streams.
    pub kafka_id: Option<String>,
    /// The keys in a file.
    pub credentials: Option<PathBuf>,
    /// A secret of the project with a login to a registry.
    pub registry_secret: Option<String>,
    /// A topic that a record is written to.
    pub probe_topic: Option<String>,
    /// Only what has to be there before anything is put into the project.
    pub before: bool,
}

/// Checks an account, its project and the services.
///
/// # Errors
/// Never for what is found wrong, which is a finding.
pub async fn check(context: &Context, account: Result<Account>, wanted: &Wanted) -> Result<Report> {
    let subject = look(context, account, wanted).await;
    let after = if wanted.before { &[][..] } else { AFTER };
    Ok(check::run(Mode::Ce, BEFORE.iter().chain(after), &subject))
}

async fn look(context: &Context, account: Result<Account>, wanted: &Wanted) -> Subject {
    let account = account.map_err(|error| Reason::of(&error));
    let login = login(&account).await;
    // Whatever a refused login would be asked next says the same again.
    let account = match &login {
        Ok(_) => account,
        Err(reason) => Err(reason.clone()),
    };
    let (project, keys) = tokio::join!(project(&account), keys(context, &account, wanted));
    let (secret, registry, usage) = tokio::join!(
        secret(&account, &project),
        registry(&account, &project, wanted.registry_secret.as_deref()),
        usage(&account, &project)
    );
    let config = configuration(keys.as_ref(), &secret);
    let answers = match &config {
        Some(config) => probe::ask(config, PROBE_LIMIT).await,
        None => probe::Answers { brokers: Vec::new(), redis: None },
    };
    let record = match (&wanted.probe_topic, &config) {
        (Some(topic), Some(config)) => Some(record(config, topic).await),
        (Some(_), None) => Some(Err(unknown_services())),
        (None, _) => None,
    };
    Subject {
        misunderstood: secret.iter().flatten().flat_map(misunderstood).collect(),
        login,
        secret: secret.map(|secret| compared(secret, keys.as_ref())),
        project: project.as_ref().map(found).map_err(Clone::clone),
        private_hosts: keys
            .as_ref()
            .and_then(|keys| keys.as_ref().ok())
            .map(|keys| keys.private_hosts.clone())
            .unwrap_or_default(),
        keys: keys.map(|keys| keys.map(summary)),
        registry,
        usage,
        brokers: answers.brokers,
        redis: answers.redis,
        record,
    }
}

fn of_failure(error: impl Into<Failure>) -> Reason {
    Reason::of(&error.into().into())
}

fn unknown_services() -> Reason {
    Reason {
        message: "nobody says where Kafka is".to_owned(),
        hints: vec!["name the service keys, or give them in a file with --credentials FILE".to_owned()],
        code: Some(Code::ProbeTopicFailed),
    }
}

async fn login(account: &Told<Account>) -> Told<Login> {
    let account = account.as_ref().map_err(Clone::clone)?;
    let identity = account.session.identity().await.map_err(of_failure)?;
    let who = identity.user.as_deref().unwrap_or("somebody");
    let means = if account.session.has_key() { "an API key" } else { "a token" };
    let minutes = identity.expires.map(|end| (end - Timestamp::now().as_second()) / 60);
    Ok(Login {
        description: format!("{who}, by {means} ({})", account.login),
        minutes_left: minutes.filter(|_| !account.session.has_key()),
    })
}

async fn project(account: &Told<Account>) -> Told<Project> {
    let account = account.as_ref().map_err(Clone::clone)?;
    account.project().await.map_err(|error| Reason::of(&error))
}

fn found(project: &Project) -> ProjectFound {
    ProjectFound {
        name: project.name.clone(),
        region: project.region.clone(),
        is_active: project.status.is_active(),
        state: project.status.to_string(),
    }
}

/// The services of the keys; `None` where none are named.
pub async fn keys(context: &Context, account: &Told<Account>, wanted: &Wanted) -> Option<Told<Managed>> {
    let selection = Selection {
        name: wanted.key.as_deref(),
        redis_id: wanted.redis_id.as_deref(),
        kafka_id: wanted.kafka_id.as_deref(),
    };
    let read = match (&wanted.credentials, &wanted.key, account) {
        (Some(file), _, _) => managed::from_file(context, file, selection),
        (None, Some(key), Ok(account)) => {
            managed::services(context, account, key, selection.redis_id, selection.kafka_id).await
        }
        (None, Some(_), Err(reason)) => return Some(Err(reason.clone())),
        (None, None, _) => return None,
    };
    Some(read.map_err(|error| Reason::of(&error)))
}

fn summary(managed: Managed) -> Keys {
    Keys { redis_region: managed.redis_region, kafka_region: managed.kafka_region, warnings: managed.warnings }
}

async fn secret(account: &Told<Account>, project: &Told<Project>) -> Told<Option<SecretObject>> {
    let (account, project) = (account.as_ref().map_err(Clone::clone)?, project.as_ref().map_err(Clone::clone)?);
    account.session.secret(&project.id, RUNTIME_CONFIG).await.map_err(of_failure)
}

/// The keys say where the services are, else the project's own configuration.
fn configuration(keys: Option<&Told<Managed>>, secret: &Told<Option<SecretObject>>) -> Option<RuntimeConfig> {
    match keys {
        Some(Ok(keys)) => config_of(&keys.services),
        Some(Err(_)) => None,
        None => {
            let data = secret.as_ref().ok()?.as_ref()?.data.as_ref()?;
            Some(parse::read(|name| data.get(name).map(|value| value.expose().to_owned())).0)
        }
    }
}

fn config_of(services: &Services) -> Option<RuntimeConfig> {
    services.runtime_config(Vantage::Host).ok()
}

/// The project's configuration against that of the keys.
fn compared(secret: Option<SecretObject>, keys: Option<&Told<Managed>>) -> SecretFound {
    let Some(secret) = secret else { return SecretFound::Missing };
    let Some(data) = secret.data else { return SecretFound::Hidden };
    let Some(config) = keys.and_then(|keys| keys.as_ref().ok()).and_then(|keys| config_of(&keys.services)) else {
        return SecretFound::There;
    };
    let set = config.variables().into_iter().filter_map(|variable| Some((variable.name, variable.value?)));
    let wanted: BTreeMap<String, Secret> = set.collect();
    let mut names: Vec<String> =
        wanted.keys().chain(data.keys()).filter(|name| wanted.get(*name) != data.get(*name)).cloned().collect();
    names.sort();
    names.dedup();
    if names.is_empty() { SecretFound::Fresh } else { SecretFound::Stale(names) }
}

/// What `kar` would not understand of a configuration that may be seen; a line end behind a value is a part of it, but for
/// Base64.
fn misunderstood(secret: &SecretObject) -> Vec<String> {
    let Some(data) = &secret.data else { return Vec::new() };
    let value = |name: &str| data.get(name).map(|value| value.expose().to_owned());
    let (_, unread) = parse::read(value);
    let is_told = |name: &str| unread.iter().any(|problem| problem.variable == name);
    let ends = |name: &&str| value(name).is_some_and(|value| value.ends_with('\n'));
    let ended = NAMES.into_iter().filter(ends).filter(|name| *name != "REDIS_CA" && !is_told(name));
    let unread = unread.iter().map(|problem| format!("{} {}", problem.variable, problem.message));
    unread.chain(ended.map(|name| format!("{name} ends with a line end"))).collect()
}

/// Whether the registry of a login that the project keeps takes it.
async fn registry(account: &Told<Account>, project: &Told<Project>, name: Option<&str>) -> Option<Told<Registry>> {
    let name = name?;
    Some(
        async {
            let (account, project) = (account.as_ref().map_err(Clone::clone)?, project.as_ref().map_err(Clone::clone)?);
            let unusable =
                |message: String| Reason { message, hints: Vec::new(), code: Some(Code::RegistrySecretUnusable) };
            let secret = account.session.secret(&project.id, name).await.map_err(of_failure)?;
            let secret = secret.ok_or_else(|| unusable(format!("the project has no secret {name}")))?;
            if secret.format != REGISTRY_FORMAT {
                return Err(unusable(format!(
                    "the secret {name} has the format {}, not {REGISTRY_FORMAT}",
                    secret.format
                )));
            }
            let data = secret.data.unwrap_or_default();
            let value = |key: &str| data.get(key).map(|value| value.expose().to_owned()).unwrap_or_default();
            let (server, user) = (value("server"), value("username"));
            if server.is_empty() {
                return Err(unusable(format!("the secret {name} names no server")));
            }
            let login = registry::Login::Password { user, password: Secret::new(value("password")) };
            ask_registry(&server, login).await.map_err(|error| unusable_login(error, name))?;
            Ok(Registry { name: name.to_owned(), server })
        }
        .await,
    )
}

/// A login is the project's: logging in with the docker command would not help.
fn unusable_login(error: RegistryError, secret: &str) -> Reason {
    let is_refused = matches!(error.status(), Some(401 | 403));
    let mut reason = of_failure(error);
    reason.code = Some(Code::RegistrySecretUnusable);
    if is_refused {
        reason.hints = vec![format!("correct user and password in the secret {secret}")];
    }
    reason
}

async fn ask_registry(server: &str, login: registry::Login) -> registry::Result<()> {
    let options = registry::Options {
        login: Some(login),
        allows_plain_http: false,
        trust: registry::Trust::default(),
        stall: REGISTRY_STALL,
    };
    registry::Registry::new(registry::host_of(server), options).prove_login().await
}

async fn usage(account: &Told<Account>, project: &Told<Project>) -> Told<Usage> {
    let (account, project) = (account.as_ref().map_err(Clone::clone)?, project.as_ref().map_err(Clone::clone)?);
    let apps = account.session.apps(&project.id).await.map_err(of_failure)?;
    let cpus = |app: &App| {
        app.spec.scale_cpu_limit.parse::<f64>().unwrap_or_default() * f64::from(app.spec.scale_min_instances)
    };
    // The sum of no numbers would be -0.
    Ok(Usage { apps: apps.len(), cpus: apps.iter().map(cpus).fold(0.0, |sum, cpus| sum + cpus) })
}

/// Writes a record to a topic that is there, and reads it again.
async fn record(config: &RuntimeConfig, topic: &str) -> Told<String> {
    let failed = |message: String| Reason { message, hints: Vec::new(), code: Some(Code::ProbeTopicFailed) };
    let tls = probe::kafka_tls(config).map_err(|error| Reason::of(&error))?;
    let broker = config.kafka_brokers.first().ok_or_else(unknown_services)?;
    let written = async {
        let credentials = probe::kafka_credentials(config);
        let mut connection = kafka::Connection::open_by(broker, tls.as_ref(), credentials, PROBE_LIMIT).await?;
        connection.prove_record(topic).await
    };
    match written.await {
        Ok(true) => Ok(format!("a record went through the topic {topic} and came back")),
        Ok(false) => Err(failed(format!("there is no topic {topic}"))),
        Err(error) if error.refusal().is_some() || error.is_authentication() || error.is_unanswered() => {
            Err(probe::of_kafka(error, config))
        }
        Err(error) => Err(failed(error.to_string())),
    }
}
