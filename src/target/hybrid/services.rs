//! Where Kafka and Redis are, and what each member is told of them.

use std::net::IpAddr;
use std::path::Path;

use super::Hybrid;
use super::members::{self, Connection, Joined};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::runtime_config::RuntimeConfig;
use crate::runtime_config::service_key::Selection;
use crate::services::{Services, Vantage};
use crate::settings::project::{ManagedKeys, Member, MemberPlace, ServicesSource};
use crate::target::code_engine::account::{self, AccountOptions};
use crate::target::code_engine::managed::{self, Managed};
use crate::target::kubernetes::access;
use crate::target::local::instance::InstanceName;
use crate::target::{environment, local};

/// Where the services of a project are today: those of this machine or a cluster have to run.
///
/// # Errors
/// When they do not run, the keys or the file cannot be read, or the home of the services is not among `joined`.
pub async fn find(context: &Context, hybrid: &Hybrid, joined: &[Joined<'_>]) -> Result<Services> {
    let Some(services) = &hybrid.project.services else {
        return Err(Failure::usage("the project does not say where Kafka and Redis are").code(Code::BadProject).into());
    };
    match &services.source {
        ServicesSource::Local { name } => local::services(context, &InstanceName::parse(name)?).await,
        ServicesSource::Cluster { member } => of_cluster(hybrid, joined, member).await,
        ServicesSource::Managed(keys) => Ok(told(context, of_keys(context, hybrid, keys).await?)),
        ServicesSource::Credentials(path) => {
            Ok(told(context, managed::from_file(context, &at(hybrid, path), Selection::default())?))
        }
        ServicesSource::File(path) => Ok(Services::Given(environment::read_services(context, &at(hybrid, path))?)),
    }
}

/// Managed services, with the regions that their keys tell; `None` where they are no managed ones.
///
/// # Errors
/// When the keys cannot be read.
pub async fn managed(context: &Context, hybrid: &Hybrid) -> Result<Option<Managed>> {
    match hybrid.project.services.as_ref().map(|services| &services.source) {
        Some(ServicesSource::Managed(keys)) => of_keys(context, hybrid, keys).await.map(Some),
        Some(ServicesSource::Credentials(path)) => {
            managed::from_file(context, &at(hybrid, path), Selection::default()).map(Some)
        }
        _ => Ok(None),
    }
}

async fn of_keys(context: &Context, hybrid: &Hybrid, keys: &ManagedKeys) -> Result<Managed> {
    let ManagedKeys { key, redis_key_id, kafka_key_id } = keys;
    let read = async || {
        let account = account::find(context, &AccountOptions::default())?;
        managed::services(context, &account, key, redis_key_id.as_deref(), kafka_key_id.as_deref()).await
    };
    hybrid.managed.get_or_try_init(read).await.cloned()
}

/// The services as a member of the project above the working folder sees them; where none is named, this machine.
///
/// # Errors
/// A usage failure where the project has no such member; otherwise as [`find`] and [`config_for`].
pub async fn of_member(context: &Context, name: Option<&str>) -> Result<Services> {
    let hybrid = Hybrid::read(context, None)?;
    let member = match name {
        Some(name) => members::chosen(&hybrid, &[name.to_owned()])?[0],
        None => this_machine(&hybrid)?,
    };
    let home = hybrid.project.home();
    let needed: Vec<_> = home.into_iter().map(str::to_owned).collect();
    let needed = if needed.is_empty() { Vec::new() } else { members::chosen(&hybrid, &needed)? };
    let services = find(context, &hybrid, &members::connect(context, &hybrid, &needed).await).await?;
    let config = config_for(&services, home, member)?;
    // A container of this machine has addresses of its own, which only the instance knows.
    Ok(if member.place == MemberPlace::Local { services } else { Services::Given(config) })
}

fn this_machine(hybrid: &Hybrid) -> Result<&Member> {
    let mut members = hybrid.project.members.iter();
    members.find(|member| member.place == MemberPlace::Local).ok_or_else(|| {
        let names: Vec<_> = hybrid.project.members.iter().map(|member| member.name.as_str()).collect();
        Failure::usage(format!("{} has no member that is this machine", hybrid.file.display()))
            .hint("add one (`laptop: { local: {} }`), or name the member that this process is to be")
            .hint(format!("there is {}", names.join(", ")))
            .into()
    })
}

async fn of_cluster(hybrid: &Hybrid, joined: &[Joined<'_>], name: &str) -> Result<Services> {
    let home = joined.iter().find(|joined| joined.member.name == *name);
    match home.map(|home| home.connected()) {
        Some(Ok(Connection::Cluster { cluster, settings, .. })) => {
            access::services(&cluster.restarted(), &settings.kubernetes.namespace).await
        }
        Some(Err(error)) => {
            let report = crate::error::report(error);
            let failure = Failure::new(report.message)
                .status(report.status)
                .because(anyhow::anyhow!("Kafka and Redis are there"));
            let failure = report.hints.into_iter().fold(failure, Failure::hint);
            Err(report.code.into_iter().fold(failure, Failure::code).into())
        }
        _ => Err(Failure::new(format!("the member `{name}` of {} is not connected", hybrid.file.display())).into()),
    }
}

fn at(hybrid: &Hybrid, path: &str) -> std::path::PathBuf {
    hybrid.folder.join(Path::new(path))
}

fn told(context: &Context, managed: Managed) -> Services {
    for warning in &managed.warnings {
        context.ui.warn(warning);
    }
    managed.services
}

/// What a member's processes are told of the services; `home` is the member that they are in, where they are in one.
///
/// # Errors
/// With the place in the file, where the member cannot reach them whatever runs: an address that means something else
/// there, a cluster that exposes nothing.
pub fn config_for(services: &Services, home: Option<&str>, member: &Member) -> Result<RuntimeConfig> {
    let is_home = home == Some(member.name.as_str());
    let vantage = if is_home { Vantage::Pod } else { Vantage::Host };
    let unreachable = |message: &str, hint: &str| {
        let message = format!("`{}` ({}) cannot reach {message}", member.name, member.place.kind());
        member.at.wrong(&message).hint(hint).code(Code::MemberCannotReach)
    };
    if let Services::Cluster(cluster) = services
        && cluster.outside.is_none()
        && !is_home
    {
        let message = "Kafka and Redis: their cluster does not expose them";
        return Err(unreachable(
            message,
            "give it a host name that its members reach: `values: { kubernetes: { expose: HOST } }`",
        )
        .into());
    }
    let config = services.runtime_config(vantage)?;
    if is_home {
        return Ok(config);
    }
    for address in config.kafka_brokers.iter().map(String::as_str).chain(config.redis_host.as_deref()) {
        if let Some(reason) = by_design(host(address), &member.place) {
            return Err(unreachable(&format!("`{address}`: {reason}"), hint(services)).into());
        }
    }
    Ok(config)
}

/// How the services get an address that others can reach.
fn hint(services: &Services) -> &'static str {
    match services {
        Services::Local(_) => {
            "give the instance an address of this machine that its members reach: `settings: { local: { bind: ADDRESS } }`"
        }
        Services::Cluster(_) => {
            "give the cluster a host name that its members reach: `values: { kubernetes: { expose: HOST } }`"
        }
        Services::Given(_) => "write addresses into the file of the services that every member reaches",
    }
}

/// Why an address means nothing, or something else, where the member is.
fn by_design(host: &str, place: &MemberPlace) -> Option<&'static str> {
    if *place == MemberPlace::Local {
        return is_of_cluster(host).then_some("the name is known within its cluster only");
    }
    let is_unspecified = host.parse::<IpAddr>().is_ok_and(|ip| ip.is_unspecified());
    if host == "localhost" || host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) || is_unspecified {
        return Some("that is the member itself there");
    }
    is_of_cluster(host).then_some("the name is known within its cluster only")
}

