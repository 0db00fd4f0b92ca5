//! `karctl hybrid init`: says in `karctl.yaml` where Kafka and Redis are, and who uses them. What is there stays as it is.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::Change;
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result, report};
use crate::settings::project::edit::insert;
use crate::settings::project::{
    ClusterPlace, CodeEnginePlace, FILE, ManagedKeys, MemberPlace, NAME_HINT, Project, ServicesSource, check_name,
};
use crate::target::kubernetes::connection::{self, Selection, context_names};
use crate::target::local::instance::DEFAULT_NAME;

/// Everybody may read what a project holds.
const READABLE: u32 = 0o644;

/// What a new file begins with.
const BEGINNING: &str = "version: 1\n";

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The project's file.
    pub file: Option<PathBuf>,
    /// Where Kafka and Redis are, such as `cluster:east`.
    pub services: Option<String>,
    /// Members, such as `east=cluster:kind-east`.
    pub members: Vec<String>,
    /// Show what would be written, and write nothing.
    pub dry_run: bool,
}

/// What `karctl hybrid init -o json` prints.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Initialised {
    /// The project's file.
    pub file: String,
    /// What was done to it, or with `--dry-run` would be.
    pub change: Change,
    /// Whether it says only now where Kafka and Redis are.
    pub services_added: bool,
    /// The members that were added.
    pub members_added: Vec<String>,
    /// Whether nothing was written because of `--dry-run`.
    pub dry_run: bool,
}

/// Writes or extends a project's file: by what was asked for, else by asking.
///
/// # Errors
/// A usage failure for what cannot be, and where the file says something else already; nothing is written then.
pub async fn init(context: &Context, order: &Order) -> Result<Initialised> {
    let path = place(context, order.file.as_deref());
    let shown = path.display().to_string();
    let old = file::read(&path)?;
    let text = String::from_utf8(old.clone().unwrap_or_else(|| BEGINNING.into()))
        .or_fail(|| Failure::usage(format!("{shown} is not text in UTF-8")).code(Code::BadProject))?;
    let project = Project::read(&shown, &text)?;
    let (services, members) = wanted(context, order, &project)?;
    let services = services.filter(|wanted| project.services.as_ref().is_none_or(|there| there.source != *wanted));
    if let (Some(_), Some(there)) = (&services, &project.services) {
        return Err(there.at.wrong("it says already where Kafka and Redis are").hint("change it there by hand").into());
    }
    let mut new = Vec::new();
    for (name, place) in members {
        match project.members.iter().find(|member| member.name == name) {
            None => new.push((name, spell_member(context, place).await)),
            Some(there) if there.place.is_same(&place) || there.place == place => {}
            Some(there) => {
                let message = format!("`{name}` is there already, and is {}", there.place.describe());
                return Err(there.at.wrong(&message).hint("change it there by hand, or give another name").into());
            }
        }
    }
    let services = services.as_ref().map(spell_services);
    let text = insert(&shown, &text, services.as_deref(), &new)?;
    let change = match &old {
        None => Change::Created,
        Some(old) if old == text.as_bytes() => Change::Unchanged,
        Some(_) => Change::Updated,
    };
    if !order.dry_run && change != Change::Unchanged {
        file::write_atomic(&path, text.as_bytes(), READABLE)?;
    }
    Ok(Initialised {
        file: shown,
        change,
        services_added: services.is_some(),
        members_added: new.into_iter().map(|(name, _)| name).collect(),
        dry_run: order.dry_run,
    })
}

/// The file that is meant; where there is none yet, one in the working folder.
fn place(context: &Context, file: Option<&Path>) -> PathBuf {
    let working = context.environment.working_directory();
    match file {
        Some(file) => working.join(file),
        None => working
            .ancestors()
            .map(|folder| folder.join(FILE))
            .find(|file| file.is_file())
            .unwrap_or_else(|| working.join(FILE)),
    }
}

type Wanted = (Option<ServicesSource>, Vec<(String, MemberPlace)>);

fn wanted(context: &Context, order: &Order, project: &Project) -> Result<Wanted> {
    if order.services.is_none() && order.members.is_empty() {
        return ask(context, project);
    }
    let services = order.services.as_deref().map(services).transpose()?;
    let members = order.members.iter().map(|text| member(text)).collect::<Result<_>>()?;
    Ok((services, members))
}

