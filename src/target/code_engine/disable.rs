//! `karctl ce disable`: takes away what `ce enable` made, from the project that is named. Replaces
//! kar-ce-project-disable.sh, which took it from whatever project was targeted.

use std::time::Duration;

use schemars::JsonSchema;
use serde::Serialize;

use super::account::{Account, Project};
use super::component::RUNTIME_CONFIG;
use super::enable::PULL_SECRET;
use super::project::ProjectSummary;
use crate::change::Change;
use crate::client::ibmcloud::code_engine::{App, REGISTRY_FORMAT, Variable};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// Pause between two looks at a secret that is on its way out.
const LOOK: Duration = Duration::from_millis(500);

/// How `disable` works.
#[derive(Clone, Copy, Debug, Default)]
pub struct DisableOptions {
    /// Delete secrets that applications still use.
    pub force: bool,
    /// Leave the login for a registry of private images.
    pub keep_login: bool,
    /// Say what would be done, and do nothing.
    pub dry_run: bool,
}

/// What `karctl ce disable -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Disabled {
    /// The project.
    pub project: ProjectSummary,
    /// The secrets that `ce enable` makes, and what was done to each.
    pub secrets: Vec<DeletedSecret>,
    /// Applications that still refer to one of them.
    pub users: Vec<String>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// A secret of a project.
#[derive(Debug, Serialize, JsonSchema)]
pub struct DeletedSecret {
    /// Its name.
    pub name: String,
    /// What was done, or with `--dry-run` would be.
    pub change: Change,
}

/// Deletes the secrets that `ce enable` makes under the names that are KAR's own, unless applications use them.
///
/// # Errors
/// When applications use them and that is not forced, or Code Engine refuses.
pub async fn disable(
    context: &Context,
    account: &Account,
    project: &Project,
    options: DisableOptions,
) -> Result<Disabled> {
    let mut names = owned(account, project).await?;
    names.retain(|name| *name == RUNTIME_CONFIG || !options.keep_login);
    let users = match names.is_empty() {
        true => Vec::new(),
        false => users(&account.session.apps(&project.id).await?, &names),
    };
    if !users.is_empty() && !options.force {
        return Err(in_use(project, &users).into());
    }
    if !users.is_empty() {
        context
            .ui
            .warn(format!("applications still use them: {}; their next instances do not start", users.join(", ")));
    }
    let mut secrets = Vec::new();
    for name in [RUNTIME_CONFIG, PULL_SECRET] {
        let is_there = names.contains(&name);
        if is_there && !options.dry_run {
            delete(context, account, project, name).await?;
        }
        let change = if is_there { Change::Removed } else { Change::Unchanged };
        secrets.push(DeletedSecret { name: name.to_owned(), change });
    }
    Ok(Disabled { project: project.into(), secrets, users, dry_run: options.dry_run })
}

/// Those of the two secrets that are there. One of the second name is KAR's only where it is a login for a registry.
async fn owned(account: &Account, project: &Project) -> Result<Vec<&'static str>> {
    let session = &account.session;
    let (runtime, pull) =
        tokio::try_join!(session.secret(&project.id, RUNTIME_CONFIG), session.secret(&project.id, PULL_SECRET))?;
    let runtime = runtime.map(|_| RUNTIME_CONFIG);
    let pull = pull.filter(|secret| secret.format == REGISTRY_FORMAT).map(|_| PULL_SECRET);
    Ok(runtime.into_iter().chain(pull).collect())
}

/// The applications that refer to one of these secrets, sorted.
fn users(apps: &[App], names: &[&str]) -> Vec<String> {
    let refers = |variable: &Variable| match variable {
        Variable::SecretFullReference { reference, .. } | Variable::SecretKeyReference { reference, .. } => {
            names.contains(&reference.as_str())
        }
        _ => false,
    };
    let uses = |app: &&App| {
        let pulls = app.spec.image_secret.as_deref().is_some_and(|secret| names.contains(&secret));
        pulls || app.spec.run_env_variables.iter().any(refers)
    };
    let mut users: Vec<_> = apps.iter().filter(uses).map(|app| app.name.clone()).collect();
    users.sort();
    users
}

fn in_use(project: &Project, users: &[String]) -> Failure {
    let count =
        if users.len() == 1 { "an application uses".to_owned() } else { format!("{} applications use", users.len()) };
    Failure::new(format!("{count} the secrets of the project `{}`: {}", project.name, users.join(", ")))
        .hint("delete them first with `karctl ce delete NAME`, or give --force")
        .code(Code::CodeEngineSecretInUse)
}

/// Deletes a secret, and waits until it is gone: a new one of its name could not be made before.
async fn delete(context: &Context, account: &Account, project: &Project, name: &str) -> Result<()> {
    let step = context.ui.step(format!("Deleting the secret {name}"));
    account.session.delete_secret(&project.id, name).await?;
    while account.session.secret(&project.id, name).await?.is_some() {
        if context.deadline.left() <= LOOK {
            return Err(context.deadline.passed(&format!("the secret {name} to be gone"), "it is still there").into());
        }
        tokio::time::sleep(LOOK).await;
    }
    step.skip();
    Ok(())
}

impl Disabled {
    /// The form for people.
    pub fn text(&self) -> String {
        let ProjectSummary { name, id, .. } = &self.project;
        let line = |secret: &DeletedSecret| match secret.change {
            Change::Removed if self.dry_run => {
                format!("The secret {} of the project {name} ({id}): would be removed\n", secret.name)
            }
            Change::Removed => format!("The secret {} of the project {name} ({id}): removed\n", secret.name),
            _ => format!("The secret {} is not in the project {name} ({id})\n", secret.name),
        };
        self.secrets.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn an_application_uses_a_secret_whole_by_key_or_for_its_image() {
        let app = |name: &str, secret: serde_json::Value, variables: serde_json::Value| -> App {
            serde_json::from_value(json!({
                "name": name, "image_reference": "i", "image_secret": secret, "managed_domain_mappings": "local",
                "run_env_variables": variables, "scale_cpu_limit": "1", "scale_memory_limit": "4G",
                "scale_min_instances": 1, "scale_max_instances": 1,
            }))
            .expect("an application")
        };
        let full = json!([{ "type": "secret_full_reference", "reference": RUNTIME_CONFIG }]);
        let key = json!([{ "type": "secret_key_reference", "name": "A", "reference": RUNTIME_CONFIG, "key": "K" }]);
        let other =
            json!([{ "type": "secret_full_reference", "reference": "other" }, { "type": "literal", "name": "A" }]);
        let apps = [
            app("d", json!(PULL_SECRET), json!([])),
            app("c", json!(null), other),
            app("b", json!(null), key),
            app("a", json!("other"), full),
        ];
        assert_eq!(users(&apps, &[RUNTIME_CONFIG, PULL_SECRET]), ["a", "b", "d"]);
        assert_eq!(users(&apps, &[RUNTIME_CONFIG]), ["a", "b"]);
    }
}
