//! `karctl hybrid plan`: what `up` would do, bound to what it was made from: the file, the members' identities, versions, and
//! what each of them would get.

use std::collections::BTreeMap;
use std::path::Path;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Hybrid;
use super::binding::{Binder, Binding};
use super::members::{Connection, Joined, chosen, connect};
use super::outcome::{Kind, MemberOutcome, Outcome, Step};
use super::services;
use super::up::{Options, Work, together, with_home};
use crate::change::Change;
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::target::code_engine::enable::far_services;
use crate::target::kubernetes::plan::is_server;

/// Version of the plan's form.
const VERSION: u32 = 2;

/// What `karctl hybrid plan` writes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// Version of this form: 2.
    pub version: u32,
    /// The karctl that made it.
    pub karctl: String,
    /// SHA-256 of the project's file.
    pub file: String,
    /// Registry, and folder in it, that images of applications are pushed to; that of this machine where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub registry: Option<String>,
    /// The members, the home of the services first.
    pub members: Vec<PlannedMember>,
}

/// One member of a [`Plan`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PlannedMember {
    /// Its name.
    pub member: String,
    /// What it is.
    pub kind: Kind,
    /// Which one it is.
    pub identity: Identity,
    /// What it would get.
    pub binding: Binding,
    /// What would be done.
    pub steps: Vec<Step>,
    /// What would work, but perhaps not as expected: services in another region than a project.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<String>,
}

/// Which cluster or project a member is; nothing for this machine and other hosts.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Identity {
    /// Address of the API server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server: Option<String>,
    /// Uid of the namespace `kube-system`, where it may be seen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
    /// Version of the API server.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub server_version: Option<String>,
    /// Id of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub project_id: Option<String>,
    /// Region of the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
}

/// Makes a plan; nothing is changed.
///
/// # Errors
/// When a member cannot be reached, or could not be brought up: there is no plan for some only.
pub async fn plan(context: &Context, hybrid: &Hybrid, options: &Options) -> Result<Plan> {
    let options = Options { dry_run: true, ..options.clone() };
    let chosen = chosen(hybrid, &options.only)?;
    let joined = connect(context, hybrid, &with_home(hybrid, &chosen)).await;
    of(&Work::new(context, hybrid, &options, &chosen, &joined)).await
}

/// What the work, which is a rehearsal, would be.
pub(super) async fn of(work: &Work<'_>) -> Result<Plan> {
    let (outcomes, services) = work.rehearse().await?;
    // Whoever waits for one that failed has no fault of its own.
    let has_failed = outcomes.iter().any(|outcome| outcome.outcome == Outcome::Failed);
    let at_fault = outcomes.iter().filter(|outcome| !has_failed || outcome.outcome == Outcome::Failed);
    let failed = at_fault.filter_map(|outcome| {
        let trouble = outcome.trouble.as_ref()?;
        let failure = Failure::new(format!("{}: {}", outcome.member, trouble.message)).status(trouble.status);
        let failure = trouble.hints.iter().fold(failure, |failure, hint| failure.hint(hint.clone()));
        Some(trouble.code.into_iter().fold(failure, Failure::code).into())
    });
    let failed: Vec<anyhow::Error> = failed.collect();
    if !failed.is_empty() {
        return Err(together(failed)).or_fail(|| Failure::new("no plan can be made"));
    }
    let identity = |outcome: &MemberOutcome| {
        let joined = work.joined.iter().find(|joined| joined.member.name == outcome.member);
        joined.map(Identity::of).unwrap_or_default()
    };
    let mut warnings = far(work).await?;
    let file = hash(work.order.hybrid)?;
    let mut binder = Binder::new(work, services, &file)?;
    let members = outcomes.into_iter().map(|outcome| {
        Ok(PlannedMember {
            identity: identity(&outcome),
            binding: binder.bind(&outcome.member)?,
            warnings: warnings.remove(&outcome.member).unwrap_or_default(),
            member: outcome.member,
            kind: outcome.kind,
            steps: outcome.steps,
        })
    });
    let members = members.collect::<Result<_>>()?;
    let registry = work.order.registry.clone();
    Ok(Plan { version: VERSION, karctl: env!("CARGO_PKG_VERSION").to_owned(), file, registry, members })
}

