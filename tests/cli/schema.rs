use serde_json::Value;

use crate::sandbox::Sandbox;

/// Commands without a document of their own, and why.
const WITHOUT: [(&str, &str); 11] = [
    ("cluster kubeconfig", "it is YAML for kubectl"),
    ("exec", "what it prints is the command's"),
    ("inject", "it prints the manifests that it was given"),
    ("injector serve", "it prints a log"),
    ("k8s logs", "what it prints are the pods' lines"),
    ("k8s port-forward", "it prints nothing but notes"),
    ("k8s rbac", "it is YAML for kubectl"),
    ("k8s render", "it is YAML for kubectl"),
    ("local export compose", "it is a document of docker compose"),
    ("local logs", "what it prints are the servers' lines"),
    ("uninject", "it prints the manifests that it was given"),
];

fn documents() -> Vec<String> {
    let document = Sandbox::new().karctl(["schema", "-o", "json"]).output().document("schema");
    serde_json::from_value(document["commands"].clone()).expect("names")
}

#[test]
fn every_document_has_a_schema_that_is_one() {
    let sandbox = Sandbox::new();
    for command in documents() {
        let shown = sandbox.karctl(std::iter::once("schema").chain(command.split(' '))).output();
        let schema: Value = serde_json::from_str(&shown.stdout).unwrap_or_else(|_| panic!("{}", shown.stderr));
        jsonschema::meta::validate(&schema).unwrap_or_else(|error| panic!("{command}: {error}"));
        assert_eq!(schema["type"], "object", "{command}: one document, which can grow");
        assert!(!shown.stdout.contains("[`"), "{command}: a link that leads nowhere");
    }
}

#[test]
fn every_command_has_a_schema_or_a_reason_for_none() {
    let documents = documents();
    for path in leaves(&karctl::cli::command(), "") {
        let is_listed =
            documents.iter().any(|document| *document == path || document.starts_with(&format!("{path} --")));
        let is_excepted = WITHOUT.iter().any(|(command, _)| *command == path);
        assert!(is_listed != is_excepted, "`{path}` is to be in the registry of src/cli/schema.rs");
    }
}

fn leaves(command: &clap::Command, path: &str) -> Vec<String> {
    let below = |below: &clap::Command| format!("{path} {}", below.get_name()).trim().to_owned();
    let subcommands: Vec<_> = command.get_subcommands().filter(|command| !command.is_hide_set()).collect();
    if subcommands.is_empty() {
        return vec![path.to_owned()];
    }
    subcommands.iter().flat_map(|command| leaves(command, &below(command))).collect()
}

#[test]
fn a_command_without_a_document_is_a_usage_error_that_names_the_nearest() {
    let stderr = "error: `karctl local upp` prints no document\nhint: the nearest is `local up`\n";
    Sandbox::new().karctl(["schema", "local", "upp"]).stderr(stderr).status(2);
}
