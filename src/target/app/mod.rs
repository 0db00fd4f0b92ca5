//! `karctl app`: the loop of whoever writes a KAR application. What Draft did for Kubernetes: a project is detected and gets
//! what it needs, and one command builds, runs and renews it, on this machine's engine or on a cluster.
//!
//! ```text
//! init: files of the project -> Detected -> templates -> files that were not there
//! up:   karctl.yaml -> build context, hashed -> image of that tag -> containers of that image -> ready
//! ```
//!
//! The tag of an image is the hash of what it is built from, so an image that is there needs no build, and what runs it
//! needs no restart.

pub mod attend;
pub mod cluster;
pub mod contents;
pub mod folder;
pub mod init;
pub mod local;
pub mod running;
pub mod watch;

mod detect;
mod image;
mod manifests;
mod ready;
mod scaffold;

pub use detect::Language;
