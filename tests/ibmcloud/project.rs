//! Projects, and the lists of what is in them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::account::{Account, Life, Project, REGION};
use super::request::{Answer, Outcome, Request, uuid};

/// `GET /v2/projects`.
pub fn list(account: &mut Account, request: &Request) -> Outcome {
    request.only_query(&["version", "limit", "start"])?;
    request.no_body()?;
    account.sweep();
    let owner = account.id.clone();
    let origin = account.origin.clone();
    let seen = account.projects.iter_mut().filter_map(|project| {
        let is_seen = project.life.is_seen();
        is_seen.then(|| shown(project, &owner, &origin))
    });
    let projects: Vec<Value> = seen.collect();
    page(account, request, "projects", "projects", &projects)
}

/// `POST /v2/projects`: names may be given twice.
pub fn create(account: &mut Account, request: &Request) -> Outcome {
    request.only_query(&["version"])?;
    let body = request.object("application/json", &["name", "resource_group_id", "tags"])?;
    let name = body.get("name").and_then(Value::as_str).unwrap_or_default();
    let is_allowed = |c: char| !c.is_ascii() || c.is_ascii_alphanumeric() || "-._: ".contains(c);
    if name.is_empty() || name.chars().count() > 128 || !name.chars().all(is_allowed) {
        return Err(request.refusal(400, "invalid_name", "The project name is not valid."));
    }
    let group = match body.get("resource_group_id") {
        None => account.resource_groups[0].0.clone(),
        Some(wanted) => match account.resource_groups.iter().find(|(id, _)| wanted == id) {
            Some((id, _)) => id.clone(),
            None => return Err(request.refusal(400, "invalid_resource_group", "The resource group does not exist.")),
        },
    };
    let project = Project {
        id: uuid(),
        name: name.to_owned(),
        resource_group_id: group,
        status: "preparing".to_owned(),
        is_writable: true,
        secrets: BTreeMap::new(),
        apps: BTreeMap::new(),
        preparing: account.creation_reads,
        life: Life::begun(account.lag),
    };
    let answer = shown(&project, &account.id, &account.origin);
    account.projects.push(project);
    Ok(Answer::new(202, answer))
}

/// `GET /v2/projects/{id}`.
pub fn get(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version"])?;
    request.no_body()?;
    let (owner, origin) = (account.id.clone(), account.origin.clone());
    let project = find(account, request, id)?;
    let answer = shown(project, &owner, &origin);
    if project.status == "preparing" {
        project.preparing = project.preparing.saturating_sub(1);
        if project.preparing == 0 {
            project.status = "active".to_owned();
        }
    }
    Ok(Answer::new(200, answer))
}

/// `DELETE /v2/projects/{id}`.
pub fn delete(account: &mut Account, request: &Request, id: &str) -> Outcome {
    request.only_query(&["version"])?;
    request.no_body()?;
    let (lag, reads) = (account.lag, account.deletion_reads + account.lag);
    let project = find(account, request, id)?;
    writable(project, request)?;
    if lag == 0 {
        project.status = "pending_removal".to_owned();
    }
    project.life.end(reads);
    Ok(Answer::empty(202))
}

/// A project that the caller can see.
fn find<'a>(account: &'a mut Account, request: &Request, id: &str) -> Result<&'a mut Project, Answer> {
    account.sweep();
    let is_guid =
        id.len() == 36 && id.bytes().all(|byte| byte == b'-' || byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !is_guid {
        return Err(request.misuse(400, format!("{id} is not the GUID of a project")));
    }
    let found = account.projects.iter_mut().find(|project| project.id == id);
    match found.and_then(|project| project.life.is_seen().then_some(project)) {
        Some(project) => Ok(project),
        None => Err(request.refusal(404, "resource_not_found", &format!("The project {id} was not found."))),
    }
}

/// A project that can be used, for reading.
pub fn open<'a>(account: &'a mut Account, request: &Request, id: &str) -> Result<&'a mut Project, Answer> {
    let project = find(account, request, id)?;
    if project.status == "active" {
        return Ok(project);
    }
    let message = format!("The project {id} is {}.", project.status);
    Err(request.refusal(400, "project_not_active", &message))
}

/// Refuses who may only read.
pub fn writable(project: &Project, request: &Request) -> Result<(), Answer> {
    if project.is_writable {
        return Ok(());
    }
    Err(request.refusal(403, "forbidden", "You are not authorized to perform this action."))
}

fn shown(project: &Project, owner: &str, origin: &str) -> Value {
    let id = &project.id;
    json!({
        "account_id": owner,
        "created_at": "2026-11-01T08:00:00.000Z",
        "crn": format!("crn:v1:bluemix:public:codeengine:{REGION}:a/{owner}:{id}::"),
        "href": format!("{origin}/v2/projects/{id}"),
        "id": id,
        "name": project.name,
        "region": REGION,
        "resource_group_id": project.resource_group_id,
        "resource_type": "project_v2",
        "status": project.status,
    })
}

/// One page of a list of Code Engine: `path` is what stands behind `/v2/`.
pub fn page(account: &Account, request: &Request, key: &str, path: &str, all: &[Value]) -> Outcome {
    let page = request.page(all, account.page_size)?;
    let href = |start: Option<&str>| {
        let start = start.map(|start| format!("&start={}", super::controller::encode(start))).unwrap_or_default();
        format!("{}/v2/{path}?limit={}{start}", account.origin, page.limit)
    };
    let mut answer = json!({ "limit": page.limit, "first": { "href": href(None) }, key: page.items });
    if let Some(start) = &page.next {
        answer["next"] = json!({ "href": href(Some(start)), "start": start });
    }
    Ok(Answer::new(200, answer))
}
