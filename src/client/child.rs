//! A command of the user's in a process group of its own: signals go to the group, and the group ends with the command.
//!
//! After a fatal error `kar run` leaves the application that it started behind, holding its port; here nothing is left.

use std::io::IsTerminal;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use nix::sys::signal::{SigSet, Signal as Blocked};
use rustix::process::{Pid, Signal, WaitOptions, WaitStatus};
use tokio::signal::unix::{SignalKind, signal};

use crate::error::{Failure, OrFail, Result};

/// How long what is left of the group may take to end after it was asked to.
const GRACE: Duration = Duration::from_secs(5);

/// How often it is looked at meanwhile.
const INTERVAL: Duration = Duration::from_millis(20);

/// Runs a command to its end, with the terminal where there is one, and ends whatever it left behind.
///
/// Returns the exit status as a shell would: 128 + N after signal N.
///
/// # Errors
/// When the program cannot be started; the failure names it.
pub async fn run(mut command: Command) -> Result<u8> {
    let program = command.get_program().to_string_lossy().into_owned();
    let child = command.process_group(0).spawn().or_fail(|| {
        Failure::new(format!("`{program}` cannot be started")).hint("check its name and that it is on PATH")
    })?;
    let group = Pid::from_child(&child);
    let terminal = Terminal::give_to(group);
    let forwarding = forward_signals(group)?;
    let status =
        tokio::task::spawn_blocking(move || wait(group)).await.or_fail(|| Failure::new("the wait ended"))??;
    forwarding.abort();
    drop(terminal);
    end_group(group).await;
    Ok(exit_code(status))
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = status.code().unwrap_or_else(|| 128 + status.signal().unwrap_or(0));
    u8::try_from(code).unwrap_or(u8::MAX)
}

/// Waits for the end; a stop by Ctrl-Z stops karctl too, so that the shell sees it.
fn wait(group: Pid) -> Result<ExitStatus> {
    loop {
        let waited = rustix::process::waitpid(Some(group), WaitOptions::UNTRACED);
        match waited {
            Ok(Some((_, status))) if status.stopped() => suspend_with(group),
            Ok(Some((_, status))) => return Ok(to_exit_status(status)),
            Ok(None) | Err(rustix::io::Errno::INTR) => {}
            Err(error) => return Err(Failure::new("the command cannot be waited for").because(error).into()),
        }
    }
}

fn to_exit_status(status: WaitStatus) -> ExitStatus {
    ExitStatus::from_raw(status.as_raw())
}

/// Stops karctl as its command was stopped; returns when the shell continues it, and continues the command.
fn suspend_with(group: Pid) {
    let has_terminal = std::io::stdin().is_terminal();
    if has_terminal {
        set_foreground(rustix::process::getpgrp());
    }
    rustix::process::kill_process(rustix::process::getpid(), Signal::STOP).ok();
    let is_foreground = rustix::termios::tcgetpgrp(std::io::stdin()).is_ok_and(|it| it == rustix::process::getpgrp());
    if has_terminal && is_foreground {
        set_foreground(group);
    }
    rustix::process::kill_process_group(group, Signal::CONT).ok();
}

/// Signals that are meant for the command when they reach karctl.
fn forward_signals(group: Pid) -> Result<tokio::task::JoinHandle<()>> {
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut user_1 = signal(SignalKind::user_defined1())?;
    let mut user_2 = signal(SignalKind::user_defined2())?;
    Ok(tokio::spawn(async move {
        loop {
            let received = tokio::select! {
                _ = interrupt.recv() => Signal::INT,
                _ = terminate.recv() => Signal::TERM,
                _ = hang_up.recv() => Signal::HUP,
                _ = quit.recv() => Signal::QUIT,
                _ = user_1.recv() => Signal::USR1,
                _ = user_2.recv() => Signal::USR2,
            };
            rustix::process::kill_process_group(group, received).ok();
        }
    }))
}

/// Asks what is left of the group to end, then kills it.
async fn end_group(group: Pid) {
    let began = Instant::now();
    if rustix::process::kill_process_group(group, Signal::TERM).is_err() {
        return;
    }
    while rustix::process::test_kill_process_group(group).is_ok() {
        if began.elapsed() > GRACE {
            rustix::process::kill_process_group(group, Signal::KILL).ok();
            return;
        }
        tokio::time::sleep(INTERVAL).await;
    }
}

/// The terminal, while it belongs to the command; given back when dropped.
struct Terminal;

impl Terminal {
    fn give_to(group: Pid) -> Option<Self> {
        if !std::io::stdin().is_terminal() {
            return None;
        }
        // Only a foreground process may give its terminal away.
        let foreground = rustix::termios::tcgetpgrp(std::io::stdin()).ok()?;
        if foreground != rustix::process::getpgrp() {
            return None;
        }
        set_foreground(group);
        // It may have been stopped for reading before it was its turn.
        rustix::process::kill_process_group(group, Signal::CONT).ok();
        Some(Self)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        set_foreground(rustix::process::getpgrp());
    }
}

/// Blocks SIGTTOU meanwhile: a background process that changes the foreground group is stopped by it.
fn set_foreground(group: Pid) {
    let mut blocked = SigSet::empty();
    blocked.add(Blocked::SIGTTOU);
    if blocked.thread_block().is_ok() {
        rustix::termios::tcsetpgrp(std::io::stdin(), group).ok();
        blocked.thread_unblock().ok();
    }
}
