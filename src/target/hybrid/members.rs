//! The members of a project, connected: which cluster, which project of Code Engine each name leads to today.

use std::collections::BTreeMap;

use futures_util::{StreamExt, stream};

use super::Hybrid;
use crate::client::kubernetes::Cluster;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, Status};
use crate::nearest::nearest;
use crate::settings::project::{ClusterPlace, CodeEnginePlace, Member, MemberPlace};
use crate::settings::{self, Settings, Sources};
use crate::target::code_engine::account::{self, Account, AccountOptions, Origin, Project, Sourced};
use crate::target::kubernetes::connection::{self, Selection};

/// Members that are spoken to side by side; each has a pool of connections of its own.
pub const AT_A_TIME: usize = 16;

/// What a member leads to.
pub enum Connection {
    /// This machine.
    Here {
        /// The settings of its instance.
        settings: Box<Settings>,
    },
    /// A cluster.
    Cluster {
        /// Its API server.
        cluster: Cluster,
        /// Its identity; `None` where it may not be seen.
        uid: Option<String>,
        /// The settings of its runtime.
        settings: Box<Settings>,
    },
    /// A project of Code Engine.
    CodeEngine {
        /// Who asks, and where.
        account: Box<Account>,
        /// The project.
        project: Project,
    },
    /// Another host, which is not spoken to.
    Host,
}

/// A member, and what it leads to.
pub struct Joined<'a> {
    /// What the file says.
    pub member: &'a Member,
    /// What it leads to, or why it cannot be said.
    pub connection: Result<Connection>,
}

impl Joined<'_> {
    /// What the member leads to.
    ///
    /// # Errors
    /// Why it cannot be said.
    pub fn connected(&self) -> std::result::Result<&Connection, &anyhow::Error> {
        self.connection.as_ref()
    }
}

/// The members that were named, all where none was, in the order of the file.
///
/// # Errors
/// A usage failure for a name that no member has.
pub fn chosen<'a>(hybrid: &'a Hybrid, only: &[String]) -> Result<Vec<&'a Member>> {
    let members = &hybrid.project.members;
    if let Some(unknown) = only.iter().find(|name| members.iter().all(|member| member.name != **name)) {
        let failure = Failure::usage(format!("{} has no member `{unknown}`", hybrid.file.display()));
        let names = || members.iter().map(|member| member.name.as_str());
        return Err(match nearest(unknown, names()) {
            Some(meant) => failure.hint(format!("did you mean `{meant}`?")).into(),
            None => failure.hint(format!("there is {}", names().collect::<Vec<_>>().join(", "))).into(),
        });
    }
    Ok(members.iter().filter(|member| only.is_empty() || only.contains(&member.name)).collect())
}

/// Connects members side by side; one that cannot be reached holds up no other. Two that lead to one cluster or project are
/// told, both.
pub async fn connect<'a>(context: &Context, hybrid: &Hybrid, members: &[&'a Member]) -> Vec<Joined<'a>> {
    let accounts = accounts(context, members).await;
    let joined = stream::iter(members).map(async |&member| {
        let connection = match &member.place {
            MemberPlace::Local => own_settings(context, hybrid, member).map(|settings| Connection::Here { settings }),
            MemberPlace::Cluster(place) => connect_cluster(context, hybrid, member, place).await,
            MemberPlace::CodeEngine(place) => project(member, place, &accounts[&key(place)]),
            MemberPlace::Host => Ok(Connection::Host),
        };
        Joined { member, connection: connection.or_fail(|| failed(member)) }
    });
    let mut joined: Vec<_> = joined.buffered(AT_A_TIME).collect().await;
    refuse_twins(&mut joined);
    joined
}

/// Only the cause tells what is the matter; this says whose it is.
fn failed(member: &Member) -> Failure {
    Failure::new(format!("the member `{}` ({}) cannot be reached", member.name, member.at))
}

/// The settings of a member: the defaults, what the project says for all, its profile, its values, then the environment.
///
/// # Errors
/// A usage failure with the place of what is wrong.
fn own_settings(context: &Context, hybrid: &Hybrid, member: &Member) -> Result<Box<Settings>> {
    let profile = member.profile.as_ref().map(|profile| {
        let is_path = profile.contains(['/', '\\']);
        if is_path { hybrid.folder.join(profile).display().to_string() } else { profile.clone() }
    });
    let sources = Sources {
        of_project: hybrid.project.settings.clone(),
        profiles: profile.into_iter().collect(),
        of_member: member.values.clone(),
        ..Sources::default()
    };
    Ok(Box::new(settings::load(&context.environment, &sources)?.settings))
}

async fn connect_cluster(
    context: &Context,
    hybrid: &Hybrid,
    member: &Member,
    place: &ClusterPlace,
) -> Result<Connection> {
    let settings = own_settings(context, hybrid, member)?;
    let kubeconfig = place.kubeconfig.as_ref().map(|path| hybrid.folder.join(path));
    let selection = Selection { kubeconfig, context: Some(place.context.clone()) };
    let cluster = connection::connect(context, &selection).await?;
    let uid = connection::uid(&cluster).await?;
    match (&place.uid, &uid) {
        (Some(wanted), Some(found)) if wanted != found => Err(moved(member, place, found).into()),
        (Some(wanted), None) => Err(unseen(member, wanted).into()),
        _ => Ok(Connection::Cluster { cluster, uid, settings }),
    }
}

