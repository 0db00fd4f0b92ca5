//! The annotations of a pod, read and checked.

use std::fmt;

use serde_json::Value;

use super::{CONFIG_FOLDER, Refusal};

/// The name of the application; asks for injection by being there.
pub const APP: &str = "kar.ibm.com/app";
/// `true`, the default: a container of its own. Anything else: the application's image starts `kar`.
const SIDECAR_CONTAINER: &str = "kar.ibm.com/sidecarContainer";
/// The service that the pod offers.
pub const SERVICE: &str = "kar.ibm.com/service";
/// The types of actors that the pod hosts, separated by commas.
const ACTORS: &str = "kar.ibm.com/actors";
/// The port of the application.
const APP_PORT: &str = "kar.ibm.com/appPort";
/// The port of `kar` itself.
const RUNTIME_PORT: &str = "kar.ibm.com/runtimePort";
/// How much `kar` says.
const VERBOSE: &str = "kar.ibm.com/verbose";
/// More arguments, separated by commas; `\,` is a comma.
const EXTRA_ARGS: &str = "kar.ibm.com/extraArgs";

/// Every annotation that injection reads.
pub const ANNOTATIONS: [&str; 8] =
    [APP, SIDECAR_CONTAINER, SERVICE, ACTORS, APP_PORT, RUNTIME_PORT, VERBOSE, EXTRA_ARGS];

const DEFAULT_APP_PORT: u16 = 8080;
const DEFAULT_RUNTIME_PORT: u16 = 3500;

/// The words that `kar` takes for `-v`, which it silently ignores otherwise.
const VERBOSITIES: [&str; 5] = ["fatal", "error", "warning", "info", "debug"];

/// A value of a label is no longer than this.
const LONGEST_LABEL: usize = 63;

/// Where `kar` runs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// In a container of its own.
    Sidecar,
    /// In the application's containers, whose images start it.
    InContainer,
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Sidecar => "sidecar",
            Self::InContainer => "in-container",
        })
    }
}

/// What a pod's annotations ask for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Application {
    /// The application's name.
    pub name: String,
    /// Where `kar` runs.
    pub mode: Mode,
    /// The service's name.
    pub service: Option<String>,
    /// The types of actors, as they were written.
    pub actors: Option<String>,
    /// The application's port.
    pub app_port: u16,
    /// The port of `kar`.
    pub runtime_port: u16,
    /// The argument of `-v`.
    pub verbosity: Option<String>,
    /// What comes last on the command line.
    pub extra: Vec<String>,
}

impl Application {
    /// Reads the annotations of a pod, with what is to be warned of; `None` without [`APP`].
    ///
    /// # Errors
    /// When a value could never work.
    pub fn of(pod: &Value) -> Result<Option<(Self, Vec<String>)>, Refusal> {
        let mut warnings = Vec::new();
        if text(pod, APP)?.is_none() {
            return Ok(None);
        }
        let mut optional = |name| -> Result<Option<String>, Refusal> {
            let value = text(pod, name)?;
            if value == Some("") {
                warnings.push(format!("annotation {name} is empty and was left out"));
            }
            Ok(value.filter(|value| !value.is_empty()).map(str::to_owned))
        };
        let service = optional(SERVICE)?;
        let actors = optional(ACTORS)?;
        let verbosity = optional(VERBOSE)?;
        let extra = optional(EXTRA_ARGS)?.map(|text| split(&text)).unwrap_or_default();
        let application = Self {
            name: label(APP, text(pod, APP)?.unwrap_or_default())?,
            mode: mode(text(pod, SIDECAR_CONTAINER)?, &mut warnings),
            service: service.map(|service| label(SERVICE, &service)).transpose()?,
            actors,
            app_port: port(APP_PORT, text(pod, APP_PORT)?, DEFAULT_APP_PORT)?,
            runtime_port: port(RUNTIME_PORT, text(pod, RUNTIME_PORT)?, DEFAULT_RUNTIME_PORT)?,
            verbosity,
            extra,
        };
        application.check(&mut warnings)?;
        Ok(Some((application, warnings)))
    }

