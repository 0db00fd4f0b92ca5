//! Being told to end, for commands that have something to undo first.

use crate::error::{Failure, Status};

/// Becomes ready when the process is told to end, by Ctrl-C, SIGTERM or the end of its terminal, with what to fail with. It
/// listens from the call on, not from the first time that it is polled.
pub fn wait() -> impl Future<Output = anyhow::Error> {
    use tokio::signal::unix::{SignalKind, signal};
    let [interrupt, terminate, hangup] =
        [SignalKind::interrupt(), SignalKind::terminate(), SignalKind::hangup()].map(signal);
    let told = async |signals| match signals {
        Ok(mut signals) => drop(tokio::signal::unix::Signal::recv(&mut signals).await),
        // Whoever cannot be told is not.
        Err(_) => std::future::pending::<()>().await,
    };
    async move {
        tokio::select! {
            () = told(interrupt) => {}
            () = told(terminate) => {}
            () = told(hangup) => {}
        }
        Failure::new("interrupted").status(Status::Interrupted).into()
    }
}
