//! What becomes of an application: its revisions, their instances, and the reasons why they do not run.

use serde_json::{Map, Value, json};

use super::account::{Project, REGION};
use super::app::App;

/// What becomes of an image.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Image {
    /// It can be pulled with a secret of its registry only.
    Private,
    /// There is no such image.
    Missing,
    /// Its program ends with this status.
    Crashes(i32),
    /// It runs, and never listens.
    Stuck,
}

/// A state of an application that was asked for.
pub struct Revision {
    /// Such as `hello-00001`.
    pub name: String,
    fields: Map<String, Value>,
    /// Why it does not run; `None` where it does.
    fault: Option<Reason>,
}

/// Why an instance does not run.
#[derive(Clone, Debug)]
struct Reason {
    container_status: &'static str,
    reason: &'static str,
    exit_code: Option<i32>,
    /// Whether it never ends.
    is_stuck: bool,
}

impl Reason {
    fn waiting(reason: &'static str) -> Self {
        Self { container_status: "pending", reason, exit_code: None, is_stuck: false }
    }
}

impl Revision {
    /// A new one; what becomes of it is decided by its image and its secrets.
    pub fn new(
        number: usize,
        app: &str,
        fields: &Map<String, Value>,
        images: &[(String, Image)],
        project: &Project,
    ) -> Self {
        Self { name: format!("{app}-{number:05}"), fields: fields.clone(), fault: fault(fields, images, project) }
    }

    /// As a list of revisions has it.
    pub fn shown(&self, app_name: &str, app: &App, project: &str) -> Value {
        let is_newest = app.revisions.last().is_some_and(|newest| newest.name == self.name);
        let status = match &self.fault {
            _ if is_newest && app.deploying > 0 => "loading",
            Some(fault) if fault.is_stuck => "loading",
            Some(_) => "failed",
            None => "ready",
        };
        let mut shown = json!({
            "app_name": app_name,
            "computed_env_variables": [],
            "name": self.name,
            "project_id": project,
            "region": REGION,
            "resource_type": "app_revision_v2",
            "status": status,
            "status_details": { "actual_instances": 0 },
        });
        let Value::Object(object) = &mut shown else { unreachable!("an object") };
        let fields = self.fields.clone();
        object.extend(fields.into_iter().filter(|(field, _)| field != "managed_domain_mappings"));
        shown
    }
}

fn fault(fields: &Map<String, Value>, images: &[(String, Image)], project: &Project) -> Option<Reason> {
    let image = fields["image_reference"].as_str().unwrap_or_default();
    let is_local = ["localhost", "127."].iter().any(|host| image.starts_with(host));
    let kind = images.iter().find(|(start, _)| image.starts_with(start)).map(|(_, image)| *image);
    let pull_secret = fields.get("image_secret").and_then(Value::as_str);
    let login = pull_secret.and_then(|name| project.secrets.get(name)).filter(|secret| secret.format == "registry");
    for variable in fields["run_env_variables"].as_array().into_iter().flatten() {
        let Some(name) = variable["reference"].as_str() else { continue };
        let secret = project.secrets.get(name);
        let has_key = |key: &str| secret.is_some_and(|secret| secret.data.contains_key(key));
        if secret.is_none() || variable["key"].as_str().is_some_and(|key| !has_key(key)) {
            return Some(Reason::waiting("CreateContainerConfigError"));
        }
    }
    match kind {
        _ if is_local => Some(Reason::waiting("ErrImagePull")),
        Some(Image::Missing) => Some(Reason::waiting("ErrImagePull")),
        Some(Image::Private) if login.is_none() => Some(Reason::waiting("ImagePullBackOff")),
        Some(Image::Crashes(code)) => {
            let exit_code = Some(code);
            Some(Reason { container_status: "terminated", reason: "Error", exit_code, is_stuck: false })
        }
        Some(Image::Stuck) => Some(Reason { container_status: "running", reason: "", exit_code: None, is_stuck: true }),
        Some(Image::Private) | None => None,
    }
}

/// The newest revision that serves.
pub fn ready(app: &App) -> Option<&Revision> {
    let settled = if app.deploying > 0 { app.revisions.len() - 1 } else { app.revisions.len() };
    app.revisions[..settled].iter().rfind(|revision| revision.fault.is_none())
}

/// Status and reason of an application.
pub fn status(app: &App) -> (&'static str, &'static str) {
    match &app.revisions.last().expect("at least one").fault {
        _ if app.deploying > 0 => ("deploying", "deploying"),
        Some(fault) if fault.is_stuck => ("deploying", "waiting_for_resources"),
        None => ("ready", "ready"),
        Some(_) if ready(app).is_some() => ("warning", "ready_but_latest_revision_failed"),
        Some(_) => ("failed", "no_revision_ready"),
    }
}

/// The instances of the newest revision, and of the one that serves beside it.
pub fn instances(name: &str, app: &App, project: &str) -> Vec<Value> {
    let newest = app.revisions.last().expect("at least one");
    let mut shown = Vec::new();
    if let Some(serving) = ready(app).filter(|serving| serving.name != newest.name) {
        shown.extend(of_revision(name, serving, project, None));
    }
    let coming = Reason::waiting("ContainerCreating");
    let reason = if app.deploying > 0 { Some(&coming) } else { newest.fault.as_ref() };
    shown.extend(of_revision(name, newest, project, reason));
    shown
}

fn of_revision(name: &str, revision: &Revision, project: &str, reason: Option<&Reason>) -> Vec<Value> {
    let count = revision.fields["scale_min_instances"].as_u64().unwrap_or_default();
    let running = json!({ "container_status": "running", "started_at": "2026-11-01T08:01:00Z" });
    let user = match reason {
        None => running.clone(),
        Some(fault) if fault.is_stuck => running.clone(),
        Some(fault) => {
            let mut state = json!({ "container_status": fault.container_status, "reason": fault.reason });
            if let Some(code) = fault.exit_code {
                state["exit_code"] = code.into();
                state["completed_at"] = "2026-11-01T08:01:05Z".into();
            }
            state
        }
    };
    let has_crashed = reason.is_some_and(|fault| fault.exit_code.is_some());
    let status = match reason {
        Some(_) if has_crashed => "failed",
        Some(_) => "pending",
        None => "running",
    };
    let instance = |index: u64| {
        json!({
            "app_name": name,
            "created_at": "2026-11-01T08:00:30Z",
            "name": format!("{}-deployment-6c9b5cf966-{index:05}", revision.name),
            "project_id": project,
            "region": REGION,
            "resource_type": "app_instance_v2",
            "revision_name": revision.name,
            "scale_cpu_limit": revision.fields["scale_cpu_limit"],
            "scale_ephemeral_storage_limit": revision.fields["scale_ephemeral_storage_limit"],
            "scale_memory_limit": revision.fields["scale_memory_limit"],
            "status": status,
            "status_details": {
                "restarts": if has_crashed { 3 } else { 0 },
                "system_container": { "current_state": running },
                "user_container": { "current_state": user },
            },
        })
    };
    (0..count.max(1)).map(instance).collect()
}
