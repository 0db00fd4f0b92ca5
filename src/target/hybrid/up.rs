//! `karctl hybrid up`: the home of the services first, then every other member, side by side.

use std::path::PathBuf;
use std::sync::OnceLock;

use futures_util::{StreamExt, stream};
use schemars::JsonSchema;
use serde::Serialize;

use super::Hybrid;
use super::apps;
use super::consent;
use super::expected::with_live;
use super::home::{Home, is_not_there};
use super::members::{AT_A_TIME, Connection, Joined, chosen, connect};
use super::outcome::{Done, Kind, MemberOutcome, Words, text};
use super::plan::Plan;
use super::raise::{self, Applications, Order};
use super::services::{self, config_for};
use crate::context::Context;
use crate::error::{Result, report};
use crate::services::Services;
use crate::settings::project::{Member, MemberPlace, ServicesSource};
use crate::target::kubernetes::connection::permit;

/// What `up` and `plan` are told beside the file.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Only these members; all where none is named.
    pub only: Vec<String>,
    /// The folder of the files for hosts, where it is not the usual one.
    pub env_dir: Option<PathBuf>,
    /// Registry, and folder in it, that images of applications are pushed to; that of this machine where none is given.
    pub registry: Option<String>,
    /// Return when everything was applied.
    pub no_wait: bool,
    /// Only say what would be done.
    pub dry_run: bool,
}

/// What `karctl hybrid up -o json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Up {
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
    /// What became of each member: the home of the services first, then the others in the order of the file.
    pub members: Vec<MemberOutcome>,
}

/// Brings members to what the file says. What fails for one holds up no other, but for the home of the services.
///
/// # Errors
/// Before anything is changed: when the file asks for what cannot be, nobody says yes, or the world is not that of the plan.
pub async fn up(context: &Context, hybrid: &Hybrid, options: &Options, plan: Option<&Plan>) -> Result<Up> {
    let options = match plan {
        Some(plan) => {
            let registry = options.registry.clone().or_else(|| plan.registry.clone());
            &Options { only: plan.names(), registry, ..options.clone() }
        }
        None => options,
    };
    let chosen = chosen(hybrid, &options.only)?;
    let joined = connect(context, hybrid, &with_home(hybrid, &chosen)).await;
    let work = Work::new(context, hybrid, options, &chosen, &joined);
    if let Some(plan) = plan {
        let rehearsal = Work::new(context, hybrid, &Options { dry_run: true, ..options.clone() }, &chosen, &joined);
        plan.check(&super::plan::of(&rehearsal).await?)?;
    }
    work.check_design().await?;
    if !options.dry_run {
        work.ask().await?;
    }
    Ok(Up { dry_run: options.dry_run, members: work.carry_out().await })
}

/// The members that are worked for, and the one that the services are in.
pub(super) fn with_home<'a>(hybrid: &'a Hybrid, chosen: &[&'a Member]) -> Vec<&'a Member> {
    let is_meant = |member: &&Member| is_home(hybrid, member) || chosen.iter().any(|chosen| chosen.name == member.name);
    hybrid.project.members.iter().filter(is_meant).collect()
}

/// Whether the services are in a member.
fn is_home(hybrid: &Hybrid, member: &Member) -> bool {
    match hybrid.project.services.as_ref().map(|services| &services.source) {
        Some(ServicesSource::Local { .. }) => member.place == MemberPlace::Local,
        _ => hybrid.project.home() == Some(member.name.as_str()),
    }
}

/// What is to be done, for whom.
pub(super) struct Work<'a> {
    pub(super) context: &'a Context,
    pub(super) order: Order<'a>,
    /// Who is worked for.
    pub(super) chosen: &'a [&'a Member],
    /// They and the home of the services, connected.
    pub(super) joined: &'a [Joined<'a>],
    /// Whether nobody was named.
    is_all: bool,
}

