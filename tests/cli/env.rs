//! `karctl env` of services that a file describes. Formats and their readers are tested in `tests/real/quoting.rs`.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};

use serde_json::json;

use crate::sandbox::{Finished, Sandbox};

const VARIABLES: &str = "\
{
  \"KAFKA_BROKERS\": \"kafka.example.org:9092\",
  \"KAFKA_ENABLE_TLS\": null,
  \"KAFKA_PASSWORD\": null,
  \"KAFKA_TLS_SKIP_VERIFY\": null,
  \"KAFKA_USERNAME\": null,
  \"KAFKA_VERSION\": \"3.2.0\",
  \"REDIS_CA\": null,
  \"REDIS_ENABLE_TLS\": null,
  \"REDIS_HOST\": \"redis.example.org\",
  \"REDIS_PASSWORD\": \"secret\",
  \"REDIS_PORT\": \"6379\",
  \"REDIS_TLS_SKIP_VERIFY\": null,
  \"REDIS_USER\": \"karmesh\"
}
";

fn with_services() -> Sandbox {
    let sandbox = Sandbox::new();
    let services = "kafka_brokers: kafka.example.org:9092\nkafka_version: 3.2.0\nredis_host: redis.example.org\n\
                    redis_port: 6379\nredis_password: secret\nredis_user: karmesh\n";
    sandbox.write("work/services.yaml", services);
    sandbox
}

fn env(sandbox: &Sandbox, more: &[&str]) -> Finished {
    sandbox.karctl(["env", "file", "services.yaml"].iter().chain(more).copied()).output()
}

#[test]
fn both_ways_to_ask_for_json_print_the_same_document() {
    let sandbox = with_services();
    for (options, command) in [(["-o", "json"], "env"), (["--format", "json"], "env --format json")] {
        let line = ["env", "file", "services.yaml"].into_iter().chain(options);
        sandbox.karctl(line).stdout(VARIABLES).status(0);
        env(&sandbox, &options).document(command);
    }
}

#[test]
fn the_schema_takes_what_is_unset_and_what_is_renamed_and_nothing_else() {
    let sandbox = with_services();
    let unset = env(&sandbox, &["-o", "json", "--unset"]).document("env");
    assert!(unset.as_object().is_some_and(|members| members.values().all(serde_json::Value::is_null)), "{unset}");
    let renamed = env(&sandbox, &["-o", "json", "--rename", "KAFKA_BROKERS=BOOTSTRAP"]).document("env");
    assert_eq!(renamed["BOOTSTRAP"], "kafka.example.org:9092");
    let schema = serde_json::from_str(&sandbox.karctl(["schema", "env"]).output().stdout).expect("a schema");
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    assert!(!validator.is_valid(&json!({})), "every variable is mentioned");
    let mut number = renamed;
    number["REDIS_PORT"] = json!(6379);
    assert!(!validator.is_valid(&number), "a value is text");
}

#[test]
fn a_check_is_told_in_text_and_as_a_document() {
    let sandbox = with_services();
    let told = env(&sandbox, &["--check"]);
    assert_eq!((told.status, told.stderr.as_str()), (Some(3), ""));
    assert!(told.stdout.ends_with("Run eval \"$(karctl env)\" once it runs, and check again\n"), "{}", told.stdout);
    let checked = env(&sandbox, &["--check", "-o", "json"]);
    assert_eq!(checked.status, Some(3));
    assert_eq!(checked.document("env --check")["fits"], false);
}

/// Serves each connection with this, which is told how many came before, and returns the port.
fn serve(mut answer: impl FnMut(TcpStream, usize) + Send + 'static) -> u16 {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let port = listener.local_addr().expect("a listening socket").port();
    std::thread::spawn(move || {
        for (before, stream) in listener.incoming().enumerate() {
            answer(stream.expect("a connection"), before);
        }
    });
    port
}

#[test]
fn a_check_waits_while_redis_loads_and_takes_a_kafka_that_starts_for_no_refused_login() {
    let redis = serve(|mut stream, before| {
        let answer = if before < 2 { "-LOADING Redis is loading the dataset in memory\r\n" } else { "+PONG\r\n" };
        let mut command = [0; 512];
        while stream.read(&mut command).is_ok_and(|length| length > 0) && stream.write_all(answer.as_bytes()).is_ok() {}
    });
    let kafka = serve(|stream, _| drop(stream));
    let sandbox = Sandbox::new()
        .variable("KAFKA_BROKERS", format!("127.0.0.1:{kafka}"))
        .variable("REDIS_HOST", "127.0.0.1")
        .variable("REDIS_PORT", redis.to_string());
    let services = format!("kafka_brokers: 127.0.0.1:{kafka}\nredis_host: 127.0.0.1\nredis_port: {redis}\n");
    sandbox.write("work/services.yaml", services);
    let checked = env(&sandbox, &["--check", "-o", "json"]);
    let document = checked.document("env --check");
    let problems = document["problems"].as_array().expect("a list");
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    let problem = problem.as_str().expect("text");
    assert!(problem.starts_with(&format!("Kafka at 127.0.0.1:{kafka} closed the connection")), "{problem}");
    assert!(!problem.contains("KAR"), "{problem}");
}