/// What each project of Code Engine is far from.
async fn far(work: &Work<'_>) -> Result<BTreeMap<String, Vec<String>>> {
    let projects: Vec<_> = work
        .joined
        .iter()
        .filter_map(|joined| match joined.connected() {
            Ok(Connection::CodeEngine { project, .. }) => Some((joined.member.name.clone(), project)),
            _ => None,
        })
        .collect();
    if projects.is_empty() {
        return Ok(BTreeMap::new());
    }
    let Some(managed) = services::managed(work.context, work.order.hybrid).await? else { return Ok(BTreeMap::new()) };
    Ok(projects.into_iter().map(|(name, project)| (name, far_services(project, &managed))).collect())
}

fn hash(hybrid: &Hybrid) -> Result<String> {
    let content = file::read(&hybrid.file)?.unwrap_or_default();
    Ok(format!("{:x}", Sha256::digest(content)))
}

impl Identity {
    fn of(joined: &Joined<'_>) -> Self {
        match joined.connected() {
            Ok(Connection::Cluster { cluster, uid, .. }) => Self {
                server: Some(cluster.chosen().server.clone()),
                uid: uid.clone(),
                server_version: Some(cluster.version().text.clone()),
                ..Self::default()
            },
            Ok(Connection::CodeEngine { project, .. }) => Self {
                project_id: Some(project.id.clone()),
                region: Some(project.region.clone()).filter(|region| !region.is_empty()),
                ..Self::default()
            },
            _ => Self::default(),
        }
    }
}

impl Plan {
    /// Reads a plan from a file.
    ///
    /// # Errors
    /// A usage failure where there is none, or it is none, or of another karctl.
    pub fn read(context: &Context, path: &Path) -> Result<Self> {
        let shown = path.display();
        let path = context.environment.working_directory().join(path);
        let content = file::read(&path)?.ok_or_else(|| {
            Failure::usage(format!("there is no plan {shown}"))
                .hint(format!("`karctl hybrid plan --out {shown}` writes one"))
        })?;
        let bad = || {
            Failure::usage(format!("{shown} is no plan"))
                .hint("`karctl hybrid plan --out FILE` writes one")
                .code(Code::PlanOutdated)
        };
        let value: Value = serde_json::from_slice(&content).or_fail(bad)?;
        match value["version"].as_u64() {
            Some(version) if version != u64::from(VERSION) => {
                let message =
                    format!("{shown} is a plan of version {version}, and this karctl reads version {VERSION}");
                Err(Failure::usage(message)
                    .hint("make a new one with `karctl hybrid plan`")
                    .code(Code::PlanOutdated)
                    .into())
            }
            _ => serde_json::from_value(value).or_fail(bad),
        }
    }

