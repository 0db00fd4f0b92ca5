//! A command within a running container.

use std::time::Duration;

use bollard::errors::Error as ApiError;
use bollard::exec::{CreateExecOptions, StartExecResults};
use futures_util::TryStreamExt;

use super::Docker;
use super::error::Result;

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
}
