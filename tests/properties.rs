//! What must hold of every spelling for any value, shown on random hostile ones without a real reader; `real/quoting.rs`
//! has the real ones.

#[path = "real/hostile.rs"]
mod hostile;
#[path = "properties/ibmcloud_cli.rs"]
mod ibmcloud_cli;
#[path = "properties/service_keys.rs"]
mod service_keys;

use std::collections::BTreeMap;

use karctl::error::report;
use karctl::redacted::Secret;
use karctl::runtime_config::block::merge;
use karctl::runtime_config::format::{Format, spell};
use karctl::runtime_config::parse::from_variables;
use karctl::runtime_config::services_file::from_file;
use karctl::runtime_config::{RuntimeConfig, Variable};

use hostile::{COUNT, values, variables};

/// Values that a real shell is tried with.
const SHELL_VALUES: usize = 1000;

fn config(password: &str) -> RuntimeConfig {
    RuntimeConfig {
        kafka_brokers: vec!["127.0.0.1:31093".to_owned()],
        kafka_password: Some(Secret::new(password)),
        redis_host: Some("127.0.0.1".to_owned()),
        ..RuntimeConfig::default()
    }
}

/// The spelling of one value, or `None` where the format refuses it, which must not show it.
fn spelled(value: &str, format: Format) -> Option<String> {
    match spell(&variables(&[value.to_owned()]), format) {
        Ok(text) => Some(text),
        Err(error) => {
            let report = report(&error);
            assert!(report.message.starts_with(&format!("V0 cannot be written as {format}: the value ")));
            assert!(value.len() < 8 || !report.message.contains(value), "the value is shown: {}", report.message);
            None
        }
    }
}

#[test]
fn what_is_written_to_a_file_is_read_back_from_it() {
    let mut refused = 0;
    for value in values(COUNT) {
        let variables = config(&value).variables();
        for (format, name) in [(Format::Json, "f.json"), (Format::Yaml, "f.yaml"), (Format::Dotenv, "f.env")] {
            let Ok(text) = spell(&variables, format) else {
                assert_eq!(format, Format::Dotenv, "{value:?}");
                refused += 1;
                continue;
            };
            let read = from_file(name, &text).expect("what karctl wrote");
            assert_eq!(read, config(&value), "{value:?} as {format}: {text}");
        }
    }
    println!("{refused} of {COUNT} refused by dotenv");
    assert!(refused < COUNT / 2);
}

/// `set -a; . FILE`, as `hybrid up` says it, in the shell of this machine, whichever it is.
#[test]
fn a_shell_loads_from_a_dotenv_file_what_was_written() {
    let tried = values(COUNT).into_iter().filter(|value| spelled(value, Format::Dotenv).is_some());
    let tried: Vec<String> = tried.take(SHELL_VALUES).collect();
    let folder = tempfile::tempdir().expect("a folder");
    for values in tried.chunks(SHELL_VALUES / 4) {
        let text = spell(&variables(values), Format::Dotenv).expect("values that it holds");
        std::fs::write(folder.path().join("f.env"), merge(b"", &text, Format::Dotenv).expect("a place"))
            .expect("written");
        let mut shell = std::process::Command::new("/bin/sh");
        shell.args(["-c", "set -a; . ./f.env; set +a; env -0"]).current_dir(folder.path());
        let output = shell.output().expect("a shell");
        assert!(output.status.success() && output.stderr.is_empty(), "{output:?}");
        let found: Vec<&[u8]> = output.stdout.split(|byte| *byte == 0).collect();
        for (number, value) in values.iter().enumerate() {
            assert!(found.contains(&format!("V{number}={value}").as_bytes()), "{value:?}");
        }
    }
}

#[test]
fn what_is_in_the_environment_is_read_back_from_it() {
    for value in values(COUNT) {
        let environment: BTreeMap<_, _> = config(&value)
            .variables()
            .into_iter()
            .filter_map(|variable| Some((variable.name, variable.value?)))
            .collect();
        let read = from_variables(|name| environment.get(name).map(|value| value.expose().to_owned()));
        assert_eq!(read.expect("a configuration"), config(&value));
    }
}

