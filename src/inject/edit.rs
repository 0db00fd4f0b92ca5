//! The change of a pod, as additions only.

use json_patch::jsonptr::{PointerBuf, Token};
use json_patch::{AddOperation, Patch, PatchOperation};
use serde_json::{Map, Value, json};

use super::annotations::{APP, SERVICE};
use super::sidecar::mount;
use super::undo::strip;
use super::{
    Application, COMMAND, CONFIG_FOLDER, CONFIG_SECRET, CONTAINER, Kind, Mode, PULL_SECRET, RECORD, Refusal, Sidecar,
    VOLUME,
};

/// Both lists of containers in a pod.
pub(super) const LISTS: [&str; 2] = ["containers", "initContainers"];

/// Whether a container [`CONTAINER`] is there, injected or the user's own.
pub(super) fn has_sidecar(pod: &Value) -> bool {
    let containers = LISTS.iter().flat_map(|list| items(pod.pointer(&format!("/spec/{list}"))));
    containers.into_iter().any(|container| is_named(container, CONTAINER))
}

/// Whether a container is one that was injected.
pub(super) fn is_sidecar(container: &Value) -> bool {
    is_named(container, CONTAINER) && container.pointer("/command/0").and_then(Value::as_str) == Some(COMMAND)
}

/// Whether something in a list goes by a name.
pub(super) fn is_named(item: &Value, name: &str) -> bool {
    item.get("name").and_then(Value::as_str) == Some(name)
}

/// The variables that every container of an application gets.
pub(super) fn variables(application: &Application) -> Vec<(&'static str, String)> {
    let mut variables = vec![("KAR_APP", application.name.clone())];
    if application.mode == Mode::InContainer {
        variables.push(("KAR_SIDECAR_IN_CONTAINER", "true".to_owned()));
    }
    variables.push(("KAR_APP_PORT", application.app_port.to_string()));
    variables.push(("KAR_RUNTIME_PORT", application.runtime_port.to_string()));
    if application.mode == Mode::InContainer {
        variables.push(("KAR_EXTRA_ARGS", application.arguments().join(" ")));
    }
    variables
}

/// The labels that a pod gets.
pub(super) fn labels(application: &Application) -> Vec<(&'static str, &str)> {
    let service = application.service.as_deref().map(|service| (SERVICE, service));
    std::iter::once((APP, application.name.as_str())).chain(service).collect()
}

/// The change that injects an application into a pod; empty when the pod has it all.
pub(super) fn change(
    pod: &Value,
    application: &Application,
    sidecar: &Sidecar,
    warnings: &mut Vec<String>,
) -> Result<Patch, Refusal> {
    let mut edit = Edit { pod, operations: Vec::new(), warnings, had_some: false };
    edit.check_shape()?;
    edit.labels(application);
    edit.application_containers(application);
    edit.volume()?;
    if application.mode == Mode::Sidecar {
        edit.sidecar(application, sidecar);
    }
    edit.record();
    Ok(Patch(edit.operations))
}

struct Edit<'p, 'w> {
    pod: &'p Value,
    operations: Vec<PatchOperation>,
    warnings: &'w mut Vec<String>,
    /// Whether the pod had a part of what injection adds, so that taking that away would take too much.
    had_some: bool,
}

impl Edit<'_, '_> {
    /// What is relied on below; an API server refuses the rest later, with reasons of its own.
    fn check_shape(&self) -> Result<(), Refusal> {
        let list = |path: &str, is_optional: bool| match self.pod.pointer(path) {
            None | Some(Value::Null) if is_optional => Ok(()),
            Some(Value::Array(items)) if items.iter().all(Value::is_object) => Ok(()),
            None => Err(Refusal(format!("this is not a pod: {} is missing", dotted(path)))),
            Some(_) => Err(Refusal(format!("this is not a pod: {} is not a list of objects", dotted(path)))),
        };
        list("/spec/containers", false)?;
        for path in ["/spec/initContainers", "/spec/volumes", "/spec/imagePullSecrets"] {
            list(path, true)?;
        }
        for index in 0..items(self.pod.pointer("/spec/containers")).len() {
            list(&format!("/spec/containers/{index}/env"), true)?;
            list(&format!("/spec/containers/{index}/volumeMounts"), true)?;
        }
        match self.pod.pointer("/metadata/labels") {
            None | Some(Value::Null | Value::Object(_)) => Ok(()),
            Some(_) => Err(Refusal("this is not a pod: metadata.labels is not a mapping".to_owned())),
        }
    }

