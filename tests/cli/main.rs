//! The program as a user meets it: whole command lines, in an environment that nothing else shares.

mod app;
mod bundle;
mod cache;
mod ce;
mod chaos;
mod check;
mod commands;
mod completions;
mod config;
mod env;
mod events;
mod explain;
mod hybrid;
#[path = "../ibmcloud/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests with IBM's SDKs use the rest")]
mod ibmcloud;
mod images;
mod inject;
mod injector;
mod k8s;
mod machine;
mod managed;
mod matrix;
mod members;
mod migrate;
mod native;
mod output;
mod process;
mod profile;
mod registry;
mod sandbox;
mod schema;
mod secrets;
mod snapshot;
mod status;
mod support_bundle;
mod version;
