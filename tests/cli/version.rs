use serde_json::json;

use crate::sandbox::Sandbox;

fn platform() -> String {
    format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH)
}

#[test]
fn version_names_karctl_what_it_runs_and_kar() {
    let sandbox = Sandbox::new();
    let line = format!("karctl  {}        {}\n", env!("CARGO_PKG_VERSION"), platform());
    let servers = "Kafka   3.9.1        apache/kafka:3.9.1\nRedis   8.1.11       valkey/valkey:8.1.11\n";
    sandbox.karctl(["version"]).stdout(format!("{line}{servers}kar     not on PATH\n")).status(0);

    sandbox.program("kar", "echo 1.3.10");
    let document = sandbox.karctl(["version", "-o", "json"]).output().document("version");
    let expected = json!({
        "karctl": env!("CARGO_PKG_VERSION"),
        "commit": option_env!("KARCTL_COMMIT"),
        "platform": platform(),
        "kafka": { "version": "3.9.1", "image": "apache/kafka:3.9.1" },
        "redis": { "version": "8.1.11", "image": "valkey/valkey:8.1.11" },
        "kar": { "path": "[ROOT]/bin/kar", "version": "1.3.10" },
    });
    assert_eq!(document, expected);
}

#[test]
fn a_broken_kar_does_not_break_version() {
    let sandbox = Sandbox::new();
    sandbox.program("kar", "echo no such command >&2; exit 2");
    let document = sandbox.karctl(["version", "-o", "json"]).output().document("version");
    assert_eq!(document["kar"], json!({ "path": "[ROOT]/bin/kar", "version": null }));
}

#[test]
fn unknown_command_is_a_usage_error_that_names_the_nearest() {
    let shown = Sandbox::new().karctl(["versoin"]).output();
    assert_eq!((shown.status, shown.stdout.as_str()), (Some(2), ""));
    assert!(shown.stderr.contains("'version'"), "{}", shown.stderr);
}
