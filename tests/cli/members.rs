//! `karctl env hybrid` and `karctl exec hybrid`: what a project's file says, as a member sees it.

use serde_json::Value;

use crate::sandbox::Sandbox;

const SERVICES: &str = "KAFKA_BROKERS: kafka.example.org:9093\nKAFKA_VERSION: 3.2.0\nREDIS_HOST: redis.example.org\n\
                        REDIS_PORT: 6380\nREDIS_PASSWORD: hunter2\n";

const PROJECT: &str = "\
version: 1
services: { file: services.yaml }
members:
  laptop: { local: {} }
  edge: { host: {} }
";

fn project(text: &str) -> Sandbox {
    let sandbox = Sandbox::new();
    sandbox.write("work/karctl.yaml", text);
    sandbox.write("work/services.yaml", SERVICES);
    sandbox
}

#[test]
fn the_variables_of_a_project_are_those_of_its_services() {
    let sandbox = project(PROJECT);
    let of_file = sandbox.karctl(["env", "file", "services.yaml"]).output().stdout;
    for arguments in [&["env", "hybrid"][..], &["env", "hybrid", "edge"]] {
        assert_eq!(sandbox.karctl(arguments).output().stdout, of_file, "{arguments:?}");
    }
    let said = sandbox.karctl(["exec", "hybrid", "--", "/bin/sh", "-c", "echo $KAFKA_BROKERS $REDIS_PORT"]).output();
    assert_eq!((said.stdout.as_str(), said.status), ("kafka.example.org:9093 6380\n", Some(0)));
}

#[test]
fn the_file_is_found_from_a_folder_below_it() {
    let sandbox = project(PROJECT);
    let folder = sandbox.path("work/src/main");
    std::fs::create_dir_all(&folder).expect("a folder");
    let script = format!("cd '{}' && exec '{}' env hybrid -o json", folder.display(), env!("CARGO_BIN_EXE_karctl"));
    let shown = sandbox.command("/bin/sh", ["-c", &script]).output();
    let variables: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    assert_eq!(variables["REDIS_HOST"], "redis.example.org");
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    let hint = "hint: `karctl explain KAR340` tells more\n";
    let refused = |text: &str, arguments: &[&str], stderr: &str| {
        project(text).karctl(arguments).stdout("false;\n").stderr(stderr).status(2);
    };
    refused(
        "version: 1\nmembers: { edge: { host: {} } }\n",
        &["env", "hybrid"],
        &format!(
            "error: [ROOT]/work/karctl.yaml does not say where Kafka and Redis are\n\
             hint: `karctl hybrid init` adds it, or write `services: {{ local: {{}} }}`\n{hint}"
        ),
    );
    refused(
        "version: 1\nservices: { file: services.yaml }\nmembers: { edge: { hots: {} } }\n",
        &["env", "hybrid"],
        &format!(
            "error: [ROOT]/work/karctl.yaml:3:20: unknown key `members.edge.hots`\nhint: the nearest key is `host`\n{hint}"
        ),
    );
    refused(
        "version: 1\nservices: { file: services.yaml }\nmembers: { edge: { host: {} } }\n",
        &["env", "hybrid"],
        "error: [ROOT]/work/karctl.yaml has no member that is this machine\n\
         hint: add one (`laptop: { local: {} }`), or name the member that this process is to be\nhint: there is edge\n",
    );
    refused(
        PROJECT,
        &["env", "hybrid", "egde"],
        "error: [ROOT]/work/karctl.yaml has no member `egde`\nhint: did you mean `edge`?\n",
    );
}

#[test]
fn a_member_that_cannot_reach_the_services_is_told_so_before_anything_is_tried() {
    let sandbox = project(PROJECT);
    sandbox.write("work/services.yaml", SERVICES.replace("kafka.example.org", "127.0.0.1"));
    let stderr = "error: [ROOT]/work/karctl.yaml:5:3: `edge` (another host) cannot reach `127.0.0.1:9093`: that is the member \
                  itself there\nhint: write addresses into the file of the services that every member reaches\n\
                  hint: `karctl explain KAR501` tells more\n";
    sandbox.karctl(["env", "hybrid", "edge"]).stdout("false;\n").stderr(stderr).status(2);
    assert_eq!(sandbox.karctl(["env", "hybrid"]).output().status, Some(0), "this machine can");
}
