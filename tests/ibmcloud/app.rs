//! Applications of a project.

use serde_json::{Map, Value, json};

use super::account::{Account, Life, Project, REGION, tag};
use super::app_fields::{self, FIELDS};
use super::deployment::{self, Revision};
use super::project::{open, page, writable};
use super::request::{Answer, Outcome, Request};
use super::secret::check_match;

/// An application.
pub struct App {
    /// What it was made with, all defaults filled in.
    pub fields: Map<String, Value>,
    /// Changes with each change.
    pub tag: u64,
    /// So many reads until the newest revision is ready, or has failed.
    pub deploying: usize,
    /// Status and its details as so many reads still see them.
    former: Option<(usize, [Value; 2])>,
    /// Oldest first.
    pub revisions: Vec<Revision>,
    /// Whether it is seen.
    pub life: Life,
}

/// `GET /v2/projects/{id}/apps`.
pub fn list(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version", "limit", "start"])?;
    request.no_body()?;
    let origin = account.origin.clone();
    let project = open(account, request, id)?;
    let seen = project.apps.iter_mut().filter_map(|(name, app)| {
        let is_seen = app.life.is_seen();
        is_seen.then(|| shown(name, app, id, &origin))
    });
    let apps: Vec<Value> = seen.collect();
    page(account, request, "apps", &format!("projects/{id}/apps"), &apps)
}

/// `POST /v2/projects/{id}/apps`.
pub fn create(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version"])?;
    let mut body = request.object("application/json", &[&["name"], FIELDS.as_slice()].concat())?;
    let name = body.remove("name").and_then(|name| Some(name.as_str()?.to_owned())).unwrap_or_default();
    if !is_name(&name) {
        return Err(request.refusal(400, "invalid_name", "The name of the application is not valid."));
    }
    let fields = app_fields::checked(body).map_err(|why| request.refusal(400, "invalid_field", &why))?;
    let (origin, lag, reads) = (account.origin.clone(), account.lag, account.deployment_reads);
    let images = account.images.clone();
    let project = open(account, request, id)?;
    writable(project, request)?;
    if project.apps.contains_key(&name) {
        let message = format!("An application named {name} already exists.");
        return Err(request.refusal(409, "resource_already_exists", &message));
    }
    let revision = Revision::new(1, &name, &fields, &images, project);
    let life = Life::begun(lag);
    let app = App { fields, tag: tag(), deploying: reads, former: None, revisions: vec![revision], life };
    let answer = shown(&name, &app, id, &origin);
    project.apps.insert(name, app);
    Ok(Answer::new(201, answer))
}

/// `GET /v2/projects/{id}/apps/{name}`; what is being deployed comes nearer with each.
pub fn get(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version"])?;
    request.no_body()?;
    let origin = account.origin.clone();
    let project = open(account, request, id)?;
    let app = seen(project, request, name)?;
    let answer = shown(name, app, id, &origin);
    match &mut app.former {
        Some((left, _)) if *left > 1 => *left -= 1,
        Some(_) => app.former = None,
        None => app.deploying = app.deploying.saturating_sub(1),
    }
    Ok(Answer::new(200, answer))
}

/// The field whose change makes no revision.
const VISIBILITY: &str = "managed_domain_mappings";

/// `PATCH /v2/projects/{id}/apps/{name}`: a merge patch; null brings a default back.
pub fn update(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version"])?;
    let patch = request.object("application/merge-patch+json", FIELDS.as_slice())?;
    let (origin, conflict, reads) = (account.origin.clone(), account.conflict, account.deployment_reads);
    let status_lag = account.status_lag;
    let images = account.images.clone();
    let project = open(account, request, id)?;
    writable(project, request)?;
    let app = project.apps.get(name).filter(|app| !app.life.is_leaving());
    let app = app.ok_or_else(|| missing(request, name))?;
    check_match(request, app.tag, conflict)?;
    let mut fields = app.fields.clone();
    for (field, value) in patch {
        match value {
            Value::Null => drop(fields.remove(&field)),
            value => drop(fields.insert(field, value)),
        }
    }
    let fields = app_fields::checked(fields).map_err(|why| request.refusal(400, "invalid_field", &why))?;
    let is_change = fields != app.fields;
    // Who may call it is a matter of routes.
    let makes_revision = fields.iter().any(|(name, value)| name != VISIBILITY && app.fields.get(name) != Some(value))
        || app.fields.keys().any(|name| !fields.contains_key(name));
    let before = shown(name, app, id, &origin);
    let revision = Revision::new(app.revisions.len() + 1, name, &fields, &images, project);
    let app = project.apps.get_mut(name).expect("it was there");
    if is_change {
        app.fields = fields;
        app.tag = tag();
    }
    if makes_revision {
        app.deploying = reads;
        app.revisions.push(revision);
        let former = ["status", "status_details"].map(|field| before[field].clone());
        app.former = (status_lag > 0).then_some((status_lag, former));
    }
    Ok(Answer::new(200, shown(name, app, id, &origin)))
}

