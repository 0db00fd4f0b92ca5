//! karctl: see the library.

use std::process::ExitCode;

use karctl::environment::Environment;

fn main() -> ExitCode {
    karctl::cli::run(std::env::args_os().collect(), Environment::of_process())
}
