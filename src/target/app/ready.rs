//! Whether what others call can be called: its container runs, and a program listens on the component's port.
//!
//! The port is not reached from outside, since programs of KAR listen on their own loopback address; the kernel's table of
//! the container's network is read instead.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::client::docker::models::ContainerState;
use crate::client::docker::{Docker, LogRequest};
use crate::code::Code;
use crate::context::{Context, Deadline};
use crate::error::{Failure, Result};

/// Pause between two looks.
const POLL: Duration = Duration::from_millis(200);

/// Time for one look into a container.
const LOOK: Duration = Duration::from_secs(20);

/// So many looks in a row that see no table are of an image without `cat`; a single one may be of a container that ends.
const LOOKS_WITHOUT_TABLE: u32 = 10;

/// Lines of a log that a failure quotes.
const QUOTED_LINES: usize = 20;

/// The tables of listening sockets, and the word for such a socket in them.
const TABLES: [&str; 3] = ["cat", "/proc/net/tcp", "/proc/net/tcp6"];
const LISTENS: &str = "0A";

/// A container that is to listen.
#[derive(Clone, Debug)]
pub struct Awaited {
    /// Its name.
    pub container: String,
    /// The port.
    pub port: u16,
    /// Whether it was started now.
    pub is_new: bool,
}

/// Waits until each of these containers listens on its port.
///
/// # Errors
/// When one ends, or does not listen before the time of the context is over: with the last lines of its log.
pub async fn wait(context: &Context, docker: &Docker, containers: &[Awaited]) -> Result<()> {
    if containers.is_empty() {
        return Ok(());
    }
    let names: Vec<_> = containers.iter().map(|awaited| awaited.container.as_str()).collect();
    let step = context.ui.step(format!("Waiting for {}", names.join(", ")));
    let deadline = context.deadline.restarted();
    let waits = containers.iter().map(|Awaited { container, port, .. }| async {
        let ready = wait_for(docker, container, *port, &deadline).await;
        if ready.is_err() {
            quote(context, docker, container).await;
        }
        ready
    });
    futures_util::future::try_join_all(waits).await?;
    match names.as_slice() {
        _ if !containers.iter().any(|awaited| awaited.is_new) => step.skip(),
        [one] => step.done(format!("{one} is ready")),
        several => step.done(format!("{} are ready", several.join(", "))),
    }
    Ok(())
}

async fn wait_for(docker: &Docker, name: &str, port: u16, deadline: &Deadline) -> Result<()> {
    let mut without_table = 0;
    loop {
        let state = docker.container(name).await?.and_then(|found| found.state).unwrap_or_default();
        if !state.running.unwrap_or(false) {
            return Err(ended(name, &state));
        }
        let ports = match docker.run(name, &TABLES, LOOK).await? {
            Some(tables) if tables.contains("local_address") => {
                without_table = 0;
                listening(&tables)
            }
            Some(_) => {
                without_table += 1;
                BTreeSet::new()
            }
            None => BTreeSet::new(),
        };
        // That it runs is all that can be seen.
        if without_table == LOOKS_WITHOUT_TABLE {
            return Ok(());
        }
        if ports.contains(&port) {
            return Ok(());
        }
        if deadline.left().is_zero() {
            return Err(silent(name, port, &ports, deadline));
        }
        tokio::time::sleep(POLL).await;
    }
}

fn ended(name: &str, state: &ContainerState) -> anyhow::Error {
    let code = state.exit_code.unwrap_or_default();
    let memory = if state.oom_killed.unwrap_or(false) { " (out of memory)" } else { "" };
    Failure::new(format!("{name} exited with code {code}{memory} before it was ready"))
        .hint("correct what its log says; the same command again builds and starts it anew")
        .code(Code::AppNotReady)
        .into()
}

fn silent(name: &str, port: u16, ports: &BTreeSet<u16>, deadline: &Deadline) -> anyhow::Error {
    let listed: Vec<_> = ports.iter().map(u16::to_string).collect();
    let seen = match listed.as_slice() {
        [] => "it listens on no port".to_owned(),
        ports => format!("it listens on {}", ports.join(", ")),
    };
    deadline
        .passed(&format!("{name} to listen on port {port}"), &seen)
        .hint(format!("let it listen on KAR_APP_PORT, or say its port in karctl.yaml instead of {port}"))
        .code(Code::AppNotReady)
        .into()
}

async fn quote(context: &Context, docker: &Docker, name: &str) {
    let request = LogRequest { tail: Some(QUOTED_LINES), ..LogRequest::default() };
    let mut lines = Vec::new();
    let mut line = |text: &str| lines.push(format!("  {text}"));
    // Told beside a failure: a second one adds nothing.
    if docker.log(name, &request, &mut line).await.is_ok() && !lines.is_empty() {
        context.ui.note(format!("The last lines of {name}'s log:\n{}", lines.join("\n")));
    }
}

/// The ports that programs listen on, of the kernel's tables.
/// <https://www.kernel.org/doc/Documentation/networking/proc_net_tcp.txt>
fn listening(tables: &str) -> BTreeSet<u16> {
    let port = |line: &str| {
        let fields: Vec<_> = line.split_whitespace().collect();
        let (address, state) = (fields.get(1)?, fields.get(3)?);
        let (_, port) = address.rsplit_once(':')?;
        u16::from_str_radix(port, 16).ok().filter(|_| *state == LISTENS)
    };
    tables.lines().filter_map(port).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_read_from_both_tables() {
        let tables = "  sl  local_address rem_address   st tx_queue rx_queue\n\
            0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000\n\
            1: 0100007F:9C40 0100007F:1F90 01 00000000:00000000 00:00000000\n\
              sl  local_address                         remote_address                        st\n\
            0: 00000000000000000000000000000000:0DAC 00000000000000000000000000000000:0000 0A 0\n";
        assert_eq!(listening(tables), BTreeSet::from([8080, 3500]));
    }
}
