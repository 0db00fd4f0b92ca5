//! What must hold of injection for any pod: random ones over the shape of the Pod schema, hostile values and unknown fields
//! included.

use std::collections::BTreeMap;

use karctl::inject::{Injection, Kind, Outcome, Sidecar, inject, uninject};
use rand::rngs::StdRng;
use rand::{RngExt, SeedableRng};
use serde_json::{Map, Value, json};

const PODS: u64 = 5_000;

/// The paths that injection may add, as the original's: `#` is an index, `-` the end of a list.
const DOCUMENTED: [&str; 15] = [
    "/metadata/annotations/kar.ibm.com~1uninject",
    "/metadata/labels",
    "/metadata/labels/kar.ibm.com~1app",
    "/metadata/labels/kar.ibm.com~1service",
    "/spec/containers/#",
    "/spec/containers/#/env",
    "/spec/containers/#/env/-",
    "/spec/containers/#/volumeMounts",
    "/spec/containers/#/volumeMounts/-",
    "/spec/imagePullSecrets",
    "/spec/imagePullSecrets/-",
    "/spec/initContainers",
    "/spec/initContainers/#",
    "/spec/volumes",
    "/spec/volumes/-",
];

struct Pods(StdRng);

impl Pods {
    fn one_of<'a, T: ?Sized>(&mut self, choices: &[&'a T]) -> &'a T {
        choices[self.0.random_range(0..choices.len())]
    }

    fn chance(&mut self, percent: u32) -> bool {
        self.0.random_range(0..100) < percent
    }

    fn pod(&mut self) -> Value {
        let mut metadata = Map::new();
        self.unknown(&mut metadata);
        if self.chance(80) {
            metadata.insert("name".to_owned(), "p".into());
        }
        if self.chance(60) {
            metadata.insert("labels".to_owned(), self.labels());
        }
        if self.chance(95) {
            metadata.insert("annotations".to_owned(), self.annotations());
        }
        self.unknown(&mut metadata);
        let mut spec = Map::new();
        if self.chance(40) {
            spec.insert("initContainers".to_owned(), self.list(2, |pods| pods.container("init")));
        }
        self.unknown(&mut spec);
        let mut containers = self.list(3, |pods| pods.container("app"));
        if containers.as_array().is_none_or(Vec::is_empty) {
            containers = json!([self.container("app")]);
        }
        spec.insert("containers".to_owned(), containers);
        if self.chance(50) {
            spec.insert("volumes".to_owned(), self.list(2, Self::volume));
        }
        if self.chance(30) {
            spec.insert("imagePullSecrets".to_owned(), self.list(2, Self::pull_secret));
        }
        if self.chance(30) {
            spec.insert("restartPolicy".to_owned(), self.one_of(&["Always", "Never", "OnFailure"]).into());
        }
        self.unknown(&mut spec);
        json!({ "apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec, "status": { "phase": "Pending" } })
    }

    fn annotations(&mut self) -> Value {
        let mut annotations = Map::new();
        self.unknown(&mut annotations);
        let values: [(&str, u32, &[&str]); 8] = [
            ("app", 90, &["a", "dp", "my.App_1"]),
            ("sidecarContainer", 60, &["true", "false", "True", "no"]),
            ("service", 40, &["s", "greeter", ""]),
            ("actors", 40, &["A", "Cafe,Fork"]),
            ("appPort", 40, &["8080", "9080", "1"]),
            ("runtimePort", 40, &["3500", "3501"]),
            ("verbose", 30, &["info", "-1", "loud"]),
            ("extraArgs", 30, &["-a", "-a=1,-b", r"-t=a\,b,-c d", ","]),
        ];
        for (name, percent, choices) in values {
            if self.chance(percent) {
                annotations.insert(format!("kar.ibm.com/{name}"), self.one_of(choices).into());
            }
        }
        Value::Object(annotations)
    }

    fn labels(&mut self) -> Value {
        let mut labels = Map::new();
        for name in ["z", "kar.ibm.com/app", "a", "kar.ibm.com/service"] {
            if self.chance(if name.len() == 1 { 60 } else { 15 }) {
                labels.insert(name.to_owned(), self.one_of(&["a", "dp", "s", "other"]).into());
            }
        }
        if self.chance(5) { Value::Null } else { Value::Object(labels) }
    }

    fn container(&mut self, name: &str) -> Value {
        let mut container = Map::new();
        container.insert("name".to_owned(), format!("{name}{}", self.0.random_range(0..1000)).into());
        self.unknown(&mut container);
        if self.chance(60) {
            container.insert("env".to_owned(), self.list(4, Self::variable));
        }
        if self.chance(50) {
            container.insert("volumeMounts".to_owned(), self.list(2, Self::mount));
        }
        if self.chance(20) {
            container.insert("readinessProbe".to_owned(), json!({ "grpc": { "port": 9000 } }));
        }
        self.unknown(&mut container);
        Value::Object(container)
    }

    fn variable(&mut self) -> Value {
        let names = ["X", "PATH", "Y", "KAR_APP", "KAR_APP_PORT", "KAR_EXTRA_ARGS", "KAR_SIDECAR_IN_CONTAINER"];
        let name = self.one_of(&names);
        if self.chance(20) {
            return json!({ "name": name, "valueFrom": { "fieldRef": { "fieldPath": "status.podIP" } } });
        }
        json!({ "name": name, "value": self.one_of(&["a", "8080", "true", "", "x"]) })
    }

    fn mount(&mut self) -> Value {
        let name = self.one_of(&["data", "kar-ibm-com-config", "x"]);
        let path = self.one_of(&["/data", "/var/run/secrets/kar.ibm.com", "/var/run/secrets/kar.ibm.com/"]);
        json!({ "name": name, "mountPath": path, "recursiveReadOnly": "Enabled" })
    }

    fn volume(&mut self) -> Value {
        match self.0.random_range(0..8) {
            0 => json!({ "name": "kar-ibm-com-config", "secret": { "secretName": "kar.ibm.com.runtime-config" } }),
            1 => json!({ "secret": { "defaultMode": 256, "secretName": "kar.ibm.com.runtime-config" },
                "name": "kar-ibm-com-config" }),
            number => json!({ "name": format!("v{number}"), "emptyDir": {} }),
        }
    }

    fn pull_secret(&mut self) -> Value {
        json!({ "name": self.one_of(&["mine", "kar.ibm.com.image-pull"]) })
    }

    /// A list; seldom an empty one, or null.
    fn list(&mut self, most: usize, mut item: impl FnMut(&mut Self) -> Value) -> Value {
        if self.chance(4) {
            return Value::Null;
        }
        let length = self.0.random_range(0..=most);
        (0..length).map(|_| item(self)).collect()
    }

    fn unknown(&mut self, members: &mut Map<String, Value>) {
        if self.chance(25) {
            let name = format!("future{}", self.0.random_range(0..100));
            members.insert(
                name,
                self.one_of(&[&json!("yes"), &json!(1.5), &json!([null, {}]), &json!({ "b": { "a": [] } })]).clone(),
            );
        }
    }
}

fn sidecar(kind: Kind) -> Sidecar {
    Sidecar { kind, ..Sidecar::default() }
}

fn applied(injection: &Injection, pod: &Value) -> Value {
    let mut changed = pod.clone();
    json_patch::patch(&mut changed, &injection.patch).expect("a strict library takes it");
    changed
}

/// `/spec/containers/3/env` becomes `/spec/containers/#/env`.
fn shape(path: &str) -> String {
    let is_index = |part: &str| !part.is_empty() && part.bytes().all(|c| c.is_ascii_digit());
    path.split('/').map(|part| if is_index(part) { "#" } else { part }).collect::<Vec<_>>().join("/")
}

#[test]
fn changes_are_the_documented_ones_and_can_be_taken_back() {
    let mut pods = Pods(StdRng::seed_from_u64(5));
    let mut seen: BTreeMap<String, u64> = BTreeMap::new();
    let (mut injected, mut noted) = (0, 0);
    for number in 0..PODS {
        let pod = pods.pod();
        let sidecar = sidecar(if number % 2 == 0 { Kind::Container } else { Kind::Native });
        let Ok(Outcome::Injected(injection)) = inject(&pod, &sidecar) else { continue };
        injected += 1;
        let operations = serde_json::to_value(&injection.patch).expect("JSON");
        for operation in operations.as_array().expect("a list") {
            assert_eq!(operation["op"], "add", "{operation}");
            let shape = shape(operation["path"].as_str().expect("text"));
            assert!(DOCUMENTED.contains(&shape.as_str()), "{shape}");
            *seen.entry(shape).or_default() += 1;
        }
        let changed = applied(&injection, &pod);
        assert_ne!(changed, pod);
        assert_eq!(
            changed["spec"]["containers"].as_array().map(Vec::len),
            expected_containers(&pod, &changed),
            "{changed:#}"
        );
        // What is injected is not injected again.
        assert!(matches!(inject(&changed, &sidecar), Ok(Outcome::Unchanged(_))), "{changed:#}");
        let mut back = changed.clone();
        assert_eq!(uninject(&mut back), Ok(true), "{changed:#}");
        assert_eq!(back, pod, "{changed:#}");
        let is_noted = changed["metadata"]["annotations"].get("kar.ibm.com/uninject").is_some();
        noted += u64::from(is_noted);
        // Without a note, not even the order of a key has changed, which the equality of values does not see.
        let (back, pod) = (back.to_string(), pod.to_string());
        assert!(is_noted || back == pod, "{back}\n{pod}");
    }
    println!("{injected} of {PODS} injected, {noted} of them with a note; {seen:#?}");
    assert!(injected > PODS / 2 && noted > 0 && noted < injected);
    let missing: Vec<_> = DOCUMENTED.iter().filter(|path| !seen.contains_key(**path)).collect();
    assert!(missing.is_empty(), "never met: {missing:?}");
}

/// One more where there is a sidecar that is not native.
fn expected_containers(pod: &Value, changed: &Value) -> Option<usize> {
    let is_first = changed["spec"]["containers"][0]["name"] == "kar";
    pod["spec"]["containers"].as_array().map(|list| list.len() + usize::from(is_first))
}

/// Every value that was there is there still, at its place: lists only grow, and the sidecar moves containers by one.
#[test]
fn nothing_that_was_there_is_lost() {
    let mut pods = Pods(StdRng::seed_from_u64(6));
    let mut looked = 0;
    for _ in 0..PODS / 4 {
        let pod = pods.pod();
        let Ok(Outcome::Injected(injection)) = inject(&pod, &Sidecar::default()) else { continue };
        let mut changed = applied(&injection, &pod);
        let containers = changed["spec"]["containers"].as_array_mut().expect("a list");
        if containers[0]["name"] == "kar" {
            containers.remove(0);
        }
        let mut lost = Vec::new();
        is_within(&pod, &changed, String::new(), &mut lost);
        assert_eq!(lost, [""; 0], "{pod:#}");
        looked += 1;
    }
    assert!(looked > PODS / 8, "{looked}");
}

fn is_within(old: &Value, new: &Value, path: String, lost: &mut Vec<String>) {
    match (old, new) {
        (Value::Object(old), Value::Object(new)) => {
            for (name, value) in old {
                is_within(value, new.get(name).unwrap_or(&Value::Null), format!("{path}/{name}"), lost);
            }
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, value) in old.iter().enumerate() {
                is_within(value, new.get(index).unwrap_or(&Value::Null), format!("{path}/{index}"), lost);
            }
        }
        // A list or mapping that was null is made; the labels of injection are those of the annotations.
        (Value::Null, Value::Array(_) | Value::Object(_)) => {}
        _ if path.starts_with("/metadata/labels/kar.ibm.com/") => {}
        _ if old == new => {}
        _ => lost.push(path),
    }
}
