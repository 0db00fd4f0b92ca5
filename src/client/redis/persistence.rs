//! What Redis has acknowledged and not yet written to its file: it lies in the server's memory while the system is busy
//! with the flush of each second, up to two seconds' worth.

use std::time::Duration;

use super::{Cause, Connection, Error, Result};

/// What Redis tells of its append-only file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Persistence {
    /// Whether it writes one.
    pub is_appended: bool,
    /// Bytes that are acknowledged and not yet written.
    pub unwritten: u64,
}

impl Connection {
    /// Has Redis take no more writes, whose clients wait for their answer meanwhile, for at most `limit`; reads go on.
    ///
    /// # Errors
    /// When Redis does not answer, or is older than 6.2, which cannot do this.
    pub async fn hold_writes(&mut self, limit: Duration) -> Result<()> {
        let mut pause = redis::cmd("CLIENT");
        pause.arg("PAUSE").arg(u64::try_from(limit.as_millis()).unwrap_or(u64::MAX)).arg("WRITE");
        self.ask("hold back writes", &pause).await
    }

    /// Ends [`Connection::hold_writes`] before its time.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn release_writes(&mut self) -> Result<()> {
        self.ask("take writes again", redis::cmd("CLIENT").arg("UNPAUSE")).await
    }

    /// How far the append-only file is behind.
    ///
    /// # Errors
    /// When Redis does not answer.
    pub async fn persistence(&mut self) -> Result<Persistence> {
        let told: String = self.ask("tell of its file", redis::cmd("INFO").arg("persistence")).await?;
        Ok(Persistence::parse(&told))
    }
}

impl Error {
    /// Whether Redis answered that it does not know the command in this form.
    pub fn is_about_syntax(&self) -> bool {
        matches!(&self.cause, Cause::Redis(cause) if cause.code() == Some("ERR"))
    }
}

impl Persistence {
    fn parse(told: &str) -> Self {
        let value =
            |name: &str| told.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':').map(str::trim));
        Self {
            is_appended: value("aof_enabled") == Some("1"),
            unwritten: value("aof_buffer_length").and_then(|bytes| bytes.parse().ok()).unwrap_or(0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_unwritten_is_read_from_what_redis_tells() {
        let told = "# Persistence\r\nloading:0\r\naof_enabled:1\r\naof_buffer_length:17\r\n";
        assert_eq!(Persistence::parse(told), Persistence { is_appended: true, unwritten: 17 });
        assert_eq!(Persistence::parse("aof_enabled:0\r\n"), Persistence { is_appended: false, unwritten: 0 });
    }
}
