//! What the process was started with: its variables and the folders that follow from them.
//!
//! The only reader of `std::env`; everything else is given an [`Environment`], so that tests and callers decide what it holds.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::code::Code;
use crate::error::{Failure, Result};

/// Variables that hold passwords: karctl's settings, what `eval "$(karctl env)"` leaves in a shell, and keys of IBM Cloud.
pub const PASSWORDS: [&str; 6] = [
    "KARCTL_KAFKA_PASSWORD",
    "KARCTL_REDIS_PASSWORD",
    "KAFKA_PASSWORD",
    "REDIS_PASSWORD",
    "IBMCLOUD_API_KEY",
    "IC_API_KEY",
];

/// Keeps the passwords from a program that has no need of them: one that karctl runs, and not the user.
pub fn without_passwords(command: &mut Command) -> &mut Command {
    PASSWORDS.iter().fold(command, |command, name| command.env_remove(name))
}

/// A snapshot of the environment variables and of the working directory.
#[derive(Clone, Debug, Default)]
pub struct Environment {
    variables: BTreeMap<OsString, OsString>,
    working_directory: PathBuf,
}

impl Environment {
    /// Reads the variables and the working directory of this process.
    pub fn of_process() -> Self {
        Self {
            variables: std::env::vars_os().collect(),
            working_directory: std::env::current_dir().unwrap_or_default(),
        }
    }

    /// A variable that is set, not empty and valid Unicode.
    pub fn variable(&self, name: &str) -> Option<&str> {
        self.variable_os(name).and_then(OsStr::to_str).filter(|value| !value.is_empty())
    }

    /// A variable as it is, empty or not Unicode included.
    pub fn variable_os(&self, name: &str) -> Option<&OsStr> {
        self.variables.get(OsStr::new(name)).map(OsString::as_os_str)
    }

    /// Every variable whose name and value are Unicode.
    pub fn variables(&self) -> impl Iterator<Item = (&str, &str)> {
        self.variables.iter().filter_map(|(name, value)| Some((name.to_str()?, value.to_str()?)))
    }

    /// The folder that relative paths are relative to.
    pub fn working_directory(&self) -> &Path {
        &self.working_directory
    }

    /// The user's home folder, from `HOME`.
    ///
    /// # Errors
    /// When `HOME` is unset or not an absolute path.
    pub fn home(&self) -> Result<PathBuf> {
        self.directory("HOME").ok_or_else(|| {
            Failure::new("HOME is not set to an absolute path")
                .hint("set HOME, or XDG_STATE_HOME, XDG_CACHE_HOME and XDG_CONFIG_HOME")
                .code(Code::HomeUnusable)
                .into()
        })
    }

    /// Where instances, their data and logs live: `$XDG_STATE_HOME/karctl`, default `~/.local/state/karctl`.
    ///
    /// # Errors
    /// When neither variable is set.
    pub fn state_directory(&self) -> Result<PathBuf> {
        self.base_directory("XDG_STATE_HOME", ".local/state")
    }

    /// Where what was fetched lives: `$XDG_CACHE_HOME/karctl`, default `~/.cache/karctl`.
    ///
    /// # Errors
    /// When neither variable is set.
    pub fn cache_directory(&self) -> Result<PathBuf> {
        self.base_directory("XDG_CACHE_HOME", ".cache")
    }

    /// Where the user's own profiles live: `$XDG_CONFIG_HOME/karctl`, default `~/.config/karctl`.
    ///
    /// # Errors
    /// When neither variable is set.
    pub fn configuration_directory(&self) -> Result<PathBuf> {
        self.base_directory("XDG_CONFIG_HOME", ".config")
    }

    /// A folder of the base directory specification, shared with other programs: a variable, or a place below HOME.
    ///
    /// # Errors
    /// When neither the variable nor HOME is set.
    pub fn user_directory(&self, variable: &str, below_home: &str) -> Result<PathBuf> {
        match self.directory(variable) {
            Some(folder) => Ok(folder),
            None => Ok(self.home()?.join(below_home)),
        }
    }

    /// The full path of a program on this environment's `PATH`.
    pub fn program(&self, name: &str) -> Option<PathBuf> {
        which::which_in(name, self.variable_os("PATH"), &self.working_directory).ok()
    }

    fn base_directory(&self, variable: &str, below_home: &str) -> Result<PathBuf> {
        Ok(self.user_directory(variable, below_home)?.join("karctl"))
    }

    /// The base directory specification has relative paths ignored.
    fn directory(&self, variable: &str) -> Option<PathBuf> {
        self.variable_os(variable).map(PathBuf::from).filter(|path| path.is_absolute())
    }
}

/// The program that runs; on Linux it is found even where its file was replaced meanwhile.
pub fn executable() -> PathBuf {
    let of_linux = Path::new("/proc/self/exe");
    if of_linux.exists() { of_linux.to_owned() } else { std::env::current_exe().unwrap_or_else(|_| "karctl".into()) }
}

impl<N: Into<OsString>, V: Into<OsString>> FromIterator<(N, V)> for Environment {
    fn from_iter<I: IntoIterator<Item = (N, V)>>(variables: I) -> Self {
        Self {
            variables: variables.into_iter().map(|(name, value)| (name.into(), value.into())).collect(),
            working_directory: PathBuf::from("/"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_follow_xdg_then_home_and_relative_ones_are_ignored() {
        let environment: Environment =
            [("HOME", "/h"), ("XDG_STATE_HOME", "/s"), ("XDG_CACHE_HOME", "c")].into_iter().collect();
        assert_eq!(environment.state_directory().expect("set"), Path::new("/s/karctl"));
        assert_eq!(environment.cache_directory().expect("home"), Path::new("/h/.cache/karctl"));
        assert!(Environment::default().cache_directory().is_err());
    }
}
