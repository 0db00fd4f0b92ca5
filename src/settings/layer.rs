//! One layer: keys with values, each with the place it came from. Pure.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::{Map, Value};

use super::document::{Content, Entry, Node, Position, Scalar, Style, parse};
use super::key::{Key, VARIABLE_PREFIX, key, keys, keys_below, nearest_key};
use super::value::{Mismatch, any_of, value};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::nearest::nearest;
use crate::redacted::REDACTED;

/// Where a value comes from, as it is shown: `default`, `profile kraft`, `karctl.yaml:3:9`, `KARCTL_KAFKA_PORT`, `--set`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    source: String,
    position: Option<Position>,
}

impl Origin {
    /// A place without lines.
    pub fn new(source: impl Into<String>) -> Self {
        Self { source: source.into(), position: None }
    }

    fn at(&self, position: Position) -> Self {
        Self { position: Some(position), ..self.clone() }
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.position {
            Some(Position { line, column }) => write!(f, "{}:{line}:{column}", self.source),
            None => f.write_str(&self.source),
        }
    }
}

/// Keys with values, each with its origin; a layer over another one takes its place key by key.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Layer {
    entries: BTreeMap<&'static str, (Value, Origin)>,
}

impl fmt::Debug for Layer {
    /// The keys and where they come from: values may be secrets.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.entries.iter().map(|(key, (_, origin))| (key, origin.to_string()))).finish()
    }
}

impl Layer {
    /// Reads a document of settings; `lines` says whether places in it mean something to the user.
    ///
    /// # Errors
    /// A usage failure with line and column.
    pub fn of_document(source: &Origin, text: &str, lines: Lines) -> Result<Self> {
        let root = parse(text).map_err(|mistake| wrong(&source.at(mistake.position), mistake.message))?;
        let mut layer = Self::of_node(source, root)?;
        if lines == Lines::Hidden {
            layer.entries.values_mut().for_each(|(_, origin)| origin.position = None);
        }
        Ok(layer)
    }

    /// Reads settings that are part of a document.
    ///
    /// # Errors
    /// A usage failure with line and column.
    pub fn of_node(source: &Origin, node: Node) -> Result<Self> {
        let mut layer = Self::default();
        match node.content {
            Content::Mapping(groups) => layer.collect(source, "", groups)?,
            // Nothing at all is a group without anything in it.
            Content::Scalar(Scalar { text, style: Style::Plain }) if text.is_empty() => {}
            _ => return Err(wrong(&source.at(node.position), "settings are names and values").into()),
        }
        Ok(layer)
    }

    /// Reads what each variable of karctl sets.
    ///
    /// # Errors
    /// A usage failure for a value that does not fit, and for a name that looks like a setting and is none.
    pub fn of_variables<'a>(variables: impl Iterator<Item = (&'a str, &'a str)>) -> Result<Self> {
        let mut layer = Self::default();
        for (name, text) in variables.filter(|(name, text)| looks_like_setting(name) && !text.is_empty()) {
            let origin = Origin::new(name);
            let Some(key) = keys().iter().find(|key| key.variable() == name) else {
                return Err(unknown_variable(name));
            };
            layer.set_text(key, text, Style::Given, origin)?;
        }
        Ok(layer)
    }

    /// Sets a key to a text given outside of a document.
    ///
    /// # Errors
    /// A usage failure for an unknown key or a value that does not fit.
    pub fn set(&mut self, path: &str, text: &str, origin: Origin) -> Result<()> {
        let key = key(path).ok_or_else(|| unknown_key(path, &origin))?;
        self.set_text(key, text, Style::Given, origin)
    }

    /// Lays another layer over this one.
    pub fn cover(&mut self, other: Self) {
        self.entries.extend(other.entries);
    }

    /// The origin of a key's value.
    pub fn origin(&self, path: &str) -> Option<&Origin> {
        self.entries.get(path).map(|(_, origin)| origin)
    }

    /// The origin of every value.
    pub fn origins(&self) -> impl Iterator<Item = (&'static str, &Origin)> {
        self.entries.iter().map(|(path, (_, origin))| (*path, origin))
    }

    /// The tree that the keys make, in the order in which the settings declare them. It holds secrets.
    pub fn tree(&self) -> Value {
        let mut tree = Value::Object(Map::new());
        for key in keys() {
            if let Some((value, _)) = self.entries.get(key.path.as_str()) {
                let place = key.path.split('.').fold(&mut tree, |at, name| &mut at[name]);
                *place = value.clone();
            }
        }
        tree
    }

    /// The same with every secret replaced by what is shown in its place.
    #[must_use]
    pub fn redacted(mut self) -> Self {
        for key in keys().iter().filter(|key| key.is_secret) {
            if let Some((value, _)) = self.entries.get_mut(key.path.as_str()).filter(|(value, _)| !value.is_null()) {
                *value = Value::from(REDACTED);
            }
        }
        self
    }

    fn collect(&mut self, source: &Origin, group: &str, entries: Vec<Entry>) -> Result<()> {
        for Entry { name, position, value } in entries {
            let path = if group.is_empty() { name } else { format!("{group}.{name}") };
            let is_group = keys_below(&path).next().is_some();
            match (value.content, key(&path)) {
                (Content::Mapping(below), None) if is_group => self.collect(source, &path, below)?,
                // A group without anything in it changes nothing.
                (Content::Scalar(Scalar { text, style: Style::Plain }), None) if is_group && text.is_empty() => {}
                (Content::Scalar(Scalar { text, style }), Some(key)) => {
                    self.set_text(key, &text, style, source.at(value.position))?;
                }
                (_, Some(_)) => {
                    return Err(wrong(&source.at(value.position), format!("`{path}` is a single value")).into());
                }
                (_, None) => return Err(unknown_key(&path, &source.at(position)).into()),
            }
        }
        Ok(())
    }

    fn set_text(&mut self, key: &'static Key, text: &str, style: Style, origin: Origin) -> Result<()> {
        let scalar = Scalar { text: text.to_owned(), style };
        let value = value(key, &scalar).map_err(|Mismatch { message, hint }| {
            let failure = wrong(&origin, message);
            hint.into_iter().fold(failure, Failure::hint)
        })?;
        self.entries.insert(&key.path, (value, origin));
        Ok(())
    }
}