    fn labels(&mut self, application: &Application) {
        let old = self.pod.pointer("/metadata/labels").and_then(Value::as_object);
        let missing =
            |(name, value): &(&str, &str)| old.and_then(|old| old.get(*name)).and_then(Value::as_str) != Some(*value);
        let wanted = labels(application);
        let new: Vec<_> = wanted.iter().copied().filter(missing).collect();
        self.had_some |= wanted.iter().any(|(name, _)| old.is_some_and(|old| old.contains_key(*name)));
        match old {
            Some(old) if !old.is_empty() => {
                for (name, value) in new {
                    self.add(&["metadata", "labels", name], value.into());
                }
            }
            _ => {
                self.had_some |= self.pod.pointer("/metadata/labels").is_some();
                let all: Map<_, _> = new.into_iter().map(|(name, value)| (name.to_owned(), value.into())).collect();
                self.add(&["metadata", "labels"], Value::Object(all));
            }
        }
    }

    fn application_containers(&mut self, application: &Application) {
        let containers = items(self.pod.pointer("/spec/containers"));
        if application.mode == Mode::InContainer && containers.len() > 1 {
            let port = application.runtime_port;
            self.warnings.push(format!("each of {} containers would start kar on port {port}", containers.len()));
        }
        for (index, container) in containers.iter().enumerate() {
            let index = index.to_string();
            let new = self.missing_variables(container, application);
            self.append(&["spec", "containers", &index, "env"], container.get("env"), new);
            if application.mode == Mode::InContainer {
                let mounts = container.get("volumeMounts");
                let new = if self.is_mounted(container) { Vec::new() } else { vec![mount()] };
                self.append(&["spec", "containers", &index, "volumeMounts"], mounts, new);
            }
        }
    }

    /// The variables that a container lacks; those it has are its own and stay.
    fn missing_variables(&mut self, container: &Value, application: &Application) -> Vec<Value> {
        let old = items(container.get("env"));
        let mut missing = Vec::new();
        for (name, value) in variables(application) {
            match old.iter().find(|variable| is_named(variable, name)) {
                None => missing.push(json!({ "name": name, "value": value })),
                Some(own) => {
                    self.had_some = true;
                    if own.get("value").and_then(Value::as_str) != Some(&value) {
                        self.warnings
                            .push(format!("container {} sets {name} itself, which was kept", named(container)));
                    }
                }
            }
        }
        missing
    }

    /// Whether a container has the configuration, or something else in its place, which is its own matter then.
    fn is_mounted(&mut self, container: &Value) -> bool {
        let is_there = |mount: &&Value| {
            let path = mount.get("mountPath").and_then(Value::as_str);
            is_named(mount, VOLUME) || path.is_some_and(|path| path.trim_end_matches('/') == CONFIG_FOLDER)
        };
        let Some(mount) = items(container.get("volumeMounts")).iter().find(is_there) else { return false };
        self.had_some = true;
        if !is_named(mount, VOLUME) {
            let place = named(container);
            self.warnings
                .push(format!("container {place} mounts something of its own at {CONFIG_FOLDER}, which was kept"));
        }
        true
    }