/// What an unquoted `eval $(...)` does before `eval` sees a word: it folds blanks and line ends. Nothing may be lost by
/// it, and no word may be a pattern.
#[test]
fn sh_is_not_changed_by_folding_and_holds_no_pattern() {
    for format in [Format::Sh, Format::Direnv] {
        for value in values(COUNT) {
            let text = spelled(&value, format).expect("sh holds everything");
            let folded = text.split([' ', '\t', '\n']).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
            assert_eq!(folded, text.trim_end_matches('\n').replace('\n', " "), "{value:?}");
            assert!(
                text.is_ascii() && text.ends_with(";\n") && !text.contains(['*', '?', '[', '(', '|', '<', '#']),
                "{text}"
            );
        }
    }
}

#[test]
fn every_statement_is_one_line() {
    for value in values(COUNT) {
        for format in [Format::Fish, Format::Powershell, Format::Cmd, Format::Nu, Format::Dotenv, Format::Docker] {
            let Some(text) = spelled(&value, format) else { continue };
            assert_eq!(text.lines().count(), 1, "{value:?} as {format}: {text}");
            assert!(format != Format::Powershell || text.is_ascii(), "{text}");
        }
    }
}

/// PowerShell's single quotes and `[char]` sums, evaluated by what its language specification says of them.
fn evaluate_powershell(text: &str) -> String {
    let sum = text.strip_prefix("$Env:V0 = ").and_then(|text| text.strip_suffix(";\n")).expect("an assignment");
    let mut units: Vec<u16> = Vec::new();
    let mut rest = sum;
    loop {
        if let Some(code) = rest.strip_prefix("[char]0x") {
            units.push(u16::from_str_radix(&code[..4], 16).expect("four digits"));
            rest = &code[4..];
        } else {
            rest = rest.strip_prefix('\'').expect("a quote");
            loop {
                let (part, after) = rest.split_once('\'').expect("a closing quote");
                units.extend(part.encode_utf16());
                rest = after;
                let Some(more) = rest.strip_prefix('\'') else { break };
                units.push(u16::from(b'\''));
                rest = more;
            }
        }
        match rest.strip_prefix(" + ") {
            Some(more) => rest = more,
            None => return String::from_utf16(&units).expect("whole characters"),
        }
    }
}

#[test]
fn powershell_evaluates_to_the_value() {
    for value in values(COUNT) {
        assert_eq!(evaluate_powershell(&spelled(&value, Format::Powershell).expect("it holds everything")), value);
    }
}

/// The file that GITHUB_ENV names, read by the rules of the runner's `FileCommandManager`.
fn read_github(text: &str) -> BTreeMap<String, String> {
    let mut lines = text.split_terminator('\n');
    let mut read = BTreeMap::new();
    while let Some(line) = lines.next() {
        let equals = line.find('=').unwrap_or(usize::MAX);
        match line.find("<<").filter(|heredoc| *heredoc < equals) {
            Some(heredoc) => {
                let value: Vec<_> = lines.by_ref().take_while(|next| *next != &line[heredoc + 2..]).collect();
                read.insert(line[..heredoc].to_owned(), value.join("\n"));
            }
            None => drop(read.insert(line[..equals].to_owned(), line[equals + 1..].to_owned())),
        }
    }
    read
}

#[test]
fn github_reads_back_what_is_not_refused() {
    for value in values(COUNT) {
        let Some(text) = spelled(&value, Format::Github) else {
            assert!(value.contains('\r'), "{value:?}");
            continue;
        };
        assert_eq!(read_github(&text), BTreeMap::from([("V0".to_owned(), value)]));
    }
}

#[test]
fn a_block_is_stable_and_leaves_the_rest_alone() {
    let values = values(COUNT);
    for pair in values.chunks_exact(2) {
        let old = format!("{}\n", pair[0]);
        let variables: Vec<Variable> = variables(&pair[1..]);
        for format in [Format::Sh, Format::Nu, Format::Powershell] {
            let text = spell(&variables, format).expect("these hold everything");
            let new = merge(old.as_bytes(), &text, format).expect("a place for the block");
            assert!(new.starts_with(old.as_bytes()));
            assert_eq!(merge(&new, &text, format).expect("the same"), new);
        }
    }
}