/// The names of services within a cluster; what they are there, they are nowhere else.
fn is_of_cluster(host: &str) -> bool {
    host.ends_with(".svc") || host.contains(".svc.")
}

/// The host of `host:port`, also of `[::1]:9092`.
fn host(address: &str) -> &str {
    if let Some(rest) = address.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    match address.rsplit_once(':') {
        Some((host, _)) if !host.contains(':') => host,
        _ => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redacted::Secret;
    use crate::services::{ClusterServices, LocalServices, Outside};
    use crate::settings::project::Project;

    fn member(place: &str) -> Member {
        let text = format!("version: 1\nmembers: {{ a: {place} }}\n");
        Project::read("karctl.yaml", &text).expect("a project").members.remove(0)
    }

    fn local(host: &str) -> Services {
        Services::Local(LocalServices {
            host: host.to_owned(),
            kafka_port: 31093,
            redis_port: 31379,
            network: None,
            credentials: None,
        })
    }

    fn cluster(outside: Option<&str>) -> Services {
        Services::Cluster(ClusterServices {
            namespace: "kar-system".to_owned(),
            cluster_domain: "cluster.local".to_owned(),
            brokers: 1,
            outside: outside.map(|host| Outside { host: host.to_owned(), kafka_port: 31093, redis_port: 31379 }),
            kafka_login: None,
            redis_password: Secret::new("secret"),
        })
    }

    const PLACES: [&str; 4] =
        ["{ local: {} }", "{ cluster: { context: c } }", "{ code-engine: { project: p } }", "{ host: {} }"];

    #[test]
    fn an_address_of_this_machine_alone_is_for_this_machine_alone() {
        for host in ["127.0.0.1", "localhost", "::1", "0.0.0.0"] {
            for place in PLACES {
                let told = config_for(&local(host), None, &member(place));
                assert_eq!(told.is_ok(), place == PLACES[0], "{host} {place}");
            }
        }
        for place in PLACES {
            let config = config_for(&local("192.168.1.2"), None, &member(place)).expect("an address for all");
            assert_eq!(config.kafka_brokers, ["192.168.1.2:31093"]);
        }
    }

    #[test]
    fn a_cluster_knows_its_own_names_and_others_what_it_exposes() {
        let member = member(PLACES[1]);
        let inside = config_for(&cluster(None), Some("a"), &member).expect("its own");
        assert_eq!(inside.kafka_brokers, ["kar-kafka-0.kar-kafka.kar-system.svc.cluster.local:9092"]);
        assert!(config_for(&cluster(None), Some("b"), &member).is_err(), "closed");
        let outside = config_for(&cluster(Some("kar.example.org")), Some("b"), &member).expect("exposed");
        assert_eq!(outside.redis_host.as_deref(), Some("kar.example.org"));
        assert!(config_for(&cluster(Some("localhost")), Some("b"), &member).is_err(), "a cluster of this machine");
    }

    #[test]
    fn names_of_a_cluster_are_told_with_their_place() {
        let config = RuntimeConfig {
            kafka_brokers: vec!["kafka.kar.svc.cluster.local:9092".to_owned()],
            redis_host: Some("redis.example.org".to_owned()),
            ..RuntimeConfig::default()
        };
        let error = config_for(&Services::Given(config), None, &member(PLACES[3])).expect_err("unreachable");
        let report = crate::error::report(&error);
        assert!(
            report.message.starts_with("karctl.yaml:2:12: `a` (another host) cannot reach `kafka.kar.svc"),
            "{report:?}"
        );
        assert_eq!(report.code, Some(Code::MemberCannotReach));
    }
}
