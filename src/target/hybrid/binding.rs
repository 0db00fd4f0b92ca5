//! What a plan binds a member to, beside which one it is: what it would be told of Kafka and Redis, its settings, what its
//! applications are made of. The steps of a plan are kinds of changes; these are their contents, as digests.
//!
//! Of passwords a plan has what [`ROUNDS`] rounds of PBKDF2 make of all of a member's together. It goes from one machine to
//! another, so a key that one of them keeps would bind it to that one; with a salt in the same file alone, millions of weak
//! passwords a second could be tried by whoever finds it. Its file has mode 0600 all the same.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use ring::pbkdf2::{PBKDF2_HMAC_SHA256, derive};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::apps;
use super::home::Home;
use super::members::Connection;
use super::services::config_for;
use super::up::Work;
use crate::error::Result;
use crate::runtime_config::RuntimeConfig;
use crate::services::Services;
use crate::settings::Settings;
use crate::settings::project::Member;

/// Rounds of PBKDF2-HMAC-SHA256, as OWASP's Password Storage Cheat Sheet asks for:
/// <https://cheatsheetseries.owasp.org/cheatsheets/Password_Storage_Cheat_Sheet.html#pbkdf2>.
const ROUNDS: NonZeroU32 = NonZeroU32::new(600_000).expect("more than none");

/// Length of a digest, in bytes.
const LENGTH: usize = 32;

/// Variables that say who asks, beside the passwords.
const USERS: [&str; 2] = ["KAFKA_USERNAME", "REDIS_USER"];

/// Digests of what a member would get, each hexadecimal.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Users and passwords of Kafka and Redis; absent where carrying the plan out makes them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<String>,
    /// Where Kafka and Redis are, and how they are spoken to; absent where carrying the plan out decides it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<String>,
    /// Its settings: those of the project, its profile, its values and the environment together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<String>,
    /// What each of its applications is built from, and its manifests.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub apps: BTreeMap<String, String>,
}

impl Binding {
    /// What is another now; `None` where nothing is. What was not known when a plan was made binds nobody; what is not known
    /// now is so because the home of the services would be changed, and that is a step that was not planned.
    pub fn difference(&self, now: &Self) -> Option<String> {
        let is_other = |planned: &Option<String>, now: &Option<String>| {
            planned.as_ref().zip(now.as_ref()).is_some_and(|(planned, now)| planned != now)
        };
        let what = if is_other(&self.credentials, &now.credentials) {
            "the services' credentials were".to_owned()
        } else if is_other(&self.addresses, &now.addresses) {
            "what it is told of Kafka and Redis was".to_owned()
        } else if self.settings != now.settings {
            "the settings were".to_owned()
        } else {
            let names = self.apps.keys().chain(now.apps.keys());
            let app = names.into_iter().find(|name| self.apps.get(*name) != now.apps.get(*name))?;
            format!("the app {app} was")
        };
        Some(format!("{what} changed since"))
    }
}

/// Makes bindings; what costs time is done once for all who share it.
pub(super) struct Binder<'a> {
    work: &'a Work<'a>,
    /// Where the services are, as far as that is known before the plan is carried out.
    services: Option<Services>,
    home: Home<'a>,
    /// The project's file, by its digest: the same password has another digest in another project.
    salt: &'a str,
    derived: BTreeMap<String, String>,
}

impl<'a> Binder<'a> {
    pub(super) fn new(work: &'a Work<'a>, services: Option<Services>, salt: &'a str) -> Result<Self> {
        Ok(Self { work, services, home: work.home()?, salt, derived: BTreeMap::new() })
    }

    /// What a member, or `services` for an instance that is none, would get.
    pub(super) fn bind(&mut self, name: &str) -> Result<Binding> {
        let joined = self.work.joined.iter().find(|joined| joined.member.name == name);
        let settings = match (&self.home, joined.map(|joined| joined.connected())) {
            (_, Some(Ok(Connection::Cluster { settings, .. } | Connection::Here { settings }))) => {
                Some(settings.clone())
            }
            (Home::Instance { settings, .. }, None) => Some(settings.clone()),
            _ => None,
        };
        let settings = settings.map(|settings| self.settings(&settings)).transpose()?;
        let Some(member) = joined.map(|joined| joined.member) else {
            return Ok(Binding { settings, ..Binding::default() });
        };
        let config = self.config(member);
        Ok(Binding {
            credentials: config.as_ref().map(|config| self.derive(credentials(config))),
            addresses: config.as_ref().map(|config| digest(&addresses(config))),
            settings,
            apps: apps::contents(self.work.order.hybrid, member)?,
        })
    }

