//! `karctl hybrid status`: each member healthy, or the one sentence why not, and its applications. Changes nothing.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::Hybrid;
use super::env_file::EnvFile;
use super::members::{AT_A_TIME, Connection, Joined, chosen, connect};
use super::outcome::{Kind, repeated};
use super::raise::managed_by_hand;
use super::running::{self, MemberApp};
use super::services::{self, config_for};
use super::up::{of, with_home};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::context::Context;
use crate::error::{Result, Status as ExitStatus, report};
use crate::runtime_config::RuntimeConfig;
use crate::runtime_config::difference::{Difference, differences};
use crate::services::Services;
use crate::settings::Settings;
use crate::settings::project::Member;
use crate::target::code_engine::enable::{EnableOptions, enable};
use crate::target::kubernetes::access;
use crate::target::kubernetes::status as cluster_status;
use crate::target::probe;
use crate::ui::table;

/// Time for each service to answer this machine.
const PROBE_LIMIT: Duration = Duration::from_secs(5);

/// What `status` is told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these members; all where none is named.
    pub only: Vec<String>,
    /// The folder of the files for hosts, where it is not the usual one.
    pub env_dir: Option<PathBuf>,
}

/// What `karctl hybrid status -o json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Status {
    /// Whether no member is known to be ill.
    pub healthy: bool,
    /// Every member, in the order of the file.
    pub members: Vec<MemberStatus>,
}

/// One member of [`Status`].
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct MemberStatus {
    /// Its name.
    pub member: String,
    /// What it is.
    pub kind: Kind,
    /// How it is.
    pub health: Health,
    /// Why, in one sentence, where it is not healthy.
    pub reason: Option<String>,
    /// What to do.
    pub hints: Vec<String>,
    /// Its applications, in the order of the file; none where they cannot be looked at.
    pub apps: Vec<MemberApp>,
}

/// How a member is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It is as the file says, and works as far as can be seen from here.
    Healthy,
    /// It is not.
    Unhealthy,
    /// Only a check on it could tell.
    Unverified,
}

/// Looks at members, side by side.
///
/// # Errors
/// A usage failure for a name that no member has.
pub async fn status(context: &Context, hybrid: &Hybrid, options: &Options) -> Result<Status> {
    let chosen = chosen(hybrid, &options.only)?;
    let joined = connect(context, hybrid, &with_home(hybrid, &chosen)).await;
    let services = services::find(context, hybrid, &joined).await;
    let env_dir = hybrid.env_dir(context, options.env_dir.as_deref());
    let look = Look { hybrid, env_dir };
    let is_chosen = |joined: &&Joined<'_>| chosen.iter().any(|member| member.name == joined.member.name);
    let members = joined.iter().filter(is_chosen).map(async |joined| {
        let context = of(context, &joined.member.name);
        let health = look.member(&context, joined, services.as_ref());
        let (health, apps) = tokio::join!(health, look.apps(&context, joined));
        MemberStatus::of(joined.member, health, apps)
    });
    let members: Vec<_> = stream::iter(members).buffered(AT_A_TIME).collect().await;
    Ok(Status { healthy: members.iter().all(|member| member.health != Health::Unhealthy), members })
}

/// Why a member is not healthy.
enum Doubt {
    /// Something is wrong.
    Ill(anyhow::Error),
    /// Nothing is known to be wrong, and it is not seen from here that it works.
    Unseen(String),
}

impl From<anyhow::Error> for Doubt {
    fn from(error: anyhow::Error) -> Self {
        Self::Ill(error)
    }
}

type Healthy = std::result::Result<(), Doubt>;

/// What is wrong, as one sentence.
fn ill(sentence: String) -> Doubt {
    Doubt::Ill(anyhow::anyhow!(sentence))
}

struct Look<'a> {
    hybrid: &'a Hybrid,
    env_dir: PathBuf,
}

