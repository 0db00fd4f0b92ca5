use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use crate::sandbox::Sandbox;

/// Set to anything, it makes the golden files anew.
const RENEW: &str = "KARCTL_RENEW";

/// Every file below a folder with its text, but for what a project brings itself.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("below it").display().to_string();
            files.insert(name, fs::read_to_string(&path).expect("text"));
        }
    }
    files
}

fn golden(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cli/apps").join(name)
}

/// Compares all that a project holds with the golden files of that name.
#[track_caller]
fn assert_golden(sandbox: &Sandbox, project: &str, name: &str) {
    let (actual, expected) = (files(&sandbox.path(project)), golden(name));
    if std::env::var_os(RENEW).is_some() {
        fs::remove_dir_all(&expected).ok();
        for (name, text) in &actual {
            let path = expected.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, text).expect("a file");
        }
    }
    assert!(expected.is_dir(), "{}: make it with {RENEW}=1 cargo test --test cli app::", expected.display());
    assert_eq!(actual, files(&expected), "{name}: {RENEW}=1 renews the golden files");
}

#[test]
fn the_example_is_written_in_every_language() {
    for language in ["js", "java", "python"] {
        let sandbox = Sandbox::new();
        let made = sandbox.karctl(["app", "init", "hello", "--example", "hello", "--language", language]).output();
        assert_eq!((made.status, made.stderr.as_str()), (Some(0), ""), "{}", made.stderr);
        assert_golden(&sandbox, "work/hello", &format!("hello-{language}"));
    }
}

#[test]
fn a_project_is_given_what_it_lacks() {
    const PACKAGE: &str =
        "{ \"name\": \"@team/Dining_Tables\", \"scripts\": { \"start\": \"node tables.js --fast\" } }\n";
    const POM: &str = "<project><artifactId>bank</artifactId></project>\n";
    for (name, own, options) in [
        ("js-actors", &[("package.json", PACKAGE), ("package-lock.json", "{}\n")][..], &["--actors", "Cafe,Table"][..]),
        ("js-npm", &[("package.json", "{ \"name\": \"a\", \"scripts\": { \"start\": \"tsx a.ts\" } }\n")], &[]),
        ("java-maven", &[("pom.xml", POM)], &["--service", "teller", "--port", "9080"]),
        ("java-quarkus", &[("pom.xml", "<artifactId>q</artifactId> quarkus-maven-plugin\n")], &["--service", "q"]),
        ("java-liberty", &[("pom.xml", "<artifactId>l</artifactId><packaging>war</packaging>\n")], &["--service", "l"]),
        ("java-gradle", &[("build.gradle", "\n")], &["--name", "g", "--service", "g"]),
        ("python-requirements", &[("requirements.txt", "flask\n"), ("app.py", "\n")], &["--service", "p"]),
        ("python-project", &[("pyproject.toml", "[project]\nname = \"pp\"\n")], &["--start", "pp --serve \"a b\""]),
    ] {
        let sandbox = Sandbox::new();
        for (file, text) in own {
            sandbox.write(Path::new("work").join(file), text);
        }
        let made = sandbox.karctl(["app", "init"].iter().chain(options)).output();
        assert_eq!((made.status, made.stderr.as_str()), (Some(0), ""), "{name}: {}", made.stderr);
        assert_golden(&sandbox, "work", name);
    }
}

#[test]
fn what_is_there_is_left_as_it_is() {
    let sandbox = Sandbox::new();
    sandbox.write("work/server.js", "// mine\n");
    sandbox
        .karctl(["app", "init", "--example", "hello"])
        .stdout(
            "wrote package.json\nserver.js is there and was left as it is\nwrote client.js\nwrote Dockerfile\n\
             wrote .dockerignore\nwrote kubernetes/hello.yaml\nwrote karctl.yaml\n\
             `hello` is an application in JavaScript; `karctl app up` builds and runs it\n",
        )
        .status(0);
    let before = files(&sandbox.path("work"));
    assert_eq!(before["server.js"], "// mine\n");
    let again = sandbox.karctl(["app", "init", "--example", "hello", "-o", "json"]).output();
    let document = again.document("app init");
    let actions: Vec<_> = document["files"].as_array().expect("files").iter().map(|file| &file["action"]).collect();
    assert_eq!(actions, ["unchanged", "kept", "unchanged", "unchanged", "unchanged", "unchanged", "unchanged"]);
    assert_eq!(files(&sandbox.path("work")), before);
}

/// Cut half-way, the same command writes the rest.
#[test]
fn what_is_missing_is_written_by_the_same_command() {
    let sandbox = Sandbox::new();
    assert_eq!(sandbox.karctl(["app", "init", "--example", "hello"]).output().status, Some(0));
    let whole = files(&sandbox.path("work"));
    fs::remove_file(sandbox.path("work/kubernetes/hello.yaml")).expect("it was written");
    fs::remove_file(sandbox.path("work/Dockerfile")).expect("it was written");
    let again = sandbox.karctl(["app", "init", "--example", "hello"]).output();
    assert_eq!((again.status, again.stderr.as_str()), (Some(0), ""));
    assert!(again.stdout.contains("wrote Dockerfile\n.dockerignore is there\n"), "{}", again.stdout);
    assert_eq!(files(&sandbox.path("work")), whole);
}

