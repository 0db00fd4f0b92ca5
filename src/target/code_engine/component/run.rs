//! `karctl ce run`: an application as wanted, made, changed, or left as it is.

use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::goal::{Former, Goal, begun_with};
use super::wait::{Pace, until_ready};
use super::wanted::KAR_VARIABLES;
use super::{ComponentName, Mode, Place, RUNTIME_CONFIG, Waiting, Wanted, check_own, missing};
use crate::change::Change;
use crate::client::ibmcloud::code_engine::{App, AppSpec, AppStatus, REGISTRY_FORMAT};
use crate::code::Code;
use crate::context::Context;
use crate::error::{Failure, Result};

/// How often an application is looked at and changed before somebody else's changes are given in to.
const TURNS: u32 = 6;

/// What `karctl ce run -o json` prints.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Ran {
    /// The component.
    pub name: ComponentName,
    /// KAR's application.
    pub app: String,
    /// The project.
    pub project: String,
    /// What was done, or would be.
    pub change: Change,
    /// Fields that were changed, or would be, in Code Engine's words.
    pub changed: Vec<&'static str>,
    /// How it is; null where nothing was sent.
    pub status: Option<AppStatus>,
    /// Where it can be called from everywhere; null without `--externalize`.
    pub endpoint: Option<String>,
    /// Where it can be called from its project.
    pub endpoint_internal: Option<String>,
    /// What would be sent, with `--dry-run`; values of variables are hidden.
    pub request: Option<Value>,
    /// Whether nothing was done because of `--dry-run`.
    pub dry_run: bool,
}

/// Makes an application what is wanted, and waits until it serves.
///
/// # Errors
/// When a secret is missing, the application is not KAR's, or it does
/// not become ready.
pub async fn run(context: &Context, place: &Place, wanted: &Wanted, waiting: Waiting, mode: Mode) -> Result<Ran> {
    let Wanted { name, app, spec } = wanted;
    let configuration = check_secrets(place, spec).await?;
    let spec = &begun_with(spec, &configuration);
    let project = &place.project;
    let goal = Goal::Whole(spec);
    let found = match mode {
        Mode::Do => ensure(context, place, name, goal).await?,
        Mode::DryRun => plan(place, name, spec).await?,
    };
    let mut ran = Ran {
        name: name.clone(),
        app: app.clone(),
        project: project.name.clone(),
        change: found.change,
        changed: found.changed,
        status: None,
        endpoint: None,
        endpoint_internal: None,
        request: found.request,
        dry_run: mode == Mode::DryRun,
    };
    let app = match (mode, waiting) {
        (Mode::Do, Waiting::UntilDone) => Some(until_ready(context, place, name, goal, &found.former).await?),
        (Mode::Do, Waiting::No) => found.app,
        (Mode::DryRun, _) => None,
    };
    if let Some(app) = app {
        ran.status = Some(app.status);
        ran.endpoint = app.endpoint.filter(|endpoint| !endpoint.is_empty());
        ran.endpoint_internal = app.endpoint_internal;
    }
    Ok(ran)
}

/// What was done, or would be.
pub struct Ensured {
    /// What became of it.
    pub change: Change,
    /// The fields that differed.
    pub changed: Vec<&'static str>,
    /// What a wait for the new state must not take for it.
    pub former: Former,
    /// The application as it was answered last.
    app: Option<App>,
    /// What would be sent.
    request: Option<Value>,
}

