//! `karctl hybrid matrix`: from every member to Kafka and Redis, by protocol, and which hop of the way is broken.
//!
//! Each is asked from where it is: this machine by itself, a cluster by a short-lived pod with the configuration that its
//! applications have. A project of Code Engine is a place where nothing is started to look around: its secret is compared,
//! and the services are asked from here. Another host is looked at by whoever is there (`karctl check hybrid --as`).

mod cell;
pub mod graph;
pub mod hops;
mod pod;
mod secret;
pub mod within;

use std::sync::{Arc, Mutex, PoisonError};

use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;
use tokio::sync::OnceCell;

pub use cell::{Cell, Outcome};
use hops::{Broken, Hop, Way, Ways, walk};

use super::Hybrid;
use super::members::{self, AT_A_TIME, Connection, Joined};
use super::services::{self, config_for};
use crate::client::kubernetes::Cluster;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::runtime_config::RuntimeConfig;
use crate::services::Services;
use crate::settings::Settings;
use crate::settings::project::{Member, MemberPlace};
use crate::target::code_engine::account::{Account, Project};
use crate::target::code_engine::component::RUNTIME_CONFIG;
use crate::target::kubernetes::{facts, names, namespaces};

/// What is looked at, and how.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these members; all where none is named.
    pub members: Vec<String>,
    /// The image of karctl that pods run, in the place of that of karctl's own injector.
    pub image: Option<String>,
}

/// What `karctl hybrid matrix` prints.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Matrix {
    /// The project's file.
    pub file: String,
    /// Ways that are broken.
    pub broken: usize,
    /// Ways that nobody could look at.
    pub unseen: usize,
    /// Every member, in the order of the file.
    pub members: Vec<Row>,
}

/// The ways of one member.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Row {
    /// Its name.
    pub member: String,
    /// What it is: `this machine`, `a cluster`, `a project of Code Engine`, `another host`.
    pub kind: &'static str,
    /// Its place in the project's file.
    pub at: String,
    /// Where the services were asked from.
    pub asked: Asked,
    /// What cannot be seen from there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version of the karctl that looked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub karctl: Option<String>,
    /// The way to Kafka.
    pub kafka: Cell,
    /// The way to Redis.
    pub redis: Cell,
}

/// Where services were asked from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Asked {
    /// From this machine, which is the member.
    Here,
    /// From a pod of this namespace of the member.
    Pod(String),
    /// From this machine, which is not the member.
    FromOutside,
    /// From nowhere.
    NotAtAll,
}

impl Row {
    /// The row of a member whose ways both end in the same way.
    fn both(member: &Member, asked: Asked, cell: Cell) -> Self {
        Self::new(member, asked, cell.clone(), cell)
    }

    fn new(member: &Member, asked: Asked, kafka: Cell, redis: Cell) -> Self {
        Self {
            member: member.name.clone(),
            kind: member.place.kind(),
            at: member.at.to_string(),
            asked,
            note: None,
            karctl: None,
            kafka,
            redis,
        }
    }

    /// Both ways, with the names of the services.
    pub fn cells(&self) -> [(&'static str, &Cell); 2] {
        [("kafka", &self.kafka), ("redis", &self.redis)]
    }
}

impl Matrix {
    /// The matrix of these rows.
    pub fn of(hybrid: &Hybrid, members: Vec<Row>) -> Self {
        let count =
            |outcome| members.iter().flat_map(|row| row.cells()).filter(|(_, cell)| cell.outcome == outcome).count();
        let (broken, unseen) = (count(Outcome::Broken), count(Outcome::Unseen));
        Self { file: hybrid.file.display().to_string(), broken, unseen, members }
    }
}

/// Looks from every member.
///
/// # Errors
/// When nobody can say where Kafka and Redis are, or a name is no member's. What is broken is in the matrix.
pub async fn look(context: &Context, hybrid: &Hybrid, options: &Options) -> Result<Matrix> {
    let chosen = members::chosen(hybrid, &options.members)?;
    let home = hybrid.project.home();
    let is_needed =
        |member: &&Member| home == Some(member.name.as_str()) || chosen.iter().any(|chosen| chosen.name == member.name);
    let needed: Vec<_> = hybrid.project.members.iter().filter(is_needed).collect();
    let step = context.ui.step(format!("Looking from {}", counted(chosen.len())));
    let joined = members::connect(context, hybrid, &needed).await;
    let services = services::find(context, hybrid, &joined).await?;
    // The home of the services is connected to in any case, and looked from only where it is asked for.
    let asked: Vec<_> =
        joined.iter().filter(|joined| chosen.iter().any(|chosen| chosen.name == joined.member.name)).collect();
    let rows = rows(context, &asked, &services, home, options.image.as_deref()).await;
    step.skip();
    Ok(Matrix::of(hybrid, rows))
}

fn counted(number: usize) -> String {
    format!("{number} member{}", if number == 1 { "" } else { "s" })
}

/// Every member's row, looked at side by side.
pub async fn rows(
    context: &Context,
    joined: &[&Joined<'_>],
    services: &Services,
    home: Option<&str>,
    image: Option<&str>,
) -> Vec<Row> {
    let looker = Looker { context, services, home, image, walked: Mutex::default() };
    stream::iter(joined).map(|joined| looker.row(joined)).buffered(AT_A_TIME).collect().await
}

/// What all rows share.
struct Looker<'a> {
    context: &'a Context,
    services: &'a Services,
    home: Option<&'a str>,
    image: Option<&'a str>,
    /// Ways that were gone from here: many members are told the same.
    walked: Mutex<Vec<(RuntimeConfig, Arc<OnceCell<Ways>>)>>,
}

impl Looker<'_> {
    async fn row(&self, joined: &Joined<'_>) -> Row {
        let member = joined.member;
        match self.try_row(joined).await {
            Ok(row) => row,
            Err(broken) => Row::both(member, Asked::NotAtAll, Cell::broken(*broken)),
        }
    }

