//! Reads every layer in its order, merges them, and deserialises once. The only part of the settings that reads files.

use std::io::Read;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_yaml::Value;

use super::key::{Key, key, keys};
use super::layer::{Layer, Lines, Origin, wrong};
use super::{Flag, Loaded, Settings, Sources, profile};
use crate::code::Code;
use crate::environment::Environment;
use crate::error::{Failure, OrFail, Result};

/// No file of settings, and no secret, is longer.
const LONGEST: u64 = 1 << 20;

/// What stands for stdin in `--set-file`.
const STDIN: &str = "-";

/// Merges all layers and deserialises them once.
///
/// # Errors
/// A usage failure that names the place and the nearest key.
pub fn load(environment: &Environment, sources: &Sources) -> Result<Loaded> {
    let mut merged = profile::find(environment, profile::BASE_NAME)?.layer()?;
    merged.cover(sources.of_project.clone());
    for name in &sources.profiles {
        merged.cover(profile::find(environment, name)?.layer()?);
    }
    for file in &sources.files {
        let origin = Origin::new(file.display().to_string());
        merged.cover(Layer::of_document(&origin, &read(environment, file)?, Lines::Shown)?);
    }
    merged.cover(sources.of_member.clone());
    unicode_variables(environment)?;
    merged.cover(Layer::of_variables(environment.variables())?);
    merged.cover(arguments(&sources.set)?);
    merged.cover(file_arguments(environment, &sources.set_file)?);
    merged.cover(flags(&sources.flags)?);
    Ok(Loaded {
        settings: settings(&merged)?,
        origins: merged.origins().map(|(path, origin)| (path.to_owned(), origin.to_string())).collect(),
    })
}

/// The settings of the base profile, whatever the environment says.
///
/// # Errors
/// Never: the base profile is part of the program, and tested.
pub fn defaults() -> Result<Settings> {
    load(&Environment::default(), &Sources::default()).map(|loaded| loaded.settings)
}

fn settings(merged: &Layer) -> Result<Settings> {
    let mut track = serde_path_to_error::Track::new();
    let tree = merged.tree();
    Settings::deserialize(serde_path_to_error::Deserializer::new(&tree, &mut track)).map_err(|error| {
        let path = track.path().to_string();
        let default = Origin::new("settings");
        let origin = merged.origin(&path).unwrap_or(&default);
        // A message of serde quotes the value.
        let is_secret = key(&path).is_some_and(|key| key.is_secret);
        let message = if is_secret { format!("{path} does not fit") } else { format!("{path}: {error}") };
        wrong(origin, message).into()
    })
}

/// A variable that is not Unicode would be overlooked otherwise.
fn unicode_variables(environment: &Environment) -> Result<()> {
    let is_broken = |name: &String| environment.variable_os(name).is_some_and(|value| value.to_str().is_none());
    match keys().iter().map(Key::variable).find(is_broken) {
        Some(name) => Err(wrong(&Origin::new(name), "the value is not UTF-8").into()),
        None => Ok(()),
    }
}

/// `--set`, which refuses secrets: other users of the machine can read arguments.
fn arguments(set: &[String]) -> Result<Layer> {
    let origin = Origin::new("--set");
    let mut layer = Layer::default();
    for text in set {
        let (path, value) = split(&origin, text, "KEY=VALUE")?;
        if let Some(key) = key(path).filter(|key| key.is_secret) {
            return Err(wrong(
                &origin,
                format!("`{path}` is a secret, and everybody on this machine can see arguments"),
            )
            .hint(format!("give --set-file {path}=FILE (`-` is stdin), or {}", key.variable()))
            .into());
        }
        layer.set(path, value, origin.clone())?;
    }
    Ok(layer)
}

/// `--set-file`: one trailing line break is not part of the value.
fn file_arguments(environment: &Environment, set_file: &[String]) -> Result<Layer> {
    let origin = Origin::new("--set-file");
    let mut layer = Layer::default();
    let mut is_stdin_read = false;
    for text in set_file {
        let (path, file) = split(&origin, text, "KEY=FILE")?;
        let content = if file == STDIN {
            if is_stdin_read {
                return Err(wrong(&origin, "stdin can be given for one key only").into());
            }
            is_stdin_read = true;
            read_all(std::io::stdin().lock()).or_fail(|| wrong(&origin, "stdin cannot be read"))?
        } else {
            read(environment, Path::new(file))?
        };
        let value = content.strip_suffix('\n').map_or(&*content, |line| line.strip_suffix('\r').unwrap_or(line));
        if value.is_empty() {
            return Err(wrong(&origin, format!("{file} is empty, and was to hold `{path}`")).into());
        }
        layer.set(path, value, origin.clone())?;
    }
    Ok(layer)
}

fn flags(flags: &[Flag]) -> Result<Layer> {
    let mut layer = Layer::default();
    for Flag { name, key, value } in flags {
        let text = match value {
            Value::Null => "null".to_owned(),
            Value::Bool(value) => value.to_string(),
            Value::Number(value) => value.to_string(),
            Value::String(value) => value.clone(),
            _ => return Err(wrong(&Origin::new(*name), format!("`{key}` is a single value")).into()),
        };
        layer.set(key, &text, Origin::new(*name))?;
    }
    Ok(layer)
}

fn split<'a>(origin: &Origin, text: &'a str, form: &str) -> Result<(&'a str, &'a str)> {
    text.split_once('=')
        .ok_or_else(|| wrong(origin, format!("there is no `=` in `{text}`")).hint(format!("write it as {form}")).into())
}

/// Reads a file of settings, or of one value; a relative path is relative to the working directory.
pub(super) fn read(environment: &Environment, file: &Path) -> Result<String> {
    let path: PathBuf = environment.working_directory().join(file);
    std::fs::File::open(path)
        .map_err(anyhow::Error::from)
        .and_then(read_all)
        .or_fail(|| Failure::usage(format!("{} cannot be read", file.display())).code(Code::BadSettings))
}

fn read_all(source: impl Read) -> Result<String> {
    let mut bytes = Vec::new();
    source.take(LONGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LONGEST {
        return Err(Failure::usage("it is longer than 1 MiB").into());
    }
    String::from_utf8(bytes).map_err(|_| Failure::usage("it is not UTF-8").into())
}
