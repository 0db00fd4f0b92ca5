use serde_json::json;

use crate::sandbox::Sandbox;

const DEFAULTS: &str = "\
local:
  name: kar
  engine: auto
  bind: \"127.0.0.1\"
  advertise: null
  secure: null
  restart: \"no\"
  ephemeral: false
  pull: missing
kafka:
  mode: zookeeper
  version: \"3.9.1\"
  image: null
  port: 31093
  heap: \"256m\"
  home: null
  password: null
redis:
  image: \"valkey/valkey:8.1.11\"
  port: 31379
  program: null
  password: null
";

const WRONG: &str = "hint: `karctl explain KAR123` tells more\n";

#[test]
fn the_defaults_are_shown_as_a_file_of_settings() {
    let sandbox = Sandbox::new();
    sandbox.karctl(["config", "show", "local", "kafka", "redis"]).stdout(DEFAULTS).status(0);
    sandbox.write("work/settings.yaml", DEFAULTS);
    sandbox.karctl(["config", "show", "local", "kafka", "redis", "-f", "settings.yaml"]).stdout(DEFAULTS).status(0);
    // With neither HOME nor PATH there are still defaults.
    sandbox
        .karctl(["config", "show", "local", "kafka", "redis"])
        .without("HOME")
        .without("PATH")
        .stdout(DEFAULTS)
        .status(0);
}

#[test]
fn later_layers_win_and_every_value_knows_its_origin() {
    let sandbox = Sandbox::new();
    sandbox.write("home/.config/karctl/profiles/mine.yaml", "# Mine.\nkafka:\n  heap: 1g\n  port: 1\n");
    sandbox.write("work/a.yaml", "kafka:\n  port: 2\n  home: /opt/kafka\nlocal: {name: a}\n");
    sandbox.write("work/b.yaml", "kafka: {port: 3}\n");
    sandbox.write("work/port", "6\n");
    let line = [
        "config",
        "show",
        "local",
        "kafka",
        "redis",
        "--origin",
        "--profile",
        "kraft",
        "--profile",
        "mine",
        "-f",
        "a.yaml",
        "-f",
        "b.yaml",
        "--set",
        "redis.port=5",
        "--set-file",
        "redis.port=port",
    ];
    let expected = "\
KEY              VALUE                 ORIGIN
local.name       b                     KARCTL_LOCAL_NAME
local.engine     native                KARCTL_LOCAL_ENGINE
local.bind       127.0.0.1             default
local.advertise  null                  default
local.secure     null                  default
local.restart    no                    default
local.ephemeral  false                 default
local.pull       missing               default
kafka.mode       kraft                 profile kraft
kafka.version    3.9.1                 default
kafka.image      null                  default
kafka.port       3                     b.yaml:1:15
kafka.heap       1g                    [ROOT]/home/.config/karctl/profiles/mine.yaml:3:9
kafka.home       /opt/kafka            a.yaml:3:9
kafka.password   ********              KARCTL_KAFKA_PASSWORD
redis.image      valkey/valkey:8.1.11  default
redis.port       6                     --set-file
redis.program    null                  default
redis.password   null                  default
";
    let run = |arguments: &[&str]| {
        let invocation = sandbox.karctl(line.iter().chain(arguments).copied());
        let invocation = invocation.variable("KARCTL_LOCAL_NAME", "b").variable("KARCTL_LOCAL_ENGINE", "native");
        invocation.variable("KARCTL_KAFKA_PASSWORD", "canary").variable("KARCTL_REDIS_PORT", "4")
    };
    run(&[]).stdout(expected).status(0);
    let document = run(&["-o", "json"]).output().document("config show");
    assert_eq!(document["settings"]["kafka"]["password"], "********");
    assert_eq!(document["settings"]["redis"]["port"], 6);
    assert_eq!(document["origins"]["kafka.port"], "b.yaml:1:15");
}

#[test]
fn everything_that_is_shown_is_a_file_of_settings() {
    let sandbox = Sandbox::new();
    let shown = sandbox.karctl(["config", "show"]).output().stdout;
    assert!(shown.starts_with(DEFAULTS) && shown.contains("kubernetes:\n  namespace: kar-system\n"), "{shown}");
    sandbox.write("work/settings.yaml", &shown);
    sandbox.karctl(["config", "show", "-f", "settings.yaml"]).stdout(shown).status(0);
}

