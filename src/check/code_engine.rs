//! What a project of Code Engine, and the managed services that it uses, should be like for KAR. Pure.

use super::cluster::Told;
use super::fix::Fix;
use super::{Check, Finding, Reason, Severity};
use crate::code::Code;

/// Applications that a project has room for, unless IBM raised it.
/// <https://cloud.ibm.com/docs/codeengine?topic=codeengine-limits#project_quotas>, since February 2023.
pub const MOST_APPS: usize = 40;

/// CPUs that all instances of a project have together, those of jobs and builds included, unless IBM raised it. As above.
pub const MOST_CPUS: f64 = 128.0;

/// The part of a limit from which on it is told of.
const NEAR: f64 = 0.8;

/// Less than this of a token's life is told of: a command that waits may outlive it.
const SHORT_LIFE_MINUTES: i64 = 10;

/// What was found of an account, one of its projects, and the services.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Who asks.
    pub login: Told<Login>,
    /// The project.
    pub project: Told<Project>,
    /// The configuration of `kar` in the project.
    pub secret: Told<Secret>,
    /// What `kar` would not understand of that configuration, one sentence each.
    pub misunderstood: Vec<String>,
    /// The service keys; `None` where none were named.
    pub keys: Option<Told<Keys>>,
    /// The login to a registry of private images; `None` where none was named.
    pub registry: Option<Told<Registry>>,
    /// What the project uses of what it may.
    pub usage: Told<Usage>,
    /// Each broker, and whether it can be used from here; empty where nobody says which there are.
    pub brokers: Vec<(String, Told<String>)>,
    /// Whether Redis can be used from here; `None` where nobody says where it is.
    pub redis: Option<Told<String>>,
    /// Hosts of these that are reached from within IBM Cloud only.
    pub private_hosts: Vec<String>,
    /// A record written to a topic and read again, where that was asked for.
    pub record: Option<Told<String>>,
}

/// Who asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Login {
    /// Who, and where the login is from.
    pub description: String,
    /// Minutes until it ends; `None` where it is renewed by itself.
    pub minutes_left: Option<i64>,
}

/// A project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// Name.
    pub name: String,
    /// Region.
    pub region: String,
    /// Whether it can be used.
    pub is_active: bool,
    /// Its state, in the API's word.
    pub state: String,
}

/// The configuration of `kar` in a project, against the service keys where there are some.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// There is none.
    Missing,
    /// It is there, and nothing is known to compare it with.
    There,
    /// It says what the keys say.
    Fresh,
    /// It differs in these names.
    Stale(Vec<String>),
    /// It is there, and whoever asks may not see what it holds.
    Hidden,
}

/// Service keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keys {
    /// Region of Databases for Redis, where it is known.
    pub redis_region: Option<String>,
    /// Region of Event Streams.
    pub kafka_region: Option<String>,
    /// What works, but perhaps not as expected.
    pub warnings: Vec<String>,
}

/// A login to a registry, kept in the project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Registry {
    /// Name of the secret.
    pub name: String,
    /// The server, which answered.
    pub server: String,
}

/// What a project uses.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Usage {
    /// Applications.
    pub apps: usize,
    /// CPUs that their least number of instances takes.
    pub cpus: f64,
}

/// What is checked before anything is put into a project, in the order in which it is shown.
pub const BEFORE: &[Check<Subject>] = &[
    Check::new("login", "IBM Cloud takes the login", Code::CloudLoginRefused, Severity::Error, login),
    Check::new("project", "the project can be used", Code::CodeEngineProjectNotActive, Severity::Error, project),
    Check::new("roles", "whoever asks may look into the project", Code::CloudForbidden, Severity::Error, roles),
    Check::new("keys", "both services have a service key", Code::ServiceKeyMissing, Severity::Error, keys),
    Check::new("keys", "nothing of the keys may surprise", Code::ServiceKeyIncomplete, Severity::Warning, warnings),
    Check::new("region", "the services are where the project is", Code::RegionsDiffer, Severity::Warning, region),
    Check::new("registry", "private images can be pulled", Code::RegistrySecretUnusable, Severity::Error, registry),
    Check::new("quota", "the project has room", Code::ProjectFull, Severity::Warning, quota),
    Check::new("kafka", "Kafka can be used from here", Code::ServiceUnreachable, Severity::Error, kafka),
    Check::new("kafka", "a record goes round", Code::ProbeTopicFailed, Severity::Error, record),
    Check::new("redis", "Redis can be used from here", Code::ServiceUnreachable, Severity::Error, redis),
];