    async fn try_row(&self, joined: &Joined<'_>) -> std::result::Result<Row, Box<Broken>> {
        let member = joined.member;
        let connection = joined.connected().map_err(|error| Box::new(unasked(error)))?;
        let config = config_for(self.services, self.home, member)
            .map_err(|error| Box::new(Broken::of(Hop::Configuration, Code::MemberUnconfigured, &error)))?;
        let row = match connection {
            Connection::Here { .. } => self.here(member, &config).await,
            Connection::Cluster { cluster, settings, .. } => {
                self.cluster(member, &cluster.restarted(), settings, &config).await?
            }
            Connection::CodeEngine { account, project } => self.project(member, account, project, &config).await?,
            Connection::Host => {
                let hint = format!(
                    "on that host, with the variables of its env file: `karctl check hybrid --as {}`",
                    member.name
                );
                let found = "nobody has looked from there: karctl runs nothing on another host";
                Row::both(member, Asked::NotAtAll, Cell::unseen(Hop::Member, Code::MemberUnverified, found, hint))
            }
        };
        Ok(row)
    }

    async fn here(&self, member: &Member, config: &RuntimeConfig) -> Row {
        let Ways { kafka, redis } = self.walk(config).await;
        let row = Row::new(member, Asked::Here, kafka.into(), redis.into());
        Row { karctl: Some(env!("CARGO_PKG_VERSION").to_owned()), ..row }
    }

    /// Goes the ways from here, once for all that are told the same.
    async fn walk(&self, config: &RuntimeConfig) -> Ways {
        let ways = {
            let mut walked = self.walked.lock().unwrap_or_else(PoisonError::into_inner);
            match walked.iter().find(|(known, _)| known == config) {
                Some((_, ways)) => ways.clone(),
                None => {
                    let ways = Arc::default();
                    walked.push((config.clone(), Arc::clone(&ways)));
                    ways
                }
            }
        };
        // Whoever is told something else goes at the same time.
        ways.get_or_init(|| walk(config)).await.clone()
    }

    /// Compares what every namespace has, and looks from a pod of the first.
    async fn cluster(
        &self,
        member: &Member,
        cluster: &Cluster,
        settings: &Settings,
        wanted: &RuntimeConfig,
    ) -> std::result::Result<Row, Box<Broken>> {
        let fail = |error: &anyhow::Error| Box::new(unasked(error));
        let namespaces = namespaces_of(member, cluster).await.map_err(|error| fail(&error))?;
        let asked = namespaces.iter().map(async |namespace| match given(cluster, namespace, wanted).await {
            Ok(given) => given,
            Err(error) => Err(fail(&error)),
        });
        let found: Vec<_> = stream::iter(asked).buffered(AT_A_TIME).collect().await;
        let (found, wrong): (Vec<_>, Vec<_>) = found.into_iter().partition(|given| given.is_ok());
        if let Some(wrong) = Broken::together(wrong.into_iter().filter_map(|given| Some(*given.err()?))) {
            return Err(Box::new(wrong));
        }
        let found: Vec<_> = found.into_iter().flatten().collect();
        let Some((first, config)) = namespaces.first().zip(found.first().map(|given| given.config.clone())) else {
            let message = format!("no namespace of `{}` is enabled", member.name);
            let hint = "write those that applications run in below `namespaces`, and run `karctl hybrid up`";
            return Err(Box::new(Broken::new(Hop::Configuration, Code::MemberUnconfigured, message, hint)));
        };
        let places = pod::Places { runtime: &settings.kubernetes.namespace, namespace: first };
        let seen = pod::look(self.context, cluster, places, &config, self.image).await;
        let (kafka, redis): (Vec<_>, Vec<_>) = found.into_iter().map(|given| (given.kafka, given.redis)).unzip();
        let together = |wrong: Vec<Option<Broken>>| Broken::together(wrong.into_iter().flatten());
        let (kafka, redis) = (together(kafka), together(redis));
        let (karctl, ways) = match seen {
            Ok(Some(seen)) => (Some(seen.karctl), seen.ways),
            Ok(None) => {
                let cell = |wrong: Option<Broken>| wrong.map_or_else(|| without_karctl(member), Cell::broken);
                return Ok(Row::new(member, Asked::NotAtAll, cell(kafka), cell(redis)));
            }
            Err(error) => {
                let broken = || Way::Broken(unasked(&error));
                (None, Ways { kafka: broken(), redis: broken() })
            }
        };
        let row = Row::new(member, Asked::Pod(first.clone()), Cell::of(kafka, ways.kafka), Cell::of(redis, ways.redis));
        Ok(Row { karctl, ..row })
    }

