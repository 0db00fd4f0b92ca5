//! Whose account, which region, which project: each taken from the first place that says it, and shown with that place.
//!
//! The order is: options, the environment, what `karctl ce project use` keeps, the `ibmcloud` command's own configuration
//! (which is read and never written). Nothing is asked.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Serialize, Serializer};

use super::chosen::Chosen;
use super::credential::credential;
use super::ibmcloud_cli::{self, CliConfiguration};
use super::project::name::{active, is_project_id, named};
pub use crate::client::ibmcloud::code_engine::Project;
use crate::client::ibmcloud::{Address, Api, Options, Session};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::nearest::nearest;

/// Variables with a region.
pub const REGION: [&str; 2] = ["IBMCLOUD_REGION", "IC_REGION"];

/// Variables with a resource group.
const RESOURCE_GROUP: [&str; 2] = ["IBMCLOUD_RESOURCE_GROUP", "IC_RESOURCE_GROUP"];

/// Variables with a project.
const PROJECT: [&str; 2] = ["CE_PROJECT_ID", "CE_PROJECT"];

/// Variables that lead to other addresses than IBM's own.
const IAM_URL: &str = "KARCTL_IAM_URL";
const RESOURCE_CONTROLLER_URL: &str = "KARCTL_RESOURCE_CONTROLLER_URL";
const CODE_ENGINE_URL: &str = "KARCTL_CODE_ENGINE_URL";

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct AccountOptions {
    /// A file with an API key; `-` is stdin.
    pub api_key_file: Option<PathBuf>,
    /// A region of Code Engine, such as `eu-de`.
    pub region: Option<String>,
    /// A resource group, by name or id.
    pub resource_group: Option<String>,
    /// A project, by name or id.
    pub project: Option<String>,
}

/// Where a value was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// An option, such as `--region`.
    Option(&'static str),
    /// A variable, such as `IBMCLOUD_REGION`.
    Variable(&'static str),
    /// What `karctl ce project use` keeps.
    Record,
    /// A file of the `ibmcloud` command.
    Cli(PathBuf),
    /// A project's file, such as `karctl.yaml:7:5`.
    File(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Option(name) | Self::Variable(name) => f.write_str(name),
            Self::Record => f.write_str("karctl ce project use"),
            Self::Cli(path) => write!(f, "ibmcloud ({})", path.display()),
            Self::File(place) => f.write_str(place),
        }
    }
}

impl Serialize for Origin {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

/// A value, and where it was taken from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sourced<T> {
    /// The value.
    pub value: T,
    /// Its place.
    pub origin: Origin,
}

/// A login, and what it is to act on.
#[derive(Clone)]
pub struct Account {
    /// The login.
    pub session: Session,
    /// Where the login is from.
    pub login: Origin,
    /// The region of Code Engine.
    pub region: Option<Sourced<String>>,
    /// The resource group, by name or id.
    pub resource_group: Option<Sourced<String>>,
    /// The project, by name or id.
    pub wanted_project: Option<Sourced<String>>,
}

/// Finds the login and what it is to act on. Nothing is sent.
///
/// # Errors
/// When there is no login, it cannot be used or has ended, or an address is wrong.
pub fn find(context: &Context, options: &AccountOptions) -> Result<Account> {
    let cli = read_cli(context);
    let chosen = Chosen::read(context)?;
    let (credential, login) = credential(context, options, &cli)?;
    let cli = match cli {
        Ok(cli) => cli,
        Err(error) => {
            context.ui.warn(report(&error).message);
            None
        }
    };
    let given = given(context, "--region", options.region.as_ref(), &REGION);
    let of_record = chosen.as_ref().map(|chosen| Sourced { value: chosen.region.clone(), origin: Origin::Record });
    let of_record = of_record.filter(|region| !region.value.is_empty());
    let of_cli = cli.as_ref().and_then(CliConfiguration::region);
    let region = given.or(of_record).or_else(|| of_cli.map(from_cli));
    let group = self::given(context, "--resource-group", options.resource_group.as_ref(), &RESOURCE_GROUP);
    let resource_group = group.or_else(|| cli.as_ref().and_then(CliConfiguration::resource_group).map(from_cli));
    let wanted_project = wanted_project(context, options, region.as_ref(), chosen, cli.as_ref());
    let api = api(context, region.as_ref().map(|region| region.value.as_str()))?;
    let ui = context.ui.clone();
    let tracer = Arc::new(move |level: u8, text: &str| ui.trace(level, || text.to_owned()));
    let limits = Options { deadline: Some(Instant::now() + context.deadline.left()), tracer: Some(tracer) };
    let session = Session::new(api, credential, limits);
    Ok(Account { session, login, region, resource_group, wanted_project })
}

