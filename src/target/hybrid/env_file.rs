//! The file of variables that a host is given: `hybrid/NAME.env`, for whoever starts `kar` there.

use std::path::{Path, PathBuf};
use std::time::Duration;

use super::outcome::Step;
use crate::change::Change;
use crate::client::{file, program};
use crate::context::Context;
use crate::error::{Failure, OrFail, Result};
use crate::runtime_config::difference::{Difference, differences};
use crate::runtime_config::format::{Format, quoted_in_dotenv, refused, spell};
use crate::runtime_config::{RuntimeConfig, block, services_file, shell};

/// Keeps the files, which hold passwords, out of a repository.
const IGNORE: &str = ".gitignore";
const IGNORED: &str = "*\n";

/// What makes a folder a git repository: a folder, or a file in a further work tree of one.
const REPOSITORY: &str = ".git";

/// Time for git to say whether it ignores a file.
const GIT_ANSWER: Duration = Duration::from_secs(5);

/// What came of writing a file.
pub struct Written {
    /// What was changed.
    pub steps: Vec<Step>,
    /// What its reader should know.
    pub warnings: Vec<String>,
}

/// The file of a member.
pub struct EnvFile {
    folder: PathBuf,
    path: PathBuf,
    shown: String,
    /// How steps name it: relative to the project's folder, wherever the command is given.
    object: String,
}

impl EnvFile {
    /// The file of a member in a folder, which need not be there.
    pub fn new(context: &Context, project: &Path, folder: &Path, member: &str) -> Self {
        let working = context.environment.working_directory();
        let folder = working.join(folder);
        let path = folder.join(format!("{member}.env"));
        let shown = path.strip_prefix(working).unwrap_or(&path).display().to_string();
        let object = format!("file {}", path.strip_prefix(project).unwrap_or(&path).display());
        Self { folder, path, shown, object }
    }

    /// How it is shown: relative to the working directory, where it is below.
    pub fn shown(&self) -> &str {
        &self.shown
    }

    /// How it is used on another host.
    pub fn usage_there(&self, config: &RuntimeConfig) -> String {
        let name = shell::word(&format!("./{}", self.path.file_name().unwrap_or_default().to_string_lossy()));
        let load = format!("copy {} to that host, and load it there: `set -a; . {name}; set +a`", self.shown);
        load + &self.docker_usage(config)
    }

    /// How it is used on this machine.
    pub fn usage_here(&self, config: &RuntimeConfig) -> String {
        let path = if self.shown.starts_with('/') { self.shown.clone() } else { format!("./{}", self.shown) };
        format!("load it: `set -a; . {}; set +a`", shell::word(&path)) + &self.docker_usage(config)
    }

    /// Docker knows no quotes: where a value needs some, it is given a file of its own.
    fn docker_usage(&self, config: &RuntimeConfig) -> String {
        let variables = config.variables();
        let quoted = quoted_in_dotenv(&variables);
        if quoted.is_empty() {
            return String::new();
        }
        let line = format!("karctl env file {} --format docker", shell::word(&self.shown));
        format!(
            "; `docker run --env-file` would keep the quotes of {}: make one for it with `{line}`",
            quoted.join(", ")
        )
    }

    /// Makes it hold the variables, mode 0600, and keeps what a user has around them.
    ///
    /// # Errors
    /// When a value has no spelling that every reader takes alike, it is a link, holds half a block, or cannot be written.
    pub async fn write(&self, config: &RuntimeConfig, dry_run: bool) -> Result<Written> {
        let variables = config.variables();
        if let Some((name, reason)) = refused(&variables, Format::Dotenv) {
            return Err(Failure::new(format!("{name} cannot be written into {}: the value {reason}", self.shown))
                .hint(format!(
                    "give the services another {name}: letters, digits and `_./:,@+-` are read alike everywhere"
                ))
                .into());
        }
        let text = spell(&variables, Format::Dotenv)?;
        let old = file::read(&self.path)?;
        let before = old.as_deref().unwrap_or_default();
        let merged = block::merge(before, &text, Format::Dotenv);
        let new = merged.or_fail(|| Failure::new(format!("the variables cannot be put into {}", self.shown)))?;
        let change = match &old {
            None => Change::Created,
            Some(old) if *old != new => Change::Updated,
            Some(_) => Change::Unchanged,
        };
        let change = if dry_run { change } else { self.put(&new)? };
        let mut warnings = Vec::new();
        if !before.trim_ascii().is_empty() && block::within(before)?.is_empty() {
            warnings.push(format!(
                "{} was there without karctl: what is in it stays, karctl's lines come after it, and only its owner may read it",
                self.shown
            ));
        }
        warnings.extend(self.unignored().await);
        Ok(Written { steps: self.step(change), warnings })
    }

    /// What to do where nothing keeps the file out of a repository.
    async fn unignored(&self) -> Option<String> {
        let repository = self.folder.ancestors().find(|folder| folder.join(REPOSITORY).exists())?;
        // A folder that is not there yet will be karctl's own.
        if !self.folder.is_dir() || self.has_own_ignore() {
            return None;
        }
        let (root, path) = (repository.to_string_lossy(), self.path.to_string_lossy());
        let arguments = ["-C", &root, "check-ignore", "-q", "--", &path];
        if program::ask(Path::new("git"), &arguments, GIT_ANSWER).await.is_ok() {
            return None;
        }
        let below = self.path.strip_prefix(repository).unwrap_or(&self.path);
        Some(format!(
            "{} holds passwords, and nothing keeps it out of the git repository {root}: add `/{}` to its .gitignore",
            self.shown,
            below.display()
        ))
    }

