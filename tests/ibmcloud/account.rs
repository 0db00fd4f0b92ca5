//! What an account holds, and how it changes with time: time is counted in reads.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value};

use super::app::App;
use super::deployment::Image;
use super::request::{Answer, Request, uuid};

/// The API key of a new account.
pub const API_KEY: &str = "canary-api-key-Zm9yIHRlc3Rz-0OlI1";

/// The region of every project.
pub const REGION: &str = "us-south";

/// The name of a new account's resource group.
pub const RESOURCE_GROUP: &str = "Default";

/// One account, with all that is in it.
pub struct Account {
    /// Its identifier.
    pub id: String,
    /// Identifier of the user whose API keys it has.
    pub iam_id: String,
    /// Their address.
    pub user: String,
    /// Keys that get a token.
    pub api_keys: Vec<String>,
    /// How long tokens are good.
    pub token_life: Duration,
    /// Tokens that were issued, and when they end, in seconds since 1970.
    pub tokens: BTreeMap<String, u64>,
    /// Identifiers and names; the first is the default.
    pub resource_groups: Vec<(String, String)>,
    /// Service keys, as the resource controller answers them.
    pub keys: Vec<Value>,
    /// Projects.
    pub projects: Vec<Project>,
    /// The most on one page, whatever was asked for.
    pub page_size: usize,
    /// So many reads see a project that is not ready yet.
    pub creation_reads: usize,
    /// So many reads see what was deleted.
    pub deletion_reads: usize,
    /// Whether a project that was deleted is kept as `soft_deleted`; else it is not found any more.
    pub keeps_projects: bool,
    /// So many reads see an application that is still deploying.
    pub deployment_reads: usize,
    /// So many reads of an application after a change still have the status of before, and its newest revision.
    pub status_lag: usize,
    /// How long every answer takes, beside what it takes anyway.
    pub latency: std::time::Duration,
    /// What somebody else does to the project when [`super::Fault::Stale`] strikes, beside what always happens then.
    pub meanwhile: Option<fn(&mut Project)>,
    /// What is answered where If-Match is stale; which of 409 and 412 is not documented.
    pub conflict: u16,
    /// Whether secrets are shown without their data.
    pub withholds_data: bool,
    /// What becomes of images whose reference begins so; of others, that they run.
    pub images: Vec<(String, Image)>,
    /// So many reads more than usual do not see what the request under way does.
    pub lag: usize,
    /// Where Code Engine answers.
    pub origin: String,
}

/// A project of Code Engine.
pub struct Project {
    /// Its GUID.
    pub id: String,
    /// Its name, which others may have too.
    pub name: String,
    /// Its resource group.
    pub resource_group_id: String,
    /// Such as `active`.
    pub status: String,
    /// Whether the caller may change what is in it.
    pub is_writable: bool,
    /// Secrets by name.
    pub secrets: BTreeMap<String, Secret>,
    /// Applications by name.
    pub apps: BTreeMap<String, App>,
    /// So many reads until it is active.
    pub preparing: usize,
    /// Whether it is seen.
    pub life: Life,
}

/// A secret of a project.
pub struct Secret {
    /// Such as `generic`.
    pub format: String,
    /// What it holds.
    pub data: Map<String, Value>,
    /// Changes with each change.
    pub tag: u64,
    /// Whether it is seen.
    pub life: Life,
}

/// Whether something is seen, which takes a while after it was made and after it was deleted.
#[derive(Clone, Copy, Debug, Default)]
pub struct Life {
    hidden: usize,
    leaving: Option<usize>,
}

impl Life {
    /// Made now, and not seen by so many reads.
    pub fn begun(hidden: usize) -> Self {
        Self { hidden, leaving: None }
    }

    /// Deleted, and still seen by so many reads.
    pub fn end(&mut self, reads: usize) {
        self.leaving.get_or_insert(reads);
    }

    /// Reads it: whether it is seen.
    pub fn is_seen(&mut self) -> bool {
        if self.hidden > 0 {
            self.hidden -= 1;
            return false;
        }
        match &mut self.leaving {
            None => true,
            Some(0) => false,
            Some(left) => {
                *left -= 1;
                true
            }
        }
    }

    /// Whether it was deleted, and is on its way.
    pub fn is_leaving(&self) -> bool {
        self.leaving.is_some()
    }

