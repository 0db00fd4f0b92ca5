//! What the annotations of one pod become. Whole manifests, and the three ways to inject, are in `tests`.

use serde_json::{Value, json};

use super::*;

fn pod(annotations: Value) -> Value {
    json!({ "metadata": { "name": "p", "annotations": annotations }, "spec": { "containers": [{ "name": "c", "image": "i" }] } })
}

fn injected_with(pod: &Value, sidecar: &Sidecar) -> (Value, Vec<String>) {
    match inject(pod, sidecar) {
        Ok(Outcome::Injected(injection)) => {
            let mut changed = pod.clone();
            injection.apply(&mut changed).expect("the change fits");
            (changed, injection.warnings)
        }
        other => panic!("{other:?}"),
    }
}

fn injected(pod: &Value) -> Value {
    injected_with(pod, &Sidecar::default()).0
}

fn warnings(pod: &Value) -> Vec<String> {
    injected_with(pod, &Sidecar::default()).1
}

fn refusal(annotations: Value) -> String {
    inject(&pod(annotations), &Sidecar::default()).expect_err("a refusal").0
}

#[test]
fn a_sidecar_is_added_first_with_its_arguments_in_the_order_of_the_original() {
    let changed = injected(&pod(json!({
        "kar.ibm.com/app": "dp", "kar.ibm.com/service": "s", "kar.ibm.com/actors": "A,B", "kar.ibm.com/appPort": "8081",
        "kar.ibm.com/runtimePort": "3501", "kar.ibm.com/verbose": "info", "kar.ibm.com/extraArgs": "-x,-y=1",
    })));
    let kar = &changed["spec"]["containers"][0];
    let expected = json!({
        "name": "kar", "image": "quay.io/ibm/kar-sidecar:1.3.10", "command": ["/kar/bin/kar"],
        "args": ["run", "-app", "dp", "-kubernetes_mode", "-config_dir", "/var/run/secrets/kar.ibm.com", "-sidecar_mode",
            "-service", "s", "-actors", "A,B", "-app_port", "8081", "-runtime_port", "3501", "-v", "info", "-x", "-y=1"],
        "ports": [{ "name": "kar", "containerPort": 3501, "protocol": "TCP" }],
        "env": [{ "name": "KAR_POD_IP", "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } }],
        "volumeMounts": [{ "name": "kar-ibm-com-config", "mountPath": "/var/run/secrets/kar.ibm.com", "readOnly": true }],
        "livenessProbe": { "httpGet": { "path": "kar/v1/system/health", "port": 3501 } },
        "securityContext": { "allowPrivilegeEscalation": false, "capabilities": { "drop": ["ALL"] },
            "seccompProfile": { "type": "RuntimeDefault" } },
    });
    assert_eq!(*kar, expected);
    let mut others = changed.clone();
    others["metadata"]["annotations"] = Value::Null;
    others["spec"]["containers"].as_array_mut().expect("a list").remove(0);
    assert_eq!(
        others,
        json!({
            "metadata": { "name": "p", "annotations": null, "labels": { "kar.ibm.com/app": "dp", "kar.ibm.com/service": "s" } },
            "spec": {
                "containers": [{ "name": "c", "image": "i", "env": [{ "name": "KAR_APP", "value": "dp" },
                    { "name": "KAR_APP_PORT", "value": "8081" }, { "name": "KAR_RUNTIME_PORT", "value": "3501" }] }],
                "volumes": [{ "name": "kar-ibm-com-config", "secret": { "secretName": "kar.ibm.com.runtime-config" } }],
                "imagePullSecrets": [{ "name": "kar.ibm.com.image-pull" }],
            },
        })
    );
}

#[test]
fn in_the_container_there_is_no_sidecar_and_no_pull_secret() {
    let changed = injected(&pod(json!({ "kar.ibm.com/app": "hello", "kar.ibm.com/service": "greeter",
        "kar.ibm.com/sidecarContainer": "false" })));
    let arguments =
        "-kubernetes_mode -config_dir /var/run/secrets/kar.ibm.com -service greeter -app_port 8080 -runtime_port 3500";
    assert_eq!(
        changed["spec"],
        json!({
            "containers": [{ "name": "c", "image": "i", "env": [
                { "name": "KAR_APP", "value": "hello" }, { "name": "KAR_SIDECAR_IN_CONTAINER", "value": "true" },
                { "name": "KAR_APP_PORT", "value": "8080" }, { "name": "KAR_RUNTIME_PORT", "value": "3500" },
                { "name": "KAR_EXTRA_ARGS", "value": arguments },
            ], "volumeMounts": [{ "name": "kar-ibm-com-config", "mountPath": "/var/run/secrets/kar.ibm.com", "readOnly": true }] }],
            "volumes": [{ "name": "kar-ibm-com-config", "secret": { "secretName": "kar.ibm.com.runtime-config" } }],
        })
    );
}

#[test]
fn a_native_sidecar_is_the_first_init_container_with_what_it_was_given() {
    let resources = Resources { requests: vec![("cpu".to_owned(), "50m".to_owned())], limits: Vec::new() };
    let sidecar =
        Sidecar { kind: Kind::Native, user: Some(65532), resources: Some(resources), image: "r/i:1".to_owned() };
    let mut job = pod(json!({ "kar.ibm.com/app": "a" }));
    job["spec"]["initContainers"] = json!([{ "name": "first" }]);
    job["spec"]["restartPolicy"] = "OnFailure".into();
    let (changed, warnings) = injected_with(&job, &sidecar);
    assert_eq!(warnings, [""; 0]);
    let inits = &changed["spec"]["initContainers"];
    assert_eq!((&inits[0]["name"], &inits[1]["name"]), (&json!("kar"), &json!("first")));
    assert_eq!(inits[0]["restartPolicy"], "Always");
    assert_eq!(inits[0]["image"], "r/i:1");
    assert_eq!(inits[0]["resources"], json!({ "requests": { "cpu": "50m" } }));
    assert_eq!(inits[0]["securityContext"]["runAsUser"], 65532);
    assert_eq!(inits[0]["securityContext"]["runAsNonRoot"], true);
    assert_eq!(changed["spec"]["containers"].as_array().map(Vec::len), Some(1));
    let message = &self::warnings(&job)[0];
    assert!(message.starts_with("with restartPolicy OnFailure the pod ends only when"), "{message}");
}

#[test]
fn pods_without_the_annotation_or_with_a_container_kar_stay_as_they_are() {
    let sidecar = Sidecar::default();
    assert_eq!(inject(&pod(json!({})), &sidecar), Ok(Outcome::Unchanged(Reason::NotAnnotated)));
    let annotated = pod(json!({ "kar.ibm.com/app": "a" }));
    for list in ["containers", "initContainers"] {
        let mut own = annotated.clone();
        own["spec"][list] = json!([{ "name": "kar" }]);
        assert_eq!(inject(&own, &sidecar), Ok(Outcome::Unchanged(Reason::HasItAll)));
    }
    for mode in ["true", "false"] {
        let once = injected(&pod(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/sidecarContainer": mode })));
        assert_eq!(inject(&once, &sidecar), Ok(Outcome::Unchanged(Reason::HasItAll)), "{mode}");
    }
}

#[test]
fn what_a_pod_has_of_its_own_is_kept_and_nothing_is_there_twice() {
    let mut own = pod(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/sidecarContainer": "false" }));
    let env = json!([{ "name": "KAR_APP_PORT", "value": "9" }, { "name": "KAR_APP", "value": "a" }]);
    own["spec"]["containers"][0]["env"] = env.clone();
    let mounts = json!([{ "name": "mine", "mountPath": "/var/run/secrets/kar.ibm.com/" }]);
    own["spec"]["containers"][0]["volumeMounts"] = mounts.clone();
    own["spec"]["volumes"] = json!([]);
    own["metadata"]["labels"] = json!({ "kar.ibm.com/app": "other", "z": "1" });
    let (mut changed, warnings) = injected_with(&own, &Sidecar::default());
    assert_eq!(
        warnings,
        [
            "container c sets KAR_APP_PORT itself, which was kept",
            "container c mounts something of its own at /var/run/secrets/kar.ibm.com, which was kept",
        ]
    );
    let container = &changed["spec"]["containers"][0];
    let names: Vec<_> = container["env"].as_array().expect("a list").iter().map(|variable| &variable["name"]).collect();
    assert_eq!(names, ["KAR_APP_PORT", "KAR_APP", "KAR_SIDECAR_IN_CONTAINER", "KAR_RUNTIME_PORT", "KAR_EXTRA_ARGS"]);
    assert_eq!((&container["volumeMounts"], &container["env"][0]["value"]), (&mounts, &json!("9")));
    assert_eq!(changed["metadata"]["labels"], json!({ "kar.ibm.com/app": "a", "z": "1" }));
    assert_eq!(uninject(&mut changed), Ok(true));
    assert_eq!(changed, own);
    assert_eq!(uninject(&mut changed), Ok(true), "now its own KAR_APP looks like an injected one");
}

#[test]
fn values_that_could_never_work_are_refused_with_their_place() {
    for (name, value, message) in [
        ("app", "", "is \"\", but has to be a value of a label: "),
        ("app", "a b", "is \"a b\", but has to be a value of a label: "),
        ("app", "-a", "is \"-a\", but has to be a value of a label: "),
        ("service", "a/b", "is \"a/b\", but has to be a value of a label: "),
        ("appPort", "http", "is \"http\", but has to be a port from 1 to 65535"),
        ("appPort", "+80", "is \"+80\", but has to be a port from 1 to 65535"),
        ("runtimePort", "0", "is \"0\", but has to be a port from 1 to 65535"),
        ("runtimePort", "65536", "is \"65536\", but has to be a port from 1 to 65535"),
        ("runtimePort", "", "is \"\", but has to be a port from 1 to 65535"),
    ] {
        let mut annotations = json!({ "kar.ibm.com/app": "a" });
        annotations[format!("kar.ibm.com/{name}")] = value.into();
        let seen = refusal(annotations);
        assert!(seen.starts_with(&format!("annotation kar.ibm.com/{name} {message}")), "{seen}");
    }
    assert_eq!(
        refusal(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/appPort": "3500" })),
        "annotations kar.ibm.com/appPort and kar.ibm.com/runtimePort are both 3500; one port has one listener"
    );
    assert_eq!(
        refusal(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/sidecarContainer": false })),
        "annotation kar.ibm.com/sidecarContainer is false, but has to be text: write \"false\" in quotes"
    );
}

#[test]
fn what_is_no_pod_is_refused_and_never_a_panic() {
    let annotated = pod(json!({ "kar.ibm.com/app": "a" }));
    for (path, value, message) in [
        ("/spec", json!(null), "spec.containers is missing"),
        ("/spec/containers", json!({}), "spec.containers is not a list of objects"),
        ("/spec/containers", json!([1]), "spec.containers is not a list of objects"),
        ("/spec/containers/0", json!({ "env": 1 }), "spec.containers.0.env is not a list of objects"),
        ("/metadata/labels", Value::Null, ""),
    ] {
        let mut broken = annotated.clone();
        if let Some(at) = broken.pointer_mut(path) {
            *at = value;
        }
        match inject(&broken, &Sidecar::default()) {
            Ok(_) => assert_eq!(message, ""),
            Err(refusal) => assert_eq!(refusal.0, format!("this is not a pod: {message}")),
        }
    }
    let mut labels = annotated.clone();
    labels["metadata"]["labels"] = json!([]);
    let seen = inject(&labels, &Sidecar::default()).expect_err("a refusal").0;
    assert_eq!(seen, "this is not a pod: metadata.labels is not a mapping");
    let mut taken = annotated;
    taken["spec"]["volumes"] = json!([{ "name": "kar-ibm-com-config", "emptyDir": {} }]);
    let seen = inject(&taken, &Sidecar::default()).expect_err("a refusal").0;
    assert_eq!(seen, "the pod has a volume kar-ibm-com-config that is not the secret kar.ibm.com.runtime-config");
}

#[test]
fn what_may_not_be_meant_is_warned_of() {
    let seen = warnings(&pod(json!({ "kar.ibm.com/app": "a", "kar.ibm.com/sidecarContainer": "True",
        "kar.ibm.com/verbose": "loud", "kar.ibm.com/actors": "", "kar.ibm.com/extraArgs": "-a b" })));
    assert_eq!(
        seen,
        [
            "annotation kar.ibm.com/actors is empty and was left out",
            "annotation kar.ibm.com/sidecarContainer is \"True\", neither \"true\" nor \"false\"; taken for \"false\"",
            "annotation kar.ibm.com/verbose is \"loud\", which kar ignores; it knows fatal, error, warning, info, debug",
            "argument \"-a b\" has a blank, at which the image's shell splits it",
        ]
    );
}

#[test]
fn templates_are_found_in_lists_and_below_schedules() {
    let list = json!({ "kind": "List", "items": [
        { "kind": "Service", "metadata": { "name": "s" } },
        { "kind": "CronJob", "apiVersion": "batch/v1", "metadata": { "name": "c", "namespace": "n",
            "annotations": { "kar.ibm.com/app": "a" } } },
        { "kind": "PodList", "items": [{ "kind": "Pod", "metadata": { "name": "p" } }] },
    ]});
    let seen: Vec<_> = templates(&list).into_iter().map(|found| (found.kind, found.name, found.template)).collect();
    let at = |pointer: &str, misplaced: &[&'static str]| Template::At {
        pointer: pointer.to_owned(),
        misplaced: misplaced.to_vec(),
    };
    assert_eq!(
        seen,
        [
            ("Service".to_owned(), "s".to_owned(), Template::None),
            ("CronJob".to_owned(), "c".to_owned(), at("/items/1/spec/jobTemplate/spec/template", &["kar.ibm.com/app"])),
            ("Pod".to_owned(), "p".to_owned(), at("/items/2/items/0", &[])),
        ]
    );
}
