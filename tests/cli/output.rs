//! What people see, whole, where stderr and stdout are no terminal; and that neither colour nor form changes what is said.

use serde_json::Value;

use crate::machine::Machine;
use crate::sandbox::{Finished, Sandbox};

const ESCAPE: char = '\u{1b}';

/// Every command that shows something without changing it: its line, its name in `karctl schema`.
const SHOWS: [(&str, &str); 10] = [
    ("local ls", "local ls"),
    ("local status", "local status"),
    ("cache list", "cache list"),
    ("check local --set local.engine=native", "check"),
    ("config show --origin", "config show"),
    ("env --check", "env --check"),
    ("explain KAR101", "explain"),
    ("profile list", "profile list"),
    ("profile show kraft", "profile show"),
    ("version", "version"),
];

fn shown(machine: &Machine, line: &str, more: &[&str]) -> Finished {
    machine.karctl(&[&line.split(' ').collect::<Vec<_>>(), more].concat())
}

/// The instance's own numbers, and its folder, as what they stand for.
fn normal(machine: &Machine, text: &str) -> String {
    let folder = "[ROOT]/home/.local/state/karctl/local/kar";
    let text = text.replace(folder, "[KAR]").replace(&machine.ports.0.to_string(), "[KAFKA]");
    text.replace(&machine.ports.1.to_string(), "[REDIS]")
}

#[track_caller]
fn says(machine: &Machine, line: &str, expected: &str) {
    let finished = shown(machine, line, &[]);
    assert_eq!((normal(machine, &finished.stdout).as_str(), finished.stderr.as_str()), (expected, ""), "{line}");
}

#[test]
fn the_life_of_an_instance_is_told_in_whole_sentences() {
    let machine = Machine::new();
    says(&machine, "local ls", "No instances; `karctl local up` makes one\n");
    let ports = ["--kafka-port", "--redis-port"].into_iter().zip([machine.ports.0, machine.ports.1]);
    let ports: Vec<_> = ports.map(|(flag, port)| format!("{flag}={port}")).collect();
    let up = format!("local up --engine native --no-wait {}", ports.join(" "));
    let would = "ZooKeeper would be created\nKafka would be created\nRedis would be created\n\
                 Kafka would be at 127.0.0.1:[KAFKA], Redis at 127.0.0.1:[REDIS] (native processes of this machine)\n";
    says(&machine, &format!("{up} --dry-run"), would);
    let done = would.replace("Kafka would be at", "Kafka is at").replace("would be created", "created");
    let done = done + "Point a shell at it: eval \"$(karctl env)\"\n";
    says(&machine, &up, &done);
    says(&machine, &up, &done.replace("created", "unchanged"));
    let row = "NAME  ENGINE  STATE    KAFKA            REDIS\n\
               kar   native  running  127.0.0.1:[KAFKA]  127.0.0.1:[REDIS]\n";
    let listed = normal(&machine, &shown(&machine, "local ls", &[]).stdout);
    assert_eq!(columns(&listed), columns(row));
    let stopped = "ZooKeeper stopped\nKafka stopped\nRedis stopped\n\
                   `karctl local up`, with its other options if it had any, starts it again\n";
    says(&machine, "local stop", stopped);
    let data = "[KAR]/zookeeper/data, [KAR]/kafka/data, [KAR]/redis/data";
    let removed = format!(
        "ZooKeeper removed\nKafka removed\nRedis removed\nThe data stays in {data}; `karctl local reset` deletes it\n"
    );
    says(&machine, "local down", &removed);
    let nothing = "NAME  ENGINE  STATE      KAFKA  REDIS\nkar   native  data only  -      -\n";
    says(&machine, "local ls", nothing);
    let status = format!(
        "kar is not ready (native processes of this machine)\n\
         SERVICE    STATE   ANSWERS  ID  VERSION  PROBLEM\n\
         ZooKeeper  absent  -        -   -\n\
         Kafka      absent  -        -   -\n\
         Redis      absent  -        -   -\n\
         Data in {data}\n`karctl local up` starts what is missing\n"
    );
    says(&machine, "local status", &status);
    says(&machine, "local reset -y", &format!("Deleted {data}; nothing of `kar` is left\n"));
    let gone = shown(&machine, "local status", &[]);
    let told = "error: there is no instance `kar` on this machine\nhint: start it with `karctl local up`\n\
                hint: `karctl explain KAR110` tells more\n";
    assert_eq!((gone.status, gone.stdout.as_str(), gone.stderr.as_str()), (Some(1), "", told));
}

/// The width of a column depends on the ports.
fn columns(text: &str) -> Vec<Vec<&str>> {
    text.lines().map(|line| line.split_whitespace().collect()).collect()
}

