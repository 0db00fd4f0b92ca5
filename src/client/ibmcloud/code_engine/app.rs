//! Applications of a project, their revisions and instances.

use reqwest::Method;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value, json};

use super::super::Session;
use super::super::call::{Ask, Payload};
use super::super::error::Result;
use super::{EntityTag, ask_project};
use crate::redacted::{REDACTED, Secret};

/// What an application is made with: the fields that karctl knows. Code Engine has more, which keep their defaults, or
/// what somebody else gave them. An application that somebody else made may lack any of them, or have them as null.
/// <https://cloud.ibm.com/apidocs/codeengine/v2#create-app>
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct AppSpec {
    /// The image.
    #[serde(default, deserialize_with = "or_default")]
    pub image_reference: String,
    /// The port that it listens on.
    #[serde(default)]
    pub image_port: Option<u16>,
    /// The secret with the login for its registry.
    #[serde(default)]
    pub image_secret: Option<String>,
    /// From where it can be called.
    #[serde(default, deserialize_with = "or_default")]
    pub managed_domain_mappings: Visibility,
    /// Replaces the image's arguments where it is not empty.
    #[serde(default, deserialize_with = "or_default")]
    pub run_arguments: Vec<String>,
    /// Variables of its environment, without those that Code Engine adds.
    #[serde(default, deserialize_with = "or_default")]
    pub run_env_variables: Vec<Variable>,
    /// Processors of an instance, such as `0.5`.
    #[serde(default, deserialize_with = "or_default")]
    pub scale_cpu_limit: String,
    /// Memory of an instance, such as `4G` or `500M`.
    #[serde(default, deserialize_with = "or_default")]
    pub scale_memory_limit: String,
    /// Instances at least.
    #[serde(default, deserialize_with = "or_default")]
    pub scale_min_instances: u32,
    /// Instances at most.
    #[serde(default, deserialize_with = "or_default")]
    pub scale_max_instances: u32,
}

/// From where an application can be called.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Visibility {
    /// From its project only.
    Local,
    /// From IBM's private network too.
    LocalPrivate,
    /// From everywhere.
    LocalPublic,
    /// Something that this karctl does not know, or nothing.
    #[default]
    #[serde(other)]
    Other,
}

/// A variable of an application's environment, or several from one secret.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(from = "VariableDocument")]
pub enum Variable {
    /// One with its value.
    Literal {
        /// Its name.
        name: String,
        /// Its value, which may be a password.
        value: Secret,
    },
    /// One for each key of a secret.
    SecretFullReference {
        /// Name of the secret.
        reference: String,
        /// What their names begin with.
        prefix: Option<String>,
    },
    /// One with the value of a secret's key.
    SecretKeyReference {
        /// Its name.
        name: String,
        /// Name of the secret.
        reference: String,
        /// The key.
        key: String,
    },
    /// Something that karctl never makes, such as one from a configmap.
    Other,
}

/// A variable as it is answered: which members there are is a matter of its type.
#[derive(Deserialize)]
struct VariableDocument {
    #[serde(default, rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    value: Option<Secret>,
    #[serde(default)]
    reference: Option<String>,
    #[serde(default)]
    key: Option<String>,
    #[serde(default)]
    prefix: Option<String>,
}

impl From<VariableDocument> for Variable {
    fn from(document: VariableDocument) -> Self {
        let VariableDocument { kind, name, value, reference, key, prefix } = document;
        match (kind.as_deref(), name, reference, key) {
            (Some("literal"), Some(name), ..) => {
                Self::Literal { name, value: value.unwrap_or_else(|| Secret::new("")) }
            }
            (Some("secret_full_reference"), _, Some(reference), _) => {
                Self::SecretFullReference { reference, prefix: prefix.filter(|prefix| !prefix.is_empty()) }
            }
            (Some("secret_key_reference"), Some(name), Some(reference), Some(key)) => {
                Self::SecretKeyReference { name, reference, key }
            }
            _ => Self::Other,
        }
    }
}

/// What is null is as good as missing.
fn or_default<'de, D: Deserializer<'de>, T: Default + Deserialize<'de>>(
    deserializer: D,
) -> std::result::Result<T, D::Error> {
    Option::deserialize(deserializer).map(Option::unwrap_or_default)
}