/// `local`, `local:NAME`, `cluster:MEMBER`, `managed:KEY`, `credentials:FILE` or `file:FILE`.
fn services(text: &str) -> Result<ServicesSource> {
    let (kind, value) = text.split_once(':').unwrap_or((text, ""));
    let value = value.to_owned();
    match (kind, value.is_empty()) {
        ("local", true) => Ok(ServicesSource::Local { name: DEFAULT_NAME.to_owned() }),
        ("local", false) => Ok(ServicesSource::Local { name: value }),
        ("cluster", false) => Ok(ServicesSource::Cluster { member: value }),
        ("managed", false) => Ok(ServicesSource::Managed(ManagedKeys { key: value, ..ManagedKeys::default() })),
        ("credentials", false) => Ok(ServicesSource::Credentials(value)),
        ("file", false) => Ok(ServicesSource::File(value)),
        _ => Err(Failure::usage(format!("--services `{text}` says nothing of services"))
            .hint("write local, local:NAME, cluster:MEMBER, managed:KEY, credentials:FILE or file:FILE")
            .into()),
    }
}

/// `NAME=local`, `NAME=host`, `NAME=cluster:CONTEXT` or `NAME=code-engine:PROJECT[@REGION]`.
fn member(text: &str) -> Result<(String, MemberPlace)> {
    let no_member = || {
        Failure::usage(format!("--member `{text}` says nothing of a member"))
            .hint("write NAME=cluster:CONTEXT, NAME=code-engine:PROJECT@REGION, NAME=local or NAME=host")
    };
    let (name, place) = text.split_once('=').ok_or_else(no_member)?;
    check_name(name).map_err(|reason| Failure::usage(format!("--member: `{name}` {reason}")).hint(NAME_HINT))?;
    let (kind, value) = place.split_once(':').unwrap_or((place, ""));
    let place = match (kind, value.is_empty()) {
        ("local", true) => MemberPlace::Local,
        ("host", true) => MemberPlace::Host,
        ("cluster", false) => {
            MemberPlace::Cluster(ClusterPlace { context: value.to_owned(), ..ClusterPlace::default() })
        }
        ("code-engine", false) => MemberPlace::CodeEngine(project(value)),
        _ => return Err(no_member().into()),
    };
    Ok((name.to_owned(), place))
}

fn project(text: &str) -> CodeEnginePlace {
    let (project, region) = match text.rsplit_once('@') {
        Some((project, region)) => (project, Some(region.to_owned())),
        None => (text, None),
    };
    CodeEnginePlace { project: project.to_owned(), region, resource_group: None }
}

/// What the services are, in the order in which they are asked for.
const SERVICES: [(&str, &str, &str); 5] = [
    ("an instance of this machine", "local", "Its name"),
    ("in a cluster, which exposes them", "cluster", "The member that the cluster is"),
    ("managed services of IBM Cloud", "managed", "The name of their service keys"),
    ("the same, with the service keys in a file", "credentials", "The file"),
    ("anywhere, described in a file", "file", "The file"),
];

/// What a member may be, in the order in which it is asked for.
const MEMBERS: [(&str, &str, &str); 5] = [
    ("a cluster", "cluster", "Its context"),
    ("a project of Code Engine", "code-engine", "Its name or id, and region, as PROJECT@REGION"),
    ("this machine", "local", ""),
    ("another host", "host", ""),
    ("no more", "", ""),
];

fn ask(context: &Context, project: &Project) -> Result<Wanted> {
    let flags = "--services and --member";
    let services = match project.services {
        Some(_) => None,
        None => {
            let (_, kind, question) =
                SERVICES[context.ui.choose("Where are Kafka and Redis?", &SERVICES.map(|s| s.0), flags)?];
            let default = if kind == "local" { DEFAULT_NAME } else { "" };
            Some(services(&format!("{kind}:{}", context.ui.input(question, default, flags)?))?)
        }
    };
    let mut members = Vec::new();
    loop {
        let (_, kind, question) =
            MEMBERS[context.ui.choose("Who uses them?", &MEMBERS.map(|member| member.0), flags)?];
        if kind.is_empty() {
            return Ok((services, members));
        }
        let known = (kind == "cluster").then(|| context_names(&context.environment, &Selection::default()));
        let value = match known {
            Some(known) if !known.is_empty() => {
                let names: Vec<_> = known.iter().map(String::as_str).collect();
                known[context.ui.choose(question, &names, flags)?].clone()
            }
            _ if question.is_empty() => String::new(),
            _ => context.ui.input(question, "", flags)?,
        };
        let name = context.ui.input("Its name in the file", "", flags)?;
        let colon = if value.is_empty() { "" } else { ":" };
        members.push(member(&format!("{name}={kind}{colon}{value}"))?);
    }
}

