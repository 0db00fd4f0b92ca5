//! The Java runtime of this machine: found, and its version told without starting it where that can be done.

use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest, Sha256};

use crate::code::Code;
use crate::environment::{Environment, without_passwords};
use crate::error::{Failure, Result};

/// A Java runtime.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Java {
    /// Its `java`.
    pub program: PathBuf,
    /// Its feature version, such as 17.
    pub version: u32,
    /// What differs between any two builds.
    pub build: String,
}

/// The first usable runtime: JAVA_HOME, then `java` on PATH.
///
/// # Errors
/// When none is `minimum` or newer; the failure says what was found where.
pub fn find(environment: &Environment, minimum: u32) -> Result<Java> {
    let mut seen = Vec::new();
    match environment.variable("JAVA_HOME") {
        None => seen.push("JAVA_HOME is not set".to_owned()),
        Some(home) => match look(Path::new(home).join("bin/java")) {
            Some(java) if java.version >= minimum => return Ok(java),
            Some(java) => seen.push(format!("JAVA_HOME={home} is Java {}", java.version)),
            None => seen.push(format!("JAVA_HOME={home} has no bin/java that runs")),
        },
    }
    match environment.program("java") {
        None => seen.push("there is no `java` on PATH".to_owned()),
        Some(program) => match look(program.clone()) {
            Some(java) if java.version >= minimum => return Ok(java),
            Some(java) => seen.push(format!("{} is Java {}", program.display(), java.version)),
            None => seen.push(format!("{} does not tell its version", program.display())),
        },
    }
    Err(Failure::new(format!("no Java {minimum} or newer: {}", seen.join(", ")))
        .hint(install_hint())
        .code(Code::JavaMissing)
        .into())
}

fn install_hint() -> &'static str {
    if cfg!(target_os = "macos") {
        "install one, for example `brew install openjdk@17`, and set JAVA_HOME to it"
    } else {
        "install one, for example `apt-get install openjdk-17-jre-headless`, or set JAVA_HOME to an unpacked one"
    }
}

/// Reading the file `release` beside the runtime takes no time; starting it to ask takes 40 ms and more.
fn look(program: PathBuf) -> Option<Java> {
    let real = program.canonicalize().ok()?;
    let of_release = real.parent()?.parent().and_then(|home| std::fs::read_to_string(home.join("release")).ok());
    let (version, told) = match of_release.as_deref().and_then(|text| Some((version_of(text, "JAVA_VERSION=")?, text)))
    {
        Some((version, text)) => (version, text.to_owned()),
        None => asked(&program)?,
    };
    let build = format!("{:x}", Sha256::digest(format!("{}\n{told}", real.display())));
    Some(Java { program, version, build })
}

fn asked(program: &Path) -> Option<(u32, String)> {
    let output = without_passwords(&mut Command::new(program)).arg("-version").output().ok()?;
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    Some((version_of(&told, "version ")?, told))
}

/// The feature version in `JAVA_VERSION="17.0.15"` or `openjdk version "1.8.0_392"`.
fn version_of(text: &str, before: &str) -> Option<u32> {
    let (_, rest) = text.split_once(before)?;
    let quoted = rest.strip_prefix('"')?.split('"').next()?;
    let mut numbers = quoted.split(|c: char| !c.is_ascii_digit()).map(str::parse::<u32>);
    match numbers.next()?.ok()? {
        1 => numbers.next()?.ok(),
        version => Some(version),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_of_every_age_are_told() {
        assert_eq!(version_of("JAVA_VERSION=\"17.0.15\"\n", "JAVA_VERSION="), Some(17));
        assert_eq!(version_of("openjdk version \"25\" 2025-09-16", "version "), Some(25));
        assert_eq!(version_of("java version \"1.8.0_392\"", "version "), Some(8));
        assert_eq!(version_of("JAVA_VERSION=\"22-ea\"", "JAVA_VERSION="), Some(22));
        assert_eq!(version_of("nonsense", "version "), None);
    }

    #[test]
    fn where_there_is_none_it_is_said_where_it_was_looked_for() {
        let environment: Environment = [("PATH", "/nowhere"), ("JAVA_HOME", "/none")].into_iter().collect();
        let report = crate::error::report(&find(&environment, 11).expect_err("no Java"));
        assert_eq!(
            report.message,
            "no Java 11 or newer: JAVA_HOME=/none has no bin/java that runs, there is no `java` on PATH"
        );
        assert_eq!(report.code, Some(Code::JavaMissing));
    }
}
