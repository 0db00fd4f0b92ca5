//! Where Kafka and Redis run, where that is a matter of the project: what `up` begins with, and `down` ends with.

use super::Hybrid;
use super::members::{Connection, Joined};
use super::outcome::{Done, Kind, Step};
use super::{expected, raise};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Report, Result, report};
use crate::services::Services;
use crate::settings::project::{Member, MemberPlace, ServicesSource};
use crate::settings::{self, Settings, Sources};
use crate::target::local::choice;
use crate::target::local::engine::Action;
use crate::target::local::instance::{InstanceName, Presence};
use crate::target::local::{self, UpOptions};

pub use crate::settings::project::SERVICES;

/// Where Kafka and Redis run.
pub enum Home<'a> {
    /// Where karctl only reads of them.
    Elsewhere,
    /// An instance of this machine.
    Instance {
        /// Its settings.
        settings: Box<Settings>,
        /// This machine, where it is a member.
        member: Option<&'a Member>,
    },
    /// A cluster.
    Cluster {
        /// The member.
        member: &'a Member,
        /// Its API server.
        cluster: &'a Cluster,
        /// Its settings.
        settings: &'a Settings,
    },
}

impl<'a> Home<'a> {
    /// The home of a project's services, among the members that were connected.
    ///
    /// # Errors
    /// Why its member could not be connected, or its settings are wrong.
    pub fn find(context: &Context, hybrid: &'a Hybrid, joined: &'a [Joined<'a>]) -> Result<Self> {
        match hybrid.project.services.as_ref().map(|services| &services.source) {
            Some(ServicesSource::Local { name }) => Self::of_instance(context, hybrid, joined, name),
            Some(ServicesSource::Cluster { member: name }) => {
                match joined.iter().find(|joined| joined.member.name == *name).map(|home| (home, home.connected())) {
                    Some((home, Ok(Connection::Cluster { cluster, settings, .. }))) => {
                        Ok(Self::Cluster { member: home.member, cluster, settings })
                    }
                    Some((_, Err(error))) => Err(super::outcome::repeated(error)),
                    _ => Ok(Self::Elsewhere),
                }
            }
            _ => Ok(Self::Elsewhere),
        }
    }

    fn of_instance(context: &Context, hybrid: &'a Hybrid, joined: &'a [Joined<'a>], name: &str) -> Result<Self> {
        let member = hybrid.project.members.iter().find(|member| member.place == MemberPlace::Local);
        let here = joined.iter().find(|joined| joined.member.place == MemberPlace::Local).map(Joined::connected);
        let mut settings = match here {
            Some(Ok(Connection::Here { settings })) => settings.clone(),
            // Without its own settings it would become another one.
            Some(Err(error)) => return Err(super::outcome::repeated(error)),
            _ => {
                let sources = Sources { of_project: hybrid.project.settings.clone(), ..Sources::default() };
                Box::new(settings::load(&context.environment, &sources)?.settings)
            }
        };
        name.clone_into(&mut settings.local.name);
        Ok(Self::Instance { settings, member })
    }

    /// What it is called in reports, and what it is; `None` where karctl only reads of it.
    pub fn name(&self) -> Option<(&'a str, Kind)> {
        match self {
            Self::Elsewhere => None,
            Self::Instance { member, .. } => Some((member.map_or(SERVICES, |member| &member.name), Kind::Local)),
            Self::Cluster { member, .. } => Some((&member.name, Kind::Cluster)),
        }
    }

    /// Where the services will be, by the settings; `None` where only reading tells.
    pub fn expected(&self) -> Option<Services> {
        match self {
            Self::Elsewhere => None,
            Self::Instance { settings, .. } => Some(expected::of_instance(settings)),
            Self::Cluster { settings, .. } => Some(expected::of_cluster(settings)),
        }
    }

    /// Brings the services about.
    ///
    /// # Errors
    /// Whatever its recipe says.
    pub async fn raise(&self, context: &Context, order: &raise::Order<'_>) -> Result<Done> {
        match self {
            Self::Elsewhere => Ok(Done::default()),
            Self::Instance { settings, .. } => raise_instance(context, settings, order).await,
            Self::Cluster { member, cluster, settings } => {
                raise::cluster(context, order, member, &cluster.restarted(), settings, None).await
            }
        }
    }

    /// Takes an instance of this machine away; its data stays.
    ///
    /// # Errors
    /// When applications still use it and that is not forced, or something cannot be removed.
    pub async fn lower_instance(context: &Context, settings: &Settings, force: bool, dry_run: bool) -> Result<Done> {
        let name = InstanceName::parse(&settings.local.name)?;
        let mut done = Done::default();
        let Some(located) = choice::locate(context, &name).await? else { return Ok(done) };
        let is_there = located.observed.components.iter().filter(|(_, seen)| seen.presence != Presence::Absent);
        let title = |component: &local::instance::Component| format!("{} of the instance {name}", component.title());
        if dry_run {
            done.steps.extend(is_there.map(|(component, _)| removed(title(component))));
            done.left = data_left(located.observed.data);
            return Ok(done);
        }
        let down = local::down(context, &name, force).await?;
        let changed = down.components.iter().filter(|outcome| outcome.action.is_change());
        done.steps.extend(changed.map(|outcome| removed(title(&outcome.component))));
        done.left = data_left(down.data_left);
        Ok(done)
    }
}

fn removed(object: String) -> Step {
    Step { object, change: Change::Removed }
}

fn data_left(places: Vec<String>) -> Vec<super::outcome::Left> {
    let reason = "data; `karctl local reset` deletes it";
    places.into_iter().map(|object| super::outcome::Left { object, reason: reason.to_owned() }).collect()
}

async fn raise_instance(context: &Context, settings: &Settings, order: &raise::Order<'_>) -> Result<Done> {
    let default = settings::defaults()?;
    let options = UpOptions {
        // A port that nobody chose stays where it is.
        keep_kafka_port: settings.kafka.port == default.kafka.port,
        keep_redis_port: settings.redis.port == default.redis.port,
        wait: !order.no_wait,
        dry_run: order.dry_run,
        ..UpOptions::default()
    };
    let up = local::up(context, settings, &options).await.map_err(|error| in_the_file(error, order))?;
    let changed = up.components.iter().filter(|outcome| outcome.action.is_change());
    let step = |outcome: &local::engine::Outcome| Step {
        object: format!("{} of the instance {}", outcome.component.title(), up.name),
        change: if outcome.action == Action::Created { Change::Created } else { Change::Updated },
    };
    Ok(Done { steps: changed.map(step).collect(), ..Done::default() })
}

/// What `karctl local up` advises to give as an option is said in the project's file here.
fn in_the_file(error: anyhow::Error, order: &raise::Order<'_>) -> anyhow::Error {
    let Report { message, code: Some(Code::PortTaken), status, .. } = report(&error) else { return error };
    let file = order.hybrid.file.display();
    Failure::new(message)
        .hint(format!(
            "end what holds it, or say another one in {file}: `settings: {{ kafka: {{ port: N }} }}`, or `redis`"
        ))
        .code(Code::PortTaken)
        .status(status)
        .into()
}

/// Whether services are not there yet, rather than out of reach.
pub fn is_not_there(error: &anyhow::Error) -> bool {
    matches!(report(error).code, Some(Code::NotDeployed | Code::NotRunning | Code::NoNamespace))
}