fn spell_services(source: &ServicesSource) -> String {
    match source {
        ServicesSource::Local { name } if name == DEFAULT_NAME => "{ local: {} }".to_owned(),
        ServicesSource::Local { name } => format!("{{ local: {{ name: {} }} }}", quoted(name)),
        ServicesSource::Cluster { member } => format!("{{ cluster: {} }}", quoted(member)),
        ServicesSource::Managed(keys) => format!("{{ managed: {{ key: {} }} }}", quoted(&keys.key)),
        ServicesSource::Credentials(path) => format!("{{ credentials: {} }}", quoted(path)),
        ServicesSource::File(path) => format!("{{ file: {} }}", quoted(path)),
    }
}

/// A cluster is written with its uid, where it answers: a context may lead elsewhere another day.
async fn spell_member(context: &Context, place: MemberPlace) -> String {
    match place {
        MemberPlace::Local => "{ local: {} }".to_owned(),
        MemberPlace::Host => "{ host: {} }".to_owned(),
        MemberPlace::Cluster(cluster) => {
            let uid = uid(context, &cluster.context).await.map(|uid| format!(", uid: {uid}")).unwrap_or_default();
            format!("{{ cluster: {{ context: {}{uid} }} }}", quoted(&cluster.context))
        }
        MemberPlace::CodeEngine(project) => {
            let region = project.region.map(|region| format!(", region: {}", quoted(&region))).unwrap_or_default();
            format!("{{ code-engine: {{ project: {}{region} }} }}", quoted(&project.project))
        }
    }
}

async fn uid(context: &Context, name: &str) -> Option<String> {
    let selection = Selection { kubeconfig: None, context: Some(name.to_owned()) };
    let found = async { connection::uid(&connection::connect(context, &selection).await?).await };
    match found.await {
        Ok(uid) => uid,
        Err(error) => {
            context.ui.warn(format!("the uid of `{name}` is left out: {}", report(&error).message));
            None
        }
    }
}

/// A value of YAML, in quotes where it could be read as something else.
fn quoted(text: &str) -> String {
    let is_plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "._/-".contains(c));
    let begins = text.starts_with(|c: char| c.is_ascii_alphanumeric());
    if is_plain && begins { text.to_owned() } else { serde_json::Value::from(text).to_string() }
}

impl Initialised {
    /// The form for people.
    pub fn text(&self) -> String {
        let would = if self.dry_run && self.change != Change::Unchanged { "would be " } else { "" };
        let mut text = format!("{}: {would}{}\n", self.file, self.change);
        if !self.members_added.is_empty() {
            text.push_str(&format!("Members added: {}\n", self.members_added.join(", ")));
        }
        if !self.dry_run && self.change != Change::Unchanged {
            text.push_str("`karctl hybrid plan` shows what `karctl hybrid up` would do\n");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_as_it_was_meant() {
        for value in ["kind-east", "arn:aws:eks:us-east-1:1:cluster/a", "a b", "- x", "#1", "a\"b"] {
            let text = format!("version: 1\nmembers: {{ a: {{ cluster: {{ context: {} }} }} }}\n", quoted(value));
            let read = Project::read(FILE, &text).expect("a project").members.remove(0).place;
            assert_eq!(read, member(&format!("a=cluster:{value}")).expect("a member").1);
        }
    }

    #[test]
    fn what_says_nothing_is_told() {
        for text in ["", "lokal", "cluster", "managed:", "file"] {
            assert!(services(text).is_err(), "{text}");
        }
        for text in ["a", "a=", "A=host", "a=cluster", "a=host:x", "=host"] {
            assert!(member(text).is_err(), "{text}");
        }
    }
}
