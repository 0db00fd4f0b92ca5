//! `karctl.yaml`, the one file of a project: typed and strict. Pure.
//!
//! Whatever is wrong with it is told with its line and column, and nothing in it is overlooked: a key that is not known is a
//! mistake. What `apps` says of a component is what KAR must know of it, wherever it runs.

use std::fmt::Display;
use std::str::FromStr;

use super::document::{Content, Node, Position, Style, parse};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::nearest::nearest;

/// Name of the file, in the project's folder.
pub const FILE: &str = "karctl.yaml";

/// The version of its form that is read and written.
const VERSION: &str = "1";

/// Names become those of containers, images and Kubernetes' objects, two of them joined; each of these takes 63 characters.
const LONGEST_NAME: usize = 30;

/// The folder of manifests, where the file names none.
pub const MANIFESTS: &str = "kubernetes";

/// The words that `kar` takes for `-v`.
const VERBOSITIES: [&str; 5] = ["fatal", "error", "warning", "info", "debug"];

/// What `karctl.yaml` says.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Project {
    /// What tells it from other projects, the same in every checkout; without it, each folder is a project of its own.
    pub project: Option<String>,
    /// The applications, in their order.
    pub apps: Vec<App>,
}

/// An application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct App {
    /// Its name; processes of one name form one application.
    pub name: String,
    /// Folder of its Kubernetes manifests, relative to the project's folder.
    pub manifests: String,
    /// Its parts, in their order.
    pub components: Vec<Component>,
}

/// A part of an application: what one image runs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Component {
    /// Its name within the application.
    pub name: String,
    /// Folder that its image is built from, relative to the project's folder.
    pub build: String,
    /// The Dockerfile, relative to that folder.
    pub dockerfile: String,
    /// The service that it offers.
    pub service: Option<String>,
    /// The types of actors that it hosts.
    pub actors: Vec<String>,
    /// Port that it listens on, in its container.
    pub port: u16,
    /// How many run.
    pub replicas: u16,
    /// How much `kar` says.
    pub verbosity: String,
    /// Further variables.
    pub environment: Vec<(String, String)>,
    /// Replaces the image's command where it is not empty.
    pub command: Vec<String>,
}

impl Component {
    /// A component with the defaults of everything but its name.
    pub fn new(name: impl Into<String>) -> Self {
        Self {
            name: name.into(),
            build: ".".to_owned(),
            dockerfile: "Dockerfile".to_owned(),
            service: None,
            actors: Vec::new(),
            port: 8080,
            replicas: 1,
            verbosity: "error".to_owned(),
            environment: Vec::new(),
            command: Vec::new(),
        }
    }

    /// Whether others call it; what nobody calls is a client, which may end when its work is done.
    pub fn serves(&self) -> bool {
        self.service.is_some() || !self.actors.is_empty()
    }
}

impl Project {
    /// Reads the text of a `karctl.yaml`; `source` is how its place is told.
    ///
    /// # Errors
    /// A usage failure with line and column for the first mistake.
    pub fn read(source: &str, text: &str) -> Result<Self> {
        let root = parse(text).map_err(|mistake| wrong(source, mistake.position, &mistake.message))?;
        let root = Place { source, path: String::new(), node: &root };
        let mut version = None;
        let mut project = None;
        let mut apps = Vec::new();
        for (key, place) in root.members(&["version", "project", "apps"])? {
            match key {
                "project" => project = Some(place.plain_name()?),
                "version" => version = Some(place.version()?),
                _ => apps = place.named(App::read)?,
            }
        }
        if version.is_none() {
            return Err(root.wrong("it does not say its `version`").hint("begin it with `version: 1`").into());
        }
        Ok(Self { project, apps })
    }
}

impl App {
    fn read(name: &str, place: &Place<'_>) -> Result<Self> {
        let mut app = Self { name: name.to_owned(), manifests: MANIFESTS.to_owned(), components: Vec::new() };
        for (key, place) in place.members(&["manifests", "components"])? {
            match key {
                "manifests" => app.manifests = place.path_below()?,
                _ => app.components = place.named(Component::read)?,
            }
        }
        if app.components.is_empty() {
            return Err(place.wrong(format!("`{}` has no components", place.path)).into());
        }
        Ok(app)
    }
}

impl Component {
    const KEYS: [&str; 9] =
        ["build", "dockerfile", "service", "actors", "port", "replicas", "verbose", "environment", "command"];

    fn read(name: &str, place: &Place<'_>) -> Result<Self> {
        let mut component = Self::new(name);
        for (key, place) in place.members(&Self::KEYS)? {
            match key {
                "build" => component.build = place.path_below()?,
                "dockerfile" => component.dockerfile = place.path_below()?,
                "service" => component.service = Some(place.word()?),
                "actors" => component.actors = place.items(Place::word)?,
                "port" => component.port = place.number(1..=u16::MAX)?,
                "replicas" => component.replicas = place.number(1..=MOST_REPLICAS)?,
                "verbose" => component.verbosity = place.verbosity()?,
                "environment" => component.environment = place.variables()?,
                _ => component.command = place.items(Place::text)?,
            }
        }
        Ok(component)
    }
}

