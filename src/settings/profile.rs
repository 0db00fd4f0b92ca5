//! Profiles: named differences from the defaults, built in, in the user's configuration folder, or anywhere.

use std::path::{Path, PathBuf};

use super::DEFAULT;
use super::layer::{Layer, Lines, Origin};
use super::load::read;
use crate::code::Code;
use crate::environment::Environment;
use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// The defaults: the one profile that is complete.
pub const BASE: &str = include_str!("../../profiles/base.yaml");
/// The name of [`BASE`].
pub const BASE_NAME: &str = "base";

/// Built-in profiles by name.
const BUILT_IN: &[(&str, &str)] = &[
    (BASE_NAME, BASE),
    ("docker-desktop", include_str!("../../profiles/docker-desktop.yaml")),
    ("ha", include_str!("../../profiles/ha.yaml")),
    ("iks", include_str!("../../profiles/iks.yaml")),
    ("k3d", include_str!("../../profiles/k3d.yaml")),
    ("kafka4", include_str!("../../profiles/kafka4.yaml")),
    ("kind", include_str!("../../profiles/kind.yaml")),
    ("kraft", include_str!("../../profiles/kraft.yaml")),
    ("openshift", include_str!("../../profiles/openshift.yaml")),
    ("secure", include_str!("../../profiles/secure.yaml")),
];

/// A profile that was found, not checked yet.
#[derive(Clone, Debug)]
pub struct Profile {
    /// What it is called by.
    pub name: String,
    /// Its file; `None` for a built-in one.
    pub file: Option<PathBuf>,
    text: String,
}

impl Profile {
    /// What its first line says, where that is a comment.
    pub fn description(&self) -> &str {
        let first = self.text.lines().next().unwrap_or_default();
        first.strip_prefix('#').map(str::trim).unwrap_or_default()
    }

    /// What it sets.
    ///
    /// # Errors
    /// A usage failure with line and column.
    pub fn layer(&self) -> Result<Layer> {
        match &self.file {
            None if self.name == BASE_NAME => Layer::of_document(&Origin::new(DEFAULT), &self.text, Lines::Hidden),
            None => Layer::of_document(&Origin::new(format!("profile {}", self.name)), &self.text, Lines::Hidden),
            Some(file) => Layer::of_document(&Origin::new(file.display().to_string()), &self.text, Lines::Shown),
        }
    }
}

/// Finds a profile: a path where `name` looks like one, else the user's own of that name, else a built-in one.
///
/// # Errors
/// A usage failure with the nearest name when there is none, or when its file cannot be read.
pub fn find(environment: &Environment, name: &str) -> Result<Profile> {
    let from_file = |file: PathBuf| -> Result<Profile> {
        Ok(Profile { name: name.to_owned(), text: read(environment, &file)?, file: Some(file) })
    };
    if looks_like_path(name) {
        return from_file(PathBuf::from(name));
    }
    if let Some(file) = own_file(environment, name).filter(|file| file.is_file()) {
        return from_file(file);
    }
    match BUILT_IN.iter().find(|(known, _)| *known == name) {
        Some((_, text)) => Ok(Profile { name: name.to_owned(), file: None, text: (*text).to_owned() }),
        None => Err(unknown(environment, name).into()),
    }
}

/// Every profile that has a name; one of the user's own takes the place of a built-in one.
///
/// # Errors
/// When one of the user's own cannot be read.
pub fn all(environment: &Environment) -> Result<Vec<Profile>> {
    names(environment).iter().map(|name| find(environment, name)).collect()
}

/// The names of all profiles, sorted.
pub fn names(environment: &Environment) -> Vec<String> {
    let mut names: Vec<String> = BUILT_IN.iter().map(|(name, _)| (*name).to_owned()).collect();
    let own = own_folder(environment).and_then(|folder| std::fs::read_dir(folder).ok());
    for file in own.into_iter().flatten().flatten() {
        let path = file.path();
        let is_profile = path.extension().is_some_and(|extension| extension == EXTENSION) && path.is_file();
        names.extend(path.file_stem().filter(|_| is_profile).and_then(|stem| stem.to_str()).map(str::to_owned));
    }
    names.sort();
    names.dedup();
    names
}

const EXTENSION: &str = "yaml";

fn looks_like_path(name: &str) -> bool {
    name.contains('/')
        || Path::new(name).extension().is_some_and(|extension| extension == EXTENSION || extension == "yml")
}

/// `base` stays what it is: everything else is a difference from it.
fn own_file(environment: &Environment, name: &str) -> Option<PathBuf> {
    let folder = own_folder(environment).filter(|_| name != BASE_NAME)?;
    Some(folder.join(format!("{name}.{EXTENSION}")))
}

fn own_folder(environment: &Environment) -> Option<PathBuf> {
    environment.configuration_directory().ok().map(|folder| folder.join("profiles"))
}

fn unknown(environment: &Environment, name: &str) -> Failure {
    let names = names(environment);
    let failure = Failure::usage(format!("there is no profile `{name}`")).code(Code::BadSettings);
    let failure = match nearest(name, names.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("the nearest is `{meant}`")),
        None => failure.hint(format!("give one of {}, or a path", names.join(", "))),
    };
    match own_file(environment, name) {
        Some(file) => failure.hint(format!("your own would be {}", file.display())),
        None => failure,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_profiles_are_described_and_fit_the_settings() {
        for (name, _) in BUILT_IN {
            let profile = find(&Environment::default(), name).expect(name);
            assert!(!profile.description().is_empty(), "{name}");
            profile.layer().unwrap_or_else(|error| panic!("{name}: {error}"));
        }
    }
}
