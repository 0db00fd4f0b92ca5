//! Tests on real parts: engines, servers and clients that `tests/run` installs and starts.
//!
//! Each test here is `#[ignore = "needs the real parts that tests/run starts"]`, so that `cargo test`
//! passes on any machine; `tests/run` runs exactly these with `--ignored`. To try one by hand:
//! `tests/setup/parts start && eval "$(tests/setup/parts env)"`, then `cargo test --test real -- --ignored NAME`.

mod apps;
mod chaos;
mod clusters;
mod containers;
mod docker;
mod durability;
mod engine_api;
mod engines;
mod events;
#[path = "../proxy/fault_proxy/mod.rs"]
mod fault_proxy;
mod hostile;
mod hybrid;
mod ibm_sdk;
#[path = "../ibmcloud/mod.rs"]
#[expect(dead_code, unused_imports, reason = "the tests of the command line use the rest")]
mod ibmcloud;
mod images;
mod instance;
mod kubernetes;
mod local_clusters;
mod managed;
mod native_faults;
mod native_sweep;
mod overview;
mod parts;
mod probes;
mod processes;
mod proxy;
mod quoting;
mod readme;
mod registry;
mod registry_server;
mod restore_cuts;
#[path = "../cli/sandbox.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod sandbox;
mod secrets;
#[path = "../cli/injector/served.rs"]
#[expect(dead_code, reason = "the tests of the command line use the rest")]
mod served;
mod snapshot;
mod state;
mod support_bundle;
mod sweep;
mod token_server;
mod trial;