#[test]
fn what_runs_is_told_server_by_server() {
    let machine = Machine::new();
    machine.up(&[]);
    let text = normal(&machine, &shown(&machine, "local status", &[]).stdout);
    let pid = |server| machine.pid(server).expect("it runs").to_string();
    let lines: Vec<_> = text.lines().map(|line| columns(line).concat().join(" ")).collect();
    assert_eq!(lines[0], "kar is not ready (native processes of this machine)");
    assert_eq!(lines[1], "SERVICE STATE ANSWERS ID VERSION PROBLEM");
    assert_eq!(lines[2], format!("ZooKeeper running - {} 3.9.1", pid("zookeeper")));
    let silent = |title: &str, server, version| format!("{title} running no {} {version} {title} was not", pid(server));
    assert!(lines[3].starts_with(&silent("Kafka", "kafka", "3.9.1")), "{}", lines[3]);
    assert!(lines[4].starts_with(&silent("Redis", "redis", "9.8.7")), "{}", lines[4]);
    assert_eq!(lines[5], "Kafka at 127.0.0.1:[KAFKA], Redis at 127.0.0.1:[REDIS]");
    assert_eq!(lines[6], "Data in [KAR]/zookeeper/data, [KAR]/kafka/data, [KAR]/redis/data");
    assert_eq!((lines[7].as_str(), lines.len()), ("`karctl local up` starts what is missing", 8));
}

/// Free memory and disk, which differ from one look to the next.
fn without_numbers(text: &str) -> String {
    let is_measured = |line: &str| line.contains(" are left") || line.contains(" are free for ");
    text.lines().filter(|line| !is_measured(line)).map(|line| format!("{line}\n")).collect()
}

#[test]
fn without_a_terminal_there_is_no_colour_and_never_is_the_same() {
    let machine = Machine::new();
    machine.up(&[]);
    for (line, _) in SHOWS {
        let plain = shown(&machine, line, &[]);
        let never = shown(&machine, line, &["--color", "never"]);
        assert!(!plain.stdout.is_empty(), "{line}: {}", plain.stderr);
        assert!(!plain.stdout.contains(ESCAPE) && !plain.stderr.contains(ESCAPE), "{line}");
        assert_eq!(without_numbers(&plain.stdout), without_numbers(&never.stdout), "{line}");
        assert_eq!((plain.stderr, plain.status), (never.stderr, never.status), "{line}");
        let always = shown(&machine, line, &["--color", "always"]);
        let bare = without_numbers(&anstream::adapter::strip_str(&always.stdout).to_string());
        assert_eq!(bare, without_numbers(&never.stdout), "{line}: colour is all that differs");
    }
}

#[test]
fn every_document_is_as_its_schema_says_without_colour_and_the_same_in_yaml() {
    let machine = Machine::new();
    machine.up(&[]);
    for (line, command) in SHOWS {
        let json = shown(&machine, line, &["-o", "json", "--color", "always"]);
        let yaml = shown(&machine, line, &["-o", "yaml", "--color", "always"]);
        assert!(!json.stdout.contains(ESCAPE) && !yaml.stdout.contains(ESCAPE), "{line}");
        let document = json.document(command);
        // `[ROOT]`, which stands for a folder here, would begin a list in YAML.
        let text = yaml.stdout.replace("[ROOT]", "/ROOT");
        let same: Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{line}: {error}\n{text}"));
        // What is measured differs from one look to the next.
        if command != "check" {
            let document = document.to_string().replace("[ROOT]", "/ROOT");
            assert_eq!(document, same.to_string(), "{line}");
        }
        assert_eq!((json.status, &json.stderr), (yaml.status, &yaml.stderr), "{line}");
    }
}

#[test]
fn the_machine_is_judged_in_columns() {
    let sandbox = Sandbox::new();
    let line = ["check", "local", "--set", "local.engine=native"];
    let finished = sandbox.karctl(line).without("DOCKER_HOST").output();
    assert_eq!((finished.status, finished.stderr.as_str()), (Some(1), ""));
    let lines: Vec<_> = finished.stdout.lines().collect();
    let (summary, judged) = lines.split_last().expect("lines");
    for line in judged {
        let mut characters = line.chars();
        let mark = characters.next().expect("no line is empty");
        let is_judged = matches!(mark, '✓' | '!' | '✗' | '-') && characters.next() == Some(' ');
        assert!(is_judged || line.trim_start().starts_with("hint: "), "{line}");
    }
    let count = |mark| judged.iter().filter(|line| line.starts_with(mark)).count();
    let plural = |count: usize, noun: &str| format!("{count} {noun}{}", if count == 1 { "" } else { "s" });
    assert_eq!(*summary, format!("{}, {}", plural(count('✗'), "error"), plural(count('!'), "warning")));
}
