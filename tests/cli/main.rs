//! The program as a user meets it: whole command lines, in an environment that nothing else shares.

mod config;
mod explain;
mod profile;
mod sandbox;
mod schema;
mod secrets;
mod version;