/// Whether the lines of a document mean something to the user; those of a built-in profile do not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// They are part of the origin.
    Shown,
    /// They are not.
    Hidden,
}

/// A usage failure at a place.
pub(super) fn wrong(origin: &Origin, message: impl fmt::Display) -> Failure {
    Failure::usage(format!("{origin}: {message}")).code(Code::BadSettings)
}

fn unknown_key(path: &str, origin: &Origin) -> Failure {
    let below: Vec<_> = keys_below(path).map(|key| key.path.clone()).collect();
    if !below.is_empty() {
        return wrong(origin, format!("`{path}` is a group, not a setting"))
            .hint(format!("set one of its keys: {}", any_of(&below)));
    }
    let failure = wrong(origin, format!("unknown key `{path}`"));
    match nearest_key(path) {
        Some(meant) => failure.hint(format!("the nearest key is `{meant}`")),
        None => failure.hint("`karctl profile schema` lists every key"),
    }
}

/// Variables of options, whose first word is that of a group.
const OF_OPTIONS: [&str; 2] = ["KARCTL_CLUSTER_IMAGE", "KARCTL_CLUSTER_NAME"];

/// `KARCTL_KAFKA_...` and the like; `KARCTL_PROFILE` and others are none of the settings' business.
fn looks_like_setting(name: &str) -> bool {
    !OF_OPTIONS.contains(&name)
        && name
            .strip_prefix(VARIABLE_PREFIX)
            .and_then(|rest| rest.split_once('_'))
            .is_some_and(|(group, _)| keys_below(&group.to_lowercase()).next().is_some())
}

fn unknown_variable(name: &str) -> anyhow::Error {
    let names: Vec<_> = keys().iter().map(Key::variable).collect();
    let failure = Failure::usage(format!("variable {name} names no setting")).code(Code::BadSettings);
    match nearest(name, names.iter().map(String::as_str)) {
        Some(meant) => failure.hint(format!("the nearest is {meant}; unset {name}")).into(),
        None => failure.hint(format!("unset {name}")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    fn document(text: &str) -> Result<Layer> {
        Layer::of_document(&Origin::new("s.yaml"), text, Lines::Shown)
    }

    fn failure(result: Result<Layer>) -> String {
        let report = report(&result.expect_err("a failure"));
        std::iter::once(report.message).chain(report.hints).collect::<Vec<_>>().join("; ")
    }

    #[test]
    fn a_layer_over_another_takes_its_place_key_by_key() {
        let mut merged = document("kafka:\n  port: 1\n  mode: kraft\n").expect("settings");
        merged.cover(document("kafka: {port: 2}\nredis:\n").expect("settings"));
        assert_eq!(merged.tree(), serde_json::json!({ "kafka": { "mode": "kraft", "port": 2 } }));
        let origins: Vec<_> = merged.origins().map(|(path, origin)| format!("{path} {origin}")).collect();
        assert_eq!(origins, ["kafka.mode s.yaml:3:9", "kafka.port s.yaml:1:15"]);
    }

    #[test]
    fn a_document_is_refused_at_the_place() {
        for (text, expected) in [
            ("kafka:\n  prot: 1\n", "s.yaml:2:3: unknown key `kafka.prot`; the nearest key is `kafka.port`"),
            ("kafka: 1\n", "s.yaml:1:1: `kafka` is a group, not a setting; set one of its keys: "),
            ("kafka:\n  port: [1]\n", "s.yaml:2:9: `kafka.port` is a single value"),
            ("kafka:\n  port: one\n", "s.yaml:2:9: kafka.port is a whole number from 1 to 65535, not `one`"),
            ("- kafka\n", "s.yaml:1:1: settings are names and values"),
            ("zzz: 1\n", "s.yaml:1:1: unknown key `zzz`; `karctl profile schema` lists every key"),
        ] {
            let message = failure(document(text));
            assert!(message.starts_with(expected), "{message}");
        }
    }

    #[test]
    fn variables_of_other_purposes_are_left_alone() {
        let of = |name, text| Layer::of_variables([(name, text)].into_iter());
        for name in ["KARCTL_PROFILE", "KARCTL_TEST_CACHE", "KARCTL_RENEW", "KAFKA_PORT", "KARCTL_KAFKA"] {
            assert_eq!(of(name, "x").expect("ignored").origins().count(), 0, "{name}");
        }
        assert_eq!(of("KARCTL_KAFKA_PORT", "").expect("unset").origins().count(), 0);
        assert_eq!(of("KARCTL_KAFKA_PORT", "7").expect("a port").tree(), serde_json::json!({ "kafka": { "port": 7 } }));
        assert_eq!(
            failure(of("KARCTL_KAFKA_PROT", "7")),
            "variable KARCTL_KAFKA_PROT names no setting; the nearest is KARCTL_KAFKA_PORT; unset KARCTL_KAFKA_PROT"
        );
    }
}