impl<'a> Work<'a> {
    pub(super) fn new(
        context: &'a Context,
        hybrid: &'a Hybrid,
        options: &Options,
        chosen: &'a [&'a Member],
        joined: &'a [Joined<'a>],
    ) -> Self {
        let env_dir = hybrid.env_dir(context, options.env_dir.as_deref());
        let Options { registry, no_wait, dry_run, .. } = options.clone();
        let order = Order {
            hybrid,
            env_dir,
            registry,
            no_wait,
            dry_run,
            applications: Applications::All,
            agreed: OnceLock::new(),
        };
        Self { context, order, chosen, joined, is_all: options.only.is_empty() }
    }

    pub(super) fn home(&self) -> Result<Home<'a>> {
        Home::find(self.context, self.order.hybrid, self.joined)
    }

    /// Whether the home is worked for, too.
    fn is_chosen(&self, name: &str) -> bool {
        self.is_all || self.chosen.iter().any(|member| member.name == name)
    }

    /// Who is worked for, but for a cluster that the services are in.
    fn others(&self) -> impl Iterator<Item = &'a Joined<'a>> {
        let home = self.order.hybrid.project.home();
        let is_other = move |joined: &&Joined<'_>| Some(joined.member.name.as_str()) != home;
        self.joined.iter().filter(|joined| self.is_chosen(&joined.member.name)).filter(is_other)
    }

    /// Where the services will be; `None` where it is not known yet.
    async fn services_by_design(&self) -> Option<Services> {
        match self.home() {
            Ok(Home::Elsewhere) => services::find(self.context, self.order.hybrid, self.joined).await.ok(),
            Ok(home) => home.expected(),
            Err(_) => None,
        }
    }

    /// What would be done, and where Kafka and Redis are, unless that is decided on the way.
    pub(super) async fn rehearse(&self) -> Result<(Vec<MemberOutcome>, Option<Services>)> {
        self.check_design().await?;
        Ok(self.go().await)
    }

    /// Refuses members that could never reach the services, before anything is changed.
    async fn check_design(&self) -> Result<()> {
        for member in self.chosen {
            apps::check(self.order.hybrid, member)?;
        }
        let Some(services) = &self.services_by_design().await else { return Ok(()) };
        let home = self.order.hybrid.project.home();
        let wrong: Vec<_> =
            self.others().filter_map(|joined| config_for(services, home, joined.member).err()).collect();
        match wrong.is_empty() {
            true => Ok(()),
            false => Err(together(wrong)),
        }
    }

    /// Asks about every cluster that is not local, and that would lose Kafka and Redis of its own, one after the other,
    /// before the first is changed.
    pub(super) async fn ask(&self) -> Result<()> {
        for joined in self.joined.iter().filter(|joined| self.is_chosen(&joined.member.name)) {
            if let Ok(Connection::Cluster { cluster, .. }) = joined.connected() {
                permit(self.context, &cluster.restarted(), &format!("Bring `{}` up", joined.member.name)).await?;
            }
        }
        let others: Vec<_> = self.others().collect();
        let losses = consent::losses(&others).await;
        for (member, lost) in &losses {
            consent::to_lose(self.context, self.order.hybrid, member, lost)?;
        }
        self.order.agreed.get_or_init(|| losses.into_iter().map(|(member, _)| member.to_owned()).collect());
        Ok(())
    }

    /// The home of the services, then the others.
    pub(super) async fn carry_out(&self) -> Vec<MemberOutcome> {
        self.go().await.0
    }

    /// The same, and where the services are, where nothing had to be done to their home.
    async fn go(&self) -> (Vec<MemberOutcome>, Option<Services>) {
        let home = match self.home() {
            Ok(home) => home,
            Err(error) => return (self.all_failed(&error), None),
        };
        let raised = match home.name() {
            Some((name, kind)) if self.is_chosen(name) => Some((name, kind, self.raise(&home, name).await)),
            _ => None,
        };
        if let Some((name, kind, Err(error))) = raised {
            let mut members = vec![MemberOutcome::of(name, kind, Err(error))];
            let reason = format!("Kafka and Redis of `{name}` come first");
            let others = self.others().filter(|joined| joined.member.name != name);
            members.extend(
                others
                    .map(|other| MemberOutcome::waiting(&other.member.name, Kind::from(&other.member.place), &reason)),
            );
            return (members, None);
        }
        let is_home_same = !matches!(&raised, Some((_, _, Ok(done))) if !done.steps.is_empty());
        let services = self.services(&home, is_home_same).await;
        let work = self.others().map(|joined| self.member(joined, services.as_ref()));
        let others: Vec<_> = stream::iter(work).buffered(AT_A_TIME).collect().await;
        let members = match raised {
            Some((name, kind, done)) => first(MemberOutcome::of(name, kind, done), others),
            None => others,
        };
        (members, services.ok().filter(|_| is_home_same))
    }

    async fn raise(&self, home: &Home<'_>, name: &str) -> Result<Done> {
        let context = of(self.context, name);
        let step = context.ui.step("Kafka and Redis");
        let done = home.raise(&context, &self.order).await;
        step.skip();
        done
    }

    /// Where the services are; in a rehearsal that changes their home, where they will be.
    async fn services(&self, home: &Home<'_>, is_home_same: bool) -> Result<Services> {
        let live = services::find(self.context, self.order.hybrid, self.joined).await;
        match home.expected() {
            Some(wanted) if self.order.dry_run && !is_home_same => match live {
                Err(error) if !is_not_there(&error) => Err(error),
                live => Ok(with_live(wanted, live.ok())),
            },
            _ => live,
        }
    }

    async fn member(
        &self,
        joined: &Joined<'_>,
        services: std::result::Result<&Services, &anyhow::Error>,
    ) -> MemberOutcome {
        let (name, kind) = (&joined.member.name, Kind::from(&joined.member.place));
        let context = of(self.context, name);
        let done = match (joined.connected(), services) {
            (Err(error), _) | (Ok(_), Err(error)) => return MemberOutcome::failed(name, kind, error),
            (Ok(_), Ok(services)) => {
                let step = context.ui.step("Bringing it up");
                let done = raise::member(&context, &self.order, joined, services).await;
                match &done {
                    Ok(done) if !self.order.dry_run && !done.steps.is_empty() => step.done("up"),
                    _ => step.skip(),
                }
                done
            }
        };
        MemberOutcome::of(name, kind, done)
    }

    fn all_failed(&self, error: &anyhow::Error) -> Vec<MemberOutcome> {
        let failed = |joined: &Joined<'_>| {
            let member = joined.member;
            let error = joined.connected().err().unwrap_or(error);
            MemberOutcome::failed(&member.name, Kind::from(&member.place), error)
        };
        self.joined.iter().filter(|joined| self.is_chosen(&joined.member.name)).map(failed).collect()
    }
}