    /// Writes it into a file.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write(&self, context: &Context, path: &Path) -> Result<()> {
        let path = context.environment.working_directory().join(path);
        file::write_atomic(&path, self.written()?.as_bytes(), file::PRIVATE).map(drop)
    }

    fn written(&self) -> Result<String> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }

    /// The members that it is for; none where it is for all, an instance of a machine that is no member among them.
    pub fn names(&self) -> Vec<String> {
        // It is part of a plan for all only.
        if self.members.iter().any(|member| member.member == super::home::SERVICES) {
            return Vec::new();
        }
        self.members.iter().map(|member| member.member.clone()).collect()
    }

    /// Whether anything would be done.
    pub fn is_change(&self) -> bool {
        self.members.iter().any(|member| !member.steps.is_empty())
    }

    /// Compares with a plan that was made just now. What was done meanwhile as it was planned is no difference, so that a
    /// run that was cut off is finished by the same command.
    ///
    /// # Errors
    /// The first difference, with what was planned and what there is.
    pub fn check(&self, now: &Self) -> Result<()> {
        match self.difference(now) {
            None => Ok(()),
            Some(difference) => Err(Failure::new(format!("this is not what was planned: {difference}"))
                .hint("nothing was changed; make a new plan with `karctl hybrid plan`, and look at it")
                .code(Code::PlanOutdated)
                .into()),
        }
    }

    fn difference(&self, now: &Self) -> Option<String> {
        if self.karctl != now.karctl {
            return Some(format!("the plan is of karctl {}, and this is {}", self.karctl, now.karctl));
        }
        if self.file != now.file {
            return Some("the project's file was changed since".to_owned());
        }
        if self.registry != now.registry {
            let shown = |plan: &Self| plan.registry.clone().unwrap_or_else(|| "that of this machine".to_owned());
            return Some(format!("its registry was {}, and is {}", shown(self), shown(now)));
        }
        let names =
            |plan: &Self| plan.members.iter().map(|member| member.member.clone()).collect::<Vec<_>>().join(", ");
        if names(self) != names(now) {
            return Some(format!("it was for {}, and there is {}", names(self), names(now)));
        }
        self.members.iter().zip(&now.members).find_map(|(planned, found)| {
            let difference = planned
                .moved(found)
                .or_else(|| planned.binding.difference(&found.binding))
                .or_else(|| planned.more(found))?;
            Some(format!("{}: {difference}", planned.member))
        })
    }
}

impl PlannedMember {
    /// What differs in its identity.
    fn moved(&self, now: &Self) -> Option<String> {
        if self.kind != now.kind {
            return Some(format!("it was a {}, and is a {}", self.kind, now.kind));
        }
        let fields = |identity: &Identity| serde_json::to_value(identity).unwrap_or_default();
        let (planned, found) = (fields(&self.identity), fields(&now.identity));
        ["uid", "server", "server_version", "project_id", "region"].iter().find_map(|field| {
            let shown = |value: &Value| value[*field].as_str().unwrap_or("unknown").to_owned();
            let (planned, found) = (shown(&planned), shown(&found));
            (planned != found).then(|| format!("its {} was {planned}, and is {found}", field.replace('_', " ")))
        })
    }

    /// What is to be done now, and was not planned.
    fn more(&self, now: &Self) -> Option<String> {
        // What was made, and not brought to its end, is updated by then.
        let is_planned = |step: &&Step| {
            let begun = |planned: &Step| {
                planned.object == step.object && planned.change == Change::Created && step.change == Change::Updated
            };
            self.steps.iter().any(|planned| planned == *step || begun(planned))
        };
        let step = now.steps.iter().find(|step| !is_planned(step))?;
        let planned = self.steps.iter().find(|planned| planned.object == step.object);
        let planned = planned.map_or("unchanged".to_owned(), |planned| planned.change.to_string());
        Some(format!("{} was to be {planned}, and would be {}", step.object, step.change))
    }
}

