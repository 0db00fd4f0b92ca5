//! Tests on real parts: engines, servers and clients that `tests/run` installs and starts.
//!
//! Each test here is `#[ignore = "needs the real parts that tests/run starts"]`, so that `cargo test`
//! passes on any machine; `tests/run` runs exactly these with `--ignored`. To try one by hand:
//! `tests/setup/parts start && eval "$(tests/setup/parts env)"`, then `cargo test --test real -- --ignored NAME`.

mod docker;
mod engines;
#[path = "../proxy/fault_proxy/mod.rs"]
mod fault_proxy;
mod hostile;
mod parts;
mod probes;
mod proxy;
mod quoting;
mod readme;
mod trial;
