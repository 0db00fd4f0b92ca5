//! What real shells and parsers make of every format, on ten thousand hostile values each: what a child process then
//! finds in its environment is compared, so `export` is tried as well. PowerShell and cmd cannot be had; their rules
//! are tried in `properties.rs` and beside the code.

use std::fs;
use std::path::PathBuf;

use karctl::redacted::Secret;
use karctl::runtime_config::Variable;
use karctl::runtime_config::block::merge;
use karctl::runtime_config::format::{Format, failing_statement, spell, unset};

use crate::trial::{BATCH, Environment, Trial, batches, environment, mistakes, object, printed};
use crate::{hostile, parts};

/// Values tried with each variant of a shell that is rare.
const FEW: usize = 1000;

fn by(format: Format) -> impl Fn(&[Variable]) -> String {
    move |variables| spell(variables, format).expect("values that the format holds")
}

/// As `--write` puts it into a file, between marker lines.
fn written(format: Format) -> impl Fn(&[Variable]) -> String {
    move |variables| {
        let content = merge(b"", &by(format)(variables), format).expect("a place for the block");
        String::from_utf8(content).expect("UTF-8")
    }
}

/// Evaluates the text by `script` in a shell, then prints what a child process finds.
fn shell<'a>(program: &'a str, options: &'a [&'a str], script: &'a str) -> impl Fn(&Trial, &str) -> Environment + 'a {
    move |trial, locale| {
        let script = format!("{script}\nenv -0");
        let arguments: Vec<&str> = options.iter().copied().chain(["-c", &script]).collect();
        environment(&printed(&mut trial.command(program, &arguments, locale)))
    }
}

const QUOTED: &str = "eval \"$(cat text)\" || exit 9";
const UNQUOTED: &str = "eval $(cat text) || exit 9";

