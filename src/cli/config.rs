//! `karctl config`: the settings as they come out of all layers.

use std::collections::BTreeMap;

use clap::builder::PossibleValuesParser;
use clap::{Args, Subcommand};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::arguments::SettingsArguments;
use crate::context::Context;
use crate::error::Result;
use crate::settings::{Settings, key};
use crate::ui::{Output, table};
use crate::yaml;

/// The subcommands of `karctl config`.
#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Show every setting as it comes out of defaults, profiles, files, variables and options
    Show(ShowArguments),
}

/// Options of `karctl config show`.
#[derive(Debug, Args)]
#[command(after_help = "\
Later layers win: defaults, --profile, --file, variables (KARCTL_KAFKA_PORT for kafka.port), --set, --set-file.
Secrets are shown as ********.

Examples:
  karctl config show --origin
  karctl config show kafka redis          these groups only
  karctl config show --profile kraft --set kafka.port=9092
  karctl config show > settings.yaml      for `--file settings.yaml`")]
pub struct ShowArguments {
    /// Only these groups, such as kafka or kubernetes
    #[arg(value_name = "GROUP", value_parser = PossibleValuesParser::new(groups()))]
    group: Vec<String>,
    /// Say where each value comes from
    #[arg(long)]
    origin: bool,
    #[command(flatten)]
    settings: SettingsArguments,
}

/// What `karctl config show -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Shown {
    /// Every setting.
    pub settings: Settings,
    /// Key to where its value comes from, such as `default`, `profile kraft`, `karctl.yaml:3:9` or `--set`; with `--origin`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origins: Option<BTreeMap<String, String>>,
}

/// The groups of settings, in their order.
fn groups() -> Vec<&'static str> {
    let mut groups: Vec<_> = key::keys().iter().filter_map(|key| key.path.split('.').next()).collect();
    groups.dedup();
    groups
}

impl ShowArguments {
    fn is_asked(&self, group: &str) -> bool {
        self.group.is_empty() || self.group.iter().any(|asked| asked == group)
    }

    /// The settings of the groups that were asked for.
    fn of_groups(&self, settings: &Settings) -> Result<Value> {
        let mut settings = serde_json::to_value(settings)?;
        if let Some(groups) = settings.as_object_mut() {
            groups.retain(|group, _| self.is_asked(group));
        }
        Ok(settings)
    }
}

impl Shown {
    fn with_origins(settings: &Value, origins: &BTreeMap<String, String>) -> Result<String> {
        let mut rows = vec![["KEY", "VALUE", "ORIGIN"].map(str::to_owned).to_vec()];
        for key in key::keys() {
            let value = match settings.pointer(&format!("/{}", key.path.replace('.', "/"))) {
                Some(Value::String(text)) => text.clone(),
                Some(value) => value.to_string(),
                None => continue,
            };
            rows.push(vec![key.path.clone(), value, origins.get(&key.path).cloned().unwrap_or_default()]);
        }
        Ok(table(&rows))
    }
}

/// Shows the settings.
///
/// # Errors
/// A usage failure where a layer is wrong.
pub fn run(command: ConfigCommand, context: &Context) -> Result<u8> {
    let ConfigCommand::Show(arguments) = command;
    let loaded = arguments.settings.load(context, Vec::new())?;
    let settings = arguments.of_groups(&loaded.settings)?;
    let shown = Shown { settings: loaded.settings, origins: arguments.origin.then_some(loaded.origins) };
    match (context.ui.output(), &shown.origins) {
        (Output::Text, Some(origins)) => context.ui.raw(&Shown::with_origins(&settings, origins)?)?,
        (Output::Text, None) => context.ui.raw(&yaml::to_string(&settings)?)?,
        _ => context.ui.data(&shown, |_| String::new())?,
    }
    Ok(0)
}
