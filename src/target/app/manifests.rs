//! The manifests of an application, made ready for a cluster: with the images that were built, in one namespace, and
//! labelled, so that `down` finds exactly what `up` applied. Pure.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use super::folder::PROJECT;
use super::image::repository;
use crate::client::kubernetes::object::{
    CRON_JOB, DAEMON_SET, DEPLOYMENT, INGRESS, JOB, Kind, Object, POD, SERVICE, STATEFUL_SET,
};
use crate::code::Code;
use crate::error::{Failure, Result};
use crate::manifest;
use crate::settings::project::{App, Component};
use crate::target::kubernetes::names::APPLIED_HASH;

/// Label of everything that `karctl app up` applied, and of its pods: the application.
pub const UP_OF: &str = "kar.ibm.com/up-of";

/// Label of pods with their workload's name.
const NAME: &str = "name";

/// The variable by which programs of KAR are told which address to listen on.
const APP_HOST: &str = "KAR_APP_HOST";

/// Where the pod's template is, by kind.
const TEMPLATES: [(Kind, &str); 6] = [
    (DEPLOYMENT, "/spec/template"),
    (STATEFUL_SET, "/spec/template"),
    (DAEMON_SET, "/spec/template"),
    (JOB, "/spec/template"),
    (CRON_JOB, "/spec/jobTemplate/spec/template"),
    (POD, ""),
];

/// Reads the documents of a file; `source` is how its place is told.
///
/// # Errors
/// A usage failure with the place of what cannot be read or applied.
pub fn read(source: &str, text: &str, namespace: &str) -> Result<Vec<Object>> {
    let wrong =
        |line: usize, message: String| Failure::usage(format!("{source}:{line}: {message}")).code(Code::BadProject);
    let documents = manifest::read(text).map_err(|mistake| wrong(mistake.line, mistake.message))?;
    let mut objects = Vec::new();
    for document in documents {
        let mut object = Object(document.value);
        let (version, kind) =
            (object.text("/apiVersion").unwrap_or_default(), object.text("/kind").unwrap_or_default());
        let known = Kind::find(version, kind).map_err(|error| wrong(document.line, error.to_string()))?;
        if object.name().is_empty() {
            return Err(wrong(document.line, format!("a {kind} without a name")).into());
        }
        if !known.is_namespaced {
            let failure = wrong(document.line, format!("a {kind} belongs to the whole cluster, not to an application"));
            return Err(failure.hint("apply it with kubectl, and take it out of the folder of manifests").into());
        }
        let own = object.namespace();
        if !own.is_empty() && own != namespace {
            let failure = wrong(document.line, format!("{kind} {} is of namespace {own}", object.name()));
            return Err(failure
                .hint(format!("give --namespace {own}, or leave the namespace out of the manifest"))
                .into());
        }
        object.0["metadata"]["namespace"] = namespace.into();
        objects.push(object);
    }
    Ok(objects)
}

/// Puts the built images in, by component, labels everything, and notes the hash of it all: what is taken out of a manifest
/// is seen by that.
pub fn complete(objects: &mut [Object], project: &str, app: &str, images: &BTreeMap<String, String>) {
    for object in objects {
        object.set_metadata("labels", UP_OF, app);
        object.set_metadata("labels", PROJECT, project);
        complete_pods(object, app, images);
        let hash = format!("{:x}", Sha256::digest(object.0.to_string()));
        object.set_metadata("annotations", APPLIED_HASH, hash);
    }
}

fn complete_pods(object: &mut Object, app: &str, images: &BTreeMap<String, String>) {
    let name = object.name().to_owned();
    let Some(template) = template(object) else { return };
    if let Some(labels) = member(template, "metadata").and_then(|metadata| member(metadata, "labels")) {
        labels[UP_OF] = app.into();
        if labels[NAME].is_null() {
            labels[NAME] = name.into();
        }
    }
    for list in ["/spec/containers", "/spec/initContainers"] {
        for container in template.pointer_mut(list).and_then(Value::as_array_mut).into_iter().flatten() {
            if let Some(image) = container.get_mut("image")
                && let Some(built) = image.as_str().and_then(|image| image_of(image, app, images))
            {
                *image = built.as_str().into();
            }
        }
    }
}

/// A mapping within a mapping, made where there is none; `None` where something else is in its place, which the server
/// refuses with its own words.
fn member<'v>(value: &'v mut Value, name: &str) -> Option<&'v mut Value> {
    let member = value.as_object_mut()?.entry(name).or_insert_with(|| json!({}));
    if member.is_null() {
        *member = json!({});
    }
    member.is_object().then_some(member)
}

fn template(object: &mut Object) -> Option<&mut Value> {
    let kind = object.text("/kind")?;
    let (_, pointer) = TEMPLATES.iter().find(|(known, _)| known.name == kind)?;
    object.0.pointer_mut(pointer)
}

/// The image that was built for what a manifest names, whatever registry and tag it names.
fn image_of<'i>(named: &str, app: &str, images: &'i BTreeMap<String, String>) -> Option<&'i String> {
    let without_digest = named.split('@').next().unwrap_or(named);
    let name = match without_digest.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => without_digest,
    };
    let fits = |component: &&String| {
        let own = repository(app, component);
        name == own || name.ends_with(&format!("/{own}"))
    };
    images.keys().find(fits).and_then(|component| images.get(component))
}