fn assert_evaluated(program: &str, options: &[&str], count: usize) {
    for script in [QUOTED, UNQUOTED] {
        let mistakes = mistakes(count, Format::Sh, by(Format::Sh), shell(program, options, script));
        assert_eq!(mistakes, 0, "{program} {options:?} {script}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn sh_evaluates_to_the_values() {
    assert_evaluated("sh", &[], hostile::COUNT);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn bash_evaluates_to_the_values() {
    assert_evaluated("bash", &[], hostile::COUNT);
    for option in ["nullglob", "failglob", "extglob", "dotglob"] {
        assert_evaluated("bash", &["-O", option], FEW);
    }
    assert_evaluated("bash", &["--posix", "-eu"], FEW);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn dash_evaluates_to_the_values() {
    assert_evaluated("dash", &[], hostile::COUNT);
    assert_evaluated("dash", &["-eu"], FEW);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn zsh_evaluates_to_the_values() {
    assert_evaluated("zsh", &["-f"], hostile::COUNT);
    for option in ["globsubst", "shwordsplit", "extendedglob", "magicequalsubst", "rcquotes", "nullglob"] {
        assert_evaluated("zsh", &["-f", "-o", option], FEW);
    }
    assert_evaluated("zsh", &["-f", "-o", "globsubst", "-o", "shwordsplit", "-o", "extendedglob"], FEW);
    assert_evaluated("zsh", &["--emulate", "sh"], FEW);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn fish_evaluates_to_the_values() {
    for script in ["eval (cat text); or exit 9", "cat text | source; or exit 9"] {
        let read = shell("fish", &["--no-config"], script);
        assert_eq!(mistakes(hostile::COUNT, Format::Fish, by(Format::Fish), read), 0, "{script}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nushell_evaluates_to_the_values() {
    let nu = parts::readers().join("bin/nu");
    let nu = nu.to_str().expect("a path of characters");
    let read = shell(nu, &["--no-config-file"], "source text");
    assert_eq!(mistakes(hostile::COUNT, Format::Nu, written(Format::Nu), read), 0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn direnv_loads_the_values() {
    let read = |trial: &Trial, locale: &str| {
        fs::rename(trial.folder.path().join("text"), trial.folder.path().join(".envrc")).expect("renamed");
        // What direnv logs is no error.
        let direnv =
            |arguments: &[&str]| printed(trial.command("direnv", arguments, locale).env("DIRENV_LOG_FORMAT", ""));
        direnv(&["allow", "."]);
        environment(&direnv(&["exec", ".", "env", "-0"]))
    };
    assert_eq!(mistakes(hostile::COUNT, Format::Direnv, written(Format::Direnv), read), 0);
}

/// Each reader of dotenv files, as a command that prints JSON.
fn dotenv_readers() -> Vec<(PathBuf, Vec<&'static str>)> {
    let node = |parse: &'static str| (PathBuf::from("node"), vec!["-e", parse]);
    vec![
        node("console.log(JSON.stringify(require('dotenv').parse(fs.readFileSync('text'))))"),
        node("console.log(JSON.stringify(util.parseEnv(fs.readFileSync('text', 'utf8'))))"),
        (PathBuf::from("direnv"), vec!["dotenv", "json", "text"]),
    ]
}

fn dotenv_mistakes(spell: impl Fn(&[Variable]) -> String) -> Vec<usize> {
    let modules = parts::readers().join("node_modules");
    let try_reader = |(program, arguments): (PathBuf, Vec<&str>)| {
        mistakes(hostile::COUNT, Format::Dotenv, &spell, |trial, locale| {
            object(&printed(trial.command(&program, &arguments, locale).env("NODE_PATH", &modules)))
        })
    };
    dotenv_readers().into_iter().map(try_reader).collect()
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn node_and_direnv_read_the_same_dotenv_file() {
    assert_eq!(dotenv_mistakes(written(Format::Dotenv)), [0, 0, 0]);
}

/// As `hybrid up` says to load the file of a host.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn shells_load_the_same_dotenv_file() {
    let load = "set -a; . ./text || exit 9; set +a";
    let shells =
        [("sh", &[][..]), ("bash", &[][..]), ("bash", &["--posix"][..]), ("dash", &[][..]), ("zsh", &["-f"][..])];
    for (program, options) in shells {
        let read = shell(program, options, load);
        assert_eq!(mistakes(hostile::COUNT, Format::Dotenv, written(Format::Dotenv), read), 0, "{program} {options:?}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn docker_reads_its_env_file() {
    let host = parts::docker_host();
    let docker = |trial: &Trial, locale: &str, arguments: &[&str]| {
        let output = printed(trial.command("docker", arguments, locale).env("DOCKER_HOST", &host));
        String::from_utf8(output).expect("UTF-8").trim_end().to_owned()
    };
    let read = |trial: &Trial, locale: &str| {
        let id = docker(trial, locale, &["create", "--env-file", "text", "karctl-test/tiny:1"]);
        let entries = docker(trial, locale, &["inspect", "--format", "{{json .Config.Env}}", &id]);
        docker(trial, locale, &["rm", &id]);
        let entries: Vec<String> = serde_json::from_str(&entries).expect("a JSON list");
        environment(entries.join("\0").as_bytes())
    };
    assert_eq!(mistakes(hostile::COUNT, Format::Docker, written(Format::Docker), read), 0);
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn unset_leaves_nothing() {
    let stale: Vec<_> =
        batches(BATCH, Format::Sh).remove(0).into_iter().filter(|variable| variable.value.is_none()).collect();
    let cases = [
        ("dash", Format::Sh, UNQUOTED),
        ("zsh", Format::Sh, UNQUOTED),
        ("fish", Format::Fish, "eval (cat text); or exit 9"),
    ];
    for (program, format, script) in cases {
        let found = shell(program, &[], script)(&Trial::new(&unset(&stale, format)), "C");
        assert_eq!(found.keys().filter(|name| name.starts_with("STALE")).count(), BATCH - stale.len(), "{program}");
    }
}

#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn nothing_runs_after_a_failure() {
    let nu = parts::readers().join("bin/nu");
    let nu = nu.to_str().expect("a path of characters");
    let posix = ["eval \"$(cat text)\" && echo ran", "eval $(cat text) && echo ran"];
    let fish = ["eval (cat text); and echo ran", "cat text | source; and echo ran"];
    let direnv = ["cp text .envrc; direnv allow .; direnv exec . echo ran"; 2];
    let cases = [
        ("sh", Format::Sh, posix),
        ("bash", Format::Sh, posix),
        ("dash", Format::Sh, posix),
        ("zsh", Format::Sh, posix),
        ("fish", Format::Fish, fish),
        (nu, Format::Nu, ["source text; print ran"; 2]),
        ("sh", Format::Direnv, direnv),
    ];
    for (program, format, scripts) in cases {
        for script in scripts {
            for (text, expected) in [(failing_statement(format), ""), (&*unset(&[], format), "ran\n")] {
                let output = Trial::new(text).command(program, &["-c", script], "C").output().expect("a shell");
                assert_eq!(String::from_utf8_lossy(&output.stdout), expected, "{program} {script}: {output:?}");
                assert_eq!(output.status.success(), !expected.is_empty(), "{program} {script}: {output:?}");
            }
        }
    }
}

/// The usual quoting of a shell: right for `eval "$(...)"`, wrong for `eval $(...)`.
fn usual_quoting(variables: &[Variable]) -> String {
    let quoted = |value: &Secret| format!("'{}'", value.expose().replace('\'', r"'\''"));
    let line = |variable: &Variable| match &variable.value {
        Some(value) => format!("export {}={};\n", variable.name, quoted(value)),
        None => format!("unset {};\n", variable.name),
    };
    variables.iter().map(line).collect()
}

/// The inversion: the trials above find a weaker spelling out.
#[test]
#[ignore = "needs the real parts that tests/run starts"]
fn weaker_spellings_are_found_out() {
    for program in ["sh", "bash", "dash", "zsh"] {
        assert_eq!(mistakes(FEW, Format::Sh, usual_quoting, shell(program, &[], QUOTED)), 0, "{program}");
        // Where the text is no program any more, no value came back.
        let unquoted = "exec 2>&-; (eval $(cat text)) || exit 0; eval $(cat text)";
        let found = mistakes(FEW, Format::Sh, usual_quoting, shell(program, &[], unquoted));
        assert!(found > FEW / 10, "{program}: {found}");
    }
    let json = |variables: &[Variable]| {
        let line = |variable: &Variable| {
            let value =
                variable.value.as_ref().map_or(String::new(), |value| serde_json::json!(value.expose()).to_string());
            format!("{}={value}\n", variable.name)
        };
        variables.iter().map(line).collect()
    };
    let found = dotenv_mistakes(json);
    assert!(found.iter().all(|found| *found > FEW / 10), "{found:?}");
}