    fn volume(&mut self) -> Result<(), Refusal> {
        let volumes = self.pod.pointer("/spec/volumes");
        let new = match items(volumes).iter().find(|volume| is_named(volume, VOLUME)) {
            Some(own) if is_config(own) => {
                self.had_some = true;
                Vec::new()
            }
            Some(_) => {
                return Err(Refusal(format!("the pod has a volume {VOLUME} that is not the secret {CONFIG_SECRET}")));
            }
            None => vec![json!({ "name": VOLUME, "secret": { "secretName": CONFIG_SECRET } })],
        };
        self.append(&["spec", "volumes"], volumes, new);
        Ok(())
    }

    fn sidecar(&mut self, application: &Application, sidecar: &Sidecar) {
        let secrets = self.pod.pointer("/spec/imagePullSecrets");
        let has_secret = items(secrets).iter().any(|secret| is_named(secret, PULL_SECRET));
        self.had_some |= has_secret;
        let new = if has_secret { Vec::new() } else { vec![json!({ "name": PULL_SECRET })] };
        self.append(&["spec", "imagePullSecrets"], secrets, new);
        let container = sidecar.container(application);
        match sidecar.kind {
            Kind::Container => {
                self.warn_of_endless_job();
                self.add(&["spec", "containers", "0"], container);
            }
            Kind::Native => match self.pod.pointer("/spec/initContainers") {
                Some(Value::Array(list)) if !list.is_empty() => self.add(&["spec", "initContainers", "0"], container),
                other => {
                    self.had_some |= other.is_some();
                    self.add(&["spec", "initContainers"], json!([container]));
                }
            },
        }
    }

    fn warn_of_endless_job(&mut self) {
        let policy = self.pod.pointer("/spec/restartPolicy").and_then(Value::as_str);
        if let Some(policy @ ("Never" | "OnFailure")) = policy {
            self.warnings.push(format!(
                "with restartPolicy {policy} the pod ends only when the application shuts the sidecar down; a native sidecar \
                 ends by itself"
            ));
        }
    }

    /// Notes what undoing would not bring back by itself. Pods that had nothing of an injection carry no note.
    fn record(&mut self) {
        let has_note = self.pod.pointer("/metadata/annotations").is_some_and(|notes| notes.get(RECORD).is_some());
        if !self.had_some || self.operations.is_empty() || has_note {
            return;
        }
        let mut undone = self.pod.clone();
        let is_applied = json_patch::patch(&mut undone, &self.operations).is_ok();
        let Ok(Some((application, _))) = Application::of(self.pod) else { return };
        strip(&mut undone, &application);
        let missing = json_patch::diff(&undone, self.pod);
        if is_applied && !missing.is_empty() {
            self.add(&["metadata", "annotations", RECORD], json!(missing).to_string().into());
        }
    }

    /// Appends to a list, which is made where there is none.
    fn append(&mut self, path: &[&str], old: Option<&Value>, new: Vec<Value>) {
        if new.is_empty() {
            return;
        }
        if items(old).is_empty() {
            self.had_some |= old.is_some();
            return self.add(path, Value::Array(new));
        }
        let end = [path, &["-"]].concat();
        for item in new {
            self.add(&end, item);
        }
    }

    fn add(&mut self, path: &[&str], value: Value) {
        let path = PointerBuf::from_tokens(path.iter().map(|part| Token::new(*part)));
        self.operations.push(PatchOperation::Add(AddOperation { path, value }));
    }
}

/// The items of a list, none where it is missing or null.
pub(super) fn items(list: Option<&Value>) -> &[Value] {
    list.and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// Whether a volume is the one that injection adds.
pub(super) fn is_config(volume: &Value) -> bool {
    is_named(volume, VOLUME) && volume.pointer("/secret/secretName").and_then(Value::as_str) == Some(CONFIG_SECRET)
}

fn named(container: &Value) -> &str {
    container.get("name").and_then(Value::as_str).unwrap_or("without a name")
}

fn dotted(path: &str) -> String {
    path.trim_start_matches('/').replace('/', ".")
}