/// Whether a project was chosen for karctl, by a variable or by `karctl ce project use`. The `ibmcloud` command's own target
/// may be meant for something else.
pub fn is_project_chosen(context: &Context) -> bool {
    variable(context, &PROJECT).is_some() || !matches!(Chosen::read(context), Ok(None))
}

/// The project that is kept, by karctl or the `ibmcloud` command, is one of a region: it is not meant in another one.
fn wanted_project(
    context: &Context,
    options: &AccountOptions,
    region: Option<&Sourced<String>>,
    chosen: Option<Chosen>,
    cli: Option<&CliConfiguration>,
) -> Option<Sourced<String>> {
    let is_here = |kept: &str| kept.is_empty() || region.is_none_or(|region| region.value == kept);
    let of_record = || {
        let chosen = chosen.filter(|chosen| is_here(&chosen.region))?;
        Some(Sourced { value: chosen.id, origin: Origin::Record })
    };
    let of_cli = || {
        let project = cli.and_then(CliConfiguration::project)?;
        is_here(project.region).then(|| from_cli((project.id, project.path)))
    };
    given(context, "--project", options.project.as_ref(), &PROJECT).or_else(of_record).or_else(of_cli)
}

fn from_cli((value, path): (&str, &Path)) -> Sourced<String> {
    Sourced { value: value.to_owned(), origin: Origin::Cli(path.to_owned()) }
}

