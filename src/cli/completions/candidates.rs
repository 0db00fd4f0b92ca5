//! The names that a shell offers: those of this machine and of this version, at this moment. None of them asks an engine.

use std::ffi::OsStr;

use clap_complete::engine::{CompletionCandidate, PathCompleter, ValueCompleter};

use crate::code::Code;
use crate::context::{Context, DEFAULT_TIMEOUT, Deadline};
use crate::environment::Environment;
use crate::settings::key::{Key, Kind, key, keys};
use crate::settings::profile;
use crate::target::kubernetes::connection;
use crate::target::local::{record, snapshot};
use crate::ui::{Output, Progress, Questions, Ui};

/// Names of the instances that this machine has a record of.
pub fn instances() -> Vec<CompletionCandidate> {
    let context = Context {
        environment: Environment::of_process(),
        ui: Ui::new(Output::Text, Progress::None, Questions::Refuse, 0),
        deadline: Deadline::after(DEFAULT_TIMEOUT),
    };
    let names = record::names(&context).unwrap_or_default();
    names.iter().map(|name| CompletionCandidate::new(name.as_str())).collect()
}

/// Names of the snapshots of this machine.
pub fn snapshots() -> Vec<CompletionCandidate> {
    let context = Context {
        environment: Environment::of_process(),
        ui: Ui::new(Output::Text, Progress::None, Questions::Refuse, 0),
        deadline: Deadline::after(DEFAULT_TIMEOUT),
    };
    let snapshots = snapshot::list(&context).map(|snapshots| snapshots.snapshots).unwrap_or_default();
    snapshots.iter().map(|listed| CompletionCandidate::new(listed.name.to_string())).collect()
}

/// Contexts of the kubeconfig.
pub fn contexts() -> Vec<CompletionCandidate> {
    let names = connection::context_names(&Environment::of_process(), &connection::Selection::default());
    names.into_iter().map(CompletionCandidate::new).collect()
}

/// Profiles, the user's own among them.
pub fn profiles() -> Vec<CompletionCandidate> {
    let environment = Environment::of_process();
    let described = |name: &String| {
        let description = profile::find(&environment, name).map(|profile| profile.description().to_owned());
        CompletionCandidate::new(name).help(description.ok().map(Into::into))
    };
    profile::names(&environment).iter().map(described).collect()
}

/// Codes for `karctl explain`.
pub fn codes() -> Vec<CompletionCandidate> {
    Code::ALL.iter().map(|code| CompletionCandidate::new(code.id()).help(Some(code.title().into()))).collect()
}

/// Commands for `karctl schema`.
pub fn commands_with_documents() -> Vec<CompletionCandidate> {
    crate::cli::schema::commands().map(CompletionCandidate::new).collect()
}

/// `KEY=VALUE` of `--set`: a key that is no secret, then its values where they are few.
pub fn set(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    match typed.split_once('=') {
        Some((path, begun)) => {
            values(path).filter(|value| value.starts_with(begun)).map(|value| with_key(path, &value)).collect()
        }
        None => keys_like(&typed, |key| !key.is_secret),
    }
}

/// `KEY=FILE` of `--set-file`: any key, then a path.
pub fn set_file(typed: &OsStr) -> Vec<CompletionCandidate> {
    let typed = typed.to_string_lossy();
    match typed.split_once('=') {
        Some((path, begun)) => {
            let files = PathCompleter::any().stdio().complete(OsStr::new(begun));
            files.iter().map(|file| with_key(path, &file.get_value().to_string_lossy())).collect()
        }
        None => keys_like(&typed, |_| true),
    }
}

fn keys_like(typed: &str, is_offered: impl Fn(&Key) -> bool) -> Vec<CompletionCandidate> {
    let offered = keys().iter().filter(|key| key.path.starts_with(typed) && is_offered(key));
    offered
        .map(|key| CompletionCandidate::new(format!("{}=", key.path)).help(Some(key.description.clone().into())))
        .collect()
}

fn values(path: &str) -> impl Iterator<Item = String> {
    let values = match key(path).map(|key| &key.kind) {
        Some(Kind::Choice(names)) => names.clone(),
        Some(Kind::Boolean) => vec!["true".to_owned(), "false".to_owned()],
        _ => Vec::new(),
    };
    values.into_iter()
}

fn with_key(path: &str, value: &str) -> CompletionCandidate {
    CompletionCandidate::new(format!("{path}={value}"))
}
