//! A value of the file, where it is, and the keys that lead to it: each mistake is told with its line and column.

use std::fmt::Display;
use std::str::FromStr;

use super::super::document::{Content, Entry, Node, Position, Style};
use super::{NAME_HINT, check_name};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// The version of the file's form that is read and written.
const VERSION: &str = "1";

/// Characters of a namespace's name, a label of DNS.
const LONGEST_NAMESPACE: usize = 63;

/// The words that `kar` takes for `-v`.
pub(super) const VERBOSITIES: [&str; 5] = ["fatal", "error", "warning", "info", "debug"];

/// A value, where it is, and the keys that lead to it.
pub(super) struct Place<'a> {
    pub(super) source: &'a str,
    pub(super) path: String,
    pub(super) node: &'a Node,
    /// Where the name begins that it is the value of.
    pub(super) name_position: Option<Position>,
}

impl<'a> Place<'a> {
    /// The whole document.
    pub(super) fn root(source: &'a str, node: &'a Node) -> Self {
        Self { source, path: String::new(), node, name_position: None }
    }

    pub(super) fn wrong(&self, message: impl AsRef<str>) -> Failure {
        wrong(self.source, self.node.position, message.as_ref())
    }

    fn below(&self, entry: &'a Entry) -> Self {
        let name = &entry.name;
        let path = if self.path.is_empty() { name.clone() } else { format!("{}.{name}", self.path) };
        Self { source: self.source, path, node: &entry.value, name_position: Some(entry.position) }
    }

    /// The members of a mapping, of which only these are known. Nothing at all is an empty mapping.
    pub(super) fn members(&self, known: &[&'static str]) -> Result<Vec<(&'static str, Self)>> {
        let mut members = Vec::new();
        for (name, position, place) in self.entries()? {
            let Some(key) = known.iter().find(|key| **key == name) else {
                let failure = wrong(self.source, position, &format!("unknown key `{}`", place.path));
                return Err(match nearest(name, known.iter().copied()) {
                    Some(meant) => failure.hint(format!("the nearest key is `{meant}`")).into(),
                    None => failure.hint(format!("what can be here is {}", known.join(", "))).into(),
                });
            };
            members.push((*key, place));
        }
        Ok(members)
    }

    /// The one member of a mapping, whose name says of which kind it is.
    pub(super) fn one_of(&self, kinds: &[&'static str]) -> Result<(&'static str, Self)> {
        self.one_among(kinds, &[])
    }

    /// The one member that says of which kind it is, where others may stand beside it.
    pub(super) fn one_among(&self, kinds: &[&'static str], others: &[&'static str]) -> Result<(&'static str, Self)> {
        let members = self.members(&[kinds, others].concat())?;
        let mut chosen = members.into_iter().filter(|(key, _)| kinds.contains(key));
        match (chosen.next(), chosen.next()) {
            (Some(one), None) => Ok(one),
            (Some((one, _)), Some((other, place))) => Err(place
                .wrong_name(format!("`{}` is either {one} or {other}", self.path))
                .hint("leave one of them out")
                .into()),
            (None, _) => {
                let failure = self.wrong_name(format!("`{}` does not say which kind it is", self.path));
                Err(failure.hint(format!("it has one of {}", kinds.join(", "))).into())
            }
        }
    }

    /// A mistake that begins with the name.
    fn wrong_name(&self, message: impl AsRef<str>) -> Failure {
        wrong(self.source, self.name_position.unwrap_or(self.node.position), message.as_ref())
    }

    /// What each name of a mapping stands for.
    pub(super) fn named<T>(&self, read: impl Fn(&str, &Self) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for (name, position, place) in self.entries()? {
            if let Err(reason) = check_name(name) {
                return Err(wrong(self.source, position, &format!("`{name}` {reason}")).hint(NAME_HINT).into());
            }
            all.push(read(name, &place)?);
        }
        Ok(all)
    }

    pub(super) fn entries(&self) -> Result<Vec<(&'a str, Position, Self)>> {
        match &self.node.content {
            Content::Mapping(entries) => {
                Ok(entries.iter().map(|entry| (entry.name.as_str(), entry.position, self.below(entry))).collect())
            }
            Content::Scalar(scalar) if scalar.text.is_empty() && scalar.style == Style::Plain => Ok(Vec::new()),
            _ if self.path.is_empty() => Err(self.wrong("a project is names and values").into()),
            _ => Err(self.wrong(format!("`{}` is names and values", self.path)).into()),
        }
    }

    pub(super) fn text(&self) -> Result<String> {
        match &self.node.content {
            Content::Scalar(scalar) => Ok(scalar.text.clone()),
            _ => Err(self.wrong(format!("`{}` is a single value", self.path)).into()),
        }
    }

    /// A value that says something.
    pub(super) fn some_text(&self) -> Result<String> {
        let text = self.text()?;
        match text.is_empty() {
            true => Err(self.wrong(format!("`{}` says nothing", self.path)).into()),
            false => Ok(text),
        }
    }

    pub(super) fn plain_name(&self) -> Result<String> {
        let text = self.text()?;
        match check_name(&text) {
            Ok(()) => Ok(text),
            Err(reason) => Err(self.wrong(format!("`{text}` {reason}")).hint(NAME_HINT).into()),
        }
    }

    /// A namespace, as Kubernetes lets them be called.
    pub(super) fn namespace(&self) -> Result<String> {
        let text = self.text()?;
        let is_plain = text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
        let fits = (1..=LONGEST_NAMESPACE).contains(&text.len());
        if fits && is_plain && !text.starts_with('-') && !text.ends_with('-') {
            return Ok(text);
        }
        let failure = self.wrong(format!("`{}` cannot have `{text}`", self.path));
        Err(failure.hint("a namespace is lower-case letters, digits and `-`, at most 63").into())
    }

    /// A name of KAR's: `kar` splits its arguments at blanks and commas.
    pub(super) fn word(&self) -> Result<String> {
        let text = self.text()?;
        let is_word = !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-.".contains(c));
        if is_word {
            return Ok(text);
        }
        Err(self
            .wrong(format!("`{}` cannot be `{text}`", self.path))
            .hint("names in a KAR application are letters, digits, `-` and `.`")
            .into())
    }

    pub(super) fn items<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Vec<T>> {
        let Content::Sequence(items) = &self.node.content else {
            return Err(self.wrong(format!("`{}` is a list", self.path)).hint("write it as [a, b]").into());
        };
        items.iter().map(|node| read(&Place { path: self.path.clone(), node, name_position: None, ..*self })).collect()
    }

    pub(super) fn number<T: FromStr + PartialOrd + Display>(&self, range: std::ops::RangeInclusive<T>) -> Result<T> {
        let text = self.text()?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (path, from, to) = (&self.path, range.start(), range.end());
            self.wrong(format!("`{path}` is a whole number from {from} to {to}, not `{text}`")).into()
        })
    }