/// What is checked of a project that `karctl ce enable` prepared.
pub const AFTER: &[Check<Subject>] = &[
    Check::new("secret", "the project's configuration is that of the keys", Code::SecretStale, Severity::Error, secret)
        .fixed_by(write),
    Check::new(
        "secret",
        "`kar` understands the project's configuration",
        Code::ProjectConfigurationMisunderstood,
        Severity::Error,
        understood,
    ),
];

/// What cannot be looked at for a reason that another check tells.
fn untold(what: &str) -> Finding {
    Finding::Skipped(format!("{what} cannot be looked at"))
}

fn login(subject: &Subject) -> Finding {
    match &subject.login {
        Err(reason) => Finding::Because(reason.clone()),
        Ok(Login { description, minutes_left: Some(minutes) }) if *minutes < SHORT_LIFE_MINUTES => Finding::Doubtful(
            format!("{description}, whose token ends in {minutes} min"),
            vec!["log in again with `ibmcloud login`, or give an API key, which is renewed by itself".to_owned()],
        ),
        Ok(login) => Finding::Fine(login.description.clone()),
    }
}

fn project(subject: &Subject) -> Finding {
    match &subject.project {
        Err(_) if subject.login.is_err() => untold("the project"),
        Err(reason) => Finding::Because(reason.clone()),
        Ok(Project { name, region, is_active: true, .. }) => {
            Finding::Fine(format!("the project {name} in {region} is active"))
        }
        Ok(Project { name, region, state, .. }) => {
            Finding::Bad(format!("the project {name} in {region} is {state}, not active"), Vec::new())
        }
    }
}

/// There is no way to ask what may be written but to write.
fn roles(subject: &Subject) -> Finding {
    match &subject.secret {
        _ if subject.project.is_err() => untold("the project"),
        Err(reason) => Finding::Because(reason.clone()),
        Ok(Secret::Hidden) => Finding::Doubtful(
            "secrets of the project can be listed, and not read".to_owned(),
            vec!["ask for the role Writer on the project".to_owned()],
        ),
        Ok(_) => Finding::Fine("whoever asks may read the project's secrets".to_owned()),
    }
}

fn keys(subject: &Subject) -> Finding {
    match &subject.keys {
        None => Finding::Skipped("no service keys are named".to_owned()),
        Some(Err(_)) if subject.login.is_err() => untold("the service keys"),
        Some(Err(reason)) => Finding::Because(reason.clone()),
        Some(Ok(_)) => Finding::Fine("Databases for Redis and Event Streams have a service key each".to_owned()),
    }
}

fn warnings(subject: &Subject) -> Finding {
    match &subject.keys {
        Some(Ok(keys)) if keys.warnings.is_empty() => Finding::Fine("the keys have what `kar` needs".to_owned()),
        Some(Ok(keys)) => Finding::Bad(keys.warnings.join("; "), Vec::new()),
        _ => untold("the service keys"),
    }
}

fn region(subject: &Subject) -> Finding {
    let (Some(Ok(keys)), Ok(project)) = (&subject.keys, &subject.project) else {
        return Finding::Skipped("the regions of services and project are not known".to_owned());
    };
    let other = |title: &str, region: &Option<String>| {
        let other = region.as_ref().filter(|region| **region != project.region)?;
        Some(format!("{title} is in {other}"))
    };
    let others: Vec<_> = [other("Databases for Redis", &keys.redis_region), other("Event Streams", &keys.kafka_region)]
        .into_iter()
        .flatten()
        .collect();
    if others.is_empty() {
        return Finding::Fine(format!("services and project are in {}", project.region));
    }
    Finding::Bad(format!("the project is in {}, but {}", project.region, others.join(" and ")), Vec::new())
}

fn registry(subject: &Subject) -> Finding {
    match &subject.registry {
        None => Finding::Skipped("no login to a registry is named (--registry-secret)".to_owned()),
        Some(_) if subject.project.is_err() => untold("the login to the registry"),
        Some(Err(reason)) => Finding::Because(reason.clone()),
        Some(Ok(Registry { name, server })) => Finding::Fine(format!("{server} takes the login of the secret {name}")),
    }
}