/// A service and an Ingress that lead from a host's name to the first component that offers a service; its program is told
/// to listen on the pod's address.
///
/// # Errors
/// A usage failure where no component offers one.
pub fn with_ingress(objects: &mut Vec<Object>, app: &App, namespace: &str, host: &str) -> Result<()> {
    let Some(component) = app.components.iter().find(|component| component.service.is_some()) else {
        return Err(Failure::usage(format!("--ingress: no component of `{}` offers a service", app.name)).into());
    };
    let name = format!("{}-{}", app.name, component.name);
    for object in objects.iter_mut().filter(|object| object.name() == name) {
        let Some(template) = template(object) else { continue };
        for container in template.pointer_mut("/spec/containers").and_then(Value::as_array_mut).into_iter().flatten() {
            listen(container);
        }
    }
    objects.extend(ingress(&name, component, namespace, host));
    Ok(())
}

fn listen(container: &mut Value) {
    let Some(container) = container.as_object_mut() else { return };
    let Some(variables) = container.entry("env").or_insert_with(|| json!([])).as_array_mut() else { return };
    if !variables.iter().any(|variable| variable["name"] == APP_HOST) {
        variables.push(json!({"name": APP_HOST, "value": "0.0.0.0"}));
    }
}

fn ingress(name: &str, component: &Component, namespace: &str, host: &str) -> [Object; 2] {
    let metadata = json!({"name": name, "namespace": namespace});
    let service = json!({
        "apiVersion": SERVICE.api_version, "kind": SERVICE.name, "metadata": metadata,
        "spec": {
            "selector": {NAME: name},
            "ports": [{"name": "http", "port": 80, "targetPort": component.port}],
        },
    });
    let backend = json!({"service": {"name": name, "port": {"number": 80}}});
    let ingress = json!({
        "apiVersion": INGRESS.api_version, "kind": INGRESS.name, "metadata": metadata,
        "spec": {
            "rules": [{"host": host, "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": backend}]}}],
        },
    });
    [Object(service), Object(ingress)]
}

#[cfg(test)]
mod tests {
    use super::*;

    const DEPLOYMENT_OF_B: &str = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: a-b}\nspec:\n  template:\n    \
        spec:\n      containers:\n      - {name: b, image: \"localhost:5000/kar/a-b:old\"}\n      - {name: c, image: redis}\n";

    #[test]
    fn images_are_replaced_by_their_name_whatever_the_registry_and_tag() {
        let images = BTreeMap::from([("b".to_owned(), "r:5/kar/a-b:1".to_owned())]);
        for named in ["kar/a-b", "localhost:5000/kar/a-b", "x.io/y/kar/a-b:7", "kar/a-b@sha256:0"] {
            assert_eq!(image_of(named, "a", &images).map(String::as_str), Some("r:5/kar/a-b:1"), "{named}");
        }
        for named in ["kar/a-bc", "notkar/a-b", "a-b"] {
            assert_eq!(image_of(named, "a", &images), None, "{named}");
        }
    }

    #[test]
    fn everything_is_labelled_and_keeps_what_it_has() {
        let mut objects = read("k.yaml", DEPLOYMENT_OF_B, "ns").expect("a manifest");
        complete(&mut objects, "p", "a", &BTreeMap::from([("b".to_owned(), "new".to_owned())]));
        let object = &objects[0];
        assert_eq!((object.namespace(), object.label(UP_OF)), ("ns", Some("a")));
        assert_eq!(object.at("/spec/template/metadata/labels"), Some(&json!({UP_OF: "a", "name": "a-b"})));
        assert_eq!(object.text("/spec/template/spec/containers/0/image"), Some("new"));
        assert_eq!(object.text("/spec/template/spec/containers/1/image"), Some("redis"));
    }

    /// The server says what is wrong with it.
    #[test]
    fn what_has_another_form_is_left_as_it_is() {
        for pod in [
            "spec: text",
            "spec: {template: text}",
            "spec: {template: {metadata: text, spec: {containers: [a, {image: 1}]}}}",
        ] {
            let text = format!("apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: a-b}}\n{pod}\n");
            let mut objects = read("k.yaml", &text, "ns").expect("a manifest");
            let before = objects[0].at("/spec").cloned();
            complete(&mut objects, "p", "a", &BTreeMap::from([("b".to_owned(), "new".to_owned())]));
            assert_eq!(objects[0].at("/spec").cloned(), before, "{pod}");
        }
    }

    #[test]
    fn what_cannot_be_an_applications_is_told_with_its_place() {
        for (text, said) in [
            ("a: 1\n---\nb: 1\n", "k.yaml:1: karctl knows no kind  of "),
            ("apiVersion: v1\nkind: Service\n", "k.yaml:1: a Service without a name"),
            (
                "apiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n",
                "k.yaml:1: a Namespace belongs to the whole cluster",
            ),
            ("apiVersion: v1\nkind: Pod\nmetadata: {name: x, namespace: z}\n", "k.yaml:1: Pod x is of namespace z"),
        ] {
            let error = read("k.yaml", text, "ns").expect_err("a mistake").to_string();
            assert!(error.starts_with(said), "{error}");
        }
    }
}
