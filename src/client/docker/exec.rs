//! A command within a running container.

use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::exec::{CreateExecOptions, StartExecResults};
use futures_util::TryStreamExt;
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::Docker;
use super::call::next_within;
use super::error::{DockerError, Kind, Result};

/// Bytes that are passed to a command at once.
const PIECE: usize = 1 << 18;

/// How a command ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Exit status; `None` where the engine does not tell.
    pub status: Option<i64>,
    /// What it printed on both streams.
    pub output: String,
}

impl Docker {
    /// Runs a command in a container and returns what it printed; `None` when the container does not run. It is attached to,
    /// since Podman tells of a detached command that it runs long after it has ended.
    ///
    /// The command is run again when the connection breaks, so it must be one that may be repeated.
    ///
    /// # Errors
    /// When the engine refuses or does not answer within `limit`.
    pub async fn run(&self, container: &str, command: &[&str], limit: Duration) -> Result<Option<String>> {
        let operation = format!("run a command in container {container}");
        let options = || CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let attempt = async |api: &bollard::Docker| {
            let made = api.create_exec(container, options()).await?;
            let StartExecResults::Attached { output, .. } = api.start_exec(&made.id, None).await? else {
                return Ok(String::new());
            };
            let append = async |mut text: String, frame: bollard::container::LogOutput| {
                text.push_str(&String::from_utf8_lossy(frame.as_ref()));
                Ok::<_, ApiError>(text)
            };
            output.try_fold(String::new(), append).await
        };
        match self.call_within(&operation, limit, attempt).await {
            Ok(output) => Ok(Some(output)),
            Err(error) if matches!(error.status(), Some(404 | 409)) => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Runs a command in a running container and gives it all of `input`; `told` is given the bytes that are in.
    ///
    /// # Errors
    /// When the container does not run, the input cannot be read, or nothing moved for the time of `stall`.
    pub async fn run_with_input(
        &self,
        container: &str,
        command: &[&str],
        mut input: impl AsyncRead + Unpin,
        stall: Duration,
        told: &mut dyn FnMut(u64),
    ) -> Result<Ended> {
        let operation = format!("run a command in container {container}");
        let options = || CreateExecOptions {
            cmd: Some(command.to_vec()),
            attach_stdin: Some(true),
            attach_stdout: Some(true),
            attach_stderr: Some(true),
            ..CreateExecOptions::default()
        };
        let made = self.call(&operation, async |api| api.create_exec(container, options()).await).await?;
        let started = self.call_once(&operation, stall, &async |api| api.start_exec(&made.id, None).await).await?;
        let broken = |reason: String| DockerError::new(&operation, Kind::Broken(reason));
        let StartExecResults::Attached { mut output, input: mut sink } = started else {
            return Err(broken("it was not attached to".to_owned()));
        };
        let feed = async {
            let mut buffer = vec![0; PIECE];
            let mut sent = 0;
            loop {
                let read = input.read(&mut buffer).await.map_err(|error| broken(error.to_string()))?;
                if read == 0 {
                    break;
                }
                match tokio::time::timeout(stall, sink.write_all(&buffer[..read])).await {
                    Err(_) => return Err(DockerError::new(&operation, Kind::Silent(stall))),
                    // It may end without having read everything; how, it says itself.
                    Ok(Err(_)) => return Ok(()),
                    Ok(Ok(())) => {}
                }
                sent += read as u64;
                told(sent);
            }
            sink.shutdown().await.ok();
            Ok(())
        };
        let listen = async {
            let mut said = String::new();
            while let Some(frame) = next_within(&mut output, &operation, stall).await? {
                said.push_str(&String::from_utf8_lossy(frame.as_ref()));
            }
            Ok(said)
        };
        let ((), output) = tokio::try_join!(feed, listen)?;
        let ended = self.call(&operation, async |api| api.inspect_exec(&made.id).await).await?;
        Ok(Ended { status: ended.exit_code, output })
    }
}
