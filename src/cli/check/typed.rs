//! Which options were typed, and which modes they are for: the headings of the help say it, and nothing else does.

use clap::{ArgMatches, Args, Command, FromArgMatches, parser::ValueSource};

use super::CheckArguments;
use crate::check::Mode;
use crate::error::{Failure, Result};

/// Heading of the options for this machine.
pub const LOCAL: &str = "This machine (local)";

/// Heading of the options for a cluster.
pub const K8S: &str = "Clusters (k8s)";

/// Heading of the options for Code Engine alone.
pub const CE: &str = "Code Engine (ce)";

/// Heading of the options for the members of a project.
pub const HYBRID: &str = "Projects (hybrid)";

/// The headings of the help, and the modes that their options are for. Options under no heading of these are for all.
const MODES: [(&str, &[Mode]); 6] = [
    (LOCAL, &[Mode::Local]),
    (K8S, &[Mode::K8s]),
    (CE, &[Mode::Ce]),
    (HYBRID, &[Mode::Hybrid]),
    ("IBM Cloud", &[Mode::K8s, Mode::Ce]),
    ("Settings", &[Mode::Local, Mode::K8s]),
];

/// Options that were typed: each as it is written, with the modes that it is for.
#[derive(Clone, Debug, Default)]
pub struct Typed(Vec<(String, &'static [Mode])>);

impl Typed {
    /// Modes that an option was typed for that is for no other.
    pub fn single_modes(&self) -> impl Iterator<Item = Mode> {
        self.0.iter().filter_map(|(_, modes)| match modes {
            [mode] => Some(*mode),
            _ => None,
        })
    }

    /// Refuses an option that no mode that is checked has a use for.
    ///
    /// # Errors
    /// A usage failure that names the option, and the modes it is for.
    pub fn check(&self, checked: &[Mode]) -> Result<()> {
        let is_unused = |(_, modes): &&(String, &'static [Mode])| modes.iter().all(|mode| !checked.contains(mode));
        let Some((option, modes)) = self.0.iter().find(is_unused) else { return Ok(()) };
        let names = |modes: &[Mode], word: &str| modes.iter().map(|mode| mode.name()).collect::<Vec<_>>().join(word);
        let hint = format!("add {}, or leave {option} out", names(modes, " or "));
        let failure = Failure::usage(format!("{option} is for {}, and not for {}", names(modes, " and "), {
            names(checked, ", ")
        }));
        Err(failure.hint(hint).into())
    }
}

impl FromArgMatches for Typed {
    fn from_arg_matches(matches: &ArgMatches) -> std::result::Result<Self, clap::Error> {
        let command = CheckArguments::augment_args(Command::default());
        let of_option = command.get_arguments().filter_map(|option| {
            let is_typed = matches.value_source(option.get_id().as_str()) == Some(ValueSource::CommandLine);
            let heading = option.get_help_heading().filter(|_| is_typed)?;
            let (_, modes) = MODES.iter().find(|(known, _)| *known == heading)?;
            Some((format!("--{}", option.get_long()?), *modes))
        });
        Ok(Self(of_option.collect()))
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> std::result::Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl Args for Typed {
    fn augment_args(command: Command) -> Command {
        command
    }

    fn augment_args_for_update(command: Command) -> Command {
        command
    }
}