    fn is_gone(&self) -> bool {
        self.leaving == Some(0)
    }
}

impl Default for Account {
    fn default() -> Self {
        Self {
            id: "5f9dba3ad8e94a1ba4b5ee3bb8a2ba2c".to_owned(),
            iam_id: "IBMid-270004WA4U".to_owned(),
            user: "kari@example.com".to_owned(),
            api_keys: vec![API_KEY.to_owned()],
            token_life: Duration::from_secs(3600),
            tokens: BTreeMap::new(),
            resource_groups: vec![("b91e849cedb04e7e92bd68c040c672dc".to_owned(), RESOURCE_GROUP.to_owned())],
            keys: Vec::new(),
            projects: Vec::new(),
            page_size: 100,
            creation_reads: 1,
            deletion_reads: 1,
            keeps_projects: true,
            deployment_reads: 1,
            status_lag: 0,
            latency: std::time::Duration::ZERO,
            meanwhile: None,
            conflict: 412,
            withholds_data: false,
            images: Vec::new(),
            lag: 0,
            origin: String::new(),
        }
    }
}

impl Account {
    /// An empty project that can be used; returns its GUID.
    pub fn add_project(&mut self, name: &str) -> String {
        let id = uuid();
        self.projects.push(Project {
            id: id.clone(),
            name: name.to_owned(),
            resource_group_id: self.resource_groups[0].0.clone(),
            status: "active".to_owned(),
            is_writable: true,
            secrets: BTreeMap::new(),
            apps: BTreeMap::new(),
            preparing: 0,
            life: Life::default(),
        });
        id
    }

    /// A project, to look at or to change it as somebody else would.
    #[track_caller]
    pub fn project(&mut self, id: &str) -> &mut Project {
        self.sweep();
        self.projects.iter_mut().find(|project| project.id == id).expect("a project of this GUID")
    }

    /// A secret in a project, as somebody else would make it.
    pub fn add_secret(&mut self, project: &str, name: &str, format: &str, data: Value) {
        let Value::Object(data) = data else { panic!("{data} is no object") };
        let secret = Secret { format: format.to_owned(), data, tag: tag(), life: Life::default() };
        self.project(project).secrets.insert(name.to_owned(), secret);
    }

    /// Every token ends now.
    pub fn expire_tokens(&mut self) {
        self.tokens.values_mut().for_each(|end| *end = 0);
    }

    /// Somebody changes a secret or an application: in a way that does not matter, except to If-Match, and as
    /// [`Account::meanwhile`] says.
    pub fn touch(&mut self, project: &str, kind: &str, name: &str) {
        let Some(project) = self.projects.iter_mut().find(|found| found.id == project) else { return };
        match kind {
            "secrets" => project.secrets.get_mut(name).into_iter().for_each(|secret| secret.tag = tag()),
            _ => project.apps.get_mut(name).into_iter().for_each(|app| app.tag = tag()),
        }
        if let Some(change) = self.meanwhile {
            change(project);
        }
    }

    /// Takes away what was deleted long enough ago; projects are kept, as [`Account::keeps_projects`] says.
    pub fn sweep(&mut self) {
        let is_over = |project: &&mut Project| self.keeps_projects && project.life.is_gone();
        for project in self.projects.iter_mut().filter(is_over) {
            (project.status, project.life) = ("soft_deleted".to_owned(), Life::default());
        }
        self.projects.retain(|project| !project.life.is_gone());
        for project in &mut self.projects {
            project.secrets.retain(|_, secret| !secret.life.is_gone());
            project.apps.retain(|_, app| !app.life.is_gone());
        }
    }
}

/// A new entity tag.
pub fn tag() -> u64 {
    rand::random::<u32>().into()
}

/// The dates of versions that Code Engine takes, as its SDKs of 2026-11 document them.
const VERSIONS: [&str; 2] = ["2021-03-31", "2026-09-04"];

/// Refuses requests to Code Engine without a version.
pub fn check_version(request: &Request) -> Result<(), Answer> {
    let version = request.query.get("version").map(String::as_str).unwrap_or_default();
    let is_date = version.len() == 10 && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
    if is_date && (VERSIONS[0]..=VERSIONS[1]).contains(&version) {
        return Ok(());
    }
    Err(request.misuse(400, "version is missing, or is no date between 2021-03-31 and 2026-09-04"))
}