/// What an option says, or else the first of the variables.
fn given(
    context: &Context,
    option: &'static str,
    typed: Option<&String>,
    variables: &[&'static str],
) -> Option<Sourced<String>> {
    let typed = typed.map(|value| Sourced { value: value.clone(), origin: Origin::Option(option) });
    typed.or_else(|| variable(context, variables))
}

pub(super) fn variable(context: &Context, names: &[&'static str]) -> Option<Sourced<String>> {
    names.iter().find_map(|&name| {
        let value = context.environment.variable(name)?.to_owned();
        Some(Sourced { value, origin: Origin::Variable(name) })
    })
}

pub(super) fn read_cli(context: &Context) -> Result<Option<CliConfiguration>> {
    ibmcloud_cli::read(&context.environment)
}

fn api(context: &Context, region: Option<&str>) -> Result<Api> {
    let overridden = |name: &str| -> Result<Option<Address>> {
        let Some(text) = context.environment.variable(name) else { return Ok(None) };
        Address::parse(text)
            .map(Some)
            .map_err(|reason| Failure::usage(format!("{name} {reason}")).code(Code::CloudConfigurationUnusable).into())
    };
    let public = Api::public(None);
    let code_engine = match (overridden(CODE_ENGINE_URL)?, region) {
        (None, Some(region)) => Some(Address::of_region(region).map_err(|reason| {
            Failure::usage(reason).hint("`--region` chooses another one").code(Code::CodeEngineProjectUnchosen)
        })?),
        (overridden, _) => overridden,
    };
    Ok(Api {
        iam: overridden(IAM_URL)?.unwrap_or(public.iam),
        resource_controller: overridden(RESOURCE_CONTROLLER_URL)?.unwrap_or(public.resource_controller),
        code_engine,
    })
}

impl Account {
    /// The same, with the time that the context has left: other work came before.
    pub fn restarted(&self, context: &Context) -> Self {
        Self { session: self.session.until(Instant::now() + context.deadline.left()), ..self.clone() }
    }

    /// The region.
    ///
    /// # Errors
    /// When none is chosen.
    pub fn region(&self) -> Result<&str> {
        let unchosen = || {
            Failure::new("no region of Code Engine is chosen")
                .hint("give --region, such as eu-de, or set IBMCLOUD_REGION")
                .code(Code::CodeEngineProjectUnchosen)
        };
        self.region.as_ref().map(|region| region.value.as_str()).ok_or_else(|| unchosen().into())
    }

    /// The chosen project, which is active.
    ///
    /// # Errors
    /// When none is chosen (the error names those there are), there is none or more than one of the name, it may not be
    /// seen, or cannot be used.
    pub async fn project(&self) -> Result<Project> {
        let Some(wanted) = &self.wanted_project else { return Err(self.unchosen().await) };
        active(self.find_project(wanted).await?)
    }

    /// One of the projects that were listed, by name or id, which is active.
    ///
    /// # Errors
    /// As [`Account::project`].
    pub fn pick(&self, projects: &[Project], wanted: &Sourced<String>) -> Result<Project> {
        let by_id = projects.iter().find(|project| project.id == wanted.value).cloned();
        let found = by_id.map_or_else(|| named(projects, &wanted.value), |project| Ok(Some(project)))?;
        active(found.ok_or_else(|| self.no_such(wanted, projects))?)
    }

    /// A project by name or id, whatever its status is; a name means one that is deleted only where no other has it.
    ///
    /// # Errors
    /// As [`Account::project`].
    pub async fn find_project(&self, wanted: &Sourced<String>) -> Result<Project> {
        if is_project_id(&wanted.value) {
            return match self.session.project(&wanted.value).await {
                Err(error) if error.is_not_found() => Err(self.no_such(wanted, &[]).because_of(error)),
                answer => Ok(answer?),
            };
        }
        let projects = self.session.projects().await?;
        named(&projects, &wanted.value)?.ok_or_else(|| self.no_such(wanted, &projects).into())
    }

    /// The id of the resource group, where one is chosen.
    ///
    /// # Errors
    /// When there is none of that name or id that may be seen.
    pub async fn resource_group_id(&self) -> Result<Option<String>> {
        let Some(Sourced { value, origin }) = &self.resource_group else { return Ok(None) };
        let groups = self.session.resource_groups().await?;
        if let Some(group) = groups.iter().find(|group| group.name == *value || group.id == *value) {
            return Ok(Some(group.id.clone()));
        }
        let failure =
            Failure::new(format!("there is no resource group `{value}` ({origin}), or you lack the role Viewer"))
                .code(Code::CloudForbidden);
        Err(match nearest(value, groups.iter().map(|group| group.name.as_str())) {
            Some(name) => failure.hint(format!("the nearest is `{name}`")).into(),
            None => failure.hint("`ibmcloud resource groups` lists those that you may see").into(),
        })
    }

    /// Where the region is, for sentences: ` in eu-de`.
    pub(super) fn in_region(&self) -> String {
        self.region.as_ref().map(|region| format!(" in {}", region.value)).unwrap_or_default()
    }

    fn no_such(&self, wanted: &Sourced<String>, projects: &[Project]) -> Failure {
        let Sourced { value, origin } = wanted;
        let place = self.in_region();
        let failure = Failure::new(format!(
            "the project `{value}` ({origin}) is missing{place}, or you lack the roles (Viewer and Reader)"
        ))
        .code(Code::CodeEngineProjectMissing);
        match nearest(value, projects.iter().map(|project| project.name.as_str())) {
            Some(name) => failure.hint(format!("the nearest is `{name}`")),
            None => {
                failure.hint("`karctl ce project list` shows those that you may see; --region chooses another region")
            }
        }
    }

    /// The failure where no project is chosen, with those there are.
    async fn unchosen(&self) -> anyhow::Error {
        let projects = match self.session.projects().await {
            Ok(projects) => projects,
            Err(error) => return error.into(),
        };
        let names: Vec<_> = projects
            .iter()
            .filter(|project| !project.status.is_deleted())
            .map(|project| format!("`{}`", project.name))
            .collect();
        let place = self.in_region();
        let there = if names.is_empty() {
            format!("you may see none{place}")
        } else {
            format!("there are {}{place}", names.join(", "))
        };
        let failure = Failure::new(format!("no project of Code Engine is chosen; {there}"));
        let hint = match names.is_empty() {
            true => "make one with `karctl ce project create NAME`, or give another --region",
            false => "give --project NAME, or choose once with `karctl ce project use NAME`",
        };
        failure.hint(hint).code(Code::CodeEngineProjectUnchosen).into()
    }
}

/// Keeps what the service said behind karctl's own sentence, which has its hint already.
trait BecauseOf {
    fn because_of(self, error: crate::client::ibmcloud::Error) -> anyhow::Error;
}

impl BecauseOf for Failure {
    fn because_of(self, error: crate::client::ibmcloud::Error) -> anyhow::Error {
        let trace = error.refusal().and_then(|refusal| refusal.trace.clone());
        match trace {
            Some(trace) => self.because(anyhow::anyhow!("Code Engine answers 404 (trace {trace})")).into(),
            None => self.into(),
        }
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
