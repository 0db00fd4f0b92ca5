//! `karctl app`: the loop of whoever writes a KAR application. What Draft did for Kubernetes: a project is detected and gets
//! what it needs.
//!
//! ```text
//! init: files of the project -> Detected -> templates -> files that were not there
//! ```

pub mod init;

mod detect;
mod folder;
mod scaffold;

pub use detect::Language;
