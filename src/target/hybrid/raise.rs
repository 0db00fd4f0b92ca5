//! What `karctl hybrid up` does for one member: the recipe of its kind, and nothing else.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::OnceLock;

use super::Hybrid;
use super::apps;
use super::env_file::EnvFile;
use super::members::{Connection, Joined};
use super::outcome::{Done, Step};
use super::services::config_for;
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::context::Context;
use crate::error::Result;
use crate::runtime_config::RuntimeConfig;
use crate::services::Services;
use crate::settings::Settings;
use crate::settings::project::{Member, MemberPlace, ServicesSource};
use crate::target::code_engine::enable::{EnableOptions, enable};
use crate::target::code_engine::managed::Managed;
use crate::target::kubernetes::deploy::{self, Deployed, OwnServers};
use crate::target::kubernetes::desired::Elsewhere;

/// Which applications of members are brought up with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Applications {
    /// All that the file names.
    All,
    /// Those of this machine, which begin anew only by that.
    Here,
    /// None.
    Left,
}

/// How members are brought up.
pub struct Order<'a> {
    /// The project.
    pub hybrid: &'a Hybrid,
    /// The folder of the files for hosts.
    pub env_dir: PathBuf,
    /// Registry, and folder in it, that images of applications are pushed to; that of this machine where none is given.
    pub registry: Option<String>,
    /// Return when everything was applied.
    pub no_wait: bool,
    /// Only say what would be done.
    pub dry_run: bool,
    /// Which applications of members are brought up too.
    pub applications: Applications,
    /// Members that somebody agreed lose Kafka and Redis of their own; none until it was asked.
    pub agreed: OnceLock<BTreeSet<String>>,
}

/// Brings a member that is not the home of the services to what the file says.
///
/// # Errors
/// Whatever its recipe says; the same again goes on.
pub async fn member(context: &Context, order: &Order<'_>, joined: &Joined<'_>, services: &Services) -> Result<Done> {
    let member = joined.member;
    let config = config_for(services, order.hybrid.project.home(), member)?;
    match joined.connected().map_err(super::outcome::repeated)? {
        Connection::Host => env_file(context, order, member, &config).await,
        Connection::Here { .. } => {
            let mut done = env_file(context, order, member, &config).await?;
            done.steps.extend(apps::up_here(context, order, member).await?);
            Ok(done)
        }
        Connection::Cluster { cluster, settings, .. } => {
            cluster_of(context, order, member, &cluster.restarted(), settings, config).await
        }
        Connection::CodeEngine { account, project } => {
            let account = &account.restarted(context);
            let options = EnableOptions { dry_run: order.dry_run, ..EnableOptions::default() };
            let enabled = enable(context, account, project, &managed_by_hand(config), &options).await?;
            let changed = enabled.secrets.into_iter().filter(|secret| secret.change != Change::Unchanged);
            let step = changed.map(|secret| Step { object: format!("secret {}", secret.name), change: secret.change });
            let mut steps: Vec<_> = step.collect();
            steps.extend(apps::up_on_code_engine(context, order, member, (account, project)).await?);
            Ok(Done { steps, ..Done::default() })
        }
    }
}

/// What a project of Code Engine is given, of which no service key tells the region.
pub fn managed_by_hand(config: RuntimeConfig) -> Managed {
    Managed {
        services: Services::Given(config),
        redis_region: None,
        kafka_region: None,
        warnings: Vec::new(),
        private_hosts: Vec::new(),
    }
}

/// The file of variables for a host, or for shells of this machine.
async fn env_file(context: &Context, order: &Order<'_>, member: &Member, config: &RuntimeConfig) -> Result<Done> {
    let file = EnvFile::new(context, &order.hybrid.folder, &order.env_dir, &member.name);
    let written = file.write(config, order.dry_run).await?;
    written.warnings.into_iter().for_each(|warning| context.ui.warn(warning));
    let usage = if member.place == MemberPlace::Local { file.usage_here(config) } else { file.usage_there(config) };
    Ok(Done { steps: written.steps, usage: Some(usage), ..Done::default() })
}

async fn cluster_of(
    context: &Context,
    order: &Order<'_>,
    member: &Member,
    on: &Cluster,
    settings: &Settings,
    config: RuntimeConfig,
) -> Result<Done> {
    let managed_key = match order.hybrid.project.services.as_ref().map(|services| &services.source) {
        Some(ServicesSource::Managed(keys)) => Some(keys.key.clone()),
        _ => None,
    };
    cluster(context, order, member, on, settings, Some(Elsewhere { config, managed_key })).await
}

/// Deploys the runtime on a cluster, enables the member's namespaces and runs its applications; without `elsewhere`, Kafka and Redis run there.
///
/// # Errors
/// As [`deploy::deploy`].
pub async fn cluster(
    context: &Context,
    order: &Order<'_>,
    member: &Member,
    on: &Cluster,
    settings: &Settings,
    elsewhere: Option<Elsewhere>,
) -> Result<Done> {
    let may_lose = order.agreed.get().is_some_and(|agreed| agreed.contains(&member.name));
    let options = deploy::Options {
        // The home's own are what is asked for, in whatever mode.
        own_servers: if may_lose || elsewhere.is_none() { OwnServers::MayGo } else { OwnServers::Stay },
        in_cluster: elsewhere.is_none(),
        elsewhere,
        enable: member.namespaces.clone(),
        create_namespaces: true,
        dry_run: order.dry_run,
        no_wait: order.no_wait,
        ..deploy::Options::default()
    };
    let deployed = deploy::deploy(context, on, settings, &options).await?;
    let mut steps = steps(&deployed);
    steps.extend(apps::up_on_cluster(context, order, member, on, settings).await?);
    Ok(Done { steps, ..Done::default() })
}

/// What a deploy changed, or would.
fn steps(deployed: &Deployed) -> Vec<Step> {
    let objects = deployed.objects.iter().map(|outcome| {
        let name = match &outcome.namespace {
            Some(namespace) => format!("{namespace}/{}", outcome.name),
            None => outcome.name.clone(),
        };
        Step { object: format!("{} {name}", outcome.kind), change: outcome.change }
    });
    let namespaces = deployed
        .enabled
        .iter()
        .map(|enabled| Step { object: format!("enabled namespace {}", enabled.namespace), change: enabled.change });
    objects.chain(namespaces).filter(|step| step.change != Change::Unchanged).collect()
}