/// More of one component are a mistake on any machine.
const MOST_REPLICAS: u16 = 1000;

/// A value, where it is, and the keys that lead to it.
struct Place<'a> {
    source: &'a str,
    path: String,
    node: &'a Node,
}

impl<'a> Place<'a> {
    fn wrong(&self, message: impl AsRef<str>) -> Failure {
        wrong(self.source, self.node.position, message.as_ref())
    }

    fn below(&self, name: &str, node: &'a Node) -> Self {
        let path = if self.path.is_empty() { name.to_owned() } else { format!("{}.{name}", self.path) };
        Self { source: self.source, path, node }
    }

    /// The members of a mapping, of which only these are known. Nothing at all is an empty mapping.
    fn members(&self, known: &[&'static str]) -> Result<Vec<(&'static str, Self)>> {
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

    /// What each name of a mapping stands for.
    fn named<T>(&self, read: impl Fn(&str, &Self) -> Result<T>) -> Result<Vec<T>> {
        let mut all = Vec::new();
        for (name, position, place) in self.entries()? {
            if let Err(reason) = check_name(name) {
                return Err(wrong(self.source, position, &format!("`{name}` {reason}")).hint(NAME_HINT).into());
            }
            all.push(read(name, &place)?);
        }
        Ok(all)
    }

    fn entries(&self) -> Result<Vec<(&'a str, Position, Self)>> {
        match &self.node.content {
            Content::Mapping(entries) => Ok(entries
                .iter()
                .map(|entry| (entry.name.as_str(), entry.position, self.below(&entry.name, &entry.value)))
                .collect()),
            Content::Scalar(scalar) if scalar.text.is_empty() && scalar.style == Style::Plain => Ok(Vec::new()),
            _ if self.path.is_empty() => Err(self.wrong("a project is names and values").into()),
            _ => Err(self.wrong(format!("`{}` is names and values", self.path)).into()),
        }
    }

    fn text(&self) -> Result<String> {
        match &self.node.content {
            Content::Scalar(scalar) => Ok(scalar.text.clone()),
            _ => Err(self.wrong(format!("`{}` is a single value", self.path)).into()),
        }
    }

    fn plain_name(&self) -> Result<String> {
        let text = self.text()?;
        match check_name(&text) {
            Ok(()) => Ok(text),
            Err(reason) => Err(self.wrong(format!("`{text}` {reason}")).hint(NAME_HINT).into()),
        }
    }

    /// A name of KAR's: `kar` splits its arguments at blanks and commas.
    fn word(&self) -> Result<String> {
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

    fn items<T>(&self, read: impl Fn(&Self) -> Result<T>) -> Result<Vec<T>> {
        let Content::Sequence(items) = &self.node.content else {
            return Err(self.wrong(format!("`{}` is a list", self.path)).hint("write it as [a, b]").into());
        };
        items.iter().map(|node| read(&Place { source: self.source, path: self.path.clone(), node })).collect()
    }

    fn number<T: FromStr + PartialOrd + Display>(&self, range: std::ops::RangeInclusive<T>) -> Result<T> {
        let text = self.text()?;
        let number = text.parse().ok().filter(|number| range.contains(number));
        number.ok_or_else(|| {
            let (path, from, to) = (&self.path, range.start(), range.end());
            self.wrong(format!("`{path}` is a whole number from {from} to {to}, not `{text}`")).into()
        })
    }

    fn verbosity(&self) -> Result<String> {
        let text = self.text()?;
        if VERBOSITIES.contains(&text.as_str()) {
            return Ok(text);
        }
        Err(self.wrong(format!("`{}` is one of {}, not `{text}`", self.path, VERBOSITIES.join(", "))).into())
    }

    fn variables(&self) -> Result<Vec<(String, String)>> {
        self.entries()?.into_iter().map(|(name, _, place)| Ok((name.to_owned(), place.text()?))).collect()
    }

    /// A path that stays in the project's folder, so that the file means the same on every machine.
    fn path_below(&self) -> Result<String> {
        let text = self.text()?;
        let leaves = text.is_empty() || text.starts_with('/') || text.split('/').any(|part| part == "..");
        if !leaves {
            return Ok(text);
        }
        Err(self.wrong(format!("`{}` is a path below the folder of the file, not `{text}`", self.path)).into())
    }

    fn version(&self) -> Result<()> {
        let text = self.text()?;
        if text == VERSION {
            return Ok(());
        }
        Err(self
            .wrong(format!("the file is of version {text}, and this karctl reads version {VERSION}"))
            .hint("use the karctl that wrote it, or a newer one")
            .into())
    }
}

/// What a name may be.
pub const NAME_HINT: &str = "use lower-case letters, digits and `-`, at most 30, and begin with a letter";

/// Checks the name of an application or component.
///
/// # Errors
/// Why it cannot be one.
pub fn check_name(name: &str) -> std::result::Result<(), &'static str> {
    let is_plain = name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-');
    if name.len() > LONGEST_NAME {
        return Err("is too long for a name");
    }
    if !is_plain || !name.starts_with(|c: char| c.is_ascii_lowercase()) || name.ends_with('-') {
        return Err("cannot be a name");
    }
    Ok(())
}

fn wrong(source: &str, position: Position, message: &str) -> Failure {
    let Position { line, column } = position;
    Failure::usage(format!("{source}:{line}:{column}: {message}")).code(Code::BadProject)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::error::report;

    fn project(text: &str) -> Project {
        Project::read("karctl.yaml", text).unwrap_or_else(|error| panic!("{error:#}"))
    }

    #[test]
    fn everything_that_can_be_said_is_read() {
        let text = "\
# the restaurant
version: 1
apps:
  dp:
    manifests: deploy
    components:
      table:
        build: table
        dockerfile: Dockerfile.dev
        service: host
        actors: [Cafe, Fork]
        port: 9090
        replicas: 2
        verbose: info
        environment: { GREETING: \"yes\", SIZE: 010 }
        command: [node, \"table.js\"]
      guest:
";
        let table = Component {
            build: "table".to_owned(),
            dockerfile: "Dockerfile.dev".to_owned(),
            service: Some("host".to_owned()),
            actors: vec!["Cafe".to_owned(), "Fork".to_owned()],
            port: 9090,
            replicas: 2,
            verbosity: "info".to_owned(),
            environment: vec![("GREETING".to_owned(), "yes".to_owned()), ("SIZE".to_owned(), "010".to_owned())],
            command: vec!["node".to_owned(), "table.js".to_owned()],
            ..Component::new("table")
        };
        let components = vec![table, Component::new("guest")];
        let app = App { name: "dp".to_owned(), manifests: "deploy".to_owned(), components };
        assert_eq!(project(text), Project { project: None, apps: vec![app] });
        assert_eq!(project("version: 1\n"), Project::default());
    }

    #[test]
    fn mistakes_are_told_with_their_place() {
        const HEAD: &str = "version: 1\napps:\n  a:\n    components:\n      b:\n";
        for (text, expected) in [
            ("apps:\n", "karctl.yaml:1:1: it does not say its `version`; begin it with `version: 1`"),
            ("version: 2\n", "karctl.yaml:1:10: the file is of version 2, and this karctl reads version 1; "),
            ("version: 1\nappps:\n", "karctl.yaml:2:1: unknown key `appps`; the nearest key is `apps`"),
            ("version: 1\nzzz: 1\n", "karctl.yaml:2:1: unknown key `zzz`; what can be here is version, project, apps"),
            ("version: 1\nproject: A\n", "karctl.yaml:2:10: `A` cannot be a name; use lower-case letters"),
            ("version: 1\napps:\n  A: {}\n", "karctl.yaml:3:3: `A` cannot be a name; use lower-case letters"),
            ("version: 1\napps:\n  a: {}\n", "karctl.yaml:3:6: `apps.a` has no components"),
            ("- 1\n", "karctl.yaml:1:1: a project is names and values"),
            ("version: 1\nversion: 1\n", "karctl.yaml:2:1: key `version` is there twice"),
        ] {
            assert_told(text, expected);
        }
        for (line, expected) in [
            ("service: a b", "`apps.a.components.b.service` cannot be `a b`; names in a KAR application are"),
            ("actors: Cafe", "`apps.a.components.b.actors` is a list; write it as [a, b]"),
            ("port: 0", "`apps.a.components.b.port` is a whole number from 1 to 65535, not `0`"),
            ("verbose: loud", "`apps.a.components.b.verbose` is one of fatal, error, warning, info, debug, not `loud`"),
            ("build: ../x", "`apps.a.components.b.build` is a path below the folder of the file, not `../x`"),
            ("command: { a: b }", "`apps.a.components.b.command` is a list"),
            ("environment: [a]", "`apps.a.components.b.environment` is names and values"),
        ] {
            let column = 9 + line.find(' ').unwrap_or_default() + 1;
            assert_told(&format!("{HEAD}        {line}\n"), &format!("karctl.yaml:6:{column}: {expected}"));
        }
    }

    #[track_caller]
    fn assert_told(text: &str, expected: &str) {
        let report = report(&Project::read("karctl.yaml", text).expect_err("a mistake"));
        let told = std::iter::once(report.message).chain(report.hints).collect::<Vec<_>>().join("; ");
        assert!(told.starts_with(expected), "{told}");
    }
}
