//! `karctl completions` and `karctl man`: what shells and `man` know of karctl.
//!
//! A shell asks the live engine: it runs `karctl` with `COMPLETE` set to the shell's name, and so knows the names of
//! instances, profiles and settings. The scripts under `completions/` are for packages, which cannot run karctl.

mod candidates;
mod generated;

use std::ffi::OsString;
use std::path::PathBuf;

use clap::{Args, ValueEnum, ValueHint};
use clap_complete::CompleteEnv;
use clap_complete::env::Shells;

use crate::context::Context;
use crate::environment::Environment;
use crate::error::{Failure, Result};
use crate::target::completions::{self, Shell};

pub use candidates::{codes, commands_with_documents, contexts, instances, profiles, set, set_file, snapshots};
pub use generated::files;

/// The variable by which a shell asks for candidates.
const REQUEST: &str = "COMPLETE";

/// Options of `karctl completions`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl completions --install              into your own folder, for the shell in $SHELL
  source <(karctl completions bash)         for this shell only
  karctl completions zsh --static           a script that does not run karctl; knows no live names")]
pub struct CompletionsArguments {
    /// Which shell
    #[arg(value_enum, required_unless_present = "install")]
    shell: Option<ShellArgument>,
    /// Write what loads them into your own folder; edits no start-up file
    #[arg(long, conflicts_with = "static_script")]
    install: bool,
    /// Print a script that does not run karctl
    #[arg(long = "static")]
    static_script: bool,
}

/// A shell that has completions.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub enum ShellArgument {
    /// bash
    Bash,
    /// elvish
    Elvish,
    /// fish
    Fish,
    /// PowerShell
    #[value(name = "powershell")]
    PowerShell,
    /// zsh
    Zsh,
}

/// Options of `karctl man`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl man | man -l -
  karctl man ~/.local/share/man/man1")]
pub struct ManArguments {
    /// Folder to write every page into; without one, karctl(1) is printed
    #[arg(value_hint = ValueHint::DirPath)]
    folder: Option<PathBuf>,
}

impl From<ShellArgument> for Shell {
    fn from(argument: ShellArgument) -> Self {
        match argument {
            ShellArgument::Bash => Self::Bash,
            ShellArgument::Elvish => Self::Elvish,
            ShellArgument::Fish => Self::Fish,
            ShellArgument::PowerShell => Self::PowerShell,
            ShellArgument::Zsh => Self::Zsh,
        }
    }
}

/// Answers a shell that asks for candidates, or for the script that makes it ask; `None` when no shell does.
pub fn answer(arguments: &[OsString], environment: &Environment) -> Option<Result<()>> {
    let asked = environment.variable(REQUEST)?;
    // Another program's COMPLETE is none of our business.
    Shells::builtins().completer(asked)?;
    let answered = CompleteEnv::with_factory(super::command)
        .completer("karctl")
        .try_complete(arguments.iter().cloned(), Some(environment.working_directory()));
    Some(answered.map(drop).map_err(|error| Failure::new("no completions").because(error).into()))
}

/// Prints or installs completions.
///
/// # Errors
/// When the shell cannot be told, or its folder cannot be written.
pub fn run(arguments: &CompletionsArguments, context: &Context) -> Result<u8> {
    let shell = match arguments.shell {
        Some(shell) => shell.into(),
        None => Shell::of_environment(&context.environment)?,
    };
    if arguments.install {
        context.ui.data(&completions::install(context, shell)?, completions::Installed::text)?;
    } else if arguments.static_script {
        context.ui.raw(&generated::script(shell))?;
    } else {
        context.ui.raw(&generated::registration(shell)?)?;
    }
    Ok(0)
}

/// Prints karctl's man page, or writes all of them.
///
/// # Errors
/// When the folder cannot be written.
pub fn run_man(arguments: &ManArguments, context: &Context) -> Result<u8> {
    let pages = generated::man_pages()?;
    match &arguments.folder {
        Some(folder) => {
            let changes = completions::write_pages(&context.environment.working_directory().join(folder), &pages)?;
            context.ui.note(format!("{} pages in {}: {changes}", pages.len(), folder.display()));
        }
        None => {
            let page = pages.iter().find(|(name, _)| name == "karctl.1");
            context.ui.raw(page.map_or("", |(_, text)| text))?;
        }
    }
    Ok(0)
}