    /// Compares what the project has, and asks the services from here.
    async fn project(
        &self,
        member: &Member,
        account: &Account,
        project: &Project,
        wanted: &RuntimeConfig,
    ) -> std::result::Result<Row, Box<Broken>> {
        let unconfigured = |found: String| {
            let hint = "`karctl hybrid up` brings it there";
            Box::new(Broken::new(Hop::Configuration, Code::MemberUnconfigured, found, hint))
        };
        let secret = account.session.secret(&project.id, RUNTIME_CONFIG).await;
        let secret = secret.map_err(|error| Box::new(unasked(&Failure::from(error).into())))?;
        let secret =
            secret.ok_or_else(|| unconfigured(format!("the project {} has no configuration", project.name)))?;
        let data = secret.data.ok_or_else(|| unconfigured("its configuration may not be seen".to_owned()))?;
        let place = format!("the project {}", project.name);
        let given = secret::read(&place, |name| data.get(name).map(|value| value.expose().to_owned()), wanted);
        let Ways { kafka, redis } = self.walk(&given.config).await;
        let is_private = given.config.variables().iter().filter_map(|variable| variable.value.as_ref()).any(is_private);
        let cell = |broken, way| match (broken, way) {
            (None, Way::Broken(broken)) if is_private && broken.hop <= Hop::Connection => {
                let found =
                    format!("private endpoints are reached from within IBM Cloud only; from here: {}", broken.found);
                let hint = "look at the log of an application of the project";
                Cell::unseen(broken.hop, Code::MemberUnverified, found, hint)
            }
            (broken, way) => Cell::of(broken, way),
        };
        let row = Row::new(member, Asked::FromOutside, cell(given.kafka, kafka), cell(given.redis, redis));
        let note = "its secret was compared and the services asked from here; what lies between the project and the \
                    services cannot be seen";
        Ok(Row { note: Some(note.to_owned()), ..row })
    }
}

/// The original's injector is the default, and is no karctl that could look.
fn without_karctl(member: &Member) -> Cell {
    let found = format!(
        "nobody has looked from within `{}`: its injector is the original's, whose image has no karctl to look with",
        member.name
    );
    let hint = "the same command with --image IMAGE, an image of karctl that the cluster can pull, looks from there; `karctl \
                images build injector --push` makes one. With `injector.implementation: karctl` in the \
                member's values nobody needs to say it";
    Cell::unseen(Hop::Member, Code::MemberUnverified, found, hint)
}

fn is_private(value: &crate::redacted::Secret) -> bool {
    value.expose().contains(".private.")
}

fn unasked(error: &anyhow::Error) -> Broken {
    Broken::of(Hop::Member, Code::MemberUnasked, error)
}

/// Those of the file, else those that are enabled.
async fn namespaces_of(member: &Member, cluster: &Cluster) -> Result<Vec<String>> {
    if !member.namespaces.is_empty() {
        return Ok(member.namespaces.clone());
    }
    let enabled = namespaces::enabled(cluster).await?;
    Ok(enabled.iter().map(|namespace| namespace.name().to_owned()).collect())
}

/// What a namespace has.
async fn given(
    cluster: &Cluster,
    namespace: &str,
    wanted: &RuntimeConfig,
) -> Result<std::result::Result<secret::Given, Box<Broken>>> {
    let read = facts::secret(cluster, namespace, names::RUNTIME_CONFIG).await;
    let read = read.or_fail(|| Failure::new(format!("what the namespace {namespace} has cannot be seen")))?;
    let Some(found) = read else {
        let message = format!("the namespace {namespace} has no configuration");
        let hint = "`karctl hybrid up` enables it, as does `karctl ns enable`";
        return Ok(Err(Box::new(Broken::new(Hop::Configuration, Code::MemberUnconfigured, message, hint))));
    };
    let lookup = |name: &str| facts::value(&found, &name.to_lowercase());
    Ok(Ok(secret::read(&format!("the namespace {namespace}"), lookup, wanted)))
}

/// What this machine sees as a member that only has the variables of its own environment, for `--as`.
pub async fn look_as(context: &Context, name: &str) -> Row {
    let given = secret::read_alone("the environment", |name| context.environment.variable(name).map(str::to_owned));
    let Ways { kafka, redis } = walk(&given.config).await;
    Row {
        member: name.to_owned(),
        kind: MemberPlace::Host.kind(),
        at: "-".to_owned(),
        asked: Asked::Here,
        note: None,
        karctl: Some(env!("CARGO_PKG_VERSION").to_owned()),
        kafka: Cell::of(given.kafka, kafka),
        redis: Cell::of(given.redis, redis),
    }
}
