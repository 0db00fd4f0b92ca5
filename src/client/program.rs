//! Programs of this machine that are only asked something, such as their version; nothing is left of them.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::process::Command;

use crate::environment::without_passwords;
use crate::error::{Failure, OrFail, Result};

/// What a program says within `limit`, without colours, stdout before stderr: some print their version to one, some to
/// the other.
///
/// # Errors
/// When it cannot be started, does not end in time, or fails.
pub async fn ask(program: &Path, arguments: &[&str], limit: Duration) -> Result<String> {
    let name = program.display();
    let mut command = Command::new(program);
    without_passwords(command.as_std_mut());
    command.args(arguments).stdin(Stdio::null()).kill_on_drop(true);
    let output = tokio::time::timeout(limit, command.output())
        .await
        .or_fail(|| Failure::new(format!("{name} did not answer within {} s", limit.as_secs())))?
        .or_fail(|| Failure::new(format!("{name} cannot be started")))?;
    let said = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).join("\n");
    let said = anstream::adapter::strip_str(&said).to_string().trim().to_owned();
    if !output.status.success() {
        let last = said.lines().last().unwrap_or("it said nothing");
        return Err(Failure::new(format!("{name} ended with {}: {last}", output.status)).into());
    }
    Ok(said)
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn said(script: &str) -> Result<String> {
        ask(Path::new("/bin/sh"), &["-c", script], Duration::from_millis(500)).await
    }

    #[tokio::test]
    async fn what_a_program_says_and_how_it_fails() {
        assert_eq!(said("printf '\\033[1mone\\033[m'; echo two >&2").await.expect("an answer"), "one\ntwo");
        let failure = said("echo no such option; exit 2").await.expect_err("a failure").to_string();
        assert_eq!(failure, "/bin/sh ended with exit status: 2: no such option");
        let failure = said("sleep 30").await.expect_err("a time-out").to_string();
        assert_eq!(failure, "/bin/sh did not answer within 0 s");
    }
}