/// Without these an application would be made that never starts. Returns the tag of the configuration that it begins with.
async fn check_secrets(place: &Place, wanted: &AppSpec) -> Result<String> {
    let project = &place.project;
    let Some(configuration) = place.session.secret(&project.id, RUNTIME_CONFIG).await? else {
        return Err(Failure::new(format!("the project `{}` has no runtime configuration", project.name))
            .hint("run `karctl ce enable KEY` first")
            .code(Code::ProjectNotEnabled)
            .into());
    };
    let Some(name) = &wanted.image_secret else { return Ok(configuration.entity_tag.as_str().to_owned()) };
    let secret = place.session.secret(&project.id, name).await?;
    let problem = match secret {
        Some(secret) if secret.format == REGISTRY_FORMAT => return Ok(configuration.entity_tag.as_str().to_owned()),
        Some(secret) => format!("the secret `{name}` holds no login for a registry: its format is {}", secret.format),
        None => format!("the project `{}` has no secret `{name}`", project.name),
    };
    let hint = "`karctl ce enable KEY --registry-server S --registry-user U --registry-password-stdin` makes one";
    Err(Failure::new(problem).hint(hint).code(Code::RegistrySecretMissing).into())
}

async fn plan(place: &Place, name: &ComponentName, wanted: &AppSpec) -> Result<Ensured> {
    let shows = |name: &str| KAR_VARIABLES.contains(&name);
    let there = place.session.app(&place.project.id, name.as_str()).await?;
    let Some(there) = there else {
        let request = Some(Value::Object(wanted.creation(name.as_str(), shows)));
        return Ok(Ensured {
            change: Change::Created,
            changed: Vec::new(),
            former: Former::default(),
            app: None,
            request,
        });
    };
    check_own(&there, "change")?;
    let changed = Goal::Whole(wanted).difference(&there.spec);
    let action = if changed.is_empty() { Change::Unchanged } else { Change::Updated };
    let request = (!changed.is_empty()).then(|| Value::Object(wanted.patch(&changed, shows)));
    Ok(Ensured { change: action, changed, former: Former::default(), app: None, request })
}

/// Makes it, or brings what differs to what is wanted, whoever else changes it meanwhile. What is wanted is held against
/// the application anew in each turn.
///
/// A conflict may be with an attempt of one's own that was not answered; so it is always looked at again. What was deleted
/// a moment ago is in the way for a while, and what was made a moment ago may not be seen.
///
/// # Errors
/// When Code Engine refuses, the application is not KAR's or is missing and not to be made, somebody else does not stop
/// changing it, or the time is over.
pub async fn ensure(context: &Context, place: &Place, name: &ComponentName, goal: Goal<'_>) -> Result<Ensured> {
    let project = &place.project.id;
    let (mut pace, mut turns, mut own) = (Pace::new(), 0, None);
    let (mut changed, mut former) = (Vec::new(), Former::default());
    loop {
        let there = place.session.app(project, name.as_str()).await?;
        let failure = match (there, goal) {
            (None, Goal::Instances(_) | Goal::Renewed(_)) => return Err(missing(name, &place.project.name).into()),
            (None, Goal::Whole(wanted)) => match place.session.create_app(project, name.as_str(), wanted).await {
                Ok(app) => {
                    let former = Former::default();
                    return Ok(Ensured { change: Change::Created, changed, former, app: Some(app), request: None });
                }
                Err(error) if error.is_conflict() => {
                    own = own.or(error.is_doubtful().then_some(Change::Created));
                    error
                }
                Err(error) => return Err(error.into()),
            },
            (Some(there), _) => {
                check_own(&there, "change")?;
                let fields = goal.difference(&there.spec);
                if fields.is_empty() {
                    let change = own.unwrap_or(Change::Unchanged);
                    return Ok(Ensured { change, changed, former, app: Some(there), request: None });
                }
                changed.clone_from(&fields);
                former = Former::before(&there, &fields);
                match place.session.patch_app(project, &there, &goal.over(&there.spec), &fields).await {
                    Ok(app) => {
                        let change = Change::Updated;
                        return Ok(Ensured { change, changed, former, app: Some(app), request: None });
                    }
                    Err(error) if error.is_conflict() => {
                        turns += 1;
                        own = own.or(error.is_doubtful().then_some(Change::Updated));
                        error
                    }
                    // It is on its way out.
                    Err(error) if error.is_not_found() => error,
                    Err(error) => return Err(error.into()),
                }
            }
        };
        if turns == TURNS || !pace.pause(context).await {
            return Err(failure.into());
        }
    }
}
