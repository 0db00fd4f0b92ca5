//! Options that several commands share.

use std::path::PathBuf;
use std::str::FromStr;
use std::time::Duration;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::engine::{ArgValueCandidates, ArgValueCompleter};
use serde_yaml::Value;

use super::completions;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::settings::{self, Flag, Loaded, Sources};
use crate::target::local::instance::{DEFAULT_NAME, InstanceName};

/// Refuses options that would read stdin one after the other: the second would find nothing. Each has its name, and
/// whether it reads.
///
/// # Errors
/// A usage failure that names those that do.
pub fn one_reader_of_stdin(options: &[(&str, bool)]) -> Result<()> {
    let readers: Vec<_> = options.iter().filter(|(_, reads)| *reads).map(|(name, _)| *name).collect();
    match readers.as_slice() {
        [_, _, ..] => {
            let failure = Failure::usage(format!("only one option can read stdin, not {}", readers.join(" and ")));
            Err(failure.hint("give a file in place of `-`").into())
        }
        _ => Ok(()),
    }
}

/// Options of every command.
#[derive(Debug, Args)]
#[command(next_help_heading = "Global options")]
pub struct GlobalArguments {
    /// Form of the result on stdout
    #[arg(short, long, global = true, value_enum, default_value = "text", value_name = "FORM")]
    pub output: OutputArgument,
    /// Answer yes to every question
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Give up waiting after so long, such as 90s or 5m [default: 2m; 5m on a cluster, 10m on Code Engine and for `hybrid`; `check` and `status` name theirs]
    #[arg(long, global = true, value_name = "DURATION")]
    pub timeout: Option<DurationArgument>,
    /// Say more on stderr; twice for every request
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
    /// When to use colour
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "WHEN")]
    pub color: ColorArgument,
    /// Form of what is shown on stderr while the command runs
    #[arg(long, global = true, value_enum, default_value = "auto", value_name = "FORM")]
    pub progress: ProgressArgument,
}

/// `-o`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum OutputArgument {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// One YAML document
    Yaml,
}

/// `--progress`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ProgressArgument {
    /// Bars on a terminal, else plain lines
    Auto,
    /// One line for each finished step
    Plain,
    /// One JSON object a line
    Json,
    /// Errors only
    None,
}

/// `--color`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ColorArgument {
    /// On a terminal, unless NO_COLOR is set
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl ColorArgument {
    /// Decides for the whole process.
    pub fn apply(self) {
        match self {
            Self::Auto => anstream::ColorChoice::Auto,
            Self::Always => anstream::ColorChoice::Always,
            Self::Never => anstream::ColorChoice::Never,
        }
        .write_global();
    }
}

/// `--verbose-level`, in the words of kar's `-v`.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum VerboseLevel {
    /// Only what ends it
    Fatal,
    /// What went wrong
    Error,
    /// What may go wrong
    Warning,
    /// What happens
    Info,
    /// Everything
    Debug,
}

/// A duration such as `90s`, `5m`, `1h30m` or, without a unit, seconds.
#[derive(Clone, Copy, Debug)]
pub struct DurationArgument(pub Duration);

impl FromStr for DurationArgument {
    type Err = String;

    fn from_str(text: &str) -> std::result::Result<Self, Self::Err> {
        if let Ok(seconds) = text.parse::<u64>() {
            return Ok(Self(Duration::from_secs(seconds)));
        }
        let span: jiff::SignedDuration = text.parse().map_err(|_| "write it as 90s, 5m or 1h30m".to_owned())?;
        Duration::try_from(span).map(Self).map_err(|_| "a duration cannot be negative".to_owned())
    }
}

/// Which instance.
#[derive(Debug, Args)]
pub struct InstanceArguments {
    /// Name of the instance
    #[arg(long, value_name = "NAME", env = "KARCTL_LOCAL_NAME", default_value = DEFAULT_NAME, hide_env = true,
          add = ArgValueCandidates::new(completions::instances))]
    pub name: String,
}

impl InstanceArguments {
    /// The checked name.
    ///
    /// # Errors
    /// A usage failure for a name that cannot be one.
    pub fn name(&self) -> Result<InstanceName> {
        InstanceName::parse(&self.name)
    }
}

/// Where settings come from, beside the flags that have a name of their own.
#[derive(Debug, Args)]
#[command(next_help_heading = "Settings")]
pub struct SettingsArguments {
    /// A profile over the defaults, by name or file; may be repeated
    #[arg(long, value_name = "PROFILE", env = "KARCTL_PROFILE", value_delimiter = ',', hide_env = true,
          add = ArgValueCandidates::new(completions::profiles))]
    pub profile: Vec<String>,
    /// A file of settings over the profiles; may be repeated
    #[arg(short = 'f', long = "file", value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub files: Vec<PathBuf>,
    /// One setting, such as kafka.mode=kraft; may be repeated
    #[arg(long, value_name = "KEY=VALUE", add = ArgValueCompleter::new(completions::set))]
    pub set: Vec<String>,
    /// One setting whose value is the content of a file, for secrets; `-` is stdin
    #[arg(long, value_name = "KEY=FILE", add = ArgValueCompleter::new(completions::set_file))]
    pub set_file: Vec<String>,
}

impl SettingsArguments {
    /// Loads the settings; `flags` are those with a name of their own that were typed.
    ///
    /// # Errors
    /// A usage failure that names the place and the nearest key.
    pub fn load(&self, context: &Context, flags: Vec<Flag>) -> Result<Loaded> {
        self.load_profiles(context, self.profile.clone(), flags)
    }

    /// [`SettingsArguments::load`], with a profile below those that were typed.
    ///
    /// # Errors
    /// As [`SettingsArguments::load`].
    pub fn load_over(&self, context: &Context, profile: &str, flags: Vec<Flag>) -> Result<Loaded> {
        let profiles = std::iter::once(profile.to_owned()).chain(self.profile.iter().cloned());
        self.load_profiles(context, profiles.collect(), flags)
    }

    fn load_profiles(&self, context: &Context, profiles: Vec<String>, flags: Vec<Flag>) -> Result<Loaded> {
        settings::load(
            &context.environment,
            &Sources {
                profiles,
                files: self.files.clone(),
                set: self.set.clone(),
                set_file: self.set_file.clone(),
                flags,
                ..Sources::default()
            },
        )
    }
}

/// A flag as a layer of settings, where it was typed.
pub fn flag(name: &'static str, key: &'static str, value: Option<impl Into<Value>>) -> Option<Flag> {
    value.map(|value| Flag { name, key, value: value.into() })
}

/// `K=V`, split at the first `=`.
///
/// # Errors
/// A usage failure without a `=`.
pub fn key_and_value<'a>(option: &str, text: &'a str) -> Result<(&'a str, &'a str)> {
    text.split_once('=')
        .ok_or_else(|| Failure::usage(format!("{option} {text}: there is no `=`")).hint("write it as KEY=VALUE").into())
}
