//! Puts completions where a shell looks for them by itself. No start-up file is edited.

use std::path::{Path, PathBuf};

use schemars::JsonSchema;
use serde::Serialize;

use crate::change::Change;
use crate::client::file::write_atomic;
use crate::context::Context;
use crate::environment::Environment;
use crate::error::{Failure, OrFail, Result};

/// Neither completions nor man pages are private.
const MODE: u32 = 0o644;

/// A shell that has completions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shell {
    /// bash, with the package bash-completion.
    Bash,
    /// elvish.
    Elvish,
    /// fish.
    Fish,
    /// PowerShell.
    PowerShell,
    /// zsh.
    Zsh,
}

/// What `karctl completions --install -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Installed {
    /// The shell.
    pub shell: &'static str,
    /// The file that loads the completions.
    pub file: String,
    /// What was done to it.
    pub change: Change,
    /// What the user has to do, where the shell does not look there by itself.
    pub next: Option<String>,
}

impl Shell {
    /// The user's shell, by `SHELL`.
    ///
    /// # Errors
    /// A usage failure when it is none that has completions.
    pub fn of_environment(environment: &Environment) -> Result<Self> {
        let hint = "name it: karctl completions bash|elvish|fish|powershell|zsh --install";
        let Some(path) = environment.variable("SHELL") else {
            return Err(Failure::usage("SHELL is not set, so your shell cannot be told").hint(hint).into());
        };
        match Path::new(path).file_name().and_then(|name| name.to_str()) {
            Some("bash") => Ok(Self::Bash),
            Some("elvish") => Ok(Self::Elvish),
            Some("fish") => Ok(Self::Fish),
            Some("pwsh" | "powershell") => Ok(Self::PowerShell),
            Some("zsh") => Ok(Self::Zsh),
            _ => Err(Failure::usage(format!("karctl has no completions for {path}")).hint(hint).into()),
        }
    }

    /// Its name, as it is typed.
    pub fn name(self) -> &'static str {
        match self {
            Self::Bash => "bash",
            Self::Elvish => "elvish",
            Self::Fish => "fish",
            Self::PowerShell => "powershell",
            Self::Zsh => "zsh",
        }
    }

    /// What makes the shell ask karctl: read when completions are first wanted, so that an upgrade needs nothing.
    fn loader(self) -> &'static str {
        match self {
            Self::Bash => "# Written by `karctl completions --install`.\neval \"$(COMPLETE=bash karctl)\"\n",
            Self::Elvish => "eval (E:COMPLETE=elvish karctl | slurp)",
            Self::Fish => "# Written by `karctl completions --install`.\nCOMPLETE=fish karctl | source\n",
            Self::PowerShell => {
                "$env:COMPLETE = \"powershell\"; karctl | Out-String | Invoke-Expression; Remove-Item Env:\\COMPLETE"
            }
            Self::Zsh => {
                "#compdef karctl\n# Written by `karctl completions --install`.\neval \"$(COMPLETE=zsh karctl)\"\n\
                 _clap_dynamic_completer_karctl \"$@\"\n"
            }
        }
    }

    /// The file that the shell loads by itself when it first completes `karctl`.
    fn file(self, environment: &Environment) -> Result<PathBuf> {
        let data = || environment.user_directory("XDG_DATA_HOME", ".local/share");
        Ok(match self {
            Self::Bash => match environment.variable("BASH_COMPLETION_USER_DIR") {
                Some(folder) => PathBuf::from(folder),
                None => data()?.join("bash-completion"),
            }
            .join("completions/karctl"),
            Self::Fish => {
                environment.user_directory("XDG_CONFIG_HOME", ".config")?.join("fish/completions/karctl.fish")
            }
            Self::Zsh => data()?.join("zsh/site-functions/_karctl"),
            Self::Elvish | Self::PowerShell => {
                return Err(Failure::usage(format!("{} loads completions from its start-up file only", self.name()))
                    .hint(format!("add this line to it: {}", self.loader()))
                    .into());
            }
        })
    }

    fn next(self, environment: &Environment, file: &Path) -> Option<String> {
        let folder = file.parent()?;
        let is_searched =
            environment.variable("FPATH").is_some_and(|path| path.split(':').any(|it| Path::new(it) == folder));
        match self {
            Self::Bash => Some("a new shell has them, where the package bash-completion is installed".to_owned()),
            Self::Zsh if !is_searched => Some(format!(
                "unless it is there, add this line to ~/.zshrc in front of compinit: fpath=({} $fpath)",
                folder.display()
            )),
            _ => None,
        }
    }
}

/// Writes the file that loads the completions of a shell.
///
/// # Errors
/// When the shell has no folder for it, or it cannot be written.
pub fn install(context: &Context, shell: Shell) -> Result<Installed> {
    let file = shell.file(&context.environment)?;
    make_folder_of(&file)?;
    let change = write_atomic(&file, shell.loader().as_bytes(), MODE)?;
    let next = shell.next(&context.environment, &file);
    Ok(Installed { shell: shell.name(), file: file.display().to_string(), change, next })
}

/// Writes man pages into a folder, and says what became of most of them.
///
/// # Errors
/// When one cannot be written.
pub fn write_pages(folder: &Path, pages: &[(String, String)]) -> Result<Change> {
    let mut change = Change::Unchanged;
    for (name, page) in pages {
        let file = folder.join(name);
        make_folder_of(&file)?;
        change = match write_atomic(&file, page.as_bytes(), MODE)? {
            Change::Unchanged => change,
            changed => changed,
        };
    }
    Ok(change)
}

fn make_folder_of(file: &Path) -> Result<()> {
    let Some(folder) = file.parent() else { return Ok(()) };
    std::fs::create_dir_all(folder).or_fail(|| Failure::new(format!("{} cannot be made", folder.display())))
}

impl Installed {
    /// The form for people.
    pub fn text(&self) -> String {
        let next = self.next.as_ref().map(|next| format!("{next}\n")).unwrap_or_default();
        format!("{} {}\n{next}", self.file, self.change)
    }
}
