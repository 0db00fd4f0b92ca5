//! What the `ibmcloud` command keeps of its login and its target. It is read, and never written: that command is not safe
//! for parallel use itself.

use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde_json::Value;

use crate::client::file;
use crate::client::ibmcloud::claims;
use crate::code::Code;
use crate::environment::Environment;
use crate::error::{Failure, Result};
use crate::redacted::Secret;

/// Names of its folder, below `IBMCLOUD_HOME` or HOME, newer ones first.
const FOLDERS: [&str; 2] = [".ibmcloud", ".bluemix"];

/// Its file with the login and the target.
const FILE: &str = "config.json";

/// The file of its plugin for Code Engine.
const PLUGIN_FILE: &str = "plugins/code-engine/config.json";

/// What is kept by the `ibmcloud` command.
#[derive(Clone, Debug, Default)]
pub struct CliConfiguration {
    path: PathBuf,
    plugin_path: PathBuf,
    token: Option<Secret>,
    region: Option<String>,
    resource_group: Option<String>,
    project: Option<String>,
    project_region: Option<String>,
}

/// A project that its plugin has for its target.
#[derive(Clone, Copy, Debug)]
pub struct CliProject<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its region; empty where that is not said.
    pub region: &'a str,
    /// The file that says so.
    pub path: &'a Path,
}

/// Reads what is kept; `None` where there is no file.
///
/// # Errors
/// When a file is there and cannot be understood; the error names it.
pub fn read(environment: &Environment) -> Result<Option<CliConfiguration>> {
    let Some(folder) = folder(environment) else { return Ok(None) };
    let (path, plugin_path) = (folder.join(FILE), folder.join(PLUGIN_FILE));
    let (main, plugin) = (content(&path)?, content(&plugin_path)?);
    if main.is_none() && plugin.is_none() {
        return Ok(None);
    }
    parse((&path, main.as_deref().unwrap_or("{}")), (&plugin_path, plugin.as_deref().unwrap_or("{}"))).map(Some)
}

/// Understands the text of both files. Pure.
///
/// # Errors
/// When one is no JSON object, or something in it is of another type than that command writes.
pub fn parse(main: (&Path, &str), plugin: (&Path, &str)) -> Result<CliConfiguration> {
    let (path, plugin_path) = (main.0.to_owned(), plugin.0.to_owned());
    let (main, plugin) = (document(main.0, main.1)?, document(plugin.0, plugin.1)?);
    let group = &main["ResourceGroup"];
    let group = match group {
        Value::Object(_) => text(&path, group, "Name")?.or(text(&path, group, "GUID")?),
        _ => text(&path, &main, "ResourceGroup")?,
    };
    Ok(CliConfiguration {
        token: text(&path, &main, "IAMToken")?.map(|token| Secret::new(bare(&token))).filter(|token| !token.is_empty()),
        region: text(&path, &main, "Region")?,
        resource_group: group,
        project: text(&plugin_path, &plugin, "projectID")?,
        project_region: text(&plugin_path, &plugin, "region")?,
        path,
        plugin_path,
    })
}

impl CliConfiguration {
    /// The token of its login, and the file that it is in; `None` where nobody is logged in.
    ///
    /// # Errors
    /// When the token has ended, or is none.
    pub fn login(&self) -> Result<Option<(Secret, &Path)>> {
        let Some(token) = &self.token else { return Ok(None) };
        let place = self.path.display();
        let again = "log in again with `ibmcloud login`, or set IBMCLOUD_API_KEY";
        let Some(claims) = claims(token.expose()) else {
            let failure = Failure::new(format!("the login of the `ibmcloud` command ({place}) holds no token"));
            return Err(failure.hint(again).code(Code::CloudConfigurationUnusable).into());
        };
        if claims.is_over() {
            let end = claims.expires.and_then(|end| Timestamp::from_second(end).ok());
            let end = end.map(|end| format!(" at {end}")).unwrap_or_default();
            let failure = Failure::new(format!("the login of the `ibmcloud` command ({place}) ended{end}"));
            return Err(failure.hint(again).code(Code::CloudLoginRefused).into());
        }
        Ok(Some((token.clone(), &self.path)))
    }

    /// The region of its target, that of its plugin for Code Engine first, and the file that says so.
    pub fn region(&self) -> Option<(&str, &Path)> {
        let of_plugin = self.project_region.as_deref().map(|region| (region, self.plugin_path.as_path()));
        of_plugin.or_else(|| Some((self.region.as_deref()?, self.path.as_path())))
    }

    /// The resource group of its target, by name or id.
    pub fn resource_group(&self) -> Option<(&str, &Path)> {
        Some((self.resource_group.as_deref()?, self.path.as_path()))
    }

    /// The project of its target.
    pub fn project(&self) -> Option<CliProject<'_>> {
        let region = self.project_region.as_deref().unwrap_or_default();
        Some(CliProject { id: self.project.as_deref()?, region, path: &self.plugin_path })
    }
}

/// The folder that is there, by the rules of that command.
fn folder(environment: &Environment) -> Option<PathBuf> {
    let given = |name: &str| environment.variable(name).map(|folder| environment.working_directory().join(folder));
    if let Some(folder) = given("IBMCLOUD_CONFIG_HOME") {
        return Some(folder);
    }
    let home = given("IBMCLOUD_HOME").or_else(|| environment.home().ok())?;
    FOLDERS.iter().map(|name| home.join(name)).find(|folder| folder.join(FILE).exists())
}

fn content(path: &Path) -> Result<Option<String>> {
    let Some(content) = file::read(path)? else { return Ok(None) };
    String::from_utf8(content).map(Some).map_err(|_| unusable(path, "it is not text in UTF-8").into())
}

fn document(path: &Path, content: &str) -> Result<Value> {
    match serde_json::from_str(content) {
        Ok(document @ Value::Object(_)) => Ok(document),
        Ok(_) => Err(unusable(path, "it holds no JSON object").into()),
        Err(error) => {
            let place = format!("it is no JSON (line {}, column {})", error.line(), error.column());
            Err(unusable(path, &place).into())
        }
    }
}

/// A text of an object; `None` where it is missing, null or empty.
fn text(path: &Path, object: &Value, key: &str) -> Result<Option<String>> {
    match &object[key] {
        Value::Null => Ok(None),
        Value::String(text) => Ok(Some(text.trim().to_owned()).filter(|text| !text.is_empty())),
        _ => Err(unusable(path, &format!("its `{key}` is no text")).into()),
    }
}

/// A token without the word that stands before it in a header.
fn bare(token: &str) -> &str {
    let (word, rest) = token.split_once(' ').unwrap_or_default();
    if word.eq_ignore_ascii_case("bearer") { rest.trim() } else { token }
}

fn unusable(path: &Path, reason: &str) -> Failure {
    Failure::new(format!("the `ibmcloud` command's file {} cannot be understood: {reason}", path.display()))
        .hint("log in again with `ibmcloud login`, which writes it anew, or move it away")
        .code(Code::CloudConfigurationUnusable)
}

#[cfg(test)]
#[path = "ibmcloud_cli_tests.rs"]
mod tests;
