//! Code Engine of one region: its projects, and what is in them.

mod app;
mod project;
mod secret;

use reqwest::Method;
use serde::{Deserialize, Deserializer};

use super::Service;
use super::call::Ask;

pub use app::{App, AppSpec, AppStatus, ContainerState, Instance, Revision, Variable, Visibility};
pub use project::{Project, ProjectStatus};
pub use secret::{GENERIC_FORMAT, REGISTRY_FORMAT, SecretObject};

/// The version of the API that these requests are written for, by its date.
/// <https://cloud.ibm.com/apidocs/codeengine/v2#versioning>
const VERSION: &str = "2025-07-10";

/// What says which state of an object is meant, for `If-Match`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EntityTag(String);

impl EntityTag {
    /// As it is sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A text of digits, which some answers have as a number.
impl<'de> Deserialize<'de> for EntityTag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            Number(u64),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::Text(text) => text,
            Either::Number(number) => number.to_string(),
        }))
    }
}

/// A request for Code Engine: `segments` follow `/v2`.
pub(super) fn ask(method: Method, segments: &[&str], what: impl Into<String>) -> Ask {
    let segments = [&["v2"], segments].concat();
    Ask::new(method, Service::CodeEngine, &segments, what).query("version", VERSION)
}

/// A request about something in a project: `below` follows `/v2/projects/ID`.
pub(super) fn ask_project(method: Method, project: &str, below: &[&str], what: impl Into<String>) -> Ask {
    let segments = [&["projects", project], below].concat();
    ask(method, &segments, what).of_project(project)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entity_tag_is_read_as_text_and_as_a_number() {
        for text in ["\"2385407409\"", "2385407409"] {
            let tag: EntityTag = serde_json::from_str(text).expect("a tag");
            assert_eq!(tag.as_str(), "2385407409");
        }
    }
}
