//! Injection undone.

use serde_json::{Map, Value};

use super::annotations::Application;
use super::edit::{LISTS, is_config, is_named, is_sidecar, labels, variables};
use super::{Mode, PULL_SECRET, RECORD, Refusal, VOLUME};

/// Takes away from a pod what [`super::inject`] adds, and brings back what it noted; returns whether something changed.
///
/// What looks like an injection but has other values than the annotations ask for is the user's own and stays.
///
/// # Errors
/// When the annotations are wrong, or the note cannot be read.
pub fn uninject(pod: &mut Value) -> Result<bool, Refusal> {
    let Some((application, _)) = Application::of(pod)? else { return Ok(false) };
    let before = pod.clone();
    let note = pod.pointer_mut("/metadata/annotations").and_then(Value::as_object_mut);
    let note = note.and_then(|annotations| annotations.shift_remove(RECORD));
    strip(pod, &application);
    if let Some(note) = note {
        let unreadable =
            || Refusal(format!("annotation {RECORD} does not fit this pod; take it away to go on without it"));
        let patch: json_patch::Patch =
            note.as_str().and_then(|note| serde_json::from_str(note).ok()).ok_or_else(unreadable)?;
        json_patch::patch(pod, &patch).map_err(|_| unreadable())?;
    }
    Ok(*pod != before)
}

/// Takes away all that injection adds for an application.
pub(super) fn strip(pod: &mut Value, application: &Application) {
    if let Some(metadata) = member(pod, "metadata") {
        strip_labels(metadata, application);
    }
    let Some(spec) = member(pod, "spec") else { return };
    let mut had_sidecar = false;
    for list in LISTS {
        had_sidecar |= without(spec, list, is_sidecar);
    }
    for container in spec.get_mut("containers").and_then(Value::as_array_mut).into_iter().flatten() {
        let Value::Object(container) = container else { continue };
        for (name, value) in variables(application) {
            let is_ours =
                |item: &Value| is_named(item, name) && item.get("value").and_then(Value::as_str) == Some(&value);
            without(container, "env", is_ours);
        }
        if application.mode == Mode::InContainer {
            without(container, "volumeMounts", |mount| is_named(mount, VOLUME));
        }
    }
    without(spec, "volumes", is_config);
    if had_sidecar {
        without(spec, "imagePullSecrets", |secret| is_named(secret, PULL_SECRET));
    }
}

fn strip_labels(metadata: &mut Map<String, Value>, application: &Application) {
    let Some(Value::Object(old)) = metadata.get_mut("labels") else { return };
    let mut had_some = false;
    for (name, value) in labels(application) {
        if old.get(name).and_then(Value::as_str) == Some(value) {
            had_some |= old.shift_remove(name).is_some();
        }
    }
    if had_some && old.is_empty() {
        metadata.shift_remove("labels");
    }
}

/// Takes the last item of a kind out of a list, and a list that thereby became empty away; returns whether there was one.
fn without(owner: &mut Map<String, Value>, list: &str, is_kind: impl Fn(&Value) -> bool) -> bool {
    let Some(items) = owner.get_mut(list).and_then(Value::as_array_mut) else { return false };
    let Some(index) = items.iter().rposition(is_kind) else { return false };
    items.remove(index);
    if items.is_empty() {
        owner.shift_remove(list);
    }
    true
}

fn member<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Map<String, Value>> {
    value.get_mut(name).and_then(Value::as_object_mut)
}
