//! `karctl app init`: gives a project what it needs to run with KAR. Nothing that is there is touched.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use super::detect::{Detected, detect};
use super::scaffold::{self, File};
use super::{Language, folder};
use crate::client::file;
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::settings::project::{App, Component, FILE, MANIFESTS, NAME_HINT, check_name};

/// Everybody may read what a project holds.
const READABLE: u32 = 0o644;

/// What was asked for.
#[derive(Clone, Debug, Default)]
pub struct Order {
    /// The project's folder.
    pub folder: PathBuf,
    /// Begin with the shipped example.
    pub example: bool,
    /// The language, where it is not to be found out.
    pub language: Option<Language>,
    /// Name of the application.
    pub name: Option<String>,
    /// The service that it offers.
    pub service: Option<String>,
    /// The types of actors that it hosts.
    pub actors: Vec<String>,
    /// Port that it listens on.
    pub port: Option<u16>,
    /// What starts it, instead of what was found out.
    pub start: Option<String>,
    /// Show everything and write nothing.
    pub dry_run: bool,
}

/// What `karctl app init -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Initialised {
    /// The project's folder.
    pub folder: String,
    /// The application.
    pub app: String,
    /// Its language.
    pub language: Language,
    /// Every file, in order.
    pub files: Vec<Written>,
    /// Whether nothing was written because of `--dry-run`.
    pub dry_run: bool,
}

/// One file of [`Initialised`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct Written {
    /// Path in the project's folder.
    pub path: String,
    /// What became of it.
    pub action: Action,
    /// What it is to hold.
    pub content: String,
}

/// What became of a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Action {
    /// It was not there.
    Created,
    /// It is there with this content.
    Unchanged,
    /// It is there with another content, and was left as it is.
    Kept,
}

/// Writes what the project lacks.
///
/// # Errors
/// A usage failure where the kind of project or its start is unknown, or its `karctl.yaml` is wrong.
pub fn init(context: &Context, order: &Order) -> Result<Initialised> {
    let folder = folder::resolve(context, &order.folder);
    let detected = match order.example {
        true => scaffold::hello_detected(order.language.unwrap_or(Language::Js)),
        false => started(order, detect(&folder, order.language)?)?,
    };
    let app = app(&folder, order, &detected)?;
    let mut files = if order.example { scaffold::hello(detected.language, &app.name)? } else { Vec::new() };
    files.extend(scaffold::files(&app, &detected)?);
    let files = files.into_iter().map(|file| ensure_file(&folder, file, order.dry_run)).collect::<Result<_>>()?;
    Ok(Initialised {
        folder: folder.display().to_string(),
        app: app.name,
        language: detected.language,
        files,
        dry_run: order.dry_run,
    })
}

/// With the start that was given, or found.
fn started(order: &Order, mut detected: Detected) -> Result<Detected> {
    if let Some(start) = &order.start {
        let words = shlex::split(start).filter(|words| !words.is_empty());
        let bad = || Failure::usage(format!("--start `{start}` cannot be split into words")).hint("close its quotes");
        detected.command = Some(words.ok_or_else(bad)?);
    }
    if detected.command.is_none() {
        return Err(Failure::usage("nothing says how the application is started")
            .hint("say it with --start, such as --start \"node server.js\"")
            .code(Code::NoProject)
            .into());
    }
    Ok(detected)
}

/// The application as an existing `karctl.yaml` has it, else as it was asked for.
fn app(folder: &Path, order: &Order, detected: &Detected) -> Result<App> {
    let existing = folder::read(folder)?.and_then(|project| project.apps.into_iter().next());
    if let Some(app) = existing {
        return Ok(app);
    }
    let name = match &order.name {
        Some(name) => checked(name, "--name")?,
        None => suggested(folder, order, detected)?,
    };
    let components = match order.example {
        true => scaffold::hello_components(detected.language),
        false => vec![component(order)?],
    };
    Ok(App { name, manifests: MANIFESTS.to_owned(), components })
}

fn component(order: &Order) -> Result<Component> {
    for word in order.service.iter().chain(&order.actors) {
        if word.is_empty() || !word.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c)) {
            return Err(Failure::usage(format!("`{word}` cannot be a name in a KAR application"))
                .hint("use letters, digits, `-` and `.`")
                .into());
        }
    }
    let service = order.service.clone();
    let name = service.as_deref().map(as_name).filter(|name| check_name(name).is_ok());
    let mut component = Component::new(name.unwrap_or_else(|| "server".to_owned()));
    component.service = service;
    component.actors.clone_from(&order.actors);
    component.port = order.port.unwrap_or(component.port);
    Ok(component)
}

/// The project's own name, or that of its folder, as far as it can be one.
fn suggested(folder: &Path, order: &Order, detected: &Detected) -> Result<String> {
    if order.example {
        return Ok("hello".to_owned());
    }
    let of_folder = || folder.file_name().map(|name| name.to_string_lossy().into_owned());
    let name = as_name(&detected.name.clone().or_else(of_folder).unwrap_or_default());
    if check_name(&name).is_ok() {
        return Ok(name);
    }
    Err(Failure::usage("neither the project nor its folder has a name that an application can have")
        .hint("give one with --name")
        .into())
}

fn checked(name: &str, option: &str) -> Result<String> {
    match check_name(name) {
        Ok(()) => Ok(name.to_owned()),
        Err(reason) => Err(Failure::usage(format!("{option}: `{name}` {reason}")).hint(NAME_HINT).into()),
    }
}

fn as_name(text: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    text.chars().map(plain).collect::<String>().trim_matches('-').to_owned()
}

/// Writes a file where there is none.
fn ensure_file(folder: &Path, wanted: File, dry_run: bool) -> Result<Written> {
    let path = folder.join(&wanted.path);
    let action = match file::read(&path)? {
        None => Action::Created,
        Some(content) if content == wanted.content.as_bytes() => Action::Unchanged,
        Some(_) => Action::Kept,
    };
    if action == Action::Created && !dry_run {
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .or_fail(|| Failure::new(format!("the folder {} cannot be made", parent.display())))?;
        file::write_atomic(&path, wanted.content.as_bytes(), READABLE)?;
    }
    Ok(Written { path: wanted.path, action, content: wanted.content })
}

impl Initialised {
    /// For people.
    pub fn text(&self) -> String {
        let mut text = String::new();
        for file in &self.files {
            text.push_str(&match (file.action, self.dry_run) {
                (Action::Created, false) => format!("wrote {}\n", file.path),
                (Action::Created, true) => format!("would write {}:\n{}\n", file.path, indented(&file.content)),
                (Action::Unchanged, _) => format!("{} is there\n", file.path),
                (Action::Kept, _) => format!("{} is there and was left as it is\n", file.path),
            });
        }
        let language = self.language.title();
        if !self.dry_run {
            text.push_str(&format!(
                "`{}` is an application in {language}; `karctl app up` builds and runs it\n",
                self.app
            ));
        }
        text
    }

    /// The components of another `karctl.yaml` are not those that were asked for.
    pub fn keeps_project(&self) -> bool {
        self.files.iter().any(|file| file.path == FILE && file.action == Action::Kept)
    }
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("  {line}").trim_end().to_owned() + "\n").collect()
}
