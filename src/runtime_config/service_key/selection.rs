//! Which of several keys is meant. Their names are not unique, and IBM's own tools match them by prefix.

use serde_json::{Map, Value};

use super::{Selection, Service};
use crate::code::Code;
use crate::error::{Failure, Result};

/// One service key, or credentials alone.
#[derive(Clone, Copy)]
pub(super) struct Key<'a> {
    pub(super) service: Service,
    /// The whole key; `None` where there are credentials only.
    whole: Option<&'a Map<String, Value>>,
    /// What is under `credentials`.
    pub(super) credentials: &'a Value,
}

impl<'a> Key<'a> {
    /// `None` for a key of another service, and for one that is being removed.
    pub(super) fn of(value: &'a Value) -> Option<Self> {
        let object = value.as_object()?;
        let Some(source) = object.get("source_crn").and_then(Value::as_str) else {
            // Without a CRN, what the credentials hold tells whose they are.
            let credentials = object.get("credentials").unwrap_or(value);
            let whole = object.contains_key("credentials").then_some(object);
            return Some(Self { service: by_content(credentials)?, whole, credentials });
        };
        let is_gone = object.get("state").and_then(Value::as_str).is_some_and(|state| state != "active");
        let service =
            [Service::Redis, Service::Kafka].into_iter().find(|service| part(source, 4) == Some(service.in_crn()));
        let credentials = object.get("credentials").unwrap_or(&Value::Null);
        service.filter(|_| !is_gone).map(|service| Self { service, whole: Some(object), credentials })
    }

    fn text(&self, member: &str) -> Option<&'a str> {
        self.whole?.get(member)?.as_str()
    }

    /// The region of the service.
    pub(super) fn region(&self) -> Option<&'a str> {
        part(self.text("source_crn")?, 5).filter(|region| !region.is_empty() && *region != "global")
    }

    /// Whether it could be read only when it was made.
    pub(super) fn is_onetime(&self) -> bool {
        self.whole.and_then(|key| key.get("onetime_credentials")).and_then(Value::as_bool) == Some(true)
    }

    /// The subject of a sentence: the key, its service, its guid.
    pub(super) fn title(&self) -> String {
        let service = self.service.title();
        match (self.text("name"), self.text("guid")) {
            (Some(name), Some(guid)) => format!("service key `{}` of {service} ({})", shown(name), shown(guid)),
            (Some(name), None) => format!("service key `{}` of {service}", shown(name)),
            (None, Some(guid)) => format!("service key of {service} ({})", shown(guid)),
            (None, None) => format!("service key of {service}"),
        }
    }

    /// A line of a list to choose from.
    fn choice(&self) -> String {
        let guid = shown(self.text("guid").unwrap_or("a key without a guid"));
        let place = self.region().map(|region| format!("in {}", shown(region)));
        let made = self.text("created_at").map(|time| format!("made {}", shown(time)));
        let more: Vec<_> = place.into_iter().chain(made).collect();
        if more.is_empty() { guid } else { format!("{guid} ({})", more.join(", ")) }
    }
}

/// Names and ids come from elsewhere: control characters are shown as escapes.
fn shown(text: &str) -> String {
    text.escape_debug().to_string()
}

/// A part of `crn:v1:bluemix:public:databases-for-redis:us-south:a/ACCOUNT:INSTANCE::`, counted from zero.
fn part(crn: &str, index: usize) -> Option<&str> {
    crn.split(':').nth(index)
}

fn by_content(credentials: &Value) -> Option<Service> {
    if credentials.pointer("/connection/rediss").is_some() {
        Some(Service::Redis)
    } else if credentials.get("kafka_brokers_sasl").is_some() || credentials.get("bootstrap_endpoints").is_some() {
        Some(Service::Kafka)
    } else {
        None
    }
}

/// The one key of a service that is meant.
///
/// # Errors
/// When there is none, or more than one; then its guids are listed.
pub(super) fn choose<'k, 'a>(keys: &'k [Key<'a>], service: Service, selection: Selection<'_>) -> Result<&'k Key<'a>> {
    let wanted_id = match service {
        Service::Redis => selection.redis_id,
        Service::Kafka => selection.kafka_id,
    };
    // Credentials alone have no name, and stand for any.
    let is_named =
        |key: &&Key<'_>| selection.name.is_none_or(|name| key.text("name").is_none_or(|of_key| of_key == name));
    let of_service: Vec<_> = keys.iter().filter(|key| key.service == service).filter(is_named).collect();
    let is_wanted = |key: &&&Key<'_>| {
        wanted_id.is_none_or(|id| [key.text("guid"), key.text("id"), key.text("crn")].contains(&Some(id)))
    };
    let found: Vec<_> = of_service.iter().filter(is_wanted).copied().collect();
    match found.as_slice() {
        [key] => Ok(key),
        [] => Err(none(&of_service, service, selection, wanted_id).into()),
        several => Err(ambiguous(several, service, selection).into()),
    }
}

fn named(selection: Selection<'_>) -> String {
    selection.name.map(|name| format!(" `{}`", shown(name))).unwrap_or_default()
}

fn list(keys: &[&Key<'_>]) -> String {
    keys.iter().map(|key| key.choice()).collect::<Vec<_>>().join(", ")
}

fn none(of_service: &[&Key<'_>], service: Service, selection: Selection<'_>, wanted_id: Option<&str>) -> Failure {
    let (title, name) = (service.title(), named(selection));
    let failure = match wanted_id {
        Some(id) if !of_service.is_empty() => {
            Failure::new(format!("no service key{name} of {title} has the guid `{}`", shown(id)))
                .hint(format!("give {} one of {}", service.option(), list(of_service)))
        }
        _ => Failure::new(format!("there is no service key{name} of {title}")).hint(
            "both services need a service key of this name: `ibmcloud resource service-key-create NAME --instance-name INSTANCE`",
        ),
    };
    failure.code(Code::ServiceKeyMissing)
}

fn ambiguous(keys: &[&Key<'_>], service: Service, selection: Selection<'_>) -> Failure {
    let message =
        format!("{} service keys{} of {} are there: {}", keys.len(), named(selection), service.title(), list(keys));
    Failure::new(message).hint(format!("choose one with {} GUID", service.option())).code(Code::ServiceKeyAmbiguous)
}
