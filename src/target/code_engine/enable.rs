//! `karctl ce enable`: gives a project what its components read of Kafka and Redis. Replaces kar-ce-project-enable.sh.
//!
//! The values go from the service keys into one secret of the project, over HTTPS and nowhere else: not into arguments, as
//! in the original, nor into a file. What is there is compared first; a change of somebody else's in between is seen.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::{Account, Project};
use super::component::RUNTIME_CONFIG;
use super::managed::Managed;
use super::project::ProjectSummary;
use crate::change::Change;
use crate::client::ibmcloud::code_engine::{GENERIC_FORMAT, REGISTRY_FORMAT, SecretObject};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};
use crate::redacted::Secret;
use crate::runtime_config::RuntimeConfig;
use crate::services::Vantage;

pub use crate::inject::PULL_SECRET;

/// A login for a registry of private images.
#[derive(Clone, Debug)]
pub struct RegistryLogin {
    /// Name of the secret, which `ce run --registry-secret` takes.
    pub secret: String,
    /// The registry, such as `us.icr.io`.
    pub server: String,
    /// The user; `iamapikey` for an API key of IBM Cloud.
    pub user: String,
    /// The password.
    pub password: Secret,
}

/// How `enable` works.
#[derive(Clone, Debug, Default)]
pub struct EnableOptions {
    /// A login for a registry, where images are private.
    pub registry: Option<RegistryLogin>,
    /// Fail where the services are in another region than the project.
    pub strict: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl ce enable -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Enabled {
    /// The project.
    pub project: ProjectSummary,
    /// The secrets, and what was done to each.
    pub secrets: Vec<WrittenSecret>,
    /// Region of Redis, where its service key tells it.
    pub redis_region: Option<String>,
    /// Region of Kafka, where its service key tells it.
    pub kafka_region: Option<String>,
    /// What works, but perhaps not as expected; one sentence each.
    pub warnings: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// A secret of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub struct WrittenSecret {
    /// Its name.
    pub name: String,
    /// Names of what it holds; values are never shown.
    pub keys: Vec<String>,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
}

/// Makes the secrets of a project hold what its components need.
///
/// # Errors
/// When the services are elsewhere and that is to be an error, a secret of another format is in the way, or Code Engine
/// refuses.
pub async fn enable(
    context: &Context,
    account: &Account,
    project: &Project,
    managed: &Managed,
    options: &EnableOptions,
) -> Result<Enabled> {
    let far = far_services(project, managed);
    if options.strict && !far.is_empty() {
        let failure = Failure::new(far.join("; ")).hint("leave --strict out where that is meant");
        return Err(failure.code(Code::RegionsDiffer).into());
    }
    for warning in &far {
        context.ui.warn(warning);
    }
    let mut wanted = vec![runtime_secret(&managed.services.runtime_config(Vantage::Host)?)];
    wanted.extend(options.registry.as_ref().map(registry_secret));
    let mut secrets = Vec::new();
    for secret in &wanted {
        let step = context.ui.step(format!("Writing the secret {}", secret.name));
        let change = match options.dry_run {
            true => rehearse(account, project, secret).await?,
            false => account.session.put_secret(&project.id, secret).await?,
        };
        let keys = secret.data.iter().flatten().map(|(name, _)| name.clone()).collect();
        step.skip();
        secrets.push(WrittenSecret { name: secret.name.clone(), keys, change });
    }
    Ok(Enabled {
        project: project.into(),
        secrets,
        redis_region: managed.redis_region.clone(),
        kafka_region: managed.kafka_region.clone(),
        warnings: managed.warnings.iter().cloned().chain(far).collect(),
        dry_run: options.dry_run,
    })
}

/// A sentence for each service that is in another region than the project.
pub fn far_services(project: &Project, managed: &Managed) -> Vec<String> {
    let services = [
        ("Redis", "every state of an actor", &managed.redis_region),
        ("Kafka", "every message", &managed.kafka_region),
    ];
    let far = services.into_iter().filter_map(|(service, what, region)| {
        let region = region.as_ref().filter(|region| !project.region.is_empty() && **region != project.region)?;
        let Project { name, region: here, .. } = project;
        Some(format!("{service} is in {region}, and the project `{name}` in {here}: {what} goes from one to the other"))
    });
    far.collect()
}

/// The variables that `kar` reads, by their names in capitals, as they become variables of an application.
fn runtime_secret(config: &RuntimeConfig) -> SecretObject {
    let variables = config.variables().into_iter();
    let data: BTreeMap<_, _> = variables.filter_map(|variable| Some((variable.name, variable.value?))).collect();
    SecretObject::new(RUNTIME_CONFIG, GENERIC_FORMAT, data)
}

fn registry_secret(login: &RegistryLogin) -> SecretObject {
    let data = [
        ("server", Secret::new(&login.server)),
        ("username", Secret::new(&login.user)),
        ("password", login.password.clone()),
    ];
    SecretObject::new(&login.secret, REGISTRY_FORMAT, data.map(|(name, value)| (name.to_owned(), value)).into())
}

async fn rehearse(account: &Account, project: &Project, wanted: &SecretObject) -> Result<Change> {
    Ok(match account.session.secret(&project.id, &wanted.name).await? {
        None => Change::Created,
        Some(there) if there.holds(wanted) => Change::Unchanged,
        Some(_) => Change::Updated,
    })
}

impl Enabled {
    /// The form for people.
    pub fn text(&self) -> String {
        let ProjectSummary { name, id, .. } = &self.project;
        let mut text = String::new();
        for WrittenSecret { name: secret, change, .. } in &self.secrets {
            let would = if self.dry_run && *change != Change::Unchanged { "would be " } else { "" };
            text.push_str(&format!("The secret {secret} of the project {name} ({id}): {would}{change}\n"));
        }
        let is_changed = self.secrets.iter().any(|secret| secret.change == Change::Updated);
        if is_changed && !self.dry_run {
            text.push_str("Components that run read it when they start: `karctl ce run` them again\n");
        }
        text
    }
}