#[test]
fn json_without_origin_holds_the_settings_only() {
    let document = Sandbox::new().karctl(["config", "show", "-o", "json"]).output().document("config show");
    assert!(document.get("origins").is_none(), "{document}");
    assert_eq!(document["settings"]["kafka"]["port"], json!(31093));
}

#[test]
fn a_mistake_in_a_file_is_named_with_its_place() {
    let sandbox = Sandbox::new();
    for (text, message) in [
        ("kafka:\n  prot: 1\n", "error: s.yaml:2:3: unknown key `kafka.prot`\nhint: the nearest key is `kafka.port`\n"),
        (
            "local:\n  engine: dokcer\n",
            "error: s.yaml:2:11: local.engine is auto, docker or native, not `dokcer`\nhint: write `docker`\n",
        ),
        ("kafka:\n  port: 0\n", "error: s.yaml:2:9: kafka.port is a whole number from 1 to 65535, not `0`\n"),
        (
            "local: {ephemeral: yes}\n",
            "error: s.yaml:1:20: local.ephemeral is true or false, not `yes`\nhint: write `true`\n",
        ),
        (
            "kafka:\n\tport: 1\n",
            "error: s.yaml:2:2: this is not YAML: tabs disallowed within this context (block indentation)\n",
        ),
    ] {
        sandbox.write("work/s.yaml", text);
        sandbox.karctl(["config", "show", "-f", "s.yaml"]).stderr(format!("{message}{WRONG}")).status(2);
    }
}

#[test]
fn a_file_that_cannot_be_read_is_a_usage_error() {
    let sandbox = Sandbox::new();
    let missing = "error: no.yaml cannot be read: No such file or directory (os error 2)\n";
    sandbox.karctl(["config", "show", "-f", "no.yaml"]).stderr(format!("{missing}{WRONG}")).status(2);
    let folder = "error: /tmp cannot be read: Is a directory (os error 21)\n";
    sandbox.karctl(["config", "show", "-f", "/tmp"]).stderr(format!("{folder}{WRONG}")).status(2);
    sandbox.write("work/binary.yaml", [0xff, 0xfe]);
    let binary = "error: binary.yaml cannot be read: it is not UTF-8\n";
    sandbox.karctl(["config", "show", "-f", "binary.yaml"]).stderr(format!("{binary}{WRONG}")).status(2);
}

#[test]
fn a_mistake_in_an_option_or_variable_names_it() {
    let sandbox = Sandbox::new();
    let set = |text: &str| sandbox.karctl(["config", "show", "--set", text]);
    let unknown = "error: --set: unknown key `kafka.prot`\nhint: the nearest key is `kafka.port`\n";
    set("kafka.prot=1").stderr(format!("{unknown}{WRONG}")).status(2);
    let group = "error: --set: `redis` is a group, not a setting\n\
                 hint: set one of its keys: redis.image, redis.port, redis.program or redis.password\n";
    set("redis=x").stderr(format!("{group}{WRONG}")).status(2);
    let form = "error: --set: there is no `=` in `kafka.port`\nhint: write it as KEY=VALUE\n";
    set("kafka.port").stderr(format!("{form}{WRONG}")).status(2);

    let variable = |name, value| sandbox.karctl(["config", "show"]).variable(name, value);
    let unknown = "error: variable KARCTL_REDIS_PROT names no setting\n\
                   hint: the nearest is KARCTL_REDIS_PORT; unset KARCTL_REDIS_PROT\n";
    variable("KARCTL_REDIS_PROT", "1").stderr(format!("{unknown}{WRONG}")).status(2);
    let value = "error: KARCTL_KAFKA_MODE: kafka.mode is zookeeper or kraft, not `karft`\nhint: write `kraft`\n";
    variable("KARCTL_KAFKA_MODE", "karft").stderr(format!("{value}{WRONG}")).status(2);
}

#[test]
fn text_given_as_an_option_stays_as_it_was_typed() {
    let sandbox = Sandbox::new();
    let line = [
        "config",
        "show",
        "local",
        "kafka",
        "redis",
        "--set",
        "local.restart=no",
        "--set",
        "kafka.version=3.10",
        "--set",
        "local.name=1e3",
    ];
    let expected = DEFAULTS.replace("name: kar", "name: \"1e3\"").replace("3.9.1", "3.10");
    sandbox.karctl(line).stdout(expected).status(0);
}