#[test]
fn a_dry_run_shows_everything_and_writes_nothing() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["app", "init", "new", "--example", "hello", "--dry-run"]).output();
    assert_eq!((shown.status, shown.stderr.as_str()), (Some(0), ""));
    assert!(shown.stdout.contains("would write Dockerfile:\n  # What holds `kar`"), "{}", shown.stdout);
    assert!(shown.stdout.contains("would write karctl.yaml:\n"), "{}", shown.stdout);
    assert!(!sandbox.path("work/new").exists());
}

/// Manifests and Dockerfile follow the file that is there.
#[test]
fn an_existing_project_file_says_what_the_application_is() {
    let sandbox = Sandbox::new();
    sandbox.write("work/package.json", "{ \"name\": \"other\", \"main\": \"a.js\" }\n");
    sandbox.write("work/a.js", "");
    let own = "version: 1\napps:\n  dp:\n    manifests: deploy\n    components:\n      cafe:\n        actors: [Cafe]\n";
    sandbox.write("work/karctl.yaml", own);
    let made = sandbox.karctl(["app", "init", "--service", "ignored"]).output();
    assert_eq!(made.status, Some(0), "{}", made.stderr);
    assert_eq!(
        made.stderr,
        "warning: the applications are those of the karctl.yaml that is there, not those of options\n"
    );
    assert_eq!(sandbox.read("work/karctl.yaml"), own);
    let manifests = sandbox.read("work/deploy/dp.yaml");
    assert!(
        manifests.contains("name: dp-cafe\n") && manifests.contains("kar.ibm.com/actors: \"Cafe\"\n"),
        "{manifests}"
    );
}

#[test]
fn a_project_file_that_is_wrong_is_told_with_its_place() {
    let sandbox = Sandbox::new();
    sandbox
        .write("work/karctl.yaml", "version: 1\napps:\n  dp:\n    components:\n      cafe:\n        actor: [Cafe]\n");
    sandbox
        .karctl(["app", "init", "--example", "hello"])
        .stderr(
            "error: [ROOT]/work/karctl.yaml:6:9: unknown key `apps.dp.components.cafe.actor`\n\
             hint: the nearest key is `actors`\nhint: `karctl explain KAR340` tells more\n",
        )
        .status(2);
    assert_eq!(files(&sandbox.path("work")).len(), 1);
}

#[test]
fn a_project_that_is_not_understood_is_told_what_to_say() {
    for (own, options, said) in [
        (
            &[][..],
            &[][..],
            "error: nothing in [ROOT]/work says what kind of project it is\nhint: a project has a package.json",
        ),
        (&["package.json"], &[], "error: [ROOT]/work/package.json is not JSON"),
        (
            &["pom.xml", "requirements.txt"],
            &[],
            "error: [ROOT]/work is a project of Java and of Python\nhint: say which with",
        ),
        (&["pom.xml"], &["--language", "js"], "error: [ROOT]/work has no package.json, as a JavaScript project has\n"),
        (&["requirements.txt"], &[], "error: nothing says how the application is started\nhint: say it with --start"),
        (&["pom.xml"], &["--name", "A"], "error: --name: `A` cannot be a name\nhint: use lower-case letters"),
        (&["pom.xml"], &["--service", "a b"], "error: `a b` cannot be a name in a KAR application\n"),
        (&["pom.xml"], &["--start", "a 'b"], "error: --start `a 'b` cannot be split into words\n"),
    ] {
        let sandbox = Sandbox::new();
        for file in own {
            sandbox.write(Path::new("work").join(file), "");
        }
        let refused = sandbox.karctl(["app", "init"].iter().chain(options)).output();
        assert_eq!((refused.status, refused.stdout.as_str()), (Some(2), ""), "{}", refused.stderr);
        assert!(refused.stderr.starts_with(said), "{said}\n{}", refused.stderr);
        assert_eq!(files(&sandbox.path("work")).len(), own.len(), "nothing was written");
    }
}

#[test]
fn up_and_down_need_a_project_and_an_instance() {
    let sandbox = Sandbox::new();
    for command in ["up", "down"] {
        sandbox
            .karctl(["app", command])
            .stderr(
                "error: there is no karctl.yaml in [ROOT]/work\nhint: `karctl app init .` writes one\n\
                 hint: `karctl explain KAR341` tells more\n",
            )
            .status(2);
    }
    sandbox.write("work/karctl.yaml", "version: 1\n");
    let refused = sandbox.karctl(["app", "up"]).output();
    assert_eq!(refused.status, Some(2));
    assert!(refused.stderr.starts_with("error: [ROOT]/work/karctl.yaml has no applications\n"), "{}", refused.stderr);
    fs::remove_file(sandbox.path("work/karctl.yaml")).expect("it was written");
    assert_eq!(sandbox.karctl(["app", "init", "--example", "hello"]).output().status, Some(0));
    let refused = sandbox.karctl(["app", "up"]).output();
    assert_eq!((refused.status, refused.stdout.as_str()), (Some(1), ""));
    assert!(refused.stderr.contains("hint: start it with `karctl local up`\n"), "{}", refused.stderr);
}