impl Plan {
    /// The form for people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for PlannedMember { member, kind, identity, steps, warnings, .. } in &self.members {
            let which = [&identity.server, &identity.server_version, &identity.project_id, &identity.region];
            let which: Vec<_> = which.into_iter().flatten().map(String::as_str).collect();
            let which = if which.is_empty() { String::new() } else { format!(" {}", which.join(", ")) };
            let what = if steps.is_empty() { ": nothing is to be done" } else { ":" };
            text.push_str(&format!("{member} ({kind}{which}){what}\n"));
            text.extend(steps.iter().map(|step| format!("  {}: would be {}\n", step.object, step.change)));
            text.extend(warnings.iter().map(|warning| format!("  {warning}\n")));
            if steps.iter().any(|step| step.change == Change::Removed && is_server(&step.object)) {
                text.push_str(
                    "  its own Kafka and Redis would go, and their data stay; `karctl hybrid up` asks first\n",
                );
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;
    use crate::target::images::build::own::is_plan;

    fn step(object: &str, change: Change) -> Step {
        Step { object: object.to_owned(), change }
    }

    /// What moves, and how it is told.
    type Case = (fn(&mut Plan), &'static str);

    fn planned() -> Plan {
        let identity = Identity {
            server: Some("https://a".to_owned()),
            uid: Some("1".to_owned()),
            server_version: Some("v1.33.1".to_owned()),
            ..Identity::default()
        };
        let steps =
            vec![step("Secret kar-system/a", Change::Created), step("enabled namespace team-a", Change::Updated)];
        let binding = Binding { settings: Some("0".to_owned()), ..Binding::default() };
        let (member, warnings) = ("east".to_owned(), Vec::new());
        let member = PlannedMember { member, kind: Kind::Cluster, identity, binding, steps, warnings };
        let (karctl, file) = ("1".to_owned(), "0".to_owned());
        Plan { version: VERSION, karctl, file, registry: None, members: vec![member] }
    }

    #[test]
    fn no_image_is_made_of_a_plan() {
        assert!(is_plan(&planned().written().expect("JSON")));
        assert!(!is_plan("{\n  \"version\": 1\n}\n"));
    }

    #[test]
    fn what_was_done_as_planned_is_no_difference() {
        let mut now = planned();
        planned().check(&now).expect("the same");
        now.members[0].steps.remove(0);
        planned().check(&now).expect("half done");
        now.members[0].steps.clear();
        planned().check(&now).expect("all done");
        now.members[0].steps = vec![step("Secret kar-system/a", Change::Updated)];
        planned().check(&now).expect("made, and not brought to its end");
    }

    #[test]
    fn a_plan_with_an_instance_that_is_no_member_is_one_for_all() {
        let mut plan = planned();
        assert_eq!(plan.names(), ["east"]);
        let member = super::super::home::SERVICES.to_owned();
        plan.members.push(PlannedMember {
            member,
            kind: Kind::Local,
            identity: Identity::default(),
            binding: Binding::default(),
            steps: Vec::new(),
            warnings: Vec::new(),
        });
        assert_eq!(plan.names(), Vec::<String>::new());
    }

    #[test]
    fn what_moved_is_named() {
        let cases: [Case; 10] = [
            (|now| now.karctl = "2".to_owned(), "the plan is of karctl 1, and this is 2"),
            (|now| now.file = "1".to_owned(), "the project's file was changed since"),
            (|now| now.members[0].member = "west".to_owned(), "it was for east, and there is west"),
            (|now| now.members[0].kind = Kind::Host, "east: it was a cluster, and is a host"),
            (
                |now| now.registry = Some("r.example".to_owned()),
                "its registry was that of this machine, and is r.example",
            ),
            (|now| now.members[0].binding.settings = None, "east: the settings were changed since"),
            (|now| now.members[0].identity.uid = Some("2".to_owned()), "east: its uid was 1, and is 2"),
            (
                |now| now.members[0].identity.server_version = None,
                "east: its server version was v1.33.1, and is unknown",
            ),
            (
                |now| now.members[0].steps.push(step("Secret kar-system/b", Change::Updated)),
                "east: Secret kar-system/b was to be unchanged, and would be updated",
            ),
            (
                |now| now.members[0].steps[1].change = Change::Created,
                "east: enabled namespace team-a was to be updated, and would be created",
            ),
        ];
        for (change, expected) in cases {
            let mut now = planned();
            change(&mut now);
            let told = report(&planned().check(&now).expect_err("moved")).message;
            assert_eq!(told, format!("this is not what was planned: {expected}"));
        }
    }
}
