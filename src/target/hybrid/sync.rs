//! `karctl hybrid sync`: new credentials for every member, in waves, each checked before the next one begins.
//!
//! A login that the services refuse is found out from here, before anybody is given it. Then one member is first, two more
//! follow, then four: what is wrong with the new configuration meets few of them, and the others go on with what they have.
//! What runs keeps the variables that it began with; so pods and components that have old ones are made anew.

use std::path::PathBuf;
use std::time::Duration;

use futures_util::future::try_join_all;
use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::Hybrid;
use super::matrix::hops::Hop;
use super::matrix::{self, Asked, Cell, Outcome as Way, Row};
use super::members::{AT_A_TIME, Connection, Joined, chosen, connect};
use super::outcome::{Done, Kind, Left, MemberOutcome, Step, Trouble, Words, repeated, status, text};
use super::raise::{self, Applications};
use super::services::{self, config_for};
use super::up::{self, Work, of, with_home};
use crate::change::Change;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, Status};
use crate::services::Services;
use crate::settings::project::Member;
use crate::target::code_engine::component::{self, Mode, Place, Waiting};
use crate::target::kubernetes::wait::wait;
use crate::target::namespace::rollout::{self, SyncOptions, SyncedNamespace};
use crate::target::probe;

/// Time for the services to answer from here, before anybody is given anything.
const ANSWER_LIMIT: Duration = Duration::from_secs(5);