    fn put(&self, content: &[u8]) -> Result<Change> {
        if !self.folder.exists() {
            file::create_private_folder(&self.folder)?;
        }
        if self.is_own_folder()? {
            file::write_atomic(&self.folder.join(IGNORE), IGNORED.as_bytes(), file::PRIVATE)?;
        }
        file::write_atomic(&self.path, content, file::PRIVATE)
    }

    /// Whether nothing but files of karctl's is in the folder, so that a repository may ignore all of it.
    fn is_own_folder(&self) -> Result<bool> {
        let cannot = || Failure::new(format!("{} cannot be read", self.folder.display()));
        let mut entries = std::fs::read_dir(&self.folder).or_fail(cannot)?;
        Ok(entries.all(|entry| entry.is_ok_and(|entry| is_own(&entry.path()))))
    }

    fn has_own_ignore(&self) -> bool {
        file::read(&self.folder.join(IGNORE)).is_ok_and(|content| content.as_deref() == Some(IGNORED.as_bytes()))
    }

    /// Takes the variables out of it; the file goes where nothing else is in it, what a killed `up` left beside it too, and the
    /// folder with the last one.
    ///
    /// # Errors
    /// When it is a link, holds half a block, or cannot be written.
    pub fn remove(&self, dry_run: bool) -> Result<Vec<Step>> {
        let mut steps = self.remove_unfinished(dry_run)?;
        steps.extend(self.remove_variables(dry_run)?);
        // An earlier run may have been killed before it came to the folder.
        if !dry_run && !self.path.exists() && self.folder.is_dir() {
            self.remove_folder()?;
        }
        Ok(steps)
    }

    /// It has passwords as the file itself has.
    fn remove_unfinished(&self, dry_run: bool) -> Result<Vec<Step>> {
        let left = file::unfinished(&self.path);
        let is_left = left.symlink_metadata().is_ok();
        if is_left && !dry_run {
            file::remove_unfinished(&self.path)?;
        }
        let name = left.file_name().unwrap_or_default().to_string_lossy();
        let object = Path::new(&self.object).with_file_name(&*name).display().to_string();
        Ok(if is_left { vec![Step { object, change: Change::Removed }] } else { Vec::new() })
    }

    fn remove_variables(&self, dry_run: bool) -> Result<Vec<Step>> {
        let Some(old) = file::read(&self.path)? else { return Ok(Vec::new()) };
        let cannot = || Failure::new(format!("the variables cannot be taken out of {}", self.shown));
        let rest = block::without(&old).or_fail(cannot)?;
        if rest == old {
            return Ok(Vec::new());
        }
        if rest.trim_ascii().is_empty() {
            if !dry_run {
                std::fs::remove_file(&self.path).or_fail(cannot)?;
            }
            return Ok(self.step(Change::Removed));
        }
        if !dry_run {
            file::write_atomic(&self.path, &rest, file::PRIVATE)?;
        }
        Ok(self.step(Change::Updated))
    }

    /// Removes the folder, where nothing but what karctl put there is left in it.
    fn remove_folder(&self) -> Result<()> {
        let cannot = || Failure::new(format!("{} cannot be removed", self.folder.display()));
        let ignore = self.folder.join(IGNORE);
        let own = [ignore.clone(), file::unfinished(&ignore)];
        let mut entries = std::fs::read_dir(&self.folder).or_fail(cannot)?;
        let is_only = entries.all(|entry| entry.is_ok_and(|entry| own.contains(&entry.path())));
        if is_only && self.has_own_ignore() {
            file::remove_unfinished(&ignore)?;
            std::fs::remove_file(&ignore).and_then(|()| std::fs::remove_dir(&self.folder)).or_fail(cannot)?;
        }
        Ok(())
    }

    /// That it holds no variables: a sentence.
    pub fn missing(&self) -> String {
        let what = if self.path.exists() { "no line of karctl's in the file" } else { "no file" };
        format!("there is {what} {}", self.shown)
    }

    /// What is to be changed in it; `None` where there is no file, or nothing of karctl's in it.
    ///
    /// # Errors
    /// When it cannot be read or understood.
    pub fn differences(&self, config: &RuntimeConfig) -> Result<Option<Vec<Difference>>> {
        let Some(content) = file::read(&self.path)? else { return Ok(None) };
        let cannot = || Failure::new(format!("{} cannot be understood", self.shown));
        // What a user has around it is no matter of karctl's.
        let own = block::within(&content).or_fail(cannot)?;
        if own.is_empty() {
            return Ok(None);
        }
        let text = String::from_utf8(own.to_vec()).or_fail(|| Failure::new(format!("{} is not UTF-8", self.shown)))?;
        let held = services_file::from_file(&self.shown, &text)?;
        Ok(Some(differences(&held, config)))
    }

    fn step(&self, change: Change) -> Vec<Step> {
        let object = self.object.clone();
        if change == Change::Unchanged { Vec::new() } else { vec![Step { object, change }] }
    }
}

/// Whether nothing but what karctl wrote is in it, or it is one that karctl was about to write.
fn is_own(path: &Path) -> bool {
    let is_block = || {
        let content = file::read(path).ok().flatten().unwrap_or_default();
        !content.is_empty() && block::without(&content).is_ok_and(|rest| rest.trim_ascii().is_empty())
    };
    match path.extension().and_then(|end| end.to_str()) {
        Some("env") => is_block(),
        Some(end) => end == "karctl",
        None => false,
    }
}