/// An application as it is there.
#[derive(Clone, Debug, Deserialize)]
pub struct App {
    /// Its name.
    pub name: String,
    /// What it was made with.
    #[serde(flatten)]
    pub spec: AppSpec,
    /// How it is.
    #[serde(default, deserialize_with = "or_default")]
    pub status: AppStatus,
    /// Why it is so.
    #[serde(default, deserialize_with = "or_default")]
    pub status_details: StatusDetails,
    /// Where it answers; `None` where its visibility is [`Visibility::Local`].
    #[serde(default)]
    pub endpoint: Option<String>,
    /// Where it answers within its project.
    #[serde(default)]
    pub endpoint_internal: Option<String>,
    /// Which state of it this is.
    #[serde(default, deserialize_with = "or_default")]
    pub entity_tag: EntityTag,
    /// When it was made, as RFC 3339.
    #[serde(default)]
    pub created_at: Option<String>,
}

/// How an application is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum AppStatus {
    /// Its newest revision serves.
    Ready,
    /// Its newest revision is on its way.
    #[default]
    Deploying,
    /// Its newest revision failed; an older one serves.
    Warning,
    /// No revision serves.
    Failed,
    /// Something that this karctl does not know.
    #[serde(other)]
    Other,
}

impl std::fmt::Display for AppStatus {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Ready => "ready",
            Self::Deploying => "deploying",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Other => "unknown",
        })
    }
}

/// Why an application is as it is.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct StatusDetails {
    /// In one word, such as `no_revision_ready`.
    #[serde(default)]
    pub reason: Option<String>,
    /// The newest revision.
    #[serde(default)]
    pub latest_created_revision: Option<String>,
    /// The newest one that serves.
    #[serde(default)]
    pub latest_ready_revision: Option<String>,
}

/// A running copy of a revision.
#[derive(Clone, Debug, Deserialize)]
pub struct Instance {
    /// Its name.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// The revision that it is a copy of.
    #[serde(default, deserialize_with = "or_default")]
    pub revision_name: String,
    /// `pending`, `running`, `succeeded` or `failed`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    /// When it was made, as RFC 3339.
    #[serde(default)]
    pub created_at: Option<String>,
    /// How its containers are.
    #[serde(default, deserialize_with = "or_default")]
    pub status_details: InstanceDetails,
}

/// How the containers of an instance are.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct InstanceDetails {
    /// How often a container was started again.
    #[serde(default, deserialize_with = "or_default")]
    pub restarts: u32,
    /// The application's own.
    #[serde(default, deserialize_with = "or_default")]
    pub user_container: ContainerStates,
}

/// How a container is, and was before.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ContainerStates {
    /// Now.
    #[serde(default)]
    pub current_state: Option<ContainerState>,
    /// Before it was started again.
    #[serde(default)]
    pub last_observed_state: Option<ContainerState>,
}

/// How a container is.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct ContainerState {
    /// `pending`, `running` or `terminated`.
    #[serde(default)]
    pub container_status: Option<String>,
    /// In one word, such as `ErrImagePull`.
    #[serde(default)]
    pub reason: Option<String>,
    /// With which status its program ended.
    #[serde(default)]
    pub exit_code: Option<i32>,
}

/// A state of an application that was asked for.
#[derive(Clone, Debug, Deserialize)]
pub struct Revision {
    /// Such as `hello-00001`.
    #[serde(default, deserialize_with = "or_default")]
    pub name: String,
    /// `ready`, `loading`, `warning` or `failed`.
    #[serde(default, deserialize_with = "or_default")]
    pub status: String,
    /// Its image.
    #[serde(default, deserialize_with = "or_default")]
    pub image_reference: String,
}

