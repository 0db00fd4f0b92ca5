//! How a text is given to a real reader, and what comes back compared: ten thousand values, many in one process.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use karctl::redacted::Secret;
use karctl::runtime_config::Variable;
use karctl::runtime_config::format::{Format, spell};
use tempfile::TempDir;

use crate::hostile;

/// Values tried in one process.
pub const BATCH: usize = 500;

pub type Environment = BTreeMap<String, Vec<u8>>;

/// One process: a text in a file named `text`, read by a real reader in a folder whose file names tempt patterns.
pub struct Trial {
    pub folder: TempDir,
}

impl Trial {
    pub fn new(text: &str) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        fs::write(folder.path().join("text"), text).expect("the text is written");
        for bait in ["a", "x", "0", "*", "?", "[a]", "[0]", "-n", "'a'", "~", "A=1", " ", "export", "V0=x", "\\", "a b"]
        {
            fs::write(folder.path().join(bait), "bait").expect("a bait is laid");
        }
        Self { folder }
    }

    /// Files that an assignment matches when its value, in quotes, is a pattern that matches anything.
    fn bait(&self, variables: &[Variable]) {
        for variable in variables.iter().filter(|variable| variable.value.is_some()) {
            let name = format!("{}='bait';", variable.name);
            fs::write(self.folder.path().join(name), "").expect("a bait is laid");
        }
    }

    /// A command in the folder whose environment holds little, and stale values of variables that are to be unset.
    pub fn command(&self, program: impl AsRef<Path>, arguments: &[&str], locale: &str) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).current_dir(self.folder.path()).env_clear().env("LC_ALL", locale);
        command.env("HOME", self.folder.path()).env("PATH", std::env::var_os("PATH").expect("a PATH"));
        for number in 0..BATCH {
            command.env(format!("STALE{number}"), "stale");
        }
        command
    }
}

/// What a command prints.
pub fn printed(command: &mut Command) -> Vec<u8> {
    let output = command.output().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    let shown = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && shown.is_empty(), "{:?}: {} {shown}", command.get_program(), output.status);
    output.stdout
}

/// The output of `env -0`.
pub fn environment(output: &[u8]) -> Environment {
    let entries = output.split(|byte| *byte == 0).filter(|entry| !entry.is_empty());
    let pair = |entry: &[u8]| {
        let equals = entry.iter().position(|byte| *byte == b'=').expect("NAME=value");
        (String::from_utf8_lossy(&entry[..equals]).into_owned(), entry[equals + 1..].to_vec())
    };
    entries.map(pair).collect()
}

/// A flat JSON object of texts.
pub fn object(output: &[u8]) -> Environment {
    let object: BTreeMap<String, String> = serde_json::from_slice(output).expect("a JSON object of texts");
    object.into_iter().map(|(name, value)| (name, value.into_bytes())).collect()
}

/// The names of the values that came back otherwise than they went, and of those that should have been unset.
fn wrong(variables: &[Variable], found: &Environment) -> Vec<String> {
    let value = |variable: &Variable| variable.value.as_ref().map(|value| value.expose().as_bytes().to_vec());
    let differs =
        |variable: &&Variable| found.get(&variable.name).filter(|found| !found.is_empty()) != value(variable).as_ref();
    variables.iter().filter(differs).map(|variable| variable.name.clone()).collect()
}

/// Batches of `count` variables that the format holds, each batch with as many to unset.
pub fn batches(count: usize, format: Format) -> Vec<Vec<Variable>> {
    let tried = hostile::variables(&hostile::values(2 * count));
    let held = |variable: &&Variable| spell(std::slice::from_ref(*variable), format).is_ok();
    let kept: Vec<_> = tried.iter().filter(held).take(count).cloned().collect();
    assert_eq!(kept.len(), count, "{format} holds too little");
    println!(
        "{format}: {count} values, after {} refused",
        tried.iter().take_while(|it| it.name != kept[count - 1].name).count() + 1 - count
    );
    let stale = |number| Variable { name: format!("STALE{number}"), value: None, is_secret: false };
    kept.chunks(BATCH).map(|chunk| chunk.iter().cloned().chain((0..chunk.len()).map(stale)).collect()).collect()
}

/// Tries every batch; returns how many values came back wrong.
pub fn mistakes(
    count: usize,
    format: Format,
    spell: impl Fn(&[Variable]) -> String,
    read: impl Fn(&Trial, &str) -> Environment,
) -> usize {
    let batches = batches(count, format).into_iter().zip(["C", "C.UTF-8"].into_iter().cycle());
    let count_wrong = |(variables, locale): (Vec<Variable>, &str)| {
        let trial = Trial::new(&spell(&variables));
        trial.bait(&variables);
        let wrong = wrong(&variables, &read(&trial, locale));
        for name in wrong.iter().take(3) {
            let variable = variables.iter().find(|variable| variable.name == *name).expect("one of them");
            println!("{format} {locale} {:?}", variable.value.as_ref().map(Secret::expose));
        }
        wrong.len()
    };
    batches.map(count_wrong).sum()
}
