use super::{PROJECT, customer, run};
use crate::sandbox::Sandbox;

const APPS: &str = "\
# the company's project
version: 1
apps:
  hello:          # the first one
    components: { server: {} }

# until the end
";

#[test]
fn a_file_is_written_where_there_is_none_and_the_second_run_changes_nothing() {
    let sandbox = Sandbox::new();
    let line =
        "hybrid init --services local --member laptop=local --member edge=host --member cloud=code-engine:p@eu-de";
    let made = sandbox.karctl(line.split(' ').chain(["-o", "json"])).output().document("hybrid init");
    assert_eq!((&made["change"], &made["services_added"]), (&"created".into(), &true.into()));
    let text = sandbox.read("work/karctl.yaml");
    assert_eq!(
        text,
        "version: 1\nservices: { local: {} }\nmembers:\n  laptop: { local: {} }\n  edge: { host: {} }\n  \
         cloud: { code-engine: { project: p, region: eu-de } }\n"
    );
    sandbox.karctl(line.split(' ')).stdout("[ROOT]/work/karctl.yaml: unchanged\n").status(0);
    assert_eq!(sandbox.read("work/karctl.yaml"), text);
}

#[test]
fn a_file_is_extended_and_all_that_was_in_it_stays() {
    let sandbox = Sandbox::new();
    sandbox.write("work/karctl.yaml", APPS);
    let words = ["hybrid", "init", "--services", "file:services.yaml", "--member", "edge=host"];
    let shown = sandbox.karctl(words.iter().copied().chain(["--dry-run"])).output();
    assert_eq!(shown.stdout, "[ROOT]/work/karctl.yaml: would be updated\nMembers added: edge\n");
    assert_eq!(sandbox.read("work/karctl.yaml"), APPS);
    sandbox
        .karctl(words)
        .stdout(
            "[ROOT]/work/karctl.yaml: updated\nMembers added: edge\n\
             `karctl hybrid plan` shows what `karctl hybrid up` would do\n",
        )
        .status(0);
    let text = sandbox.read("work/karctl.yaml");
    assert_eq!(text, format!("{APPS}services: {{ file: services.yaml }}\nmembers:\n  edge: {{ host: {{}} }}\n"));
}

#[test]
fn what_the_file_says_otherwise_is_refused_with_its_place() {
    let (customer, _) = customer();
    for (line, expected) in [
        ("init --services local", "karctl.yaml:3:13: it says already where Kafka and Redis are\nhint: change it there"),
        ("init --member edge=local", "karctl.yaml:7:3: `edge` is there already, and is another host\n"),
        ("init --member twin=code-engine:prod", "the members `cloud` and `twin` are both the project `prod`"),
        ("init --member Edge=host", "--member: `Edge` cannot be a name\n"),
        ("init --services lokal", "--services `lokal` says nothing of services\nhint: write local, local:NAME"),
        ("init", "Who uses them? Nobody can be asked here\nhint: give --services and --member\n"),
    ] {
        let refused = run(&customer, line, 2).stderr;
        assert!(refused.contains(expected), "{line}\n{refused}");
        assert_eq!(customer.sandbox.read("work/karctl.yaml"), PROJECT);
    }
}

#[test]
fn what_init_writes_up_brings_up() {
    let (customer, _) = customer();
    run(&customer, "init --member far=host -f karctl.yaml", 0);
    run(&customer, "up --only far", 0);
    assert!(customer.sandbox.path("work/hybrid/far.env").exists());
}
