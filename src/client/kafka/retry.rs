//! Asking again while an error is one that passes by itself.

use std::time::Duration;

use tokio::time::{Instant, sleep, timeout_at};

use super::error::{Error, Result};

/// The pause between two attempts: short, for a local Kafka comes up within seconds and is waited for.
pub(super) const PAUSE: Duration = Duration::from_millis(20);

/// Why there is no result.
pub(super) enum Gave {
    /// An error that asking again does not cure.
    Up(Error),
    /// The deadline passed; the error that was seen last, if any attempt came to an end.
    Out(Option<Error>),
}

/// Calls `attempt` until it succeeds, fails for good, or `deadline` passes.
pub(super) async fn until<T>(
    deadline: Instant,
    mut attempt: impl AsyncFnMut() -> Result<T>,
) -> std::result::Result<T, Gave> {
    let mut last = None;
    loop {
        match timeout_at(deadline, attempt()).await {
            Ok(Ok(value)) => return Ok(value),
            Ok(Err(error)) if error.is_transient() => last = Some(error),
            Ok(Err(error)) => return Err(Gave::Up(error)),
            Err(_) => return Err(Gave::Out(last)),
        }
        if Instant::now() + PAUSE >= deadline {
            return Err(Gave::Out(last));
        }
        sleep(PAUSE).await;
    }
}