impl Look<'_> {
    async fn member(
        &self,
        context: &Context,
        joined: &Joined<'_>,
        services: std::result::Result<&Services, &anyhow::Error>,
    ) -> Healthy {
        let member = joined.member;
        let connection = joined.connected().map_err(repeated)?;
        let services = services.map_err(repeated)?;
        let config = config_for(services, self.hybrid.project.home(), member)?;
        match connection {
            Connection::Here { .. } => {
                answers(&config).await?;
                self.env_file(context, member, &config)
            }
            Connection::Host => {
                self.env_file(context, member, &config)?;
                let check = format!("`karctl check hybrid --as {}` on that host tells whether it works", member.name);
                Err(Doubt::Unseen(format!("unverified here; {check}")))
            }
            Connection::Cluster { cluster, settings, .. } => self.cluster(cluster, settings, member, &config).await,
            Connection::CodeEngine { account, project } => {
                let options = EnableOptions { dry_run: true, ..EnableOptions::default() };
                let enabled = enable(context, account, project, &managed_by_hand(config), &options).await?;
                match enabled.secrets.iter().find(|secret| secret.change != Change::Unchanged) {
                    Some(secret) if secret.change == Change::Created => {
                        Err(ill(format!("the project has no secret {}", secret.name)))
                    }
                    Some(secret) => Err(ill(format!("the secret {} of the project is out of date", secret.name))),
                    None => Ok(()),
                }
            }
        }
    }

    async fn apps(&self, context: &Context, joined: &Joined<'_>) -> Vec<MemberApp> {
        match joined.connected() {
            Ok(connection) => running::look(context, self.hybrid, joined.member, connection).await,
            Err(_) => Vec::new(),
        }
    }

    fn env_file(&self, context: &Context, member: &Member, config: &RuntimeConfig) -> Healthy {
        let file = EnvFile::new(context, &self.hybrid.folder, &self.env_dir, &member.name);
        match file.differences(config)? {
            None => Err(ill(file.missing())),
            Some(differences) => current(&differences, &format!("the file {}", file.shown())),
        }
    }

    async fn cluster(
        &self,
        cluster: &Cluster,
        settings: &Settings,
        member: &Member,
        config: &RuntimeConfig,
    ) -> Healthy {
        let namespace = &settings.kubernetes.namespace;
        let status = cluster_status::status(cluster, namespace).await?;
        if !status.is_deployed {
            return Err(ill(format!("KAR does not run in namespace {namespace}")));
        }
        if let Some(problem) = status.problems.first() {
            return Err(ill(problem.clone()));
        }
        let is_enabled = |name: &&String| status.enabled.iter().any(|enabled| enabled.name == **name);
        if let Some(missing) = member.namespaces.iter().find(|name| !is_enabled(name)) {
            return Err(ill(format!("namespace {missing} is not enabled")));
        }
        let held = match access::services(cluster, namespace).await? {
            Services::Given(held) => held,
            // It is the home, or was one: what its pods are told is in its own objects.
            own => config_for(&own, Some(&member.name), member)?,
        };
        current(&differences(&held, config), "its configuration")
    }
}

/// The first thing that differs.
fn current(differences: &[Difference], what: &str) -> Healthy {
    match differences.first() {
        None => Ok(()),
        Some(difference) => Err(ill(format!("{what} is out of date: {difference}"))),
    }
}

/// Whether Kafka and Redis answer this machine.
async fn answers(config: &RuntimeConfig) -> Healthy {
    let answers = probe::ask(config, PROBE_LIMIT).await;
    match answers.reasons().next() {
        None => Ok(()),
        Some(reason) => Err(ill(reason.message.clone())),
    }
}

impl MemberStatus {
    /// What keeps the member itself from working comes before what keeps its applications from it.
    fn of(member: &Member, health: Healthy, apps: Vec<MemberApp>) -> Self {
        let health = match apps.iter().find(|app| !app.ready) {
            Some(app) => health.and_then(|()| Err(Doubt::Ill(app.trouble()))),
            None => health,
        };
        let (health, reason, hints) = match health {
            Ok(()) => (Health::Healthy, None, Vec::new()),
            Err(Doubt::Unseen(sentence)) => (Health::Unverified, Some(sentence), Vec::new()),
            Err(Doubt::Ill(error)) => {
                let report = report(&error);
                let hints = match report.hints.is_empty() {
                    true => vec![format!("`karctl hybrid up --only {}` brings it to what the file says", member.name)],
                    false => report.hints,
                };
                (Health::Unhealthy, Some(report.message), hints)
            }
        };
        Self { member: member.name.clone(), kind: Kind::from(&member.place), health, reason, hints, apps }
    }
}

impl Status {
    /// The exit status: 1 where a member is ill.
    pub fn exit(&self) -> u8 {
        if self.healthy { 0 } else { ExitStatus::Failed as u8 }
    }

    /// The form for people.
    pub fn text(&self) -> String {
        let mut rows = vec![["MEMBER", "WHAT", "STATE"].map(str::to_owned).to_vec()];
        for member in &self.members {
            let state = member.reason.clone().unwrap_or_else(|| "healthy".to_owned());
            rows.push(vec![member.member.clone(), member.kind.to_string(), state]);
            let line = |app: &MemberApp| vec![String::new(), String::new(), format!("{}: {}", app.app, app.state)];
            rows.extend(member.apps.iter().map(line));
        }
        let mut text = table(&rows);
        for member in &self.members {
            text.extend(member.hints.iter().map(|hint| format!("hint: {}: {hint}\n", member.member)));
        }
        text
    }
}