    pub(super) fn verbosity(&self) -> Result<String> {
        let text = self.text()?;
        if VERBOSITIES.contains(&text.as_str()) {
            return Ok(text);
        }
        Err(self.wrong(format!("`{}` is one of {}, not `{text}`", self.path, VERBOSITIES.join(", "))).into())
    }

    pub(super) fn variables(&self) -> Result<Vec<(String, String)>> {
        self.entries()?.into_iter().map(|(name, _, place)| Ok((name.to_owned(), place.text()?))).collect()
    }

    /// A path that stays in the project's folder, so that the file means the same on every machine.
    pub(super) fn path_below(&self) -> Result<String> {
        let text = self.text()?;
        let leaves = text.is_empty() || text.starts_with('/') || text.split('/').any(|part| part == "..");
        if !leaves {
            return Ok(text);
        }
        Err(self.wrong(format!("`{}` is a path below the folder of the file, not `{text}`", self.path)).into())
    }

    pub(super) fn version(&self) -> Result<()> {
        let text = self.text()?;
        if text == VERSION {
            return Ok(());
        }
        let failure = self.wrong(format!("the file is of version {text}, and this karctl reads version {VERSION}"));
        match text.parse::<u32>() {
            Ok(newer) if newer > 1 => Err(failure.hint("use the karctl that wrote it, or a newer one").into()),
            _ => Err(failure.hint(format!("write `version: {VERSION}`: there was none before it")).into()),
        }
    }
}

pub(super) fn wrong(source: &str, position: Position, message: &str) -> Failure {
    let Position { line, column } = position;
    Failure::usage(format!("{source}:{line}:{column}: {message}")).code(Code::BadProject)
}
