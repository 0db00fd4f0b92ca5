//! Whose account, which region, which project: each taken from the first place that says it, and shown with that place.
//!
//! The order is: options, the environment, what `karctl ce project use` keeps, the `ibmcloud` command's own configuration
//! (which is read and never written). Nothing is asked.

use std::fmt;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use serde::{Serialize, Serializer};
use serde_json::Value;

use super::chosen::Chosen;
use super::ibmcloud_cli::{self, CliConfiguration};
use crate::client::file;
pub use crate::client::ibmcloud::code_engine::Project;
use crate::client::ibmcloud::{Address, Api, Credential, Options, Session};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result, report};
use crate::nearest::nearest;
use crate::redacted::Secret;

/// Variables with an API key, or `@FILE`.
const API_KEY: [&str; 2] = ["IBMCLOUD_API_KEY", "IC_API_KEY"];

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

fn variable(context: &Context, names: &[&'static str]) -> Option<Sourced<String>> {
    names.iter().find_map(|&name| {
        let value = context.environment.variable(name)?.to_owned();
        Some(Sourced { value, origin: Origin::Variable(name) })
    })
}

fn read_cli(context: &Context) -> Result<Option<CliConfiguration>> {
    ibmcloud_cli::read(&context.environment)
}

/// An API key where one is given, else the login of the `ibmcloud` command, as long as it lasts.
fn credential(
    context: &Context,
    options: &AccountOptions,
    cli: &Result<Option<CliConfiguration>>,
) -> Result<(Credential, Origin)> {
    if let Some(path) = &options.api_key_file {
        let origin = Origin::Option("--api-key-file");
        return Ok((Credential::ApiKey(key_in_file(context, path, &origin)?), origin));
    }
    if let Some(Sourced { value, origin }) = variable(context, &API_KEY) {
        let key = match value.strip_prefix('@') {
            Some(path) => key_in_file(context, Path::new(path), &origin)?,
            None => key(&value, &origin)?,
        };
        return Ok((Credential::ApiKey(key), origin));
    }
    match cli {
        // An error cannot be cloned; whoever reads the file again finds the same.
        Err(_) => Err(read_cli(context).err().unwrap_or_else(|| missing().into())),
        Ok(cli) => {
            let login = cli.as_ref().map(CliConfiguration::login).transpose()?.flatten();
            let (token, path) = login.ok_or_else(missing)?;
            Ok((Credential::Token(token), Origin::Cli(path.to_owned())))
        }
    }
}

fn missing() -> Failure {
    Failure::new("there is no login for IBM Cloud: no API key is given, and nobody is logged in with `ibmcloud`")
        .hint("set IBMCLOUD_API_KEY (`@FILE` for a file with the key), give --api-key-file, or run `ibmcloud login`")
        .code(Code::CloudLoginMissing)
}

fn key_in_file(context: &Context, path: &Path, origin: &Origin) -> Result<Secret> {
    let unusable = |reason: &str| {
        Failure::usage(format!("{origin}: {} {reason}", path.display())).code(Code::CloudConfigurationUnusable)
    };
    let content = if path == Path::new("-") {
        let mut content = Vec::new();
        std::io::stdin().read_to_end(&mut content).map_err(|error| unusable("cannot be read").because(error))?;
        content
    } else {
        let path = context.environment.working_directory().join(path);
        file::read(&path)?.ok_or_else(|| unusable("is not there"))?
    };
    let text = String::from_utf8(content).map_err(|_| unusable("is not text in UTF-8"))?;
    let text = text.trim();
    // As `ibmcloud iam api-key-create --file` writes it.
    match serde_json::from_str::<Value>(text) {
        Ok(Value::Object(object)) => match object.get("apikey").and_then(Value::as_str) {
            Some(apikey) => key(apikey, origin),
            None => Err(unusable("is JSON without a text `apikey`").into()),
        },
        _ => key(text, origin),
    }
}

/// Refuses what cannot be a key, as IBM's SDKs do, before it is sent anywhere.
/// <https://github.com/IBM/go-sdk-core/blob/main/core/utils.go>
fn key(text: &str, origin: &Origin) -> Result<Secret> {
    const OF_JSON: [char; 3] = ['{', '}', '"'];
    let reason = if text.is_empty() {
        "it is empty"
    } else if text.starts_with(OF_JSON) || text.ends_with(OF_JSON) {
        "it begins or ends with a brace or a quote"
    } else if !text.chars().all(|c| c.is_ascii_graphic()) {
        "it has a blank or another character that no key has"
    } else {
        return Ok(Secret::new(text));
    };
    Err(Failure::usage(format!("{origin} holds no API key: {reason}"))
        .hint("give the key alone, without quotes or what is around it")
        .code(Code::CloudConfigurationUnusable)
        .into())
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

/// What tells an id of a project from a name.
pub fn is_project_id(text: &str) -> bool {
    let lengths: Vec<_> = text.split('-').map(str::len).collect();
    let is_hexadecimal = text.chars().all(|c| c == '-' || c.is_ascii_digit() || matches!(c, 'a'..='f'));
    lengths == [8, 4, 4, 4, 12] && is_hexadecimal
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

/// The name of a project as it is typed into a shell; it may have blanks, and no quotes.
pub(super) fn typeable(name: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-._:".contains(c);
    if name.chars().all(is_plain) { name.to_owned() } else { format!("'{name}'") }
}

/// The project that a name means: the one that is not deleted, else one that can be brought back.
///
/// # Errors
/// When several that are not deleted have it.
pub(super) fn named(projects: &[Project], name: &str) -> Result<Option<Project>> {
    let (deleted, alive): (Vec<_>, Vec<_>) =
        projects.iter().filter(|project| project.name == name).partition(|project| project.status.is_deleted());
    match alive.as_slice() {
        [] => Ok(deleted.into_iter().find(|project| project.status.is_soft_deleted()).cloned()),
        [one] => Ok(Some((*one).clone())),
        several => Err(ambiguous(name, several).into()),
    }
}

/// The failure where a name does not say which one.
fn ambiguous(name: &str, projects: &[&Project]) -> Failure {
    let ids: Vec<_> = projects.iter().map(|project| format!("{} ({})", project.id, project.status)).collect();
    Failure::new(format!("{} projects are named `{name}`: {}", projects.len(), ids.join(", ")))
        .hint("give the id of the one that is meant in the place of its name")
        .code(Code::CodeEngineProjectAmbiguous)
}

fn active(project: Project) -> Result<Project> {
    match project.status.is_active() {
        true => Ok(project),
        false => Err(not_active(&project).into()),
    }
}

/// The failure where a project is there and cannot be used.
pub(super) fn not_active(project: &Project) -> Failure {
    let Project { name, id, status, .. } = project;
    let failure = Failure::new(format!("the project `{name}` ({id}) cannot be used: it is {status}"))
        .code(Code::CodeEngineProjectNotActive);
    if status.is_coming() {
        failure.hint(format!("`karctl ce project create {}` waits until it is active", typeable(name)))
    } else if status.is_soft_deleted() {
        failure.hint(format!("`ibmcloud ce project restore --id {id}` brings it back within seven days"))
    } else if status.has_failed() {
        failure.hint(format!("`karctl ce project delete {id}` takes it away"))
    } else {
        failure.hint("`karctl ce project list` shows others")
    }
}

#[cfg(test)]
#[path = "account_tests.rs"]
mod tests;
