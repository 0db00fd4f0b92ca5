//! The program as a user meets it: whole command lines, in an environment that nothing else shares.

mod process;
mod sandbox;
mod version;
