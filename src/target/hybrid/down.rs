//! `karctl hybrid down`: what `up` brought about goes, member by member, and the home of the services last. Data stays.
//!
//! What was there before `up` is not remembered: from the first `up` on, the file is what a member is brought to, and `down`
//! is `karctl k8s undeploy`, `karctl ce disable` and `karctl local down` for each of them, whoever deployed it.

use std::collections::BTreeMap;
use std::path::PathBuf;

use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::Hybrid;
use super::apps;
use super::consent;
use super::env_file::EnvFile;
use super::home::Home;
use super::members::{AT_A_TIME, Connection, Joined, chosen, connect};
use super::outcome::{Done, Kind, Left, MemberOutcome, Step, Words, repeated, text};
use super::up::{of, with_home};
use crate::change::Change;
use crate::client::kubernetes::Cluster;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::settings::Settings;
use crate::settings::project::{Member, MemberPlace, SERVICES, ServicesEntry, ServicesSource};
use crate::target::code_engine::disable::{self, DisableOptions};
use crate::target::kubernetes::connection::permit;
use crate::target::kubernetes::namespaces::some_of;
use crate::target::kubernetes::undeploy::{self, Undeployed};

/// What `down` is told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these members; all where none is named.
    pub only: Vec<String>,
    /// The folder of the files for hosts, where it is not the usual one.
    pub env_dir: Option<PathBuf>,
    /// Do not ask about applications that still run, nor wait with the home of the services for members that are not named.
    pub force: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What `karctl hybrid down -o json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Down {
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// What became of each member, the home of the services last.
    pub members: Vec<MemberOutcome>,
}

/// Takes away from members what `up` brought about. What fails for one holds up no other, but for the home of the services.
///
/// # Errors
/// When nobody says yes; nothing is changed then.
pub async fn down(context: &Context, hybrid: &Hybrid, options: &Options) -> Result<Down> {
    let chosen = chosen(hybrid, &options.only)?;
    let joined = connect(context, hybrid, &with_home(hybrid, &chosen)).await;
    let home = Home::find(context, hybrid, &joined);
    let env_dir = hybrid.env_dir(context, options.env_dir.as_deref());
    let work = Work { context, hybrid, env_dir, options };
    let is_chosen = |name: &str| options.only.is_empty() || options.only.iter().any(|only| only == name);
    let of_cluster = hybrid.project.home();
    let (last, others): (Vec<_>, Vec<_>) = joined
        .iter()
        .filter(|joined| is_chosen(&joined.member.name))
        .partition(|joined| Some(joined.member.name.as_str()) == of_cluster);
    let unseen = if options.dry_run { Unseen::new() } else { work.ask(&others, &last).await? };
    let lowered = others.iter().map(|joined| work.member(joined, &unseen));
    let mut members: Vec<_> = stream::iter(lowered).buffered(AT_A_TIME).collect().await;
    let unfinished: Vec<_> = members.iter().filter(|member| !member.is_done()).collect();
    let unfinished = unfinished.first().filter(|_| !options.force).map(|first| {
        format!("`{}` is not down and may still use Kafka and Redis: mend that, or give --force", first.member)
    });
    let home_name = home.as_ref().ok().and_then(Home::name).map(|(name, _)| name);
    let reason = match unfinished {
        None if home_name.is_some_and(is_chosen) => work.unnamed_user(home_name).await,
        unfinished => unfinished,
    };
    for joined in last {
        let (name, kind) = (&joined.member.name, Kind::from(&joined.member.place));
        members.push(match &reason {
            Some(reason) => MemberOutcome::waiting(name, kind, reason),
            None => work.member(joined, &unseen).await,
        });
    }
    if let Ok(Home::Instance { settings, member }) = &home
        && let Some((name, kind)) = home.as_ref().ok().and_then(Home::name)
        && (member.is_none() && options.only.is_empty() || member.is_some() && is_chosen(name))
    {
        let lowered = match &reason {
            Some(reason) => MemberOutcome::waiting(name, kind, reason),
            None => work.instance(name, kind, settings).await,
        };
        members = last_of(members, lowered);
    }
    if let (Err(error), true, true) = (&home, is_nobodys(hybrid), options.only.is_empty()) {
        members.push(MemberOutcome::failed(SERVICES, Kind::Local, error));
    }
    Ok(Down { dry_run: options.dry_run, members })
}

/// Whether Kafka and Redis are an instance of this machine, and this machine is no member.
fn is_nobodys(hybrid: &Hybrid) -> bool {
    let is_local = |services: &ServicesEntry| matches!(services.source, ServicesSource::Local { .. });
    hybrid.project.services.as_ref().is_some_and(is_local)
        && hybrid.project.members.iter().all(|member| member.place != MemberPlace::Local)
}

/// Members that could not be looked at, and why.
type Unseen = BTreeMap<String, anyhow::Error>;

struct Work<'a> {
    context: &'a Context,
    hybrid: &'a Hybrid,
    env_dir: PathBuf,
    options: &'a Options,
}

impl Work<'_> {
    /// Asks about clusters that are not local, what goes though the file does not name it, and pods that still run, before
    /// the first member is touched.
    ///
    /// Returns the members that could not be looked at, and why: nobody was asked about what runs there.
    async fn ask(&self, others: &[&Joined<'_>], last: &[&Joined<'_>]) -> Result<Unseen> {
        let mut unseen = Unseen::new();
        let clusters = others.iter().chain(last).filter_map(|joined| match joined.connected() {
            Ok(Connection::Cluster { cluster, settings, .. }) => Some((joined.member, cluster, settings)),
            _ => None,
        });
        let clusters: Vec<_> = clusters.collect();
        let looks = clusters.iter().map(|(member, cluster, settings)| self.look(member, cluster, settings));
        let looked: Vec<_> = stream::iter(looks).buffered(AT_A_TIME).collect().await;
        let mut attached = Vec::new();
        for ((member, cluster, _), looked) in clusters.iter().zip(looked) {
            let looked = match looked {
                Ok(looked) => looked,
                Err(error) => {
                    unseen.insert(member.name.clone(), error);
                    continue;
                }
            };
            if !looked.removed.is_empty() || !looked.disabled.is_empty() {
                permit(self.context, &cluster.restarted(), &format!("Take `{}` down", member.name)).await?;
                consent::to_take_down(self.context, self.hybrid, member, &looked)?;
            }
            attached.extend(looked.attached.iter().map(|pod| format!("{}: {pod}", member.name)));
        }
        let projects = others.iter().filter_map(|joined| match joined.connected() {
            Ok(Connection::CodeEngine { account, project }) => Some((joined.member, account, project)),
            _ => None,
        });
        for (member, account, project) in projects {
            let silent = of(self.context, &member.name);
            let account = account.restarted(&silent);
            let found = apps::down_on_code_engine(&silent, self.hybrid, member, (&account, project), true).await;
            match found {
                Ok(steps) => attached.extend(steps.iter().map(|step| format!("{}: {}", member.name, step.object))),
                Err(error) => drop(unseen.insert(member.name.clone(), error)),
            }
        }
        if !attached.is_empty() && !self.options.force {
            let question = format!("These still run: {}. Take it all down?", some_of(&attached));
            if !self.context.ui.confirm(&question, "--force or -y")? {
                return Err(Failure::new("nothing was changed, as you said").into());
            }
        }
        Ok(unseen)
    }

    async fn look(&self, member: &Member, cluster: &Cluster, settings: &Settings) -> Result<Undeployed> {
        let options = undeploy::Options { dry_run: true, ..undeploy::Options::default() };
        let silent = of(self.context, &member.name);
        undeploy::undeploy(&silent, cluster, &settings.kubernetes.namespace, options).await
    }

    /// Why the home of the services stays, where others are not taken down with it: one of them is still up, or cannot be
    /// looked at.
    async fn unnamed_user(&self, home: Option<&str>) -> Option<String> {
        let Options { only, force, .. } = self.options;
        let is_user =
            |member: &&Member| Some(member.name.as_str()) != home && !only.is_empty() && !only.contains(&member.name);
        let users: Vec<_> = self.hybrid.project.members.iter().filter(is_user).filter(|_| !force).collect();
        let joined = connect(self.context, self.hybrid, &users).await;
        let looks = joined.iter().map(async |joined| {
            let context = of(self.context, &joined.member.name);
            (&joined.member.name, self.lower(&context, joined, true).await)
        });
        let looked: Vec<_> = stream::iter(looks).buffered(AT_A_TIME).collect().await;
        looked.into_iter().find_map(|(name, looked)| match looked {
            Ok(done) if done.steps.is_empty() => None,
            Ok(_) => {
                Some(format!("`{name}` still uses Kafka and Redis: name it too, leave --only out, or give --force"))
            }
            Err(error) => Some(format!(
                "`{name}` may still use Kafka and Redis ({}): give --force where it does not",
                report(&error).message
            )),
        })
    }

    async fn member(&self, joined: &Joined<'_>, unseen: &Unseen) -> MemberOutcome {
        let (name, kind) = (&joined.member.name, Kind::from(&joined.member.place));
        if let Some(error) = unseen.get(name) {
            return MemberOutcome::failed(name, kind, error);
        }
        let context = of(self.context, name);
        let step = context.ui.step("Taking it down");
        let done = self.lower(&context, joined, self.options.dry_run).await;
        step.skip();
        MemberOutcome::of(name, kind, done)
    }

    async fn lower(&self, context: &Context, joined: &Joined<'_>, dry_run: bool) -> Result<Done> {
        let member = joined.member;
        match joined.connected().map_err(repeated)? {
            Connection::Here { .. } | Connection::Host => {
                let mut steps = apps::down_here(context, self.hybrid, member, dry_run).await?;
                let file = EnvFile::new(context, &self.hybrid.folder, &self.env_dir, &member.name);
                steps.extend(file.remove(dry_run)?);
                Ok(Done { steps, ..Done::default() })
            }
            Connection::Cluster { cluster, settings, .. } => {
                let cluster = &cluster.restarted();
                let place = (cluster, &**settings);
                let apps = apps::down_on_cluster(context, self.hybrid, member, place, dry_run).await?;
                let options = undeploy::Options { force: true, dry_run, ..undeploy::Options::default() };
                let undeployed = undeploy::undeploy(context, cluster, &settings.kubernetes.namespace, options).await?;
                let mut done = of_undeployed(undeployed);
                done.steps.splice(0..0, apps);
                Ok(done)
            }
            Connection::CodeEngine { account, project } => {
                let account = &account.restarted(context);
                let place = (account, project);
                let mut steps = apps::down_on_code_engine(context, self.hybrid, member, place, dry_run).await?;
                // In a rehearsal the member's own components are still there.
                let force = self.options.force || dry_run && !steps.is_empty();
                // `up` brings no login there.
                let options = DisableOptions { force, keep_login: true, dry_run };
                let disabled = disable::disable(context, account, project, options).await?;
                let removed = disabled.secrets.into_iter().filter(|secret| secret.change == Change::Removed);
                let step = |secret: disable::DeletedSecret| Step {
                    object: format!("secret {}", secret.name),
                    change: secret.change,
                };
                steps.extend(removed.map(step));
                Ok(Done { steps, ..Done::default() })
            }
        }
    }

    async fn instance(&self, name: &str, kind: Kind, settings: &Settings) -> MemberOutcome {
        let context = of(self.context, name);
        let Options { force, dry_run, .. } = *self.options;
        MemberOutcome::of(name, kind, Home::lower_instance(&context, settings, force, dry_run).await)
    }
}

fn of_undeployed(undeployed: Undeployed) -> Done {
    let step = |object: String| Step { object, change: Change::Removed };
    let disabled = undeployed.disabled.iter().map(|namespace| step(format!("enabled namespace {namespace}")));
    let namespaces = undeployed.disabled.iter().map(|namespace| Left {
        object: format!("Namespace {namespace}"),
        reason: "it may hold more than what karctl put there".to_owned(),
    });
    let left = undeployed.left.into_iter().map(|left| Left { object: left.object, reason: left.reason });
    Done {
        left: namespaces.chain(left).collect(),
        steps: disabled.chain(undeployed.removed.into_iter().map(step)).collect(),
        usage: None,
    }
}

/// The instance of this machine after all others; where this machine is a member, both are one.
fn last_of(members: Vec<MemberOutcome>, instance: MemberOutcome) -> Vec<MemberOutcome> {
    let (same, mut members): (Vec<_>, Vec<_>) =
        members.into_iter().partition(|member| member.member == instance.member);
    members.push(same.into_iter().fold(instance, MemberOutcome::with));
    members
}

impl Down {
    /// The form for people.
    pub fn text(&self) -> String {
        const WORDS: Words =
            Words { changed: "down", would_change: "would be taken down", unchanged: "nothing was to be taken away" };
        text(&self.members, &WORDS, self.dry_run)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn namespaces_that_were_enabled_stay_and_are_named() {
        let undeployed = Undeployed { disabled: vec!["team-a".to_owned()], ..Undeployed::default() };
        let done = of_undeployed(undeployed);
        assert_eq!(done.steps, [Step { object: "enabled namespace team-a".to_owned(), change: Change::Removed }]);
        assert_eq!(done.left[0].object, "Namespace team-a");
    }
}
