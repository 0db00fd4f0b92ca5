//! `karctl __exec FOLDER -- PROGRAM ARGUMENTS...`: becomes a server that holds its folder's lock.

use std::ffi::{OsStr, OsString};
use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitCode, Stdio};
use std::time::{Duration, Instant};

use rustix::fs::{FlockOperation, Mode, flock};
use rustix::io::{Errno, FdFlags};
use serde::{Deserialize, Serialize};

use super::record::Record;
use super::{LOCK, OUTPUT};
use crate::code::Code;
use crate::error::{Failure, OrFail, Result};

/// The hidden subcommand; the first argument of a command line that is not for clap.
pub const EXEC: &str = "__exec";

/// The exit code of `__exec` when the program did not begin, as of env(1).
const NOT_BEGUN: u8 = 125;

/// First descriptor after stdin, stdout and stderr.
const FIRST_OTHER: i32 = 3;

/// How long a look at the lock by another karctl may keep `__exec` from taking it.
const LOCK_AT_MOST: Duration = Duration::from_secs(2);

/// How often it tries.
const TRY_AGAIN: Duration = Duration::from_millis(2);

/// A program to be started. It is given these variables and no others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Program {
    /// Its path.
    pub program: PathBuf,
    /// Its arguments; anybody may read them.
    pub arguments: Vec<OsString>,
    /// Its environment.
    pub variables: Vec<(OsString, OsString)>,
}

/// A process that was started by this run of karctl.
#[derive(Debug)]
pub struct Launched {
    child: Child,
}

impl Launched {
    /// How it ended, where it did: only the process that started another one is told.
    pub fn ended(&mut self) -> Option<std::process::ExitStatus> {
        self.child.try_wait().ok().flatten()
    }
}

/// Starts a program that holds the lock of `folder`; returns when it has begun.
///
/// `karctl` is the program whose [`EXEC`] does it.
///
/// # Errors
/// When another process holds the lock, or the program cannot be executed.
pub fn launch(karctl: &Path, folder: &Path, program: &Program) -> Result<Launched> {
    let failed = || Failure::new(format!("`{}` was not started", program.program.display()));
    let mut child = Command::new(karctl)
        .arg(EXEC)
        .arg(folder)
        .arg("--")
        .arg(&program.program)
        .args(&program.arguments)
        .env_clear()
        .envs(program.variables.iter().map(|(name, value)| (name, value)))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .or_fail(failed)?;
    // It is closed by the very exec that makes the child the program, so its end is the proof; before it, it says why not.
    let mut message = String::new();
    if let Some(mut stderr) = child.stderr.take() {
        stderr.read_to_string(&mut message).or_fail(failed)?;
    }
    if message.is_empty() {
        return Ok(Launched { child });
    }
    child.wait().or_fail(failed)?;
    Err(failed().because(Failure::new(message.trim())).into())
}

/// Becomes the program that the arguments name; returns only when that fails, after telling why on stderr.
///
/// `arguments` are those after [`EXEC`].
pub fn exec_detached(arguments: &[OsString]) -> ExitCode {
    let Ok(stderr) = rustix::io::fcntl_dupfd_cloexec(std::io::stderr(), FIRST_OTHER) else {
        return ExitCode::from(NOT_BEGUN);
    };
    let Err(error) = exec(arguments);
    let report = crate::error::report(&error);
    writeln!(File::from(stderr), "{}", report.message).ok();
    ExitCode::from(NOT_BEGUN)
}

/// Order matters: the lock first, as everything after it is its holder's; the record before the program, as the program
/// cannot write it.
fn exec(arguments: &[OsString]) -> Result<std::convert::Infallible> {
    let (folder, program, arguments) = parse(arguments)?;
    rustix::process::umask(Mode::RWXG | Mode::RWXO);
    let lock = take_lock(folder)?;
    rustix::process::setsid().or_fail(|| Failure::new("no session of its own"))?;
    redirect(&folder.join(OUTPUT))?;
    Record::of_this_process(&program.to_string_lossy()).write(folder)?;
    close_fds::set_fds_cloexec(FIRST_OTHER, &[]);
    rustix::io::fcntl_setfd(&lock, FdFlags::empty()).or_fail(|| Failure::new("the lock cannot be inherited"))?;
    let error = Command::new(program).args(arguments).current_dir(folder).exec();
    Err(Failure::new(error.to_string()).into())
}

fn parse(arguments: &[OsString]) -> Result<(&Path, &OsStr, &[OsString])> {
    match arguments {
        [folder, separator, program, arguments @ ..] if separator == "--" => {
            Ok((Path::new(folder), program.as_os_str(), arguments))
        }
        _ => Err(Failure::usage(format!("{EXEC} is for karctl itself")).into()),
    }
}

fn take_lock(folder: &Path) -> Result<File> {
    let path = folder.join(LOCK);
    let failed = || Failure::new(format!("{} cannot be locked", path.display()));
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(0o600).open(&path).or_fail(failed)?;
    let began = Instant::now();
    loop {
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) => return Ok(file),
            Err(Errno::WOULDBLOCK) if began.elapsed() < LOCK_AT_MOST => std::thread::sleep(TRY_AGAIN),
            Err(Errno::WOULDBLOCK) => {
                return Err(failed().because(Failure::new("it runs already").code(Code::LockHeld)).into());
            }
            Err(error) => return Err(failed().because(error).into()),
        }
    }
}

fn redirect(output: &Path) -> Result<()> {
    let failed = || Failure::new(format!("{} cannot be written", output.display()));
    let file = OpenOptions::new().create(true).append(true).mode(0o600).open(output).or_fail(failed)?;
    file.set_len(0).or_fail(failed)?;
    rustix::stdio::dup2_stdout(&file).or_fail(failed)?;
    rustix::stdio::dup2_stderr(&file).or_fail(failed)
}