fn quota(subject: &Subject) -> Finding {
    let usage = match &subject.usage {
        Ok(usage) => usage,
        Err(_) if subject.project.is_err() => return untold("what the project uses"),
        Err(reason) => return Finding::Because(reason.clone()),
    };
    let Usage { apps, cpus } = *usage;
    let told = format!("{apps} of {MOST_APPS} applications, {cpus} of {MOST_CPUS} CPUs (unless IBM raised the limits)");
    #[expect(clippy::cast_precision_loss, reason = "a project has few applications")]
    let is_near = apps as f64 >= NEAR * MOST_APPS as f64 || cpus >= NEAR * MOST_CPUS;
    if is_near { Finding::Bad(format!("the project is nearly full: {told}"), Vec::new()) } else { Finding::Fine(told) }
}

/// What IBM Cloud alone can reach says nothing from here.
fn judge_probe(subject: &Subject, place: &str, reason: &Reason) -> Finding {
    let host = place.rsplit_once(':').map_or(place, |(host, _)| host);
    let is_private = subject.private_hosts.iter().any(|private| private == place || private == host);
    if is_private && reason.code == Some(Code::ServiceUnreachable) {
        let hint = "run this from within IBM Cloud, or take no notice where applications run there only";
        return Finding::Doubtful(format!("{} (a private endpoint)", reason.message), vec![hint.to_owned()]);
    }
    Finding::Because(reason.clone())
}

fn kafka(subject: &Subject) -> Finding {
    let bad: Vec<_> =
        subject.brokers.iter().filter_map(|(broker, said)| Some((broker, said.as_ref().err()?))).collect();
    match (subject.brokers.first(), bad.as_slice()) {
        (None, _) => Finding::Skipped("nobody says where Kafka is".to_owned()),
        (Some((_, Ok(said))), []) => Finding::Fine(said.clone()),
        // A client that reaches one broker is told of the others.
        (Some(_), [(_, reason), ..]) if bad.len() < subject.brokers.len() => Finding::Doubtful(
            format!("{} of {} brokers: {}", bad.len(), subject.brokers.len(), reason.message),
            reason.hints.clone(),
        ),
        (Some((broker, _)), [(_, reason), ..]) => judge_probe(subject, broker, reason),
        (Some(_), []) => untold("Kafka"),
    }
}

fn redis(subject: &Subject) -> Finding {
    match &subject.redis {
        None => Finding::Skipped("nobody says where Redis is".to_owned()),
        Some(Ok(said)) => Finding::Fine(said.clone()),
        Some(Err(reason)) => {
            let place = subject.private_hosts.iter().find(|host| reason.message.contains(host.as_str()));
            judge_probe(subject, place.map_or("", String::as_str), reason)
        }
    }
}

fn record(subject: &Subject) -> Finding {
    match &subject.record {
        None => Finding::Skipped("nothing is written unless --probe-topic names a topic".to_owned()),
        Some(Ok(said)) => Finding::Fine(said.clone()),
        Some(Err(reason)) => Finding::Because(reason.clone()),
    }
}

fn understood(subject: &Subject) -> Finding {
    match &subject.secret {
        Err(_) => untold("the project's configuration"),
        Ok(Secret::Missing | Secret::Hidden) => Finding::Skipped("there is no configuration to be seen".to_owned()),
        Ok(_) if subject.misunderstood.is_empty() => {
            Finding::Fine("`kar` understands the project's configuration".to_owned())
        }
        Ok(_) => Finding::Bad(subject.misunderstood.join("; "), Vec::new()),
    }
}

/// Only keys that can be read say what it is to be.
fn write(subject: &Subject) -> Option<Fix> {
    matches!(subject.keys, Some(Ok(_))).then_some(Fix::WriteProject)
}

fn secret(subject: &Subject) -> Finding {
    match &subject.secret {
        Err(_) => untold("the project's configuration"),
        Ok(Secret::Missing) => Finding::Because(Reason {
            message: "the project has no configuration for `kar`".to_owned(),
            hints: vec!["`karctl ce enable KEY` puts it there".to_owned()],
            code: Some(Code::SecretStale),
        }),
        Ok(Secret::There) => {
            Finding::Fine("the project has a configuration; name the service keys to compare it".to_owned())
        }
        Ok(Secret::Fresh) => Finding::Fine("the project's configuration is that of the service keys".to_owned()),
        Ok(Secret::Hidden) => Finding::Skipped("the project's configuration may not be seen".to_owned()),
        Ok(Secret::Stale(names)) => Finding::Bad(
            format!("the project's configuration differs from the service keys in {}", names.join(", ")),
            Vec::new(),
        ),
    }
}

#[cfg(test)]
#[path = "code_engine_tests.rs"]
mod tests;
