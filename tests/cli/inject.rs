use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;

/// Set to anything, it makes the golden files anew; what changed is to be read before it is committed.
const RENEW: &str = "KARCTL_RENEW";

const MANIFESTS: [&str; 5] = ["hello-js", "dp-java", "dp-js-debug", "chart", "bench"];

fn manifest(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/manifests").join(name)
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The manifests of KAR's examples, in our own words; each golden file holds stderr as a comment.
#[test]
fn the_examples_become_what_is_committed() {
    let sandbox = Sandbox::new();
    for name in MANIFESTS {
        sandbox.write(format!("work/{name}.yaml"), read(&manifest(&format!("{name}.yaml"))));
        let done = sandbox.karctl(["inject", "-f", &format!("{name}.yaml")]).output();
        assert_eq!(done.status, Some(0), "{}", done.stderr);
        let said: String = done.stderr.lines().map(|line| format!("# {line}\n")).collect();
        let injected = said + &done.stdout;
        let golden = manifest(&format!("{name}.injected.yaml"));
        if std::env::var_os(RENEW).is_some() {
            fs::write(&golden, &injected).expect("a file");
        }
        assert_eq!(injected, read(&golden), "{name}; where that is right: {RENEW}=1 cargo test --test cli inject");
    }
}

#[test]
fn an_injection_that_is_taken_away_leaves_what_was_there() {
    let sandbox = Sandbox::new();
    for name in MANIFESTS {
        let original = read(&manifest(&format!("{name}.yaml")));
        for options in [&[][..], &["--native-sidecar", "--sidecar-user", "65532"]] {
            let inject = ["inject", "-f", "-"].iter().chain(options).copied();
            let injected = sandbox.karctl(inject).stdin(original.clone()).output().stdout;
            let back = sandbox.karctl(["uninject", "-f", "-"]).stdin(injected.clone()).output().stdout;
            // As karctl writes it: uninject leaves alone what was never injected.
            let written = sandbox.karctl(["uninject", "-f", "-"]).stdin(original.clone()).output().stdout;
            assert_eq!(back, written, "{name}");
            assert_ne!(injected, written, "{name}: nothing was injected");
            let again = sandbox.karctl(["inject", "-f", "-"]).stdin(injected.clone()).output().stdout;
            assert_eq!(again, injected, "{name}: what is injected stays as it is");
        }
    }
}

#[test]
fn documents_keep_their_form_unless_another_is_asked_for() {
    let sandbox = Sandbox::new();
    let service = "{\"kind\": \"Service\", \"metadata\": {\"name\": \"z\", \"a\": \"yes\"}, \"apiVersion\": \"v1\"}";
    let said = "stdin:1: Service z: left as it is, it makes no pods\n";
    let json = "{\n  \"kind\": \"Service\",\n  \"metadata\": {\n    \"name\": \"z\",\n    \"a\": \"yes\"\n  },\n  \"apiVersion\": \"v1\"\n}\n";
    let yaml = "kind: Service\nmetadata:\n  name: z\n  a: \"yes\"\napiVersion: v1\n";
    sandbox.karctl(["inject", "-f", "-"]).stdin(service).stdout(json).stderr(said).status(0);
    sandbox.karctl(["inject", "-f", "-", "-o", "yaml"]).stdin(service).stdout(yaml).stderr(said).status(0);
    sandbox.karctl(["inject", "-f", "-", "-o", "json"]).stdin(yaml).stdout(json).stderr(said).status(0);
    let two = format!("{service}\n{}", service.replace("\"z\"", "\"y\""));
    let list = sandbox.karctl(["inject", "-f", "-"]).stdin(two).output();
    let list: serde_json::Value = serde_json::from_str(&list.stdout).expect("JSON");
    assert_eq!((&list["kind"], &list["items"][1]["metadata"]["name"]), (&"List".into(), &"y".into()));
}

#[test]
fn an_annotation_in_the_wrong_place_is_warned_of() {
    let deployment = "kind: Deployment\nmetadata:\n  name: web\n  namespace: team\n  annotations:\n    kar.ibm.com/app: a\n\
                      spec:\n  template:\n    spec:\n      containers:\n      - name: c\n";
    let said = "warning: stdin:1: Deployment team/web: annotation kar.ibm.com/app is on the Deployment itself, where it does \
                nothing; it belongs into spec.template.metadata.annotations\n\
                stdin:1: Deployment team/web: left as it is, no annotation kar.ibm.com/app\n";
    Sandbox::new().karctl(["inject", "-f", "-"]).stdin(deployment).stdout(deployment).stderr(said).status(0);
}

#[test]
fn mistakes_name_file_line_and_column_and_nothing_is_printed() {
    let sandbox = Sandbox::new();
    let pod = |name: &str, port: &str| {
        format!(
            "kind: Pod\nmetadata:\n  name: {name}\n  annotations: {{kar.ibm.com/app: a, kar.ibm.com/appPort: {port}}}\n\
             spec: {{containers: [{{name: c}}]}}\n---\n"
        )
    };
    let injected = "a.yaml:1: Pod p: injected, sidecar, application a\n";
    for (text, said) in [
        ("a: 1\n b: 2\n".to_owned(), "error: a.yaml:2:3: this is not YAML: mapping values are not allowed in this context\n".to_owned()),
        ("{\"a\": \n }".to_owned(), "error: a.yaml:2:2: this is not JSON: expected value\n".to_owned()),
        ("# nothing\n".to_owned(), "error: a.yaml holds no document\n".to_owned()),
        (pod("p", "\"80\"") + &pod("p", "\"80\""), format!("{injected}error: a.yaml:7: Pod p is there twice, the first time at a.yaml:1\n")),
        (
            pod("p", "http"),
            "error: a.yaml:1: Pod p: annotation kar.ibm.com/appPort is \"http\", but has to be a port from 1 to 65535\n".to_owned(),
        ),
        (
            pod("p", "80"),
            "error: a.yaml:1: Pod p: annotation kar.ibm.com/appPort is 80, but has to be text: write \"80\" in quotes\n".to_owned(),
        ),
    ] {
        sandbox.write("work/a.yaml", text);
        sandbox.karctl(["inject", "-f", "a.yaml"]).stderr(said).status(2);
    }
    sandbox.write("work/a.yaml", b"a: 1\nb: \xff\n");
    sandbox.karctl(["inject", "-f", "a.yaml"]).stderr("error: a.yaml:2: this is not UTF-8\n").status(2);
    let said = "error: none.yaml cannot be read: No such file or directory (os error 2)\n";
    sandbox.karctl(["uninject", "-f", "none.yaml"]).stderr(said).status(2);
}

#[test]
fn options_of_the_sidecar_are_checked() {
    let sandbox = Sandbox::new();
    for (option, value) in [
        ("--sidecar-user", "0"),
        ("--sidecar-resources", "cpu=1"),
        ("--sidecar-resources", "limits.cpu=much"),
        ("--sidecar-resources", "limits.memory=5Zi"),
    ] {
        let refused = sandbox.karctl(["inject", "-f", "-", option, value]).output();
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{value}: {}", refused.stderr);
    }
    let options = ["--sidecar-image", "r/s:2", "--sidecar-resources", "requests.cpu=50m,limits.memory=256Mi"];
    let injected = sandbox.karctl(["inject", "-f", "-", "-o", "json"].into_iter().chain(options));
    let pod = "kind: Pod\nmetadata: {annotations: {kar.ibm.com/app: a}}\nspec: {containers: [{name: c}]}\n";
    let injected: serde_json::Value = serde_json::from_str(&injected.stdin(pod).output().stdout).expect("JSON");
    let kar = &injected["spec"]["containers"][0];
    assert_eq!(kar["image"], "r/s:2");
    assert_eq!(kar["resources"].to_string(), r#"{"requests":{"cpu":"50m"},"limits":{"memory":"256Mi"}}"#);
}
