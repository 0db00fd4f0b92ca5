//! `karctl profile`: named differences from the default settings.

use clap::{Args, Subcommand};
use clap_complete::engine::ArgValueCandidates;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::completions;
use crate::context::Context;
use crate::error::Result;
use crate::settings::profile::{self, Profile};
use crate::settings::schema;
use crate::ui::{Output, table};
use crate::yaml;

/// The subcommands of `karctl profile`.
#[derive(Debug, Subcommand)]
pub enum ProfileCommand {
    /// List the profiles that have a name
    #[command(after_help = "\
A profile of your own is a file in ~/.config/karctl/profiles; its first line, a comment, is its description.

Examples:
  karctl profile list
  karctl profile list -o json")]
    List,
    /// Show what a profile sets
    Show(ShowArguments),
    /// Print the JSON schema of a file of settings, with every default
    #[command(after_help = "\
Examples:
  karctl profile schema > karctl.schema.json      for `# yaml-language-server: $schema=karctl.schema.json`
  karctl profile schema -o yaml")]
    Schema,
}

/// Options of `karctl profile show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  karctl profile show base          every setting with its default
  karctl profile show kraft
  karctl profile show ./ours.yaml")]
pub struct ShowArguments {
    /// A profile, by name or file
    #[arg(value_name = "PROFILE", add = ArgValueCandidates::new(completions::profiles))]
    profile: String,
}

/// What `karctl profile list -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Profiles {
    /// Every profile that has a name, by name.
    pub profiles: Vec<Listed>,
}

/// One profile of [`Profiles`].
#[derive(Debug, Serialize, JsonSchema)]
pub struct Listed {
    /// Its name, for `--profile`.
    pub name: String,
    /// The first line of it.
    pub description: String,
    /// Its file; null for a built-in one.
    pub file: Option<String>,
}

/// What `karctl profile show -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// What it is, and where.
    #[serde(flatten)]
    pub profile: Listed,
    /// What it sets; `karctl profile schema` describes it.
    pub settings: Value,
}

impl From<&Profile> for Listed {
    fn from(profile: &Profile) -> Self {
        Self {
            name: profile.name.clone(),
            description: profile.description().to_owned(),
            file: profile.file.as_ref().map(|file| file.display().to_string()),
        }
    }
}

impl Profiles {
    fn text(&self) -> String {
        let mut rows = vec![["NAME", "DESCRIPTION", "FILE"].map(str::to_owned).to_vec()];
        rows.extend(self.profiles.iter().map(|profile| {
            let file = profile.file.as_deref().unwrap_or("built in");
            [&profile.name, &profile.description, file].map(str::to_owned).to_vec()
        }));
        table(&rows)
    }
}

/// Runs one subcommand.
///
/// # Errors
/// A usage failure for a profile that is not there, or is wrong.
pub fn run(command: ProfileCommand, context: &Context) -> Result<u8> {
    match command {
        ProfileCommand::List => {
            let profiles = profile::all(&context.environment)?;
            let profiles = Profiles { profiles: profiles.iter().map(Listed::from).collect() };
            context.ui.data(&profiles, Profiles::text)?;
        }
        ProfileCommand::Show(arguments) => show(&arguments, context)?,
        ProfileCommand::Schema => super::schema::print(context, &schema::of_files()?)?,
    }
    Ok(0)
}

fn show(arguments: &ShowArguments, context: &Context) -> Result<()> {
    let found = profile::find(&context.environment, &arguments.profile)?;
    let shown = Shown { profile: Listed::from(&found), settings: found.layer()?.redacted().tree() };
    if context.ui.output() != Output::Text {
        return context.ui.data(&shown, |_| String::new());
    }
    let heading = match shown.profile.description.as_str() {
        "" => String::new(),
        description => format!("# {description}\n"),
    };
    context.ui.raw(&format!("{heading}{}", yaml::to_string(&shown.settings)?))
}