impl Variable {
    /// Its name; of several, there is none.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Literal { name, .. } | Self::SecretKeyReference { name, .. } => Some(name),
            Self::SecretFullReference { .. } | Self::Other => None,
        }
    }

    fn document(&self, shows: &impl Fn(&str) -> bool) -> Value {
        match self {
            Self::Literal { name, value } => {
                let value = if shows(name) { value.expose() } else { REDACTED };
                json!({ "type": "literal", "name": name, "value": value })
            }
            Self::SecretFullReference { reference, prefix: None } => {
                json!({ "type": "secret_full_reference", "reference": reference })
            }
            Self::SecretFullReference { reference, prefix: Some(prefix) } => {
                json!({ "type": "secret_full_reference", "reference": reference, "prefix": prefix })
            }
            Self::SecretKeyReference { name, reference, key } => {
                json!({ "type": "secret_key_reference", "name": name, "reference": reference, "key": key })
            }
            Self::Other => Value::Null,
        }
    }
}

impl AppSpec {
    /// The fields as they are sent; values of variables are hidden unless `shows` says yes to their names.
    pub fn document(&self, shows: impl Fn(&str) -> bool) -> Map<String, Value> {
        let variables: Vec<_> = self.run_env_variables.iter().map(|variable| variable.document(&shows)).collect();
        let document = json!({
            "image_reference": self.image_reference,
            "image_port": self.image_port,
            "image_secret": self.image_secret,
            "managed_domain_mappings": self.managed_domain_mappings,
            "run_arguments": self.run_arguments,
            "run_env_variables": variables,
            "scale_cpu_limit": self.scale_cpu_limit,
            "scale_memory_limit": self.scale_memory_limit,
            "scale_min_instances": self.scale_min_instances,
            "scale_max_instances": self.scale_max_instances,
        });
        let Value::Object(document) = document else { return Map::new() };
        document
    }

    /// The same for `POST`, which takes no null.
    pub fn creation(&self, name: &str, shows: impl Fn(&str) -> bool) -> Map<String, Value> {
        let mut document = Map::from_iter([("name".to_owned(), name.into())]);
        document.extend(self.document(shows).into_iter().filter(|(_, value)| !value.is_null()));
        document
    }

    /// The same for `PATCH`: these fields; null takes one away.
    pub fn patch(&self, fields: &[&str], shows: impl Fn(&str) -> bool) -> Map<String, Value> {
        self.document(shows).into_iter().filter(|(field, _)| fields.contains(&field.as_str())).collect()
    }

    fn values(&self) -> impl Iterator<Item = Secret> {
        self.run_env_variables.iter().filter_map(|variable| match variable {
            Variable::Literal { value, .. } => Some(value.clone()),
            _ => None,
        })
    }
}

fn ask_app(method: Method, project: &str, name: &str, verb: &str) -> Ask {
    ask_project(method, project, &["apps", name], format!("{verb} the application `{name}`"))
}

