use serde_json::Value;

use crate::sandbox::Sandbox;

/// Every profile of this checkout: one that is not built in is no use to anybody.
fn built_in() -> Vec<String> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/profiles")).expect("a folder");
    let names = folder.map(|file| file.expect("a file").file_name().into_string().expect("text"));
    names.map(|name| name.trim_end_matches(".yaml").to_owned()).collect()
}

#[test]
fn profiles_are_listed_with_the_users_own() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.config/karctl/profiles/ours.yaml", "# What we use.\nkafka:\n  heap: 1g\n");
    sandbox.write("home/.config/karctl/profiles/notes.txt", "no profile");
    let listed = sandbox.karctl(["profile", "list"]).output();
    let row = |name: &str| {
        let found = listed.stdout.lines().find(|line| line.split_whitespace().next() == Some(name));
        found
            .unwrap_or_else(|| panic!("no {name}:\n{}", listed.stdout))
            .split("  ")
            .map(str::trim)
            .filter(|cell| !cell.is_empty())
            .collect::<Vec<_>>()
    };
    assert_eq!(row("kraft"), ["kraft", "Kafka without ZooKeeper: it keeps its metadata itself.", "built in"]);
    assert_eq!(row("ours"), ["ours", "What we use.", "[ROOT]/home/.config/karctl/profiles/ours.yaml"]);
    let names: Vec<_> = listed.stdout.lines().skip(1).filter_map(|line| line.split_whitespace().next()).collect();
    let mut known = built_in();
    known.push("ours".to_owned());
    known.sort();
    assert_eq!(names, known);
    let document = sandbox.karctl(["profile", "list", "-o", "json"]).output().document("profile list");
    let ours = document["profiles"].as_array().expect("a list").iter().find(|profile| profile["name"] == "ours");
    assert_eq!(ours.expect("it is listed")["description"], "What we use.");
}

#[test]
fn a_profile_is_shown_by_name_and_by_file_without_its_secrets() {
    let sandbox = Sandbox::new();
    let kafka4 = "# Kafka 4, which has no ZooKeeper.\nkafka:\n  mode: kraft\n  version: \"4.1.1\"\n";
    sandbox.karctl(["profile", "show", "kafka4"]).stdout(kafka4).status(0);
    sandbox.write("work/own.yaml", "redis: {password: canary, port: 1}\n");
    let own = "redis:\n  port: 1\n  password: \"********\"\n";
    sandbox.karctl(["profile", "show", "./own.yaml"]).stdout(own).status(0);
    let document = sandbox.karctl(["profile", "show", "own.yaml", "-o", "json"]).output().document("profile show");
    assert_eq!(document["settings"]["redis"]["password"], "********");
}

#[test]
fn a_profile_of_the_users_own_takes_the_place_of_a_built_in_one_but_never_of_the_defaults() {
    let sandbox = Sandbox::new();
    for name in ["kraft", "base"] {
        sandbox.write(format!("home/.config/karctl/profiles/{name}.yaml"), "# Ours.\nkafka: {port: 1}\n");
    }
    sandbox.karctl(["profile", "show", "kraft"]).stdout("# Ours.\nkafka:\n  port: 1\n").status(0);
    let shown = sandbox.karctl(["config", "show"]).output();
    assert!(shown.stdout.contains("port: 31093"), "{}", shown.stdout);
}

#[test]
fn an_unknown_profile_is_a_usage_error_that_names_the_nearest() {
    let stderr = "error: there is no profile `krfat`\nhint: the nearest is `kraft`\n\
                  hint: your own would be [ROOT]/home/.config/karctl/profiles/krfat.yaml\n\
                  hint: `karctl explain KAR123` tells more\n";
    let sandbox = Sandbox::new();
    sandbox.karctl(["config", "show", "--profile", "krfat"]).stderr(stderr).status(2);
    sandbox.karctl(["config", "show"]).variable("KARCTL_PROFILE", "kraft,krfat").stderr(stderr).status(2);
}

#[test]
fn the_schema_accepts_every_built_in_profile_and_the_shown_settings() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["profile", "schema"]).output();
    let schema: Value = serde_json::from_str(&shown.stdout).expect("JSON");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    for name in built_in() {
        let profile = sandbox.karctl(["profile", "show", &name, "-o", "json"]).output().document("profile show");
        assert!(validator.is_valid(&profile["settings"]), "{name}");
    }
    assert!(!validator.is_valid(&serde_json::json!({ "kafka": { "prot": 1 } })));
    let document = sandbox.karctl(["profile", "schema", "-o", "json"]).output().document("profile schema");
    assert_eq!(document, schema);
}
