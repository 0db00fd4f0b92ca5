//! karctl: see the library.

use std::process::ExitCode;

use karctl::client::process;
use karctl::environment::Environment;

fn main() -> ExitCode {
    let arguments: Vec<_> = std::env::args_os().collect();
    // Before anything else: it becomes a server, and must neither read settings nor have threads.
    if arguments.get(1).is_some_and(|first| first == process::EXEC) {
        return process::exec_detached(&arguments[2..]);
    }
    karctl::cli::run(arguments, Environment::of_process())
}