/// The home's outcome before the others'; where the home is this machine, and a member too, both are one.
fn first(home: MemberOutcome, others: Vec<MemberOutcome>) -> Vec<MemberOutcome> {
    let (same, mut rest): (Vec<_>, Vec<_>) = others.into_iter().partition(|other| other.member == home.member);
    rest.insert(0, same.into_iter().fold(home, MemberOutcome::with));
    rest
}

/// The context of one member: its lines begin with its name, and its time is its own.
pub(super) fn of(context: &Context, member: &str) -> Context {
    Context { ui: context.ui.of(member), deadline: context.deadline.restarted(), ..context.clone() }
}

/// Several mistakes as one: the first with all that is known of it, of the others what they are.
pub(super) fn together(mut errors: Vec<anyhow::Error>) -> anyhow::Error {
    let first = errors.remove(0);
    if errors.is_empty() {
        return first;
    }
    let messages: Vec<_> = std::iter::once(&first).chain(&errors).map(|error| report(error).message).collect();
    let told = report(&first);
    let failure = crate::error::Failure::new(messages.join("; ")).status(told.status);
    let failure = told.hints.into_iter().fold(failure, crate::error::Failure::hint);
    told.code.into_iter().fold(failure, crate::error::Failure::code).into()
}

impl Up {
    /// The form for people.
    pub fn text(&self) -> String {
        const WORDS: Words =
            Words { changed: "up", would_change: "would be brought up", unchanged: "up; nothing was to be done" };
        text(&self.members, &WORDS, self.dry_run)
    }
}