    fn check(&self, warnings: &mut Vec<String>) -> Result<(), Refusal> {
        if self.app_port == self.runtime_port {
            let port = self.app_port;
            return Err(Refusal(format!(
                "annotations {APP_PORT} and {RUNTIME_PORT} are both {port}; one port has one listener"
            )));
        }
        if let Some(word) = self.verbosity.as_deref().filter(|word| !is_verbosity(word)) {
            warnings.push(format!(
                "annotation {VERBOSE} is {word:?}, which kar ignores; it knows {}",
                VERBOSITIES.join(", ")
            ));
        }
        let has_blank = |argument: &&String| argument.contains(char::is_whitespace);
        if let Some(argument) = self.arguments().iter().find(has_blank)
            && self.mode == Mode::InContainer
        {
            warnings.push(format!("argument {argument:?} has a blank, at which the image's shell splits it"));
        }
        Ok(())
    }

    /// The arguments of `kar run` after the application's name; those of KAR_EXTRA_ARGS are the same without
    /// `-sidecar_mode`.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["-kubernetes_mode".to_owned(), "-config_dir".to_owned(), CONFIG_FOLDER.to_owned()];
        if self.mode == Mode::Sidecar {
            arguments.push("-sidecar_mode".to_owned());
        }
        let mut option = |name: &str, value: Option<String>| {
            arguments.extend(value.into_iter().flat_map(|value| [name.to_owned(), value]));
        };
        option("-service", self.service.clone());
        option("-actors", self.actors.clone());
        option("-app_port", Some(self.app_port.to_string()));
        option("-runtime_port", Some(self.runtime_port.to_string()));
        option("-v", self.verbosity.clone());
        arguments.extend(self.extra.iter().cloned());
        arguments
    }
}

/// A value of an annotation, which is text in all that an API server takes.
fn text<'p>(pod: &'p Value, name: &str) -> Result<Option<&'p str>, Refusal> {
    match pod.pointer("/metadata/annotations").and_then(|annotations| annotations.get(name)) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(value)) => Ok(Some(value)),
        Some(other) => {
            Err(Refusal(format!("annotation {name} is {other}, but has to be text: write \"{other}\" in quotes")))
        }
    }
}

fn mode(value: Option<&str>, warnings: &mut Vec<String>) -> Mode {
    match value {
        None | Some("true") => Mode::Sidecar,
        Some("false") => Mode::InContainer,
        Some(other) => {
            warnings.push(format!(
                "annotation {SIDECAR_CONTAINER} is {other:?}, neither \"true\" nor \"false\"; taken for \"false\""
            ));
            Mode::InContainer
        }
    }
}

fn port(name: &str, value: Option<&str>, default: u16) -> Result<u16, Refusal> {
    let Some(value) = value else { return Ok(default) };
    let is_plain = value.bytes().all(|c| c.is_ascii_digit());
    let port = if is_plain { value.parse().ok().filter(|port| *port > 0) } else { None };
    port.ok_or_else(|| Refusal(format!("annotation {name} is {value:?}, but has to be a port from 1 to 65535")))
}

/// The names also become labels, so they must be values of such.
fn label(name: &str, value: &str) -> Result<String, Refusal> {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    let is_label = value.len() <= LONGEST_LABEL
        && value.starts_with(|c: char| c.is_ascii_alphanumeric())
        && value.ends_with(|c: char| c.is_ascii_alphanumeric())
        && value.chars().all(is_inner);
    if is_label {
        return Ok(value.to_owned());
    }
    Err(Refusal(format!(
        "annotation {name} is {value:?}, but has to be a value of a label: 1 to {LONGEST_LABEL} letters, digits, `-`, `_` \
         or `.`, the first and the last a letter or digit"
    )))
}

fn is_verbosity(word: &str) -> bool {
    VERBOSITIES.contains(&word) || word.parse::<i64>().is_ok()
}

/// Splits at commas; `\,` is a comma, and a backslash before anything else is one. What is empty is left out, since `kar`
/// would take it for the end of its options.
fn split(text: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match (c, parts.last_mut()) {
            ('\\', Some(part)) if rest.peek() == Some(&',') => part.extend(rest.next()),
            (',', _) => parts.push(String::new()),
            (c, Some(part)) => part.push(c),
            (_, None) => {}
        }
    }
    parts.retain(|part| !part.is_empty());
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extra_arguments_are_split_at_commas_that_are_not_escaped() {
        for (text, parts) in [
            ("-a=1,-b", &["-a=1", "-b"][..]),
            (
                r"-kafka_topic_config=retention.ms=1\,segment.ms=2,-x",
                &["-kafka_topic_config=retention.ms=1,segment.ms=2", "-x"],
            ),
            (r"a\b,c\", &[r"a\b", r"c\"]),
            (",,-x,", &["-x"]),
            ("", &[]),
        ] {
            assert_eq!(split(text), parts, "{text}");
        }
    }
}