    fn config(&self, member: &Member) -> Option<RuntimeConfig> {
        let home = self.work.order.hybrid.project.home();
        config_for(self.services.as_ref()?, home, member).ok()
    }

    /// Passwords among them are not part of their text.
    fn settings(&mut self, settings: &Settings) -> Result<String> {
        let text = serde_json::to_string(settings)?;
        let passwords = [("kafka", &settings.kafka.password), ("redis", &settings.redis.password)];
        let passwords = passwords.into_iter().filter_map(|(of, password)| Some((of, password.as_ref()?.expose())));
        let passwords: Vec<_> = passwords.collect();
        Ok(match passwords.is_empty() {
            true => digest(&text),
            false => self.derive(format!("{text} {passwords:?}")),
        })
    }

    fn derive(&mut self, text: String) -> String {
        if let Some(known) = self.derived.get(&text) {
            return known.clone();
        }
        let mut bytes = [0; LENGTH];
        derive(PBKDF2_HMAC_SHA256, ROUNDS, self.salt.as_bytes(), text.as_bytes(), &mut bytes);
        let derived: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        self.derived.insert(text, derived.clone());
        derived
    }
}

fn credentials(config: &RuntimeConfig) -> String {
    shown(config, true)
}

fn addresses(config: &RuntimeConfig) -> String {
    shown(config, false)
}

/// The variables that say who asks, or all others; each value is quoted, so that no two texts are the same by accident.
fn shown(config: &RuntimeConfig, says_who: bool) -> String {
    let variables = config.variables().into_iter();
    let meant = variables.filter(|one| (one.is_secret || USERS.contains(&one.name.as_str())) == says_who);
    meant.map(|one| format!("{}={:?}\n", one.name, one.value.as_ref().map(|value| value.expose()))).collect()
}

fn digest(text: &str) -> String {
    format!("{:x}", Sha256::digest(text))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::redacted::Secret;

    fn config() -> RuntimeConfig {
        RuntimeConfig {
            kafka_brokers: vec!["kafka.example:9093".to_owned()],
            kafka_password: Some(Secret::new("canary")),
            redis_host: Some("redis.example".to_owned()),
            redis_user: Some("karmesh".to_owned()),
            ..RuntimeConfig::default()
        }
    }

    #[test]
    fn every_variable_is_either_a_credential_or_an_address() {
        let (credentials, addresses) = (credentials(&config()), addresses(&config()));
        let names: Vec<_> = credentials.lines().chain(addresses.lines()).map(|line| line.split('=').next()).collect();
        assert_eq!(names.len(), crate::runtime_config::VARIABLE_COUNT);
        assert!(credentials.contains("canary") && !addresses.contains("canary"));
        assert!(addresses.contains("REDIS_HOST=Some(\"redis.example\")\n"), "{addresses}");
    }

    #[test]
    fn what_was_not_known_binds_nobody_and_what_was_is_named() {
        let some = |text: &str| Some(text.to_owned());
        let planned = Binding {
            credentials: some("c"),
            addresses: some("a"),
            settings: some("s"),
            apps: BTreeMap::from([("hello".to_owned(), "h".to_owned())]),
        };
        assert_eq!(planned.difference(&planned), None);
        let open = Binding { credentials: None, addresses: None, ..planned.clone() };
        assert_eq!(open.difference(&planned), None, "made on the way");
        assert_eq!(planned.difference(&open), None, "to be made on the way now");
        let told = |now: Binding| planned.difference(&now).unwrap_or_default();
        let other = || some("other");
        assert_eq!(
            told(Binding { credentials: other(), ..planned.clone() }),
            "the services' credentials were changed since"
        );
        assert_eq!(
            told(Binding { addresses: other(), ..planned.clone() }),
            "what it is told of Kafka and Redis was changed since"
        );
        assert_eq!(told(Binding { settings: None, ..planned.clone() }), "the settings were changed since");
        let apps = BTreeMap::from([("hello".to_owned(), "other".to_owned())]);
        assert_eq!(told(Binding { apps, ..planned.clone() }), "the app hello was changed since");
        assert_eq!(told(Binding { apps: BTreeMap::new(), ..planned.clone() }), "the app hello was changed since");
    }
}