fn moved(member: &Member, place: &ClusterPlace, found: &str) -> Failure {
    let message =
        format!("the context `{}` leads to another cluster than the file says: its uid is {found}", place.context);
    member
        .at
        .wrong(&message)
        .hint(format!("where that is meant, write `uid: {found}`; otherwise correct the context"))
        .code(Code::WrongCluster)
}

fn unseen(member: &Member, wanted: &str) -> Failure {
    let message = format!("whether its cluster is {wanted} cannot be seen: the namespace kube-system may not be read");
    member
        .at
        .wrong(&message)
        .hint("have whoever administers the cluster allow `get` on that namespace, or take the uid out of the file")
        .code(Code::ClusterForbidden)
}

/// What tells one login and its list of projects from another.
type Key = (Option<String>, Option<String>);

fn key(place: &CodeEnginePlace) -> Key {
    (place.region.clone(), place.resource_group.clone())
}

/// A login, and the projects that it sees; members of one region share both, and the one request for them.
type Seen = std::result::Result<(Account, Vec<Project>), String>;

struct Login {
    seen: Seen,
    code: Option<Code>,
    hints: Vec<String>,
    status: Status,
}

async fn accounts(context: &Context, members: &[&Member]) -> BTreeMap<Key, Login> {
    let mut logins = BTreeMap::new();
    for member in members {
        let MemberPlace::CodeEngine(place) = &member.place else { continue };
        if let std::collections::btree_map::Entry::Vacant(vacant) = logins.entry(key(place)) {
            vacant.insert(Login::find(context, place).await);
        }
    }
    logins
}

impl Login {
    async fn find(context: &Context, place: &CodeEnginePlace) -> Self {
        match Self::see(context, place).await {
            Ok(seen) => Self { seen: Ok(seen), code: None, hints: Vec::new(), status: Status::Failed },
            Err(error) => {
                let report = crate::error::report(&error);
                Self { seen: Err(report.message), code: report.code, hints: report.hints, status: report.status }
            }
        }
    }

    async fn see(context: &Context, place: &CodeEnginePlace) -> Result<(Account, Vec<Project>)> {
        let options = AccountOptions {
            region: place.region.clone(),
            resource_group: place.resource_group.clone(),
            ..AccountOptions::default()
        };
        let account = account::find(context, &options)?;
        let mut projects = account.session.projects().await?;
        if place.resource_group.is_some()
            && let Some(group) = account.resource_group_id().await?
        {
            projects.retain(|project| project.resource_group_id == group);
        }
        Ok((account, projects))
    }

    /// Each member is told the whole reason: an error is of one, and cannot be cloned.
    fn failure(&self, message: &str) -> Failure {
        let failure = Failure::new(message).status(self.status);
        let failure = self.hints.iter().fold(failure, |failure, hint| failure.hint(hint.clone()));
        self.code.into_iter().fold(failure, Failure::code)
    }
}

fn project(member: &Member, place: &CodeEnginePlace, login: &Login) -> Result<Connection> {
    let (account, projects) = login.seen.as_ref().map_err(|message| login.failure(message))?;
    let wanted = Sourced { value: place.project.clone(), origin: Origin::File(member.at.to_string()) };
    let project = account.pick(projects, &wanted)?;
    let account = Account { wanted_project: Some(wanted), ..account.clone() };
    Ok(Connection::CodeEngine { account: Box::new(account), project })
}

/// Names may differ and lead to one thing; two members would then undo each other's work.
fn refuse_twins(joined: &mut [Joined<'_>]) {
    let mut first: BTreeMap<String, usize> = BTreeMap::new();
    for index in 0..joined.len() {
        let Some(identity) = joined[index].connection.as_ref().ok().and_then(identity) else { continue };
        match first.get(&identity) {
            None => drop(first.insert(identity, index)),
            Some(&twin) => {
                let (one, other) = (joined[twin].member, joined[index].member);
                joined[index].connection = Err(twins(other, one).into());
                joined[twin].connection = Err(twins(one, other).into());
            }
        }
    }
}

fn identity(connection: &Connection) -> Option<String> {
    match connection {
        Connection::Cluster { uid, .. } => uid.as_ref().map(|uid| format!("cluster {uid}")),
        Connection::CodeEngine { project, .. } => Some(format!("project {}", project.id)),
        Connection::Here { .. } | Connection::Host => None,
    }
}

fn twins(member: &Member, twin: &Member) -> Failure {
    let what = match &member.place {
        MemberPlace::Cluster(_) => "cluster",
        _ => "project of Code Engine",
    };
    let message = format!("the members `{}` and `{}` are the same {what}", member.name, twin.name);
    member
        .at
        .wrong(&message)
        .hint(format!("make them one member; the other is at {}", twin.at))
        .code(Code::MembersAreOne)
}
