use crate::sandbox::Sandbox;

const WRONG: &str = "hint: `karctl explain KAR123` tells more\n";

#[test]
fn a_secret_is_refused_as_an_argument() {
    let stderr = "error: --set: `redis.password` is a secret, and everybody on this machine can see arguments\n\
                  hint: give --set-file redis.password=FILE (`-` is stdin), or KARCTL_REDIS_PASSWORD\n";
    let sandbox = Sandbox::new();
    let line = ["config", "show", "--set", "redis.password=canary"];
    sandbox.karctl(line).stderr(format!("{stderr}{WRONG}")).status(2);
}

#[test]
fn a_secret_is_taken_from_a_file_and_from_stdin() {
    let sandbox = Sandbox::new();
    sandbox.write("work/secret", "canary\r\n");
    for file in ["secret", "-"] {
        let line =
            ["config", "show", "local", "kafka", "redis", "--origin", "--set-file", &format!("kafka.password={file}")];
        let line = line.map(str::to_owned);
        let shown = sandbox.karctl(line).stdin("canary\n").output();
        assert!(shown.stdout.contains("kafka.password   ********              --set-file"), "{}", shown.stdout);
    }
}

#[test]
fn a_secret_that_does_not_fit_is_refused_and_not_shown() {
    let sandbox = Sandbox::new();
    let refuse = |line: &[&str], stdin: &str, message: &str| {
        let line = ["config", "show"].iter().chain(line).copied();
        sandbox.karctl(line).stdin(stdin).stderr(format!("error: {message}\n{WRONG}")).status(2);
    };
    let line = ["--set-file", "redis.password=-"];
    refuse(&line, "\n", "--set-file: - is empty, and was to hold `redis.password`");
    refuse(
        &line,
        "canary\ncanary\n",
        "--set-file: redis.password: the value holds a line break or another control character",
    );
    refuse(&line, "********", "--set-file: redis.password: the value is what karctl shows in place of a secret");
    let twice = [line, ["--set-file", "kafka.password=-"]].concat();
    refuse(&twice, "canary", "--set-file: stdin can be given for one key only");
    sandbox.write("work/s.yaml", "redis:\n  password: {canary: canary}\n");
    refuse(&["-f", "s.yaml"], "", "s.yaml:2:13: `redis.password` is a single value");
}

#[test]
fn a_secret_is_in_no_output_of_any_form() {
    let sandbox = Sandbox::new();
    sandbox.write("work/s.yaml", "redis: {password: canary}\n");
    for form in ["text", "json", "yaml"] {
        for arguments in [["config", "show", "-f"], ["profile", "show", "--"]] {
            let line = arguments.into_iter().chain(["s.yaml"]);
            let line: Vec<_> = ["-vv", "-o", form].into_iter().chain(line).collect();
            let shown = sandbox.karctl(line).variable("KARCTL_KAFKA_PASSWORD", "canary").output();
            assert_eq!(shown.status, Some(0), "{}", shown.stderr);
            assert!(shown.stdout.contains("********"), "{}", shown.stdout);
            assert!(!(shown.stdout + &shown.stderr).contains("canary"));
        }
    }
}
