//! The recipes: each reads top to bottom like the script that it replaces.

pub mod app;
pub mod bundle;
pub mod cache;
pub mod check;
pub mod cluster;
pub mod code_engine;
pub mod completions;
mod engine_port;
pub mod environment;
pub mod hybrid;
pub mod images;
pub mod inject;
pub mod injector;
pub mod kubernetes;
pub mod local;
mod lock;
pub mod migrate;
pub mod namespace;
pub mod overview;
pub mod probe;
pub mod registry;
mod server_files;
pub mod support_bundle;
pub mod version;