/// `DELETE /v2/projects/{id}/apps/{name}`.
pub fn delete(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version", "keep_service_access"])?;
    request.no_body()?;
    let reads = account.deletion_reads + account.lag;
    let project = open(account, request, id)?;
    writable(project, request)?;
    project.apps.get_mut(name).ok_or_else(|| missing(request, name))?.life.end(reads);
    Ok(Answer::empty(202))
}

/// `GET /v2/projects/{id}/apps/{name}/instances`.
pub fn instances(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version", "limit", "start"])?;
    request.no_body()?;
    let project = open(account, request, id)?;
    let app = seen(project, request, name)?;
    let instances = deployment::instances(name, app, id);
    page(account, request, "instances", &format!("projects/{id}/apps/{name}/instances"), &instances)
}

/// `GET /v2/projects/{id}/apps/{name}/revisions`.
pub fn revisions(account: &mut Account, request: &Request, id: &str, name: &str) -> Outcome {
    request.only_query(&["version", "limit", "start"])?;
    request.no_body()?;
    let project = open(account, request, id)?;
    let app = seen(project, request, name)?;
    let revisions: Vec<Value> = app.revisions.iter().map(|revision| revision.shown(name, app, id)).collect();
    page(account, request, "revisions", &format!("projects/{id}/apps/{name}/revisions"), &revisions)
}

fn seen<'a>(project: &'a mut Project, request: &Request, name: &str) -> Result<&'a mut App, Answer> {
    let app = project.apps.get_mut(name).and_then(|app| app.life.is_seen().then_some(app));
    app.ok_or_else(|| missing(request, name))
}

fn missing(request: &Request, name: &str) -> Answer {
    request.refusal(404, "resource_not_found", &format!("The application {name} was not found."))
}

/// Whether an application may be called so.
fn is_name(name: &str) -> bool {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = name.as_bytes();
    (1..=63).contains(&bytes.len())
        && bytes[0].is_ascii_lowercase()
        && bytes.last().copied().is_some_and(is_end)
        && bytes.iter().all(|byte| *byte == b'-' || is_end(*byte))
}

fn shown(name: &str, app: &App, project: &str, origin: &str) -> Value {
    let subdomain = &project[..11].replace('-', "x");
    let (status, reason) = deployment::status(app);
    let newest = &app.revisions.last().expect("at least one").name;
    let ready = deployment::ready(app).map(|revision| revision.name.clone());
    let mut details = json!({ "latest_created_revision": newest, "reason": reason });
    if let Some(ready) = ready {
        details["latest_ready_revision"] = ready.into();
    }
    let literal = |name: &str, value: &str| json!({ "type": "literal", "name": name, "value": value });
    let mut shown = json!({
        "computed_env_variables": [
            literal("CE_APP", name),
            literal("CE_DOMAIN", &format!("{REGION}.codeengine.appdomain.cloud")),
            literal("CE_PROJECT_ID", project),
            literal("CE_REGION", REGION),
            literal("CE_SUBDOMAIN", subdomain),
        ],
        "created_at": "2026-11-01T08:00:00.000Z",
        "endpoint_internal": format!("http://{name}.{subdomain}.svc.cluster.local"),
        "entity_tag": app.tag.to_string(),
        "href": format!("{origin}/v2/projects/{project}/apps/{name}"),
        "id": format!("c04a4f0c-7390-4437-a5c2-{:012x}", name.len()),
        "name": name,
        "project_id": project,
        "region": REGION,
        "resource_type": "app_v2",
        "status": status,
        "status_details": details,
    });
    if let Some((_, [status, details])) = &app.former {
        (shown["status"], shown["status_details"]) = (status.clone(), details.clone());
    }
    if app.fields[VISIBILITY] == "local_public" {
        shown["endpoint"] = format!("https://{name}.{subdomain}.{REGION}.codeengine.appdomain.cloud").into();
    }
    let Value::Object(fields) = &mut shown else { unreachable!("an object") };
    fields.extend(app.fields.clone());
    shown
}
