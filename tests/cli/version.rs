use crate::sandbox::Sandbox;

#[test]
fn version_is_one_line() {
    let line = format!("karctl {} {}-{}\n", env!("CARGO_PKG_VERSION"), std::env::consts::OS, std::env::consts::ARCH);
    Sandbox::new().karctl(["version"]).stdout(line).status(0);
}

#[test]
fn unknown_command_is_a_usage_error_that_names_the_nearest() {
    let shown = Sandbox::new().karctl(["versoin"]).output();
    assert_eq!((shown.status, shown.stdout.as_str()), (Some(2), ""));
    assert!(shown.stderr.contains("'version'"), "{}", shown.stderr);
}
