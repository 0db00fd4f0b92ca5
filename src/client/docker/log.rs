//! What a container printed, line by line.

use std::collections::BTreeMap;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use bollard::container::LogOutput;
use bollard::query_parameters::{LogsOptions, LogsOptionsBuilder};
use futures_util::StreamExt;

use super::call::next_within;
use super::error::{DockerError, Result};
use super::{Docker, REQUEST_TIMEOUT};

/// What is wanted of a log.
#[derive(Clone, Debug, Default)]
pub struct LogRequest {
    /// Go on until the container ends.
    pub follow: bool,
    /// Only lines of so long ago at most.
    pub since: Option<Duration>,
    /// Only so many lines from the end.
    pub tail: Option<usize>,
}

impl LogRequest {
    fn options(&self) -> LogsOptions {
        let options = LogsOptionsBuilder::default().stdout(true).stderr(true).follow(self.follow);
        let options = match self.since {
            Some(since) => {
                let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
                options.since(i32::try_from(now.saturating_sub(since).as_secs()).unwrap_or(i32::MAX))
            }
            None => options,
        };
        let tail = self.tail.map_or_else(|| "all".to_owned(), |lines| lines.to_string());
        options.tail(&tail).build()
    }
}

impl Docker {
    /// Gives each line of a container's log to `line`, stdout and stderr as they come, without line ends.
    ///
    /// # Errors
    /// When there is no such container, or the engine does not answer; following waits for the next line without end.
    pub async fn log(&self, container: &str, request: &LogRequest, line: &mut (dyn FnMut(&str) + Send)) -> Result<()> {
        let operation = format!("read the log of container {container}");
        self.begins(&operation);
        let mut stream = self.shared.api.logs(container, Some(request.options()));
        let mut lines = Lines::default();
        loop {
            let frame = if request.follow {
                let limit = Duration::MAX;
                stream.next().await.transpose().map_err(|error| DockerError::from_api(&operation, &error, limit))?
            } else {
                next_within(&mut stream, &operation, REQUEST_TIMEOUT).await?
            };
            match frame {
                Some(frame) => lines.take_in(&frame, line),
                None => break,
            }
        }
        lines.flush(line);
        Ok(())
    }
}

/// Puts lines together: a frame may hold a part of one, or several, and stdout and stderr take turns.
#[derive(Default)]
struct Lines {
    begun: BTreeMap<u8, Vec<u8>>,
}

impl Lines {
    fn take_in(&mut self, frame: &LogOutput, line: &mut (dyn FnMut(&str) + Send)) {
        let stream = match frame {
            LogOutput::StdErr { .. } => 2,
            _ => 1,
        };
        let begun = self.begun.entry(stream).or_default();
        begun.extend_from_slice(frame.as_ref());
        while let Some(end) = begun.iter().position(|&byte| byte == b'\n') {
            let text: Vec<u8> = begun.drain(..=end).collect();
            line(String::from_utf8_lossy(&text).trim_end_matches(['\n', '\r']));
        }
    }

    /// A last line without its end is a line.
    fn flush(self, line: &mut (dyn FnMut(&str) + Send)) {
        for text in self.begun.into_values().filter(|text| !text.is_empty()) {
            line(&String::from_utf8_lossy(&text));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_whole_however_the_frames_were_cut() {
        let out = |text: &'static str| LogOutput::StdOut { message: text.into() };
        let err = |text: &'static str| LogOutput::StdErr { message: text.into() };
        let mut seen = Vec::new();
        let mut line = |text: &str| seen.push(text.to_owned());
        let mut lines = Lines::default();
        for frame in [out("a"), err("x\n"), out("b\r\nc\nd"), err("y")] {
            lines.take_in(&frame, &mut line);
        }
        lines.flush(&mut line);
        assert_eq!(seen, ["x", "ab", "c", "d", "y"]);
    }
}
