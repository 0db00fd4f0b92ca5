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

/// What a schema can say; that two members are one, or a name leads nowhere, only the reader tells.
#[test]
fn the_schema_of_a_project_takes_what_the_reader_takes() {
    let shown = Sandbox::new().karctl(["schema", "karctl.yaml"]).output();
    let schema: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let apps = "apps: { hello: { manifests: m, components: { server: { service: s, actors: [A], port: 80, replicas: 2, \
                verbose: info, environment: { A: 1 }, command: [node, 1], build: x, dockerfile: y, image: z }, client: } } }";
    let fine = [
        "version: 1",
        "{ version: 1, project: orders, members: }",
        apps,
        "services: { local: }\nsettings:",
        "services: { local: { name: mine } }\nsettings: { kafka: { heap: 400m } }",
        "services: { cluster: east }\nmembers: { east: { cluster: { context: c, uid: u, kubeconfig: k }, profile: kind, \
         values: { redis: { port: 1 } }, namespaces: [team-a] } }",
        "services: { managed: { key: k, redis-key-id: r, kafka-key-id: k } }\nmembers: { laptop: { local: , profile: ha } }",
        "services: { credentials: keys.json }\nmembers: { cloud: { code-engine: { project: p, region: r, \
         resource-group: g } } }",
        "services: { file: s.yaml }\nmembers: { edge: { host: {} }, far: { host: } }",
    ];
    let wrong = [
        "version: 2",
        "versio: 1",
        "project: A",
        "project: a-",
        "services: { local: {}, file: f }",
        "services: {}",
        "services: { managed: {} }",
        "services: { file: '' }",
        "settings: { kafka: { prot: 1 } }",
        "members: { A: { host: } }",
        "members: { a: {} }",
        "members: { a: { host: , local: } }",
        "members: { a: { host: , profile: kind } }",
        "members: { a: { local: , namespaces: [n] } }",
        "members: { a: { cluster: {} } }",
        "members: { a: { cluster: { context: c }, namespaces: [N] } }",
        "members: { a: { code-engine: {} } }",
        "apps: { a: {} }",
        "apps: { a: { components: { b: { port: 0 } } } }",
        "apps: { a: { components: { b: { verbose: loud } } } }",
        "apps: { a: { components: { b: { service: a b } } } }",
    ];
    for (texts, is_fine) in [(&fine[..], true), (&wrong[..], false)] {
        for text in texts {
            let text = if text.contains("version") || text.contains("versio:") {
                (*text).to_owned()
            } else {
                format!("version: 1\n{text}\n")
            };
            let read = karctl::settings::project::Project::read("karctl.yaml", &text);
            assert_eq!(read.is_ok(), is_fine, "reader: {text}\n{read:?}");
            let value: Value = serde_yaml::from_str(&text).expect("YAML");
            let errors: Vec<_> = validator.iter_errors(&value).map(|error| error.to_string()).collect();
            assert_eq!(errors.is_empty(), is_fine, "schema: {text}\n{errors:?}");
        }
    }
}
