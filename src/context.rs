//! What every command is given: the process's environment, the terminal, and the time it may take.

use std::time::{Duration, Instant};

use crate::environment::Environment;
use crate::error::{Failure, Status};
use crate::ui::Ui;

/// Time for a whole command where `--timeout` does not say otherwise; fetching and pulling have time-outs of their own.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(120);

/// The same for commands on a cluster, whose nodes pull images meanwhile; as Helm's.
pub const CLUSTER_TIMEOUT: Duration = Duration::from_secs(300);

/// The same for Code Engine, which takes minutes to make a project.
pub const CLOUD_TIMEOUT: Duration = Duration::from_secs(600);

/// The same for a check, which waits for nothing to become well: what has not answered by then hangs.
pub const CHECK_TIMEOUT: Duration = Duration::from_secs(60);

/// What every command is given.
#[derive(Clone)]
pub struct Context {
    /// Variables and folders.
    pub environment: Environment,
    /// The terminal.
    pub ui: Ui,
    /// When the command gives up waiting.
    pub deadline: Deadline,
}

/// A point in time after which waiting is a failure.
#[derive(Clone, Copy, Debug)]
pub struct Deadline {
    began: Instant,
    limit: Duration,
}

impl Deadline {
    /// Begins now.
    pub fn after(limit: Duration) -> Self {
        Self { began: Instant::now(), limit }
    }

    /// The time that is left; zero once it is over.
    pub fn left(&self) -> Duration {
        self.limit.saturating_sub(self.began.elapsed())
    }

    /// The same limit, counted from now: for after a download or a pull, which has its own stall detection.
    #[must_use]
    pub fn restarted(&self) -> Self {
        Self::after(self.limit)
    }

    /// The failure to return when it is over; `last_seen` says what was seen last.
    pub fn passed(&self, waiting_for: &str, last_seen: &str) -> Failure {
        Failure::new(format!(
            "timed out after {} s waiting for {waiting_for}; last seen: {last_seen}",
            self.limit.as_secs()
        ))
        .status(Status::TimedOut)
    }
}