/// What `sync` is told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these members; all where none is named.
    pub only: Vec<String>,
    /// The folder of the files for hosts, where it is not the usual one.
    pub env_dir: Option<PathBuf>,
    /// Leave pods and components with the variables that they began with.
    pub no_restart: bool,
    /// The image of karctl that pods run, in the place of the injector's.
    pub image: Option<String>,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What `karctl hybrid sync -o json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Sync {
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// What became of each member, in the order in which they were begun.
    pub members: Vec<SyncedMember>,
}

/// One member of a [`Sync`].
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct SyncedMember {
    /// What was done.
    #[serde(flatten)]
    pub outcome: MemberOutcome,
    /// Its wave, from 1.
    pub wave: usize,
    /// The way from it to Kafka, looked at afterwards.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kafka: Option<Cell>,
    /// The way from it to Redis.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redis: Option<Cell>,
}

/// Brings what the services ask for today to every member.
///
/// # Errors
/// Before anything is changed: when the services are unknown, refuse their own login, or nobody says yes.
pub async fn sync(context: &Context, hybrid: &Hybrid, options: &Options) -> Result<Sync> {
    let chosen = chosen(hybrid, &options.only)?;
    let joined = connect(context, hybrid, &with_home(hybrid, &chosen)).await;
    let of_up = up::Options {
        only: options.only.clone(),
        env_dir: options.env_dir.clone(),
        dry_run: options.dry_run,
        ..up::Options::default()
    };
    let mut work = Work::new(context, hybrid, &of_up, &chosen, &joined);
    // What runs elsewhere begins anew as it is; a checkout that happens to be here is not what anybody asked for.
    work.order.applications = if options.no_restart { Applications::Left } else { Applications::Here };
    let services = services::find(context, hybrid, &joined).await?;
    refuse_wrong_login(context, hybrid, &services, &chosen).await?;
    if !options.dry_run {
        work.ask().await?;
    }
    let members: Vec<_> =
        joined.iter().filter(|joined| chosen.iter().any(|member| member.name == joined.member.name)).collect();
    let syncing = Syncing { context, order: &work.order, services: &services, options };
    Ok(Sync { dry_run: options.dry_run, members: syncing.in_waves(&members).await })
}

/// What the services say to their own login, from here. That they cannot be reached from here says nothing of the members.
async fn refuse_wrong_login(
    context: &Context,
    hybrid: &Hybrid,
    services: &Services,
    members: &[&Member],
) -> Result<()> {
    let told = members.iter().find_map(|member| config_for(services, hybrid.project.home(), member).ok());
    let Some(config) = told else { return Ok(()) };
    let step = context.ui.step("Asking Kafka and Redis");
    let answers = probe::ask(&config, ANSWER_LIMIT).await;
    step.skip();
    let refused = answers.reasons().find(|reason| reason.code == Some(Code::LoginRefused));
    refused.map_or(Ok(()), |reason| {
        let failure =
            Failure::new(reason.message.clone()).hint("no member was given it; correct what `services` names");
        Err(failure.code(Code::LoginRefused))
            .or_fail(|| Failure::new("the new credentials are not those of the services"))
    })
}

struct Syncing<'a> {
    context: &'a Context,
    order: &'a raise::Order<'a>,
    services: &'a Services,
    options: &'a Options,
}

impl Syncing<'_> {
    /// One member, then two, then four: each wave when every one of the former is well.
    async fn in_waves(&self, members: &[&Joined<'_>]) -> Vec<SyncedMember> {
        let mut synced: Vec<SyncedMember> = Vec::new();
        let (mut rest, mut size, mut wave) = (members, 1, 1);
        while !rest.is_empty() {
            let (now, later) = rest.split_at(size.min(rest.len()));
            let work = now.iter().map(|joined| self.member(joined, wave));
            synced.extend(stream::iter(work).buffered(AT_A_TIME).collect::<Vec<_>>().await);
            if let Some(failed) = synced.iter().find(|member| !member.outcome.is_done()) {
                let reason = format!("`{}` comes first", failed.outcome.member);
                synced.extend(later.iter().map(|joined| SyncedMember::waiting(joined.member, wave + 1, &reason)));
                break;
            }
            (rest, size, wave) = (later, (size * 2).min(AT_A_TIME), wave + 1);
        }
        synced
    }

    async fn member(&self, joined: &Joined<'_>, wave: usize) -> SyncedMember {
        let (name, kind) = (&joined.member.name, Kind::from(&joined.member.place));
        let context = of(self.context, name);
        let step = context.ui.step("Bringing what it is told up to date");
        let done = self.bring(&context, joined).await;
        let outcome = MemberOutcome::of(name, kind, done);
        let mut synced = SyncedMember { outcome, wave, kafka: None, redis: None };
        if synced.outcome.is_done() && !self.options.dry_run {
            self.look(&context, joined, &mut synced).await;
        }
        match synced.outcome.is_done() && !self.options.dry_run {
            true => step.done("up to date"),
            false => step.skip(),
        }
        synced
    }

    /// What it is told, then what runs there.
    async fn bring(&self, context: &Context, joined: &Joined<'_>) -> Result<Done> {
        let is_home = self.order.hybrid.project.home() == Some(joined.member.name.as_str());
        let mut done = match is_home {
            // It makes its own.
            true => Done::default(),
            false => raise::member(context, self.order, joined, self.services).await?,
        };
        let Done { steps, left, .. } = self.restart(context, joined, !done.steps.is_empty()).await?;
        done.steps.extend(steps);
        done.left.extend(left);
        Ok(done)
    }

    async fn restart(&self, context: &Context, joined: &Joined<'_>, is_changed: bool) -> Result<Done> {
        let dry_run = self.options.dry_run;
        match joined.connected().map_err(repeated)? {
            Connection::Here { .. } | Connection::Host => Ok(Done::default()),
            Connection::Cluster { cluster, settings, .. } => {
                // Where nothing was written the objects may not even be there.
                if dry_run && is_changed {
                    return Ok(Done::default());
                }
                let cluster = &cluster.restarted();
                let options = SyncOptions { restart: !self.options.no_restart, dry_run };
                let synced = rollout::sync(context, cluster, &settings.kubernetes.namespace, &[], options).await?;
                if !dry_run {
                    let waits = synced.namespaces.iter().map(|namespace| wait(context, cluster, &namespace.workloads));
                    try_join_all(waits).await?;
                }
                Ok(of_namespaces(synced.namespaces))
            }
            Connection::CodeEngine { account, project } => {
                let account = &account.restarted(context);
                if self.options.no_restart || (dry_run && is_changed) {
                    return Ok(Done::default());
                }
                let place = Place { session: account.session.clone(), project: project.clone() };
                let mode = if dry_run { Mode::DryRun } else { Mode::Do };
                let renewed = component::renew(context, &place, Waiting::UntilDone, mode).await?;
                let changed = renewed.into_iter().filter(|(_, change)| *change != Change::Unchanged);
                let step = |(name, change)| Step { object: format!("instances of {name}"), change };
                Ok(Done { steps: changed.map(step).collect(), ..Done::default() })
            }
        }
    }

    /// Whether it reaches the services with what it was told. Where nobody can look, nothing is said against it.
    async fn look(&self, context: &Context, joined: &Joined<'_>, synced: &mut SyncedMember) {
        let home = self.order.hybrid.project.home();
        let one = &[joined];
        let Some(Row { asked, kafka, redis, .. }) =
            matrix::rows(context, one, self.services, home, self.options.image.as_deref()).await.pop()
        else {
            return;
        };
        // Asked from here, that nobody answers says nothing of the member; a login that is refused does.
        let says_something = |cell: &&Cell| asked != Asked::FromOutside || cell.hop > Some(Hop::Connection);
        let broken = [&kafka, &redis].into_iter().filter(|cell| cell.outcome == Way::Broken).find(says_something);
        if let Some(broken) = broken {
            let message = format!("it was told, and {}", broken.found);
            synced.outcome.fail(Trouble {
                message,
                hints: broken.hints.clone(),
                code: broken.code,
                status: Status::Failed,
            });
        }
        (synced.kafka, synced.redis) = (Some(kafka), Some(redis));
    }
}

/// What was copied and made anew, and the pods that only their maker can make anew.
fn of_namespaces(namespaces: Vec<SyncedNamespace>) -> Done {
    let mut done = Done::default();
    for SyncedNamespace { namespace, copied, restarted, not_restarted, .. } in namespaces {
        let copied = copied.into_iter().map(|secret| format!("Secret {namespace}/{secret}"));
        let restarted = restarted.into_iter().map(|workload| format!("pods of {workload}"));
        done.steps.extend(copied.chain(restarted).map(|object| Step { object, change: Change::Updated }));
        done.left.extend(not_restarted.into_iter().map(|pod| {
            Left {
                object: format!("{pod} in {namespace}"),
                reason:
                    "it began with an old configuration, and nobody makes it anew: delete it, or start its maker again"
                        .to_owned(),
            }
        }));
    }
    done
}

impl SyncedMember {
    fn waiting(member: &Member, wave: usize, reason: &str) -> Self {
        let outcome = MemberOutcome::waiting(&member.name, Kind::from(&member.place), reason);
        Self { outcome, wave, kafka: None, redis: None }
    }
}

impl Sync {
    /// The form for people.
    pub fn text(&self) -> String {
        const WORDS: Words = Words {
            changed: "up to date",
            would_change: "would be brought up to date",
            unchanged: "up to date; nothing was to be done",
        };
        let mut shown = String::new();
        for member in &self.members {
            shown.push_str(&text(std::slice::from_ref(&member.outcome), &WORDS, self.dry_run));
            for (service, cell) in [("Kafka", &member.kafka), ("Redis", &member.redis)] {
                if let Some(cell) = cell.as_ref().filter(|cell| cell.outcome != Way::Ok && member.outcome.is_done()) {
                    shown.push_str(&format!("  the way to {service} was not seen: {}\n", cell.found));
                }
            }
        }
        shown
    }

    /// The exit status: 1 where something is left to do for a member.
    pub fn status(&self) -> u8 {
        status(self.members.iter().map(|member| &member.outcome))
    }
}
