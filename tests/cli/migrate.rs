//! `karctl migrate`: every script and option of KAR 1.3.10 is known, and whatever is printed is a whole command.

use karctl::target::migrate::{
    becomes,
    table::{Flag, SCRIPTS},
};

use crate::sandbox::Sandbox;

/// The scripts with every spelling of their options, as their sources have them; `=` stands for a value.
const FACTS: [(&str, &str); 21] = [
    ("docker-compose-start.sh", ""),
    ("docker-compose-stop.sh", ""),
    ("kar-env-local.sh", ""),
    ("kar-env-ibmcloud.sh", ""),
    ("kar-docker-run.sh", "-app= -image= -actors= -service= -port= -env= -name= -scale= -v= -h -help --help"),
    (
        "kar-k8s-deploy.sh",
        "-a -agent --agent -f= -file= --file= -m= -managed= --managed= -s= -set= --set= -ss= -set-string= --set-string= \
         -r= -release= --release= -os -openshift -h -help --help",
    ),
    ("kar-k8s-undeploy.sh", ""),
    ("kar-k8s-namespace-enable.sh", ""),
    ("kar-k8s-namespace-disable.sh", ""),
    ("kind-start.sh", ""),
    ("k3d-start.sh", ""),
    ("start-local-registry.sh", ""),
    ("kar-ce-project-enable.sh", ""),
    ("kar-ce-project-disable.sh", ""),
    (
        "kar-ce-run.sh",
        "-app= -image= -name= -actors= -service= -port= -env= -registry-secret= -scale= -externalize -nowait -v= -h -help \
         --help",
    ),
    ("setup-kind-kar-macos.sh", ""),
    ("setup-yalc.sh", ""),
    ("start-kar-metrics.sh", ""),
    ("stop-kar-metrics.sh", ""),
    ("start-k3d-logstack.sh", ""),
    ("stop-k3d-logstack.sh", ""),
];

/// Calls, among them one with every option of every script.
const CALLS: [&str; 30] = [
    "docker-compose-start.sh",
    "RESTART_POLICY=always ./scripts/docker-composer-start.sh",
    "docker-compose-stop.sh",
    ". scripts/kar-env-local.sh",
    "KAFKA_DEPLOY_HOST=host source kar-env-local.sh",
    ". kar-env-ibmcloud.sh kar-key",
    "kar-docker-run.sh -app a -image i -actors A,B -service s -port 80 -env 'X=a b' -env Y=1 -name n -scale 2 -v info",
    "kar-docker-run.sh -app a -image i -scale 2 -- node server.js",
    "kar-docker-run.sh -h",
    "kar-k8s-deploy.sh",
    "kar-k8s-deploy.sh -m kar-key -f values.yaml -s a=b -ss c=d -os -a",
    "kar-k8s-deploy.sh -a -m kar-key -r 1.3.9",
    "kar-k8s-deploy.sh --help",
    "kar-k8s-undeploy.sh",
    "kar-k8s-namespace-enable.sh team-a",
    "kar-k8s-namespace-disable.sh team-a",
    "KIND_NODE_TAG=v1.33.0 kind-start.sh",
    "k3d-start.sh",
    "k3d-start.sh 4",
    "start-local-registry.sh",
    "kar-ce-project-enable.sh kar-key",
    "kar-ce-project-disable.sh",
    "kar-ce-project-disable.sh orders",
    "kar-ce-run.sh -app a -image i -name n -actors A -service s -port 80 -env K=V -registry-secret r -scale 3 -externalize -nowait -v debug -- x",
    "setup-kind-kar-macos.sh",
    "setup-yalc.sh",
    "metrics/start-kar-metrics.sh",
    "metrics/stop-kar-metrics.sh",
    "ES_STORAGE_SIZE=9Gi logstack/start-k3d-logstack.sh",
    "logstack/stop-k3d-logstack.sh",
];

fn words(call: &str) -> Vec<String> {
    shlex::split(call).expect("words")
}

#[test]
fn every_script_and_option_is_known() {
    let known = SCRIPTS.iter().map(|script| {
        let spelling = |flag: &Flag| {
            let value = if flag.has_value { "=" } else { "" };
            flag.names.iter().map(|name| format!("{name}{value}")).collect::<Vec<_>>()
        };
        (script.name, script.options.iter().flat_map(spelling).collect())
    });
    let mut known: Vec<(&str, Vec<String>)> = known.collect();
    let mut facts: Vec<(&str, Vec<String>)> =
        FACTS.iter().map(|(name, flags)| (*name, flags.split_whitespace().map(str::to_owned).collect())).collect();
    for (_, flags) in known.iter_mut().chain(&mut facts) {
        flags.sort();
    }
    known.sort();
    facts.sort();
    assert_eq!(known, facts);
    for script in SCRIPTS {
        assert!(CALLS.iter().any(|call| call.contains(script.name) || call.contains("docker-composer-start.sh")));
    }
}