impl Session {
    /// Every application of a project.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn apps(&self, project: &str) -> Result<Vec<App>> {
        self.pages(ask_project(Method::GET, project, &["apps"], "list the applications"), "apps").await
    }

    /// An application; `None` where there is none.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn app(&self, project: &str, name: &str) -> Result<Option<App>> {
        match self.send(&ask_app(Method::GET, project, name, "read")).await {
            Err(error) if error.is_not_found() => Ok(None),
            answer => answer?.json().map(Some),
        }
    }

    /// Makes an application, which is not ready yet when this returns.
    ///
    /// # Errors
    /// When Code Engine refuses. A conflict says that there is one; whether it is the one of an attempt that was not
    /// answered is for the caller to see.
    pub async fn create_app(&self, project: &str, name: &str, wanted: &AppSpec) -> Result<App> {
        let what = format!("create the application `{name}`");
        let body = Value::Object(wanted.creation(name, |_| true));
        let ask = ask_project(Method::POST, project, &["apps"], what);
        self.send(&ask.with(Payload::json(&body)).hiding(wanted.values())).await?.json()
    }

    /// Brings these fields of an application to what is wanted, where it still is as it was looked at.
    ///
    /// # Errors
    /// When Code Engine refuses; a conflict where somebody else changed it meanwhile.
    pub async fn patch_app(&self, project: &str, there: &App, wanted: &AppSpec, fields: &[&str]) -> Result<App> {
        let body = Value::Object(wanted.patch(fields, |_| true));
        let ask = ask_app(Method::PATCH, project, &there.name, "change").if_match(there.entity_tag.as_str());
        self.send(&ask.with(Payload::merge_patch(&body)).hiding(wanted.values())).await?.json()
    }

    /// Asks for an application's end, which has not come yet when this returns; whether there was one.
    ///
    /// # Errors
    /// When Code Engine refuses.
    pub async fn delete_app(&self, project: &str, name: &str) -> Result<bool> {
        match self.send(&ask_app(Method::DELETE, project, name, "delete")).await {
            Err(error) if error.is_not_found() => Ok(error.is_doubtful()),
            answer => answer.map(|_| true),
        }
    }

    /// The running copies of an application; none where there is no such application.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn instances(&self, project: &str, name: &str) -> Result<Vec<Instance>> {
        self.of_app(project, name, "instances").await
    }

    /// The revisions of an application; none where there is no such application.
    ///
    /// # Errors
    /// When Code Engine does not say.
    pub async fn revisions(&self, project: &str, name: &str) -> Result<Vec<Revision>> {
        self.of_app(project, name, "revisions").await
    }

    async fn of_app<T: serde::de::DeserializeOwned>(&self, project: &str, name: &str, list: &str) -> Result<Vec<T>> {
        let what = format!("list the {list} of the application `{name}`");
        match self.pages(ask_project(Method::GET, project, &["apps", name, list], what), list).await {
            Err(error) if error.is_not_found() => Ok(Vec::new()),
            answer => answer,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn app(text: &str) -> App {
        serde_json::from_str(text).unwrap_or_else(|error| panic!("{text}: {error}"))
    }

    #[test]
    fn what_is_missing_or_null_in_somebody_elses_application_is_no_failure() {
        let bare = app(r#"{ "name": "a" }"#);
        let nulls = app(r#"{ "name": "a", "image_reference": null, "image_port": null, "image_secret": null,
                "managed_domain_mappings": null, "run_arguments": null, "run_env_variables": null,
                "scale_cpu_limit": null, "scale_memory_limit": null, "scale_min_instances": null,
                "scale_max_instances": null, "status": null, "status_details": null, "endpoint": null,
                "endpoint_internal": null, "entity_tag": null, "created_at": null }"#);
        assert_eq!((&nulls.spec, nulls.status), (&bare.spec, bare.status));
        assert_eq!(bare.spec.managed_domain_mappings, Visibility::Other);
        let instance: Instance = serde_json::from_str(
            r#"{ "name": null, "revision_name": null, "status": null,
                "status_details": { "restarts": null, "user_container": null } }"#,
        )
        .expect("an instance");
        assert_eq!(instance.status_details.restarts, 0);
    }

    #[test]
    fn a_variable_is_read_by_its_type_and_one_that_is_not_whole_is_another() {
        let variables =
            |text: &str| app(&format!(r#"{{ "name": "a", "run_env_variables": [{text}] }}"#)).spec.run_env_variables;
        let name = || "A".to_owned();
        let reference = || "s".to_owned();
        for (text, expected) in [
            (
                r#"{ "type": "literal", "name": "A", "value": "1" }"#,
                Variable::Literal { name: name(), value: Secret::new("1") },
            ),
            (
                r#"{ "type": "literal", "name": "A", "value": null }"#,
                Variable::Literal { name: name(), value: Secret::new("") },
            ),
            (
                r#"{ "type": "secret_full_reference", "reference": "s", "name": null, "prefix": "" }"#,
                Variable::SecretFullReference { reference: reference(), prefix: None },
            ),
            (
                r#"{ "type": "secret_key_reference", "name": "A", "reference": "s", "key": "k" }"#,
                Variable::SecretKeyReference { name: name(), reference: reference(), key: "k".to_owned() },
            ),
            (r#"{ "type": "secret_key_reference", "name": "A", "reference": "s" }"#, Variable::Other),
            (r#"{ "type": "secret_full_reference" }"#, Variable::Other),
            (r#"{ "type": "config_map_full_reference", "reference": "c" }"#, Variable::Other),
            (r#"{ "name": "A" }"#, Variable::Other),
        ] {
            assert_eq!(variables(text), [expected], "{text}");
        }
    }
}