#[test]
fn whatever_is_printed_is_a_whole_command() {
    for call in CALLS {
        let migration = becomes::migrate(&words(call)).unwrap_or_else(|error| panic!("{call}: {error}"));
        assert!(!migration.commands.is_empty() || call.starts_with("setup-yalc"), "{call}");
        for command in migration.commands {
            let line = std::iter::once("karctl".to_owned()).chain(command.words.clone());
            match karctl::cli::command().try_get_matches_from(line) {
                Ok(_) => {}
                Err(error) if error.kind() == clap::error::ErrorKind::DisplayHelp => {}
                Err(error) => panic!("{call}: {}: {error}", command.text()),
            }
        }
    }
}

#[test]
fn options_of_a_script_are_the_scripts_and_what_it_dropped_is_told() {
    let sandbox = Sandbox::new();
    let finished =
        sandbox.karctl(["migrate", "-o", "json", "kar-k8s-deploy.sh", "-a", "-m", "my key", "-o", "x"]).output();
    let document = finished.document("migrate");
    let call = &document["calls"][0];
    assert_eq!(call["commands"], serde_json::json!(["karctl k8s deploy --agent --managed 'my key' --enable default"]));
    let notes = call["notes"].to_string();
    for note in ["ignored `-o` without a word", "ignored `x`", "ignored every option after `-a`: -m;"] {
        assert!(notes.contains(note), "{notes}");
    }
}

#[test]
fn a_command_is_typed_as_it_is_printed_and_all_else_is_a_comment() {
    let finished = Sandbox::new().karctl(["migrate", ".", "scripts/kar-env-local.sh"]).output();
    let mut lines = finished.stdout.lines();
    assert_eq!(lines.next(), Some("eval \"$(karctl env local)\""));
    assert!(lines.all(|line| line.starts_with("# ")), "{}", finished.stdout);
    assert_eq!((finished.status, finished.stderr.as_str()), (Some(0), ""));
}

#[test]
fn without_a_call_every_script_is_listed() {
    let document = Sandbox::new().karctl(["migrate", "-o", "json"]).output().document("migrate");
    let scripts = document["scripts"].as_array().expect("a list").iter().map(|script| script["script"].as_str());
    assert!(scripts.eq(SCRIPTS.iter().map(|script| Some(script.name))));
}

#[test]
fn calls_in_a_file_are_found() {
    let sandbox = Sandbox::new();
    sandbox.write("work/ci.sh", "set -e\n./docker-compose-start.sh && sleep 5\nkar-docker-run.sh -app a\n");
    let document = sandbox.karctl(["migrate", "--in", "ci.sh", "-o", "json"]).output().document("migrate");
    let calls = document["calls"].as_array().expect("a list");
    assert_eq!((calls.len(), &calls[0]["line"], &calls[1]["line"]), (2, &2.into(), &3.into()));
    assert_eq!(calls[0]["commands"][0], "karctl local up --engine docker");
    assert_eq!(calls[1]["notes"], serde_json::json!(["kar-docker-run.sh wants -image"]));
    let missing = "error: there is no file ci.txt\n";
    sandbox.karctl(["migrate", "--in", "ci.txt"]).stderr(missing).status(1);
}

#[test]
fn what_is_no_script_or_would_end_with_its_usage_is_a_usage_error() {
    let sandbox = Sandbox::new();
    let cases = [
        (
            "kar-k8s-deply.sh",
            "error: `kar-k8s-deply.sh` is no script of KAR's\nhint: the nearest is `kar-k8s-deploy.sh`\n",
        ),
        ("make", "error: `make` is no script of KAR's\nhint: `karctl migrate` lists them\n"),
        ("kar-k8s-deploy.sh -m", "error: `-m` has no value; kar-k8s-deploy.sh ended there without a message\n"),
        (
            "kar-env-ibmcloud.sh",
            "error: kar-env-ibmcloud.sh wants the name of a service key; without it, it prints its usage\n",
        ),
        ("kar-ce-run.sh -app a", "error: kar-ce-run.sh wants -image\n"),
        ("k3d-start.sh 12", "error: k3d-start.sh wants a number of workers from 0 to 9, not `12`\n"),
    ];
    for (call, stderr) in cases {
        sandbox.karctl([vec!["migrate".to_owned()], words(call)].concat()).stderr(stderr).status(2);
    }
}
